//! Constraints, indexes, and the node that says whose graph this is and who writes it.

use super::{
    Neo4j,
    client::{Ask, Fault},
    each_kind,
    write::Parts,
};
use crate::{
    error::{Error, Result},
    graph::shape::{NodeKind, Shapes},
};
use serde::{Deserialize, de::IgnoredAny};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// The version of what we write: a graph of a newer one is left alone.
const VERSION: i64 = 1;

/// How often a new index is looked at until it is ready.
const PAUSE: Duration = Duration::from_millis(50);

/// What the graph says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct State {
    /// The version of its contents.
    pub version: i64,
    /// Its own name: a new one where the graph was emptied and made again.
    pub store_id: String,
    /// The database that it is made from.
    pub database_id: String,
    /// Who writes it: a projector with a smaller epoch is refused.
    pub epoch: i64,
    /// The version of the catalogs in it; none before they are.
    pub catalog: Option<String>,
    /// The mark of the last write (see `marks.rs`); 0 before the first.
    pub mark: i64,
}

/// An index that must be there.
struct Index {
    label: &'static str,
    property: &'static str,
    unique: bool,
}

impl Index {
    fn all(shapes: &Shapes) -> Vec<Index> {
        let unique = |label, property| Index { label, property, unique: true };
        let plain = |label, property| Index { label, property, unique: false };
        let mut all = vec![unique("MediMax", "id"), unique("Concept", "concept_id")];
        all.extend(shapes.all().iter().map(|kind| unique(kind.label(), kind.key())));
        let below = shapes.kinds().iter().filter(|kind| !kind.is_patient());
        all.extend(below.map(|kind| plain(kind.label(), "patient_id")));
        let named = shapes.kinds().iter().filter(|kind| kind.role().is_some());
        all.extend(named.map(|kind| plain(kind.label(), "name_key")));
        all
    }

    fn create(&self) -> String {
        let Index { label, property, unique } = self;
        if *unique {
            format!(
                "CREATE CONSTRAINT @medimax_{label}_{property} IF NOT EXISTS FOR (n:@{label}) REQUIRE n.{property} IS UNIQUE"
            )
        } else {
            format!("CREATE INDEX @medimax_{label}_{property} IF NOT EXISTS FOR (n:@{label}) ON (n.{property})")
        }
    }

    /// As an operator reads it.
    fn described(&self, prefix: &str) -> String {
        let what = if self.unique { "constraint: unique" } else { "index:" };
        format!("{what} {prefix}{}.{}", self.label, self.property)
    }
}

#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Present {
    label: String,
    property: String,
    unique: bool,
}

#[derive(Deserialize)]
struct Foreign {
    patients: bool,
    reference: bool,
}

const STATE: &str = "
    MATCH (s:@MediMax {id: 1})
    RETURN s.version AS version, s.store_id AS store_id, s.database_id AS database_id, s.epoch AS epoch, s.catalog AS catalog,
      coalesce(s.mark, 0) AS mark";

impl Neo4j {
    /// Makes the graph ready to be written from this database: constraints, indexes and its state. It may be done again,
    /// and by several gateways at once.
    pub async fn prepare(&self, database_id: &str) -> Result<State> {
        // Nodes before the state, which is made before them: so another gateway's first ones are not taken for a stranger's. A
        // graph may have been made before reference data were in it; then nodes of their labels are a stranger's still.
        let nodes = each_kind(self.shapes.reference(), "", |_, label, _| format!(" OR EXISTS {{ MATCH (:@{label}) }}"));
        let text = format!(
            "RETURN EXISTS {{ MATCH (:@Patient) }} AS patients,
               NOT EXISTS {{ MATCH (s:@MediMax {{id: 1}}) WHERE s.reference }} AND (false{nodes}) AS reference"
        );
        let found: Vec<Foreign> = self.client.rows(Ask::reading(&self.client, "foreign", &text)).await?;
        let is_new = self.state_of(database_id).await?.is_none();
        let reference = self.shapes.reference().iter().map(|kind| kind.label());
        let foreign: Vec<String> = [("Patient", is_new && found.iter().any(|found| found.patients))]
            .into_iter()
            .chain(reference.map(|label| (label, found.iter().any(|found| found.reference))))
            .filter(|(_, is)| *is)
            .map(|(label, _)| format!("{}{label}", self.client.prefix()))
            .collect();
        if !foreign.is_empty() {
            return Err(Error::Setup(format!(
                "the graph holds {} nodes that MediMax did not make: use another database in graph_url, or another \
                 graph_label_prefix",
                foreign.join(" or ")
            )));
        }
        self.mend_schema().await?;
        let text = "
            MERGE (s:@MediMax {id: 1})
            ON CREATE SET s.version = $version, s.store_id = randomUUID(), s.database_id = $database_id, s.epoch = 0
            SET s.reference = true
            WITH s WHERE s.version < $version SET s.version = $version";
        let ask = Ask::writing(&self.client, "state.make", text);
        let _: Vec<IgnoredAny> =
            self.client.rows(ask.with("version", VERSION).with("database_id", database_id)).await?;
        self.state_of(database_id).await?.ok_or_else(lost)
    }

    /// What the graph says of itself, which must be made from this database; nothing where it was never prepared.
    pub async fn state_of(&self, database_id: &str) -> Result<Option<State>> {
        let state = self.state().await?;
        if let Some(state) = &state {
            ours(state, database_id)?;
        }
        Ok(state)
    }

    /// What the graph says of itself; nothing where it was never prepared.
    pub async fn state(&self) -> Result<Option<State>> {
        Ok(self.client.rows(Ask::reading(&self.client, "state", STATE)).await?.pop())
    }

    /// Gives the graph a new name, so that everybody takes it for another one, which is to be made. Refused where a newer epoch
    /// is in force.
    pub(in crate::graph) async fn rename(&self, epoch: i64) -> Result<bool> {
        let mut parts = Parts::default();
        parts.add("UNWIND $rows AS id MATCH (s:@MediMax {id: id}) SET s.store_id = randomUUID() REMOVE s.mark", [1]);
        self.guarded("rename", epoch, parts).await
    }

    /// The constraints and indexes that are not there, or not ready.
    pub async fn missing(&self) -> Result<Vec<String>> {
        Ok(self.absent().await?.iter().map(|index| index.described(self.client.prefix())).collect())
    }

    /// Makes the constraints and indexes that are missing, and waits until they are ready.
    pub async fn mend_schema(&self) -> Result<()> {
        let started = Instant::now();
        for index in self.absent().await? {
            let ask = Ask::writing(&self.client, "schema", &index.create());
            match self.client.rows::<IgnoredAny>(ask).await {
                Ok(_) => {}
                // Another gateway was faster.
                Err(Fault { code: Some(code), .. }) if code.ends_with(".EquivalentSchemaRuleAlreadyExists") => {}
                Err(Fault { code: Some(code), .. }) if code.contains(".Schema.") => {
                    return Err(Error::Setup(format!(
                        "the graph does not take this {}: it holds duplicates, or another index is in the way ({code})",
                        index.described(self.client.prefix())
                    )));
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        while !self.absent().await?.is_empty() {
            if started.elapsed() > self.client.timeout() {
                return Err(Error::Graph("its indexes are still being made".into()));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn absent(&self) -> Result<Vec<Index>> {
        let text = "
            SHOW INDEXES YIELD labelsOrTypes, properties, owningConstraint, state, type
            WHERE type = 'RANGE' AND state = 'ONLINE' AND size(properties) = 1 AND size(labelsOrTypes) = 1
            RETURN labelsOrTypes[0] AS label, properties[0] AS property, owningConstraint IS NOT NULL AS unique";
        let rows: Vec<Present> = self.client.rows(Ask::reading(&self.client, "schema.show", text)).await?;
        let present: HashSet<Present> = rows.into_iter().collect();
        let mut all = Index::all(self.shapes);
        all.retain(|index| {
            let (label, property) = (self.client.prefix().to_owned() + index.label, index.property.to_owned());
            !present.contains(&Present { label, property, unique: index.unique })
        });
        Ok(all)
    }

    /// The labels whose keys nothing keeps unique.
    pub(super) async fn unguarded(&self) -> Result<Vec<NodeKind>> {
        let absent = self.absent().await?;
        let open = |label| absent.iter().any(|index| index.unique && index.label == label);
        Ok(self.shapes.all().iter().filter(|kind| open(kind.label())).copied().collect())
    }
}

/// That the state is gone: somebody emptied the graph.
pub(super) fn lost() -> Error {
    Error::Graph("it does not say whose it is: it was never prepared, or emptied since".into())
}

fn ours(state: &State, database_id: &str) -> Result<()> {
    if state.database_id != database_id {
        return Err(Error::Setup(
            "the graph is made from another database: use another one in graph_url, or another graph_label_prefix"
                .into(),
        ));
    }
    if state.version > VERSION {
        return Err(Error::Setup("the graph was written by a newer MediMax: use that one, or another graph".into()));
    }
    Ok(())
}
