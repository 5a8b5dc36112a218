//! `medimax seed` against plain multi-row INSERTs of the very same rows into an equally empty, migrated database.

use crate::{
    Arguments, Result,
    measure::{database::Database, median, process},
    say,
};
use mysql_async::{Conn, Row, Value, prelude::Queryable};
use std::{
    io::Write,
    time::{Duration, Instant},
};

const PATIENTS: u32 = 20_000;
/// Rows of one INSERT.
const ROWS: usize = 1_000;
/// INSERTs of one transaction.
const INSERTS: usize = 10;

/// The tables, each after those that it refers to.
const TABLES: [&str; 11] = [
    "Patient",
    "Medical_History",
    "Appointment",
    "Appointment_Symptom",
    "Medication",
    "Medication_Purpose",
    "Lab_Report",
    "Lab_Finding",
    "Report",
    "Report_Finding",
    "Chat_History",
];

pub(crate) async fn run(arguments: &Arguments, database: &mut Database) -> Result<()> {
    let (mut seeding, mut inserting, mut ratios, mut rows) = (Vec::new(), Vec::new(), Vec::new(), 0);
    // Each round takes a minute or so; three are enough to see how far they differ.
    for _ in 0..arguments.rounds.min(3) {
        let (from, to) = (database.create("bench_seeded").await?, database.create("bench_inserted").await?);
        process::run(&mut crate::medimax("migrate", &from))?;
        process::run(&mut crate::medimax("migrate", &to))?;
        let began = Instant::now();
        process::run(crate::medimax("seed", &from).arg(format!("--patients={PATIENTS}")))?;
        let seeded = began.elapsed().as_secs_f64();
        let (copied, inserted) = copy(&from, &to).await?;
        let inserted = inserted.as_secs_f64();
        (rows, ratios, seeding, inserting) =
            (copied, pushed(ratios, seeded / inserted), pushed(seeding, seeded), pushed(inserting, inserted));
    }
    database.remove("bench_seeded").await?;
    database.remove("bench_inserted").await?;
    say!("\n{PATIENTS} patients, {rows} rows, into an empty database, seconds");
    say!("  plain INSERTs of {ROWS} rows   {:>7.1}", median(&mut inserting));
    say!("  medimax seed               {:>7.1}   {:.2} times, target ≤ 1.5", median(&mut seeding), median(&mut ratios));
    Ok(())
}

pub(super) fn pushed(mut values: Vec<f64>, value: f64) -> Vec<f64> {
    values.push(value);
    values
}

/// Copies all rows; says how many and how long the INSERTs took, without the time to read the rows and write their text.
pub(super) async fn copy(from: &str, to: &str) -> Result<(usize, Duration)> {
    let (mut from, mut to) = (Conn::from_url(from).await?, Conn::from_url(to).await?);
    // As the gateway's own sessions: times are UTC.
    from.query_drop("SET time_zone = '+00:00'").await?;
    to.query_drop("SET time_zone = '+00:00'").await?;
    let (mut rows, mut took) = (0, Duration::ZERO);
    for table in TABLES {
        let all: Vec<Row> = from.query(format!("SELECT * FROM {table}")).await?;
        rows += all.len();
        for transaction in all.chunks(ROWS * INSERTS) {
            let inserts: Vec<String> = transaction.chunks(ROWS).map(|rows| insert(table, rows)).collect();
            let began = Instant::now();
            to.query_drop("START TRANSACTION").await?;
            for insert in inserts {
                to.query_drop(insert).await?;
            }
            to.query_drop("COMMIT").await?;
            took += began.elapsed();
        }
    }
    Ok((rows, took))
}

fn insert(table: &str, rows: &[Row]) -> String {
    let mut sql = format!("INSERT INTO {table} VALUES ");
    for (i, row) in rows.iter().enumerate() {
        sql.push_str(if i == 0 { "(" } else { "),(" });
        for column in 0..row.len() {
            if column > 0 {
                sql.push(',');
            }
            sql.push_str(&row.as_ref(column).unwrap_or(&Value::NULL).as_sql(false));
        }
    }
    sql.push(')');
    sql
}
