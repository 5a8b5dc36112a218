//! What a driver's error means. diesel-async passes MariaDB's errors on as text, without their number; the connections
//! ask for English (`lc_messages`), and this is the only place that reads it. A test holds each kind against a real server.

use crate::error::Error;
use diesel::{ConnectionError, result::Error as Query};
use diesel_async::pooled_connection::{PoolError, deadpool};

/// What a failed statement means.
pub(crate) fn of_query(error: Query) -> Error {
    of_text(error.to_string())
}

/// What a failed attempt to take a connection means.
pub(super) fn of_pool(error: deadpool::PoolError) -> Error {
    match error {
        deadpool::PoolError::Backend(PoolError::ConnectionError(error)) => of_connection(&error),
        other => of_text(other.to_string()),
    }
}

/// What a refused connection means: most often, that the server is not there.
pub(super) fn of_connection(error: &ConnectionError) -> Error {
    Error::Unavailable(once(error.to_string()))
}

/// A text of the driver without the words that its layers put before the cause.
fn once(text: String) -> String {
    text.replace("Input/output error: ", "")
}

/// Texts of a connection that is gone, of the driver and of the system below it.
const LOST: [&str; 10] = [
    "connection closed",
    "connection refused",
    "connection reset",
    "connection was killed",
    "broken pipe",
    "input/output error",
    "server has gone away",
    "server shutdown in progress",
    "disconnected by server",
    "unexpected end of file",
];

/// Whether the store took a transaction back for another's sake (a deadlock, a lock held too long, a conflict between the
/// nodes of a cluster), so that it may be tried again from its beginning.
pub(crate) fn asks_again(error: &Error) -> bool {
    matches!(error, Error::Internal(text) if text.contains("try restarting transaction"))
}

/// Why the database did not take a row, by rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Another row has the same value.
    Duplicate,
    /// Rows of other tables are in the way, or missing.
    Reference,
    /// A CHECK.
    Rule,
    /// A column that must have a value.
    Missing,
    /// A value that the column does not hold.
    Value,
    /// A trigger said no.
    Trigger,
}

impl Refusal {
    /// For programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Refusal::Duplicate => "DUPLICATE",
            Refusal::Reference => "REFERENCE",
            Refusal::Rule | Refusal::Trigger => "DATABASE",
            Refusal::Missing => "REQUIRED",
            Refusal::Value => "INVALID",
        }
    }

    /// For people; nothing of what the database said, which may hold values.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Refusal::Duplicate => {
                "the database has a row with the same values, and takes only one (a UNIQUE key of its own)"
            }
            Refusal::Reference => {
                "the database refuses this, because rows of other tables are missing or in the way (a foreign key of its own)"
            }
            Refusal::Rule => "the database refuses this by a rule of its own (a CHECK)",
            Refusal::Missing => "the database needs a value in a column that MediMax does not know",
            Refusal::Value => "the database has a column that does not hold one of these values",
            Refusal::Trigger => "the database refuses this by a rule of its own (a trigger)",
        }
    }
}

/// Texts of refusals, of MariaDB and of SQLite.
const REFUSALS: [(&str, Refusal); 13] = [
    ("Duplicate entry", Refusal::Duplicate),
    ("UNIQUE constraint failed", Refusal::Duplicate),
    ("a foreign key constraint fails", Refusal::Reference),
    ("FOREIGN KEY constraint failed", Refusal::Reference),
    ("CONSTRAINT `", Refusal::Rule),
    ("CHECK constraint failed", Refusal::Rule),
    ("cannot be null", Refusal::Missing),
    ("doesn't have a default value", Refusal::Missing),
    ("NOT NULL constraint failed", Refusal::Missing),
    ("Data truncated for column", Refusal::Value),
    ("Data too long for column", Refusal::Value),
    ("Out of range value for column", Refusal::Value),
    ("cannot store ", Refusal::Value),
];

/// What SQLite says of faults; what else it says are the words of a trigger (`RAISE`).
const FAULTS: [&str; 15] = [
    "not an error",
    "SQL logic error",
    "access permission denied",
    "query aborted",
    "is locked",
    "out of memory",
    "readonly database",
    "interrupted",
    "disk I/O error",
    "malformed",
    "is full",
    "unable to open database file",
    "locking protocol",
    "no such ",
    "syntax error",
];

/// Why the database refused a row, if that is what its text says.
pub(super) fn refusal(text: &str) -> Option<Refusal> {
    REFUSALS.iter().find(|(said, _)| text.contains(said)).map(|(_, refusal)| *refusal)
}

/// Whether a text of SQLite's can only be a trigger's.
pub(super) fn is_raised(text: &str) -> bool {
    !FAULTS.iter().any(|fault| text.contains(fault))
}

/// Whether the account may not do what was asked.
pub(super) fn is_denied(error: &Error) -> bool {
    matches!(error, Error::Internal(text) if text.contains("command denied to user"))
}

fn of_text(text: String) -> Error {
    let lower = text.to_lowercase();
    if LOST.iter().any(|lost| lower.contains(lost)) {
        Error::Unavailable(once(text))
    } else if lower.contains("query execution was interrupted") {
        // By `max_statement_time`, or by an operator (`KILL QUERY`).
        Error::Timeout("a database statement")
    } else {
        Error::Internal(text)
    }
}
