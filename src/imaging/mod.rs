//! Pictures of patients' bodies, and what programs predict from them.

pub mod prediction;
pub mod scan;
