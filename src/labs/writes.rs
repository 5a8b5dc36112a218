//! What is written of laboratory reports and their findings.

use super::{lab_finding, lab_report};
use crate::{
    graphql::write::{Add, AddAll, Below, Change, Form, Parent, Remove},
    patients::writes::OF_PATIENT,
};

static OF_REPORT: Parent = Parent {
    field: "labReportId",
    doc: "The laboratory report that they stand in.",
    entity: &lab_report::ENTITY,
    column: "lab_report_id",
};

static FINDING: Form = Form::add("LabFindingInput", "A finding of a laboratory report.", &lab_finding::ENTITY);

static FINDINGS: [Below; 1] =
    [Below { field: "findings", doc: "What was found.", form: &FINDING, column: "lab_report_id" }];

/// A report on a patient who is imported.
pub static REPORT: Form = Form::add("LabReportInput", "A laboratory report.", &lab_report::ENTITY).with(&FINDINGS);

/// Adds a report, with its findings.
pub static RECORD: Add = Add(&Form::add("RecordLabReportInput", "A new laboratory report.", &lab_report::ENTITY)
    .of(&OF_PATIENT)
    .with(&[Below { field: "findings", doc: "What was found.", form: &FINDING, column: "lab_report_id" }]));

/// Corrects a report.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectLabReportInput", "What to write of a report.", &lab_report::ENTITY));

/// Removes a report and its findings.
pub static REMOVE: Remove = Remove { entity: &lab_report::ENTITY, below: &[&lab_finding::ENTITY] };

/// Adds findings.
pub static ADD_FINDINGS: AddAll = AddAll {
    name: "AddLabFindingsInput",
    doc: "More findings of a report.",
    parent: &OF_REPORT,
    list: Below { field: "findings", doc: "They.", form: &FINDING, column: "lab_report_id" },
};

/// Corrects a finding.
pub static CORRECT_FINDING: Change =
    Change::of(&Form::change("CorrectLabFindingInput", "What to write of a finding.", &lab_finding::ENTITY));

/// Removes a finding.
pub static REMOVE_FINDING: Remove = Remove { entity: &lab_finding::ENTITY, below: &[] };
