//! How mutations end: what they leave of their connection, what they say of the graph, and what of a batch that is cut short.

use super::{count, done};
use crate::support::{
    Backend, Store, codes, on_both, options,
    process::{Gateway, medimax},
    run, scratch, unique,
};
use medimax::{
    config::Config,
    db::scope::Scope,
    db::{self, Options, Sql},
    request::engine::Engine,
    schema::MODEL,
};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    time::Duration,
};

on_both!(who_is_refused_or_sends_again_costs_no_connection, 2, async |store: Store| {
    let again = "correctPatient(id: 1, input: {name: \"Ada\"}, idempotencyKey: \"k\") { replayed }";
    done(&store, again).await;
    let open = || store.db.state().open;
    let before = open();
    assert!(before > 0);
    for (mutation, code) in [
        (again, None),
        (&again.replace("Ada", "Eve"), Some("CONFLICT")),
        ("correctPatient(id: 1, expectedVersion: \"old\", input: {name: \"Eve\"}) { replayed }", Some("CONFLICT")),
        ("correctPatient(id: 77, input: {name: \"Eve\"}) { replayed }", Some("BAD_USER_INPUT")),
        ("discontinueMedication(id: 1, input: {date: \"1999-01-01\"}) { replayed }", Some("BAD_USER_INPUT")),
        (
            "recordMedicalHistory(input: {patientId: 77, type: CONDITION, item: \"X\"}) { replayed }",
            Some("BAD_USER_INPUT"),
        ),
    ] {
        let answer = store.ask(&format!("mutation {{ {mutation} }}")).await;
        assert_eq!(codes(&answer), Vec::from_iter(code), "{mutation}: {answer}");
        assert_eq!(open(), before, "{mutation} closed its connection");
    }
    // The next transaction on that connection begins with nothing of theirs.
    assert_eq!(store.data("{ patient(id: 1) { name } }").await["patient"]["name"], "Ada");
    done(&store, "correctPatient(id: 1, input: {name: \"Ida\"}) { replayed }").await;
    assert_eq!(store.data("{ patient(id: 1) { name } }").await["patient"]["name"], "Ida");
});

/// An engine whose requests have little time, so that nobody waits long for a graph that nobody feeds.
fn hurried(store: &Store, db: db::Db) -> Engine {
    let limits = Config::default().limits();
    Engine::new(&MODEL, db, store.graph.clone(), limits, Duration::from_millis(1_300))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_the_graph_takes_as_many_statements_for_many_rows_as_for_one() {
    let store = Store::with_patients(Backend::MariaDb, 1).await;
    let one = db::open(&Options { max_connections: 1, ..options(&store.url) }).await.unwrap();
    let engine = hurried(&store, one.clone());
    let statements = async || {
        let mut sql = Sql::new(one.dialect());
        sql.push("SELECT 0, CAST(variable_value AS INT) FROM information_schema.session_status WHERE variable_name = 'QUESTIONS'");
        one.numbers(&sql).await.unwrap()[0].1
    };
    let cost = async |symptoms: usize| {
        let before = statements().await;
        let symptoms = vec!["{name: \"Cough\"}"; symptoms].join(", ");
        let query = format!(
            "mutation {{ recordSymptoms(input: {{appointmentId: 1, symptoms: [{symptoms}]}}, waitForGraph: true) {{ inGraph }} }}"
        );
        let (body, _) = run(&engine, Scope::everything(), &query, Value::Null).await;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(answer["data"]["recordSymptoms"], json!({"inGraph": false}), "{answer}");
        statements().await - before
    };
    let first = cost(1).await;
    assert_eq!(cost(12).await, first);
    assert!(first < 10, "{first}");
}

on_both!(a_removal_that_is_sent_again_still_knows_whose_row_it_was, 1, async |store: Store| {
    let engine = hurried(&store, store.db.clone());
    for replayed in [false, true] {
        let query =
            "mutation { removeMedication(id: 1, idempotencyKey: \"r\", waitForGraph: true) { replayed inGraph } }";
        let (body, _) = run(&engine, Scope::everything(), query, Value::Null).await;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(answer["data"]["removeMedication"], json!({"replayed": replayed, "inGraph": false}), "{answer}");
    }
    let mut kept = Sql::new(store.db.dialect());
    kept.push("SELECT 0, outcome FROM Idempotency_Key");
    let kept = store.db.texts(&kept).await.unwrap()[0].1.clone().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap()["patients"], json!([1]), "{kept}");
});

on_both!(what_is_committed_is_no_failure_because_nobody_can_tell_what_the_graph_holds, 0, async |store: Store| {
    // The feed is gone; without its trigger a patient can be written all the same.
    store.sql("DROP TRIGGER medimax_feed_patient_insert").await;
    store.sql("DROP TABLE Change_Feed").await;
    let mutation =
        "registerPatient(input: {name: \"Ada\", sex: OTHER}, waitForGraph: true) { inGraph patient { name } }";
    assert_eq!(done(&store, mutation).await["registerPatient"], json!({"inGraph": false, "patient": {"name": "Ada"}}));
    let mutation =
        "importPatients(input: [{name: \"Ben\", sex: OTHER}], waitForGraph: true) { inGraph patients { name } }";
    assert_eq!(
        done(&store, mutation).await["importPatients"],
        json!({"inGraph": false, "patients": [{"name": "Ben"}]})
    );
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_reads_why_nobody_can_tell() {
    let store = Store::new(Backend::MariaDb).await;
    store.sql("DROP TRIGGER medimax_feed_patient_insert").await;
    store.sql("DROP TABLE Change_Feed").await;
    let log = scratch(&unique("log"));
    let mut command = medimax(&["serve", "--database-url", &store.url, "--listen", "127.0.0.1:0"]);
    let gateway = Gateway::from(command.stderr(File::create(&log).unwrap()));
    let mutation = "mutation { registerPatient(input: {name: \"Ada\", sex: OTHER}, waitForGraph: true) { inGraph } }";
    assert_eq!(gateway.ask(mutation).1["data"]["registerPatient"], json!({"inGraph": false}));
    let said = fs::read_to_string(&log).unwrap();
    let line = said.lines().find(|line| line.contains("whether the graph holds it cannot be told")).expect(&said);
    assert!(line.contains("WARN") && line.contains("Change_Feed") && !said.contains("Ada"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_loses_the_database_half_way_says_what_is_kept() {
    let store = Store::new(Backend::MariaDb).await;
    let lose = "CREATE TRIGGER away BEFORE INSERT ON Patient FOR EACH ROW \
                IF NEW.name = 'Away' THEN KILL CONNECTION_ID(); END IF";
    store.sql(lose).await;
    let import = async |names: [&str; 2]| {
        let [one, two] = names.map(|name| format!("{{name: \"{name}\", sex: OTHER}}"));
        let failed = "failed { index code mayBeSaved message }";
        let answer = store
            .ask(&format!("mutation {{ importPatients(input: [{one}, {two}]) {{ kept {{ index }} {failed} }} }}"))
            .await;
        answer["data"]["importPatients"].clone()
    };
    let lost = |at: i32| json!({"index": at, "code": "DATABASE_UNAVAILABLE", "mayBeSaved": false});
    let told = |mut payload: Value| {
        for failed in payload["failed"].as_array_mut().unwrap() {
            let message = failed.as_object_mut().unwrap().remove("message").unwrap();
            let message = message.as_str().unwrap();
            assert!(message.contains("try again shortly") || message.starts_with("not tried"), "{message}");
        }
        payload
    };
    assert_eq!(told(import(["Away", "Ada"]).await), json!({"kept": [], "failed": [lost(0), lost(1)]}));
    assert_eq!(count(&store, "Patient").await, 0);
    assert_eq!(told(import(["Ada", "Away"]).await), json!({"kept": [{"index": 0}], "failed": [lost(1)]}));
    assert_eq!(count(&store, "Patient").await, 1);
}
