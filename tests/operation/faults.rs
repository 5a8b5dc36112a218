//! What the store's errors mean, each kind against a real server: a lost connection, an interrupted statement, a limit.

use super::{numbers, statement};
use crate::support::{Backend, Store, full, options, process::PATIENCE};
use futures_util::future::join_all;
use medimax::{
    db::{self, Db, Dialect, Options},
    error::Error,
};
use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

const SLEEPS: &str = "SELECT 0, SLEEP(600)";

async fn pool(store: &Store, max_connections: usize, statement_timeout: Duration) -> Db {
    db::open(&Options { max_connections, statement_timeout, ..options(&store.url) }).await.unwrap()
}

async fn ask(db: &Db, select: &str) -> Result<Vec<(i32, i64)>, Error> {
    db.numbers(&statement(Dialect::MariaDb, select)).await
}

/// The sessions on the store's database that are not its own, and do this.
async fn sessions(store: &Store, doing: &str) -> Vec<i64> {
    let select = format!(
        "SELECT 0, id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND {doing}"
    );
    numbers(&store.db, &select).await.into_iter().map(|(_, id)| id).collect()
}

/// Waits until one of them sleeps.
async fn sleeper(store: &Store) -> i64 {
    loop {
        if let Some(id) = sessions(store, "state = 'User sleep'").await.first() {
            return *id;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Runs both to their end, which must come.
async fn both<T>(ask: impl Future<Output = T>, meanwhile: impl Future<Output = ()>) -> T {
    let both = async { tokio::join!(ask, meanwhile).0 };
    tokio::time::timeout(PATIENCE, both).await.expect("both end")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_works_too_long_is_a_timeout() {
    let store = Store::new(Backend::MariaDb).await;
    let db = pool(&store, 1, Duration::from_millis(100)).await;
    for slow in [SLEEPS, "SELECT 0, COUNT(*) FROM seq_1_to_50000 a, seq_1_to_100000 b WHERE MD5(a.seq + b.seq) = ''"] {
        let ended = ask(&db, slow).await;
        assert!(matches!(ended, Err(Error::Timeout("a database statement"))), "{slow}: {ended:?}");
        assert_eq!(ask(&db, "SELECT 1, 2").await.unwrap(), [(1, 2)]);
    }
    // The server answers before it notes that a session is idle again.
    let idle = async {
        while !sessions(&store, "command <> 'Sleep'").await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, idle).await.expect("nothing works on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_killed_is_replaced_once_and_then_reported() {
    let store = Store::new(Backend::MariaDb).await;
    let db = pool(&store, 1, Duration::from_secs(600)).await;
    // A session that was killed is listed for a while, and may be gone when it is killed again.
    let kill = async || drop(store.db.run(&format!("KILL CONNECTION {}", sleeper(&store).await)).await);
    let killing = async {
        loop {
            kill().await;
        }
    };
    let ended = async {
        tokio::select! {
            ended = ask(&db, SLEEPS) => ended,
            () = killing => unreachable!(),
        }
    };
    let ended = tokio::time::timeout(PATIENCE, ended).await.expect("both attempts end");
    assert!(matches!(ended, Err(Error::Unavailable(_))), "{ended:?}");

    // It sleeps only until there is a row: the second attempt has an answer.
    store.sql("CREATE TABLE awake (n INT)").await;
    let asked = ask(&db, "SELECT 1, CASE WHEN EXISTS (SELECT * FROM awake) THEN 7 ELSE SLEEP(600) END");
    let ended = both(asked, async {
        sleeper(&store).await;
        store.sql("INSERT INTO awake VALUES (1)").await;
        kill().await;
    });
    assert_eq!(ended.await.unwrap(), [(1, 7)]);
    assert_eq!((db.state().open, db.state().idle, db.state().waiting), (1, 1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_an_operator_stops_is_a_timeout_and_not_sent_again() {
    let store = Store::new(Backend::MariaDb).await;
    let db = pool(&store, 1, Duration::from_secs(600)).await;
    let stop = async { store.sql(&format!("KILL QUERY {}", sleeper(&store).await)).await };
    let ended = both(ask(&db, SLEEPS), stop).await;
    assert!(matches!(ended, Err(Error::Timeout("a database statement"))), "{ended:?}");
    assert_eq!(ask(&db, "SELECT 1, 2").await.unwrap(), [(1, 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_moment_is_a_lost_connection() {
    let store = Store::new(Backend::MariaDb).await;
    let db = pool(&store, 4, Duration::from_secs(60)).await;
    let rounds = if full() { 500 } else { 60 };
    let (mut round, killed) = (0, AtomicUsize::new(0));
    let asking = async {
        while round < rounds || killed.load(Relaxed) < 20 {
            round += 1;
            let four = (0..4).map(async |n| (n, ask(&db, &format!("SELECT {n}, seq FROM seq_1_to_5000")).await));
            for (n, ended) in join_all(four).await {
                match ended {
                    Ok(rows) => assert!(rows.len() == 5_000 && rows.iter().all(|(given, _)| *given == n)),
                    // The second attempt met a kill too.
                    Err(Error::Unavailable(_)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        }
    };
    let killing = async {
        loop {
            for id in sessions(&store, "info LIKE '%seq_1_to%'").await {
                // It may have ended by itself meanwhile.
                let sent = store.db.run(&format!("KILL CONNECTION {id}")).await;
                killed.fetch_add(usize::from(sent.is_ok()), Relaxed);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        () = asking => {}
        () = killing => {}
        () = tokio::time::sleep(PATIENCE) => panic!("only {killed:?} were killed"),
    }
    assert_eq!(ask(&db, "SELECT 1, 2").await.unwrap(), [(1, 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_died_while_nobody_used_them_are_not_noticed() {
    let store = Store::new(Backend::MariaDb).await;
    let db = pool(&store, 4, Duration::from_secs(60)).await;
    for _ in 0..10 {
        // Long enough that each needs a connection of its own.
        for ended in join_all((0..4).map(|_| ask(&db, "SELECT 1, SLEEP(0.02)"))).await {
            assert_eq!(ended.unwrap(), [(1, 0)]);
        }
        let idle = sessions(&store, "command = 'Sleep'").await;
        assert!(!idle.is_empty());
        for id in idle {
            let _ = store.db.run(&format!("KILL CONNECTION {id}")).await;
        }
    }
    assert_eq!((db.state().open, db.state().idle, db.state().waiting), (4, 4, 0));
}
