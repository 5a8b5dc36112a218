//! Opening a store from its URL, and saying what is wrong where that fails.

use super::{
    doubt::Doubt,
    fault,
    pool::{Backend, Db, Lite, Patience},
};
use crate::error::{Error, Result};
use backon::{ExponentialBuilder, Retryable};
use diesel::ConnectionError;
use diesel_async::{
    AsyncConnection, AsyncMysqlConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Hook, Pool},
    },
};
use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// How the link to MariaDB is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// In the clear.
    Off,
    /// Encrypted; the server's certificate is not checked.
    Required,
    /// Encrypted, and the certificate must be valid for the host.
    Verified,
}

/// What opening a store needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite://FILE` or `mysql://user:password@host:port/database`.
    pub url: String,
    /// The most connections.
    pub max_connections: usize,
    /// How long a request waits for a free one.
    pub wait: Duration,
    /// How long the server may work on one statement.
    pub statement_timeout: Duration,
    /// How the link is protected.
    pub tls: Tls,
    /// Certificates to trust besides the well-known ones (PEM).
    pub ca_file: Option<PathBuf>,
}

/// Opens the store and proves that it answers.
pub async fn open(options: &Options) -> Result<Db> {
    let db = if let Some(path) = options.url.strip_prefix("sqlite://") {
        let patience = limit(options.statement_timeout).map_or(Patience::Endless, Patience::Limit);
        let pool = Backend::Sqlite(sqlite_pool(path, options)?);
        let made = make_private(path);
        let db = Db::new(pool, options.wait, patience, Arc::default());
        if let Err(error) = db.run("SELECT 1").await {
            if made {
                let _ = std::fs::remove_file(path);
            }
            return Err(unusable(path, error));
        }
        db
    } else if options.url.starts_with("mysql://") || options.url.starts_with("mariadb://") {
        let opts = mariadb_opts(options)?;
        // The pool passes errors on as text; asked directly, the driver tells a wrong password from a dead host.
        let probe = tokio::time::timeout(options.wait, mysql_async::Conn::new(opts.clone())).await;
        let probe = probe.map_err(|_late| Error::Unavailable(format!("no answer from {}", place(&opts))))?;
        let probe = probe.map_err(|error| refused(&error, &opts))?;
        let _ = tokio::time::timeout(options.wait, probe.disconnect()).await;
        let silence = limit(options.statement_timeout).map(|most| most + MARGIN);
        let (patience, doubt) = (silence.map_or(Patience::Endless, Patience::Silence), Arc::<Doubt>::default());
        let pool = Backend::MariaDb(mariadb_pool(opts, options, doubt.clone())?);
        let db = Db::new(pool, options.wait, patience, doubt);
        db.run("SELECT 1").await?;
        db
    } else {
        // No more of the URL than its scheme: the rest may hold a password.
        let what = match options.url.split_once("://") {
            Some((scheme, _)) => format!("begins with '{scheme}'"),
            None => "has no scheme".into(),
        };
        return Err(Error::Setup(format!(
            "database_url {what}; use sqlite://FILE or mysql://user:password@host:3306/database"
        )));
    };
    Ok(db)
}

/// Makes a file that is not there for its owner's eyes alone, and says whether it did; the files that SQLite puts beside it get
/// the same rights. Where it cannot be made, SQLite tells why.
fn make_private(path: &str) -> bool {
    !path.starts_with("file:") && OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).is_ok()
}

/// How much longer than the server may work on a statement its answer is waited for.
const MARGIN: Duration = Duration::from_secs(5);

/// A time limit; 0 is none.
fn limit(most: Duration) -> Option<Duration> {
    (!most.is_zero()).then_some(most)
}

/// A file does not come up by itself, as a server does: there is nothing to wait for.
fn unusable(path: &str, error: Error) -> Error {
    match error {
        damaged if fault::is_damaged(&damaged) => Error::Setup(format!("the SQLite file {path}: {damaged}")),
        Error::NotStored(detail) => Error::Setup(format!(
            "the SQLite file {path} cannot be written ({detail}): make room on its disk, or see to it"
        )),
        Error::Unavailable(detail) | Error::Internal(detail) => Error::Setup(format!(
            "the SQLite file {path} cannot be opened ({detail}): check the path, and that the gateway may write there"
        )),
        other => other,
    }
}

/// Opens the store, waiting with back-off for a server that is not there yet; `on_wait` is told of each wait.
pub async fn open_when_up(options: &Options, patience: Duration, on_wait: impl Fn(&Error, Duration)) -> Result<Db> {
    // Jitter, so that gateways that lost a server at once do not come back to it at once.
    let pauses = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(10))
        .without_max_times()
        .with_jitter();
    let started = tokio::time::Instant::now();
    (|| open(options))
        .retry(pauses)
        .when(Error::is_lost_connection)
        .adjust(|_, pause| pause.filter(|pause| started.elapsed() + *pause < patience))
        .notify(on_wait)
        .await
}

fn place(opts: &mysql_async::Opts) -> String {
    format!("{}:{}", opts.ip_or_hostname(), opts.tcp_port())
}

/// What the operator should do about a connection that MariaDB, or the way to it, refused.
fn refused(error: &mysql_async::Error, opts: &mysql_async::Opts) -> Error {
    let at = place(opts);
    match error {
        mysql_async::Error::Server(server) => match server.code {
            1045 | 1698 => Error::Setup(format!(
                "MariaDB at {at} refuses user '{}': check user and password in database_url and database_password, that the user may log in from this host, and database_tls if the account requires TLS",
                opts.user().unwrap_or_default()
            )),
            1044 | 1049 => Error::Setup(format!(
                "MariaDB at {at} has no database '{0}' for this user: create it (CREATE DATABASE `{0}`), grant rights on it, or correct database_url",
                opts.db_name().unwrap_or_default()
            )),
            // Too many connections, or shutting down: both pass.
            1040 | 1053 | 1152 => {
                Error::Unavailable(format!("MariaDB at {at} takes no connection: {}", server.message))
            }
            code => Error::Setup(format!("MariaDB at {at} refuses the connection (error {code}): {}", server.message)),
        },
        mysql_async::Error::Io(mysql_async::IoError::Tls(tls)) => tls_failed(&at, tls),
        // This is how a failed handshake arrives.
        mysql_async::Error::Io(mysql_async::IoError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
            tls_failed(&at, error)
        }
        mysql_async::Error::Driver(driver) => Error::Setup(format!(
            "MariaDB at {at} cannot be used: {driver}; check database_tls if the server has no TLS"
        )),
        other if other.to_string().contains("lookup") => Error::Setup(format!(
            "the host '{}' of database_url is not known: check its spelling and the name service",
            opts.ip_or_hostname()
        )),
        other => Error::Unavailable(format!(
            "MariaDB at {at} cannot be reached ({}): is it running, and is the port right?",
            cause(other)
        )),
    }
}

/// What lies at the bottom of an error: each layer says it again in words of its own.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

fn tls_failed(at: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Setup(format!("TLS with MariaDB at {at} failed ({error}): check database_tls and database_ca_file"))
}

fn mariadb_opts(options: &Options) -> Result<mysql_async::Opts> {
    if options.url.contains('?') {
        let keys = "database_tls, database_max_connections and their like";
        return Err(Error::Setup(format!(
            "database_url takes no parameters after '?': there are keys for them, {keys}"
        )));
    }
    let url = options.url.replacen("mariadb://", "mysql://", 1);
    let opts = mysql_async::Opts::from_url(&url).map_err(|error| {
        Error::Setup(format!("database_url cannot be read ({error}): use mysql://user:password@host:3306/database"))
    })?;
    if opts.db_name().unwrap_or_default().is_empty() {
        return Err(Error::Setup("database_url names no database: end it with /DATABASE".into()));
    }
    let tls = match options.tls {
        Tls::Off => None,
        tls => {
            let roots = options.ca_file.iter().map(|file| Ok(certificates(file)?.into())).collect::<Result<_>>()?;
            let checks_nothing = tls == Tls::Required;
            Some(
                mysql_async::SslOpts::default()
                    .with_root_certs(roots)
                    .with_danger_accept_invalid_certs(checks_nothing)
                    .with_danger_skip_domain_validation(checks_nothing),
            )
        }
    };
    let seconds = options.statement_timeout.as_secs_f64();
    // MariaDB's filter by row ids ends reading by the index of a generated column with error 1032, "can't find record".
    let session = format!(
        "SET time_zone = '+00:00', lc_messages = 'en_US', \
         sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' \
         /*M!100400 , optimizer_switch = 'rowid_filter=off' */ \
         /*M!100108 , max_statement_time = {seconds} */ \
         /*M!100300 , idle_transaction_timeout = {IDLE_TRANSACTION_S} */"
    );
    let builder = mysql_async::OptsBuilder::from_opts(opts)
        .init(vec![session])
        .stmt_cache_size(0) // Diesel keeps the prepared statements.
        .client_found_rows(true)
        // Of a statement that may take as long as it takes, only the system can tell that nobody answers any more.
        .tcp_keepalive(Some(KEEP_ALIVE_MS))
        // The driver would ask the server for its socket's path and try that path on this machine, whoever listens there:
        // behind a tunnel or a container's port, another server.
        .prefer_socket(false)
        .ssl_opts(tls);
    Ok(builder.into())
}

/// The certificates of a file. The driver would say of a missing file that the server cannot be reached.
fn certificates(file: &Path) -> Result<Vec<u8>> {
    let wrong = |why: &str| {
        Error::Setup(format!(
            "database_ca_file {} cannot be used ({why}): name a PEM file that the gateway may read",
            file.display()
        ))
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error.to_string()))?;
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        return Err(wrong("there is no certificate in it"));
    }
    Ok(text.into_bytes())
}

fn pool_fault(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the connection pool cannot be made: {error}"))
}

/// After how long a silence the system asks whether the server is still there, in milliseconds.
const KEEP_ALIVE_MS: u32 = 30_000;

/// How long one of our transactions may wait for us, in seconds. A gateway that is frozen amidst one would hold its locks, and
/// everybody else up, until it wakes.
const IDLE_TRANSACTION_S: u32 = 20;

fn mariadb_pool(opts: mysql_async::Opts, options: &Options, doubt: Arc<Doubt>) -> Result<Pool<AsyncMysqlConnection>> {
    // Whoever waits for a connection may find a dead one first: there is time to notice, and to make another.
    let (connecting, asking) = (options.wait / 2, options.wait / 3);
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_url| {
        let opts = opts.clone();
        Box::pin(async move {
            let opening = async {
                let conn = mysql_async::Conn::new(opts)
                    .await
                    .map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
                AsyncMysqlConnection::try_from(conn).await
            };
            let late = |_late| Err(ConnectionError::BadConnection(format!("no answer within {connecting:?}")));
            tokio::time::timeout(connecting, opening).await.unwrap_or_else(late)
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(String::new(), config);
    let ask = Hook::async_fn(move |conn, metrics| {
        let doubt = doubt.clone();
        Box::pin(async move { doubt.ask(conn, metrics.recycled.unwrap_or(metrics.created), asking).await })
    });
    Pool::builder(manager).max_size(options.max_connections).pre_recycle(ask).build().map_err(pool_fault)
}

const LITE_SESSION: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
     PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;";

fn sqlite_pool(path: &str, options: &Options) -> Result<Pool<Lite>> {
    if path.is_empty() || path == ":memory:" {
        return Err(Error::Setup("database_url names no file: use sqlite://FILE, or --memory to keep nothing".into()));
    }
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|path| {
        let path = path.to_owned();
        Box::pin(async move {
            let mut conn = Lite::establish(&path).await?;
            let mut tries = 0;
            // Of two who switch a new file to WAL at once, SQLite turns one away without waiting.
            while let Err(error) = conn.batch_execute(LITE_SESSION).await {
                tries += 1;
                if tries > 500 || !error.to_string().contains("locked") {
                    return Err(ConnectionError::CouldntSetupConfiguration(error));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(conn)
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(path, config);
    Pool::builder(manager).max_size(options.max_connections).build().map_err(pool_fault)
}
