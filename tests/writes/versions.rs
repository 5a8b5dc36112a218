//! Versions: whoever writes what they have seen, and only that.

use super::{done, refused};
use crate::support::{Store, codes, on_both};
use serde_json::Value;
use std::collections::BTreeSet;

async fn version(store: &Store, object: &str) -> String {
    store.data(&format!("{{ {object} {{ version }} }}")).await[object.split('(').next().unwrap()]["version"]
        .as_str()
        .unwrap()
        .to_owned()
}

on_both!(a_version_changes_with_every_change_of_whomever, 3, async |store: Store| {
    let mut seen = BTreeSet::new();
    assert!(seen.insert(version(&store, "patient(id: 1)").await));
    assert!(!seen.insert(version(&store, "patient(id: 1)").await), "it stays while nothing changes");
    store.sql("UPDATE Patient SET name = 'Other' WHERE patient_id = 1").await;
    assert!(seen.insert(version(&store, "patient(id: 1)").await), "another program's change");
    store.sql("UPDATE Patient SET dob = NULL WHERE patient_id = 1").await;
    assert!(seen.insert(version(&store, "patient(id: 1)").await));
    let (report, mut versions) = ("report(id: 1)", BTreeSet::new());
    for text in ["'a'", "''", "NULL"] {
        store
            .sql(&format!(
                "UPDATE Report SET complete_report = {text}, updated_at = '2026-01-01 00:00:00' WHERE report_id = 1"
            ))
            .await;
        assert!(
            versions.insert(version(&store, report).await),
            "the text that is only read when it is selected: {text}"
        );
    }
});

on_both!(whoever_has_seen_an_older_version_changes_nothing, 3, async |store: Store| {
    let seen = version(&store, "patient(id: 1)").await;
    let correct = |version: &str, name: &str| {
        format!(
            "mutation {{ correctPatient(id: 1, expectedVersion: \"{version}\", input: {{name: \"{name}\"}}) {{ patient {{ name version }} }} }}"
        )
    };
    let first = store.ask(&correct(&seen, "First")).await;
    let now = first["data"]["correctPatient"]["patient"]["version"].as_str().unwrap().to_owned();
    assert_ne!(now, seen);
    assert_eq!(now, version(&store, "patient(id: 1)").await, "the payload has the version that reading has");
    let second = store.ask(&correct(&seen, "Second")).await;
    assert_eq!(codes(&second), ["CONFLICT"]);
    assert_eq!(second["errors"][0]["extensions"]["currentVersion"], now.as_str());
    let remove = format!("mutation {{ removePatient(id: 1, expectedVersion: \"{seen}\") {{ removed {{ type }} }} }}");
    assert_eq!(codes(&store.ask(&remove).await), ["CONFLICT"]);
    assert_eq!(store.data("{ patient(id: 1) { name } }").await["patient"]["name"], "First");
    let third = store.ask(&correct(&now, "Third")).await;
    assert_eq!(third["data"]["correctPatient"]["patient"]["name"], "Third");
});

on_both!(every_object_has_a_version, 2, async |store: Store| {
    let all = store
        .data("{ patient(id: 1) { version medicalHistory { version } medications { version purposes { version } } appointments { nodes { version symptoms { version } } }
            labReports { nodes { version findings { version } } } reports { nodes { version findings { version } } } messages { nodes { version } } } }")
        .await;
    fn versions(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| match name.as_str() {
                "version" => found.push(value.as_str().unwrap().to_owned()),
                _ => versions(value, found),
            }),
            Value::Array(items) => items.iter().for_each(|item| versions(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    versions(&all, &mut found);
    let distinct: BTreeSet<&String> = found.iter().collect();
    assert!(found.len() > 40 && distinct.len() == found.len(), "{} of {}", distinct.len(), found.len());
});

on_both!(a_row_that_broke_a_rule_before_is_mended_a_step_at_a_time, 1, async |store: Store| {
    if store.backend == crate::support::Backend::Sqlite {
        return; // Its tables never held such a row.
    }
    store.sql("ALTER TABLE Medication DROP CONSTRAINT chk_discontinued_date").await;
    store.sql("UPDATE Medication SET is_continued = 0, discontinued_date = NULL WHERE medication_id = 1").await;
    let medication =
        done(&store, "correctMedication(id: 1, input: {dosage: \"5 mg\"}) { medication { dosage isContinued } }").await;
    assert_eq!(medication["correctMedication"]["medication"]["dosage"], "5 mg");
    assert_eq!(
        refused(&store, "correctMedication(id: 1, input: {isContinued: false}) { medication { dosage } }").await,
        ["input.discontinuedDate: REQUIRED"]
    );
});
