//! What a graph adds to the records: why a symptom, a condition and a medicine belong together, what the catalogs know, and
//! who is alike. Everything here supports a decision and makes none.

pub mod alike;
pub mod catalog;
pub mod clinical;
pub mod drawing;
pub mod filter;
pub mod findings;
pub mod path;
pub mod status;

use crate::{
    graph::shape::Kind,
    graphql::model::Entity,
    labs::{lab_finding, lab_report},
    medications::medication,
    patients::patient,
    records::medical_history,
    reports::{report, report_finding},
    visits::{appointment, symptom},
};

/// The rows that stand behind a kind of nodes.
fn entity(kind: Kind) -> &'static Entity {
    match kind {
        Kind::Patient => &patient::ENTITY,
        Kind::MedicalHistory => &medical_history::ENTITY,
        Kind::Appointment => &appointment::ENTITY,
        Kind::Symptom => &symptom::ENTITY,
        Kind::Medication => &medication::ENTITY,
        Kind::LabReport => &lab_report::ENTITY,
        Kind::LabFinding => &lab_finding::ENTITY,
        Kind::Report => &report::ENTITY,
        Kind::ReportFinding => &report_finding::ENTITY,
    }
}
