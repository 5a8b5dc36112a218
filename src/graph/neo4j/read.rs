//! Reading: what [`Store`] asks, one statement each.
//!
//! **Invariant:** no pattern passes *through* a concept, which thousands of entries name, but where the question is who names
//! it; then it starts there, by its key. Every statement starts from keys, and its rows are bounded. Each names the index that
//! it starts at: a plan that was made while the graph was empty would read whole labels, and is kept for a while.

use super::{Neo4j, client::Ask, each_kind, label, of_patient, rows};
use crate::{
    error::{Error, Result},
    graph::{
        Asked, At, COMMON, Clinical, ClinicalEntry, Counts, Crossing, DRAWN, Drawing, Having, OfSpan, REASONS, Similar,
        Span, Store,
        shape::{INDICATES_CONDITION, INSTANCE_OF, NodeKind, SHAPES, TREATS_CONDITION},
    },
    scope::Scope,
};
use futures_util::future::BoxFuture;
use neo4rs::{BoltList, BoltType};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// The name of the question, the kind that the relationship starts from, and the pattern with the index it starts at.
fn clinical(at: At) -> (&'static str, NodeKind, &'static str) {
    match at {
        At::Symptom => (
            "clinical.symptom",
            NodeKind::Symptom,
            "(a:@Symptom {symptom_id: key})-[r:INDICATES_CONDITION]->(b:@MedicalHistory)
             USING INDEX SEEK a:@Symptom(symptom_id)",
        ),
        At::Indicated => (
            "clinical.indicated",
            NodeKind::Symptom,
            "(b:@MedicalHistory {history_id: key})<-[r:INDICATES_CONDITION]-(a:@Symptom)
             USING INDEX SEEK b:@MedicalHistory(history_id)",
        ),
        At::Treated => (
            "clinical.treated",
            NodeKind::Medication,
            "(b:@MedicalHistory {history_id: key})<-[r:TREATS_CONDITION]-(a:@Medication)
             USING INDEX SEEK b:@MedicalHistory(history_id)",
        ),
        At::Medication => (
            "clinical.medication",
            NodeKind::Medication,
            "(a:@Medication {medication_id: key})-[r:TREATS_CONDITION]->(b:@MedicalHistory)
             USING INDEX SEEK a:@Medication(medication_id)",
        ),
    }
}

fn clinical_text(at: At) -> String {
    let (_, from, pattern) = clinical(at);
    let (other, link) = (other(at), link_of(from));
    format!(
        "UNWIND $keys AS key
         CALL (key) {{
           MATCH {pattern}
           WHERE a.patient_id = b.patient_id
           WITH DISTINCT a, b ORDER BY {other} LIMIT $first
           RETURN a, b
         }}
         CALL (a, b) {{
           MATCH (a)-[r:{link}]->(b)
           RETURN properties(r) AS because ORDER BY r.kind IS NOT NULL, r.evidence LIMIT $reasons
         }}
         RETURN a.patient_id AS patient, a.{} AS from_id, a.name AS from_name, b.history_id AS to_id, b.name AS to_name, because
         LIMIT $most",
        from.shape().key
    )
}

/// The key of the other end.
fn other(at: At) -> String {
    let (_, from, _) = clinical(at);
    match at {
        At::Symptom | At::Medication => "b.history_id".to_owned(),
        At::Indicated | At::Treated => format!("a.{}", from.shape().key),
    }
}

fn link_of(from: NodeKind) -> &'static str {
    if from == NodeKind::Symptom { INDICATES_CONDITION } else { TREATS_CONDITION }
}

/// The name of the question how many there are, and its text.
fn clinical_counts(at: At) -> (&'static str, String) {
    let (_, _, pattern) = clinical(at);
    let name = match at {
        At::Symptom => "clinical_counts.symptom",
        At::Indicated => "clinical_counts.indicated",
        At::Treated => "clinical_counts.treated",
        At::Medication => "clinical_counts.medication",
    };
    let text = format!(
        "UNWIND $keys AS key
         MATCH {pattern}
         WHERE a.patient_id = b.patient_id
         RETURN key AS id, count(DISTINCT {}) AS number
         LIMIT $most",
        other(at)
    );
    (name, text)
}

// Without labels at the far ends: with them, a plan that is made while the graph is empty begins there.
const CROSSINGS: &str = "
    UNWIND $patients AS id
    MATCH (p:@Patient {patient_id: id})-[:HAS_MEDICAL_HISTORY]->(c:@Condition)
    USING INDEX SEEK p:@Patient(patient_id)
    WITH id, c, COUNT {
      MATCH (s)-[:INDICATES_CONDITION]->(c) WHERE s.patient_id = id RETURN DISTINCT s
    } AS symptoms
    WHERE symptoms > 0
    WITH id, c, symptoms, COUNT {
      MATCH (m)-[:TREATS_CONDITION]->(c)
      WHERE m.patient_id = id AND coalesce(m.status = 'active', true) RETURN DISTINCT m
    } AS taken, COUNT {
      MATCH (m)-[:TREATS_CONDITION]->(c)
      WHERE m.patient_id = id AND NOT coalesce(m.status = 'active', true) RETURN DISTINCT m
    } AS stopped
    WHERE taken + stopped > 0
    RETURN id AS patient, c.history_id AS condition, coalesce(c.status = 'active', true) AS active, c.date AS since, symptoms,
      taken, stopped
    LIMIT $most";

const CARE_PATHS: &str = "
    UNWIND $spans AS span
    MATCH (c:@MedicalHistory {history_id: span.condition}) USING INDEX SEEK c:@MedicalHistory(history_id)
    WHERE c.patient_id = span.patient
    CALL (c, span) {
      MATCH (m)-[:TREATS_CONDITION]->(c)
      WHERE m.patient_id = span.patient AND coalesce(m.status = 'active', true) = span.taken
      WITH DISTINCT m ORDER BY m.prescribed_date IS NULL, m.prescribed_date DESC, m.medication_id
      WITH collect(m) AS all
      RETURN all[span.medication] AS m
    }
    CALL (c, span) {
      MATCH (s)-[:INDICATES_CONDITION]->(c) WHERE s.patient_id = span.patient
      WITH DISTINCT s ORDER BY s.date IS NULL, s.date DESC, s.symptom_id
      WITH collect(s) AS all
      RETURN all[span.from..span.to] AS symptoms
    }
    WITH span, c, m, symptoms WHERE m IS NOT NULL
    RETURN span.at AS at, c.patient_id AS patient, c.history_id AS history_id, c.name AS history,
      m.medication_id AS medication_id, m.name AS medication,
      COLLECT {
        MATCH (m)-[r:TREATS_CONDITION]->(c)
        RETURN properties(r) ORDER BY r.kind IS NOT NULL, r.evidence LIMIT $reasons
      } AS treats,
      COLLECT {
        UNWIND range(0, size(symptoms) - 1) AS place
        WITH symptoms[place] AS s, place
        RETURN {symptom_id: s.symptom_id, symptom: s.name, indicates: COLLECT {
          MATCH (s)-[r:INDICATES_CONDITION]->(c)
          RETURN properties(r) ORDER BY r.kind IS NOT NULL, r.evidence LIMIT $reasons
        }} ORDER BY place
      } AS symptoms
    LIMIT $most";

const OWN: &str = "
    UNWIND $patients AS id
    MATCH (p:@Patient {patient_id: id}) USING INDEX SEEK p:@Patient(patient_id)
    CALL (p) {
      MATCH (p)-[:HAS_SYMPTOM]->(n:@Symptom)
      RETURN n, 'Symptom' AS label, n.symptom_id AS key, true AS active, n.date AS since, null AS until,
        EXISTS { (n)-[:INDICATES_CONDITION]->(:@MedicalHistory) } AS covered
      UNION ALL
      MATCH (p)-[:HAS_MEDICAL_HISTORY]->(n:@Condition)
      RETURN n, 'MedicalHistory' AS label, n.history_id AS key, coalesce(n.status = 'active', true) AS active,
        n.date AS since, null AS until,
        EXISTS { (n)<-[:TREATS_CONDITION]-(:@Medication {status: 'active'}) } AS covered
      UNION ALL
      MATCH (p)-[:TAKES_MEDICATION]->(n:@Medication)
      RETURN n, 'Medication' AS label, n.medication_id AS key, coalesce(n.status = 'active', true) AS active,
        n.prescribed_date AS since, n.discontinued_date AS until,
        EXISTS { (n)-[:TREATS_CONDITION]->(:@MedicalHistory) } AS covered
    }
    RETURN id AS patient, label, key, n.name AS name, active, since, until, covered,
      COLLECT { MATCH (n)-[r:INSTANCE_OF]->(c:@Concept) RETURN {concept: c.concept_id, how: r.how} } AS ties
    LIMIT $most";

// Each other patient counts once for a concept, however many entries name it.
const SIMILAR: &str = "
    UNWIND $asked AS asked
    CALL (asked) {
      UNWIND asked.concepts AS mine
      MATCH (c:@Concept {concept_id: mine.concept}) USING INDEX SEEK c:@Concept(concept_id)
      WHERE COUNT { (c)<-[:INSTANCE_OF]-() } <= $common
      MATCH (c)<-[:INSTANCE_OF]-(n)
      WITH DISTINCT asked, mine, n.patient_id AS other
      WHERE other <> asked.patient AND ($scope IS NULL OR other IN $scope)
      WITH asked, other, sum(mine.weight) AS shared
      WHERE shared > 0
      MATCH (o:@Patient {patient_id: other}) USING INDEX SEEK o:@Patient(patient_id)
      WITH asked, o, other, shared, coalesce(o.concept_weight, 0) AS theirs
      ORDER BY toFloat(shared) / (asked.weight + theirs - shared) DESC, other
      LIMIT $first
      RETURN o, other, shared, theirs
    }
    RETURN asked.patient AS patient, other, shared, theirs, coalesce(o.concepts, []) AS concepts
    LIMIT $most";

/// The name of the question, and which entries (`n`) count.
fn having(kind: NodeKind) -> Result<(&'static str, &'static str)> {
    Ok(match kind {
        NodeKind::Symptom => ("patients_with.symptom", "true"),
        NodeKind::MedicalHistory => ("patients_with.condition", "n:@Condition"),
        NodeKind::Medication => ("patients_with.medication", "true"),
        other => return Err(Error::Internal(format!("{other:?} is no property of a patient"))),
    })
}

/// Symptoms have no status.
fn having_text(kind: NodeKind, counts: &str) -> String {
    let label = label(kind);
    format!(
        "CALL () {{
           UNWIND $concepts AS id
           MATCH (c:@Concept {{concept_id: id}})<-[:INSTANCE_OF]-(n:{label}) USING INDEX SEEK c:@Concept(concept_id)
           RETURN n
           UNION
           MATCH (n:{label} {{name_key: $name_key}}) USING INDEX SEEK n:{label}(name_key)
           RETURN n
         }}
         WITH n WHERE {counts} AND (NOT $active OR coalesce(n.status, 'active') = 'active')
         RETURN DISTINCT n.patient_id AS id ORDER BY id LIMIT $most"
    )
}

/// The nodes in the order of their kinds and keys, so that a drawing that is cut is always cut alike. What leads to a node and what its name
/// names are few; clinical relationships may be many.
fn drawing_text() -> String {
    let nodes = each_kind(" UNION ALL ", |kind, label, key| {
        let (at, caption) = (kind as usize, kind.shape().caption);
        format!("{} RETURN n, {at} AS kind, n.{key} AS key, toString(n.{caption}) AS name", of_patient(label))
    });
    let bonds: BTreeSet<&str> = SHAPES.iter().flat_map(|shape| shape.bonds).map(|bond| bond.name).collect();
    let bonds = bonds.into_iter().collect::<Vec<_>>().join("|");
    format!(
        "UNWIND $patients AS id
         CALL (id) {{
           CALL (id) {{ {nodes} }}
           RETURN n, kind, key, name ORDER BY kind, key LIMIT $nodes
         }}
         RETURN id AS patient, kind, key, name, labels(n) AS labels, elementId(n) AS element,
           COLLECT {{ MATCH (n)<-[r:{bonds}]-(m) RETURN {{name: type(r), from: elementId(m)}} }} AS bonds,
           COLLECT {{ MATCH (n)-[:{INSTANCE_OF}]->(m) RETURN m.concept_id }} AS ties,
           COLLECT {{
             MATCH (n)-[r:{INDICATES_CONDITION}|{TREATS_CONDITION}]->(m)
             WITH DISTINCT type(r) AS link, m ORDER BY m.history_id LIMIT $drawn
             RETURN {{name: link, to: elementId(m)}}
           }} AS clinical
         LIMIT $most"
    )
}

/// Neo4j keeps these numbers, so nothing is counted.
fn counts_text() -> String {
    let nodes = each_kind(" UNION ALL ", |_, label, _| format!("MATCH (n:@{label}) RETURN count(n) AS number"));
    let links = each_kind(" UNION ALL ", |_, label, _| format!("MATCH (:@{label})-[r]->() RETURN count(r) AS number"));
    format!(
        "MATCH (p:@Patient) WITH count(p) AS patients
         CALL () {{ {nodes} }}
         WITH patients, sum(number) AS nodes
         CALL () {{ {links} }}
         RETURN patients, nodes, sum(number) AS relationships"
    )
}

impl Neo4j {
    /// Every statement that answers questions: its name and text.
    pub fn statements(&self) -> Vec<(&'static str, String)> {
        let places = [At::Symptom, At::Indicated, At::Treated, At::Medication];
        let kinds = [NodeKind::Symptom, NodeKind::MedicalHistory, NodeKind::Medication];
        let clinical =
            places.map(|at| (clinical(at).0, clinical_text(at))).into_iter().chain(places.map(clinical_counts));
        let having = kinds.into_iter().filter_map(|kind| {
            let (name, counts) = having(kind).ok()?;
            Some((name, having_text(kind, counts)))
        });
        let others = [
            ("crossings", CROSSINGS.to_owned()),
            ("care_paths", CARE_PATHS.to_owned()),
            ("own", OWN.to_owned()),
            ("similar", SIMILAR.to_owned()),
            ("drawing", drawing_text()),
            ("counts", counts_text()),
        ];
        let all = clinical.chain(having).chain(others);
        all.map(|(name, text)| (name, self.client.prefixed(&text))).collect()
    }

    fn ask(&self, name: &'static str, text: &str) -> Ask {
        Ask::reading(&self.client, name, text)
    }

    /// The rows of a statement that ends with `LIMIT $most`; more than are allowed are refused.
    async fn bounded<T: DeserializeOwned>(&self, ask: Ask) -> Result<Vec<T>> {
        let allowed = u64::from(self.max_rows);
        let rows: Vec<T> = self.client.rows(ask.with("most", i64::from(self.max_rows) + 1)).await?;
        if rows.len() as u64 > allowed {
            return Err(Error::Limit { key: "max_level_rows", allowed, asked: None });
        }
        Ok(rows)
    }
}

impl Store for Neo4j {
    fn clinical<'a>(&'a self, at: At, keys: &'a [i32], first: u32) -> BoxFuture<'a, Result<Vec<Clinical>>> {
        Box::pin(async move {
            let (name, from, _) = clinical(at);
            let ask = self.ask(name, &clinical_text(at)).with("keys", keys).with("first", i64::from(first));
            let found: Vec<rows::Clinical> = self.bounded(ask.with("reasons", REASONS as i64)).await?;
            found.into_iter().map(|row| row.read(from)).collect()
        })
    }

    fn clinical_counts<'a>(&'a self, at: At, keys: &'a [i32]) -> BoxFuture<'a, Result<Vec<(i32, u32)>>> {
        Box::pin(async move {
            let (name, text) = clinical_counts(at);
            let found: Vec<rows::Number> = self.bounded(self.ask(name, &text).with("keys", keys)).await?;
            Ok(found.into_iter().map(|row| (row.id, row.number)).collect())
        })
    }

    fn crossings<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<Crossing>>> {
        Box::pin(async move {
            let ask = self.ask("crossings", CROSSINGS).with("patients", patients);
            let found: Vec<rows::Crossing> = self.bounded(ask).await?;
            Ok(found.into_iter().map(rows::Crossing::read).collect())
        })
    }

    fn care_paths<'a>(&'a self, spans: &'a [Span]) -> BoxFuture<'a, Result<Vec<OfSpan>>> {
        Box::pin(async move {
            let asked: BoltList = (0..).zip(spans).map(|(at, span)| rows::span(at, span)).collect();
            let ask = self.ask("care_paths", CARE_PATHS).with("spans", BoltType::List(asked));
            let found: Vec<rows::CarePaths> = self.bounded(ask.with("reasons", REASONS as i64)).await?;
            found.into_iter().map(rows::CarePaths::read).collect()
        })
    }

    fn own<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<ClinicalEntry>>> {
        Box::pin(async move {
            let found: Vec<rows::Own> = self.bounded(self.ask("own", OWN).with("patients", patients)).await?;
            found.into_iter().map(rows::Own::read).collect()
        })
    }

    fn similar<'a>(&'a self, asked: &'a [Asked], scope: &'a Scope, first: u32) -> BoxFuture<'a, Result<Vec<Similar>>> {
        Box::pin(async move {
            let weighed = |(concept, weight): &(i32, i64)| {
                rows::map([("concept", (*concept).into()), ("weight", (*weight).into())])
            };
            let asked = asked.iter().map(|asked| {
                let concepts: BoltList = asked.concepts.iter().map(weighed).collect();
                rows::map([
                    ("patient", asked.patient.into()),
                    ("weight", asked.weight.into()),
                    ("concepts", BoltType::List(concepts)),
                ])
            });
            let ask = self.ask("similar", SIMILAR).with("asked", BoltType::List(asked.collect()));
            let ask = ask.with("scope", scope.only()).with("common", COMMON).with("first", i64::from(first));
            let found: Vec<rows::Similar> = self.bounded(ask).await?;
            Ok(found.into_iter().map(rows::Similar::read).collect())
        })
    }

    fn patients_with<'a>(&'a self, having_it: &'a Having, most: u32) -> BoxFuture<'a, Result<Vec<i32>>> {
        Box::pin(async move {
            let (name, counts) = having(having_it.kind)?;
            let ask =
                self.ask(name, &having_text(having_it.kind, counts)).with("concepts", having_it.concepts.as_slice());
            let ask = ask.with("name_key", having_it.name_key.as_deref()).with("active", having_it.active);
            let found: Vec<rows::Id> = self.client.rows(ask.with("most", i64::from(most) + 1)).await?;
            Ok(found.into_iter().map(|row| row.id).collect())
        })
    }

    fn drawing<'a>(&'a self, patients: &'a [i32], most: u32) -> BoxFuture<'a, Result<Vec<Drawing>>> {
        Box::pin(async move {
            let ask = self.ask("drawing", &drawing_text()).with("patients", patients);
            // One more than is shown tells whether there are more.
            let ask = ask.with("nodes", i64::from(most) + 1).with("drawn", DRAWN as i64 + 1);
            let nodes = self.bounded(ask).await?;
            rows::drawings(self.client.prefix(), nodes, most)
        })
    }

    fn counts(&self) -> BoxFuture<'_, Result<Counts>> {
        Box::pin(async move {
            let found: Vec<rows::Counts> = self.client.rows(self.ask("counts", &counts_text())).await?;
            Ok(found.first().map(rows::Counts::read).unwrap_or_default())
        })
    }
}
