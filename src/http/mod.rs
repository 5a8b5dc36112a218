//! HTTP: the GraphQL endpoint, the playground, health and metrics. The only place that knows axum.
//!
//! `listen` takes connections; `guard` looks at each request's head; `graphql` below reads the request (`request`),
//! waits for its turn (`gate`), has it answered, and sends the answer as the client takes it (`answer`).

mod answer;
mod caller;
mod gate;
mod guard;
mod health;
mod listen;
mod observe;
mod page;
mod request;
mod sending;
mod weighted;

pub use caller::Callers;
pub use health::Probe;
pub use listen::{Certificate, Door, address};

use crate::{
    config::{Config, Explain, LogRequests},
    error::{Error, Result},
    graphql::clock::Clock,
    request::engine::{Answer, Caller, Engine},
    telemetry::{Exporter, Gauges, Metrics, trace::Tracer},
};
use answer::{Media, Refused, refuse, send, status};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use caller::Desk;
use futures_util::FutureExt;
use gate::Gate;
use guard::Guard;
use health::Health;
use listen::Clients;
use observe::{End, Watch};
use request::Reader;
use std::{
    net::SocketAddr,
    panic::AssertUnwindSafe,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, predicate::SizeAbove},
};
use tracing::Instrument;

/// What answering a request needs, and what the gateway keeps count of.
pub struct App {
    engine: Arc<Engine>,
    metrics: Metrics,
    health: Health,
    tracer: Tracer,
    exporter: Option<Exporter>,
    log_requests: LogRequests,
    explain: Explain,
    /// Who is connected, once there is a port.
    clients: OnceLock<Clients>,
    /// For how long requests are still taken once the gateway was told to stop.
    leaving: Duration,
    guard: Guard,
    desk: Desk,
    gate: Gate,
    reader: Reader,
    /// For how long a client may take nothing of its answer.
    patience: Duration,
    /// When it is; passed in, so that tests choose it.
    clock: Box<dyn Fn() -> Clock + Send + Sync>,
    /// Tells requests of this run from those of another.
    run: u64,
    requests: AtomicU64,
}

impl App {
    /// The application around an engine, to be served at an address to these callers; `probe` tells whether its stores answer.
    pub fn new(
        engine: Arc<Engine>,
        probe: Probe,
        callers: Callers,
        config: &Config,
        address: SocketAddr,
        clock: impl Fn() -> Clock + Send + Sync + 'static,
    ) -> Result<Arc<Self>> {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let turn = Duration::from_millis(config.request_timeout_ms);
        let patience = Duration::from_millis(config.client_timeout_ms);
        Ok(Arc::new(App {
            health: Health::new(probe, engine.db().clone()),
            engine,
            metrics: Metrics::default(),
            tracer: Tracer::new((!config.otlp_endpoint.is_empty()).then_some(config.otlp_sample_ratio)),
            exporter: Exporter::start(config)?,
            log_requests: config.log_requests,
            explain: config.explain,
            clients: OnceLock::new(),
            leaving: Duration::from_millis(config.shutdown_delay_ms),
            guard: Guard::new(config, address.ip().is_loopback())?,
            desk: Desk::new(callers, config)?,
            gate: Gate::new(config.max_concurrent_requests, config.max_queued_requests, turn),
            reader: Reader::new(config.max_body_bytes, patience),
            patience,
            clock: Box::new(clock),
            run: since_epoch.as_millis() as u64,
            requests: AtomicU64::new(0),
        }))
    }

    fn request_id(&self) -> String {
        format!("{:x}-{:x}", self.run, self.requests.fetch_add(1, Relaxed))
    }
}

/// Serves until `stop` and as long after as load balancers need to notice, then lets running requests end.
pub async fn serve(door: Door, app: Arc<App>, stop: impl Future<Output = ()>) {
    app.clients.get_or_init(|| door.clients());
    let left = async {
        stop.await;
        app.health.leave();
        tokio::time::sleep(app.leaving).await;
    };
    door.serve(router(app.clone()), left).await;
    if let Some(exporter) = &app.exporter {
        exporter.flush().await;
    }
}

/// What `/healthz` answers.
pub const ALIVE: &str = "alive";

/// What `/graphql` takes.
const METHODS: &str = "GET, HEAD, OPTIONS, POST";

/// Below this an answer is sent as it is: its head is longer.
const COMPRESSED_FROM: u64 = 1024;

fn router(app: Arc<App>) -> Router {
    let compression =
        CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(COMPRESSED_FROM));
    Router::new()
        .route("/graphql", any(graphql))
        .route("/healthz", get(async || format!("{ALIVE}\n")))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics))
        .route("/.well-known/jwks.json", get(keys))
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

async fn metrics(State(app): State<Arc<App>>, request: Request) -> Response {
    if let Err(refused) = app.desk.operates(app.desk.credentials(&request)).await {
        return outside(&app, request.headers(), refused);
    }
    let (engine, graph) = (&app.engine, app.engine.graph());
    let text = app.metrics.text(&Gauges {
        pool: engine.db().state(),
        neo4j: graph.pool(),
        gate: app.gate.state(),
        clients: app.clients.get().map(Clients::state).unwrap_or_default(),
        documents: engine.documents(),
        graph: &graph.status(),
        counts: app.health.look().await.counts,
        logged: app.engine.logs(),
        spans: app.exporter.as_ref().map(Exporter::fate).unwrap_or_default(),
    });
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// The public keys with which others check the gateway's access tokens.
async fn keys(State(app): State<Arc<App>>, request: Request) -> Response {
    let Some(access) = app.desk.access() else { return nowhere(&app, request.headers()) };
    match access.jwks().await {
        Ok(keys) => ([(header::CONTENT_TYPE, "application/jwk-set+json")], keys.to_string()).into_response(),
        Err(error) => {
            tracing::warn!("the keys of access tokens are not there: {error}");
            outside(&app, request.headers(), Refused { status: StatusCode::SERVICE_UNAVAILABLE, error, header: None })
        }
    }
}

async fn graphql(State(app): State<Arc<App>>, request: Request) -> Response {
    let watch = Watch::begin(&app, &request);
    let answering = async {
        let mut response = respond(&app, request, &watch).await;
        if let Ok(trace) = watch.trace.response().parse() {
            response.headers_mut().insert("traceresponse", trace);
        }
        response
    };
    answering.instrument(watch.span()).await
}

async fn respond(app: &Arc<App>, request: Request, watch: &Watch) -> Response {
    let Some(media) = Media::wanted(request.headers()) else {
        let says = "answers are application/graphql-response+json or application/json: accept one of them";
        return turned_away(app, &Refused::new(StatusCode::NOT_ACCEPTABLE, says), Media::Json, watch);
    };
    // Only the executor's own code is caught where it runs; whatever else fails must not cost the connection.
    let answered = AssertUnwindSafe(answered(app, request, watch)).catch_unwind().await;
    let answered = answered.unwrap_or_else(|_panic| {
        let error = Error::Internal("the code that answers a request panicked".into());
        tracing::error!("{error}");
        Err(Refused { status: StatusCode::INTERNAL_SERVER_ERROR, error, header: None })
    });
    match answered {
        Ok(answer) => {
            let status = status(&answer, media);
            watch.end(app, &End::answered(&answer), status);
            send(answer, media, &watch.id, app.patience)
        }
        Err(refused) => turned_away(app, &refused, media, watch),
    }
}

fn turned_away(app: &App, refused: &Refused, media: Media, watch: &Watch) -> Response {
    let (code, limit) = ([refused.error.code()], refused.error.limit());
    watch.end(app, &End::refused(&code, limit.as_slice()), refused.status);
    refuse(refused, media, &watch.id)
}

async fn answered(app: &Arc<App>, request: Request, watch: &Watch) -> Result<Answer, Refused> {
    let may_write = *request.method() == Method::POST;
    let credentials = app.desk.credentials(&request)?;
    let request = app.reader.read(request).await?;
    watch.is_read();
    let place = app.gate.enter().await?;
    let asker = app.desk.asker(credentials).await?;
    gate::has_room(app.engine.memory(), app.engine.limits().max_answer_bytes)?;
    watch.entered();
    let (clock, operates) = ((app.clock)(), asker.principal.operates());
    let caller = Caller {
        scope: app.desk.scope(&asker, clock),
        asker,
        clock,
        request_id: watch.id.clone(),
        may_write,
        recorder: watch.recorder.clone(),
    };
    let mut answer = match app.engine.prepare(request, &caller).await {
        Err(refused) => refused,
        // What is written is written to its end, and entered in the access log, also where the client hangs up meanwhile.
        Ok(ready) if ready.writes() => {
            let app = app.clone();
            let work = async move {
                let _place = place;
                app.engine.execute(ready, caller).await
            };
            tokio::spawn(work.in_current_span()).await.map_err(|_panic| {
                let error = Error::Internal("the code that answers a mutation panicked".into());
                Refused { status: StatusCode::INTERNAL_SERVER_ERROR, error, header: None }
            })?
        }
        Ok(ready) => app.engine.execute(ready, caller).await,
    };
    // Plans and costs speak of everybody's rows.
    if operates {
        watch.explain(app, &mut answer).await;
    }
    Ok(answer)
}
