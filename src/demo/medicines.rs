//! Which medicines are prescribed for the cases, when they are changed, and when they end.
//!
//! **Invariant:** nobody gets what an allergy, another condition or their age forbids, and nobody takes two of
//! one class on the same day.

use super::background::Allergy;
use super::cases::Case;
use super::conditions::{Plan, Treatment};
use super::doctors::DemoDoctor;
use super::drugs::Drug;
use super::person::{Person, plus};
use super::rng::Rng;
use super::row::{Named, row};
use chrono::{NaiveDate, NaiveDateTime};

row! {
    /// A row of `Medication` with its purposes.
    DemoMedication in "Medication" by "medication_id", of "patient_id";
    columns {
        /// The generic name.
        medicine_name: &'static str,
        /// Whether it is still taken.
        is_continued: bool,
        /// The first day.
        prescribed_date: NaiveDate,
        /// The last day; always there where the medicine is no longer taken.
        discontinued_date: Option<NaiveDate>,
        /// How much at a time.
        dosage: &'static str,
        /// How often.
        frequency: &'static str,
        /// The doctor.
        prescribed_by: &'static str,
        /// The same doctor as a row; older rows may have the name alone.
        doctor_id: Option<Named<DemoDoctor>>,
        /// When it was written down.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
    below {
        /// `Medication_Purpose`: what it is for; at least one.
        purposes: DemoPurpose,
    }
}

row! {
    /// A row of `Medication_Purpose`.
    DemoPurpose in "Medication_Purpose" by "purpose_id", of "medication_id";
    columns {
        /// The condition, spelled as in the patient's history.
        condition_name: &'static str,
        /// What the medicine does for it.
        purpose_description: &'static str,
    }
}

/// A treatment and which of its dosages.
type Dose = (&'static Treatment, usize);

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

    /// Whether another medicine of this class is taken meanwhile.
    fn has_rival(&self, drug: &Drug, start: NaiveDate, end: Option<NaiveDate>) -> bool {
        self.taken.iter().any(|taken| taken.drug.class == drug.class && taken.overlaps(start, end))
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

    fn take(&mut self, rng: &mut Rng, case: &Case, dose: Dose, start: NaiveDate, end: Option<NaiveDate>) {
        let person = self.person;
        let (treatment, dosage) = dose;
        let several = rng.percent(50);
        let purposes = treatment.purposes.iter().take(if several { 2 } else { 1 });
        let condition_name = case.condition.name;
        let created_at = person.stamp(rng, start);
        let changed = end.map_or(created_at, |end| person.stamp(rng, end));
        let row = DemoMedication {
            medicine_name: treatment.drug.name,
            is_continued: end.is_none(),
            prescribed_date: start,
            discontinued_date: end,
            dosage: treatment.dosages.get(dosage).copied().unwrap_or_default(),
            frequency: treatment.frequency,
            prescribed_by: case.doctor(person, start),
            doctor_id: None,
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
                let until = if later { plus(case.seen, 240) } else { case.seen };
                let start = person.open_day(person.day(rng, case.seen, until)).max(case.seen);
                begin(rng, &mut ward, case, plan, start);
            }
        }
        let first = ward
            .taken
            .iter()
            .filter(|taken| taken.row.purposes.iter().any(|purpose| purpose.condition_name == case.condition.name));
        if let Some(first) = first.map(|taken| taken.row.prescribed_date).min().filter(|_| !case.known) {
            case.treated = first.max(case.seen);
        }
    }
    ward.taken.sort_by_key(|taken| taken.row.prescribed_date);
    ward.taken.into_iter().map(|taken| taken.row).collect()
}

/// Begins one part of a treatment, and follows its changes up to yesterday.
fn begin(rng: &mut Rng, ward: &mut Ward, case: &Case, plan: &'static Plan, mut start: NaiveDate) {
    // What is taken for something else already need not be prescribed twice.
    if plan.options.iter().any(|option| ward.allows(option, start) && ward.share(option, case, start)) {
        return;
    }
    let Some(mut dose) = choose(rng, ward, plan, None, start) else { return };
    // Two changes at most.
    for changes_left in (0..3).rev() {
        let (treatment, _) = dose;
        let ongoing = treatment.days == 0 && case.ended.is_none();
        let end = end(rng, ward.person, case, treatment, start);
        let next = end.filter(|_| ongoing && changes_left > 0).and_then(|end| {
            let next = choose(rng, ward, plan, Some(dose), end);
            next.filter(|(next, _)| !ward.has_rival(next.drug, end, None)).map(|next| (next, end))
        });
        // Nobody is left without what they need: where nothing can follow, it is not stopped.
        let end = if ongoing { next.map(|(_, end)| end) } else { end };
        if ward.has_rival(treatment.drug, start, end) {
            return;
        }
        ward.take(rng, case, dose, start, end);
        let Some((next, end)) = next else { return };
        (dose, start) = (next, end);
    }
}

/// What to begin with, or to go on with after `before`: the next dosage of the same medicine, or another one.
fn choose(rng: &mut Rng, ward: &Ward, plan: &'static Plan, before: Option<Dose>, on: NaiveDate) -> Option<Dose> {
    if let Some((treatment, dosage)) = before {
        let stronger = dosage + 1 < treatment.dosages.len() && ward.allows(treatment, on);
        if stronger && rng.percent(60) {
            return Some((treatment, dosage + 1));
        }
    }
    let other =
        |option: &&Treatment| before.is_none_or(|(before, _)| before.drug != option.drug || before.ages != option.ages);
    let allowed: Vec<_> = plan.options.iter().filter(|option| other(option) && ward.allows(option, on)).collect();
    // Mostly what stands first in the list; the others are seconds.
    let favourite = allowed.first().copied().filter(|_| rng.percent(50));
    let treatment = favourite.or_else(|| rng.choose(&allowed).copied())?;
    // Rather the weaker dosages, which stand first.
    let dosages = treatment.dosages.len() as u64;
    Some((treatment, rng.below(dosages).min(rng.below(dosages)) as usize))
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
    let changed = (over(&soonest) && rng.percent(30))
        .then(|| person.open_day(person.day(rng, soonest, person.yesterday)).max(soonest));
    match (grown, changed) {
        (Some(grown), Some(changed)) => Some(grown.min(changed)),
        (grown, changed) => grown.or(changed),
    }
}
