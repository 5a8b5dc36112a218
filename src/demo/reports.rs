//! Reports of examinations: a text of several paragraphs and the findings in it.

use super::cases::Case;
use super::conditions::{Finding, ReportKind};
use super::doctors::{DemoDoctor, Specialty};
use super::person::{Person, plus};
use super::results::round;
use super::rng::Rng;
use super::row::{Named, row};
use chrono::{NaiveDate, NaiveDateTime};
use std::borrow::Cow;
use std::fmt::Write;

row! {
    /// A row of `Report` with its findings.
    DemoReport in "Report" by "report_id", of "patient_id";
    columns {
        /// The kind of examination.
        report_type: &'static str,
        /// The day.
        report_date: NaiveDate,
        /// The whole text, several paragraphs.
        complete_report: String,
        /// The result in a sentence or two.
        report_summary: String,
        /// Who signed it.
        doctor_name: &'static str,
        /// The same doctor as a row; older rows may have the name alone.
        doctor_id: Option<Named<DemoDoctor>>,
        /// When it was written.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
    below {
        /// `Report_Finding`, in the order of the text.
        findings: DemoReportFinding,
    }
}

row! {
    /// A row of `Report_Finding`.
    DemoReportFinding in "Report_Finding" by "finding_id", of "report_id";
    columns {
        /// What was looked at.
        finding_key: &'static str,
        /// What was found.
        finding_value: Cow<'static, str>,
        /// Its unit, where it is a number.
        finding_unit: Option<&'static str>,
        /// What is normal.
        normal_range: &'static str,
        /// Whether it is not.
        is_abnormal: bool,
        /// `mild`, `moderate`, `severe` or `critical`; always there where the finding is abnormal.
        abnormal_severity: Option<&'static str>,
    }
}

/// An examination offered to the healthy: of whom, from which age, up to which.
struct Screening {
    sex: &'static str,
    ages: (i64, i64),
    kind: ReportKind,
}

static SCREENINGS: &[Screening] = &[
    Screening {
        sex: "Female",
        ages: (50, 71),
        kind: ReportKind {
            title: "Screening mammography",
            specialty: Specialty::Radiology,
            percent: 48,
            technique: "Two views of each breast, compared with earlier pictures where there are any.",
            narrative: "Scattered glandular tissue on both sides. No mass, no suspicious calcification, no distortion.",
            findings: &[Finding::Seen {
                key: "BI-RADS category",
                value: "1 (negative)",
                normal: "1 (negative) or 2 (benign)",
                severity: None,
            }],
            summary: "No sign of breast cancer.",
            advice: "Next screening in two to three years.",
            rays: true,
        },
    },
    Screening {
        sex: "Female",
        ages: (25, 64),
        kind: ReportKind {
            title: "Cervical screening",
            specialty: Specialty::Gynaecology,
            percent: 20,
            technique: "Liquid-based sample, test for high-risk papillomavirus.",
            narrative: "The sample is sufficient. High-risk papillomavirus is not detected.",
            findings: &[Finding::Seen {
                key: "High-risk HPV",
                value: "Not detected",
                normal: "Not detected",
                severity: None,
            }],
            summary: "Negative screening test.",
            advice: "Next screening in five years.",
            rays: false,
        },
    },
    Screening {
        sex: "",
        ages: (52, 74),
        kind: ReportKind {
            title: "Bowel cancer screening",
            specialty: Specialty::Gastroenterology,
            percent: 26,
            technique: "Quantitative faecal immunochemical test of one sample.",
            narrative: "The amount of blood in the sample lies below the threshold.",
            findings: &[Finding::Measured {
                key: "Faecal haemoglobin",
                unit: "µg/g",
                range: "< 20",
                normal: (0.0, 19.9),
                seen: (0.0, 12.0),
                decimals: 0,
            }],
            summary: "Negative screening test.",
            advice: "Repeat in two years; come earlier if blood is seen or habits change.",
            rays: false,
        },
    },
];

/// Every report, oldest first.
pub(super) fn write(rng: &mut Rng, person: &Person, cases: &[Case]) -> Vec<DemoReport> {
    let pregnant_since = cases.iter().find(|case| case.condition.name == "Pregnancy").map(|case| case.onset);
    let allowed = |kind: &ReportKind, on: NaiveDate| !kind.rays || pregnant_since.is_none_or(|since| on < since);
    let mut reports = Vec::new();
    for case in cases {
        for kind in case.condition.reports {
            let date = person.open_day(person.day(rng, case.seen, plus(case.seen, 40)));
            let date = date.max(case.seen);
            if rng.percent(kind.percent) && allowed(kind, date) {
                reports.push(report(rng, person, kind, case.condition.name, date));
            }
        }
    }
    for Screening { sex, ages, kind } in SCREENINGS {
        let date = person.open_day(person.day(rng, person.registered, person.yesterday));
        let age = person.age(date);
        let offered = (sex.is_empty() || *sex == person.sex) && age >= ages.0 && age <= ages.1;
        if offered && rng.percent(kind.percent) && allowed(kind, date) {
            reports.push(report(rng, person, kind, "none, routine screening", date));
        }
    }
    reports.sort_by_key(|report| report.report_date);
    reports
}

fn report(
    rng: &mut Rng,
    person: &Person,
    kind: &'static ReportKind,
    reason: &'static str,
    report_date: NaiveDate,
) -> DemoReport {
    let findings: Vec<DemoReportFinding> = kind.findings.iter().map(|finding| draw(rng, finding)).collect();
    let doctor_name = person.doctor(kind.specialty, report_date);
    let created_at = person.stamp(rng, report_date);
    DemoReport {
        report_type: kind.title,
        report_date,
        complete_report: text(person, kind, reason, &findings, doctor_name, report_date),
        report_summary: summary(kind, &findings),
        doctor_name,
        doctor_id: None,
        created_at,
        updated_at: person.stamp(rng, plus(report_date, 2)).max(created_at),
        findings,
    }
}

fn draw(rng: &mut Rng, finding: &Finding) -> DemoReportFinding {
    match *finding {
        Finding::Seen { key, value, normal, severity } => DemoReportFinding {
            finding_key: key,
            finding_value: Cow::Borrowed(value),
            finding_unit: None,
            normal_range: normal,
            is_abnormal: severity.is_some(),
            abnormal_severity: severity,
        },
        Finding::Measured { key, unit, range, normal, seen, decimals } => {
            let value = round(seen.0 + (seen.1 - seen.0) * rng.unit(), decimals);
            let abnormal_severity = distance(value, normal);
            DemoReportFinding {
                finding_key: key,
                finding_value: Cow::Owned(format!("{value:.decimals$}")),
                finding_unit: Some(unit).filter(|unit| !unit.is_empty()),
                normal_range: range,
                is_abnormal: abnormal_severity.is_some(),
                abnormal_severity,
            }
        }
    }
}

/// How far outside of what is normal, measured by the width of that; none inside.
fn distance(value: f64, (low, high): (f64, f64)) -> Option<&'static str> {
    let beyond = (low - value).max(value - high);
    let width = if high > low { high - low } else { value.abs() };
    match beyond / width {
        _ if beyond <= 0.0 => None,
        ..0.25 => Some("mild"),
        0.25..1.0 => Some("moderate"),
        _ => Some("severe"),
    }
}

/// The conclusion, and the number it rests on.
fn summary(kind: &ReportKind, findings: &[DemoReportFinding]) -> String {
    let number = findings.iter().find(|finding| matches!(finding.finding_value, Cow::Owned(_)));
    match number {
        None => kind.summary.to_owned(),
        Some(finding) => format!("{} {}: {}.", kind.summary, finding.finding_key, measure(finding)),
    }
}

fn measure(finding: &DemoReportFinding) -> String {
    match finding.finding_unit {
        Some(unit) => format!("{} {unit}", finding.finding_value),
        None => finding.finding_value.to_string(),
    }
}

fn text(
    person: &Person,
    kind: &ReportKind,
    reason: &str,
    findings: &[DemoReportFinding],
    doctor: &str,
    date: NaiveDate,
) -> String {
    let who = match (person.age(date), person.sex) {
        (..16, "Male") => "boy",
        (..16, "Female") => "girl",
        (_, "Male") => "man",
        (_, "Female") => "woman",
        _ => "patient",
    };
    let age = person.age(date);
    let mut text = String::with_capacity(1200);
    // Writing into a String cannot fail.
    let _ = write!(text, "{}\n\nClinical details: ", kind.title.to_uppercase());
    let _ = match age {
        0 => write!(text, "{} under one year of age.", capital(who)),
        _ => write!(text, "{} aged {age} years.", capital(who)),
    };
    let _ =
        write!(text, " Known condition: {reason}.\n\nTechnique: {}\n\nFindings: {}\n", kind.technique, kind.narrative);
    for finding in findings {
        let _ = write!(text, "\n- {}: {}", finding.finding_key, measure(finding));
        if finding.normal_range != finding.finding_value {
            let _ = write!(text, " (normal: {})", finding.normal_range);
        }
    }
    let _ = write!(text, "\n\nConclusion: {}\n\nRecommendation: {}\n\n", kind.summary, kind.advice);
    let _ = write!(text, "Reported by {doctor} on {date}.");
    text
}

fn capital(word: &str) -> &'static str {
    match word {
        "boy" => "Boy",
        "girl" => "Girl",
        "man" => "Man",
        "woman" => "Woman",
        _ => "Patient",
    }
}
