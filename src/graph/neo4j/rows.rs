//! The rows of statements that answer questions, and what they mean.

use crate::{
    error::{Error, Result},
    graph::{
        self, Because, DRAWN, Drawing, Entry, Target,
        shape::{INDICATES_CONDITION, INSTANCE_OF, NodeKind, Role, Shapes, TREATS_CONDITION},
    },
    terminology::knowledge::{FactKind, How, Tie},
};
use chrono::NaiveDate;
use neo4rs::{BoltMap, BoltType};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// A map, as a parameter.
pub(super) fn map<const N: usize>(fields: [(&str, BoltType); N]) -> BoltType {
    BoltType::Map(fields.into_iter().map(|(name, value)| (name.into(), value)).collect::<BoltMap>())
}

#[derive(Deserialize)]
pub(super) struct Id {
    pub(super) id: i32,
}

/// The properties of a clinical relationship.
#[derive(Deserialize)]
struct Why {
    source: String,
    evidence: Option<String>,
    kind: Option<String>,
    from_concept: Option<i32>,
    from_how: Option<String>,
    to_concept: Option<i32>,
    to_how: Option<String>,
}

fn unreadable(what: &str) -> Error {
    Error::Internal(format!("the graph holds {what} that nobody writes"))
}

impl Why {
    fn read(self) -> Result<Because> {
        let tie = |concept: Option<i32>, how: Option<String>| -> Option<Tie> {
            Some(Tie { concept: concept?, how: How::of(&how?)? })
        };
        let fact = match self.kind {
            None => None,
            Some(kind) => {
                let (from, to) = (tie(self.from_concept, self.from_how), tie(self.to_concept, self.to_how));
                let fact = from.zip(FactKind::of(&kind)).zip(to).map(|((from, kind), to)| (from, kind, to));
                Some(fact.ok_or_else(|| unreadable("a reason"))?)
            }
        };
        Ok(Because { fact, source: self.source.into(), evidence: self.evidence.map(Into::into) })
    }
}

fn entry(kind: NodeKind, id: i32, name: Option<String>) -> Entry {
    Entry { kind, id, name: name.map(Into::into) }
}

#[derive(Deserialize)]
pub(super) struct Clinical {
    patient: i32,
    from_id: i32,
    from_name: Option<String>,
    to_id: i32,
    to_name: Option<String>,
    because: Why,
}

impl Clinical {
    pub(super) fn read(self, from: NodeKind, to: NodeKind) -> Result<graph::Clinical> {
        Ok(graph::Clinical {
            patient: self.patient,
            from: entry(from, self.from_id, self.from_name),
            to: entry(to, self.to_id, self.to_name),
            because: self.because.read()?.into(),
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Number {
    pub(super) id: i32,
    pub(super) number: u32,
}

#[derive(Deserialize)]
pub(super) struct Crossing {
    patient: i32,
    condition: i32,
    active: bool,
    since: Option<NaiveDate>,
    symptoms: u32,
    taken: u32,
    stopped: u32,
}

impl Crossing {
    pub(super) fn read(self) -> graph::Crossing {
        let Crossing { patient, condition, active, since, symptoms, taken, stopped } = self;
        graph::Crossing { patient, condition, active, since, symptoms, taken, stopped }
    }
}

/// A span, as a parameter.
pub(super) fn span(at: i64, span: &graph::Span) -> BoltType {
    map([
        ("at", at.into()),
        ("patient", span.patient.into()),
        ("condition", span.condition.into()),
        ("taken", span.taken.into()),
        ("medication", i64::from(span.medication).into()),
        ("from", i64::from(span.from).into()),
        ("to", i64::from(span.to).into()),
    ])
}

/// The care paths of a span.
#[derive(Deserialize)]
pub(super) struct CarePaths {
    at: usize,
    patient: i32,
    history_id: i32,
    history: Option<String>,
    medication_id: i32,
    medication: Option<String>,
    treats: Vec<Why>,
    symptoms: Vec<OfSymptom>,
}

#[derive(Deserialize)]
struct OfSymptom {
    symptom_id: i32,
    symptom: Option<String>,
    indicates: Vec<Why>,
}

impl CarePaths {
    pub(super) fn read(self, shapes: &Shapes) -> Result<(usize, Vec<graph::CarePath>)> {
        let (symptom, medication) = (shapes.with_role(Role::Reported)?, shapes.with_role(Role::Taken)?);
        let (patient, to) = (self.patient, entry(shapes.with_role(Role::Had)?, self.history_id, self.history));
        let clinical = |from: Entry, reasons: Vec<Why>| -> Result<Arc<[graph::Clinical]>> {
            let reason = |why: Why| {
                Ok(graph::Clinical { patient, from: from.clone(), to: to.clone(), because: why.read()?.into() })
            };
            let mut found = reasons.into_iter().map(reason).collect::<Result<Vec<_>>>()?;
            found.sort_unstable();
            found.dedup();
            Ok(found.into())
        };
        let treats = clinical(entry(medication, self.medication_id, self.medication), self.treats)?;
        let path = |of: OfSymptom| {
            let indicates = clinical(entry(symptom, of.symptom_id, of.symptom), of.indicates)?;
            Ok(graph::CarePath { indicates, treats: treats.clone() })
        };
        Ok((self.at, self.symptoms.into_iter().map(path).collect::<Result<_>>()?))
    }
}

#[derive(Deserialize)]
struct Tied {
    concept: i32,
    how: String,
}

#[derive(Deserialize)]
pub(super) struct Own {
    patient: i32,
    label: String,
    key: i32,
    name: Option<String>,
    active: bool,
    since: Option<NaiveDate>,
    until: Option<NaiveDate>,
    covered: bool,
    ties: Vec<Tied>,
}

impl Own {
    pub(super) fn read(self, shapes: &Shapes) -> Result<graph::ClinicalEntry> {
        let kind = shapes.labelled(&self.label);
        let tie = |tied: Tied| {
            let how = How::of(&tied.how).ok_or_else(|| unreadable("a tie"))?;
            Ok(Tie { concept: tied.concept, how })
        };
        Ok(graph::ClinicalEntry {
            patient: self.patient,
            entry: entry(kind.ok_or_else(|| unreadable("a label"))?, self.key, self.name),
            active: self.active,
            since: self.since,
            until: self.until,
            ties: self.ties.into_iter().map(tie).collect::<Result<_>>()?,
            covered: self.covered,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Similar {
    patient: i32,
    other: i32,
    shared: i64,
    theirs: i64,
    concepts: Vec<i32>,
}

impl Similar {
    pub(super) fn read(self) -> graph::Similar {
        let Similar { patient, other, shared, theirs, concepts } = self;
        graph::Similar { patient, other, shared, theirs, concepts }
    }
}

#[derive(Deserialize)]
pub(super) struct Counts {
    patients: i64,
    nodes: i64,
    relationships: i64,
}

impl Counts {
    pub(super) fn read(&self) -> graph::Counts {
        graph::Counts { patients: self.patients, nodes: self.nodes, relationships: self.relationships }
    }
}

/// A node of a drawing, with its relationships.
#[derive(Deserialize)]
pub(super) struct Drawn {
    patient: i32,
    /// Its place in [`Shapes::all`].
    kind: u8,
    key: i32,
    name: Option<String>,
    labels: Vec<String>,
    element: String,
    /// What leads to it from other nodes of the patient.
    bonds: Vec<Bond>,
    /// The concepts that its name names.
    ties: Vec<i32>,
    /// What it speaks for, is for, or is about; one more than is drawn tells that there are more.
    clinical: Vec<Speaks>,
    /// What it points to of the reference data; likewise.
    reference: Vec<Referred>,
    /// What points to it of the reference data; likewise.
    by: Vec<Referred>,
}

/// Reference data that a node points to, or that point to it.
#[derive(Deserialize)]
struct Referred {
    link: String,
    /// Its place in [`Shapes::all`].
    kind: u8,
    key: i32,
    name: Option<String>,
    labels: Vec<String>,
    /// What it points to itself.
    #[serde(default)]
    on: Vec<Referred>,
}

#[derive(Deserialize)]
struct Bond {
    name: String,
    from: String,
}

#[derive(Deserialize)]
struct Speaks {
    name: String,
    to: String,
}

/// The types of relationships that a drawing shows.
fn type_of(shapes: &Shapes, name: &str) -> Option<&'static str> {
    let rows =
        shapes.bonds().chain(shapes.to_reference()).chain(shapes.from_reference()).chain(shapes.among_reference());
    let rows = rows.chain(shapes.naming());
    rows.chain([INDICATES_CONDITION, TREATS_CONDITION, INSTANCE_OF]).find(|known| *known == name)
}

/// The label that a node has besides those of its kind.
fn besides(kind: NodeKind, labels: &[String], prefix: &str) -> Option<&'static str> {
    let mut known = kind.shape().sorted.iter().flat_map(|sorted| sorted.labels).map(|(_, label)| *label);
    known.find(|known| labels.iter().any(|label| label.strip_prefix(prefix) == Some(known)))
}

/// Puts each patient's nodes together; relationships to nodes that are not shown, or of types that are not ours, are left out.
pub(super) fn drawings(shapes: &Shapes, prefix: &str, nodes: Vec<Drawn>, most: u32) -> Result<Vec<Drawing>> {
    let mut patients: BTreeMap<i32, Vec<(NodeKind, Drawn)>> = BTreeMap::new();
    for node in nodes {
        let kind = shapes.at(node.kind).ok_or_else(|| unreadable("a kind"))?;
        patients.entry(node.patient).or_default().push((kind, node));
    }
    let drawing = |(patient, mut nodes): (i32, Vec<(NodeKind, Drawn)>)| {
        nodes.sort_by_key(|(kind, node)| (*kind, node.key));
        let shown = usize::try_from(most).unwrap_or(usize::MAX);
        let cut = nodes.len() > shown;
        nodes.truncate(shown);
        let elements: HashMap<String, (NodeKind, i32)> =
            nodes.iter().map(|(kind, node)| (node.element.clone(), (*kind, node.key))).collect();
        let mut drawing = Drawing { patient, cut, ..Drawing::default() };
        for (kind, node) in nodes {
            let (label, own) = (besides(kind, &node.labels, prefix), (kind, node.key));
            drawing.cut |= node.clinical.len() > DRAWN;
            drawing.links.extend(node.bonds.into_iter().filter_map(|bond| {
                Some((*elements.get(&bond.from)?, type_of(shapes, &bond.name)?, Target::Own(kind, node.key)))
            }));
            drawing.links.extend(node.ties.into_iter().map(|concept| (own, INSTANCE_OF, Target::Concept(concept))));
            drawing.links.extend(node.clinical.into_iter().take(DRAWN).filter_map(|link| {
                let (kind, id) = elements.get(&link.to)?;
                Some((own, type_of(shapes, &link.name)?, Target::Own(*kind, *id)))
            }));
            drawing.nodes.push((entry(kind, node.key, node.name), label));
            refer(shapes, prefix, own, (node.reference, false), &mut drawing);
            refer(shapes, prefix, own, (node.by, true), &mut drawing);
        }
        drawing.once();
        drawing
    };
    Ok(patients.into_iter().map(drawing).collect())
}

/// Adds what a node points to of the reference data, or what points back to it.
fn refer(
    shapes: &Shapes,
    prefix: &str,
    from: (NodeKind, i32),
    (to, back): (Vec<Referred>, bool),
    drawing: &mut Drawing,
) {
    drawing.cut_references |= to.len() > DRAWN;
    for Referred { link, kind, key, name, labels, on } in to.into_iter().take(DRAWN) {
        let Some((kind, link)) = shapes.at(kind).zip(type_of(shapes, &link)) else { continue };
        drawing.nodes.push((entry(kind, key, name), besides(kind, &labels, prefix)));
        drawing.links.push(match back {
            true => ((kind, key), link, Target::Own(from.0, from.1)),
            false => (from, link, Target::Reference(kind, key)),
        });
        refer(shapes, prefix, (kind, key), (on, false), drawing);
    }
}
