//! Appointments, what was reported at them, and consultations.

pub mod appointment;
pub mod consultation;
pub mod symptom;
