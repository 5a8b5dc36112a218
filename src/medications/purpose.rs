//! What a medicine was prescribed for, as the prescriber wrote it.

use super::medication;
use crate::{
    db::{Belongs, Owner, Path, tables},
    graphql::{
        entity,
        model::Children,
        relation::One,
        write::{Check, Column, Holds, Rules},
    },
};

entity! {
    /// A purpose for which a medication was prescribed.
    MedicationPurpose of tables::medication_purpose, "Medication_Purpose" by purpose_id,
        belongs Belongs::To(Owner { column: "medication_id", to: &medication::TABLE }), search false,
        written as "purpose", "purposes";
    columns {
        /// The key of the purpose in the relational store.
        purpose_id: i32 = "purposeId" index;
        /// The key of the medication in the relational store.
        medication_id: Option<i32> = "medicationId" index;
        /// The name of the condition that the medication is to treat.
        condition_name: Option<String> = "conditionName" order;
        /// Details of the purpose.
        purpose_description: Option<String> = "description";
    }
    computed {}
    fields {
        /// The medication that was prescribed for this purpose.
        "medication" = One { entity: &medication::ENTITY, column: "medication_id" };
    }
}

/// What must hold of a purpose that is written.
pub static RULES: Rules = Rules {
    columns: &[Column::line("condition_name", 255), Column::prose("purpose_description")],
    checks: &[Check {
        columns: &["condition_name", "purpose_description"],
        code: "REQUIRED",
        message: "a purpose needs a condition or a description",
        constraint: None,
        holds: Holds::Always(|row| row.get("condition_name").or(row.get("purpose_description")).is_some()),
    }],
};

/// What a medicine was prescribed for.
pub static OF_MEDICATION: Children = Children {
    name: "PurposesOfMedication",
    of: &ENTITY,
    path: Path::Direct("medication_id"),
    order: &[],
    preset: None,
    expected: 2,
};
