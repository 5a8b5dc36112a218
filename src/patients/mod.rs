//! People under care.

pub mod patient;
pub mod profile;
