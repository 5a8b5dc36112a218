//! What a medicine was prescribed for, as the prescriber wrote it.

use super::medication;
use crate::{
    db::{Link, Reach, tables},
    graphql::{entity, model::Children, relation::One},
};

entity! {
    /// What a medicine was prescribed for.
    MedicationPurpose of tables::medication_purpose, "Medication_Purpose" by purpose_id,
        patient Reach::Parent("medication_id", &medication::TABLE), search false;
    columns {
        /// The key of the purpose in the relational store.
        purpose_id: i32 = "purposeId" index;
        /// The key of the medication in the relational store.
        medication_id: i32 = "medicationId" index;
        /// The condition it is to treat.
        condition_name: Option<String> = "conditionName" order;
        /// More about the purpose.
        purpose_description: Option<String> = "description";
    }
    computed {}
    fields {
        /// The medicine.
        "medication" = One { entity: &medication::ENTITY, column: "medication_id" };
    }
}

/// What a medicine was prescribed for.
pub static OF_MEDICATION: Children = Children {
    name: "PurposesOfMedication",
    of: &ENTITY,
    link: Link { column: "medication_id", via: None },
    order: &[],
    preset: None,
    expected: 2,
};
