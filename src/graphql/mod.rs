//! How entities are described as a schema, and rows become an answer. It knows no entity by name, and neither the text of a request nor
//! how anything is written.

pub mod args;
pub mod budget;
pub mod class;
pub mod clock;
pub mod connection;
pub mod context;
pub mod distinct;
pub mod exec;
pub mod filter;
pub mod form;
pub mod gathered;
pub mod json_schema;
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
pub mod rules;
pub mod sums;
pub mod text;
mod total;
pub mod types;
pub mod via;
