//! Whole tables out of a store and into one: any table of the migrations, with whatever columns it has, every value as text.
//!
//! Which tables there are, and that a row comes after the rows that it refers to, follows from the migrations.

use super::{
    migrate,
    pool::{Conn, Db, load_on},
    sql::{Dialect, Sql},
    write::{self, Cell},
};
use crate::error::{Error, Result};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    mysql::Mysql,
    row::{self, Field as _},
    sql_types::{Text, Untyped},
    sqlite::Sqlite,
};
use serde::{Deserialize, Serialize};

/// A row: each value as the store writes it, or NULL.
pub type Row = Vec<Option<String>>;

/// A table as it stands in a store or in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its name.
    pub name: String,
    /// Its primary key, a number.
    pub key: String,
    /// Its columns, the key among them.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
}

/// A transaction over whole tables. Dropped before [`Whole::commit`], it leaves nothing behind.
pub struct Whole {
    conn: Conn,
    dialect: Dialect,
}

/// The most rows, and about the most bytes, that are read or written at once.
const ROWS: usize = 1_000;
const BYTES: usize = 1 << 20;

/// Sessions with their tokens, the keys that sign them, and failed log-ins. A restored store would revive sessions that ended after the
/// backup, and whoever reads a backup could sign tokens.
const PASSING: [&str; 5] = ["Account_Session", "Refresh_Token", "Api_Key", "Signing_Key", "Login_Failure"];

/// Who reads what we write may take their time.
const UNHURRIED: &str = "SET idle_transaction_timeout = 0;";

impl Whole {
    /// A transaction that sees the store as it is now, whatever others write meanwhile; nobody waits for it.
    pub async fn reading(db: &Db) -> Result<Self> {
        let mariadb = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
                       START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
        Self::open(db, mariadb, "BEGIN").await
    }

    /// A transaction that writes. MariaDB takes values as they come (a day 0000-00-00, a word that is none of the enum's, a key
    /// 0), and others it bends, so whoever writes must compare.
    pub async fn writing(db: &Db) -> Result<Self> {
        let mariadb =
            "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', autocommit = 0; START TRANSACTION WITH CONSISTENT SNAPSHOT";
        Self::open(db, mariadb, "BEGIN IMMEDIATE").await
    }

    async fn open(db: &Db, mariadb: &str, sqlite: &str) -> Result<Self> {
        let (mut conn, dialect) = (db.conn().await?, db.dialect());
        // A whole table takes its time, too.
        conn.unhurried().await?;
        match dialect {
            Dialect::MariaDb => conn.run(&format!("{UNHURRIED} {mariadb}")).await?,
            Dialect::Sqlite => conn.run(sqlite).await?,
        }
        Ok(Whole { conn, dialect })
    }

    /// The version of the schema.
    pub async fn version(&mut self) -> Result<i32> {
        let mut sql = Sql::new(self.dialect);
        sql.push("SELECT COALESCE(MAX(version), 0), NULL FROM Schema_Migration");
        Ok(self.conn.texts(sql).await?.first().map_or(0, |(version, _)| *version))
    }

    /// The tables whose rows are nowhere else: all but the words of a search, which triggers keep, the feed, which tells
    /// the graphs of this one database what they have yet to see, and what must not come back with a backup (`PASSING`).
    pub async fn images(&mut self) -> Result<Vec<Image>> {
        let mut images = Vec::new();
        for name in migrate::tables(self.dialect)? {
            if name.ends_with("_Search")
                || name.starts_with("Feed_")
                || name == "Change_Feed"
                || PASSING.contains(&name)
            {
                continue;
            }
            images.push(self.image(name).await?);
        }
        Ok(images)
    }

    async fn image(&mut self, name: &str) -> Result<Image> {
        let mut sql = Sql::new(self.dialect);
        match self.dialect {
            Dialect::MariaDb => sql
                .push(
                    "SELECT CASE WHEN column_key = 'PRI' THEN 1 WHEN data_type LIKE '%blob' THEN 2 \
                     WHEN data_type LIKE '%binary' THEN 2 ELSE 0 END, CAST(column_name AS CHAR) \
                     FROM information_schema.columns WHERE table_schema = DATABASE() AND is_generated = 'NEVER' \
                     AND table_name = ",
                )
                .text(name)
                .push(" ORDER BY ordinal_position"),
            Dialect::Sqlite => sql
                .push(
                    "SELECT CASE WHEN pk > 0 THEN 1 WHEN type = 'BLOB' THEN 2 ELSE 0 END, name FROM pragma_table_info(",
                )
                .text(name)
                .push(") ORDER BY cid"),
        };
        let (mut key, mut columns) = (None, Vec::new());
        for (kind, column) in self.conn.texts(sql).await? {
            let column = column.unwrap_or_default();
            match kind {
                1 => key = Some(column.clone()),
                2 => return Err(Error::Setup(format!("{name}.{column} holds bytes, and only text can be backed up"))),
                _ => {}
            }
            columns.push(column);
        }
        let key = key.ok_or_else(|| Error::Setup(format!("the table {name} is not there, or has no primary key")))?;
        let mut sql = Sql::new(self.dialect);
        sql.push(format!("SELECT {} FROM {name}", self.text("COUNT(*)")));
        let count = self.rows(sql).await?.into_iter().flatten().flatten().find_map(|count| count.parse().ok());
        let rows = count.ok_or_else(|| Error::Internal(format!("{name} cannot be counted")))?;
        Ok(Image { name: name.to_owned(), key, columns, rows })
    }

    /// Removes every row of a table.
    pub async fn clear(&mut self, table: &Image) -> Result<()> {
        self.conn.run(&format!("DELETE FROM {}", table.name)).await
    }

    /// Gives every row of a table, some at a time, in the order of its key. Of large rows it is fewer at a time.
    pub async fn each(&mut self, table: &Image, mut take: impl FnMut(Vec<Row>) -> Result<()>) -> Result<()> {
        let (mut after, mut most) = (i64::MIN, ROWS);
        let at = table.columns.iter().position(|column| *column == table.key);
        loop {
            let rows = self.rows(self.page(table, after, most)).await?;
            let full = rows.len() == most;
            if let Some(last) = rows.last() {
                let key = at.and_then(|at| last.get(at)?.as_ref()?.parse().ok());
                after = key.ok_or_else(|| Error::Setup(format!("the key of {} is not a number", table.name)))?;
                let bytes: usize = rows.iter().map(size).sum();
                most = (BYTES / (bytes / rows.len()).max(1)).clamp(1, ROWS);
            }
            take(rows)?;
            if !full {
                return Ok(());
            }
        }
    }

    fn page(&self, table: &Image, after: i64, most: usize) -> Sql {
        let columns: Vec<String> = table.columns.iter().map(|column| self.text(&format!("`{column}`"))).collect();
        let mut sql = Sql::new(self.dialect);
        sql.push(format!("SELECT {} FROM {} WHERE `{}` > ", columns.join(","), table.name, table.key)).int(after);
        sql.push(format!(" ORDER BY `{}` LIMIT ", table.key)).int(most as i64);
        sql
    }

    /// A value as text.
    fn text(&self, value: &str) -> String {
        match self.dialect {
            Dialect::MariaDb => format!("CAST({value} AS CHAR)"),
            Dialect::Sqlite => format!("CAST({value} AS TEXT)"),
        }
    }

    /// Writes rows of a table. Where the store does not take them, the row at fault is named, and the transaction is over.
    pub async fn insert(&mut self, table: &Image, rows: &[Row]) -> Result<()> {
        match self.insert_at_once(table, rows).await {
            Ok(()) => Ok(()),
            Err(fault) => Err(self.blamed(table, rows).await.unwrap_or(fault)),
        }
    }

    /// Which of the rows it was. Some faults, as a full disk, have ended the transaction; then this begins another, so that
    /// what is tried here goes with the connection.
    async fn blamed(&mut self, table: &Image, rows: &[Row]) -> Option<Error> {
        self.conn.run("SAVEPOINT blame").await.ok()?;
        for row in rows {
            if let Err(Error::Internal(why)) = self.insert_at_once(table, std::slice::from_ref(row)).await {
                return Some(Error::Setup(format!("{}: this store does not take it ({why})", named(table, row))));
            }
        }
        None
    }

    async fn insert_at_once(&mut self, table: &Image, rows: &[Row]) -> Result<()> {
        let columns: Vec<String> = table.columns.iter().map(|column| format!("`{column}`")).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let cells = rows.iter().flatten().cloned().map(Cell::Text).collect();
        write::insert(&mut self.conn, self.dialect, &table.name, &columns, cells).await
    }

    /// The columns in which rows of a table point to rows of the same table.
    pub async fn own_links(&mut self, table: &Image) -> Result<Vec<String>> {
        let mut sql = Sql::new(self.dialect);
        match self.dialect {
            Dialect::MariaDb => sql
                .push(
                    "SELECT 0, CAST(column_name AS CHAR) FROM information_schema.key_column_usage \
                     WHERE table_schema = DATABASE() AND referenced_table_name = table_name AND table_name = ",
                )
                .text(&table.name),
            Dialect::Sqlite => {
                sql.push("SELECT 0, \"from\" FROM pragma_foreign_key_list(").text(&table.name);
                sql.push(") WHERE \"table\" = ").text(&table.name)
            }
        };
        Ok(self.conn.texts(sql).await?.into_iter().filter_map(|(_, column)| column).collect())
    }

    /// Writes references that were held back until the rows that they lead to are there.
    pub async fn point(&mut self, table: &Image, late: Vec<Late>) -> Result<()> {
        for Late { key, column, to } in late {
            let mut sql = Sql::new(self.dialect);
            sql.varies();
            sql.push(format!("UPDATE {} SET `{column}` = ", table.name)).int(to);
            sql.push(format!(" WHERE `{}` = ", table.key)).int(key);
            self.conn.touch(sql).await?;
        }
        Ok(())
    }

    /// Makes what was written stay.
    pub async fn commit(mut self) -> Result<()> {
        self.conn.run("COMMIT").await
    }

    async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>> {
        let rows = load_on!(&mut self.conn, sql, Untyped, Texts)?;
        Ok(rows.into_iter().map(|Texts(row)| row).collect())
    }
}

/// A reference to a row of the same table that comes later.
pub struct Late {
    key: i64,
    column: String,
    to: i64,
}

impl Image {
    /// Takes the references to later rows of the same table out of a row, whose columns these are.
    pub fn hold_back(&self, own_links: &[String], row: &mut Row) -> Vec<Late> {
        let at = |name: &str| self.columns.iter().position(|column| column == name);
        let number = |row: &Row, at: usize| row.get(at)?.as_ref()?.parse::<i64>().ok();
        let Some(key) = at(&self.key).and_then(|at| number(row, at)) else { return Vec::new() };
        let mut late = Vec::new();
        for column in own_links {
            let Some(at) = at(column) else { continue };
            if let (Some(to), Some(cell)) = (number(row, at).filter(|to| *to > key), row.get_mut(at)) {
                *cell = None;
                late.push(Late { key, column: column.clone(), to });
            }
        }
        late
    }
}

/// Rows to be written, until there are enough for a statement.
#[derive(Default)]
pub struct Batch {
    rows: Vec<Row>,
    bytes: usize,
}

impl Batch {
    /// Adds a row, and says whether it is time to write.
    pub fn add(&mut self, row: Row) -> bool {
        self.bytes += size(&row);
        self.rows.push(row);
        self.rows.len() >= ROWS || self.bytes >= BYTES
    }

    /// What was added since.
    pub fn take(&mut self) -> Vec<Row> {
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }
}

/// A row as messages name it: its table and key, and nothing of what is in it.
pub fn named(table: &Image, row: &Row) -> String {
    let mut columns = table.columns.iter().zip(row);
    let key = columns.find_map(|(column, value)| value.as_ref().filter(|_| *column == table.key));
    format!("{} {}", table.name, key.map_or("without key", String::as_str))
}

fn size(row: &Row) -> usize {
    row.iter().flatten().map(String::len).sum()
}

/// A row of texts, however many columns it has.
struct Texts(Row);

macro_rules! texts { ($($backend:ty),*) => { $(
    impl FromSqlRow<Untyped, $backend> for Texts {
        fn build_from_row<'a>(row: &impl row::Row<'a, $backend>) -> deserialize::Result<Self> {
            let fields = (0..row.field_count()).filter_map(|at| row.get(at));
            let texts = fields.map(|field| field.value().map(<String as FromSql<Text, $backend>>::from_sql).transpose());
            Ok(Texts(texts.collect::<Result<_, _>>()?))
        }
    }
)* } }
texts!(Mysql, Sqlite);
