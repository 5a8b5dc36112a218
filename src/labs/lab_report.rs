//! A laboratory report.

use super::lab_finding;
use crate::{
    db::{Belongs, By, Date, DateTime, Owner, Path, tables},
    graphql::{
        entity,
        model::Children,
        relation::{List, One},
        write::{Column, Rules},
    },
    patients::patient,
};

entity! {
    /// A laboratory report: the findings of one sample.
    LabReport of tables::lab_report, "Lab_Report" by lab_report_id, belongs Belongs::To(Owner { column: "patient_id", to: &patient::TABLE }), search false,
        written as "labReport", "labReports";
    columns {
        /// The key of the laboratory report in the relational store.
        lab_report_id: i32 = "labReportId" index;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index;
        /// The day of the sample.
        lab_date: Option<Date> = "date" order;
        /// The kind of examination, as the laboratory names it.
        lab_type: Option<String> = "type" order;
        /// The name of the doctor who ordered the examination.
        ordering_doctor: Option<String> = "orderingDoctor" order;
        /// The name of the laboratory.
        lab_facility: Option<String> = "facility";
        /// When the laboratory report was entered.
        created_at: Option<DateTime> = "createdAt";
        /// When the laboratory report last changed.
        updated_at: Option<DateTime> = "updatedAt";
    }
    computed {}
    fields {
        /// The patient from whom the sample was taken.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The findings of the laboratory report.
        "findings" = List { children: &lab_finding::OF_LAB_REPORT, narrowing: None };
    }
}

/// What must hold of a laboratory report that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::of("lab_date").required(),
        Column::line("lab_type", 255).required(),
        Column::line("ordering_doctor", 255),
        Column::line("lab_facility", 255),
    ],
    checks: &[],
};

/// A patient's laboratory reports, the latest first.
pub static OF_PATIENT: Children = Children {
    name: "LabReportsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "lab_date", descending: true, via: false, nullable: true }],
    preset: None,
    expected: 20,
};
