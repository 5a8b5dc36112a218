//! `medimax doctor`: whether the gateway can serve here as it is configured, and what to do where it cannot. It changes
//! nothing, and what cannot be reached keeps nothing else from being looked at.

mod accounts;
mod database;
mod embedded;
mod graph;
mod keys;
mod machine;
mod report;
mod rights;

use super::say;
use crate::{config::Config, error::Result};
use clap::{Arg, ArgMatches, Command};
use report::Report;
use std::process::ExitCode;

pub(super) fn command() -> Command {
    Command::new("doctor")
        .about("Check configuration, stores, rights and this machine, and say what to do about each fault; exit code 1 if there is one")
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(["text", "json"])
                .default_value("text")
                .help("How to print what was found"),
        )
}

pub(super) async fn run(gathered: Result<Config>, args: &ArgMatches) -> Result<ExitCode> {
    let mut report = Report::default();
    match gathered {
        Ok(config) => {
            keys::check(&config, &mut report);
            machine::check(&config, &mut report).await;
            let db = database::check(&config, &mut report).await;
            accounts::check(&config, db.as_ref(), &mut report).await;
            graph::check(&config, db.as_ref(), &mut report).await;
        }
        Err(error) => report.fault(
            "configuration",
            error.to_string(),
            "correct it (`medimax --help` tells the keys); until then nothing else can be checked",
        ),
    }
    say(&match args.get_one::<String>("format").map(String::as_str) {
        Some("json") => report.json()?,
        _ => report.text(),
    })?;
    Ok(if report.has_faults() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
