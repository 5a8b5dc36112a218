//! What stands in the database, as its catalogue tells it.

use super::super::{
    migrate::applied,
    pool::{Conn, load_on},
    sql::{Dialect, Sql},
};
use crate::error::Result;
use diesel::sql_types::{Integer, Nullable, Text};
use std::collections::{BTreeMap, BTreeSet};

/// All of it that matters to adopting.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By name.
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) triggers: BTreeSet<String>,
    /// The versions that ran; none where nobody keeps account.
    pub(super) applied: Option<Vec<i32>>,
    /// What an adoption added so far, the oldest first; none where there was no adoption.
    pub(super) recorded: Option<Vec<Recorded>>,
    /// Whether the server tells names of tables apart by their case.
    pub(super) cased: bool,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    /// None of a view.
    pub(super) engine: String,
    pub(super) collation: String,
    /// By name, in lower case.
    pub(super) columns: BTreeMap<String, Column>,
    /// The columns of each index.
    pub(super) indexes: BTreeMap<String, Vec<String>>,
    pub(super) checks: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct Column {
    /// The word that says its type.
    pub(super) data_type: String,
    /// The whole type.
    pub(super) column_type: String,
    pub(super) nullable: bool,
    pub(super) collation: Option<String>,
}

/// Something that an adoption added.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) kind: String,
    pub(super) table: String,
    pub(super) name: String,
    /// How it was before, where that is to be restored.
    pub(super) before: Option<String>,
    pub(super) done: bool,
}

impl Found {
    pub(super) async fn read(conn: &mut Conn) -> Result<Self> {
        let mut found = Found::default();
        for (folded, name, engine, collation) in load_on!(
            conn,
            statement(
                "SELECT CAST(@@lower_case_table_names AS INT), CAST(table_name AS CHAR), IFNULL(engine, ''), IFNULL(table_collation, '') \
                 FROM information_schema.tables WHERE table_schema = DATABASE()"
            ),
            (Integer, Text, Text, Text),
            (i32, String, String, String)
        )? {
            found.cased = folded == 0;
            found.tables.insert(name, Table { engine, collation, ..Table::default() });
        }
        for (table, name, data_type, column_type, nullable, collation) in load_on!(
            conn,
            statement(
                "SELECT CAST(table_name AS CHAR), LOWER(column_name), CAST(data_type AS CHAR), CAST(column_type AS CHAR), \
                 CAST(is_nullable AS CHAR), CAST(collation_name AS CHAR) FROM information_schema.columns WHERE table_schema = DATABASE()"
            ),
            (Text, Text, Text, Text, Text, Nullable<Text>),
            (String, String, String, String, String, Option<String>)
        )? {
            let column = Column { data_type, column_type, nullable: nullable == "YES", collation };
            found.tables.entry(table).or_default().columns.insert(name, column);
        }
        // A part of a column's text serves other statements than the whole of it.
        for (table, index, column, part) in texts(
            conn,
            "SELECT CAST(table_name AS CHAR), CAST(index_name AS CHAR), LOWER(column_name), IFNULL(sub_part, '') \
             FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_type = 'BTREE' \
             ORDER BY table_name, index_name, seq_in_index",
        )
        .await?
        {
            found.tables.entry(table).or_default().indexes.entry(index).or_default().push(column + &part);
        }
        for (table, name, ..) in texts(
            conn,
            "SELECT CAST(table_name AS CHAR), LOWER(constraint_name), '', '' FROM information_schema.check_constraints \
             WHERE constraint_schema = DATABASE()",
        )
        .await?
        {
            found.tables.entry(table).or_default().checks.insert(name);
        }
        let triggers = "SELECT CAST(trigger_name AS CHAR), '', '', '' FROM information_schema.triggers WHERE trigger_schema = DATABASE()";
        found.triggers = texts(conn, triggers).await?.into_iter().map(|(name, ..)| name).collect();
        if found.table("Schema_Migration").is_some() {
            found.applied = Some(applied(conn, Dialect::MariaDb).await?);
        }
        if found.table("Adoption").is_some() {
            found.recorded = Some(recorded(conn).await?);
        }
        Ok(found)
    }

    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        let folded = || self.tables.iter().find(|(found, _)| !self.cased && found.eq_ignore_ascii_case(name));
        self.tables.get(name).or_else(|| folded().map(|(_, table)| table))
    }

    /// What is recorded of a thing.
    pub(super) fn recorded(&self, kind: &str, table: &str, name: &str) -> Option<&Recorded> {
        self.recorded.iter().flatten().find(|of| of.kind == kind && of.table == table && of.name == name)
    }
}

fn statement(text: &'static str) -> Sql {
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.push(text);
    sql
}

async fn texts(conn: &mut Conn, text: &'static str) -> Result<Vec<(String, String, String, String)>> {
    load_on!(conn, statement(text), (Text, Text, Text, Text), (String, String, String, String))
}

async fn recorded(conn: &mut Conn) -> Result<Vec<Recorded>> {
    let rows = load_on!(
        conn,
        statement("SELECT kind, table_name, name, before_text, done FROM Adoption ORDER BY adoption_id"),
        (Text, Text, Text, Nullable<Text>, Integer),
        (String, String, String, Option<String>, i32)
    )?;
    let of_row = |(kind, table, name, before, done)| Recorded { kind, table, name, before, done: done != 0 };
    Ok(rows.into_iter().map(of_row).collect())
}

/// The lines of `SHOW CREATE TABLE` between its brackets: the table as it can be written again, to the letter.
pub(super) async fn lines(conn: &mut Conn, table: &str) -> Result<Vec<String>> {
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.varies();
    sql.push(format!("SHOW CREATE TABLE {table}"));
    let shown = load_on!(conn, sql, (Text, Text), (String, String))?;
    let lines = shown.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| line.strip_prefix("  "));
    Ok(lines.map(|line| line.strip_suffix(',').unwrap_or(line).to_owned()).collect())
}
