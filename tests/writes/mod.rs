//! What mutations write, refuse and promise, on both stores.

mod all_at_once;
mod contacts;
mod conversation;
mod encounters;
mod endings;
mod entities;
mod faults;
mod imports;
mod moments;
mod network;
mod once;
mod references;
mod rules;
mod versions;

use crate::support::Store;
use serde_json::Value;

/// The data of a mutation that meets no error.
async fn done(store: &Store, mutation: &str) -> Value {
    let answer = store.ask(&format!("mutation {{ {mutation} }}")).await;
    assert_eq!(answer.get("errors"), None, "{mutation}: {answer}");
    answer["data"].clone()
}

/// The violations of a mutation that is refused, as `path: CODE`.
async fn refused(store: &Store, mutation: &str) -> Vec<String> {
    let answer = store.ask(&format!("mutation {{ {mutation} }}")).await;
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{mutation} is not refused: {answer}"));
    assert_eq!(errors.len(), 1, "{answer}");
    assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    let violations = errors[0]["extensions"]["violations"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let shown = |violation: &Value| {
        assert!(violation["message"].as_str().is_some_and(|text| text.len() > 5), "{violation}");
        let path = violation["path"].as_array().unwrap().iter();
        let path: Vec<String> =
            path.map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
        format!("{}: {}", path.join("."), violation["code"].as_str().unwrap())
    };
    violations.iter().map(shown).collect()
}

/// How many rows a table has.
async fn count(store: &Store, table: &str) -> i64 {
    let mut sql = medimax::db::Sql::new(store.db.dialect());
    sql.push(format!("SELECT 0, COUNT(*) FROM {table}"));
    store.db.numbers(&sql).await.unwrap()[0].1
}
