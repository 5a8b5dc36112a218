//! Rules: each named with its place, all at once, the same as the database's.

use super::{count, done, refused};
use crate::support::{
    Backend, Store, codes, on_both,
    process::{medimax, run},
};
use medimax::{
    db::scope::Scope,
    db::{Sql, ValueKind},
    graphql::rules::{Holds, Longest, kind_of},
    schema,
};

/// An appointment that was.
fn schedule(date: &str, time: &str) -> String {
    format!(
        "scheduleAppointment(input: {{patientId: 1, date: \"{date}\", time: \"{time}\", status: COMPLETED}}) {{ appointment {{ id }} }}"
    )
}

on_both!(keys_end_at_the_largest, 1, async |store: Store| {
    store.sql("INSERT INTO Patient (patient_id, name, sex) VALUES (2147483647, 'The Last', 'Female')").await;
    let before = count(&store, "Patient").await;
    let (answer, _) = store
        .ask_as(
            Scope::everything(),
            "mutation { registerPatient(input: {name: \"Next\", sex: MALE}) { patient { id } } }",
            serde_json::Value::Null,
        )
        .await;
    assert_eq!(codes(&answer).len(), 1, "{answer}");
    assert_eq!(answer["data"]["registerPatient"], serde_json::Value::Null);
    assert_eq!(count(&store, "Patient").await, before);
    let seeded = run(&mut medimax(&["seed", "--patients", "2", "--database-url", &store.url]));
    assert_eq!((seeded.code, seeded.err.len()), (Some(1), 1), "{seeded:?}");
    assert_eq!(count(&store, "Patient").await, before);
});

on_both!(every_violation_is_named_at_once_with_its_place, 1, async |store: Store| {
    let before = count(&store, "Patient").await;
    let long = "x".repeat(256);
    for (mutation, expected) in [
        (
            "registerPatient(input: {name: \" \", dateOfBirth: \"2999-01-01\", sex: MALE}) { patient { id } }".to_owned(),
            vec!["input.name: REQUIRED", "input.dateOfBirth: IN_FUTURE"],
        ),
        (
            format!("registerPatient(input: {{name: \"{long}\", dateOfBirth: \"1899-12-31\", sex: MALE}}) {{ patient {{ id }} }}"),
            vec!["input.name: TOO_LONG", "input.dateOfBirth: TOO_EARLY"],
        ),
        (
            "registerPatient(input: {name: \"a\\u0000b\", dateOfBirth: \"1980-02-30\", sex: MALE}) { patient { id } }".into(),
            vec!["input.name: CONTROL_CHARACTER", "input.dateOfBirth: INVALID"],
        ),
        (
            "registerPatient(input: {name: \"\\u3164\\u200b\", sex: MALE}) { patient { id } }".into(),
            vec!["input.name: REQUIRED"],
        ),
        (
            "registerPatient(input: {name: \"\\u202e\", sex: MALE}) { patient { id } }".into(),
            vec!["input.name: REQUIRED"],
        ),
        (
            "registerPatient(input: {name: \"Ann\\ufffe\", sex: MALE}) { patient { id } }".into(),
            vec!["input.name: NONCHARACTER"],
        ),
        (
            "registerPatient(input: {name: \"\\u202eAnn\", sex: MALE}) { patient { id } }".into(),
            vec!["input.name: DIRECTION_CONTROL"],
        ),
        (
            "recordMedicalHistory(input: {patientId: 1, type: CONDITION, item: \"x\", date: \"2999-01-01\"}) { medicalHistory { id } }".into(),
            vec!["input.date: IN_FUTURE"],
        ),
        (
            "scheduleAppointment(input: {patientId: \"Report:1\", date: \"2001-01-01\", time: \"25:00\", symptoms: [{name: \"\"}, {name: \"ok\"}, {name: \" \\n \"}]}) { appointment { id } }".into(),
            vec!["input.patientId: INVALID", "input.time: INVALID", "input.date: IN_PAST", "input.symptoms.0.name: REQUIRED", "input.symptoms.2.name: REQUIRED"],
        ),
        (
            schedule("0000-01-01", "10:00:60"),
            vec!["input.date: INVALID", "input.time: INVALID"],
        ),
        (schedule("+999-12-31", " 9:05"), vec!["input.date: INVALID", "input.time: INVALID"]),
        (schedule("-999-12-31", "9:5"), vec!["input.date: INVALID", "input.time: INVALID"]),
        (schedule("2020- 1- 1", "09:05:00.5"), vec!["input.date: INVALID", "input.time: INVALID"]),
        (
            "prescribeMedication(input: {patientId: 1, name: \"M\", prescribedDate: \"2020-01-02\", isContinued: false, purposes: [{}]}) { medication { id } }".into(),
            vec!["input.discontinuedDate: REQUIRED", "input.purposes.0.conditionName: REQUIRED"],
        ),
        (
            "prescribeMedication(input: {patientId: 1, name: \"M\", prescribedDate: \"2020-01-02\", isContinued: false, discontinuedDate: \"2020-01-01\"}) { medication { id } }".into(),
            vec!["input.discontinuedDate: ORDER"],
        ),
        (
            "recordLabReport(input: {patientId: 1, date: \"2020-01-01\", type: \"t\", findings: [{testName: \"a\", value: \" \", isAbnormal: true}]}) { labReport { id } }".into(),
            vec!["input.findings.0.value: REQUIRED", "input.findings.0.flag: REQUIRED"],
        ),
        (
            "addReport(input: {patientId: 1, date: \"2020-01-01\", type: \"t\", findings: [{key: \"a\", value: \"b\", isAbnormal: true}]}) { report { id } }".into(),
            vec!["input.findings.0.severity: REQUIRED"],
        ),
        (
            "recordMedicalHistory(input: {patientId: 999999, type: CONDITION, item: \"x\"}) { medicalHistory { id } }".into(),
            vec!["input.patientId: NOT_FOUND"],
        ),
        (
            "recordMedicalHistory(input: {patientId: 99999999999, type: CONDITION, item: \"x\"}) { medicalHistory { id } }".into(),
            vec!["input.patientId: NOT_FOUND"],
        ),
        (
            "prescribeMedication(input: {patientId: 1, name: \"M\", prescribedDate: \"2020-01-02\", isContinued: false, discontinuedDate: \"soon\"}) { medication { id } }".into(),
            vec!["input.discontinuedDate: INVALID"],
        ),
        ("correctPatient(id: 999999, input: {name: \"x\"}) { patient { id } }".into(), vec!["id: NOT_FOUND"]),
        ("rescheduleAppointment(id: 1, input: {time: \"09:00\"}) { appointment { id } }".into(), vec!["input.date: REQUIRED"]),
        ("correctPatient(id: 1, input: {name: null}) { patient { id } }".into(), vec!["input.name: REQUIRED"]),
    ] {
        assert_eq!(refused(&store, &mutation).await, expected, "{mutation}");
    }
    assert_eq!(count(&store, "Patient").await, before);
    // Not refused: what these rules let pass.
    done(
        &store,
        "scheduleAppointment(input: {patientId: 1, date: \"2001-01-01\", status: NO_SHOW}) { appointment { id } }",
    )
    .await;
    done(
        &store,
        &format!(
            "registerPatient(input: {{name: \"{}\", dateOfBirth: \"1900-01-01\", sex: MALE}}) {{ patient {{ id }} }}",
            "é".repeat(255)
        ),
    )
    .await;
});

on_both!(older_spellings_are_taken_and_stored_as_todays, 1, async |store: Store| {
    let made = done(
        &store,
        "recordMedicalHistory(input: {patientId: 1, type: CHRONIC_CONDITION, item: \"x\"}) { medicalHistory { historyId type } }
         scheduleAppointment(input: {patientId: 1, date: \"2099-01-01\", type: SURGERY}) { appointment { appointmentId type } }",
    )
    .await;
    assert_eq!(made["recordMedicalHistory"]["medicalHistory"]["type"], "CONDITION");
    assert_eq!(made["scheduleAppointment"]["appointment"]["type"], "CONSULTATION");
    let mut sql = Sql::new(store.db.dialect());
    sql.push("SELECT history_id, history_type FROM Medical_History WHERE history_id = ");
    sql.int(made["recordMedicalHistory"]["medicalHistory"]["historyId"].as_i64().unwrap());
    assert_eq!(store.db.texts(&sql).await.unwrap()[0].1.as_deref(), Some("condition"));
});

/// What the database says of a column: its type with length, and whether it may be NULL.
async fn columns(store: &Store, table: &str) -> Vec<(String, String, bool)> {
    let mut sql = Sql::new(store.db.dialect());
    match store.backend {
        Backend::MariaDb => sql
            .push("SELECT 0, CONCAT(column_name, '|', column_type, '|', is_nullable) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ")
            .text(table),
        Backend::Sqlite => sql.push(format!("SELECT 0, name || '|' || type || '|' || CASE \"notnull\" WHEN 1 THEN 'NO' ELSE 'YES' END FROM pragma_table_info('{table}')")),
    };
    let rows = store.db.texts(&sql).await.unwrap();
    let parts = |(_, row): (i32, Option<String>)| {
        let row = row.unwrap();
        let mut parts = row.split('|');
        let mut part = || parts.next().unwrap().to_owned();
        (part(), part().to_lowercase(), part() == "YES")
    };
    rows.into_iter().map(parts).collect()
}

async fn definition(store: &Store, table: &str) -> String {
    let mut sql = Sql::new(store.db.dialect());
    match store.backend {
        Backend::MariaDb => sql.push("SELECT 0, CONCAT(constraint_name, ' ', check_clause) FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() AND table_name = ").text(table)
            .push(" UNION SELECT 0, index_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ").text(table),
        Backend::Sqlite => sql.push("SELECT 0, sql FROM sqlite_master WHERE tbl_name = ").text(table),
    };
    store.db.texts(&sql).await.unwrap().into_iter().filter_map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

on_both!(rules_are_those_of_the_tables, 0, async |store: Store| {
    let mut lines = 0;
    for entity in schema::entities() {
        let stored = columns(&store, entity.table.name).await;
        let definition = definition(&store, entity.table.name).await;
        for column in entity.rules.columns {
            let place = format!("{}.{}", entity.table.name, column.name);
            let (_, ty, nullable) = stored.iter().find(|(name, ..)| name == column.name).expect(&place);
            assert_eq!(column.required, !nullable, "{place}");
            assert_eq!(
                matches!(kind_of(entity, column.name), ValueKind::Text),
                !matches!(column.longest, Longest::NoText | Longest::Link),
                "{place}"
            );
            match (store.backend, column.longest) {
                (Backend::MariaDb, Longest::Line(most)) => assert_eq!(*ty, format!("varchar({most})"), "{place}"),
                (Backend::MariaDb, Longest::Code(code)) => {
                    assert_eq!(*ty, format!("varchar({})", code.longest()), "{place}");
                }
                (Backend::MariaDb, Longest::Email) => assert_eq!(ty, "varchar(254)", "{place}"),
                (Backend::MariaDb, Longest::Phone(_)) => assert_eq!(ty, "varchar(16)", "{place}"),
                (Backend::MariaDb, Longest::Prose(65_535)) => assert_eq!(ty, "text", "{place}"),
                (Backend::MariaDb, Longest::Prose(_)) => assert_eq!(ty, "longtext", "{place}"),
                (Backend::Sqlite, Longest::Line(most)) => {
                    assert!(definition.contains(&format!("length({}) <= {most}", column.name)), "{place}");
                }
                _ => {}
            }
            lines += usize::from(matches!(column.longest, Longest::Line(_)));
        }
        for check in entity.rules.checks {
            // A moment that clients do not write may be what another is not to be before.
            let is_stored = |name: &str| stored.iter().any(|(column, ..)| column == name);
            let is_earlier = |name: &str| matches!(check.holds, Holds::InOrder) && is_stored(name);
            let known = |name: &&str| {
                entity.rules.column(name).is_some() || entity.table.owner_in(name).is_some() || is_earlier(name)
            };
            assert!(check.columns.iter().all(known), "{:?}", check.columns);
            if let Some(name) = check.constraint {
                assert!(definition.contains(name), "{}: {name}", entity.table.name);
            }
        }
    }
    assert!(lines > 20);
});
