//! What a client would rather have: the lists of `Accept` and `Accept-Encoding`, as RFC 9110 has them (12.4.2 and 12.5).

use axum::http::{HeaderMap, HeaderName};

/// The items of such a header, in lower case, each with its weight from 0 (not at all) to 1.
pub(super) fn weighted(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, f32)> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let items = values.flat_map(|value| value.split(',')).map(|item| {
        let mut parts = item.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            // Names of parameters are the same in upper and lower case.
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().ok())?
        });
        (name, weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(1.0))
    });
    items.collect()
}
