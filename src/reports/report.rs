//! A report on a patient. Its full text may be long, so it is read only when it is selected.

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
    /// A report on a patient, such as a radiology, pathology or discharge report.
    Report, "Report" by report_id, search false;
    called "a report", "reports";
    root "report", "reports";
    written "report", "reports";
    belongs { patient_id of patient, as "reports" "Other reports on the patient." }
    links { doctor_id -> doctor; }
    columns {
        /// The key of the report in the relational store.
        report_id: i32 = "reportId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The kind of report, as the hospital names it.
        report_type: Option<String> = "type" order, Clinical, required line(100);
        /// The day of the report.
        report_date: Option<Date> = "date" order, Date, required value;
        /// A summary of the report.
        report_summary: Option<String> = "summary", FreeText, prose;
        /// The name of the doctor who wrote the report.
        doctor_name: Option<String> = "doctorName", Staff, line(255);
        /// The key of the doctor in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key, link;
        /// When the report was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the report last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    large {
        /// The full text of the report. It may be long: select it only where it is shown.
        complete_report = "fullText", FreeText;
    }
    fields {
        /// The patient whom the report is about.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor who wrote the report, where the doctor is known by more than a name.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
    }
    gives {
        /// Radiology, pathology and other reports on the patient, the latest first.
        patient, "reports" = Connection { children: &OF_PATIENT };
    }
    verbs {
        /// Adds a report, with its findings.
        "addReport" = ADD;
    }
    graph nodes SHAPE;
    checks &[
        Check {
            columns: &["report_date"],
            code: "IN_FUTURE",
            message: "a report must not be of a day in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
    ];
}

/// A report in the graph.
static SHAPE: Shape = Shape {
    caption: "report_type",
    props: &[
        ("report_date", "report_date", As::Date),
        ("report_type", "report_type", As::Text),
        ("summary", "report_summary", As::Text),
        ("doctor_name", "doctor_name", As::Text),
    ],
    bonds: &[Bond { name: "HAS_REPORT", from_patient: true, props: &[("date", "report_date")] }],
    ..Shape::PLAIN
};

static ADD: Add = Add(&Form::add("AddReportInput", "The fields of a new report.", &ENTITY));

/// A patient's reports, the latest first.
static OF_PATIENT: Children = Children {
    name: "ReportsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "report_date", descending: true, via: false, nullable: true }],
    preset: None,
    expected: 20,
};
