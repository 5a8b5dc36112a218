//! An entry of a patient's medical history. It does not know what treats or indicates it.

use crate::{
    db::{Date, DateTime, Enum, Flag, Link, Reach, enumeration, tables},
    graphql::{
        entity,
        model::Children,
        relation::One,
        write::{Check, Column, Holds, Rules, rules::not_in_future},
    },
    knowledge::clinical,
    patients::patient,
};

enumeration! {
    /// What an entry of the medical history is about.
    HistoryType {
        /// An allergy or intolerance.
        Allergy "ALLERGY" = "allergy",
        /// An operation.
        Surgery "SURGERY" = "surgery",
        /// A condition in the family.
        FamilyHistory "FAMILY_HISTORY" = "family_history",
        /// A condition of the patient.
        Condition "CONDITION" = "condition",
        /// A habit that bears on health.
        Lifestyle "LIFESTYLE" = "lifestyle",
        /// Anything else.
        Other "OTHER" = "other",
    }
    older {
        "CHRONIC_CONDITION" = "chronic_condition" for "CONDITION",
    }
}

enumeration! {
    /// How bad something is.
    Severity {
        /// Hardly troubles the patient.
        Mild "MILD" = "mild",
        /// Troubles the patient.
        Moderate "MODERATE" = "moderate",
        /// Troubles the patient badly.
        Severe "SEVERE" = "severe",
        /// Threatens life.
        Critical "CRITICAL" = "critical",
    }
}

entity! {
    /// An entry of a patient's medical history: a condition, allergy, operation, family history or habit.
    MedicalHistory of tables::medical_history, "Medical_History" by history_id, patient Reach::Column("patient_id"), search true,
        written as "medicalHistory", "medicalHistory";
    columns {
        /// The key of the entry in the relational store.
        history_id: i32 = "historyId" index;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index;
        /// What the entry is about.
        history_type: Option<Enum<HistoryType>> = "type" index;
        /// The name of the condition, allergy, operation or habit.
        history_item: Option<String> = "item" order;
        /// More about it.
        history_details: Option<String> = "details";
        /// When it happened or was found.
        history_date: Option<Date> = "date" order;
        /// How bad it is or was.
        severity: Option<Enum<Severity>> = "severity";
        /// Whether it still holds.
        is_active: Flag<true> = "isActive" index;
        /// When the entry last changed.
        updated_at: Option<DateTime> = "updatedAt";
    }
    computed {}
    fields {
        /// Whose history it is.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// Symptoms of the same patient that speak for this condition, as the catalogs know; each with its path.
        "indicatedBy" = clinical::INDICATED_BY;
        /// Medicines of the same patient that are for this condition, by their purposes or by what the catalogs know; each
        /// with its path.
        "treatedBy" = clinical::TREATED_BY;
    }
}

/// What must hold of an entry that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::of("history_type").required(),
        Column::line("history_item", 255).required(),
        Column::prose("history_details"),
        Column::of("history_date"),
        Column::of("severity"),
        Column::of("is_active"),
    ],
    checks: &[Check {
        columns: &["history_date"],
        code: "IN_FUTURE",
        message: "what is in a medical history must not be in the future",
        constraint: None,
        holds: Holds::Today(|row, today| not_in_future(row, "history_date", today)),
    }],
};

/// A patient's medical history, as it was entered.
pub static OF_PATIENT: Children = Children {
    name: "MedicalHistoryOfPatient",
    of: &ENTITY,
    link: Link { column: "patient_id", via: None },
    order: &[],
    preset: None,
    expected: 10,
};
