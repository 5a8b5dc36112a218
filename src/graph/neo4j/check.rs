//! Counting what is there, looking for what ought not to be, and removing it. These statements read every node; only
//! `check` sends them.

use super::{
    Neo4j,
    client::Ask,
    each_kind, label, rows,
    write::{Applied, Parts, REMOVE_LINKS, REMOVE_NODES, Written},
};
use crate::{
    error::Result,
    graph::shape::{NodeKind, Shapes},
};
use serde::Deserialize;

/// The label of what catalogs know.
pub const CONCEPT: &str = "Concept";

/// How many elements are removed at a time.
const BATCH: i64 = 10_000;

/// What a graph holds that ought not to be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strays {
    /// Nodes of the patient layer whose patient is not there.
    pub orphans: Found,
    /// Relationships that lead from one patient to another.
    pub crossing: Found,
    /// Keys that several nodes have.
    pub duplicates: Found,
}

impl Strays {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.orphans.count + self.crossing.count + self.duplicates.count == 0
    }
}

/// How many there are, and some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Found {
    /// How many.
    pub count: i64,
    /// Some: a label or type, and a key.
    pub examples: Vec<String>,
}

/// How much there is of a label.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Amount {
    /// The label, without the prefix.
    pub label: String,
    /// Its nodes.
    pub nodes: i64,
    /// The relationships that start at them.
    pub relationships: i64,
}

#[derive(Deserialize)]
struct Stray {
    element: String,
}

/// Nodes whose patient is not there; one without a patient's key has none, and neither has one whose key none could have.
fn orphans(shapes: &Shapes) -> String {
    each_kind(shapes.kinds(), " UNION ALL ", |_, label, key| {
        format!(
            "MATCH (n:@{label}) WHERE NOT (n.patient_id IS :: INTEGER NOT NULL
               AND {} <= n.patient_id <= {} AND EXISTS {{
                 MATCH (p:@Patient {{patient_id: n.patient_id}}) USING INDEX SEEK p:@Patient(patient_id)
               }})
             RETURN elementId(n) AS element, '{label} ' + coalesce(toString(n.{key}), '?') AS example",
            i32::MIN,
            i32::MAX
        )
    })
}

/// Relationships from one patient to another.
fn crossing(shapes: &Shapes) -> String {
    each_kind(shapes.kinds(), " UNION ALL ", |_, label, key| {
        format!(
            "MATCH (a:@{label})-[r]->(b) WHERE a.patient_id <> b.patient_id
             RETURN elementId(r) AS element, type(r) + ' of {label} ' + coalesce(toString(a.{key}), '?') AS example"
        )
    })
}

/// Nodes whose key another has, all but one of each. Only of labels that no constraint guards.
fn duplicates(unguarded: &[NodeKind]) -> String {
    let of = |kind: &NodeKind| {
        let (label, key) = (label(*kind), kind.key());
        format!(
            "MATCH (m:{label}) WITH m.{key} AS key, collect(m) AS copies WHERE key IS NOT NULL AND size(copies) > 1
             UNWIND tail(copies) AS n RETURN elementId(n) AS element, '{} ' + toString(key) AS example",
            kind.label()
        )
    };
    unguarded.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ")
}

impl Neo4j {
    /// The next patients in the graph: keys after this one, the smallest first.
    pub async fn patients(&self, after: i32, most: u32) -> Result<Vec<i32>> {
        let text = "
            MATCH (p:@Patient) USING INDEX SEEK p:@Patient(patient_id) WHERE $after < p.patient_id <= $last
            RETURN DISTINCT p.patient_id AS id ORDER BY id LIMIT $most";
        let ask = Ask::reading(&self.client, "patients", text).with("after", after).with("last", i32::MAX);
        let ask = ask.with("most", i64::from(most));
        let rows: Vec<rows::Id> = self.client.rows(ask).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// What ought not to be there, with as many examples of each.
    pub async fn strays(&self, most: u32) -> Result<Strays> {
        let unguarded = self.unguarded().await?;
        Ok(Strays {
            orphans: self.found("strays.orphans", &orphans(self.shapes), most).await?,
            crossing: self.found("strays.crossing", &crossing(self.shapes), most).await?,
            duplicates: if unguarded.is_empty() {
                Found::default()
            } else {
                self.found("strays.duplicates", &duplicates(&unguarded), most).await?
            },
        })
    }

    async fn found(&self, name: &'static str, text: &str, most: u32) -> Result<Found> {
        // Read twice: collecting all to show a few would hold a broken graph's worth of them in memory.
        let text = format!(
            "CALL () {{ {text} }}
             WITH count(*) AS count
             CALL () {{ CALL () {{ {text} }} RETURN example LIMIT $most }}
             RETURN count, collect(example) AS examples"
        );
        let ask = Ask::reading(&self.client, name, &text).with("most", i64::from(most));
        Ok(self.client.rows(ask).await?.pop().unwrap_or_default())
    }

    /// Removes what [`Neo4j::strays`] finds, and makes the constraints and indexes that are missing. Patients who lose
    /// something by it are to be applied again.
    pub async fn remove_strays(&self, epoch: i64) -> Result<Applied> {
        if !self.claim(epoch).await? {
            return Ok(Applied::Refused);
        }
        let mut written = Written::default();
        // Copies first: they stand in the way of constraints, without which the rest would take very long.
        loop {
            let unguarded = self.unguarded().await?;
            let copies = match unguarded.is_empty() {
                true => Vec::new(),
                false => self.elements("strays.duplicates", &duplicates(&unguarded)).await?,
            };
            if copies.is_empty() {
                break;
            }
            written.nodes_removed += copies.len();
            if !self.remove(epoch, copies, Vec::new()).await? {
                return Ok(Applied::Refused);
            }
        }
        self.mend_schema().await?;
        loop {
            let nodes = self.elements("strays.orphans", &orphans(self.shapes)).await?;
            let links = self.elements("strays.crossing", &crossing(self.shapes)).await?;
            if nodes.is_empty() && links.is_empty() {
                return self.unchanged(epoch, written).await;
            }
            written.nodes_removed += nodes.len();
            written.links_removed += links.len();
            if !self.remove(epoch, nodes, links).await? {
                return Ok(Applied::Refused);
            }
        }
    }

    async fn remove(&self, epoch: i64, nodes: Vec<String>, links: Vec<String>) -> Result<bool> {
        let mut parts = Parts::default();
        parts.add(REMOVE_LINKS, links);
        parts.add(REMOVE_NODES, nodes);
        self.guarded("remove_strays", epoch, parts).await
    }

    /// How much there is of each kind of node, and of concepts.
    pub async fn amounts(&self) -> Result<Vec<Amount>> {
        let of = |label: &str| {
            format!(
                "MATCH (n:@{label}) WITH count(n) AS nodes
                 CALL () {{ MATCH (:@{label})-[r]->() RETURN count(r) AS relationships }}
                 RETURN '{label}' AS label, nodes, relationships"
            )
        };
        let text = each_kind(self.shapes.all(), " UNION ALL ", |_, label, _| of(label)) + " UNION ALL " + &of(CONCEPT);
        Ok(self.client.rows(Ask::reading(&self.client, "amounts", &text)).await?)
    }

    async fn elements(&self, name: &'static str, text: &str) -> Result<Vec<String>> {
        let text = format!("CALL () {{ {text} }} RETURN DISTINCT element LIMIT $most");
        let rows: Vec<Stray> = self.client.rows(Ask::reading(&self.client, name, &text).with("most", BATCH)).await?;
        Ok(rows.into_iter().map(|row| row.element).collect())
    }
}
