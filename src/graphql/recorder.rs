//! The statements of a request: what metrics count, traces show and `explain` prints.
//!
//! Of each statement a few numbers are always kept. Its text, its parameters' shapes and who asked for it are kept only where
//! somebody will read them ([`Recorder::whole`]); values of parameters never leave the statement.

use crate::{
    db::{self, Db, Sql},
    graph::{Graph, watch::Watcher},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

tokio::task_local! {
    /// Who asks for the statements that are sent now. Set for as long as a field is loaded; it holds nothing beyond that.
    static ASKING: Arc<Origin>;
}

/// Which store a statement went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Store {
    /// The relational one.
    Database,
    /// The graph.
    Graph,
    /// The graph in this process, which is sent nothing. What it is asked is kept only where somebody reads it.
    Memory,
}

impl Store {
    /// As metrics call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Store::Database => "database",
            Store::Graph => "graph",
            Store::Memory => "memory",
        }
    }

    /// The language that it is asked in, as `explain` calls it.
    pub fn language(self) -> &'static str {
        match self {
            Store::Database => "SQL",
            Store::Graph => "CYPHER",
            Store::Memory => "MEMORY",
        }
    }
}

/// A statement that a request sent.
#[derive(Debug, Clone)]
pub struct Ran {
    /// What it was for: the relation, the entity or the question.
    pub what: &'static str,
    /// Where it was sent.
    pub store: Store,
    /// How many keys it was sent for, if it starts from keys.
    pub keys: Option<usize>,
    /// How many rows it answered or touched; `None` where it failed or was given up.
    pub rows: Option<usize>,
    /// When it was begun, since the request began.
    pub start: Duration,
    /// How long it waited for a connection.
    pub wait: Duration,
    /// How long the store worked on it.
    pub took: Duration,
    /// The rest, where somebody reads it.
    pub detail: Option<Detail>,
}

/// What only a reader of the statement wants to know.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The statement.
    pub statement: Statement,
    /// Its parameters without their values.
    pub parameters: Vec<String>,
    origin: Option<Arc<Origin>>,
}

/// A statement, to whichever store.
#[derive(Debug, Clone)]
pub enum Statement {
    /// To the relational store.
    Sql(Sql),
    /// To the graph.
    Cypher(String),
    /// To none: a walk of the graph in this process.
    Walk,
}

impl Statement {
    /// Its text, with marks in the place of parameters.
    pub fn shown(&self) -> String {
        match self {
            Statement::Sql(sql) => sql.shown(),
            Statement::Cypher(text) => text.clone(),
            Statement::Walk => "a walk of the graph in the gateway itself".to_owned(),
        }
    }
}

impl Detail {
    /// How deep in the answer it was asked for, the root's fields being 1, and by which fields.
    pub fn asked(&self) -> (usize, Vec<String>) {
        let Some(origin) = &self.origin else { return (1, Vec::new()) };
        let asked: BTreeSet<Place> = match &**origin {
            Origin::Field(place) => [place.clone()].into(),
            Origin::Keys(askers, keys) => {
                let askers = askers.0.lock().unwrap_or_else(PoisonError::into_inner);
                let touches = |asked: &[i32]| asked.iter().any(|key| keys.binary_search(key).is_ok());
                askers.iter().filter(|(asked, _)| touches(asked)).map(|(_, place)| place.clone()).collect()
            }
        };
        let level = asked.first().map_or(1, |place| place.level);
        (level, asked.into_iter().map(|place| place.path).collect())
    }
}

/// A place in the answer, whatever the row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Levels of rows above, this one included.
    pub(crate) level: usize,
    /// Response keys, without places in lists.
    pub(crate) path: String,
}

/// Who asks for a statement.
#[derive(Debug)]
enum Origin {
    /// One field.
    Field(Place),
    /// Whichever fields ask a loader for these keys, also while they are on their way.
    Keys(Askers, Arc<[i32]>),
}

/// The fields that asked a loader, each with its keys in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Askers(Arc<Mutex<Vec<Asker>>>);
type Asker = (Arc<[i32]>, Place);

/// Keeps the statements of a request. Clones share them.
#[derive(Clone)]
pub struct Recorder(Arc<Record>);

struct Record {
    began: Instant,
    whole: bool,
    ran: Mutex<Vec<Ran>>,
    prepared: OnceLock<Duration>,
}

impl Default for Recorder {
    fn default() -> Self {
        Recorder::since(Instant::now(), false)
    }
}

impl Recorder {
    /// One for a request that began then; `whole` where somebody reads the statements themselves.
    pub fn since(began: Instant, whole: bool) -> Self {
        Recorder(Arc::new(Record { began, whole, ran: Mutex::default(), prepared: OnceLock::new() }))
    }

    /// One that keeps statements whole, for a request that begins now.
    pub fn whole() -> Self {
        Recorder::since(Instant::now(), true)
    }

    /// Whether somebody reads the statements themselves.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.whole
    }

    /// The statements so far, those that ended first before others.
    pub fn ran(&self) -> Vec<Ran> {
        self.0.ran.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long after the request began its document was known to be good; `None` where it was not.
    pub fn prepared(&self) -> Option<Duration> {
        self.0.prepared.get().copied()
    }

    /// Notes that the document is known to be good.
    pub(crate) fn is_prepared(&self) {
        self.0.prepared.get_or_init(|| self.0.began.elapsed());
    }

    /// The database, which tells of its statements from now on.
    pub(crate) fn of_database(&self, db: &Db) -> Db {
        let recorder = self.clone();
        db.watched(Arc::new(move |ran: &db::Ran<'_>| {
            let detail = || (Statement::Sql(ran.sql.clone()), ran.sql.parameters());
            recorder.note(
                Ran {
                    what: ran.sql.name(),
                    store: Store::Database,
                    keys: ran.sql.sent_for(),
                    rows: ran.rows,
                    start: recorder.since_began(ran.since),
                    wait: ran.wait,
                    took: ran.took,
                    detail: None,
                },
                detail,
            );
        }))
    }

    /// The graph, which tells of its statements from now on.
    pub(crate) fn of_graph(&self, graph: &Graph) -> Graph {
        let recorder = self.clone();
        graph.watched(Watcher::new(move |ran| {
            if ran.cypher.is_none() && !recorder.0.whole {
                return;
            }
            let statement = || ran.cypher.map_or(Statement::Walk, |cypher| Statement::Cypher(cypher.to_owned()));
            recorder.note(
                Ran {
                    what: ran.name,
                    store: if ran.cypher.is_some() { Store::Graph } else { Store::Memory },
                    keys: ran.keys,
                    rows: ran.rows,
                    start: recorder.since_began(ran.since),
                    wait: ran.wait,
                    took: ran.took,
                    detail: None,
                },
                || (statement(), (ran.parameters)()),
            );
        }))
    }

    fn since_began(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.0.began)
    }

    fn note(&self, mut ran: Ran, detail: impl FnOnce() -> (Statement, Vec<String>)) {
        ran.detail = self.0.whole.then(|| {
            let (statement, parameters) = detail();
            Detail { statement, parameters, origin: ASKING.try_with(Arc::clone).ok() }
        });
        self.0.ran.lock().unwrap_or_else(PoisonError::into_inner).push(ran);
    }

    /// Loads a field, whose place is looked for only where somebody wants to know.
    pub(crate) async fn asked_by<T>(&self, place: impl FnOnce() -> Place, load: impl Future<Output = T>) -> T {
        match self.0.whole {
            true => ASKING.scope(Arc::new(Origin::Field(place())), load).await,
            false => load.await,
        }
    }

    /// Notes that the field that is being loaded asks a loader for keys.
    pub(crate) fn asks(&self, askers: &Askers, keys: &Arc<[i32]>) {
        if !self.0.whole {
            return;
        }
        let place =
            ASKING.try_with(|origin| if let Origin::Field(place) = &**origin { Some(place.clone()) } else { None });
        if let Ok(Some(place)) = place {
            askers.0.lock().unwrap_or_else(PoisonError::into_inner).push((keys.clone(), place));
        }
    }

    /// Fetches what a loader was asked for.
    pub(crate) async fn on_behalf<T>(&self, askers: &Askers, keys: &[i32], fetch: impl Future<Output = T>) -> T {
        match self.0.whole {
            true => ASKING.scope(Arc::new(Origin::Keys(askers.clone(), keys.into())), fetch).await,
            false => fetch.await,
        }
    }
}
