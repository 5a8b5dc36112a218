//! Which medicines are prescribed for the cases, when they are changed, and when they end.
//!
//! **Invariant:** nobody gets what an allergy, another condition or their age forbids, and nobody takes two of
//! one class on the same day.

use super::background::Allergy;
use super::cases::Case;
use super::conditions::{Plan, Treatment};
use super::drugs::Drug;
use super::person::{Person, plus};
use super::rng::Rng;
use super::{DemoMedication, DemoPurpose};
use chrono::NaiveDate;

/// A medicine taken, with what is asked of it while more are chosen.
struct Taken {
    drug: &'static Drug,
    row: DemoMedication,
}

impl Taken {
    /// Whether it is taken on any day from `start` to `end`.
    fn overlaps(&self, start: NaiveDate, end: Option<NaiveDate>) -> bool {
        self.row.discontinued_date.is_none_or(|last| last > start)
            && end.is_none_or(|end| end > self.row.prescribed_date)
    }
}

/// Who the medicines are for: what decides whether one may be given.
struct Ward<'a> {
    person: &'a Person,
    conditions: Vec<&'static str>,
    allergies: &'a [&'static Allergy],
    taken: Vec<Taken>,
}

impl Ward<'_> {
    fn allows(&self, treatment: &Treatment, on: NaiveDate) -> bool {
        let age = self.person.age(on);
        let forbids =
            |name: &str| self.conditions.contains(&name) || self.allergies.iter().any(|allergy| allergy.name == name);
        age >= treatment.drug.from_age
            && age >= treatment.ages.0
            && age <= treatment.ages.1
            && !treatment.drug.avoid.iter().any(|name| forbids(name))
    }

    /// The other medicine of this class that is taken meanwhile.
    fn rival(&self, drug: &Drug, start: NaiveDate, end: Option<NaiveDate>) -> Option<&Taken> {
        self.taken.iter().find(|taken| taken.drug.class == drug.class && taken.overlaps(start, end))
    }

    /// Adds a purpose to the same medicine, where it is taken already for something else.
    fn share(&mut self, treatment: &'static Treatment, case: &Case, start: NaiveDate) -> bool {
        let same = self
            .taken
            .iter_mut()
            .find(|taken| taken.drug == treatment.drug && taken.row.is_continued && taken.overlaps(start, None));
        let Some(taken) = same.filter(|_| treatment.days == 0) else { return false };
        let condition_name = case.condition.name;
        if taken.row.purposes.iter().all(|purpose| purpose.condition_name != condition_name) {
            let purposes = treatment.purposes.iter().take(1);
            taken.row.purposes.extend(purposes.map(|text| DemoPurpose { condition_name, purpose_description: text }));
        }
        true
    }

    fn take(
        &mut self,
        rng: &mut Rng,
        case: &Case,
        treatment: &'static Treatment,
        start: NaiveDate,
        end: Option<NaiveDate>,
    ) {
        let person = self.person;
        let several = rng.percent(40);
        let purposes = treatment.purposes.iter().take(if several { 2 } else { 1 });
        let condition_name = case.condition.name;
        let created_at = person.stamp(rng, start);
        let changed = end.map_or(created_at, |end| person.stamp(rng, end));
        let row = DemoMedication {
            medicine_name: treatment.drug.name,
            is_continued: end.is_none(),
            prescribed_date: start,
            discontinued_date: end,
            dosage: rng.pick(treatment.dosages),
            frequency: treatment.frequency,
            prescribed_by: case.doctor(person, start),
            created_at,
            updated_at: changed.max(created_at),
            purposes: purposes.map(|text| DemoPurpose { condition_name, purpose_description: text }).collect(),
        };
        self.taken.push(Taken { drug: treatment.drug, row });
    }
}

/// Every medicine of the patient, oldest first. Writes into each case when its treatment began.
pub(super) fn prescribe(
    rng: &mut Rng,
    person: &Person,
    cases: &mut [Case],
    allergies: &[&'static Allergy],
) -> Vec<DemoMedication> {
    let conditions = cases.iter().map(|case| case.condition.name).collect();
    let mut ward = Ward { person, conditions, allergies, taken: Vec::new() };
    for case in cases {
        for (step, plan) in case.condition.plans.iter().enumerate() {
            let goes_along = plan.with.is_none_or(|drug| ward.taken.iter().any(|taken| taken.drug == drug));
            if goes_along && rng.percent(plan.percent) {
                // The first medicine on the first day, the others then or when it turned out not to be enough.
                let later = step > 0 && case.ended.is_none() && rng.percent(45);
                let start = if later { person.day(rng, case.seen, plus(case.seen, 240)) } else { case.seen };
                begin(rng, &mut ward, case, plan, start);
            }
        }
        let first = ward
            .taken
            .iter()
            .filter(|taken| taken.row.purposes.iter().any(|purpose| purpose.condition_name == case.condition.name));
        if let Some(first) = first.map(|taken| taken.row.prescribed_date).min() {
            case.treated = first.max(case.seen);
        }
    }
    ward.taken.sort_by_key(|taken| taken.row.prescribed_date);
    ward.taken.into_iter().map(|taken| taken.row).collect()
}

/// Begins one part of a treatment, and follows its changes up to yesterday.
fn begin(rng: &mut Rng, ward: &mut Ward, case: &Case, plan: &'static Plan, start: NaiveDate) {
    let mut start = start;
    let mut before: Option<&'static Treatment> = None;
    // A few changes at most; each turn is one medicine.
    for _ in 0..3 {
        let allowed: Vec<&'static Treatment> = plan
            .options
            .iter()
            .filter(|option| {
                ward.allows(option, start)
                    && before.is_none_or(|before| before.drug != option.drug || before.ages != option.ages)
            })
            .collect();
        // Mostly what stands first in the list; the others are seconds.
        let favourite = allowed.first().copied().filter(|_| rng.percent(50));
        let Some(treatment) = favourite.or_else(|| rng.choose(&allowed).copied()) else { return };
        if before.is_none() && ward.share(treatment, case, start) {
            return;
        }
        let end = end(rng, ward.person, case, treatment, start);
        if ward.rival(treatment.drug, start, end).is_some() {
            return;
        }
        ward.take(rng, case, treatment, start, end);
        match end {
            Some(end) if treatment.days == 0 && case.ended.is_none() => start = end,
            _ => return,
        }
        before = Some(treatment);
    }
}

/// The last day of a medicine that begins on `start`; none while it is still taken.
fn end(rng: &mut Rng, person: &Person, case: &Case, treatment: &Treatment, start: NaiveDate) -> Option<NaiveDate> {
    let over = |date: &NaiveDate| *date <= person.yesterday;
    if treatment.days > 0 {
        return Some(plus(start, treatment.days)).filter(over);
    }
    if case.ended.is_some() {
        return case.ended.map(|ended| ended.max(start));
    }
    // Children grow out of their dose; others change now and then.
    let grown = Some(person.birthday(treatment.ages.1 + 1)).filter(|date| treatment.ages.1 < 100 && over(date));
    let soonest = plus(start, 30);
    let changed = (over(&soonest) && rng.percent(17)).then(|| person.day(rng, soonest, person.yesterday));
    match (grown, changed) {
        (Some(grown), Some(changed)) => Some(grown.min(changed)),
        (grown, changed) => grown.or(changed),
    }
}
