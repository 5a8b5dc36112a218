//! `medimax export`: the records as files.

use super::{counted, database_url, open_filled, progress::Progress, say, unreachable};
use crate::{config::Config, csv, error::Result, schema};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::{path::PathBuf, time::Instant};

pub(super) fn command() -> Command {
    let dir = Arg::new("dir").value_name("DIR").required(true).value_parser(value_parser!(PathBuf));
    let force = Arg::new("force").long("force").action(ArgAction::SetTrue);
    Command::new("export").about("Write the records to files").subcommand_required(true).subcommand(
        Command::new("csv")
            .about("Write every table to a CSV file, as `import csv` reads it")
            .arg(dir.help("A folder, which is made if it is missing"))
            .arg(force.help("Write over the files of a folder that is not empty")),
    )
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    // The only form there is; clap has seen to it that it is named.
    let Some(("csv", args)) = args.subcommand() else { return Ok(()) };
    let Some(dir) = args.get_one::<PathBuf>("dir") else { return Ok(()) };
    let db = open_filled(&config.database(database_url(config)?)).await?;
    let started = Instant::now();
    let progress = Progress::new("Exporting", "rows", 0);
    let written =
        csv::write(&db, schema::entities(), dir, args.get_flag("force"), &|done, total| progress.at(done, total)).await;
    drop(progress);
    let written = written.map_err(unreachable)?;
    let rows = counted(written.rows, "row");
    let mut said = format!("Wrote {rows} to {} in {:.1} s.", dir.display(), started.elapsed().as_secs_f64());
    if written.formulas > 0 {
        let cells = counted(written.formulas, "cell");
        said.push_str(&format!(
            "\nBeware of opening the files as a spreadsheet: it may run {cells} beginning with = + - or @ as formulas. Import them \
             as text instead."
        ));
    }
    say(&said)
}
