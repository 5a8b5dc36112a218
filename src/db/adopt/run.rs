//! Adding what is missing, while others write.

use super::{
    super::{
        fault,
        pool::{Conn, load_on},
        sql::{Dialect, Sql},
    },
    Addition, Kind, Work, found,
};
use crate::error::{Error, Result};
use diesel::sql_types::{BigInt, Nullable};
use std::time::Duration;
use tokio::time::Instant;

/// How long a statement is tried that others are in the way of, and the pause between, in which they go on.
const PATIENCE: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(50);

/// Rows that are read at a time to fill a table. Their writers wait until these are written.
const BATCH: i64 = 50;

const CREATE: &str = "CREATE TABLE IF NOT EXISTS Adoption (adoption_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, \
     kind VARCHAR(16) NOT NULL, table_name VARCHAR(64) NOT NULL, name VARCHAR(64) NOT NULL, before_text TEXT NULL, \
     done TINYINT(1) NOT NULL DEFAULT 0, UNIQUE KEY idx_adoption_thing (kind, table_name, name)) \
     ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";

/// Sets the session up so that its statements never wait for a lock, but fail at once and are tried again: others queue behind
/// one that waits, and where they wait for each other, MariaDB lets the change of a table live and not the hospital's program.
/// Rows are locked that are read to be written elsewhere, and none between them.
pub(super) async fn prepare(conn: &mut Conn) -> Result<()> {
    conn.run(
        "SET lock_wait_timeout = 0, innodb_lock_wait_timeout = 0; \
         SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    )
    .await
}

pub(super) async fn perform(
    conn: &mut Conn,
    additions: &[Addition],
    on_step: &mut impl FnMut(&Addition),
) -> Result<()> {
    if additions.is_empty() {
        return Ok(());
    }
    prepare(conn).await?;
    conn.run(CREATE).await?;
    for addition in additions {
        on_step(addition);
        add(conn, addition).await.map_err(|error| match error {
            Error::Internal(detail) => Error::Setup(format!(
                "adopting stopped at {} {}.{}: {detail}; mend the cause and run it again, it goes on from there",
                addition.kind.as_str(),
                addition.table,
                addition.name
            )),
            other => other,
        })?;
    }
    Ok(())
}

async fn add(conn: &mut Conn, addition: &Addition) -> Result<()> {
    let (table, name) = (addition.table.as_str(), addition.name.as_str());
    let before = match addition.kind {
        Kind::Words => column_line(&found::lines(conn, table).await?, name),
        Kind::Index => Some(replaceable(&found::lines(conn, table).await?, &addition.parts)),
        _ => None,
    };
    // What is recorded already was so before an adoption that was cut short.
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.push("INSERT IGNORE INTO Adoption (kind, table_name, name, before_text) VALUES (").text(addition.kind.as_str());
    sql.push(", ").text(table).push(", ").text(name).push(", ").maybe_text(before.clone()).push(")");
    conn.touch(sql).await?;
    match &addition.work {
        Work::Run(statements) => {
            for statement in statements {
                patiently(conn, statement).await?;
            }
        }
        Work::Widen => {
            let widened = before.as_deref().and_then(|line| widened(line, &addition.parts));
            let widened = widened.ok_or_else(|| Error::Internal("the column is no ENUM any more".into()))?;
            patiently(conn, &format!("ALTER TABLE {table} MODIFY COLUMN {widened}, LOCK=NONE")).await?;
        }
        Work::Fill(statement, (from, key)) => fill(conn, statement, from, key).await?,
    }
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.push("UPDATE Adoption SET done = 1 WHERE kind = ").text(addition.kind.as_str());
    sql.push(" AND table_name = ").text(table).push(" AND name = ").text(name);
    conn.touch(sql).await.map(drop)
}

/// Runs a statement, again as long as others are in its way.
pub(super) async fn patiently(conn: &mut Conn, statement: &str) -> Result<()> {
    let since = Instant::now();
    while let Err(error) = conn.run_step(statement).await {
        again(error, since).await?;
    }
    Ok(())
}

/// Waits before a statement is tried again, if others were in its way, and have not been for too long.
async fn again(error: Error, since: Instant) -> Result<()> {
    if !fault::asks_again(&error) {
        return Err(error);
    }
    if since.elapsed() > PATIENCE {
        return Err(Error::Internal("others have been using the table without a break for ten minutes".into()));
    }
    tokio::time::sleep(PAUSE).await;
    Ok(())
}

/// Fills a table from the rows of another, few at a time, so that nobody who writes those waits for long. A trigger has kept the
/// rows of those who wrote since it was made; rows are locked while they are read, so none is read that is about to change.
async fn fill(conn: &mut Conn, statement: &str, table: &str, key: &str) -> Result<()> {
    let (mut after, mut since) = (i64::MIN, Instant::now());
    loop {
        let mut next = Sql::new(Dialect::MariaDb);
        next.push(format!("SELECT MAX(id), NULL FROM (SELECT {key} AS id FROM {table} WHERE {key} > ")).int(after);
        next.push(format!(" ORDER BY {key} LIMIT ")).int(BATCH).push(") batch");
        let last = load_on!(conn, next, (Nullable<BigInt>, Nullable<BigInt>), (Option<i64>, Option<i64>))?;
        let Some((Some(last), _)) = last.first().copied() else { return Ok(()) };
        let mut batch = Sql::new(Dialect::MariaDb);
        batch.push(statement.to_owned()).push(format!(" AND t.{key} > ")).int(after);
        batch.push(format!(" AND t.{key} <= ")).int(last).push(" LOCK IN SHARE MODE");
        match conn.touch(batch).await {
            Ok(_) => (after, since) = (last, Instant::now()),
            Err(error) => again(error, since).await?,
        }
    }
}

/// A column's line.
pub(super) fn column_line(lines: &[String], column: &str) -> Option<String> {
    let start = format!("`{column}` ");
    lines.iter().find(|line| line.get(..start.len()).is_some_and(|is| is.eq_ignore_ascii_case(&start))).cloned()
}

/// The line of an ENUM column with more words at its end.
pub(super) fn widened(line: &str, words: &[String]) -> Option<String> {
    let list = line.find(" enum(")?;
    let mut quoted = false;
    let end = line.char_indices().skip_while(|(at, _)| *at < list).find_map(|(at, letter)| {
        quoted ^= letter == '\'';
        (letter == ')' && !quoted).then_some(at)
    })?;
    let words: String = words.iter().map(|word| format!(",'{}'", word.replace('\'', "''"))).collect();
    let (head, tail) = line.split_at(end);
    Some(format!("{head}{words}{tail}"))
}

/// The lines of indexes that a new one on these columns can stand for. MariaDB drops such as it had made itself for a foreign
/// key, and says nothing.
fn replaceable(lines: &[String], columns: &[String]) -> String {
    let columns = columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(",");
    let stands_for = |line: &&String| {
        let of =
            line.strip_prefix("KEY ").and_then(|line| line.split_once(" (")).map(|(_, of)| of.trim_end_matches(')'));
        of.is_some_and(|of| columns.starts_with(of))
    };
    lines.iter().filter(stands_for).cloned().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enum_is_widened_at_its_end_and_the_rest_of_its_line_stays() {
        let line = "`type` enum('it''s (a)','b') CHARACTER SET utf8mb4 DEFAULT 'b' COMMENT 'enum(x)'";
        assert_eq!(
            widened(line, &["c".into(), "d'e".into()]).unwrap(),
            "`type` enum('it''s (a)','b','c','d''e') CHARACTER SET utf8mb4 DEFAULT 'b' COMMENT 'enum(x)'"
        );
        assert_eq!(widened("`type` varchar(10)", &[]), None);
    }

    #[test]
    fn an_index_can_stand_for_those_on_its_first_columns() {
        let lines =
            ["KEY `a` (`patient_id`)", "KEY `b` (`dob`)", "UNIQUE KEY `c` (`patient_id`)", "`patient_id` int(11)"];
        let lines = lines.map(str::to_owned);
        assert_eq!(replaceable(&lines, &["patient_id".into(), "dob".into()]), "KEY `a` (`patient_id`)");
    }
}
