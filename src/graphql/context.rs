//! What one request carries while it is answered.

use super::{limits::Limits, loaders::Loaders, memo::Memo, recorder::Recorder, report::Fault};
use crate::{
    db::Db,
    error::Error,
    graph::{At, Clinical, Graph, Own},
    scope::Scope,
};
use async_graphql::{
    Name, Value, Variables,
    parser::types::{ExecutableDocument, FragmentDefinition},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::time::Instant;

/// One request being answered.
pub struct Cx {
    /// The relational store.
    pub db: Db,
    /// Which patients the caller may see.
    pub scope: Scope,
    /// The day that `age` and `upcomingAppointments` look at.
    pub today: chrono::NaiveDate,
    /// The limits in force.
    pub limits: Arc<Limits>,
    /// The graph.
    pub graph: Graph,
    /// What the graph answered of patients' own entries.
    pub own: Memo<Vec<i32>, HashMap<i32, Vec<Own>>>,
    /// What the graph answered of clinical relationships.
    pub clinical: Memo<(At, Vec<i32>), Vec<Clinical>>,
    /// When the request's time is over.
    pub deadline: Instant,
    /// The loaders of this request; they live no longer.
    pub loaders: Loaders,
    /// Whether the root's fields are answered one after the other, each seeing what those before it wrote.
    pub(super) serial: bool,
    pub(super) document: Arc<ExecutableDocument>,
    pub(super) variables: Variables,
    pub(super) introspection: HashMap<String, Vec<u8>>,
    pub(super) faults: Mutex<Vec<Fault>>,
    /// The statements that ran.
    pub(super) recorder: Recorder,
}

impl Cx {
    /// A value of the document with variables put in; `None` for a variable that was not given.
    pub(super) fn constant(&self, value: &async_graphql_value::Value) -> Option<Value> {
        constant(&self.variables, value)
    }

    /// Forgets what was read before something was written.
    pub(super) fn forget(&self) {
        self.loaders.forget();
        self.own.forget();
        self.clinical.forget();
    }

    pub(super) fn fragment(&self, name: &Name) -> Option<&FragmentDefinition> {
        self.document.fragments.get(name).map(|fragment| &fragment.node)
    }

    pub(super) fn introspected(&self, key: &str) -> Option<&[u8]> {
        self.introspection.get(key).map(Vec::as_slice)
    }

    /// Notes an error at its place in the answer.
    pub(super) fn fail(&self, path: Vec<serde_json::Value>, error: &Error) {
        let fault = Fault { path, error: error.clone() };
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }
}

/// A value with variables put in. A variable that was not given is left out of an object and null in a list.
pub(super) fn constant(variables: &Variables, value: &async_graphql_value::Value) -> Option<Value> {
    use async_graphql_value::Value as Doc;
    Some(match value {
        Doc::Variable(name) => return variables.get(name).cloned(),
        Doc::Null => Value::Null,
        Doc::Number(number) => Value::Number(number.clone()),
        Doc::String(text) => Value::String(text.clone()),
        Doc::Boolean(yes) => Value::Boolean(*yes),
        Doc::Binary(bytes) => Value::Binary(bytes.clone()),
        Doc::Enum(name) => Value::Enum(name.clone()),
        Doc::List(items) => {
            Value::List(items.iter().map(|item| constant(variables, item).unwrap_or(Value::Null)).collect())
        }
        Doc::Object(entries) => Value::Object(
            entries.iter().filter_map(|(name, value)| Some((name.clone(), constant(variables, value)?))).collect(),
        ),
    })
}
