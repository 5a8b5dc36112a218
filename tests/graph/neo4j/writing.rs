//! What is written, and what is not.

use super::*;
use medimax::error::Error;

fn gone(patient: i32) -> Subgraph {
    Subgraph { patient, nodes: Vec::new(), links: Vec::new() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_difference_is_written() {
    let (place, store) = Place::prepared().await;
    let both = [simple(1, "Ada"), simple(2, "Alan")];
    let first = written(store.apply(1, &both).await.unwrap());
    assert_eq!(first, Written { nodes_created: 6, links_created: 6, ..Written::default() });
    assert_eq!(
        place.number(
            "MATCH (p:@Patient:@Person {patient_id: 1, name: 'Ada'}) WHERE p.dob = date('2026-01-02') RETURN count(*)"
        ),
        1
    );
    assert_eq!(place.number("MATCH (:@MedicalHistory:@Condition {history_id: 20})<-[r:TREATS_CONDITION {source: 'purpose'}]-(:@Medication {patient_id: 2}) RETURN count(r)"), 1);
    assert_eq!(written(store.apply(1, &both).await.unwrap()), Written::default());
    assert_eq!(store.differing(&both).await.unwrap(), Vec::<i32>::new());

    let mut changed = [simple(1, "Ada"), simple(2, "Turing")];
    changed[0].links.pop();
    changed[0].nodes[1].label = Some("Allergy");
    assert_eq!(store.differing(&changed).await.unwrap(), [1, 2]);
    let second = written(store.apply(1, &changed).await.unwrap());
    let expected = Written { nodes_created: 1, nodes_changed: 1, nodes_removed: 1, links_created: 1, links_removed: 2 };
    assert_eq!(second, expected);
    assert_eq!(written(store.apply(1, &changed).await.unwrap()), Written::default());
    assert_eq!(place.number("MATCH (p:@Patient) RETURN count(p)"), 2);
    assert_eq!(place.number("MATCH (n:@Allergy) WHERE NOT n:@Condition RETURN count(n)"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_moves_to_another_patient_and_patients_go() {
    let (place, store) = Place::prepared().await;
    store.apply(1, &[simple(1, "Ada"), simple(2, "Alan")]).await.unwrap();
    // Only the new owner is looked at: the old one's entry is taken away.
    let mut taker = simple(2, "Alan");
    taker.nodes.push(node("MedicalHistory", 10, Some("Condition"), [("name", text("asthma"))]));
    taker.links.push(own("HAS_MEDICAL_HISTORY", ("Patient", 2), ("MedicalHistory", 10)));
    let moved = written(store.apply(1, &[taker.clone()]).await.unwrap());
    assert_eq!((moved.nodes_created, moved.links_created), (1, 1));
    assert_eq!(place.number("MATCH (n:@MedicalHistory {history_id: 10, patient_id: 2})<-[r]-() RETURN count(r)"), 1);
    // Back again, both looked at.
    store.apply(1, &[taker, simple(1, "Ada")]).await.unwrap();
    store.apply(1, &[simple(2, "Alan"), simple(1, "Ada")]).await.unwrap();
    assert_eq!(store.differing(&[simple(1, "Ada"), simple(2, "Alan")]).await.unwrap(), Vec::<i32>::new());
    assert_eq!(store.patients(0, 10).await.unwrap(), [1, 2]);
    assert_eq!(store.patients(1, 10).await.unwrap(), [2]);

    let removed = written(store.apply(1, &[gone(1), gone(7)]).await.unwrap());
    assert_eq!(removed.nodes_removed, 3);
    assert_eq!(store.patients(0, 10).await.unwrap(), [2]);
    assert_eq!(place.number("MATCH (n:@MedicalHistory) RETURN count(n)"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_put_into_a_patient_is_removed() {
    let (place, store) = Place::prepared().await;
    let both = [simple(1, "Ada"), simple(2, "Alan")];
    store.apply(1, &both).await.unwrap();
    let intact = place
        .number("MATCH (n)-[r]->() WHERE n.patient_id IN [1, 2] AND (n:@Patient OR n:@Medication) RETURN count(r)");
    for junk in [
        // A second one of the same relationship, one to another patient, one to a stranger, and an unknown type.
        "MATCH (p:@Patient {patient_id: 1}), (h:@MedicalHistory {history_id: 10}) CREATE (p)-[:HAS_MEDICAL_HISTORY]->(h)",
        "MATCH (p:@Patient {patient_id: 1}), (h:@MedicalHistory {history_id: 20}) CREATE (p)-[:HAS_MEDICAL_HISTORY]->(h)",
        "MATCH (p:@Patient {patient_id: 1}) CREATE (p)-[:LIKES]->(:@Stranger)",
        // A node without a key, one with a key of a wrong type, one that is not in the database.
        "CREATE (:@Symptom {patient_id: 1})",
        "CREATE (:@Symptom {patient_id: 1, symptom_id: 'seven', taken: 1.5})",
        "MATCH (p:@Patient {patient_id: 1}) CREATE (p)-[:HAS_SYMPTOM]->(:@Symptom {patient_id: 1, symptom_id: 77})",
        // Changed properties and labels.
        "MATCH (p:@Patient {patient_id: 1}) SET p.name = 'Eve', p.since = datetime()",
        "MATCH (m:@Medication {medication_id: 10}) SET m:@Poison",
    ] {
        place.run(junk);
    }
    assert_eq!(store.differing(&both).await.unwrap(), [1]);
    store.apply(1, &both).await.unwrap();
    assert_eq!(store.differing(&both).await.unwrap(), Vec::<i32>::new());
    assert_eq!(
        place
            .number("MATCH (n)-[r]->() WHERE n.patient_id IN [1, 2] AND (n:@Patient OR n:@Medication) RETURN count(r)"),
        intact
    );
    assert_eq!(place.number("MATCH (n:@Symptom) RETURN count(n)"), 0);
    assert_eq!(place.number("MATCH (n:@Poison) RETURN count(n)"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_projector_is_refused() {
    let (place, old) = Place::prepared().await;
    old.apply(5, &[simple(1, "old")]).await.unwrap();
    let new = place.store();
    new.apply(6, &[simple(1, "new")]).await.unwrap();
    assert_eq!(new.state().await.unwrap().unwrap().epoch, 6);
    // Whether it has something to write, or nothing, or is new itself.
    assert_eq!(old.apply(5, &[simple(1, "old")]).await.unwrap(), Applied::Refused);
    assert_eq!(old.apply(5, &[simple(1, "new")]).await.unwrap(), Applied::Refused);
    assert_eq!(place.store().apply(5, &[simple(1, "old")]).await.unwrap(), Applied::Refused);
    assert_eq!(old.apply_knowledge(5, &[], &[], "1").await.unwrap(), Applied::Refused);
    assert_eq!(old.remove_strays(5).await.unwrap(), Applied::Refused);
    assert_eq!(new.differing(&[simple(1, "new")]).await.unwrap(), Vec::<i32>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_projectors_that_race_the_newer_wins() {
    let (place, store) = Place::prepared().await;
    for round in 1..=12 {
        let (older, newer) = (place.store(), place.store());
        let (first, second) = tokio::join!(
            tokio::spawn(
                async move { older.apply(round * 2, &[simple(1, "older"), simple(2, "older")]).await.unwrap() }
            ),
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(u64::try_from(round).unwrap() * 2)).await;
                newer.apply(round * 2 + 1, &[simple(1, "newer"), simple(2, "newer")]).await.unwrap()
            }),
        );
        // Either came first; the older one never comes last.
        first.unwrap();
        assert_ne!(second.unwrap(), Applied::Refused);
        assert_eq!(store.differing(&[simple(1, "newer"), simple(2, "newer")]).await.unwrap(), Vec::<i32>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn knowledge_is_written_by_difference_and_keeps_its_nodes() {
    let (place, store) = Place::prepared().await;
    let concepts = [
        concept(1, ConceptKind::Symptom, "wheezing"),
        concept(2, ConceptKind::Condition, "asthma"),
        concept(3, ConceptKind::Drug, "salbutamol"),
    ];
    let facts = [fact(FactKind::Indicates, 1, 2), fact(FactKind::Treats, 3, 2)];
    let first = written(store.apply_knowledge(1, &concepts, &facts, "v1").await.unwrap());
    assert_eq!(first, Written { nodes_created: 3, links_created: 2, ..Written::default() });
    assert_eq!(store.state().await.unwrap().unwrap().catalog.as_deref(), Some("v1"));
    assert_eq!(written(store.apply_knowledge(1, &concepts, &facts, "v1").await.unwrap()), Written::default());
    assert_eq!(place.number("MATCH (:@SymptomConcept:@Concept {names: ['wheezing by another name'], code: 'C1'})-[r:INDICATES {source: 'textbook', weight: 3}]->(:@ConditionConcept) RETURN count(r)"), 1);

    let mut part = simple(1, "Ada");
    part.links.push(tie(("MedicalHistory", 10), 2, How::Name));
    assert_eq!(written(store.apply(1, &[part.clone()]).await.unwrap()).links_created, 4);
    // Another kind, another name, one concept less: ties to what stays are untouched.
    let concepts = [concept(1, ConceptKind::Symptom, "wheezing"), concept(2, ConceptKind::Symptom, "Asthma")];
    let second = written(store.apply_knowledge(1, &concepts, &facts[..1], "v2").await.unwrap());
    assert_eq!(second, Written { nodes_changed: 1, nodes_removed: 1, links_removed: 1, ..Written::default() });
    assert_eq!(store.state().await.unwrap().unwrap().catalog.as_deref(), Some("v2"));
    assert_eq!(place.number("MATCH (n:@SymptomConcept) WHERE NOT n:@ConditionConcept RETURN count(n)"), 2);
    assert_eq!(store.differing(&[part]).await.unwrap(), Vec::<i32>::new());
    // A version that changes nothing is named all the same.
    assert_eq!(written(store.apply_knowledge(1, &concepts, &facts[..1], "v3").await.unwrap()), Written::default());
    assert_eq!(store.state().await.unwrap().unwrap().catalog.as_deref(), Some("v3"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_prepare_at_once_and_missing_indexes_are_mended() {
    let place = Place::new();
    let (one, other) = (place.store(), place.store());
    let (first, second) = tokio::join!(one.prepare(DATABASE), other.prepare(DATABASE));
    let state = first.unwrap();
    assert_eq!(state.store_id, second.unwrap().store_id);
    assert_eq!((state.database_id.as_str(), state.epoch, state.catalog), (DATABASE, 0, None));
    assert_eq!(one.missing().await.unwrap(), Vec::<String>::new());

    place.run("DROP CONSTRAINT @medimax_Symptom_symptom_id");
    place.run("DROP INDEX @medimax_Medication_name_key");
    let missing = [
        format!("constraint: unique {}Symptom.symptom_id", place.prefix),
        format!("index: {}Medication.name_key", place.prefix),
    ];
    assert_eq!(one.missing().await.unwrap(), missing);
    place.run("UNWIND [1, 1] AS id CREATE (:@Symptom {symptom_id: id, patient_id: 9})");
    let Err(Error::Setup(text)) = one.mend_schema().await else { panic!("duplicates were accepted") };
    assert!(text.contains("duplicates"), "{text}");
    place.run("MATCH (n:@Symptom) DELETE n");
    one.mend_schema().await.unwrap();
    assert_eq!(one.missing().await.unwrap(), Vec::<String>::new());
    assert_eq!(one.prepare(DATABASE).await.unwrap().store_id, state.store_id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graph_of_somebody_else_is_left_alone() {
    let place = Place::new();
    let store = place.store();
    place.run("CREATE (:@Patient {patient_id: '17'})");
    let Err(Error::Setup(text)) = store.prepare(DATABASE).await else { panic!("it was taken over") };
    assert!(text.contains("graph_label_prefix"), "{text}");
    assert_eq!(store.state().await.unwrap(), None);
    assert!(matches!(store.apply(1, &[simple(1, "Ada")]).await, Err(Error::Graph(_))));
    place.run("MATCH (n:@Patient) DELETE n");
    store.prepare(DATABASE).await.unwrap();
    assert!(matches!(store.prepare("another database").await, Err(Error::Setup(_))));
    place.run("MATCH (s:@MediMax) SET s.version = 99");
    assert!(matches!(store.prepare(DATABASE).await, Err(Error::Setup(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctors_of_another_program_are_left_alone_when_a_graph_gets_doctors() {
    // A graph of ours from before there were doctors, beside which somebody else keeps doctors.
    let (place, store) = Place::prepared().await;
    place.run("MATCH (s:@MediMax) REMOVE s.reference");
    place.run("CREATE (:@Doctor {name: 'Dr. Who'})");
    let Err(Error::Setup(text)) = store.prepare(DATABASE).await else { panic!("they were taken over") };
    assert!(text.contains(&format!("{}Doctor", place.prefix)) && text.contains("graph_label_prefix"), "{text}");
    place.run("MATCH (n:@Doctor) DELETE n");
    store.prepare(DATABASE).await.unwrap();
    // From then on such nodes are ours.
    place.run("CREATE (:@Doctor {doctor_id: 7})");
    store.prepare(DATABASE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strays_are_found_and_removed() {
    let (place, store) = Place::prepared().await;
    store.apply(1, &[simple(1, "Ada"), simple(2, "Alan")]).await.unwrap();
    assert!(store.strays(5).await.unwrap().is_empty());
    place.run("DROP CONSTRAINT @medimax_Medication_medication_id");
    for junk in [
        "UNWIND range(1, 7) AS id CREATE (:@Symptom {symptom_id: id, patient_id: 9})",
        "CREATE (:@Report)",
        "CREATE (:@Medication {medication_id: 10, patient_id: 1})",
        "MATCH (p:@Patient {patient_id: 1}), (h:@MedicalHistory {history_id: 20}) CREATE (p)-[:HAS_MEDICAL_HISTORY]->(h)",
    ] {
        place.run(junk);
    }
    let strays = store.strays(3).await.unwrap();
    assert_eq!((strays.orphans.count, strays.orphans.examples.len()), (8, 3));
    assert!(strays.orphans.examples[0].starts_with("Symptom "));
    assert_eq!(
        (strays.crossing.count, &strays.crossing.examples[..]),
        (1, &["HAS_MEDICAL_HISTORY of Patient 1".into()][..])
    );
    assert_eq!((strays.duplicates.count, &strays.duplicates.examples[..]), (1, &["Medication 10".into()][..]));
    let removed = written(store.remove_strays(1).await.unwrap());
    assert_eq!((removed.nodes_removed, removed.links_removed), (9, 1));
    assert!(store.strays(3).await.unwrap().is_empty());
    store.mend_schema().await.unwrap();
    store.apply(1, &[simple(1, "Ada")]).await.unwrap();
    assert_eq!(store.differing(&[simple(1, "Ada"), simple(2, "Alan")]).await.unwrap(), Vec::<i32>::new());
}
