//! The one error type, its public codes, and what of it may leave the process.
//!
//! **Invariant:** `public_message` never holds SQL, driver text, a host name or a stored value.

use std::{fmt, sync::Arc};

/// What a client can act upon; stands in `extensions.code` of every error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The request is wrong; sending it again unchanged will fail again.
    BadUserInput,
    /// What is stored is not what the request took for granted.
    Conflict,
    /// A documented limit was gone over.
    LimitExceeded,
    /// The caller is nobody that the gateway knows, and this is answered to nobody else.
    Unauthenticated,
    /// The gateway does not answer this to this caller; asking again will not help.
    Forbidden,
    /// Too many log-ins failed; the next one is looked at after a while.
    TooManyAttempts,
    /// The document under this id or hash is not known: send its text too.
    PersistedQueryNotFound,
    /// Automatic persisted queries are switched off: send the text alone.
    PersistedQueryNotSupported,
    /// The relational store cannot be reached; its fields are null.
    DatabaseUnavailable,
    /// The access log cannot be written; nothing is told without it.
    AccessLogUnavailable,
    /// The graph cannot be reached, or is not ready; its fields are null, and everything else is answered.
    GraphUnavailable,
    /// The time allowed for the request or a statement ran out.
    Timeout,
    /// A fault of the gateway or of stored data; the log has the details.
    Internal,
}

impl Code {
    /// Every code there is, for the documentation and the contract test.
    pub const ALL: [Code; 13] = [
        Code::BadUserInput,
        Code::Conflict,
        Code::LimitExceeded,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::TooManyAttempts,
        Code::PersistedQueryNotFound,
        Code::PersistedQueryNotSupported,
        Code::DatabaseUnavailable,
        Code::AccessLogUnavailable,
        Code::GraphUnavailable,
        Code::Timeout,
        Code::Internal,
    ];

    /// What the documentation says of it: its meaning, the HTTP status that it comes with, and what a client should do.
    pub fn told(self) -> (&'static str, &'static str, &'static str) {
        const WITHIN: &str = "200: it costs its own field";
        match self {
            Code::BadUserInput => (
                "the document, an argument or a variable is wrong; the message says how",
                "4xx where the request is refused as a whole (below), else 200",
                "mend the request; sent again unchanged, it fails again",
            ),
            Code::Conflict => (
                "the object was changed since you read it (`extensions.currentVersion`), or the `idempotencyKey` stands for \
                 another request",
                WITHIN,
                "read it again and decide anew; take another key",
            ),
            Code::LimitExceeded => (
                "a limit was gone over; `extensions.limit` has its `key`, what is `allowed`, and, where that is \
                 known, what was `asked` and by which `argument`",
                "400, 408, 413, 414, 429 or 503 where the request is refused as a whole, else 200",
                "ask for less: a smaller `first`, fewer levels, several requests; after 429 and 503, ask again when `Retry-After` says",
            ),
            Code::Unauthenticated => (
                "no access token came with the request, or one that is expired, of an ended session or of a locked account; an API \
                 key does not hold; or a log-in or a refresh failed",
                "401 where the request is refused as a whole; 200 for a log-in that failed",
                "log in (`logIn`) or refresh the session (`refreshSession`), and send `Authorization: Bearer` with the access token",
            ),
            Code::Forbidden => (
                "the caller's role does not allow the field; or the gateway answers a list of documents only, and this one is not \
                 on it",
                "200: it costs its own field; 403 for a document that is not listed, and for a mutation of a partner's program",
                "ask an administrator for another role; have the operator add the document to the list",
            ),
            Code::TooManyAttempts => (
                "too many log-ins of this account or from this address failed, or too many wait; `extensions.retryAfter` says in how many seconds the \
                 next one is looked at",
                WITHIN,
                "wait that long",
            ),
            Code::PersistedQueryNotFound => (
                "no document is known under this id or hash",
                "400",
                "send the document's text with its hash; where there is a list of documents, have the operator add it",
            ),
            Code::PersistedQueryNotSupported => {
                ("automatic persisted queries are switched off", "400", "send the document's text alone")
            }
            Code::DatabaseUnavailable => (
                "the database cannot be reached, was lost on the way, or can store nothing because its disk is full; of a \
                 mutation the message says whether it may be saved",
                WITHIN,
                "try again shortly, with a growing pause; a mutation with its `idempotencyKey`",
            ),
            Code::AccessLogUnavailable => (
                "the access log cannot be written, so the answer is held back; of a mutation the message says whether it may be saved",
                "503: nothing is answered",
                "try again shortly, with a growing pause; a mutation with its `idempotencyKey`",
            ),
            Code::GraphUnavailable => (
                "the graph cannot be reached or does not answer in time; only the fields that need it are null",
                WITHIN,
                "try again shortly, with a growing pause",
            ),
            Code::Timeout => (
                "the request, a statement, or the wait for a connection took too long; a mutation may be saved all the same",
                WITHIN,
                "ask for less, or try again when there is less to do",
            ),
            Code::Internal => (
                "a fault of the gateway, or a stored value that is none (`0000-00-00`, an empty enum, 27 o'clock)",
                "200: it costs its own field; 500 where the gateway failed outside of one",
                "give `extensions.requestId` to the operator: the log has the cause under it",
            ),
        }
    }

    /// The spelling in `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::BadUserInput => "BAD_USER_INPUT",
            Code::Conflict => "CONFLICT",
            Code::LimitExceeded => "LIMIT_EXCEEDED",
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::Forbidden => "FORBIDDEN",
            Code::TooManyAttempts => "TOO_MANY_ATTEMPTS",
            Code::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Code::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Code::DatabaseUnavailable => "DATABASE_UNAVAILABLE",
            Code::AccessLogUnavailable => "ACCESS_LOG_UNAVAILABLE",
            Code::GraphUnavailable => "GRAPH_UNAVAILABLE",
            Code::Timeout => "TIMEOUT",
            Code::Internal => "INTERNAL",
        }
    }
}

/// Everything that can go wrong below the command line and HTTP.
#[derive(Debug, Clone)]
pub enum Error {
    /// What the caller sent cannot be accepted; the text says what to do.
    BadInput(String),
    /// An input breaks rules: every rule that it breaks.
    Invalid(Vec<Violation>),
    /// The row was changed since it was read; its version now.
    Changed(String),
    /// An idempotency key that stands for another request.
    KeyTaken,
    /// The database was lost while it was told to keep a change; the text is for the log.
    Unconfirmed(String),
    /// A limit: its key, its value, and what was asked for, where that is known.
    Limit {
        /// The configuration key.
        key: &'static str,
        /// Its value in force.
        allowed: u64,
        /// What the request would need, if known.
        asked: Option<u64>,
    },
    /// A list that would read more rows than `max_rows_read` allows.
    TooWide {
        /// `max_rows_read` in force.
        allowed: u64,
        /// About how much it would cost, in rows that are read; not told to a caller who may not see all of them.
        asked: Option<u64>,
        /// What would narrow the list.
        advice: String,
    },
    /// An argument that asks for more rows than a page may have, or for more to be counted than may be.
    TooMany {
        /// The configuration key of the limit.
        key: &'static str,
        /// The argument.
        argument: &'static str,
        /// The limit in force.
        allowed: u64,
        /// What it asks for.
        asked: u64,
    },
    /// A caller without valid credentials; the text says what to do, and the same for every cause that a stranger may not know.
    Unauthenticated(&'static str),
    /// Something that the caller's role does not allow; the text says what.
    NotAllowed(String),
    /// Log-ins failed too often; the next one is looked at in so many seconds.
    TooManyAttempts(u64),
    /// A document of which only the id or hash was given, and which is not known.
    UnknownDocument,
    /// A hash was given, and no documents are kept by their hashes.
    NoRegistry,
    /// A document that does not stand in the list of those that are answered.
    NotListed,
    /// A mutation, by a method that only reads.
    NeedsPost,
    /// The database cannot be reached or was lost; the text is for the log.
    Unavailable(String),
    /// The access log has no entry of a request, so that its answer is held back; whether the request wrote, and why, for the log.
    HeldBack(bool, String),
    /// The database can store nothing, because its disk is full, read-only or broken; the text is for the log.
    NotStored(String),
    /// The graph cannot be reached, was lost or is not ready; the text is for the log.
    Graph(String),
    /// Something took longer than allowed; the text says what, without data.
    Timeout(&'static str),
    /// A fault; the text is for the log alone.
    Internal(String),
    /// Set-up is wrong (configuration, password, schema); the text is for the operator who started the command.
    Setup(String),
}

/// A rule that an input breaks.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    /// Where: the argument, then names of fields and places in lists.
    pub path: Vec<serde_json::Value>,
    /// Which kind of rule, for programs.
    pub code: &'static str,
    /// What the rule says, for people; never the value.
    pub message: String,
}

/// A result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The public code.
    pub fn code(&self) -> Code {
        match self {
            Error::BadInput(_) | Error::Invalid(_) | Error::NeedsPost => Code::BadUserInput,
            Error::Changed(_) | Error::KeyTaken => Code::Conflict,
            Error::Limit { .. } | Error::TooWide { .. } | Error::TooMany { .. } => Code::LimitExceeded,
            Error::Unauthenticated(_) => Code::Unauthenticated,
            Error::NotListed | Error::NotAllowed(_) => Code::Forbidden,
            Error::TooManyAttempts(_) => Code::TooManyAttempts,
            Error::UnknownDocument => Code::PersistedQueryNotFound,
            Error::NoRegistry => Code::PersistedQueryNotSupported,
            Error::Unavailable(_) | Error::Unconfirmed(_) | Error::NotStored(_) => Code::DatabaseUnavailable,
            Error::HeldBack(..) => Code::AccessLogUnavailable,
            Error::Graph(_) => Code::GraphUnavailable,
            Error::Timeout(_) => Code::Timeout,
            Error::Internal(_) | Error::Setup(_) => Code::Internal,
        }
    }

    /// The key of the limit that was gone over.
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Error::Limit { key, .. } => Some(key),
            Error::TooWide { .. } => Some("max_rows_read"),
            Error::TooMany { key, .. } => Some(key),
            _ => None,
        }
    }

    /// What a client may read.
    pub fn public_message(&self) -> String {
        match self {
            Error::BadInput(text) | Error::NotAllowed(text) => text.clone(),
            Error::Unauthenticated(text) => (*text).into(),
            Error::TooManyAttempts(seconds) => {
                format!("too many log-ins were tried; the next one is looked at in {seconds} s")
            }
            Error::Invalid(violations) => match violations.as_slice() {
                [one] => one.message.clone(),
                all => format!("the input breaks {} rules; `extensions.violations` has each", all.len()),
            },
            Error::Changed(_) => {
                "this was changed since you read it; `extensions.currentVersion` is its version now".into()
            }
            Error::KeyTaken => "this idempotencyKey was used for another request; take a new one".into(),
            Error::Unconfirmed(_) => "no answer came while this was saved, so it may be saved or not: send it \
                                      again with the same idempotencyKey, or look before you do"
                .into(),
            Error::Limit { key, allowed, asked: Some(asked) } => {
                format!("this needs {asked}, the limit {key} allows {allowed}")
            }
            // It is others who hold it.
            Error::Limit { key: key @ "max_memory_bytes", allowed, asked: None } => {
                format!("the gateway holds as much as the limit {key} ({allowed}) allows; try again shortly")
            }
            Error::Limit { key: key @ "requests_per_minute", allowed, asked: None } => {
                format!("this client sent more requests than {key} ({allowed}) allows; try again shortly")
            }
            Error::Limit { key, allowed, asked: None } => {
                format!("this goes over the limit {key} ({allowed}); ask for less")
            }
            Error::TooWide { allowed, asked: None, advice } => {
                format!("this would cost more than reading {allowed} rows, which the limit max_rows_read allows: {advice}")
            }
            Error::TooWide { allowed, asked: Some(asked), advice } => {
                format!("this would cost about as much as reading {asked} rows, the limit max_rows_read allows {allowed}: {advice}")
            }
            Error::TooMany { key, argument, allowed, asked } => {
                format!("`{argument}` asks for {asked} at once, the limit {key} allows {allowed}")
            }
            Error::NotListed => {
                "this document is not on the list of those that are answered here; its operator can add it".into()
            }
            // Clients look for these very words.
            Error::UnknownDocument => "PersistedQueryNotFound".into(),
            Error::NoRegistry => "PersistedQueryNotSupported".into(),
            Error::NeedsPost => "a mutation is sent by POST".into(),
            Error::Unavailable(_) => "the database is not available; try again shortly".into(),
            Error::NotStored(_) => {
                "nothing is saved: the database can store nothing now (its disk is full, read-only or broken); what is stored can \
                                    be read, and its operator must make room"
                    .into()
            }
            Error::HeldBack(false, _) => {
                "this is not answered: the access log cannot be written now, and nothing is told or changed without it; try again shortly".into()
            }
            Error::HeldBack(true, _) => "what this request wrote may be saved, but the answer is held back, because the access log cannot be \
                                         written now: send it again with the same idempotencyKey, or look before you do"
                .into(),
            Error::Graph(_) => "the graph is not available; `graphStatus` says more, try again shortly".into(),
            Error::Timeout(what) => format!("{what} took longer than allowed"),
            Error::Internal(_) | Error::Setup(_) => {
                "an internal fault; the log has the details under this request id".into()
            }
        }
    }

    /// That an answer is held back, because the access log failed with this.
    pub fn held_back(self, writes: bool) -> Self {
        match self {
            Error::HeldBack(..) => self,
            error => Error::HeldBack(writes, error.to_string()),
        }
    }

    /// Whether the connection that reported this was lost, so that another may serve.
    pub fn is_lost_connection(&self) -> bool {
        matches!(self, Error::Unavailable(_))
    }
}

impl fmt::Display for Error {
    /// The operator's view: details included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unavailable(detail) => write!(f, "the database is not available: {detail}"),
            Error::Unconfirmed(detail) => write!(f, "the database was lost during a commit: {detail}"),
            Error::HeldBack(_, detail) => write!(f, "the access log cannot be written: {detail}"),
            Error::NotStored(detail) => write!(f, "the database can store nothing: {detail}"),
            Error::Graph(detail) => write!(f, "the graph is not available: {detail}"),
            Error::Internal(detail) | Error::Setup(detail) => f.write_str(detail),
            other => f.write_str(&other.public_message()),
        }
    }
}

impl std::error::Error for Error {}

impl From<Arc<Error>> for Error {
    fn from(shared: Arc<Error>) -> Self {
        Arc::unwrap_or_clone(shared)
    }
}
