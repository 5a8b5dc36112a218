//! `medimax explain`: which statements a document takes, and how long each.

use super::{open_graph, open_with_tables, say, unreachable};
use crate::{
    access::Asker,
    config::Config,
    db::migrate,
    db::scope::Scope,
    error::{Error, Result},
    graph::projector,
    graphql::{limits::Limits, recorder::Recorder},
    request::{
        engine::{Answer, Caller, Engine, Outcome},
        explain::{Explained, Shown, explained},
    },
    schema::MODEL,
};
use async_graphql::{Request, Variables};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{
    fmt::Write,
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};

pub(super) fn command() -> Command {
    Command::new("explain")
        .about("Run a document that reads, and print the statements that it takes; exit code 1 if it has errors")
        .arg(Arg::new("file").value_name("FILE").required(true).help("A file that holds the GraphQL document"))
        .arg(
            Arg::new("variables")
                .long("variables")
                .value_name("JSON|FILE")
                .help("Its variables: a JSON object, or a file that holds one"),
        )
        .arg(Arg::new("operation").long("operation").value_name("NAME").help("Which of its operations to run"))
        .arg(
            Arg::new("plan")
                .long("plan")
                .action(ArgAction::SetTrue)
                .help("Ask the database for its plan of each statement too"),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(["table", "json"])
                .default_value("table")
                .help("How to print it"),
        )
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<ExitCode> {
    let text = |name: &str| args.get_one::<String>(name).map(String::as_str);
    let mut request = Request::new(read(text("file").unwrap_or_default())?);
    request.variables = text("variables").map(variables).transpose()?.unwrap_or_default();
    request.operation_name = text("operation").map(str::to_owned);
    let db = open_with_tables(config).await?;
    migrate::require_current(&db).await.map_err(unreachable)?;
    let graph = projector::to_ask(&open_graph(config)?, &db).await.map_err(unreachable)?;
    // Nobody expects to write by asking what a document would do.
    let refusal = "explain runs documents that read, and this one is a mutation";
    let limits = Limits { read_only: Some(refusal), ..config.limits() };
    let engine = Engine::new(&MODEL, db, graph, limits, Duration::from_millis(config.request_timeout_ms));
    let (recorder, began) = (Recorder::whole(), Instant::now());
    let caller = Caller {
        asker: Asker::anybody(),
        scope: Scope::everything(),
        clock: super::clock(&config.time_zone),
        request_id: "explain".into(),
        may_write: true,
        recorder: recorder.clone(),
    };
    let answer = engine.run(request, caller).await;
    let took = began.elapsed();
    let errors = errors(&answer)?;
    if answer.outcome != Outcome::Executed {
        return Err(Error::Setup(errors.join("\n")));
    }
    let explained = explained(&recorder, took, args.get_flag("plan").then(|| engine.db())).await;
    say(&match text("format") {
        Some("json") => serde_json::to_string_pretty(&explained).map_err(|error| Error::Internal(error.to_string()))?,
        _ => table(&explained, &errors),
    })?;
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &str) -> Result<String> {
    fs::read_to_string(file).map_err(|error| Error::Setup(format!("cannot read {file}: {error}")))
}

fn variables(given: &str) -> Result<Variables> {
    let text = if given.trim_start().starts_with('{') { given.to_owned() } else { read(given)? };
    let wrong = |error| Error::Setup(format!("--variables takes a JSON object, or a file that holds one: {error}"));
    serde_json::from_str(&text).map_err(wrong)
}

/// The errors of an answer: where, and what.
fn errors(answer: &Answer) -> Result<Vec<String>> {
    let body: serde_json::Value =
        serde_json::from_slice(&answer.body).map_err(|error| Error::Internal(error.to_string()))?;
    let errors = body.get("errors").and_then(|errors| errors.as_array()).into_iter().flatten();
    let shown = errors.map(|error| {
        let message = error.get("message").and_then(|message| message.as_str()).unwrap_or_default();
        let path = error.get("path").and_then(|path| path.as_array()).into_iter().flatten();
        let path: Vec<_> = path.map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned)).collect();
        if path.is_empty() { message.to_owned() } else { format!("{}: {message}", path.join(".")) }
    });
    Ok(shown.collect())
}

/// The statements one below the other in columns, then each whole.
fn table(explained: &Explained, errors: &[String]) -> String {
    const HEAD: [&str; 10] = ["#", "level", "store", "what", "keys", "rows", "start", "wait", "time", "asked by"];
    let row = |(number, shown): (usize, &Shown)| {
        let number_or_none = |number: Option<usize>| number.map_or("-".into(), |number| number.to_string());
        [
            (number + 1).to_string(),
            shown.level.to_string(),
            shown.store.to_owned(),
            shown.what.to_owned(),
            number_or_none(shown.keys),
            number_or_none(shown.rows),
            format!("{:.1}", shown.start_ms),
            format!("{:.1}", shown.wait_ms),
            format!("{:.1}", shown.store_ms),
            shown.paths.join(" "),
        ]
    };
    let rows: Vec<_> =
        [HEAD.map(str::to_owned)].into_iter().chain(explained.statements.iter().enumerate().map(row)).collect();
    let mut widths = [0; HEAD.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let many = explained.statements.len();
    let _ = writeln!(out, "\n{many} statements in {:.1} ms; all times in ms.", explained.total_ms);
    for (number, shown) in explained.statements.iter().enumerate() {
        let _ = writeln!(out, "\n{} {} ({})\n{}", number + 1, shown.what, shown.parameters.join(", "), shown.statement);
        if let Some(way) = &shown.way {
            let _ = writeln!(out, "  > {way}");
        }
        for line in shown.plan.iter().flat_map(|plan| plan.lines()) {
            let _ = writeln!(out, "  | {line}");
        }
    }
    for error in errors {
        let _ = writeln!(out, "\nerror at {error}");
    }
    out
}
