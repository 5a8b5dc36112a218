//! `medimax import`: what comes from files.

mod catalog;
mod csv;

use super::counted;
use crate::{
    config::Config,
    error::{Error, Result},
};
use clap::{Arg, ArgMatches, Command, value_parser};
use std::path::{Path, PathBuf};

/// Refused rows that are shown; `--report` has all.
const SHOWN: usize = 20;

pub(super) fn command() -> Command {
    Command::new("import")
        .about("Load data from files")
        .subcommand_required(true)
        .subcommand(catalog::command())
        .subcommand(csv::command())
        .subcommand(csv::mapping_command())
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    match args.subcommand() {
        Some(("catalog", args)) => catalog::run(config, args).await,
        Some(("csv", args)) => csv::run(config, args).await,
        Some(("mapping", args)) => csv::print_mapping(args),
        // clap has seen to it that one is named.
        _ => Ok(()),
    }
}

/// That rows were refused.
fn refused(rows: u64) -> String {
    format!("{} {} refused", counted(rows, "row"), was(rows))
}

fn was(number: u64) -> &'static str {
    if number == 1 { "was" } else { "were" }
}

fn dir() -> Arg {
    Arg::new("dir").value_name("DIR").required(true).value_parser(value_parser!(PathBuf))
}

fn dir_of(args: &ArgMatches) -> &Path {
    args.get_one::<PathBuf>("dir").map_or(Path::new("."), PathBuf::as_path)
}

fn report() -> Arg {
    let arg = Arg::new("report").long("report").value_name("FILE").value_parser(value_parser!(PathBuf));
    arg.help("Write every refused row to this TSV file")
}

/// Writes the report, if one is wanted.
fn write_report(args: &ArgMatches, table: impl FnOnce() -> String) -> Result<()> {
    let Some(file) = args.get_one::<PathBuf>("report") else { return Ok(()) };
    std::fs::write(file, table()).map_err(|error| cannot("write", file, &error))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::Setup(format!("cannot {what} {}: {error}", path.display()))
}
