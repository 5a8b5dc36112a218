//! The graph, what feeds it and what it knows.

pub(crate) mod answers;
mod bolt;
mod cascades;
mod catalog;
mod check;
mod consumers;
mod encounters;
mod faults;
mod features;
mod feed;
pub(crate) mod neo4j;
mod reference;
mod shapes;
