//! Who provides care: the specialties of doctors, and institutions.

pub mod institution;
pub mod specialty;
