//! Consultations, scans and predictions in both graphs: who conducted them, which condition they are about, and who prescribed what a care
//! path leads to.

use super::{
    answers::{ask, engine, in_neo4j},
    neo4j::Place,
    reference::care,
};
use crate::support::{Store, on_both};
use medimax::{
    db::scope::Scope,
    graph::{
        Graph,
        projector::{Follower, built},
    },
    graphql::recorder::Statement,
    schema::{SHAPES, tables},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the first patient has, and what the second has of the same doctor.
async fn encounters(store: &Store) {
    care(store).await;
    for rows in [
        "INSERT INTO Medical_History (history_id, patient_id, history_type, history_item) VALUES \
         (90001, 1, 'condition', 'Parkinson’s Disease'), (90002, 1, 'allergy', 'Parkinson''s disease'), (90003, 1, 'condition', 'Sore toe'), \
         (90004, 2, 'condition', 'Parkinson''s disease')",
        "INSERT INTO Consultation (consultation_id, patient_id, doctor_id, consultation_type, status, consultation_date) VALUES \
         (90001, 1, 90001, 'telemedicine', 'completed', '2025-01-02'), (90002, 2, 90001, 'in_person', 'scheduled', '2025-01-03')",
        "INSERT INTO Scan (scan_id, patient_id, doctor_id, modality, body_part, scan_date) VALUES (90001, 1, 90002, 'mri', 'Brain', '2025-01-04')",
        "INSERT INTO Prediction (prediction_id, patient_id, scan_id, history_id, condition_name, label, stage, probability, predicted_at) VALUES \
         (90001, 1, 90001, NULL, 'parkinsons disease', 'Parkinson''s', '2', 0.8731, '2025-01-05 10:00:00'), \
         (90002, 1, NULL, 90003, 'parkinsons disease', 'other', NULL, NULL, NULL), \
         (90003, 1, NULL, 90002, 'parkinsons disease', 'allergy', NULL, NULL, NULL)",
    ] {
        store.sql(rows).await;
    }
}

/// What is drawn besides.
const OTHERS: [&str; 4] = ["TREATED_BY", "INSTANCE_OF", "INDICATES_CONDITION", "TREATS_CONDITION"];

async fn links(store: &Store, graph: &Graph, depth: u32) -> BTreeSet<String> {
    let query = format!(
        "{{ patient(id: 1) {{ graph(depth: {depth}) {{ nodes {{ id }} relationships {{ type from to }} }} }} }}"
    );
    let answer: Value = serde_json::from_str(&ask(&engine(store, graph), &Scope::everything(), &query).await).unwrap();
    assert_eq!(answer.get("errors"), None, "{answer}");
    let drawn = &answer["data"]["patient"]["graph"];
    // Nothing of the other patient, who sees the same doctor.
    assert!(drawn["nodes"].as_array().unwrap().iter().all(|node| node["id"] != "GraphNode:Consultation:90002"));
    let links = drawn["relationships"].as_array().unwrap().iter();
    let text = |link: &Value| {
        format!("{} {} {}", link["from"], link["type"], link["to"]).replace("GraphNode:", "").replace('"', "")
    };
    links.map(text).filter(|link| link.contains(":9000") && !OTHERS.iter().any(|of| link.contains(of))).collect()
}

on_both!(both_graphs_hold_consultations_scans_and_predictions, 3, async |store: Store| {
    Box::pin(encounters(&store)).await;
    let place = Place::new();
    let (here, there) = (Box::pin(built(&SHAPES, &store.db)).await.unwrap(), Box::pin(in_neo4j(&store, &place)).await);
    let expected = [
        "Doctor:90001 CONDUCTED Consultation:90001",
        "Doctor:90001 HAS_SPECIALTY Specialty:90001",
        "Doctor:90001 WORKS_AT Institution:90001",
        "Doctor:90002 WORKS_AT Institution:90001",
        "Patient:1 HAS_CONSULTATION Consultation:90001",
        "Patient:1 HAS_MEDICAL_HISTORY MedicalHistory:90001",
        "Patient:1 HAS_MEDICAL_HISTORY MedicalHistory:90002",
        "Patient:1 HAS_MEDICAL_HISTORY MedicalHistory:90003",
        "Patient:1 HAS_PREDICTION Prediction:90001",
        "Patient:1 HAS_PREDICTION Prediction:90002",
        "Patient:1 HAS_PREDICTION Prediction:90003",
        "Patient:1 HAS_SCAN Scan:90001",
        // By its name however written; of those that point to an entry, to the entry, if it is a condition.
        "Prediction:90001 PREDICTS MedicalHistory:90001",
        "Prediction:90002 PREDICTS MedicalHistory:90003",
    ];
    for graph in [&here, &there] {
        let found = links(&store, graph, 3).await;
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(found, expected, "{}", graph.store_name());
    }
    assert_eq!(
        place.run(
            "MATCH (:@Patient {patient_id: 1})-[h:HAS_CONSULTATION]->(c:@Consultation {consultation_id: 90001})<-[:CONDUCTED]-(d:@Doctor)
             RETURN toString(h.date), h.type, h.status, c.patient_id, d.doctor_id"
        ),
        [json!(["2025-01-02", "telemedicine", "completed", 1, 90001])]
    );
    assert_eq!(
        place.run(
            "MATCH (n:@Prediction {prediction_id: 90001}) RETURN n.label, n.stage, n.probability, toString(n.date)"
        ),
        [json!(["Parkinson's", "2", 0.8731, "2025-01-05"])]
    );
});

on_both!(what_a_doctor_conducted_is_compared_mended_and_follows_the_rows, 3, async |store: Store| {
    Box::pin(encounters(&store)).await;
    let place = Place::new();
    let (here, there) = (Box::pin(built(&SHAPES, &store.db)).await.unwrap(), Box::pin(in_neo4j(&store, &place)).await);
    assert_eq!(here.counts().await.unwrap(), there.counts().await.unwrap());
    Box::pin(mended(&store, &place, there)).await;
});

async fn mended(store: &Store, place: &Place, there: Graph) {
    // What programs do to the graph is found and mended, also where it starts at the doctor.
    let projection = Follower::new(there, store.db.clone(), tables(), "test".into());
    let check = async || Box::pin(projection.check(&|_, _| {})).await.unwrap().unwrap();
    let report = check().await;
    assert!(report.is_clean(), "{report:?}");
    let amounts = report.amounts.iter().find(|amount| amount.label == "Doctor").unwrap();
    assert_eq!(amounts.relationships.0, amounts.relationships.1);
    place.run("MATCH (:@Doctor)-[r:CONDUCTED]->(:@Consultation {consultation_id: 90001}) DELETE r");
    place.run(
        "MATCH (d:@Doctor {doctor_id: 90003}), (c:@Consultation {consultation_id: 90002}) CREATE (d)-[:CONDUCTED]->(c)",
    );
    place.run("MATCH (a:@Prediction {prediction_id: 90001}), (b:@MedicalHistory {history_id: 90003}) CREATE (a)-[:PREDICTS]->(b)");
    let report = check().await;
    assert_eq!((&report.differing[..], report.reference.is_none()), (&[1, 2][..], true));
    Box::pin(projection.repair(&report, &|_, _| {})).await.unwrap();
    assert!(check().await.is_clean());
    // A doctor whom the graph lost comes back with what the doctor conducted; one whom the consultation no longer has loses it.
    place.run("MATCH (n:@Doctor {doctor_id: 90001}) DETACH DELETE n");
    store.sql("UPDATE Institution SET region = 'South' WHERE institution_id = 90001").await;
    store.sql("UPDATE Consultation SET doctor_id = 90002 WHERE consultation_id = 90002").await;
    Box::pin(projection.sync(false, &|_, _| {})).await.unwrap();
    let conducted = "MATCH (d:@Doctor)-[:CONDUCTED]->(c:@Consultation) WHERE c.consultation_id > 90000
                     RETURN d.doctor_id, c.consultation_id ORDER BY 1";
    assert_eq!(place.run(conducted), [json!([90001, 90001]), json!([90002, 90002])]);
    store.sql("DELETE FROM Consultation WHERE consultation_id = 90001").await;
    Box::pin(projection.sync(false, &|_, _| {})).await.unwrap();
    assert_eq!(place.run(conducted), [json!([90002, 90002])]);
    assert!(check().await.is_clean());
}

on_both!(care_paths_name_who_prescribed, 3, async |store: Store| {
    care(&store).await;
    for rows in [
        "DELETE FROM Medication",
        "DELETE FROM Prediction",
        "DELETE FROM Medical_History",
        "DELETE FROM Consultation",
        "DELETE FROM Appointment",
        "INSERT INTO Medical_History (history_id, patient_id, history_type, history_item) VALUES (90001, 1, 'condition', 'Migraine')",
        "INSERT INTO Appointment (appointment_id, patient_id, appointment_date) VALUES (90001, 1, '2025-01-01')",
        "INSERT INTO Appointment_Symptom (symptom_id, appointment_id, symptom_name) VALUES (90001, 90001, 'Headache')",
        "INSERT INTO Medication (medication_id, patient_id, medicine_name, prescribed_date, prescribed_by, doctor_id) VALUES \
         (90001, 1, 'Aaa', '2025-01-02', 'Dr A. One', 90001), (90002, 1, 'Bbb', '2025-01-01', 'Dr Elsewhere', NULL)",
        "INSERT INTO Medication_Purpose (purpose_id, medication_id, condition_name) VALUES (90001, 90001, 'Migraine'), (90002, 90002, 'Migraine')",
    ] {
        store.sql(rows).await;
    }
    let mut store = store;
    store.graph = built(&SHAPES, &store.db).await.unwrap();
    let path = |fields: &str| format!("{{ patient(id: 1) {{ carePaths {{ condition {{ item }} {fields} }} }} }}");
    let ask = async |fields: &str| {
        let (answer, ran) = store.ask_as(Scope::everything(), &path(fields), Value::Null).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        let sent = ran.iter().filter(|ran| matches!(ran.detail.as_ref().unwrap().statement, Statement::Sql(_))).count();
        (answer["data"]["patient"]["carePaths"].clone(), sent)
    };
    let (_, without) = ask("medication { name }").await;
    let (found, with) = ask("medication { name } prescribedBy { name } prescriberName").await;
    let of = |name: &str, doctor: Value, text: &str| json!({"condition": {"item": "Migraine"}, "medication": {"name": name}, "prescribedBy": doctor, "prescriberName": text});
    assert_eq!(
        found,
        json!([of("Aaa", json!({"name": "Dr Ann One"}), "Dr A. One"), of("Bbb", Value::Null, "Dr Elsewhere")])
    );
    assert_eq!(with, without + 1, "one statement more, for the doctors of all");
});
