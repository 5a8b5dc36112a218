//! Vital signs over time, read from the JSON of health records.

use crate::support::{Backend, Store, on_both};
use medimax::db::scope::Scope;
use serde_json::{Value, json};

/// Three patients; the first has been measured.
async fn measured(store: &Store) {
    for name in ["Ann", "Bob", "Cid"] {
        store.sql(&format!("INSERT INTO Patient (name, sex) VALUES ('{name}', 'Other')")).await;
    }
    for (patient, kind, at, data) in [
        (
            1,
            "vital_signs",
            "2024-05-03 23:59:59",
            r#"{"heart_rate": {"value": 70, "unit": "/min"}, "weight": {"value": 80.5, "unit": "kg"}}"#,
        ),
        (1, "vital_signs", "2024-05-01 00:00:00", r#"{"heart_rate": {"value": 72, "unit": "/min"}}"#),
        (1, "vital_signs", "2024-05-04 00:00:00", r#"{"heart_rate": {"value": 74, "unit": "/min"}}"#),
        (1, "symptom", "2024-05-02 00:00:00", r#"{"heart_rate": {"value": 99, "unit": "/min"}}"#),
        // As other programs may store it.
        (2, "vital_signs", "2024-05-01 01:00:00", r#"{"heart_rate": 61}"#),
        (2, "vital_signs", "2024-05-01 02:00:00", r#"{"heart_rate": "62"}"#),
        (2, "vital_signs", "2024-05-01 03:00:00", r#"{"heart_rate": {"value": "63", "unit": "/min"}}"#),
        (2, "vital_signs", "2024-05-01 04:00:00", r#"{"heart_rate": [64]}"#),
        (2, "vital_signs", "2024-05-01 05:00:00", r#"{"heart_rate": {"value": 65, "unit": "bpm", "by": "watch"}}"#),
        (2, "vital_signs", "2024-05-01 06:00:00", "[66]"),
        (2, "vital_signs", "2024-05-01 07:00:00", "67"),
        (2, "vital_signs", "2024-05-01 08:00:00", r#"{"heart_rate": {"value": 1e400}}"#),
        (2, "vital_signs", "2024-05-01 09:00:00", r#"{"heart_rate": {"value": 68.25, "unit": ""}}"#),
    ] {
        store
            .sql(&format!(
                "INSERT INTO Health_Record (patient_id, record_type, recorded_at, record_data) VALUES ({patient}, '{kind}', '{at}', '{data}')"
            ))
            .await;
    }
    // No rule of the table keeps this out where a hospital has switched rules off.
    let none = "INSERT INTO Health_Record (patient_id, record_type, recorded_at, record_data) VALUES (2, 'vital_signs', '2024-05-01 10:00:00', '{')";
    store
        .sql(&match store.backend {
            Backend::MariaDb => format!("SET STATEMENT check_constraint_checks = 0 FOR {none}"),
            Backend::Sqlite => {
                format!("PRAGMA ignore_check_constraints = 1; {none}; PRAGMA ignore_check_constraints = 0")
            }
        })
        .await;
}

on_both!(vitals_are_values_over_time_in_one_statement, 0, async |store: Store| {
    measured(&store).await;
    let query = "{ patients { nodes { vitals(name: HEART_RATE) { value unit recordedAt }
        again: vitals(name: WEIGHT) { value unit record { id type } } } } }";
    let (answer, ran) = store.ask_as(Scope::everything(), query, Value::Null).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert_eq!(ran.len(), 3, "patients, records for both signs, and the records that are asked for");
    let point = |value: f64, unit: Option<&str>, at: &str| {
        let value = if value.fract() == 0.0 { json!(value as i64) } else { json!(value) };
        json!({"value": value, "unit": unit, "recordedAt": at})
    };
    assert_eq!(
        answer["data"]["patients"]["nodes"],
        json!([
            {"vitals": [point(72.0, Some("/min"), "2024-05-01T00:00:00Z"), point(70.0, Some("/min"), "2024-05-03T23:59:59Z"),
                point(74.0, Some("/min"), "2024-05-04T00:00:00Z")],
             "again": [{"value": 80.5, "unit": "kg", "record": {"id": "HealthRecord:1", "type": "VITAL_SIGNS"}}]},
            {"vitals": [point(61.0, None, "2024-05-01T01:00:00Z"), point(65.0, Some("bpm"), "2024-05-01T05:00:00Z"),
                point(68.25, None, "2024-05-01T09:00:00Z")], "again": []},
            {"vitals": [], "again": []},
        ])
    );
    // The record itself tells what is wrong with it, and costs nothing else.
    let odd = store.ask("{ patient(id: 2) { healthRecords(first: 2) { data source } } }").await;
    assert_eq!(odd["data"]["patient"]["healthRecords"][0], json!({"data": null, "source": null}));
    assert_eq!(odd["errors"][0]["path"], json!(["patient", "healthRecords", 0, "data"]), "{odd}");
});

on_both!(days_bound_vitals_and_both_are_included, 0, async |store: Store| {
    measured(&store).await;
    let values = async |args: &str| {
        let data = store.data(&format!("{{ patient(id: 1) {{ vitals(name: HEART_RATE{args}) {{ value }} }} }}")).await;
        let points = data["patient"]["vitals"].as_array().unwrap().clone();
        points.into_iter().map(|point| point["value"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    for (args, expected) in [
        ("", vec![72, 70, 74]),
        (", from: \"2024-05-03\"", vec![70, 74]),
        (", to: \"2024-05-03\"", vec![72, 70]),
        (", from: \"2024-05-03\", to: \"2024-05-03\"", vec![70]),
        (", from: \"2024-05-01\", to: \"2024-05-01\"", vec![72]),
        (", to: \"9999-12-31\"", vec![72, 70, 74]),
        (", from: null", vec![72, 70, 74]),
    ] {
        assert_eq!(values(args).await, expected, "{args}");
    }
    for args in ["from: \"2024-02-30\"", "to: \"soon\"", "from: \"2024-05-04\", to: \"2024-05-03\""] {
        let answer = store.ask(&format!("{{ patient(id: 1) {{ vitals(name: WEIGHT, {args}) {{ value }} }} }}")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
});

on_both!(health_records_are_listed_by_type_the_latest_first, 0, async |store: Store| {
    measured(&store).await;
    let data = store
        .data("{ patient(id: 1) { all: healthRecords { healthRecordId } symptoms: healthRecords(type: SYMPTOM) { healthRecordId } first: healthRecords(first: 1) { healthRecordId } } }")
        .await;
    let ids = |list: &Value| {
        list.as_array().unwrap().iter().map(|row| row["healthRecordId"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let patient = &data["patient"];
    assert_eq!(
        (ids(&patient["all"]), ids(&patient["symptoms"]), ids(&patient["first"])),
        (vec![3, 1, 4, 2], vec![4], vec![3])
    );
});
