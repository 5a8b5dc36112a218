//! `medimax import csv`: records, from a folder of files.

use super::{
    super::{counted, learn, open_with_tables, progress::Progress, say, unreachable},
    SHOWN, dir, dir_of, refused, report, was, write_report,
};
use crate::{
    config::Config,
    csv::{self, Folder, Manner, Refusal},
    error::{Error, Result},
    schema,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{collections::BTreeSet, fmt::Write, sync::Arc, time::Instant};

pub(super) fn command() -> Command {
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("csv")
        .about("Add records from CSV files, one a table")
        .arg(dir().help("A folder of CSV files: Patient.csv, Medical_History.csv and so on"))
        .arg(switch("new-keys").help("Give every row a new key; rows that refer to it follow"))
        .arg(switch("dry-run").help("Check everything and write nothing"))
        .arg(report())
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let manner = Manner { new_keys: args.get_flag("new-keys"), dry_run: args.get_flag("dry-run") };
    let folder = Folder::open(dir_of(args), schema::entities())?;
    let unread = folder.unread.clone();
    let db = open_with_tables(config).await?;

    let started = Instant::now();
    let reading = Progress::new("Reading", "bytes", 0);
    let writing = Progress::new("Importing", "rows", 0);
    let imported =
        csv::run(&db, folder, manner, Arc::new(move |done, total| reading.at(done, total)), &|done, total| {
            writing.at(done, total)
        })
        .await;
    drop(writing);
    let outcome = imported.map_err(unreachable)?;
    if outcome.added > 0 && !manner.dry_run {
        learn(&db).await;
    }
    write_report(args, || table(&outcome.refused))?;

    let verb = if manner.dry_run { "Would add" } else { "Added" };
    let mut said = format!(
        "{verb} {} of {} in {:.1} s; {} {} there already.\n",
        counted(outcome.added, "row"),
        counted(outcome.patients, "patient"),
        started.elapsed().as_secs_f64(),
        counted(outcome.unchanged, "row"),
        was(outcome.unchanged)
    );
    for file in unread {
        let _ = writeln!(said, "Not read: {file} (not a file of a table)");
    }
    let wrong: Vec<&Refusal> = outcome.refused.iter().filter(|refusal| !refusal.is_left_out()).collect();
    for Refusal { file, line, column, reason, .. } in wrong.iter().take(SHOWN) {
        let column = if column.is_empty() { String::new() } else { format!(" {column}:") };
        let _ = writeln!(said, "  {file}:{line}:{column} {reason}");
    }
    if wrong.len() > SHOWN {
        let _ = writeln!(said, "  and {} more (--report FILE writes all)", wrong.len() - SHOWN);
    }
    say(&said)?;
    // A row may break several rules.
    let rows: BTreeSet<(&str, u32)> = wrong.iter().map(|refusal| (refusal.file.as_str(), refusal.line)).collect();
    let left_out = outcome.refused.len() - wrong.len();
    let besides = match left_out {
        0 => String::new(),
        1 => ", and 1 that is right was left out, being of the same patient".to_owned(),
        many => format!(", and {many} that are right were left out, being of the same patients"),
    };
    match rows.len() {
        0 => Ok(()),
        n => Err(Error::Setup(refused(n as u64) + &besides)),
    }
}

fn table(refused: &[Refusal]) -> String {
    let mut text = String::from("file\tline\tcolumn\tcode\treason\n");
    for Refusal { file, line, column, code, reason } in refused {
        let _ = writeln!(text, "{file}\t{line}\t{column}\t{code}\t{reason}");
    }
    text
}
