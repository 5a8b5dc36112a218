//! What is written of medications and of their purposes.

use super::{medication, purpose};
use crate::{
    graphql::write::{Add, AddAll, Below, Change, Form, Parent, Remove},
    patients::writes::OF_PATIENT,
};

static OF_MEDICATION: Parent = Parent {
    field: "medicationId",
    doc: "The medication that they are of.",
    entity: &medication::ENTITY,
    column: "medication_id",
};

static PURPOSE: Form = Form::add("MedicationPurposeInput", "What a medication is for.", &purpose::ENTITY);

static PURPOSES: [Below; 1] =
    [Below { field: "purposes", doc: "What it is for.", form: &PURPOSE, column: "medication_id" }];

/// A medication of a patient who is imported.
pub static MEDICATION: Form = Form::add("MedicationInput", "A medication.", &medication::ENTITY).with(&PURPOSES);

/// Prescribes a medication, with what it is for.
pub static PRESCRIBE: Add = Add(&Form::add("PrescribeMedicationInput", "A new medication.", &medication::ENTITY)
    .of(&OF_PATIENT)
    .with(&[Below { field: "purposes", doc: "What it is for.", form: &PURPOSE, column: "medication_id" }]));

/// Stops a medication.
pub static DISCONTINUE: Change = Change {
    form: &Form::change("DiscontinueMedicationInput", "When a medication is stopped.", &medication::ENTITY)
        .only(&["discontinued_date"]),
    set: &[("is_continued", "0")],
    needs: &["discontinued_date"],
};

/// Corrects a medication.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectMedicationInput", "What to write of a medication.", &medication::ENTITY));

/// Removes a medication and its purposes.
pub static REMOVE: Remove = Remove { entity: &medication::ENTITY, below: &[&purpose::ENTITY] };

/// Adds purposes.
pub static ADD_PURPOSES: AddAll = AddAll {
    name: "AddMedicationPurposesInput",
    doc: "What a medication is for besides.",
    parent: &OF_MEDICATION,
    list: Below { field: "purposes", doc: "They.", form: &PURPOSE, column: "medication_id" },
};

/// Corrects a purpose.
pub static CORRECT_PURPOSE: Change =
    Change::of(&Form::change("CorrectMedicationPurposeInput", "What to write of a purpose.", &purpose::ENTITY));

/// Removes a purpose.
pub static REMOVE_PURPOSE: Remove = Remove { entity: &purpose::ENTITY, below: &[] };
