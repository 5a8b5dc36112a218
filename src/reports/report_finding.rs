//! One finding of a report.

use super::report;
use crate::{
    db::{Enum, Flag, Path},
    entity::entity,
    graph::shape::{As, Bond, Shape},
    graphql::{
        model::Children,
        relation::{List, One},
        rules::{Check, Holds},
    },
    records::medical_history::Severity,
    write::AddAll,
};

entity! {
    /// A finding of a report: what was examined and what was found.
    ReportFinding, "Report_Finding" by finding_id, search false;
    called "a finding of a report", "findings of reports";
    root "reportFinding", "reportFindings";
    written "finding", "findings";
    belongs { report_id of report, as "findings" "The findings of the report." }
    columns {
        /// The key of the finding in the relational store.
        finding_id: i32 = "findingId" index, Key;
        /// The key of the report in the relational store.
        report_id: Option<i32> = "reportId" index, Key;
        /// What was examined or measured.
        finding_key: Option<String> = "key" order, Clinical, required line(255);
        /// What was found or measured.
        finding_value: Option<String> = "value", Clinical, required line(255);
        /// The unit of the finding's value.
        finding_unit: Option<String> = "unit", Clinical, line(50);
        /// The range of normal values, as the report has it.
        normal_range: Option<String> = "normalRange", Clinical, line(100);
        /// Whether the finding is marked as abnormal.
        is_abnormal: Flag<false> = "isAbnormal" index, Clinical, value;
        /// How severe the finding is, if the finding is abnormal.
        abnormal_severity: Option<Enum<Severity>> = "severity", Clinical, value;
    }
    fields {
        /// The report that holds the finding.
        "report" = One { entity: &report::ENTITY, column: "report_id" };
    }
    gives {
        /// The findings of the report.
        report, "findings" = List { children: &OF_REPORT, narrowing: None };
    }
    verbs {
        /// Adds findings to a report.
        "addReportFindings" = ADD;
    }
    graph nodes SHAPE;
    checks &[Check {
        columns: &["abnormal_severity", "is_abnormal"],
        code: "REQUIRED",
        message: "an abnormal finding needs its severity",
        constraint: Some("chk_abnormal_severity"),
        holds: Holds::Always(|row| !row.flag("is_abnormal", false) || row.get("abnormal_severity").is_some()),
    }];
}

/// A finding of a report in the graph.
static SHAPE: Shape = Shape {
    caption: "finding_key",
    props: &[
        ("finding_key", "finding_key", As::Text),
        ("finding_value", "finding_value", As::Text),
        ("finding_unit", "finding_unit", As::Text),
        ("is_abnormal", "is_abnormal", As::Flag(false)),
        ("severity", "abnormal_severity", As::Word),
    ],
    bonds: &[Bond { name: "CONTAINS_FINDING", from_patient: false, props: &[] }],
    ..Shape::PLAIN
};

static ADD: AddAll = AddAll {
    name: "AddReportFindingsInput",
    doc: "A report, and the findings to add.",
    list: "The findings to add.",
    entity: &ENTITY,
};

/// The findings of a report.
static OF_REPORT: Children = Children {
    name: "FindingsOfReport",
    of: &ENTITY,
    path: Path::Direct("report_id"),
    order: &[],
    preset: None,
    expected: 5,
};
