//! A laboratory report.

use crate::{
    db::{By, Date, DateTime, Path},
    entity::entity,
    graph::shape::{As, Bond, Shape},
    graphql::{
        form::Form,
        model::Children,
        relation::{Connection, One},
        rules::{Check, Holds},
    },
    patients::patient,
    providers::doctor,
    write::Add,
};

entity! {
    /// A laboratory report: the findings of one sample.
    LabReport, "Lab_Report" by lab_report_id, search false;
    called "a laboratory report", "laboratory reports";
    root "labReport", "labReports";
    written "labReport", "labReports";
    belongs { patient_id of patient, as "labReports" "The patient's laboratory reports." }
    links { doctor_id -> doctor; }
    columns {
        /// The key of the laboratory report in the relational store.
        lab_report_id: i32 = "labReportId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The day of the sample.
        lab_date: Option<Date> = "date" order, Date, required value;
        /// The kind of examination, as the laboratory names it.
        lab_type: Option<String> = "type" order, Clinical, required line(255);
        /// The name of the doctor who ordered the examination.
        ordering_doctor: Option<String> = "orderingDoctor" order, Staff, line(255);
        /// The key of the doctor who ordered the tests, in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key, link;
        /// The name of the laboratory.
        lab_facility: Option<String> = "facility", Reference, line(255);
        /// When the laboratory report was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the laboratory report last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient from whom the sample was taken.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor who ordered the tests, where the doctor is known by more than a name.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
    }
    gives {
        /// The patient's laboratory reports, the latest first.
        patient, "labReports" = Connection { children: &OF_PATIENT };
    }
    verbs {
        /// Records a laboratory report, with its findings.
        "recordLabReport" = RECORD;
    }
    graph nodes SHAPE;
    checks &[
        Check {
            columns: &["lab_date"],
            code: "IN_FUTURE",
            message: "a sample must not have been taken in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
    ];
}

/// A laboratory report in the graph.
static SHAPE: Shape = Shape {
    also: &["LabStudy"],
    caption: "lab_type",
    props: &[
        ("lab_date", "lab_date", As::Date),
        ("lab_type", "lab_type", As::Text),
        ("ordering_doctor", "ordering_doctor", As::Text),
        ("lab_facility", "lab_facility", As::Text),
    ],
    bonds: &[Bond { name: "HAS_LAB_REPORT", from_patient: true, props: &[("date", "lab_date"), ("type", "lab_type")] }],
    ..Shape::PLAIN
};

static RECORD: Add = Add(&Form::add("RecordLabReportInput", "The fields of a new laboratory report.", &ENTITY));

/// A patient's laboratory reports, the latest first.
static OF_PATIENT: Children = Children {
    name: "LabReportsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "lab_date", descending: true, via: false, nullable: true }],
    preset: None,
    expected: 20,
};
