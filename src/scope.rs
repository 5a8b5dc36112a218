//! Which patients a caller may see: an argument of every read.
//!
//! **Invariant:** no statement that leads from a table or from rows to other rows can be built without a [`Scope`], but the one to
//! their owners (`db::select`). What reads more of a row by its own key (a large text, its version) takes the keys of rows that passed one. Whether a scope needs to stand in the statement follows from the references of the
//! tables (`db::table`).

use std::sync::Arc;

/// The patients that a caller may see.
#[derive(Debug, Clone)]
pub struct Scope(Option<Arc<[i32]>>);

impl Scope {
    /// Every patient.
    pub fn everything() -> Self {
        Scope(None)
    }

    /// These patients and nobody else.
    pub fn patients(ids: impl Into<Arc<[i32]>>) -> Self {
        Scope(Some(ids.into()))
    }

    /// The only patients in scope, or `None` where everything is.
    pub fn only(&self) -> Option<&[i32]> {
        self.0.as_deref()
    }
}
