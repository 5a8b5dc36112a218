//! The port: connections, TLS, and the patience with slow clients.

use super::observe::Peer;
use crate::{
    config::Config,
    error::{Error, Result},
};
use axum::Router;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    net::SocketAddr,
    path::Path,
    pin::Pin,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

/// The address to listen on.
pub fn address(config: &Config) -> Result<SocketAddr> {
    let wrong = || Error::Setup(format!("listen must be ADDRESS:PORT, as 127.0.0.1:8080, not '{}'", config.listen));
    let text = config.listen.replacen("localhost:", "127.0.0.1:", 1);
    let address: SocketAddr = text.parse().map_err(|_not_an_address| wrong())?;
    Ok(address)
}

/// An open port, and how it is served.
pub struct Door {
    listener: TcpListener,
    tls: Option<Arc<Certificate>>,
    connections: Arc<Semaphore>,
    clients: Clients,
    patience: Duration,
    idle: Duration,
    grace: Duration,
}

/// How many clients are connected.
#[derive(Clone)]
pub(super) struct Clients {
    open: Arc<AtomicUsize>,
    max: usize,
}

impl Clients {
    /// How many are, and the most there may be.
    pub(super) fn state(&self) -> (usize, usize) {
        (self.open.load(Relaxed), self.max)
    }

    /// One more, until it is dropped.
    fn join(&self) -> Client {
        self.open.fetch_add(1, Relaxed);
        Client(self.open.clone())
    }
}

/// A client that is connected.
struct Client(Arc<AtomicUsize>);

impl Drop for Client {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// What a connection holds of a request's head; a longer one is refused.
const HEAD_BYTES: usize = 128 * 1024;

impl Door {
    /// Opens the port.
    pub async fn open(config: &Config, address: SocketAddr) -> Result<Self> {
        let refused = |error: std::io::Error| {
            Error::Setup(format!("cannot listen on {address}: {error}; choose another with --listen"))
        };
        let secure = !config.tls_certificate_file.as_os_str().is_empty();
        let tls = secure.then(|| Certificate::load(&config.tls_certificate_file, &config.tls_key_file).map(Arc::new));
        // Each connection is a file, and the system's first offer is often a thousand.
        let files = Rlimit { current: getrlimit(Resource::Nofile).maximum, ..getrlimit(Resource::Nofile) };
        if let Err(error) = setrlimit(Resource::Nofile, files) {
            tracing::warn!("the number of open files stays as it is: {error}");
        }
        Ok(Door {
            tls: tls.transpose()?,
            listener: TcpListener::bind(address).await.map_err(refused)?,
            connections: Arc::new(Semaphore::new(config.max_connections)),
            clients: Clients { open: Arc::default(), max: config.max_connections },
            patience: Duration::from_millis(config.client_timeout_ms),
            idle: Duration::from_millis(config.keep_alive_ms),
            grace: Duration::from_millis(config.shutdown_grace_ms),
        })
    }

    /// Where it listens.
    pub fn url(&self) -> Result<String> {
        let at = self.listener.local_addr().map_err(|error| Error::Internal(error.to_string()))?;
        Ok(format!("{}://{at}", if self.tls.is_some() { "https" } else { "http" }))
    }

    /// Who is connected.
    pub(super) fn clients(&self) -> Clients {
        self.clients.clone()
    }

    /// The certificate that it shows, where it has one.
    pub fn certificate(&self) -> Option<Arc<Certificate>> {
        self.tls.clone()
    }

    /// Serves until `stop`, then lets running requests end.
    pub(super) async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = async {
                // One that is not accepted waits in the system's queue.
                let place = self.connections.clone().acquire_owned().await;
                (self.listener.accept().await, place)
            };
            let (stream, peer, place) = tokio::select! {
                () = &mut stop => break,
                accepted = accepted => match accepted {
                    (Ok((stream, peer)), Ok(place)) => (stream, Peer(peer.ip()), place),
                    (Ok(_), Err(_)) => break,
                    (Err(error), _) => {
                        tracing::warn!("a connection could not be taken: {error}");
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                },
            };
            self.connected(stream, peer, place, router.clone(), &graceful);
        }
        drop(self.listener);
        if tokio::time::timeout(self.grace, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    }

    fn connected(
        &self,
        stream: TcpStream,
        peer: Peer,
        place: OwnedSemaphorePermit,
        router: Router,
        graceful: &GracefulShutdown,
    ) {
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.patience));
        let (patience, idle, watcher) = (self.patience, self.idle, graceful.watcher());
        let tls = self.tls.as_ref().map(|tls| tls.acceptor());
        let (router, client) = (TowerToHyperService::new(router), self.clients.join());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(peer);
            router.call(request)
        });
        tokio::spawn(async move {
            let _connected = (place, client);
            let stream: Pin<Box<dyn Stream>> = match tls {
                None => Box::pin(stream),
                // A client that cannot agree on a cipher says so itself; a scan of the port is no event.
                Some(tls) => match tokio::time::timeout(patience, tls.accept(Box::pin(stream))).await {
                    Ok(Ok(stream)) => Box::pin(stream),
                    Ok(Err(_)) | Err(_) => return,
                },
            };
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(idle)
                .max_buf_size(HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            // How a client leaves is its own affair.
            let _ = watcher.watch(connection).await;
        });
    }
}

/// After the system could not give a connection.
const PAUSE: Duration = Duration::from_millis(100);

trait Stream: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Stream for T {}

/// The gateway's certificate, which may be renewed while it serves.
pub struct Certificate(RwLock<TlsAcceptor>);

impl Certificate {
    fn load(certificate: &Path, key: &Path) -> Result<Self> {
        Ok(Certificate(RwLock::new(acceptor(certificate, key)?)))
    }

    /// Reads it anew, for connections from now on.
    pub fn reload(&self, config: &Config) -> Result<()> {
        let acceptor = acceptor(&config.tls_certificate_file, &config.tls_key_file)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
        Ok(())
    }

    fn acceptor(&self) -> TlsAcceptor {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let wrong = |file: &Path, what: &str, error: &dyn std::fmt::Display| {
        Error::Setup(format!("{} holds no {what} in PEM that can be read: {error}", file.display()))
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .and_then(|chain| chain.collect())
        .map_err(|error| wrong(certificate, "certificate", &error))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, "key", &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_no_client_auth())
        .and_then(|builder| builder.with_single_cert(chain, secret))
        .map_err(|error| wrong(certificate, "certificate for this key", &error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
