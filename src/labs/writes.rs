//! What is written of laboratory reports and their findings.

use super::{lab_finding, lab_report};
use crate::{
    graphql::write::{Add, AddAll, Below, Change, Form, Parent, Remove},
    patients::writes::OF_PATIENT,
};

static OF_REPORT: Parent = Parent {
    field: "labReportId",
    doc: "The global id of the laboratory report, as `LabReport:12`; `12` will do.",
    entity: &lab_report::ENTITY,
    column: "lab_report_id",
};

static FINDING: Form =
    Form::add("LabFindingInput", "The fields of a finding of a laboratory report.", &lab_finding::ENTITY);

static FINDINGS: [Below; 1] = [Below {
    field: "findings",
    doc: "The findings of the laboratory report.",
    form: &FINDING,
    column: "lab_report_id",
}];

/// A report on a patient who is imported.
pub static REPORT: Form =
    Form::add("LabReportInput", "The fields of a laboratory report of a patient who is imported.", &lab_report::ENTITY)
        .with(&FINDINGS);

/// Adds a report, with its findings.
pub static RECORD: Add =
    Add(&Form::add("RecordLabReportInput", "The fields of a new laboratory report.", &lab_report::ENTITY)
        .of(&OF_PATIENT)
        .with(&[Below {
            field: "findings",
            doc: "The findings of the laboratory report.",
            form: &FINDING,
            column: "lab_report_id",
        }]));

/// Corrects a report.
pub static CORRECT: Change = Change::of(&Form::change(
    "CorrectLabReportInput",
    "The fields of a laboratory report to correct.",
    &lab_report::ENTITY,
));

/// Removes a report and its findings.
pub static REMOVE: Remove = Remove { entity: &lab_report::ENTITY, below: &[&lab_finding::ENTITY] };

/// Adds findings.
pub static ADD_FINDINGS: AddAll = AddAll {
    name: "AddLabFindingsInput",
    doc: "A laboratory report, and the findings to add.",
    parent: &OF_REPORT,
    list: Below { field: "findings", doc: "The findings to add.", form: &FINDING, column: "lab_report_id" },
};

/// Corrects a finding.
pub static CORRECT_FINDING: Change = Change::of(&Form::change(
    "CorrectLabFindingInput",
    "The fields of a laboratory finding to correct.",
    &lab_finding::ENTITY,
));

/// Removes a finding.
pub static REMOVE_FINDING: Remove = Remove { entity: &lab_finding::ENTITY, below: &[] };
