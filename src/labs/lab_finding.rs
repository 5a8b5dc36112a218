//! One finding of a laboratory report.

use super::{
    lab_report,
    reading::{INTERVAL, Interval, RangeVerdict},
};
use crate::{
    db::{Bind, By, Cond, Enum, Flag, Path, enumeration},
    entity::entity,
    graph::shape::{As, Bond, Shape},
    graphql::{
        context::Cx,
        made::OfRow,
        model::Children,
        relation::{List, Narrowing, One},
        rules::{Check, Holds},
    },
    patients::patient,
    write::AddAll,
};

enumeration! {
    /// On which side of its reference range the value of a laboratory finding lies, as recorded.
    AbnormalFlag {
        /// The value lies above the reference range.
        High "HIGH" = "high",
        /// The value lies below the reference range.
        Low "LOW" = "low",
        /// The value lies dangerously far above the reference range.
        CriticalHigh "CRITICAL_HIGH" = "critical_high",
        /// The value lies dangerously far below the reference range.
        CriticalLow "CRITICAL_LOW" = "critical_low",
    }
}

entity! {
    /// A finding of a laboratory report: one test and its value.
    LabFinding, "Lab_Finding" by lab_finding_id, search false;
    called "a finding of a laboratory report", "findings of laboratory reports";
    root "labFinding", "labFindings";
    written "finding", "findings";
    belongs { lab_report_id of lab_report, as "findings" "The findings of the laboratory report." }
    columns {
        /// The key of the finding in the relational store.
        lab_finding_id: i32 = "labFindingId" index, Key;
        /// The key of the laboratory report in the relational store.
        lab_report_id: Option<i32> = "labReportId" index, Key;
        /// The name of the test.
        test_name: Option<String> = "testName" order with numeric_value, Clinical, required line(255);
        /// The value of the finding, as the laboratory wrote it.
        test_value: Option<String> = "value", Clinical, required line(255);
        /// The unit of the finding's value.
        test_unit: Option<String> = "unit", Clinical, line(50);
        /// The range in which a value is usual, as the laboratory wrote it.
        reference_range: Option<String> = "referenceRange", Clinical, line(100);
        /// Whether the value lies outside the reference range, as recorded.
        is_abnormal: Flag<false> = "isAbnormal" index, Clinical, value;
        /// On which side of the reference range the value lies, as recorded.
        abnormal_flag: Option<Enum<AbnormalFlag>> = "flag", Clinical, value;
        /// The value as a number, where it is nothing else: at most 15 digits, a minus or none, a decimal point or comma
        /// or none (`7`, `-2.5`, `4,2`). Null for `<0.5`, `1e5`, `120/80`, `+1` and words. A comma before exactly three
        /// digits may divide thousands, so `1,234` is null; `0,125` is read.
        numeric_value: Option<f64> = "numericValue" order generated, Clinical;
    }
    computed {
        /// On which side of its reference interval the value lies, as computed from both. Null, which is no verdict, where
        /// either cannot be read, or where the interval's unit is not the value's. `flag` is what the laboratory recorded.
        "verdict": Option<RangeVerdict> = LabFinding::verdict, Clinical;
    }
    fields {
        /// The reference range, read as numbers; null where there is no `referenceRange`.
        "referenceInterval" = OfRow { object: &INTERVAL, make: LabFinding::interval };
        /// The laboratory report that holds the finding.
        "labReport" = One { entity: &lab_report::ENTITY, column: "lab_report_id" };
    }
    gives {
        /// The findings of the laboratory report.
        lab_report, "findings" = List { children: &OF_LAB_REPORT, narrowing: None };
        /// Findings of all the patient's laboratory reports that are marked as outside their reference range.
        patient, "abnormalFindings" = List { children: &ABNORMAL_OF_PATIENT, narrowing: None };
        /// The patient's findings of one laboratory test over time, the earliest first.
        patient, "labTrend" = List {
            children: &TREND_OF_PATIENT,
            narrowing: Some(Narrowing { arg: "testName", doc: "The name of the laboratory test; upper and lower case are the same.", field: "testName", required: true }),
        };
    }
    verbs {
        /// Adds findings to a laboratory report.
        "addLabFindings" = ADD;
    }
    graph nodes SHAPE;
    checks &[Check {
        columns: &["abnormal_flag", "is_abnormal"],
        code: "REQUIRED",
        message: "an abnormal finding needs its flag: on which side of the range it lies",
        constraint: Some("chk_abnormal_flag"),
        holds: Holds::Always(|row| !row.flag("is_abnormal", false) || row.get("abnormal_flag").is_some()),
    }];
}

/// A finding of a laboratory report in the graph.
static SHAPE: Shape = Shape {
    also: &["LabResult", "TestResult"],
    caption: "test_name",
    props: &[
        ("test_name", "test_name", As::Text),
        ("test_value", "test_value", As::Text),
        ("test_unit", "test_unit", As::Text),
        ("reference_range", "reference_range", As::Text),
        ("is_abnormal", "is_abnormal", As::Flag(false)),
        ("flag", "abnormal_flag", As::Word),
    ],
    bonds: &[
        Bond { name: "CONTAINS_FINDING", from_patient: false, props: &[("abnormal", "is_abnormal"), ("flag", "flag")] },
        Bond { name: "CONTAINS_RESULT", from_patient: false, props: &[] },
        Bond { name: "HAS_LAB_RESULT", from_patient: true, props: &[("abnormal", "is_abnormal")] },
    ],
    ..Shape::PLAIN
};

static ADD: AddAll = AddAll {
    name: "AddLabFindingsInput",
    doc: "A laboratory report, and the findings to add.",
    list: "The findings to add.",
    entity: &ENTITY,
};

/// The findings of a laboratory report.
static OF_LAB_REPORT: Children = Children {
    name: "FindingsOfLabReport",
    of: &ENTITY,
    path: Path::Direct("lab_report_id"),
    order: &[],
    preset: None,
    expected: 8,
};

/// A patient's findings outside their range, of all laboratory reports.
static ABNORMAL_OF_PATIENT: Children = Children {
    name: "AbnormalFindingsOfPatient",
    of: &ENTITY,
    path: THROUGH_REPORTS,
    order: &[],
    preset: Some(|_| Cond::In("is_abnormal", vec![Bind::Int(1)])),
    expected: 10,
};

/// A patient's findings of all laboratory reports, the earliest first.
static TREND_OF_PATIENT: Children = Children {
    name: "LabTrendOfPatient",
    of: &ENTITY,
    path: THROUGH_REPORTS,
    order: &[By { column: "lab_date", descending: false, via: true, nullable: true }],
    preset: None,
    expected: 10,
};

const THROUGH_REPORTS: Path =
    Path::Through { column: "lab_report_id", between: &lab_report::TABLE, above: "patient_id" };

impl LabFinding {
    fn interval(&self) -> Option<Interval> {
        Interval::read(self.reference_range.as_deref()?)
    }

    fn verdict(&self, _: &Cx) -> Option<RangeVerdict> {
        self.interval()?.verdict(self.numeric_value?, self.test_unit.as_deref())
    }
}
