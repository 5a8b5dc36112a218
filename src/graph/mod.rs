//! All that knows a graph: a patient layer made from the relational store and the knowledge that catalogs bring, in Neo4j or in
//! this process.
//!
//! [`Store`] is what both stores answer, in domain terms and alike: each answers facts, in any order; what
//! is ranked, ordered or put together from them is done once, above. Nothing but the projector writes a graph.

pub mod check;
pub mod embedded;
mod handle;
pub mod inspect;
mod item;
pub mod neo4j;
pub mod projection;
pub mod projector;
pub mod reference;
pub mod rows;
pub mod shape;
mod status;
pub mod watch;

pub use handle::Graph;
pub use status::Status;

use crate::{
    error::Result,
    terminology::knowledge::{FactKind, Tie},
};
use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use shape::{NodeKind, Role};
use std::sync::Arc;

/// A value of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(Arc<str>),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Date(NaiveDate),
    /// Numbers.
    Ints(Vec<i64>),
}

/// Properties, in the order of their names.
pub type Props = std::collections::BTreeMap<&'static str, Value>;

/// A patient's part of the graph as it ought to be, or the reference layer. Without nodes, the patient is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Subgraph {
    /// The patient's key, or [`REFERENCE`](crate::feed::REFERENCE).
    pub patient: i32,
    /// The nodes; their keys and `patient_id` are not among the properties.
    pub nodes: Vec<Node>,
    /// The relationships.
    pub links: Vec<Link>,
}

/// A node of the patient layer or of the reference layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its kind.
    pub kind: NodeKind,
    /// Its key in the relational store.
    pub id: i32,
    /// A label besides those of its kind.
    pub label: Option<&'static str>,
    /// Its properties.
    pub props: Props,
}

/// A relationship of the patient layer or of the reference layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its type.
    pub name: &'static str,
    /// Where it starts.
    pub from: (NodeKind, i32),
    /// Where it ends.
    pub to: Target,
    /// Its properties.
    pub props: Props,
}

/// Where a relationship ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// At another node of the patient.
    Own(NodeKind, i32),
    /// At a concept.
    Concept(i32),
    /// At reference data, which all patients share.
    Reference(NodeKind, i32),
}

impl Target {
    /// A node made from a row: of the patient, or of reference data.
    pub fn node(kind: NodeKind, id: i32) -> Self {
        if kind.is_reference() { Target::Reference(kind, id) } else { Target::Own(kind, id) }
    }
}

/// An entry of a patient's record, as answers name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    /// Its kind.
    pub kind: NodeKind,
    /// Its key in the relational store.
    pub id: i32,
    /// What it is called there.
    pub name: Option<Arc<str>>,
}

/// Why one entry speaks for, or is for, another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Because {
    /// The fact of a catalog, with the ties at its ends; none where a purpose names the condition.
    pub fact: Option<(Tie, FactKind, Tie)>,
    /// Who says so: the fact's source, or `purpose`.
    pub source: Arc<str>,
    /// What it rests on.
    pub evidence: Option<Arc<str>>,
}

/// `INDICATES_CONDITION` or `TREATS_CONDITION`: from a symptom or medication to a condition of the same patient.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clinical {
    /// The patient.
    pub patient: i32,
    /// The symptom or the medication.
    pub from: Entry,
    /// The condition, an entry of the medical history.
    pub to: Entry,
    /// Why.
    pub because: Arc<Because>,
}

/// Symptom → condition ← medication of a patient, with every reason for each of the two relationships, the surest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarePath {
    /// Why the symptom speaks for the condition.
    pub indicates: Arc<[Clinical]>,
    /// Why the medication is for it. The same for all symptoms.
    pub treats: Arc<[Clinical]>,
}

/// A condition where care paths meet, and how many symptoms and medications do. Each symptom makes a path with each medication.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crossing {
    /// The patient.
    pub patient: i32,
    /// The condition's key.
    pub condition: i32,
    /// Whether the condition is active.
    pub active: bool,
    /// When it began.
    pub since: Option<NaiveDate>,
    /// Symptoms that speak for it.
    pub symptoms: u32,
    /// Medications for it that are taken.
    pub taken: u32,
    /// Medications for it that are taken no more.
    pub stopped: u32,
}

/// A run of care paths: one medication for a condition, and some of the symptoms that speak for it. Medications and symptoms are
/// counted from 0, the latest first, those without a day last, the smaller key first among equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The patient.
    pub patient: i32,
    /// The condition's key.
    pub condition: i32,
    /// Whether the medication is counted among those taken, or among those taken no more.
    pub taken: bool,
    /// Which medication.
    pub medication: u32,
    /// The first symptom.
    pub from: u32,
    /// The symptom after the last.
    pub to: u32,
}

/// The care paths of a span, after the span's place among those that were asked for.
pub type OfSpan = (usize, Vec<CarePath>);

/// As many reasons of one relationship are told.
pub const REASONS: usize = 500;

/// At which end of which relationship a question starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// From symptoms: what they indicate.
    Symptom,
    /// From conditions: what indicates them.
    Indicated,
    /// From conditions: what treats them.
    Treated,
    /// From medications: what they treat.
    Medication,
}

/// A symptom, condition or medication of a patient with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClinicalEntry {
    /// The patient.
    pub patient: i32,
    /// The entry.
    pub entry: Entry,
    /// A condition that is active, a medication that is taken; of symptoms always.
    pub active: bool,
    /// When it was reported or prescribed, or began.
    pub since: Option<NaiveDate>,
    /// When a medication was stopped.
    pub until: Option<NaiveDate>,
    /// The concepts that its name names.
    pub ties: Vec<Tie>,
    /// A symptom that indicates a condition of the patient; a condition that an active medication treats; a medication
    /// that treats a condition of the patient.
    pub covered: bool,
}

/// A patient to find similar ones of.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The patient.
    pub patient: i32,
    /// The patient's concepts with their weights, each once.
    pub concepts: Vec<(i32, i64)>,
    /// The sum of the weights.
    pub weight: i64,
}

/// A patient who has concepts in common with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// The one asked for.
    pub patient: i32,
    /// The other.
    pub other: i32,
    /// The weight of what they have in common (concepts that too many entries name are left out).
    pub shared: i64,
    /// The weight of all the other's concepts.
    pub theirs: i64,
    /// The other's concepts.
    pub concepts: Vec<i32>,
}

/// How much of both patients' weight they share, from 0 to 1.
pub fn share(asked: &Asked, found: &Similar) -> f64 {
    found.shared as f64 / (asked.weight + found.theirs - found.shared).max(1) as f64
}

/// Concepts that more entries than this name say nothing about who is similar to whom.
pub const COMMON: i64 = 2_000;

/// A property that patients may have, by their entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Having {
    /// Which entries: symptoms, conditions or medications.
    pub role: Role,
    /// Entries that name one of these concepts,
    pub concepts: Vec<i32>,
    /// or whose normalised name is this.
    pub name_key: Option<String>,
    /// Only conditions that are active, only medications that are taken.
    pub active: bool,
}

/// What both graph stores answer, in any order. Keys are those of rows that the caller may see, and no answer leaves its
/// patient but [`Store::similar`], which is told who may be in it.
pub trait Store: Send + Sync {
    /// The clinical relationships at each of these entries, to the `first` others with the smallest keys.
    fn clinical<'a>(&'a self, at: At, keys: &'a [i32], first: u32) -> BoxFuture<'a, Result<Vec<Clinical>>>;
    /// At each of these entries, how many others there are; those with none are left out.
    fn clinical_counts<'a>(&'a self, at: At, keys: &'a [i32]) -> BoxFuture<'a, Result<Vec<(i32, u32)>>>;
    /// The conditions of these patients where care paths meet.
    fn crossings<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<Crossing>>>;
    /// The care paths of each of these spans, by the span's place: one for each symptom, in their order.
    fn care_paths<'a>(&'a self, spans: &'a [Span]) -> BoxFuture<'a, Result<Vec<OfSpan>>>;
    /// The symptoms, conditions and medications of these patients.
    fn own<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<ClinicalEntry>>>;
    /// For each, the `first` patients among those who are visible (`None`: all) with the greatest share of weight in common:
    /// `shared / (asked.weight + theirs - shared)`, the smaller key first among equals.
    fn similar<'a>(
        &'a self,
        asked: &'a [Asked],
        visible: Option<&'a [i32]>,
        first: u32,
    ) -> BoxFuture<'a, Result<Vec<Similar>>>;
    /// The patients who have this, smallest key first; where more than `most` do, some of them, one more than that.
    fn patients_with<'a>(&'a self, having: &'a Having, most: u32) -> BoxFuture<'a, Result<Vec<i32>>>;
    /// The whole sub-graph of these patients: each node with its labels, each relationship without properties, `most` nodes a patient,
    /// and of each node the [`DRAWN`] clinical relationships to the conditions with the smallest keys. Besides, the first [`DRAWN`] rows of
    /// reference data that each node points to, by kind and key, and what those rows point to.
    fn drawing<'a>(&'a self, patients: &'a [i32], most: u32) -> BoxFuture<'a, Result<Vec<Drawing>>>;
    /// How much there is.
    fn counts(&self) -> BoxFuture<'_, Result<Counts>>;
}

/// As many clinical relationships of one node are drawn, and as many to reference data.
pub const DRAWN: usize = 25;

/// A patient's sub-graph, to draw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawing {
    /// The patient.
    pub patient: i32,
    /// The nodes, those of reference data too, each with its label besides those of its kind.
    pub nodes: Vec<(Entry, Option<&'static str>)>,
    /// The relationships: from, type, to.
    pub links: Vec<((NodeKind, i32), &'static str, Target)>,
    /// Whether there were more nodes, or more clinical relationships of one of them.
    pub cut: bool,
    /// Whether a node pointed to more rows of reference data.
    pub cut_references: bool,
}

impl Drawing {
    /// Leaves each node once: several entries may point to the same reference data.
    fn once(&mut self) {
        self.nodes.sort_unstable();
        self.nodes.dedup();
    }
}

/// How much a graph holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Patients.
    pub patients: i64,
    /// Nodes of the patient layer.
    pub nodes: i64,
    /// Relationships that start at them.
    pub relationships: i64,
}
