//! The query page: three files and the samples, all in the binary.

use super::App;
use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use include_dir::{Dir, include_dir};
use std::sync::Arc;

static SAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/http/page/samples");

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(async || file("text/html; charset=utf-8", include_str!("page/index.html"))))
        .route("/page.css", get(async || file("text/css; charset=utf-8", include_str!("page/page.css"))))
        .route("/page.js", get(async || file("text/javascript; charset=utf-8", include_str!("page/page.js"))))
        .route("/samples.json", get(async || file("application/json", &samples())))
}

fn file(media_type: &'static str, text: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text.to_owned()).into_response()
}

/// The samples as the page reads them. A file begins with a comment that says what it shows, and may end with one
/// that holds its variables.
fn samples() -> String {
    let mut files: Vec<_> =
        SAMPLES.files().filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?))).collect();
    files.sort_unstable();
    let sample = |(name, text): (&str, &str)| {
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let variables = text.lines().find_map(|line| line.strip_prefix("# variables: ")).unwrap_or_default();
        let query: Vec<&str> = text.lines().skip(1).filter(|line| !line.starts_with("# variables: ")).collect();
        serde_json::json!({ "name": name, "title": title, "query": query.join("\n").trim(), "variables": variables })
    };
    files.into_iter().map(sample).collect::<serde_json::Value>().to_string()
}
