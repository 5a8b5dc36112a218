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
    /// It was known, and treated, before the record began.
    pub(super) known: bool,
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
        if self.referred && on > self.seen { self.specialist(person, on) } else { person.gp() }
    }

    /// Whom the family doctor refers the case to on a day.
    pub(super) fn specialist(&self, person: &Person, on: NaiveDate) -> &'static str {
        person.doctor(self.condition.specialty, on)
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
    let urgent = rng.percent(condition.urgent);
    let Some(Dates { onset, seen, ended }) = dates(rng, person, condition, urgent) else { return };
    let known = onset < person.registered;
    cases.push(Case {
        condition,
        onset,
        seen,
        ended,
        treated: if known { plus(seen, -90) } else { seen },
        severity: rng.pick(condition.severities),
        known,
        urgent: urgent && !known,
        referred: rng.percent(42),
        key: rng.next(),
    });
}

/// When it began, was first seen and was over.
struct Dates {
    onset: NaiveDate,
    seen: NaiveDate,
    ended: Option<NaiveDate>,
}

/// None where the patient has not been with the practice for long enough.
fn dates(rng: &mut Rng, person: &Person, condition: &Condition, urgent: bool) -> Option<Dates> {
    let earliest = person.birthday(condition.ages.0);
    let from = person.registered.max(earliest);
    if from >= person.yesterday {
        return None;
    }
    // The practice is closed at weekends; emergencies are seen elsewhere, on any day.
    let visit = |date| if urgent { date } else { person.open_day(date).max(from) };
    match condition.course {
        Course::Lasting if earliest < person.registered && rng.percent(50) => {
            let oldest = earliest.max(plus(person.registered, -20 * 365));
            let onset = person.day(rng, oldest, plus(person.registered, -1));
            let seen = person.day(rng, person.registered, plus(person.registered, 240));
            Some(Dates { onset, seen: person.open_day(seen), ended: None })
        }
        Course::Lasting => {
            let seen = visit(person.day(rng, from, person.yesterday));
            Some(Dates { onset: seen, seen, ended: None })
        }
        Course::Episode(shortest, longest) => {
            let seen = visit(person.day(rng, from, person.yesterday));
            let ended = plus(seen, rng.between(shortest, longest));
            Some(Dates { onset: seen, seen, ended: Some(ended).filter(|ended| *ended <= person.yesterday) })
        }
        Course::Recent(shortest, longest) => {
            let onset = plus(person.today, -rng.between(shortest, longest));
            let seen = visit(plus(onset, rng.between(28, 48)).max(from));
            Some(Dates { onset, seen, ended: None }).filter(|dates| dates.seen <= person.yesterday)
        }
    }
}
