//! `medimax import csv`: records, from a folder of files, and `medimax import mapping`: what another system's files are read by.

use super::{
    super::{counted, learn, open_to_look, open_with_tables, progress::Progress, say, unreachable},
    SHOWN, dir, dir_of, refused, report, was, write_report,
};
use crate::{
    config::Config,
    csv::{self, Folder, Manner, Mapping, Outcome, Refusal, mapping},
    error::{Error, Result},
    schema,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{collections::BTreeSet, fmt::Write, sync::Arc, time::Instant};

pub(super) fn command() -> Command {
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("csv")
        .about("Add records from CSV files, one a table")
        .arg(dir().help("A folder of CSV files: Patient.csv, Medical_History.csv and so on, or those that a mapping names"))
        .arg(mapping().help(format!(
            "How tables of another system become ours: {}, or a TOML file of your own (medimax import mapping prints one)",
            mapping::shipped().collect::<Vec<_>>().join(", ")
        )))
        .arg(
            switch("restore")
                .requires("mapping")
                .help("Add rows again that were removed here since an earlier import with the mapping"),
        )
        .arg(
            switch("new-keys").conflicts_with("mapping").help("Give every row a new key; rows that refer to it follow"),
        )
        .arg(switch("dry-run").help("Check everything and write nothing"))
        .arg(report())
}

pub(super) fn mapping_command() -> Command {
    Command::new("mapping")
        .about("Print a mapping for import csv, to look at or to copy and change")
        .arg(Arg::new("name").value_name("NAME").help("Its name; without one, the names of all are printed"))
}

pub(super) fn print_mapping(args: &ArgMatches) -> Result<()> {
    match args.get_one::<String>("name") {
        Some(name) => say(mapping::shipped_text(name)?),
        None => say(&mapping::shipped().collect::<Vec<_>>().join("\n")),
    }
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let manner = Manner {
        new_keys: args.get_flag("new-keys"),
        dry_run: args.get_flag("dry-run"),
        restore: args.get_flag("restore"),
        clock: Some(super::super::clock(&config.time_zone)),
    };
    let mapping = args.get_one::<String>("mapping");
    let folder = match mapping {
        None => Folder::open(dir_of(args), schema::entities())?,
        Some(mapping) => {
            let (name, text) = mapping::text(mapping)?;
            Folder::mapped(dir_of(args), Mapping::read(&name, &text, schema::entities())?)?
        }
    };
    let unread = folder.unread.clone();
    let (db, _scratch) = match manner.dry_run {
        true => open_to_look(config).await?,
        false => (open_with_tables(config).await?, None),
    };

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
    if mapping.is_some() {
        said += &tallies(&outcome, manner);
    }
    for line in unread {
        let _ = writeln!(said, "{line}");
    }
    let wrong: Vec<&Refusal> = outcome.refused.iter().filter(|refusal| !refusal.is_left_out()).collect();
    for Refusal { file, line, column, reason, .. } in wrong.iter().take(SHOWN) {
        let column = if column.is_empty() { String::new() } else { format!(" {column}:") };
        let _ = writeln!(said, "  {file}:{line}:{column} {reason}");
    }
    if wrong.len() > SHOWN {
        let all = if args.contains_id("report") { "in the report" } else { "--report FILE writes all" };
        let _ = writeln!(said, "  and {} more ({all})", wrong.len() - SHOWN);
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

fn mapping() -> Arg {
    Arg::new("mapping").long("mapping").value_name("NAME|FILE.toml")
}

/// What became of the rows of each file.
fn tallies(outcome: &Outcome, manner: Manner) -> String {
    let mut text = String::new();
    for tally in outcome.tables.iter().filter(|tally| tally.rows > 0) {
        let list = tally.list.as_ref().map(|list| format!(", {list}")).unwrap_or_default();
        let verb = if manner.dry_run { "would be added" } else { "added" };
        let mut parts = vec![format!("{} {verb}", tally.added)];
        let others =
            [(tally.unchanged, "there already"), (tally.removed, "removed here"), (tally.refused(), "refused")];
        parts.extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
        let _ = writeln!(text, "  {}{list} → {}: {}", tally.file, tally.table, parts.join(", "));
    }
    for (file, rows) in &outcome.untaken {
        let _ =
            writeln!(text, "Not read: {} of {file} (the mapping takes rows with other values)", counted(*rows, "row"));
    }
    if outcome.removed > 0 {
        let _ = writeln!(
            text,
            "{} {} removed here since an earlier import, and not added again (--restore adds them).",
            counted(outcome.removed, "row"),
            was(outcome.removed)
        );
    }
    text
}

fn table(refused: &[Refusal]) -> String {
    let mut text = String::from("file\tline\tcolumn\tcode\treason\n");
    for Refusal { file, line, column, code, reason } in refused {
        let _ = writeln!(text, "{file}\t{line}\t{column}\t{code}\t{reason}");
    }
    text
}
