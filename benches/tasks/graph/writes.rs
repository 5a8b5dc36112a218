//! The projection into Neo4j: of all patients against a hand-written load of the same rows, and of one patient who changed
//! against the same statements sent by hand.

use super::{BY_HAND, OURS, WARM_UP, by_hand, head, in_neo4j, line, milliseconds};
use crate::{
    Arguments, Result,
    measure::{bolt::Bolt, median},
};
use medimax::{
    db::Db,
    feed::Feed,
    graph::{
        Store, Subgraph,
        neo4j::{Applied, Neo4j},
        projection::Projector,
        projector::Follower,
        reference::Reference,
        rows,
        shape::NodeKind,
        watch::Watcher,
    },
    schema::{SHAPES, tables},
    terminology::knowledge::Knowledge,
};
use mysql_async::{Conn, Row, prelude::Queryable};
use neo4rs::{BoltList, BoltMap, BoltType, Query};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// Makes ready to be loaded, with constraints, indexes and what catalogs know, but no patients.
async fn emptied(bolt: &Bolt, prefix: &str, db: &Db, knowledge: &Knowledge) -> Result<Neo4j> {
    bolt.clear(prefix).await?;
    let store = Neo4j::connect(&bolt.options(prefix), &SHAPES)?;
    store.prepare(&Feed::new(db.clone()).database_id().await?).await?;
    let facts: Vec<_> =
        knowledge.concepts().iter().flat_map(|concept| knowledge.facts_from(concept.id)).cloned().collect();
    store.apply_knowledge(0, knowledge.concepts(), &facts, knowledge.version()).await?;
    store.apply(0, &[rows::read_reference(db, &SHAPES).await?]).await?;
    Ok(store)
}

/// A projector that knows the reference data.
async fn projector(db: &Db, knowledge: Arc<Knowledge>) -> Result<Projector> {
    let mut projector = Projector::new(&SHAPES, knowledge);
    projector.refer_to(Reference::of(&rows::read_reference(db, &SHAPES).await?));
    Ok(projector)
}

/// All patients as they ought to be in the graph.
async fn wanted(db: &Db, knowledge: &Arc<Knowledge>) -> Result<Vec<Subgraph>> {
    let patients = rows::patients_after(db, i32::MIN, super::PROJECTED).await?;
    let mut projector = projector(db, knowledge.clone()).await?;
    let projected = projector.project(&patients, rows::read(db, &SHAPES, &patients).await?);
    Ok(projected.iter().map(|patient| projector.subgraph(patient)).collect())
}

pub(super) async fn full(arguments: &Arguments, bolt: &Bolt, db: &Db) -> Result<()> {
    let knowledge = Arc::new(Knowledge::load(db).await?);
    let load = by_hand::load(&wanted(db, &knowledge).await?);
    let (mut ours, mut by_hand, mut size) = (Vec::new(), Vec::new(), String::new());
    // The first round warms up. Each takes a minute or so; three are enough to see how far they differ.
    for round in 0..=arguments.rounds.min(3) {
        // Each empty graph is a consumer of its own.
        db.run("DELETE FROM Feed_Pending; DELETE FROM Feed_Consumer").await?;
        let (one, other) = (emptied(bolt, OURS, db, &knowledge).await?, emptied(bolt, BY_HAND, db, &knowledge).await?);
        let (statements, projection) =
            (load.clone(), Follower::new(in_neo4j(bolt)?, db.clone(), tables(), "bench".into()));
        let began = Instant::now();
        projection.sync(true, &|_, _| {}).await?;
        let synchronised = milliseconds(began) / 1e3;
        let began = Instant::now();
        for statement in statements {
            bolt.rows(statement).await?;
        }
        let loaded = milliseconds(began) / 1e3;
        let counts = one.counts().await?;
        if counts.patients == 0 || counts != other.counts().await? {
            return Err(format!("the graphs differ: {counts:?} and {:?}", other.counts().await?).into());
        }
        if round > 0 {
            ours.push(synchronised);
            by_hand.push(loaded);
        }
        let medimax::graph::Counts { patients, nodes, relationships } = counts;
        size = format!("{patients} patients, {nodes} nodes, {relationships} relationships, s");
    }
    head(&size, "sync", "by hand");
    line("full projection : the rows by UNWIND and CREATE", &ours, &by_hand, "≤ 1.5");
    Ok(())
}

pub(super) async fn one_patient(arguments: &Arguments, bolt: &Bolt, db: &Db, url: &str) -> Result<()> {
    let mut one = OnePatient::of(bolt, db, url).await?;
    let (mut ours, mut by_hand) = (Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=arguments.rounds {
        let (mut projected, mut theirs) = (Vec::new(), Vec::new());
        let started = Instant::now();
        while started.elapsed() < arguments.time * 2 || projected.len() < WARM_UP && round == 0 {
            one.change().await?;
            projected.push(one.project().await?);
            one.change().await?;
            theirs.push(one.by_hand().await?);
        }
        if round > 0 {
            ours.push(median(&mut projected));
            by_hand.push(median(&mut theirs));
        }
    }
    head("One patient who changed, ms", "projection", "by hand");
    line("incremental projection : its statements by hand", &ours, &by_hand, "≤ 1.5");
    Ok(())
}

/// The patient whose name changes again and again.
const PATIENT: i32 = 1;

/// How long a consumer is kept; far longer than it is needed.
const KEEP_MS: i64 = 3_600_000;

/// Changes that are dealt with at once, as in a gateway.
const CHANGES: u32 = 64;

struct OnePatient<'a> {
    bolt: &'a Bolt,
    db: &'a Db,
    feed: Feed,
    projector: Projector,
    store: Neo4j,
    sql: Conn,
    consumer: i32,
    epoch: i64,
    /// What the projection asks of the graph, and what it writes.
    stored: String,
    apply: String,
    /// How often the patient was given a name.
    names: u32,
}

impl<'a> OnePatient<'a> {
    /// Becomes the only consumer, and overhears the statements of one change.
    async fn of(bolt: &'a Bolt, db: &'a Db, url: &str) -> Result<Self> {
        db.run("DELETE FROM Change_Feed; DELETE FROM Feed_Pending; DELETE FROM Feed_Consumer").await?;
        let (feed, store) = (Feed::new(db.clone()), Neo4j::connect(&bolt.options(OURS), &SHAPES)?);
        let consumer = feed.register("bench", KEEP_MS).await?.id;
        let epoch = feed.acquire(consumer, "bench", KEEP_MS, true).await?.ok_or("no right to write")?;
        let overheard: Arc<Mutex<Vec<(&'static str, String)>>> = Arc::default();
        let hears = overheard.clone();
        let mut one = OnePatient {
            bolt,
            db,
            feed,
            projector: projector(db, Arc::new(Knowledge::load(db).await?)).await?,
            store: store.watched(Watcher::new(move |ran| {
                hears
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((ran.name, ran.cypher.unwrap_or_default().to_owned()));
            })),
            sql: Conn::from_url(url).await?,
            consumer,
            epoch,
            stored: String::new(),
            apply: String::new(),
            names: 0,
        };
        one.change().await?;
        one.project().await?;
        for (name, cypher) in std::mem::take(&mut *overheard.lock().unwrap_or_else(PoisonError::into_inner)) {
            match name {
                "stored" => one.stored = cypher,
                "apply" => one.apply = cypher,
                _ => {}
            }
        }
        // From here on nobody listens.
        one.store = store;
        Ok(one)
    }

    fn name(&self) -> String {
        format!("Patient {}", self.names)
    }

    async fn change(&mut self) -> Result<()> {
        self.names += 1;
        let name = self.name();
        Ok(self.sql.exec_drop("UPDATE Patient SET name = ? WHERE patient_id = ?", (name, PATIENT)).await?)
    }

    /// What a gateway that leads does with a change.
    async fn project(&mut self) -> Result<f64> {
        let began = Instant::now();
        self.feed.distribute(&tables(), CHANGES).await?;
        let pending = self.feed.pending(self.consumer, CHANGES).await?;
        let patients: Vec<i32> = pending.iter().map(|entry| entry.patient).collect();
        let projected = self.projector.project(&patients, rows::read(self.db, &SHAPES, &patients).await?);
        let wanted: Vec<_> = projected.iter().map(|patient| self.projector.subgraph(patient)).collect();
        match self.store.apply(self.epoch, &wanted).await? {
            Applied::Done(written) if written.nodes_changed == 1 => {}
            other => return Err(format!("the change of one patient became {other:?}").into()),
        }
        let entries: Vec<i64> = pending.iter().map(|entry| entry.id).collect();
        self.feed.applied(self.consumer, &entries).await?;
        Ok(milliseconds(began))
    }

    /// The change handed from the feed to a consumer, the patient's rows from each table, what the graph holds of the
    /// patient, the new name written there, and the change acknowledged.
    async fn by_hand(&mut self) -> Result<f64> {
        let (name, epoch) = (self.name(), self.epoch);
        let began = Instant::now();
        let (bolt, sql) = (self.bolt, &mut self.sql);
        sql.query_drop("START TRANSACTION").await?;
        sql.query_drop(
            "INSERT INTO Feed_Pending (consumer_id, patient_id, made_ms) \
             SELECT consumer_id, owner_id, made_ms FROM Change_Feed CROSS JOIN Feed_Consumer",
        )
        .await?;
        sql.query_drop("DELETE FROM Change_Feed").await?;
        sql.query_drop("COMMIT").await?;
        let patient: Option<i32> = sql.query_first("SELECT patient_id FROM Feed_Pending").await?;
        let patient = patient.ok_or("the feed holds no change")?;
        for kind in SHAPES.kinds() {
            let _: Vec<Row> = sql.exec(rows_of(*kind), (patient,)).await?;
        }
        for (_, rows) in SHAPES.relationships() {
            let text = format!("SELECT * FROM {} WHERE patient_id = ?", rows.table.name);
            let _: Vec<Row> = sql.exec(text, (patient,)).await?;
        }
        let purposes =
            "SELECT p.* FROM Medication m JOIN Medication_Purpose p USING (medication_id) WHERE m.patient_id = ?";
        let _: Vec<Row> = sql.exec(purposes, (patient,)).await?;
        let stored = bolt.rows(Query::new(self.stored.clone()).param("patients", &[patient][..])).await?;
        let mut changed = BoltList::new();
        for row in stored {
            let (element, mut props): (String, BoltMap) = (row.get("element")?, row.get("props")?);
            if row.get::<Vec<String>>("labels")?.contains(&format!("{OURS}Patient")) {
                props.put("name".into(), name.as_str().into());
                let row = [("element".into(), element.into()), ("props".into(), BoltType::Map(props))];
                changed.push(BoltType::Map(row.into_iter().collect()));
            }
        }
        let apply = Query::new(self.apply.clone()).param("epoch", epoch).param("rows0", BoltType::List(changed));
        if bolt.rows(apply).await?.is_empty() {
            return Err("the graph was not written".into());
        }
        sql.query_drop("DELETE FROM Feed_Pending").await?;
        Ok(milliseconds(began))
    }
}

/// A patient's rows of a table, those columns that the graph has.
fn rows_of(kind: NodeKind) -> String {
    let (key, table) = (kind.key(), kind.table().name);
    let columns: Vec<String> = kind.shape().props.iter().map(|(_, column, _)| format!("t.{column}")).collect();
    let columns = columns.join(",");
    match kind.table().way().next() {
        Some(owner) if owner.to.way().next().is_some() => format!(
            "SELECT t.{key},t.{column},{columns} FROM {of} o JOIN {table} t ON t.{column} = o.{of_key} WHERE o.patient_id = ?",
            column = owner.column,
            of = owner.to.name,
            of_key = owner.to.key
        ),
        _ => format!("SELECT t.{key},{columns} FROM {table} t WHERE t.patient_id = ?"),
    }
}
