//! The path of an answer: the nodes and relationships that it rests on, each with who says so and on what grounds.

use super::{
    catalog::{CONCEPT, concept},
    entity,
};
use crate::{
    error::Result,
    graph::{
        Because, Clinical, Entry,
        shape::{INSTANCE_OF, NodeKind, Part, TREATS_CONDITION},
    },
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Resolved, Slot, children},
        limits::Limits,
        made::{GlobalId, MadeRow, Texts, ToMany, ToOne, made, of_level, visible},
        model::{Field, FieldDef, Loading, Object, Rows},
        types::{FieldType, Types},
    },
    terminology::knowledge::{ConceptKind, Fact, FactKind, How, Knowledge, Tie},
};
use std::{collections::HashMap, sync::Arc};

/// A node: an entry of a record, a row of reference data, or a concept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// An entry or a row of reference data, with a label besides those of its kind.
    Entry(Entry, Option<&'static str>),
    /// A concept.
    Concept(i32, ConceptKind, Arc<str>),
}

impl Place {
    /// The node of an entry on a path: of the medical history, only conditions are on any.
    fn of(entry: &Entry) -> Self {
        Place::Entry(entry.clone(), entry.kind.shape().clinical.as_ref().and_then(|clinical| clinical.only))
    }

    /// The node of a concept; `None` for one that a newer catalog no longer has.
    pub fn concept(knowledge: &Knowledge, id: i32) -> Option<Self> {
        let concept = knowledge.get(id)?;
        Some(Place::Concept(id, concept.kind, concept.name.clone()))
    }

    /// The node's id.
    fn id(&self) -> String {
        match self {
            Place::Entry(entry, _) => entry_node((entry.kind, entry.id)),
            Place::Concept(id, ..) => concept_node(*id),
        }
    }

    fn name(&self) -> Option<Arc<str>> {
        match self {
            Place::Entry(entry, _) => entry.name.clone(),
            Place::Concept(.., name) => Some(name.clone()),
        }
    }

    fn labels(&self) -> Vec<Arc<str>> {
        let of_concept = |kind: &ConceptKind| match kind {
            ConceptKind::Symptom => "SymptomConcept",
            ConceptKind::Condition => "ConditionConcept",
            ConceptKind::Drug => "DrugConcept",
            ConceptKind::Class => "DrugClass",
        };
        match self {
            Place::Entry(entry, label) => [entry.kind.label()]
                .iter()
                .chain(entry.kind.shape().also)
                .chain(label)
                .map(|label| Arc::from(*label))
                .collect(),
            Place::Concept(_, kind, _) => vec!["Concept".into(), of_concept(kind).into()],
        }
    }
}

/// The id of the node that stands for an entry: one of its own, because the entry's is the record's, of another type. A kind's label is
/// its entity's name.
pub fn entry_node((kind, id): (NodeKind, i32)) -> String {
    format!("{}:{}:{id}", NODE.name, kind.label())
}

/// The id of the node that stands for a concept.
pub fn concept_node(id: i32) -> String {
    format!("{}:{}", NODE.name, concept_key(id))
}

/// The global id of a concept.
pub fn concept_key(id: i32) -> String {
    format!("{}:{id}", CONCEPT.name)
}

made! {
    Place {
        /// The node's own id, as `GraphNode:Symptom:12`: the entry that it stands for has another, see `record`.
        "id": GlobalId = |place| GlobalId(place.id());
        /// The name of the entry or of the concept.
        "name": Option<String> = |place| place.name().map(|name| name.to_string());
    }
}

/// A node of the graph.
pub static NODE: Object = Object {
    name: "GraphNode",
    doc: "A node of the graph: an entry of a patient's record, reference data that the record points to, as a doctor, or a concept of a catalog.",
    is_node: false,
    of: None,
    scalars: Place::SCALARS,
    fields: &[
        FieldDef {
            name: "labels",
            doc: "The labels of the node in the graph, the most specific one first.",
            field: &Texts::<Place>(|place, _| place.labels()),
        },
        FieldDef {
            name: "record",
            doc: "What the node stands for: the entry of the record, the reference data, or the concept. Null where it is gone meanwhile.",
            field: &Record,
        },
        FieldDef {
            name: "concept",
            doc: "The concept of a catalog; null for an entry of a patient's record and for reference data.",
            field: &ToOne {
                object: &CONCEPT,
                make: |place: &Place, cx| match place {
                    Place::Concept(id, ..) => cx.graph.knowledge().get(*id).cloned(),
                    Place::Entry(..) => None,
                },
            },
        },
    ],
};

/// A relationship, one way.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The id of the node that it starts from.
    pub from: String,
    /// The id of the node that it leads to.
    pub to: String,
    /// Its type.
    pub name: &'static str,
    /// Who says so.
    pub source: Option<Arc<str>>,
    /// On what grounds.
    pub evidence: Option<Arc<str>>,
    /// How a name was recognised.
    pub how: Option<How>,
}

made! {
    Edge {
        /// The type of the relationship, as `INSTANCE_OF` or `TREATS`.
        "type": String = |edge| edge.name.to_owned();
        /// The id of the node that the relationship starts from.
        "from": GlobalId = |edge| GlobalId(edge.from.clone());
        /// The id of the node that the relationship leads to.
        "to": GlobalId = |edge| GlobalId(edge.to.clone());
        /// The source of the relationship: the source of a catalog's fact, or `purpose` for what the prescriber wrote; null for what the record itself says.
        "source": Option<String> = |edge| edge.source.as_deref().map(str::to_owned);
        /// The evidence that the source gives for the relationship.
        "evidence": Option<String> = |edge| edge.evidence.as_deref().map(str::to_owned);
        /// How the record's wording was recognised as the concept's name.
        "matched": Option<How> = |edge| edge.how;
    }
}

/// A relationship of the graph.
pub static EDGE: Object = Object {
    name: "GraphRelationship",
    doc: "A relationship between two nodes of the graph.",
    is_node: false,
    of: None,
    scalars: Edge::SCALARS,
    fields: &[],
};

/// Nodes in the order they are walked, and the relationships between them.
#[derive(Debug, Clone, Default)]
pub struct Path {
    /// The nodes.
    pub nodes: Vec<Place>,
    /// The relationships.
    pub edges: Vec<Edge>,
}

made! { Path {} }

/// A path of the graph.
pub static PATH: Object = Object {
    name: "GraphPath",
    doc: "A path in the graph: nodes in order, and the relationships between neighbouring nodes.",
    is_node: false,
    of: None,
    scalars: Path::SCALARS,
    fields: &[
        FieldDef {
            name: "nodes",
            doc: "The nodes of the path, in order.",
            field: &ToMany {
                object: &NODE,
                make: |path: &Path, _, _| Ok(path.nodes.clone()),
                args: no_args,
                expected: 4,
            },
        },
        FieldDef {
            name: "relationships",
            doc: "The relationships between neighbouring nodes of the path, each in its own direction.",
            field: &ToMany {
                object: &EDGE,
                make: |path: &Path, _, _| Ok(path.edges.clone()),
                args: no_args,
                expected: 3,
            },
        },
    ],
};

/// No arguments.
pub fn no_args(_: &mut Types<'_>) -> Vec<crate::graphql::types::Arg> {
    Vec::new()
}

impl Path {
    /// From an entry through a fact between its concept and another's to that other entry.
    pub fn through(knowledge: &Knowledge, from: &Entry, ties: (Tie, Tie), fact: &Fact, to: &Entry) -> Self {
        let mut path = Path::default();
        path.nodes.push(Place::of(from));
        path.tie(knowledge, from, ties.0);
        path.nodes.extend([ties.0, ties.1].iter().filter_map(|tie| Place::concept(knowledge, tie.concept)));
        path.edges.push(Edge::of_fact(fact));
        path.tie(knowledge, to, ties.1);
        path.nodes.push(Place::of(to));
        path
    }

    fn tie(&mut self, knowledge: &Knowledge, entry: &Entry, tie: Tie) {
        self.edges.push(Edge {
            from: entry_node((entry.kind, entry.id)),
            to: concept_node(tie.concept),
            name: INSTANCE_OF,
            source: knowledge.get(tie.concept).map(|concept| concept.catalog.clone()),
            evidence: None,
            how: Some(tie.how),
        });
    }

    /// From an entry through a fact to a concept.
    pub fn to_concept(knowledge: &Knowledge, from: &Entry, tie: Tie, fact: &Fact) -> Self {
        let mut path = Path::default();
        path.nodes.push(Place::of(from));
        path.tie(knowledge, from, tie);
        path.nodes.extend([fact.from, fact.to].iter().filter_map(|id| Place::concept(knowledge, *id)));
        path.edges.push(Edge::of_fact(fact));
        path
    }

    /// Why a clinical relationship is there.
    pub fn because(knowledge: &Knowledge, clinical: &Clinical) -> Self {
        let Clinical { from, to, because, .. } = clinical;
        let Because { fact, source, evidence } = &**because;
        if let Some((ours, kind, theirs)) = fact {
            let fact = Fact {
                kind: *kind,
                from: ours.concept,
                to: theirs.concept,
                source: source.clone(),
                evidence: evidence.clone(),
                weight: None,
            };
            return Path::through(knowledge, from, (*ours, *theirs), &fact, to);
        }
        let edge = Edge {
            from: entry_node((from.kind, from.id)),
            to: entry_node((to.kind, to.id)),
            name: TREATS_CONDITION,
            source: Some(source.clone()),
            evidence: evidence.clone(),
            how: None,
        };
        Path { nodes: vec![Place::of(from), Place::of(to)], edges: vec![edge] }
    }

    /// Goes on along another path that ends, walked backwards, where this one ends.
    pub fn and_back(mut self, mut other: Path) -> Self {
        other.nodes.pop();
        self.nodes.extend(other.nodes.into_iter().rev());
        self.edges.extend(other.edges.into_iter().rev());
        self
    }
}

impl Edge {
    /// A fact of a catalog.
    pub fn of_fact(fact: &Fact) -> Self {
        Edge {
            from: concept_node(fact.from),
            to: concept_node(fact.to),
            name: FactKind::name(fact.kind),
            source: Some(fact.source.clone()),
            evidence: fact.evidence.clone(),
            how: None,
        }
    }
}

/// What a node stands for: the row that it was made from, or the concept.
struct Record;

impl Field for Record {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        for entity in types.model.entities.iter().filter(|entity| matches!(entity.graph, Some(Part::Nodes(_)))) {
            types.entity(entity);
        }
        types.object(&CONCEPT);
        FieldType::new("Node")
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        1
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let asked = of_level::<Place>(&level).collect::<Result<Vec<_>>>()?;
            let entries = asked.iter().filter_map(|place| match place {
                Place::Entry(entry, _) => Some((entry.kind, entry.id)),
                Place::Concept(..) => None,
            });
            let entries: Vec<(NodeKind, i32)> = entries.collect();
            let mut found: HashMap<(NodeKind, i32), Rows> = HashMap::new();
            for kind in cx.graph.shapes().all() {
                let keys: Vec<i32> = entries.iter().filter(|(of, _)| of == kind).map(|(_, id)| *id).collect();
                let rows = visible(cx, entity(cx.model, *kind)?, keys).await?;
                found.extend(rows.into_iter().map(|(id, row)| ((*kind, id), row)));
            }
            let given = asked.iter().map(|place| {
                let row = match place {
                    Place::Entry(entry, _) => found.get(&(entry.kind, entry.id)).cloned(),
                    Place::Concept(id, ..) => concept(cx, *id),
                };
                row.map_or(Resolved::Null, Resolved::One)
            });
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}
