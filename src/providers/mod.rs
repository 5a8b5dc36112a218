//! Who provides care: doctors, their specialties and institutions, and whom they look after.

pub mod assignment;
pub mod doctor;
pub mod institution;
pub mod specialty;
pub mod validation;
