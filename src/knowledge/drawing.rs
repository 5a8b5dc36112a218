//! A patient's part of the graph, to draw.

use super::{
    filter::PATIENT_FACTS,
    path::{EDGE, Edge, NODE, Place, concept_node, entry_node, no_args},
};
use crate::db::{Flag, enumeration};
use crate::{
    error::Error,
    graph::{Drawing, Target},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Resolved, Slot, children, too_many},
        filter::Facts,
        limits::Limits,
        made::{Made, MadeRow, ToMany, Values, made},
        model::{Field, FieldDef, Loading, Object},
        relation::keys,
        types::{Arg, FieldType, Types},
    },
    terminology::knowledge::Knowledge,
};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
};

enumeration! {
    /// What a drawing of the graph may leave out.
    GraphOmission {
        /// There are more nodes of the record than a drawing shows, or more relationships from one symptom or medicine to conditions.
        Record "RECORD" = "record",
        /// One entry leads to more doctors, or to more of other data that all patients share, than a drawing shows.
        Shared "SHARED" = "shared",
    }
}

/// Nodes and relationships around a patient.
#[derive(Debug, Clone, Default)]
struct Around {
    nodes: Vec<Place>,
    edges: Vec<Edge>,
    omits: Vec<GraphOmission>,
}

made! {
    Around {
        /// Whether there are more nodes than a drawing shows, or more relationships from one symptom or medicine to conditions, or from one
        /// entry to doctors.
        "truncated": Flag<false> = |around| Flag(!around.omits.is_empty());
    }
}

static AROUND: Object = Object {
    name: "PatientGraph",
    doc: "The nodes around a patient and the relationships between them.",
    is_node: false,
    of: None,
    scalars: Around::SCALARS,
    fields: &[
        FieldDef {
            name: "omits",
            doc: "What the drawing leaves out; empty where it shows everything.",
            field: &Values(|around: &Around| around.omits.clone()),
        },
        FieldDef {
            name: "nodes",
            doc: "The nodes: the patient first, then the others by their distance.",
            field: &ToMany {
                object: &NODE,
                make: |around: &Around, _, _| Ok(around.nodes.clone()),
                args: no_args,
                expected: 50,
            },
        },
        FieldDef {
            name: "relationships",
            doc: "The relationships between these nodes.",
            field: &ToMany {
                object: &EDGE,
                make: |around: &Around, _, _| Ok(around.edges.clone()),
                args: no_args,
                expected: 100,
            },
        },
    ],
};

/// How far from the patient a drawing may reach.
const DEEPEST: u32 = 4;
/// How many nodes a drawing may have.
const MOST: u32 = 2_000;

/// `graph(depth)`; filters know it by the same name.
pub struct Graph;

impl Field for Graph {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&AROUND);
        let doc = format!(
            "How many relationships a node may be away from the patient: 1 (the default) gives the entries of the patient's record and the doctors who look after the patient, 2 adds the concepts that the entries name and where the doctors work, 3 adds what the catalogs know of those concepts; at most {DEEPEST}."
        );
        FieldType { ty: AROUND.name.into(), args: vec![Arg::new("depth", "Int", doc)] }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&AROUND)
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        1
    }
    fn effort(&self) -> u64 {
        50
    }
    fn facts(&self) -> Option<&'static dyn Facts> {
        Some(&PATIENT_FACTS)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let depth = slot.args.count("depth", u32::MAX)?.unwrap_or(1);
            if depth > DEEPEST {
                return Err(Error::BadInput(format!("`depth` is at most {DEEPEST}")));
            }
            let patients = keys(&level, None);
            let mut rows = 0;
            let mut asked: Vec<i32> = patients.iter().flatten().copied().collect();
            asked.sort_unstable();
            asked.dedup();
            let knowledge = cx.graph.knowledge();
            let ask = async || {
                let drawings = cx.graph.drawing(&asked, MOST).await?;
                cx.charge(drawings.iter().map(|drawing| drawing.nodes.len() + drawing.links.len()).sum())?;
                Ok(drawings)
            };
            let drawings = cx.answers.drawings.get(asked.clone(), ask).await?;
            let mut around = Vec::with_capacity(drawings.len());
            for drawing in drawings.iter() {
                let one = self::around(drawing, &knowledge, depth);
                rows += one.nodes.len() + one.edges.len();
                // Each of the two becomes a level.
                too_many(cx, rows / 2)?;
                cx.breathe(rows).await;
                around.push(one);
            }
            let rows = Made::rows(&AROUND, around);
            let given = patients.iter().map(|patient| {
                let place = drawings.iter().position(|drawing| Some(drawing.patient) == *patient);
                place.map_or(Resolved::Null, |place| Resolved::One(rows.one(place as u32)))
            });
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

/// What lies within `depth` relationships of the patient, whichever way they point.
fn around(drawing: &Drawing, knowledge: &Knowledge, depth: u32) -> Around {
    let mut places: BTreeMap<Target, Place> = BTreeMap::new();
    for (entry, label) in &drawing.nodes {
        places.insert(Target::node(entry.kind, entry.id), Place::Entry(entry.clone(), *label));
    }
    let mut links: Vec<(Target, Target, Edge)> = Vec::new();
    for ((kind, id), name, to) in &drawing.links {
        if let Target::Concept(concept) = to {
            places.extend(Place::concept(knowledge, *concept).map(|place| (*to, place)));
        }
        let target = match to {
            Target::Own(kind, id) | Target::Reference(kind, id) => entry_node((*kind, *id)),
            Target::Concept(id) => concept_node(*id),
        };
        let edge = Edge { from: entry_node((*kind, *id)), to: target, name, source: None, evidence: None, how: None };
        links.push((Target::node(*kind, *id), *to, edge));
    }
    // Facts between the concepts that the patient's entries name; nobody else's concepts come in.
    let concepts: Vec<i32> = places.keys().filter_map(|place| concept(*place)).collect();
    for fact in concepts.iter().flat_map(|concept| knowledge.facts_from(*concept)) {
        if concepts.binary_search(&fact.to).is_ok() {
            links.push((Target::Concept(fact.from), Target::Concept(fact.to), Edge::of_fact(fact)));
        }
    }
    let mut beside: BTreeMap<Target, Vec<Target>> = BTreeMap::new();
    for (from, to, _) in &links {
        beside.entry(*from).or_default().push(*to);
        beside.entry(*to).or_default().push(*from);
    }
    let patient = drawing.nodes.iter().find(|(entry, _)| entry.kind.is_patient());
    let patient = patient.map(|(entry, _)| Target::Own(entry.kind, entry.id));
    let (mut seen, mut order) = (HashSet::<Target>::from_iter(patient), Vec::new());
    let mut ahead: VecDeque<_> = patient.into_iter().map(|patient| (patient, 0)).collect();
    while let Some((place, distance)) = ahead.pop_front() {
        order.push(place);
        let mut next: Vec<Target> = beside.get(&place).cloned().unwrap_or_default();
        next.sort_unstable();
        for place in next {
            if distance < depth && places.contains_key(&place) && seen.insert(place) {
                ahead.push_back((place, distance + 1));
            }
        }
    }
    let shown = |(from, to, edge): (Target, Target, Edge)| (seen.contains(&from) && seen.contains(&to)).then_some(edge);
    let omits = [(drawing.cut, GraphOmission::Record), (drawing.cut_references, GraphOmission::Shared)];
    Around {
        edges: links.into_iter().filter_map(shown).collect(),
        nodes: order.iter().filter_map(|place| places.get(place).cloned()).collect(),
        omits: omits.into_iter().filter_map(|(omitted, part)| omitted.then_some(part)).collect(),
    }
}

fn concept(place: Target) -> Option<i32> {
    match place {
        Target::Concept(id) => Some(id),
        Target::Own(..) | Target::Reference(..) => None,
    }
}
