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
