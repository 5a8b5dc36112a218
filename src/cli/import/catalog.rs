//! `medimax import catalog`: clinical knowledge, from a folder of files.

use super::{
    super::{open_with_tables, progress::Progress, say, unreachable},
    SHOWN, cannot, dir, dir_of, report, write_report,
};
use crate::{
    config::Config,
    error::{Error, Result},
    terminology::{
        catalog::{self, About, Files, Parsed, Refused},
        knowledge::ConceptKind,
    },
};
use clap::{Arg, ArgMatches, Command};
use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

/// A file that real catalogs have and that is left out on purpose.
const NEGATIVE: &str = "not_indicated.tsv";

pub(super) fn command() -> Command {
    let named = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    Command::new("catalog")
        .about("Load a catalog of clinical knowledge, in place of the one of the same name")
        .arg(dir().help("A folder of TSV files"))
        .arg(named("source", "NAME").help("What to call it [default: catalog.toml's source, else the folder's name]"))
        .arg(
            named("catalog-version", "VERSION")
                .help("Its version [default: catalog.toml's version, else a digest of its contents]"),
        )
        .arg(report())
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let dir = dir_of(args);
    let text = |name| args.get_one::<String>(name).cloned();
    let over = About { source: text("source"), version: text("catalog-version"), ..About::default() };
    let (parsed, refused) = parse(dir, over)?;
    write_report(args, || table(&refused))?;

    let db = open_with_tables(config).await?;
    let started = std::time::Instant::now();
    let progress = Progress::new("Catalog", "rows", 0);
    let stored = catalog::store(&db, &parsed, |done, total| progress.at(done, total)).await.map_err(unreachable)?;
    drop(progress);

    let Parsed { source, version, .. } = &parsed;
    let mut said = match stored.changed {
        false => format!("{source} {version} is unchanged: it was loaded before.\n"),
        true => format!(
            "Loaded {source} {version} in {:.2} s: {}; {} concepts are new, {} are gone.\n",
            started.elapsed().as_secs_f64(),
            counted(&parsed),
            stored.new,
            stored.gone
        ),
    };
    for file in &parsed.unread {
        let why = if file == NEGATIVE { "what does not hold is not kept" } else { "not a file of a catalog" };
        let _ = writeln!(said, "Not read: {file} ({why})");
    }
    say(&(said + &shown(&refused)))?;
    match refused.len() {
        0 => Ok(()),
        n => Err(Error::Setup(format!("{}; all others are loaded", super::refused(n as u64)))),
    }
}

fn parse(dir: &Path, over: About) -> Result<(Parsed, Vec<Refused>)> {
    let wrong = |error| cannot("read", dir, &error);
    let mut contents: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            let bytes = fs::read(&path).map_err(|error| cannot("read", &path, &error))?;
            contents.insert(name.to_string_lossy().into_owned(), bytes);
        }
    }
    // A path such as `.` has no name of its own.
    let folder = dir.canonicalize().map_err(wrong)?;
    let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let files: Files<'_> = contents.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    catalog::read(&files, &folder, over)
}

fn counted(parsed: &Parsed) -> String {
    let count = |kind| parsed.concepts.keys().filter(|(of, _)| *of == kind).count();
    format!(
        "{} conditions, {} symptoms, {} medications, {} classes, {} facts",
        count(ConceptKind::Condition),
        count(ConceptKind::Symptom),
        count(ConceptKind::Drug),
        count(ConceptKind::Class),
        parsed.facts.len()
    )
}

/// Refused rows for a terminal, by reason.
fn shown(refused: &[Refused]) -> String {
    let mut by_reason: BTreeMap<_, Vec<&Refused>> = BTreeMap::new();
    for row in refused {
        by_reason.entry(row.reason).or_default().push(row);
    }
    let mut text = String::new();
    for (reason, rows) in by_reason {
        let _ = writeln!(text, "Refused, {}: {}", reason.as_str(), rows.len());
        for row in rows.iter().take(SHOWN) {
            let _ = writeln!(text, "{}", format!("  {}:{}  {}", row.file, row.line, row.detail).trim_end());
        }
        if rows.len() > SHOWN {
            let _ = writeln!(text, "  and {} more (--report FILE writes all)", rows.len() - SHOWN);
        }
    }
    text
}

fn table(refused: &[Refused]) -> String {
    let mut text = String::from("file\tline\treason\tdetail\n");
    for row in refused {
        let _ = writeln!(text, "{}\t{}\t{}\t{}", row.file, row.line, row.reason.as_str(), row.detail);
    }
    text
}
