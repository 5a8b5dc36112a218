//! Answers: the one shape of all of them, and the media type that the client takes.

use super::sending::Sending;
use super::weighted::weighted;
use crate::{
    error::Error,
    request::engine::{Answer, Outcome, refusal},
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::time::Duration;

/// The media types of a GraphQL answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was executed.
    Modern,
    /// `application/json`: the status tells whether it could be read.
    Json,
}

impl Media {
    fn name(self) -> &'static str {
        match self {
            Media::Modern => "application/graphql-response+json; charset=utf-8",
            Media::Json => "application/json; charset=utf-8",
        }
    }

    /// What a client takes, `application/json` if it does not care; `None` if neither.
    pub(super) fn wanted(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::ACCEPT) {
            return Some(Media::Json);
        }
        let (mut modern, mut json, mut any) = (None, None, None);
        for (name, quality) in weighted(headers, &header::ACCEPT) {
            match name.as_str() {
                "application/graphql-response+json" => modern = Some(quality),
                "application/json" => json = Some(quality),
                "application/*" => any = Some(quality),
                // Java's own client has always sent a bare star.
                "*/*" | "*" => any = any.or(Some(quality)),
                _ => {}
            }
        }
        // Who takes anything knows nothing of the newer type.
        let (modern, json) = (modern.unwrap_or(0.0), json.or(any).unwrap_or(0.0));
        match modern > 0.0 || json > 0.0 {
            true if modern >= json => Some(Media::Modern),
            true => Some(Media::Json),
            false => None,
        }
    }
}

/// The status of an answer of the engine.
pub(super) fn status(answer: &Answer, media: Media) -> StatusCode {
    match (answer.outcome, media) {
        (Outcome::Executed, _) => StatusCode::OK,
        (Outcome::NeedsPost, _) => StatusCode::METHOD_NOT_ALLOWED,
        // The older media type knows only success for a request that was understood.
        (Outcome::Refused | Outcome::Forbidden, Media::Json) => StatusCode::OK,
        (Outcome::Refused, Media::Modern) => StatusCode::BAD_REQUEST,
        (Outcome::Forbidden, Media::Modern) => StatusCode::FORBIDDEN,
        // What HTTP itself knows is told whatever the media type.
        (Outcome::Unauthenticated, _) => StatusCode::UNAUTHORIZED,
        (Outcome::HeldBack, _) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Sends an answer of the engine.
pub(super) fn send(answer: Answer, media: Media, request_id: &str, patience: Duration) -> Response {
    let (status, outcome) = (status(&answer, media), answer.outcome);
    let body = Body::new(Sending::new(answer.body, answer.held, patience));
    let mut response = with_status(status, body, media, request_id);
    let called_for = match outcome {
        Outcome::NeedsPost => Some((header::ALLOW, "POST")),
        Outcome::Unauthenticated => Some((header::WWW_AUTHENTICATE, "Bearer")),
        Outcome::HeldBack => Some((header::RETRY_AFTER, "1")),
        Outcome::Executed | Outcome::Refused | Outcome::Forbidden => None,
    };
    if let Some((name, value)) = called_for {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Refuses a request that is none, or that cannot be answered now.
pub(super) fn refuse(refused: &Refused, media: Media, request_id: &str) -> Response {
    let mut response = with_status(refused.status, refusal(&refused.error, request_id).body, media, request_id);
    if let Some((name, value)) = &refused.header {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why HTTP alone refuses a request.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) error: Error,
    /// What the status calls for besides.
    pub(super) header: Option<(HeaderName, &'static str)>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, says: &str) -> Self {
        Refused { status, error: Error::BadInput(says.into()), header: None }
    }

    pub(super) fn limit(status: StatusCode, key: &'static str, allowed: usize) -> Self {
        Refused { status, error: Error::Limit { key, allowed: allowed as u64, asked: None }, header: None }
    }

    pub(super) fn with(self, name: HeaderName, value: &'static str) -> Self {
        Refused { header: Some((name, value)), ..self }
    }
}

fn with_status(status: StatusCode, body: impl IntoResponse, media: Media, request_id: &str) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.name()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", id);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_s_wish_is_weighed() {
        const NEW: &str = "application/graphql-response+json";
        for (accept, expected) in [
            ("*/*", Some(Media::Json)),
            ("application/*", Some(Media::Json)),
            ("application/json", Some(Media::Json)),
            ("application/json; charset=utf-8", Some(Media::Json)),
            ("text/html, application/xhtml+xml, */*;q=0.8", Some(Media::Json)),
            (NEW, Some(Media::Modern)),
            ("Application/GraphQL-Response+JSON; charset=utf-8, application/json; charset=utf-8", Some(Media::Modern)),
            ("application/json, application/graphql-response+json;q=0.9", Some(Media::Json)),
            ("application/graphql-response+json;q=0, */*", Some(Media::Json)),
            ("application/json;q=0, application/graphql-response+json;q=0.1", Some(Media::Modern)),
            ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", Some(Media::Json)),
            ("*", Some(Media::Json)),
            ("*;q=0", None),
            ("application/json;Q=0", None),
            ("application/json; Q = 0.5, application/graphql-response+json;Q=0.4", Some(Media::Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(accept).unwrap())]);
            assert_eq!(Media::wanted(&headers), expected, "{accept}");
        }
        assert_eq!(Media::wanted(&HeaderMap::new()), Some(Media::Json));
    }
}
