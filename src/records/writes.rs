//! What is written of medical histories.

use super::medical_history;
use crate::{
    graphql::write::{Add, Change, Form, Remove},
    patients::writes::OF_PATIENT,
};

/// An entry of a patient who is imported.
pub static ENTRY: Form = Form::add("MedicalHistoryInput", "An entry of a medical history.", &medical_history::ENTITY);

/// Records an entry.
pub static RECORD: Add =
    Add(&Form::add("RecordMedicalHistoryInput", "A new entry of a medical history.", &medical_history::ENTITY)
        .of(&OF_PATIENT));

/// Corrects an entry.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectMedicalHistoryInput", "What to write of an entry.", &medical_history::ENTITY));

/// Removes an entry.
pub static REMOVE: Remove = Remove { entity: &medical_history::ENTITY, below: &[] };
