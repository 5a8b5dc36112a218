//! One finding of a report.

use super::report;
use crate::{
    db::{Enum, Flag, Link, Reach, tables},
    graphql::{entity, model::Children, relation::One},
    records::medical_history::Severity,
};

entity! {
    /// One finding of a report.
    ReportFinding of tables::report_finding, "Report_Finding" by finding_id,
        patient Reach::Parent("report_id", &report::TABLE), search false;
    columns {
        /// The key of the finding in the relational store.
        finding_id: i32 = "findingId" index;
        /// The key of the report in the relational store.
        report_id: i32 = "reportId" index;
        /// What was looked at.
        finding_key: String = "key" order;
        /// What was found.
        finding_value: String = "value";
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

/// The findings of a report.
pub static OF_REPORT: Children = Children {
    name: "FindingsOfReport",
    of: &ENTITY,
    link: Link { column: "report_id", via: None },
    order: &[],
    preset: None,
    expected: 5,
};
