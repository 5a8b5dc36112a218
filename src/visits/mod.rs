//! Appointments and what was reported at them.

pub mod appointment;
pub mod symptom;
