//! A request from its text to its answer: which document it is, what it may ask for, its variables, its execution, and what is told of it.

mod answer;
pub mod documents;
pub mod engine;
mod entry;
pub mod explain;
pub mod limits;
mod objects;
mod prepared;
mod root;
mod schema_doc;
mod suggest;
mod validation;
mod variables;
