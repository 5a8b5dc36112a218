//! A GraphQL request, read from an HTTP request within the limits.

use super::answer::Refused;
use crate::{graphql::distinct::is_distinct, request::documents::DOCUMENT_ID};
use async_graphql_axum::{GraphQLRequest, rejection::GraphQLRejection};
use axum::{
    body::{Body, HttpBody},
    extract::{FromRequest, Request},
    http::{HeaderValue, Method, StatusCode, header},
};
use http_body_util::BodyExt;
use serde::Deserialize;
use std::time::Duration;
use tokio::{sync::Semaphore, time::timeout};

/// How a request's body is read.
pub(super) struct Reader {
    max_bytes: usize,
    patience: Duration,
    /// Small bodies are read as they come; of larger ones, only so many at a time, so that memory stays bounded.
    large: Semaphore,
}

/// The most bytes of a small body.
const SMALL: usize = 16 * 1024;
/// How many larger ones are read at the same time.
const LARGE_AT_A_TIME: usize = 64;

const FORM: &str = "the body is no GraphQL request: send one JSON object, {\"query\": \"…\", \"variables\": {…}, \"operationName\": \"…\"}";

const TWICE: &str = "an object in the request has a member twice: it is not known which of the two is meant";

impl Reader {
    pub(super) fn new(max_bytes: usize, patience: Duration) -> Self {
        Reader { max_bytes, patience, large: Semaphore::new(LARGE_AT_A_TIME) }
    }

    /// The GraphQL request, or what is wrong with it.
    pub(super) async fn read(&self, request: Request) -> Result<async_graphql::Request, Refused> {
        match *request.method() {
            Method::GET | Method::HEAD => query(request.uri().query().unwrap_or_default()),
            Method::POST => self.body(request).await,
            Method::PUT | Method::DELETE | Method::PATCH | Method::OPTIONS | Method::TRACE | Method::CONNECT => {
                let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, "send a request by POST, or a query by GET");
                Err(refused.with(header::ALLOW, super::METHODS))
            }
            _ => Err(Refused::new(StatusCode::NOT_IMPLEMENTED, "this method is not known: send a request by POST")),
        }
    }

    async fn body(&self, request: Request) -> Result<async_graphql::Request, Refused> {
        let content_type =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut parts = content_type.split(';').map(str::trim);
        let json = parts.next().is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"));
        let charset = parts.find_map(|part| part.to_ascii_lowercase().strip_prefix("charset=").map(str::to_owned));
        if !json || charset.is_some_and(|charset| charset.trim_matches('"') != "utf-8") {
            let says = "send the request as content-type: application/json, in UTF-8";
            return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, says));
        }
        if request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            let says = "send the request's body as it is, without content-encoding";
            return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, says));
        }
        let (mut parts, body) = request.into_parts();
        // async-graphql looks at the media type too, and knows fewer ways to write it.
        parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let bytes = timeout(self.patience, self.bytes(body)).await.map_err(|_late| {
            let allowed = usize::try_from(self.patience.as_millis()).unwrap_or(usize::MAX);
            let late = Refused::limit(StatusCode::REQUEST_TIMEOUT, "client_timeout_ms", allowed);
            late.with(header::CONNECTION, "close")
        })??;
        // A list would be read as the fields of a request, in their order.
        let is_object = bytes.trim_ascii_start().starts_with(b"{");
        let (id, is_distinct) = (document_id(&bytes), is_distinct(&bytes));
        let request = Request::from_parts(parts, Body::from(bytes));
        match GraphQLRequest::<GraphQLRejection>::from_request(request, &()).await {
            Ok(_) if is_object && !is_distinct => Err(Refused::new(StatusCode::BAD_REQUEST, TWICE)),
            Ok(request) if is_object => named(request.into_inner(), id),
            _ => Err(Refused::new(StatusCode::BAD_REQUEST, FORM)),
        }
    }

    async fn bytes(&self, mut body: Body) -> Result<Vec<u8>, Refused> {
        let too_large = || Refused::limit(StatusCode::PAYLOAD_TOO_LARGE, "max_body_bytes", self.max_bytes);
        let declared = HttpBody::size_hint(&body).lower();
        if declared > self.max_bytes as u64 {
            return Err(too_large());
        }
        let (mut bytes, mut turn) = (Vec::new(), None);
        while let Some(frame) = body.frame().await {
            let cut = |_error| Refused::new(StatusCode::BAD_REQUEST, "the body ended before its time; send it again");
            let Ok(data) = frame.map_err(cut)?.into_data() else { continue };
            if bytes.len() + data.len() > self.max_bytes {
                return Err(too_large());
            }
            if turn.is_none() && bytes.len() + data.len() > SMALL {
                turn = self.large.acquire().await.ok();
            }
            bytes.extend_from_slice(&data);
        }
        Ok(bytes)
    }
}

/// The id of a listed document, which async-graphql does not read.
fn document_id(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "documentId")]
        id: Option<String>,
    }
    let mentioned = body.windows(DOCUMENT_ID.len()).any(|window| window == DOCUMENT_ID.as_bytes());
    mentioned.then(|| serde_json::from_slice::<Named>(body).ok()?.id).flatten()
}

/// A request that names its document in one way or another.
fn named(mut request: async_graphql::Request, id: Option<String>) -> Result<async_graphql::Request, Refused> {
    request.extensions.remove(DOCUMENT_ID);
    if let Some(id) = id {
        request.extensions.insert(DOCUMENT_ID.into(), id.into());
    }
    let by_id = request.extensions.contains_key(DOCUMENT_ID) || request.extensions.contains_key("persistedQuery");
    match request.query.is_empty() && !by_id {
        true => Err(Refused::new(StatusCode::BAD_REQUEST, "there is no `query` in this request")),
        false => Ok(request),
    }
}

fn query(query: &str) -> Result<async_graphql::Request, Refused> {
    let mut request = async_graphql::Request::new("");
    let mut id = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let wrong = |_error| {
            Refused::new(
                StatusCode::BAD_REQUEST,
                &format!("`{name}` in the URL is to be a JSON object, percent-encoded"),
            )
        };
        match &*name {
            "query" => request.query = value.into_owned(),
            "operationName" if !value.is_empty() => request.operation_name = Some(value.into_owned()),
            "variables" if !value.is_empty() => request.variables = serde_json::from_str(&value).map_err(wrong)?,
            "extensions" if !value.is_empty() => request.extensions = serde_json::from_str(&value).map_err(wrong)?,
            DOCUMENT_ID => id = Some(value.into_owned()),
            _ => {}
        }
    }
    named(request, id)
}
