//! What goes over the wire: statuses, headers, the page, health and metrics.

use crate::support::{
    Backend, Store, codes, on_both,
    process::{Answer, Gateway, JSON, body_of, medimax},
    scratch, unique,
};
use serde_json::{Value, json};
use std::{
    fs::{File, read_to_string},
    io::Write,
    net::TcpStream,
};

const MODERN: &str = "application/graphql-response+json";
const NAME: &str = "{ patient(id: 1) { name } }";

fn gateway(store: &Store, args: &[&str]) -> Gateway {
    Gateway::start(&[&["--database-url", &store.url], args].concat())
}

/// The status of a refused request; it must be refused in the form of a GraphQL answer, with one error of this code.
fn refusal(answer: &Answer, code: &str) -> u16 {
    let json = answer.json();
    assert_eq!((codes(&json), json.get("data")), (vec![code], None), "{answer:?}");
    assert!(answer.header("content-type").unwrap().ends_with("json; charset=utf-8"), "{answer:?}");
    answer.status
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_its_own_status() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &["--max-body-bytes", "2000"]);
    let deep = format!(
        "{{\"query\": \"{{ __typename }}\", \"variables\": {{\"a\": {}1{}}}}}",
        "[".repeat(900),
        "]".repeat(900)
    );
    for body in [
        "",
        "{",
        "null",
        "17",
        "\"{ __typename }\"",
        "[]",
        "[{\"query\": \"{ __typename }\"}]",
        "[\"{ __typename }\"]",
        " [\"{ __typename }\", null, {}]",
        "{\"query\": \"{ __typename }\"} {}",
        "{\"query\": 17}",
        "{\"query\": null}",
        "{\"query\": [\"{ __typename }\"]}",
        "{\"query\": \"{ __typename }\", \"variables\": [1]}",
        "{\"query\": \"{ __typename }\", \"variables\": \"{}\"}",
        "{\"query\": \"{ __typename }\", \"operationName\": 1}",
        "{\"query\": \"\\ud800\"}",
        &deep,
    ] {
        assert_eq!(refusal(&gateway.post(body.as_bytes()), "BAD_USER_INPUT"), 400, "{body}");
    }
    assert_eq!(refusal(&gateway.post(b"{\"query\": \"\xff\"}"), "BAD_USER_INPUT"), 400);

    let good = body_of("{ __typename }", Value::Null);
    for content_type in
        ["text/plain", "application/graphql", "application/jsonp", "multipart/form-data; boundary=x", ""]
    {
        let answer = gateway.send("POST", "/graphql", &[("content-type", content_type)], &good);
        assert_eq!(refusal(&answer, "BAD_USER_INPUT"), 415, "{content_type}");
    }
    assert_eq!(refusal(&gateway.send("POST", "/graphql", &[], &good), "BAD_USER_INPUT"), 415);
    for content_type in ["application/json; charset=utf-8", "Application/JSON", "application/json ;charset=\"utf-8\""] {
        assert_eq!(gateway.send("POST", "/graphql", &[("content-type", content_type)], &good).status, 200);
    }

    for path in ["/nowhere", "/graphql/", "/../Cargo.toml", "/assets/none.js", "/assets/../sources.sha256", "/%00"] {
        assert_eq!(refusal(&gateway.send("GET", path, &[], b""), "BAD_USER_INPUT"), 404, "{path}");
    }
    for (method, path) in [("PUT", "/graphql"), ("DELETE", "/graphql"), ("POST", "/healthz"), ("PUT", "/")] {
        let answer = gateway.send(method, path, &[JSON], &good);
        assert_eq!(refusal(&answer, "BAD_USER_INPUT"), 405, "{method} {path}");
        let expected = if path == "/graphql" { "GET, HEAD, OPTIONS, POST" } else { "GET,HEAD" };
        assert_eq!(answer.header("allow"), Some(expected), "{method} {path}");
    }
    assert_eq!(refusal(&gateway.send("BREW", "/graphql", &[JSON], &good), "BAD_USER_INPUT"), 501);
}

#[tokio::test]
async fn too_large_a_body_is_refused_and_harms_nobody() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &["--max-body-bytes", "2000"]);
    let body = |bytes: usize| {
        let rest = body_of("{ __typename } #", Value::Null).len();
        body_of(&format!("{{ __typename }} #{}", "x".repeat(bytes - rest)), Value::Null)
    };
    assert_eq!(gateway.post(&body(2000)).status, 200);
    for bytes in [2001, 3_000_000] {
        let answer = gateway.post(&body(bytes));
        assert_eq!(refusal(&answer, "LIMIT_EXCEEDED"), 413);
        let limit = &answer.json()["errors"][0]["extensions"]["limit"];
        assert_eq!((&limit["key"], &limit["allowed"]), (&json!("max_body_bytes"), &json!(2000)));
    }

    // One that does not say how large it is.
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";
    stream.write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).unwrap();
    for _ in 0..300 {
        if stream.write_all(format!("a\r\n{}\r\n", " ".repeat(10)).as_bytes()).is_err() {
            break;
        }
    }
    assert_eq!(refusal(&Answer::read(stream), "LIMIT_EXCEEDED"), 413);
    assert_eq!(gateway.ask(NAME).0, 200);
}

#[tokio::test]
async fn the_status_follows_what_the_client_accepts() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    let ask = |query: &str, accept: Option<&str>| {
        let accept = accept.map(|accept| ("accept", accept));
        let headers: Vec<_> = [JSON].into_iter().chain(accept).collect();
        let answer = gateway.send("POST", "/graphql", &headers, &body_of(query, Value::Null));
        (answer.status, answer.header("content-type").unwrap().to_owned())
    };
    let partly = "{ patient(id: 1) { name medicalHistory { id } } }";
    store.sql("DROP TABLE Medical_History").await;
    for (query, modern_status) in [(NAME, 200), (partly, 200), ("{", 400), ("{ nothing }", 400)] {
        for accept in [None, Some("*/*"), Some("application/json"), Some("text/html, application/json;q=0.9")] {
            assert_eq!(ask(query, accept), (200, "application/json; charset=utf-8".into()), "{query} {accept:?}");
        }
        for accept in [MODERN, "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8"] {
            let expected = (modern_status, format!("{MODERN}; charset=utf-8"));
            assert_eq!(ask(query, Some(accept)), expected, "{query} {accept}");
        }
    }
}

#[tokio::test]
async fn health_and_metrics_can_be_watched() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &["--database-max-connections", "3"]);
    let health = gateway.send("GET", "/healthz", &[], b"");
    assert_eq!((health.status, health.text()), (200, "alive\n"));

    store.sql("DROP TABLE Medical_History").await;
    let refused = "medimax_errors_total{code=\"BAD_USER_INPUT\"}";
    let failed = "medimax_errors_total{code=\"INTERNAL\"}";
    for (query, requests, bad, internal) in [
        (NAME, 1.0, 0.0, 0.0),
        ("{ nothing }", 2.0, 1.0, 0.0),
        ("{ patient(id: 1) { medicalHistory { id } } }", 3.0, 1.0, 1.0),
        (NAME, 4.0, 1.0, 1.0),
    ] {
        gateway.ask(query);
        let outcomes = ["answered", "failed", "refused"];
        let outcomes = outcomes.map(|outcome| {
            gateway.metric(&format!("medimax_requests_total{{operation=\"other\",outcome=\"{outcome}\"}}"))
        });
        assert_eq!(outcomes, [requests - bad - internal, internal, bad], "{query}");
        assert_eq!([refused, failed].map(|name| gateway.metric(name)), [bad, internal], "{query}");
        assert_eq!(gateway.metric("medimax_request_duration_seconds_count{operation=\"other\"}"), requests);
    }
    assert_eq!(gateway.metric("medimax_database_connections{state=\"max\"}"), 3.0);
    let metrics = gateway.send("GET", "/metrics", &[], b"");
    assert!(metrics.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for line in metrics.text().lines().filter(|line| !line.starts_with("# ")) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(
            (name.starts_with("medimax_") || name.starts_with("process_")) && value.parse::<f64>().is_ok(),
            "{line}"
        );
    }
}

/// What a page loads, by its own word.
fn loads(page: &str) -> Vec<&str> {
    let targets = [" src=\"", " href=\""].into_iter().flat_map(|attribute| page.split(attribute).skip(1));
    targets.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn the_pages_load_nothing_from_elsewhere() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    for path in ["/patients", "/doctors", "/institutions", "/access"] {
        let to = format!("{path}/");
        let redirect = gateway.send("GET", path, &[], b"");
        assert_eq!((redirect.status, redirect.header("location")), (308, Some(to.as_str())));
    }
    for path in [
        "/",
        "/patients/",
        "/patients/Patient:1",
        "/doctors/",
        "/doctors/Doctor:1",
        "/institutions/",
        "/institutions/Institution:1",
        "/access/",
    ] {
        let answer = gateway.send("GET", path, &[], b"");
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        for inline in ["<style", "<script>", " style=\"", " onclick=\"", " onload=\""] {
            assert!(!answer.text().contains(inline), "the policy forbids {inline} in {path}");
        }
        let loaded = loads(answer.text());
        assert!(loaded.len() >= 3, "{loaded:?}");
        for target in loaded {
            assert!(target.starts_with("/assets/"), "{path} loads {target}");
            let asset = gateway.send("GET", target, &[], b"");
            assert_eq!(asset.status, 200, "{target}");
            assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"), "{target}");
            for elsewhere in ["src=\"http", "src=\"//", "url(http", "url(//", "@import", "import(\"http"] {
                assert!(!asset.text().contains(elsewhere), "{target} has {elsewhere}");
            }
        }
    }
}

#[tokio::test]
async fn assets_come_compressed_as_the_client_takes_them() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    let page = gateway.send("GET", "/", &[], b"");
    let script = loads(page.text()).into_iter().find(|target| target.ends_with(".js")).unwrap().to_owned();
    let coded = |accepted: &str| gateway.send("GET", &script, &[("accept-encoding", accepted)], b"");
    let plain = gateway.send("GET", &script, &[], b"");
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("accept-encoding")));
    assert!(plain.text().contains("import"), "it is JavaScript");
    for (accepted, coding) in [
        ("gzip, deflate, br", Some("br")),
        ("gzip;q=1.0, br;q=0", Some("gzip")),
        ("GZIP", Some("gzip")),
        ("deflate", None),
        ("gzip;q=0", None),
    ] {
        let answer = coded(accepted);
        assert_eq!(answer.header("content-encoding"), coding, "{accepted}");
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"), "{accepted}");
        assert_eq!(answer.body.len() < plain.body.len() / 2, coding.is_some(), "{accepted}");
    }
}

on_both!(an_internal_fault_can_be_found_in_the_log, 2, async |store: Store| {
    let log = scratch(&format!("{}.log", unique("gateway")));
    let mut command = medimax(&["--listen", "127.0.0.1:0", "--database-url", &store.url]);
    let gateway = Gateway::from(command.stderr(File::create(&log).unwrap()));
    store.sql("DROP TABLE Medication_Purpose").await;
    let query = body_of("{ patient(id: 1) { name } medicationPurposes { nodes { id } } }", Value::Null);
    let (first, second) = (gateway.post(&query), gateway.post(&query));
    for answer in [&first, &second] {
        let json = answer.json();
        assert_eq!(codes(&json), ["INTERNAL"]);
        assert!(json["data"]["patient"]["name"].is_string());
        let id = answer.header("x-request-id").unwrap();
        assert_eq!(json["errors"][0]["extensions"]["requestId"], id);
        let logged = read_to_string(&log).unwrap();
        let line = logged.lines().find(|line| line.contains(id)).unwrap();
        assert!(line.contains("ERROR") && line.contains("Medication_Purpose") && !line.contains('\u{1b}'), "{line}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
});

on_both!(odd_characters_in_variables_are_only_text, 2, async |store: Store| {
    let gateway = gateway(&store, &[]);
    let smile = "Zoë \u{1F600}\u{200D}\u{1F468} O'Hara \\ \"x\" %_";
    store.sql(&format!("UPDATE Patient SET name = '{}' WHERE patient_id = 2", literal(&store, smile))).await;
    let by_name = "query($name: String!) { patients(filter: { name: { eq: $name } }) { nodes { patientId name } } }";
    let nodes = |name: &str| {
        let (status, answer) = gateway.ask_with(by_name, json!({ "name": name }));
        assert!(status == 200 && answer.get("errors").is_none(), "{name:?}: {answer}");
        answer["data"]["patients"]["nodes"].clone()
    };
    assert_eq!(nodes(smile), json!([{ "patientId": 2, "name": smile }]));
    let search = "query($words: String!) { patients(search: $words) { totalCount } }";
    for odd in ["\0", "Zoë\0", "\u{feff}", "\u{10FFFF}", "' OR 1=1 -- ", "\\", "\u{202e}", "\r\n", ""] {
        assert_eq!(nodes(odd), json!([]), "{odd:?}");
        let (status, answer) = gateway.ask_with(search, json!({ "words": odd }));
        let fine = codes(&answer).iter().all(|code| *code == "BAD_USER_INPUT");
        assert!(status == 200 && fine, "{odd:?}: {answer}");
    }
});

/// A text between the quotes of a statement.
fn literal(store: &Store, text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if store.backend == Backend::MariaDb { quoted.replace('\\', "\\\\") } else { quoted }
}
