//! The database from the side: its status, and databases to measure in.

use crate::Result;
use mysql_async::{Conn, prelude::Queryable};
use std::collections::HashMap;

/// The MariaDB server that `scripts/bench` started.
pub(crate) struct Database {
    /// `mysql://user@host:port`, without a database.
    pub(crate) url: String,
    /// The server's process.
    pub(crate) pid: u32,
    connection: Conn,
}

impl Database {
    pub(crate) async fn from_environment() -> Result<Self> {
        let variable = |name: &str| {
            std::env::var(name).map_err(|_unset| format!("{name} is not set: start the benchmark with scripts/bench"))
        };
        let (url, pid) = (variable("MEDIMAX_BENCH_MARIADB_URL")?, variable("MEDIMAX_BENCH_MARIADB_PID")?);
        let connection = Conn::from_url(&url).await?;
        Ok(Database { url, pid: pid.parse()?, connection })
    }

    /// The server's version.
    pub(crate) async fn version(&mut self) -> Result<String> {
        Ok(self.connection.query_first("SELECT VERSION()").await?.unwrap_or_default())
    }

    /// An empty database of this name; what it held is gone.
    pub(crate) async fn create(&mut self, name: &str) -> Result<String> {
        self.connection.query_drop(format!("DROP DATABASE IF EXISTS {name}")).await?;
        self.connection.query_drop(format!("CREATE DATABASE {name}")).await?;
        Ok(format!("{}/{name}", self.url))
    }

    /// Gathers the statistics that plans are made from.
    pub(crate) async fn analyze(&mut self, name: &str) -> Result<()> {
        let tables: Vec<String> = self.connection.query(format!("SHOW TABLES FROM {name}")).await?;
        for table in tables {
            self.connection.query_drop(format!("ANALYZE TABLE {name}.{table}")).await?;
        }
        Ok(())
    }

    /// Runs a statement.
    pub(crate) async fn run(&mut self, statement: &str) -> Result<()> {
        Ok(self.connection.query_drop(statement).await?)
    }

    /// Whether the server keeps the totals of whole tables: `OFF` or `DEMAND`, for connections that are opened from now on.
    pub(crate) async fn keep_totals(&mut self, kept: &str) -> Result<()> {
        Ok(self.connection.query_drop(format!("SET GLOBAL query_cache_type = {kept}")).await?)
    }

    /// Removes a database.
    pub(crate) async fn remove(&mut self, name: &str) -> Result<()> {
        Ok(self.connection.query_drop(format!("DROP DATABASE {name}")).await?)
    }

    /// The server's counters.
    pub(crate) async fn counters(&mut self) -> Result<Counters> {
        let rows: Vec<(String, String)> = self.connection.query("SHOW GLOBAL STATUS").await?;
        Ok(Counters(rows.into_iter().filter_map(|(name, value)| Some((name, value.parse().ok()?))).collect()))
    }
}

/// Counters of the server at one time.
pub(crate) struct Counters(HashMap<String, u64>);

impl Counters {
    /// How far a counter has come since.
    pub(crate) fn since(&self, before: &Counters, name: &str) -> u64 {
        let of = |counters: &Counters| counters.0.get(name).copied().unwrap_or_default();
        of(self).saturating_sub(of(before))
    }
}
