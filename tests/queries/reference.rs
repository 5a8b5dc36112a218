//! The same queries, answered by graphql-js over a plain dump of the same rows, byte for byte.

use crate::support::{Backend, Store, full, run_named, scratch, today, unique};
use medimax::{
    db::{Dialect, Sql, ValueKind},
    schema::entities,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write, path::Path, process::Command};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    query: String,
    variables: Value,
    operation_name: Option<String>,
    response: String,
    /// By variable: the row at whose place it stands.
    #[serde(default)]
    cursors: BTreeMap<String, At>,
}

/// A row of a list, whose cursor the gateway is asked for: the reference knows cursors by their rows' ids.
#[derive(Deserialize)]
struct At {
    query: String,
    id: String,
}

/// The cursor of the edge that leads to a row.
fn cursor_of(answer: &Value, id: &str) -> Option<Value> {
    match answer {
        Value::Object(edge) if edge.get("node").is_some_and(|node| node["id"] == id) => edge.get("cursor").cloned(),
        Value::Object(entries) => entries.values().find_map(|value| cursor_of(value, id)),
        Value::Array(items) => items.iter().find_map(|value| cursor_of(value, id)),
        _ => None,
    }
}

/// Every row of every table, by SQL that the gateway never sends.
async fn dump(store: &Store) -> Value {
    let mut tables = serde_json::Map::new();
    for entity in entities() {
        let table = entity.table.name;
        let mut pairs = String::new();
        let stored = entity
            .object
            .scalars
            .iter()
            .filter(|scalar| !scalar.column.is_empty() && !matches!(scalar.kind, ValueKind::Id | ValueKind::Float));
        let mut columns: Vec<(&str, bool)> = stored
            .map(|scalar| {
                (scalar.column, matches!(scalar.kind, ValueKind::Int | ValueKind::Whole { .. } | ValueKind::Flag(_)))
            })
            .collect();
        if table == "Report" {
            columns.push(("complete_report", false));
        }
        for (column, number) in columns {
            let value = match (number, store.backend) {
                (false, Backend::MariaDb) => format!("CAST({column} AS CHAR)"),
                _ => column.to_owned(),
            };
            let _ = write!(pairs, ", '{column}', {value}");
        }
        let dialect = match store.backend {
            Backend::MariaDb => Dialect::MariaDb,
            Backend::Sqlite => Dialect::Sqlite,
        };
        let mut sql = Sql::new(dialect);
        sql.push(format!("SELECT 0, JSON_OBJECT({}) FROM {table} ORDER BY {}", &pairs[2..], entity.table.key));
        let rows = store
            .db
            .texts(&sql)
            .await
            .unwrap()
            .into_iter()
            .map(|(_, json)| serde_json::from_str::<Value>(&json.unwrap()).unwrap());
        tables.insert(table.to_owned(), rows.collect());
    }
    json!({ "today": today().to_string(), "tables": tables })
}

/// Our answer in the reference's form: of the errors, their paths, in the order of their text.
fn comparable(body: &[u8]) -> String {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let Some(at) = text.rfind(",\"errors\":[{") else { return text };
    let parsed: Value = serde_json::from_str(&text).unwrap();
    let Some(errors) = parsed["errors"].as_array() else { return text };
    let mut paths: Vec<String> = errors.iter().map(|error| error["path"].to_string()).collect();
    paths.sort();
    let paths: Vec<String> = paths.iter().map(|path| format!("{{\"path\":{path}}}")).collect();
    format!("{},\"errors\":[{}]}}", &text[..at], paths.join(","))
}

async fn compare(store: Store) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = scratch(&format!("{}.json", unique("dump")));
    std::fs::write(&file, dump(&store).await.to_string()).unwrap();
    let count = if full() { "2000" } else { "200" };
    let output = Command::new("node")
        .arg(root.join("tests/reference/reference.mjs"))
        .arg("--schema")
        .arg(root.join("schema.graphql"))
        .arg("--dump")
        .arg(&file)
        .args(["--seed", "1", "--count", count, "--cases"])
        .arg(root.join("tests/reference/cases.json"))
        .output()
        .expect("node runs the reference: scripts/test sets it up");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let engine = store.engine();
    let (mut compared, mut paged, mut wrong) = (0, 0, String::new());
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut case: Case = serde_json::from_str(line).unwrap();
        for (variable, At { query, id }) in &case.cursors {
            let page = serde_json::from_slice(&run_named(&engine, query, Value::Null, None).await).unwrap();
            let cursor = cursor_of(&page, id).unwrap_or_else(|| panic!("no {id} in {query}: {page}"));
            case.variables[variable] = cursor;
            paged += 1;
        }
        let body = run_named(&engine, &case.query, case.variables.clone(), case.operation_name.as_deref()).await;
        let ours = comparable(&body);
        compared += 1;
        if ours != case.response {
            let _ = writeln!(
                wrong,
                "{}\n{}\nvariables {}\nours      {}\nreference {}\n",
                case.name,
                case.query,
                case.variables,
                String::from_utf8_lossy(&body),
                case.response
            );
            if wrong.len() > 20_000 {
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(paged >= 40, "only {paged} cursors were tried");
    assert!(compared >= count.parse::<usize>().unwrap(), "only {compared} cases were compared");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_answers_as_the_reference_does() {
    let store = Store::with_patients(Backend::MariaDb, 12).await;
    // Values that are none, which this session's mode lets in.
    store
        .sql(
            "SET sql_mode = ''; UPDATE Appointment SET appointment_time = '27:00:00' WHERE appointment_id % 7 = 0;
             UPDATE Appointment SET appointment_time = '-01:00:00' WHERE appointment_id % 13 = 0;
             UPDATE Medical_History SET severity = 'nonsense' WHERE history_id % 5 = 0;
             UPDATE Appointment SET appointment_date = '0000-00-00' WHERE appointment_id % 11 = 0; UPDATE Patient SET dob = NULL WHERE patient_id = 5;
             UPDATE Medication SET is_continued = NULL WHERE medication_id % 4 = 0;
             UPDATE Lab_Finding SET test_value = ELT(1 + lab_finding_id % 5, '<0.5', '4,2', '-0.0', '1,234', ' 7.0 ') WHERE lab_finding_id % 3 = 0;
             SET sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
        )
        .await;
    compare(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_answers_as_the_reference_does() {
    compare(Store::with_patients(Backend::Sqlite, 12).await).await;
}
