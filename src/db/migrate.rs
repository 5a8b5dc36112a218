//! The embedded migrations: `migrations/mariadb` and `migrations/sqlite`, the same versions in both.
//!
//! A file is a sequence of steps, each one comment line (`-- what it does`) and one statement. MariaDB commits each
//! DDL statement by itself, so every step can be run again: a migration that was cut short is simply run anew.

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
    /// At this version, which the binary does not know.
    Newer(i32),
}

pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS Schema_Migration (version INT NOT NULL PRIMARY KEY, \
     name VARCHAR(100) NOT NULL, applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";

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
            (Some(version), Some(up), Some(down)) => all.push(Migration { version, name, up, down }),
            _ => return Err(broken(name)),
        }
    }
    all.sort_by_key(|migration| migration.version);
    Ok(all)
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
    let at = applied(&mut conn, db.dialect()).await?.into_iter().max().unwrap_or(0);
    let latest = known(db.dialect())?.last().map_or(0, |migration| migration.version);
    Ok(match at {
        0 if is_adopted(&mut conn, db.dialect()).await? => State::Foreign,
        0 => State::Empty,
        at if at > latest => State::Newer(at),
        at if at < latest => State::Behind(at),
        _ => State::Current,
    })
}

/// Refuses, saying what to do, a database that this binary cannot serve as it stands.
pub async fn require_current(db: &Db) -> Result<()> {
    let todo = match state(db).await? {
        State::Current => return Ok(()),
        State::Empty => "has no MediMax schema: run `medimax migrate` with the same database_url".to_owned(),
        State::OtherCase => OTHER_CASE.to_owned(),
        State::Foreign => FOREIGN.to_owned(),
        State::Behind(at) => format!("is at schema version {at}, older than this binary: run `medimax migrate`"),
        State::Newer(at) => newer(at),
    };
    Err(Error::Setup(format!("the database {todo}")))
}

const OTHER_CASE: &str = "spells its tables in lower case (a dump from Windows?) where case matters: rename them \
     (RENAME TABLE patient TO Patient, …) or set lower_case_table_names=1 on a fresh server";

const FOREIGN: &str = "has tables that MediMax did not make: run `medimax migrate --adopt`, which shows what it would add \
     to them and changes nothing";

fn newer(at: i32) -> String {
    format!("is at schema version {at}, newer than this binary knows: use a newer medimax")
}

/// Runs what is missing and names it; `on_step` is told of each step before it runs.
pub async fn up(db: &Db, mut on_step: impl FnMut(&Migration, &str)) -> Result<Vec<Migration>> {
    let (mut conn, dialect) = (lock(db).await?, db.dialect());
    if in_other_case(&mut conn, dialect).await? {
        return Err(Error::Setup(format!("the database {OTHER_CASE}")));
    }
    if is_foreign(&mut conn, dialect).await? {
        return Err(Error::Setup(format!("the database {FOREIGN}")));
    }
    conn.run(CREATE).await?;
    let applied = applied(&mut conn, dialect).await?;
    let all = known(dialect)?;
    let latest = all.last().map_or(0, |migration| migration.version);
    if let Some(at) = applied.iter().copied().filter(|version| *version > latest).max() {
        return Err(Error::Setup(format!("the database {}", newer(at))));
    }
    // What is added to a hospital's tables is recorded, so that it can be taken back alone.
    if is_adopted(&mut conn, dialect).await? && all.iter().any(|migration| !applied.contains(&migration.version)) {
        let todo = "run `medimax migrate --adopt`, which brings it up to this version";
        return Err(Error::Setup(format!("the database was adopted: {todo}")));
    }
    let mut done = Vec::new();
    for migration in all.into_iter().filter(|migration| !applied.contains(&migration.version)) {
        run_steps(&mut conn, &migration, migration.up, &mut on_step).await?;
        let mut sql = Sql::new(dialect);
        sql.push("INSERT INTO Schema_Migration (version, name) VALUES (").int(i64::from(migration.version));
        sql.push(", ").text(migration.name).push(")");
        conn.touch(sql).await?;
        done.push(migration);
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
        conn.run(statement).await.map_err(|error| match error {
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
    conn.taint(true);
    match db.dialect() {
        Dialect::Sqlite => conn.run("BEGIN IMMEDIATE").await?,
        Dialect::MariaDb => {
            conn.run("SET max_statement_time = 0").await?;
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
