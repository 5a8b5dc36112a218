//! The consultations: those of the appointments of the last years, from when the practice wrote them down, and those to come.

use super::cases::Case;
use super::doctors::{DemoDoctor, LINKED_DAYS};
use super::person::{Person, plus};
use super::rng::Rng;
use super::row::{Named, Within, row};
use super::{DemoAppointment, DemoMedication};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

row! {
    /// A row of `Consultation`.
    DemoConsultation in "Consultation" by "consultation_id", of "patient_id";
    columns {
        /// The doctor.
        doctor_id: Named<DemoDoctor>,
        /// The appointment that it was booked with.
        appointment_id: Option<Within<DemoAppointment>>,
        /// `in_person`, `telemedicine`, `follow_up` or `emergency`.
        consultation_type: &'static str,
        /// `scheduled`, `completed`, `cancelled` or `no_show`.
        status: &'static str,
        /// The day.
        consultation_date: NaiveDate,
        /// When it begins.
        consultation_time: Option<NaiveTime>,
        /// What the patient complains of first.
        chief_complaint: Option<String>,
        /// What was found.
        diagnosis: Option<String>,
        /// What was prescribed, in words.
        prescription: Option<String>,
        /// How long it took.
        duration_minutes: Option<i64>,
        /// What it cost, in cents.
        fee: Option<i64>,
        /// In which currency.
        fee_currency: Option<&'static str>,
        /// When the patient came again.
        next_visit_date: Option<NaiveDate>,
        /// What the front desk wrote.
        notes: Option<&'static str>,
        /// When it was booked.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

/// Every consultation, oldest first.
pub(super) fn write(
    rng: &mut Rng,
    person: &Person,
    cases: &[Case],
    appointments: &[DemoAppointment],
    medications: &[DemoMedication],
) -> Vec<DemoConsultation> {
    let since = plus(person.today, -LINKED_DAYS);
    let mut rows = Vec::with_capacity(appointments.len());
    for (place, visit) in appointments.iter().enumerate().filter(|(_, visit)| visit.appointment_date >= since) {
        let status = match visit.status {
            "Completed" => "completed",
            "Cancelled" => "cancelled",
            "No_Show" => "no_show",
            "Scheduled" | "Confirmed" => "scheduled",
            // What was asked for is not planned yet.
            _ => continue,
        };
        let consultation_type = kind(rng, person, visit);
        let mut row = DemoConsultation {
            doctor_id: Named::of(visit.doctor_name),
            appointment_id: Some(Within::at(place)),
            consultation_type,
            status,
            consultation_date: visit.appointment_date,
            consultation_time: visit.appointment_time,
            chief_complaint: complaint(visit),
            diagnosis: None,
            prescription: None,
            duration_minutes: None,
            fee: None,
            fee_currency: None,
            next_visit_date: None,
            notes: Some(visit.notes).flatten().filter(|_| matches!(status, "cancelled" | "no_show")),
            created_at: visit.created_at,
            updated_at: visit.updated_at,
        };
        match status {
            "completed" => {
                row.diagnosis = Some(diagnosis(cases, visit));
                row.prescription = prescription(visit, medications);
                row.duration_minutes = Some(5 * rng.between(2, if consultation_type == "emergency" { 12 } else { 6 }));
                row.fee = Some(fee(consultation_type));
                row.next_visit_date = next(visit, appointments);
            }
            // Some practices ask for a part of the fee.
            "no_show" => row.fee = Some(fee(consultation_type) / 2).filter(|_| rng.percent(30)),
            _ => {}
        }
        row.fee_currency = row.fee.map(|_| "EUR");
        rows.push(row);
    }
    rows
}

/// Who comes again, and who needs no examination, may be seen over a line.
fn kind(rng: &mut Rng, person: &Person, visit: &DemoAppointment) -> &'static str {
    let grown = person.age(visit.appointment_date) >= super::doctors::Specialty::ADULT;
    let far = rng.percent(match visit.appointment_type {
        "follow_up" => 24,
        "consultation" => 8,
        _ => 0,
    });
    match visit.appointment_type {
        "emergency" => "emergency",
        _ if far && grown => "telemedicine",
        "follow_up" => "follow_up",
        _ => "in_person",
    }
}

fn complaint(visit: &DemoAppointment) -> Option<String> {
    let first = visit.symptoms.first()?;
    Some(match first.symptom_description {
        Some(words) => format!("{}: {words}", first.symptom_name),
        None => first.symptom_name.to_owned(),
    })
}

/// The condition that the visit was about.
fn diagnosis(cases: &[Case], visit: &DemoAppointment) -> String {
    let date = visit.appointment_date;
    let found = cases.iter().find(|case| case.seen == date);
    let complains = |case: &&Case| {
        let of_case = |name: &str| case.condition.symptoms.iter().any(|symptom| symptom.name == name);
        case.seen < date && visit.symptoms.iter().any(|symptom| of_case(symptom.symptom_name))
    };
    let treats = |case: &&Case| case.seen < date && case.ended.is_none_or(|ended| ended >= date);
    match (visit.appointment_type, found) {
        ("routine_checkup", None) => "No new findings.".to_owned(),
        (_, Some(case)) => case.condition.name.to_owned(),
        (_, None) => match cases.iter().find(complains).or_else(|| cases.iter().find(treats)) {
            Some(case) => format!("{}, in treatment", case.condition.name),
            None => "Recovered.".to_owned(),
        },
    }
}

/// What the doctor prescribed on that day.
fn prescription(visit: &DemoAppointment, medications: &[DemoMedication]) -> Option<String> {
    let ours =
        |row: &&DemoMedication| row.prescribed_date == visit.appointment_date && row.prescribed_by == visit.doctor_name;
    let lines: Vec<String> = medications.iter().filter(ours).map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn line(row: &DemoMedication) -> String {
    format!("{} {}, {}", row.medicine_name, row.dosage, row.frequency.to_lowercase())
}

/// In cents.
fn fee(consultation_type: &str) -> i64 {
    match consultation_type {
        "emergency" => 12_000,
        "telemedicine" => 3_500,
        "follow_up" => 4_500,
        _ => 6_000,
    }
}

/// The next appointment with the same doctor, within a year.
fn next(visit: &DemoAppointment, appointments: &[DemoAppointment]) -> Option<NaiveDate> {
    let later = appointments.iter().filter(|row| row.appointment_type == "follow_up");
    let later = later.filter(|row| row.doctor_name == visit.doctor_name).map(|row| row.appointment_date);
    later.filter(|date| *date > visit.appointment_date && *date <= plus(visit.appointment_date, 365)).min()
}

#[cfg(test)]
mod tests {
    use super::super::{doctors::DOCTORS, patient};
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn every_consultation_is_that_of_its_appointment() {
        let today = NaiveDate::from_ymd_opt(2025, 11, 21).unwrap();
        let mut kinds: HashMap<(&str, &str), u32> = HashMap::new();
        let mut with = [0; 3];
        for n in 0..400 {
            let patient = patient(42, n, today);
            assert!(patient.consultations.is_sorted_by_key(|row| row.consultation_date));
            for row in &patient.consultations {
                let visit = &patient.appointments[row.appointment_id.as_ref().unwrap().place()];
                assert_eq!(
                    (row.consultation_date, row.consultation_time),
                    (visit.appointment_date, visit.appointment_time)
                );
                assert_eq!(row.doctor_id.name(), visit.doctor_name);
                assert!(DOCTORS.iter().any(|(_, names)| names.contains(&row.doctor_id.name())));
                let expected = match visit.status {
                    "Completed" => "completed",
                    "Cancelled" => "cancelled",
                    "No_Show" => "no_show",
                    _ => "scheduled",
                };
                assert_eq!(row.status, expected);
                assert_eq!(row.status == "scheduled", row.consultation_date > today, "{n}: {row:?}");
                assert_eq!(row.status == "completed", row.diagnosis.is_some(), "{n}: {row:?}");
                assert_eq!(row.fee.is_some(), row.fee_currency.is_some());
                assert!(row.next_visit_date.is_none_or(|next| next > row.consultation_date), "{n}: {row:?}");
                assert!(row.duration_minutes.is_none_or(|minutes| (10..=60).contains(&minutes)));
                assert!(patient.created_at <= row.created_at && row.updated_at <= patient.updated_at, "{n}: {row:?}");
                *kinds.entry((row.consultation_type, row.status)).or_default() += 1;
                with[0] += u32::from(row.chief_complaint.is_some());
                with[1] += u32::from(row.prescription.is_some());
                with[2] += u32::from(row.next_visit_date.is_some());
            }
        }
        for kind in ["in_person", "telemedicine", "follow_up", "emergency"] {
            assert!(kinds.contains_key(&(kind, "completed")), "{kinds:?}");
        }
        for status in ["scheduled", "cancelled", "no_show"] {
            assert!(kinds.keys().any(|(_, known)| *known == status), "{kinds:?}");
        }
        assert!(with.iter().all(|rows| *rows > 20), "{with:?}");
    }
}
