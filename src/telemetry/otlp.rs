//! Traces, sent to a collector by OTLP over HTTP, as JSON. What a collector does not take in time is dropped and counted:
//! no request ever waits for it.

use super::{
    client::{Client, Trust},
    trace::{SpanId, TraceId},
};
use crate::{
    config::Config,
    error::{Error, Result},
};
use http_body_util::Full;
use hyper::{
    HeaderMap, Request, Uri,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
};
use percent_encoding::percent_decode_str;
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// Requests whose spans wait to be sent, at most.
const QUEUED: usize = 1_024;
/// Spans of one message, about.
const AT_ONCE: usize = 512;
/// How long spans wait for others.
const PAUSE: Duration = Duration::from_secs(1);

/// A part of a trace.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) trace: TraceId,
    pub(crate) id: SpanId,
    pub(crate) parent: Option<SpanId>,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) start: SystemTime,
    pub(crate) took: Duration,
    pub(crate) attributes: Vec<(&'static str, Value)>,
    pub(crate) failed: bool,
}

/// What a span is to those around it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    /// Work within the gateway.
    Internal = 1,
    /// A request that the gateway answers.
    Server = 2,
    /// A request that the gateway makes.
    Client = 3,
}

/// What became of spans.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fate {
    /// Those that the collector took.
    pub exported: u64,
    /// Those that it did not.
    pub dropped: u64,
}

enum Message {
    Spans(Vec<Span>),
    Flush(oneshot::Sender<()>),
}

#[derive(Default)]
struct Counts {
    exported: AtomicU64,
    dropped: AtomicU64,
}

/// Sends spans to a collector, in the background.
pub struct Exporter {
    queue: mpsc::Sender<Message>,
    counts: Arc<Counts>,
    /// How long a collector may take.
    patience: Duration,
}

impl Exporter {
    /// The exporter that is configured, if one is.
    pub fn start(config: &Config) -> Result<Option<Self>> {
        if config.otlp_endpoint.is_empty() {
            return Ok(None);
        }
        let (collector, patience) = (Collector::new(config)?, patience(config));
        let (queue, messages) = mpsc::channel(QUEUED);
        let counts = Arc::<Counts>::default();
        tokio::spawn(send_all(collector, messages, counts.clone()));
        Ok(Some(Exporter { queue, counts, patience }))
    }

    /// Hands spans over, or drops them where too many wait.
    pub(crate) fn export(&self, spans: Vec<Span>) {
        let many = spans.len() as u64;
        if self.queue.try_send(Message::Spans(spans)).is_err() {
            self.counts.dropped.fetch_add(many, Relaxed);
        }
    }

    /// Sends what waits, as long as that takes no longer than a collector may.
    pub async fn flush(&self) {
        let (done, ended) = oneshot::channel();
        let flushed = async {
            if self.queue.send(Message::Flush(done)).await.is_ok() {
                let _ = ended.await;
            }
        };
        if timeout(self.patience, flushed).await.is_err() {
            tracing::warn!("the last spans did not reach the collector in time");
        }
    }

    /// What became of spans.
    pub fn fate(&self) -> Fate {
        Fate { exported: self.counts.exported.load(Relaxed), dropped: self.counts.dropped.load(Relaxed) }
    }
}

async fn send_all(collector: Collector, mut messages: mpsc::Receiver<Message>, counts: Arc<Counts>) {
    let mut failing = false;
    while let Some(first) = messages.recv().await {
        let (mut spans, mut flushed) = (Vec::new(), None);
        let mut take = |message| match message {
            Message::Spans(more) => {
                spans.extend(more);
                spans.len() < AT_ONCE
            }
            Message::Flush(done) => {
                flushed = Some(done);
                false
            }
        };
        let gathering = async {
            let mut goes_on = take(first);
            while goes_on && let Some(message) = messages.recv().await {
                goes_on = take(message);
            }
        };
        // Whether the time is over or the message is full, what is there is sent.
        let _ = timeout(PAUSE, gathering).await;
        let many = spans.len() as u64;
        if many > 0 {
            let sent = collector.send(&spans).await;
            let count = if sent.is_ok() { &counts.exported } else { &counts.dropped };
            count.fetch_add(many, Relaxed);
            // Once, not at every message: a collector may be away for long.
            match &sent {
                Err(why) if !failing => tracing::warn!("traces are lost: otlp_endpoint does not take them ({why})"),
                Ok(()) if failing => tracing::info!("otlp_endpoint takes traces again"),
                Ok(()) | Err(_) => {}
            }
            failing = sent.is_err();
        }
        if let Some(done) = flushed {
            let _ = done.send(());
        }
    }
}

/// Where spans are sent.
struct Collector {
    client: Client,
    path: String,
    headers: HeaderMap,
    /// Who sends them.
    resource: Value,
}

impl Collector {
    fn new(config: &Config) -> Result<Self> {
        let wrong = |what: &str| Error::Setup(format!("otlp_endpoint {what}: use http://HOST:4318 or https://HOST"));
        let uri: Uri = config.traces_to().parse().map_err(|_no_uri| wrong("is no URL"))?;
        let client = Client::new(&uri, Trust::Authorities(authorities(config)?), patience(config)).map_err(wrong)?;
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        for (name, value) in pairs(config.otlp_headers.reveal(), "otlp_headers")? {
            let form = || form("otlp_headers");
            let name: HeaderName = name.parse().map_err(|_no_name| form())?;
            headers.insert(name, value.parse().map_err(|_no_value| form())?);
        }
        let mut about = BTreeMap::from([("service.version".to_owned(), VERSION.to_owned())]);
        about.insert("service.name".into(), "medimax".into());
        about.extend(pairs(&config.otlp_resource_attributes, "otlp_resource_attributes")?);
        if !config.otlp_service_name.is_empty() {
            about.insert("service.name".into(), config.otlp_service_name.clone());
        }
        let attributes: Vec<Value> = about.into_iter().map(|(name, value)| attribute(&name, &value.into())).collect();
        Ok(Collector { client, path: uri.path().to_owned(), headers, resource: json!({ "attributes": attributes }) })
    }

    async fn send(&self, spans: &[Span]) -> Result<(), String> {
        let body = Full::new(Bytes::from(message(spans, &self.resource).to_string()));
        let mut request = Request::post(&self.path).body(body).map_err(|error| error.to_string())?;
        request.headers_mut().extend(self.headers.clone());
        let status = self.client.ask(request).await?.status;
        if status.is_success() { Ok(()) } else { Err(format!("status {status}")) }
    }
}

/// How long a collector may take.
fn patience(config: &Config) -> Duration {
    Duration::from_millis(config.otlp_timeout_ms)
}

/// `name=value` with commas between them, values percent-encoded where that is needed.
fn pairs(text: &str, key: &str) -> Result<Vec<(String, String)>> {
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), percent_decode_str(value.trim()).decode_utf8().ok()?.into_owned()))
    });
    pairs.collect::<Option<_>>().ok_or_else(|| form(key))
}

fn form(key: &str) -> Error {
    Error::Setup(format!("{key} takes name=value, with commas between them"))
}

/// The well-known authorities, and the configured ones.
fn authorities(config: &Config) -> Result<RootCertStore> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let file = &config.otlp_ca_file;
    if !file.as_os_str().is_empty() {
        let wrong = |why: &dyn std::fmt::Display| {
            Error::Setup(format!("otlp_ca_file {} holds no certificate in PEM that can be read: {why}", file.display()))
        };
        let known = roots.len();
        for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))? {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
        if roots.len() == known {
            return Err(wrong(&"it is empty of them"));
        }
    }
    Ok(roots)
}

/// The spans as OTLP writes them.
fn message(spans: &[Span], resource: &Value) -> Value {
    let spans: Vec<Value> = spans.iter().map(written).collect();
    let scope = json!({ "name": "medimax", "version": VERSION });
    json!({ "resourceSpans": [{
        "resource": resource,
        "scopeSpans": [{ "scope": scope, "spans": spans }],
    }] })
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn written(span: &Span) -> Value {
    let start = span.start.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let attributes: Vec<Value> = span.attributes.iter().map(|(name, value)| attribute(name, value)).collect();
    let mut written = json!({
        "traceId": span.trace.to_string(),
        "spanId": span.id.to_string(),
        "name": span.name,
        "kind": span.role as u8,
        // Numbers of 64 bits are texts there.
        "startTimeUnixNano": start.as_nanos().to_string(),
        "endTimeUnixNano": (start + span.took).as_nanos().to_string(),
        "attributes": attributes,
        "status": if span.failed { json!({ "code": 2 }) } else { json!({}) },
    });
    if let (Some(parent), Some(fields)) = (span.parent, written.as_object_mut()) {
        fields.insert("parentSpanId".into(), parent.to_string().into());
    }
    written
}

fn attribute(name: &str, value: &Value) -> Value {
    let value = match value {
        Value::Number(number) if number.is_i64() || number.is_u64() => json!({ "intValue": number.to_string() }),
        Value::Number(number) => json!({ "doubleValue": number }),
        Value::Bool(yes) => json!({ "boolValue": yes }),
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(|item| json!({ "stringValue": item })).collect();
            json!({ "arrayValue": { "values": items } })
        }
        text => json!({ "stringValue": text.as_str().unwrap_or_default() }),
    };
    json!({ "key": name, "value": value })
}
