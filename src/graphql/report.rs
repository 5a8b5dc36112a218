//! Errors as a client sees them: one shape, a code each, nothing of the inside.

use super::context::Cx;
use crate::error::{Code, Error, Violation};
use serde::Serialize;
use serde_json::Value;

/// An error at a place in the answer.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The response keys and list places that lead to it.
    pub path: Vec<Value>,
    /// What went wrong.
    pub error: Error,
}

/// One error as a client sees it; written in this order.
#[derive(Debug, Serialize)]
pub struct Shown {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<async_graphql::Pos>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<Value>,
    extensions: Extensions,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<Limit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Violation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<String>,
}

#[derive(Debug, Serialize)]
struct Limit {
    key: &'static str,
    allowed: u64,
    asked: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    argument: Option<&'static str>,
}

/// One error as a client sees it.
pub fn error(error: &Error, path: &[Value], locations: &[async_graphql::Pos], request_id: &str) -> Shown {
    let limit = match error {
        Error::Limit { key, allowed, asked } => Some(Limit { key, allowed: *allowed, asked: *asked, argument: None }),
        Error::TooMany { argument, allowed, asked } => {
            Some(Limit { key: "max_page_size", allowed: *allowed, asked: Some(*asked), argument: Some(argument) })
        }
        _ => None,
    };
    Shown {
        message: error.public_message(),
        locations: locations.to_vec(),
        path: path.to_vec(),
        extensions: Extensions {
            code: error.code().as_str(),
            request_id: (error.code() == Code::Internal).then(|| request_id.to_owned()),
            limit,
            violations: if let Error::Invalid(violations) = error { violations.clone() } else { Vec::new() },
            current_version: if let Error::Changed(version) = error { Some(version.clone()) } else { None },
        },
    }
}

/// The errors of an answer, logged once where they are faults of ours.
pub fn all(cx: &Cx, request_id: &str) -> Vec<Shown> {
    let faults = cx.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut logged: Vec<String> = Vec::new();
    for fault in faults.iter() {
        let text = fault.error.to_string();
        if matches!(fault.error.code(), Code::Internal | Code::DatabaseUnavailable) && !logged.contains(&text) {
            tracing::error!(code = fault.error.code().as_str(), "{text}");
            logged.push(text);
        }
    }
    faults.iter().map(|fault| error(&fault.error, &fault.path, &[], request_id)).collect()
}
