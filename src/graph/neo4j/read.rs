//! Reading: what [`Store`] asks, one statement each.
//!
//! **Invariant:** no pattern passes *through* a concept, which thousands of entries name, but where the question is who names
//! it; then it starts there, by its key. No pattern passes through reference data either, which thousands of patients point to: it leads
//! there from a patient's node, and on in the direction of relationships. Every statement starts from keys, and its rows are bounded. Each names the index that
//! it starts at: a plan that was made while the graph was empty would read whole labels, and is kept for a while.

use super::{Neo4j, client::Ask, each_kind, label, of_patient, of_reference, rows};
use crate::{
    error::{Error, Result},
    graph::{
        Asked, At, COMMON, Clinical, ClinicalEntry, Counts, Crossing, DRAWN, Drawing, Having, OfSpan, REASONS, Similar,
        Span, Store,
        shape::{INDICATES_CONDITION, INSTANCE_OF, Role, Shapes, TREATS_CONDITION},
    },
};
use futures_util::future::BoxFuture;
use neo4rs::{BoltList, BoltType};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// Puts the names of the shapes with roles into a statement. Of `symptom`, `condition` and `medication` these stand for: `{symptom}` the
/// label, `{symptom.key}` the key, `{symptom.since}` and `{medication.until}` the days, `{condition.only}` the label that conditions alone
/// have, `{symptom.bond}` the relationship from the patient.
fn filled(shapes: &Shapes, text: &str) -> Result<String> {
    let mut filled = text.to_owned();
    for (name, role) in [("symptom", Role::Reported), ("condition", Role::Had), ("medication", Role::Taken)] {
        let kind = shapes.with_role(role)?;
        let (label, shape) = (kind.label(), kind.shape());
        let clinical = shape.clinical.as_ref();
        let bond = shape.bonds.iter().find(|bond| bond.from_patient);
        for (of, word) in [
            ("", label),
            (".key", kind.key()),
            (".only", clinical.and_then(|clinical| clinical.only).unwrap_or(label)),
            (".since", clinical.map_or("", |clinical| clinical.since)),
            (".until", clinical.and_then(|clinical| clinical.until).unwrap_or("")),
            (".bond", bond.map_or("", |bond| bond.name)),
        ] {
            filled = filled.replace(&format!("{{{name}{of}}}"), word);
        }
    }
    Ok(filled)
}

/// The name of the question, the role that the relationship starts from, and the pattern with the index it starts at.
fn clinical(at: At) -> (&'static str, Role, &'static str) {
    match at {
        At::Symptom => (
            "clinical.symptom",
            Role::Reported,
            "(a:@{symptom} {{symptom.key}: key})-[r:INDICATES_CONDITION]->(b:@{condition})
             USING INDEX SEEK a:@{symptom}({symptom.key})",
        ),
        At::Indicated => (
            "clinical.indicated",
            Role::Reported,
            "(b:@{condition} {{condition.key}: key})<-[r:INDICATES_CONDITION]-(a:@{symptom})
             USING INDEX SEEK b:@{condition}({condition.key})",
        ),
        At::Treated => (
            "clinical.treated",
            Role::Taken,
            "(b:@{condition} {{condition.key}: key})<-[r:TREATS_CONDITION]-(a:@{medication})
             USING INDEX SEEK b:@{condition}({condition.key})",
        ),
        At::Medication => (
            "clinical.medication",
            Role::Taken,
            "(a:@{medication} {{medication.key}: key})-[r:TREATS_CONDITION]->(b:@{condition})
             USING INDEX SEEK a:@{medication}({medication.key})",
        ),
    }
}

fn clinical_text(shapes: &Shapes, at: At) -> Result<String> {
    let (_, from, pattern) = clinical(at);
    let (other, link) = (other(shapes, at)?, link_of(from));
    let text = format!(
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
         RETURN a.patient_id AS patient, a.{} AS from_id, a.name AS from_name, b.{{condition.key}} AS to_id, b.name AS to_name, because
         LIMIT $most",
        shapes.with_role(from)?.key()
    );
    filled(shapes, &text)
}

/// The key of the other end.
fn other(shapes: &Shapes, at: At) -> Result<String> {
    let (_, from, _) = clinical(at);
    Ok(match at {
        At::Symptom | At::Medication => format!("b.{}", shapes.with_role(Role::Had)?.key()),
        At::Indicated | At::Treated => format!("a.{}", shapes.with_role(from)?.key()),
    })
}

fn link_of(from: Role) -> &'static str {
    if from == Role::Reported { INDICATES_CONDITION } else { TREATS_CONDITION }
}

/// The name of the question how many there are, and its text.
fn clinical_counts(shapes: &Shapes, at: At) -> Result<(&'static str, String)> {
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
        other(shapes, at)?
    );
    Ok((name, filled(shapes, &text)?))
}

// Without labels at the far ends: with them, a plan that is made while the graph is empty begins there.
const CROSSINGS: &str = "
    UNWIND $patients AS id
    MATCH (p:@Patient {patient_id: id})-[:{condition.bond}]->(c:@{condition.only})
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
    RETURN id AS patient, c.{condition.key} AS condition, coalesce(c.status = 'active', true) AS active, c.{condition.since} AS since, symptoms,
      taken, stopped
    LIMIT $most";

const CARE_PATHS: &str = "
    UNWIND $spans AS span
    MATCH (c:@{condition} {{condition.key}: span.condition}) USING INDEX SEEK c:@{condition}({condition.key})
    WHERE c.patient_id = span.patient
    CALL (c, span) {
      MATCH (m)-[:TREATS_CONDITION]->(c)
      WHERE m.patient_id = span.patient AND coalesce(m.status = 'active', true) = span.taken
      WITH DISTINCT m ORDER BY m.{medication.since} IS NULL, m.{medication.since} DESC, m.{medication.key}
      WITH collect(m) AS all
      RETURN all[span.medication] AS m
    }
    CALL (c, span) {
      MATCH (s)-[:INDICATES_CONDITION]->(c) WHERE s.patient_id = span.patient
      WITH DISTINCT s ORDER BY s.{symptom.since} IS NULL, s.{symptom.since} DESC, s.{symptom.key}
      WITH collect(s) AS all
      RETURN all[span.from..span.to] AS symptoms
    }
    WITH span, c, m, symptoms WHERE m IS NOT NULL
    RETURN span.at AS at, c.patient_id AS patient, c.{condition.key} AS history_id, c.name AS history,
      m.{medication.key} AS medication_id, m.name AS medication,
      COLLECT {
        MATCH (m)-[r:TREATS_CONDITION]->(c)
        RETURN properties(r) ORDER BY r.kind IS NOT NULL, r.evidence LIMIT $reasons
      } AS treats,
      COLLECT {
        UNWIND range(0, size(symptoms) - 1) AS place
        WITH symptoms[place] AS s, place
        RETURN {symptom_id: s.{symptom.key}, symptom: s.name, indicates: COLLECT {
          MATCH (s)-[r:INDICATES_CONDITION]->(c)
          RETURN properties(r) ORDER BY r.kind IS NOT NULL, r.evidence LIMIT $reasons
        }} ORDER BY place
      } AS symptoms
    LIMIT $most";

const OWN: &str = "
    UNWIND $patients AS id
    MATCH (p:@Patient {patient_id: id}) USING INDEX SEEK p:@Patient(patient_id)
    CALL (p) {
      MATCH (p)-[:{symptom.bond}]->(n:@{symptom})
      RETURN n, '{symptom}' AS label, n.{symptom.key} AS key, true AS active, n.{symptom.since} AS since, null AS until,
        EXISTS { (n)-[:INDICATES_CONDITION]->(:@{condition}) } AS covered
      UNION ALL
      MATCH (p)-[:{condition.bond}]->(n:@{condition.only})
      RETURN n, '{condition}' AS label, n.{condition.key} AS key, coalesce(n.status = 'active', true) AS active,
        n.{condition.since} AS since, null AS until,
        EXISTS { (n)<-[:TREATS_CONDITION]-(:@{medication} {status: 'active'}) } AS covered
      UNION ALL
      MATCH (p)-[:{medication.bond}]->(n:@{medication})
      RETURN n, '{medication}' AS label, n.{medication.key} AS key, coalesce(n.status = 'active', true) AS active,
        n.{medication.since} AS since, n.{medication.until} AS until,
        EXISTS { (n)-[:TREATS_CONDITION]->(:@{condition}) } AS covered
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

/// The name of the question which patients have such an entry.
fn having(role: Role) -> &'static str {
    match role {
        Role::Reported => "patients_with.symptom",
        Role::Had => "patients_with.condition",
        Role::Taken => "patients_with.medication",
    }
}

/// Symptoms have no status. What is too much is given up before it is sorted: no more rows are read than are answered.
fn having_text(shapes: &Shapes, role: Role) -> Result<String> {
    let kind = shapes.with_role(role)?;
    let label = label(kind);
    let only = kind.shape().clinical.as_ref().and_then(|clinical| clinical.only);
    let counts = only.map_or_else(|| "true".to_owned(), |only| format!("n:@{only}"));
    Ok(format!(
        "CALL () {{
           UNWIND $concepts AS id
           MATCH (c:@Concept {{concept_id: id}})<-[:INSTANCE_OF]-(n:{label}) USING INDEX SEEK c:@Concept(concept_id)
           RETURN n
           UNION
           MATCH (n:{label} {{name_key: $name_key}}) USING INDEX SEEK n:{label}(name_key)
           RETURN n
         }}
         WITH n WHERE {counts} AND (NOT $active OR coalesce(n.status, 'active') = 'active')
         WITH DISTINCT n.patient_id AS id LIMIT $most
         RETURN id ORDER BY id"
    ))
}

/// The reference data that a node (`from`) points to by relationships of these types, or, with `back`, that point to it, each as a map with
/// these fields besides.
fn referred<'a>(
    shapes: &Shapes,
    (from, to): (&str, &str),
    types: impl Iterator<Item = &'a str>,
    back: bool,
    besides: &str,
) -> String {
    let types = types.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("|");
    if types.is_empty() {
        return "[]".into();
    }
    let (start, end) = if back { ("<-", "-") } else { ("-", "->") };
    let kind = of_reference(shapes, to, |kind| kind.place().to_string());
    let key = of_reference(shapes, to, |kind| format!("{to}.{}", kind.key()));
    let name = of_reference(shapes, to, |kind| format!("toString({to}.{})", kind.shape().caption));
    format!(
        "COLLECT {{
           MATCH ({from}){start}[{to}_link:{types}]{end}({to})
           WITH DISTINCT type({to}_link) AS {to}_type, {to}, {kind} AS {to}_kind, {key} AS {to}_key
           WHERE {to}_key IS NOT NULL
           ORDER BY {to}_kind, {to}_key, {to}_type LIMIT $drawn
           RETURN {{link: {to}_type, kind: {to}_kind, key: {to}_key, name: {name}, labels: labels({to}){besides}}}
         }}"
    )
}

/// The nodes in the order of their kinds and keys, so that a drawing that is cut is always cut alike. What leads to a node and what its name
/// names are few; clinical relationships may be many.
fn drawing_text(shapes: &Shapes) -> Result<String> {
    let nodes = each_kind(shapes.kinds(), " UNION ALL ", |kind, label, key| {
        let (at, caption) = (kind.place(), kind.shape().caption);
        format!("{} RETURN n, {at} AS kind, n.{key} AS key, toString(n.{caption}) AS name", of_patient(label))
    });
    let bonds: BTreeSet<&str> = shapes.bonds().collect();
    let bonds = bonds.into_iter().collect::<Vec<_>>().join("|");
    let on = referred(shapes, ("a", "b"), shapes.among_reference(), false, "");
    let on = format!(", on: {on}");
    let reference = referred(shapes, ("n", "a"), shapes.to_reference(), false, &on);
    let by = referred(shapes, ("n", "a"), shapes.from_reference(), true, &on);
    let clinical: BTreeSet<&str> = [INDICATES_CONDITION, TREATS_CONDITION].into_iter().chain(shapes.naming()).collect();
    let clinical = clinical.into_iter().collect::<Vec<_>>().join("|");
    let text = format!(
        "UNWIND $patients AS id
         CALL (id) {{
           CALL (id) {{ {nodes} }}
           RETURN n, kind, key, name ORDER BY kind, key LIMIT $nodes
         }}
         RETURN id AS patient, kind, key, name, labels(n) AS labels, elementId(n) AS element,
           COLLECT {{ MATCH (n)<-[r:{bonds}]-(m) RETURN {{name: type(r), from: elementId(m)}} }} AS bonds,
           COLLECT {{ MATCH (n)-[:{INSTANCE_OF}]->(m) RETURN m.concept_id }} AS ties,
           {reference} AS reference, {by} AS by,
           COLLECT {{
             MATCH (n)-[r:{clinical}]->(m)
             WITH DISTINCT type(r) AS link, m ORDER BY m.{{condition.key}} LIMIT $drawn
             RETURN {{name: link, to: elementId(m)}}
           }} AS clinical
         LIMIT $most"
    );
    filled(shapes, &text)
}

/// Neo4j keeps these numbers, so nothing is counted.
fn counts_text(shapes: &Shapes) -> String {
    let nodes =
        each_kind(shapes.kinds(), " UNION ALL ", |_, label, _| format!("MATCH (n:@{label}) RETURN count(n) AS number"));
    let links = each_kind(shapes.kinds(), " UNION ALL ", |_, label, _| {
        format!("MATCH (:@{label})-[r]->() RETURN count(r) AS number")
    });
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
        let shapes = self.shapes;
        let places = [At::Symptom, At::Indicated, At::Treated, At::Medication];
        let roles = [Role::Reported, Role::Had, Role::Taken];
        let named = |name, text: Result<String>| Some((name, text.ok()?));
        let clinical = places.map(|at| named(clinical(at).0, clinical_text(shapes, at)));
        let counts = places.map(|at| clinical_counts(shapes, at).ok());
        let having = roles.map(|role| named(having(role), having_text(shapes, role)));
        let others = [
            named("crossings", filled(shapes, CROSSINGS)),
            named("care_paths", filled(shapes, CARE_PATHS)),
            named("own", filled(shapes, OWN)),
            named("similar", Ok(SIMILAR.to_owned())),
            named("drawing", drawing_text(shapes)),
            named("counts", Ok(counts_text(shapes))),
        ];
        let all = clinical.into_iter().chain(counts).chain(having).chain(others).flatten();
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
            let (from, to) = (self.shapes.with_role(from)?, self.shapes.with_role(Role::Had)?);
            let ask =
                self.ask(name, &clinical_text(self.shapes, at)?).with("keys", keys).with("first", i64::from(first));
            let found: Vec<rows::Clinical> = self.bounded(ask.with("reasons", REASONS as i64)).await?;
            found.into_iter().map(|row| row.read(from, to)).collect()
        })
    }

    fn clinical_counts<'a>(&'a self, at: At, keys: &'a [i32]) -> BoxFuture<'a, Result<Vec<(i32, u32)>>> {
        Box::pin(async move {
            let (name, text) = clinical_counts(self.shapes, at)?;
            let found: Vec<rows::Number> = self.bounded(self.ask(name, &text).with("keys", keys)).await?;
            Ok(found.into_iter().map(|row| (row.id, row.number)).collect())
        })
    }

    fn crossings<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<Crossing>>> {
        Box::pin(async move {
            let ask = self.ask("crossings", &filled(self.shapes, CROSSINGS)?).with("patients", patients);
            let found: Vec<rows::Crossing> = self.bounded(ask).await?;
            Ok(found.into_iter().map(rows::Crossing::read).collect())
        })
    }

    fn care_paths<'a>(&'a self, spans: &'a [Span]) -> BoxFuture<'a, Result<Vec<OfSpan>>> {
        Box::pin(async move {
            let asked: BoltList = (0..).zip(spans).map(|(at, span)| rows::span(at, span)).collect();
            let ask = self.ask("care_paths", &filled(self.shapes, CARE_PATHS)?).with("spans", BoltType::List(asked));
            let found: Vec<rows::CarePaths> = self.bounded(ask.with("reasons", REASONS as i64)).await?;
            found.into_iter().map(|paths| paths.read(self.shapes)).collect()
        })
    }

    fn own<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<ClinicalEntry>>> {
        Box::pin(async move {
            let ask = self.ask("own", &filled(self.shapes, OWN)?).with("patients", patients);
            let found: Vec<rows::Own> = self.bounded(ask).await?;
            found.into_iter().map(|own| own.read(self.shapes)).collect()
        })
    }

    fn similar<'a>(
        &'a self,
        asked: &'a [Asked],
        visible: Option<&'a [i32]>,
        first: u32,
    ) -> BoxFuture<'a, Result<Vec<Similar>>> {
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
            let ask = ask.with("scope", visible).with("common", COMMON).with("first", i64::from(first));
            let found: Vec<rows::Similar> = self.bounded(ask).await?;
            Ok(found.into_iter().map(rows::Similar::read).collect())
        })
    }

    fn patients_with<'a>(&'a self, asked: &'a Having, most: u32) -> BoxFuture<'a, Result<Vec<i32>>> {
        Box::pin(async move {
            let text = having_text(self.shapes, asked.role)?;
            let ask = self.ask(having(asked.role), &text).with("concepts", asked.concepts.as_slice());
            let ask = ask.with("name_key", asked.name_key.as_deref()).with("active", asked.active);
            let found: Vec<rows::Id> = self.client.rows(ask.with("most", i64::from(most) + 1)).await?;
            Ok(found.into_iter().map(|row| row.id).collect())
        })
    }

    fn drawing<'a>(&'a self, patients: &'a [i32], most: u32) -> BoxFuture<'a, Result<Vec<Drawing>>> {
        Box::pin(async move {
            let ask = self.ask("drawing", &drawing_text(self.shapes)?).with("patients", patients);
            // One more than is shown tells whether there are more.
            let ask = ask.with("nodes", i64::from(most) + 1).with("drawn", DRAWN as i64 + 1);
            let nodes = self.bounded(ask).await?;
            rows::drawings(self.shapes, self.client.prefix(), nodes, most)
        })
    }

    fn counts(&self) -> BoxFuture<'_, Result<Counts>> {
        Box::pin(async move {
            let found: Vec<rows::Counts> = self.client.rows(self.ask("counts", &counts_text(self.shapes))).await?;
            Ok(found.first().map(rows::Counts::read).unwrap_or_default())
        })
    }
}
