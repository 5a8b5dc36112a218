//! Answers through GraphQL: both stores alike, within the scope, and after every change as if the graph had just been built.

use super::neo4j::Place;
use crate::support::{Backend, Store, codes, full, heavy, on_both, run, texts};
use medimax::{
    config::Config,
    db::scope::Scope,
    graph::{
        Graph,
        projector::{Follower, built},
    },
    graphql::limits::Limits,
    request::engine::Engine,
    schema::{MODEL, SHAPES, tables},
    terminology::knowledge::{ConceptKind, FactKind},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// What is asked of patients, every field of the graph.
const FIELDS: [&str; 17] = [
    "medicalHistory { id indicatedBy { symptom { name } concept { name } path { ...p } paths { ...p } } }",
    "medicalHistory { id treatedBy { medication { name } concept { name } path { ...p } } }",
    "medications { id treats { condition { item } concept { name } path { ...p } paths { ...p } } }",
    "appointments(first: 20) { nodes { symptoms { id indicates { condition { item treatedBy { medication { name purposes { conditionName } } } } path { ...p } } } } }",
    "carePaths { symptom { name } condition { item } medication { name } path { ...p } paths { ...p } }",
    "carePathCount carePaths(first: 3, skip: 2) { symptom { name } pathCount paths(first: 1) { ...p } }",
    "unexplainedSymptoms(first: 2) { id } unexplainedSymptomCount untreatedConditions(first: 1) { id } untreatedConditionCount medicationsWithoutIndication(first: 1) { id } medicationWithoutIndicationCount",
    "possibleSideEffects(first: 1) { source } possibleSideEffectCount interactions(first: 1) { source } interactionCount contraindications(first: 1) { source } contraindicationCount",
    "medicalHistory { indicatedBy(first: 1) { symptom { name } pathCount } indicatedByCount treatedBy(first: 1) { medication { name } paths(first: 1) { ...p } } treatedByCount } medications { treats(first: 1) { condition { item } } treatsCount }",
    "unexplainedSymptoms { id name }",
    "untreatedConditions { id item }",
    "medicationsWithoutIndication { id name }",
    "possibleSideEffects { medication { name } symptom { name } source evidence path { ...p } }",
    "interactions { medication { name } with { name } source evidence path { ...p } }",
    "contraindications { medication { name } condition { item } path { ...p } }",
    "differential(first: 5) { score concept { name kind } known { item } symptoms { id } paths { ...p } }",
    "similarPatients(first: 5) { score patient { id } shared { name } }",
];

/// Fields of a patient that may stand beside each other.
const PLAIN: [&str; 9] = [
    "carePaths { symptom { name } condition { item } medication { name } path { ...p } paths { ...p } }",
    "unexplainedSymptoms { id name }",
    "untreatedConditions { id item }",
    "medicationsWithoutIndication { id name }",
    "possibleSideEffects { medication { name } symptom { name } source evidence path { ...p } }",
    "interactions { medication { name } with { name } source evidence path { ...p } }",
    "contraindications { medication { name } condition { item } path { ...p } }",
    "differential(first: 5) { score concept { name kind } known { item } symptoms { id } paths { ...p } }",
    "similarPatients(first: 5) { score patient { id } shared { name } }",
];

const DRAWING: &str = "graph(depth: 4) { truncated nodes { id name labels record { id __typename } concept { code } } relationships { type from to source evidence } }";

const PATH: &str =
    "fragment p on GraphPath { nodes { id name labels } relationships { type from to source evidence matched } }";

fn query(field: &str, first: usize) -> String {
    let path = if field.contains("...p") { PATH } else { "" };
    format!("{{ patients(first: {first}) {{ nodes {{ id {field} }} }} }} {path}")
}

pub(crate) fn engine(store: &Store, graph: &Graph) -> Engine {
    Engine::new(&MODEL, store.db.clone(), graph.clone(), Config::default().limits(), Duration::from_secs(120))
}

/// The same in Neo4j.
pub(crate) async fn in_neo4j(store: &Store, place: &Place) -> Graph {
    let graph = Graph::neo4j(place.store());
    let projection = Follower::new(graph.clone(), store.db.clone(), tables(), "test".into());
    let looked_at = projection.sync(true, &|_, _| {}).await.unwrap();
    assert!(looked_at > 0);
    graph
}

pub(super) async fn ask(engine: &Engine, scope: &Scope, query: &str) -> String {
    String::from_utf8(run(engine, scope.clone(), query, Value::Null).await.0).unwrap()
}

/// Whether an answer without errors shows anything: a path, or entries below a patient.
fn shows(answer: &str) -> bool {
    let parsed: Value = serde_json::from_str(answer).unwrap();
    assert_eq!(parsed.get("errors"), None, "{answer:.500}");
    let nodes = parsed["data"]["patients"]["nodes"].as_array().unwrap();
    let own =
        |node: &Value| node.as_object().unwrap().values().filter_map(Value::as_array).any(|list| !list.is_empty());
    answer.contains("\"relationships\":[{") || !answer.contains("\"path") && nodes.iter().any(own)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stores_answer_every_field_byte_for_byte() {
    let patients = if full() { 100 } else { 40 };
    let (store, place) = (Store::with_graph(Backend::MariaDb, patients).await, Place::new());
    // Names as real records have them: a salt and a strength, an inversion, capitals, accents, what nobody knows.
    store
        .sql("UPDATE Medication SET medicine_name = CONCAT(medicine_name, ' hydrochloride 500 mg') WHERE medication_id % 5 = 0")
        .await;
    store.sql("UPDATE Appointment_Symptom SET symptom_name = UPPER(symptom_name) WHERE symptom_id % 7 = 0").await;
    store.sql("UPDATE Medical_History SET history_item = 'Diabetes mellitus, type 2', is_active = NULL WHERE history_id % 11 = 0").await;
    store.sql("UPDATE Medical_History SET history_item = 'Sorrow of the seventh son' WHERE history_id % 13 = 0").await;
    store
        .sql("UPDATE Medical_History SET history_item = 'Pregnancy', history_type = 'condition', is_active = 1 WHERE history_id % 4 = 1")
        .await;
    let graphs = [built(&SHAPES, &store.db).await.unwrap(), in_neo4j(&store, &place).await];
    let [here, there] = graphs.each_ref().map(|graph| engine(&store, graph));
    for scope in [Scope::everything(), Scope::patients([2, 3, 5, 8, 13, 21, 34])] {
        for field in FIELDS.iter().chain([&DRAWING]) {
            let query = query(field, patients as usize);
            let (ours, theirs) = (ask(&here, &scope, &query).await, ask(&there, &scope, &query).await);
            assert!(ours == theirs, "{field}\nembedded: {ours:.2000}\nneo4j:    {theirs:.2000}");
            assert!(scope.listed().is_some() || shows(&ours), "{field}: nothing to see");
        }
    }
    for fact in [
        "hasCondition: \"hypertension\"",
        "reportsSymptom: \"COUGH\"",
        "takesDrugThatTreats: \"high blood pressure\"",
        "hasCondition: \"sorrow of the seventh son\"",
        "hasCondition: \"asthma\", takesDrugThatTreats: \"asthma\"",
    ] {
        let query =
            format!("{{ patients(filter: {{graph: {{{fact}}}}}, first: 100) {{ totalCount nodes {{ id }} }} }}");
        let (ours, theirs) =
            (ask(&here, &Scope::everything(), &query).await, ask(&there, &Scope::everything(), &query).await);
        assert_eq!(ours, theirs, "{fact}");
        assert!(ours.contains("\"id\""), "{fact}: {ours}");
    }
    // As many as may match are answered, and one more is refused.
    let query = "{ patients(filter: {graph: {hasCondition: \"hypertension\"}}) { totalCount } }";
    let answer: Value = serde_json::from_str(&ask(&here, &Scope::everything(), query).await).unwrap();
    let matches = u32::try_from(answer["data"]["patients"]["totalCount"].as_u64().unwrap()).unwrap();
    for graph in &graphs {
        for most in [matches, matches - 1, 1] {
            let limits = Limits { max_graph_matches: most, ..Config::default().limits() };
            let engine = Engine::new(&MODEL, store.db.clone(), graph.clone(), limits, Duration::from_secs(60));
            let limited: Value = serde_json::from_str(&ask(&engine, &Scope::everything(), query).await).unwrap();
            if most == matches {
                assert_eq!(limited, answer);
            } else {
                let refused = limited["errors"][0]["message"].as_str().unwrap();
                assert!(refused.contains("max_graph_matches") && refused.contains(&most.to_string()), "{limited}");
            }
        }
    }
    let counts = "{ graphStatus { patients nodes relationships } }";
    assert_eq!(ask(&here, &Scope::everything(), counts).await, ask(&there, &Scope::everything(), counts).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stores_page_and_count_what_the_most_ill_have() {
    let each = if full() { 300 } else { 60 };
    let (store, place) = (Store::with_graph(Backend::MariaDb, 3).await, Place::new());
    heavy(&store, 2, each).await;
    let (here, there) = (built(&SHAPES, &store.db).await.unwrap(), in_neo4j(&store, &place).await);
    let (here, there) = (engine(&store, &here), engine(&store, &there));
    let everybody = Scope::everything();
    let both = async |query: &str| -> Value {
        let (ours, theirs) = (ask(&here, &everybody, query).await, ask(&there, &everybody, query).await);
        assert!(ours == theirs, "{query}\nembedded: {ours:.1500}\nneo4j:    {theirs:.1500}");
        serde_json::from_str(&ours).unwrap()
    };
    let patient = |field: &str| format!("{{ patients(first: 3) {{ nodes {{ {field} }} }} }}");
    let of = |answer: &Value, field: &str| answer["data"]["patients"]["nodes"][1][field].clone();
    let path = "symptom { symptomId appointment { date } } condition { historyId isActive } medication { medicationId isContinued } pathCount";
    let counted = both(&patient("carePathCount")).await;
    let count = of(&counted, "carePathCount").as_u64().unwrap();
    assert!(count > 1_000, "{counted}");
    // Page after page, without a gap and without a path twice, as far as it is worth; then the end.
    let (mut seen, mut pages) = (BTreeSet::new(), Vec::new());
    for skip in [0, 7, 200, 400, count - 5, count] {
        let answer = both(&patient(&format!("carePaths(first: 200, skip: {skip}) {{ {path} }}"))).await;
        let page = of(&answer, "carePaths").as_array().unwrap().clone();
        assert_eq!(page.len() as u64, 200.min(count - skip), "{skip}");
        if skip % 200 == 0 || skip == count - 5 {
            assert!(page.iter().all(|path| seen.insert(path.to_string())), "a path stands on two pages");
        }
        pages.push(page);
    }
    assert_eq!(pages[0][7..], pages[1][..193]);
    let best = |path: &Value| (path["condition"]["isActive"] == true, path["medication"]["isContinued"] == true);
    let ranks: Vec<_> = [0, 2, 3, 4].iter().flat_map(|at| pages[*at].iter().map(best)).collect();
    assert!(
        ranks.is_sorted_by(|a, b| a >= b)
            && ranks.first() == Some(&(true, true))
            && ranks.last() == Some(&(false, false))
    );
    // What is left out is as long as a page.
    assert_eq!(of(&both(&patient(&format!("carePaths {{ {path} }}"))).await, "carePaths"), json!(pages[0][..20]));
    for (field, list, count) in [
        ("interactions { source path { nodes { id } } } interactionCount", "interactions", "interactionCount"),
        (
            "interactions(first: 7) { source path { nodes { id } } } interactionCount",
            "interactions",
            "interactionCount",
        ),
        (
            "possibleSideEffects { source path { nodes { id } } } possibleSideEffectCount",
            "possibleSideEffects",
            "possibleSideEffectCount",
        ),
        (
            "contraindications { source path { nodes { id } } } contraindicationCount",
            "contraindications",
            "contraindicationCount",
        ),
        ("untreatedConditions { id } untreatedConditionCount", "untreatedConditions", "untreatedConditionCount"),
    ] {
        let answer = both(&patient(field)).await;
        let (list, count) = (of(&answer, list).as_array().unwrap().len() as u64, of(&answer, count).as_u64().unwrap());
        let most = if field.contains("first: 7") { 7 } else { 200 };
        assert_eq!(list, count.min(most), "{field}");
    }
    for field in [
        "medications { medicationId treatsCount treats(first: 4) { condition { historyId } pathCount } }",
        "medicalHistory { historyId indicatedByCount indicatedBy(first: 3) { symptom { symptomId } } treatedByCount treatedBy(first: 3) { medication { medicationId } } }",
        "differential(first: 5) { score symptomCount symptoms(first: 4) { symptomId } paths(first: 2) { nodes { id } } }",
        "graph(depth: 4) { truncated nodes { id } relationships { type from to } }",
    ] {
        let answer = both(&patient(field)).await;
        assert_eq!(answer.get("errors"), None, "{field}");
    }
    let treats = both(&patient("medications { treatsCount treats(first: 4) { pathCount } }")).await;
    let many = of(&treats, "medications");
    let many = many.as_array().unwrap().iter().filter(|one| one["treatsCount"].as_u64() > Some(4));
    assert!(many.inspect(|one| assert_eq!(one["treats"].as_array().unwrap().len(), 4)).count() > 5);
    let drawn = both(&patient("graph { truncated omits }")).await;
    assert_eq!(of(&drawn, "graph")["truncated"], true, "a symptom speaks for more conditions than are drawn");
    assert_eq!(of(&drawn, "graph")["omits"], json!(["RECORD"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_level_is_one_statement_however_many_patients() {
    let (store, place) = (Store::with_graph(Backend::MariaDb, 30).await, Place::new());
    let graph = in_neo4j(&store, &place).await;
    let engine = engine(&store, &graph);
    let deep = "appointments { nodes { symptoms { indicates { condition { item treatedBy { medication { treats { condition { item } } } } } } } } }
        carePaths { condition { item } } unexplainedSymptoms { name } untreatedConditions { item } interactions { evidence }
        differential { score } similarPatients(first: 2) { score } graph { nodes { id } }
        again: appointments { nodes { symptoms { indicates { path { nodes { id } } } } } }";
    let mut counts = Vec::new();
    for first in [5, 10, 30] {
        let (_, ran) = run(&engine, Scope::everything(), &query(deep, first), Value::Null).await;
        let mut cypher: Vec<_> =
            ran.iter().map(|ran| ran.what).filter(|what| what.contains('.') || is_graph(what)).collect();
        cypher.sort_unstable();
        counts.push((ran.len(), cypher));
    }
    assert!(counts.iter().all(|(_, cypher)| *cypher == counts[2].1), "{counts:#?}");
    // Of the relational statements some are spared where an earlier one happened to bring all rows.
    assert!(counts.iter().all(|(all, _)| *all <= 15), "{counts:#?}");
    // What symptoms indicate (twice asked, once sent), what treats those, what that treats; where care paths meet, and the first of them; the
    // patients' own entries (for five fields), similar patients, the drawing.
    assert_eq!(counts[2].1.len(), 8, "{counts:#?}");
}

fn is_graph(what: &str) -> bool {
    matches!(what, "crossings" | "care_paths" | "own" | "similar" | "drawing" | "counts")
}

on_both!(a_filter_by_a_fact_pages_and_counts_rightly, 0, async |store: Store| {
    let store = Store::with_graph(store.backend, 120).await;
    let data = store.data("{ patients(first: 200) { nodes { patientId activeMedications { name } medicalHistory(filter: {isActive: {eq: true}, type: {eq: CONDITION}}) { item } } } }").await;
    // By hand: the active medicines, as the catalog names them, and what it says that they treat.
    let knowledge = store.graph.knowledge();
    let diabetes: Vec<i32> =
        knowledge.named(ConceptKind::Condition, "type 2 diabetes").iter().map(|tie| tie.concept).collect();
    let treats = |name: &str| {
        knowledge.named(ConceptKind::Drug, name).iter().any(|tie| {
            diabetes.iter().any(|to| {
                [FactKind::Treats, FactKind::Palliates]
                    .iter()
                    .any(|kind| knowledge.fact(*kind, tie.concept, *to).is_some())
            })
        })
    };
    let patients = data["patients"]["nodes"].as_array().unwrap();
    let keys = |wanted: &dyn Fn(&Value) -> bool| -> BTreeSet<i64> {
        patients.iter().filter(|node| wanted(node)).map(|node| node["patientId"].as_i64().unwrap()).collect()
    };
    let takes = keys(&|node| texts(node, "activeMedications.*.name").iter().any(|name| treats(name)));
    let has = keys(&|node| texts(node, "medicalHistory.*.item").iter().any(|item| item == "Essential hypertension"));
    assert!(takes.len() > 5 && has.len() > 8 && !(&has & &takes).is_empty() && takes != has, "{takes:?} {has:?}");
    for (filter, expected) in [
        ("{graph: {takesDrugThatTreats: \"type 2 diabetes\"}}", takes.clone()),
        ("{graph: {hasCondition: \"HYPERTENSION\"}}", has.clone()),
        ("{graph: {hasCondition: \"hypertension\", takesDrugThatTreats: \"type 2 diabetes\"}}", &has & &takes),
        (
            "{and: [{graph: {hasCondition: \"hypertension\"}}, {not: {graph: {takesDrugThatTreats: \"type 2 diabetes\"}}}]}",
            &has - &takes,
        ),
        (
            "{or: [{graph: {hasCondition: \"hypertension\"}}, {graph: {takesDrugThatTreats: \"type 2 diabetes\"}}]}",
            &has | &takes,
        ),
        ("{graph: {hasCondition: \"no such thing at all\"}}", BTreeSet::new()),
    ] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = store.data(&format!("{{ patients(filter: {filter}, first: 7{after}) {{ totalCount nodes {{ patientId }} pageInfo {{ hasNextPage endCursor }} }} }}")).await;
            assert_eq!(page["patients"]["totalCount"], expected.len(), "{filter}");
            let nodes = page["patients"]["nodes"].as_array().unwrap();
            seen.extend(nodes.iter().map(|node| node["patientId"].as_i64().unwrap()));
            if page["patients"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
            assert_eq!(nodes.len(), 7, "{filter}: a short page");
            after = format!(", after: {}", page["patients"]["pageInfo"]["endCursor"]);
        }
        assert_eq!(seen, expected.iter().copied().collect::<Vec<_>>(), "{filter}");
        // Within a scope, nobody else is listed or counted.
        let visible: BTreeSet<i64> = expected.iter().copied().step_by(3).collect();
        let scope = Scope::patients(visible.iter().map(|key| *key as i32).chain([1_000_000]).collect::<Vec<_>>());
        let query = format!("{{ patients(filter: {filter}, first: 100) {{ totalCount nodes {{ patientId }} }} }}");
        let (answer, _) = store.ask_as(scope, &query, Value::Null).await;
        assert_eq!(answer["data"]["patients"]["totalCount"], visible.len(), "{filter}");
    }
    // Below a relation, too.
    let below = store.data("{ medications(filter: {name: {startsWith: \"A\"}, patient: {graph: {hasCondition: \"hypertension\"}}}, first: 200) { nodes { patientId } } }").await;
    let below: BTreeSet<i64> = below["medications"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["patientId"].as_i64().unwrap())
        .collect();
    assert!(!below.is_empty() && below.is_subset(&has));
    // What no catalog knows is said, not answered with nothing.
    let unknown =
        store.ask("{ patients(filter: {graph: {takesDrugThatTreats: \"hypertensoin\"}}) { totalCount } }").await;
    assert_eq!(codes(&unknown), ["BAD_USER_INPUT"]);
    assert!(unknown["errors"][0]["message"].as_str().unwrap().contains("did you mean"), "{unknown}");
    let empty = store.ask("{ patients(filter: {graph: {}}) { totalCount } }").await;
    assert_eq!(codes(&empty), ["BAD_USER_INPUT"]);
});

on_both!(nothing_of_the_graph_leaves_the_scope, 0, async |store: Store| {
    let store = Store::with_graph(store.backend, 60).await;
    let scope = Scope::patients([1, 4, 9, 16, 25, 36, 49]);
    let (mut compared, mut others) = (0, 0);
    for field in FIELDS.iter().chain([&DRAWING]) {
        let (all, _) = store.ask_as(Scope::everything(), &query(field, 60), Value::Null).await;
        let (seen, _) = store.ask_as(scope.clone(), &query(field, 60), Value::Null).await;
        assert_eq!((all.get("errors"), seen.get("errors")), (None, None), "{field}");
        let nodes = seen["data"]["patients"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 7);
        for node in nodes {
            let same = all["data"]["patients"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .find(|other| other["id"] == node["id"])
                .unwrap();
            if !field.starts_with("similarPatients") {
                // Nothing of it depends on anybody else.
                assert_eq!(node, same, "{field}");
                compared += 1;
                continue;
            }
            for similar in node["similarPatients"].as_array().unwrap() {
                let key: i32 =
                    similar["patient"]["id"].as_str().unwrap().trim_start_matches("Patient:").parse().unwrap();
                assert!(scope.listed().unwrap().contains(&key), "{similar}");
                others += 1;
            }
        }
    }
    assert!(compared > 90 && others > 3, "{compared} {others}");
});

fn ids(entries: &Value) -> Vec<String> {
    entries.as_array().unwrap().iter().map(|entry| entry["id"].to_string()).collect()
}

on_both!(rows_that_an_earlier_level_brought_stand_among_those_of_a_later_one, 0, async |store: Store| {
    let store = Store::with_graph(store.backend, 5).await;
    let plain = "{ patient(id: \"1\") { differential(first: 20) { symptoms { id } } } }";
    let deep = "{ patient(id: \"1\") { differential(first: 1) { symptoms { appointment { patient {
        differential(first: 20) { symptoms { id } } } } } } } }";
    let (plain, deep) = (store.ask(plain).await, store.ask(deep).await);
    let expected = &plain["data"]["patient"]["differential"];
    let below = deep["data"]["patient"]["differential"][0]["symptoms"].as_array().unwrap();
    let all: BTreeSet<String> = expected.as_array().unwrap().iter().flat_map(|one| ids(&one["symptoms"])).collect();
    assert!(!below.is_empty() && below.len() < all.len(), "some are there from above, others are not");
    for symptom in below {
        assert_eq!(&symptom["appointment"]["patient"]["differential"], expected);
    }
});

on_both!(a_graph_that_is_fed_answers_as_one_that_is_built_anew, 0, async |store: Store| {
    let store = Store::with_graph(store.backend, 25).await;
    let graph = Graph::embedded(&SHAPES);
    let projection = Follower::new(graph.clone(), store.db.clone(), tables(), "test".into());
    let following = tokio::spawn(async move { projection.run().await });
    while !graph.status().ready {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let changes = [
        "INSERT INTO Appointment_Symptom (appointment_id, symptom_name) SELECT appointment_id, 'Cough' FROM Appointment WHERE patient_id < 9",
        "UPDATE Medication SET is_continued = 0, discontinued_date = prescribed_date WHERE medication_id % 3 = 0",
        "UPDATE Medical_History SET history_item = 'Asthma', history_type = 'condition' WHERE patient_id IN (2, 4)",
        "UPDATE Appointment SET patient_id = 5 WHERE patient_id = 6",
        "UPDATE Medical_History SET patient_id = 7 WHERE patient_id = 8",
        "UPDATE Appointment_Symptom SET appointment_id = (SELECT MIN(appointment_id) FROM Appointment) WHERE symptom_id % 4 = 0",
        "DELETE FROM Medication WHERE medication_id % 5 = 0",
        "DELETE FROM Patient WHERE patient_id IN (3, 10, 11)",
        "INSERT INTO Patient (name, sex) VALUES ('Newly Come', 'Other')",
    ];
    let mut seen = BTreeSet::new();
    for change in changes {
        store.sql(change).await;
        let built = built(&SHAPES, &store.db).await.unwrap();
        let all = format!(
            "{{ patients(first: 100) {{ nodes {{ id {} {DRAWING} }} }} graphStatus {{ nodes relationships patients }} }} {PATH}",
            PLAIN.join(" ")
        );
        let expected = ask(&engine(&store, &built), &Scope::everything(), &all).await;
        let mut answer = String::new();
        for _ in 0..600 {
            answer = ask(&engine(&store, &graph), &Scope::everything(), &all).await;
            if answer == expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(answer == expected, "{change}\nfed:   {answer:.3000}\nbuilt: {expected:.3000}");
        assert!(seen.insert(expected), "{change} changed nothing");
    }
    assert_eq!(graph.status().last_error, None);
    following.abort();
});

on_both!(a_graph_that_is_not_there_costs_its_own_fields, 3, async |store: Store| {
    let answer = store
        .ask("{ patients(first: 2) { nodes { name carePaths { symptom { name } } medications { name treats { concept { name } } } } } graphStatus { available store } knowledge { catalogs { source } } }")
        .await;
    let found: BTreeSet<&str> = codes(&answer).into_iter().collect();
    assert_eq!(found, BTreeSet::from(["GRAPH_UNAVAILABLE"]));
    let nodes = answer["data"]["patients"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().all(|node| node["name"].is_string() && node["carePaths"].is_null()));
    assert!(nodes.iter().any(|node| !node["medications"].as_array().unwrap().is_empty()));
    assert_eq!(answer["data"]["graphStatus"], serde_json::json!({"available": false, "store": "embedded"}));
    let filtered = store.ask("{ patients(filter: {graph: {reportsSymptom: \"cough\"}}) { totalCount } }").await;
    assert_eq!(codes(&filtered), ["GRAPH_UNAVAILABLE"]);
});
