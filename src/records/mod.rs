//! What is known of a patient's past, and what was recorded since.

pub mod health_record;
pub mod medical_history;
pub mod vitals;
