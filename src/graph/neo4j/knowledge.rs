//! Writing what catalogs know. It is read from memory, not from here: the graph holds it for patients' ties to end at, and
//! for those who ask the graph themselves.

use super::{
    Neo4j,
    client::Ask,
    diff::{Absent, NewLink, number},
    write::{Applied, Parts, REMOVE_LINKS, REMOVE_NODES, Written, create_links, element_row, link_row},
};
use crate::{
    error::Result,
    terminology::knowledge::{Concept, ConceptKind, Fact},
};
use neo4rs::{BoltList, BoltMap, BoltType};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The label and key of concepts.
const CONCEPT: (&str, &str) = ("@Concept", "concept_id");

const KINDS: [ConceptKind; 4] = [ConceptKind::Symptom, ConceptKind::Condition, ConceptKind::Drug, ConceptKind::Class];

fn kind_label(kind: ConceptKind) -> &'static str {
    match kind {
        ConceptKind::Symptom => "@SymptomConcept",
        ConceptKind::Condition => "@ConditionConcept",
        ConceptKind::Drug => "@DrugConcept",
        ConceptKind::Class => "@DrugClass",
    }
}

/// A concept as the graph holds it.
#[derive(Deserialize)]
struct StoredConcept {
    element: String,
    /// Which of [`KINDS`] its labels name.
    kinds: Vec<usize>,
    props: BoltMap,
}

/// A relationship that starts at a concept, as the graph holds it.
#[derive(Deserialize)]
struct StoredFact {
    element: String,
    name: String,
    from: Option<BoltType>,
    to: Option<BoltType>,
    props: BoltMap,
}

/// What has to change.
#[derive(Debug, Default, PartialEq)]
struct Changes {
    facts_gone: Vec<String>,
    concepts_gone: Vec<String>,
    created: BTreeMap<ConceptKind, Vec<BoltMap>>,
    changed: BTreeMap<ConceptKind, Vec<(String, BoltMap)>>,
    linked: BTreeMap<&'static str, Vec<NewLink>>,
}

fn concept_props(concept: &Concept) -> BoltMap {
    let text = |text: &str| BoltType::from(text);
    let names: BoltList = concept.names.iter().map(|(_, name)| text(name)).collect();
    [
        ("concept_id", concept.id.into()),
        ("name", text(&concept.name)),
        ("code", text(&concept.code)),
        ("catalog", text(&concept.catalog)),
        ("names", BoltType::List(names)),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value))
    .collect()
}

fn fact_props(fact: &Fact) -> BoltMap {
    let text = |text: &str| BoltType::from(text);
    let mut props = BoltMap::new();
    props.put("source".into(), text(&fact.source));
    // A property that is null is one that is not there.
    if let Some(evidence) = &fact.evidence {
        props.put("evidence".into(), text(evidence));
    }
    if let Some(weight) = fact.weight {
        props.put("weight".into(), weight.into());
    }
    props
}

/// Compares. A concept keeps its node whatever changes of it, for patients are tied to it.
fn diff(concepts: &[StoredConcept], facts: &[StoredFact], wanted: &[Concept], known: &[Fact]) -> Changes {
    let mut changes = Changes::default();
    let mut missing: BTreeMap<i32, &Concept> = wanted.iter().map(|concept| (concept.id, concept)).collect();
    for stored in concepts {
        let key = stored.props.value.get("concept_id").and_then(number);
        match key.and_then(|key| missing.remove(&key)) {
            None => changes.concepts_gone.push(stored.element.clone()),
            Some(concept) => {
                let props = concept_props(concept);
                let kinds = stored.kinds.iter().filter_map(|at| KINDS.get(*at));
                if props != stored.props || !kinds.eq([&concept.kind]) {
                    changes.changed.entry(concept.kind).or_default().push((stored.element.clone(), props));
                }
            }
        }
    }
    for concept in missing.into_values() {
        changes.created.entry(concept.kind).or_default().push(concept_props(concept));
    }
    let mut absent: Absent<'_, i32, i32> = Absent::new();
    for fact in known {
        let name = fact.kind.as_str();
        absent.entry((name, fact.from, fact.to)).or_default().push((name, fact_props(fact)));
    }
    for stored in facts {
        let ends = stored.from.as_ref().and_then(number).zip(stored.to.as_ref().and_then(number));
        let same = ends.and_then(|(from, to)| absent.get_mut(&(stored.name.as_str(), from, to)));
        match same.and_then(|left| left.iter().position(|(_, props)| *props == stored.props).map(|at| (left, at))) {
            Some((left, at)) => drop(left.swap_remove(at)),
            None => changes.facts_gone.push(stored.element.clone()),
        }
    }
    for ((_, from, to), left) in absent {
        for (name, props) in left {
            changes.linked.entry(name).or_default().push((from, to, props));
        }
    }
    changes
}

impl Written {
    fn of_knowledge(changes: &Changes) -> Self {
        Written {
            nodes_created: changes.created.values().map(Vec::len).sum(),
            nodes_changed: changes.changed.values().map(Vec::len).sum(),
            nodes_removed: changes.concepts_gone.len(),
            links_created: changes.linked.values().map(Vec::len).sum(),
            links_removed: changes.facts_gone.len(),
        }
    }
}

fn parts(changes: Changes) -> Parts {
    let mut parts = Parts::default();
    parts.add(REMOVE_LINKS, changes.facts_gone);
    parts.add(REMOVE_NODES, changes.concepts_gone);
    let all = KINDS.map(kind_label).join(":");
    for (kind, changed) in changes.changed {
        let text = format!(
            "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.element REMOVE n:{all} SET n:{}, n = row.props",
            kind_label(kind)
        );
        parts.add(&text, changed.into_iter().map(element_row));
    }
    for (kind, created) in changes.created {
        let text = format!("UNWIND $rows AS props CREATE (n:@Concept:{}) SET n = props", kind_label(kind));
        parts.add(&text, created.into_iter().map(BoltType::Map));
    }
    for (name, links) in changes.linked {
        let text = create_links(name, CONCEPT, CONCEPT);
        parts.add(&text, links.into_iter().map(link_row));
    }
    parts
}

impl Neo4j {
    /// Makes the graph hold these concepts and facts and no others; then its state names this version.
    pub async fn apply_knowledge(
        &self,
        epoch: i64,
        concepts: &[Concept],
        facts: &[Fact],
        version: &str,
    ) -> Result<Applied> {
        if !self.claim(epoch).await? {
            return Ok(Applied::Refused);
        }
        let changes = self.compared_knowledge(concepts, facts).await?;
        let written = Written::of_knowledge(&changes);
        let named = self.state().await?.is_some_and(|state| state.catalog.as_deref() == Some(version));
        if named && changes == Changes::default() {
            return self.unchanged(epoch, written).await;
        }
        let mut parts = parts(changes);
        parts.add("UNWIND $rows AS version MATCH (s:@MediMax {id: 1}) SET s.catalog = version", [version]);
        let passed = self.guarded("apply_knowledge", epoch, parts).await?;
        Ok(if passed { Applied::Done(written) } else { Applied::Refused })
    }

    /// What would have to be written so that the graph holds these concepts and facts and no others.
    pub async fn compare_knowledge(&self, concepts: &[Concept], facts: &[Fact]) -> Result<Written> {
        Ok(Written::of_knowledge(&self.compared_knowledge(concepts, facts).await?))
    }

    async fn compared_knowledge(&self, concepts: &[Concept], facts: &[Fact]) -> Result<Changes> {
        Ok(diff(&self.stored_concepts().await?, &self.stored_facts().await?, concepts, facts))
    }

    async fn stored_concepts(&self) -> Result<Vec<StoredConcept>> {
        let kinds =
            KINDS.iter().enumerate().map(|(at, kind)| format!("CASE WHEN n:{} THEN {at} END", kind_label(*kind)));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let text = format!(
            "MATCH (n:@Concept)
             RETURN elementId(n) AS element, [at IN [{kinds}] WHERE at IS NOT NULL] AS kinds, properties(n) AS props"
        );
        Ok(self.client.rows(Ask::reading(&self.client, "stored.concepts", &text)).await?)
    }

    async fn stored_facts(&self) -> Result<Vec<StoredFact>> {
        let text = "
            MATCH (a:@Concept)-[r]->(b)
            RETURN elementId(r) AS element, type(r) AS name, a.concept_id AS from, b.concept_id AS to, properties(r) AS props";
        Ok(self.client.rows(Ask::reading(&self.client, "stored.facts", text)).await?)
    }
}
