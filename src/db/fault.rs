//! What a driver's error means. diesel-async passes MariaDB's errors on as text, without their number; the connections
//! ask for English (`lc_messages`), and this and `refusal.rs` are the only places that read it. A test holds each kind against a
//! real server.

use super::{refusal, sql::Dialect};
use crate::error::{Error, Result};
use diesel::{
    ConnectionError,
    result::{DatabaseErrorKind, Error as Query, UnexpectedNullError},
    sql_types::{BigInt, Text},
};
use diesel_async::{
    AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection,
    pooled_connection::{PoolError, deadpool},
};
use std::time::Duration;

/// What a failed statement means. Nothing of the driver's text is kept that may be a stored value.
pub(crate) fn of_query(error: Query) -> Error {
    of_driver(error, |_text| UNNAMED.into())
}

/// What a failed step of a migration means, which holds no value: the operator wants to read what the store says.
pub(crate) fn of_step(error: Query) -> Error {
    of_driver(error, str::to_owned)
}

fn of_driver(error: Query, of_unknown: fn(&str) -> String) -> Error {
    match error {
        Query::DatabaseError(kind, told) => of_text(&kind, told.message(), of_unknown),
        Query::DeserializationError(why) if why.is::<UnexpectedNullError>() => {
            Error::Internal("the database answered NULL where a value must be".into())
        }
        Query::DeserializationError(_) => Error::Internal("the database answered what cannot be read".into()),
        _ => Error::Internal("a statement could not be sent".into()),
    }
}

/// What a failed attempt to take a connection means.
pub(super) fn of_pool(error: deadpool::PoolError) -> Error {
    match error {
        deadpool::PoolError::Backend(PoolError::ConnectionError(error)) => of_connection(&error),
        deadpool::PoolError::Backend(PoolError::QueryError(error)) => of_query(error),
        other => Error::Internal(other.to_string()),
    }
}

/// What a refused connection means: most often, that the server is not there.
pub(super) fn of_connection(error: &ConnectionError) -> Error {
    match error {
        // A file that can be opened, and turns out to be none when it is first read.
        ConnectionError::CouldntSetupConfiguration(Query::DatabaseError(kind, told)) => {
            match of_text(kind, told.message(), |_text| UNNAMED.into()) {
                Error::Internal(text) if !text.ends_with(RESTORE) => Error::Unavailable(text),
                meant => meant,
            }
        }
        // Without the words that the driver's layers put before the cause.
        other => Error::Unavailable(other.to_string().replace("Input/output error: ", "")),
    }
}

/// In the place of a text that is not known, so that it may hold anything.
const UNNAMED: &str = "the database refused a statement, for a reason that it gives in words of its own";

/// Adds MariaDB's number of an error whose text is left out.
pub(crate) async fn number<T>(conn: &mut AsyncMysqlConnection, ended: &mut Result<T>) {
    let Err(Error::Internal(text)) = ended else { return };
    if text != UNNAMED {
        return;
    }
    let asked = async {
        conn.batch_execute(
            "GET DIAGNOSTICS CONDITION 1 @medimax_error = MYSQL_ERRNO, @medimax_state = RETURNED_SQLSTATE",
        )
        .await?;
        let select = "SELECT CAST(@medimax_error AS SIGNED), CAST(@medimax_state AS CHAR)";
        diesel::dsl::sql::<(BigInt, Text)>(select).get_result::<(i64, String)>(conn).await
    };
    if let Ok(Ok((number, state))) = tokio::time::timeout(Duration::from_secs(2), asked).await {
        *text = format!("{UNNAMED} (error {number}, SQLSTATE {state})");
    }
}

/// How texts of the driver begin, and not of the server, where a connection is gone.
const DRIVERS: [&str; 3] = ["input/output error: ", "driver error: ", "connection closed"];

/// What they say then, and the system below.
const LOST: [&str; 7] = [
    "connection closed",
    "connection refused",
    "connection reset",
    "broken pipe",
    "disconnected by server",
    "unexpected end of file",
    "input/output error",
];

/// What the server says of a connection that it ends, whole: a trigger's text may have such words in it.
const ENDED: [&str; 4] = [
    "connection was killed",
    "mysql server has gone away",
    "mariadb server has gone away",
    "server shutdown in progress",
];

/// What it says of a statement that it ended, by `max_statement_time` or an operator (`KILL QUERY`).
const INTERRUPTED: [&str; 2] =
    ["query execution was interrupted", "query execution was interrupted (max_statement_time exceeded)"];

/// What is said where nothing can be stored: there is no room, or no right, or the disk is broken.
const NOT_STORED: [&str; 8] = [
    "disk is full",
    "Disk full",
    "' is full",
    "No space left",
    "Error writing file",
    "read-only",
    "readonly database",
    "disk I/O error",
];

/// What is said of a file that is damaged.
const DAMAGED: [&str; 2] = ["database disk image is malformed", "file is not a database"];

/// Whether the store took a transaction back for another's sake (a deadlock, a lock held too long, a conflict between the
/// nodes of a cluster), so that it may be tried again from its beginning.
pub(crate) fn asks_again(error: &Error) -> bool {
    matches!(error, Error::Internal(text) if text.contains("try restarting transaction"))
}

/// Runs a transaction, and again a few times where the store took it back: then nothing of it is done twice.
pub(crate) async fn again<T, F: Future<Output = Result<T>>>(attempt: impl Fn() -> F) -> Result<T> {
    for pause_ms in [5, 25, 125] {
        match attempt().await {
            Err(error) if asks_again(&error) => tokio::time::sleep(Duration::from_millis(pause_ms)).await,
            ended => return ended,
        }
    }
    attempt().await
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
const REFUSALS: [(&str, Refusal); 14] = [
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
    ("Incorrect ", Refusal::Value),
];

/// Why the database refused a row, if that is what its text says.
pub(super) fn refusal(text: &str) -> Option<Refusal> {
    REFUSALS.iter().find(|(said, _)| text.contains(said)).map(|(_, refusal)| *refusal)
}

/// How a SIGNAL is told from other errors: by its class, or by its number where it names none.
const SIGNALS: [&str; 3] = ["SQLSTATE 45", "(error 1643, ", "(error 1644, "];

/// Whether a trigger refused a row. Its words are its own, so they are left out: MariaDB's SIGNAL is known by its number or the
/// class of its SQLSTATE, SQLite's RAISE by not being one of SQLite's own texts, which `refusal.rs` knows.
pub(super) fn is_raised(text: &str, dialect: Dialect) -> bool {
    match dialect {
        Dialect::MariaDb => text.starts_with(UNNAMED) && SIGNALS.iter().any(|signal| text.contains(signal)),
        Dialect::Sqlite => text == UNNAMED,
    }
}

/// Whether the account may not do what was asked.
pub(super) fn is_denied(error: &Error) -> bool {
    matches!(error, Error::Internal(text) if text.contains("command denied to user"))
}

fn of_text(kind: &DatabaseErrorKind, text: &str, of_unknown: fn(&str) -> String) -> Error {
    if let Some(told) = refusal::told(kind, text) {
        let says = |known: &[&str]| known.iter().any(|known| told.contains(known));
        return match told {
            told if says(&NOT_STORED) => Error::NotStored(told),
            told if says(&DAMAGED) => Error::Internal(format!("{told}: {RESTORE}")),
            told => Error::Internal(told),
        };
    }
    let lower = text.to_lowercase();
    let drivers = DRIVERS.iter().any(|begin| lower.starts_with(begin));
    let lost = LOST.iter().find(|lost| drivers && lower.contains(*lost));
    if INTERRUPTED.contains(&lower.as_str()) {
        Error::Timeout("a database statement")
    } else if let Some(lost) = lost.or_else(|| ENDED.iter().find(|ended| lower == **ended)) {
        Error::Unavailable((*lost).to_owned())
    } else {
        Error::Internal(of_unknown(text))
    }
}

/// What to do about a damaged file.
const RESTORE: &str = "the file is damaged: stop the gateway, put the file aside, and fill a new one from a backup with `medimax restore`";

/// Whether a store's file is damaged.
pub(super) fn is_damaged(error: &Error) -> bool {
    matches!(error, Error::Internal(text) if text.ends_with(RESTORE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_is_told_from_other_faults() {
        let of = |text: &str| of_text(&DatabaseErrorKind::Unknown, text, |_| UNNAMED.into());
        for full in [
            "database or disk is full",
            "attempt to write a readonly database",
            "disk I/O error",
            "The table 'Patient' is full",
            "Got error 28 \"No space left on device\" from storage engine InnoDB",
            "Disk full (/tmp/#sql-temptable); waiting for someone to free some space... (errno: 28 \"No space left on device\")",
            "Error writing file '/tmp/ML' (Errcode: 28 \"No space left on device\")",
            "The MariaDB server is running with the --read-only option so it cannot execute this statement",
        ] {
            assert!(matches!(of(full), Error::NotStored(_)), "{full}: {:?}", of(full));
        }
        for other in ["Duplicate entry 'disk is full' for key 'by_name'", "The disk is full of Anna Secret"] {
            assert!(matches!(of(other), Error::Internal(text) if !text.contains("disk")), "{other}");
        }
        assert!(is_damaged(&of("database disk image is malformed")));
    }

    #[test]
    fn a_value_that_reads_like_a_lost_connection_is_none() {
        let of = |text: &str| of_text(&DatabaseErrorKind::Unknown, text, |_| UNNAMED.into());
        assert!(matches!(of("Duplicate entry 'connection closed' for key 'by_name'"), Error::Internal(_)));
        assert!(matches!(of("Input/output error: Connection reset by peer (os error 104)"), Error::Unavailable(_)));
    }
}
