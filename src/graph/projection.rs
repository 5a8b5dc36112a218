//! What a patient's rows are in the graph: entries, the concepts that their names name, the clinical relationships among them, and
//! what they point to of the reference data. Pure, and the same for both stores.

pub use super::item::Item;
use super::{
    Because, Link, Node, Props, Subgraph, Target, Value,
    reference::{Pointer, Reference, about, pointer, pointers},
    rows::{Line, Rows},
    shape::{INDICATES_CONDITION, INSTANCE_OF, NodeKind, Role, STATUS, Shapes, TREATS_CONDITION},
};
use crate::terminology::{
    knowledge::{ConceptKind, FactKind, Knowledge, Tie},
    names,
};
use std::{collections::HashMap, sync::Arc};

/// A patient, ready for either store.
#[derive(Debug)]
pub struct Projected {
    /// The patient's key.
    pub patient: i32,
    /// The entries, the patient first; none if the patient is gone.
    pub entries: Vec<Item>,
    /// `INDICATES_CONDITION` and `TREATS_CONDITION`.
    pub clinical: Vec<Clinic>,
    /// What entries are about.
    pub abouts: Vec<About>,
    /// What leads to reference data or comes from there, whether those data are there or not.
    pub pointers: Vec<Pointer>,
}

/// A clinical relationship between two entries, by their places.
#[derive(Debug)]
pub struct Clinic {
    /// Its type.
    pub name: &'static str,
    /// The symptom or medication.
    pub from: u16,
    /// The condition.
    pub to: u16,
    /// Why.
    pub because: Because,
}

/// A relationship from an entry to a condition that it is about, by their places. Of an entry in the order of the conditions' keys.
#[derive(Debug)]
pub struct About {
    /// Its type.
    pub name: &'static str,
    /// The entry.
    pub from: u16,
    /// The condition.
    pub to: u16,
}

/// The source of a relationship that rests on what the prescriber wrote.
pub const PURPOSE: &str = "purpose";

/// How much an entry's concept counts when patients are compared.
pub fn weight(kind: NodeKind) -> i64 {
    match kind.role() {
        Some(Role::Had) => 3,
        Some(Role::Taken) => 2,
        Some(Role::Reported) | None => 1,
    }
}

/// What the names of such entries name.
fn named(role: Role) -> ConceptKind {
    match role {
        Role::Reported => ConceptKind::Symptom,
        Role::Had => ConceptKind::Condition,
        Role::Taken => ConceptKind::Drug,
    }
}

/// Projects patients, and remembers what names mean: they repeat from patient to patient.
pub struct Projector {
    /// What the catalogs know.
    pub knowledge: Arc<Knowledge>,
    shapes: &'static Shapes,
    reference: Reference,
    purpose: Arc<str>,
    ties: HashMap<(ConceptKind, Box<str>), Arc<[Tie]>>,
    keys: HashMap<Box<str>, Arc<str>>,
}

/// The places of entries, by their kinds and keys.
type Places = HashMap<(u8, i32), u16>;

/// Names that are remembered at once; a hospital has tens of thousands.
const REMEMBERED: usize = 100_000;

impl Projector {
    /// One that knows what these catalogs know, and makes nodes of these shapes.
    pub fn new(shapes: &'static Shapes, knowledge: Arc<Knowledge>) -> Self {
        Projector {
            knowledge,
            shapes,
            reference: Reference::default(),
            purpose: PURPOSE.into(),
            ties: HashMap::new(),
            keys: HashMap::new(),
        }
    }

    /// The reference data that relationships may lead to from now on; before, there are none.
    pub fn refer_to(&mut self, reference: Reference) {
        self.reference = reference;
    }

    fn ties(&mut self, kind: ConceptKind, name: &str) -> Arc<[Tie]> {
        if let Some(known) = self.ties.get(&(kind, name.into())) {
            return known.clone();
        }
        if self.ties.len() >= REMEMBERED {
            self.ties.clear();
        }
        let found: Arc<[Tie]> = self.knowledge.named(kind, name).into();
        self.ties.insert((kind, name.into()), found.clone());
        found
    }

    /// The form in which names are compared.
    pub fn key(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.keys.get(name) {
            return known.clone();
        }
        if self.keys.len() >= REMEMBERED {
            self.keys.clear();
        }
        let key: Arc<str> = names::key(name).into();
        self.keys.insert(name.into(), key.clone());
        key
    }

    /// The patients as they ought to be, in the order asked for; one without a row is gone.
    pub fn project(&mut self, patients: &[i32], rows: Rows) -> Vec<Projected> {
        let Rows { tables, relationships, purposes } = rows;
        let mut tables: Vec<_> = tables.into_iter().map(|lines| lines.into_iter().peekable()).collect();
        let mut relationships: Vec<_> = relationships.into_iter().map(|lines| lines.into_iter().peekable()).collect();
        let mut purposes: Vec<_> = purposes.into_iter().map(|lines| lines.into_iter().peekable()).collect();
        let mut sorted = patients.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut done = Vec::with_capacity(sorted.len());
        for patient in sorted {
            let lines = tables.iter_mut().map(|lines| of_patient(lines, patient)).collect();
            let relationships = relationships.iter_mut().map(|lines| of_patient(lines, patient)).collect();
            let purposes = purposes.iter_mut().map(|lines| of_patient(lines, patient)).collect();
            done.push(self.one(patient, lines, relationships, purposes));
        }
        done
    }

    fn one(
        &mut self,
        patient: i32,
        tables: Vec<Vec<Line>>,
        relationships: Vec<Vec<Line>>,
        purposes: Vec<Vec<Line>>,
    ) -> Projected {
        let mut entries: Vec<Item> = Vec::with_capacity(tables.iter().map(Vec::len).sum());
        let mut places = Places::new();
        for (kind, lines) in self.shapes.kinds().iter().zip(tables) {
            for Line { key, owner, cells, .. } in lines {
                // A row that came between two statements has no owner yet; its change is on its way too.
                let owner = match kind.is_patient() {
                    true => 0,
                    false => match places.get(&(kind.owner(), owner)) {
                        Some(place) => *place,
                        None => continue,
                    },
                };
                // More entries than places can be counted: a record of 65,535 lines is not one patient's.
                let Ok(place) = u16::try_from(entries.len()) else { break };
                places.insert((kind.place(), key), place);
                let item = self.item(*kind, key, owner, cells, &entries);
                entries.push(item);
            }
        }
        let clinical = self.clinical(&entries, &places, purposes);
        let abouts = self.abouts(&entries);
        let mut found: Vec<Pointer> =
            (0..).zip(&entries).flat_map(|(from, item)| pointers(self.shapes, from, item.kind, &item.cells)).collect();
        let tables = self.shapes.relationships().iter().zip(relationships);
        for ((of, rows), line) in tables.flat_map(|(table, lines)| lines.into_iter().map(move |line| (table, line))) {
            let from = places.get(&(of.place(), line.owner));
            found.extend(from.and_then(|from| pointer(self.shapes, rows, *from, &line.cells)));
        }
        Projected { patient, entries, clinical, abouts, pointers: found }
    }

    fn item(&mut self, kind: NodeKind, id: i32, owner: u16, cells: Vec<Option<Box<str>>>, so_far: &[Item]) -> Item {
        let mut item = Item::plain(kind, id, owner, cells);
        let shape = kind.shape();
        if let Some(clinical) = &shape.clinical {
            item.active = item.flag(STATUS, true);
            item.since = item.derived_day(clinical.since, so_far);
            item.until = clinical.until.and_then(|until| item.derived_day(until, so_far));
        }
        if let Some(role) = item.role() {
            item.ties = self.ties(named(role), item.caption().unwrap_or_default());
        }
        item
    }

    fn clinical(&mut self, entries: &[Item], places: &Places, purposes: Vec<Vec<Line>>) -> Vec<Clinic> {
        let mut found = Vec::new();
        let conditions = conditions(entries);
        for (from, item) in (0..).zip(entries) {
            let (name, kinds): (_, &[FactKind]) = match item.role() {
                Some(Role::Reported) => (INDICATES_CONDITION, &[FactKind::Indicates]),
                Some(Role::Taken) => (TREATS_CONDITION, &[FactKind::Treats, FactKind::Palliates]),
                Some(Role::Had) | None => continue,
            };
            for (to, condition) in &conditions {
                for (theirs, ours) in item.ties.iter().flat_map(|tie| condition.ties.iter().map(move |to| (tie, to))) {
                    for kind in kinds {
                        if let Some(fact) = self.knowledge.fact(*kind, theirs.concept, ours.concept) {
                            let because = Because {
                                fact: Some((*theirs, *kind, *ours)),
                                source: fact.source.clone(),
                                evidence: fact.evidence.clone(),
                            };
                            found.push(Clinic { name, from, to: *to, because });
                        }
                    }
                }
            }
        }
        let tables = self.shapes.purposes().iter().zip(purposes);
        for (of, purpose) in tables.flat_map(|((of, _), lines)| lines.into_iter().map(move |line| (of.place(), line))) {
            let written = purpose.cells.into_iter().next().flatten();
            let (Some(written), Some(from)) = (written, places.get(&(of, purpose.owner))) else {
                continue;
            };
            for to in self.called(&conditions, &written) {
                let (source, evidence) = (self.purpose.clone(), Some(Arc::from(&*written)));
                let because = Because { fact: None, source, evidence };
                found.push(Clinic { name: TREATS_CONDITION, from: *from, to, because });
            }
        }
        found.sort_by(|a, b| (a.name, a.from, a.to, &a.because).cmp(&(b.name, b.from, b.to, &b.because)));
        found.dedup_by(|a, b| (a.name, a.from, a.to, &a.because) == (b.name, b.from, b.to, &b.because));
        found
    }

    /// The places of the conditions that a name names: they have the same name, or the same concept.
    fn called(&mut self, conditions: &[(u16, &Item)], name: &str) -> Vec<u16> {
        let (key, ties) = (self.key(name), self.ties(ConceptKind::Condition, name));
        let mut called = Vec::new();
        for (place, condition) in conditions {
            let own = condition.caption().unwrap_or_default();
            let same_concept = ties.iter().any(|tie| condition.ties.iter().any(|own| own.concept == tie.concept));
            if self.key(own) == key || same_concept {
                called.push(*place);
            }
        }
        called
    }

    /// What entries are about: the condition that the row points to, or else those of the name.
    fn abouts(&mut self, entries: &[Item]) -> Vec<About> {
        let conditions = conditions(entries);
        let mut found = Vec::new();
        for (from, item) in (0..).zip(entries) {
            let Some(names) = &item.kind.shape().names else { continue };
            let pointed = about(item.kind, &item.cells);
            let mut to: Vec<u16> = match pointed {
                Some(key) => {
                    conditions.iter().filter(|(_, condition)| condition.id == key).map(|(place, _)| *place).collect()
                }
                None => self.called(&conditions, item.text(names.prop).unwrap_or_default()),
            };
            to.sort_by_key(|place| entries.get(usize::from(*place)).map(|condition| condition.id));
            found.extend(to.into_iter().map(|to| About { name: names.name, from, to }));
        }
        found
    }

    /// The nodes and relationships, with all their properties.
    pub fn subgraph(&mut self, projected: &Projected) -> Subgraph {
        let Projected { patient, entries, clinical, abouts, pointers } = projected;
        let mut graph = Subgraph { patient: *patient, nodes: Vec::with_capacity(entries.len()), links: Vec::new() };
        let (concepts, weight) = concepts(entries);
        for item in entries {
            let shape = item.kind.shape();
            let mut props = item.props(entries.get(usize::from(item.owner)));
            if item.kind.is_patient() {
                props.insert("concepts", Value::Ints(concepts.iter().map(|id| i64::from(*id)).collect()));
                props.insert("concept_weight", Value::Int(weight));
            }
            if shape.clinical.is_some() {
                let key = self.key(item.caption().unwrap_or_default());
                props.insert("name_key", Value::Text(key));
            }
            for bond in shape.bonds {
                let from = if bond.from_patient { 0 } else { usize::from(item.owner) };
                let from = entries.get(from).map(|from| (from.kind, from.id));
                let repeated = bond.props.iter().filter_map(|(name, of)| Some((*name, props.get(of)?.clone())));
                graph.links.extend(from.map(|from| Link {
                    name: bond.name,
                    from,
                    to: Target::Own(item.kind, item.id),
                    props: repeated.collect(),
                }));
            }
            graph.links.extend(item.ties.iter().map(|tie| Link {
                name: INSTANCE_OF,
                from: (item.kind, item.id),
                to: Target::Concept(tie.concept),
                props: [("how", Value::Text(tie.how.name().into()))].into(),
            }));
            graph.nodes.push(Node { kind: item.kind, id: item.id, label: item.label, props });
        }
        for Clinic { name, from, to, because } in clinical {
            let (Some(from), Some(to)) = (entries.get(usize::from(*from)), entries.get(usize::from(*to))) else {
                continue;
            };
            graph.links.push(Link {
                name,
                from: (from.kind, from.id),
                to: Target::Own(to.kind, to.id),
                props: reason(because),
            });
        }
        for About { name, from, to } in abouts {
            let ends = entries.get(usize::from(*from)).zip(entries.get(usize::from(*to)));
            graph.links.extend(ends.map(|(from, to)| Link {
                name,
                from: (from.kind, from.id),
                to: Target::Own(to.kind, to.id),
                props: Props::new(),
            }));
        }
        let there = pointers.iter().filter(|pointer| self.reference.holds(pointer.to));
        for Pointer { name, from, to, back, props } in there {
            let own = entries.get(usize::from(*from)).map(|own| (own.kind, own.id));
            graph.links.extend(own.map(|own| {
                let (from, to) = match back {
                    true => (*to, Target::Own(own.0, own.1)),
                    false => (own, Target::Reference(to.0, to.1)),
                };
                Link { name, from, to, props: props.clone() }
            }));
        }
        graph
    }
}

/// The conditions among entries, with their places.
fn conditions(entries: &[Item]) -> Vec<(u16, &Item)> {
    (0..).zip(entries).filter(|(_, item)| item.role() == Some(Role::Had)).collect()
}

/// The lines of one patient, from the front of all.
fn of_patient(lines: &mut std::iter::Peekable<impl Iterator<Item = Line>>, patient: i32) -> Vec<Line> {
    std::iter::from_fn(|| lines.next_if(|line| line.patient == patient)).collect()
}

/// The distinct concepts of entries, smallest first, and the sum of their weights.
pub fn concepts(entries: &[Item]) -> (Vec<i32>, i64) {
    let mut all: Vec<(i32, i64)> =
        entries.iter().flat_map(|item| item.ties.iter().map(|tie| (tie.concept, weight(item.kind)))).collect();
    all.sort_unstable();
    all.dedup();
    (all.iter().map(|(concept, _)| *concept).collect(), all.iter().map(|(_, weight)| weight).sum())
}

/// Why, as properties.
fn reason(because: &Because) -> Props {
    let text = |text: &str| Value::Text(text.into());
    let mut props = Props::from([("source", Value::Text(because.source.clone()))]);
    props.extend(because.evidence.clone().map(|evidence| ("evidence", Value::Text(evidence))));
    if let Some((from, kind, to)) = &because.fact {
        props.extend([
            ("kind", text(kind.name())),
            ("from_concept", Value::Int(i64::from(from.concept))),
            ("from_how", text(from.how.name())),
            ("to_concept", Value::Int(i64::from(to.concept))),
            ("to_how", text(to.how.name())),
        ]);
    }
    props
}
