//! The worst that a request can ask for: rows of a level, bytes of an answer, errors, care paths and graph work without end. Each ends by a
//! limit, and the gateway's memory with it.

use super::{MODERN, crowds::memory, gateway, refusal};
use crate::support::{
    Backend, Store, codes, full, heavy,
    process::{Answer, Gateway, JSON, body_of, eventually},
};
use serde_json::{Value, json};
use std::{
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

/// What a gateway may take besides, in MiB: the answer, what is read for it, and the allocator's slack. It is a debug build.
const GROWTH: u64 = 300;

/// One patient with reports, each with a text of so many bytes.
async fn reports(reports: usize, bytes: usize) -> Store {
    let store = Store::new(Backend::Sqlite).await;
    store.sql("INSERT INTO Patient (name, sex) VALUES ('Ada', 'Female')").await;
    for _ in 0..reports {
        let text = "x".repeat(bytes);
        store
            .sql(&format!(
                "INSERT INTO Report (patient_id, report_date, report_type, complete_report) VALUES (1, '2024-01-01', 'radiology', '{text}')"
            ))
            .await;
    }
    store
}

/// From the patient to the reports and back, so many times, and then this.
fn circle(times: usize, what: &str) -> String {
    let (open, close) = ("reports(first: 18) { nodes { patient { ".repeat(times), " } } }".repeat(times));
    format!("patient(id: 1) {{ {open} {what} {close} }}")
}

fn limit_of(error: &Value) -> (&str, &Value) {
    assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED", "{error}");
    (error["extensions"]["limit"]["key"].as_str().unwrap(), &error["path"])
}

#[tokio::test]
async fn a_circle_ends_at_the_height_of_a_level_and_at_the_bytes_of_an_answer() {
    let store = reports(18, 60_000).await;
    let gateway = gateway(&store, &[]);
    gateway.ask("{ patient(id: 1) { reports { nodes { id } } } }");
    let before = memory(&gateway);
    // 18 to the fourth rows; the same rows again and again, so that no statement brings many.
    let query = format!("{{ {} }}", circle(3, "reports(first: 18) { nodes { id } }"));
    let (status, answer) = gateway.ask(&query);
    assert_eq!((status, limit_of(&answer["errors"][0]).0), (200, "max_level_rows"));
    assert_eq!(
        answer["errors"][0]["extensions"]["limit"],
        json!({"key": "max_level_rows", "allowed": 50_000, "asked": 104_976})
    );
    let depth: usize = answer["errors"][0]["path"].as_array().unwrap().len();
    assert_eq!(depth, 1 + 3 * 4 + 1, "the places below which there are too many: {}", answer["errors"][0]);
    // 350 MB of texts, each of which is held once.
    let text = circle(2, "reports(first: 18) { nodes { fullText } }");
    let query = format!("{{ small: patient(id: 1) {{ name }} big: {text} after: patient(id: 1) {{ id }} }}");
    let answer = gateway.post(&body_of(&query, Value::Null));
    let json = answer.json();
    assert_eq!(json["data"], json!({"small": {"name": "Ada"}, "big": null, "after": {"id": "Patient:1"}}));
    let errors = json["errors"].as_array().unwrap();
    assert_eq!((errors.len(), limit_of(&errors[0])), (1, ("max_answer_bytes", &json!(["big"]))));
    assert!(answer.body.len() < 2_000, "{}", answer.body.len());
    assert!(memory(&gateway) < before + GROWTH, "{} MiB, {before} before", memory(&gateway));
    // What fits is whole.
    let (_, whole) = gateway.ask("{ patient(id: 1) { reports(first: 18) { nodes { fullText } } } }");
    assert_eq!(whole.get("errors"), None);
    let nodes = whole["data"]["patient"]["reports"]["nodes"].as_array().unwrap();
    assert!(nodes.len() == 18 && nodes.iter().all(|node| node["fullText"].as_str().unwrap().len() == 60_000));
}

#[tokio::test]
async fn a_request_holds_no_more_than_it_may() {
    let store = reports(40, 100_000).await;
    let gateway = gateway(&store, &["--max-request-bytes=1000000"]);
    let (_, answer) =
        gateway.ask("{ patient(id: 1) { name reports(first: 40) { totalCount nodes { id fullText } } } }");
    assert_eq!(limit_of(&answer["errors"][0]).0, "max_request_bytes");
    let reports = &answer["data"]["patient"]["reports"];
    assert_eq!((&answer["data"]["patient"]["name"], &reports["totalCount"]), (&json!("Ada"), &json!(40)));
    assert!(
        reports["nodes"].as_array().unwrap().iter().all(|node| node["id"].is_string() && node["fullText"].is_null())
    );
    let (_, less) = gateway.ask("{ patient(id: 1) { reports(first: 4) { nodes { fullText } } } }");
    assert_eq!(less.get("errors"), None);
    // What a mutation wrote is said although its answer does not fit.
    let small = super::gateway(&store, &["--max-answer-bytes=200000"]);
    let write = "mutation { correctPatient(id: 1, input: {name: \"Ada King\"}) { replayed patient { reports(first: 40) { nodes { fullText } } } } }";
    let (_, answer) = small.ask(write);
    assert_eq!(limit_of(&answer["errors"][0]), ("max_answer_bytes", &json!(["correctPatient", "patient"])));
    assert_eq!(answer["data"], json!({"correctPatient": {"replayed": false, "patient": null}}));
    assert_eq!(small.ask("{ patient(id: 1) { name } }").1["data"]["patient"]["name"], "Ada King");
}

#[tokio::test]
async fn errors_without_number_are_counted_and_not_listed() {
    let store = reports(18, 10).await;
    // Its graph was never built: every such field fails. 5,832 rows with 28 of them.
    let failing: String = (0..28).map(|at| format!("c{at}: carePathCount ")).collect();
    let query = format!("{{ {} }}", circle(3, &format!("name {failing}")));
    let before = resident();
    let engine = store.engine_with(medimax::graphql::limits::Limits {
        max_cost: 10_000_000,
        ..medimax::config::Config::default().limits()
    });
    let (body, _) = crate::support::run(&engine, medimax::db::scope::Scope::everything(), &query, Value::Null).await;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert!(codes(&answer).iter().all(|code| *code == "GRAPH_UNAVAILABLE"));
    let errors = answer["errors"].as_array().unwrap();
    let (last, listed) = errors.split_last().unwrap();
    assert!(listed.len() == 100 && listed.iter().all(|error| error["path"].as_array().unwrap().len() == 14), "{last}");
    assert_eq!((&last["extensions"]["more"], last.get("path")), (&json!(5_832 * 28 - 100), None));
    assert!(serde_json::to_vec(errors).unwrap().len() < 40_000);
    assert!(resident() < before + GROWTH, "{} MiB, {before} before", resident());
}

/// Memory of this process, in MiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[tokio::test]
async fn answers_that_are_still_being_sent_count_against_the_memory_of_all() {
    let store = reports(18, 60_000).await;
    let sizes = ["--max-memory-bytes=48000000", "--max-answer-bytes=16000000", "--client-timeout-ms=5000"];
    let gateway = gateway(&store, &sizes);
    let body = body_of(&format!("{{ {} }}", circle(1, "reports(first: 12) { nodes { fullText } }")), Value::Null);
    let plain = Answer::read(gateway.write("POST", "/graphql", &[JSON, MODERN], &body));
    assert!(plain.status == 200 && plain.body.len() > 12_000_000 && plain.json().get("errors").is_none());
    drop(plain);
    let before = memory(&gateway);
    let mut refused = 0;
    // Nobody reads: three answers stand in the way of any other.
    let deaf: Vec<TcpStream> = (0..60)
        .map(|_| gateway.write("POST", "/graphql", &[JSON, MODERN], &body))
        .inspect(|_| thread::sleep(Duration::from_millis(10)))
        .collect();
    eventually("a request is refused", || {
        let answer = gateway.post(&body_of("{ patient(id: 1) { name } }", Value::Null));
        (answer.status == 503).then(|| {
            assert_eq!((refusal(&answer).0.as_str(), answer.header("retry-after")), ("LIMIT_EXCEEDED", Some("1")));
            assert_eq!(answer.json()["errors"][0]["extensions"]["limit"]["key"], "max_memory_bytes");
            refused += 1;
        })
    })
    .unwrap();
    assert!(refused == 1 && memory(&gateway) < before + GROWTH, "{} MiB, {before} before", memory(&gateway));
    assert_eq!(gateway.send("GET", "/healthz", &[], b"").status, 200);
    drop(deaf);
    eventually("they are gone, and so are their answers", || {
        let (status, answer) = gateway.ask("{ patient(id: 1) { name } }");
        (status == 200 && answer.get("errors").is_none()).then_some(())
    })
    .unwrap();
}

#[tokio::test]
async fn the_care_paths_of_the_most_ill_are_counted_and_paged() {
    let each = if full() { 3_000 } else { 300 };
    let store = Store::with_graph(Backend::Sqlite, 1).await;
    heavy(&store, 1, each).await;
    let gateway = gateway(&store, &["--log-level=warn"]);
    let ready = "{ graphStatus { available } }";
    eventually("the graph is built", || {
        (gateway.ask(ready).1["data"]["graphStatus"]["available"] == true).then_some(())
    })
    .unwrap();
    let before = memory(&gateway);
    let all = "symptom { name } condition { item } medication { name } path { nodes { id name labels } relationships { type } } paths { nodes { id } } pathCount";
    let finding = "medication { name } path { nodes { id } }";
    for query in [
        "{ patient(id: 1) { carePathCount } }".to_owned(),
        format!("{{ patient(id: 1) {{ carePaths {{ {all} }} }} }}"),
        format!("{{ patient(id: 1) {{ carePaths(first: 200, skip: 100000) {{ {all} }} }} }}"),
        format!("{{ patient(id: 1) {{ interactions {{ {finding} }} contraindications {{ {finding} }} possibleSideEffects {{ {finding} }} interactionCount contraindicationCount possibleSideEffectCount }} }}"),
        "{ patient(id: 1) { unexplainedSymptoms { name } untreatedConditions { item } medicationsWithoutIndication { name } differential { score symptoms { name } } } }".into(),
        "{ patient(id: 1) { graph(depth: 4) { truncated nodes { id } relationships { type } } } }".into(),
        "{ patient(id: 1) { medications { treats { path { nodes { id } } } } } }".into(),
        "{ patient(id: 1) { medications(first: 200) { treatsCount treats(first: 3) { condition { item } } } } }".into(),
    ] {
        let since = Instant::now();
        let answer = gateway.post(&body_of(&query, Value::Null));
        let json = answer.json();
        // A limit or the time may end it; nothing else does.
        assert!(codes(&json).iter().all(|code| matches!(*code, "LIMIT_EXCEEDED" | "TIMEOUT")), "{query}: {:.500}", json["errors"].to_string());
        assert!(answer.body.len() < 34_000_000 && since.elapsed() < Duration::from_secs(60), "{query}: {} bytes", answer.body.len());
        assert!(memory(&gateway) < before + GROWTH, "{query}: {} MiB, {before} before", memory(&gateway));
    }
    let (_, answer) =
        gateway.ask("{ patient(id: 1) { carePathCount carePaths { symptom { name } medication { name } } } }");
    assert_eq!(answer.get("errors"), None);
    assert!(answer["data"]["patient"]["carePathCount"].as_u64().unwrap() > 100_000, "{answer:.300}");
    assert_eq!(answer["data"]["patient"]["carePaths"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn work_in_the_graph_holds_nobody_up_and_ends_with_its_request() {
    let gateway = Gateway::start(&[
        "--memory",
        "--demo-patients=600",
        "--request-timeout-ms=2000",
        "--max-aliases=100",
        "--max-root-fields=100",
        "--max-cost=100000000",
    ]);
    // Each of other patients, so that none shares its answer with another.
    let fields: String = (0..60)
        .map(|at| {
            format!(
                "a{at}: patients(first: {}) {{ nodes {{ similarPatients(first: 5) {{ score shared {{ name }} }} }} }} ",
                200 - at
            )
        })
        .collect();
    let body = body_of(&format!("{{ {fields} }}"), Value::Null);
    let streams: Vec<TcpStream> = (0..4).map(|_| gateway.write("POST", "/graphql", &[JSON], &body)).collect();
    let since = Instant::now();
    for _ in 0..10 {
        let asked = Instant::now();
        assert_eq!(gateway.send("GET", "/healthz", &[], b"").status, 200);
        assert!(asked.elapsed() < Duration::from_secs(5), "/healthz took {:?}", asked.elapsed());
        thread::sleep(Duration::from_millis(100));
    }
    for stream in streams {
        let json = Answer::read(stream).json();
        assert!(
            codes(&json).iter().all(|code| matches!(*code, "TIMEOUT" | "LIMIT_EXCEEDED")),
            "{:.500}",
            json["errors"].to_string()
        );
    }
    assert!(since.elapsed() < Duration::from_secs(30), "their time was over after 2 s: {:?}", since.elapsed());
}
