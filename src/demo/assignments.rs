//! Which doctors look after the patient: what follows from the cases and from who stands in the record, without chance.

use super::cases::Case;
use super::doctors::{DemoDoctor, Specialty};
use super::person::{Person, clock, plus};
use super::row::{Named, row};
use super::{DemoAppointment, DemoHistory, DemoLabReport, DemoMedication, DemoReport};
use chrono::{NaiveDate, NaiveDateTime};

row! {
    /// A row of `Doctor_Patient_Assignment`.
    DemoAssignment in "Doctor_Patient_Assignment" by "assignment_id", of "patient_id";
    columns {
        /// The doctor.
        doctor_id: Named<DemoDoctor>,
        /// `primary`, `specialist` or `consultant`.
        assignment_type: &'static str,
        /// Whether it goes on.
        is_active: bool,
        /// The first day.
        since: NaiveDate,
        /// The last day; always there where it is over.
        until: Option<NaiveDate>,
        /// What it is for.
        notes: Option<String>,
        /// When it was written down.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

/// What of the record says who looks after the patient.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    /// A row for each case first, in their order.
    pub(super) history: &'a [DemoHistory],
    pub(super) appointments: &'a [DemoAppointment],
    pub(super) medications: &'a [DemoMedication],
    pub(super) lab_reports: &'a [DemoLabReport],
    pub(super) reports: &'a [DemoReport],
    /// When anything last changed.
    pub(super) updated_at: NaiveDateTime,
}

/// What one doctor looks after.
struct Care {
    doctor: &'static str,
    conditions: Vec<&'static str>,
    /// When each of them was over for this doctor; none while it goes on.
    ends: Vec<Option<NaiveDateTime>>,
}

/// Every assignment: the family doctor, then the others in the order in which they came.
pub(super) fn write(person: &Person, cases: &[Case], record: Record) -> Vec<DemoAssignment> {
    let mut rows = specialists(person, cases, record);
    let consultants = consultants(person, cases, record, &rows);
    rows.extend(consultants);
    rows.sort_by_key(|row| row.since);
    let created_at = person.created_at();
    let family = DemoAssignment {
        doctor_id: Named::of(person.gp()),
        assignment_type: "primary",
        is_active: true,
        since: person.registered,
        until: None,
        notes: None,
        created_at,
        updated_at: created_at,
    };
    rows.insert(0, family);
    rows
}

/// Whoever treats a case that was referred, since the first visit there. Without a visit on record there is no assignment.
fn specialists(person: &Person, cases: &[Case], record: Record) -> Vec<DemoAssignment> {
    let grown = person.birthday(Specialty::ADULT);
    let mut cares: Vec<Care> = Vec::new();
    for (case, history) in cases.iter().zip(record.history).filter(|(case, _)| case.referred) {
        let over = case.ended.map(|_| history.updated_at);
        // With the birthday at which the patient is grown, a paediatrician hands the case on.
        let (first, last) = (case.specialist(person, case.seen), case.specialist(person, person.yesterday));
        if first != last {
            let birthday = grown.and_time(clock(8 * 3600)).min(record.updated_at);
            care(&mut cares, first, case, Some(over.map_or(birthday, |over| over.min(birthday))));
        }
        care(&mut cares, last, case, over);
    }
    let treats = cares.into_iter().filter(|care| care.doctor != person.gp()).filter_map(|care| {
        let seen = encounters(record, care.doctor);
        let (first, last) = (seen.iter().min().copied()?, seen.iter().max().copied()?);
        let over = care.ends.into_iter().collect::<Option<Vec<_>>>();
        let over = over.map(|ends| ends.into_iter().fold(last, Ord::max));
        Some(assignment(
            care.doctor,
            "specialist",
            format!("Referred for: {}.", care.conditions.join(", ")),
            first,
            over,
        ))
    });
    treats.collect()
}

/// Whoever was asked for a report on a case and does not treat it. The question is over with the report, unless the case goes on and
/// the report is of the last year. Radiologists and screenings are asked without a referral.
fn consultants(person: &Person, cases: &[Case], record: Record, treating: &[DemoAssignment]) -> Vec<DemoAssignment> {
    let mut cares: Vec<Care> = Vec::new();
    for (case, history) in cases.iter().zip(record.history) {
        let asked = case.condition.reports.iter().filter(|kind| kind.specialty != Specialty::Radiology);
        for kind in asked {
            for report in record.reports.iter().filter(|report| report.report_type == kind.title) {
                let over = case.ended.map(|_| history.updated_at);
                care(&mut cares, report.doctor_name, case, over);
            }
        }
    }
    let free =
        |care: &Care| care.doctor != person.gp() && treating.iter().all(|row| row.doctor_id.name() != care.doctor);
    let asked = cares.into_iter().filter(free).filter_map(|care| {
        let written = || record.reports.iter().filter(|report| report.doctor_name == care.doctor);
        let first = written().map(|report| report.created_at).min()?;
        let last = written().map(|report| report.updated_at).max()?;
        let answered = care.ends.iter().all(Option::is_some) || last.date() < plus(person.today, -365);
        let over = answered.then_some(last);
        Some(assignment(
            care.doctor,
            "consultant",
            format!("Asked about: {}.", care.conditions.join(", ")),
            first,
            over,
        ))
    });
    asked.collect()
}

fn care(cares: &mut Vec<Care>, doctor: &'static str, case: &Case, over: Option<NaiveDateTime>) {
    let condition = case.condition.name;
    match cares.iter_mut().find(|care| care.doctor == doctor) {
        Some(care) => {
            if !care.conditions.contains(&condition) {
                care.conditions.push(condition);
            }
            care.ends.push(over);
        }
        None => cares.push(Care { doctor, conditions: vec![condition], ends: vec![over] }),
    }
}

/// When the doctor saw the patient, ordered tests or prescribed.
fn encounters(record: Record, doctor: &str) -> Vec<NaiveDateTime> {
    let visits = record.appointments.iter().filter(|row| row.status == "Completed" && row.doctor_name == doctor);
    let tests = record.lab_reports.iter().filter(|row| row.ordering_doctor == doctor);
    let medicines = record.medications.iter().filter(|row| row.prescribed_by == doctor);
    (visits.map(|row| row.updated_at))
        .chain(tests.map(|row| row.created_at))
        .chain(medicines.map(|row| row.created_at))
        .collect()
}

fn assignment(
    doctor: &'static str,
    assignment_type: &'static str,
    notes: String,
    first: NaiveDateTime,
    over: Option<NaiveDateTime>,
) -> DemoAssignment {
    DemoAssignment {
        doctor_id: Named::of(doctor),
        assignment_type,
        is_active: over.is_none(),
        since: first.date(),
        until: over.map(|over| over.date()),
        notes: Some(notes),
        created_at: first,
        updated_at: over.unwrap_or(first),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DemoPatient, doctors::DOCTORS, patient};
    use super::*;
    use std::collections::HashMap;

    fn some(count: u64) -> impl Iterator<Item = DemoPatient> {
        (0..count).map(|n| patient(42, n, NaiveDate::from_ymd_opt(2025, 11, 21).unwrap()))
    }

    fn specialty(doctor: &str) -> Specialty {
        DOCTORS.iter().find(|(_, names)| names.contains(&doctor)).map(|(specialty, _)| *specialty).unwrap()
    }

    fn assigned<'a>(patient: &'a DemoPatient, doctor: &str) -> Option<&'a DemoAssignment> {
        patient.assignments.iter().find(|row| row.doctor_id.name() == doctor)
    }

    #[test]
    fn the_family_doctor_is_the_only_primary_one_and_stays() {
        for patient in some(1000) {
            let first = patient.assignments.iter().filter(|row| row.assignment_type == "primary").collect::<Vec<_>>();
            let [first] = first[..] else { panic!("{}: {first:?}", patient.name) };
            assert!(first.is_active && first.since == patient.created_at.date(), "{first:?}");
            assert_eq!(specialty(first.doctor_id.name()), Specialty::General);
            // Of all ages: a child has a family doctor too, who is the one in the record.
            let named = patient.appointments.iter().map(|row| row.doctor_name);
            let mut general = named.filter(|name| specialty(name) == Specialty::General);
            assert!(general.all(|name| name == first.doctor_id.name()), "{}: {first:?}", patient.name);
        }
    }

    #[test]
    fn whoever_treats_is_assigned_on_that_day() {
        let mut days = 0;
        for patient in some(3000) {
            let visits = patient.appointments.iter().filter(|row| row.status == "Completed");
            let visits = visits.map(|row| (row.doctor_name, row.appointment_date));
            let tests = patient.lab_reports.iter().map(|row| (row.ordering_doctor, row.lab_date));
            let medicines = patient.medications.iter().map(|row| (row.prescribed_by, row.prescribed_date));
            for (doctor, day) in visits.chain(tests).chain(medicines) {
                if specialty(doctor) == Specialty::Emergency {
                    assert!(assigned(&patient, doctor).is_none(), "{}: {doctor}", patient.name);
                    continue;
                }
                let row = assigned(&patient, doctor).unwrap_or_else(|| panic!("{}: {doctor} on {day}", patient.name));
                assert!(row.since <= day && row.until.is_none_or(|until| day <= until), "{doctor} on {day}: {row:?}");
                assert!(["primary", "specialist"].contains(&row.assignment_type), "{doctor} on {day}: {row:?}");
                days += usize::from(row.assignment_type == "specialist");
            }
        }
        assert!(days > 1000, "{days}");
    }

    #[test]
    fn a_consultant_wrote_a_report_and_a_paediatrician_hands_on() {
        let mut handed = 0;
        for patient in some(8000) {
            for row in &patient.assignments {
                let doctor = row.doctor_id.name();
                if row.assignment_type == "consultant" {
                    let mut reports = patient.reports.iter().filter(|report| report.doctor_name == doctor);
                    assert_eq!(reports.next().map(|report| report.report_date), Some(row.since), "{row:?}");
                    assert!(specialty(doctor) != Specialty::Radiology);
                }
                let grown = patient.dob.checked_add_months(chrono::Months::new(16 * 12)).unwrap();
                if row.assignment_type == "specialist" && specialty(doctor) == Specialty::Paediatrics {
                    assert!(row.since < grown, "{row:?}");
                    let is_grown = grown < NaiveDate::from_ymd_opt(2025, 11, 21).unwrap();
                    assert!(
                        !is_grown || row.until.is_some_and(|until| until <= grown),
                        "born {}: {row:?}",
                        patient.dob
                    );
                    handed += usize::from(is_grown);
                }
            }
        }
        assert!(handed > 20, "{handed}");
    }

    #[test]
    fn every_kind_is_met_as_often_as_in_a_practice_and_few_rows_have_the_name_alone() {
        const COUNT: u64 = 3000;
        let mut sums: HashMap<&str, usize> = HashMap::new();
        for patient in some(COUNT) {
            for row in &patient.assignments {
                *sums.entry(row.assignment_type).or_default() += 1;
                *sums.entry("over").or_default() += usize::from(!row.is_active);
            }
            let links = (patient.appointments.iter().map(|row| row.doctor_id.is_some()))
                .chain(patient.medications.iter().map(|row| row.doctor_id.is_some()))
                .chain(patient.lab_reports.iter().map(|row| row.doctor_id.is_some()))
                .chain(patient.reports.iter().map(|row| row.doctor_id.is_some()));
            for linked in links {
                *sums.entry(if linked { "linked" } else { "by name" }).or_default() += 1;
            }
        }
        let bands = [("specialist", 0.3..1.0), ("consultant", 0.05..0.5), ("over", 0.05..0.5), ("by name", 0.3..1.1)];
        for (what, band) in bands {
            let average = sums.get(what).copied().unwrap_or_default() as f64 / COUNT as f64;
            assert!(band.contains(&average), "{what}: {average}, not within {band:?}");
        }
        assert!(sums["by name"] * 10 < sums["linked"], "{sums:?}");
    }
}
