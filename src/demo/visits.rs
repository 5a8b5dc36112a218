//! The appointments, with what the patient complained of.

use super::cases::Case;
use super::conditions::{Course, Symptom};
use super::doctors::{DemoDoctor, Specialty};
use super::person::{Person, clock, plus};
use super::rng::Rng;
use super::row::{Named, row};
use super::words;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

row! {
    /// A row of `Appointment` with its symptoms.
    DemoAppointment in "Appointment" by "appointment_id", of "patient_id";
    columns {
        /// The day.
        appointment_date: NaiveDate,
        /// The hour; a pending request may have none yet.
        appointment_time: Option<NaiveTime>,
        /// `Scheduled`, `Confirmed`, `Pending`, `Completed`, `Cancelled` or `No_Show`.
        status: &'static str,
        /// `consultation`, `follow_up`, `emergency` or `routine_checkup`.
        appointment_type: &'static str,
        /// Who sees the patient.
        doctor_name: &'static str,
        /// The same doctor as a row; older rows may have the name alone.
        doctor_id: Option<Named<DemoDoctor>>,
        /// What the doctor or the front desk wrote.
        notes: Option<&'static str>,
        /// When it was booked.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
    below {
        /// `Appointment_Symptom`: what the patient complained of.
        symptoms: DemoSymptom,
    }
}

row! {
    /// A row of `Appointment_Symptom`.
    DemoSymptom in "Appointment_Symptom" by "symptom_id", of "appointment_id";
    columns {
        /// Its name.
        symptom_name: &'static str,
        /// How the patient describes it.
        symptom_description: Option<&'static str>,
        /// `mild`, `moderate`, `severe` or `critical`.
        severity: &'static str,
        /// For how long, in words.
        duration: Option<&'static str>,
        /// `sudden`, `gradual`, `chronic` or `intermittent`.
        onset_type: &'static str,
    }
}

/// Every appointment, oldest first.
pub(super) fn write(rng: &mut Rng, person: &Person, cases: &[Case]) -> Vec<DemoAppointment> {
    let mut visits = Vec::with_capacity(8);
    for case in cases {
        visits.push(first(rng, person, case));
        for date in follow_ups(rng, person, case) {
            visits.push(follow_up(rng, person, case, date));
        }
    }
    // Everyone comes at least once.
    let checkups = rng.below(3).max(u64::from(visits.is_empty()));
    for _ in 0..checkups {
        visits.push(checkup(rng, person));
    }
    if rng.percent(35) {
        visits.push(upcoming(rng, person, cases));
    }
    visits.sort_by_key(|visit| (visit.appointment_date, visit.appointment_time));
    visits
}

/// The visit at which a condition was first seen.
fn first(rng: &mut Rng, person: &Person, case: &Case) -> DemoAppointment {
    let complaints = case.condition.symptoms;
    let kind = match complaints {
        _ if case.urgent => "emergency",
        // Found without complaints: at a check-up.
        [] => "routine_checkup",
        _ => "consultation",
    };
    let mut visit = past(rng, person, case.seen, kind);
    visit.doctor_name = if case.urgent { person.doctor(Specialty::Emergency, case.seen) } else { person.gp() };
    visit.notes = if case.known {
        note(rng, case.condition.worse, words::WORSE)
    } else {
        rng.choose(case.condition.notes).copied()
    };
    visit.symptoms = symptoms(rng, complaints, false);
    visit
}

/// When the patient was asked to come again.
fn follow_ups(rng: &mut Rng, person: &Person, case: &Case) -> Vec<NaiveDate> {
    let (count, gap) = match case.condition.course {
        Course::Episode(..) => (u64::from(rng.percent(24)), (6, 20)),
        Course::Lasting => (rng.pick(&[0, 0, 1, 1, 2]), (30, 330)),
        Course::Recent(..) => (3, (20, 45)),
    };
    let mut date = case.seen;
    let mut dates = Vec::new();
    for _ in 0..count {
        let next = person.open_day(plus(date, rng.between(gap.0, gap.1)));
        if next > person.yesterday || next <= date {
            break;
        }
        dates.push(next);
        date = next;
    }
    dates
}

fn follow_up(rng: &mut Rng, person: &Person, case: &Case, date: NaiveDate) -> DemoAppointment {
    let mut visit = past(rng, person, date, "follow_up");
    visit.doctor_name = case.doctor(person, date);
    match rng.below(100) {
        0..8 => missed(rng, &mut visit, "Cancelled", words::CANCELLED),
        8..14 => missed(rng, &mut visit, "No_Show", words::NO_SHOW),
        14..60 => {
            visit.notes = note(rng, case.condition.worse, words::WORSE);
            visit.symptoms = symptoms(rng, case.condition.symptoms, true);
        }
        _ => visit.notes = note(rng, case.condition.better, words::BETTER),
    }
    visit
}

fn checkup(rng: &mut Rng, person: &Person) -> DemoAppointment {
    let date = person.day(rng, person.registered, person.yesterday);
    let mut visit = past(rng, person, person.open_day(date), "routine_checkup");
    let child = person.age(date) < 16;
    visit.notes = rng.choose(if child { words::CHILD_CHECKUPS } else { words::CHECKUPS }).copied();
    match rng.below(100) {
        0..8 => missed(rng, &mut visit, "Cancelled", words::CANCELLED),
        8..13 => missed(rng, &mut visit, "No_Show", words::NO_SHOW),
        _ => {}
    }
    visit
}

/// A visit within the next 90 days.
fn upcoming(rng: &mut Rng, person: &Person, cases: &[Case]) -> DemoAppointment {
    let ahead = |rng: &mut Rng| plus(person.today, rng.between(1, 90));
    let open = |date: &NaiveDate| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let date = (0..8).map(|_| ahead(rng)).find(open).unwrap_or_else(|| plus(person.today, 1));
    let lasting: Vec<&Case> = cases.iter().filter(|case| case.ended.is_none()).collect();
    let case = rng.choose(&lasting).copied().filter(|_| rng.percent(75));
    let status = rng.pick(&["Scheduled", "Scheduled", "Confirmed", "Pending"]);
    let booked = person.day(rng, plus(person.yesterday, -21), person.yesterday);
    let created_at = person.stamp(rng, booked);
    let time = office_hour(rng);
    let notes = if person.age(date) < 16 { words::CHILD_UPCOMING } else { words::UPCOMING };
    let decided = status != "Pending" || rng.percent(50);
    DemoAppointment {
        appointment_date: date,
        appointment_time: Some(time).filter(|_| decided),
        status,
        appointment_type: if case.is_some() { "follow_up" } else { "routine_checkup" },
        doctor_name: case.map_or(person.gp(), |case| case.doctor(person, date)),
        doctor_id: None,
        notes: rng.choose(notes).copied().filter(|_| rng.percent(60)),
        created_at,
        updated_at: created_at,
        symptoms: Vec::new(),
    }
}

/// A visit that took place, with the family doctor.
fn past(rng: &mut Rng, person: &Person, date: NaiveDate, kind: &'static str) -> DemoAppointment {
    let urgent = kind == "emergency";
    let time = if urgent { clock(rng.between(0, 263) * 300) } else { office_hour(rng) };
    let start = date.and_time(time);
    let asked = plus(date, -rng.between(1, 28));
    let booked = if urgent { start } else { person.stamp(rng, asked).min(start) };
    let created_at = booked.max(person.created_at());
    DemoAppointment {
        appointment_date: date,
        appointment_time: Some(time),
        status: "Completed",
        appointment_type: kind,
        doctor_name: person.gp(),
        doctor_id: None,
        notes: None,
        created_at,
        updated_at: start.max(created_at) + TimeDelta::minutes(rng.between(10, 45)),
        symptoms: Vec::new(),
    }
}

fn missed(rng: &mut Rng, visit: &mut DemoAppointment, status: &'static str, notes: &'static [&'static str]) {
    visit.status = status;
    visit.notes = rng.choose(notes).copied();
}

/// A note of the condition, or else a general one.
fn note(rng: &mut Rng, own: &'static [&'static str], general: &'static [&'static str]) -> Option<&'static str> {
    rng.choose(if own.is_empty() { general } else { own }).copied()
}

/// A quarter of an hour between eight and half past five.
fn office_hour(rng: &mut Rng) -> NaiveTime {
    clock(8 * 3600 + rng.between(0, 38) * 900)
}

/// One to three of the complaints; milder at a later visit.
fn symptoms(rng: &mut Rng, complaints: &'static [Symptom], later: bool) -> Vec<DemoSymptom> {
    let wanted = rng.between(1, if later { 2 } else { 3 }) as usize;
    let mut left = complaints.len();
    let mut rows = Vec::with_capacity(wanted.min(left));
    for symptom in complaints {
        // Each of those left has the same chance of filling one of the places left.
        if (rng.below(left as u64) as usize) < wanted - rows.len() {
            let severity = rng.pick(symptom.severities);
            rows.push(DemoSymptom {
                symptom_name: symptom.name,
                symptom_description: Some(symptom.description).filter(|_| rng.percent(90)),
                severity: if later { milder(severity) } else { severity },
                duration: rng.choose(symptom.durations).copied().filter(|_| rng.percent(92)),
                onset_type: symptom.onset,
            });
        }
        left -= 1;
    }
    rows
}

fn milder(severity: &'static str) -> &'static str {
    match severity {
        "critical" => "severe",
        "severe" => "moderate",
        _ => "mild",
    }
}
