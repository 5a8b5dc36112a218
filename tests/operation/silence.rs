//! Connections to MariaDB that die without a word: a proxy swallows what is sent. Whoever waits is told in time, and the next
//! connection serves.

use super::{numbers, statement};
use crate::support::{
    Backend, Store, codes, mariadb_server, options,
    process::{Gateway, PATIENCE, eventually},
    proxy::Proxy,
};
use medimax::{
    db::{self, Cell, Db, Dialect, Options, Writer, migrate},
    error::Error,
};
use std::time::{Duration, Instant};

/// A store's URL by way of a proxy.
fn by_proxy(store: &Store) -> (Proxy, String) {
    let server = mariadb_server();
    let port = server.rsplit_once(':').unwrap().1.trim_end_matches('/').parse().unwrap();
    let proxy = Proxy::start(port);
    let url = store.url.replacen(&format!(":{port}/"), &format!(":{}/", proxy.port), 1);
    assert_ne!(url, store.url);
    (proxy, url)
}

fn hasty(url: &str) -> Options {
    Options { wait: Duration::from_secs(3), statement_timeout: Duration::from_secs(1), ..options(url) }
}

/// What comes, within the patience of all tests, and after how long.
async fn ended<T>(what: &str, future: impl Future<Output = T>) -> T {
    let since = Instant::now();
    let ended = tokio::time::timeout(PATIENCE, future).await;
    eprintln!("{what}: {:.1} s", since.elapsed().as_secs_f64());
    ended.unwrap_or_else(|_| panic!("{what} has no end"))
}

/// Uses all connections of a pool at the same time.
async fn warm(db: &Db) {
    let slow = statement(Dialect::MariaDb, "SELECT 1, SLEEP(0.2)");
    futures_util::future::join_all((0..4).map(|_| db.numbers(&slow)))
        .await
        .into_iter()
        .for_each(|rows| drop(rows.unwrap()));
    assert_eq!(db.state().idle, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_is_swallowed_ends_and_the_next_connection_serves() {
    let store = Store::new(Backend::MariaDb).await;
    let (proxy, url) = by_proxy(&store);
    let db = db::open(&hasty(&url)).await.unwrap();
    warm(&db).await;
    proxy.forget();
    assert_eq!(ended("a statement on a dead connection", numbers(&db, "SELECT 1, 2")).await, [(1, 2)]);
    warm(&db).await;

    // One that rested is asked first, and takes the others along.
    tokio::time::sleep(Duration::from_secs(11)).await;
    proxy.forget();
    let since = Instant::now();
    assert_eq!(ended("a statement after a rest", numbers(&db, "SELECT 1, 2")).await, [(1, 2)]);
    assert!(since.elapsed() < Duration::from_secs(5), "the statement was sent on a dead connection");

    // Nothing comes through, on new connections neither.
    proxy.swallow(true);
    let lost = ended("a statement without a way", db.numbers(&statement(Dialect::MariaDb, "SELECT 1, 2"))).await;
    assert!(matches!(lost, Err(Error::Unavailable(_) | Error::Timeout(_))), "{lost:?}");
    let lost = ended("opening", db::open(&hasty(&url))).await;
    assert!(matches!(lost, Err(Error::Unavailable(_))), "{:?}", lost.err());
    let lost = ended("looking at the schema", migrate::state(&db)).await;
    assert!(matches!(lost, Err(Error::Unavailable(_) | Error::Timeout(_))), "{lost:?}");
    proxy.swallow(false);
    assert_eq!(ended("when there is a way again", numbers(&db, "SELECT 1, 2")).await, [(1, 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_swallowed_is_no_success() {
    let store = Store::new(Backend::MariaDb).await;
    let (proxy, url) = by_proxy(&store);
    let db = db::open(&hasty(&url)).await.unwrap();
    let row = || vec![Cell::from("Anna"), Cell::from("Female")];
    for at_commit in [false, true] {
        let mut writer = Writer::begin(&db).await.unwrap();
        if !at_commit {
            proxy.swallow(true);
        }
        let inserted = ended("an insert", writer.insert("Patient", &["name", "sex"], row())).await;
        assert_eq!(inserted.is_ok(), at_commit, "{inserted:?}");
        if at_commit {
            proxy.swallow(true);
            let committed = ended("a commit", writer.commit()).await;
            assert!(matches!(committed, Err(Error::Unavailable(_))), "{committed:?}");
        }
        proxy.swallow(false);
    }
    let mut writer = ended("the next transaction", Writer::begin(&db)).await.unwrap();
    writer.insert("Patient", &["name", "sex"], row()).await.unwrap();
    writer.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_in_vain_for_a_mutation_is_told_whether_it_may_be_saved() {
    let store = Store::new(Backend::MariaDb).await;
    let (proxy, url) = by_proxy(&store);
    let limits = ["--request-timeout-ms", "3000", "--statement-timeout-ms", "30000", "--log-level", "error"];
    let gateway = Gateway::start(&[&["--database-url", &url][..], &limits].concat());
    let register = "mutation { registerPatient(input: { name: \"Anna\", sex: FEMALE }) { patient { id } } }";
    let rows = async || numbers(&store.db, "SELECT 0, COUNT(*) FROM Patient").await[0].1;
    for (words, saved, code, told) in [
        ("INSERT INTO Patient", 0, "TIMEOUT", "nothing is saved"),
        ("COMMIT", 1, "DATABASE_UNAVAILABLE", "may be saved or not"),
    ] {
        proxy.forget_after(words);
        let (_, answer) = gateway.ask(register);
        assert_eq!(codes(&answer), [code], "{words}: {answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(told), "{words}: {answer}");
        assert_eq!(rows().await, saved, "{words}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_whose_connections_die_without_a_word_serves_on() {
    let store = Store::with_patients(Backend::MariaDb, 3).await;
    let (proxy, url) = by_proxy(&store);
    let limits = ["--request-timeout-ms", "2000", "--database-wait-ms", "3000", "--statement-timeout-ms", "30000"];
    let gateway = Gateway::start(&[&["--database-url", &url, "--database-max-connections", "4"][..], &limits].concat());
    let ask = || gateway.ask("{ patients { nodes { name medications { name } } } }").1;
    let right = ask();
    assert!(right.get("errors").is_none(), "{right}");
    for _ in 0..2 {
        proxy.forget();
        let (since, mut late) = (Instant::now(), 0);
        let again = || {
            let answer = ask();
            if answer == right {
                return Some(());
            }
            late += 1;
            assert!(codes(&answer).iter().all(|code| matches!(*code, "TIMEOUT" | "DATABASE_UNAVAILABLE")), "{answer}");
            None
        };
        eventually("the answer is right again", again).unwrap();
        eprintln!("right again after {:.1} s and {late} late answers", since.elapsed().as_secs_f64());
        // The first that nobody answers raises doubt, and then each connection is asked.
        assert!(late <= 2, "{late} answers were late");
    }
}
