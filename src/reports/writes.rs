//! What is written of reports and their findings.

use super::{report, report_finding};
use crate::{
    graphql::write::{Add, AddAll, Below, Change, Form, Parent, Remove},
    patients::writes::OF_PATIENT,
};

static OF_REPORT: Parent = Parent {
    field: "reportId",
    doc: "The global id of the report, as `Report:12`; `12` will do.",
    entity: &report::ENTITY,
    column: "report_id",
};

static FINDING: Form = Form::add("ReportFindingInput", "The fields of a finding of a report.", &report_finding::ENTITY);

static FINDINGS: [Below; 1] =
    [Below { field: "findings", doc: "The findings of the report.", form: &FINDING, column: "report_id" }];

/// A report on a patient who is imported.
pub static REPORT: Form =
    Form::add("ReportInput", "The fields of a report on a patient who is imported.", &report::ENTITY).with(&FINDINGS);

/// Adds a report, with its findings.
pub static ADD: Add = Add(&Form::add("AddReportInput", "The fields of a new report.", &report::ENTITY)
    .of(&OF_PATIENT)
    .with(&[Below { field: "findings", doc: "The findings of the report.", form: &FINDING, column: "report_id" }]));

/// Corrects a report.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectReportInput", "The fields of a report to correct.", &report::ENTITY));

/// Removes a report and its findings.
pub static REMOVE: Remove = Remove { entity: &report::ENTITY, below: &[&report_finding::ENTITY] };

/// Adds findings.
pub static ADD_FINDINGS: AddAll = AddAll {
    name: "AddReportFindingsInput",
    doc: "A report, and the findings to add.",
    parent: &OF_REPORT,
    list: Below { field: "findings", doc: "The findings to add.", form: &FINDING, column: "report_id" },
};

/// Corrects a finding.
pub static CORRECT_FINDING: Change = Change::of(&Form::change(
    "CorrectReportFindingInput",
    "The fields of a report's finding to correct.",
    &report_finding::ENTITY,
));

/// Removes a finding.
pub static REMOVE_FINDING: Remove = Remove { entity: &report_finding::ENTITY, below: &[] };
