//! How a Neo4j stands to the database that it is made from, for those who look for faults: nothing here changes anything.

use super::{
    neo4j::{Neo4j, State},
    projector::consumer_name,
};
use crate::feed::Feed;
use crate::{db::Db, error::Result};

/// Who follows the changes for a graph, and how far behind it is.
#[derive(Debug, Clone)]
pub struct Following {
    /// What the graph says of itself.
    pub state: State,
    /// Whether a gateway has the right to write it now.
    pub led: bool,
    /// Changes that it has yet to hold; none where nobody keeps them for it, so that it will be compared whole.
    pub backlog: Option<Backlog>,
}

/// Changes that a graph has yet to hold.
#[derive(Debug, Clone, Copy)]
pub struct Backlog {
    /// How many.
    pub changes: i64,
    /// How long ago the oldest was made, in milliseconds.
    pub age_ms: i64,
}

/// How a graph follows this database; nothing where it was never prepared. A graph of another database is an error.
pub async fn following(db: &Db, graph: &Neo4j) -> Result<Option<Following>> {
    let feed = Feed::new(db.clone());
    let Some(state) = graph.state_of(&feed.database_id().await?).await? else { return Ok(None) };
    let Some((consumer, led)) = feed.find(&consumer_name(&state.store_id)).await? else {
        return Ok(Some(Following { state, led: false, backlog: None }));
    };
    let (changes, age_ms) = feed.backlog(consumer).await?;
    Ok(Some(Following { state, led, backlog: Some(Backlog { changes, age_ms }) }))
}
