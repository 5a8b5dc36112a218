//! Traces, sent to a collector by OTLP over HTTP, as JSON. What a collector does not take in time is dropped and counted:
//! no request ever waits for it.

use super::trace::{SpanId, TraceId};
use crate::{
    config::Config,
    error::{Error, Result},
};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Uri, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// Requests whose spans wait to be sent, at most.
const QUEUED: usize = 1_024;
/// Spans of one message, about.
const AT_ONCE: usize = 512;
/// How long spans wait for others.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

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
}

impl Exporter {
    /// The exporter that is configured, if one is.
    pub fn start(config: &Config) -> Result<Option<Self>> {
        if config.otlp_endpoint.is_empty() {
            return Ok(None);
        }
        let collector = Collector::new(config)?;
        let (queue, messages) = mpsc::channel(QUEUED);
        let counts = Arc::<Counts>::default();
        tokio::spawn(send_all(collector, messages, counts.clone()));
        Ok(Some(Exporter { queue, counts }))
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
        if timeout(PATIENCE, flushed).await.is_err() {
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
            let sent = timeout(PATIENCE, collector.send(&spans)).await.unwrap_or_else(|_late| Err("no answer".into()));
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
    uri: Uri,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    headers: Vec<(header::HeaderName, header::HeaderValue)>,
}

impl Collector {
    fn new(config: &Config) -> Result<Self> {
        let wrong = |what: &str| Error::Setup(format!("otlp_endpoint {what}: use http://HOST:4318 or https://HOST"));
        let base = config.otlp_endpoint.trim_end_matches('/');
        let uri: Uri = format!("{base}/v1/traces").parse().map_err(|_no_uri| wrong("is no URL"))?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong("is no URL of http or https")),
        };
        let host = uri.host().ok_or_else(|| wrong("names no host"))?.trim_matches(['[', ']']).to_owned();
        let tls = match secure {
            false => None,
            true => {
                let name = ServerName::try_from(host.clone()).map_err(|_no_name| wrong("names no host"))?;
                Some((connector(config)?, name))
            }
        };
        let header = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
        };
        let pairs = config.otlp_headers.reveal().split(',').filter(|pair| !pair.trim().is_empty());
        let headers = pairs.map(header).collect::<Option<_>>();
        let form = || Error::Setup("otlp_headers takes name=value, with commas between them".into());
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Collector { host, port, tls, headers: headers.ok_or_else(form)?, uri })
    }

    async fn send(&self, spans: &[Span]) -> Result<(), String> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|error| error.to_string())?;
        match &self.tls {
            None => self.post(stream, spans).await,
            Some((tls, name)) => {
                let stream = tls.connect(name.clone(), stream).await.map_err(|error| error.to_string())?;
                self.post(stream, spans).await
            }
        }
    }

    async fn post(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        spans: &[Span],
    ) -> Result<(), String> {
        let text = |error: hyper::Error| error.to_string();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(text)?;
        // It ends with the sender; what is wrong with it the sender says too.
        let driving = tokio::spawn(connection);
        let mut request = Request::post(self.uri.path())
            .header(header::HOST, self.uri.authority().map_or("", |authority| authority.as_str()))
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::from(message(spans).to_string()));
        let request = request.body(body).map_err(|error| error.to_string())?;
        let answered = async {
            let response = sender.send_request(request).await.map_err(text)?;
            let status = response.status();
            response.into_body().collect().await.map_err(text)?;
            if status.is_success() { Ok(()) } else { Err(format!("status {status}")) }
        };
        let answered = answered.await;
        driving.abort();
        answered
    }
}

fn connector(config: &Config) -> Result<TlsConnector> {
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
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Internal(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The spans as OTLP writes them.
fn message(spans: &[Span]) -> Value {
    let service = json!([attribute("service.name", &"medimax".into()), attribute("service.version", &VERSION.into())]);
    let spans: Vec<Value> = spans.iter().map(written).collect();
    let scope = json!({ "name": "medimax", "version": VERSION });
    json!({ "resourceSpans": [{
        "resource": { "attributes": service },
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
