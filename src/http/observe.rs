//! What is told of a request: to metrics, to the log, to the collector of traces, and to who asked to have it explained.

use super::App;
use crate::{
    config::{Explain, LogRequests},
    error::Code,
    graphql::recorder::{Ran, Recorder, Store},
    request::{
        engine::{Answer, Outcome},
        explain::{self, explained},
    },
    telemetry::{
        Request as Counted, Role, Span,
        trace::{Parent, Trace},
    },
};
use axum::{
    extract::Request,
    http::{StatusCode, header},
};
use serde_json::json;
use std::{
    net::IpAddr,
    sync::OnceLock,
    time::{Duration, Instant, SystemTime},
};

/// Who is at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// A request on its way.
pub(super) struct Watch {
    pub(super) id: String,
    pub(super) trace: Trace,
    pub(super) recorder: Recorder,
    clock: SystemTime,
    began: Instant,
    /// Whether it is to be explained, and with plans.
    explain: Option<bool>,
    /// When it was read, and when its turn came.
    read: OnceLock<Duration>,
    entered: OnceLock<Duration>,
}

/// How a request ended.
pub(super) struct End<'a> {
    operation: Option<&'a str>,
    outcome: &'static str,
    executed: bool,
    codes: &'a [Code],
    limits: &'a [&'static str],
}

impl<'a> End<'a> {
    pub(super) fn answered(answer: &'a Answer) -> Self {
        let executed = answer.outcome == Outcome::Executed;
        let outcome = match (executed, answer.codes.is_empty()) {
            (true, true) => "answered",
            (true, false) => "failed",
            (false, _) => "refused",
        };
        End { operation: answer.operation.as_deref(), outcome, executed, codes: &answer.codes, limits: &answer.limits }
    }

    /// HTTP alone refuses it.
    pub(super) fn refused(codes: &'a [Code], limits: &'a [&'static str]) -> Self {
        End { operation: None, outcome: "refused", executed: false, codes, limits }
    }
}

impl Watch {
    pub(super) fn begin(app: &App, request: &Request) -> Self {
        let (clock, began) = (SystemTime::now(), Instant::now());
        let headers = request.headers();
        let mut parents = headers.get_all("traceparent").iter();
        let parent = parents.next().and_then(|value| Parent::read(value.to_str().ok()?));
        // Two say nothing.
        let trace = app.tracer.trace(parent.filter(|_| parents.next().is_none()));
        let explain = explains(app.explain, request);
        let recorder = Recorder::since(began, explain.is_some() || trace.sampled);
        let (read, entered) = (OnceLock::new(), OnceLock::new());
        Watch { id: app.request_id(), trace, recorder, clock, began, explain, read, entered }
    }

    /// What every line of the log says that is written while the request is answered. Whatever the level, so that it does.
    pub(super) fn span(&self) -> tracing::Span {
        tracing::error_span!("request", request.id = self.id, trace.id = %self.trace.id)
    }

    /// Its body was read.
    pub(super) fn is_read(&self) {
        self.read.get_or_init(|| self.began.elapsed());
    }

    /// Its turn came.
    pub(super) fn entered(&self) {
        self.entered.get_or_init(|| self.began.elapsed());
    }

    /// Explains an answer to who asked for that and may.
    pub(super) async fn explain(&self, app: &App, answer: &mut Answer) {
        if let (Some(plans), Outcome::Executed) = (self.explain, answer.outcome) {
            let total = self.began.elapsed();
            let explained = explained(&self.recorder, total, plans.then(|| app.engine.db())).await;
            explain::append(&explained, &mut answer.body);
        }
    }

    /// Tells of a request that has its answer.
    pub(super) fn end(&self, app: &App, end: &End<'_>, status: StatusCode) {
        let (took, ran) = (self.began.elapsed(), self.recorder.ran());
        let queued = self.read.get().zip(self.entered.get()).map(|(read, entered)| *entered - *read);
        let End { operation, executed, codes, limits, .. } = *end;
        app.metrics.answered(&Counted { operation, executed, codes, limits, ran: &ran, took, queued });
        let wanted = match app.log_requests {
            LogRequests::Off => false,
            LogRequests::Errors => !codes.is_empty(),
            LogRequests::All => true,
        };
        if wanted {
            let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
            let (status, ms) = (status.as_u16(), took.as_micros() as f64 / 1000.0);
            tracing::info!(
                operation,
                status,
                outcome = end.outcome,
                codes = (!names.is_empty()).then(|| names.join(",")),
                statements = ran.len(),
                ms,
                "graphql"
            );
        }
        if let (Some(exporter), true) = (&app.exporter, self.trace.sampled) {
            exporter.export(self.spans(app, end, status, took, ran));
        }
    }

    fn spans(&self, app: &App, end: &End<'_>, status: StatusCode, took: Duration, ran: Vec<Ran>) -> Vec<Span> {
        let part = |name: &str, role, start: Duration, took, attributes, failed| Span {
            trace: self.trace.id,
            id: app.tracer.span(),
            parent: Some(self.trace.span),
            name: name.to_owned(),
            role,
            start: self.clock + start,
            took,
            attributes,
            failed,
        };
        let mut about = vec![
            ("medimax.request.id", json!(self.id)),
            ("http.response.status_code", json!(status.as_u16())),
            ("medimax.outcome", json!(end.outcome)),
        ];
        about.extend(end.operation.map(|name| ("graphql.operation.name", json!(name))));
        if !end.codes.is_empty() {
            about.push(("medimax.codes", end.codes.iter().map(|code| code.as_str()).collect()));
        }
        // What a client does wrong is no failure of ours.
        let failed = end.codes.iter().any(|code| is_fault(*code));
        let request = part(end.operation.unwrap_or("graphql"), Role::Server, Duration::ZERO, took, about, failed);
        let mut spans = vec![Span { id: self.trace.span, parent: self.trace.parent, ..request }];
        let marks = [self.read.get().copied(), self.entered.get().copied(), self.recorder.prepared()];
        let mut before = Duration::ZERO;
        for (name, mark) in ["read", "wait for a turn", "validate"].into_iter().zip(marks) {
            let Some(mark) = mark else { break };
            spans.push(part(name, Role::Internal, before, mark.saturating_sub(before), Vec::new(), false));
            before = mark;
        }
        let dialect = app.engine.db().dialect().as_str();
        spans.extend(ran.into_iter().map(|ran| {
            let (system, role) = match ran.store {
                Store::Database => (dialect, Role::Client),
                Store::Graph => ("neo4j", Role::Client),
                Store::Memory => ("memory", Role::Internal),
            };
            let mut about = vec![
                ("db.system.name", json!(system)),
                ("medimax.connection_wait_ms", json!(ran.wait.as_micros() as f64 / 1000.0)),
            ];
            about.extend(ran.detail.map(|detail| ("db.query.text", json!(detail.statement.shown()))));
            about.extend(ran.keys.map(|keys| ("medimax.keys", json!(keys))));
            about.extend(ran.rows.map(|rows| ("db.response.returned_rows", json!(rows))));
            part(ran.what, role, ran.start, ran.wait + ran.took, about, ran.rows.is_none())
        }));
        spans
    }
}

/// Whether an error tells of a fault of the gateway or its stores.
fn is_fault(code: Code) -> bool {
    matches!(code, Code::Internal | Code::DatabaseUnavailable | Code::GraphUnavailable | Code::Timeout)
}

/// Whether a request is to be explained, and with plans.
fn explains(allowed: Explain, request: &Request) -> Option<bool> {
    let plans = match request.headers().get("medimax-explain")?.as_bytes() {
        b"1" => false,
        b"plan" => true,
        _ => return None,
    };
    let here = || {
        let peer = request.extensions().get::<Peer>().is_some_and(|peer| peer.0.to_canonical().is_loopback());
        // A proxy on this machine brings clients from elsewhere.
        let brought = [header::FORWARDED.as_str(), "x-forwarded-for", header::VIA.as_str()];
        peer && !brought.iter().any(|name| request.headers().contains_key(*name))
    };
    match allowed {
        Explain::Off => false,
        Explain::Loopback => here(),
        Explain::On => true,
    }
    .then_some(plans)
}
