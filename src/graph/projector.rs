//! Keeps a graph in step with the relational store: takes what changed from the feed, reads those patients anew, puts them into
//! the graph, and says so. One loop for each store; whatever goes wrong, it starts over.
//!
//! **Invariant:** a change is acknowledged only after the graph has it, and a patient's rows are read after the change was
//! seen. So what is applied twice is applied in the newer state, and nothing that ends a gateway loses a change.

use super::{
    Graph,
    embedded::{Embedded, Index},
    feed::{Consumer, Feed, Pending},
    handle::Backend,
    knowledge::Knowledge,
    neo4j::{Applied, Neo4j},
    projection::{Projected, Projector},
    rows,
};
use crate::{
    db::{Db, Sql},
    error::{Error, Result},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

/// How often the feed is looked at when there is nothing to do.
pub(super) const POLL: Duration = Duration::from_millis(200);
/// How long it waits at most after a failure before it tries again.
const PAUSE: Duration = Duration::from_secs(5);
/// How often a gateway shows that it lives, and looks for those that do not.
const UPKEEP: Duration = Duration::from_secs(10);
/// How long the changes of a gateway with a graph of its own are kept without a sign of life.
const KEEP_EMBEDDED_MS: i64 = 120_000;
/// How long the changes of a Neo4j are kept while no gateway serves it.
pub(super) const KEEP_NEO4J_MS: i64 = 7 * 24 * 3_600_000;
/// How long the right to write a Neo4j lasts without being renewed, and how often it is; as often we look whether the graph
/// is still the one that we know.
const LEASE_MS: i64 = 5_000;
const RENEW: Duration = Duration::from_millis(1_500);
/// Changes that are given out at once.
const DISTRIBUTED: u32 = 1_000;
/// Patients of one read when a graph is built in memory, and of one transaction of Neo4j.
pub(super) const READ: u32 = 500;
const WRITTEN: u32 = 64;

/// Projects one relational store into one graph.
pub struct Projection {
    pub(super) graph: Graph,
    pub(super) db: Db,
    pub(super) feed: Feed,
    /// Who this gateway is among those that serve the same database.
    pub(super) holder: String,
}

/// How far a synchronisation is: done, and in all.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

impl Projection {
    /// The projection of `db` into `graph`, by a gateway that calls itself `holder`.
    pub fn new(graph: Graph, db: Db, holder: String) -> Self {
        Projection { graph, feed: Feed::new(db.clone()), db, holder }
    }

    /// Projects for as long as the gateway runs.
    pub async fn run(&self) {
        let (mut pause, mut known) = (POLL, None);
        loop {
            let started = Instant::now();
            let ended = match &self.graph.backend {
                Backend::Embedded(store) => self.embedded(store).await,
                Backend::Neo4j(store) => self.neo4j(store, &mut known).await,
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

    /// Gives back the right to write, so that another gateway need not wait for it to end.
    pub async fn leave(&self) -> Result<()> {
        if let (Backend::Neo4j(store), true) = (&self.graph.backend, self.graph.status().leads)
            && let Some(state) = store.state().await?
        {
            let consumer = self.feed.register(&consumer_name(&state.store_id), KEEP_NEO4J_MS).await?;
            self.feed.release(consumer.id, &self.holder).await?;
        }
        Ok(())
    }

    /// Brings a Neo4j up to date and returns: with `full` every patient is compared, else those that changed. Says how many
    /// patients were looked at.
    pub async fn sync(&self, full: bool, progress: Progress<'_>) -> Result<u64> {
        let Backend::Neo4j(store) = &self.graph.backend else {
            return Err(Error::Setup(
                "graph_url is `embedded`: each gateway builds that graph when it starts and keeps it in step by itself; \
                 there is nothing to synchronise"
                    .into(),
            ));
        };
        let mut writing = self.begin(store).await?;
        if full {
            let epoch = self.take_over(writing.consumer.id).await?;
            let compared = self.renewing(writing.consumer.id, self.everything(store, &writing, epoch));
            if let Turn::Overtaken = compared.await? {
                return Err(overtaken());
            }
        }
        let done = self.catch_up(store, &mut writing, progress).await?;
        self.graph.note(|status| status.ready = true);
        Ok(done)
    }

    /// Takes the right to write, whoever has it.
    pub(super) async fn take_over(&self, consumer: i32) -> Result<i64> {
        let epoch = self.feed.acquire(consumer, &self.holder, LEASE_MS, true).await?;
        epoch.ok_or_else(|| Error::Internal("the right to write was not given".into()))
    }

    /// Works off what is pending, or waits while another gateway does, and gives back the right to write. Says how many
    /// patients were looked at.
    pub(super) async fn catch_up(&self, store: &Neo4j, writing: &mut Writing, progress: Progress<'_>) -> Result<u64> {
        let (mut done, mut last, mut goal) = (0, None, None);
        loop {
            self.upkeep(&writing.consumer, KEEP_NEO4J_MS, &mut last).await?;
            match self.turn(store, writing).await? {
                Turn::Looked(patients) => done += patients,
                // Another gateway does the work; this one waits until it is done.
                Turn::Led => sleep(POLL).await,
                Turn::Overtaken => return Err(overtaken()),
            }
            let (left, _) = self.feed.backlog(writing.consumer.id).await?;
            progress(done, done + left as u64);
            // Not when nothing is left: in a hospital where somebody always writes that moment may not come.
            if self.is_whole(writing.consumer.id, &mut goal).await? {
                break;
            }
        }
        self.feed.release(writing.consumer.id, &self.holder).await?;
        Ok(done)
    }

    /// Gives out what changed, and shows that we live. `false` where the consumer was dropped meanwhile.
    async fn upkeep(&self, consumer: &Consumer, keep_ms: i64, last: &mut Option<Instant>) -> Result<bool> {
        self.distribute().await?;
        if last.is_some_and(|last| last.elapsed() < UPKEEP) {
            return Ok(true);
        }
        *last = Some(Instant::now());
        let alive = self.feed.keep(consumer.id, keep_ms).await?;
        self.feed.drop_expired().await?;
        Ok(alive)
    }

    pub(super) async fn distribute(&self) -> Result<()> {
        while self.feed.distribute(DISTRIBUTED).await? == DISTRIBUTED as usize {}
        Ok(())
    }

    /// The patients of some entries, each once, as they are now.
    async fn read(&self, projector: &mut Projector, pending: &[Pending]) -> Result<Vec<Projected>> {
        let patients: BTreeSet<i32> = pending.iter().map(|entry| entry.patient).collect();
        let patients: Vec<i32> = patients.into_iter().collect();
        let rows = rows::read(&self.db, &patients).await?;
        Ok(projector.project(&patients, rows))
    }

    async fn note_backlog(&self, consumer: &Consumer) -> Result<()> {
        let (backlog, lag_ms) = self.feed.backlog(consumer.id).await?;
        self.graph.note(|status| (status.backlog, status.lag_ms) = (backlog, lag_ms));
        Ok(())
    }

    // ---- In this process ----

    async fn embedded(&self, store: &Embedded) -> Result<()> {
        // Before the first patient is read: what changes from now on is kept for us.
        let consumer = self.feed.register(&format!("embedded:{}", self.holder), KEEP_EMBEDDED_MS).await?;
        self.graph.note(|status| status.consumer = Some(consumer.id));
        let mut projector = None;
        if !consumer.fresh && self.graph.status().ready {
            projector = Some(Projector::new(self.graph.knowledge()));
        }
        let mut last = None;
        loop {
            if !self.upkeep(&consumer, KEEP_EMBEDDED_MS, &mut last).await? {
                self.graph.note(|status| status.ready = false);
                return Ok(());
            }
            let known = self.graph.knowledge();
            let current = Knowledge::version_of(&self.db).await?;
            let projector = match &mut projector {
                Some(projector) if current == known.version() => projector,
                stale => stale.insert(self.build(store).await?),
            };
            let pending = self.feed.pending(consumer.id, READ).await?;
            if !pending.is_empty() {
                let projected = self.read(projector, &pending).await?;
                store.put(&projected);
                let entries: Vec<i64> = pending.iter().map(|entry| entry.id).collect();
                self.feed.applied(consumer.id, &entries).await?;
                self.graph.note(|status| status.projected += projected.len() as u64);
            }
            self.graph.note(|status| {
                (status.leads, status.ready) = (true, true);
                status.last_error = None;
            });
            self.note_backlog(&consumer).await?;
            if pending.len() < READ as usize {
                sleep(POLL).await;
            }
        }
    }

    /// Builds the graph of all patients and puts it in the place of what was there.
    async fn build(&self, store: &Embedded) -> Result<Projector> {
        let started = Instant::now();
        let knowledge = Arc::new(Knowledge::load(&self.db).await?);
        let (index, projector) = build(&self.db, knowledge.clone()).await?;
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

    // ---- In Neo4j ----

    /// `known` is the graph that was served before.
    async fn neo4j(&self, store: &Neo4j, known: &mut Option<Consumer>) -> Result<()> {
        if let Some(known) = known {
            // How far it falls behind is known while it is away, too.
            self.note_backlog(known).await?;
        }
        let mut writing = self.begin(store).await?;
        if known.replace(writing.consumer.clone()).is_none_or(|known| known.id != writing.consumer.id) {
            self.graph.note(|status| status.ready = false);
        }
        let (mut last, mut seen, mut goal) = (None, Instant::now(), None);
        loop {
            if !self.upkeep(&writing.consumer, KEEP_NEO4J_MS, &mut last).await? {
                return Ok(());
            }
            if seen.elapsed() > RENEW {
                let state = store.state().await?;
                if state.is_none_or(|state| consumer_name(&state.store_id) != writing.consumer.name) {
                    tracing::warn!("the graph was emptied or replaced: it is made anew");
                    self.graph.note(|status| status.ready = false);
                    return Ok(());
                }
                seen = Instant::now();
            }
            let turn = self.turn(store, &mut writing).await?;
            self.note_backlog(&writing.consumer).await?;
            let whole = self.graph.is_ready() || self.is_whole(writing.consumer.id, &mut goal).await?;
            self.graph.note(|status| {
                (status.leads, status.ready) = (matches!(turn, Turn::Looked(_)), whole);
                status.last_error = None;
            });
            match turn {
                Turn::Looked(patients) => {
                    self.graph.note(|status| status.projected += patients);
                    if patients < u64::from(WRITTEN) / 2 {
                        sleep(POLL).await;
                    }
                }
                Turn::Led => sleep(POLL).await,
                Turn::Overtaken => return Ok(()),
            }
        }
    }

    /// Whether the graph holds everybody. A new one answers nothing before: half a record would be taken for the whole. `goal`
    /// is the last entry of those to wait for; changes never end, and what comes after it is only late.
    async fn is_whole(&self, consumer: i32, goal: &mut Option<i64>) -> Result<bool> {
        if goal.is_none() && self.feed.catalog_of(consumer).await?.is_some() {
            *goal = Some(self.feed.last_pending(consumer).await?.unwrap_or_default());
        }
        let Some(goal) = goal else { return Ok(false) };
        Ok(self.feed.pending(consumer, 1).await?.first().is_none_or(|first| first.id > *goal))
    }

    /// Readies a Neo4j and makes it a consumer.
    pub(super) async fn begin(&self, store: &Neo4j) -> Result<Writing> {
        // First, because questions about it need no Neo4j.
        let knowledge = self.knowledge().await?;
        let state = store.prepare(&self.feed.database_id().await?).await?;
        let consumer = self.feed.register(&consumer_name(&state.store_id), KEEP_NEO4J_MS).await?;
        self.graph.note(|status| status.consumer = Some(consumer.id));
        Ok(Writing { consumer, epoch: None, renewed: None, projector: Projector::new(knowledge), batch: WRITTEN })
    }

    /// What the catalogs know now, made known to who asks.
    pub(super) async fn knowledge(&self) -> Result<Arc<Knowledge>> {
        let known = self.graph.knowledge();
        if Knowledge::version_of(&self.db).await? == known.version() {
            return Ok(known);
        }
        let loaded = Arc::new(Knowledge::load(&self.db).await?);
        self.graph.learn(loaded.clone());
        Ok(loaded)
    }

    /// One step: lead, if nobody else does, and project one batch.
    async fn turn(&self, store: &Neo4j, writing: &mut Writing) -> Result<Turn> {
        let consumer = writing.consumer.id;
        let knowledge = self.knowledge().await?;
        if knowledge.version() != writing.projector.knowledge.version() {
            writing.projector = Projector::new(knowledge);
        }
        if writing.renewed.is_none_or(|renewed| renewed.elapsed() > RENEW) {
            writing.epoch = self.feed.acquire(consumer, &self.holder, LEASE_MS, false).await?;
            writing.renewed = writing.epoch.map(|_| Instant::now());
        }
        let Some(epoch) = writing.epoch else { return Ok(Turn::Led) };
        if self.feed.catalog_of(consumer).await?.as_deref() != Some(writing.projector.knowledge.version())
            && let Turn::Overtaken = self.renewing(consumer, self.everything(store, writing, epoch)).await?
        {
            return Ok(Turn::Overtaken);
        }
        let pending = self.feed.pending(consumer, writing.batch).await?;
        if pending.is_empty() {
            return Ok(Turn::Looked(0));
        }
        let projected = self.read(&mut writing.projector, &pending).await?;
        let wanted: Vec<_> = projected.iter().map(|patient| writing.projector.subgraph(patient)).collect();
        match store.apply(epoch, &wanted).await {
            Ok(Applied::Refused) => return Ok(Turn::Overtaken),
            Ok(_) => writing.batch = (writing.batch * 2).min(WRITTEN),
            Err(error) => {
                // Too much at once for its time limit, it may be; a batch of one patient always fits.
                writing.batch = (writing.batch / 2).max(1);
                return Err(error);
            }
        }
        let entries: Vec<i64> = pending.iter().map(|entry| entry.id).collect();
        self.feed.applied(consumer, &entries).await?;
        Ok(Turn::Looked(projected.len() as u64))
    }

    /// Does work that may take longer than the right to write lasts, and renews it meanwhile.
    pub(super) async fn renewing<T>(&self, consumer: i32, work: impl Future<Output = Result<T>>) -> Result<T> {
        let renewal = async {
            loop {
                sleep(RENEW).await;
                // Where somebody else has it by now, the graph refuses the work.
                if let Err(error) = self.feed.acquire(consumer, &self.holder, LEASE_MS, false).await {
                    return error;
                }
            }
        };
        tokio::select! {
            done = work => done,
            error = renewal => Err(error),
        }
    }

    /// Writes what the catalogs know, removes patients that are no more, and has every patient looked at.
    async fn everything(&self, store: &Neo4j, writing: &Writing, epoch: i64) -> Result<Turn> {
        let knowledge = &writing.projector.knowledge;
        let (concepts, facts) = (knowledge.concepts(), knowledge.facts());
        if store.apply_knowledge(epoch, concepts, facts, knowledge.version()).await? == Applied::Refused {
            return Ok(Turn::Overtaken);
        }
        let mut after = i32::MIN;
        loop {
            let there = store.patients(after, READ).await?;
            let Some(last) = there.last() else { break };
            after = *last;
            let known: BTreeSet<i32> = self.existing(&there).await?.into_iter().collect();
            let gone = there.iter().filter(|patient| !known.contains(patient)).map(|patient| super::Subgraph {
                patient: *patient,
                nodes: Vec::new(),
                links: Vec::new(),
            });
            let gone: Vec<_> = gone.collect();
            if !gone.is_empty() && store.apply(epoch, &gone).await? == Applied::Refused {
                return Ok(Turn::Overtaken);
            }
        }
        match self.feed.enqueue_all(writing.consumer.id, knowledge.version()).await? {
            true => Ok(Turn::Looked(0)),
            false => Ok(Turn::Overtaken),
        }
    }

    pub(super) async fn existing(&self, patients: &[i32]) -> Result<Vec<i32>> {
        let mut sql = Sql::new(self.db.dialect());
        sql.push("SELECT t.patient_id, 0 FROM ").keys(patients).straight_join();
        sql.push("Patient t ON t.patient_id = k.id");
        Ok(self.db.numbers(&sql).await?.into_iter().map(|(key, _)| key).collect())
    }
}

/// A Neo4j that a gateway stands ready to write.
pub(super) struct Writing {
    pub(super) consumer: Consumer,
    /// The right to write, while it is ours.
    epoch: Option<i64>,
    renewed: Option<Instant>,
    projector: Projector,
    /// Patients of the next transaction.
    batch: u32,
}

/// How a step of writing ended.
enum Turn {
    /// So many patients were projected.
    Looked(u64),
    /// Another gateway leads.
    Led,
    /// Another gateway has taken over, or the graph is not the one we began with.
    Overtaken,
}

pub(super) fn overtaken() -> Error {
    Error::Setup("another gateway has taken over; run it again".into())
}

pub(super) fn consumer_name(store_id: &str) -> String {
    format!("neo4j:{store_id}")
}

/// A graph in this process of all that the relational store holds now; nobody keeps it in step.
pub async fn built(db: &Db) -> Result<Graph> {
    let graph = Graph::embedded();
    let knowledge = Arc::new(Knowledge::load(db).await?);
    if let Backend::Embedded(store) = &graph.backend {
        store.replace(build(db, knowledge.clone()).await?.0);
    }
    graph.learn(knowledge);
    graph.note(|status| status.ready = true);
    Ok(graph)
}

/// The graph to be asked once and kept in step by nobody here: a Neo4j that holds the store's records as it stands, or one
/// built in this process.
pub async fn to_ask(graph: &Graph, db: &Db) -> Result<Graph> {
    let Backend::Neo4j(store) = &graph.backend else { return built(db).await };
    let state = store.state_of(&Feed::new(db.clone()).database_id().await?).await?;
    if state.is_none_or(|state| state.catalog.is_none()) {
        return Err(Error::Setup("the graph was never filled: run `medimax sync`".into()));
    }
    graph.learn(Arc::new(Knowledge::load(db).await?));
    graph.note(|status| status.ready = true);
    Ok(graph.clone())
}

/// The graph of all patients, in memory. Each batch is projected while the next is read.
pub async fn build(db: &Db, knowledge: Arc<Knowledge>) -> Result<(Index, Projector)> {
    let (mut index, mut projector) = (Index::default(), Projector::new(knowledge));
    let mut patients = rows::patients_after(db, i32::MIN, READ).await?;
    let mut read = rows::read(db, &patients).await?;
    while let Some(last) = patients.last().copied() {
        let batch = std::mem::take(&mut patients);
        let working = tokio::task::spawn_blocking(move || {
            projector.project(&batch, read).iter().for_each(|patient| index.put(patient));
            (index, projector)
        });
        let reading = async {
            let patients = rows::patients_after(db, last, READ).await?;
            let read = rows::read(db, &patients).await?;
            Ok::<_, Error>((patients, read))
        };
        let (worked, next) = tokio::join!(working, reading);
        (index, projector) = worked.map_err(|error| Error::Internal(format!("building the graph failed: {error}")))?;
        (patients, read) = next?;
    }
    Ok((index, projector))
}
