//! Who wants to know of the statements that are sent, and what they are told.
//!
//! **Invariant:** a statement is told of once, however it ends: also where it fails, or nobody waits for its end any more.

use super::sql::Sql;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A statement that has ended.
pub struct Ran<'a> {
    /// The statement.
    pub sql: &'a Sql,
    /// How many rows it answered or touched; `None` where it failed or was given up.
    pub rows: Option<usize>,
    /// When a connection was first asked for.
    pub since: Instant,
    /// How long it waited for one.
    pub wait: Duration,
    /// How long the store worked on it.
    pub took: Duration,
}

/// Is told of each statement.
pub type Watcher = Arc<dyn Fn(&Ran<'_>) + Send + Sync>;

/// A statement on its way.
pub(crate) struct Running<'a> {
    watcher: Option<&'a Watcher>,
    sql: &'a Sql,
    since: Instant,
    connected: Option<Instant>,
    rows: Option<usize>,
}

impl<'a> Running<'a> {
    pub(super) fn new(watcher: Option<&'a Watcher>, sql: &'a Sql) -> Self {
        Running { watcher, sql, since: Instant::now(), connected: None, rows: None }
    }

    /// One on a connection that is there already, as inside a transaction.
    pub(super) fn within(watcher: Option<&'a Watcher>, sql: &'a Sql) -> Self {
        let mut running = Running::new(watcher, sql);
        running.connected = Some(running.since);
        running
    }

    /// Its connection is there.
    pub(crate) fn connected(&mut self) {
        self.connected = Some(Instant::now());
    }

    /// It ended well.
    pub(crate) fn answered(&mut self, rows: usize) {
        self.rows = Some(rows);
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let Some(watcher) = self.watcher else { return };
        let now = Instant::now();
        let connected = self.connected.unwrap_or(now);
        let (wait, took) = (connected - self.since, now - connected);
        watcher(&Ran { sql: self.sql, rows: self.rows, since: self.since, wait, took });
    }
}
