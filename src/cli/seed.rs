//! `medimax seed`: made-up patients, into whichever store.

use super::{learn, open_with_tables, progress::Progress, say, unreachable};
use crate::{
    config::Config,
    db::{Cell, Db, Sql, Writer},
    demo,
    error::{Error, Result},
    terminology::catalog,
};
use chrono::NaiveDate;
use clap::ArgMatches;

/// Patients of one transaction.
const CHUNK: u64 = 100;

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let db = open_with_tables(config).await?;
    let patients = args.get_one::<u64>("patients").copied().unwrap_or_default();
    let started = std::time::Instant::now();
    let rows = fill(&db, config.demo_seed, patients, super::today(&config.time_zone)).await.map_err(unreachable)?;
    learn(&db).await;
    say(&format!("Added {patients} patients, {rows} rows in all, in {:.1} s.", started.elapsed().as_secs_f64()))
}

/// Whether there is no patient yet.
pub(super) async fn is_empty(db: &Db) -> Result<bool> {
    Ok(last_keys(db).await?.patient == 0)
}

/// Loads the shipped catalog where none is loaded: without it nothing is known of what the patients have.
pub(super) async fn know(db: &Db) -> Result<()> {
    if !catalog::is_any_loaded(db).await? {
        catalog::store(db, &catalog::shipped()?, |_, _| {}).await?;
    }
    Ok(())
}

/// Adds made-up patients, whole ones: each chunk is a transaction. Says how many rows that made. The first ones bring the
/// shipped catalog with them.
pub async fn fill(db: &Db, seed: u64, patients: u64, today: NaiveDate) -> Result<u64> {
    if patients > 0 {
        know(db).await?;
    }
    let mut keys = last_keys(db).await?;
    // Numbers go on after those that are there, so that adding twice adds other people.
    let (from, to) = (keys.patient as u64, keys.patient as u64 + patients);
    let progress = Progress::new("Demo data", "patients", patients);
    let mut rows = 0;
    let mut next = prepare(seed, from, to, today, keys);
    while let Some((chunk, after)) = next.await.map_err(|error| Error::Internal(error.to_string()))? {
        keys = after;
        keys.fit()?;
        // The next chunk is made while the database takes this one.
        next = prepare(seed, keys.made, to, today, keys);
        let mut writer = Writer::begin(db).await?;
        for table in chunk {
            rows += table.rows;
            writer.insert(table.name, table.columns, table.cells).await?;
        }
        writer.commit().await?;
        progress.at(keys.made - from, patients);
    }
    Ok(rows)
}

/// The last key of each table that others refer to, and how many patients were made.
#[derive(Debug, Clone, Copy, Default)]
struct Keys {
    patient: i64,
    appointment: i64,
    medication: i64,
    lab_report: i64,
    report: i64,
    made: u64,
}

impl Keys {
    /// Keys have 32 bits; SQLite would count on.
    fn fit(&self) -> Result<()> {
        let all = [self.patient, self.appointment, self.medication, self.lab_report, self.report];
        match all.iter().all(|key| *key <= i64::from(i32::MAX)) {
            true => Ok(()),
            false => {
                Err(Error::Setup(format!("keys are used up: the largest is {}, and a row has one near it", i32::MAX)))
            }
        }
    }
}

async fn last_keys(db: &Db) -> Result<Keys> {
    let mut keys = Keys::default();
    for (table, column, key) in [
        ("Patient", "patient_id", &mut keys.patient),
        ("Appointment", "appointment_id", &mut keys.appointment),
        ("Medication", "medication_id", &mut keys.medication),
        ("Lab_Report", "lab_report_id", &mut keys.lab_report),
        ("Report", "report_id", &mut keys.report),
    ] {
        let mut sql = Sql::new(db.dialect());
        sql.push(format!("SELECT 0, COALESCE(MAX({column}), 0) FROM {table}"));
        *key = db.numbers(&sql).await?.first().map_or(0, |(_, last)| *last);
    }
    keys.made = keys.patient as u64;
    Ok(keys)
}

/// Rows of one table.
struct Rows {
    name: &'static str,
    columns: &'static [&'static str],
    cells: Vec<Cell>,
    rows: u64,
}

macro_rules! add {
    ($rows:expr, $($cell:expr),* $(,)?) => {{
        $rows.cells.extend([$(Cell::from($cell)),*]);
        $rows.rows += 1;
    }};
}

/// Makes the next chunk of patients on a thread of its own; `None` when there are enough.
fn prepare(
    seed: u64,
    from: u64,
    to: u64,
    today: NaiveDate,
    keys: Keys,
) -> tokio::task::JoinHandle<Option<(Vec<Rows>, Keys)>> {
    tokio::task::spawn_blocking(move || (from < to).then(|| chunk(seed, from, to.min(from + CHUNK), today, keys)))
}

fn chunk(seed: u64, from: u64, to: u64, today: NaiveDate, mut keys: Keys) -> (Vec<Rows>, Keys) {
    let table = |name, columns| Rows { name, columns, cells: Vec::new(), rows: 0 };
    let mut patients = table("Patient", &["patient_id", "name", "dob", "sex", "created_at", "updated_at"]);
    let mut history = table(
        "Medical_History",
        &["patient_id", "history_type", "history_item", "history_details", "history_date", "severity", "is_active"],
    );
    let mut appointments = table(
        "Appointment",
        &[
            "appointment_id",
            "patient_id",
            "appointment_date",
            "appointment_time",
            "status",
            "appointment_type",
            "doctor_name",
            "notes",
        ],
    );
    let mut symptoms = table(
        "Appointment_Symptom",
        &["appointment_id", "symptom_name", "symptom_description", "severity", "duration", "onset_type"],
    );
    let mut medications = table(
        "Medication",
        &[
            "medication_id",
            "patient_id",
            "medicine_name",
            "is_continued",
            "prescribed_date",
            "discontinued_date",
            "dosage",
            "frequency",
            "prescribed_by",
        ],
    );
    let mut purposes = table("Medication_Purpose", &["medication_id", "condition_name", "purpose_description"]);
    let mut lab_reports = table(
        "Lab_Report",
        &["lab_report_id", "patient_id", "lab_date", "lab_type", "ordering_doctor", "lab_facility"],
    );
    let mut lab_findings = table(
        "Lab_Finding",
        &["lab_report_id", "test_name", "test_value", "test_unit", "reference_range", "is_abnormal", "abnormal_flag"],
    );
    let mut reports = table(
        "Report",
        &["report_id", "patient_id", "report_type", "report_date", "complete_report", "report_summary", "doctor_name"],
    );
    let mut findings = table(
        "Report_Finding",
        &[
            "report_id",
            "finding_key",
            "finding_value",
            "finding_unit",
            "normal_range",
            "is_abnormal",
            "abnormal_severity",
        ],
    );
    let mut messages =
        table("Chat_History", &["patient_id", "message_text", "message_type", "timestamp", "session_id"]);

    for n in from..to {
        let made = demo::patient(seed, n, today);
        keys.patient += 1;
        let patient = keys.patient;
        add!(patients, patient, made.name, made.dob, made.sex, made.created_at, made.updated_at);
        for entry in made.history {
            add!(
                history,
                patient,
                entry.history_type,
                entry.history_item,
                entry.history_details,
                entry.history_date,
                entry.severity,
                entry.is_active
            );
        }
        for visit in made.appointments {
            keys.appointment += 1;
            add!(
                appointments,
                keys.appointment,
                patient,
                visit.appointment_date,
                visit.appointment_time,
                visit.status,
                visit.appointment_type,
                visit.doctor_name,
                visit.notes
            );
            for symptom in visit.symptoms {
                add!(
                    symptoms,
                    keys.appointment,
                    symptom.symptom_name,
                    symptom.symptom_description,
                    symptom.severity,
                    symptom.duration,
                    symptom.onset_type
                );
            }
        }
        for medicine in made.medications {
            keys.medication += 1;
            add!(
                medications,
                keys.medication,
                patient,
                medicine.medicine_name,
                medicine.is_continued,
                medicine.prescribed_date,
                medicine.discontinued_date,
                medicine.dosage,
                medicine.frequency,
                medicine.prescribed_by
            );
            for purpose in medicine.purposes {
                add!(purposes, keys.medication, purpose.condition_name, purpose.purpose_description);
            }
        }
        for report in made.lab_reports {
            keys.lab_report += 1;
            add!(
                lab_reports,
                keys.lab_report,
                patient,
                report.lab_date,
                report.lab_type,
                report.ordering_doctor,
                report.lab_facility
            );
            for finding in report.findings {
                add!(
                    lab_findings,
                    keys.lab_report,
                    finding.test_name,
                    finding.test_value,
                    finding.test_unit,
                    finding.reference_range,
                    finding.is_abnormal,
                    finding.abnormal_flag
                );
            }
        }
        for report in made.reports {
            keys.report += 1;
            add!(
                reports,
                keys.report,
                patient,
                report.report_type,
                report.report_date,
                report.complete_report,
                report.report_summary,
                report.doctor_name
            );
            for finding in report.findings {
                add!(
                    findings,
                    keys.report,
                    finding.finding_key,
                    finding.finding_value,
                    finding.finding_unit,
                    finding.normal_range,
                    finding.is_abnormal,
                    finding.abnormal_severity
                );
            }
        }
        for message in made.messages {
            add!(messages, patient, message.message_text, message.message_type, message.timestamp, message.session_id);
        }
    }
    keys.made = to;
    let tables = vec![
        patients,
        history,
        appointments,
        symptoms,
        medications,
        purposes,
        lab_reports,
        lab_findings,
        reports,
        findings,
        messages,
    ];
    (tables, keys)
}
