//! `medimax audit`: the access log, checked, exported and pruned.

use super::{audit, counted, database_url, open_filled, progress::Progress, say, unreachable};
use crate::{
    audit::{Change, Head, Key, Known, Report, Stored, export, older, prune, verify},
    config::Config,
    db::Db,
    error::{Error, Result},
};
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::{Value, json};
use std::{
    io::{BufWriter, ErrorKind, Write},
    process::ExitCode,
};

pub(super) fn command() -> Command {
    let day = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("DATE").value_parser(value_parser!(NaiveDate)).help(help)
    };
    let unsigned = Arg::new("unsigned")
        .long("unsigned")
        .value_name("CHAIN")
        .action(ArgAction::Append)
        .value_parser(value_parser!(i32))
        .help("A chain that was begun before there was an audit_key; may be given several times");
    let format = Arg::new("format").long("format").value_name("FORMAT").value_parser(["text", "json"]);
    Command::new("audit")
        .about("Check, export and prune the access log")
        .subcommand_required(true)
        .subcommand(
            Command::new("verify")
                .about("Check that no entry was changed, removed, added or moved; exit code 1 if one was")
                .arg(
                    Arg::new("head")
                        .long("head")
                        .value_name("CHAIN:PLACE:DIGEST")
                        .action(ArgAction::Append)
                        .value_parser(|text: &str| text.parse::<Head>().map_err(|error| error.to_string()))
                        .help("An entry that an earlier check printed, and that must still be there; may be given several times"),
                )
                .arg(unsigned.clone())
                .arg(format.default_value("text").help("How to print what was found")),
        )
        .subcommand(
            Command::new("export")
                .about("Print the entries as JSON, one a line, in the order of their numbers")
                .arg(day("from", "Only entries of this day (UTC) and later"))
                .arg(day("until", "Only entries before this day (UTC)")),
        )
        .subcommand(
            Command::new("prune")
                .about("Remove the entries whose time is over; the log says so, and those that stay can still be checked")
                .arg(day("before", "Remove the entries before this day (UTC)").required(true))
                .arg(unsigned)
                .arg(
                    Arg::new("yes").long("yes").action(ArgAction::SetTrue).help(
                        "Say in as many words that these entries may go: `audit export --until DATE` keeps them elsewhere",
                    ),
                )
                .arg(
                    Arg::new("force")
                        .long("force")
                        .action(ArgAction::SetTrue)
                        .help("Remove them although `audit verify` finds something wrong"),
                ),
        )
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<ExitCode> {
    let Some((verb, args)) = args.subcommand() else { return Ok(ExitCode::SUCCESS) };
    let db = open_filled(&config.database(database_url(config)?)).await?;
    match verb {
        "verify" => check(config, &db, args).await.map_err(unreachable),
        "export" => {
            print(&db, midnight(args, "from"), midnight(args, "until")).await.map_err(unreachable)?;
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            let Some(before) = midnight(args, "before") else { return Ok(ExitCode::SUCCESS) };
            if before > Utc::now().timestamp_millis() {
                return Err(Error::Setup("nothing is removed: --before must be a day that has come".into()));
            }
            if !args.get_flag("yes") {
                let many = counted_entries(older(&db, before).await.map_err(unreachable)?);
                let says = "nothing is removed yet: {} would go. `medimax audit export --until DATE` keeps them elsewhere; then say --yes";
                return Err(Error::Setup(says.replace("{}", &many)));
            }
            let Some(audit) = audit(config, &db, "audit prune") else {
                return Err(Error::Setup("the access log is switched off here: leave `audit=off` out".into()));
            };
            let key = Key::of(config.audit_key.reveal());
            let report = verify(&db, key.as_ref(), Known { unsigned: &unsigned(args), heads: &[] }, |_| {})
                .await
                .map_err(unreachable)?;
            if !report.wrong.is_empty() && !args.get_flag("force") {
                let says = "nothing is removed: this is not the log as it was written. See `medimax audit verify`, and export what is there; \
                            --force removes the entries all the same";
                return Err(Error::Setup(says.into()));
            }
            let progress = Progress::new("Pruning", "entries", 0);
            let pruned = prune(&db, &audit, before, |gone| progress.at(gone, gone)).await;
            drop(progress);
            let pruned = pruned.map_err(unreachable)?;
            say(&match pruned.entries {
                0 => "There are no entries before that day.".to_owned(),
                many => format!("Removed {}.", counted_entries(many)),
            })?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// When the day of an argument begins, in milliseconds since the epoch.
fn midnight(args: &ArgMatches, name: &str) -> Option<i64> {
    let day = args.get_one::<NaiveDate>(name)?;
    Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

/// The chains that are known to have no key.
fn unsigned(args: &ArgMatches) -> Vec<i32> {
    args.get_many("unsigned").unwrap_or_default().copied().collect()
}

fn counted_entries(number: u64) -> String {
    if number == 1 { "1 entry".into() } else { format!("{number} entries") }
}

async fn check(config: &Config, db: &Db, args: &ArgMatches) -> Result<ExitCode> {
    let noted: Vec<Head> = args.get_many("head").unwrap_or_default().cloned().collect();
    let key = Key::of(config.audit_key.reveal());
    let progress = Progress::new("Checking", "entries", 0);
    let report =
        verify(db, key.as_ref(), Known { heads: &noted, unsigned: &unsigned(args) }, |done| progress.at(done, done))
            .await;
    drop(progress);
    let report = report?;
    say(&match args.get_one::<String>("format").map(String::as_str) {
        Some("json") => format!("{:#}", as_json(&report)),
        _ => as_text(&report),
    })?;
    Ok(if report.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn as_json(report: &Report) -> Value {
    json!({
        "sound": report.wrong.is_empty(),
        "chains": report.chains,
        "entries": report.entries,
        "gone": report.gone.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "unanswered": report.unanswered,
        "wrong": report.wrong,
        "more": report.more,
        "heads": report.heads.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn as_text(report: &Report) -> String {
    let (entries, chains) = (counted_entries(report.entries), counted(report.chains as u64, "chain"));
    let mut lines = vec![match report.wrong.as_slice() {
        [] => format!("{entries} of {chains}: nothing was changed, removed, added or moved."),
        _ => format!("{entries} of {chains}: this is not the log as it was written."),
    }];
    lines.extend(report.wrong.iter().map(|wrong| format!("  {wrong}")));
    if report.more > 0 {
        lines.push(format!("  and {} more", report.more));
    }
    for head in &report.gone {
        lines.push(format!("  {head} was pruned since: whether it was there cannot be seen any more."));
    }
    if report.unanswered > 0 {
        let changes = counted(report.unanswered, "change");
        lines.push(format!(
            "{changes} of requests that have no entry yet: a gateway enters them within an hour or two of its next start."
        ));
    }
    if !report.heads.is_empty() {
        lines.push("The last entries; note them where nobody who reaches the database can change them, and give them with --head next time:".into());
        lines.extend(report.heads.iter().map(|head| format!("  {head}")));
    }
    lines.join("\n")
}

async fn print(db: &Db, from: Option<i64>, until: Option<i64>) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut after = 0;
    loop {
        let page = export(db, after, (from, until)).await?;
        let Some(last) = page.last() else { break };
        after = last.entry.id;
        for stored in &page {
            let written = writeln!(out, "{}", line(stored));
            match written {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                Err(error) => return Err(Error::Setup(format!("cannot write: {error}"))),
                Ok(()) => {}
            }
        }
    }
    match out.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Setup(format!("cannot write: {error}"))),
        _ => Ok(()),
    }
}

fn line(stored: &Stored) -> Value {
    let Stored { entry, chain, place, at_ms, previous, hash, changes } = stored;
    let at = DateTime::from_timestamp_millis(*at_ms).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
    let change = |change: &Change| {
        json!({
            "patient": change.patient,
            "table": change.table,
            "action": change.action,
            "rows": change.keys,
            "columns": split(&change.columns),
        })
    };
    json!({
        // A number of JSON may lose its last digits.
        "id": entry.id.to_string(),
        "at": at,
        "kind": entry.kind.stored(),
        "account": entry.account,
        "who": entry.who,
        "role": entry.role,
        "request": entry.request,
        "operation": entry.operation,
        "document": entry.document,
        "fields": split(&entry.fields),
        "breakGlass": entry.break_glass,
        "patients": entry.patients,
        "changes": changes.iter().map(change).collect::<Vec<_>>(),
        "chain": chain,
        "place": place,
        "previous": previous,
        "hash": hash,
    })
}

fn split(list: &str) -> Vec<&str> {
    list.split(',').filter(|part| !part.is_empty()).collect()
}
