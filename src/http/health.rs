//! Whether the gateway lives (`/healthz`) and whether it is to be sent requests (`/readyz`).
//!
//! It is ready while the database answers and has tables that this binary can work with. A graph that is away does not count: its fields
//! fail by themselves, and taking every gateway out of service for it would fail all others too.
//!
//! **Invariant:** the stores are asked over connections of their own. Whether they answer does not depend on how many requests wait for
//! the others: gateways that are all busy at once must not all be taken out of service.

use super::App;
use crate::{
    db::{Db, migrate},
    error::Result,
    graph::{self, Counts},
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::timeout};

/// How long the stores may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// For how long what they answered counts, however often it is asked for.
const FRESH: Duration = Duration::from_secs(1);

/// The stores, over connections that nobody else uses.
pub struct Probe {
    /// The relational store.
    pub db: Db,
    /// The graph.
    pub graph: graph::Graph,
}

/// What is known of the stores.
pub(super) struct Health {
    probe: Probe,
    /// The relational store as requests use it: what it could not write is noted there.
    served: Db,
    leaving: AtomicBool,
    /// Held while the stores are asked, so that they are asked once.
    seen: Mutex<Option<(Instant, Seen)>>,
}

/// What the stores answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    database: Database,
    /// How much the graph holds, if it answers.
    pub(super) counts: Option<Counts>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Database {
    state: &'static str,
    /// The version of its tables, where it has them and answers.
    migration: Option<i32>,
    /// The version that this binary needs.
    expected: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Graph {
    state: &'static str,
    store: &'static str,
    backlog: i64,
    lag_ms: i64,
}

#[derive(Serialize)]
struct Report {
    ready: bool,
    leaving: bool,
    database: Database,
    graph: Graph,
}

impl Health {
    pub(super) fn new(probe: Probe, served: Db) -> Self {
        Health { probe, served, leaving: AtomicBool::default(), seen: Mutex::default() }
    }

    /// From now on the gateway says that it is leaving.
    pub(super) fn leave(&self) {
        self.leaving.store(true, Relaxed);
    }

    /// What the stores answer now, or have answered just before.
    pub(super) async fn look(&self) -> Seen {
        let mut seen = self.seen.lock().await;
        if let Some((at, seen)) = *seen
            && at.elapsed() < FRESH
        {
            return seen;
        }
        let graph = async { timeout(PATIENCE, self.probe.graph.counts()).await.ok()?.ok() };
        let ((database, why), counts) = tokio::join!(database(&self.probe.db, self.served.stores_nothing()), graph);
        let before = seen.map_or("up", |(_, seen)| seen.database.state);
        if database.state != before {
            tracing::warn!(database = database.state, why, "readiness changed");
        }
        let now = Seen { database, counts };
        *seen = Some((Instant::now(), now));
        now
    }
}

/// What the database answers, and for the log why it does not.
async fn database(db: &Db, stores_nothing: bool) -> (Database, Option<String>) {
    let expected = migrate::latest(db.dialect()).unwrap_or_default();
    let mut why = None;
    // Reads go on, so it is ready all the same.
    let up = if stores_nothing { "read_only" } else { "up" };
    let (state, migration) = match timeout(PATIENCE, migrate::state(db)).await {
        Ok(Ok(migrate::State::Current)) => (up, Some(expected)),
        // Newer tables may suit an older binary, which then goes on while others are replaced.
        Ok(Ok(migrate::State::Suited(at))) => (up, Some(at)),
        Ok(Ok(migrate::State::Behind(at) | migrate::State::Newer(at, _))) => ("migration", Some(at)),
        Ok(Ok(migrate::State::Empty | migrate::State::Foreign | migrate::State::OtherCase)) => ("migration", None),
        Ok(Err(error)) => {
            why = Some(error.to_string());
            ("down", None)
        }
        Err(_late) => {
            db.forget_idle();
            why = Some(format!("no answer within {} s", PATIENCE.as_secs()));
            ("down", None)
        }
    };
    (Database { state, migration, expected }, why)
}

/// Answers `/readyz`.
pub(super) async fn ready(State(app): State<Arc<App>>, request: Request) -> Response {
    let details = app.desk.operates(app.desk.credentials(&request)).await.is_ok();
    let seen = app.health.look().await;
    let (graph, leaving) = (app.engine.graph(), app.health.leaving.load(Relaxed));
    let status = graph.status();
    let state = match (status.ready, seen.counts, &status.last_error) {
        (true, Some(_), _) if status.is_stalled() => "stalled",
        (true, Some(_), _) => "up",
        (false, _, None) if !status.is_stalled() => "building",
        _ => "down",
    };
    let ready = matches!(seen.database.state, "up" | "read_only") && !leaving;
    let graph = Graph { state, store: graph.store_name(), backlog: status.backlog, lag_ms: status.lag_ms() };
    let report = Report { ready, leaving, database: seen.database, graph };
    // A load balancer reads the status; what the stores are and how they do is for operators.
    let body: Result<String, _> = match details {
        true => serde_json::to_string(&report),
        false => Ok(serde_json::json!({ "ready": ready, "leaving": leaving }).to_string()),
    };
    let code = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    match body {
        Ok(body) => (code, [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body)
            .into_response(),
        Err(error) => {
            tracing::error!("the report of readiness cannot be written: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
