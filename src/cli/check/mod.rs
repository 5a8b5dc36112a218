//! `medimax check`: whether the rows of the relational store are whole, and whether the graph holds what they say.

mod circles;
mod differences;
pub(crate) mod records;
pub(super) mod report;
mod times;

use super::{database_url, holder, open_filled, open_graph, progress::Progress, say, unreachable};
use crate::{
    config::Config,
    error::Result,
    graph::{self, projector::Follower},
    schema,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use report::{Finding, Report};
use std::{process::ExitCode, time::Duration};

/// How long a statement may take: these read whole tables.
pub(super) const WHOLE: Duration = Duration::from_secs(600);

/// How often a graph is mended and checked again: what is removed may show more, which the next round mends.
const ROUNDS: u32 = 3;

pub(super) fn command() -> Command {
    Command::new("check")
        .about("Check the database's rows, and whether Neo4j holds what they say; exit code 1 if not")
        .arg(
            Arg::new("repair")
                .long("repair")
                .action(ArgAction::SetTrue)
                .help("Mend the graph, and check it again; the database's rows are never touched"),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(["table", "json"])
                .default_value("table")
                .help("How to print the report"),
        )
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<ExitCode> {
    let mut options = config.database(database_url(config)?);
    options.statement_timeout = options.statement_timeout.max(WHOLE);
    let db = open_filled(&options).await?;
    let graph = open_graph(config)?;
    let mut report = Report::new(db.dialect(), graph.store_name());
    report.findings =
        records::check(&db, schema::entities(), super::clock(&config.time_zone)).await.map_err(unreachable)?;
    report.findings.extend(circles::check(&db, schema::entities()).await.map_err(unreachable)?);
    let projection = Follower::new(graph, db, schema::tables(), holder());
    match compare(&projection, args.get_flag("repair")).await {
        Ok((graph, mended)) => {
            report.findings.extend(graph.iter().flat_map(differences::findings));
            (report.graph, report.mended) = (graph, mended);
        }
        // What was found in the database is worth reading all the same.
        Err(error) => report.findings.push(differences::unavailable(&error)),
    }
    // Faults first.
    report.findings.sort_by_key(|finding| !finding.is_fault());
    say(&match args.get_one::<String>("format").map(String::as_str) {
        Some("json") => report.json(),
        _ => report.table(),
    })?;
    Ok(if report.faults().next().is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What the graph is like, after what was mended of it.
async fn compare(projection: &Follower, repair: bool) -> Result<(Option<graph::check::Report>, Vec<Finding>)> {
    let (mut rounds, mut named) = (0..if repair { ROUNDS } else { 0 }, None);
    loop {
        let progress = Progress::new("Graph", "patients", 0);
        let report = projection.check(&|done, of| progress.at(done, of)).await?;
        drop(progress);
        let Some(report) = report else { return Ok((None, Vec::new())) };
        let left = differences::findings(&report);
        if report.is_clean() || rounds.next().is_none() {
            let mut mended: Vec<Finding> = named.unwrap_or_default();
            mended.retain(|before| before.is_fault() && !left.iter().any(|after| after.is_same(before)));
            return Ok((Some(report), mended));
        }
        named.get_or_insert(left);
        let progress = Progress::new("Repair", "patients", 0);
        projection.repair(&report, &|done, of| progress.at(done, of)).await?;
    }
}
