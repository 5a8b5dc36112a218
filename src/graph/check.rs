//! Whether a Neo4j holds what the relational store says, the reference data and patient by patient, and mending it where it does not.
//!
//! Programs and gateways write meanwhile. So a patient differs only where two looks saw the same difference and the feed has
//! nothing for the patient; whoever else differs is pending: the graph has yet to be told.

use super::{
    Subgraph,
    handle::Backend,
    neo4j::{Applied, Compared, Neo4j, State, Strays, Written},
    projection::Projector,
    projector::{Follower, KEEP_NEO4J_MS, POLL, Progress, READ, consumer_name, overtaken},
    reference::Reference,
    rows,
};
use crate::{db::Sql, error::Result, feed::REFERENCE};
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How long a statement may take: some read the whole graph.
const WHOLE: Duration = Duration::from_secs(600);
/// How long a gateway is given to work off what is pending.
const SETTLE: Duration = Duration::from_secs(30);
/// After how long a change ought to have reached the graph, however much there is to do.
const OVERDUE_MS: i64 = 600_000;
/// How long after the first look the second is taken.
const SECOND_LOOK: Duration = Duration::from_millis(500);
/// Patients of one comparison.
const BATCH: usize = 64;
/// How many of a kind are named.
const NAMED: usize = 5;

/// What a check found.
#[derive(Debug, Default)]
pub struct Report {
    /// Whether the graph says that it is made from this database.
    pub prepared: bool,
    /// Whether a gateway keeps it in step now.
    pub led: bool,
    /// Constraints and indexes that are not there.
    pub missing: Vec<String>,
    /// What ought not to be there.
    pub strays: Strays,
    /// How much there is of each label.
    pub amounts: Vec<Beside>,
    /// What the catalogs know.
    pub catalog: Catalog,
    /// Patients whom the database does not have.
    pub stale: Vec<i32>,
    /// Patients whom the graph does not hold as wanted.
    pub differing: Vec<i32>,
    /// The reference data, where the graph does not hold them as wanted.
    pub reference: Option<Compared>,
    /// What would have to be written for all of these.
    pub needs: Written,
    /// Some of the patients, in detail.
    pub examples: Vec<Compared>,
    /// Patients who differ because the graph has yet to be told of a change.
    pub pending: u64,
    /// How many have waited for that longer than anybody should, and some of them.
    pub overdue: (i64, Vec<i32>),
}

/// How much there is of a label: in the relational store, and in the graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// The label, without the prefix.
    pub label: String,
    /// Nodes.
    pub nodes: (i64, i64),
    /// Relationships that start at them.
    pub relationships: (i64, i64),
}

/// The knowledge in the graph beside that of the catalogs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The version of the catalogs.
    pub wanted: String,
    /// The version that the graph names.
    pub held: Option<String>,
    /// What would have to be written.
    pub needs: Written,
    /// Whether the gateway that projects has yet to take it up; then every patient is pending.
    pub pending: bool,
}

impl Catalog {
    /// Whether the graph holds other knowledge than it should by now.
    pub fn differs(&self) -> bool {
        !self.pending && (self.held.as_ref() != Some(&self.wanted) || self.needs != Written::default())
    }
}

impl Report {
    /// Whether the graph holds what it should, but for what is pending.
    pub fn is_clean(&self) -> bool {
        self.prepared
            && self.missing.is_empty()
            && self.strays.is_empty()
            && !self.catalog.differs()
            && self.stale.is_empty()
            && self.differing.is_empty()
            && self.reference.is_none()
            && self.overdue.0 == 0
    }
}

/// Who is given the changes that the graph has yet to hold.
#[derive(Debug, Clone, Copy)]
struct Recipient {
    consumer: i32,
    led: bool,
    /// Whether it has taken up the newest catalogs.
    current: bool,
}

impl Follower {
    /// Compares the whole graph with the relational store; nothing is changed. One in this process has nothing to compare: it
    /// is built anew by each gateway.
    pub async fn check(&self, progress: Progress<'_>) -> Result<Option<Report>> {
        let Backend::Neo4j(store) = &self.graph.backend else { return Ok(None) };
        // Within the usual limit: whoever is not there shall not be waited for.
        let state = store.state_of(&self.feed.database_id().await?).await?;
        let store = store.apart(WHOLE)?.with_timeout(WHOLE);
        let knowledge = self.knowledge().await?;
        let recipient = match &state {
            Some(state) => self.settled(state, knowledge.version()).await?,
            None => None,
        };
        let catalog = Catalog {
            wanted: knowledge.version().to_owned(),
            held: state.as_ref().and_then(|state| state.catalog.clone()),
            needs: store.compare_knowledge(knowledge.concepts(), knowledge.facts()).await?,
            pending: recipient.is_some_and(|recipient| !recipient.current),
        };
        let overdue = match recipient {
            Some(Recipient { consumer, led: true, .. }) => {
                self.feed.overdue(consumer, OVERDUE_MS, NAMED as u32).await?
            }
            // Where nobody projects, everything waits.
            _ => Default::default(),
        };
        let report = Report {
            overdue,
            prepared: state.is_some(),
            led: recipient.is_some_and(|recipient| recipient.led),
            missing: store.missing().await?,
            strays: strays(&store).await?,
            catalog,
            ..Report::default()
        };
        if !report.missing.is_empty() {
            tracing::warn!("the graph lacks indexes: comparing it will take long");
        }
        let mut amounts: BTreeMap<&'static str, (i64, i64)> = BTreeMap::new();
        amounts.insert(super::neo4j::CONCEPT, (knowledge.concepts().len() as i64, knowledge.facts().len() as i64));
        let looking = Looking {
            projection: self,
            projector: Projector::new(self.graph.shapes(), knowledge),
            store,
            recipient,
            amounts,
            report,
        };
        Ok(Some(looking.run(progress).await?))
    }

    /// Mends what a check of the graph found, by the rules that gateways project by: whoever leads is overtaken, and comes
    /// back when this is done. What it removes may show more; check again.
    pub async fn repair(&self, report: &Report, progress: Progress<'_>) -> Result<()> {
        let Backend::Neo4j(store) = &self.graph.backend else { return Ok(()) };
        let whole = store.apart(WHOLE)?.with_timeout(WHOLE);
        // Before the graph is readied: copies stand in the way of its constraints.
        if let Some(state) = whole.state_of(&self.feed.database_id().await?).await? {
            let consumer = self.feed.register(&consumer_name(&state.store_id), KEEP_NEO4J_MS).await?.id;
            let (epoch, knowledge) = (self.take_over(consumer).await?, self.knowledge().await?);
            let known = whole.apply_knowledge(epoch, knowledge.concepts(), knowledge.facts(), knowledge.version());
            passed(self.renewing(consumer, known).await?)?;
            passed(self.renewing(consumer, whole.remove_strays(epoch)).await?)?;
        }
        let mut writing = self.begin(store).await?;
        // A patient whom the database does not have is removed like one who was deleted just now.
        let reference: Vec<i32> = report.reference.iter().map(|compared| compared.patient).collect();
        for patients in [&reference, &report.stale, &report.differing]
            .into_iter()
            .flat_map(|patients| patients.chunks(READ as usize))
        {
            self.feed.enqueue(writing.consumer.id, patients).await?;
        }
        self.catch_up(store, &mut writing, progress).await?;
        Ok(())
    }

    /// Lets the gateway that leads work off what is pending, for a while; nothing if nobody has projected for long.
    async fn settled(&self, state: &State, version: &str) -> Result<Option<Recipient>> {
        let started = Instant::now();
        loop {
            self.distribute().await?;
            let Some((consumer, led)) = self.feed.find(&consumer_name(&state.store_id)).await? else { return Ok(None) };
            let current = self.feed.catalog_of(consumer).await?.as_deref() == Some(version);
            let idle = current && self.feed.backlog(consumer).await?.0 == 0;
            if !led || idle || started.elapsed() > SETTLE {
                return Ok(Some(Recipient { consumer, led, current }));
            }
            sleep(POLL).await;
        }
    }
}

/// What ought not to be there, and was not just about to go.
async fn strays(store: &Neo4j) -> Result<Strays> {
    let found = store.strays(NAMED as u32).await?;
    if found.is_empty() {
        return Ok(found);
    }
    sleep(SECOND_LOOK).await;
    store.strays(NAMED as u32).await
}

fn passed(applied: Applied) -> Result<()> {
    match applied {
        Applied::Done(_) => Ok(()),
        Applied::Refused => Err(overtaken()),
    }
}

/// A patient who differed at the first look, or the reference layer, with the digests of both sides.
struct Suspect {
    patient: i32,
    wanted: String,
    held: String,
}

impl From<Compared> for Suspect {
    fn from(Compared { patient, wanted, held, .. }: Compared) -> Self {
        Suspect { patient, wanted, held }
    }
}

/// A check under way.
struct Looking<'a> {
    projection: &'a Follower,
    projector: Projector,
    store: Neo4j,
    recipient: Option<Recipient>,
    /// Nodes and relationships of the relational store, by label.
    amounts: BTreeMap<&'static str, (i64, i64)>,
    report: Report,
}

impl Looking<'_> {
    async fn run(mut self, progress: Progress<'_>) -> Result<Report> {
        let layer = self.projection.reference().await?;
        self.projector.refer_to(Reference::of(&layer));
        let reference = [layer];
        self.count(&reference);
        let mut suspects: Vec<Suspect> = self.store.compare(&reference).await?.into_iter().map(Suspect::from).collect();
        suspects.extend(self.all(progress).await?);
        suspects.extend(self.unknown().await?);
        if !suspects.is_empty() {
            sleep(SECOND_LOOK).await;
            self.projection.distribute().await?;
        }
        for some in suspects.chunks(BATCH) {
            self.again(some).await?;
        }
        let held = self.store.amounts().await?;
        self.report.amounts = held
            .into_iter()
            .map(|held| {
                let (nodes, relationships) = self.amounts.get(held.label.as_str()).copied().unwrap_or_default();
                Beside {
                    nodes: (nodes, held.nodes),
                    relationships: (relationships, held.relationships),
                    label: held.label,
                }
            })
            .collect();
        Ok(self.report)
    }

    /// A first look at every patient of the database.
    async fn all(&mut self, progress: Progress<'_>) -> Result<Vec<Suspect>> {
        let db = &self.projection.db;
        let mut sql = Sql::new(db.dialect());
        sql.push("SELECT 0, COUNT(*) FROM Patient");
        let total = db.numbers(&sql).await?.first().map_or(0, |(_, total)| *total as u64);
        let (mut suspects, mut done, mut after) = (Vec::new(), 0, i32::MIN);
        loop {
            let patients = rows::patients_after(&self.projection.db, after, BATCH as u32).await?;
            let Some(last) = patients.last() else { return Ok(suspects) };
            after = *last;
            let wanted = self.wanted(&patients).await?;
            self.count(&wanted);
            suspects.extend(self.store.compare(&wanted).await?.into_iter().map(Suspect::from));
            done += patients.len() as u64;
            progress(done, total.max(done));
        }
    }

    /// A first look at the patients of the graph whom the database does not have.
    async fn unknown(&mut self) -> Result<Vec<Suspect>> {
        let (mut suspects, mut after) = (Vec::new(), i32::MIN);
        loop {
            let mut there = self.store.patients(after, READ).await?;
            let Some(last) = there.last() else { return Ok(suspects) };
            after = *last;
            let known: HashSet<i32> = self.projection.existing(&there).await?.into_iter().collect();
            there.retain(|patient| !known.contains(patient));
            let wanted = self.wanted(&there).await?;
            suspects.extend(self.store.compare(&wanted).await?.into_iter().map(Suspect::from));
        }
    }

    /// A second look, which tells differences from changes that are on their way.
    async fn again(&mut self, suspects: &[Suspect]) -> Result<()> {
        let patients: Vec<i32> = suspects.iter().map(|suspect| suspect.patient).collect();
        // Before the rows are read: what changes after that makes the digests change.
        let pending: HashSet<i32> = match self.recipient {
            Some(Recipient { current: false, .. }) => patients.iter().copied().collect(),
            Some(Recipient { consumer, .. }) => {
                self.projection.feed.pending_among(consumer, &patients).await?.into_iter().collect()
            }
            None => HashSet::new(),
        };
        let wanted = self.wanted(&patients).await?;
        let report = &mut self.report;
        for found in self.store.compare(&wanted).await? {
            let same = |suspect: &Suspect| {
                (suspect.patient, &suspect.wanted, &suspect.held) == (found.patient, &found.wanted, &found.held)
            };
            if pending.contains(&found.patient) || !suspects.iter().any(same) {
                report.pending += 1;
                continue;
            }
            if found.patient == REFERENCE {
                report.needs += found.needs;
                report.reference = Some(found);
                continue;
            }
            if found.gone { &mut report.stale } else { &mut report.differing }.push(found.patient);
            report.needs += found.needs;
            if report.examples.len() < NAMED {
                report.examples.push(found);
            }
        }
        Ok(())
    }

    /// Patients as they ought to be, and the reference layer, where it is among them.
    async fn wanted(&mut self, patients: &[i32]) -> Result<Vec<Subgraph>> {
        let mut wanted = Vec::new();
        if patients.contains(&REFERENCE) {
            let layer = self.projection.reference().await?;
            self.projector.refer_to(Reference::of(&layer));
            wanted.push(layer);
        }
        let patients: Vec<i32> = patients.iter().copied().filter(|patient| *patient != REFERENCE).collect();
        let rows = rows::read(&self.projection.db, self.projection.graph.shapes(), &patients).await?;
        let projected = self.projector.project(&patients, rows);
        wanted.extend(projected.iter().map(|patient| self.projector.subgraph(patient)));
        Ok(wanted)
    }

    fn count(&mut self, wanted: &[Subgraph]) {
        for part in wanted {
            for node in &part.nodes {
                self.amounts.entry(node.kind.label()).or_default().0 += 1;
            }
            for link in &part.links {
                self.amounts.entry(link.from.0.label()).or_default().1 += 1;
            }
        }
    }
}
