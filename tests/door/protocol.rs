//! GraphQL over HTTP, to the letter.

use super::{MODERN, encoded, gateway, refusal};
use crate::support::{
    Backend, Store,
    process::{Gateway, JSON, body_of, program},
};
use serde_json::{Value, json};
use std::{io::Read, process::Command};

#[tokio::test]
async fn every_audit_of_graphql_http_passes() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/audits.mjs");
    let output = Command::new("node")
        .arg(root)
        .arg(format!("http://{}/graphql", gateway.address))
        .env("MEDIMAX_TEST_NODE_MODULES", program("MEDIMAX_TEST_NODE_MODULES"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "61 of 61 audits passed\n", "{}", String::from_utf8_lossy(&output.stderr));
}

/// A URL that asks.
fn url(query: &str) -> String {
    format!("/graphql?query={}", encoded(query))
}

#[tokio::test]
async fn a_get_reads_and_never_writes() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    let gateway = gateway(&store, &[]);
    let get = |path: &str| gateway.send("GET", path, &[MODERN], b"");

    let answer = get(&url("{ patient(id: 1) { patientId } }"));
    assert_eq!((answer.status, answer.json()), (200, json!({ "data": { "patient": { "patientId": 1 } } })));
    let two = "query A { __typename } query B($n: ID!) { patient(id: $n) { patientId } }";
    let variables = encoded(r#"{"n": 2}"#);
    let answer = get(&format!("{}&operationName=B&variables={variables}&extensions=%7B%7D", url(two)));
    assert_eq!((answer.status, answer.json()), (200, json!({ "data": { "patient": { "patientId": 2 } } })));

    let mutation = "mutation M { removePatient(id: 1) { replayed } }";
    for (path, accept) in [
        (url(mutation), MODERN),
        (url(mutation), ("accept", "application/json")),
        (format!("{}&operationName=M", url(&format!("query Q {{ __typename }} {mutation}"))), MODERN),
    ] {
        for method in ["GET", "HEAD"] {
            let answer = gateway.send(method, &path, &[accept], b"");
            assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method} {path}");
        }
    }
    // The method in a header, a body with a GET: neither makes a POST of it.
    for header in [("x-http-method-override", "POST"), ("x-http-method", "POST")] {
        assert_eq!(gateway.send("GET", &url(mutation), &[MODERN, header], b"").status, 405);
    }
    assert_eq!(gateway.send("GET", "/graphql", &[MODERN, JSON], &body_of(mutation, Value::Null)).status, 400);
    let left = gateway.ask("{ patients { totalCount } }").1;
    assert_eq!(left["data"]["patients"]["totalCount"], 2);

    for (path, says) in [
        ("/graphql".to_owned(), "no `query`"),
        ("/graphql?query=".to_owned(), "no `query`"),
        (format!("{}&variables=%5B1%5D", url("{ __typename }")), "`variables`"),
        (format!("{}&variables=%7B", url("{ __typename }")), "`variables`"),
        (format!("{}&extensions=1", url("{ __typename }")), "`extensions`"),
    ] {
        let answer = get(&path);
        let (code, message) = refusal(&answer);
        assert!(answer.status == 400 && code == "BAD_USER_INPUT" && message.contains(says), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn head_says_what_get_would_and_options_what_may_be_done() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    for path in [url("{ patient(id: 1) { name } }"), "/healthz".into(), "/".into(), "/nowhere".into()] {
        let (head, get) = (gateway.send("HEAD", &path, &[], b""), gateway.send("GET", &path, &[], b""));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("content-length"), get.header("content-length"), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
    let options = gateway.send("OPTIONS", "/graphql", &[], b"");
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS, POST")));
    let refused = gateway.send("POST", "/graphql", &[JSON, ("accept", "text/html")], b"{}");
    assert!(refused.status == 406 && refusal(&refused).1.contains("application/json"), "{refused:?}");
}

#[tokio::test]
async fn a_page_of_another_origin_asks_only_where_it_is_configured() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let open = gateway(&store, &["--cors-origins", "https://app.example, http://localhost:3000"]);
    let closed = gateway(&store, &[]);
    let body = body_of("{ __typename }", Value::Null);
    let preflight = |gateway: &Gateway, origin: &str| {
        let asks = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ];
        gateway.send("OPTIONS", "/graphql", &asks, b"")
    };
    for origin in ["https://app.example", "http://localhost:3000"] {
        let may = preflight(&open, origin);
        assert_eq!((may.status, may.header("access-control-allow-origin")), (204, Some(origin)));
        assert_eq!(may.header("access-control-allow-methods"), Some("GET, POST"));
        let headers: Vec<&str> = may.header("access-control-allow-headers").unwrap().split(", ").collect();
        for needed in ["content-type", "authorization", "accept", "traceparent"] {
            assert!(headers.contains(&needed), "{needed} is not in {headers:?}");
        }
        assert_eq!(may.header("access-control-allow-credentials"), None);
        let answer = open.send("POST", "/graphql", &[JSON, ("origin", origin)], &body);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert!(answer.all("vary").contains(&"origin"), "{answer:?}");
    }
    for (gateway, origin) in [
        (&open, "https://app.example.evil"),
        (&open, "http://app.example"),
        (&open, "null"),
        (&closed, "https://app.example"),
    ] {
        for answer in [preflight(gateway, origin), gateway.send("POST", "/graphql", &[JSON, ("origin", origin)], &body)]
        {
            assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
            assert_eq!(answer.header("access-control-allow-methods"), None, "{origin}");
        }
    }
}

#[tokio::test]
async fn a_gateway_on_loopback_answers_to_no_stranger_s_name() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let strict = gateway(&store, &[]);
    let named = gateway(&store, &["--allowed-hosts", "clinic.example, MediMax.local"]);
    let body = body_of("{ patient(id: 1) { name } }", Value::Null);
    let ask = |gateway: &Gateway, host: &str| gateway.as_host(host, &body).status;
    for host in ["localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:8080", "192.0.2.7:8080"] {
        assert_eq!((ask(&strict, host), ask(&named, host)), (200, 200), "{host}");
    }
    for host in ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", ""] {
        let answer = strict.as_host(host, &body);
        assert!(answer.status == 421 && refusal(&answer).1.contains("allowed_hosts"), "{host}: {answer:?}");
        assert_eq!(ask(&named, host), 421, "{host}");
    }
    assert_eq!(
        ["clinic.example", "medimax.local:8080", "other.example"].map(|host| ask(&named, host)),
        [200, 200, 421]
    );
}

#[tokio::test]
async fn answers_are_compressed_as_the_client_takes_them() {
    let store = Store::with_patients(Backend::Sqlite, 30).await;
    let gateway = gateway(&store, &[]);
    let long = body_of("{ patients(first: 30) { nodes { id name dateOfBirth createdAt updatedAt } } }", Value::Null);
    let plain = gateway.post(&long);
    assert!(plain.body.len() > 2000 && plain.header("content-encoding").is_none());
    let ask = |accept: &str| gateway.send("POST", "/graphql", &[JSON, ("accept-encoding", accept)], &long);
    for (accept, encoding) in [("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br", "br"), ("br;q=0, gzip", "gzip")] {
        let answer = ask(accept);
        assert_eq!(answer.header("content-encoding"), Some(encoding), "{accept}");
        assert!(answer.all("vary").contains(&"accept-encoding"), "{answer:?}");
        let body = answer.unchunked();
        assert!(body.len() * 2 < plain.body.len(), "{accept}: {} of {}", body.len(), plain.body.len());
        if encoding == "gzip" {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut text).unwrap();
            assert_eq!(text, plain.body);
        }
    }
    assert_eq!(ask("identity").body, plain.body);
    let short =
        gateway.send("POST", "/graphql", &[JSON, ("accept-encoding", "gzip")], &body_of("{ __typename }", Value::Null));
    assert_eq!((short.header("content-encoding"), short.text()), (None, r#"{"data":{"__typename":"Query"}}"#));
    // A body that would have to be unpacked could become any size.
    let packed = gateway.send("POST", "/graphql", &[JSON, ("content-encoding", "gzip")], &long);
    assert_eq!((packed.status, refusal(&packed).0.as_str()), (415, "BAD_USER_INPUT"));
    let latin = gateway.send("POST", "/graphql", &[("content-type", "application/json; charset=latin1")], &long);
    assert_eq!(latin.status, 415);
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/graphql"),
        ("POST", "/graphql"),
        ("GET", "/healthz"),
        ("GET", "/nowhere"),
        ("PUT", "/"),
    ] {
        let answer = gateway.send(method, path, &[JSON], b"{}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{method} {path}");
        }
        assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("server"), None);
    }
}

#[tokio::test]
async fn a_request_says_nothing_twice() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    let post = |variables: &str| {
        let body = format!(
            "{{\"query\": \"query($f: PatientFilter) {{ patients(filter: $f) {{ totalCount }} }}\", \"variables\": {variables}}}"
        );
        gateway.send("POST", "/graphql", &[MODERN, JSON], body.as_bytes())
    };
    assert_eq!(post(r#"{"f": {"name": {"eq": "A"}, "patientId": {"eq": 1}}}"#).status, 200);
    let answer = post(r#"{"f": {"name": {"eq": "A", "eq": "B"}}}"#);
    let told = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(answer.status == 400 && told.contains("has a member twice"), "{told}");
}
