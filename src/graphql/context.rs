//! What one request carries while it is answered.

use super::{limits::Limits, loaders::Loaders, memo::Memo, report::Fault};
use crate::{
    db::{Db, Sql},
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
    time::Duration,
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
    /// The statements that ran, where somebody wants to know.
    pub(super) recorder: Recorder,
}

/// A statement that a request sent.
#[derive(Debug, Clone)]
pub struct Ran {
    /// What it was for: the relation or the root field.
    pub what: &'static str,
    /// The statement.
    pub statement: Statement,
    /// How many keys it was sent for, if it starts from keys.
    pub keys: Option<usize>,
    /// How many rows it answered.
    pub rows: usize,
    /// How long it took, the wait for a connection included.
    pub took: Duration,
}

/// A statement, to whichever store.
#[derive(Debug, Clone)]
pub enum Statement {
    /// To the relational store.
    Sql(Sql),
    /// To the graph.
    Cypher(String),
}

impl Statement {
    /// Its text, with marks in the place of parameters.
    pub fn shown(&self) -> String {
        match self {
            Statement::Sql(sql) => sql.shown(),
            Statement::Cypher(text) => text.clone(),
        }
    }
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

/// Keeps the statements of a request, where somebody wants to know; else it costs nothing.
#[derive(Clone, Default)]
pub struct Recorder(Option<Arc<Mutex<Vec<Ran>>>>);

impl Recorder {
    /// One that keeps them.
    pub fn on() -> Self {
        Recorder(Some(Arc::default()))
    }

    pub(super) fn note(&self, what: &'static str, sql: &Sql, keys: Option<usize>, rows: usize, since: Instant) {
        if self.0.is_some() {
            self.keep(Ran { what, statement: Statement::Sql(sql.clone()), keys, rows, took: since.elapsed() });
        }
    }

    fn keep(&self, entry: Ran) {
        if let Some(ran) = &self.0 {
            ran.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        }
    }

    /// The graph, with its statements kept too.
    pub(super) fn watching(&self, graph: &Graph) -> Graph {
        if self.0.is_none() {
            return graph.clone();
        }
        let recorder = self.clone();
        graph.watched(move |ran| {
            let statement = Statement::Cypher(ran.cypher);
            recorder.keep(Ran { what: ran.name, statement, keys: None, rows: ran.rows, took: ran.took });
        })
    }

    /// The statements so far.
    pub fn ran(&self) -> Vec<Ran> {
        let ran = self.0.as_ref().map(|ran| ran.lock().unwrap_or_else(PoisonError::into_inner).clone());
        ran.unwrap_or_default()
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
