//! Who provides care: doctors, their specialties and institutions.

pub mod doctor;
pub mod institution;
pub mod specialty;
