//! The embedded migrations: `migrations/mariadb` and `migrations/sqlite`, the same versions in both.
//!
//! A file is a sequence of steps, each one comment line (`-- what it does`) and one statement. MariaDB commits each
//! DDL statement by itself, so every step can be run again: a migration that was cut short is simply run anew.
//!
//! `-- suits: N` before the first step says that binaries which know no migration after N go on working with the schema, so
//! that gateways are upgraded one by one. It is kept with the version in the database, where those binaries find it.

mod files;
mod guard;
mod state;

use super::{
    pool::{Conn, Db},
    sql::{Dialect, Sql},
};
use crate::error::{Error, Result};
pub use files::{Migration, known, latest};
pub(in crate::db) use files::{made_column, made_table, steps, tables};
pub(in crate::db) use state::applied;
use state::{FOREIGN, OTHER_CASE, beyond, has_column, in_other_case, is_adopted, is_foreign, refuse};
pub use state::{State, refusal, require, require_current, state};

pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS Schema_Migration (version INT NOT NULL PRIMARY KEY, \
     name VARCHAR(100) NOT NULL, applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, suits INT NULL)";

/// For a table that an older binary made. SQLite knows no such statement that can be run twice.
pub(super) const WIDEN: &str = "ALTER TABLE Schema_Migration ADD COLUMN IF NOT EXISTS suits INT NULL";
const WIDEN_LITE: &str = "ALTER TABLE Schema_Migration ADD COLUMN suits INT NULL";

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
    guard::strike_off(&mut conn, dialect, &applied).await?;
    let missing: Vec<Migration> = all.into_iter().filter(|migration| !applied.contains(&migration.version)).collect();
    guard::nothing_is_there(&mut conn, dialect, &missing).await?;
    let mut done = Vec::new();
    for migration in missing {
        guard::begin(&mut conn, dialect, &migration).await?;
        run_steps(&mut conn, &migration, migration.up, &mut on_step).await?;
        let mut sql = Sql::new(dialect);
        sql.push("INSERT INTO Schema_Migration (version, name, suits) VALUES (").int(i64::from(migration.version));
        sql.push(", ").text(migration.name).push(", ").int(i64::from(migration.suits)).push(")");
        conn.touch(sql).await?;
        guard::end(&mut conn, dialect, &migration).await?;
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

async fn widen(conn: &mut Conn, dialect: Dialect) -> Result<()> {
    match dialect {
        Dialect::MariaDb => conn.run(WIDEN).await,
        Dialect::Sqlite if has_column(conn, dialect).await? => Ok(()),
        Dialect::Sqlite => conn.run(WIDEN_LITE).await,
    }
}

#[cfg(test)]
mod tests {
    use super::{files::suits, *};

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
