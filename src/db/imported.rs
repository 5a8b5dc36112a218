//! Which of our rows came from which row of another system (`Import_Table`, `Import_Key`).
//!
//! A row that is removed leaves its key here, so that whoever imports it again can tell that it was removed.

use super::{
    pool::{Conn, Db, Tx},
    sql::{Dialect, Sql},
    table::Table,
};
use crate::error::Result;

/// What statements about these tables are called.
const NAME: &str = "Import_Key";

/// The longest key of another system, in characters.
pub(crate) const LONGEST: usize = 255;

/// The most keys of one statement.
const MOST: usize = 5_000;

/// A table of another system, and ours to which its rows went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FromTable {
    /// What that system is called.
    pub(crate) source: String,
    /// Its table.
    pub(crate) from: String,
    /// Ours.
    pub(crate) to: &'static str,
}

impl Db {
    /// The key of such a table here; `make` adds it where it is not known yet.
    pub(crate) async fn import_table(&self, table: &FromTable, make: bool) -> Result<Option<i32>> {
        if make {
            let mut sql = Sql::new(self.dialect());
            sql.called(NAME, None).push(match self.dialect() {
                Dialect::MariaDb => "INSERT IGNORE INTO ",
                Dialect::Sqlite => "INSERT OR IGNORE INTO ",
            });
            sql.push("Import_Table (source, from_table, to_table) VALUES (").text(&table.source);
            sql.push(", ").text(&table.from).push(", ").text(table.to).push(")");
            let mut tx = Tx::begin(self).await?;
            tx.execute(sql).await?;
            tx.commit().await?;
        }
        let mut sql = Sql::new(self.dialect());
        sql.called(NAME, None).push("SELECT import_table_id, 0 FROM Import_Table WHERE source = ").text(&table.source);
        sql.push(" AND from_table = ").text(&table.from).push(" AND to_table = ").text(table.to);
        Ok(self.numbers(&sql).await?.first().map(|(key, _)| *key))
    }
}

impl Conn {
    /// Of these keys of a table, those whose rows were imported: each with the key that the row was given here.
    pub(crate) async fn imported(&mut self, table: i32, theirs: &[&str]) -> Result<Vec<(i32, String)>> {
        let mut found = Vec::with_capacity(theirs.len());
        for theirs in theirs.chunks(MOST) {
            let mut sql = Sql::new(self.dialect());
            sql.called(NAME, Some(theirs.len()))
                .push("SELECT i.our_key, i.their_key FROM ")
                .words(theirs)
                .straight_join();
            sql.push("Import_Key i ON i.their_key = k.id AND i.import_table_id = ").int(table.into());
            found.extend(self.texts(sql).await?.into_iter().filter_map(|(ours, theirs)| Some((ours, theirs?))));
        }
        Ok(found)
    }

    /// The keys of the rows of a table of ours that have one of these texts in a column, each with the text. Case does not matter.
    pub(crate) async fn keys_by_text(
        &mut self,
        table: &Table,
        column: &str,
        texts: &[&str],
    ) -> Result<Vec<(i32, String)>> {
        let mut found = Vec::with_capacity(texts.len());
        for texts in texts.chunks(MOST) {
            let mut sql = Sql::new(self.dialect());
            sql.called(table.name, Some(texts.len())).push(format!("SELECT t.{}, k.id FROM ", table.key)).words(texts);
            sql.straight_join().push(format!("{} t ON t.{column} = k.id", table.name));
            if self.dialect() == Dialect::MariaDb {
                sql.push(" COLLATE utf8mb4_unicode_520_ci");
            }
            found.extend(self.texts(sql).await?.into_iter().filter_map(|(ours, text)| Some((ours, text?))));
        }
        Ok(found)
    }

    /// Of these keys of ours, those that a table's rows were given: each with the key there. It reads all keys of the table.
    pub(crate) async fn imported_as(&mut self, table: i32, ours: &[i32]) -> Result<Vec<(i32, String)>> {
        let mut sql = Sql::new(self.dialect());
        sql.called(NAME, Some(ours.len())).push("SELECT i.our_key, i.their_key FROM ").keys(ours);
        sql.push(" JOIN Import_Key i ON i.our_key = k.id AND i.import_table_id = ").int(table.into());
        let found = self.texts(sql).await?.into_iter();
        Ok(found.filter_map(|(ours, theirs)| Some((ours, theirs?))).collect())
    }
}

impl Tx {
    /// Notes which keys a table's rows were given. `again` writes over what is noted of removed rows.
    pub(crate) async fn note_imported(&mut self, table: i32, keys: &[(&str, i32)], again: bool) -> Result<()> {
        for keys in keys.chunks(MOST) {
            let mut sql = Sql::new(self.dialect());
            sql.called(NAME, Some(keys.len()))
                .push("INSERT INTO Import_Key (import_table_id, their_key, our_key) SELECT ");
            sql.int(table.into()).push(", k.id, k.of FROM ").pairs(keys);
            if again {
                sql.push(match self.dialect() {
                    Dialect::MariaDb => " ON DUPLICATE KEY UPDATE our_key = k.of",
                    Dialect::Sqlite => {
                        " WHERE 1 ON CONFLICT (import_table_id, their_key) DO UPDATE SET our_key = excluded.our_key"
                    }
                });
            }
            self.execute(sql).await?;
        }
        Ok(())
    }
}
