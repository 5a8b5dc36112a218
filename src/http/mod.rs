//! HTTP: the GraphQL endpoint, the query page, health and metrics. The only place that knows axum.

mod page;

use crate::{
    config::Config,
    error::{Error, Result},
    graphql::{
        context::Recorder,
        engine::{self, Answer, Caller, Engine},
    },
    scope::Scope,
    telemetry::Metrics,
};
use async_graphql_axum::{GraphQLRequest, rejection::GraphQLRejection};
use axum::{
    Router,
    body::Body,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};
use tokio::net::TcpListener;

/// What answering a request needs, and what the gateway keeps count of.
pub struct App {
    engine: Engine,
    metrics: Metrics,
    max_body_bytes: usize,
    /// The day it is; passed in, so that tests choose it.
    today: fn() -> chrono::NaiveDate,
    /// Tells requests of this run from those of another.
    run: u64,
    requests: AtomicU64,
}

impl App {
    /// The application around an engine.
    pub fn new(engine: Engine, config: &Config, today: fn() -> chrono::NaiveDate) -> Arc<Self> {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Arc::new(App {
            engine,
            metrics: Metrics::default(),
            max_body_bytes: config.max_body_bytes,
            today,
            run: since_epoch.as_millis() as u64,
            requests: AtomicU64::new(0),
        })
    }

    fn request_id(&self) -> String {
        format!("{:x}-{:x}", self.run, self.requests.fetch_add(1, Relaxed))
    }
}

/// The routes.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/graphql", post(graphql))
        .route("/healthz", get(async || "alive\n"))
        .route("/metrics", get(metrics))
        .merge(page::router())
        .fallback(async || {
            let error = Error::BadInput("nothing is here: GraphQL is at /graphql, the query page at /".into());
            send(StatusCode::NOT_FOUND, engine::refusal(&error, ""), false, "")
        })
        .with_state(app)
}

/// The address to listen on, refused where it would show data to a network without log-in.
pub fn address(config: &Config) -> Result<SocketAddr> {
    let wrong = || Error::Setup(format!("listen must be ADDRESS:PORT, as 127.0.0.1:8080, not '{}'", config.listen));
    let text = config.listen.replacen("localhost:", "127.0.0.1:", 1);
    let address: SocketAddr = text.parse().map_err(|_not_an_address| wrong())?;
    if !address.ip().is_loopback() && !config.no_auth {
        return Err(Error::Setup(format!(
            "{address} can be reached from other machines and there is no log-in yet: listen on 127.0.0.1, or say --no-auth if something in front of the gateway decides who may ask"
        )));
    }
    Ok(address)
}

/// Opens the port.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    let refused = |error: std::io::Error| {
        Error::Setup(format!("cannot listen on {address}: {error}; choose another with --listen"))
    };
    TcpListener::bind(address).await.map_err(refused)
}

/// How long running requests may take to end after the gateway was told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until `stop`, then lets running requests end.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (told, mut stopping) = tokio::sync::watch::channel(false);
    let serving = axum::serve(listener, router(app)).with_graceful_shutdown(async move {
        stop.await;
        let _ = told.send(true);
    });
    let too_long = async move {
        let _ = stopping.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = serving => ended.map_err(|error| Error::Internal(format!("serving ended: {error}"))),
        () = too_long => Ok(()),
    }
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let graph = app.engine.graph();
    let text = app.metrics.text(app.engine.db().state(), &graph.status(), graph.counts().await.ok());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

async fn graphql(State(app): State<Arc<App>>, request: Request) -> Response {
    let (started, request_id) = (Instant::now(), app.request_id());
    let modern = accepts_graphql_response(request.headers());
    let (status, answer) = match read(request, app.max_body_bytes).await {
        Err((status, error)) => (status, engine::refusal(&error, &request_id)),
        Ok(request) => {
            let caller = Caller {
                scope: Scope::everything(),
                today: (app.today)(),
                request_id: request_id.clone(),
                recorder: Recorder::default(),
            };
            let answer = app.engine.run(request, caller).await;
            // The older media type knows only success for a request that was understood.
            let status = if answer.executed || !modern { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            (status, answer)
        }
    };
    app.metrics.answered(answer.executed, &answer.codes, started.elapsed());
    send(status, answer, modern, &request_id)
}

/// Reads the request, or says what is wrong with it.
async fn read(request: Request, max_bytes: usize) -> Result<async_graphql::Request, (StatusCode, Error)> {
    let content_type =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let error = Error::BadInput("send the request as content-type: application/json".into());
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let (mut parts, body) = request.into_parts();
    // async-graphql looks at the media type too, and knows fewer ways to write it.
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let bytes = axum::body::to_bytes(body, max_bytes).await.map_err(|_too_large| {
        let error = Error::Limit { key: "max_body_bytes", allowed: max_bytes as u64, asked: None };
        (StatusCode::PAYLOAD_TOO_LARGE, error)
    })?;
    // A list would be read as the fields of a request, in their order.
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    let request = Request::from_parts(parts, Body::from(bytes));
    match GraphQLRequest::<GraphQLRejection>::from_request(request, &()).await {
        Ok(request) if is_object => Ok(request.into_inner()),
        _ => {
            let text = "the body is no GraphQL request: send one JSON object, {\"query\": \"…\", \"variables\": {…}, \"operationName\": \"…\"}";
            Err((StatusCode::BAD_REQUEST, Error::BadInput(text.into())))
        }
    }
}

const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

fn accepts_graphql_response(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains(GRAPHQL_RESPONSE)
}

fn send(status: StatusCode, answer: Answer, modern: bool, request_id: &str) -> Response {
    let media_type =
        if modern { "application/graphql-response+json; charset=utf-8" } else { "application/json; charset=utf-8" };
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", id);
    }
    response
}
