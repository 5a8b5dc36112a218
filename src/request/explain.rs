//! `extensions.explain`: the statements of an answer, for the people who write queries and those who run the stores.

use crate::{
    db::{Db, write_json},
    graphql::recorder::{Ran, Recorder, Statement},
};
use serde::Serialize;
use std::time::Duration;

/// What became of a request, statement by statement.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// How long the request took.
    pub total_ms: f64,
    /// Its statements, in the order in which they were begun.
    pub statements: Vec<Shown>,
}

/// A statement as readers see it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// `SQL` or `CYPHER`.
    pub store: &'static str,
    /// What it was for.
    pub what: &'static str,
    /// How deep in the answer it was asked for; fields of the root are 1.
    pub level: usize,
    /// The fields that asked for it, without places in lists.
    pub paths: Vec<String>,
    /// Its text.
    pub statement: String,
    /// How the rows are found, where the gateway chose between several ways.
    pub way: Option<String>,
    /// Its parameters by their shape.
    pub parameters: Vec<String>,
    /// How many keys it was sent for, if it starts from keys.
    pub keys: Option<usize>,
    /// How many rows it answered or touched; null where it failed or was given up.
    pub rows: Option<usize>,
    /// When it was begun.
    pub start_ms: f64,
    /// How long it waited for a connection.
    pub wait_ms: f64,
    /// How long the store worked on it.
    pub store_ms: f64,
    /// How the store runs it, where that was asked for and the store tells.
    pub plan: Option<String>,
}

/// Milliseconds to a thousandth: no clock here is better.
fn ms(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

/// What a recorder of whole statements has kept. With a database, it is asked for its plan of each statement that only reads:
/// nothing runs twice, and a plan shows no value.
pub async fn explained(recorder: &Recorder, total: Duration, plans_of: Option<&Db>) -> Explained {
    let mut ran = recorder.ran();
    ran.sort_by_key(|ran| ran.start);
    let mut statements = Vec::with_capacity(ran.len());
    let mut gone = None;
    for Ran { what, store, keys, rows, start, wait, took, detail } in ran {
        let Some(detail) = detail else { continue };
        let (level, paths) = detail.asked();
        let plan = match (plans_of, &detail.statement) {
            // Who waited for one in vain is not to wait for all.
            (Some(_), Statement::Sql(sql)) if sql.reads() && gone.is_some() => gone.clone(),
            (Some(db), Statement::Sql(sql)) if sql.reads() => match db.shown_plan(sql).await {
                Ok(plan) => Some(plan),
                Err(error) => {
                    tracing::warn!("a plan to explain a request with could not be had: {error}");
                    Some(gone.insert(format!("no plan: {}", error.public_message())).clone())
                }
            },
            // The driver keeps Neo4j's plans to itself.
            _ => None,
        };
        statements.push(Shown {
            store: store.language(),
            what,
            level,
            paths,
            statement: detail.statement.shown(),
            way: match &detail.statement {
                Statement::Sql(sql) => sql.way().map(str::to_owned),
                _ => None,
            },
            parameters: detail.parameters,
            keys,
            rows,
            start_ms: ms(start),
            wait_ms: ms(wait),
            store_ms: ms(took),
            plan,
        });
    }
    Explained { total_ms: ms(total), statements }
}

/// Adds to an answer that was executed what became of it.
pub fn append(explained: &Explained, body: &mut Vec<u8>) {
    if body.last() == Some(&b'}') {
        body.pop();
        body.extend_from_slice(b",\"extensions\":{\"explain\":");
        write_json(explained, body);
        body.extend_from_slice(b"}}");
    }
}
