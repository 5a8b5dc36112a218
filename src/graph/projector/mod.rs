//! Keeps a graph in step with the relational store: takes what changed from the feed, reads those patients anew, puts them into
//! the graph, and says so. One loop for each store; whatever goes wrong, it starts over.
//!
//! **Invariant:** a change is acknowledged only after the graph has it, and a patient's rows are read after the change was
//! seen. So what is applied twice is applied in the newer state, and nothing that ends a gateway loses a change.
//!
//! **Invariant:** nothing is waited for without a limit, because a connection may die without a word. Whether the graph is kept in
//! step follows from when a turn last ended, and not from what was last heard ([`super::Status`]).

mod batch;
mod memory;
mod neo4j;
mod sync;

pub use memory::{build, built, to_ask};
pub(super) use neo4j::consumer_name;
pub(super) use sync::overtaken;

use super::{
    Graph, Subgraph,
    handle::Backend,
    projection::{Projected, Projector},
    rows,
};
use crate::{
    db::{Db, Sql, Table},
    error::{Error, Result},
};
use crate::{
    feed::{Consumer, Feed, Pending, REFERENCE},
    terminology::knowledge::Knowledge,
};
use batch::Aside;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};

/// How often the feed is looked at when there is nothing to do.
pub(super) const POLL: Duration = Duration::from_millis(200);
/// How long it waits at most after a failure before it tries again.
const PAUSE: Duration = Duration::from_secs(5);
/// How often a gateway shows that it lives, and looks for those that do not.
const UPKEEP: Duration = Duration::from_secs(10);
/// How long the changes of a Neo4j are kept while no gateway serves it.
pub(super) const KEEP_NEO4J_MS: i64 = 7 * 24 * 3_600_000;
/// Changes that are given out at once.
const DISTRIBUTED: u32 = 1_000;
/// Patients of one read when a graph is built in memory, or a whole one is compared.
pub(super) const READ: u32 = 500;

/// How long a step at the database may take, where nothing else is said.
const STEP: Duration = Duration::from_secs(35);
/// A step of many statements may take so many times as long as one.
const LONG: u32 = 10;
/// How long no turn may end before the graph counts as stalled, besides twice the time that its store may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a graph in memory takes in the place of that time.
const IN_MEMORY: Duration = Duration::from_secs(5);
/// How often it is looked whether the loop stands still.
const WATCH: Duration = Duration::from_secs(1);
/// How long giving back the right to write may take: the gateway is about to end.
const LEAVE: Duration = Duration::from_secs(3);

/// Projects one relational store into one graph.
pub struct Follower {
    pub(super) graph: Graph,
    pub(super) db: Db,
    pub(super) feed: Feed,
    /// The tables whose changes it gives to all consumers.
    tables: Vec<&'static Table>,
    /// Who this gateway is among those that serve the same database.
    pub(super) holder: String,
    /// How long a step at the database may take.
    step: Duration,
    /// Patients who do not fit into the graph.
    aside: Mutex<Aside>,
}

/// How far a synchronisation is: done, and in all.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

impl Follower {
    /// The projection of `db` with these tables into `graph`, by a gateway that calls itself `holder`.
    pub fn new(graph: Graph, db: Db, tables: Vec<&'static Table>, holder: String) -> Self {
        Follower { graph, feed: Feed::new(db.clone()), db, tables, holder, step: STEP, aside: Mutex::default() }
    }

    /// The same, where a step at the database may take so long: the wait for a connection, and a statement.
    pub fn with_step(self, step: Duration) -> Self {
        Follower { step, ..self }
    }

    /// Projects for as long as the gateway runs.
    pub async fn run(&self) {
        let answers = match &self.graph.backend {
            Backend::Embedded(_) => IN_MEMORY,
            Backend::Neo4j(store) => store.timeout(),
        };
        self.graph.note(|status| status.begin(PATIENCE + answers * 2));
        tokio::join!(self.follow(), self.watch());
    }

    async fn follow(&self) {
        let (mut pause, mut known) = (POLL, None);
        loop {
            let started = Instant::now();
            let ended = match &self.graph.backend {
                Backend::Embedded(store) => self.embedded(store).await,
                // Boxed: the compiler follows futures within futures only so deep.
                Backend::Neo4j(store) => Box::pin(self.neo4j(store, &mut known)).await,
            };
            self.graph.note(|status| status.leads = false);
            if started.elapsed() > PAUSE {
                pause = POLL;
            }
            if let Err(error) = ended {
                tracing::warn!("the graph is not kept in step: {error}; trying again in {} s", pause.as_secs_f32());
                self.graph.note(|status| {
                    // A graph that is only away answers again by itself; one that needs the operator is asked no more.
                    status.ready &= !matches!(error, Error::Setup(_));
                    status.last_error = Some(match error {
                        // Written for the operator, who may do something about it.
                        Error::Setup(text) => text,
                        other => other.public_message(),
                    });
                    status.failures += 1;
                });
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE);
        }
    }

    /// Says when the loop stands still, and when it goes on.
    async fn watch(&self) {
        let mut stalled = None;
        loop {
            sleep(WATCH).await;
            let status = self.graph.status();
            match (stalled, status.is_stalled()) {
                (None, true) => {
                    let since = status.since_turn().unwrap_or_default();
                    stalled = Some(Instant::now() - since);
                    tracing::warn!(
                        "the graph has not been kept in step for {} s: a store does not answer, or not in time; what the \
                         graph holds may be old",
                        since.as_secs()
                    );
                }
                (Some(since), false) => {
                    tracing::info!("the graph is kept in step again, after {} s", since.elapsed().as_secs());
                    stalled = None;
                }
                (None, false) | (Some(_), true) => {}
            }
        }
    }

    /// Gives back the right to write, so that another gateway need not wait for it to end.
    pub async fn leave(&self) -> Result<()> {
        let status = self.graph.status();
        match (&self.graph.backend, status.consumer) {
            (Backend::Neo4j(_), Some(consumer)) if status.leads => {
                let left = timeout(LEAVE, self.feed.release(consumer, &self.holder)).await;
                left.unwrap_or(Err(Error::Timeout("giving back the right to write")))
            }
            _ => Ok(()),
        }
    }

    /// Takes a step at the database, within its limit. What does not end in time is dropped with its connection, and so are those
    /// that wait beside it: they may be as dead.
    pub(super) async fn step<T>(&self, what: &'static str, step: impl Future<Output = Result<T>>) -> Result<T> {
        self.within(self.step, what, step).await
    }

    /// The same with a step of many statements.
    async fn long<T>(&self, what: &'static str, step: impl Future<Output = Result<T>>) -> Result<T> {
        self.within(self.step * LONG, what, step).await
    }

    async fn within<T>(&self, limit: Duration, what: &'static str, step: impl Future<Output = Result<T>>) -> Result<T> {
        timeout(limit, step).await.unwrap_or_else(|_late| {
            self.db.forget_idle();
            Err(Error::Timeout(what))
        })
    }

    /// Gives out what changed, and shows that we live. `false` where the consumer was dropped meanwhile.
    async fn upkeep(&self, consumer: &Consumer, keep_ms: i64, last: &mut Option<Instant>) -> Result<bool> {
        self.distribute().await?;
        if last.is_some_and(|last| last.elapsed() < UPKEEP) {
            return Ok(true);
        }
        *last = Some(Instant::now());
        let alive = self.step("keeping a consumer of changes", self.feed.keep(consumer.id, keep_ms)).await?;
        self.long("dropping consumers of changes", self.feed.drop_expired()).await?;
        Ok(alive)
    }

    pub(super) async fn distribute(&self) -> Result<()> {
        while self.step("giving out changes", self.feed.distribute(&self.tables, DISTRIBUTED)).await?
            == DISTRIBUTED as usize
        {}
        Ok(())
    }

    /// The patients of some entries, each once, as they are now.
    async fn read(&self, projector: &mut Projector, pending: &[Pending]) -> Result<Vec<Projected>> {
        let patients = pending.iter().map(|entry| entry.patient).filter(|patient| *patient != REFERENCE);
        let patients: BTreeSet<i32> = patients.collect();
        let patients: Vec<i32> = patients.into_iter().collect();
        let rows = self.long("reading patients", rows::read(&self.db, self.graph.shapes(), &patients)).await?;
        Ok(projector.project(&patients, rows))
    }

    /// The reference layer as it is now.
    pub(super) async fn reference(&self) -> Result<Subgraph> {
        self.long("reading reference data", rows::read_reference(&self.db, self.graph.shapes())).await
    }

    async fn note_backlog(&self, consumer: i32) -> Result<()> {
        let (backlog, behind_ms) = self.step("counting changes", self.feed.backlog(consumer)).await?;
        self.graph.note(|status| {
            (status.backlog, status.behind_ms) = (backlog, behind_ms);
            status.measured = Some(std::time::Instant::now());
        });
        Ok(())
    }

    /// What the catalogs know now, made known to who asks.
    pub(super) async fn knowledge(&self) -> Result<Arc<Knowledge>> {
        let known = self.graph.knowledge();
        if self.step("looking for new catalogs", Knowledge::version_of(&self.db)).await? == known.version() {
            return Ok(known);
        }
        let loaded = Arc::new(self.long("reading catalogs", Knowledge::load(&self.db)).await?);
        self.graph.learn(loaded.clone());
        Ok(loaded)
    }

    pub(super) async fn existing(&self, patients: &[i32]) -> Result<Vec<i32>> {
        let mut sql = Sql::new(self.db.dialect());
        sql.push("SELECT t.patient_id, 0 FROM ").keys(patients).straight_join();
        sql.push("Patient t ON t.patient_id = k.id");
        let found = self.step("looking for patients", self.db.numbers(&sql)).await?;
        Ok(found.into_iter().map(|(key, _)| key).collect())
    }

    fn aside(&self) -> MutexGuard<'_, Aside> {
        self.aside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
