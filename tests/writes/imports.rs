//! Imports of many: what the database refuses costs its own item, and whatever ends an import, the answer says what became of each.

use super::{count, done, refused};
use crate::support::{Backend, Store, on_both, options, run};
use medimax::{
    config::Config,
    db::scope::Scope,
    db::{self, Db},
    request::engine::Engine,
    schema::MODEL,
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Rules that a hospital added to the tables.
async fn add_rules(store: &Store) {
    for statement in match store.backend {
        Backend::MariaDb => [
            "ALTER TABLE Patient ADD UNIQUE KEY their_key (name, sex)",
            "CREATE TRIGGER their_rule BEFORE INSERT ON Patient FOR EACH ROW \
             IF NEW.name = 'Nobody' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Nobody is not wanted'; END IF",
            "CREATE TRIGGER their_other_rule BEFORE DELETE ON Patient FOR EACH ROW \
             IF OLD.name = 'Kept' THEN SIGNAL SQLSTATE '45123' SET MYSQL_ERRNO = 1234, MESSAGE_TEXT = 'Kept stays'; END IF",
        ],
        Backend::Sqlite => [
            "CREATE UNIQUE INDEX their_key ON Patient (name, sex)",
            "CREATE TRIGGER their_rule BEFORE INSERT ON Patient WHEN NEW.name = 'Nobody' \
             BEGIN SELECT RAISE(ABORT, 'Nobody is not wanted'); END",
            "CREATE TRIGGER their_other_rule BEFORE DELETE ON Patient WHEN OLD.name = 'Kept' \
             BEGIN SELECT RAISE(ABORT, 'Kept stays'); END",
        ],
    } {
        store.sql(statement).await;
    }
}

fn import(names: &[&str], args: &str) -> String {
    let items: Vec<String> = names.iter().map(|name| format!("{{name: \"{name}\", sex: OTHER}}")).collect();
    format!(
        "importPatients(input: [{}]{args}) {{ replayed kept {{ index importedId }} refused {{ index violations {{ path code message }} }} \
         failed {{ index code message mayBeSaved }} }}",
        items.join(", ")
    )
}

/// What became of the items: of those kept their places, of the others place and code, and whether they may be saved.
fn report(payload: &Value) -> Value {
    let each =
        |name: &str, of: fn(&Value) -> Value| payload[name].as_array().unwrap().iter().map(of).collect::<Vec<_>>();
    json!([
        each("kept", |one| one["index"].clone()),
        each("refused", |one| json!([one["index"], one["violations"][0]["code"]])),
        each("failed", |one| json!([one["index"], one["code"], one["mayBeSaved"]])),
    ])
}

on_both!(what_the_hospitals_own_rules_refuse_costs_its_own_item, 0, async |store: Store| {
    add_rules(&store).await;
    for (args, replayed) in [(", idempotencyKey: \"once\"", false), (", idempotencyKey: \"once\"", true)] {
        let payload =
            done(&store, &import(&["Ada", "ada", "Nobody", " ", "Ben"], args)).await["importPatients"].clone();
        assert_eq!(
            report(&payload),
            json!([[0, 4], [[1, "DUPLICATE"], [2, "DATABASE"], [3, "REQUIRED"]], []]),
            "{payload}"
        );
        assert_eq!(payload["replayed"], replayed);
        assert_eq!(payload["kept"][0]["importedId"], "Patient:1");
        assert_eq!(payload["refused"][0]["violations"][0]["path"], json!(["input", "1"]));
        // Nothing of what the database said, which holds values.
        assert!(
            !payload.to_string().contains("Nobody") && !payload.to_string().to_lowercase().contains("ada"),
            "{payload}"
        );
    }
    assert_eq!(count(&store, "Patient").await, 2);
});

on_both!(a_mutation_that_the_hospitals_own_rules_refuse_says_so, 0, async |store: Store| {
    add_rules(&store).await;
    for name in ["Ada", "Ben", "Kept"] {
        done(&store, &format!("registerPatient(input: {{name: \"{name}\", sex: OTHER}}) {{ replayed }}")).await;
    }
    for (mutation, expected) in [
        ("registerPatient(input: {name: \"Ada\", sex: OTHER}) { replayed }", "input: DUPLICATE"),
        ("correctPatient(id: 2, input: {name: \"ADA\"}) { replayed }", "input: DUPLICATE"),
        ("registerPatient(input: {name: \"Nobody\", sex: OTHER}) { replayed }", "input: DATABASE"),
        ("removePatient(id: 3) { removed { count } }", "id: DATABASE"),
    ] {
        assert_eq!(refused(&store, mutation).await, [expected], "{mutation}");
        let answer = store.ask(&format!("mutation {{ {mutation} }}")).await.to_string();
        assert!(!["Ada", "ADA", "Nobody", "Kept", "their"].iter().any(|word| answer.contains(word)), "{answer}");
    }
    assert_eq!(count(&store, "Patient").await, 3);
    // What is no rule stays a fault.
    for table in ["AI_Analysis", "Attachment", "Chat_History"] {
        store.sql(&format!("DROP TABLE {table}")).await;
    }
    let answer = store.ask("mutation { sendChatMessage(input: {patientId: 1, text: \"Hello\"}) { replayed } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer}");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_the_hospitals_own_tables_and_checks_are_told_apart() {
    let store = Store::with_patients(Backend::MariaDb, 1).await;
    store.sql("CREATE TABLE Their_Bed (bed INT PRIMARY KEY, patient_id INT NOT NULL, FOREIGN KEY (patient_id) REFERENCES Patient (patient_id)) ENGINE=InnoDB").await;
    store.sql("INSERT INTO Their_Bed VALUES (1, 1)").await;
    store.sql("ALTER TABLE Patient ADD CONSTRAINT their_check CHECK (name <> 'Checked')").await;
    store.sql("ALTER TABLE Patient ADD COLUMN ward VARCHAR(9) NOT NULL").await;
    assert_eq!(refused(&store, "removePatient(id: 1) { removed { count } }").await, ["id: REFERENCE"]);
    assert_eq!(
        refused(&store, "correctPatient(id: 1, input: {name: \"Checked\"}) { replayed }").await,
        ["input: DATABASE"]
    );
    let register = "registerPatient(input: {name: \"Ada\", sex: OTHER}) { replayed }";
    assert_eq!(refused(&store, register).await, ["input: REQUIRED"]);
}

/// An engine whose requests have this much time.
fn engine(store: &Store, db: Db, millis: u64) -> Engine {
    Engine::new(&MODEL, db, store.graph.clone(), Config::default().limits(), Duration::from_millis(millis))
}

async fn answer(engine: &Engine, mutation: &str) -> Value {
    let (body, _) = run(engine, Scope::everything(), &format!("mutation {{ {mutation} }}"), Value::Null).await;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["importPatients"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_time_is_over_says_what_became_of_each() {
    let store = Store::new(Backend::MariaDb).await;
    store
        .sql("CREATE TRIGGER slow BEFORE INSERT ON Patient FOR EACH ROW IF NEW.name = 'Slow' THEN DO SLEEP(60); END IF")
        .await;
    let engine = engine(&store, store.db.clone(), 4_000);
    for args in ["", ", idempotencyKey: \"k\"", ", idempotencyKey: \"k\", waitForGraph: true"] {
        let before = count(&store, "Patient").await;
        let payload = answer(&engine, &import(&["Ada", "", "Slow", "Ben"], args)).await;
        let late = json!([[0], [[1, "REQUIRED"]], [[2, "TIMEOUT", false], [3, "TIMEOUT", false]]]);
        assert_eq!(report(&payload), late, "{payload}");
        assert!(payload["failed"][1]["message"].as_str().unwrap().starts_with("not tried"), "{payload}");
        assert_eq!(count(&store, "Patient").await - before, i64::from(payload["replayed"] == false));
    }
}

/// A MariaDB server's port behind one that passes a number of COMMITs, and cuts the connection of the next before it is answered.
async fn forgetful(url: &str, commits: Arc<AtomicI32>) -> String {
    let (login, rest) = url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let (server, listener) = (server.to_owned(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let (server, commits) = (TcpStream::connect(&server).await.unwrap(), commits.clone());
            tokio::spawn(async move {
                let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
                    (client.into_split(), server.into_split());
                let answers = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
                let mut bytes = vec![0; 65_536];
                while let Ok(read @ 1..) = from_client.read(&mut bytes).await {
                    let cut = bytes[..read].ends_with(b"COMMIT") && commits.fetch_sub(1, SeqCst) == 0;
                    if cut {
                        answers.abort();
                    }
                    to_server.write_all(&bytes[..read]).await.unwrap();
                    if cut {
                        // Long enough for the server to do it.
                        tokio::time::sleep(Duration::from_millis(300)).await;
                        break;
                    }
                }
                answers.abort();
            });
        }
    });
    format!("{login}@127.0.0.1:{port}/{name}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_commit_is_told_or_found_out_by_its_key() {
    let store = Store::new(Backend::MariaDb).await;
    let commits = Arc::new(AtomicI32::new(1));
    let url = forgetful(&store.url, commits.clone()).await;
    let engine = engine(&store, db::open(&options(&url)).await.unwrap(), 60_000);
    let payload = answer(&engine, &import(&["Ada", "Ben", "Cy"], "")).await;
    let told = json!([[0], [], [[1, "DATABASE_UNAVAILABLE", true], [2, "DATABASE_UNAVAILABLE", false]]]);
    assert_eq!(report(&payload), told, "{payload}");
    assert!(payload["failed"][0]["message"].as_str().unwrap().contains("may be saved or not"), "{payload}");
    assert_eq!(count(&store, "Patient").await, 2, "the server did what it was told");
    // With a key it is known.
    commits.store(1, SeqCst);
    let payload = answer(&engine, &import(&["Ada", "Ben", "Cy"], ", idempotencyKey: \"k\"")).await;
    assert_eq!(report(&payload), json!([[0, 1, 2], [], []]), "{payload}");
    assert_eq!(count(&store, "Patient").await, 5);
}
