//! Reference data, which all patients share, and what points to them: in both graphs alike, after every change by whatever program, and
//! without a way from one patient to another.

use super::{
    answers::{ask, engine, in_neo4j},
    feed::session,
    neo4j::Place,
};
use crate::support::{Backend, Store, on_both, texts};
use medimax::{
    db::scope::Scope,
    graph::{
        Graph,
        projector::{Follower, built},
    },
    schema::{SHAPES, tables},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// Three doctors of two institutions, and who of the first two patients is with whom.
pub(super) async fn care(store: &Store) {
    for rows in [
        // A patient has one primary doctor.
        "UPDATE Doctor_Patient_Assignment SET assignment_type = 'specialist' WHERE patient_id = 1",
        "INSERT INTO Specialty (specialty_id, name, category) VALUES (90001, 'Cardiology', 'Internal medicine'), (90002, 'Surgery', NULL)",
        "INSERT INTO Institution (institution_id, name, institution_type, region, country) VALUES \
         (90001, 'City Hospital', 'hospital', 'North', 'GB'), (90002, 'Mill Lane Practice', 'clinic', NULL, NULL)",
        "INSERT INTO Doctor (doctor_id, name, specialty_id, institution_id) VALUES \
         (90001, 'Dr Ann One', 90001, 90001), (90002, 'Dr Bob Two', NULL, 90001), (90003, 'Dr Cy Three', 90002, 90002)",
        "INSERT INTO Doctor_Patient_Assignment (assignment_id, patient_id, doctor_id, assignment_type, is_active, since, until) VALUES \
         (90001, 1, 90001, 'primary', 1, '2020-01-02', NULL), (90002, 2, 90001, 'specialist', 0, '2019-01-01', '2020-01-01'), \
         (90003, 1, 90002, 'consultant', NULL, NULL, NULL), (90004, 1, 90001, 'specialist', 0, '2018-01-01', '2019-01-01')",
    ] {
        store.sql(rows).await;
    }
}

fn drawing(depth: u32) -> String {
    format!(
        "graph(depth: {depth}) {{ truncated nodes {{ id name labels record {{ id __typename }} concept {{ code }} }} \
         relationships {{ type from to source }} }}"
    )
}

/// All drawings, and how much there is.
fn everything() -> String {
    let drawn = drawing(4);
    format!("{{ patients(first: 50) {{ nodes {{ id {drawn} }} }} graphStatus {{ patients nodes relationships }} }}")
}

async fn answer(store: &Store, graph: &Graph, scope: &Scope, query: &str) -> Value {
    let answer: Value = serde_json::from_str(&ask(&engine(store, graph), scope, query).await).unwrap();
    assert_eq!(answer.get("errors"), None, "{query}");
    answer["data"].clone()
}

on_both!(both_graphs_show_a_patients_doctors_and_where_they_work, 3, async |store: Store| {
    care(&store).await;
    let place = Place::new();
    let (here, there) = (built(&SHAPES, &store.db).await.unwrap(), in_neo4j(&store, &place).await);
    let all = Scope::everything();
    for graph in [&here, &there] {
        let query = format!("{{ patient(id: 1) {{ near: {} far: {} }} }}", drawing(1), drawing(2));
        let data = answer(&store, graph, &all, &query).await;
        let of = |drawing: &str| -> BTreeSet<String> {
            let nodes = data["patient"][drawing]["nodes"].as_array().unwrap().iter();
            let shared = nodes.filter(|node| {
                let label = node["labels"][0].as_str().unwrap();
                ["Doctor", "Institution", "Specialty"].contains(&label)
                    && node["id"].as_str().unwrap().contains(":9000")
            });
            shared
                .map(|node| {
                    assert_eq!(node["concept"], Value::Null);
                    assert_eq!(format!("GraphNode:{}", node["record"]["id"].as_str().unwrap()), node["id"]);
                    assert_eq!(node["record"]["__typename"], node["labels"][0]);
                    node["name"].as_str().unwrap().to_owned()
                })
                .collect()
        };
        let doctors = ["Dr Ann One", "Dr Bob Two"].map(str::to_owned);
        assert_eq!(of("near"), BTreeSet::from(doctors.clone()));
        let further = ["Cardiology", "City Hospital"].map(str::to_owned);
        assert_eq!(of("far"), BTreeSet::from_iter(doctors.into_iter().chain(further)));
        let links = data["patient"]["far"]["relationships"].as_array().unwrap();
        let mut links: Vec<String> = links
            .iter()
            .filter(|link| link["to"].as_str().unwrap().contains(":9000"))
            .map(|link| {
                format!("{} {} {}", link["from"], link["type"], link["to"]).replace("GraphNode:", "").replace('"', "")
            })
            .collect();
        links.sort_unstable();
        // Two assignments to one doctor are one line of a drawing.
        assert_eq!(
            links,
            [
                "Doctor:90001 HAS_SPECIALTY Specialty:90001",
                "Doctor:90001 WORKS_AT Institution:90001",
                "Doctor:90002 WORKS_AT Institution:90001",
                "Patient:1 TREATED_BY Doctor:90001",
                "Patient:1 TREATED_BY Doctor:90002",
            ]
        );
    }
    let (ours, theirs) =
        (answer(&store, &here, &all, &everything()).await, answer(&store, &there, &all, &everything()).await);
    assert_eq!(ours, theirs);
    // One node a row, without a patient; what an assignment says stands with the relationship.
    assert_eq!(place.number("MATCH (n:@Doctor) WHERE n.doctor_id > 90000 AND n.patient_id IS NULL RETURN count(n)"), 3);
    assert_eq!(
        place.run(
            "MATCH (p:@Patient)-[r:TREATED_BY]->(d:@Doctor {doctor_id: 90001})
             RETURN p.patient_id, r.type, r.active, toString(r.since), toString(r.until) ORDER BY r.since"
        ),
        [
            json!([1, "specialist", false, "2018-01-01", "2019-01-01"]),
            json!([2, "specialist", false, "2019-01-01", "2020-01-01"]),
            json!([1, "primary", true, "2020-01-02", null]),
        ]
    );
    assert_eq!(
        place.number("MATCH (n) WHERE any(label IN labels(n) WHERE label ENDS WITH 'Assignment') RETURN count(n)"),
        0
    );
});

on_both!(a_drawing_says_what_it_leaves_out, 3, async |store: Store| {
    store.sql("INSERT INTO Institution (institution_id, name) VALUES (90001, 'City Hospital')").await;
    for key in 90001..90027 {
        for rows in [
            format!("INSERT INTO Doctor (doctor_id, name, institution_id) VALUES ({key}, 'Dr {key}', 90001)"),
            format!(
                "INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) VALUES (2, {key}, 'consultant')"
            ),
        ] {
            store.sql(&rows).await;
        }
    }
    let place = Place::new();
    let (here, there) = (built(&SHAPES, &store.db).await.unwrap(), in_neo4j(&store, &place).await);
    for graph in [&here, &there] {
        let query = "{ patients(first: 2) { nodes { graph { truncated omits } } } }";
        let data = answer(&store, graph, &Scope::everything(), query).await;
        let drawn = json!([
            { "graph": { "truncated": false, "omits": [] } },
            { "graph": { "truncated": true, "omits": ["SHARED"] } },
        ]);
        assert_eq!(data["patients"]["nodes"], drawn);
    }
});

on_both!(nothing_leads_through_a_doctor_to_another_patient, 6, async |store: Store| {
    care(&store).await;
    // Everybody is with the same doctor.
    store
        .sql("INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) SELECT patient_id, 90003, 'specialist' FROM Patient")
        .await;
    let place = Place::new();
    let (here, there) = (built(&SHAPES, &store.db).await.unwrap(), in_neo4j(&store, &place).await);
    // What is another patient's: the keys of the rows of everybody else.
    let mut others: BTreeSet<String> = BTreeSet::new();
    let rows = "patients(first: 50) { nodes { id appointments { nodes { id symptoms { id } } } medications { id } medicalHistory { id } } }";
    let data = store.data(&format!("{{ {rows} }}")).await;
    for node in data["patients"]["nodes"].as_array().unwrap().iter().filter(|node| node["id"] != "Patient:1") {
        others.insert(node["id"].as_str().unwrap().to_owned());
        for list in ["appointments.nodes.*.id", "medications.*.id", "medicalHistory.*.id"] {
            others.extend(texts(node, list));
        }
    }
    assert!(others.len() > 20);
    for graph in [&here, &there] {
        for depth in 0..=4 {
            for scope in [Scope::everything(), Scope::patients([1])] {
                let data =
                    answer(&store, graph, &scope, &format!("{{ patient(id: 1) {{ {} }} }}", drawing(depth))).await;
                let drawn = &data["patient"]["graph"];
                let ids = texts(drawn, "nodes.*.id").into_iter().chain(texts(drawn, "relationships.*.from"));
                let ids: BTreeSet<String> = ids.chain(texts(drawn, "relationships.*.to")).collect();
                let strange = ids.iter().find(|id| others.contains(id.trim_start_matches("GraphNode:")));
                assert_eq!(strange, None, "depth {depth}");
                assert_eq!(ids.contains("GraphNode:Doctor:90003"), depth > 0, "depth {depth}");
            }
        }
    }
});

/// In the text of statements, too: reference data are only ever where a pattern ends, or where one starts that leads to others. What leads
/// from reference data to a patient's node is followed from the patient's node.
#[tokio::test]
async fn no_statement_follows_a_relationship_from_reference_data_back() {
    let types: Vec<&str> = SHAPES.to_reference().chain(SHAPES.among_reference()).collect();
    let back: Vec<&str> = SHAPES.from_reference().collect();
    let mut forward = 0;
    let mut against = 0;
    for (name, text) in Place::new().store().statements() {
        for (at, _) in text.match_indices('[') {
            let inside = text[at..].split(']').next().unwrap();
            if types.iter().any(|of| inside.contains(of)) && inside.contains(':') {
                let before = text[..at].chars().rev().take(2).collect::<String>();
                let after: String = text[at + inside.len() + 1..].chars().take(2).collect();
                assert_eq!((before.as_str(), after.as_str()), ("-)", "->"), "{name}: {inside}");
                forward += 1;
            }
            if back.iter().any(|of| inside.contains(of)) && inside.contains(':') {
                let before = text[..at].chars().rev().take(4).collect::<String>();
                let after: String = text[at + inside.len() + 1..].chars().take(2).collect();
                // From the patient's node `n`, which was found by the patient's key.
                assert_eq!((before.as_str(), after.as_str()), ("-<)n", "-("), "{name}: {inside}");
                against += 1;
            }
        }
    }
    assert_eq!(
        forward, 3,
        "from the patient's nodes, and among reference data: from what they point to, and from what points to them"
    );
    assert_eq!(against, 1, "to a patient's node");
}

/// What keeps graphs in step; it ends before the graph is removed.
struct Following(Vec<tokio::task::JoinHandle<()>>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Followers of a store, one for each kind of graph.
async fn followed(store: &Store, place: &Place) -> (Vec<Graph>, Following) {
    let graphs = vec![Graph::embedded(&SHAPES), Graph::neo4j(place.store())];
    let mut following = Vec::new();
    for (at, graph) in graphs.iter().enumerate() {
        let projection = Follower::new(graph.clone(), store.db.clone(), tables(), format!("test {at}"));
        following.push(tokio::spawn(async move { projection.run().await }));
    }
    for graph in &graphs {
        while !graph.is_ready() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    (graphs, Following(following))
}

on_both!(every_change_of_reference_data_arrives, 3, async |store: Store| {
    care(&store).await;
    let place = Place::new();
    let (graphs, _following) = followed(&store, &place).await;
    let careless = match store.backend {
        Backend::MariaDb => "SET foreign_key_checks = 0",
        Backend::Sqlite => "PRAGMA foreign_keys = OFF",
    };
    let other = session(&store.url).await;
    other.run(careless).await.unwrap();
    let changes = [
        "UPDATE Doctor SET name = 'Dr Ann Another' WHERE doctor_id = 90001",
        "UPDATE Doctor SET institution_id = 90002 WHERE doctor_id = 90002",
        "UPDATE Doctor SET specialty_id = 90002 WHERE doctor_id = 90002",
        "UPDATE Doctor SET specialty_id = NULL WHERE doctor_id = 90001",
        "UPDATE Institution SET name = 'Mill Road Practice' WHERE institution_id = 90002",
        "UPDATE Specialty SET name = 'General surgery' WHERE specialty_id = 90002",
        "INSERT INTO Doctor_Patient_Assignment (assignment_id, patient_id, doctor_id, assignment_type) VALUES (90010, 3, 90003, 'specialist')",
        "UPDATE Doctor_Patient_Assignment SET doctor_id = 90002 WHERE assignment_id = 90010",
        "UPDATE Doctor_Patient_Assignment SET patient_id = 2 WHERE assignment_id = 90010",
        "DELETE FROM Doctor_Patient_Assignment WHERE assignment_id = 90010",
        // Nobody holds what an adopted database may hold: what rows point to is not there yet, comes, and goes.
        "INSERT INTO Doctor_Patient_Assignment (assignment_id, patient_id, doctor_id, assignment_type) \
         VALUES (90020, 3, 90020, 'specialist'), (90021, 2, 90020, 'specialist'), (90022, 1, 90021, 'specialist')",
        "INSERT INTO Doctor (doctor_id, name, institution_id, specialty_id) VALUES (90020, 'Dr Late', 90020, 90020)",
        "INSERT INTO Institution (institution_id, name) VALUES (90020, 'Late Hospital')",
        "INSERT INTO Specialty (specialty_id, name) VALUES (90020, 'Lateness')",
        "DELETE FROM Institution WHERE institution_id = 90020",
        "DELETE FROM Doctor WHERE doctor_id = 90020",
        "INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (90020, 'Dr Back', 90001)",
        "UPDATE Doctor SET doctor_id = 90021 WHERE doctor_id = 90020",
        "DELETE FROM Specialty WHERE specialty_id = 90001",
    ];
    let (all, mut before) = (Scope::everything(), Value::Null);
    for change in changes {
        other.run(change).await.unwrap();
        let expected = answer(&store, &built(&SHAPES, &store.db).await.unwrap(), &all, &everything()).await;
        // An assignment to nobody is no relationship, and an institution that nobody's doctor works at is not drawn.
        assert!(expected != before || change.contains("90022") || change.contains("90001"), "{change} changed nothing");
        for graph in &graphs {
            let mut found = Value::Null;
            for _ in 0..600 {
                found = answer(&store, graph, &all, &everything()).await;
                if found == expected {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert!(found == expected, "{change} in {}\n{found:.4000}\n{expected:.4000}", graph.store_name());
        }
        before = expected;
    }
    for graph in &graphs {
        assert_eq!(graph.status().last_error, None);
    }
});

on_both!(a_doctors_change_is_projected_once_and_not_for_each_patient, 4, async |store: Store| {
    care(&store).await;
    store
        .sql("INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) SELECT patient_id, 90003, 'specialist' FROM Patient")
        .await;
    let place = Place::new();
    let graph = in_neo4j(&store, &place).await;
    let projection = Follower::new(graph, store.db.clone(), tables(), "test".into());
    let sync = async |full: bool| projection.sync(full, &|_, _| {}).await.unwrap();
    assert_eq!(sync(false).await, 0);
    store.sql("UPDATE Doctor SET name = 'Dr Known to Everybody' WHERE doctor_id = 90003").await;
    assert_eq!(sync(false).await, 0);
    assert_eq!(place.number("MATCH (n:@Doctor {name: 'Dr Known to Everybody'}) RETURN count(n)"), 1);
    assert_eq!(place.number("MATCH (:@Doctor {doctor_id: 90003})<-[r:TREATED_BY]-() RETURN count(r)"), 4);
    // One that the graph lost comes back with what led to it, of those patients alone who point to it.
    place.run("MATCH (n:@Doctor {doctor_id: 90001}) DETACH DELETE n");
    store.sql("UPDATE Institution SET region = 'South' WHERE institution_id = 90001").await;
    assert_eq!(sync(false).await, 2);
    assert_eq!(place.number("MATCH (:@Doctor {doctor_id: 90001})<-[r:TREATED_BY]-() RETURN count(r)"), 3);
    // Everything is compared once, and made anew where nothing is left.
    place.run("MATCH (n) WHERE n:@Doctor OR n:@Institution OR n:@Specialty DETACH DELETE n");
    assert_eq!(sync(true).await, 4);
    let report = projection.check(&|_, _| {}).await.unwrap().unwrap();
    assert!(report.is_clean(), "{report:?}");
});

on_both!(who_waits_for_the_graph_finds_the_doctor_there, 2, async |store: Store| {
    care(&store).await;
    let place = Place::new();
    let (graphs, _following) = followed(&store, &place).await;
    for (at, graph) in graphs.iter().enumerate() {
        let engine = engine(&store, graph);
        let done = async |mutation: &str| -> Value {
            let text = ask(&engine, &Scope::everything(), &format!("mutation {{ {mutation} }}")).await;
            let answer: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(answer.get("errors"), None, "{mutation}");
            answer["data"].clone()
        };
        let shown = async |id: &str| -> Vec<Value> {
            let data =
                answer(&store, graph, &Scope::everything(), &format!("{{ patient(id: 1) {{ {} }} }}", drawing(2)))
                    .await;
            let nodes = data["patient"]["graph"]["nodes"].as_array().unwrap().clone();
            nodes
                .into_iter()
                .filter(|node| node["id"] == format!("GraphNode:{id}"))
                .map(|node| node["name"].clone())
                .collect()
        };
        let added = done(&format!(
            "addDoctor(input: {{name: \"Dr New {at}\", institutionId: 90001}}, waitForGraph: true) {{ inGraph doctor {{ id doctorId }} }}"
        ))
        .await;
        let (doctor, key) = (&added["addDoctor"]["doctor"]["id"], &added["addDoctor"]["doctor"]["doctorId"]);
        assert_eq!(added["addDoctor"]["inGraph"], true);
        if graph.store_name() == "neo4j" {
            assert_eq!(place.number(&format!("MATCH (n:@Doctor {{doctor_id: {key}}}) RETURN count(n)")), 1);
        }
        let assigned = done(&format!(
            "assignDoctor(input: {{patientId: 1, doctorId: {key}, type: SPECIALIST}}, waitForGraph: true) {{ inGraph assignment {{ id }} }}"
        ))
        .await;
        assert_eq!(assigned["assignDoctor"]["inGraph"], true);
        let id = doctor.as_str().unwrap();
        assert_eq!(shown(id).await, [format!("Dr New {at}")]);
        let corrected = done(&format!(
            "correctDoctor(id: {doctor}, input: {{name: \"Dr Renamed\"}}, waitForGraph: true) {{ inGraph }}"
        ))
        .await;
        assert_eq!(corrected["correctDoctor"]["inGraph"], true);
        assert_eq!(shown(id).await, ["Dr Renamed"]);
        let assignment = &assigned["assignDoctor"]["assignment"]["id"];
        done(&format!("removeDoctorAssignment(id: {assignment}) {{ inGraph }}")).await;
        let removed = done(&format!("removeDoctor(id: {doctor}, waitForGraph: true) {{ inGraph }}")).await;
        assert_eq!(removed["removeDoctor"]["inGraph"], true);
        if graph.store_name() == "neo4j" {
            assert_eq!(place.number(&format!("MATCH (n:@Doctor {{doctor_id: {key}}}) RETURN count(n)")), 0);
        }
    }
});
