//! Who wants to know what a graph is asked, and what they are told: once of each question, however it ends.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// A question that has ended.
pub struct Ran<'a> {
    /// What it was for.
    pub name: &'static str,
    /// The statement; none where the graph is in this process, and none is sent.
    pub cypher: Option<&'a str>,
    /// How many rows it answered; `None` where it failed or was given up.
    pub rows: Option<usize>,
    /// When a connection was first asked for.
    pub since: Instant,
    /// How long it waited for one.
    pub wait: Duration,
    /// How long the store worked on it.
    pub took: Duration,
    /// How many keys it was asked for.
    pub keys: Option<usize>,
    /// What its parameters are, without a value: `keys: 50`, `most: int`.
    pub parameters: &'a dyn Fn() -> Vec<String>,
}

/// Is told of each.
#[derive(Clone)]
pub struct Watcher(Arc<dyn Fn(&Ran<'_>) + Send + Sync>);

impl Watcher {
    /// One that does this.
    pub fn new(tell: impl Fn(&Ran<'_>) + Send + Sync + 'static) -> Self {
        Watcher(Arc::new(tell))
    }

    pub(super) fn tell(&self, ran: &Ran<'_>) {
        (self.0)(ran);
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}
