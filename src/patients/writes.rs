//! What is written of patients.

use super::patient;
use crate::{
    chat::message,
    graphql::write::{Add, Change, Form, Parent, Remove},
    labs::{lab_finding, lab_report},
    medications::{medication, purpose},
    records::medical_history,
    reports::{report, report_finding},
    visits::{appointment, symptom},
};

/// The patient that a new row belongs to.
pub static OF_PATIENT: Parent =
    Parent { field: "patientId", doc: "Whose it is.", entity: &patient::ENTITY, column: "patient_id" };

/// Registers a patient.
pub static REGISTER: Add = Add(&Form::add("RegisterPatientInput", "A new patient.", &patient::ENTITY));

/// Corrects a patient's record.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectPatientInput", "What to write of a patient.", &patient::ENTITY));

/// Removes a patient and all that belongs to them.
pub static REMOVE: Remove = Remove {
    entity: &patient::ENTITY,
    below: &[
        &symptom::ENTITY,
        &purpose::ENTITY,
        &lab_finding::ENTITY,
        &report_finding::ENTITY,
        &appointment::ENTITY,
        &medication::ENTITY,
        &lab_report::ENTITY,
        &report::ENTITY,
        &medical_history::ENTITY,
        &message::ENTITY,
    ],
};
