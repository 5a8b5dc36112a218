//! Errors as a client sees them: one shape, a code each, nothing of the inside.

use super::context::Cx;
use crate::error::{Code, Error};
use serde_json::{Value, json};

/// An error at a place in the answer.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The response keys and list places that lead to it.
    pub path: Vec<Value>,
    /// What went wrong.
    pub error: Error,
}

/// One error as a client sees it.
pub fn error(error: &Error, path: &[Value], locations: &[async_graphql::Pos], request_id: &str) -> Value {
    let mut extensions = json!({ "code": error.code().as_str() });
    if error.code() == Code::Internal {
        extensions["requestId"] = request_id.into();
    }
    if let Error::Limit { key, allowed, asked } = error {
        extensions["limit"] = json!({ "key": key, "allowed": allowed, "asked": asked });
    }
    let mut out = json!({ "message": error.public_message() });
    if !locations.is_empty() {
        out["locations"] = locations.iter().map(|at| json!({ "line": at.line, "column": at.column })).collect();
    }
    if !path.is_empty() {
        out["path"] = path.into();
    }
    out["extensions"] = extensions;
    out
}

/// The errors of an answer, logged once where they are faults of ours.
pub fn all(cx: &Cx, request_id: &str) -> Vec<Value> {
    let faults = cx.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut logged: Vec<String> = Vec::new();
    for fault in faults.iter() {
        let text = fault.error.to_string();
        if matches!(fault.error.code(), Code::Internal | Code::DatabaseUnavailable) && !logged.contains(&text) {
            tracing::error!(request.id = request_id, code = fault.error.code().as_str(), "{text}");
            logged.push(text);
        }
    }
    faults.iter().map(|fault| error(&fault.error, &fault.path, &[], request_id)).collect()
}
