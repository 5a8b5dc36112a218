//! Every statement is served by an index, and every index serves one.

use crate::support::{Backend, Store, full};
use medimax::{
    db::scope::Scope,
    db::{Sql, ValueKind},
    graphql::{
        model::{Entity, Object},
        page::{orderable, screaming},
        recorder::Statement,
    },
    schema::{MODEL, entities},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Queries that together send every kind of statement on every table.
fn queries() -> Vec<String> {
    let mut queries = vec![
        "{ patients(first: 50) { nodes { medicalHistory { item } condition: medicalHistory(type: CONDITION) { item } medications { purposes { description } } activeMedications { name }
            appointments { totalCount nodes { symptoms { name } } } upcomingAppointments { date } labReports { nodes { findings { value } } }
            abnormalFindings { value labReport { patient { name } } } labTrend(testName: \"HbA1c\") { value } reports { nodes { fullText findings { key } } }
            messages { totalCount nodes { text } } consultations { totalCount nodes { diagnosis appointment { consultation { id } } } }
            scans { predictions { label } } predictions { label } latestPrediction { label } } } }".to_owned(),
        "{ patients(first: 50) { nodes { chatSessions { totalCount nodes { messages { totalCount nodes { parent { id } replies { id } attachments { id } analyses { id } } } thread { nodes { id } }
            analyses { id } cost { currency } healthRecords { id } } } healthRecords { id } symptoms: healthRecords(type: SYMPTOM) { id }
            vitals(name: HEART_RATE, from: \"2020-01-01\", to: \"2030-01-01\") { value record { id } } privacySettings { recorded { id } } } } }".to_owned(),
        "{ patients(search: \"ma\") { nodes { id } } medicalHistories(search: \"hyp\") { nodes { id } } medications(search: \"met\") { nodes { id } } symptoms(search: \"cou\") { nodes { id } } }".to_owned(),
        "{ patients(filter: { medications: { some: { purposes: { some: { conditionName: { eq: \"Asthma\" } } } } } }) { nodes { id } } }".to_owned(),
        "{ reports(filter: { findings: { some: { key: { eq: \"Visual field\" } } } }) { nodes { id } } }".to_owned(),
        "{ medicalHistories(filter: { isActive: { eq: false } }, orderBy: DATE_DESC) { nodes { id } } }".to_owned(),
        "{ medicalHistories(filter: { type: { eq: FAMILY_HISTORY } }, orderBy: DATE_ASC) { nodes { id } } }".to_owned(),
        "{ appointments(filter: { status: { eq: SCHEDULED } }, orderBy: DATE_DESC) { nodes { id } } }".to_owned(),
        "{ labFindings(filter: { testName: { eq: \"HbA1c\" }, numericValue: { gte: 7 } }, orderBy: NUMERIC_VALUE_DESC) { totalCount totalCountAtMost { count } nodes { id } } }".to_owned(),
        "{ labFindings(filter: { numericValue: { gt: 1000 } }) { nodes { id } } }".to_owned(),
        "{ doctors(first: 50) { nodes { assignments { totalCount nodes { id } } patients { totalCount totalCountAtMost { count } nodes { id } } } }
            specialties { nodes { doctors { totalCount totalCountAtMost(limit: 5) { isExact } nodes { id } } } } institutions { nodes { doctors { totalCount nodes { id } } patients { totalCount nodes { id } } } } }".to_owned(),
        "{ patients(first: 50) { nodes { profile { bmi } careTeam { type } primaryDoctor { name } validationStatus { isComplete } institution { name } } } }".to_owned(),
        "{ countries(filter: { code: { eq: \"GB\" } }) { nodes { id } } regions(filter: { code: { eq: \"IE-D\" } }) { nodes { id } } }".to_owned(),
        "{ doctors(first: 50) { nodes { consultations { totalCount nodes { id } } scans { totalCount nodes { id } } } } }".to_owned(),
        "{ consultations(filter: { status: { eq: COMPLETED } }, orderBy: DATE_DESC) { nodes { id } } }".to_owned(),
        "{ scans(filter: { modality: { eq: MRI } }, orderBy: DATE_DESC) { nodes { id } } }".to_owned(),
        "{ predictions(filter: { condition: { eq: \"Community-acquired pneumonia\" } }, orderBy: PREDICTED_AT_DESC) { nodes { id } } }".to_owned(),
        "{ patient(id: 1) { id } nodes(ids: [\"Symptom:3\", \"ReportFinding:2\", \"MedicationPurpose:5\"]) { id } }".to_owned(),
    ];
    let root_list = |entity: &Entity| {
        MODEL
            .fields(MODEL.query)
            .find(|def| target_is(def.field.target(MODEL.query), entity.connection))
            .map(|def| def.name)
    };
    for entity in entities() {
        let Some(list) = root_list(entity) else { continue };
        for order in orderable(entity) {
            let order = screaming(order.name);
            queries.push(format!("{{ a: {list}(orderBy: {order}_ASC) {{ nodes {{ id }} }} d: {list}(orderBy: {order}_DESC) {{ nodes {{ id }} }} }}"));
        }
        for scalar in entity.object.scalars.iter().filter(|scalar| scalar.indexed) {
            let values = match scalar.kind {
                ValueKind::Id | ValueKind::Int | ValueKind::Float => vec!["7".to_owned()],
                ValueKind::Flag(default) => vec![(!default).to_string()],
                ValueKind::Date => vec!["\"2024-05-01\"".to_owned()],
                ValueKind::DateTime => vec!["\"2024-05-01T10:00:00Z\"".to_owned()],
                ValueKind::Uuid => vec!["\"0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22\"".to_owned()],
                ValueKind::Whole { .. } | ValueKind::Decimal { .. } => vec!["1".to_owned()],
                ValueKind::Enum(of) => of.values.iter().map(|value| value.name.to_owned()).collect(),
                _ => vec!["\"Hypertension\"".to_owned()],
            };
            for value in values {
                let filter = format!("{}: {{ eq: {value} }}", scalar.name);
                queries.push(format!("{{ {list}(filter: {{ {filter} }}) {{ nodes {{ id }} }} }}"));
            }
        }
    }
    queries
}

fn target_is(target: Option<&'static Object>, object: &'static Object) -> bool {
    target.is_some_and(|target| std::ptr::eq(target, object))
}

/// The tables of a MariaDB plan, each with how it is read, by which index, and about how many rows.
fn reads(plan: &Value, out: &mut Vec<(String, String, String, u64)>) {
    match plan {
        Value::Object(map) => {
            if let (Some(table), Some(access)) = (map.get("table_name"), map.get("access_type")) {
                let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
                out.push((
                    text(Some(table)),
                    text(Some(access)),
                    text(map.get("key")),
                    map.get("rows").and_then(Value::as_u64).unwrap_or(u64::MAX),
                ));
            }
            map.values().for_each(|value| reads(value, out));
        }
        Value::Array(items) => items.iter().for_each(|item| reads(item, out)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_is_served_by_an_index_and_every_index_serves_one() {
    let store = Store::with_patients(Backend::MariaDb, if full() { 20_000 } else { 2_000 }).await;
    for entity in entities() {
        store.sql(&format!("ANALYZE TABLE {}", entity.table.name)).await;
    }
    let mut served = BTreeSet::new();
    let (mut statements, mut scans) = (0, Vec::new());
    for query in queries() {
        let (answer, ran) = store.ask_as(Scope::everything(), &query, Value::Null).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        for ran in ran {
            statements += 1;
            let statement = ran.detail.unwrap().statement;
            let Statement::Sql(sql) = &statement else { panic!("the graph in this process sends no statement") };
            let plan = store.db.plan(sql).await.unwrap();
            let mut found = Vec::new();
            reads(&serde_json::from_str(&plan).unwrap(), &mut found);
            assert!(!found.is_empty() || plan.contains("Impossible WHERE"), "{plan}");
            for (table, access, key, rows) in found {
                // The keys are a table function, and what was numbered by them a derived one: both are small and read whole.
                let ours = !matches!(table.as_str(), "k") && !table.starts_with('<') && table != "w";
                // MariaDB knows better than to jump about in a table of a few pages; `--full` looks at ten times as many.
                if ours && access == "ALL" && rows > 5_000 {
                    scans.push(format!("{table} in {}", statement.shown()));
                }
                served.insert(key);
            }
        }
    }
    assert!(statements > 80, "only {statements} statements were looked at");
    assert!(scans.is_empty(), "read without an index: {scans:#?}");
    let mut sql = Sql::new(store.db.dialect());
    sql.push("SELECT DISTINCT 0, index_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name NOT LIKE 'uq\\_%' AND table_name NOT LIKE '%Search' AND table_name NOT REGEXP '^(Schema_Migration|Change_Feed|Feed_.*|Catalog|Concept.*|Idempotency_Key|Import_.*|User_Account|Account_Session|Refresh_Token|Signing_Key|Login_Failure|Access_.*|Break_Glass|Api_.*)$'");
    let idle: Vec<String> = store
        .db
        .texts(&sql)
        .await
        .unwrap()
        .into_iter()
        .filter_map(|(_, name)| name)
        .filter(|name| !served.contains(name))
        .collect();
    assert!(idle.is_empty(), "these indexes serve no statement: {idle:?}");
}
