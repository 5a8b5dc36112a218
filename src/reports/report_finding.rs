//! One finding of a report.

use super::report;
use crate::{
    db::{Belongs, Enum, Flag, Owner, Path, tables},
    graphql::{
        entity,
        model::Children,
        relation::One,
        write::{Check, Column, Holds, Rules},
    },
    records::medical_history::Severity,
};

entity! {
    /// A finding of a report: what was examined and what was found.
    ReportFinding of tables::report_finding, "Report_Finding" by finding_id,
        belongs Belongs::To(Owner { column: "report_id", to: &report::TABLE }), search false,
        written as "finding", "findings";
    columns {
        /// The key of the finding in the relational store.
        finding_id: i32 = "findingId" index;
        /// The key of the report in the relational store.
        report_id: Option<i32> = "reportId" index;
        /// What was examined or measured.
        finding_key: Option<String> = "key" order;
        /// What was found or measured.
        finding_value: Option<String> = "value";
        /// The unit of the finding's value.
        finding_unit: Option<String> = "unit";
        /// The range of normal values, as the report has it.
        normal_range: Option<String> = "normalRange";
        /// Whether the finding is marked as abnormal.
        is_abnormal: Flag<false> = "isAbnormal" index;
        /// How severe the finding is, if the finding is abnormal.
        abnormal_severity: Option<Enum<Severity>> = "severity";
    }
    computed {}
    fields {
        /// The report that holds the finding.
        "report" = One { entity: &report::ENTITY, column: "report_id" };
    }
}

/// What must hold of a finding that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::line("finding_key", 255).required(),
        Column::line("finding_value", 255).required(),
        Column::line("finding_unit", 50),
        Column::line("normal_range", 100),
        Column::of("is_abnormal"),
        Column::of("abnormal_severity"),
    ],
    checks: &[Check {
        columns: &["abnormal_severity", "is_abnormal"],
        code: "REQUIRED",
        message: "an abnormal finding needs its severity",
        constraint: Some("chk_abnormal_severity"),
        holds: Holds::Always(|row| !row.flag("is_abnormal", false) || row.get("abnormal_severity").is_some()),
    }],
};

/// The findings of a report.
pub static OF_REPORT: Children = Children {
    name: "FindingsOfReport",
    of: &ENTITY,
    path: Path::Direct("report_id"),
    order: &[],
    preset: None,
    expected: 5,
};
