//! The driver, and the one way to send a statement: whole, within a time limit, with every error told apart.
//!
//! **Invariant:** a statement's rows are read to the end before anything is returned, statements are sent on their own (no
//! open transactions, which would keep their locks when dropped), and values enter them as parameters alone.
//!
//! **Invariant:** a connection whose answer did not come in time is never used again. The driver sees to that connection; those
//! that wait beside it may be as dead without knowing it (a firewall that forgets them says nothing), so they go with it.

use super::{
    super::watch::{Ran, Watcher},
    Options, PoolState,
    url::Address,
};
use crate::error::{Error, Result};
use neo4rs::{BoltType, Config, ConfigBuilder, Graph, Neo4jClientErrorKind, Neo4jErrorKind, Query};
use serde::de::DeserializeOwned;
use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// How often a statement is sent that others stand in the way of (a deadlock, say).
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Rows that the server sends before it waits to be asked for more. All of them are read anyway, and each time costs a way
/// there and back.
const FETCHED: usize = 10_000;

/// How long a connection may be silent before the system asks the other end whether it is there; then three times, 10 s apart.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A server, and the prefix of our labels there.
#[derive(Clone)]
pub(super) struct Client {
    options: Arc<Options>,
    link: Arc<Link>,
    prefix: Arc<str>,
    timeout: Duration,
    watcher: Option<Watcher>,
    places: Arc<Places>,
}

/// The driver, and since when its connections are those that it has.
struct Link {
    config: Config,
    graph: Mutex<(Graph, Instant)>,
}

impl Link {
    fn graph(&self) -> Graph {
        self.graph.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Leaves all connections to themselves: those in use end with their statements, and new ones are made. Once in a while is
    /// enough, however many statements find that theirs is dead.
    fn renew(&self, pause: Duration) {
        let mut graph = self.graph.lock().unwrap_or_else(PoisonError::into_inner);
        if graph.1.elapsed() < pause {
            return;
        }
        match Graph::connect(self.config.clone()) {
            Ok(anew) => *graph = (anew, Instant::now()),
            // It was made of the same before.
            Err(error) => tracing::warn!("connections to the graph are not made anew: {error}"),
        }
    }
}

/// The driver's connections, counted here: it does not tell how many there are, nor how long a statement waits for one.
struct Places {
    free: Semaphore,
    max: usize,
    waiting: AtomicUsize,
}

/// A statement that waits for a connection; counted until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn join(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Relaxed);
        Waiting(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A statement on its way; however it ends, its watcher is told of it once.
struct Running<'a> {
    ask: &'a Ask,
    watcher: Option<&'a Watcher>,
    since: Instant,
    connected: Option<Instant>,
    rows: Option<usize>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let Some(watcher) = self.watcher else { return };
        let now = Instant::now();
        let connected = self.connected.unwrap_or(now);
        watcher.tell(&Ran {
            name: self.ask.name,
            cypher: Some(&self.ask.text),
            rows: self.rows,
            since: self.since,
            wait: connected - self.since,
            took: now - connected,
            keys: self.ask.keys(),
            parameters: &|| self.ask.shapes(),
        });
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// A statement to send.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    name: &'static str,
    text: String,
    params: Vec<(String, BoltType)>,
    reads: bool,
}

impl Ask {
    /// What its parameters are, without a value.
    fn shapes(&self) -> Vec<String> {
        let shape = |value: &BoltType| match value {
            BoltType::List(list) => list.len().to_string(),
            BoltType::Integer(_) => "int".to_owned(),
            BoltType::Boolean(_) => "boolean".to_owned(),
            BoltType::Null(_) => "null".to_owned(),
            _ => "text".to_owned(),
        };
        self.params.iter().map(|(name, value)| format!("{name}: {}", shape(value))).collect()
    }

    /// How many keys it is sent for: its first list.
    fn keys(&self) -> Option<usize> {
        self.params.iter().find_map(|(_, value)| match value {
            BoltType::List(list) => Some(list.len()),
            _ => None,
        })
    }
}

/// What went wrong, with Neo4j's code where it said one.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: Option<String>,
    error: Error,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

impl Ask {
    /// A statement that reads; `@` in the text stands for the prefix.
    pub(super) fn reading(client: &Client, name: &'static str, text: &str) -> Self {
        Ask { name, text: client.prefixed(text), params: Vec::new(), reads: true }
    }

    /// A statement that writes.
    pub(super) fn writing(client: &Client, name: &'static str, text: &str) -> Self {
        Ask { reads: false, ..Ask::reading(client, name, text) }
    }

    /// With a parameter.
    pub(super) fn with(mut self, name: impl Into<String>, value: impl Into<BoltType>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }
}

impl Client {
    /// Makes ready to connect; nothing is sent yet.
    pub(super) fn open(options: &Options) -> Result<Self> {
        if !options.prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            || options.prefix.starts_with(|first: char| first.is_ascii_digit())
        {
            return Err(Error::Setup(
                "graph_label_prefix must consist of letters, digits and underscores, and not begin with a digit".into(),
            ));
        }
        let address = Address::parse(&options.url)?;
        let mut config = ConfigBuilder::new()
            .uri(address.uri)
            .user(address.user)
            .password(address.password)
            .max_connections(options.max_connections)
            .fetch_size(FETCHED)
            .tcp_keepalive(KEEP_ALIVE)
            .connection_timeout(options.timeout);
        if let Some(file) = &options.ca_file {
            // The driver passes over what it cannot read, and would then trust nobody.
            let text = std::fs::read_to_string(file).map_err(|error| {
                Error::Setup(format!(
                    "graph_ca_file {} cannot be read ({error}): name a PEM file that the gateway may read",
                    file.display()
                ))
            })?;
            if !text.contains("-----BEGIN CERTIFICATE-----") {
                return Err(Error::Setup(format!(
                    "graph_ca_file {} holds no certificate: name a PEM file",
                    file.display()
                )));
            }
            config = config.with_client_certificate(file);
        }
        let unusable = |error: neo4rs::Error| Error::Setup(format!("graph_url cannot be used: {error}"));
        let config = config.build().map_err(unusable)?;
        let graph = Graph::connect(config.clone()).map_err(unusable)?;
        let link = Arc::new(Link { config, graph: Mutex::new((graph, Instant::now())) });
        let max = options.max_connections;
        let places = Arc::new(Places { free: Semaphore::new(max), max, waiting: AtomicUsize::new(0) });
        let (prefix, timeout) = (options.prefix.as_str().into(), options.timeout);
        Ok(Client { options: Arc::new(options.clone()), link, prefix, timeout, watcher: None, places })
    }

    /// The same over a connection of its own, on which no statement may ever take longer than this.
    pub(super) fn apart(&self, longest: Duration) -> Result<Self> {
        let options = Options { max_connections: 1, timeout: longest, ..(*self.options).clone() };
        Ok(Client { timeout: self.timeout.min(longest), watcher: self.watcher.clone(), ..Client::open(&options)? })
    }

    /// The same, with somebody who is told of each statement.
    pub(super) fn watched(&self, watcher: Watcher) -> Self {
        Client { watcher: Some(watcher), ..self.clone() }
    }

    /// The same, with another limit for each statement; none is longer than [`Client::apart`] or the options allow.
    pub(super) fn with_timeout(&self, timeout: Duration) -> Self {
        Client { timeout, ..self.clone() }
    }

    /// How many connections are in use.
    pub(super) fn pool(&self) -> PoolState {
        let Places { free, max, waiting } = &*self.places;
        PoolState { max: *max, busy: max.saturating_sub(free.available_permits()), waiting: waiting.load(Relaxed) }
    }

    /// The prefix of our labels.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// How long a statement may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A text with the prefix where `@` stands.
    pub(super) fn prefixed(&self, text: &str) -> String {
        text.replace('@', &self.prefix)
    }

    /// Sends a statement and reads all its rows.
    pub(super) async fn rows<T: DeserializeOwned>(&self, ask: Ask) -> Result<Vec<T>, Fault> {
        let watcher = self.watcher.as_ref();
        let mut running = Running { ask: &ask, watcher, since: Instant::now(), connected: None, rows: None };
        let mut query = Query::new(ask.text.clone());
        // The server gives up too: what nobody waits for any more must not keep its locks.
        query = query.extra("tx_timeout", i64::try_from(self.timeout.as_millis()).unwrap_or(i64::MAX));
        query = query.params(ask.params.iter().map(|(name, value)| (name.as_str(), value.clone())));
        // Around everything: the driver's own limits leave out the wait for a free connection, and its retries.
        let sent = async {
            let waiting = Waiting::join(&self.places.waiting);
            // Nobody closes it: without a place the driver's own limit holds.
            let _place = self.places.free.acquire().await;
            drop(waiting);
            running.connected = Some(Instant::now());
            self.tried(query, ask.reads).await
        };
        let ended = tokio::time::timeout(self.timeout, sent).await;
        if ended.is_err() && running.connected.is_some() {
            self.link.renew(self.timeout);
        }
        let rows: Vec<T> = ended.unwrap_or_else(|_late| {
            Err(Fault { code: None, error: Error::Graph(format!("{} took longer than allowed", ask.name)) })
        })?;
        running.rows = Some(rows.len());
        Ok(rows)
    }

    /// Sends a statement, again where Neo4j says that this may help.
    async fn tried<T: DeserializeOwned>(&self, query: Query, reads: bool) -> Result<Vec<T>, Fault> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            match self.once(query.clone(), reads).await {
                Err(neo4rs::Error::Neo4j(error))
                    // What needs more memory than there is needs it again.
                    if error.kind() == Neo4jErrorKind::Transient && !error.code().ends_with("OutOfMemoryError") =>
                {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                ended => return ended.map_err(fault),
            }
        }
        self.once(query, reads).await.map_err(fault)
    }

    async fn once<T: DeserializeOwned>(&self, query: Query, reads: bool) -> neo4rs::Result<Vec<T>> {
        let graph = self.link.graph();
        let sent = if reads { graph.execute_read(query).await } else { graph.execute(query).await };
        let (mut stream, mut rows) = (sent?, Vec::new());
        while let Some(row) = stream.next().await? {
            rows.push(row.to_strict()?);
        }
        Ok(rows)
    }
}

/// What a driver's error means. Texts of the server stay out where they may hold stored values.
fn fault(error: neo4rs::Error) -> Fault {
    use neo4rs::Error as Driver;
    let code = if let Driver::Neo4j(error) = &error { Some(error.code().to_owned()) } else { None };
    let error = match error {
        Driver::Neo4j(error) => match error.kind() {
            Neo4jErrorKind::Client(Neo4jClientErrorKind::Security(_)) => refused(error.code()),
            Neo4jErrorKind::Client(_)
                if ["Neo.ClientError.Statement.", "Neo.ClientError.Schema."]
                    .iter()
                    .any(|kind| error.code().starts_with(kind)) =>
            {
                Error::Internal(error.code().to_owned())
            }
            _ => Error::Graph(error.code().to_owned()),
        },
        // Whatever Neo4j answers to a log-in arrives so, without its code.
        Driver::AuthenticationError(text) if text.contains("auth") => refused(&text),
        Driver::ProtocolMismatch(_) | Driver::UnsupportedVersion(..) => Error::Setup(
            "what listens at graph_url does not speak Bolt 4.4: give the port of Bolt (7687), and bolt+s:// where the \
             server wants TLS"
                .into(),
        ),
        // A server that wants TLS hangs up on who speaks without; so does one that is being stopped.
        Driver::IOError { detail } if detail.kind() == std::io::ErrorKind::UnexpectedEof => Error::Graph(
            "its server hung up: if it wants TLS, graph_url must begin with bolt+s:// or neo4j+s://; if it has none, with \
             bolt:// or neo4j://"
                .into(),
        ),
        // This is how a failed handshake arrives.
        Driver::IOError { detail } if detail.kind() == std::io::ErrorKind::InvalidData => {
            Error::Setup(format!(
                "TLS with the graph's server failed ({detail}): check graph_url and graph_ca_file"
            ))
        }
        // What it expected and what came, values and all.
        Driver::DeserializationError(_) => Error::Internal("the graph answered what cannot be read".into()),
        Driver::IOError { detail } => Error::Graph(detail.to_string()),
        // The kind alone: some hold what came from the server.
        other => {
            let shown = format!("{other:?}");
            Error::Graph(shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned())
        }
    };
    Fault { code, error }
}

fn refused(why: &str) -> Error {
    Error::Setup(format!(
        "the graph's server refuses the log-in ({why}): check user and password in graph_url and graph_password"
    ))
}
