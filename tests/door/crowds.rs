//! Clients that come in crowds, take their time, or send what nobody can read: the others are answered all the same.

use super::{MODERN, gateway, refusal};
use crate::support::{
    Backend, Store, options,
    process::{Answer, Gateway, JSON, PATIENCE, body_of, eventually, signal, wait},
};
use medimax::db::{self, Options};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

const NAME: &str = "{ patient(id: 1) { name } }";

/// Memory that a gateway takes, in MiB.
pub(super) fn memory(gateway: &Gateway) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

fn served(gateway: &Gateway) {
    let (status, answer) = gateway.ask(NAME);
    assert!(status == 200 && answer["data"]["patient"]["name"].is_string(), "{answer}");
}

#[tokio::test]
async fn who_comes_when_the_queue_is_full_is_told_when_to_come_again() {
    let store = Store::with_patients(Backend::MariaDb, 1).await;
    let gateway = gateway(&store, &["--max-concurrent-requests=2", "--max-queued-requests=3"]);
    // As long as the table is locked, whoever reads it waits.
    let blocker = db::open(&Options { max_connections: 1, ..options(&store.url) }).await.unwrap();
    blocker.run("LOCK TABLES Patient WRITE").await.unwrap();
    let state = |state: &str| gateway.metric(&format!("medimax_requests_at_once{{state=\"{state}\"}}")) as usize;
    let body = body_of(NAME, Value::Null);
    let ask = || gateway.write("POST", "/graphql", &[JSON, MODERN], &body);
    let mut asked = Vec::new();
    for (running, waiting) in [(1, 0), (2, 0), (2, 1), (2, 2), (2, 3)] {
        asked.push(ask());
        let as_many = || ((state("running"), state("waiting")) == (running, waiting)).then_some(());
        eventually(&format!("{running} run and {waiting} wait"), as_many).unwrap();
    }
    for _ in 0..3 {
        let refused = Answer::read(ask());
        let limit = &refused.json()["errors"][0]["extensions"]["limit"];
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
        assert_eq!((refusal(&refused).0.as_str(), &limit["key"]), ("LIMIT_EXCEEDED", &json!("max_queued_requests")));
        assert_eq!((&limit["allowed"], &limit["asked"]), (&json!(3), &json!(4)));
    }
    // Nobody else is held up, and who waited and left leaves his place.
    assert_eq!(gateway.send("GET", "/healthz", &[], b"").status, 200);
    drop(asked.pop());
    eventually("who left is gone", || (state("waiting") == 2).then_some(())).unwrap();
    asked.push(ask());
    blocker.run("UNLOCK TABLES").await.unwrap();
    for stream in asked {
        let answer = Answer::read(stream);
        assert!(answer.status == 200 && answer.json().get("errors").is_none(), "{answer:?}");
    }
    assert_eq!((state("running"), state("waiting")), (0, 0));
}

#[tokio::test]
async fn a_thousand_slow_clients_hold_nobody_up() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &["--client-timeout-ms=3000", "--keep-alive-ms=3000"]);
    served(&gateway);
    let before = memory(&gateway);
    let mut slow: Vec<TcpStream> = Vec::new();
    for number in 0..1000 {
        let mut stream = TcpStream::connect(gateway.address).unwrap();
        let begun: &[u8] = match number % 4 {
            // Connected, and silent.
            0 => b"",
            // A head that does not end.
            1 => b"POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow: ",
            // A body that does not come, or not whole.
            2 => b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n{",
            _ => b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"que",
        };
        stream.write_all(begun).unwrap();
        slow.push(stream);
    }
    served(&gateway);
    assert!(memory(&gateway) - before < 64, "{} MiB, {before} before", memory(&gateway));
    // All of them are gone after their time, the bodies' with a word.
    let mut told = 0;
    for stream in &mut slow {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        told += usize::from(heard.starts_with(b"HTTP/1.1 408"));
    }
    assert_eq!(told, 500);
    served(&gateway);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_left() {
    let store = Store::with_patients(Backend::Sqlite, 200).await;
    let limits = ["--max-aliases=100", "--max-root-fields=100", "--max-cost=10000000"];
    let gateway = gateway(&store, &[&["--client-timeout-ms=1000"], &limits[..]].concat());
    let field = "patients(first: 200) { nodes { name labReports { nodes { id findings { testName value referenceRange } } } } }";
    let query: String = (0..90).map(|number| format!("a{number}: {field} ")).collect();
    let body = body_of(&format!("{{ {query} }}"), Value::Null);
    let mut deaf: Vec<TcpStream> = (0..3).map(|_| gateway.write("POST", "/graphql", &[JSON], &body)).collect();
    // Every answer has begun.
    for stream in &deaf {
        assert_eq!(stream.peek(&mut [0]).unwrap(), 1);
    }
    eventually("the gateway leaves all but who asks for this number", || {
        (gateway.metric("medimax_client_connections{state=\"open\"}") <= 1.0).then_some(())
    })
    .unwrap();
    for stream in &mut deaf {
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        let head = heard.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
        let promised = str::from_utf8(&heard[..head]).unwrap().split_once("content-length: ").unwrap().1;
        let promised: usize = promised.lines().next().unwrap().parse().unwrap();
        assert!(heard.len() - head - 4 < promised, "the system took all {promised} bytes: too few to tell");
    }
    served(&gateway);
}

#[tokio::test]
async fn bombs_are_refused_cheaply() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    served(&gateway);
    let before = memory(&gateway);
    let many = 100_000;
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(many), close.repeat(many));
    let query = |text: String| json!({ "query": text }).to_string();
    let bombs = [
        query(deep("{a", "}")),
        query(format!("{{ patients(filter: {}) {{ totalCount }} }}", deep("[", "]"))),
        query(format!("{{ patients(filter: {}) {{ totalCount }} }}", deep("{and:", "}"))),
        query(deep("(", ")")),
        query("{".repeat(many)),
        query("}".repeat(many)),
        query(format!("{{ {} }}", (0..many).map(|i| format!("a{i}:__typename ")).collect::<String>())),
        query(format!("{{ {} }}", "__typename ".repeat(many))),
        query(format!("query({}) {{ __typename }}", (0..many / 2).map(|i| format!("$a{i}:Int ")).collect::<String>())),
        query(format!("{{ patient(id: {}) {{ name }} }}", "9".repeat(900_000))),
        query(format!("{{ {} }}", "a".repeat(900_000))),
        query(format!("{{ patient(id: 1) {{ {} }} }}", "x@skip(if:true)".repeat(9_000))),
        query(format!("{{ a(b: \"\"\"{}", "\\\"\"\"".repeat(200_000))),
        query(format!("# {}", "\u{1F4A3}".repeat(200_000))),
        query("\u{0}".repeat(150_000)),
        format!("{{\"query\": \"{{ __typename }}\", \"variables\": {{\"a\": {}}}}}", deep("[", "]")),
        format!("{{\"query\": \"{{ __typename }}\", \"variables\": {}}}", "{\"a\":".repeat(many)),
        format!("{{\"query\": \"{{ __typename }}\", \"extensions\": {{\"a\": {}}}}}", deep("[", "]")),
        "[".repeat(many),
        "{\"query\":".repeat(many),
    ];
    for (number, bomb) in bombs.iter().enumerate() {
        let since = Instant::now();
        let answer = gateway.send("POST", "/graphql", &[JSON, MODERN], bomb.as_bytes());
        let (code, message) = refusal(&answer);
        assert!(matches!(answer.status, 400 | 413), "{number}: {answer:?}");
        assert!(["LIMIT_EXCEEDED", "BAD_USER_INPUT"].contains(&code.as_str()), "{number}: {code}");
        assert!(message.len() < 2000, "{number} is told {} bytes", message.len());
        eprintln!("bomb {number}: {} bytes, {} ms, {code}", bomb.len(), since.elapsed().as_millis());
    }
    let answer = gateway.send(
        "POST",
        "/graphql",
        &[JSON, MODERN],
        query(format!("{{ patient(id: {}) {{ name }} }}", "1")).as_bytes(),
    );
    assert_eq!(answer.status, 200);
    assert!(memory(&gateway) < before + 64, "{} MiB, {before} before", memory(&gateway));

    for headers in [200, 2000, 20_000] {
        let mut stream = gateway.connect();
        let flood: String = (0..headers).map(|number| format!("x-{number}: {number}\r\n")).collect();
        let sent = stream.write_all(format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{flood}\r\n").as_bytes());
        let mut heard = Vec::new();
        let read = stream.read_to_end(&mut heard);
        assert!(
            heard.starts_with(b"HTTP/1.1 431") || sent.is_err() || read.is_err(),
            "{}",
            String::from_utf8_lossy(&heard)
        );
    }
    served(&gateway);
}

#[tokio::test]
async fn hostile_variables_are_refused_or_do_nothing() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    let gateway = gateway(&store, &[]);
    served(&gateway);
    let before = memory(&gateway);
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let filter = "query($f: PatientFilter) { patients(filter: $f) { totalCount } }";
    let nested = (0..60).fold(json!({ "sex": { "eq": "MALE" } }), |inner, _| json!({ "and": [inner] }));
    let many: serde_json::Map<String, Value> =
        (0..50_000).map(|number| (format!("v{number}"), number.into())).collect();
    for (query, variables, expected) in [
        (nodes, json!({ "ids": vec!["Patient:1"; 50_000] }), "LIMIT_EXCEEDED"),
        (nodes, json!({ "ids": ["x".repeat(900_000)] }), "BAD_USER_INPUT"),
        (nodes, json!({ "ids": [{ "toString": "Patient:1" }] }), "BAD_USER_INPUT"),
        (nodes, json!({ "ids": [1e308, -1e308, 1.5, true] }), "BAD_USER_INPUT"),
        (nodes, json!({ "__proto__": { "ids": [1] } }), "BAD_USER_INPUT"),
        (nodes, json!({ "ids": "Patient:1" }), ""),
        (filter, json!({ "f": nested }), "BAD_USER_INPUT"),
        (filter, json!({ "f": { "or": vec![json!({ "sex": { "eq": "MALE" } }); 1000] } }), "BAD_USER_INPUT"),
        (filter, json!({ "f": { "name": { "in": vec!["x"; 50_000] } } }), "BAD_USER_INPUT"),
        ("{ __typename }", Value::Object(many), ""),
    ] {
        let answer = gateway.post(&body_of(query, variables));
        let json = answer.json();
        let found = crate::support::codes(&json);
        let fine = if expected.is_empty() { found.is_empty() } else { found.first() == Some(&expected) };
        assert!(answer.status == 200 && fine, "{query}: {found:?} in the place of {expected}");
        assert!(answer.body.len() < 5_000, "{query} is told {} bytes", answer.body.len());
    }
    assert!(memory(&gateway) < before + 64, "{} MiB, {before} before", memory(&gateway));
}

#[tokio::test]
async fn a_request_that_ends_before_its_time_is_told_so() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    let whole = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{}",
        body_of(NAME, Value::Null).len(),
        String::from_utf8(body_of(NAME, Value::Null)).unwrap(),
    );
    for end in (1..whole.len()).step_by(7) {
        let mut stream = gateway.connect();
        stream.write_all(&whole.as_bytes()[..end]).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        let heard = String::from_utf8_lossy(&heard);
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 400"), "after {end} bytes: {heard}");
    }
    served(&gateway);
}

#[tokio::test]
async fn requests_that_run_may_end_when_the_gateway_is_told_to_stop() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let mut gateway = gateway(&store, &["--shutdown-grace-ms=60000"]);
    // One that is only begun, and one that waits for the next on its connection.
    let idle = gateway.connect();
    let body = body_of(NAME, Value::Null);
    let mut begun = gateway.connect();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    begun.write_all(head.as_bytes()).unwrap();
    begun.write_all(&body[..5]).unwrap();
    thread::sleep(Duration::from_millis(200));
    signal(&gateway.child, "TERM");
    eventually("nobody is taken any more", || TcpStream::connect(gateway.address).is_err().then_some(())).unwrap();
    begun.write_all(&body[5..]).unwrap();
    let answer = Answer::read(begun);
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    drop(idle);
    assert!(wait(&mut gateway.child).success());
}
