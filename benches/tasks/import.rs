//! `medimax import csv` against plain multi-row INSERTs of the very same rows, each into an empty, migrated database.

use super::seed::{copy, pushed};
use crate::{
    Arguments, Result,
    measure::{database::Database, median, process},
    say, seeded,
};
use std::{io::Write, time::Instant};

const PATIENTS: u32 = 20_000;

pub(crate) async fn run(arguments: &Arguments, database: &mut Database) -> Result<()> {
    let from = seeded(database, "bench_exported", PATIENTS).await?;
    let dir = std::env::temp_dir().join(format!("medimax-bench-{}", std::process::id()));
    process::run(crate::medimax("export", &from).arg("csv").arg(&dir))?;
    let (mut importing, mut inserting, mut ratios, mut rows) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..arguments.rounds.min(3) {
        let (imported, inserted) = (database.create("bench_imported").await?, database.create("bench_inserted").await?);
        process::run(&mut crate::medimax("migrate", &imported))?;
        process::run(&mut crate::medimax("migrate", &inserted))?;
        let began = Instant::now();
        process::run(crate::medimax("import", &imported).arg("csv").arg(&dir))?;
        let import = began.elapsed().as_secs_f64();
        let (copied, insert) = copy(&from, &inserted).await?;
        let insert = insert.as_secs_f64();
        (rows, ratios, importing, inserting) =
            (copied, pushed(ratios, import / insert), pushed(importing, import), pushed(inserting, insert));
    }
    std::fs::remove_dir_all(&dir)?;
    for name in ["bench_exported", "bench_imported", "bench_inserted"] {
        database.remove(name).await?;
    }
    say!("\n{PATIENTS} patients, {rows} rows from CSV files, into an empty database, seconds");
    say!("  plain INSERTs              {:>7.1}", median(&mut inserting));
    say!("  medimax import csv         {:>7.1}   {:.2} times, target ≤ 2", median(&mut importing), median(&mut ratios));
    Ok(())
}
