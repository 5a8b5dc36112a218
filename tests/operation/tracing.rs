//! Traces, as a collector receives them from the real gateway.

use super::{SECRET, done, refused, tls::certificates};
use crate::support::{
    Backend, Store,
    process::{Gateway, JSON, body_of, eventually, medimax},
    scratch, unique,
};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SAMPLED: (&str, &str) = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
const SILENT: (&str, &str) = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

/// A collector that keeps what it is sent: heads and messages.
struct Collector {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<(String, Value)>>>,
}

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

impl Collector {
    fn start() -> Self {
        Self::behind(|stream| Box::new(stream))
    }

    /// One that speaks through something else.
    fn behind(wrap: impl Fn(TcpStream) -> Box<dyn Stream> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<_>>>::default());
        let keeps = heard.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(wrap(stream.unwrap()));
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
                // One that did not like the certificate says nothing.
                let Some(rest) = head.split("content-length: ").nth(1) else { continue };
                let mut body = vec![0; rest.lines().next().unwrap().parse().unwrap()];
                reader.read_exact(&mut body).unwrap();
                keeps.lock().unwrap().push((head, serde_json::from_slice(&body).unwrap()));
                let _ = reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
            }
        });
        Collector { address, heard }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn spans(&self) -> Vec<Value> {
        let heard = self.heard.lock().unwrap();
        let scopes = heard.iter().flat_map(|(_, message)| message["resourceSpans"].as_array().unwrap());
        let scopes = scopes.flat_map(|resource| resource["scopeSpans"].as_array().unwrap());
        scopes.flat_map(|scope| scope["spans"].as_array().unwrap().clone()).collect()
    }
}

/// The attributes of a span, each as its only value.
fn attributes(span: &Value) -> BTreeMap<String, Value> {
    let pair = |attribute: &Value| {
        let value = attribute["value"].as_object().unwrap().values().next().unwrap().clone();
        (attribute["key"].as_str().unwrap().to_owned(), value)
    };
    span["attributes"].as_array().unwrap().iter().map(pair).collect()
}

#[tokio::test]
async fn a_collector_gets_the_request_with_its_statements_and_no_datum() {
    let store = Store::with_patients(Backend::Sqlite, 3).await;
    store.sql("UPDATE Patient SET name = 'Adalbert Secretson'").await;
    let collector = Collector::start();
    let header = format!("api-key={SECRET}");
    let gateway =
        Gateway::start(&["--database-url", &store.url, "--otlp-endpoint", &collector.url(), "--otlp-headers", &header]);
    let query = "query Anybodys($name: String!) { mine: patients(filter: { name: { eq: $name } }) { nodes { name medications { name } } } }";
    let query = body_of(query, json!({ "name": "Adalbert Secretson" }));
    assert_eq!(gateway.send("POST", "/graphql", &[JSON, SILENT], &query).status, 200);
    let answer = gateway.send("POST", "/graphql", &[JSON, SAMPLED], &query);
    assert!(answer.header("traceresponse").unwrap().ends_with("-01"));
    // What waits is sent before the gateway ends.
    assert!(gateway.stop().success());

    let spans = collector.spans();
    assert!(spans.iter().all(|span| span["traceId"] == TRACE), "{spans:#?}");
    let named =
        |name: &str| spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("{name}: {spans:#?}"));
    let request = named("graphql");
    assert_eq!((&request["parentSpanId"], &request["kind"]), (&json!("b7ad6b7169203331"), &json!(2)));
    assert_eq!(attributes(request)["medimax.request.id"], answer.header("x-request-id").unwrap());
    assert_eq!(answer.header("traceresponse").unwrap().split('-').nth(2), request["spanId"].as_str());
    let nanos = |span: &Value, name: &str| span[name].as_str().unwrap().parse::<u128>().unwrap();
    for name in ["read", "wait for a turn", "validate", "PatientConnection", "MedicationsOfPatient"] {
        let span = named(name);
        assert_eq!(span["parentSpanId"], request["spanId"], "{name}");
        let (start, end) = (nanos(span, "startTimeUnixNano"), nanos(span, "endTimeUnixNano"));
        assert!(start >= nanos(request, "startTimeUnixNano") && start <= end, "{name}");
        assert!(end <= nanos(request, "endTimeUnixNano"), "{name}");
    }
    assert_eq!(spans.len(), 6);
    let statement = attributes(named("MedicationsOfPatient"));
    assert_eq!((&statement["db.system.name"], &statement["medimax.keys"]), (&json!("sqlite"), &json!("3")));
    assert!(
        statement["db.query.text"].as_str().unwrap().starts_with("SELECT")
            && statement.contains_key("medimax.connection_wait_ms")
    );
    let heard = collector.heard.lock().unwrap();
    let (head, _) = &heard[0];
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n") && head.contains(&format!("api-key: {SECRET}")), "{head}");
    let all = format!("{spans:?}");
    for never in ["Secretson", "Anybodys", "mine"] {
        assert!(!all.contains(never), "{never} in {all}");
    }
}

#[tokio::test]
async fn the_share_holds_where_the_caller_does_not_decide() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let query = body_of("{ patient(id: 1) { id } }", Value::Null);
    for (share, few, many) in [("0", 0, 0), ("0.5", 20, 80), ("1", 100, 100)] {
        let collector = Collector::start();
        let gateway = Gateway::start(&[
            "--database-url",
            &store.url,
            "--otlp-endpoint",
            &collector.url(),
            "--otlp-sample-ratio",
            share,
        ]);
        for _ in 0..100 {
            gateway.post(&query);
        }
        gateway.send("POST", "/graphql", &[JSON, SAMPLED], &query);
        assert!(gateway.stop().success());
        let requests = collector.spans().iter().filter(|span| span["name"] == "graphql").count();
        assert!((few + 1..=many + 1).contains(&requests), "{share}: {requests}");
    }
}

#[tokio::test]
async fn a_collector_that_is_away_costs_its_spans_and_nothing_else() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    // One that takes connections and never answers.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    for endpoint in ["http://127.0.0.1:1".to_owned(), format!("http://{}", deaf.local_addr().unwrap())] {
        let gateway = Gateway::start(&["--database-url", &store.url, "--otlp-endpoint", &endpoint]);
        let since = Instant::now();
        for _ in 0..30 {
            assert_eq!(gateway.ask("{ patient(id: 1) { patientId } }").1["data"]["patient"]["patientId"], 1);
        }
        assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
        let dropped =
            || Some(gateway.metric("medimax_spans_total{fate=\"dropped\"}")).filter(|dropped| *dropped >= 30.0);
        eventually("they are dropped", dropped).unwrap();
        assert_eq!(gateway.metric("medimax_spans_total{fate=\"exported\"}"), 0.0);
        let since = Instant::now();
        assert!(gateway.stop().success());
        assert!(since.elapsed() < Duration::from_secs(8), "{:?}", since.elapsed());
    }
}

#[tokio::test]
async fn a_collector_behind_tls_is_trusted_by_its_authority_alone() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let folder = scratch(&unique("collector"));
    std::fs::create_dir_all(&folder).unwrap();
    certificates(&folder);
    let chain = CertificateDer::pem_file_iter(folder.join("server.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = Arc::new(tls.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let collector = Collector::behind(move |stream| {
        Box::new(StreamOwned::new(ServerConnection::new(tls.clone()).unwrap(), stream))
    });
    let (url, file) = (format!("https://{}", collector.address), |name: &str| folder.join(name).display().to_string());
    for (args, trusted) in [
        (vec![], false),
        (vec!["--otlp-ca-file".to_owned(), file("stranger.pem")], false),
        (vec!["--otlp-ca-file".to_owned(), file("ca.pem")], true),
    ] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let gateway = Gateway::start(&[&["--database-url", &store.url, "--otlp-endpoint", &url], &args[..]].concat());
        gateway.ask("{ patient(id: 1) { id } }");
        let fate = if trusted { "exported" } else { "dropped" };
        let counted =
            || Some(gateway.metric(&format!("medimax_spans_total{{fate=\"{fate}\"}}"))).filter(|count| *count > 0.0);
        eventually("the spans have their fate", counted).unwrap();
        assert_eq!(!collector.spans().is_empty(), trusted, "{args:?}");
    }
    let wrong = ["--otlp-endpoint", &url, "--otlp-ca-file", &file("empty.pem")];
    let line = refused(medimax(&["serve", "--memory", "--demo-patients", "0", "--listen", "127.0.0.1:0"]).args(wrong));
    assert!(line.starts_with("otlp_ca_file ") && line.contains("holds no certificate"), "{line}");
}

#[test]
fn what_is_wrong_with_the_collector_s_keys_is_said_without_secrets() {
    let shown = done(&mut medimax(&["config", "--otlp-headers", SECRET]));
    assert!(shown.contains("otlp_headers = \"***\"  # flag") && !shown.contains(SECRET), "{shown}");
    for (args, says) in [
        (["--otlp-endpoint", "localhost:4318"], "otlp_endpoint is no URL"),
        (["--otlp-endpoint", "grpc://host:4317"], "otlp_endpoint is no URL of http or https"),
        (["--otlp-sample-ratio", "2"], "otlp_sample_ratio (flag) must be a number from 0 to 1"),
    ] {
        let line =
            refused(medimax(&["serve", "--memory", "--demo-patients", "0", "--listen", "127.0.0.1:0"]).args(args));
        assert!(line.contains(says), "{line}");
    }
    let secret = ["--otlp-endpoint", "http://127.0.0.1:1", "--otlp-headers", SECRET];
    let line = refused(medimax(&["serve", "--memory", "--demo-patients", "0", "--listen", "127.0.0.1:0"]).args(secret));
    assert_eq!(line, "otlp_headers takes name=value, with commas between them");
}

/// How many connections a collector took, and the messages: heads and bodies.
type Heard = (usize, Vec<(String, Value)>);

/// A collector that keeps connections, and answers the first message as it is told. Answers its address, how many connections it
/// took, and the messages.
fn keeping(first: &'static str) -> (SocketAddr, Arc<Mutex<Heard>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, heard) = (listener.local_addr().unwrap(), Arc::<Mutex<Heard>>::default());
    let keeps = heard.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut reader, keeps) = (BufReader::new(stream.unwrap()), keeps.clone());
            keeps.lock().unwrap().0 += 1;
            thread::spawn(move || {
                loop {
                    let mut head = String::new();
                    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
                    let Some(rest) = head.split("content-length: ").nth(1) else { return };
                    let mut body = vec![0; rest.lines().next().unwrap().parse().unwrap()];
                    reader.read_exact(&mut body).unwrap();
                    let mut heard = keeps.lock().unwrap();
                    heard.1.push((head, serde_json::from_slice(&body).unwrap()));
                    let status = if heard.1.len() == 1 { first } else { "200 OK" };
                    let _ = write!(reader.get_mut(), "HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}");
                }
            });
        }
    });
    (address, heard)
}

#[tokio::test]
async fn a_collector_keeps_its_connection_and_is_asked_once_more_where_it_is_busy() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let (address, heard) = keeping("503 Service Unavailable");
    let mut serve = medimax(&["serve", "--listen", "127.0.0.1:0", "--database-url", &store.url]);
    // As an operator gives them to every program of a machine.
    serve.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", format!("http://{address}/tenants/7"));
    serve.env("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%2Cb, x-ward=7");
    serve.env("OTEL_SERVICE_NAME", "ward-7");
    serve.env("OTEL_RESOURCE_ATTRIBUTES", "service.name=lost,deployment.environment.name=test%20bed");
    let gateway = Gateway::from(&mut serve);
    for round in 1..=3 {
        gateway.ask("{ patient(id: 1) { id } }");
        let exported =
            || Some(gateway.metric("medimax_spans_total{fate=\"exported\"}")).filter(|sent| *sent >= f64::from(round));
        eventually("the spans are exported", exported).unwrap();
    }
    assert_eq!(gateway.metric("medimax_spans_total{fate=\"dropped\"}"), 0.0);
    assert!(gateway.stop().success());
    let (connections, messages) = &*heard.lock().unwrap();
    assert!(messages.len() >= 3 && *connections == 1, "{connections} connections, {} messages", messages.len());
    assert_eq!(messages[0].1, messages[1].1, "the busy collector got something else at the second try");
    let head = messages[1].0.to_ascii_lowercase();
    for line in ["post /tenants/7 http/1.1", "api-key: a,b", "x-ward: 7", "content-type: application/json"] {
        assert!(head.contains(line), "{line} is not in {head}");
    }
    let resource = json!({ "attributes": messages[1].1["resourceSpans"][0]["resource"]["attributes"] });
    let resource = attributes(&resource);
    assert_eq!(resource["service.name"], "ward-7");
    assert_eq!(resource["deployment.environment.name"], "test bed");
}

#[test]
fn opentelemetry_s_variables_are_shown_with_their_source() {
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"), ("OTEL_EXPORTER_OTLP_HEADERS", SECRET)];
    let shown = done(medimax(&["config"]).envs(variables));
    assert!(
        shown.contains("otlp_endpoint = \"http://collector:4318/v1/traces\"  # OpenTelemetry's variables"),
        "{shown}"
    );
    assert!(!shown.contains(SECRET));
    let shown = done(medimax(&["config", "--otlp-endpoint", "http://ours:4318"]).envs(variables));
    assert!(shown.contains("otlp_endpoint = \"http://ours:4318\"  # flag"), "{shown}");
}
