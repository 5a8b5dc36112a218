//! What has to change so that the graph holds what is wanted: pure, without a server.

use super::labels;
use crate::graph::{
    Node, Props, Subgraph, Target, Value,
    shape::{NodeKind, Shapes},
};
use neo4rs::{BoltList, BoltMap, BoltType};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A node as the graph holds it, with the relationships that start at it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Stored {
    /// The patient that it was found under.
    pub(super) patient: i32,
    pub(super) element: String,
    /// Without the prefix.
    pub(super) labels: Vec<String>,
    pub(super) props: BoltMap,
    pub(super) links: Vec<StoredLink>,
}

/// A relationship as the graph holds it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct StoredLink {
    pub(super) element: String,
    pub(super) name: String,
    /// The node that it ends at.
    pub(super) to: String,
    /// That node's key, if it is a concept.
    pub(super) concept: Option<BoltType>,
    pub(super) props: BoltMap,
}

/// At what kind of node a relationship ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Own(NodeKind),
    Concept,
}

/// What nodes' labels follow from: their kind, and the label besides.
type Labelled = (NodeKind, Option<&'static str>);

/// Relationships that are wanted and not found yet, by their type and ends; the type is kept for as long as the program runs.
pub(super) type Absent<'a, F, T> = BTreeMap<(&'a str, F, T), Vec<(&'static str, BoltMap)>>;

/// A relationship to make: the keys of its ends, and its properties.
pub(super) type NewLink = (i32, i32, BoltMap);

/// What has to change. Elements are named as Neo4j names them.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes {
    pub(super) links_gone: Vec<String>,
    pub(super) nodes_gone: Vec<String>,
    /// New nodes by their kind and further label: key and properties.
    pub(super) created: BTreeMap<Labelled, Vec<(i32, BoltMap)>>,
    /// All properties of nodes that stay.
    pub(super) changed: Vec<(String, BoltMap)>,
    /// New relationships by their type and ends.
    pub(super) linked: BTreeMap<(&'static str, NodeKind, End), Vec<NewLink>>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        *self == Changes::default()
    }
}

/// A value as the driver takes it.
fn value(value: &Value) -> BoltType {
    match value {
        Value::Text(text) => (&**text).into(),
        Value::Int(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Date(day) => (*day).into(),
        Value::Ints(numbers) => BoltType::List(numbers.iter().copied().collect::<BoltList>()),
    }
}

/// Properties as the driver takes them.
pub(super) fn map(props: &Props) -> BoltMap {
    props.iter().map(|(name, held)| ((*name).into(), value(held))).collect()
}

/// All properties of a node, its keys included.
pub(super) fn node_props(patient: i32, node: &Node) -> BoltMap {
    let mut props = map(&node.props);
    props.put("patient_id".into(), patient.into());
    props.put(node.kind.key().into(), node.id.into());
    props
}

/// What a stored node is: its kind and key, if it has them as we write them.
pub(super) fn identity(shapes: &Shapes, node: &Stored) -> Option<(NodeKind, i32)> {
    let kind = shapes.kinds().iter().find(|kind| node.labels.iter().any(|label| label == kind.label()))?;
    Some((*kind, number(node.props.value.get(kind.key())?)?))
}

/// A key.
pub(super) fn number(value: &BoltType) -> Option<i32> {
    match value {
        BoltType::Integer(number) => i32::try_from(number.value).ok(),
        _ => None,
    }
}

/// A node's labels without the prefix, as [`Stored::labels`] holds them.
fn fits(node: &Stored, wanted: &Node) -> bool {
    let stored: HashSet<&str> = node.labels.iter().map(String::as_str).collect();
    let wanted = labels(wanted.kind, wanted.label);
    let wanted: HashSet<&str> = wanted.split(':').map(|label| label.trim_start_matches('@')).collect();
    stored == wanted
}

/// Compares what is stored of some patients with what is wanted of them. A node whose labels are wrong, and every copy of a
/// node but one, is removed and made again. A relationship is its type, ends and properties: it never changes, it comes or
/// goes. What fits nothing that is wanted, goes.
pub(super) fn diff(shapes: &Shapes, stored: &[Stored], wanted: &[Subgraph]) -> Changes {
    let mut changes = Changes::default();
    let mut missing: BTreeMap<(NodeKind, i32), (i32, &Node)> = BTreeMap::new();
    for part in wanted {
        missing.extend(part.nodes.iter().map(|node| ((node.kind, node.id), (part.patient, node))));
    }
    let mut kept: HashMap<&str, (NodeKind, i32)> = HashMap::new();
    for node in stored {
        let known = identity(shapes, node).filter(|key| missing.get(key).is_some_and(|(_, wanted)| fits(node, wanted)));
        let Some((key, (patient, wanted))) = known.and_then(|key| missing.remove_entry(&key)) else {
            changes.nodes_gone.push(node.element.clone());
            continue;
        };
        kept.insert(&node.element, key);
        let props = node_props(patient, wanted);
        if props != node.props {
            changes.changed.push((node.element.clone(), props));
        }
    }
    for ((kind, id), (patient, node)) in missing {
        changes.created.entry((kind, node.label)).or_default().push((id, node_props(patient, node)));
    }

    let mut absent: Absent<'_, (NodeKind, i32), Target> = Absent::new();
    for link in wanted.iter().flat_map(|part| &part.links) {
        absent.entry((link.name, link.from, link.to)).or_default().push((link.name, map(&link.props)));
    }
    for (node, link) in stored.iter().flat_map(|node| node.links.iter().map(move |link| (node, link))) {
        let to = match &link.concept {
            Some(concept) => number(concept).map(Target::Concept),
            None => kept.get(link.to.as_str()).map(|(kind, id)| Target::Own(*kind, *id)),
        };
        let place = kept.get(node.element.as_str()).zip(to);
        let same = place.and_then(|(from, to)| absent.get_mut(&(link.name.as_str(), *from, to)));
        match same.and_then(|left| left.iter().position(|(_, props)| *props == link.props).map(|at| (left, at))) {
            Some((left, at)) => drop(left.swap_remove(at)),
            None => changes.links_gone.push(link.element.clone()),
        }
    }
    for ((_, (kind, from), to), left) in absent {
        let (end, to) = match to {
            Target::Own(kind, id) => (End::Own(kind), id),
            Target::Concept(id) => (End::Concept, id),
        };
        for (name, props) in left {
            changes.linked.entry((name, kind, end)).or_default().push((from, to, props));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{
        Link,
        shape::samples::{kind, shapes},
    };

    fn patient(id: i32, name: &str) -> Node {
        Node { kind: kind("Patient"), id, label: None, props: Props::from([("name", Value::Text(name.into()))]) }
    }

    fn entry(id: i32, label: Option<&'static str>) -> Node {
        Node { kind: kind("MedicalHistory"), id, label, props: Props::new() }
    }

    fn has(patient: i32, entry: i32) -> Link {
        let (from, to) = ((kind("Patient"), patient), Target::Own(kind("MedicalHistory"), entry));
        Link { name: "HAS_MEDICAL_HISTORY", from, to, props: Props::new() }
    }

    fn one() -> Subgraph {
        Subgraph { patient: 1, nodes: vec![patient(1, "Ada"), entry(7, Some("Condition"))], links: vec![has(1, 7)] }
    }

    /// What the graph holds after `part` was written.
    fn written(part: &Subgraph) -> Vec<Stored> {
        let element = |kind: NodeKind, id: i32| format!("{kind:?}{id}");
        let link = |(at, link): (usize, &Link)| StoredLink {
            element: format!("{}-{at}", part.patient),
            name: link.name.into(),
            to: if let Target::Own(kind, id) = link.to { element(kind, id) } else { "concept".into() },
            concept: if let Target::Concept(id) = link.to { Some(id.into()) } else { None },
            props: map(&link.props),
        };
        let stored = |node: &Node| Stored {
            patient: part.patient,
            element: element(node.kind, node.id),
            labels: labels(node.kind, node.label).split(':').map(|label| label.replace('@', "")).collect(),
            props: node_props(part.patient, node),
            links: {
                let own = part.links.iter().enumerate().filter(|(_, link)| link.from == (node.kind, node.id));
                own.map(link).collect()
            },
        };
        part.nodes.iter().map(stored).collect()
    }

    #[test]
    fn what_is_there_already_changes_nothing() {
        assert!(diff(&shapes(), &written(&one()), &[one()]).is_empty());
        assert!(!diff(&shapes(), &[], &[one()]).is_empty());
    }

    #[test]
    fn a_new_patient_is_made_whole() {
        let changes = diff(&shapes(), &[], &[one()]);
        assert_eq!(
            changes.created.keys().collect::<Vec<_>>(),
            [&(kind("Patient"), None), &(kind("MedicalHistory"), Some("Condition"))]
        );
        let linked: Vec<_> = changes.linked.into_iter().collect();
        let place = ("HAS_MEDICAL_HISTORY", kind("Patient"), End::Own(kind("MedicalHistory")));
        assert_eq!(linked, [(place, vec![(1, 7, BoltMap::default())])]);
    }

    #[test]
    fn only_the_node_that_changed_is_written() {
        let mut wanted = one();
        wanted.nodes[0] = patient(1, "Grace");
        let changes = diff(&shapes(), &written(&one()), &[wanted]);
        let props = node_props(1, &patient(1, "Grace"));
        assert_eq!(changes, Changes { changed: vec![("Patient1".into(), props)], ..Changes::default() });
    }

    #[test]
    fn a_patient_without_nodes_is_removed() {
        let gone = Subgraph { patient: 1, nodes: Vec::new(), links: Vec::new() };
        let changes = diff(&shapes(), &written(&one()), &[gone]);
        assert_eq!(changes.nodes_gone, ["Patient1", "MedicalHistory7"]);
        assert!(changes.created.is_empty() && changes.linked.is_empty());
    }

    #[test]
    fn another_label_makes_the_node_and_its_relationships_anew() {
        let mut wanted = one();
        wanted.nodes[1] = entry(7, Some("Allergy"));
        let changes = diff(&shapes(), &written(&one()), &[wanted]);
        assert_eq!(
            (&changes.nodes_gone[..], &changes.links_gone[..]),
            (&["MedicalHistory7".into()][..], &["1-0".into()][..])
        );
        assert!(changes.created.contains_key(&(kind("MedicalHistory"), Some("Allergy"))));
        assert_eq!(changes.linked.len(), 1);
    }

    #[test]
    fn copies_strangers_and_foreign_ends_go() {
        let mut stored = written(&one());
        let mut copy = stored[1].clone();
        copy.element = "copy".into();
        let mut stranger = stored[1].clone();
        (stranger.element, stranger.props) = ("stranger".into(), BoltMap::default());
        let mut second = stored[0].links[0].clone();
        second.element = "second".into();
        let mut foreign = second.clone();
        (foreign.element, foreign.to) = ("foreign".into(), "elsewhere".into());
        stored[0].links.extend([second, foreign]);
        stored.extend([copy, stranger]);
        let changes = diff(&shapes(), &stored, &[one()]);
        assert_eq!(changes.nodes_gone, ["copy", "stranger"]);
        assert_eq!(changes.links_gone, ["second", "foreign"]);
        assert!(changes.created.is_empty() && changes.changed.is_empty() && changes.linked.is_empty());
    }

    #[test]
    fn an_entry_that_moved_within_the_batch_stays_the_same_node() {
        let other = Subgraph { patient: 2, nodes: vec![patient(2, "Alan")], links: Vec::new() };
        let mut stored = written(&one());
        stored.extend(written(&other));
        let left = Subgraph { patient: 1, nodes: vec![patient(1, "Ada")], links: Vec::new() };
        let nodes = vec![patient(2, "Alan"), entry(7, Some("Condition"))];
        let changes = diff(&shapes(), &stored, &[left, Subgraph { patient: 2, nodes, links: vec![has(2, 7)] }]);
        let moved = node_props(2, &entry(7, Some("Condition")));
        assert_eq!(changes.changed, [("MedicalHistory7".into(), moved)]);
        assert_eq!(changes.links_gone, ["1-0"]);
        assert!(changes.nodes_gone.is_empty() && changes.created.is_empty());
        assert_eq!(changes.linked.len(), 1);
    }

    #[test]
    fn a_tie_to_a_concept_is_kept_while_its_properties_are_the_same() {
        let tie = |how: &str| Link {
            name: "INSTANCE_OF",
            from: (kind("MedicalHistory"), 7),
            to: Target::Concept(3),
            props: Props::from([("how", Value::Text(how.into()))]),
        };
        let part = |how| Subgraph { links: vec![has(1, 7), tie(how)], ..one() };
        assert!(diff(&shapes(), &written(&part("NAME")), &[part("NAME")]).is_empty());
        let changes = diff(&shapes(), &written(&part("NAME")), &[part("SYNONYM")]);
        assert_eq!(changes.links_gone, ["1-1"]);
        assert_eq!(changes.linked.keys().collect::<Vec<_>>(), [&("INSTANCE_OF", kind("MedicalHistory"), End::Concept)]);
    }
}
