//! The people of the demo: patients who do not exist, with records that fit together.
//!
//! [`patient`] tells the whole story of patient number `n` from a seed: who they are, what they suffer from,
//! and the visits, medicines, laboratory results, reports and conversations that follow from it. It is pure:
//! no clock, no store, no chance from outside; the same seed, number and day give the same patient for ever,
//! so patients can be made in any order and on any number of threads.
//!
//! - content: `people` (names), `doctors` and `institutions`, `conditions` (what comes with what), `drugs` (and who must not have
//!   them), `labs` (tests and their ranges), `background` (the rest of a history), `words` (sentences);
//! - the story, in the order it is told: `person` → `cases` → `history` → `medicines` → `visits` → `results` →
//!   `reports` → `messages` → `assignments` → `consultations` → `imaging` → `sessions` → `vitals` → `privacy` → `partners`, each that needs chance from a source of its own;
//! - the rows: `row` declares a row with the names of its table and columns, beside what makes it.
//!
//! Doctors, their specialties and institutions are the same for all patients: [`reference()`] lists their rows. A patient's row names
//! its doctor in text, as always, and points to the row of that doctor, but for a few older rows, which have the name alone.
//!
//! **Invariant:** nothing here is a real person's, and nothing here knows of a database or of GraphQL. Enums
//! are written as the canonical spelling that is stored.
//!
//! **Invariant:** every row keeps the rules of the tables: nothing lies before the birth or after yesterday
//! but visits to come; what is discontinued has its day, what is abnormal its flag or severity.

mod assignments;
mod background;
mod cases;
mod conditions;
mod consultations;
mod contacts;
mod doctors;
mod drugs;
mod history;
mod imaging;
mod institutions;
mod labs;
mod medicines;
mod messages;
mod partners;
mod people;
mod person;
mod privacy;
mod profile;
mod reports;
mod results;
mod rng;
mod row;
mod sessions;
#[cfg(test)]
mod tests;
mod visits;
mod vitals;
mod words;

pub use assignments::DemoAssignment;
pub use consultations::DemoConsultation;
pub use contacts::{DemoAddress, DemoCountry, DemoEmail, DemoPhone, DemoRegion};
pub use doctors::{DemoDoctor, DemoSpecialty};
pub use history::DemoHistory;
pub use imaging::{DemoPrediction, DemoScan};
pub use institutions::DemoInstitution;
pub use medicines::{DemoMedication, DemoPurpose};
pub use messages::DemoMessage;
pub use partners::{DemoConsent, DemoPartner};
pub use privacy::DemoPrivacy;
pub use profile::DemoProfile;
pub use reports::{DemoReport, DemoReportFinding};
pub use results::{DemoLabFinding, DemoLabReport};
pub use row::{DemoRow, DemoTable, DemoValue, Named, Row, Within};
pub use sessions::{DemoAnalysis, DemoAttachment, DemoSession};
pub use visits::{DemoAppointment, DemoSymptom};
pub use vitals::DemoHealthRecord;

use chrono::{NaiveDate, NaiveDateTime};
use row::row;

row! {
    /// What the demo shows of one patient, whole.
    DemoPatient in "Patient" by "patient_id";
    columns {
        /// Given and family name.
        name: String,
        /// Date of birth.
        dob: NaiveDate,
        /// `Male`, `Female` or `Other`.
        sex: &'static str,
        /// Where the family doctor works; a few older patients have none.
        institution_id: Option<Named<DemoInstitution>>,
        /// When the patient was registered.
        created_at: NaiveDateTime,
        /// When anything last changed.
        updated_at: NaiveDateTime,
    }
    below {
        /// `Medical_History`: conditions first, then allergies and the rest.
        history: DemoHistory,
        /// `Appointment`, oldest first; at the end those to come.
        appointments: DemoAppointment,
        /// `Medication`, oldest first.
        medications: DemoMedication,
        /// `Lab_Report`, oldest first.
        lab_reports: DemoLabReport,
        /// `Report`, oldest first.
        reports: DemoReport,
        /// `Chat_Session`, oldest first.
        chat_sessions: DemoSession,
        /// `Chat_History`, oldest first.
        messages: DemoMessage,
        /// `Doctor_Patient_Assignment`: the family doctor first.
        assignments: DemoAssignment,
        /// `Health_Profile`: one, or none.
        profile: DemoProfile,
        /// `Health_Record`, oldest first.
        health_records: DemoHealthRecord,
        /// `Privacy_Settings`: one row or none.
        privacy: DemoPrivacy,
        /// `Email`: the primary one first.
        emails: DemoEmail,
        /// `Phone`: the primary one first.
        phones: DemoPhone,
        /// `Address`: the home first.
        addresses: DemoAddress,
        /// `Consultation`, oldest first; at the end those to come.
        consultations: DemoConsultation,
        /// `Scan`, oldest first.
        scans: DemoScan,
        /// `Prediction`, in the order of the scans.
        predictions: DemoPrediction,
        /// `Patient_Consent`: one to a partner at most.
        consents: DemoConsent,
    }
}

/// Every table that the demo fills, each after the one that its rows stand below, and after those that they point to.
pub fn tables() -> Vec<&'static DemoTable> {
    // What hangs below several stands with the patients' tables.
    let reference = [
        DemoCountry::TABLE,
        DemoRegion::TABLE,
        DemoSpecialty::TABLE,
        DemoInstitution::TABLE,
        DemoDoctor::TABLE,
        DemoPartner::TABLE,
    ];
    reference.into_iter().chain(DemoPatient::TABLE.all()).collect()
}

/// The rows of reference data, each after those that it points to.
pub fn reference() -> impl Iterator<Item = DemoRow> {
    (contacts::countries().map(DemoRow::from))
        .chain(contacts::regions().map(DemoRow::from))
        .chain(doctors::specialties().map(DemoRow::from))
        .chain(institutions::all().map(DemoRow::from))
        .chain(doctors::all().map(DemoRow::from))
        .chain(partners::all().map(DemoRow::from))
}

/// Tells the chance of conversations and what came with them from that of everything before.
const CONVERSATIONS: u64 = 0x7A1C_0B5E_55ED_D1B6;
/// Consultations and scans take their chance from here, so that all that was there before them stays as it was.
const ENCOUNTERS: u64 = 0x00C0_5017_A710;

/// Patient number `n` of the demo that grows from `seed`; the same for ever for the same seed, n and today.
pub fn patient(seed: u64, n: u64, today: NaiveDate) -> DemoPatient {
    let mut rng = rng::Rng::new(seed, n);
    let person = person::Person::draw(&mut rng.fork(), n, today);
    let mut cases = cases::draw(&mut rng.fork(), &person);
    let allergies = history::allergies(&mut rng.fork(), &person);
    let history = history::write(&mut rng.fork(), &person, &cases, &allergies);
    let mut medications = medicines::prescribe(&mut rng.fork(), &person, &mut cases, &allergies);
    let mut appointments = visits::write(&mut rng.fork(), &person, &cases);
    let mut lab_reports = results::write(&mut rng.fork(), &person, &cases);
    let mut reports = reports::write(&mut rng.fork(), &person, &cases);
    let told = messages::Told { appointments: &appointments, medications: &medications, lab_reports: &lab_reports };
    let (mut messages, conversations) = messages::write(&mut rng.fork(), &person, told);
    let mut chance = rng.fork();
    let mut link = |on, name| doctors::link(&mut chance, &person, on, name);
    appointments.iter_mut().for_each(|row| row.doctor_id = link(row.appointment_date, row.doctor_name));
    medications.iter_mut().for_each(|row| row.doctor_id = link(row.prescribed_date, row.prescribed_by));
    lab_reports.iter_mut().for_each(|row| row.doctor_id = link(row.lab_date, row.ordering_doctor));
    reports.iter_mut().for_each(|row| row.doctor_id = link(row.report_date, row.doctor_name));

    let changes = (history.iter().map(|row| row.updated_at))
        .chain(appointments.iter().map(|row| row.updated_at))
        .chain(medications.iter().map(|row| row.updated_at))
        .chain(lab_reports.iter().map(|row| row.updated_at))
        .chain(reports.iter().map(|row| row.updated_at));
    let created_at = person.created_at();
    let updated_at = changes.fold(created_at, Ord::max);
    let record = assignments::Record {
        history: &history,
        appointments: &appointments,
        medications: &medications,
        lab_reports: &lab_reports,
        reports: &reports,
        updated_at,
    };
    let assignments = assignments::write(&person, &cases, record);
    // Chance of their own, so that a change there leaves everybody's story as it is.
    let profile = profile::write(&mut rng::Rng::new(seed ^ profile::CHANCE, n), &person, &cases, &history);
    let institution_id = profile::institution(&person);
    // Later additions draw from sources of their own, so that what was there before stays as it is.
    let mut chance = rng::Rng::new(seed ^ CONVERSATIONS, n);
    let chat_sessions = sessions::write(&mut chance.fork(), &person, &cases, &mut messages, &conversations);
    let mut health_records = vitals::measure(&mut chance.fork(), &person, &cases, profile.first());
    health_records.extend(vitals::tell(&mut chance.fork(), &person, &cases, &conversations, &messages));
    health_records.sort_by_key(|row| row.recorded_at);
    let privacy = privacy::write(&mut chance.fork(), &person);
    let consents = partners::consents(&mut rng::Rng::new(seed ^ partners::CHANCE, n), &person, &privacy);
    let contacts = contacts::of_patient(&mut rng::Rng::new(seed ^ contacts::CHANCE, n), &person);
    let mut chance = rng::Rng::new(seed ^ ENCOUNTERS, n);
    let consultations = consultations::write(&mut chance.fork(), &person, &cases, &appointments, &medications);
    let scans = imaging::scans(&mut chance.fork(), &person, &cases, &reports, updated_at);
    let predictions = imaging::predictions(&mut chance.fork(), &cases, &scans, updated_at);
    let person::Person { name, dob, sex, .. } = person;
    DemoPatient {
        name,
        dob,
        sex,
        institution_id,
        created_at,
        updated_at,
        history,
        appointments,
        medications,
        lab_reports,
        reports,
        chat_sessions,
        messages,
        assignments,
        profile,
        health_records,
        privacy,
        emails: contacts.emails,
        phones: contacts.phones,
        addresses: contacts.addresses,
        consultations,
        scans,
        predictions,
        consents,
    }
}
