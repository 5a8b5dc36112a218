//! The rows of the floor, and the objects of its answer: a row with what hangs below it.

use super::{
    tables::{
        appointment, appointment_symptom, chat_history, lab_finding, lab_report, medical_history, medication,
        medication_purpose, patient, report, report_finding,
    },
    values::{Clock, Day, Moment, Word},
};
use diesel::{Queryable, Selectable, mysql::Mysql};
use serde::Serialize;

/// A list that the gateway answers as a connection.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    pub(crate) nodes: Vec<T>,
}

/// A row; and, for one that holds others, the object that it becomes.
macro_rules! row {
    ($table:ident $row:ident { $($column:ident: $ty:ty = $name:literal,)* }) => {
        #[derive(Queryable, Selectable, Serialize)]
        #[diesel(table_name = $table, check_for_backend(Mysql))]
        pub(crate) struct $row { $(#[serde(rename = $name)] pub(crate) $column: $ty),* }
    };
    ($table:ident $row:ident { $($column:ident: $ty:ty = $name:literal,)* } becomes $node:ident { $($field:ident: $below:ty = $key:literal,)* }) => {
        #[derive(Queryable, Selectable)]
        #[diesel(table_name = $table, check_for_backend(Mysql))]
        pub(crate) struct $row { $(pub(crate) $column: $ty),* }

        #[derive(Serialize)]
        pub(crate) struct $node {
            $(#[serde(rename = $name)] pub(crate) $column: $ty,)*
            $(#[serde(rename = $key)] pub(crate) $field: $below,)*
        }

        impl $row {
            /// The row with its lists, in the order of their fields.
            pub(crate) fn with(self, ($($field,)*): ($($below,)*)) -> $node {
                $node { $($column: self.$column,)* $($field,)* }
            }
        }
    };
}

row! { patient PatientRow {
    patient_id: i32 = "patientId",
    name: String = "name",
    dob: Option<Day> = "dateOfBirth",
    sex: Option<Word> = "sex",
    created_at: Option<Moment> = "createdAt",
    updated_at: Option<Moment> = "updatedAt",
} becomes Patient {
    history: Vec<MedicalHistory> = "medicalHistory",
    medications: Vec<Medication> = "medications",
    appointments: Page<Appointment> = "appointments",
    lab_reports: Page<LabReport> = "labReports",
    reports: Page<Report> = "reports",
    messages: Page<Message> = "messages",
} }

row! { medical_history MedicalHistory {
    history_id: i32 = "historyId",
    patient_id: i32 = "patientId",
    history_type: Option<Word> = "type",
    history_item: String = "item",
    history_details: Option<String> = "details",
    history_date: Option<Day> = "date",
    severity: Option<Word> = "severity",
    is_active: Option<bool> = "isActive",
    updated_at: Option<Moment> = "updatedAt",
} }

row! { medication MedicationRow {
    medication_id: i32 = "medicationId",
    patient_id: i32 = "patientId",
    medicine_name: String = "name",
    is_continued: Option<bool> = "isContinued",
    prescribed_date: Day = "prescribedDate",
    discontinued_date: Option<Day> = "discontinuedDate",
    dosage: Option<String> = "dosage",
    frequency: Option<String> = "frequency",
    prescribed_by: Option<String> = "prescribedBy",
    created_at: Option<Moment> = "createdAt",
    updated_at: Option<Moment> = "updatedAt",
} becomes Medication {
    purposes: Vec<Purpose> = "purposes",
} }

row! { medication_purpose Purpose {
    purpose_id: i32 = "purposeId",
    medication_id: i32 = "medicationId",
    condition_name: Option<String> = "conditionName",
    purpose_description: Option<String> = "description",
} }

row! { appointment AppointmentRow {
    appointment_id: i32 = "appointmentId",
    patient_id: i32 = "patientId",
    appointment_date: Day = "date",
    appointment_time: Option<Clock> = "time",
    status: Option<Word> = "status",
    appointment_type: Option<Word> = "type",
    doctor_name: Option<String> = "doctorName",
    notes: Option<String> = "notes",
    created_at: Option<Moment> = "createdAt",
    updated_at: Option<Moment> = "updatedAt",
} becomes Appointment {
    symptoms: Vec<Symptom> = "symptoms",
} }

row! { appointment_symptom Symptom {
    symptom_id: i32 = "symptomId",
    appointment_id: i32 = "appointmentId",
    symptom_name: String = "name",
    symptom_description: Option<String> = "description",
    severity: Option<Word> = "severity",
    duration: Option<String> = "duration",
    onset_type: Option<Word> = "onset",
} }

row! { lab_report LabReportRow {
    lab_report_id: i32 = "labReportId",
    patient_id: i32 = "patientId",
    lab_date: Day = "date",
    lab_type: Option<String> = "type",
    ordering_doctor: Option<String> = "orderingDoctor",
    lab_facility: Option<String> = "facility",
    created_at: Option<Moment> = "createdAt",
    updated_at: Option<Moment> = "updatedAt",
} becomes LabReport {
    findings: Vec<LabFinding> = "findings",
} }

row! { lab_finding LabFinding {
    lab_finding_id: i32 = "labFindingId",
    lab_report_id: i32 = "labReportId",
    test_name: String = "testName",
    test_value: String = "value",
    test_unit: Option<String> = "unit",
    reference_range: Option<String> = "referenceRange",
    is_abnormal: Option<bool> = "isAbnormal",
    abnormal_flag: Option<Word> = "flag",
} }

row! { report ReportRow {
    report_id: i32 = "reportId",
    patient_id: i32 = "patientId",
    report_type: Option<String> = "type",
    report_date: Day = "date",
    report_summary: Option<String> = "summary",
    doctor_name: Option<String> = "doctorName",
    created_at: Option<Moment> = "createdAt",
    updated_at: Option<Moment> = "updatedAt",
} becomes Report {
    findings: Vec<ReportFinding> = "findings",
} }

row! { report_finding ReportFinding {
    finding_id: i32 = "findingId",
    report_id: i32 = "reportId",
    finding_key: String = "key",
    finding_value: String = "value",
    finding_unit: Option<String> = "unit",
    normal_range: Option<String> = "normalRange",
    is_abnormal: Option<bool> = "isAbnormal",
    abnormal_severity: Option<Word> = "severity",
} }

row! { chat_history Message {
    chat_id: i32 = "chatId",
    patient_id: i32 = "patientId",
    message_text: String = "text",
    message_type: Option<Word> = "type",
    timestamp: Option<Moment> = "sentAt",
    session_id: Option<String> = "sessionId",
} }
