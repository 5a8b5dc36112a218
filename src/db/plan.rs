//! How the store would run a statement.

use super::{
    pool::{Db, load},
    sql::{Dialect, Sql},
};
use crate::error::{Error, Result};
use diesel::sql_types;
use serde_json::Value;
use std::fmt::Write;

impl Db {
    /// The plan as the store tells it: MariaDB's as JSON, SQLite's as lines. MariaDB's may hold values of parameters.
    pub async fn plan(&self, sql: &Sql) -> Result<String> {
        let mut explained = Sql::new(self.dialect());
        explained.called("plan", None).varies();
        match self.dialect() {
            Dialect::MariaDb => {
                explained.push("EXPLAIN FORMAT=JSON ").append(sql);
                let plan = load!(self, explained, (sql_types::Text,), (String,))?;
                Ok(plan.into_iter().map(|(json,)| json).collect())
            }
            Dialect::Sqlite => {
                type Step = (sql_types::Integer, sql_types::Integer, sql_types::Integer, sql_types::Text);
                explained.push("EXPLAIN QUERY PLAN ").append(sql);
                let plan = load!(self, explained, Step, (i32, i32, i32, String))?;
                Ok(plan.into_iter().map(|(.., detail)| format!("{detail}\n")).collect())
            }
        }
    }

    /// The plan to be shown: lines without a value.
    pub async fn shown_plan(&self, sql: &Sql) -> Result<String> {
        let plan = self.plan(sql).await?;
        match self.dialect() {
            Dialect::Sqlite => Ok(plan.trim_end().to_owned()),
            Dialect::MariaDb => {
                let plan: Value = serde_json::from_str(&plan)
                    .map_err(|error| Error::Internal(format!("a plan of MariaDB cannot be read: {error}")))?;
                let mut lines = String::new();
                walk(&plan, 0, &mut lines);
                Ok(lines.trim_end().to_owned())
            }
        }
    }
}

/// A line a table, and one for what is done with its rows, deeper where it stands deeper. Conditions are left out: MariaDB
/// writes them with their values.
fn walk(plan: &Value, depth: usize, lines: &mut String) {
    match plan {
        Value::Array(parts) => parts.iter().for_each(|part| walk(part, depth, lines)),
        Value::Object(parts) => {
            for (name, part) in parts {
                match name.as_str() {
                    "table" => {
                        line(depth, &table(part), lines);
                        // A derived table's own plan hangs below it.
                        part.get("materialized").into_iter().for_each(|inner| walk(inner, depth + 1, lines));
                    }
                    "query_block" | "nested_loop" | "query_specifications" => walk(part, depth, lines),
                    step if part.is_object() || part.is_array() => {
                        line(depth, &step.replace('_', " "), lines);
                        walk(part, depth + 1, lines);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn line(depth: usize, text: &str, lines: &mut String) {
    let _ = writeln!(lines, "{:width$}{text}", "", width = depth * 2);
}

fn table(table: &Value) -> String {
    let text = |name: &str| table.get(name).and_then(Value::as_str);
    let list = |name: &str| {
        let items = table.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
    };
    let mut shown = format!("{}: {}", text("table_name").unwrap_or("?"), text("access_type").unwrap_or("nothing"));
    if let Some(key) = text("key") {
        let _ = write!(shown, " by {key} ({})", list("used_key_parts"));
    }
    if let Some(rows) = table.get("rows").and_then(Value::as_f64) {
        let _ = write!(shown, ", about {rows} rows");
    }
    if table.get("using_index").and_then(Value::as_bool) == Some(true) {
        shown.push_str(", index alone");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_shows_tables_and_keys_and_no_value() {
        let plan = serde_json::json!({"query_block": {"select_id": 1, "filesort": {"sort_key": "t.name = 'Ada'",
            "temporary_table": {"nested_loop": [
                {"table": {"table_name": "k", "access_type": "ALL", "rows": 40, "attached_condition": "k.id = 7"}},
                {"table": {"table_name": "t", "access_type": "ref", "key": "by_patient", "used_key_parts": ["patient_id"],
                    "ref": ["k.id"], "rows": 3, "index_condition": "t.name = 'Ada'", "using_index": true}}]}}}});
        let mut lines = String::new();
        walk(&plan, 0, &mut lines);
        assert_eq!(
            lines,
            "filesort\n  temporary table\n    k: ALL, about 40 rows\n    t: ref by by_patient (patient_id), about 3 rows, index alone\n"
        );
    }
}
