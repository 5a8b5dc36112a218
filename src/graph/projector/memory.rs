//! The graph in this process: built from all patients at the start, then a patient's block is replaced by the next.

use super::{
    super::{
        Graph,
        embedded::{Embedded, Index},
        handle::Backend,
        projection::Projector,
        rows,
        shape::Shapes,
    },
    Follower, POLL, READ,
};
use crate::{
    db::Db,
    error::{Error, Result},
};
use crate::{
    feed::{EMBEDDED, Feed, REFERENCE},
    terminology::knowledge::Knowledge,
};
use std::sync::Arc;
use tokio::time::{Instant, sleep};

/// How long the changes of a gateway with a graph of its own are kept without a sign of life.
const KEEP_MS: i64 = 120_000;

impl Follower {
    pub(super) async fn embedded(&self, store: &Embedded) -> Result<()> {
        // Before the first patient is read: what changes from now on is kept for us.
        let name = format!("{EMBEDDED}{}", self.holder);
        let consumer = self.step("registering for changes", self.feed.register(&name, KEEP_MS)).await?;
        self.graph.note(|status| status.consumer = Some(consumer.id));
        let mut projector = None;
        if !consumer.fresh && self.graph.status().ready {
            projector = Some(Projector::new(self.graph.shapes(), self.graph.knowledge()));
        }
        let mut last = None;
        loop {
            if !self.upkeep(&consumer, KEEP_MS, &mut last).await? {
                self.graph.note(|status| status.ready = false);
                return Ok(());
            }
            let known = self.graph.knowledge();
            let current = self.step("looking for new catalogs", Knowledge::version_of(&self.db)).await?;
            let projector = match &mut projector {
                Some(projector) if current == known.version() => projector,
                stale => stale.insert(self.build(store).await?),
            };
            let pending = self.step("reading changes", self.feed.pending(consumer.id, READ)).await?;
            if !pending.is_empty() {
                if pending.iter().any(|entry| entry.patient == REFERENCE) {
                    store.put_reference(&self.reference().await?);
                }
                let projected = self.read(projector, &pending).await?;
                store.put(&projected);
                let entries: Vec<i64> = pending.iter().map(|entry| entry.id).collect();
                self.step("noting what was done", self.feed.applied(consumer.id, &entries)).await?;
                self.graph.note(|status| status.projected += projected.len() as u64);
            }
            self.note_backlog(consumer.id).await?;
            self.graph.note(|status| {
                (status.leads, status.ready) = (true, true);
                status.last_error = None;
                status.turn();
            });
            if pending.len() < READ as usize {
                sleep(POLL).await;
            }
        }
    }

    /// Builds the graph of all patients and puts it in the place of what was there.
    async fn build(&self, store: &Embedded) -> Result<Projector> {
        let started = Instant::now();
        let knowledge = Arc::new(self.long("reading catalogs", Knowledge::load(&self.db)).await?);
        let (index, projector) = self.build_whole(knowledge.clone()).await?;
        let counts = index.counts();
        self.graph.learn(knowledge);
        store.replace(index);
        self.graph.note(|status| status.projected += counts.patients as u64);
        tracing::info!(
            "graph built in memory: {} patients, {} nodes, {} relationships, {} ms",
            counts.patients,
            counts.nodes,
            counts.relationships,
            started.elapsed().as_millis()
        );
        Ok(projector)
    }

    /// The graph of all patients. Each batch is projected while the next is read.
    async fn build_whole(&self, knowledge: Arc<Knowledge>) -> Result<(Index, Projector)> {
        let shapes = self.graph.shapes();
        let (mut index, mut projector) = (Index::new(shapes), Projector::new(shapes, knowledge));
        index.put_reference(&self.reference().await?);
        let (mut patients, mut read) = self.batch_after(i32::MIN).await?;
        while let Some(last) = patients.last().copied() {
            let batch = std::mem::take(&mut patients);
            let working = tokio::task::spawn_blocking(move || {
                projector.project(&batch, read).iter().for_each(|patient| index.put(patient));
                (index, projector)
            });
            let (worked, next) = tokio::join!(working, self.batch_after(last));
            (index, projector) =
                worked.map_err(|error| Error::Internal(format!("building the graph failed: {error}")))?;
            (patients, read) = next?;
            self.graph.note(super::super::Status::turn);
        }
        Ok((index, projector))
    }

    async fn batch_after(&self, last: i32) -> Result<(Vec<i32>, rows::Rows)> {
        let reading = async {
            let patients = rows::patients_after(&self.db, last, READ).await?;
            let read = rows::read(&self.db, self.graph.shapes(), &patients).await?;
            Ok((patients, read))
        };
        self.long("reading patients", reading).await
    }
}

/// A graph in this process of all that the relational store holds now; nobody keeps it in step.
pub async fn built(shapes: &'static Shapes, db: &Db) -> Result<Graph> {
    let graph = Graph::embedded(shapes);
    let knowledge = Arc::new(Knowledge::load(db).await?);
    if let Backend::Embedded(store) = &graph.backend {
        store.replace(build(shapes, db, knowledge.clone()).await?.0);
    }
    graph.learn(knowledge);
    graph.note(|status| status.ready = true);
    Ok(graph)
}

/// The graph to be asked once and kept in step by nobody here: a Neo4j that holds the store's records as it stands, or one
/// built in this process.
pub async fn to_ask(graph: &Graph, db: &Db) -> Result<Graph> {
    let Backend::Neo4j(store) = &graph.backend else { return built(graph.shapes(), db).await };
    let state = store.state_of(&Feed::new(db.clone()).database_id().await?).await?;
    if state.is_none_or(|state| state.catalog.is_none()) {
        return Err(Error::Setup("the graph was never filled: run `medimax sync`".into()));
    }
    graph.learn(Arc::new(Knowledge::load(db).await?));
    graph.note(|status| status.ready = true);
    Ok(graph.clone())
}

/// The graph of all patients, in memory.
pub async fn build(shapes: &'static Shapes, db: &Db, knowledge: Arc<Knowledge>) -> Result<(Index, Projector)> {
    Follower::new(Graph::embedded(shapes), db.clone(), Vec::new(), String::new()).build_whole(knowledge).await
}
