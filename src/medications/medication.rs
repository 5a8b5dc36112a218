//! A medicine prescribed to a patient. It does not know what it treats beyond its written purposes.

use super::purpose;
use crate::{
    db::{Belongs, Bind, By, Cond, Date, DateTime, Flag, Owner, Path, tables},
    graphql::{
        entity,
        model::Children,
        relation::{List, One},
        write::{Check, Column, Holds, Rules},
    },
    knowledge::{clinical, counted::CountOf},
    patients::patient,
};

entity! {
    /// A medication prescribed to a patient.
    Medication of tables::medication, "Medication" by medication_id, belongs Belongs::To(Owner { column: "patient_id", to: &patient::TABLE }), search true,
        written as "medication", "medications";
    columns {
        /// The key of the medication in the relational store.
        medication_id: i32 = "medicationId" index;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index;
        /// The name of the medication, as it was prescribed.
        medicine_name: Option<String> = "name" order;
        /// Whether the patient still takes the medication.
        is_continued: Flag<true> = "isContinued" index;
        /// The day on which the medication was prescribed.
        prescribed_date: Option<Date> = "prescribedDate" order;
        /// The day on which the medication was discontinued.
        discontinued_date: Option<Date> = "discontinuedDate";
        /// The dose that is taken at a time.
        dosage: Option<String> = "dosage";
        /// How often the dose is taken.
        frequency: Option<String> = "frequency";
        /// The name of the prescriber.
        prescribed_by: Option<String> = "prescribedBy";
        /// When the medication was entered.
        created_at: Option<DateTime> = "createdAt";
        /// When the entry of the medication last changed.
        updated_at: Option<DateTime> = "updatedAt";
    }
    computed {}
    fields {
        /// The patient who takes the medication.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The purposes for which the medication was prescribed.
        "purposes" = List { children: &purpose::OF_MEDICATION, narrowing: None };
        /// Conditions of the same patient that the medication is for, by its recorded purposes or by what the catalogs know; each with its path in the graph.
        "treats" = clinical::TREATS;
        /// The number of conditions of the patient that the medication is for.
        "treatsCount" = CountOf(&clinical::TREATS);
    }
}

/// What must hold of a medication that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::line("medicine_name", 255).required(),
        Column::of("is_continued"),
        Column::of("prescribed_date").required(),
        Column::of("discontinued_date"),
        Column::line("dosage", 100),
        Column::line("frequency", 100),
        Column::line("prescribed_by", 255),
    ],
    checks: &[
        Check {
            columns: &["discontinued_date", "is_continued"],
            code: "REQUIRED",
            message: "a medication that is not continued needs the date on which it was stopped",
            constraint: Some("chk_discontinued_date"),
            holds: Holds::Always(|row| row.flag("is_continued", true) || row.get("discontinued_date").is_some()),
        },
        Check {
            columns: &["discontinued_date", "prescribed_date"],
            code: "ORDER",
            message: "a medication must not be stopped before it was prescribed",
            constraint: Some("chk_discontinued_order"),
            holds: Holds::Always(|row| {
                row.day("discontinued_date").is_none_or(|end| row.day("prescribed_date").is_none_or(|day| day <= end))
            }),
        },
    ],
};

const LATEST_FIRST: &[By] = &[By { column: "prescribed_date", descending: true, via: false, nullable: true }];

/// A patient's medicines, past ones too, the latest prescription first.
pub static OF_PATIENT: Children = Children {
    name: "MedicationsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: LATEST_FIRST,
    preset: None,
    expected: 10,
};

/// The medicines a patient takes now, the latest prescription first.
pub static ACTIVE_OF_PATIENT: Children = Children {
    name: "ActiveMedicationsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: LATEST_FIRST,
    // A medicine of which nothing else is known is taken.
    preset: Some(|_| Cond::Or(vec![Cond::In("is_continued", vec![Bind::Int(1)]), Cond::IsNull("is_continued", true)])),
    expected: 5,
};
