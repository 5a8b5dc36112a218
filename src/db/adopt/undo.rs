//! Taking back what an adoption added, and nothing else.

use super::{
    super::{
        pool::{Conn, load_on},
        sql::{Dialect, Sql},
    },
    Kind,
    found::{self, Found, Recorded},
    ours,
    run::{column_line, patiently, prepare, widened},
};
use crate::error::{Error, Result};
use diesel::sql_types::{BigInt, Integer};

/// Removes it, the latest first, and answers what had to stay.
pub(super) async fn undo(conn: &mut Conn, on_step: &mut impl FnMut(Kind, &str, &str)) -> Result<Vec<String>> {
    let found = Found::read(conn).await?;
    let Some(recorded) = &found.recorded else {
        return Err(Error::Setup("the database was not adopted: there is nothing to take back".into()));
    };
    prepare(conn).await?;
    let mut stays = Vec::new();
    for thing in recorded.iter().rev() {
        let kind = Kind::read(&thing.kind)?;
        on_step(kind, &thing.table, &thing.name);
        stays.extend(remove(conn, &found, kind, thing).await?);
        let mut sql = Sql::new(Dialect::MariaDb);
        sql.push("DELETE FROM Adoption WHERE kind = ").text(thing.kind.as_str());
        sql.push(" AND table_name = ").text(thing.table.as_str()).push(" AND name = ").text(thing.name.as_str());
        conn.touch(sql).await?;
    }
    patiently(conn, "DROP TABLE Adoption").await?;
    Ok(stays)
}

async fn remove(conn: &mut Conn, found: &Found, kind: Kind, thing: &Recorded) -> Result<Option<String>> {
    let Recorded { table, name, before, .. } = thing;
    if kind != Kind::Table && found.table(table).is_none() {
        return Ok(None);
    }
    let statement = match kind {
        // They go with their table.
        Kind::Rows => return Ok(None),
        Kind::Version => format!("DELETE FROM Schema_Migration WHERE version = {name}"),
        Kind::Trigger => format!("DROP TRIGGER IF EXISTS {name}"),
        Kind::Column => {
            // What stands on the column. MariaDB would leave an index the columns that follow.
            let first = format!("(`{name}`");
            let lines = found::lines(conn, table).await?;
            let on_it = lines.iter().filter_map(|line| {
                let named = |prefix: &str, then: &str| line.strip_prefix(prefix)?.split_once(then);
                let (what, (thing, columns)) = named("CONSTRAINT `", "` FOREIGN KEY ")
                    .map(|named| ("FOREIGN KEY", named))
                    .or_else(|| Some(("INDEX", named("KEY `", "` ").or_else(|| named("UNIQUE KEY `", "` "))?)))?;
                columns.starts_with(&first).then(|| format!("DROP {what} IF EXISTS `{thing}`, "))
            });
            format!("ALTER TABLE {table} {}DROP COLUMN IF EXISTS {name}, LOCK=NONE", on_it.collect::<String>())
        }
        Kind::Table => format!("DROP TABLE IF EXISTS {name}"),
        Kind::Index => {
            let lines = found::lines(conn, table).await?;
            let lost =
                before.iter().flat_map(|before| before.lines()).filter(|line| !lines.iter().any(|is| is == line));
            let back: String = lost.map(|line| format!(", ADD {line}")).collect();
            format!("ALTER TABLE {table} DROP INDEX IF EXISTS {name}{back}, LOCK=NONE")
        }
        Kind::Words => return narrow(conn, table, name, before.as_deref().unwrap_or_default()).await,
    };
    patiently(conn, &statement).await.map(|()| None)
}

/// Takes words out of an enum again, unless a row has one of them, or somebody changed the column since.
async fn narrow(conn: &mut Conn, table: &str, column: &str, before: &str) -> Result<Option<String>> {
    let line = column_line(&found::lines(conn, table).await?, column).unwrap_or_default();
    if line == before {
        return Ok(None);
    }
    let known = ours::words(before.split_once(' ').map_or("", |(_, definition)| definition)).unwrap_or_default();
    let all = ours::words(line.split_once(' ').map_or("", |(_, definition)| definition)).unwrap_or_default();
    let added = all.get(known.len()..).unwrap_or_default();
    if widened(before, added).is_none_or(|widened| widened != line) {
        return Ok(Some(format!("{table}.{column}: its definition was changed since, and stays")));
    }
    let mut used = Sql::new(Dialect::MariaDb);
    used.push(format!("SELECT 0, COUNT(*) FROM {table} t WHERE t.{column} + 0 > ")).int(known.len() as i64);
    let used = load_on!(conn, used, (Integer, BigInt), (i32, i64))?;
    match used.first() {
        Some((_, rows)) if *rows > 0 => {
            let words = added.join(", ");
            Ok(Some(format!("{table}.{column}: {rows} rows have one of the added words ({words}), which stay")))
        }
        _ => patiently(conn, &format!("ALTER TABLE {table} MODIFY COLUMN {before}")).await.map(|()| None),
    }
}
