//! A database of the older schema, with rows as bad as they come: each costs its own field, and nothing else.

use crate::support::{Backend, Store, empty, mariadb_server, options, texts};
use medimax::db::{self, adopt};
use serde_json::json;

async fn legacy() -> Store {
    let _ = mariadb_server();
    let url = empty(Backend::MariaDb).await;
    // The fixture sets the mode of its session, so it has a connection of its own.
    let alone = db::open(&db::Options { max_connections: 1, ..options(&url) }).await.unwrap();
    alone.run(include_str!("../fixtures/first_document.sql")).await.unwrap();
    adopt::perform(&alone, |_| {}).await.unwrap();
    alone.run(include_str!("../fixtures/legacy_rows.sql")).await.unwrap();
    Store {
        backend: Backend::MariaDb,
        db: db::open(&options(&url)).await.unwrap(),
        url,
        graph: medimax::graph::Graph::embedded(&medimax::schema::SHAPES),
    }
}

#[tokio::test]
async fn both_spellings_of_every_enum_are_read() {
    let store = legacy().await;
    let data = store
        .data(
            "{ patient(id: 1) { sex medicalHistory(first: 3) { type severity isActive }
                first: appointments(filter: { id: { in: [1, 2] } }) { nodes { type status symptoms { severity onset } } }
                labReports { nodes { type findings { isAbnormal flag } } } medications(filter: { id: { eq: 1 } }) { isContinued } } }",
        )
        .await;
    assert_eq!(
        data["patient"],
        json!({
            "sex": "FEMALE",
            "medicalHistory": [
                { "type": "CONDITION", "severity": "SEVERE", "isActive": true },
                { "type": "ALLERGY", "severity": "MILD", "isActive": false },
                { "type": null, "severity": null, "isActive": true },
            ],
            "first": { "nodes": [
                { "type": "CONSULTATION", "status": "NO_SHOW", "symptoms": [] },
                { "type": "ROUTINE_CHECKUP", "status": "COMPLETED", "symptoms": [{ "severity": "CRITICAL", "onset": "SUDDEN" }] },
            ] },
            "labReports": { "nodes": [{ "type": null, "findings": [
                { "isAbnormal": true, "flag": "CRITICAL_HIGH" },
                { "isAbnormal": false, "flag": null },
            ] }] },
            "medications": [{ "isContinued": true }],
        })
    );
}

#[tokio::test]
async fn a_value_that_is_none_is_null_with_one_error_at_its_place() {
    let store = legacy().await;
    let answer = store
        .ask(
            "{ patients { nodes { name dateOfBirth age sex } }
               patient(id: 1) { medicalHistory { item type severity } appointments(orderBy: ID_ASC) { edges { node { date time status type } } }
                 medications { name prescribedDate } messages { nodes { text type } } } }",
        )
        .await;
    assert_eq!(
        answer["data"]["patients"]["nodes"],
        json!([
            { "name": "Good Row", "dateOfBirth": "1980-05-01", "age": 45, "sex": "FEMALE" },
            { "name": "No Day", "dateOfBirth": null, "age": null, "sex": null },
            { "name": "Bad Enum", "dateOfBirth": null, "age": null, "sex": null },
        ])
    );
    let mut paths: Vec<String> =
        answer["errors"].as_array().unwrap().iter().map(|error| error["path"].to_string()).collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            r#"["patient","appointments","edges",1,"node","time"]"#,
            r#"["patient","appointments","edges",2,"node","date"]"#,
            r#"["patient","appointments","edges",2,"node","time"]"#,
            r#"["patient","appointments","edges",3,"node","status"]"#,
            r#"["patient","medicalHistory",3,"severity"]"#,
            r#"["patient","medicalHistory",3,"type"]"#,
            r#"["patient","medications",1,"prescribedDate"]"#,
            r#"["patient","messages","nodes",0,"type"]"#,
            r#"["patients","nodes",1,"dateOfBirth"]"#,
            r#"["patients","nodes",2,"dateOfBirth"]"#,
            r#"["patients","nodes",2,"sex"]"#,
        ]
    );
    assert!(!answer["errors"].to_string().contains("nonsense"));
}

#[tokio::test]
async fn filters_find_both_spellings_and_unknown_flags() {
    let store = legacy().await;
    let data = store
        .data(
            "{ condition: medicalHistories(filter: { type: { eq: CONDITION } }) { nodes { item } }
               older: medicalHistories(filter: { type: { eq: CHRONIC_CONDITION } }) { nodes { item } }
               active: medicalHistories(filter: { isActive: { eq: true } }) { nodes { item } }
               consultation: appointments(filter: { type: { eq: SURGERY } }) { nodes { appointmentId } }
               patient(id: 1) { activeMedications { name } } }",
        )
        .await;
    assert_eq!(texts(&data, "condition.nodes.*.item"), ["Asthma"]);
    assert_eq!(texts(&data, "older.nodes.*.item"), ["Asthma"]);
    assert_eq!(texts(&data, "active.nodes.*.item"), ["Asthma", "Unknown", "Empty"]);
    assert_eq!(texts(&data, "consultation.nodes.*.appointmentId"), ["2"]);
    assert_eq!(texts(&data, "patient.activeMedications.*.name"), ["Salbutamol"]);
}

#[tokio::test]
async fn pages_go_on_past_days_that_do_not_exist() {
    let store = legacy().await;
    let (mut ids, mut after) = (Vec::new(), String::new());
    for _ in 0..10 {
        let answer = store
            .ask(&format!("{{ patients(first: 1, orderBy: DATE_OF_BIRTH_ASC{after}) {{ nodes {{ patientId }} pageInfo {{ hasNextPage endCursor }} }} }}"))
            .await;
        let page = &answer["data"]["patients"];
        ids.extend(texts(page, "nodes.*.patientId"));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
    assert_eq!(ids, ["2", "1", "3"]);
}
