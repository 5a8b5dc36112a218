//! What a medicine was prescribed for, as the prescriber wrote it.

use super::medication;
use crate::{
    db::Path,
    entity::entity,
    graphql::{
        model::Children,
        relation::{List, One},
        rules::{Check, Holds},
    },
    write::AddAll,
};

entity! {
    /// A purpose for which a medication was prescribed.
    MedicationPurpose, "Medication_Purpose" by purpose_id, search false;
    called "a purpose of a medication", "purposes of medications";
    root "medicationPurpose", "medicationPurposes";
    written "purpose", "purposes";
    belongs { medication_id of medication, as "purposes" "The purposes of the medication." }
    columns {
        /// The key of the purpose in the relational store.
        purpose_id: i32 = "purposeId" index, Key;
        /// The key of the medication in the relational store.
        medication_id: Option<i32> = "medicationId" index, Key;
        /// The name of the condition that the medication is to treat.
        condition_name: Option<String> = "conditionName" order, Clinical, line(255);
        /// Details of the purpose.
        purpose_description: Option<String> = "description", FreeText, prose;
    }
    fields {
        /// The medication that was prescribed for this purpose.
        "medication" = One { entity: &medication::ENTITY, column: "medication_id" };
    }
    gives {
        /// The purposes for which the medication was prescribed.
        medication, "purposes" = List { children: &OF_MEDICATION, narrowing: None };
    }
    verbs {
        /// Adds purposes to a medication.
        "addMedicationPurposes" = ADD;
    }
    graph purposes "condition_name";
    checks &[Check {
        columns: &["condition_name", "purpose_description"],
        code: "REQUIRED",
        message: "a purpose needs a condition or a description",
        constraint: None,
        holds: Holds::Always(|row| row.get("condition_name").or(row.get("purpose_description")).is_some()),
    }];
}

static ADD: AddAll = AddAll {
    name: "AddMedicationPurposesInput",
    doc: "A medication, and the purposes to add.",
    list: "The purposes to add.",
    entity: &ENTITY,
};

/// What a medicine was prescribed for.
static OF_MEDICATION: Children = Children {
    name: "PurposesOfMedication",
    of: &ENTITY,
    path: Path::Direct("medication_id"),
    order: &[],
    preset: None,
    expected: 2,
};
