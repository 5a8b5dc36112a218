//! People under care.

pub mod patient;
pub mod privacy;
pub mod profile;
