//! One finding of a laboratory report.

use super::lab_report;
use crate::{
    db::{Bind, By, Cond, Enum, Flag, Link, Reach, enumeration, tables},
    graphql::{
        context::Cx,
        entity,
        model::Children,
        relation::One,
        write::{Check, Column, Holds, Rules},
    },
};

enumeration! {
    /// On which side of its reference range a finding lies.
    AbnormalFlag {
        /// Above it.
        High "HIGH" = "high",
        /// Below it.
        Low "LOW" = "low",
        /// Dangerously above it.
        CriticalHigh "CRITICAL_HIGH" = "critical_high",
        /// Dangerously below it.
        CriticalLow "CRITICAL_LOW" = "critical_low",
    }
}

entity! {
    /// One finding of a laboratory report.
    LabFinding of tables::lab_finding, "Lab_Finding" by lab_finding_id,
        patient Reach::Parent("lab_report_id", &lab_report::TABLE), search false,
        written as "finding", "findings";
    columns {
        /// The key of the finding in the relational store.
        lab_finding_id: i32 = "labFindingId" index;
        /// The key of the laboratory report in the relational store.
        lab_report_id: Option<i32> = "labReportId" index;
        /// What was tested.
        test_name: Option<String> = "testName" order;
        /// The value, as the laboratory wrote it.
        test_value: Option<String> = "value";
        /// The unit of the value.
        test_unit: Option<String> = "unit";
        /// The range in which a value is usual.
        reference_range: Option<String> = "referenceRange";
        /// Whether the value lies outside that range.
        is_abnormal: Flag<false> = "isAbnormal" index;
        /// On which side of the range it lies.
        abnormal_flag: Option<Enum<AbnormalFlag>> = "flag";
    }
    computed {
        /// The value as a number; null where it is none (`negative`, `<0.5`).
        "numericValue": Option<f64> = LabFinding::number;
    }
    fields {
        /// The report it stands in.
        "labReport" = One { entity: &lab_report::ENTITY, column: "lab_report_id" };
    }
}

/// What must hold of a finding that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::line("test_name", 255).required(),
        Column::line("test_value", 255).required(),
        Column::line("test_unit", 50),
        Column::line("reference_range", 100),
        Column::of("is_abnormal"),
        Column::of("abnormal_flag"),
    ],
    checks: &[Check {
        columns: &["abnormal_flag", "is_abnormal"],
        code: "REQUIRED",
        message: "an abnormal finding needs its flag: on which side of the range it lies",
        constraint: Some("chk_abnormal_flag"),
        holds: Holds::Always(|row| !row.flag("is_abnormal", false) || row.get("abnormal_flag").is_some()),
    }],
};

/// The findings of a laboratory report.
pub static OF_LAB_REPORT: Children = Children {
    name: "FindingsOfLabReport",
    of: &ENTITY,
    link: Link { column: "lab_report_id", via: None },
    order: &[],
    preset: None,
    expected: 8,
};

/// A patient's findings outside their range, of all laboratory reports.
pub static ABNORMAL_OF_PATIENT: Children = Children {
    name: "AbnormalFindingsOfPatient",
    of: &ENTITY,
    link: THROUGH_REPORTS,
    order: &[],
    preset: Some(|_| Cond::In("is_abnormal", vec![Bind::Int(1)])),
    expected: 10,
};

/// A patient's findings of all laboratory reports, the earliest first.
pub static TREND_OF_PATIENT: Children = Children {
    name: "LabTrendOfPatient",
    of: &ENTITY,
    link: THROUGH_REPORTS,
    order: &[By { column: "lab_date", descending: false, via: true, nullable: true }],
    preset: None,
    expected: 10,
};

const THROUGH_REPORTS: Link = Link { column: "lab_report_id", via: Some((&lab_report::TABLE, "patient_id")) };

impl LabFinding {
    fn number(&self, _: &Cx) -> Option<f64> {
        plain_number(self.test_value.as_deref()?)
    }
}

/// A plain decimal number, nothing that only begins with one.
fn plain_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (first, last) = (digits.bytes().next(), digits.bytes().last());
    let at_both_ends = first.zip(last).is_some_and(|(first, last)| first.is_ascii_digit() && last.is_ascii_digit());
    let plain = at_both_ends && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::plain_number;

    #[test]
    fn only_plain_numbers_are_numbers() {
        assert_eq!(plain_number(" 7.25 "), Some(7.25));
        assert_eq!(plain_number("-3"), Some(-3.0));
        for text in ["", "<0.5", "1e5", "inf", "NaN", "5.6.7", "1,5", "120/80", ".", "5."] {
            assert_eq!(plain_number(text), None, "{text}");
        }
    }
}
