//! The graph, what feeds it and what it knows.

pub(crate) mod answers;
mod bolt;
mod cascades;
mod catalog;
mod consumers;
mod feed;
pub(crate) mod neo4j;
