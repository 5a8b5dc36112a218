//! A Neo4j: one gateway at a time writes it, a batch of patients a statement, and looks every now and then whether it is still
//! the graph that the database knows.

use super::{
    super::{
        Status, Subgraph,
        neo4j::{Applied, Neo4j, Written},
        projection::Projector,
        reference::Reference,
        rows,
    },
    Follower, KEEP_NEO4J_MS, POLL, READ,
    batch::Batch,
};
use crate::error::{Error, Result};
use crate::feed::{Consumer, Pending, REFERENCE};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{Instant, sleep};

/// How long the right to write a Neo4j lasts without being renewed, and how often it is; as often we look whether the graph
/// is still the one that we know.
pub(super) const LEASE_MS: i64 = 5_000;
const RENEW: Duration = Duration::from_millis(1_500);

/// How many times as long as a question's may the time limit be of a statement that writes several patients, and of one that
/// writes as little as can be, or what catalogs know.
const SEVERAL: u32 = 4;
const ALONE: u32 = 24;
/// Rows of one statement where a patient is written alone.
const ROWS: usize = 2_000;
/// Patients who are removed at once.
const REMOVED: usize = 32;

/// A Neo4j that a gateway stands ready to write.
pub(in crate::graph) struct Writing {
    pub(in crate::graph) consumer: Consumer,
    /// The graph, over a connection of its own.
    store: Neo4j,
    /// The right to write, while it is ours.
    pub(super) epoch: Option<i64>,
    renewed: Option<Instant>,
    /// The mark that the graph bears.
    held: i64,
    /// The graph is older than what it was told, and whoever leads has yet to see that.
    doubted: bool,
    projector: Projector,
    /// Whether the graph holds the reference data that the projector refers to. Nobody knows of those that another gateway wrote.
    refers: bool,
    batch: Batch,
}

/// How a step of writing ended.
pub(super) enum Turn {
    /// So many patients were projected, and whether there are more.
    Looked(u64, bool),
    /// Another gateway leads.
    Led,
    /// Another gateway has taken over.
    Overtaken,
    /// The graph is not the one that we began with.
    Replaced,
}

/// Whether the graph is still the one that the database knows.
pub(super) enum Seen {
    Same,
    Overtaken,
    Replaced,
}

impl Writing {
    /// The graph, for a statement that writes several patients.
    fn several(&self) -> Neo4j {
        self.store.with_timeout(self.store.timeout() * SEVERAL)
    }

    /// The graph, for a statement that cannot be made smaller.
    fn alone(&self) -> Neo4j {
        self.store.with_timeout(self.store.timeout() * ALONE)
    }
}

impl Follower {
    /// `known` is the graph that was served before.
    pub(super) async fn neo4j(&self, store: &Neo4j, known: &mut Option<Consumer>) -> Result<()> {
        if let Some(known) = known {
            // How far it falls behind is known while it is away, too.
            self.note_backlog(known.id).await?;
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
                match self.recognise(&mut writing).await? {
                    Seen::Same => seen = Instant::now(),
                    Seen::Overtaken => return Ok(()),
                    Seen::Replaced => {
                        self.graph.note(|status| status.ready = false);
                        return Ok(());
                    }
                }
            }
            let turn = self.turn(&mut writing).await?;
            self.note_backlog(writing.consumer.id).await?;
            let whole =
                !writing.doubted && (self.graph.is_ready() || self.is_whole(writing.consumer.id, &mut goal).await?);
            self.graph.note(|status| {
                (status.leads, status.ready) = (matches!(turn, Turn::Looked(..)), whole);
                status.last_error = None;
                status.turn();
            });
            match turn {
                Turn::Looked(patients, more) => {
                    self.graph.note(|status| status.projected += patients);
                    if !more {
                        sleep(POLL).await;
                    }
                }
                Turn::Led => sleep(POLL).await,
                Turn::Overtaken => return Ok(()),
                Turn::Replaced => {
                    self.graph.note(|status| status.ready = false);
                    return Ok(());
                }
            }
        }
    }

    /// Whether the graph holds everybody. A new one answers nothing before: half a record would be taken for the whole. `goal`
    /// is the last entry of those to wait for; changes never end, and what comes after it is only late.
    pub(super) async fn is_whole(&self, consumer: i32, goal: &mut Option<i64>) -> Result<bool> {
        let looking = async {
            if goal.is_none() && self.feed.catalog_of(consumer).await?.is_some() {
                *goal = Some(self.feed.last_pending(consumer).await?.unwrap_or_default());
            }
            let Some(goal) = goal else { return Ok(false) };
            Ok(self.feed.pending(consumer, 1).await?.first().is_none_or(|first| first.id > *goal))
        };
        self.step("looking what is left to do", looking).await
    }

    /// Readies a Neo4j and makes it a consumer.
    pub(in crate::graph) async fn begin(&self, store: &Neo4j) -> Result<Writing> {
        // First, because questions about it need no Neo4j.
        let knowledge = self.knowledge().await?;
        let database = self.step("reading the database's name", self.feed.database_id()).await?;
        let store = store.apart(store.timeout() * ALONE)?;
        // One that does not answer is not waited for as long as indexes may take.
        store.state().await?;
        let state = store.with_timeout(store.timeout() * ALONE).prepare(&database).await?;
        let name = consumer_name(&state.store_id);
        let consumer = self.step("registering for changes", self.feed.register(&name, KEEP_NEO4J_MS)).await?;
        if consumer.fresh && state.catalog.is_some() {
            tracing::warn!(
                "the database keeps no account of this graph (one of the two was restored from a backup, or nobody kept the \
                 graph in step for long): every patient is compared, and the graph answers when it holds them all"
            );
        }
        self.graph.note(|status| status.consumer = Some(consumer.id));
        let mut writing = Writing {
            consumer,
            store,
            epoch: None,
            renewed: None,
            held: 0,
            doubted: false,
            projector: Projector::new(self.graph.shapes(), knowledge),
            refers: false,
            batch: Batch::default(),
        };
        self.let_go(&mut writing).await?;
        Ok(writing)
    }

    /// Gives back the right to write, to take it anew with another epoch: what was sent before and had no answer is refused,
    /// however late it arrives.
    pub(super) async fn let_go(&self, writing: &mut Writing) -> Result<()> {
        (writing.epoch, writing.renewed) = (None, None);
        self.step("giving back the right to write", self.feed.release(writing.consumer.id, &self.holder)).await
    }

    /// Takes up a right to write that was just given: from now on nobody older writes the graph, so it stands as it is seen.
    pub(super) async fn step_in(&self, writing: &mut Writing) -> Result<Seen> {
        let Some(epoch) = writing.epoch else { return Ok(Seen::Overtaken) };
        (writing.renewed, writing.refers) = (Some(Instant::now()), false);
        if !writing.several().claim(epoch).await? {
            return Ok(Seen::Overtaken);
        }
        self.recognise(writing).await
    }

    /// Looks whether the graph is still the one that the database knows. One that bears another mark than the database gave it is
    /// named anew, for all gateways to see: it is then made like a new one.
    async fn recognise(&self, writing: &mut Writing) -> Result<Seen> {
        let consumer = writing.consumer.id;
        // Before the graph is read, so that a graph that is written meanwhile is no older than what is read here.
        let marks = self.step("reading marks", self.feed.marks(consumer)).await?;
        let filled = self.step("reading marks", self.feed.catalog_of(consumer)).await?.is_some();
        let state = writing.store.state().await?;
        let (Some(marks), Some(state)) =
            (marks, state.filter(|state| consumer_name(&state.store_id) == writing.consumer.name))
        else {
            tracing::warn!("the graph was emptied, replaced or left alone for long: it is made anew");
            return Ok(Seen::Replaced);
        };
        writing.held = state.mark;
        // What was never filled will be, whatever it bears.
        let Some(epoch) = writing.epoch else {
            writing.doubted = filled && state.mark < marks.applied;
            return Ok(Seen::Same);
        };
        writing.doubted = false;
        if !filled || marks.fit(state.mark) {
            return Ok(Seen::Same);
        }
        if !writing.several().rename(epoch).await? {
            return Ok(Seen::Overtaken);
        }
        tracing::warn!(
            "{}: every patient is compared, and the graph answers again when it holds them all",
            match state.mark < marks.applied {
                true => "the graph is older than what was written into it, as one that was restored from a backup",
                false => "the database is older than the graph, as one that was restored from a backup",
            }
        );
        self.long("forgetting a graph", self.feed.forget(consumer)).await?;
        Ok(Seen::Replaced)
    }

    /// One step: lead, if nobody else does, and project one batch.
    pub(super) async fn turn(&self, writing: &mut Writing) -> Result<Turn> {
        let consumer = writing.consumer.id;
        let knowledge = self.knowledge().await?;
        if knowledge.version() != writing.projector.knowledge.version() {
            writing.projector = Projector::new(self.graph.shapes(), knowledge);
            writing.refers = false;
        }
        if writing.renewed.is_none_or(|renewed| renewed.elapsed() > RENEW) {
            let acquired = self.feed.acquire(consumer, &self.holder, LEASE_MS, false);
            let before = writing.epoch;
            writing.epoch = self.step("renewing the right to write", acquired).await?;
            writing.renewed = writing.epoch.map(|_| Instant::now());
            if writing.epoch.is_some() && writing.epoch != before {
                match self.step_in(writing).await? {
                    Seen::Same => {}
                    Seen::Overtaken => return Ok(Turn::Overtaken),
                    Seen::Replaced => return Ok(Turn::Replaced),
                }
            }
        }
        if writing.epoch.is_none() {
            return Ok(Turn::Led);
        }
        let catalog = self.step("reading catalogs", self.feed.catalog_of(consumer)).await?;
        if catalog.as_deref() != Some(writing.projector.knowledge.version()) {
            match self.everything(writing).await? {
                Turn::Looked(..) => {}
                ended => return Ok(ended),
            }
        }
        self.batch(writing).await
    }

    /// Projects one batch.
    async fn batch(&self, writing: &mut Writing) -> Result<Turn> {
        let (consumer, size, besides) = (writing.consumer.id, writing.batch.size(), self.aside().waiting());
        let pending = self.feed.pending_besides(consumer, &besides, size);
        let pending = self.step("reading changes", pending).await?;
        let (reference, pending): (Vec<Pending>, _) = pending.into_iter().partition(|entry| entry.patient == REFERENCE);
        if !reference.is_empty() || !writing.refers && !besides.contains(&REFERENCE) {
            match self.refer(writing, &reference).await? {
                // Patients come in the same turn: reference data may change all the time.
                Turn::Looked(..) if writing.epoch.is_some() && !pending.is_empty() => {}
                ended => return Ok(ended),
            }
        }
        if pending.is_empty() {
            if besides.is_empty() {
                // Those who were set aside were deleted, or another program wrote them.
                self.aside().clear();
                self.note_aside();
            }
            return Ok(Turn::Looked(0, false));
        }
        let projected = self.read(&mut writing.projector, &pending).await?;
        let wanted: Vec<_> = projected.iter().map(|patient| writing.projector.subgraph(patient)).collect();
        let Some((epoch, mark)) = self.next_mark(writing).await? else { return Ok(Turn::Overtaken) };
        let (started, alone) = (Instant::now(), wanted.len() == 1);
        let (store, most) = if alone { (writing.alone(), ROWS) } else { (writing.several(), usize::MAX) };
        let store = store.marked(mark);
        let applied = self.renewing(consumer, async { Ok(store.apply_by(epoch, &wanted, most).await) }).await?;
        match applied {
            Ok(Applied::Refused) => Ok(Turn::Overtaken),
            Ok(Applied::Done(written)) => {
                writing.batch.took(started.elapsed(), writing.store.timeout() * (SEVERAL / 2));
                self.acknowledge(writing, &pending, (written != Written::default()).then_some(mark)).await?;
                self.fitted(wanted.iter().map(|part| part.patient));
                Ok(Turn::Looked(projected.len() as u64, (pending.len() + reference.len()) as u32 == size))
            }
            Err(error) => self.too_much(writing, &wanted, error).await,
        }
    }

    /// Writes the reference data as they are now, and strikes off what told of them. Patients who point to what was not there have
    /// relationships that were left out, so they are looked at again; that is noted first, for afterwards nothing tells who they are.
    async fn refer(&self, writing: &mut Writing, pending: &[Pending]) -> Result<Turn> {
        let layer = self.reference().await?;
        writing.projector.refer_to(Reference::of(&layer));
        writing.refers = true;
        let Some((epoch, mark)) = self.next_mark(writing).await? else { return Ok(Turn::Overtaken) };
        let (consumer, store) = (writing.consumer.id, writing.alone().marked(mark));
        let planning = async { Ok(store.plan(epoch, std::slice::from_ref(&layer)).await) };
        let plan = match self.renewing(consumer, planning).await? {
            Ok(Some(plan)) => plan,
            Ok(None) => return Ok(Turn::Overtaken),
            Err(error) => return self.too_much(writing, &[layer], error).await,
        };
        let pointing = rows::pointing(&self.db, self.graph.shapes(), plan.made());
        for patients in self.long("looking who points to reference data", pointing).await?.chunks(READ as usize) {
            self.step("having patients looked at", self.feed.enqueue(consumer, patients)).await?;
        }
        let writes = async { Ok(store.carry_out(epoch, plan, ROWS).await) };
        match self.renewing(consumer, writes).await? {
            Ok(Applied::Refused) => Ok(Turn::Overtaken),
            Ok(Applied::Done(written)) => {
                self.acknowledge(writing, pending, (written != Written::default()).then_some(mark)).await?;
                self.fitted([REFERENCE]);
                Ok(Turn::Looked(0, true))
            }
            Err(error) => self.too_much(writing, &[layer], error).await,
        }
    }

    /// What was wanted was too much for one statement, or the server is not well.
    async fn too_much(&self, writing: &mut Writing, wanted: &[Subgraph], error: Error) -> Result<Turn> {
        if let Error::Setup(_) = error {
            return Err(error);
        }
        // Where the server answers, it was too much for it; else it is the server, and no smaller batch will do.
        writing.store.state().await?;
        self.let_go(writing).await?;
        match wanted {
            [one] => self.set_aside(one.patient, &error),
            several => {
                writing.batch.halve();
                let half = writing.batch.size();
                tracing::info!("{} patients at once are too many ({error}): {half} changes next", several.len());
            }
        }
        Ok(Turn::Looked(0, true))
    }

    /// Strikes off what was dealt with; with the mark that the graph bears since, if it had to be written.
    async fn acknowledge(&self, writing: &mut Writing, pending: &[Pending], mark: Option<i64>) -> Result<()> {
        writing.held = mark.unwrap_or(writing.held);
        let entries: Vec<i64> = pending.iter().map(|entry| entry.id).collect();
        let noted = self.feed.acknowledge(writing.consumer.id, &entries, mark);
        self.step("noting what was done", noted).await
    }

    /// Notes who fitted into the graph.
    fn fitted(&self, patients: impl IntoIterator<Item = i32>) {
        if self.aside().fitted(patients) {
            tracing::info!("what or who was set aside is in the graph now");
        }
        self.note_aside();
    }

    /// Sets a patient aside who does not fit into the graph, or the reference data, so that all others go on.
    fn set_aside(&self, patient: i32, error: &Error) {
        let pause = self.aside().set(patient);
        let many = self.note_aside();
        let what = if patient == REFERENCE { "what is known of reference data" } else { "a patient" };
        tracing::error!(
            set_aside = many,
            "{what} does not fit into the graph ({error}) and is set aside for {} s; `medimax check` names who waits",
            pause.as_secs()
        );
    }

    fn note_aside(&self) -> usize {
        let many = self.aside().len();
        self.graph.note(|status| status.set_aside = many);
        many
    }

    /// The epoch and mark of the next write; nothing where another gateway has taken over.
    async fn next_mark(&self, writing: &mut Writing) -> Result<Option<(i64, i64)>> {
        let Some(epoch) = writing.epoch else { return Ok(None) };
        // A new one each time, even if the last was not used: one that was noted long ago may stand in a backup, too.
        let intended = self.feed.intend(writing.consumer.id, &self.holder, epoch, writing.held);
        let intended = self.step("noting what is to be done", intended).await?;
        Ok(intended.map(|intended| (epoch, intended)))
    }

    /// Does work that may take longer than the right to write lasts, and renews it meanwhile.
    pub(in crate::graph) async fn renewing<T>(
        &self,
        consumer: i32,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let renewal = async {
            loop {
                sleep(RENEW).await;
                // Where somebody else has it by now, the graph refuses the work.
                let acquired = self.feed.acquire(consumer, &self.holder, LEASE_MS, false);
                if let Err(error) = self.step("renewing the right to write", acquired).await {
                    return error;
                }
            }
        };
        tokio::select! {
            done = work => done,
            error = renewal => Err(error),
        }
    }

    /// Writes what the catalogs know and the reference data, removes patients that are no more, and has every patient looked at.
    pub(super) async fn everything(&self, writing: &mut Writing) -> Result<Turn> {
        let Some((epoch, mark)) = self.next_mark(writing).await? else { return Ok(Turn::Overtaken) };
        let consumer = writing.consumer.id;
        let layer = self.reference().await?;
        let done = self.renewing(consumer, self.anew(writing, &layer, epoch, mark)).await?;
        if done {
            writing.projector.refer_to(Reference::of(&layer));
            (writing.held, writing.refers) = (mark, true);
            let noted = self.feed.acknowledge(consumer, &[], Some(mark));
            self.step("noting what was done", noted).await?;
        }
        Ok(if done { Turn::Looked(0, true) } else { Turn::Overtaken })
    }

    async fn anew(&self, writing: &Writing, layer: &Subgraph, epoch: i64, mark: i64) -> Result<bool> {
        let (store, knowledge) = (writing.alone(), &writing.projector.knowledge);
        let (concepts, facts) = (knowledge.concepts(), knowledge.facts());
        if store.apply_knowledge(epoch, concepts, facts, knowledge.version()).await? == Applied::Refused {
            return Ok(false);
        }
        if store.apply_by(epoch, std::slice::from_ref(layer), ROWS).await? == Applied::Refused {
            return Ok(false);
        }
        let mut after = i32::MIN;
        loop {
            self.graph.note(Status::turn);
            let there = store.patients(after, READ).await?;
            let Some(last) = there.last() else { break };
            after = *last;
            let known: BTreeSet<i32> = self.existing(&there).await?.into_iter().collect();
            let gone = there.iter().filter(|patient| !known.contains(patient)).map(|patient| Subgraph {
                patient: *patient,
                nodes: Vec::new(),
                links: Vec::new(),
            });
            for some in gone.collect::<Vec<_>>().chunks(REMOVED) {
                if store.apply_by(epoch, some, ROWS).await? == Applied::Refused {
                    return Ok(false);
                }
            }
        }
        // Whatever of this was needed: a graph of before is another one from now on.
        if !writing.several().marked(mark).put_mark(epoch).await? {
            return Ok(false);
        }
        let enqueued = self.feed.enqueue_all(writing.consumer.id, knowledge.version());
        self.long("having every patient looked at", enqueued).await
    }
}

pub(in crate::graph) fn consumer_name(store_id: &str) -> String {
    format!("neo4j:{store_id}")
}
