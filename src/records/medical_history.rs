//! An entry of a patient's medical history. It does not know what treats or indicates it.

use crate::{
    db::{Date, DateTime, Enum, Flag, Path, enumeration},
    entity::entity,
    graph::shape::{As, Bond, Clinical, Derived, Role, Shape, Sorted},
    graphql::{
        form::Form,
        model::Children,
        relation::{List, Narrowing, One},
        rules::{Check, Holds},
    },
    patients::patient,
    write::Add,
};

enumeration! {
    /// The subject of an entry of the medical history.
    HistoryType {
        /// The entry is an allergy or intolerance of the patient.
        Allergy "ALLERGY" = "allergy",
        /// The entry is an operation that the patient had.
        Surgery "SURGERY" = "surgery",
        /// The entry is a condition in the patient's family.
        FamilyHistory "FAMILY_HISTORY" = "family_history",
        /// The entry is a condition of the patient.
        Condition "CONDITION" = "condition",
        /// The entry is a habit that affects the patient's health.
        Lifestyle "LIFESTYLE" = "lifestyle",
        /// The entry is of none of the other types.
        Other "OTHER" = "other",
    }
    older {
        "CHRONIC_CONDITION" = "chronic_condition" for "CONDITION",
    }
}

enumeration! {
    /// How severe a symptom, a condition or a finding is.
    Severity {
        /// The patient is hardly affected.
        Mild "MILD" = "mild",
        /// The patient is affected.
        Moderate "MODERATE" = "moderate",
        /// The patient is badly affected.
        Severe "SEVERE" = "severe",
        /// The patient's life is in danger.
        Critical "CRITICAL" = "critical",
    }
}

entity! {
    /// An entry of a patient's medical history: a condition, allergy, operation, family history or habit.
    MedicalHistory, "Medical_History" by history_id, search true;
    called "an entry of a medical history", "entries of medical histories";
    root "medicalHistory", "medicalHistories";
    written "medicalHistory", "medicalHistory";
    belongs { patient_id of patient, as "medicalHistory" "The entries of the patient's medical history." }
    columns {
        /// The key of the entry in the relational store.
        history_id: i32 = "historyId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The subject of the entry.
        history_type: Option<Enum<HistoryType>> = "type" index with history_date, Clinical, required value;
        /// The name of the condition, allergy, operation or habit.
        history_item: Option<String> = "item" order, Clinical, required line(255);
        /// Details of the entry.
        history_details: Option<String> = "details", FreeText, prose;
        /// The day on which the event happened or the condition was found.
        history_date: Option<Date> = "date" order, Date, value;
        /// How severe the condition, allergy or other subject of the entry is or was.
        severity: Option<Enum<Severity>> = "severity", Clinical, value;
        /// Whether the entry still holds.
        is_active: Flag<true> = "isActive" index with history_date, Clinical, value;
        /// When the entry last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient whose medical history the entry belongs to.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
    }
    gives {
        /// The patient's medical history: conditions, allergies, operations, family history and habits.
        patient, "medicalHistory" = List {
            children: &OF_PATIENT,
            narrowing: Some(Narrowing { arg: "type", doc: "Only entries of this type of the medical history.", field: "type", required: false }),
        };
    }
    verbs {
        /// Records an entry of a patient's medical history.
        "recordMedicalHistory" = RECORD;
    }
    graph nodes SHAPE;
    checks &[Check {
        columns: &["history_date"],
        code: "IN_FUTURE",
        message: "what is in a medical history must not be in the future",
        constraint: None,
        holds: Holds::Happened(None),
    }];
}

/// An entry in the graph: conditions, allergies and so on have a label of their own.
static SHAPE: Shape = Shape {
    sorted: Some(Sorted {
        by: "category",
        labels: &[
            ("condition", "Condition"),
            ("allergy", "Allergy"),
            ("surgery", "Surgery"),
            ("family_history", "FamilyHistory"),
            ("lifestyle", "Lifestyle"),
        ],
    }),
    caption: "name",
    props: &[
        ("name", "history_item", As::Text),
        ("description", "history_details", As::Text),
        ("category", "history_type", As::Renamed(&[("chronic_condition", "condition")])),
        ("severity", "severity", As::Word),
        ("status", "is_active", As::Active("resolved")),
        ("date", "history_date", As::Date),
    ],
    derived: &[("is_chronic", Derived::Is("category", "chronic_condition"))],
    bonds: &[Bond {
        name: "HAS_MEDICAL_HISTORY",
        from_patient: true,
        props: &[("date", "date"), ("severity", "severity")],
    }],
    clinical: Some(Clinical { role: Role::Had, only: Some("Condition"), since: "date", until: None }),
    ..Shape::PLAIN
};

static RECORD: Add =
    Add(&Form::add("RecordMedicalHistoryInput", "The fields of a new entry of a medical history.", &ENTITY));

/// A patient's medical history, as it was entered.
static OF_PATIENT: Children = Children {
    name: "MedicalHistoryOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[],
    preset: None,
    expected: 10,
};
