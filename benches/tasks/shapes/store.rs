//! A store with rows in it, read by plain SQL.

use crate::{Result, measure::database::Database};
use medimax::db::{self, Db, Dialect, Sql, Tls};
use std::{path::PathBuf, time::Duration};

/// A store, and the directory that was made for it.
pub(super) struct Store {
    pub(super) url: String,
    db: Db,
    _scratch: Scratch,
}

/// A directory that is removed with this value.
struct Scratch(Option<PathBuf>);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(dir) = &self.0 {
            let _ = std::fs::remove_dir_all(dir);
        }
    }
}

/// Statements of this program at a time.
pub(super) const CONNECTIONS: usize = 2;

/// How long a statement of this program may take: it is written to be right and not to be quick.
const PATIENCE: Duration = Duration::from_secs(180);

impl Store {
    /// One that is there, with its rows.
    pub(super) async fn open(url: &str) -> Result<Self> {
        let url = match url.contains("://") {
            true => url.to_owned(),
            false => format!("sqlite://{url}"),
        };
        if let Some(file) = url.strip_prefix("sqlite://")
            && !std::fs::exists(file)?
        {
            return Err(format!("there is no {file}").into());
        }
        let options = db::Options {
            url: url.clone(),
            max_connections: CONNECTIONS,
            wait: Duration::from_secs(5),
            statement_timeout: PATIENCE,
            tls: Tls::Off,
            ca_file: None,
        };
        Ok(Store { db: db::open(&options).await?, url, _scratch: Scratch(None) })
    }

    /// A new database of the server that `scripts/bench` started.
    pub(super) async fn mariadb(database: &mut Database, name: &str, patients: u32) -> Result<Self> {
        Self::open(&crate::seeded(database, name, patients).await?).await
    }

    /// A new file.
    pub(super) async fn sqlite(patients: u32) -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("medimax-bench-{}", std::process::id()));
        std::fs::create_dir(&dir)?;
        let url = format!("sqlite://{}", dir.join("shapes.sqlite").display());
        let scratch = Scratch(Some(dir));
        crate::filled(&url, patients)?;
        Ok(Store { _scratch: scratch, ..Self::open(&url).await? })
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.db.dialect()
    }

    pub(super) fn name(&self) -> &'static str {
        match self.dialect() {
            Dialect::MariaDb => "MariaDB",
            Dialect::Sqlite => "SQLite",
        }
    }

    /// What a statement answers, which selects a text.
    pub(super) async fn texts(&self, select: &str) -> Result<Vec<String>> {
        let mut sql = Sql::new(self.dialect());
        sql.push(format!("SELECT 0, one.text FROM ({select}) one"));
        Ok(self.db.texts(&sql).await?.into_iter().filter_map(|(_, text)| text).collect())
    }

    /// How many rows of a table meet a condition about `t`.
    pub(super) async fn count(&self, table: &str, condition: &str) -> Result<u64> {
        let cast = self.as_text("COUNT(*)");
        let found = self.texts(&format!("SELECT {cast} AS text FROM {table} t WHERE {condition}")).await?;
        Ok(found.first().ok_or("no count")?.parse()?)
    }

    /// An expression as text.
    pub(super) fn as_text(&self, expression: &str) -> String {
        match self.dialect() {
            Dialect::MariaDb => format!("CAST({expression} AS CHAR)"),
            Dialect::Sqlite => format!("CAST({expression} AS TEXT)"),
        }
    }
}

/// A text in SQL.
pub(super) fn quoted(text: &str, dialect: Dialect) -> String {
    let text = text.replace('\'', "''");
    match dialect {
        Dialect::MariaDb => format!("'{}'", text.replace('\\', "\\\\")),
        Dialect::Sqlite => format!("'{text}'"),
    }
}
