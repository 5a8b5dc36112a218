//! Neo4j from the side: statements sent by hand, with the driver and nothing around it.

use crate::Result;
use medimax::{graph::neo4j::Options, schema::SHAPES};
use neo4rs::{ConfigBuilder, Graph, Query, Row};
use std::time::Duration;

/// Rows that the server sends at once: none of what is asked here has more.
const FETCHED: usize = 10_000;

/// The Neo4j server that `scripts/bench` started.
pub(crate) struct Bolt {
    /// `bolt://user:password@host:port`.
    pub(crate) url: String,
    graph: Graph,
}

impl Bolt {
    pub(crate) fn from_environment() -> Result<Self> {
        let name = "MEDIMAX_BENCH_NEO4J_URL";
        let url = std::env::var(name)
            .map_err(|_unset| format!("{name} is not set: start the benchmark with scripts/bench"))?;
        let (login, host) = url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).ok_or("no login")?;
        let (user, password) = login.split_once(':').ok_or("no password")?;
        let config = ConfigBuilder::new().uri(host).user(user).password(password).fetch_size(FETCHED).build()?;
        Ok(Bolt { graph: Graph::connect(config)?, url })
    }

    /// What the gateway's own store needs to know to work under a prefix.
    pub(crate) fn options(&self, prefix: &str) -> Options {
        Options {
            url: self.url.clone(),
            prefix: prefix.into(),
            timeout: Duration::from_secs(60),
            max_connections: crate::CONNECTIONS,
            ca_file: None,
            max_rows: 100_000,
        }
    }

    /// Sends a statement and reads all its rows.
    pub(crate) async fn rows(&self, query: Query) -> Result<Vec<Row>> {
        let (mut stream, mut rows) = (self.graph.execute(query).await?, Vec::new());
        while let Some(row) = stream.next().await? {
            rows.push(row);
        }
        Ok(rows)
    }

    /// Removes all nodes of a prefix; constraints and indexes stay.
    pub(crate) async fn clear(&self, prefix: &str) -> Result<()> {
        let labels = SHAPES.all().iter().map(|kind| kind.label()).chain(["Concept", "MediMax"]);
        for label in labels {
            // A transaction's memory is bounded.
            let some = format!("MATCH (n:{prefix}{label}) WITH n LIMIT 5000 DETACH DELETE n RETURN 1 AS gone");
            while !self.rows(Query::new(some.clone())).await?.is_empty() {}
        }
        Ok(())
    }
}
