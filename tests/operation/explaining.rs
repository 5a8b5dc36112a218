//! `extensions.explain` and `medimax explain`: which statements a request takes.

use super::{done, refused};
use crate::{
    graph::{answers, neo4j::Place},
    support::{
        Backend, Store, on_both,
        process::{Gateway, JSON, body_of, medimax, run},
        scratch, unique,
    },
};
use medimax::{db::scope::Scope, graphql::recorder::Recorder, request::explain::explained};
use serde_json::{Value, json};
use std::time::Duration;

const QUERY: &str = "query($name: String!) { patients(filter: { name: { eq: $name } }) { totalCount
    nodes { name labReports { nodes { findings { testName } } } again: labReports { nodes { id } } } } }";

fn explain(gateway: &Gateway, headers: &[(&str, &str)], query: &str, variables: Value) -> Value {
    let headers = [&[JSON], headers].concat();
    gateway.send("POST", "/graphql", &headers, &body_of(query, variables)).json()
}

/// What was explained, by the name of each statement.
fn named<'a>(answer: &'a Value, what: &str) -> &'a Value {
    let statements = answer["extensions"]["explain"]["statements"].as_array().unwrap();
    let mut found = statements.iter().filter(|statement| statement["what"] == what);
    let first = found.next().unwrap_or_else(|| panic!("no {what} in {statements:#?}"));
    assert!(found.next().is_none(), "{what} twice in {statements:#?}");
    first
}

on_both!(who_asks_on_the_same_machine_is_told_the_statements, 3, async |store: Store| {
    store.sql("UPDATE Patient SET name = 'Adalbert Secretson'").await;
    let gateway = Gateway::start(&["--database-url", &store.url]);
    let name = json!({ "name": "Adalbert Secretson" });
    let plain = explain(&gateway, &[], QUERY, name.clone());
    assert!(plain.get("extensions").is_none() && plain.get("errors").is_none(), "{plain}");
    let nodes = plain["data"]["patients"]["nodes"].as_array().unwrap();
    let reports: usize = nodes.iter().map(|node| node["labReports"]["nodes"].as_array().unwrap().len()).sum();
    assert!(nodes.len() == 3 && reports > 0);

    let answer = explain(&gateway, &[("medimax-explain", "plan")], QUERY, name.clone());
    assert_eq!(answer["data"], plain["data"]);
    let page = named(&answer, "PatientConnection");
    assert_eq!((&page["level"], &page["paths"]), (&json!(1), &json!(["patients"])));
    assert_eq!((&page["parameters"], &page["keys"], &page["rows"]), (&json!(["text", "int"]), &Value::Null, &json!(3)));
    let total = named(&answer, "totalCount");
    assert_eq!((&total["paths"], &total["parameters"]), (&json!(["patients.totalCount"]), &json!(["text"])));
    let lists = named(&answer, "LabReportsOfPatient");
    assert_eq!((&lists["store"], &lists["level"]), (&json!("SQL"), &json!(2)));
    assert_eq!(lists["paths"], json!(["patients.nodes.again", "patients.nodes.labReports"]));
    assert_eq!(
        (&lists["keys"], &lists["rows"], &lists["parameters"][0]),
        (&json!(3), &json!(reports), &json!("keys: 3"))
    );
    let findings = named(&answer, "FindingsOfLabReport");
    assert_eq!((&findings["level"], &findings["keys"]), (&json!(3), &json!(reports)));
    let marks = |statement: &Value| statement["statement"].as_str().unwrap().matches('?').count();
    let total_ms = answer["extensions"]["explain"]["totalMs"].as_f64().unwrap();
    for statement in [page, total, lists, findings] {
        assert_eq!(marks(statement), statement["parameters"].as_array().unwrap().len(), "{statement}");
        let times = ["startMs", "waitMs", "storeMs"].map(|name| statement[name].as_f64().unwrap());
        assert!(times[2] > 0.0 && times.iter().sum::<f64>() <= total_ms, "{times:?} of {total_ms}");
        let plan = statement["plan"].as_str().unwrap();
        assert!(!plan.starts_with("no plan") && plan.contains('t'), "{plan}");
    }
    assert!(findings["plan"].as_str().unwrap().contains("idx_lab_finding_report"), "{findings}");
    let told = answer["extensions"].to_string();
    assert!(!told.contains("Secretson"), "{told}");
    let without = explain(&gateway, &[("medimax-explain", "1")], QUERY, name.clone());
    assert_eq!(named(&without, "PatientConnection")["plan"], Value::Null);

    // Who comes from elsewhere, asks wrongly, or asks where nobody may.
    for headers in [
        &[("medimax-explain", "yes")][..],
        &[("medimax-explain", "1"), ("x-forwarded-for", "203.0.113.7")],
        &[("medimax-explain", "1"), ("forwarded", "for=203.0.113.7")],
    ] {
        assert_eq!(explain(&gateway, headers, QUERY, name.clone()), plain, "{headers:?}");
    }
    for (mode, told) in [("off", false), ("on", true)] {
        let gateway = Gateway::start(&["--database-url", &store.url, "--explain", mode]);
        let headers = [("medimax-explain", "1"), ("x-forwarded-for", "203.0.113.7")];
        assert_eq!(explain(&gateway, &headers, QUERY, name.clone()).get("extensions").is_some(), told, "{mode}");
    }
});

on_both!(what_a_mutation_writes_is_told_and_not_run_again, 1, async |store: Store| {
    let gateway = Gateway::start(&["--database-url", &store.url]);
    let query = "mutation { registerPatient(input: { name: \"Ada Secretson\", dateOfBirth: \"1980-02-03\", sex: FEMALE }) { patient { name } } }";
    let answer = explain(&gateway, &[("medimax-explain", "plan")], query, Value::Null);
    assert_eq!(answer.get("errors"), None, "{answer}");
    let statements = answer["extensions"]["explain"]["statements"].as_array().unwrap();
    let insert = statements.iter().find(|one| one["statement"].as_str().unwrap().starts_with("INSERT INTO Patient"));
    assert_eq!((&insert.unwrap()["plan"], &insert.unwrap()["paths"]), (&Value::Null, &json!(["registerPatient"])));
    assert!(["begin", "commit"].iter().all(|what| named(&answer, what)["plan"].is_null()));
    let read = statements.iter().rfind(|one| one["what"] == "Patient").unwrap();
    assert!(read["plan"].is_string() && read["paths"] == json!(["registerPatient.patient"]), "{read}");
    assert!(!answer["extensions"].to_string().contains("Secretson"));
    assert_eq!(store.data("{ patients { totalCount } }").await["patients"]["totalCount"], 2);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_graph_s_statements_are_told_too() {
    let (store, place) = (Store::with_graph(Backend::MariaDb, 8).await, Place::new());
    let engine = answers::engine(&store, &answers::in_neo4j(&store, &place).await);
    let query = "{ patients(first: 4) { nodes { carePaths { condition { item } } untreatedConditions { item } } } }";
    let recorder = Recorder::whole();
    let body = crate::support::run_recorded(&engine, Scope::everything(), query, Value::Null, &recorder).await;
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap().get("errors"), None);
    let explained = serde_json::to_value(explained(&recorder, Duration::ZERO, None).await).unwrap();
    let answer = json!({ "extensions": { "explain": explained } });
    let paths = named(&answer, "crossings");
    assert_eq!((&paths["store"], &paths["level"], &paths["keys"]), (&json!("CYPHER"), &json!(2), &json!(4)));
    assert_eq!(
        (&paths["paths"], &paths["parameters"]),
        (&json!(["patients.nodes.carePaths"]), &json!(["patients: 4", "most: int"]))
    );
    assert!(paths["statement"].as_str().unwrap().contains("UNWIND $patients"));
    assert_eq!(named(&answer, "own")["paths"], json!(["patients.nodes.untreatedConditions"]));
}

on_both!(the_command_line_explains_a_document, 3, async |store: Store| {
    store.sql("UPDATE Patient SET name = 'Adalbert Secretson'").await;
    let file = scratch(&format!("{}.graphql", unique("document")));
    std::fs::write(&file, QUERY).unwrap();
    let name = r#"{"name": "Adalbert Secretson"}"#;
    let explain = |args: &[&str]| {
        let mut command = medimax(&["explain", "--database-url", &store.url, "--variables", name]);
        command.arg(&file).args(args);
        command
    };
    let table = done(&mut explain(&["--plan"]));
    let row = table.lines().find(|line| line.contains("LabReportsOfPatient")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(
        (&cells[1..5], cells.last()),
        (&["2", "SQL", "LabReportsOfPatient", "3"][..], Some(&"patients.nodes.labReports"))
    );
    assert!(table.contains("4 statements in ") && table.contains("idx_lab_finding_report"), "{table}");
    assert!(table.contains("SELECT ") && !table.contains("Secretson"), "{table}");
    let json: Value = serde_json::from_str(&done(&mut explain(&["--format", "json"]))).unwrap();
    assert_eq!((json["statements"].as_array().unwrap().len(), &json["statements"][0]["plan"]), (4, &Value::Null));

    std::fs::write(&file, "mutation { removePatient(id: \"1\") { removed { count } } }").unwrap();
    let ended = run(&mut explain(&[]));
    assert!(
        ended.code == Some(1) && ended.out.contains("explain runs documents that read, and this one is a mutation"),
        "{ended:?}"
    );
    assert_eq!(store.data("{ patients { totalCount } }").await["patients"]["totalCount"], 3);
    std::fs::write(&file, "{ nothing }").unwrap();
    assert!(refused(&mut explain(&[])).contains("nothing"));
    assert!(refused(&mut medimax(&["explain", "/nowhere.graphql"])).contains("/nowhere.graphql"));
});

#[tokio::test]
async fn a_graph_in_the_gateway_is_walked_and_sent_nothing() {
    let gateway = Gateway::start(&["--memory", "--demo-patients", "3"]);
    let query = "{ patients(first: 3) { nodes { carePaths { symptom { name } } } } }";
    let answer = explain(&gateway, &[("medimax-explain", "plan")], query, Value::Null);
    assert!(named(&answer, "care_paths")["keys"].as_u64().unwrap() > 0);
    let walk = named(&answer, "crossings");
    assert_eq!((&walk["store"], &walk["level"], &walk["keys"]), (&json!("MEMORY"), &json!(2), &json!(3)), "{walk}");
    assert!(walk["rows"].as_u64().unwrap() > 0 && walk["plan"].is_null(), "{walk}");
    assert_eq!((&walk["paths"], &walk["waitMs"]), (&json!(["patients.nodes.carePaths"]), &json!(0.0)));

    let query =
        "{ patients(filter: {graph: {reportsSymptom: \"cough\", takesDrugThatTreats: \"asthma\"}}) { totalCount } }";
    let answer = explain(&gateway, &[("medimax-explain", "1")], query, Value::Null);
    let statements = answer["extensions"]["explain"]["statements"].as_array().unwrap();
    let walks: Vec<&Value> = statements.iter().filter(|ran| ran["what"] == "patients_with").collect();
    assert_eq!(walks.len(), 2, "{answer}");
    // One after the other, and the statement that takes their keys after both.
    let ends = |walk: &Value| walk["startMs"].as_f64().unwrap() + walk["storeMs"].as_f64().unwrap();
    let total = answer["extensions"]["explain"]["totalMs"].as_f64().unwrap();
    assert!(walks.iter().all(|walk| walk["storeMs"].as_f64().unwrap() > 0.0 && ends(walk) < total), "{answer}");
    assert!(ends(walks[0]) <= walks[1]["startMs"].as_f64().unwrap() + 0.001, "{answer}");
    assert!(ends(walks[1]) <= named(&answer, "totalCount")["startMs"].as_f64().unwrap() + 0.001, "{answer}");
}
