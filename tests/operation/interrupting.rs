//! Statements of the embedded store end when nobody waits for them: at their limit, at the request's deadline, when the client
//! has hung up, and at shutdown.

use super::{done, numbers, statement};
use crate::support::{
    Backend, Store, codes, empty, options,
    process::{Gateway, JSON, PATIENCE, body_of, eventually, medimax, signal, wait},
    scratch, unique,
};
use medimax::{
    db::{self, Options},
    error::Error,
};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Goes on for ever.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 0, COUNT(*) FROM n";

/// Goes on for hours: for each message of a patient it looks at each of their appointments, and so on.
const HOURS: &str = "{ patients(filter: { patientId: { in: [1, 2, 3] }, messages: { some: { patient: { appointments: { some: { patient: { \
    messages: { some: { patient: { appointments: { some: { notes: { eq: \"nobody\" } } } } } } } } } } } } }) { nodes { name } } }";

/// Patients of whom one has thousands of messages and appointments.
async fn store() -> Store {
    let store = Store::with_patients(Backend::Sqlite, 3).await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)";
    for rows in [
        "INSERT INTO Chat_History (patient_id, message_text) SELECT 1, 'text' FROM n",
        "INSERT INTO Appointment (patient_id, appointment_date) SELECT 1, '2020-01-01' FROM n",
    ] {
        store.sql(&rows.replace(" SELECT 1,", &format!(" {many} SELECT 1,"))).await;
    }
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_ends_at_its_limit_and_gives_its_thread_back() {
    let store = Store::new(Backend::Sqlite).await;
    // A runtime ends only when its threads have nothing left to do.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let limited = Options { max_connections: 1, statement_timeout: Duration::from_millis(300), ..options(&store.url) };
    runtime
        .spawn(async move {
            let db = db::open(&limited).await.unwrap();
            let endless = statement(db.dialect(), ENDLESS);
            for _ in 0..3 {
                let ended = db.numbers(&endless).await;
                assert!(matches!(ended, Err(Error::Timeout("a database statement"))), "{ended:?}");
                assert_eq!(numbers(&db, "SELECT 1, 2").await, [(1, 2)]);
            }
            // One that is written is taken back whole.
            let write = format!("CREATE TABLE t AS {ENDLESS}");
            assert!(matches!(db.run(&write).await, Err(Error::Timeout(_))));
            assert_eq!(numbers(&db, "SELECT 0, COUNT(*) FROM sqlite_master WHERE name = 't'").await, [(0, 0)]);
            // A future that is dropped holds nobody up.
            let since = Instant::now();
            let dropped = tokio::time::timeout(Duration::from_millis(50), db.numbers(&endless)).await;
            assert!(dropped.is_err() && since.elapsed() < PATIENCE);
        })
        .await
        .unwrap();
    let ended = tokio::task::spawn_blocking(move || drop(runtime));
    tokio::time::timeout(PATIENCE, ended).await.expect("all threads are free").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_nobody_waits_for_ends_in_the_store_too() {
    let store = store().await;
    let hours = "36000000";
    let start = |timeout: &str| {
        let one = ["--database-url", &store.url, "--database-max-connections", "1", "--database-wait-ms", "60000"];
        let ends = ["--request-timeout-ms", timeout, "--statement-timeout-ms", hours, "--shutdown-grace-ms", "500"];
        Gateway::start(&[&one[..], &ends].concat())
    };
    let light = |gateway: &Gateway| {
        let (status, answer) = gateway.ask("{ patient(id: 1) { patientId } }");
        assert!(status == 200 && answer.get("errors").is_none(), "{answer}");
    };

    // At the deadline. The one connection is free again.
    let gateway = start("1000");
    let (status, answer) = gateway.ask(HOURS);
    assert_eq!((status, codes(&answer)), (200, vec!["TIMEOUT"]), "{answer}");
    light(&gateway);
    assert!(gateway.stop().success());

    // When the client hangs up, and when the gateway is told to stop.
    let mut gateway = start(hours);
    let busy = |gateway: &Gateway| {
        let metric = |state| gateway.metric(&format!("medimax_database_connections{{state=\"{state}\"}}"));
        eventually("the statement runs", || (metric("open") - metric("idle") == 1.0).then_some(())).unwrap();
        // It is not that the statement was just about to end by itself.
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(metric("open") - metric("idle"), 1.0);
    };
    let request = body_of(HOURS, Value::Null);
    let stream = gateway.write("POST", "/graphql", &[JSON], &request);
    busy(&gateway);
    drop(stream);
    light(&gateway);
    let _stream = gateway.write("POST", "/graphql", &[JSON], &request);
    busy(&gateway);
    signal(&gateway.child, "TERM");
    assert!(wait(&mut gateway.child).success());
}

/// Whether the embedded store knows how the medications' values are spread.
async fn is_known(url: &str) -> bool {
    // A connection reads the account when it opens.
    let db = db::open(&options(url)).await.unwrap();
    numbers(&db, "SELECT 0, COUNT(*) FROM sqlite_stat1 WHERE tbl = 'Medication' AND idx IS NOT NULL").await[0].1 > 0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_store_knows_how_its_values_are_spread() {
    let store = Store::with_patients(Backend::Sqlite, 50).await;
    assert!(!is_known(&store.url).await);
    store.db.learn().await.unwrap();
    assert!(is_known(&store.url).await);

    // Commands that add many rows see to it, and a gateway does for what it finds.
    let new = empty(Backend::Sqlite).await;
    done(&mut medimax(&["seed", "--patients", "20", "--database-url", &new]));
    assert!(is_known(&new).await, "after demo data");
    let file = scratch(&unique("backup")).display().to_string();
    done(&mut medimax(&["backup", &file, "--database-url", &new]));
    let restored = empty(Backend::Sqlite).await;
    done(&mut medimax(&["restore", &file, "--database-url", &restored]));
    assert!(is_known(&restored).await, "after a restore");
    store.sql("DELETE FROM sqlite_stat1").await;
    let _gateway = Gateway::start(&["--database-url", &store.url]);
    let handle = tokio::runtime::Handle::current();
    let known = || tokio::task::block_in_place(|| handle.block_on(is_known(&store.url))).then_some(());
    eventually("the gateway sees to it", known).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_through_many_rows_depends_on_no_statistics() {
    let store = Store::with_patients(Backend::Sqlite, 3).await;
    // Many patients, and each has one medication of the same name: by its name alone, each patient would be looked up among all.
    let many = "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 7000)";
    store.sql(&format!("INSERT INTO Patient (patient_id, name, sex) {many} SELECT i, 'P' || i, 'Female' FROM n")).await;
    store
        .sql(&format!(
            "INSERT INTO Medication (patient_id, medicine_name, prescribed_date) {many} SELECT 8000 - i, 'Atorvastatin', '2024-01-01' FROM n \
             WHERE i > 1000 AND i < 7000 AND i % 2 = 0"
        ))
        .await;
    let query = scratch(&unique("query")).display().to_string();
    let text = "{ patients(filter: { medications: { some: { name: { eq: \"Atorvastatin\" } } } }) { totalCount } }";
    std::fs::write(&query, text).unwrap();
    let plan = || {
        let told = done(&mut medimax(&["explain", "--plan", &query, "--database-url", &store.url]));
        // Its plan: what follows the statement and the way.
        let (_, total) = told.split_once("> narrow: from Medication.medicine_name").unwrap_or_else(|| panic!("{told}"));
        total.lines().skip(1).take_while(|line| line.contains('|')).collect::<Vec<_>>().join("\n")
    };
    let before = plan();
    assert!(before.contains("(medicine_name=?)") && before.contains("(rowid=?)"), "{before}");
    store.db.learn().await.unwrap();
    assert_eq!(before, plan());
}
