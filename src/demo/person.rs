//! Who the patient is, and which dates are possible for them.

use super::doctors::Specialty;
use super::rng::Rng;
use super::{institutions::LABORATORIES, people};
use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

/// Everything that the rest of the story leans on.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) n: u64,
    pub(super) given: &'static str,
    pub(super) name: String,
    pub(super) sex: &'static str,
    pub(super) dob: NaiveDate,
    pub(super) today: NaiveDate,
    /// The last day that anything can have happened on: so no time of day is ever ahead of the clock.
    pub(super) yesterday: NaiveDate,
    /// The first day with the practice; what is recorded begins here, what is told may be older.
    pub(super) registered: NaiveDate,
    pub(super) laboratory: &'static str,
    /// Draws that must come out alike each time begin from this.
    pub(super) key: u64,
}

/// Ages by weight: percent, first and last year.
const AGES: &[(u64, i64, i64)] = &[(4, 0, 4), (9, 5, 17), (27, 18, 39), (33, 40, 64), (19, 65, 79), (8, 80, 96)];

impl Person {
    pub(super) fn draw(rng: &mut Rng, n: u64, today: NaiveDate) -> Self {
        let sex = match rng.below(1000) {
            0..488 => "Male",
            488..992 => "Female",
            _ => "Other",
        };
        let (given, name) = people::name(&mut rng.fork(), sex);
        let (first, last) = age_band(rng);
        // Nobody is younger than ten weeks, so that even a baby has a little history.
        let dob = plus(today, -rng.between(first * 365 + first / 4 + 70, last * 365 + last / 4 + 364));
        let dob = dob.max(NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(dob)).min(today);
        let yesterday = plus(today, -1).max(dob);
        let registered = plus(today, -rng.between(45, 4000)).max(plus(dob, rng.between(1, 14))).min(yesterday);
        let laboratory = rng.choose(LABORATORIES).map_or("", |laboratory| laboratory.name);
        Person { n, given, name, sex, dob, today, yesterday, registered, laboratory, key: rng.next() }
    }

    /// Whole years of age on a day.
    pub(super) fn age(&self, on: NaiveDate) -> i64 {
        on.years_since(self.dob).map_or(0, i64::from)
    }

    /// The day this age is reached.
    pub(super) fn birthday(&self, age: i64) -> NaiveDate {
        let months = Months::new(u32::try_from(age * 12).unwrap_or(0));
        self.dob.checked_add_months(months).unwrap_or(self.dob)
    }

    /// The family doctor.
    pub(super) fn gp(&self) -> &'static str {
        Specialty::General.doctor(self.key)
    }

    /// Who sees this patient for a specialty on a day.
    pub(super) fn doctor(&self, specialty: Specialty, on: NaiveDate) -> &'static str {
        specialty.at_age(self.age(on)).doctor(self.key)
    }

    /// A day between two, no later than yesterday; the first where they cross.
    pub(super) fn day(&self, rng: &mut Rng, from: NaiveDate, until: NaiveDate) -> NaiveDate {
        let from = from.min(self.yesterday);
        plus(from, rng.between(0, (until.min(self.yesterday) - from).num_days()))
    }

    /// A day that the practice is open, at `date` or in the week before it.
    pub(super) fn open_day(&self, date: NaiveDate) -> NaiveDate {
        // Week by week to another day, or Fridays would be three times as busy.
        let spread = i64::from(date.num_days_from_ce() / 7 % 5);
        let back = match date.weekday() {
            Weekday::Sat => 1 + spread,
            Weekday::Sun => 2 + spread,
            _ => 0,
        };
        plus(date, -back).max(self.registered)
    }

    /// When something was written down: on this day, in working hours, within what the record spans.
    pub(super) fn stamp(&self, rng: &mut Rng, date: NaiveDate) -> NaiveDateTime {
        let seconds = rng.between(8 * 3600, 18 * 3600 - 1);
        date.min(self.yesterday).max(self.registered).and_time(clock(seconds))
    }

    /// When the patient was entered: on the first day, before anything else was.
    pub(super) fn created_at(&self) -> NaiveDateTime {
        self.registered.and_time(clock(7 * 3600 + (self.key % 3600) as i64))
    }
}

fn age_band(rng: &mut Rng) -> (i64, i64) {
    let mut left = rng.below(AGES.iter().map(|(percent, ..)| percent).sum());
    for &(percent, first, last) in AGES {
        if left < percent {
            return (first, last);
        }
        left -= percent;
    }
    (0, 0)
}

/// So many days later, or earlier; the same day at the end of the calendar.
pub(super) fn plus(date: NaiveDate, days: i64) -> NaiveDate {
    TimeDelta::try_days(days).and_then(|days| date.checked_add_signed(days)).unwrap_or(date)
}

/// So many seconds after midnight.
pub(super) fn clock(seconds: i64) -> NaiveTime {
    let seconds = u32::try_from(seconds).unwrap_or(0);
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default()
}
