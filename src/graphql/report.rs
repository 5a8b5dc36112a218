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
    /// In how many seconds asking again may help.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    /// How many places have this error that no error names.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<u64>,
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
        Error::TooWide { allowed, asked, .. } => {
            Some(Limit { key: "max_rows_read", allowed: *allowed, asked: *asked, argument: None })
        }
        Error::TooMany { key, argument, allowed, asked } => {
            Some(Limit { key, allowed: *allowed, asked: Some(*asked), argument: Some(argument) })
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
            retry_after: if let Error::TooManyAttempts(seconds) = error { Some(*seconds) } else { None },
            more: None,
        },
    }
}

/// The errors of an answer: so many with their places, and how many more there are.
#[derive(Debug, Default)]
pub struct Faults {
    kept: Vec<Fault>,
    /// One of the others of each code, and how many there are.
    more: Vec<(Error, u64)>,
    /// What the log is told of the others.
    untold: Vec<(Code, String)>,
}

/// The most errors of an answer that have their own place.
pub const MOST_ERRORS: usize = 100;

/// The most texts that the log is told of an answer.
const MOST_TEXTS: usize = 20;

impl Faults {
    /// Notes an error. Its path is built only where it is kept.
    pub fn note(&mut self, path: impl FnOnce() -> Vec<Value>, error: &Error) {
        match self.kept.len() < MOST_ERRORS {
            true => self.kept.push(Fault { path: path(), error: error.clone() }),
            false => self.note_more(error, 1),
        }
    }

    /// Notes an error that many places have.
    pub fn note_all(&mut self, many: usize, path: impl Fn(usize) -> Vec<Value>, error: &Error) {
        let kept = many.min(MOST_ERRORS.saturating_sub(self.kept.len()));
        (0..kept).for_each(|row| self.note(|| path(row), error));
        if many > kept {
            self.note_more(error, (many - kept) as u64);
        }
    }

    fn note_more(&mut self, error: &Error, many: u64) {
        match self.more.iter_mut().find(|(known, _)| known.code() == error.code() && known.limit() == error.limit()) {
            Some((_, count)) => *count += many,
            None => self.more.push((error.clone(), many)),
        }
        if is_logged(error) && self.untold.len() < MOST_TEXTS {
            let told = (error.code(), error.to_string());
            if !self.untold.contains(&told) {
                self.untold.push(told);
            }
        }
    }

    /// Notes that the answer is cut at a place. What failed below it is told no more.
    pub fn cut(&mut self, path: Vec<Value>, error: &Error) {
        self.kept.retain(|fault| !fault.path.starts_with(&path));
        self.note(|| path, error);
    }

    /// The codes of the errors.
    pub fn codes(&self) -> Vec<Code> {
        self.all().map(|(error, _)| error.code()).collect()
    }

    /// The keys of the limits that were gone over.
    pub fn limits(&self) -> Vec<&'static str> {
        self.all().filter_map(|(error, _)| error.limit()).collect()
    }

    fn all(&self) -> impl Iterator<Item = (&Error, Option<u64>)> {
        let kept = self.kept.iter().map(|fault| (&fault.error, None));
        kept.chain(self.more.iter().map(|(error, many)| (error, Some(*many))))
    }
}

fn is_logged(error: &Error) -> bool {
    matches!(error.code(), Code::Internal | Code::DatabaseUnavailable)
}

/// The errors of an answer, logged once where they are faults of ours.
pub fn all(cx: &Cx, request_id: &str) -> Vec<Shown> {
    let faults = cx.faults();
    let mut logged: Vec<String> = Vec::new();
    let kept = faults.kept.iter().filter(|fault| is_logged(&fault.error));
    let kept = kept.map(|fault| (fault.error.code(), fault.error.to_string()));
    for (code, text) in kept.chain(faults.untold.iter().cloned()) {
        if !logged.contains(&text) && logged.len() < MOST_TEXTS {
            tracing::error!(code = code.as_str(), "{text}");
            logged.push(text);
        }
    }
    let kept = faults.kept.iter().map(|fault| error(&fault.error, &fault.path, &[], request_id));
    kept.chain(faults.more.iter().map(|(of, many)| more(of, *many, request_id))).collect()
}

/// That there are more errors of a code.
fn more(of: &Error, many: u64, request_id: &str) -> Shown {
    let mut shown = error(of, &[], &[], request_id);
    shown.message =
        format!("{} ({many} more places: each null that no other error names is one of them)", of.public_message());
    shown.extensions.more = Some(many);
    shown
}
