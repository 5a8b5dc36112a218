//! The shared kit: how entities become a schema and rows become an answer. It knows no entity by name.

pub mod args;
pub mod budget;
pub mod class;
mod column;
pub mod connection;
pub mod context;
pub mod documents;
pub mod engine;
mod entity;
pub mod exec;
pub mod explain;
pub mod filter;
pub mod limits;
pub mod loaders;
pub mod made;
pub mod memo;
pub mod model;
pub mod page;
pub mod recorder;
pub mod relation;
pub mod report;
pub mod root;
mod row;
mod schema_doc;
mod suggest;
pub mod types;
mod validation;
mod variables;
pub mod write;

pub(crate) use entity::{belongs, entity, indexed, nested, rule};
pub use row::{Placed, Row, Set, StaticallySized};
