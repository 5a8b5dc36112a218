//! What a migration makes must not be there before, or another program's table would be taken for ours, and removed with a migration
//! that is taken back. A migration that was cut short has made some of it itself, so each notes that it has begun.

use super::{
    Migration,
    files::{made_column, made_table, steps},
    state::has_table,
};
use crate::{
    db::{
        pool::Conn,
        sql::{Dialect, Sql},
    },
    error::{Error, Result},
};

/// Binaries that know no migration from this one on noted nothing.
const FIRST: i32 = 7;

/// The number under which a migration that has begun stands in `Schema_Migration`.
fn mark(migration: &Migration) -> i64 {
    -i64::from(migration.version)
}

/// That nothing is there that these migrations make, but for what they made themselves.
pub(super) async fn nothing_is_there(conn: &mut Conn, dialect: Dialect, missing: &[Migration]) -> Result<()> {
    let mut in_the_way = Vec::new();
    for migration in missing.iter().filter(|migration| migration.version >= FIRST) {
        if has_begun(conn, dialect, migration).await? {
            continue;
        }
        for (_, statement) in steps(migration.up) {
            if let Some(table) = made_table(statement)
                && has_table(conn, dialect, table, false).await?
            {
                in_the_way.push(format!("a table {table}: ALTER TABLE {table} RENAME TO another name"));
            }
            if let Some((table, column)) = made_column(statement)
                && has_column(conn, dialect, table, column).await?
            {
                let todo = format!("ALTER TABLE {table} RENAME COLUMN {column} TO another name");
                in_the_way.push(format!("a column {table}.{column}: {todo}"));
            }
        }
    }
    match in_the_way.is_empty() {
        true => Ok(()),
        false => Err(Error::Setup(format!(
            "nothing is changed: the database has what MediMax is to make, and MediMax did not make it: {}",
            in_the_way.join("; ")
        ))),
    }
}

async fn has_begun(conn: &mut Conn, dialect: Dialect, migration: &Migration) -> Result<bool> {
    let mut sql = Sql::new(dialect);
    sql.push("SELECT COUNT(*), NULL FROM Schema_Migration WHERE version = ").int(mark(migration));
    Ok(conn.texts(sql).await?.first().is_some_and(|(begun, _)| *begun > 0))
}

async fn has_column(conn: &mut Conn, dialect: Dialect, table: &str, column: &str) -> Result<bool> {
    let mut sql = Sql::new(dialect);
    match dialect {
        Dialect::MariaDb => sql
            .push("SELECT COUNT(*), NULL FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ")
            .text(table)
            .push(" AND column_name = ")
            .text(column),
        Dialect::Sqlite => {
            sql.push("SELECT COUNT(*), NULL FROM pragma_table_info(").text(table).push(") WHERE lower(name) = ").text(column)
        }
    };
    Ok(conn.texts(sql).await?.first().is_some_and(|(columns, _)| *columns > 0))
}

/// Notes that a migration begins.
pub(super) async fn begin(conn: &mut Conn, dialect: Dialect, migration: &Migration) -> Result<()> {
    if has_begun(conn, dialect, migration).await? {
        return Ok(());
    }
    let mut sql = Sql::new(dialect);
    sql.push("INSERT INTO Schema_Migration (version, name) VALUES (").int(mark(migration)).push(", ");
    sql.text(format!("{} has begun", migration.name)).push(")");
    conn.touch(sql).await.map(drop)
}

/// Strikes off the note.
pub(super) async fn end(conn: &mut Conn, dialect: Dialect, migration: &Migration) -> Result<()> {
    let mut sql = Sql::new(dialect);
    sql.push("DELETE FROM Schema_Migration WHERE version = ").int(mark(migration));
    conn.touch(sql).await.map(drop)
}

/// Strikes off notes of migrations that ended: one that was killed between its end and this left its note.
pub(super) async fn strike_off(conn: &mut Conn, dialect: Dialect, applied: &[i32]) -> Result<()> {
    let mut sql = Sql::new(dialect);
    sql.push("SELECT version, name FROM Schema_Migration WHERE version < 0");
    for (mark, _) in conn.texts(sql).await? {
        if applied.contains(&-mark) {
            let mut sql = Sql::new(dialect);
            sql.push("DELETE FROM Schema_Migration WHERE version = ").int(i64::from(mark));
            conn.touch(sql).await?;
        }
    }
    Ok(())
}
