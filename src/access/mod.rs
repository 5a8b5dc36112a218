//! Who asks: accounts, log-in, tokens and sessions. What a caller may do follows from the [`Principal`].
//!
//! An access token lives some minutes and names a session; every request asks the database whether that session is alive, and what its account
//! is now. So what locks an account, changes its role or ends a session holds from the next request on, whichever gateway takes it.
//!
//! All times are milliseconds since the epoch by the gateway's clock, which is passed in: a token carries its gateway's times anyway, so rows
//! and tokens agree. Gateways of one database whose clocks are a little apart refuse no token (`token.rs` allows for it), and somebody who
//! tries passwords at the one that is ahead gains a few tries until the wait is longer than that.
//!
//! **Invariant:** no password, token, digest or e-mail address stands in an error, the log or a trace (`tests/access/commands.rs`).

mod accounts;
mod asker;
mod client;
mod demo;
mod failures;
mod keys;
mod password;
mod policy;
mod principal;
mod purpose;
mod session;
mod token;

pub use accounts::{Listed, Standing};
pub use asker::Asker;
pub use client::{Client, Kept, MOST_DAYS, MOST_HOURS, Managed, NewClient, looked};
pub use password::made_password;
pub use policy::{LOG_IN, all_told, ruled, tells, told, unsaid_by_patients};
pub use principal::{Account, Principal, Role};
pub use purpose::Purpose;
pub use session::Tokens;

use crate::{
    db::{Db, Sql},
    error::{Error, Result},
};
use std::{fmt, sync::Arc};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// The longest life of an access token, which those of a demo have.
const LONGEST: i64 = DAY;
/// The most minutes that an account's access token may live.
pub const MOST_MINUTES: u32 = 15;

/// Asked what time it is, in milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How accounts are let in.
#[derive(Clone)]
pub struct Options {
    /// Who makes the tokens: `iss`.
    pub issuer: String,
    /// How many minutes an access token lives; more than [`MOST_MINUTES`] are as many.
    pub token_minutes: u32,
    /// How many days after its log-in a session ends.
    pub session_days: u32,
    /// What time it is.
    pub clock: Clock,
}

/// The accounts of a database, and their sessions. Each gateway has one, which requests share.
pub struct Access {
    db: Db,
    options: Options,
    keys: keys::Keys,
    desk: password::Desk,
    counts: client::Counts,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

impl Access {
    /// The accounts of this database.
    pub fn new(db: Db, options: Options) -> Self {
        let (keys, desk) = (keys::Keys::default(), password::Desk::new());
        Access { db, options, keys, desk, counts: client::Counts::default() }
    }

    /// Whether there is an administrator who can log in.
    pub async fn exists(db: &Db) -> Result<bool> {
        let mut sql = Sql::new(db.dialect());
        sql.called(accounts::NAME, None).push("SELECT account_id, 0 FROM User_Account WHERE ");
        sql.push(accounts::MANAGES).push(" LIMIT 1");
        Ok(!db.numbers(&sql).await?.is_empty())
    }

    /// Whether the demo is still a demo: nobody has taken its database into use.
    pub async fn is_still_demo(&self) -> Result<bool> {
        Self::is_demo(&self.db).await
    }

    /// The account with an e-mail address.
    pub async fn account_of(db: &Db, email: &str) -> Result<Option<i32>> {
        Ok(accounts::find(db, &accounts::folded(email)).await?.map(|found| found.account.id))
    }

    /// The public keys that access tokens can be checked with, as a JWK Set.
    pub async fn jwks(&self) -> Result<serde_json::Value> {
        let keys = self.keys.all(&self.db, self.now()).await?;
        Ok(serde_json::json!({ "keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>() }))
    }

    /// Removes some of what is over: sessions, API keys, failures and signing keys. Says how many rows; where that is not 0, there may be more.
    pub async fn forget(&self) -> Result<usize> {
        let now = self.now();
        let sessions = session::forget(&self.db, now).await? + client::forget(&self.db, now).await?;
        Ok(sessions + failures::forget(&self.db, now).await? + keys::forget(&self.db, now).await?)
    }

    fn now(&self) -> i64 {
        (self.options.clock)()
    }
}

/// That the caller has no account, and so nothing of this.
fn no_account() -> Error {
    Error::Unauthenticated(
        "this needs an account: log in (`logIn`), and send `Authorization: Bearer` with the access token",
    )
}
