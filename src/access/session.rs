//! Sessions: opened by a log-in, prolonged by refresh tokens, ended by a log-out, a change of the account, or their time.
//!
//! A session ends so many days after its log-in, used or not: what was stolen cannot be prolonged for ever. A refresh token is 256 random bits,
//! of which the database has the digest, and is used once. One that comes a second time has been copied: its session ends, whoever holds it.

use super::{
    Access, Account, Principal, accounts, client,
    failures::{self, Counted},
    no_account, password,
    token::{AUDIENCE, Claims, Unverified},
};
use crate::{
    db::{Db, Dialect, Sql, Tx, again},
    error::{Error, Result},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::{fmt, net::IpAddr, sync::Arc};

/// What statements about sessions and refresh tokens are called.
const NAME: &str = "Account_Session";
const TOKEN: &str = "Refresh_Token";
/// How refresh tokens begin.
const PREFIX: &str = "mmr_";
/// How many sessions are removed at a time, each with all of its refresh tokens.
const AT_ONCE: i64 = 100;

/// What is said of a token that does not hold, for whatever reason.
const NO_TOKEN: Error = Error::Unauthenticated(
    "the access token does not hold: it is expired or malformed, its session has ended, or its account is locked. Refresh the session \
     (`refreshSession`) or log in (`logIn`)",
);
/// What is said of a log-in, whichever of these it was.
pub(super) const WRONG: Error = Error::Unauthenticated(
    "there is no account with this e-mail address and password, or it is locked: check both, or ask an administrator",
);
/// What is said of a refresh token that does not hold.
const NO_REFRESH: Error = Error::Unauthenticated(
    "the refresh token does not hold: it was used before, or its session has ended. Log in (`logIn`)",
);

/// What a log-in and a refresh give.
#[derive(Clone)]
pub struct Tokens {
    /// The access token: what comes with each request.
    pub access: String,
    /// When it ends.
    pub expires: DateTime<Utc>,
    /// The refresh token, for the next access token; it is used once.
    pub refresh: String,
    /// Whom they are for.
    pub principal: Principal,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Why a session ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ended {
    LogOut,
    Password,
    Role,
    Lock,
    Reuse,
}

impl Ended {
    fn stored(self) -> &'static str {
        match self {
            Ended::LogOut => "log-out",
            Ended::Password => "password",
            Ended::Role => "role",
            Ended::Lock => "lock",
            Ended::Reuse => "reuse",
        }
    }
}

impl Access {
    /// Who sends this access token, or this API key.
    pub async fn caller(&self, token: &str) -> Result<Principal> {
        if token.starts_with(client::PREFIX) {
            return self.client(token).await.map(|client| Principal::Client(Arc::new(client)));
        }
        let now = self.now();
        let unverified = Unverified::read(token).ok_or(NO_TOKEN)?;
        let key = self.keys.find(&self.db, &unverified.kid, now).await?.ok_or(NO_TOKEN)?;
        let claims = unverified.verify(&key, &self.options.issuer, now.div_euclid(1_000)).ok_or(NO_TOKEN)?;
        let number = |text: &str| text.parse::<i32>().map_err(|_none_of_ours| NO_TOKEN);
        let (owner, session) = (number(&claims.sub)?, number(&claims.sid)?);
        let row = self.db.texts(&alive(self.db.dialect(), session, now)).await?.into_iter().next();
        let (account, _) = of_alive(&row.and_then(|(_, row)| row).ok_or(NO_TOKEN)?, now)?;
        if account.id != owner {
            return Err(NO_TOKEN);
        }
        Ok(Principal::Account { account, session })
    }

    /// Opens a session for who knows the account's password. `from` is the address that the request came from.
    pub async fn log_in(&self, email: &str, password: &str, from: Option<IpAddr>) -> Result<Tokens> {
        let folded = accounts::folded(email);
        let (found, digest, counted, renewed) = self.known(&folded, password, from).await?;
        failures::take_back(&self.db, &counted).await?;
        let now = self.now();
        let (refresh, token) = refresh_token()?;
        let expires = now + i64::from(self.options.session_days) * super::DAY;
        let session = again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            // It waits for whoever changes the account, and finds what they made of it.
            let mut sql = Sql::new(self.db.dialect());
            sql.called(accounts::NAME, Some(1)).push("UPDATE User_Account SET last_login_ms = ").int(now);
            sql.push(", password_hash = ").text(renewed.as_ref().unwrap_or(&digest).clone());
            sql.push(" WHERE locked_ms IS NULL AND account_id = ").int(found.id.into());
            sql.push(" AND password_hash = ").text(&digest);
            if tx.execute(sql).await? == 0 {
                tx.rollback().await;
                return Err(WRONG);
            }
            let session = open(&mut tx, found.id, now, expires).await?;
            keep(&mut tx, session, &token).await?;
            tx.commit().await?;
            Ok(session)
        });
        let session = session.await?;
        let (access, ends) = self.sign(&found, session, now, expires).await?;
        Ok(Tokens { access, expires: ends, refresh, principal: Principal::Account { account: found, session } })
    }

    /// The next access token of a session, and its next refresh token.
    pub async fn refresh(&self, refresh: &str) -> Result<Tokens> {
        let now = self.now();
        let random = refresh.strip_prefix(PREFIX).filter(|random| random.len() == 43).ok_or(NO_REFRESH)?;
        let (old, (refresh, token)) = (digest(random), refresh_token()?);
        let found = again(|| async {
            let mut tx = Tx::begin_read_committed(&self.db).await?;
            let mut sql = Sql::new(self.db.dialect());
            sql.called(TOKEN, Some(1)).push("UPDATE Refresh_Token SET used_ms = ").int(now);
            sql.push(" WHERE used_ms IS NULL AND digest = ").text(&old);
            let is_first = tx.execute(sql).await? == 1;
            let mut sql = Sql::new(self.db.dialect());
            sql.called(TOKEN, Some(1)).push("SELECT session_id, 0 FROM Refresh_Token WHERE digest = ").text(&old);
            let Some((session, _)) = tx.numbers(sql).await?.first().copied() else {
                tx.rollback().await;
                return Ok(None);
            };
            if !is_first {
                end(&mut tx, "session_id", session, None, Ended::Reuse, now).await?;
                tx.commit().await?;
                return Ok(None);
            }
            let row = tx.conn().texts(alive(self.db.dialect(), session, now)).await?;
            let Some(row) = row.into_iter().next().and_then(|(_, row)| row) else {
                tx.rollback().await;
                return Ok(None);
            };
            keep(&mut tx, session, &token).await?;
            tx.commit().await?;
            Ok(Some((session, row)))
        });
        let (session, row) = found.await?.ok_or(NO_REFRESH)?;
        let (account, expires) = of_alive(&row, now)?;
        let (access, ends) = self.sign(&account, session, now, expires).await?;
        Ok(Tokens { access, expires: ends, refresh, principal: Principal::Account { account, session } })
    }

    /// Ends the caller's session, or all sessions of the caller's account. Says how many ended.
    pub async fn log_out(&self, of: &Principal, everywhere: bool) -> Result<u64> {
        let Principal::Account { account, session } = of else { return Err(no_account()) };
        let now = self.now();
        let (column, key) = if everywhere { ("account_id", account.id) } else { ("session_id", *session) };
        again(|| async {
            let mut tx = Tx::begin_read_committed(&self.db).await?;
            let ended = end(&mut tx, column, key, None, Ended::LogOut, now).await?;
            tx.commit().await?;
            Ok(ended as u64)
        })
        .await
    }

    /// Gives the caller's account another password, and ends its other sessions: says how many. A current password that is wrong is a log-in that failed.
    pub async fn change_password(&self, of: &Principal, current: &str, new: &str, from: Option<IpAddr>) -> Result<u64> {
        let Principal::Account { account, session } = of else { return Err(no_account()) };
        let new = password::checked(new)?;
        let (found, old, counted, _) = self.known(&accounts::folded(&account.email), current, from).await?;
        failures::take_back(&self.db, &counted).await?;
        // Between the two the address may have become another account's.
        if found.id != account.id {
            return Err(WRONG);
        }
        let (digest, now) = (self.desk.place()?.digest(new).await?, self.now());
        again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            let mut sql = Sql::new(self.db.dialect());
            sql.called(accounts::NAME, Some(1)).push("UPDATE User_Account SET updated_ms = ").int(now);
            sql.push(", password_hash = ").text(&digest).push(" WHERE account_id = ").int(account.id.into());
            sql.push(" AND password_hash = ").text(&old);
            if tx.execute(sql).await? == 0 {
                tx.rollback().await;
                return Err(WRONG);
            }
            let ended = end(&mut tx, "account_id", account.id, Some(*session), Ended::Password, now).await?;
            tx.commit().await?;
            Ok(ended as u64)
        })
        .await
    }

    /// The account of an e-mail address whose password this is, the password's digest, the count to be taken back, and the digest by today's
    /// parameters where the stored one has others.
    async fn known(
        &self,
        folded: &str,
        password: &str,
        from: Option<IpAddr>,
    ) -> Result<(Account, String, Counted, Option<String>)> {
        let place = self.desk.place()?;
        let counted = failures::count(&self.db, &self.keys, self.now(), folded, from).await?;
        let found = accounts::find(&self.db, folded).await?;
        let stored = found.as_ref().and_then(|found| found.digest.clone());
        let verdict = place.verify(password, stored.clone()).await?;
        match (found, stored) {
            (Some(found), Some(stored)) if verdict.is_right && !found.is_locked => {
                Ok((found.account, stored, counted, verdict.renewed))
            }
            _ => Err(WRONG),
        }
    }

    /// An access token of a session, and when it ends: after its minutes, or with the session.
    async fn sign(&self, of: &Account, session: i32, now: i64, until: i64) -> Result<(String, DateTime<Utc>)> {
        let minutes = self.options.token_minutes.clamp(1, super::MOST_MINUTES);
        let ends = until.min(now + i64::from(minutes) * 60_000);
        let token = self.sign_until(of.id, session, now, ends).await?;
        let moment = DateTime::from_timestamp_millis(ends);
        Ok((token, moment.ok_or_else(|| Error::Internal("a token ends at no moment".into()))?))
    }

    /// An access token that ends then.
    pub(super) async fn sign_until(&self, account: i32, session: i32, now: i64, ends: i64) -> Result<String> {
        let random: [u8; 12] = password::random()?;
        let claims = Claims {
            iss: self.options.issuer.clone(),
            aud: AUDIENCE.into(),
            sub: account.to_string(),
            sid: session.to_string(),
            iat: now.div_euclid(1_000),
            exp: ends.div_euclid(1_000),
            nbf: None,
            jti: URL_SAFE_NO_PAD.encode(random),
        };
        self.keys.signing(&self.db, now).await?.sign(&claims)
    }
}

/// The account of a session that is alive, and when the session ends: as a list.
fn alive(dialect: Dialect, session: i32, now: i64) -> Sql {
    let mut sql = Sql::new(dialect);
    sql.called(NAME, Some(1)).push("SELECT s.session_id, ");
    accounts::push_list(
        &mut sql,
        ", s.expires_ms, (SELECT MAX(g.until_ms) FROM Break_Glass g WHERE g.account_id = a.account_id)",
    );
    sql.push(" FROM Account_Session s JOIN User_Account a ON a.account_id = s.account_id WHERE s.session_id = ");
    sql.int(session.into()).push(" AND s.ended_ms IS NULL AND s.expires_ms > ").int(now);
    sql.push(" AND a.locked_ms IS NULL");
    sql
}

fn of_alive(list: &str, now: i64) -> Result<(Account, i64)> {
    let (account, rest) = accounts::of_list(list)?;
    let [Some(expires), breaks] = rest.as_slice() else { return Err(accounts::unreadable()) };
    let until = breaks.as_ref().and_then(|until| until.parse::<i64>().ok());
    let account = Account { breaks: until.is_some_and(|until| until > now), ..account };
    Ok((account, expires.parse().map_err(|_none| accounts::unreadable())?))
}

/// A new refresh token, and its digest.
fn refresh_token() -> Result<(String, String)> {
    let random: [u8; 32] = password::random()?;
    let random = URL_SAFE_NO_PAD.encode(random);
    let digest = digest(&random);
    Ok((format!("{PREFIX}{random}"), digest))
}

fn digest(random: &str) -> String {
    format!("{:x}", Sha256::digest(random))
}

/// Adds a session of an account; its key.
pub(super) async fn open(tx: &mut Tx, account: i32, now: i64, expires: i64) -> Result<i32> {
    let mut sql = Sql::new(tx.dialect());
    sql.called(NAME, None).push("INSERT INTO Account_Session (account_id, created_ms, expires_ms) VALUES (");
    sql.int(account.into()).push(", ").int(now).push(", ").int(expires).push(") RETURNING 0, session_id");
    let made = tx.numbers(sql).await?.first().and_then(|(_, key)| i32::try_from(*key).ok());
    made.ok_or_else(|| Error::Internal("the keys of Account_Session are used up".into()))
}

/// Keeps the digest of a session's next refresh token.
async fn keep(tx: &mut Tx, session: i32, digest: &str) -> Result<()> {
    let mut sql = Sql::new(tx.dialect());
    sql.called(TOKEN, None).push("INSERT INTO Refresh_Token (session_id, digest) VALUES (");
    sql.int(session.into()).push(", ").text(digest).push(")");
    tx.execute(sql).await?;
    Ok(())
}

/// Ends the sessions that have a key in a column, but for one. Says how many were alive.
pub(super) async fn end(
    tx: &mut Tx,
    column: &'static str,
    key: i32,
    except: Option<i32>,
    why: Ended,
    now: i64,
) -> Result<usize> {
    let mut sql = Sql::new(tx.dialect());
    sql.called(NAME, Some(1)).push("UPDATE Account_Session SET ended_ms = ").int(now);
    sql.push(", ended_by = ").text(why.stored()).push(" WHERE ended_ms IS NULL AND expires_ms > ").int(now);
    sql.push(" AND ").push(column).push(" = ").int(key.into());
    if let Some(session) = except {
        sql.push(" AND session_id <> ").int(session.into());
    }
    tx.execute(sql).await
}

/// Removes some sessions whose time is over, with their refresh tokens; says how many sessions.
pub(super) async fn forget(db: &Db, now: i64) -> Result<usize> {
    let mut sql = Sql::new(db.dialect());
    sql.called(NAME, None).push("SELECT session_id, 0 FROM Account_Session WHERE expires_ms <= ").int(now);
    sql.push(" ORDER BY expires_ms LIMIT ").int(AT_ONCE);
    let over: Vec<i32> = db.numbers(&sql).await?.into_iter().map(|(key, _)| key).collect();
    if over.is_empty() {
        return Ok(0);
    }
    again(|| async {
        let mut tx = Tx::begin_read_committed(db).await?;
        let mut sql = Sql::new(db.dialect());
        sql.called(NAME, Some(over.len())).push("DELETE FROM Account_Session WHERE session_id IN (SELECT k.id FROM ");
        sql.keys(&over).push(")");
        let gone = tx.execute(sql).await?;
        tx.commit().await?;
        Ok(gone)
    })
    .await
}
