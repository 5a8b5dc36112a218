//! The medical history: conditions, allergies, operations, the family, habits and the rest.

use super::background::{ALLERGIES, Allergy, FAMILY, HABITS, Habit, OTHERS, SURGERIES, Surgery};
use super::cases::Case;
use super::person::{Person, plus};
use super::rng::Rng;
use super::row::row;
use chrono::{NaiveDate, NaiveDateTime};

row! {
    /// A row of `Medical_History`.
    DemoHistory in "Medical_History" by "history_id", of "patient_id";
    columns {
        /// `allergy`, `surgery`, `family_history`, `condition`, `lifestyle` or `other`.
        history_type: &'static str,
        /// What it is.
        history_item: &'static str,
        /// More about it.
        history_details: Option<&'static str>,
        /// When it began or took place.
        history_date: Option<NaiveDate>,
        /// `mild`, `moderate`, `severe` or `critical`.
        severity: Option<&'static str>,
        /// Whether it still matters.
        is_active: bool,
        /// When it was last written down.
        updated_at: NaiveDateTime,
    }
}

/// The patient's allergies: at most two, since more would leave nothing to prescribe.
pub(super) fn allergies(rng: &mut Rng, person: &Person) -> Vec<&'static Allergy> {
    let age = person.age(person.today);
    let found = |allergy: &&Allergy| age > allergy.from_age && rng.below(1000) < allergy.per_mille;
    ALLERGIES.iter().filter(found).take(2).collect()
}

/// Every row of the history.
pub(super) fn write(
    rng: &mut Rng,
    person: &Person,
    cases: &[Case],
    allergies: &[&'static Allergy],
) -> Vec<DemoHistory> {
    let mut rows: Vec<DemoHistory> = Vec::with_capacity(cases.len() + 4);
    for case in cases {
        let updated_at = person.stamp(rng, case.ended.unwrap_or(case.seen));
        rows.push(DemoHistory {
            history_type: "condition",
            history_item: case.condition.name,
            history_details: rng.choose(case.condition.details).copied(),
            history_date: Some(case.onset),
            severity: Some(case.severity),
            is_active: case.ended.is_none(),
            updated_at,
        });
    }
    for allergy in allergies {
        // Found at some time in life; not everyone remembers when.
        let from = person.birthday(allergy.from_age);
        let date = person.day(rng, from, from.max(person.registered));
        let mut row = row(rng, person, "allergy", allergy.name, allergy.details);
        row.history_date = Some(date).filter(|_| rng.percent(70));
        row.severity = Some(rng.pick(allergy.severities));
        rows.push(row);
    }
    for surgery in SURGERIES {
        if let Some(date) = operated(rng, person, cases, surgery) {
            let mut row = row(rng, person, "surgery", surgery.name, surgery.details);
            row.history_date = Some(date);
            row.is_active = false;
            row.updated_at = person.stamp(rng, plus(date, 1));
            rows.push(row);
        }
    }
    let age = person.age(person.today);
    for family in FAMILY {
        let asked = age >= family.from_age && (family.sex.is_empty() || family.sex == person.sex);
        if asked && rng.below(1000) < family.per_mille {
            rows.push(row(rng, person, "family_history", family.name, family.details));
        }
    }
    for habit in habits(rng, person, cases) {
        let mut row = row(rng, person, "lifestyle", habit.name, habit.details);
        row.severity = Some(habit.severity).filter(|severity| !severity.is_empty());
        rows.push(row);
    }
    for &(name, per_mille, from_age, details) in OTHERS {
        if age >= from_age && rng.below(1000) < per_mille {
            let from = person.registered.max(person.birthday(from_age));
            let date = person.day(rng, from, person.yesterday);
            let updated_at = person.stamp(rng, date);
            let row = row(rng, person, "other", name, &[]);
            rows.push(DemoHistory { history_details: Some(details), history_date: Some(date), updated_at, ..row });
        }
    }
    rows
}

fn row(
    rng: &mut Rng,
    person: &Person,
    history_type: &'static str,
    history_item: &'static str,
    details: &[&'static str],
) -> DemoHistory {
    DemoHistory {
        history_type,
        history_item,
        history_details: rng.choose(details).copied(),
        history_date: None,
        severity: None,
        is_active: true,
        updated_at: person.stamp(rng, person.registered),
    }
}

/// The day of the operation, for those who had it.
fn operated(rng: &mut Rng, person: &Person, cases: &[Case], surgery: &Surgery) -> Option<NaiveDate> {
    let age = person.age(person.today);
    if age < surgery.ages.0 || !(surgery.sex.is_empty() || surgery.sex == person.sex) {
        return None;
    }
    let reason = cases.iter().find(|case| case.condition.name == surgery.after);
    if (!surgery.after.is_empty() && reason.is_none()) || rng.below(1000) >= surgery.per_mille {
        return None;
    }
    let from = person.birthday(surgery.ages.0).max(reason.map_or(person.dob, |case| case.onset));
    let until = person.birthday(surgery.ages.1 + 1).min(person.yesterday);
    (from < until).then(|| person.day(rng, from, until))
}

/// One habit of each group at most; a lung of smokers has smoked.
fn habits(rng: &mut Rng, person: &Person, cases: &[Case]) -> Vec<&'static Habit> {
    let has = |name: &str| cases.iter().any(|case| case.condition.name == name);
    let (smokes_or_did, pregnant) = (has("Chronic obstructive pulmonary disease"), has("Pregnancy"));
    let age = person.age(person.today);
    let mut chosen: Vec<&Habit> = Vec::new();
    for habit in HABITS {
        let fits = age >= habit.ages.0
            && age <= habit.ages.1
            && !(pregnant && habit.not_in_pregnancy)
            && chosen.iter().all(|other| other.group != habit.group);
        let smoking = smokes_or_did && habit.group == "smoking";
        let per_mille = match habit.name {
            "Never smoked" if smoking => 0,
            "Ex-smoker" if smoking => 1000,
            "Current smoker" if smoking => 350,
            _ => habit.per_mille,
        };
        if fits && rng.below(1000) < per_mille {
            chosen.push(habit);
        }
    }
    chosen
}
