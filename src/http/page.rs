//! The playground, the lists of patients, doctors and institutions, the page of each one of them, and the access log: the assets that `web/` builds, all in the binary.

use super::{App, weighted::weighted};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use flate2::read::GzDecoder;
use include_dir::{Dir, include_dir};
use std::{io::Read, sync::Arc};

/// Each file stands there compressed in both ways, and not otherwise.
static ASSETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web/dist");

/// Changes with the assets: a build watches this file, and would not notice a change of the folder.
const _: &str = include_str!("../../web/dist/sources.sha256");

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn router() -> Router<Arc<App>> {
    let page = |path: &'static str| {
        get(async move |State(app): State<Arc<App>>, headers: HeaderMap| found(&app, &headers, file(path, &headers)))
    };
    let to = |path: &'static str| get(async move || Redirect::permanent(path));
    Router::new()
        .route("/", page("index.html"))
        .route("/patients", to("/patients/"))
        .route("/patients/", page("patients.html"))
        .route("/patients/{id}", page("patient.html"))
        .route("/doctors", to("/doctors/"))
        .route("/doctors/", page("staff.html"))
        .route("/doctors/{id}", page("staff.html"))
        .route("/institutions", to("/institutions/"))
        .route("/institutions/", page("staff.html"))
        .route("/institutions/{id}", page("staff.html"))
        .route("/access", to("/access/"))
        .route("/access/", page("access.html"))
        .route("/licenses.txt", page("licenses.txt"))
        .route("/assets/{name}", get(asset))
}

/// A file whose name holds its digest, so it never changes.
async fn asset(State(app): State<Arc<App>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let mut response = found(&app, &headers, file(&format!("assets/{name}"), &headers));
    if response.status() == StatusCode::OK {
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, forever);
    }
    response
}

fn found(app: &App, headers: &HeaderMap, file: Option<Response>) -> Response {
    file.unwrap_or_else(|| super::nowhere(app, headers))
}

/// A file, compressed as the client would have it.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let stored = |coding: &str| ASSETS.get_file(format!("{path}.{coding}")).map(include_dir::File::contents);
    let (brotli, gzip) = stored("br").zip(stored("gz"))?;
    let common = [
        (header::CONTENT_TYPE, media_type(path)),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept-encoding"),
    ];
    let (br, gz) = (weight(headers, "br"), weight(headers, "gzip"));
    Some(if br > 0.0 && br >= gz {
        (common, [(header::CONTENT_ENCODING, "br")], brotli).into_response()
    } else if gz > 0.0 {
        (common, [(header::CONTENT_ENCODING, "gzip")], gzip).into_response()
    } else {
        let mut plain = Vec::new();
        match GzDecoder::new(gzip).read_to_end(&mut plain) {
            Ok(_) => (common, plain).into_response(),
            Err(error) => {
                tracing::error!(asset.path = path, %error, "an asset in the binary cannot be unpacked");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    })
}

/// How much a client wants a coding, by its name or by the star for all that it does not name.
fn weight(headers: &HeaderMap, coding: &str) -> f32 {
    let offers = weighted(headers, &header::ACCEPT_ENCODING);
    let of = |name: &str| offers.iter().find(|(offer, _)| offer == name).map(|(_, weight)| *weight);
    of(coding).or_else(|| of("*")).unwrap_or(0.0)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}
