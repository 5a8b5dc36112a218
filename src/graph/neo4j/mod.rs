//! The graph in Neo4j. Nothing outside this folder knows the driver.
//!
//! A statement's text holds `@` before each label, which stands for the configured prefix, and is the same for any keys, so
//! the server keeps its plan. Labels and types come from [`super::shape`]; values are parameters.

mod check;
mod client;
mod compare;
mod diff;
mod inspect;
mod knowledge;
mod read;
mod rows;
mod schema;
mod url;
mod write;

pub use check::{Amount, CONCEPT, Found, Strays};
pub use compare::Compared;
pub use inspect::Server;
pub use schema::State;
pub use write::{Applied, Written};

use super::{
    shape::{NodeKind, Shapes},
    watch::Watcher,
};
use crate::error::Result;
use client::Client;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// What opening the graph needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// `bolt://user:password@host:port`, or with `bolt+s`, `bolt+ssc`, `neo4j`, `neo4j+s`, `neo4j+ssc`.
    pub url: String,
    /// What our labels begin with: letters, digits and underscores.
    pub prefix: String,
    /// How long a statement may take, the wait for a connection included.
    pub timeout: Duration,
    /// The most connections.
    pub max_connections: usize,
    /// Certificates to trust instead of the well-known ones (PEM).
    pub ca_file: Option<PathBuf>,
    /// The most rows of an answer (`max_level_rows`).
    pub max_rows: u32,
}

/// How many connections are in use.
#[derive(Debug, Clone, Copy)]
pub struct PoolState {
    /// The most there may be.
    pub max: usize,
    /// Those in use.
    pub busy: usize,
    /// Statements that wait for one.
    pub waiting: usize,
}

/// The graph store in Neo4j.
#[derive(Debug, Clone)]
pub struct Neo4j {
    client: Client,
    /// The kinds of its nodes.
    shapes: &'static Shapes,
    max_rows: u32,
    /// The newest epoch that this process has made known to the graph.
    claimed: Arc<AtomicI64>,
    /// The mark that what is written puts into the state (see `feed::marks`).
    mark: Option<i64>,
}

impl Neo4j {
    /// Makes ready to connect; the first statement does.
    pub fn connect(options: &Options, shapes: &'static Shapes) -> Result<Self> {
        Ok(Neo4j {
            client: Client::open(options)?,
            shapes,
            max_rows: options.max_rows,
            claimed: Arc::new(AtomicI64::new(i64::MIN)),
            mark: None,
        })
    }

    /// The same store over a connection of its own, for whoever must not wait behind others. No statement on it may ever take
    /// longer than this ([`Neo4j::with_timeout`]).
    pub fn apart(&self, longest: Duration) -> Result<Self> {
        let claimed = Arc::new(AtomicI64::new(i64::MIN));
        Ok(Neo4j { client: self.client.apart(longest)?, claimed, ..self.clone() })
    }

    /// The same store; what it writes puts this mark into the graph's state.
    pub(super) fn marked(&self, mark: i64) -> Self {
        Neo4j { mark: Some(mark), ..self.clone() }
    }

    /// The kinds of its nodes.
    pub(super) fn shapes(&self) -> &'static Shapes {
        self.shapes
    }

    /// How long a statement may take.
    pub(super) fn timeout(&self) -> Duration {
        self.client.timeout()
    }

    /// The same store; `watcher` is told of each statement that it is asked for.
    pub fn watched(&self, watcher: Watcher) -> Self {
        Neo4j { client: self.client.watched(watcher), ..self.clone() }
    }

    /// The same store with another limit for each statement, for those that read a whole graph.
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Neo4j { client: self.client.with_timeout(timeout), ..self.clone() }
    }

    /// How many connections are in use.
    pub fn pool(&self) -> PoolState {
        self.client.pool()
    }

    fn has_claimed(&self, epoch: i64) -> bool {
        self.claimed.load(Ordering::Acquire) >= epoch
    }
}

/// The label that a node's key is unique under.
fn label(kind: NodeKind) -> String {
    format!("@{}", kind.label())
}

/// All labels of a node, as `@Label:@Other`.
fn labels(kind: NodeKind, besides: Option<&str>) -> String {
    let all = [kind.label()].into_iter().chain(kind.shape().also.iter().copied()).chain(besides);
    all.map(|label| format!("@{label}")).collect::<Vec<_>>().join(":")
}

/// A statement for each of these kinds of nodes, put together.
fn each_kind(kinds: &[NodeKind], joined: &str, text: impl Fn(NodeKind, &str, &str) -> String) -> String {
    kinds.iter().map(|kind| text(*kind, kind.label(), kind.key())).collect::<Vec<_>>().join(joined)
}

/// A patient's nodes (`n`) of a label.
fn of_patient(label: &str) -> String {
    format!("MATCH (n:@{label} {{patient_id: id}}) USING INDEX SEEK n:@{label}(patient_id)")
}

/// Of a node that may be reference data, what `of` says of its kind; null of any other.
fn of_reference(shapes: &Shapes, node: &str, of: impl Fn(NodeKind) -> String) -> String {
    let cases = shapes.reference().iter().map(|kind| format!(" WHEN {node}:{} THEN {}", label(*kind), of(*kind)));
    let cases = cases.collect::<String>();
    if cases.is_empty() { "null".into() } else { format!("CASE{cases} END") }
}
