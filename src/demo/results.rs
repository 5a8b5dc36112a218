//! Laboratory reports: the same tests repeated over the years, so that a trend can be seen.

use super::cases::Case;
use super::conditions::{LabPlan, Level};
use super::doctors::DemoDoctor;
use super::labs::{CHILD_CHECK, CHOLESTEROL, HDL, HEALTH_CHECK, LDL, Limits, Panel, Span, TRIGLYCERIDES, Test};
use super::person::{Person, plus};
use super::rng::{Rng, settled};
use super::row::{Named, row};
use chrono::{NaiveDate, NaiveDateTime};

row! {
    /// A row of `Lab_Report` with its findings.
    DemoLabReport in "Lab_Report" by "lab_report_id", of "patient_id";
    columns {
        /// The day the sample was taken.
        lab_date: NaiveDate,
        /// The panel.
        lab_type: &'static str,
        /// Who asked for it.
        ordering_doctor: &'static str,
        /// The same doctor as a row; older rows may have the name alone.
        doctor_id: Option<Named<DemoDoctor>>,
        /// Where it was done.
        lab_facility: &'static str,
        /// When it arrived.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
    below {
        /// `Lab_Finding`, in the order of the panel.
        findings: DemoLabFinding,
    }
}

row! {
    /// A row of `Lab_Finding`.
    DemoLabFinding in "Lab_Finding" by "lab_finding_id", of "lab_report_id";
    columns {
        /// The test.
        test_name: &'static str,
        /// The result: always a number here.
        test_value: String,
        /// Its unit; ratios have none.
        test_unit: Option<&'static str>,
        /// What is normal for this sex and age.
        reference_range: &'static str,
        /// Whether the result lies outside of that.
        is_abnormal: bool,
        /// `high`, `low`, `critical_high` or `critical_low`; always there where the result is abnormal.
        abnormal_flag: Option<&'static str>,
    }
}

/// Every laboratory report, oldest first.
pub(super) fn write(rng: &mut Rng, person: &Person, cases: &[Case]) -> Vec<DemoLabReport> {
    let mut reports = Vec::new();
    for case in cases {
        for plan in case.condition.labs {
            if rng.percent(plan.percent) {
                for date in dates(rng, person, case, plan) {
                    let doctor = case.doctor(person, date);
                    reports.push(report(rng, person, cases, plan.panel, doctor, date));
                }
            }
        }
    }
    if rng.percent(32) {
        let date = person.open_day(person.day(rng, person.registered, person.yesterday));
        let panel = if person.age(date) < 18 { &CHILD_CHECK } else { &HEALTH_CHECK };
        reports.push(report(rng, person, cases, panel, person.gp(), date));
    }
    reports.sort_by_key(|report| report.lab_date);
    reports
}

/// The first on the day the condition was seen, then again in even steps that reach towards today.
fn dates(rng: &mut Rng, person: &Person, case: &Case, plan: &LabPlan) -> Vec<NaiveDate> {
    let count = rng.between(plan.repeats.0, plan.repeats.1);
    let last = case.ended.unwrap_or(person.yesterday);
    let spread = (last - case.seen).num_days() / count.max(1);
    let step = spread.clamp(plan.every_days / 2, plan.every_days * 3 / 2);
    let mut dates = vec![case.seen];
    let mut date = case.seen;
    for _ in 1..count {
        let next = person.open_day(plus(date, step * rng.between(85, 115) / 100));
        if next > person.yesterday || next <= date {
            break;
        }
        dates.push(next);
        date = next;
    }
    dates
}

fn report(
    rng: &mut Rng,
    person: &Person,
    cases: &[Case],
    panel: &'static Panel,
    ordering_doctor: &'static str,
    lab_date: NaiveDate,
) -> DemoLabReport {
    let age = person.age(lab_date);
    let mut values: Vec<(&'static Test, f64)> =
        panel.tests.iter().map(|&test| (test, value(rng, person, cases, test, lab_date))).collect();
    total_cholesterol(&mut values);
    let findings = values.into_iter().map(|(test, value)| {
        let span = test.span(person.sex, age);
        let abnormal_flag = test.flag(span, value);
        DemoLabFinding {
            test_name: test.name,
            test_value: format!("{value:.*}", test.decimals),
            test_unit: test.unit,
            reference_range: span.text,
            is_abnormal: abnormal_flag.is_some(),
            abnormal_flag,
        }
    });
    let findings = findings.collect();
    let created_at = person.stamp(rng, lab_date);
    DemoLabReport {
        lab_date,
        lab_type: panel.name,
        ordering_doctor,
        doctor_id: None,
        lab_facility: person.laboratory,
        created_at,
        updated_at: person.stamp(rng, plus(lab_date, 1)).max(created_at),
        findings,
    }
}

/// What the test shows on that day, rounded as it is printed.
fn value(rng: &mut Rng, person: &Person, cases: &[Case], test: &'static Test, on: NaiveDate) -> f64 {
    let span = test.span(person.sex, person.age(on));
    // Everyone has a value of their own, which moves a little from time to time.
    let (low, high) = span.usual;
    let healthy = low + (high - low) * (0.1 + 0.8 * settled(person.key, test.name));
    let wobble = rng.unit() - 0.5;
    let effect =
        cases.iter().filter(|case| case.seen <= on && case.ended.is_none_or(|ended| on <= ended)).find_map(|case| {
            let effects = case.condition.labs.iter().flat_map(|plan| plan.effects);
            effects.into_iter().find(|effect| effect.test.name == test.name).map(|effect| (case, effect))
        });
    let value = match effect {
        None => healthy + wobble * (high - low) * 0.2,
        Some((case, effect)) => {
            let place = settled(case.key, test.name);
            let before = level(effect.before, span, healthy, place);
            let after = level(effect.after, span, healthy, place);
            // Half of the way within eight weeks of treatment, most of it within a year.
            let years = (on - case.treated).num_days().max(0) as f64 / 365.0;
            let reached = years / (years + 0.15);
            (before + (after - before) * reached) * (1.0 + wobble * 0.05)
        }
    };
    round(value.max(0.0), test.decimals)
}

fn level(level: Level, span: &Span, healthy: f64, place: f64) -> f64 {
    let between = |low: f64, high: f64| low + (high - low) * place;
    match (level, span.limits) {
        (Level::At(low, high), _) => between(low, high),
        (Level::OfLow(low, high), Limits::Between(limit, _) | Limits::Over(limit)) => between(low, high) * limit,
        (Level::OfHigh(low, high), Limits::Between(_, limit) | Limits::Under(limit)) => between(low, high) * limit,
        _ => healthy,
    }
}

/// The total is not drawn but the sum of its parts (Friedewald), or a reader who adds up would wonder.
fn total_cholesterol(values: &mut [(&'static Test, f64)]) {
    let part = |test: &Test| values.iter().find(|(other, _)| other.name == test.name).map(|(_, value)| *value);
    let (Some(ldl), Some(hdl), Some(triglycerides)) = (part(&LDL), part(&HDL), part(&TRIGLYCERIDES)) else { return };
    for (test, value) in values {
        if test.name == CHOLESTEROL.name {
            *value = round(ldl + hdl + triglycerides / 5.0, CHOLESTEROL.decimals);
        }
    }
}

/// As it is printed, so that the flag is that of the number the reader sees.
pub(super) fn round(value: f64, decimals: usize) -> f64 {
    let scale = [1.0, 10.0, 100.0, 1000.0].get(decimals).copied().unwrap_or(1.0);
    (value * scale).round() / scale
}
