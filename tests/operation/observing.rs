//! What an operator sees of a running gateway: whether it is ready, its metrics, and its log.

use super::{refused, server::Server};
use crate::support::{
    Backend, Store, codes, on_both,
    process::{Gateway, JSON, body_of, eventually, medimax, signal, wait},
    scratch, unique,
};
use medimax::telemetry::METRICS;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, read_to_string, write},
    path::PathBuf,
    time::{Duration, Instant},
};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn ready(gateway: &Gateway) -> (u16, Value) {
    let answer = gateway.send("GET", "/readyz", &[], b"");
    (answer.status, answer.json())
}

on_both!(a_gateway_is_ready_while_the_tables_are_its_own, 1, async |store: Store| {
    let gateway = Gateway::start(&["--database-url", &store.url]);
    let (status, report) = ready(&gateway);
    let expected = report["database"]["expected"].as_i64().unwrap();
    assert_eq!(
        (status, &report["database"]),
        (200, &json!({"state": "up", "migration": expected, "expected": expected}))
    );
    assert_eq!((&report["ready"], &report["leaving"]), (&json!(true), &json!(false)));
    let graph = &report["graph"];
    assert_eq!((&graph["state"], &graph["store"]), (&json!("up"), &json!("embedded")), "{graph}");
    assert!(graph["backlog"].is_i64() && graph["lagMs"].is_i64(), "{graph}");

    store.sql(&format!("UPDATE Schema_Migration SET version = {} WHERE version = {expected}", expected + 1)).await;
    let state = |state: &str| json!({"state": state, "migration": expected + 1, "expected": expected});
    let newer = state("up");
    eventually("newer tables that suit it", || Some(ready(&gateway)).filter(|(_, report)| report["database"] == newer))
        .unwrap();
    store.sql(&format!("UPDATE Schema_Migration SET suits = version WHERE version = {}", expected + 1)).await;
    let newer = state("migration");
    let seen = || Some(ready(&gateway)).filter(|(_, report)| report["database"] == newer);
    let (status, report) = eventually("the newer tables are seen", seen).unwrap();
    assert_eq!((status, &report["ready"]), (503, &json!(false)));
    assert_eq!(gateway.send("GET", "/healthz", &[], b"").status, 200);

    store.sql(&format!("UPDATE Schema_Migration SET version = {expected} WHERE version = {}", expected + 1)).await;
    eventually("it is ready again", || Some(ready(&gateway)).filter(|(status, _)| *status == 200)).unwrap();
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_without_its_database_says_so_in_time_and_names_nobody() {
    let mut server = Server::start(&[]).await;
    let url = server.database(2).await;
    let gateway = Gateway::start(&["--database-url", &url]);
    assert_eq!(ready(&gateway).0, 200);
    for end in ["STOP", "KILL"] {
        match end {
            "STOP" => server.signal("STOP"),
            _ => server.end("KILL"),
        }
        let down = || Some(ready(&gateway)).filter(|(_, report)| report["database"]["state"] == "down");
        let (status, report) = eventually("it is not ready", down).unwrap();
        assert_eq!((status, &report["ready"], &report["database"]["migration"]), (503, &json!(false), &Value::Null));
        std::thread::sleep(Duration::from_millis(1_100));
        let since = Instant::now();
        let text = ready(&gateway).1.to_string();
        assert!(since.elapsed() < Duration::from_secs(4), "{:?}", since.elapsed());
        for never in [server.port.to_string().as_str(), "127.0.0.1", "mysql", "onnection"] {
            assert!(!text.contains(never), "{never} in {text}");
        }
        // Metrics can be read all the same.
        assert!(gateway.metric("medimax_uptime_seconds") > 0.0);
        if end == "STOP" {
            server.signal("CONT");
            eventually("it is ready again", || Some(ready(&gateway)).filter(|(status, _)| *status == 200)).unwrap();
        }
    }
}

#[tokio::test]
async fn a_gateway_that_leaves_says_so_while_it_still_answers() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let mut gateway = Gateway::start(&["--database-url", &store.url, "--shutdown-delay-ms", "3000"]);
    assert_eq!(ready(&gateway).0, 200);
    signal(&gateway.child, "TERM");
    let left =
        eventually("it says so", || Some(ready(&gateway)).filter(|(_, report)| report["leaving"] == true)).unwrap();
    assert_eq!((left.0, &left.1["ready"], &left.1["database"]["state"]), (503, &json!(false), &json!("up")));
    assert_eq!(gateway.ask("{ patient(id: 1) { patientId } }").1["data"]["patient"]["patientId"], 1);
    assert!(gateway.child.try_wait().unwrap().is_none());
    assert_eq!(wait(&mut gateway.child).code(), Some(0));
}

/// The lines of `/metrics`, read strictly: each metric's kind, and each value under its name and labels.
fn metrics(gateway: &Gateway) -> (BTreeMap<String, String>, BTreeMap<String, f64>) {
    let text = gateway.send("GET", "/metrics", &[], b"").text().to_owned();
    let (mut kinds, mut values, mut current) = (BTreeMap::new(), BTreeMap::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, doc) = help.split_once(' ').unwrap();
            let kind = lines.next().unwrap().strip_prefix(&format!("# TYPE {name} ")).expect(line).to_owned();
            assert!(!doc.is_empty() && kinds.insert(name.to_owned(), kind).is_none(), "twice: {line}");
            current = name.to_owned();
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let name = series.split('{').next().unwrap();
        let parts = ["_bucket", "_sum", "_count"].map(|part| format!("{current}{part}"));
        let belongs = name == current && kinds[&current] != "histogram"
            || parts.iter().any(|part| part == name) && kinds[&current] == "histogram";
        assert!(belongs, "{line} below {current}");
        assert!(values.insert(series.to_owned(), value.parse().unwrap()).is_none(), "twice: {line}");
    }
    // Buckets never fall, and end with the count.
    for (series, count) in values.iter().filter(|(series, _)| series.contains("_count")) {
        let labels = series.split_once('{').map_or("", |(_, labels)| labels.trim_end_matches('}'));
        let name = series.split("_count").next().unwrap();
        let mut buckets: Vec<(f64, f64)> = Vec::new();
        for (bucket, below) in values.iter().filter(|(series, _)| series.starts_with(&format!("{name}_bucket{{"))) {
            let (others, bound) = bucket.trim_end_matches("\"}").rsplit_once("le=\"").unwrap();
            if others.trim_end_matches(',') == format!("{name}_bucket{{{labels}") {
                buckets.push((bound.replace("+Inf", "inf").parse().unwrap(), *below));
            }
        }
        buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(buckets.len() > 5 && buckets.is_sorted_by(|a, b| a.1 <= b.1), "{series}: {buckets:?}");
        assert_eq!(buckets.last().unwrap(), &(f64::INFINITY, *count), "{series}");
    }
    (kinds, values)
}

#[tokio::test]
async fn metrics_tell_of_listed_operations_statements_and_limits() {
    let store = Store::with_graph(Backend::Sqlite, 4).await;
    let list = scratch(&format!("{}.json", unique("documents")));
    let profile = "query Profile { patients(first: 3) { nodes { name medications { name } } } }";
    let failing = "query Large { patients { nodes { labReports { nodes { findings { value } } } } } }";
    write(&list, json!({"a": profile, "b": failing}).to_string()).unwrap();
    let list = list.display().to_string();
    let gateway = Gateway::start(&["--database-url", &store.url, "--documents", &list, "--max-level-rows", "30"]);
    for _ in 0..3 {
        assert_eq!(gateway.ask(profile).1.get("errors"), None);
    }
    let answer = gateway.ask(failing).1;
    assert!(codes(&answer).iter().all(|code| *code == "LIMIT_EXCEEDED") && !codes(&answer).is_empty(), "{answer}");
    assert_eq!(codes(&gateway.ask("query Anybodys_Words { patients { totalCount } }").1), ["FORBIDDEN"]);

    let (kinds, values) = metrics(&gateway);
    let expected: BTreeMap<_, _> =
        METRICS.iter().map(|metric| (metric.name.to_owned(), metric.kind.as_str().to_owned())).collect();
    assert_eq!(kinds, expected);
    let limits = codes(&answer).len() as f64;
    for (series, value) in [
        ("medimax_requests_total{operation=\"Profile\",outcome=\"answered\"}", 3.0),
        ("medimax_requests_total{operation=\"Large\",outcome=\"failed\"}", 1.0),
        ("medimax_requests_total{operation=\"other\",outcome=\"refused\"}", 1.0),
        ("medimax_request_duration_seconds_count{operation=\"Profile\"}", 3.0),
        ("medimax_errors_total{code=\"FORBIDDEN\"}", 1.0),
        ("medimax_limits_hit_total{limit=\"max_level_rows\"}", limits),
        ("medimax_queue_wait_seconds_count", 5.0),
        ("medimax_documents{kind=\"known\"}", 2.0),
        ("medimax_document_lookups_total{kind=\"known\",result=\"hit\"}", 2.0),
        ("medimax_statement_duration_seconds_count{store=\"database\",what=\"PatientConnection\"}", 4.0),
        ("medimax_statement_duration_seconds_count{store=\"database\",what=\"MedicationsOfPatient\"}", 3.0),
        ("medimax_statement_keys_bucket{store=\"database\",le=\"1\"}", 0.0),
        ("medimax_statements_failed_total{store=\"database\"}", 0.0),
        ("medimax_client_connections{state=\"max\"}", 2000.0),
    ] {
        assert_eq!(values.get(series), Some(&value), "{series} in {values:#?}");
    }
    let open = || (gateway.metric("medimax_client_connections{state=\"open\"}") == 1.0).then_some(());
    eventually("who has left is counted no more", open).unwrap();
    assert!(!format!("{values:?}").contains("Anybodys_Words"));
    let lists = values["medimax_statement_keys_count{store=\"database\"}"];
    assert_eq!(values["medimax_connection_wait_seconds_count{store=\"database\"}"], lists + 4.0);
    for known in [
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_max_fds",
        "medimax_rows_total{store=\"database\"}",
    ] {
        assert!(values[known] > 0.0, "{known}");
    }
}

#[test]
fn the_documentation_lists_every_metric() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operation.md");
    let row = |metric: &&medimax::telemetry::Metric| {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        format!("| `{}` | {} | {} | {} |\n", metric.name, metric.kind.as_str(), labels.join(" "), metric.doc)
    };
    let table: String = METRICS.iter().map(row).collect();
    let text = read_to_string(path).unwrap();
    let (before, rest) = text.split_once("|---|---|---|---|\n").unwrap();
    let after = rest.find("\n\n").map_or("", |at| &rest[at + 1..]);
    let expected = format!("{before}|---|---|---|---|\n{table}{after}");
    if std::env::var_os("MEDIMAX_TEST_BLESS").is_some() {
        write(path, expected).unwrap();
        panic!("written anew: look at the diff, then run without MEDIMAX_TEST_BLESS");
    }
    assert!(
        text == expected,
        "not as the code says; MEDIMAX_TEST_BLESS=1 writes it anew, for you to look at:\n{table}"
    );
}

/// A gateway that writes its log into a file.
fn logging(store: &Store, args: &[&str]) -> (Gateway, PathBuf) {
    let log = scratch(&format!("{}.log", unique("gateway")));
    let mut command = medimax(&["serve", "--listen", "127.0.0.1:0", "--database-url", &store.url]);
    (Gateway::from(command.args(args).stderr(File::create(&log).unwrap())), log)
}

/// The lines about requests.
fn requests(log: &PathBuf) -> Vec<Value> {
    let lines = read_to_string(log).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    lines.filter(|line| line["message"] == "graphql").collect()
}

#[tokio::test]
async fn the_log_tells_of_each_request_and_of_nobody() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    store.sql("UPDATE Patient SET name = 'Adalbert Secretson' WHERE patient_id = 2").await;
    let (gateway, log) = logging(&store, &["--log-requests", "all", "--log-format", "json", "--log-level", "debug"]);
    let query = body_of(
        "query Anybodys($name: String!) { mine: patients(filter: { name: { eq: $name } }) { nodes { name } } }",
        json!({ "name": "Adalbert Secretson" }),
    );
    let answer = gateway.send("POST", "/graphql", &[JSON, ("traceparent", PARENT)], &query);
    assert_eq!(answer.json()["data"]["mine"]["nodes"], json!([{ "name": "Adalbert Secretson" }]));
    let response = answer.header("traceresponse").unwrap();
    assert!(response.starts_with(&format!("00-{TRACE}-")) && response.ends_with("-00"), "{response}");
    let wrong = gateway.send("POST", "/graphql", &[JSON, ("traceparent", "00-nothing-01")], &query);
    let made = wrong.header("traceresponse").unwrap().split('-').nth(1).unwrap().to_owned();
    assert!(made.len() == 32 && made != TRACE && made.bytes().any(|byte| byte != b'0'), "{made}");
    store.sql("DROP TABLE Medical_History").await;
    let failed = gateway.post(&body_of("{ patient(id: 2) { medicalHistory { id } } }", Value::Null));

    let lines = requests(&log);
    let ids: Vec<_> = [&answer, &wrong, &failed].map(|answer| answer.header("x-request-id").unwrap()).into();
    let spans: Vec<_> = lines.iter().map(|line| line["span"]["request.id"].as_str().unwrap()).collect();
    assert_eq!(spans, ids);
    let [first, second, third] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&first["span"]["trace.id"], &second["span"]["trace.id"]), (&json!(TRACE), &json!(made)));
    assert_eq!(
        (&first["status"], &first["outcome"], &first["statements"]),
        (&json!(200), &json!("answered"), &json!(1))
    );
    assert_eq!((&third["outcome"], &third["codes"]), (&json!("failed"), &json!("INTERNAL")));
    assert!(first["ms"].is_f64() && first.get("codes").is_none() && first.get("operation").is_none(), "{first}");
    let text = read_to_string(&log).unwrap();
    let fault = text.lines().find(|line| line.contains("ERROR")).unwrap();
    assert!(fault.contains(ids[2]) && fault.contains("trace.id"), "{fault}");
    for never in ["Secretson", "Anybodys", "mine", "medicalHistory"] {
        assert!(!text.contains(never), "{never} in {text}");
    }
}

#[tokio::test]
async fn only_requests_that_are_wanted_are_logged() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    for (wanted, expected) in [("off", 0), ("errors", 1), ("all", 2)] {
        let (gateway, log) = logging(&store, &["--log-requests", wanted, "--log-format", "json"]);
        gateway.ask("{ patient(id: 1) { id } }");
        gateway.ask("{ nothing }");
        let outcomes: BTreeSet<_> =
            requests(&log).iter().map(|line| line["outcome"].as_str().unwrap().to_owned()).collect();
        assert_eq!(outcomes.len(), expected, "{wanted}: {outcomes:?}");
    }
    let line = refused(&mut medimax(&["config", "--log-level", "loud"]));
    assert!(line.starts_with("log_level takes error, warn, info"), "{line}");
}
