//! What the gateway is measured against: a hand-written handler that answers the same profile from the same 11 tables,
//! with Diesel for the rows and serde for the text. It knows one question only, so nothing is parsed, checked or planned.
//!
//! Like the gateway it asks each table once, siblings at the same time on connections of their own. It sorts what comes
//! back itself, which is cheaper than `ORDER BY`.

mod keyed;
mod rows;
pub(crate) mod tables;
pub(crate) mod values;

use crate::Result;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::{
    AsyncMysqlConnection, RunQueryDsl,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool::Pool},
};
use futures_util::try_join;
use keyed::Keyed;
use rows::{
    Appointment, AppointmentRow, LabFinding, LabReport, LabReportRow, MedicalHistory, Medication, MedicationRow,
    Message, Page, Patient, PatientRow, Purpose, Report, ReportFinding, ReportRow, Symptom,
};
use serde::Serialize;
use std::{cmp::Reverse, collections::HashMap, io::Write, sync::Arc};
use tables::{
    appointment, appointment_symptom, chat_history, lab_finding, lab_report, medical_history, medication,
    medication_purpose, patient, report, report_finding,
};

/// How the keys of a level reach the database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// An `IN` list, and a pool as Diesel sets it up: the floor.
    InList,
    /// One JSON parameter, and a pool that does not ask a connection whether it lives: the better floor.
    Json,
}

struct Floor {
    pool: Pool<AsyncMysqlConnection>,
    keys: Keys,
}

/// Serves the floor on a free port, which it prints, until it is killed.
pub(crate) async fn serve(url: &str, connections: usize, keys: Keys) -> Result<()> {
    let mut config = ManagerConfig::default();
    if keys == Keys::Json {
        config.recycling_method = RecyclingMethod::Fast;
    }
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    let floor = Arc::new(Floor { pool: Pool::builder(manager).max_size(connections).build()?, keys });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "http://{}/", listener.local_addr()?)?;
    axum::serve(listener, Router::new().route("/profile", get(profile)).with_state(floor)).await?;
    Ok(())
}

async fn profile(State(floor): State<Arc<Floor>>) -> Response {
    match floor.answer().await {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[derive(Serialize)]
struct Answer {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    patients: Page<Patient>,
}

/// The rows of a table whose column is one of the keys.
macro_rules! below {
    ($floor:expr, $name:literal, $table:ident, $column:ident, $row:ident, $keys:expr) => {{
        let mut connection = $floor.pool.get().await?;
        match $floor.keys {
            Keys::InList => {
                $table::table
                    .filter($table::$column.eq_any($keys))
                    .select($row::as_select())
                    .load(&mut connection)
                    .await?
            }
            Keys::Json => Keyed::new($row::as_select(), $name, $table::$column, $keys).load(&mut connection).await?,
        }
    }};
}

/// The rows of a table below patients, the latest first, each with its rows of a second table.
macro_rules! nested {
    (
        $floor:expr, $patients:expr,
        $name:literal $table:ident $row:ident by $key:ident, latest $date:ident,
        $below_name:literal $below_table:ident $below_row:ident by $below_key:ident
    ) => {{
        let mut rows: Vec<$row> = below!($floor, $name, $table, patient_id, $row, $patients);
        rows.sort_unstable_by_key(|row| Reverse((row.$date, row.$key)));
        let keys: &[i32] = &rows.iter().map(|row| row.$key).collect::<Vec<_>>();
        let mut children: Vec<$below_row> = below!($floor, $below_name, $below_table, $key, $below_row, keys);
        children.sort_unstable_by_key(|child| child.$below_key);
        let mut children = group(children, |child| child.$key);
        let rows = rows.into_iter().map(|row| {
            let children = take(&mut children, row.$key);
            row.with((children,))
        });
        Ok(group(rows, |row| row.patient_id))
    }};
}

/// Rows by the key that they hang from.
type Grouped<T> = HashMap<i32, Vec<T>>;

fn group<T>(rows: impl IntoIterator<Item = T>, key: impl Fn(&T) -> i32) -> Grouped<T> {
    let mut grouped = Grouped::new();
    for row in rows {
        grouped.entry(key(&row)).or_default().push(row);
    }
    grouped
}

fn take<T>(grouped: &mut Grouped<T>, key: i32) -> Vec<T> {
    grouped.remove(&key).unwrap_or_default()
}

impl Floor {
    async fn answer(&self) -> Result<Vec<u8>> {
        let patients: Vec<PatientRow> = {
            let mut connection = self.pool.get().await?;
            let page = patient::table.order(patient::patient_id).limit(crate::PATIENTS);
            page.select(PatientRow::as_select()).load(&mut connection).await?
        };
        let keys: &[i32] = &patients.iter().map(|patient| patient.patient_id).collect::<Vec<_>>();
        let (mut history, mut medications, mut appointments, mut lab_reports, mut reports, mut messages) = try_join!(
            self.history(keys),
            self.medications(keys),
            self.appointments(keys),
            self.lab_reports(keys),
            self.reports(keys),
            self.messages(keys),
        )?;
        let patients = patients.into_iter().map(|patient| {
            let key = patient.patient_id;
            patient.with((
                take(&mut history, key),
                take(&mut medications, key),
                Page { nodes: take(&mut appointments, key) },
                Page { nodes: take(&mut lab_reports, key) },
                Page { nodes: take(&mut reports, key) },
                Page { nodes: take(&mut messages, key) },
            ))
        });
        Ok(serde_json::to_vec(&Answer { data: Data { patients: Page { nodes: patients.collect() } } })?)
    }

    async fn history(&self, patients: &[i32]) -> Result<Grouped<MedicalHistory>> {
        let mut rows: Vec<MedicalHistory> =
            below!(self, "Medical_History", medical_history, patient_id, MedicalHistory, patients);
        rows.sort_unstable_by_key(|row| row.history_id);
        Ok(group(rows, |row| row.patient_id))
    }

    async fn messages(&self, patients: &[i32]) -> Result<Grouped<Message>> {
        let mut rows: Vec<Message> = below!(self, "Chat_History", chat_history, patient_id, Message, patients);
        rows.sort_unstable_by_key(|row| (row.timestamp, row.chat_id));
        Ok(group(rows, |row| row.patient_id))
    }

    async fn medications(&self, patients: &[i32]) -> Result<Grouped<Medication>> {
        nested! {
            self, patients,
            "Medication" medication MedicationRow by medication_id, latest prescribed_date,
            "Medication_Purpose" medication_purpose Purpose by purpose_id
        }
    }

    async fn appointments(&self, patients: &[i32]) -> Result<Grouped<Appointment>> {
        nested! {
            self, patients,
            "Appointment" appointment AppointmentRow by appointment_id, latest appointment_date,
            "Appointment_Symptom" appointment_symptom Symptom by symptom_id
        }
    }

    async fn lab_reports(&self, patients: &[i32]) -> Result<Grouped<LabReport>> {
        nested! {
            self, patients,
            "Lab_Report" lab_report LabReportRow by lab_report_id, latest lab_date,
            "Lab_Finding" lab_finding LabFinding by lab_finding_id
        }
    }

    async fn reports(&self, patients: &[i32]) -> Result<Grouped<Report>> {
        nested! {
            self, patients,
            "Report" report ReportRow by report_id, latest report_date,
            "Report_Finding" report_finding ReportFinding by finding_id
        }
    }
}
