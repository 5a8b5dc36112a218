//! What is written of medications and of their purposes.

use super::{medication, purpose};
use crate::{
    graphql::write::{Add, AddAll, Below, Change, Form, Parent, Remove},
    patients::writes::OF_PATIENT,
};

static OF_MEDICATION: Parent = Parent {
    field: "medicationId",
    doc: "The global id of the medication, as `Medication:12`; `12` will do.",
    entity: &medication::ENTITY,
    column: "medication_id",
};

static PURPOSE: Form =
    Form::add("MedicationPurposeInput", "The fields of a purpose of a medication.", &purpose::ENTITY);

static PURPOSES: [Below; 1] =
    [Below { field: "purposes", doc: "The purposes of the medication.", form: &PURPOSE, column: "medication_id" }];

/// A medication of a patient who is imported.
pub static MEDICATION: Form =
    Form::add("MedicationInput", "The fields of a medication of a patient who is imported.", &medication::ENTITY)
        .with(&PURPOSES);

/// Prescribes a medication, with what it is for.
pub static PRESCRIBE: Add =
    Add(&Form::add("PrescribeMedicationInput", "The fields of a new medication.", &medication::ENTITY)
        .of(&OF_PATIENT)
        .with(&[Below {
            field: "purposes",
            doc: "The purposes of the medication.",
            form: &PURPOSE,
            column: "medication_id",
        }]));

/// Stops a medication.
pub static DISCONTINUE: Change = Change {
    form: &Form::change(
        "DiscontinueMedicationInput",
        "The fields of a medication that can change when the medication is discontinued.",
        &medication::ENTITY,
    )
    .only(&["discontinued_date"]),
    set: &[("is_continued", "0")],
    needs: &["discontinued_date"],
};

/// Corrects a medication.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectMedicationInput", "The fields of a medication to correct.", &medication::ENTITY));

/// Removes a medication and its purposes.
pub static REMOVE: Remove = Remove { entity: &medication::ENTITY, below: &[&purpose::ENTITY] };

/// Adds purposes.
pub static ADD_PURPOSES: AddAll = AddAll {
    name: "AddMedicationPurposesInput",
    doc: "A medication, and the purposes to add.",
    parent: &OF_MEDICATION,
    list: Below { field: "purposes", doc: "The purposes to add.", form: &PURPOSE, column: "medication_id" },
};

/// Corrects a purpose.
pub static CORRECT_PURPOSE: Change = Change::of(&Form::change(
    "CorrectMedicationPurposeInput",
    "The fields of a medication's purpose to correct.",
    &purpose::ENTITY,
));

/// Removes a purpose.
pub static REMOVE_PURPOSE: Remove = Remove { entity: &purpose::ENTITY, below: &[] };
