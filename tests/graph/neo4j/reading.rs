//! What the store answers, on a small graph written by hand.

use super::*;
use medimax::{
    error::Error,
    graph::{
        Asked, At, Because, COMMON, CarePath, Clinical, ClinicalEntry, Counts, Crossing, Drawing, Entry, Having,
        Similar, Span, Store, watch::Watcher,
    },
    terminology::knowledge::Tie,
};

const P: &str = "Patient";
const S: &str = "Symptom";
const H: &str = "MedicalHistory";
const M: &str = "Medication";

/// Ada coughs and has bronchitis, which amoxicillin treats, and had an eczema and a cream for it. Alan coughs twice; Grace
/// had bronchitis, and has a fever.
async fn clinic() -> (Place, Neo4j) {
    let (place, store) = Place::prepared().await;
    let concepts = [
        concept(1, ConceptKind::Symptom, "cough"),
        concept(2, ConceptKind::Condition, "bronchitis"),
        concept(3, ConceptKind::Drug, "amoxicillin"),
        concept(4, ConceptKind::Symptom, "fever"),
    ];
    store
        .apply_knowledge(1, &concepts, &[fact(FactKind::Indicates, 1, 2), fact(FactKind::Treats, 3, 2)], "v1")
        .await
        .unwrap();
    let name = |name: &str| [("name", text(name)), ("name_key", text(name))];
    let history = |id, label, called, status| {
        let mut node = node(H, id, Some(label), name(called));
        node.props.extend([("status", text(status)), ("date", Value::Date(day(id.unsigned_abs())))]);
        node
    };
    let medication = |id, called, status| {
        let mut node = node(M, id, None, name(called));
        node.props.extend([("status", text(status)), ("prescribed_date", Value::Date(day(1)))]);
        node
    };
    let symptom = |id, called| {
        let mut node = node(S, id, None, name(called));
        node.props.insert("date", Value::Date(day(id.unsigned_abs())));
        node
    };
    let patient = |id, called, concepts: &[i64], weight| {
        let props = [
            ("name", text(called)),
            ("concepts", Value::Ints(concepts.into())),
            ("concept_weight", Value::Int(weight)),
        ];
        node(P, id, None, props)
    };
    let mut cream = medication(32, "cream", "discontinued");
    cream.props.insert("discontinued_date", Value::Date(day(9)));
    let has = |patient, kind, id| {
        let name = match kind {
            S => "HAS_SYMPTOM",
            H => "HAS_MEDICAL_HISTORY",
            _ => "TAKES_MEDICATION",
        };
        own(name, (P, patient), (kind, id))
    };
    let purpose =
        Link { props: Props::from([("source", text("purpose"))]), ..own("TREATS_CONDITION", (M, 32), (H, 22)) };
    let ada = Subgraph {
        patient: 1,
        nodes: vec![
            patient(1, "Ada", &[1, 2, 3], 4000),
            symptom(11, "cough"),
            symptom(12, "odd feeling"),
            history(21, "Condition", "chest cold", "active"),
            history(22, "Condition", "eczema", "resolved"),
            history(23, "Allergy", "pollen", "active"),
            medication(31, "amoxicillin", "active"),
            cream,
        ],
        links: vec![
            has(1, S, 11),
            has(1, S, 12),
            has(1, H, 21),
            has(1, H, 22),
            has(1, H, 23),
            has(1, M, 31),
            has(1, M, 32),
            tie((S, 11), 1, How::Name),
            tie((H, 21), 2, How::Synonym),
            tie((M, 31), 3, How::Ingredient),
            known("INDICATES_CONDITION", (S, 11), 21, (1, FactKind::Indicates, 2)),
            known("TREATS_CONDITION", (M, 31), 21, (3, FactKind::Treats, 2)),
            purpose,
        ],
    };
    let alan = Subgraph {
        patient: 2,
        nodes: vec![patient(2, "Alan", &[1], 1000), symptom(13, "cough"), symptom(14, "cough")],
        links: vec![has(2, S, 13), has(2, S, 14), tie((S, 13), 1, How::Name), tie((S, 14), 1, How::Name)],
    };
    let grace = Subgraph {
        patient: 3,
        nodes: vec![
            patient(3, "Grace", &[2, 4], 3500),
            symptom(15, "fever"),
            history(24, "Condition", "bronchitis", "resolved"),
        ],
        links: vec![has(3, S, 15), has(3, H, 24), tie((S, 15), 4, How::Name), tie((H, 24), 2, How::Name)],
    };
    store.apply(1, &[ada, alan, grace]).await.unwrap();
    (place, store)
}

fn entry(of: &str, id: i32, name: &str) -> Entry {
    Entry { kind: kind(of), id, name: Some(name.into()) }
}

fn by_fact(from: i32, kind: FactKind) -> Because {
    let fact = (Tie { concept: from, how: How::Name }, kind, Tie { concept: 2, how: How::Synonym });
    Because { fact: Some(fact), source: "textbook".into(), evidence: Some("trial".into()) }
}

fn indicates() -> Clinical {
    let because = by_fact(1, FactKind::Indicates);
    Clinical { patient: 1, from: entry(S, 11, "cough"), to: entry(H, 21, "chest cold"), because: because.into() }
}

fn treats() -> Clinical {
    let because = by_fact(3, FactKind::Treats);
    Clinical { patient: 1, from: entry(M, 31, "amoxicillin"), to: entry(H, 21, "chest cold"), because: because.into() }
}

fn eases() -> Clinical {
    let because = Because { fact: None, source: "purpose".into(), evidence: None };
    Clinical { patient: 1, from: entry(M, 32, "cream"), to: entry(H, 22, "eczema"), because: because.into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clinical_relationships_and_care_paths_carry_their_reasons() {
    let (place, store) = clinic().await;
    let sorted = |mut found: Vec<Clinical>| {
        found.sort();
        found
    };
    assert_eq!(store.clinical(At::Symptom, &[11, 12, 13, 999], 9).await.unwrap(), [indicates()]);
    assert_eq!(store.clinical(At::Indicated, &[21, 22, 24], 9).await.unwrap(), [indicates()]);
    assert_eq!(sorted(store.clinical(At::Treated, &[21, 22], 9).await.unwrap()), [treats(), eases()]);
    assert_eq!(sorted(store.clinical(At::Medication, &[31, 32], 9).await.unwrap()), [treats(), eases()]);
    assert_eq!(store.clinical(At::Symptom, &[], 9).await.unwrap(), []);
    assert_eq!(store.clinical(At::Symptom, &[11], 0).await.unwrap(), []);
    assert_eq!(store.clinical_counts(At::Symptom, &[11, 12, 13]).await.unwrap(), [(11, 1)]);
    assert_eq!(store.clinical_counts(At::Treated, &[21]).await.unwrap(), [(21, 1)]);
    let crossing =
        Crossing { patient: 1, condition: 21, active: true, since: Some(day(21)), symptoms: 1, taken: 1, stopped: 0 };
    assert_eq!(store.crossings(&[1, 2, 3]).await.unwrap(), [crossing]);
    assert_eq!(store.crossings(&[2, 3]).await.unwrap(), []);
    let span = Span { patient: 1, condition: 21, taken: true, medication: 0, from: 0, to: 5 };
    let path = CarePath { indicates: [indicates()].into(), treats: [treats()].into() };
    assert_eq!(store.care_paths(&[Span { patient: 2, ..span }, span]).await.unwrap(), [(1, vec![path])]);
    assert_eq!(store.care_paths(&[Span { taken: false, ..span }]).await.unwrap(), []);
    assert_eq!(store.care_paths(&[Span { from: 1, ..span }]).await.unwrap(), [(0, vec![])]);

    // A relationship that leaves its patient is not followed.
    place.run("MATCH (s:@Symptom {symptom_id: 13}), (h:@MedicalHistory {history_id: 21}) CREATE (s)-[:INDICATES_CONDITION {source: 'x'}]->(h)");
    assert_eq!(store.clinical(At::Indicated, &[21], 9).await.unwrap(), [indicates()]);
    assert_eq!(store.clinical(At::Symptom, &[13], 9).await.unwrap(), []);
    assert_eq!(store.clinical_counts(At::Symptom, &[13]).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_patient_has_says_whether_it_is_covered() {
    let (_place, store) = clinic().await;
    let own = |patient, entry, active, since, ties: &[(i32, How)], covered| ClinicalEntry {
        patient,
        entry,
        active,
        since: Some(day(since)),
        until: None,
        ties: ties.iter().map(|(concept, how)| Tie { concept: *concept, how: *how }).collect(),
        covered,
    };
    let mut found = store.own(&[1, 2]).await.unwrap();
    found.sort();
    let mut expected = [
        own(1, entry(S, 11, "cough"), true, 11, &[(1, How::Name)], true),
        own(1, entry(S, 12, "odd feeling"), true, 12, &[], false),
        own(1, entry(H, 21, "chest cold"), true, 21, &[(2, How::Synonym)], true),
        own(1, entry(H, 22, "eczema"), false, 22, &[], false),
        own(1, entry(M, 31, "amoxicillin"), true, 1, &[(3, How::Ingredient)], true),
        ClinicalEntry { until: Some(day(9)), ..own(1, entry(M, 32, "cream"), false, 1, &[], true) },
        own(2, entry(S, 13, "cough"), true, 13, &[(1, How::Name)], false),
        own(2, entry(S, 14, "cough"), true, 14, &[(1, How::Name)], false),
    ];
    expected.sort();
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn similar_patients_share_weight_within_the_scope() {
    let (place, store) = clinic().await;
    let asked = [Asked { patient: 1, concepts: vec![(1, 1000), (2, 3000), (3, 0)], weight: 4000 }];
    let alan = Similar { patient: 1, other: 2, shared: 1000, theirs: 1000, concepts: vec![1] };
    let grace = Similar { patient: 1, other: 3, shared: 3000, theirs: 3500, concepts: vec![2, 4] };
    let everybody = None;
    let mut found = store.similar(&asked, everybody, 5).await.unwrap();
    found.sort_by_key(|similar| similar.other);
    assert_eq!(found, [alan.clone(), grace.clone()]);
    assert_eq!(store.similar(&asked, everybody, 1).await.unwrap(), std::slice::from_ref(&grace));
    assert_eq!(store.similar(&asked, Some(&[1, 2]), 1).await.unwrap(), [alan]);
    assert_eq!(store.similar(&asked, Some(&[]), 5).await.unwrap(), []);
    // A concept that everybody has tells nothing.
    place.run(&format!(
        "MATCH (c:@Concept {{concept_id: 1}}) UNWIND range(1, {COMMON}) AS id
         CREATE (:@Symptom {{symptom_id: 1000 + id, patient_id: 2}})-[:INSTANCE_OF]->(c)"
    ));
    assert_eq!(store.similar(&asked, everybody, 5).await.unwrap(), [grace]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patients_are_found_by_concept_and_by_name() {
    let (_place, store) = clinic().await;
    let with = async |label, concepts: &[i32], name: Option<&str>, active| {
        let role = kind(label).role().unwrap();
        let having = Having { role, concepts: concepts.into(), name_key: name.map(str::to_owned), active };
        store.patients_with(&having, 100).await.unwrap()
    };
    assert_eq!(with(S, &[1], None, true).await, [1, 2]);
    assert_eq!(with(S, &[1, 4], None, false).await, [1, 2, 3]);
    assert_eq!(with(H, &[2], None, false).await, [1, 3]);
    assert_eq!(with(H, &[2], None, true).await, [1]);
    assert_eq!(with(H, &[], Some("eczema"), false).await, [1]);
    assert_eq!(with(H, &[], Some("eczema"), true).await, [0; 0]);
    // An allergy is no condition.
    assert_eq!(with(H, &[], Some("pollen"), false).await, [0; 0]);
    assert_eq!(with(M, &[3], Some("cream"), false).await, [1]);
    assert_eq!(with(M, &[], Some("cream"), true).await, [0; 0]);
    assert_eq!(with(M, &[], None, false).await, [0; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drawing_shows_all_or_says_that_it_is_cut() {
    let (place, store) = clinic().await;
    place.run("MATCH (p:@Patient {patient_id: 2}) CREATE (p)-[:LIKES]->(:@Stranger)");
    let mut found = store.drawing(&[2, 1], 100).await.unwrap();
    found.sort_by_key(|drawing| drawing.patient);
    let mut alan = found.pop().unwrap();
    alan.links.sort();
    let nodes = vec![(entry(P, 2, "Alan"), None), (entry(S, 13, "cough"), None), (entry(S, 14, "cough"), None)];
    let mut links = vec![
        ((kind(P), 2), "HAS_SYMPTOM", Target::Own(kind(S), 13)),
        ((kind(P), 2), "HAS_SYMPTOM", Target::Own(kind(S), 14)),
        ((kind(S), 13), "INSTANCE_OF", Target::Concept(1)),
        ((kind(S), 14), "INSTANCE_OF", Target::Concept(1)),
    ];
    links.sort();
    assert_eq!(alan, Drawing { patient: 2, nodes, links, cut: false, cut_references: false });
    let ada = found.pop().unwrap();
    assert_eq!((ada.nodes.len(), ada.links.len(), ada.cut), (8, 13, false));
    assert!(ada.nodes.contains(&(entry(H, 23, "pollen"), Some("Allergy"))));

    let cut = store.drawing(&[1], 2).await.unwrap().pop().unwrap();
    assert_eq!(cut.nodes, [(entry(P, 1, "Ada"), None), (entry(H, 21, "chest cold"), Some("Condition"))]);
    assert_eq!(
        cut.links,
        [
            ((kind(P), 1), "HAS_MEDICAL_HISTORY", Target::Own(kind(H), 21)),
            ((kind(H), 21), "INSTANCE_OF", Target::Concept(2)),
        ]
    );
    assert!(cut.cut);
    assert_eq!(store.drawing(&[99], 5).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_there_is_is_counted() {
    let (_place, store) = clinic().await;
    assert_eq!(store.counts().await.unwrap(), Counts { patients: 3, nodes: 14, relationships: 21 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_with_too_many_rows_is_refused() {
    let (place, _store) = clinic().await;
    let narrow = Neo4j::connect(&Options { max_rows: 7, ..options(&server(), &place.prefix) }, &SHAPES).unwrap();
    assert_eq!(narrow.own(&[2, 3]).await.unwrap().len(), 4);
    let refused = narrow.own(&[1, 2]).await;
    assert!(matches!(refused, Err(Error::Limit { key: "max_level_rows", allowed: 7, asked: None })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_sees_each_statement() {
    let (_place, store) = clinic().await;
    let (sender, seen) = std::sync::mpsc::channel();
    let watched = store.watched(Watcher::new(move |ran| {
        sender.send((ran.name, ran.rows, ran.keys, (ran.parameters)(), ran.cypher.unwrap().to_owned())).unwrap();
    }));
    watched.crossings(&[1]).await.unwrap();
    store.crossings(&[1]).await.unwrap();
    let (name, rows, keys, parameters, cypher) = seen.try_recv().unwrap();
    assert_eq!((name, rows, keys), ("crossings", Some(1), Some(1)));
    assert_eq!(parameters, ["patients: 1", "most: int"]);
    assert!(store.statements().contains(&("crossings", cypher)));
    assert!(seen.try_recv().is_err());
}
