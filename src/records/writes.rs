//! What is written of medical histories.

use super::medical_history;
use crate::{
    graphql::write::{Add, Change, Form, Remove},
    patients::writes::OF_PATIENT,
};

/// An entry of a patient who is imported.
pub static ENTRY: Form = Form::add(
    "MedicalHistoryInput",
    "The fields of an entry of the medical history of a patient who is imported.",
    &medical_history::ENTITY,
);

/// Records an entry.
pub static RECORD: Add = Add(&Form::add(
    "RecordMedicalHistoryInput",
    "The fields of a new entry of a medical history.",
    &medical_history::ENTITY,
)
.of(&OF_PATIENT));

/// Corrects an entry.
pub static CORRECT: Change = Change::of(&Form::change(
    "CorrectMedicalHistoryInput",
    "The fields of an entry of a medical history to correct.",
    &medical_history::ENTITY,
));

/// Removes an entry.
pub static REMOVE: Remove = Remove { entity: &medical_history::ENTITY, below: &[] };
