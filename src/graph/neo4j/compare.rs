//! Comparing what the graph holds of patients with what it ought to hold, without writing.

use super::{
    Neo4j,
    diff::{Changes, Stored, diff, identity, map, node_props},
    labels,
    write::Written,
};
use crate::{
    error::Result,
    graph::{
        Link, Node, Subgraph, Target,
        shape::{NodeKind, Shapes},
    },
};
use neo4rs::{BoltMap, BoltType};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// How many of a patient's differences are named.
const NAMED: usize = 5;

/// A patient, or the reference layer, in the graph beside the same as wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The patient's key, or that of the reference layer.
    pub patient: i32,
    /// Whether the database does not have this patient.
    pub gone: bool,
    /// A digest of the nodes and relationships that are wanted. It is for comparing both sides of one run, not for keeping.
    pub wanted: String,
    /// The same of those that are there; equal to the other if and only if nothing differs.
    pub held: String,
    /// What would have to be written.
    pub needs: Written,
    /// Some of what differs: labels, types and keys.
    pub examples: Vec<String>,
}

impl Neo4j {
    /// Which of these patients the graph does not hold as wanted.
    pub async fn differing(&self, wanted: &[Subgraph]) -> Result<Vec<i32>> {
        Ok(self.compare(wanted).await?.into_iter().map(|compared| compared.patient).collect())
    }

    /// The patients that the graph does not hold as wanted, and how they differ.
    pub async fn compare(&self, wanted: &[Subgraph]) -> Result<Vec<Compared>> {
        let patients: Vec<i32> = wanted.iter().map(|part| part.patient).collect();
        let mut stored: HashMap<i32, Vec<Stored>> = HashMap::new();
        for node in self.stored(&patients).await? {
            stored.entry(node.patient).or_default().push(node);
        }
        let compared = |part: &Subgraph| {
            let held = stored.get(&part.patient).map_or(&[][..], Vec::as_slice);
            let (ours, theirs) = (digest(wanted_lines(part)), digest(stored_lines(self.shapes, held)));
            (ours != theirs).then(|| {
                let changes = diff(self.shapes, held, std::slice::from_ref(part));
                Compared {
                    patient: part.patient,
                    gone: part.nodes.is_empty(),
                    wanted: ours,
                    held: theirs,
                    needs: Written::of(&changes),
                    examples: named(self.shapes, &changes, held),
                }
            })
        };
        Ok(wanted.iter().filter_map(compared).collect())
    }
}

/// A digest of lines, whatever their order.
fn digest(mut lines: Vec<String>) -> String {
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for line in lines {
        // A line never holds a line's end: texts are quoted.
        hash.update(line + "\n");
    }
    format!("{:x}", hash.finalize())
}

fn node_line(mut labels: Vec<&str>, props: &BoltMap) -> String {
    labels.sort_unstable();
    format!("{labels:?} {:?}", sorted(props))
}

fn link_line(name: &str, from: Option<(NodeKind, i32)>, to: Option<Target>, props: &BoltMap) -> String {
    format!("{name:?} {from:?} {to:?} {:?}", sorted(props))
}

fn sorted(props: &BoltMap) -> BTreeMap<&str, &BoltType> {
    props.value.iter().map(|(name, value)| (name.value.as_str(), value)).collect()
}

fn wanted_lines(part: &Subgraph) -> Vec<String> {
    let node = |node: &Node| {
        let labels = labels(node.kind, node.label).replace('@', "");
        node_line(labels.split(':').collect(), &node_props(part.patient, node))
    };
    let link = |link: &Link| link_line(link.name, Some(link.from), Some(link.to), &map(&link.props));
    part.nodes.iter().map(node).chain(part.links.iter().map(link)).collect()
}

fn stored_lines(shapes: &Shapes, held: &[Stored]) -> Vec<String> {
    let known: HashMap<&str, (NodeKind, i32)> =
        held.iter().filter_map(|node| Some((node.element.as_str(), identity(shapes, node)?))).collect();
    let mut lines = Vec::new();
    for node in held {
        lines.push(node_line(node.labels.iter().map(String::as_str).collect(), &node.props));
        for link in &node.links {
            // Where it leads out of the patient, it is like nothing that is wanted.
            let here = known.get(node.element.as_str()).copied();
            let ends = here.and_then(|here| link.ends(shapes, here, |to| known.get(to).copied()));
            let (from, to) = ends.map_or((here, None), |(from, to)| (Some(from), Some(to)));
            lines.push(link_line(&link.name, from, to, &link.props));
        }
    }
    lines
}

/// Some of what has to change, by labels, types and keys.
fn named(shapes: &Shapes, changes: &Changes, held: &[Stored]) -> Vec<String> {
    let at = |kind: NodeKind, key: i32| format!("{} {key}", kind.label());
    let place = |node: &Stored| {
        identity(shapes, node).map_or_else(|| "a node without a key".to_owned(), |(kind, id)| at(kind, id))
    };
    let nodes: HashMap<&str, String> = held.iter().map(|node| (node.element.as_str(), place(node))).collect();
    let links: HashMap<&str, String> = held
        .iter()
        .flat_map(|node| node.links.iter().map(move |link| (link.element.as_str(), (node, link))))
        .map(|(element, (node, link))| (element, format!("{} of {}", link.name, place(node))))
        .collect();
    let node = |element: &str, how: &str| nodes.get(element).map(|node| format!("{node} is {how}"));
    let missing = changes
        .created
        .iter()
        .flat_map(|((kind, _), made)| made.iter().map(move |(key, _)| format!("{} is missing", at(*kind, *key))));
    let changed = changes.changed.iter().filter_map(|(element, _)| node(element, "changed"));
    let stale = changes.nodes_gone.iter().filter_map(|element| node(element, "stale"));
    let unlinked = changes.linked.iter().flat_map(|((name, kind, _), made)| {
        made.iter().map(move |(from, ..)| format!("{name} of {} is missing", at(*kind, *from)))
    });
    let stray = changes.links_gone.iter().filter_map(|element| links.get(element.as_str()));
    let stray = stray.map(|link| format!("{link} is stray"));
    missing.chain(changed).chain(stale).chain(unlinked).chain(stray).take(NAMED).collect()
}
