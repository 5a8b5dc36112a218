//! Medicines that patients take, and what for.

pub mod medication;
pub mod purpose;
