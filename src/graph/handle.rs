//! The graph as the rest of the gateway sees it: answers in a fixed order from whichever store there is, what the catalogs know, and how
//! the projection is doing.

use super::{
    Asked, At, CarePath, Clinical, Counts, Drawing, Having, Own, Similar, Store,
    embedded::Embedded,
    knowledge::Knowledge,
    neo4j::{self, Neo4j},
    share,
    status::Status,
    watch::{Ran, Watcher},
};
use crate::{
    error::{Error, Result},
    scope::Scope,
};
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

/// The graph store, the knowledge beside it, and their state. Clones share them.
#[derive(Clone)]
pub struct Graph {
    pub(super) backend: Backend,
    knowledge: Arc<RwLock<Arc<Knowledge>>>,
    status: Arc<Mutex<Status>>,
    /// Who is told what the graph in this process is asked; a Neo4j tells its own.
    watcher: Option<Watcher>,
}

/// Which store there is.
#[derive(Clone)]
pub(super) enum Backend {
    Embedded(Arc<Embedded>),
    Neo4j(Arc<Neo4j>),
}

impl Graph {
    /// A graph in this process, empty until it is built.
    pub fn embedded() -> Self {
        Graph::new(Backend::Embedded(Arc::default()))
    }

    /// A graph in Neo4j.
    pub fn neo4j(neo4j: Neo4j) -> Self {
        Graph::new(Backend::Neo4j(Arc::new(neo4j)))
    }

    fn new(backend: Backend) -> Self {
        Graph { backend, knowledge: Arc::default(), status: Arc::default(), watcher: None }
    }

    /// `embedded` or `neo4j`.
    pub fn store_name(&self) -> &'static str {
        match &self.backend {
            Backend::Embedded(_) => "embedded",
            Backend::Neo4j(_) => "neo4j",
        }
    }

    fn store(&self) -> Result<&dyn Store> {
        match &self.backend {
            Backend::Embedded(store) => Ok(&**store),
            Backend::Neo4j(store) if self.is_ready() => Ok(&**store),
            Backend::Neo4j(_) => Err(Error::Graph("it is not known to hold all records".into())),
        }
    }

    /// The same graph; it tells the watcher of each question that it is asked.
    pub fn watched(&self, watcher: Watcher) -> Self {
        match &self.backend {
            Backend::Embedded(_) => Graph { watcher: Some(watcher), ..self.clone() },
            Backend::Neo4j(store) => {
                Graph { backend: Backend::Neo4j(Arc::new(store.watched(watcher))), ..self.clone() }
            }
        }
    }

    /// Has a question answered, and its watcher told.
    async fn answered<T>(
        &self,
        name: &'static str,
        keys: Option<usize>,
        answer: impl Future<Output = Result<Vec<T>>>,
    ) -> Result<Vec<T>> {
        let Some(watcher) = &self.watcher else { return answer.await };
        let since = Instant::now();
        let answer = answer.await;
        watcher.tell(&Ran {
            name,
            cypher: None,
            rows: answer.as_ref().ok().map(Vec::len),
            since,
            wait: Duration::ZERO,
            took: since.elapsed(),
            keys,
            parameters: &|| keys.map(|keys| format!("keys: {keys}")).into_iter().collect(),
        });
        answer
    }

    /// How many connections to it are in use; the one in this process has none.
    pub fn pool(&self) -> Option<neo4j::PoolState> {
        match &self.backend {
            Backend::Embedded(_) => None,
            Backend::Neo4j(store) => Some(store.pool()),
        }
    }

    /// The same graph, asked over a connection of its own: whoever asks whether it answers does not wait behind others.
    pub fn apart(&self) -> Result<Self> {
        Ok(match &self.backend {
            Backend::Embedded(_) => self.clone(),
            Backend::Neo4j(store) => {
                Graph { backend: Backend::Neo4j(Arc::new(store.apart(store.timeout())?)), ..self.clone() }
            }
        })
    }

    /// What the catalogs know.
    pub fn knowledge(&self) -> Arc<Knowledge> {
        self.knowledge.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn learn(&self, knowledge: Arc<Knowledge>) {
        *self.knowledge.write().unwrap_or_else(PoisonError::into_inner) = knowledge;
    }

    /// How the projection is doing.
    pub fn status(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it may be asked (see [`Status::ready`]).
    pub fn is_ready(&self) -> bool {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).ready
    }

    pub(super) fn note(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The clinical relationships at these entries: the same pair's surest reason first.
    pub async fn clinical(&self, at: At, keys: &[i32]) -> Result<Vec<Clinical>> {
        let store = self.store()?;
        sorted(self.answered("clinical", Some(keys.len()), store.clinical(at, keys)).await)
    }

    /// Symptom → condition ← medication, within each of these patients.
    pub async fn care_paths(&self, patients: &[i32]) -> Result<Vec<CarePath>> {
        let store = self.store()?;
        sorted(self.answered("care_paths", Some(patients.len()), store.care_paths(patients)).await)
    }

    /// The symptoms, conditions and medications of these patients.
    pub async fn own(&self, patients: &[i32]) -> Result<Vec<Own>> {
        let store = self.store()?;
        sorted(self.answered("own", Some(patients.len()), store.own(patients)).await)
    }

    /// The patients in scope who have most in common with each of these, most first.
    pub async fn similar(&self, asked: &[Asked], scope: &Scope, first: u32) -> Result<Vec<(Similar, f64)>> {
        let store = self.store()?;
        let found = self.answered("similar", Some(asked.len()), store.similar(asked, scope, first)).await?;
        let scored = found.into_iter().filter_map(|similar| {
            let of = asked.iter().find(|asked| asked.patient == similar.patient)?;
            let score = share(of, &similar);
            Some((similar, score))
        });
        let mut scored: Vec<_> = scored.collect();
        scored.sort_by(|(a, by_a), (b, by_b)| by_b.total_cmp(by_a).then(a.other.cmp(&b.other)));
        Ok(scored)
    }

    /// The patients who have this, smallest key first.
    pub async fn patients_with(&self, having: &Having) -> Result<Vec<i32>> {
        let store = self.store()?;
        sorted(self.answered("patients_with", None, store.patients_with(having)).await)
    }

    /// The whole sub-graph of these patients.
    pub async fn drawing(&self, patients: &[i32], most: u32) -> Result<Vec<Drawing>> {
        let store = self.store()?;
        let mut drawings = self.answered("drawing", Some(patients.len()), store.drawing(patients, most)).await?;
        for drawing in &mut drawings {
            drawing.nodes.sort_unstable();
            drawing.links.sort_unstable();
            // Several facts may be behind one pair; a drawing shows one line.
            drawing.links.dedup();
        }
        drawings.sort_unstable_by_key(|drawing| drawing.patient);
        Ok(drawings)
    }

    /// How much there is.
    pub async fn counts(&self) -> Result<Counts> {
        self.store()?.counts().await
    }
}

/// Stores answer in any order; here it becomes one.
fn sorted<T: Ord>(found: Result<Vec<T>>) -> Result<Vec<T>> {
    let mut found = found?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
