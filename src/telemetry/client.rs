//! The HTTP client of the gateway's own questions: to a collector of traces, and to a gateway about its health. It keeps its
//! connection, tries once more, and never waits longer than it is told.

use backon::{ConstantBuilder, Retryable};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{self, HeaderValue},
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::Mutex,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// How long a second try waits, at least; some time by chance comes on top.
const PAUSE: Duration = Duration::from_millis(100);

/// The most that is read of an answer.
const LONGEST: usize = 64 * 1024;

/// Whose certificates are taken.
pub(crate) enum Trust {
    /// Those that one of these authorities signed, for the host's name.
    Authorities(RootCertStore),
    /// Anybody's: nothing is told to the other side, and nothing is believed but that it lives.
    Anybody,
}

/// Asks one server.
pub(crate) struct Client {
    host: String,
    port: u16,
    authority: HeaderValue,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    patience: Duration,
    /// The connection of the last answer, until it is used again.
    kept: Mutex<Option<Connection>>,
}

struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// What drives the connection; it ends with this.
    _driving: JoinSet<()>,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// What another try may mend.
enum Failed {
    Lost(String),
    /// The server would rather be asked again.
    Busy(Answer),
}

impl Client {
    /// A client of the server that an address names; `Err` says what is wrong with the address.
    pub(crate) fn new(uri: &Uri, trust: Trust, patience: Duration) -> Result<Self, &'static str> {
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err("is no URL of http or https"),
        };
        let nameless = "names no host";
        let authority = uri.authority().ok_or(nameless)?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let tls = match secure {
            false => None,
            true => Some((
                connector(trust).ok_or(nameless)?,
                ServerName::try_from(host.clone()).map_err(|_no_name| nameless)?,
            )),
        };
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        // A name and a password before the host are for nobody's eyes.
        let named = authority.as_str().rsplit('@').next().unwrap_or_default();
        let authority = HeaderValue::from_str(named).map_err(|_no_name| nameless)?;
        Ok(Client { host, port, authority, tls, patience, kept: Mutex::default() })
    }

    /// Asks, and once more if that may help.
    pub(crate) async fn ask(&self, mut request: Request<Full<Bytes>>) -> Result<Answer, String> {
        request.headers_mut().insert(header::HOST, self.authority.clone());
        let twice = ConstantBuilder::new().with_delay(PAUSE).with_max_times(1).with_jitter();
        match timeout(self.patience, (|| self.once(request.clone())).retry(twice)).await {
            Ok(Ok(answer) | Err(Failed::Busy(answer))) => Ok(answer),
            Ok(Err(Failed::Lost(why))) => Err(why),
            Err(_late) => Err(format!("no answer within {:.1} s", self.patience.as_secs_f64())),
        }
    }

    /// Where this is dropped before its end, so is the connection: what it would answer next is not known.
    async fn once(&self, request: Request<Full<Bytes>>) -> Result<Answer, Failed> {
        let mut kept = self.kept.lock().await.take();
        if let Some(connection) = &mut kept
            && connection.sender.ready().await.is_err()
        {
            // The server closed it meanwhile.
            kept = None;
        }
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.connect().await.map_err(Failed::Lost)?,
        };
        let lost = |error: hyper::Error| Failed::Lost(error.to_string());
        let (head, body) = connection.sender.send_request(request).await.map_err(lost)?.into_parts();
        let body = Limited::new(body, LONGEST).collect().await.map_err(|error| Failed::Lost(error.to_string()))?;
        *self.kept.lock().await = Some(connection);
        let answer = Answer { status: head.status, body: body.to_bytes() };
        match answer.status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Err(Failed::Busy(answer)),
            _ => Ok(answer),
        }
    }

    async fn connect(&self) -> Result<Connection, String> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|error| error.to_string())?;
        match &self.tls {
            None => shake_hands(stream).await,
            Some((tls, name)) => {
                shake_hands(tls.connect(name.clone(), stream).await.map_err(|error| error.to_string())?).await
            }
        }
    }
}

async fn shake_hands(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Connection, String> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let mut driving = JoinSet::new();
    driving.spawn(async move {
        // What is wrong with it the sender says too.
        let _ = connection.await;
    });
    Ok(Connection { sender, _driving: driving })
}

fn connector(trust: Trust) -> Option<TlsConnector> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().ok()?;
    let config = match trust {
        Trust::Authorities(roots) => config.with_root_certificates(roots),
        Trust::Anybody => config.dangerous().with_custom_certificate_verifier(Arc::new(Anyone(provider))),
    };
    Some(TlsConnector::from(Arc::new(config.with_no_client_auth())))
}

/// Takes any certificate: it is made out to the name by which clients come, and who checks comes by the address.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _above: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
