//! `medimax check`: what is wrong is named, each kind by its name, and what is wrong in the graph is mended.

use super::{
    feed::session,
    neo4j::{Place, server},
    reference::care,
};
use crate::support::{
    Backend, Store, on_both,
    process::{Gateway, eventually, medimax, run},
};
use serde_json::{Value, json};

/// The arguments that name a database and a test's part of the graph.
fn flags<'a>(store: &'a Store, graph: &'a [String]) -> Vec<&'a str> {
    ["--database-url", &store.url].into_iter().chain(graph.iter().map(String::as_str)).collect()
}

/// With a limit that a busy machine keeps, too.
fn graph_of(place: &Place) -> Vec<String> {
    let limit = ["--graph-timeout-ms", "60000"];
    ["--graph-url", &server(), "--graph-label-prefix", &place.prefix]
        .into_iter()
        .chain(limit)
        .map(str::to_owned)
        .collect()
}

/// The exit code and the JSON of a check.
fn check(store: &Store, graph: &[String], repair: bool) -> (Option<i32>, Value) {
    let mut command = medimax(&["check", "--format", "json"]);
    let ended = run(command.args(flags(store, graph)).args(repair.then_some("--repair")));
    assert_eq!(ended.err, [""; 0], "{ended:?}");
    (ended.code, serde_json::from_str(&ended.out).unwrap())
}

/// The names and things of a store's findings of a severity.
fn named(findings: &Value, store: &str, severity: &str) -> Vec<String> {
    let findings = findings.as_array().unwrap().iter();
    let ours = findings.filter(|finding| finding["store"] == store && finding["severity"] == severity);
    ours.map(|finding| format!("{} {}", finding["check"].as_str().unwrap(), finding["of"].as_str().unwrap())).collect()
}

fn faults(report: &Value) -> Vec<String> {
    named(&report["findings"], "graph", "fault")
}

/// A database with patients, and a graph that holds them.
async fn synchronised(patients: u64) -> (Store, Place) {
    let (store, place) = (Store::with_patients(Backend::MariaDb, patients).await, Place::new());
    care(&store).await;
    // Few patients have one.
    store.sql("INSERT INTO Prediction (patient_id, condition_name, label) VALUES (1, 'Flu', 'likely')").await;
    let graph = graph_of(&place);
    let ended = run(medimax(&["sync"]).args(flags(&store, &graph)));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    (store, place)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_damage_to_a_graph_is_named_and_mended() {
    let (store, place) = synchronised(4).await;
    let graph = graph_of(&place);
    let (code, report) = check(&store, &graph, false);
    assert_eq!((code, &report["clean"], faults(&report)), (Some(0), &json!(true), vec![]), "{report:#}");
    let amounts = report["graph"]["compared"]["amounts"].as_array().unwrap();
    for amount in amounts {
        for what in ["nodes", "relationships"] {
            assert_eq!(amount[what]["database"], amount[what]["graph"], "{amount}");
        }
        let shown = amount["label"] == "Symptom" || amount["nodes"]["graph"].as_i64() > Some(0);
        assert!(shown, "{amount}");
    }
    assert_eq!(amounts.len(), 16);

    let copies = format!("DROP CONSTRAINT {}medimax_Medication_medication_id", place.prefix);
    let entry =
        "MATCH (:@Patient {patient_id: 2})-[r:HAS_MEDICAL_HISTORY]->(n) WITH r, n ORDER BY n.history_id LIMIT 1";
    let guard = format!("DROP CONSTRAINT {}medimax_Doctor_doctor_id", place.prefix);
    let damages: [(&[&str], &[&str]); 20] = [
        (&["MATCH (n:@Doctor {doctor_id: 90001}) SET n.name = 'Somebody'"], &["reference nodes and relationships"]),
        (&["MATCH (n:@Doctor {doctor_id: 90003}) SET n.patient_id = 1"], &["reference nodes and relationships"]),
        (&["MATCH (:@Doctor {doctor_id: 90001})-[r:WORKS_AT]->() DELETE r"], &["reference nodes and relationships"]),
        (
            &["MATCH (d:@Doctor {doctor_id: 90001}), (p:@Patient {patient_id: 2}) CREATE (d)-[:TREATS]->(p)"],
            &["reference nodes and relationships"],
        ),
        (&["CREATE (:@Institution {institution_id: 77777})"], &["reference nodes and relationships"]),
        (
            &["MATCH (n:@Doctor {doctor_id: 90001}) DETACH DELETE n"],
            &["reference nodes and relationships", "differing patients"],
        ),
        // The node that stays may be the other one, to which no patient's relationships lead.
        (
            &[&guard, "MATCH (n:@Doctor {doctor_id: 90001}) CREATE (m:@Doctor) SET m = n"],
            &["missing-index schema", "duplicate nodes", "reference nodes and relationships"],
        ),
        (&["MATCH (p:@Patient {patient_id: 1}) SET p.name = 'Somebody'"], &["differing patients"]),
        (&[&format!("{entry} DETACH DELETE n")], &["differing patients"]),
        (&[&format!("{entry} DELETE r")], &["differing patients"]),
        (&["MATCH (n:@MedicalHistory {patient_id: 2}) WITH n LIMIT 1 SET n:@Stranger"], &["differing patients"]),
        (
            &["MATCH (:@Patient {patient_id: 3})-[r:INSTANCE_OF|HAS_SYMPTOM]->() SET r.severity = 'none'"],
            &["differing patients"],
        ),
        (
            &["MATCH (a:@Patient {patient_id: 1}), (b:@Medication {patient_id: 2}) WITH a, b LIMIT 1
               CREATE (a)-[:TAKES_MEDICATION]->(b)"],
            &["crossing relationships", "differing patients"],
        ),
        (&["MATCH (p:@Patient {patient_id: 3}) DETACH DELETE p"], &["orphan nodes", "differing patients"]),
        (&["CREATE (:@Medication {medication_id: 999999, patient_id: 999999})"], &["orphan nodes"]),
        (
            &["CREATE (p:@Patient:@Person {patient_id: 888888, name: 'Nobody'})-[:HAS_REPORT]->
               (:@Report {report_id: 888888, patient_id: 888888})"],
            &["stale patients"],
        ),
        (
            &[
                &copies,
                "MATCH (n:@Medication {patient_id: 1}) WITH n LIMIT 1
                        CREATE (:@Medication {medication_id: n.medication_id, patient_id: 1})",
            ],
            &["missing-index schema", "duplicate nodes", "differing patients"],
        ),
        (
            &["MATCH (c:@Concept) WHERE EXISTS { ()-[:INSTANCE_OF]->(c) } WITH c ORDER BY c.concept_id LIMIT 1
               DETACH DELETE c"],
            &["knowledge concepts and facts", "differing patients"],
        ),
        (
            &[
                "MATCH (c:@Concept)-[r]->() WITH r LIMIT 1 DELETE r",
                &format!("DROP INDEX {}medimax_Symptom_patient_id", place.prefix),
            ],
            &["missing-index schema", "knowledge concepts and facts"],
        ),
        (
            &[
                &format!("DROP CONSTRAINT {}medimax_Concept_concept_id", place.prefix),
                "MATCH (c:@Concept) WITH c LIMIT 1 CREATE (copy:@Concept) SET copy = c",
            ],
            &["missing-index schema", "knowledge concepts and facts"],
        ),
    ];
    for (damage, names) in damages {
        damage.iter().for_each(|cypher| drop(place.run(cypher)));
        let (code, found) = check(&store, &graph, false);
        assert_eq!(
            (code, faults(&found)),
            (Some(1), names.iter().map(|name| (*name).to_owned()).collect()),
            "{damage:?}: {found:#}"
        );
        let (code, after) = check(&store, &graph, true);
        assert_eq!((code, faults(&after)), (Some(0), vec![]), "{damage:?}: {after:#}");
        assert_eq!(named(&after["mended"], "graph", "fault"), names, "{damage:?}: {after:#}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_difference_says_who_differs_and_how() {
    let (store, place) = synchronised(3).await;
    let graph = graph_of(&place);
    place.run("MATCH (p:@Patient {patient_id: 2}) SET p.name = 'A secret name'");
    let (_, report) = check(&store, &graph, false);
    let patients = report["graph"]["compared"]["patients"].as_array().unwrap();
    assert_eq!(patients.len(), 1);
    assert_eq!((&patients[0]["patient"], &patients[0]["examples"]), (&json!(2), &json!(["Patient 2 is changed"])));
    let digest = &patients[0]["digest"];
    assert!(digest["database"] != digest["graph"] && digest["graph"].as_str().unwrap().len() == 64, "{digest}");

    // The same as a table, without the value.
    let ended = run(medimax(&["check"]).args(flags(&store, &graph)));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("2 (Patient 2 is changed)") && !ended.out.contains("secret"), "{}", ended.out);
    assert!(ended.out.lines().all(|line| line.chars().count() <= 100), "{}", ended.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_graph_has_yet_to_be_told_is_no_difference() {
    let (store, place) = synchronised(3).await;
    let graph = graph_of(&place);
    store.sql("UPDATE Patient SET name = 'Eve' WHERE patient_id = 2; DELETE FROM Patient WHERE patient_id = 3").await;
    let (code, report) = check(&store, &graph, false);
    assert_eq!((code, named(&report["findings"], "graph", "note")), (Some(0), vec!["pending patients".into()]));
    assert_eq!(report["graph"]["compared"]["pending"], 2);
    // It was told, and forgot.
    store.sql("DELETE FROM Feed_Pending").await;
    let (code, report) = check(&store, &graph, false);
    assert_eq!((code, faults(&report)), (Some(1), vec!["stale patients".into(), "differing patients".into()]));
    // Knowledge that it has yet to take up makes everything pending.
    store.sql("UPDATE Catalog SET digest = REVERSE(digest)").await;
    let (code, report) = check(&store, &graph, false);
    assert_eq!((code, faults(&report), &report["graph"]["compared"]["pending"]), (Some(0), vec![], &json!(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graph_that_is_not_there_yet_is_made() {
    let (store, place) = (Store::with_patients(Backend::Sqlite, 2).await, Place::new());
    let graph = graph_of(&place);
    let (code, report) = check(&store, &graph, false);
    assert_eq!(code, Some(1));
    assert!(faults(&report).starts_with(&["unprepared graph".into(), "missing-index schema".into()]), "{report:#}");
    let (code, report) = check(&store, &graph, true);
    assert_eq!((code, faults(&report)), (Some(0), vec![]), "{report:#}");
    assert_eq!(place.number("MATCH (p:@Patient) RETURN count(p)"), 2);

    // Another database's graph is left alone, and its own rows are checked all the same.
    let other = Store::with_patients(Backend::MariaDb, 1).await;
    let (code, report) = check(&other, &graph, true);
    assert_eq!((code, faults(&report)), (Some(1), vec!["unavailable graph".into()]), "{report:#}");
    assert_eq!(place.number("MATCH (p:@Patient) RETURN count(p)"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_serves_is_waited_for_and_goes_on_after_a_repair() {
    let (store, place) = synchronised(3).await;
    let graph = graph_of(&place);
    let _gateway = Gateway::start(&flags(&store, &graph));
    eventually("the gateway leads", || {
        let (_, report) = check(&store, &graph, false);
        (report["graph"]["compared"]["followed"] == true).then_some(())
    })
    .unwrap();
    place.run("MATCH (n:@MedicalHistory {patient_id: 1}) DETACH DELETE n");
    assert_eq!(check(&store, &graph, false).0, Some(1));
    let (code, report) = check(&store, &graph, true);
    assert_eq!(code, Some(0), "{report:#}");
    store.sql("UPDATE Patient SET name = 'Eve'").await;
    eventually("the gateway goes on", || {
        (place.number("MATCH (p:@Patient {name: 'Eve'}) RETURN count(p)") == 3).then_some(())
    })
    .unwrap();
    let (code, report) = check(&store, &graph, false);
    assert_eq!((code, &report["graph"]["compared"]["pending"]), (Some(0), &json!(0)), "{report:#}");
}

on_both!(every_fault_of_the_rows_is_named_and_left_alone, 3, async |store: Store| {
    let (code, report) = check(&store, &[], false);
    assert_eq!((code, named(&report["findings"], "database", "fault")), (Some(0), vec![]), "{report:#}");
    let careless = match store.backend {
        Backend::MariaDb => "SET foreign_key_checks = 0, check_constraint_checks = 0, sql_mode = ''",
        Backend::Sqlite => "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON",
    };
    session(&store.url)
        .await
        .run(&format!(
            "{careless};
             DELETE FROM Appointment_Symptom; DELETE FROM Medication_Purpose; DELETE FROM Lab_Finding;
             UPDATE Medication SET is_continued = 1;
             INSERT INTO Appointment_Symptom (symptom_id, appointment_id, symptom_name) VALUES (901, 999999, 'a secret');
             INSERT INTO Lab_Finding (lab_finding_id, lab_report_id, test_name, test_value, is_abnormal) VALUES (902, 999999, 'x', '1', 1);
             INSERT INTO Chat_History (chat_id, patient_id, message_text, message_type) VALUES (903, 999999, 'x', 'Robot');
             UPDATE Patient SET sex = 'a secret' WHERE patient_id IN (1, 2);
             UPDATE Patient SET updated_at = '0000-00-00 00:00:00' WHERE patient_id = 1;
             UPDATE Appointment SET appointment_date = '0000-00-00' WHERE appointment_id = 1;
             UPDATE Appointment SET appointment_time = '-01:00:00' WHERE appointment_id = 2;
             UPDATE Appointment SET appointment_time = '27:00:00' WHERE appointment_id = 3;
             UPDATE Medication SET is_continued = 0, discontinued_date = NULL WHERE medication_id = 1"
        ))
        .await
        .unwrap();
    for repair in [false, true] {
        let (code, report) = check(&store, &[], repair);
        let findings = &report["findings"];
        assert_eq!(
            named(findings, "database", "fault"),
            [
                "orphan Appointment_Symptom",
                "orphan Lab_Finding",
                "orphan Chat_History",
                "unknown-value Patient.sex",
                "impossible-date Patient.updated_at",
                "impossible-date Appointment.appointment_date",
                "impossible-time Appointment.appointment_time",
                "unknown-value Chat_History.message_type",
            ],
            "{report:#}"
        );
        let notes = ["no-purpose Medication", "no-end Medication", "no-flag Lab_Finding"];
        assert_eq!(named(findings, "database", "note"), notes, "{report:#}");
        assert_eq!((code, &report["clean"]), (Some(1), &json!(false)));
        let find = |check: &str| findings.as_array().unwrap().iter().find(|finding| finding["check"] == check).unwrap();
        assert_eq!(
            (&find("unknown-value")["count"], &find("unknown-value")["examples"]),
            (&json!(2), &json!(["1", "2"]))
        );
        assert_eq!(find("impossible-time")["examples"], json!(["2", "3"]));
        assert_eq!(find("no-end")["examples"], json!(["1"]));
        let purposes = find("no-purpose");
        assert!(
            purposes["count"].as_i64() > Some(5) && purposes["examples"].as_array().unwrap().len() == 5,
            "{purposes}"
        );
        assert!(!report.to_string().contains("secret"));
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spellings_of_every_age_are_known_and_nothing_near_them() {
    let store = Store::with_patients(Backend::MariaDb, 2).await;
    // As in databases that keep these columns as text.
    store
        .sql(
            "ALTER TABLE Appointment MODIFY appointment_type VARCHAR(50), MODIFY status VARCHAR(50);
             UPDATE Appointment SET appointment_type = 'REGULAR', status = 'no_show' WHERE appointment_id = 1;
             UPDATE Appointment SET appointment_type = NULL, status = NULL WHERE appointment_id = 2;
             UPDATE Appointment SET status = 'Scheduléd' WHERE appointment_id = 3;
             UPDATE Appointment SET status = '' WHERE appointment_id = 4;
             UPDATE Appointment SET status = 'Scheduled ' WHERE appointment_id = 5",
        )
        .await;
    let (code, report) = check(&store, &[], false);
    let findings = report["findings"].as_array().unwrap();
    let unknown: Vec<_> = findings.iter().filter(|finding| finding["check"] == "unknown-value").collect();
    assert_eq!((code, unknown.len()), (Some(1), 1), "{report:#}");
    assert_eq!((&unknown[0]["of"], &unknown[0]["examples"]), (&json!("Appointment.status"), &json!(["3", "4", "5"])));
}

on_both!(without_a_stored_graph_the_rows_are_checked, 1, async |store: Store| {
    let ended = run(medimax(&["check", "--repair"]).args(flags(&store, &[])));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("each gateway builds it anew"), "{}", ended.out);
    assert!(ended.out.lines().all(|line| line.chars().count() <= 100), "{}", ended.out);
    assert_eq!(check(&store, &[], false).1["graph"], json!({ "store": "embedded", "compared": null }));
    assert_eq!(run(medimax(&["check", "--format", "yaml"]).args(flags(&store, &[]))).code, Some(2));
});
