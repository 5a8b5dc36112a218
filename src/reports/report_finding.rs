//! One finding of a report.

use super::report;
use crate::{
    db::{Enum, Flag, Link, Reach, tables},
    graphql::{
        entity,
        model::Children,
        relation::One,
        write::{Check, Column, Holds, Rules},
    },
    records::medical_history::Severity,
};

entity! {
    /// One finding of a report.
    ReportFinding of tables::report_finding, "Report_Finding" by finding_id,
        patient Reach::Parent("report_id", &report::TABLE), search false,
        written as "finding", "findings";
    columns {
        /// The key of the finding in the relational store.
        finding_id: i32 = "findingId" index;
        /// The key of the report in the relational store.
        report_id: Option<i32> = "reportId" index;
        /// What was looked at.
        finding_key: Option<String> = "key" order;
        /// What was found.
        finding_value: Option<String> = "value";
        /// The unit of the value.
        finding_unit: Option<String> = "unit";
        /// The range in which a value is usual.
        normal_range: Option<String> = "normalRange";
        /// Whether it is out of the usual.
        is_abnormal: Flag<false> = "isAbnormal" index;
        /// How bad it is, if it is out of the usual.
        abnormal_severity: Option<Enum<Severity>> = "severity";
    }
    computed {}
    fields {
        /// The report it stands in.
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
    link: Link { column: "report_id", via: None },
    order: &[],
    preset: None,
    expected: 5,
};
