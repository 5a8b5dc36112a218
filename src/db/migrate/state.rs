//! What stands in a database, and whether this binary works with it.

use super::{files::first_tables, latest};
use crate::{
    db::{
        pool::{Conn, Db},
        sql::{Dialect, Sql},
    },
    error::{Error, Result},
};

/// What stands in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No MediMax schema.
    Empty,
    /// Its tables are there under other upper and lower case (a dump from Windows).
    OtherCase,
    /// Its tables are there, but MediMax did not make them, and has not adopted them, or not wholly.
    Foreign,
    /// At this version, which is older than the binary's.
    Behind(i32),
    /// At the binary's version.
    Current,
    /// At this version, which the binary does not know, and which suits it all the same.
    Suited(i32),
    /// At this version, which the binary does not know, and the version that it must know to serve it.
    Newer(i32, i32),
}

/// What stands in the database.
pub async fn state(db: &Db) -> Result<State> {
    let mut conn = db.conn().await?;
    if !has_table(&mut conn, db.dialect(), "Schema_Migration", false).await? {
        return Ok(match db.dialect() {
            dialect if in_other_case(&mut conn, dialect).await? => State::OtherCase,
            dialect if is_foreign(&mut conn, dialect).await? => State::Foreign,
            _ => State::Empty,
        });
    }
    let (applied, latest) = (applied(&mut conn, db.dialect()).await?, latest(db.dialect())?);
    Ok(match applied.iter().copied().max().unwrap_or(0) {
        0 if is_adopted(&mut conn, db.dialect()).await? => State::Foreign,
        0 => State::Empty,
        at if at > latest => newer(&mut conn, db.dialect(), at).await?,
        at if at < latest => State::Behind(at),
        _ => State::Current,
    })
}

/// What a version that the binary does not know asks of it.
pub(super) async fn newer(conn: &mut Conn, dialect: Dialect, at: i32) -> Result<State> {
    let mut sql = Sql::new(dialect);
    // Nobody but a binary with that column ran such a migration; what was written by hand says nothing.
    if !has_column(conn, dialect).await? {
        return Ok(State::Newer(at, at));
    }
    sql.push("SELECT COALESCE(suits, version), NULL FROM Schema_Migration WHERE version = ").int(at.into());
    let needs = conn.texts(sql).await?.first().map_or(at, |(needs, _)| *needs);
    Ok(if needs <= latest(dialect)? { State::Suited(at) } else { State::Newer(at, needs) })
}

/// Refuses, saying what to do, a database that this binary cannot work with as it stands. One that is newer and suits it is
/// worked with, and a warning says so.
pub async fn require(db: &Db) -> Result<()> {
    match state(db).await? {
        State::Suited(at) => {
            tracing::warn!(
                "the database is at schema version {at}, newer than this binary ({}) and made to suit it: use a newer medimax soon",
                latest(db.dialect())?
            );
            Ok(())
        }
        state => refuse(db.dialect(), state),
    }
}

/// Refuses, saying what to do, a database that is not at exactly this binary's version: for what must know every table.
pub async fn require_current(db: &Db) -> Result<()> {
    refuse(db.dialect(), state(db).await?)
}

pub(super) fn refuse(dialect: Dialect, state: State) -> Result<()> {
    match refusal(&state, latest(dialect)?) {
        None => Ok(()),
        Some(why) => Err(Error::Setup(format!("the database {why}"))),
    }
}

/// What keeps a binary of a version from working with a database, and what to do about it.
pub fn refusal(state: &State, latest: i32) -> Option<String> {
    Some(match state {
        State::Current => return None,
        State::Empty => "has no MediMax schema: run `medimax migrate` with the same database_url".to_owned(),
        State::OtherCase => OTHER_CASE.to_owned(),
        State::Foreign => FOREIGN.to_owned(),
        State::Behind(at) => format!("is at schema version {at}, older than this binary: run `medimax migrate`"),
        State::Suited(at) => {
            format!("is at schema version {at}, newer than this binary ({latest}): use a newer medimax")
        }
        State::Newer(at, needs) => format!(
            "is at schema version {at}, newer than this binary ({latest}), and serves none older than {needs}: use a newer \
             medimax"
        ),
    })
}

pub(super) const OTHER_CASE: &str = "spells its tables in lower case (a dump from Windows?) where case matters: rename them \
     (RENAME TABLE patient TO Patient, …) or set lower_case_table_names=1 on a fresh server";

pub(super) const FOREIGN: &str = "has tables that MediMax did not make: run `medimax migrate --adopt`, which shows what it would add \
     to them and changes nothing";

/// The state of a database with versions that the binary does not know.
pub(super) async fn beyond(conn: &mut Conn, dialect: Dialect, applied: &[i32]) -> Result<Option<State>> {
    let latest = latest(dialect)?;
    match applied.iter().copied().max() {
        Some(at) if at > latest => newer(conn, dialect, at).await.map(Some),
        _ => Ok(None),
    }
}

pub(in crate::db) async fn applied(conn: &mut Conn, dialect: Dialect) -> Result<Vec<i32>> {
    let mut sql = Sql::new(dialect);
    sql.push("SELECT version, name FROM Schema_Migration");
    Ok(conn.texts(sql).await?.into_iter().map(|(version, _)| version).collect())
}

pub(super) async fn has_column(conn: &mut Conn, dialect: Dialect) -> Result<bool> {
    let mut sql = Sql::new(dialect);
    sql.push(match dialect {
        Dialect::MariaDb => {
            "SELECT COUNT(*), NULL FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND LOWER(table_name) = 'schema_migration' AND column_name = 'suits'"
        }
        Dialect::Sqlite => "SELECT COUNT(*), NULL FROM pragma_table_info('Schema_Migration') WHERE name = 'suits'",
    });
    Ok(conn.texts(sql).await?.first().is_some_and(|(columns, _)| *columns > 0))
}

/// Whether the tables are there, but not under the names that statements use.
pub(super) async fn in_other_case(conn: &mut Conn, dialect: Dialect) -> Result<bool> {
    let name = "Patient";
    Ok(!has_table(conn, dialect, name, false).await? && has_table(conn, dialect, name, true).await?)
}

/// Whether an adoption was begun. The embedded store is always MediMax's own.
pub(super) async fn is_adopted(conn: &mut Conn, dialect: Dialect) -> Result<bool> {
    Ok(dialect == Dialect::MariaDb && has_table(conn, dialect, "Adoption", false).await?)
}

/// Whether tables of our names are there that no migration made.
pub(super) async fn is_foreign(conn: &mut Conn, dialect: Dialect) -> Result<bool> {
    if dialect == Dialect::Sqlite || has_table(conn, dialect, "Schema_Migration", false).await? {
        return Ok(false);
    }
    // Those of the documents that the hospital has its tables from.
    for name in first_tables(dialect)? {
        if has_table(conn, dialect, name, false).await? {
            return Ok(true);
        }
    }
    is_adopted(conn, dialect).await
}

pub(super) async fn has_table(conn: &mut Conn, dialect: Dialect, name: &str, any_case: bool) -> Result<bool> {
    let mut sql = Sql::new(dialect);
    // Besides the names: whether case does not matter in them, as in SQLite and on a server that is set up so.
    sql.push(match dialect {
        Dialect::MariaDb => {
            "SELECT @@lower_case_table_names <> 0, CAST(table_name AS CHAR) FROM information_schema.tables \
             WHERE table_schema = DATABASE()"
        }
        Dialect::Sqlite => "SELECT 1, name FROM sqlite_master WHERE type = 'table'",
    });
    let tables = conn.texts(sql).await?;
    Ok(tables
        .iter()
        .filter_map(|(folded, found)| Some((*folded != 0, found.as_ref()?)))
        .any(|(folded, found)| found == name || (folded || any_case) && found.eq_ignore_ascii_case(name)))
}
