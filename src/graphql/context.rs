//! What one request carries while it is answered.

use super::{
    budget::Account, clock::Clock, limits::Limits, loaders::Loaders, memo::Answers, model::Model, recorder::Recorder,
    report::Faults,
};
use crate::{
    access::Asker,
    db::Db,
    db::scope::Scope,
    error::{Error, Result},
    graph::Graph,
};
use async_graphql::{
    Name, Value, Variables,
    parser::types::{ExecutableDocument, FragmentDefinition},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed},
    },
};
use tokio::time::Instant;

/// One request being answered.
pub struct Cx {
    /// The schema.
    pub model: &'static Model,
    /// The relational store.
    pub db: Db,
    /// Who asks.
    pub asker: Asker,
    /// Which patients the caller may see.
    pub scope: Scope,
    /// When it is, for rules and for what looks at today (`age`, `upcomingAppointments`).
    pub clock: Clock,
    /// The limits in force.
    pub limits: Arc<Limits>,
    /// The graph.
    pub graph: Graph,
    /// What the graph answered.
    pub answers: Answers,
    /// When the request's time is over.
    pub deadline: Instant,
    /// The loaders of this request; they live no longer.
    pub loaders: Loaders,
    /// Whether the root's fields are answered one after the other, each seeing what those before it wrote.
    pub(crate) serial: bool,
    /// The number under which the access log notes what is written; 0 where there is no log.
    pub event: i64,
    /// How many changes are noted under it.
    pub noted: AtomicI64,
    pub(crate) document: Arc<ExecutableDocument>,
    pub(crate) variables: Variables,
    pub(crate) introspection: HashMap<String, Vec<u8>>,
    pub(crate) faults: Mutex<Faults>,
    /// The memory that the request holds.
    pub(crate) account: Arc<Account>,
    /// How far the answer is charged, and why it does not go on.
    pub(crate) answer: Mutex<Written>,
    /// Up to where the answer may be written without a closer look.
    pub(crate) room: AtomicUsize,
    /// The statements that ran.
    pub(crate) recorder: Recorder,
}

impl Cx {
    /// A value of the document with variables put in; `None` for a variable that was not given.
    pub(crate) fn constant(&self, value: &async_graphql_value::Value) -> Option<Value> {
        constant(&self.variables, value)
    }

    /// The keys of all patients in scope, for what the database does not answer by itself; `None` where every patient is in scope.
    pub async fn visible(&self) -> Result<Option<Arc<Vec<i32>>>> {
        if self.scope.is_everything() {
            return Ok(None);
        }
        let most = self.limits.max_graph_matches;
        let ask = async || {
            let found = self.db.patients(&self.scope, most).await?;
            match found.len() > most as usize {
                true => Err(Error::Limit { key: "max_graph_matches", allowed: most.into(), asked: None }),
                false => Ok(found),
            }
        };
        Ok(Some(self.answers.visible.get((), ask).await?))
    }

    /// Forgets what was read before something was written.
    pub(crate) fn forget(&self) {
        self.loaders.forget();
        self.answers.forget();
    }

    pub(crate) fn fragment(&self, name: &Name) -> Option<&FragmentDefinition> {
        self.document.fragments.get(name).map(|fragment| &fragment.node)
    }

    pub(crate) fn introspected(&self, key: &str) -> Option<&[u8]> {
        self.introspection.get(key).map(Vec::as_slice)
    }

    /// The errors so far.
    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the answer, which has so many bytes, may have some more. Where it may not, nothing more is written until what
    /// is being written is taken back ([`Cx::overflow`]).
    pub(crate) fn has_room(&self, written: usize, more: usize) -> bool {
        let asked = written.saturating_add(more);
        asked <= self.room.load(Relaxed) || self.makes_room(asked)
    }

    fn makes_room(&self, asked: usize) -> bool {
        let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        if answer.overflow.is_some() {
            return false;
        }
        let allowed = self.limits.max_answer_bytes;
        let room = match asked > allowed {
            true => Err(Error::Limit { key: "max_answer_bytes", allowed: allowed as u64, asked: None }),
            false => {
                let charge = |to: usize| self.account.take(to.saturating_sub(answer.charged)).map(|()| to);
                // A step ahead, or as much as is needed.
                charge(asked.max(answer.charged + ANSWER_STEP).min(allowed)).or_else(|_| charge(asked))
            }
        };
        match room {
            Ok(charged) => answer.charged = charged,
            Err(error) => answer.overflow = Some(error),
        }
        self.room.store(if answer.overflow.is_some() { 0 } else { answer.charged }, Relaxed);
        answer.overflow.is_none()
    }

    /// Why the answer did not go on, where it did not. Asked for, what overflowed is gone, and there is room again.
    pub(crate) fn overflow(&self) -> Option<Error> {
        if self.room.load(Relaxed) > 0 {
            return None;
        }
        let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        self.room.store(answer.charged, Relaxed);
        answer.overflow.take()
    }

    /// Charges what a graph answered: so many rows of it.
    pub fn charge(&self, rows: usize) -> Result<()> {
        self.account.take(rows.saturating_mul(GRAPH_ROW))
    }

    /// Lets others run where a level is high, and notices that the request's time is over.
    pub async fn breathe(&self, rows: usize) {
        if rows >= MANY_ROWS {
            tokio::task::yield_now().await;
        }
    }

    /// Says that the request's time is over, where it is: for loops that never wait.
    pub fn in_time(&self) -> Result<()> {
        if Instant::now() < self.deadline { Ok(()) } else { Err(Error::Timeout("the request")) }
    }
}

/// An answer that is being written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    charged: usize,
    overflow: Option<Error>,
}

/// About what a row of a graph takes.
const GRAPH_ROW: usize = 200;

/// The answer is charged in steps.
const ANSWER_STEP: usize = 1 << 18;

/// From this height on a level lets others run before it is answered.
const MANY_ROWS: usize = 1_000;

/// A value with variables put in. A variable that was not given is left out of an object and null in a list.
pub(crate) fn constant(variables: &Variables, value: &async_graphql_value::Value) -> Option<Value> {
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
