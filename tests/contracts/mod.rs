//! What must stay true of the whole, whatever is added.

mod architecture;
mod demo;
mod docs;
mod docs_samples;
mod indexes;
mod packaging;
mod schema;
mod statements;
mod tables;
pub(crate) mod triggers;
mod web;
