//! The people of the demo: patients who do not exist, with records that fit together.
//!
//! [`patient`] tells the whole story of patient number `n` from a seed: who they are, what they suffer from,
//! and the visits, medicines, laboratory results, reports and conversations that follow from it. It is pure:
//! no clock, no store, no chance from outside; the same seed, number and day give the same patient for ever,
//! so patients can be made in any order and on any number of threads.
//!
//! - content: `people` (names), `doctors`, `conditions` (what comes with what), `drugs` (and who must not have
//!   them), `labs` (tests and their ranges), `background` (the rest of a history), `words` (sentences);
//! - the story, in the order it is told: `person` → `cases` → `history` → `medicines` → `visits` → `results` →
//!   `reports` → `messages`, each from a source of chance of its own.
//!
//! **Invariant:** nothing here is a real person's, and nothing here knows of a database or of GraphQL. Enums
//! are written as the canonical spelling that is stored.
//!
//! **Invariant:** every row keeps the rules of the tables: nothing lies before the birth or after yesterday
//! but visits to come; what is discontinued has its day, what is abnormal its flag or severity.

mod background;
mod cases;
mod conditions;
mod doctors;
mod drugs;
mod history;
mod labs;
mod medicines;
mod messages;
mod people;
mod person;
mod reports;
mod results;
mod rng;
#[cfg(test)]
mod tests;
mod visits;
mod words;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::borrow::Cow;

/// What the demo shows of one patient, whole.
///
/// In this and the structs below a field has the name of its column; an `Option` is a column that the demo at
/// times leaves empty.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoPatient {
    /// Given and family name.
    pub name: String,
    /// Date of birth.
    pub dob: NaiveDate,
    /// `Male`, `Female` or `Other`.
    pub sex: &'static str,
    /// When the patient was registered.
    pub created_at: NaiveDateTime,
    /// When anything last changed.
    pub updated_at: NaiveDateTime,
    /// `Medical_History`: conditions first, then allergies and the rest.
    pub history: Vec<DemoHistory>,
    /// `Appointment`, oldest first; at the end those to come.
    pub appointments: Vec<DemoAppointment>,
    /// `Medication`, oldest first.
    pub medications: Vec<DemoMedication>,
    /// `Lab_Report`, oldest first.
    pub lab_reports: Vec<DemoLabReport>,
    /// `Report`, oldest first.
    pub reports: Vec<DemoReport>,
    /// `Chat_History`, oldest first.
    pub messages: Vec<DemoMessage>,
}

/// A row of `Medical_History`.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoHistory {
    /// `allergy`, `surgery`, `family_history`, `condition`, `lifestyle` or `other`.
    pub history_type: &'static str,
    /// What it is.
    pub history_item: &'static str,
    /// More about it.
    pub history_details: Option<&'static str>,
    /// When it began or took place.
    pub history_date: Option<NaiveDate>,
    /// `mild`, `moderate`, `severe` or `critical`.
    pub severity: Option<&'static str>,
    /// Whether it still matters.
    pub is_active: bool,
    /// When it was last written down.
    pub updated_at: NaiveDateTime,
}

/// A row of `Appointment` with its symptoms.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoAppointment {
    /// The day.
    pub appointment_date: NaiveDate,
    /// The hour; a pending request may have none yet.
    pub appointment_time: Option<NaiveTime>,
    /// `Scheduled`, `Confirmed`, `Pending`, `Completed`, `Cancelled` or `No_Show`.
    pub status: &'static str,
    /// `consultation`, `follow_up`, `emergency` or `routine_checkup`.
    pub appointment_type: &'static str,
    /// Who sees the patient.
    pub doctor_name: &'static str,
    /// What the doctor or the front desk wrote.
    pub notes: Option<&'static str>,
    /// When it was booked.
    pub created_at: NaiveDateTime,
    /// When it last changed.
    pub updated_at: NaiveDateTime,
    /// `Appointment_Symptom`: what the patient complained of.
    pub symptoms: Vec<DemoSymptom>,
}

/// A row of `Appointment_Symptom`.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoSymptom {
    /// Its name.
    pub symptom_name: &'static str,
    /// How the patient describes it.
    pub symptom_description: Option<&'static str>,
    /// `mild`, `moderate`, `severe` or `critical`.
    pub severity: &'static str,
    /// For how long, in words.
    pub duration: Option<&'static str>,
    /// `sudden`, `gradual`, `chronic` or `intermittent`.
    pub onset_type: &'static str,
}

/// A row of `Medication` with its purposes.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoMedication {
    /// The generic name.
    pub medicine_name: &'static str,
    /// Whether it is still taken.
    pub is_continued: bool,
    /// The first day.
    pub prescribed_date: NaiveDate,
    /// The last day; always there where the medicine is no longer taken.
    pub discontinued_date: Option<NaiveDate>,
    /// How much at a time.
    pub dosage: &'static str,
    /// How often.
    pub frequency: &'static str,
    /// The doctor.
    pub prescribed_by: &'static str,
    /// When it was written down.
    pub created_at: NaiveDateTime,
    /// When it last changed.
    pub updated_at: NaiveDateTime,
    /// `Medication_Purpose`: what it is for; at least one.
    pub purposes: Vec<DemoPurpose>,
}

/// A row of `Medication_Purpose`.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoPurpose {
    /// The condition, spelled as in the patient's history.
    pub condition_name: &'static str,
    /// What the medicine does for it.
    pub purpose_description: &'static str,
}

/// A row of `Lab_Report` with its findings.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoLabReport {
    /// The day the sample was taken.
    pub lab_date: NaiveDate,
    /// The panel.
    pub lab_type: &'static str,
    /// Who asked for it.
    pub ordering_doctor: &'static str,
    /// Where it was done.
    pub lab_facility: &'static str,
    /// When it arrived.
    pub created_at: NaiveDateTime,
    /// When it last changed.
    pub updated_at: NaiveDateTime,
    /// `Lab_Finding`, in the order of the panel.
    pub findings: Vec<DemoLabFinding>,
}

/// A row of `Lab_Finding`.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoLabFinding {
    /// The test.
    pub test_name: &'static str,
    /// The result: always a number here.
    pub test_value: String,
    /// Its unit; ratios have none.
    pub test_unit: Option<&'static str>,
    /// What is normal for this sex and age.
    pub reference_range: &'static str,
    /// Whether the result lies outside of that.
    pub is_abnormal: bool,
    /// `high`, `low`, `critical_high` or `critical_low`; always there where the result is abnormal.
    pub abnormal_flag: Option<&'static str>,
}

/// A row of `Report` with its findings.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoReport {
    /// The kind of examination.
    pub report_type: &'static str,
    /// The day.
    pub report_date: NaiveDate,
    /// The whole text, several paragraphs.
    pub complete_report: String,
    /// The result in a sentence or two.
    pub report_summary: String,
    /// Who signed it.
    pub doctor_name: &'static str,
    /// When it was written.
    pub created_at: NaiveDateTime,
    /// When it last changed.
    pub updated_at: NaiveDateTime,
    /// `Report_Finding`, in the order of the text.
    pub findings: Vec<DemoReportFinding>,
}

/// A row of `Report_Finding`.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoReportFinding {
    /// What was looked at.
    pub finding_key: &'static str,
    /// What was found.
    pub finding_value: Cow<'static, str>,
    /// Its unit, where it is a number.
    pub finding_unit: Option<&'static str>,
    /// What is normal.
    pub normal_range: &'static str,
    /// Whether it is not.
    pub is_abnormal: bool,
    /// `mild`, `moderate`, `severe` or `critical`; always there where the finding is abnormal.
    pub abnormal_severity: Option<&'static str>,
}

/// A row of `Chat_History`.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoMessage {
    /// What is said.
    pub message_text: Cow<'static, str>,
    /// `Patient`, `Provider`, `System` or `Bot`.
    pub message_type: &'static str,
    /// When.
    pub timestamp: NaiveDateTime,
    /// The conversation: `s-<number of the patient>-<number of the conversation>`.
    pub session_id: String,
}

/// Patient number `n` of the demo that grows from `seed`; the same for ever for the same seed, n and today.
pub fn patient(seed: u64, n: u64, today: NaiveDate) -> DemoPatient {
    let mut rng = rng::Rng::new(seed, n);
    let person = person::Person::draw(&mut rng.fork(), n, today);
    let mut cases = cases::draw(&mut rng.fork(), &person);
    let allergies = history::allergies(&mut rng.fork(), &person);
    let history = history::write(&mut rng.fork(), &person, &cases, &allergies);
    let medications = medicines::prescribe(&mut rng.fork(), &person, &mut cases, &allergies);
    let appointments = visits::write(&mut rng.fork(), &person, &cases);
    let lab_reports = results::write(&mut rng.fork(), &person, &cases);
    let reports = reports::write(&mut rng.fork(), &person, &cases);
    let told = messages::Told { appointments: &appointments, medications: &medications, lab_reports: &lab_reports };
    let messages = messages::write(&mut rng.fork(), &person, told);

    let changes = (history.iter().map(|row| row.updated_at))
        .chain(appointments.iter().map(|row| row.updated_at))
        .chain(medications.iter().map(|row| row.updated_at))
        .chain(lab_reports.iter().map(|row| row.updated_at))
        .chain(reports.iter().map(|row| row.updated_at));
    let created_at = person.created_at();
    let updated_at = changes.fold(created_at, Ord::max);
    let person::Person { name, dob, sex, .. } = person;
    DemoPatient {
        name,
        dob,
        sex,
        created_at,
        updated_at,
        history,
        appointments,
        medications,
        lab_reports,
        reports,
        messages,
    }
}
