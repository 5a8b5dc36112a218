//! A request between its check and its execution.

use crate::error::{Error, Result};
use async_graphql::{
    Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use std::{collections::HashMap, sync::Arc};

/// A request that was read and checked.
pub struct Prepared {
    pub(super) document: Arc<ExecutableDocument>,
    pub(super) text: Arc<str>,
    /// The operation to run.
    pub(super) name: Option<String>,
    /// Its name, where its document is listed.
    pub(super) listed: Option<String>,
    pub(super) variables: Variables,
    pub(super) introspection: HashMap<String, Vec<u8>>,
}

impl Prepared {
    /// Whether it is a mutation.
    pub fn writes(&self) -> bool {
        select(&self.document, self.name.as_deref()).is_ok_and(|operation| operation.ty == OperationType::Mutation)
    }
}

/// The operation to run.
pub(super) fn select<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition> {
    let unknown = |name: &str| Error::BadInput(format!("the document has no operation named \"{name}\""));
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Single(_), Some(name)) => Err(unknown(name)),
        (DocumentOperations::Multiple(all), Some(name)) => {
            all.get(name).map(|operation| &operation.node).ok_or_else(|| unknown(name))
        }
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            all.values().next().map(|operation| &operation.node).ok_or_else(|| unknown(""))
        }
        (DocumentOperations::Multiple(_), None) => {
            Err(Error::BadInput("the document has several operations: say which with `operationName`".into()))
        }
    }
}
