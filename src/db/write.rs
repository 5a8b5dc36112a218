//! Many rows into one table, by multi-row INSERTs inside a transaction.

use super::{
    pool::{Conn, Db, Tx},
    sql::{Dialect, Sql},
};
use crate::error::Result;

/// One value of a row to be written.
#[derive(Debug, Clone)]
pub enum Cell {
    /// A number, or a flag as 0 or 1.
    Int(i64),
    /// Text, a date or an enum, or NULL.
    Text(Option<String>),
}

/// A transaction that many rows are written in; dropped before [`Writer::commit`], it leaves nothing behind.
pub struct Writer {
    tx: Tx,
    db: Db,
}

/// The most parameters of one INSERT: below SQLite's 32,766 and MariaDB's 65,535.
const MAX_PARAMETERS: usize = 16_000;

impl Writer {
    /// Opens the transaction.
    pub async fn begin(db: &Db) -> Result<Self> {
        Ok(Writer { tx: Tx::begin(db).await?, db: db.clone() })
    }

    /// Inserts rows, given one after the other, each as many cells as there are columns.
    pub async fn insert(&mut self, table: &str, columns: &[&str], cells: Vec<Cell>) -> Result<()> {
        insert(self.tx.conn(), self.db.dialect(), table, columns, cells).await
    }

    /// Runs another statement among the rows, and says how many it touched.
    pub async fn execute(&mut self, sql: Sql) -> Result<usize> {
        self.tx.execute(sql).await
    }

    /// The transaction's connection, to read on.
    pub(crate) fn conn(&mut self) -> &mut Conn {
        self.tx.conn()
    }

    /// Makes the rows stay.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }
}

/// Inserts rows as [`Writer::insert`] does, on a connection.
pub(super) async fn insert(
    conn: &mut Conn,
    dialect: Dialect,
    table: &str,
    columns: &[&str],
    cells: Vec<Cell>,
) -> Result<()> {
    let width = columns.len().max(1);
    let most = MAX_PARAMETERS / width * width;
    let mut cells = cells.into_iter().peekable();
    while cells.peek().is_some() {
        let mut sql = Sql::new(dialect);
        sql.varies();
        sql.push(format!("INSERT INTO {table} ({}) VALUES ", columns.join(",")));
        for (i, cell) in cells.by_ref().take(most).enumerate() {
            sql.push(match (i, i % width) {
                (0, _) => "(",
                (_, 0) => "),(",
                _ => ",",
            });
            sql.cell(cell);
        }
        sql.push(")");
        conn.touch(sql).await?;
    }
    Ok(())
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Cell::Int(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Cell::Int(i64::from(value))
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Text(None), Into::into)
    }
}

macro_rules! texts { ($($ty:ty),*) => { $(
    impl From<$ty> for Cell {
        fn from(value: $ty) -> Self {
            Cell::Text(Some(value.to_string()))
        }
    }
)* } }
texts!(&str, String, std::borrow::Cow<'_, str>, chrono::NaiveDate, chrono::NaiveTime, chrono::NaiveDateTime);
