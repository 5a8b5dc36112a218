//! What the patient suffers from, and since when.

use super::conditions::{self, Condition, Course};
use super::person::{Person, plus};
use super::rng::Rng;
use chrono::NaiveDate;

/// One condition of one patient.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) condition: &'static Condition,
    /// When it began; may lie before the record begins.
    pub(super) onset: NaiveDate,
    /// The first visit for it that is on record.
    pub(super) seen: NaiveDate,
    /// When it was over, if it is.
    pub(super) ended: Option<NaiveDate>,
    /// When treatment began: the first visit, or the first medicine.
    pub(super) treated: NaiveDate,
    pub(super) severity: &'static str,
    /// The first visit was an emergency.
    pub(super) urgent: bool,
    /// A specialist looks after it as well.
    pub(super) referred: bool,
    /// Draws about this case that must come out alike each time begin from this.
    pub(super) key: u64,
}

impl Case {
    /// The family doctor; after the first visit, the specialist who looks after the case.
    pub(super) fn doctor(&self, person: &Person, on: NaiveDate) -> &'static str {
        if self.referred && on > self.seen { person.doctor(self.condition.specialty, on) } else { person.gp() }
    }
}

/// More would make a believable list unreadable.
const MOST: usize = 6;

/// The patient's conditions, in the order they were first seen.
pub(super) fn draw(rng: &mut Rng, person: &Person) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for condition in conditions::all() {
        if rng.below(100_000) < frequency(condition, person) {
            add(rng, person, &mut cases, condition);
        }
    }
    // What often comes along; the list grows while it is walked, and so do the companions of companions.
    let mut next = 0;
    while let Some(condition) = cases.get(next).map(|case| case.condition) {
        for &(name, percent) in condition.brings {
            let companion = conditions::named(name).filter(|_| rng.percent(percent));
            if let Some(companion) = companion.filter(|companion| frequency(companion, person) > 0) {
                add(rng, person, &mut cases, companion);
            }
        }
        next += 1;
    }
    while cases.len() > MOST {
        cases.remove(rng.below(cases.len() as u64) as usize);
    }
    cases.sort_by_key(|case| case.seen);
    cases
}

/// How many in 100 000 patients of this age and sex have the condition.
fn frequency(condition: &Condition, person: &Person) -> u64 {
    let age = person.age(person.today);
    if age < condition.ages.0 || age > condition.ages.1 {
        return 0;
    }
    let [children, young, middle, old] = condition.per_mille;
    let per_mille = match age {
        ..18 => children,
        18..40 => young,
        40..65 => middle,
        _ => old,
    };
    let percent = match person.sex {
        "Male" => condition.men,
        "Female" => condition.women,
        // What belongs to one sex is left out where the record does not say which organs there are.
        _ if condition.men == 0 || condition.women == 0 => 0,
        _ => 100,
    };
    u64::from(per_mille) * u64::from(percent)
}

/// Adds the condition, unless the patient has it, or another of its group, or has had no time to get it.
fn add(rng: &mut Rng, person: &Person, cases: &mut Vec<Case>, condition: &'static Condition) {
    let rules_out = |other: &Condition| {
        other.name == condition.name || (!condition.group.is_empty() && other.group == condition.group)
    };
    if cases.iter().any(|case| rules_out(case.condition)) {
        return;
    }
    let earliest = person.birthday(condition.ages.0);
    let Some((onset, seen, ended)) = dates(rng, person, condition.course, earliest) else { return };
    let urgent = rng.percent(condition.urgent);
    // The practice is closed at weekends; emergencies are not.
    let seen = if urgent { seen } else { person.open_day(seen).max(onset.max(earliest)) };
    cases.push(Case {
        condition,
        onset,
        seen,
        ended,
        treated: seen,
        severity: rng.pick(condition.severities),
        urgent,
        referred: rng.percent(42),
        key: rng.next(),
    });
}

/// When it began, was first seen and was over.
fn dates(
    rng: &mut Rng,
    person: &Person,
    course: Course,
    earliest: NaiveDate,
) -> Option<(NaiveDate, NaiveDate, Option<NaiveDate>)> {
    let from = person.registered.max(earliest);
    if from >= person.yesterday {
        return None;
    }
    match course {
        Course::Lasting if earliest < person.registered && rng.percent(50) => {
            let oldest = earliest.max(plus(person.registered, -20 * 365));
            let onset = person.day(rng, oldest, plus(person.registered, -1));
            Some((onset, person.day(rng, person.registered, plus(person.registered, 240)), None))
        }
        Course::Lasting => {
            let seen = person.open_day(person.day(rng, from, person.yesterday)).max(from);
            Some((seen, seen, None))
        }
        Course::Episode(shortest, longest) => {
            let seen = person.open_day(person.day(rng, from, person.yesterday)).max(from);
            let ended = plus(seen, rng.between(shortest, longest));
            Some((seen, seen, Some(ended).filter(|ended| *ended <= person.yesterday)))
        }
        Course::Recent(shortest, longest) => {
            let onset = plus(person.today, -rng.between(shortest, longest));
            let seen = plus(onset, rng.between(28, 48)).max(person.registered);
            (seen <= person.yesterday).then_some((onset, seen, None))
        }
    }
}
