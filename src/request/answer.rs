//! An answer, and what becomes of a request that is not executed.

use crate::{
    error::{Code, Error},
    graphql::{budget::Account, report},
};
use serde_json::json;
use std::sync::Arc;

/// An answer, ready to be sent.
pub struct Answer {
    /// The JSON text.
    pub body: Vec<u8>,
    /// What became of the request.
    pub outcome: Outcome,
    /// The codes of its errors.
    pub codes: Vec<Code>,
    /// The keys of the limits that it goes over.
    pub limits: Vec<&'static str>,
    /// The operation's name, where its document is listed: others may be anybody's words.
    pub operation: Option<String>,
    /// What the text takes of the memory of all requests, until it is sent.
    pub held: Option<Arc<Account>>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed: `data` is there, if only in part.
    Executed,
    /// It was refused.
    Refused,
    /// It was refused because it would write, and its method only reads.
    NeedsPost,
    /// It was refused because its document is not on the list.
    Forbidden,
    /// It was refused because the caller is nobody that the gateway knows.
    Unauthenticated,
    /// Its answer is held back, because the access log cannot be written.
    HeldBack,
}

/// Why a request is not executed.
pub(super) struct Refusal {
    pub(super) error: Error,
    pub(super) locations: Vec<async_graphql::Pos>,
}

/// The answer to a request that is not executed.
pub fn refusal(error: &Error, request_id: &str) -> Answer {
    refused(&[Refusal { error: error.clone(), locations: Vec::new() }], request_id)
}

pub(super) fn refused(refusals: &[Refusal], request_id: &str) -> Answer {
    let errors: Vec<_> =
        refusals.iter().map(|refusal| report::error(&refusal.error, &[], &refusal.locations, request_id)).collect();
    let mut body = Vec::new();
    crate::db::write_json(&json!({ "errors": errors }), &mut body);
    let outcome = match refusals {
        [Refusal { error: Error::NeedsPost, .. }] => Outcome::NeedsPost,
        [Refusal { error: Error::NotListed | Error::NotAllowed(_), .. }] => Outcome::Forbidden,
        [Refusal { error: Error::Unauthenticated(_), .. }] => Outcome::Unauthenticated,
        [Refusal { error: Error::HeldBack(..), .. }] => Outcome::HeldBack,
        _ => Outcome::Refused,
    };
    let codes = refusals.iter().map(|refusal| refusal.error.code()).collect();
    let limits = refusals.iter().filter_map(|refusal| refusal.error.limit()).collect();
    Answer { body, outcome, codes, limits, operation: None, held: None }
}
