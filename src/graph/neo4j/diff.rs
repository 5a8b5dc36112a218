//! What has to change so that the graph holds what is wanted: pure, without a server.

use super::labels;
use crate::graph::{
    Node, Props, Subgraph, Target, Value,
    shape::{NodeKind, Shapes},
};
use neo4rs::{BoltList, BoltMap, BoltType};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A node as the graph holds it, with the relationships that start at it, and those from reference data that end at it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Stored {
    /// The patient that it was found under, or the reference data.
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
    /// Whether it ends at the node that it was found with, and does not start there.
    pub(super) back: bool,
    /// The node at its other end.
    pub(super) to: String,
    /// That node's key, if it is a concept.
    pub(super) concept: Option<BoltType>,
    /// The label of that node, if it is reference data,
    pub(super) reference: Option<String>,
    /// and its key.
    pub(super) key: Option<BoltType>,
    pub(super) props: BoltMap,
}

impl StoredLink {
    /// Where it starts and where it ends, found with this node; `own` as below.
    pub(super) fn ends(
        &self,
        shapes: &Shapes,
        here: (NodeKind, i32),
        own: impl Fn(&str) -> Option<(NodeKind, i32)>,
    ) -> Option<((NodeKind, i32), Target)> {
        match (self.target(shapes, here.0, own)?, self.back) {
            (to, false) => Some((here, to)),
            (Target::Reference(kind, id), true) => Some(((kind, id), Target::Own(here.0, here.1))),
            (Target::Own(..) | Target::Concept(_), true) => None,
        }
    }

    /// What is at its other end, beside a node of this kind; `own` says which of the nodes beside that one an element is.
    pub(super) fn target(
        &self,
        shapes: &Shapes,
        from: NodeKind,
        own: impl Fn(&str) -> Option<(NodeKind, i32)>,
    ) -> Option<Target> {
        match (&self.concept, &self.reference) {
            (Some(concept), _) => number(concept).map(Target::Concept),
            // Among reference data it is known which copy of a node stays.
            (None, Some(label)) if !from.is_reference() => {
                Some(Target::Reference(shapes.labelled(label)?, self.key.as_ref().and_then(number)?))
            }
            _ => own(&self.to).map(|(kind, id)| Target::node(kind, id)),
        }
    }
}

/// At what kind of node a relationship ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Node(NodeKind),
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
    /// Those of the nodes that go of which another node stays: they go with the relationships that lead to them.
    pub(super) copies: Vec<(NodeKind, i32)>,
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

    /// The nodes that are made or made anew, of which some relationships from elsewhere are wanted that are not there yet.
    pub(super) fn made(&self) -> Vec<(NodeKind, i32)> {
        let nodes = self.created.iter().flat_map(|((kind, _), made)| made.iter().map(|(id, _)| (*kind, *id)));
        nodes.chain(self.copies.iter().copied()).collect()
    }
}

/// A value as the driver takes it.
fn value(value: &Value) -> BoltType {
    match value {
        Value::Text(text) => (&**text).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
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
    if !node.kind.is_reference() {
        props.put("patient_id".into(), patient.into());
    }
    props.put(node.kind.key().into(), node.id.into());
    props
}

/// What a stored node is: its kind and key, if it has them as we write them.
pub(super) fn identity(shapes: &Shapes, node: &Stored) -> Option<(NodeKind, i32)> {
    let kind = shapes.all().iter().find(|kind| node.labels.iter().any(|label| label == kind.label()))?;
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
            changes.copies.extend(identity(shapes, node));
            continue;
        };
        kept.insert(&node.element, key);
        let props = node_props(patient, wanted);
        if props != node.props {
            changes.changed.push((node.element.clone(), props));
        }
    }
    changes.copies.retain(|key| kept.values().any(|kept| kept == key));
    for ((kind, id), (patient, node)) in missing {
        changes.created.entry((kind, node.label)).or_default().push((id, node_props(patient, node)));
    }

    let mut absent: Absent<'_, (NodeKind, i32), Target> = Absent::new();
    for link in wanted.iter().flat_map(|part| &part.links) {
        absent.entry((link.name, link.from, link.to)).or_default().push((link.name, map(&link.props)));
    }
    for (node, link) in stored.iter().flat_map(|node| node.links.iter().map(move |link| (node, link))) {
        let here = kept.get(node.element.as_str());
        let place = here.and_then(|here| link.ends(shapes, *here, |to| kept.get(to).copied()));
        let same = place.and_then(|(from, to)| absent.get_mut(&(link.name.as_str(), from, to)));
        match same.and_then(|left| left.iter().position(|(_, props)| *props == link.props).map(|at| (left, at))) {
            Some((left, at)) => drop(left.swap_remove(at)),
            None => changes.links_gone.push(link.element.clone()),
        }
    }
    for ((_, (kind, from), to), left) in absent {
        let (end, to) = match to {
            Target::Own(kind, id) | Target::Reference(kind, id) => (End::Node(kind), id),
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
    use crate::{
        feed::REFERENCE,
        graph::{
            Link,
            shape::samples::{kind, shapes},
        },
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
            back: false,
            to: match link.to {
                Target::Own(kind, id) | Target::Reference(kind, id) => element(kind, id),
                Target::Concept(_) => "concept".into(),
            },
            concept: if let Target::Concept(id) = link.to { Some(id.into()) } else { None },
            reference: if let Target::Reference(kind, _) = link.to { Some(kind.label().into()) } else { None },
            key: if let Target::Reference(_, id) = link.to { Some(id.into()) } else { None },
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
        let place = ("HAS_MEDICAL_HISTORY", kind("Patient"), End::Node(kind("MedicalHistory")));
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

    fn layer(doctors: &[i32]) -> Subgraph {
        let doctor = |id: &i32| Node { kind: kind("Doctor"), id: *id, label: None, props: Props::new() };
        Subgraph { patient: REFERENCE, nodes: doctors.iter().map(doctor).collect(), links: Vec::new() }
    }

    #[test]
    fn a_patients_relationship_to_reference_data_is_kept_by_their_key() {
        let seen = |id: i32| Link {
            name: "SEEN_BY",
            from: (kind("Patient"), 1),
            to: Target::Reference(kind("Doctor"), id),
            props: Props::new(),
        };
        let part = |id| Subgraph { links: vec![has(1, 7), seen(id)], ..one() };
        assert!(diff(&shapes(), &written(&part(3)), &[part(3)]).is_empty());
        let changes = diff(&shapes(), &written(&part(3)), &[part(4)]);
        assert_eq!(changes.links_gone, ["1-1"]);
        let linked: Vec<_> = changes.linked.into_iter().collect();
        let place = ("SEEN_BY", kind("Patient"), End::Node(kind("Doctor")));
        assert_eq!(linked, [(place, vec![(1, 4, BoltMap::default())])]);
    }

    #[test]
    fn reference_data_belong_to_no_patient_and_tell_what_was_made() {
        let changes = diff(&shapes(), &written(&layer(&[1])), &[layer(&[1, 2])]);
        let props: BoltMap = [("doctor_id".into(), 2.into())].into_iter().collect();
        assert_eq!(changes.created.values().collect::<Vec<_>>(), [&vec![(2, props)]]);
        assert_eq!(changes.made(), [(kind("Doctor"), 2)]);
        // Of two nodes of one key one goes, and relationships that lead to it with it.
        let mut stored = written(&layer(&[1, 2]));
        let mut copy = stored[0].clone();
        copy.element = "copy".into();
        stored.push(copy);
        let changes = diff(&shapes(), &stored, &[layer(&[1])]);
        assert_eq!(changes.nodes_gone, ["Doctor2", "copy"]);
        assert_eq!(changes.made(), [(kind("Doctor"), 1)]);
    }
}
