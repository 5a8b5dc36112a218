//! People under care.

pub mod patient;
