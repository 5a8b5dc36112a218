//! `medimax migrate`.

use super::{open, say, unreachable};
use crate::{
    config::Config,
    db::migrate,
    error::{Error, Result},
};
use clap::ArgMatches;
use std::io::{IsTerminal, Write};

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let revert_to = args.get_one::<i32>("revert-to").copied();
    if let (Some(version), false) = (revert_to, args.get_flag("yes")) {
        confirm(&format!("This removes every table above version {version}, with all its data."))?;
    }
    let db = open(config).await?;
    let on_step = |migration: &migrate::Migration, what: &str| tracing::info!("{}: {what}", migration.name);
    let (done, verb) = match revert_to {
        Some(version) => (migrate::down_to(&db, version, on_step).await, "Took back"),
        None => (migrate::up(&db, on_step).await, "Ran"),
    };
    let done = done.map_err(unreachable)?;
    if done.is_empty() {
        return say("Nothing to do: the schema is at the version asked for.");
    }
    let names: Vec<&str> = done.iter().map(|migration| migration.name).collect();
    say(&format!("{verb} {}.", names.join(", ")))
}

fn confirm(what: &str) -> Result<()> {
    let stop = |why: &str| Err(Error::Setup(format!("{what} {why}")));
    if !std::io::stdin().is_terminal() {
        return stop("Say --yes if that is what you want.");
    }
    let mut err = std::io::stderr();
    let _ = write!(err, "{what} Go on? [y/N] ");
    let mut answer = String::new();
    match std::io::stdin().read_line(&mut answer) {
        Ok(_) if answer.trim().eq_ignore_ascii_case("y") => Ok(()),
        _ => stop("Nothing was done."),
    }
}
