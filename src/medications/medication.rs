//! A medicine prescribed to a patient. It does not know what it treats beyond its written purposes.

use crate::{
    db::{Bind, By, Cond, Date, DateTime, Flag, Path},
    entity::entity,
    graph::shape::{As, Bond, Clinical, Role, Shape},
    graphql::{
        form::Form,
        model::Children,
        relation::{List, One},
        rules::{Check, Holds},
    },
    patients::patient,
    providers::doctor,
    write::{Add, Change},
};

entity! {
    /// A medication prescribed to a patient.
    Medication, "Medication" by medication_id, search true;
    called "a medication", "medications";
    root "medication", "medications";
    written "medication", "medications";
    belongs { patient_id of patient, as "medications" "The patient's medications, discontinued ones too." }
    links { doctor_id -> doctor; }
    columns {
        /// The key of the medication in the relational store.
        medication_id: i32 = "medicationId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The name of the medication, as it was prescribed.
        medicine_name: Option<String> = "name" order, Clinical, required line(255);
        /// Whether the patient still takes the medication.
        is_continued: Flag<true> = "isContinued" index, Clinical, value;
        /// The day on which the medication was prescribed.
        prescribed_date: Option<Date> = "prescribedDate" order, Date, required value;
        /// The day on which the medication was discontinued.
        discontinued_date: Option<Date> = "discontinuedDate", Date, value;
        /// The dose that is taken at a time.
        dosage: Option<String> = "dosage", Clinical, line(100);
        /// How often the dose is taken.
        frequency: Option<String> = "frequency", Clinical, line(100);
        /// The name of the prescriber.
        prescribed_by: Option<String> = "prescribedBy", Staff, line(255);
        /// The key of the doctor who prescribed the medication, in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key, link;
        /// When the medication was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the entry of the medication last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient who takes the medication.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor who prescribed the medication, where the doctor is known by more than a name.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
    }
    gives {
        /// Medications that the patient takes or took, the latest prescription first.
        patient, "medications" = List { children: &OF_PATIENT, narrowing: None };
        /// Medications that the patient takes now, the latest prescription first.
        patient, "activeMedications" = List { children: &ACTIVE_OF_PATIENT, narrowing: None };
    }
    verbs {
        /// Prescribes a medication, with its purposes.
        "prescribeMedication" = PRESCRIBE;
        /// Discontinues a medication.
        "discontinueMedication" = DISCONTINUE;
    }
    graph nodes SHAPE;
    checks &[
        Check {
            columns: &["prescribed_date"],
            code: "IN_FUTURE",
            message: "a medication must not have been prescribed in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["discontinued_date", "is_continued"],
            code: "IN_FUTURE",
            message: "a medication that is not continued must not have been stopped in the future",
            constraint: None,
            holds: Holds::Happened(Some(("is_continued", &["0"]))),
        },
        Check {
            columns: &["is_continued", "discontinued_date"],
            code: "CONTRADICTION",
            message: "a medication that was stopped on a day that is over is not continued: give isContinued false",
            constraint: None,
            holds: Holds::Today(|row, today| {
                !row.flag("is_continued", true) || row.day("discontinued_date").is_none_or(|end| end >= today)
            }),
        },
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
    ];
}

/// A medication in the graph.
static SHAPE: Shape = Shape {
    caption: "name",
    props: &[
        ("name", "medicine_name", As::Text),
        ("dosage", "dosage", As::Text),
        ("frequency", "frequency", As::Text),
        ("status", "is_continued", As::Active("discontinued")),
        ("prescribed_date", "prescribed_date", As::Date),
        ("discontinued_date", "discontinued_date", As::Date),
        ("prescriber", "prescribed_by", As::Text),
    ],
    bonds: &[Bond {
        name: "TAKES_MEDICATION",
        from_patient: true,
        props: &[("status", "status"), ("prescribed_date", "prescribed_date"), ("prescriber", "prescriber")],
    }],
    clinical: Some(Clinical {
        role: Role::Taken,
        only: None,
        since: "prescribed_date",
        until: Some("discontinued_date"),
    }),
    ..Shape::PLAIN
};

static PRESCRIBE: Add = Add(&Form::add("PrescribeMedicationInput", "The fields of a new medication.", &ENTITY));

static DISCONTINUE: Change = Change {
    form: &Form::change(
        "DiscontinueMedicationInput",
        "The fields of a medication that can change when the medication is discontinued.",
        &ENTITY,
    )
    .only(&["discontinued_date"]),
    set: &[("is_continued", "0")],
    needs: &["discontinued_date"],
};

const LATEST_FIRST: &[By] = &[By { column: "prescribed_date", descending: true, via: false, nullable: true }];

/// A patient's medicines, past ones too, the latest prescription first.
static OF_PATIENT: Children = Children {
    name: "MedicationsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: LATEST_FIRST,
    preset: None,
    expected: 10,
};

/// The medicines a patient takes now, the latest prescription first.
static ACTIVE_OF_PATIENT: Children = Children {
    name: "ActiveMedicationsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: LATEST_FIRST,
    // A medicine of which nothing else is known is taken.
    preset: Some(|_| Cond::Or(vec![Cond::In("is_continued", vec![Bind::Int(1)]), Cond::IsNull("is_continued", true)])),
    expected: 5,
};
