//! Who asks: log-in, tokens, sessions, lock-out, and the commands that manage accounts.

mod accounts;
mod attacks;
mod commands;
mod demo;
mod door;
mod evasion;
mod failures;
mod glass;
mod housekeeping;
mod log;
mod partners;
mod sessions;

use crate::support::Store;
use medimax::{
    access::{Access, Account, Options, Principal, Standing, Tokens},
    db::Sql,
    error::{Code, Error, Result},
};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::SeqCst},
};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// A good password, and one that is no account's.
const PASSWORD: &str = "correct horse battery";
const WRONG: &str = "incorrect horse battery";

/// The time that it is, which stands still until it is moved on.
#[derive(Clone)]
struct Time(Arc<AtomicI64>);

impl Time {
    fn new() -> Self {
        Time(Arc::new(AtomicI64::new(1_800_000_000_000)))
    }

    fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, SeqCst);
    }

    /// A gateway's accounts of a store, at this time.
    fn access(&self, store: &Store) -> Access {
        let time = self.0.clone();
        let clock = Arc::new(move || time.load(SeqCst));
        Access::new(store.db.clone(), Options { issuer: "medimax".into(), token_minutes: 15, session_days: 30, clock })
    }
}

/// A gateway's accounts, with an administrator.
async fn with_admin(store: &Store) -> (Access, Time, Account) {
    let time = Time::new();
    let access = time.access(store);
    let admin = access.add("Admin@Example.org", Some("Ada"), Standing::Admin, PASSWORD).await.unwrap();
    (access, time, admin)
}

async fn log_in(access: &Access) -> Tokens {
    access.log_in("admin@example.org", PASSWORD, None).await.unwrap()
}

/// That something is refused because nobody is known to ask; what is said of it.
fn unknown<T: std::fmt::Debug>(ended: Result<T>) -> String {
    let error = ended.unwrap_err();
    assert_eq!(error.code(), Code::Unauthenticated, "{error}");
    error.public_message()
}

/// For how many seconds nothing is looked at.
fn waits<T: std::fmt::Debug>(ended: Result<T>) -> u64 {
    match ended {
        Err(Error::TooManyAttempts(seconds)) => seconds,
        other => panic!("{other:?}"),
    }
}

async fn number(store: &Store, select: &str) -> i64 {
    let mut sql = Sql::new(store.db.dialect());
    sql.push(format!("SELECT 0, ({select})"));
    store.db.numbers(&sql).await.unwrap()[0].1
}

async fn first(store: &Store, table: &str, key: &str) -> i32 {
    i32::try_from(number(store, &format!("SELECT MIN({key}) FROM {table}")).await).unwrap()
}

fn account(principal: &Principal) -> &Account {
    principal.account().unwrap()
}
