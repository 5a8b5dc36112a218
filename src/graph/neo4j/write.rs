//! Writing: the difference between what is stored and what is wanted, in one statement, unless a newer projector was there.
//!
//! A statement is a guard and parts, `CALL () { … }`, so it is written whole or not at all. The guard takes the state's lock
//! by writing to it before it looks at the epoch: of two projectors one waits for the other, and the older is refused.
//!
//! Only what is too much for one statement is written by several ([`Neo4j::apply_by`]), the mark with the last.

use super::{
    Neo4j,
    client::Ask,
    diff::{Changes, End, NewLink, Stored, diff},
    each_kind, label, labels, of_patient, of_reference,
    rows::map,
    schema,
};
use crate::{
    error::Result,
    feed::REFERENCE,
    graph::{
        Subgraph,
        shape::{NodeKind, Shapes},
    },
};
use neo4rs::{BoltList, BoltMap, BoltType};
use serde::de::IgnoredAny;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The graph holds what was wanted; this much had to be written.
    Done(Written),
    /// A projector with a newer epoch writes this graph; nothing was changed.
    Refused,
}

/// How much was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// New nodes.
    pub nodes_created: usize,
    /// Nodes whose properties or labels changed.
    pub nodes_changed: usize,
    /// Nodes that are gone.
    pub nodes_removed: usize,
    /// New relationships.
    pub links_created: usize,
    /// Relationships that are gone, without those of nodes that are gone.
    pub links_removed: usize,
}

impl std::ops::AddAssign for Written {
    fn add_assign(&mut self, more: Self) {
        self.nodes_created += more.nodes_created;
        self.nodes_changed += more.nodes_changed;
        self.nodes_removed += more.nodes_removed;
        self.links_created += more.links_created;
        self.links_removed += more.links_removed;
    }
}

impl Written {
    pub(super) fn of(changes: &Changes) -> Self {
        Written {
            nodes_created: changes.created.values().map(Vec::len).sum(),
            nodes_changed: changes.changed.len(),
            nodes_removed: changes.nodes_gone.len(),
            links_created: changes.linked.values().map(Vec::len).sum(),
            links_removed: changes.links_gone.len(),
        }
    }
}

/// Lets an epoch pass that is not older than the state's.
const GUARD: &str = "
    MATCH (s:@MediMax {id: 1}) SET s.lock = $epoch
    WITH s WHERE s.epoch <= $epoch SET s.epoch = $epoch
    WITH s";

/// Removes relationships by their elements.
pub(super) const REMOVE_LINKS: &str = "UNWIND $rows AS element MATCH ()-[r]->() WHERE elementId(r) = element DELETE r";
/// Removes nodes by their elements, with their relationships.
pub(super) const REMOVE_NODES: &str = "UNWIND $rows AS element MATCH (n) WHERE elementId(n) = element DETACH DELETE n";
/// Writes all properties of nodes.
const CHANGE_NODES: &str = "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element SET n = row.props";

/// A statement that writes, put together from parts.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<(String, BoltList)>);

impl Parts {
    /// Adds a part that is done once for each of `$rows`; without rows it is left out.
    pub(super) fn add<T: Into<BoltType>>(&mut self, text: &str, rows: impl IntoIterator<Item = T>) {
        let rows: BoltList = rows.into_iter().collect();
        if !rows.is_empty() {
            self.0.push((text.to_owned(), rows));
        }
    }

    /// The same in several statements, in order, of so many rows each.
    fn split(self, most: usize) -> Vec<Parts> {
        let (mut all, mut now, mut room) = (Vec::new(), Parts::default(), most);
        for (text, rows) in self.0 {
            let mut rows = rows.value.into_iter();
            while rows.len() > 0 {
                let some: Vec<BoltType> = rows.by_ref().take(room).collect();
                room -= some.len();
                now.add(&text, some);
                if room == 0 {
                    all.push(std::mem::take(&mut now));
                    room = most;
                }
            }
        }
        if !now.0.is_empty() {
            all.push(now);
        }
        all
    }
}

/// A row that names an element and its properties.
pub(super) fn element_row((element, props): (String, BoltMap)) -> BoltType {
    map([("element", element.into()), ("props", BoltType::Map(props))])
}

/// A row that names the ends of a relationship and its properties.
pub(super) fn link_row((from, to, props): NewLink) -> BoltType {
    map([("from", from.into()), ("to", to.into()), ("props", BoltType::Map(props))])
}

/// What has to change.
pub(in crate::graph) struct Plan(Changes);

impl Plan {
    /// The nodes that are made or made anew: relationships from elsewhere that ought to lead to them are to be looked at.
    pub(in crate::graph) fn made(&self) -> Vec<(NodeKind, i32)> {
        self.0.made()
    }
}

impl Neo4j {
    /// Makes the graph hold these patients, or the reference layer, as wanted, each named once; a patient without nodes is removed.
    /// Concepts that relationships lead to must be there (see [`Neo4j::apply_knowledge`]), and reference data too: a relationship
    /// to what is not there is not made.
    pub async fn apply(&self, epoch: i64, wanted: &[Subgraph]) -> Result<Applied> {
        self.apply_by(epoch, wanted, usize::MAX).await
    }

    /// The same by statements of so many rows at most. Between two of them the graph holds a part of what is wanted; if the
    /// last does not come, it is to be applied again.
    pub async fn apply_by(&self, epoch: i64, wanted: &[Subgraph], most: usize) -> Result<Applied> {
        match self.plan(epoch, wanted).await? {
            Some(plan) => self.carry_out(epoch, plan, most).await,
            None => Ok(Applied::Refused),
        }
    }

    /// What has to change so that the graph holds these as wanted; nothing where a newer epoch is in force.
    pub(in crate::graph) async fn plan(&self, epoch: i64, wanted: &[Subgraph]) -> Result<Option<Plan>> {
        if !self.claim(epoch).await? {
            return Ok(None);
        }
        let patients: Vec<i32> = wanted.iter().map(|part| part.patient).collect();
        Ok(Some(Plan(diff(self.shapes, &self.stored(&patients).await?, wanted))))
    }

    /// Writes what a plan says, by statements of so many rows at most.
    pub(in crate::graph) async fn carry_out(&self, epoch: i64, Plan(changes): Plan, most: usize) -> Result<Applied> {
        let written = Written::of(&changes);
        if changes.is_empty() {
            return self.unchanged(epoch, written).await;
        }
        let mut parts = parts(changes).split(most.max(1));
        let last = parts.pop().unwrap_or_default();
        let unmarked = Neo4j { mark: None, ..self.clone() };
        for part in parts {
            if !unmarked.guarded("apply", epoch, part).await? {
                return Ok(Applied::Refused);
            }
        }
        let passed = self.guarded("apply", epoch, last).await?;
        Ok(if passed { Applied::Done(written) } else { Applied::Refused })
    }

    /// Puts the mark into the state, and nothing else.
    pub(in crate::graph) async fn put_mark(&self, epoch: i64) -> Result<bool> {
        self.guarded("mark", epoch, Parts::default()).await
    }

    /// Makes an epoch known to the graph, once, before anything is read to be compared: from then on nobody older writes
    /// between our reading and our writing.
    pub(in crate::graph) async fn claim(&self, epoch: i64) -> Result<bool> {
        if self.has_claimed(epoch) {
            return Ok(true);
        }
        let passed = self.guarded("claim", epoch, Parts::default()).await?;
        if passed {
            self.claimed.fetch_max(epoch, Ordering::AcqRel);
        }
        Ok(passed)
    }

    /// Says that there was nothing to write, if the epoch is still in force.
    pub(super) async fn unchanged(&self, epoch: i64, written: Written) -> Result<Applied> {
        let state = self.state().await?.ok_or_else(schema::lost)?;
        Ok(if state.epoch > epoch { Applied::Refused } else { Applied::Done(written) })
    }

    /// Writes parts, unless a newer epoch was there.
    pub(super) async fn guarded(&self, name: &'static str, epoch: i64, mut parts: Parts) -> Result<bool> {
        if let Some(mark) = self.mark {
            parts.add("UNWIND $rows AS mark MATCH (s:@MediMax {id: 1}) SET s.mark = mark", [mark]);
        }
        let texts: Vec<String> = (0..)
            .zip(&parts.0)
            .map(|(at, (text, _)): (usize, _)| {
                format!("CALL () {{ {} }}", text.replace("$rows", &format!("$rows{at}")))
            })
            .collect();
        let text = format!("{GUARD}\n{}\nRETURN s.epoch AS epoch", texts.join("\n"));
        let mut ask = Ask::writing(&self.client, name, &text).with("epoch", epoch);
        for (at, (_, rows)) in parts.0.into_iter().enumerate() {
            ask = ask.with(format!("rows{at}"), BoltType::List(rows));
        }
        let rows: Vec<IgnoredAny> = self.client.rows(ask).await?;
        if rows.is_empty() {
            // Refused, or there is no state at all.
            self.state().await?.ok_or_else(schema::lost)?;
        }
        Ok(!rows.is_empty())
    }

    /// What the graph holds of these patients, or of the reference layer.
    pub(super) async fn stored(&self, patients: &[i32]) -> Result<Vec<Stored>> {
        let ask = Ask::reading(&self.client, "stored", &stored(self.shapes)).with("patients", patients);
        let mut rows: Vec<Stored> = self.client.rows(ask).await?;
        if patients.contains(&REFERENCE) && !self.shapes.reference().is_empty() {
            let ask = Ask::reading(&self.client, "stored.reference", &stored_reference(self.shapes));
            rows.extend(self.client.rows::<Stored>(ask.with("reference", REFERENCE)).await?);
        }
        for label in rows.iter_mut().flat_map(|node| &mut node.labels) {
            // What is not ours fits none of ours.
            *label = label.strip_prefix(self.client.prefix()).map_or_else(|| format!("?{label}"), str::to_owned);
        }
        Ok(rows)
    }
}

/// All nodes of patients with the relationships that start there, and those that come from reference data.
pub(super) fn stored(shapes: &Shapes) -> String {
    let nodes = each_kind(shapes.kinds(), " UNION ", |_, label, _| of_patient(label) + " RETURN n");
    format!("UNWIND $patients AS id CALL (id) {{ {nodes} }} RETURN id AS patient, {}", held(shapes, false))
}

/// All reference data with the relationships that start there but those that lead to patients' nodes, which are the patients'.
fn stored_reference(shapes: &Shapes) -> String {
    let nodes = each_kind(shapes.reference(), " UNION ", |_, label, _| format!("MATCH (n:@{label}) RETURN n"));
    format!("CALL () {{ {nodes} }} RETURN $reference AS patient, {}", held(shapes, true))
}

/// What is read of a node (`n`) of patients or of reference data.
fn held(shapes: &Shapes, is_reference: bool) -> String {
    let (label, key) = (
        of_reference(shapes, "m", |kind| format!("'{}'", kind.label())),
        of_reference(shapes, "m", |kind| format!("m.{}", kind.key())),
    );
    let links = |pattern: &str, back: bool| {
        format!(
            "COLLECT {{
               MATCH {pattern}
               RETURN {{element: elementId(r), name: type(r), back: {back}, to: elementId(m), concept: m.concept_id, reference: {label},
                 key: {key}, props: properties(r)}}
             }}"
        )
    };
    let from: BTreeSet<&str> = shapes.from_reference().collect();
    let from = from.into_iter().collect::<Vec<_>>().join("|");
    let links = match (from.is_empty(), is_reference) {
        (true, _) => links("(n)-[r]->(m)", false),
        (false, true) => links(&format!("(n)-[r:!({from})]->(m)"), false),
        (false, false) => {
            format!("{} + {}", links("(n)-[r]->(m)", false), links(&format!("(n)<-[r:{from}]-(m)"), true))
        }
    };
    format!("elementId(n) AS element, labels(n) AS labels, properties(n) AS props, {links} AS links")
}

/// Makes relationships between nodes of these labels, found by these keys.
pub(super) fn create_links(name: &str, (from, from_key): (&str, &str), (to, to_key): (&str, &str)) -> String {
    format!(
        "UNWIND $rows AS row
         MATCH (a:{from} {{{from_key}: row.from}}) USING INDEX SEEK a:{from}({from_key})
         MATCH (b:{to} {{{to_key}: row.to}}) USING INDEX SEEK b:{to}({to_key})
         CREATE (a)-[r:{name}]->(b) SET r = row.props"
    )
}

/// The parts that make changes. What goes, goes first: a new node may have the key of one that goes.
fn parts(changes: Changes) -> Parts {
    let mut parts = Parts::default();
    parts.add(REMOVE_LINKS, changes.links_gone);
    parts.add(REMOVE_NODES, changes.nodes_gone);
    let mut keys: BTreeMap<_, Vec<i32>> = BTreeMap::new();
    for ((kind, _), nodes) in &changes.created {
        keys.entry(*kind).or_default().extend(nodes.iter().map(|(key, _)| key));
    }
    for (kind, keys) in keys {
        // A row may have moved here from a patient who is not among those compared.
        let (label, key) = (label(kind), kind.key());
        parts.add(
            &format!(
                "UNWIND $rows AS key MATCH (n:{label} {{{key}: key}}) USING INDEX SEEK n:{label}({key}) DETACH DELETE n"
            ),
            keys,
        );
    }
    parts.add(CHANGE_NODES, changes.changed.into_iter().map(element_row));
    for ((kind, besides), nodes) in changes.created {
        let text = format!("UNWIND $rows AS props CREATE (n:{}) SET n = props", labels(kind, besides));
        parts.add(&text, nodes.into_iter().map(|(_, props)| BoltType::Map(props)));
    }
    for ((name, from, end), links) in changes.linked {
        let (to, to_key) = match end {
            End::Node(kind) => (label(kind), kind.key()),
            End::Concept => ("@Concept".into(), "concept_id"),
        };
        let text = create_links(name, (&label(from), from.key()), (&to, to_key));
        parts.add(&text, links.into_iter().map(link_row));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_split_stays_whole_and_in_order() {
        let mut parts = Parts::default();
        parts.add("a $rows", 0..5);
        parts.add("b $rows", 5..6);
        parts.add("c $rows", 6..12);
        let shown = |parts: &Parts| -> Vec<(String, usize)> {
            parts.0.iter().map(|(text, rows)| (text[..1].to_owned(), rows.len())).collect()
        };
        let part = |text: &str, rows| (text.to_owned(), rows);
        let split = Parts(parts.0.clone()).split(4);
        let split: Vec<_> = split.iter().map(shown).collect();
        assert_eq!(split, [vec![part("a", 4)], vec![part("a", 1), part("b", 1), part("c", 2)], vec![part("c", 4)]]);
        assert_eq!(Parts(parts.0.clone()).split(usize::MAX).iter().map(shown).collect::<Vec<_>>(), [shown(&parts)]);
        assert!(Parts::default().split(4).is_empty());
    }
}
