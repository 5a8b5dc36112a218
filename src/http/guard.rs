//! What is asked of every request before its path is looked at, and what every answer carries.

use super::{
    App,
    answer::{Media, Refused, refuse},
};
use crate::{
    config::Config,
    error::{Error, Result},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::IpAddr, sync::Arc};

/// Who may ask, as far as a request's head can tell.
pub(super) struct Guard {
    max_url_bytes: usize,
    origins: Vec<HeaderValue>,
    /// The names by which clients may call the gateway; `None` for any.
    names: Option<Vec<String>>,
    https: bool,
}

impl Guard {
    pub(super) fn new(config: &Config, loopback: bool) -> Result<Self> {
        let list = |text: &str| -> Vec<String> {
            text.split(',').map(|item| item.trim().to_ascii_lowercase()).filter(|item| !item.is_empty()).collect()
        };
        let origin = |text: String| {
            let (scheme, host) = text.split_once("://").unwrap_or_default();
            let whole =
                matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains(['/', '*', '?', '#', '@']);
            let value = HeaderValue::from_str(&text).ok().filter(|_| whole);
            value.ok_or_else(|| {
                Error::Setup(format!(
                    "cors_origins takes origins as https://app.example or http://localhost:3000, with commas between them, not '{text}'"
                ))
            })
        };
        let names = list(&config.allowed_hosts);
        Ok(Guard {
            max_url_bytes: config.max_url_bytes,
            origins: list(&config.cors_origins).into_iter().map(origin).collect::<Result<_>>()?,
            names: (!names.is_empty() || loopback).then_some(names),
            https: !config.tls_certificate_file.as_os_str().is_empty(),
        })
    }

    fn check(&self, request: &Request) -> Result<(), Refused> {
        let uri = request.uri();
        if uri.path_and_query().map_or(0, |path| path.as_str().len()) > self.max_url_bytes {
            return Err(Refused::limit(StatusCode::URI_TOO_LONG, "max_url_bytes", self.max_url_bytes));
        }
        if request.headers().get_all(header::HOST).iter().nth(1).is_some() {
            return Err(Refused::new(StatusCode::BAD_REQUEST, "a request names one host"));
        }
        let Some(names) = &self.names else { return Ok(()) };
        let given = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = uri.authority().map(|authority| authority.as_str()).or(given).unwrap_or_default();
        match known(host, names) {
            true => Ok(()),
            // A page whose own name was made to point here is still of that name.
            false => Err(Refused::new(
                StatusCode::MISDIRECTED_REQUEST,
                "this gateway does not go by that name; its operator can say so with allowed_hosts",
            )),
        }
    }

    fn allowed_origin<'a>(&self, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
        headers.get(header::ORIGIN).filter(|origin| self.origins.contains(origin))
    }
}

fn known(host: &str, names: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _port)| name),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.parse::<IpAddr>().is_ok() || names.contains(&name)
}

/// Every request passes here, and every answer.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let guard = &app.guard;
    let origin = guard.allowed_origin(request.headers()).cloned();
    let mut response = match guard.check(&request) {
        Err(refused) => refuse(&refused, Media::wanted(request.headers()).unwrap_or(Media::Json), &app.request_id()),
        Ok(()) if *request.method() == Method::OPTIONS => options(&request, origin.is_some()),
        Ok(()) => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    if guard.https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if !guard.origins.is_empty() {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let told = HeaderValue::from_static("retry-after, traceresponse, x-request-id");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, told);
    }
    response
}

/// What may be done here: asked by programs, and by browsers before a page of another origin may.
fn options(request: &Request, allowed_origin: bool) -> Response {
    let methods = if request.uri().path() == "/graphql" { super::METHODS } else { "GET, HEAD, OPTIONS" };
    let mut response = (StatusCode::NO_CONTENT, [(header::ALLOW, methods)]).into_response();
    if allowed_origin && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "accept, authorization, content-type, medimax-explain, traceparent, tracestate",
            ),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    response
}
