//! What is written of reports and their findings.

use super::{report, report_finding};
use crate::{
    graphql::write::{Add, AddAll, Below, Change, Form, Parent, Remove},
    patients::writes::OF_PATIENT,
};

static OF_REPORT: Parent =
    Parent { field: "reportId", doc: "The report that they stand in.", entity: &report::ENTITY, column: "report_id" };

static FINDING: Form = Form::add("ReportFindingInput", "A finding of a report.", &report_finding::ENTITY);

static FINDINGS: [Below; 1] =
    [Below { field: "findings", doc: "What was found.", form: &FINDING, column: "report_id" }];

/// A report on a patient who is imported.
pub static REPORT: Form = Form::add("ReportInput", "A report.", &report::ENTITY).with(&FINDINGS);

/// Adds a report, with its findings.
pub static ADD: Add = Add(&Form::add("AddReportInput", "A new report.", &report::ENTITY)
    .of(&OF_PATIENT)
    .with(&[Below { field: "findings", doc: "What was found.", form: &FINDING, column: "report_id" }]));

/// Corrects a report.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectReportInput", "What to write of a report.", &report::ENTITY));

/// Removes a report and its findings.
pub static REMOVE: Remove = Remove { entity: &report::ENTITY, below: &[&report_finding::ENTITY] };

/// Adds findings.
pub static ADD_FINDINGS: AddAll = AddAll {
    name: "AddReportFindingsInput",
    doc: "More findings of a report.",
    parent: &OF_REPORT,
    list: Below { field: "findings", doc: "They.", form: &FINDING, column: "report_id" },
};

/// Corrects a finding.
pub static CORRECT_FINDING: Change =
    Change::of(&Form::change("CorrectReportFindingInput", "What to write of a finding.", &report_finding::ENTITY));

/// Removes a finding.
pub static REMOVE_FINDING: Remove = Remove { entity: &report_finding::ENTITY, below: &[] };
