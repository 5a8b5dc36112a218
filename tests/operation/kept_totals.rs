//! Totals that MariaDB keeps, where its operator has told it to: they are exact, whoever changes a table and however.

use super::server::Server;
use crate::support::{options, process::Gateway};
use medimax::db::{self, Db, Dialect, Options, Sql};

const LISTS: [(&str, &str); 4] = [
    ("patients", "Patient"),
    ("medicalHistories", "Medical_History"),
    ("symptoms", "Appointment_Symptom"),
    ("allPrivacySettings", "Privacy_Settings"),
];

/// The first number that a statement answers.
async fn number(db: &Db, text: String) -> i64 {
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.push(text);
    db.numbers(&sql).await.unwrap()[0].1
}

/// Compares each total with what is in the table, and says how many totals the server had kept.
async fn compared(gateway: &Gateway, db: &Db, after: &str) -> i64 {
    let status = "SELECT 0, CAST(VARIABLE_VALUE AS INTEGER) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'QCACHE_HITS'";
    let before = number(db, status.into()).await;
    for (list, table) in LISTS {
        let total = gateway.ask(&format!("{{ {list} {{ totalCount }} }}")).1["data"][list]["totalCount"].as_i64();
        assert_eq!(total, Some(number(db, format!("SELECT 0, COUNT(*) FROM {table}")).await), "{list} after {after}");
    }
    number(db, status.into()).await - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_total_that_the_server_keeps_goes_with_any_change_of_its_table() {
    let server = Server::start(&["--query-cache-type=DEMAND"]).await;
    let url = server.database(6).await;
    let gateway = Gateway::start(&["--database-url", &url]);
    let db = db::open(&Options { max_connections: 1, ..options(&url) }).await.unwrap();
    let other = db::open(&Options { max_connections: 1, ..options(&url) }).await.unwrap();
    for change in [
        "INSERT INTO Patient (name, sex) VALUES ('Newly Come', 'Other')",
        // With the rows below, by foreign keys.
        "DELETE FROM Patient WHERE patient_id = 2",
        "START TRANSACTION; DELETE FROM Medical_History; ROLLBACK",
        "TRUNCATE TABLE Privacy_Settings",
        "CREATE TABLE Another LIKE Privacy_Settings; INSERT INTO Another (patient_id) VALUES (1); \
         RENAME TABLE Privacy_Settings TO Former, Another TO Privacy_Settings",
    ] {
        compared(&gateway, &db, "nothing").await;
        assert_eq!(compared(&gateway, &db, "nothing").await, LISTS.len() as i64, "all are kept before {change}");
        db.run(change).await.unwrap();
        compared(&gateway, &db, change).await;
    }
    // Two that begin in the same second, the one that ends later among them.
    other.run("START TRANSACTION; INSERT INTO Patient (name, sex) VALUES ('Slowly Come', 'Other')").await.unwrap();
    db.run("INSERT INTO Patient (name, sex) VALUES ('Quickly Come', 'Other')").await.unwrap();
    for _ in 0..3 {
        compared(&gateway, &db, "one of two").await;
    }
    other.run("COMMIT").await.unwrap();
    compared(&gateway, &db, "both").await;
    assert_eq!(compared(&gateway, &db, "both").await, LISTS.len() as i64);
}
