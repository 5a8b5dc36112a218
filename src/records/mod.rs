//! What is known of a patient's past.

pub mod medical_history;
