//! The embedded migrations: `migrations/mariadb` and `migrations/sqlite`, the same versions in both.
//!
//! A file is a sequence of steps, each one comment line (`-- what it does`) and one statement. MariaDB commits each
//! DDL statement by itself, so every step can be run again: a migration that was cut short is simply run anew.
//!
//! `-- suits: N` before the first step says that binaries which know no migration after N go on working with the schema, so
//! that gateways are upgraded one by one. It is kept with the version in the database, where those binaries find it.

use super::{
    adopt,
    pool::{Conn, Db},
    sql::{Dialect, Sql},
};
use crate::error::{Error, Result};
use include_dir::{Dir, include_dir};

static MARIADB: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations/mariadb");
static SQLITE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations/sqlite");

/// One migration of the binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number; migrations run in this order.
    pub version: i32,
    /// Its folder's name, number included.
    pub name: &'static str,
    /// The version of the oldest binary that works with the schema after it.
    pub suits: i32,
    pub(super) up: &'static str,
    down: &'static str,
}

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

pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS Schema_Migration (version INT NOT NULL PRIMARY KEY, \
     name VARCHAR(100) NOT NULL, applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, suits INT NULL)";

/// For a table that an older binary made. SQLite knows no such statement that can be run twice.
pub(super) const WIDEN: &str = "ALTER TABLE Schema_Migration ADD COLUMN IF NOT EXISTS suits INT NULL";
const WIDEN_LITE: &str = "ALTER TABLE Schema_Migration ADD COLUMN suits INT NULL";

/// The migrations of the binary for this backend, oldest first.
pub fn known(dialect: Dialect) -> Result<Vec<Migration>> {
    let dir = match dialect {
        Dialect::MariaDb => &MARIADB,
        Dialect::Sqlite => &SQLITE,
    };
    let broken = |name: &str| Error::Internal(format!("the migration {name} was not embedded whole"));
    let mut all = Vec::new();
    for folder in dir.dirs() {
        let name = folder.path().to_str().unwrap_or_default();
        let text = |file: &str| folder.get_file(folder.path().join(file)).and_then(|file| file.contents_utf8());
        let version = name.split('_').next().and_then(|number| number.parse().ok());
        match (version, text("up.sql"), text("down.sql")) {
            (Some(version), Some(up), Some(down)) => {
                let (suits, up) = suits(version, up).ok_or_else(|| broken(name))?;
                all.push(Migration { version, name, suits, up, down });
            }
            _ => return Err(broken(name)),
        }
    }
    all.sort_by_key(|migration| migration.version);
    Ok(all)
}

/// What a file says of the binaries that it suits, and its steps.
fn suits(version: i32, text: &'static str) -> Option<(i32, &'static str)> {
    let Some(said) = text.strip_prefix("-- suits:") else { return Some((version, text)) };
    let (suits, steps) = said.split_once('\n')?;
    Some((suits.trim().parse().ok()?, steps))
}

/// The newest migration that the binary knows.
pub fn latest(dialect: Dialect) -> Result<i32> {
    Ok(known(dialect)?.last().map_or(0, |migration| migration.version))
}

/// The tables that the migrations make, in their order: a table comes after those that it refers to.
pub(super) fn tables(dialect: Dialect) -> Result<Vec<&'static str>> {
    let made = |(_, statement): (&'static str, &'static str)| {
        statement.strip_prefix("CREATE TABLE IF NOT EXISTS ")?.split_whitespace().next()
    };
    Ok(known(dialect)?.iter().flat_map(|migration| steps(migration.up).filter_map(made)).collect())
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
async fn newer(conn: &mut Conn, dialect: Dialect, at: i32) -> Result<State> {
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

fn refuse(dialect: Dialect, state: State) -> Result<()> {
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

const OTHER_CASE: &str = "spells its tables in lower case (a dump from Windows?) where case matters: rename them \
     (RENAME TABLE patient TO Patient, …) or set lower_case_table_names=1 on a fresh server";

const FOREIGN: &str = "has tables that MediMax did not make: run `medimax migrate --adopt`, which shows what it would add \
     to them and changes nothing";

/// Runs what is missing and names it; `on_step` is told of each step before it runs. A database that is newer and suits the
/// binary is left as it is.
pub async fn up(db: &Db, mut on_step: impl FnMut(&Migration, &str)) -> Result<Vec<Migration>> {
    let (mut conn, dialect) = (lock(db).await?, db.dialect());
    if in_other_case(&mut conn, dialect).await? {
        return Err(Error::Setup(format!("the database {OTHER_CASE}")));
    }
    if is_foreign(&mut conn, dialect).await? {
        return Err(Error::Setup(format!("the database {FOREIGN}")));
    }
    conn.run(CREATE).await?;
    let (all, applied) = (known(dialect)?, applied(&mut conn, dialect).await?);
    if let Some(state) = beyond(&mut conn, dialect, &applied).await? {
        let suited = matches!(state, State::Suited(_));
        return if suited {
            unlock(conn, dialect).await.map(|()| Vec::new())
        } else {
            refuse(dialect, state).map(|()| Vec::new())
        };
    }
    // What is added to a hospital's tables is recorded, so that it can be taken back alone.
    if is_adopted(&mut conn, dialect).await? && all.iter().any(|migration| !applied.contains(&migration.version)) {
        let todo = "run `medimax migrate --adopt`, which brings it up to this version";
        return Err(Error::Setup(format!("the database was adopted: {todo}")));
    }
    widen(&mut conn, dialect).await?;
    let mut done = Vec::new();
    for migration in all.into_iter().filter(|migration| !applied.contains(&migration.version)) {
        run_steps(&mut conn, &migration, migration.up, &mut on_step).await?;
        let mut sql = Sql::new(dialect);
        sql.push("INSERT INTO Schema_Migration (version, name, suits) VALUES (").int(i64::from(migration.version));
        sql.push(", ").text(migration.name).push(", ").int(i64::from(migration.suits)).push(")");
        conn.touch(sql).await?;
        done.push(migration);
    }
    // SQLite keeps its statistics in tables, and the first that are noted make these. They belong to the schema, so they are made with
    // it: a connection of another process whose first statement meets a schema that changed may be told that a table is not there.
    if dialect == Dialect::Sqlite && !done.is_empty() {
        conn.run("PRAGMA analysis_limit = 400; ANALYZE").await?;
    }
    unlock(conn, dialect).await?;
    Ok(done)
}

/// Takes back every migration above `version`, newest first, with all data that they hold.
pub async fn down_to(db: &Db, version: i32, mut on_step: impl FnMut(&Migration, &str)) -> Result<Vec<Migration>> {
    let (mut conn, dialect) = (lock(db).await?, db.dialect());
    if is_adopted(&mut conn, dialect).await? {
        let todo = "`medimax migrate --unadopt` removes what was added, and nothing else";
        return Err(Error::Setup(format!("the database was adopted, and its tables were there before: {todo}")));
    }
    if is_foreign(&mut conn, dialect).await? {
        return Err(Error::Setup(format!("the database {FOREIGN}")));
    }
    conn.run(CREATE).await?;
    let applied = applied(&mut conn, dialect).await?;
    if let Some(State::Suited(at) | State::Newer(at, _)) = beyond(&mut conn, dialect, &applied).await? {
        return Err(Error::Setup(format!(
            "the database is at schema version {at}, newer than this binary: take that back with the medimax that made it"
        )));
    }
    let mut done = Vec::new();
    for migration in known(dialect)?.into_iter().rev() {
        if migration.version > version && applied.contains(&migration.version) {
            run_steps(&mut conn, &migration, migration.down, &mut on_step).await?;
            let mut sql = Sql::new(dialect);
            sql.push("DELETE FROM Schema_Migration WHERE version = ").int(i64::from(migration.version));
            conn.touch(sql).await?;
            done.push(migration);
        }
    }
    unlock(conn, dialect).await?;
    Ok(done)
}

/// The state of a database with versions that the binary does not know.
async fn beyond(conn: &mut Conn, dialect: Dialect, applied: &[i32]) -> Result<Option<State>> {
    let latest = latest(dialect)?;
    match applied.iter().copied().max() {
        Some(at) if at > latest => newer(conn, dialect, at).await.map(Some),
        _ => Ok(None),
    }
}

/// The steps of a migration's text: what each does, and its statement.
pub(super) fn steps(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let text = text.strip_prefix("-- ").unwrap_or(text);
    text.split("\n-- ").filter_map(|step| step.split_once('\n'))
}

async fn run_steps(
    conn: &mut Conn,
    migration: &Migration,
    text: &'static str,
    on_step: &mut impl FnMut(&Migration, &str),
) -> Result<()> {
    for (what, statement) in steps(text) {
        on_step(migration, what);
        conn.run_step(statement).await.map_err(|error| match error {
            Error::Internal(detail) => Error::Setup(format!(
                "migration {} stopped at \"{what}\": {detail}; mend the cause and run `medimax migrate` again, it goes on from there",
                migration.name
            )),
            other => other,
        })?;
    }
    Ok(())
}

/// A connection on which nobody else migrates. On SQLite all is one transaction; MariaDB has no such thing for DDL,
/// so a named lock keeps others out.
pub(super) async fn lock(db: &Db) -> Result<Conn> {
    let mut conn = db.conn().await?;
    conn.unhurried().await?;
    match db.dialect() {
        Dialect::Sqlite => conn.run("BEGIN IMMEDIATE").await?,
        Dialect::MariaDb => {
            let mut sql = Sql::new(Dialect::MariaDb);
            sql.push("SELECT COALESCE(GET_LOCK(CONCAT('medimax.', MD5(DATABASE())), 600), 0), NULL");
            if conn.texts(sql).await?.first().is_none_or(|(got, _)| *got != 1) {
                return Err(Error::Setup("another process has been migrating this database for ten minutes".into()));
            }
        }
    }
    Ok(conn)
}

/// Ends what [`lock`] began: the connection closes, here and on every other way out, and takes its lock with it.
pub(super) async fn unlock(mut conn: Conn, dialect: Dialect) -> Result<()> {
    match dialect {
        Dialect::Sqlite => conn.run("COMMIT").await,
        Dialect::MariaDb => Ok(()),
    }
}

async fn has_column(conn: &mut Conn, dialect: Dialect) -> Result<bool> {
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

async fn widen(conn: &mut Conn, dialect: Dialect) -> Result<()> {
    match dialect {
        Dialect::MariaDb => conn.run(WIDEN).await,
        Dialect::Sqlite if has_column(conn, dialect).await? => Ok(()),
        Dialect::Sqlite => conn.run(WIDEN_LITE).await,
    }
}

pub(super) async fn applied(conn: &mut Conn, dialect: Dialect) -> Result<Vec<i32>> {
    let mut sql = Sql::new(dialect);
    sql.push("SELECT version, name FROM Schema_Migration");
    Ok(conn.texts(sql).await?.into_iter().map(|(version, _)| version).collect())
}

/// Whether the tables are there, but not under the names that statements use.
async fn in_other_case(conn: &mut Conn, dialect: Dialect) -> Result<bool> {
    let name = "Patient";
    Ok(!has_table(conn, dialect, name, false).await? && has_table(conn, dialect, name, true).await?)
}

/// Whether an adoption was begun. The embedded store is always MediMax's own.
async fn is_adopted(conn: &mut Conn, dialect: Dialect) -> Result<bool> {
    Ok(dialect == Dialect::MariaDb && has_table(conn, dialect, "Adoption", false).await?)
}

/// Whether tables of our names are there that no migration made.
async fn is_foreign(conn: &mut Conn, dialect: Dialect) -> Result<bool> {
    if dialect == Dialect::Sqlite || has_table(conn, dialect, "Schema_Migration", false).await? {
        return Ok(false);
    }
    for name in adopt::documented()? {
        if has_table(conn, dialect, name, false).await? {
            return Ok(true);
        }
    }
    is_adopted(conn, dialect).await
}

async fn has_table(conn: &mut Conn, dialect: Dialect, name: &str, any_case: bool) -> Result<bool> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_backends_have_the_same_versions() {
        let names = |dialect| known(dialect).unwrap().into_iter().map(|m| m.name).collect::<Vec<_>>();
        assert_eq!(names(Dialect::MariaDb), names(Dialect::Sqlite));
        assert!(!names(Dialect::Sqlite).is_empty());
    }

    #[test]
    fn a_file_may_say_which_binaries_it_suits() {
        assert_eq!(suits(7, "-- suits: 5\n-- a step\nSELECT 1").unwrap(), (5, "-- a step\nSELECT 1"));
        assert_eq!(suits(7, "-- a step\nSELECT 1").unwrap(), (7, "-- a step\nSELECT 1"));
        assert_eq!(suits(7, "-- suits: five\n-- a step\nSELECT 1"), None);
    }

    #[test]
    fn what_one_migration_ends_no_later_one_brings_back() {
        for dialect in [Dialect::MariaDb, Dialect::Sqlite] {
            let mut least = 1;
            for Migration { name, version, suits, .. } in known(dialect).unwrap() {
                assert!((least..=version).contains(&suits), "{name} says that it suits {suits}");
                least = suits;
            }
        }
    }

    #[test]
    fn every_step_says_what_it_does() {
        for dialect in [Dialect::MariaDb, Dialect::Sqlite] {
            for migration in known(dialect).unwrap() {
                for text in [migration.up, migration.down] {
                    assert!(text.starts_with("-- "), "{}", migration.name);
                    for (what, statement) in steps(text) {
                        assert!(!what.trim().is_empty() && !statement.trim().is_empty(), "{}: {what}", migration.name);
                    }
                }
            }
        }
    }
}
