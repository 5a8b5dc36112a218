//! A report on a patient. Its full text may be long, so it is read only when it is selected.

use super::report_finding;
use crate::{
    db::{Belongs, By, Date, DateTime, Owner, Path, tables},
    graphql::{
        entity,
        model::Children,
        relation::{Large, List, One},
        write::{Column, Rules},
    },
    patients::patient,
};

entity! {
    /// A report on a patient, such as a radiology, pathology or discharge report.
    Report of tables::report, "Report" by report_id, belongs Belongs::To(Owner { column: "patient_id", to: &patient::TABLE }), search false,
        written as "report", "reports";
    columns {
        /// The key of the report in the relational store.
        report_id: i32 = "reportId" index;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index;
        /// The kind of report, as the hospital names it.
        report_type: Option<String> = "type" order;
        /// The day of the report.
        report_date: Option<Date> = "date" order;
        /// A summary of the report.
        report_summary: Option<String> = "summary";
        /// The name of the doctor who wrote the report.
        doctor_name: Option<String> = "doctorName";
        /// When the report was entered.
        created_at: Option<DateTime> = "createdAt";
        /// When the report last changed.
        updated_at: Option<DateTime> = "updatedAt";
    }
    computed {}
    fields {
        /// The patient whom the report is about.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The findings of the report.
        "findings" = List { children: &report_finding::OF_REPORT, narrowing: None };
        /// The full text of the report. It may be long: select it only where it is shown.
        "fullText" = Large { entity: &ENTITY, column: "complete_report" };
    }
}

/// What must hold of a report that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::line("report_type", 100).required(),
        Column::of("report_date").required(),
        Column::large("complete_report", "fullText", "The full text of the report."),
        Column::prose("report_summary"),
        Column::line("doctor_name", 255),
    ],
    checks: &[],
};

/// A patient's reports, the latest first.
pub static OF_PATIENT: Children = Children {
    name: "ReportsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "report_date", descending: true, via: false, nullable: true }],
    preset: None,
    expected: 20,
};
