//! Who provides care: the specialties of doctors.

pub mod specialty;
