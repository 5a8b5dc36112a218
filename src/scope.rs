//! Which patients a caller may see: the first argument of everything that starts from a table.
//!
//! **Invariant:** a statement that starts from a table cannot be built without a [`Scope`] (`db::select`
//! takes one); relations start from keys of rows that passed it, and never leave the patient they start from.

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
