//! HTTP: the GraphQL endpoint, the playground, health and metrics. The only place that knows axum.
//!
//! `listen` takes connections; `guard` looks at each request's head; `graphql` below reads the request (`request`),
//! waits for its turn (`gate`), has it answered, and sends the answer as the client takes it (`answer`).

mod answer;
mod gate;
mod guard;
mod listen;
mod page;
mod request;

pub use listen::{Certificate, Door, address};

use crate::{
    config::Config,
    error::{Error, Result},
    graphql::{
        context::Recorder,
        engine::{Caller, Engine, Outcome},
    },
    scope::Scope,
    telemetry::Metrics,
};
use answer::{Media, Refused, refuse, send};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use futures_util::FutureExt;
use gate::Gate;
use guard::Guard;
use request::Reader;
use std::{
    net::SocketAddr,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
};

/// What answering a request needs, and what the gateway keeps count of.
pub struct App {
    engine: Arc<Engine>,
    metrics: Metrics,
    guard: Guard,
    gate: Gate,
    reader: Reader,
    /// The day it is; passed in, so that tests choose it.
    today: fn() -> chrono::NaiveDate,
    /// Tells requests of this run from those of another.
    run: u64,
    requests: AtomicU64,
}

impl App {
    /// The application around an engine, to be served at an address.
    pub fn new(
        engine: Arc<Engine>,
        config: &Config,
        address: SocketAddr,
        today: fn() -> chrono::NaiveDate,
    ) -> Result<Arc<Self>> {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let patience = Duration::from_millis(config.request_timeout_ms);
        Ok(Arc::new(App {
            engine,
            metrics: Metrics::default(),
            guard: Guard::new(config, address.ip().is_loopback())?,
            gate: Gate::new(config.max_concurrent_requests, config.max_queued_requests, patience),
            reader: Reader::new(config.max_body_bytes, Duration::from_millis(config.client_timeout_ms)),
            today,
            run: since_epoch.as_millis() as u64,
            requests: AtomicU64::new(0),
        }))
    }

    fn request_id(&self) -> String {
        format!("{:x}-{:x}", self.run, self.requests.fetch_add(1, Relaxed))
    }
}

/// Serves until `stop`, then lets running requests end.
pub async fn serve(door: Door, app: Arc<App>, stop: impl Future<Output = ()>) {
    door.serve(router(app), stop).await;
}

/// What `/graphql` takes.
const METHODS: &str = "GET, HEAD, OPTIONS, POST";

/// Below this an answer is sent as it is: its head is longer.
const COMPRESSED_FROM: u64 = 1024;

fn router(app: Arc<App>) -> Router {
    let compression =
        CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(COMPRESSED_FROM));
    Router::new()
        .route("/graphql", any(graphql))
        .route("/healthz", get(async || "alive\n"))
        .route("/metrics", get(metrics))
        .merge(page::router())
        .method_not_allowed_fallback(async |State(app): State<Arc<App>>, headers: HeaderMap| {
            let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, "this is only read: use GET");
            outside(&app, &headers, refused)
        })
        .fallback(async |State(app): State<Arc<App>>, headers: HeaderMap| nowhere(&app, &headers))
        .layer(compression)
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard))
        .with_state(app)
}

fn nowhere(app: &App, headers: &HeaderMap) -> Response {
    let says = "nothing is here: GraphQL is at /graphql, the playground at /";
    outside(app, headers, Refused::new(StatusCode::NOT_FOUND, says))
}

fn outside(app: &App, headers: &HeaderMap, refused: Refused) -> Response {
    refuse(&refused, Media::wanted(headers).unwrap_or(Media::Json), &app.request_id())
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let graph = app.engine.graph();
    let text = app.metrics.text(app.engine.db().state(), app.gate.state(), &graph.status(), graph.counts().await.ok());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

async fn graphql(State(app): State<Arc<App>>, request: Request) -> Response {
    let (started, request_id) = (Instant::now(), app.request_id());
    let Some(media) = Media::wanted(request.headers()) else {
        let says = "answers are application/graphql-response+json or application/json: accept one of them";
        return refuse(&Refused::new(StatusCode::NOT_ACCEPTABLE, says), Media::Json, &request_id);
    };
    // Only the executor's own code is caught where it runs; whatever else fails must not cost the connection.
    let answered = AssertUnwindSafe(answered(&app, request, &request_id)).catch_unwind().await;
    let answered = answered.unwrap_or_else(|_panic| {
        let error = Error::Internal("the code that answers a request panicked".into());
        tracing::error!(request.id = request_id, "{error}");
        Err(Refused { status: StatusCode::INTERNAL_SERVER_ERROR, error, header: None })
    });
    match answered {
        Ok(answer) => {
            app.metrics.answered(answer.outcome == Outcome::Executed, &answer.codes, started.elapsed());
            send(answer, media, &request_id)
        }
        Err(refused) => {
            app.metrics.answered(false, &[refused.error.code()], started.elapsed());
            refuse(&refused, media, &request_id)
        }
    }
}

async fn answered(app: &App, request: Request, request_id: &str) -> Result<crate::graphql::engine::Answer, Refused> {
    let may_write = *request.method() == Method::POST;
    let request = app.reader.read(request).await?;
    let _place = app.gate.enter().await?;
    let caller = Caller {
        scope: Scope::everything(),
        today: (app.today)(),
        request_id: request_id.to_owned(),
        may_write,
        recorder: Recorder::default(),
    };
    Ok(app.engine.run(request, caller).await)
}
