//! How the server runs the statements, and how much they cost it.

use super::*;
use medimax::feed::REFERENCE;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A doctor at an institution.
fn practice() -> Subgraph {
    Subgraph {
        patient: REFERENCE,
        nodes: vec![
            node("Doctor", 1, None, [("name", text("x"))]),
            node("Institution", 1, None, [("name", text("x"))]),
        ],
        links: vec![link("WORKS_AT", ("Doctor", 1), Target::Reference(kind("Institution"), 1))],
    }
}

/// Patients, each with five symptoms, conditions and medications that are tied to concepts; ten patients share a concept, and all of them
/// a doctor.
fn ward(patients: std::ops::RangeInclusive<i32>) -> Vec<Subgraph> {
    let part = |id: i32| {
        let mut part = Subgraph {
            patient: id,
            nodes: vec![node("Patient", id, None, [("concept_weight", Value::Int(1))])],
            links: vec![link("TREATED_BY", ("Patient", id), Target::Reference(kind("Doctor"), 1))],
        };
        for n in 0..5 {
            let key = id * 10 + n;
            let named = [("name", text("x")), ("name_key", text(&format!("x{key}"))), ("status", text("active"))];
            for (kind, label, name) in [
                ("Symptom", None, "HAS_SYMPTOM"),
                ("MedicalHistory", Some("Condition"), "HAS_MEDICAL_HISTORY"),
                ("Medication", None, "TAKES_MEDICATION"),
            ] {
                part.nodes.push(node(kind, key, label, named.clone()));
                part.links.push(own(name, ("Patient", id), (kind, key)));
                part.links.push(tie((kind, key), id / 10, How::Name));
            }
            part.links.push(known("INDICATES_CONDITION", ("Symptom", key), key, (1, FactKind::Indicates, 1)));
            part.links.push(known("TREATS_CONDITION", ("Medication", key), key, (1, FactKind::Treats, 1)));
        }
        part
    };
    patients.map(part).collect()
}

/// The operators of a plan, and what they cost together.
fn walk(plan: &Json, operators: &mut Vec<String>) -> i64 {
    operators.push(plan["operatorType"].as_str().unwrap().replace("@neo4j", ""));
    let children = plan["children"].as_array().into_iter().flatten();
    plan["dbHits"].as_i64().unwrap_or(0) + children.map(|child| walk(child, operators)).sum::<i64>()
}

/// What each statement costs for twenty patients; it may read no whole label or type.
fn costs(store: &Neo4j, options: &str, filled: bool) -> BTreeMap<&'static str, i64> {
    let mut bolt = Bolt::connect(&server());
    let keys: Vec<i32> = (1..=20).map(|id| id * 10).collect();
    let patients: Vec<i32> = (1..=20).collect();
    let asked: Vec<Json> = patients
        .iter()
        .map(|id| json!({"patient": id, "weight": 3, "concepts": [{"concept": id / 10, "weight": 1}]}))
        .collect();
    let spans: Vec<Json> = patients
        .iter()
        .map(|id| json!({"at": id - 1, "patient": id, "condition": id * 10, "taken": true, "medication": 0, "from": 0, "to": 5}))
        .collect();
    let params = json!({
        "spans": spans,
        "keys": keys, "patients": patients, "asked": asked, "most": 10_000, "nodes": 100, "drawn": 26, "reasons": 500, "first": 5, "scope": null, "common": 2000,
        "concepts": [0, 1], "name_key": "x15", "active": true,
    });
    let cost = |(name, cypher): (&'static str, String)| {
        let (rows, summary) = bolt.run(&format!("PROFILE {options} {cypher}"), params.clone());
        let mut operators = Vec::new();
        let cost = walk(&summary["profile"], &mut operators);
        assert!(filled != rows.is_empty() || name == "counts", "{name} answers {} rows", rows.len());
        let scans = |operator: &String| operator.contains("Scan");
        assert!(!operators.iter().any(scans), "{name} scans: {operators:?}");
        (name, cost)
    };
    store.statements().into_iter().map(cost).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_question_costs_depends_on_what_is_asked_and_not_on_the_graph() {
    let (_place, store) = Place::prepared().await;
    let concepts: Vec<_> = (0..=20).map(|id| concept(id, ConceptKind::Symptom, "x")).collect();
    store.apply_knowledge(1, &concepts, &[], "v1").await.unwrap();
    store.apply(1, &[practice()]).await.unwrap();
    // Plans that are made now are kept for a while, and must do for what comes.
    costs(&store, "", false);
    store.apply(1, &ward(1..=100)).await.unwrap();
    let small = costs(&store, "", true);
    store.apply(1, &ward(101..=200)).await.unwrap();
    let large = costs(&store, "", true);
    let planned_anew = costs(&store, "CYPHER replan=force", true);
    assert_eq!(large.len(), 17);
    for (name, cost) in small {
        let later = large[name].max(planned_anew[name]);
        assert!(later < cost * 3 / 2, "{name}: {cost} hits of 100 patients, {later} of 200");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_that_too_many_meet_is_given_up_after_as_many_as_are_allowed() {
    let (place, store) = Place::prepared().await;
    let kinds = [
        ("symptom", "Symptom", "symptom_id", ConceptKind::Symptom),
        ("condition", "MedicalHistory:@Condition", "history_id", ConceptKind::Condition),
        ("medication", "Medication", "medication_id", ConceptKind::Drug),
    ];
    let concepts: Vec<_> = (1..).zip(kinds).map(|(id, (.., kind))| concept(id, kind, "x")).collect();
    store.apply_knowledge(1, &concepts, &[], "v1").await.unwrap();
    for (concept, (_, label, key, _)) in (1..).zip(kinds) {
        place.run(&format!(
            "MATCH (c:@Concept {{concept_id: {concept}}}) UNWIND range(1, 2000) AS id
             CREATE (:@{label} {{{key}: id, patient_id: id, name_key: 'x'}})-[:INSTANCE_OF]->(c)"
        ));
    }
    let mut bolt = Bolt::connect(&server());
    let statements = store.statements();
    for (concept, (name, ..)) in (1..).zip(kinds) {
        let wanted = format!("patients_with.{name}");
        let (_, cypher) = statements.iter().find(|(known, _)| *known == wanted).unwrap();
        let mut cost = |most: i64| {
            let params = json!({"concepts": [concept], "name_key": "x", "active": true, "most": most});
            let (rows, summary) = bolt.run(&format!("PROFILE {cypher}"), params);
            (rows.len() as i64, walk(&summary["profile"], &mut Vec::new()))
        };
        let [(few, little), (all, much)] = [cost(11), cost(10_000)];
        assert_eq!((few, all), (11, 2_000), "{name}");
        assert!(little < much / 20, "{name}: {little} hits for 11 patients, {much} for all 2,000");
    }
}
