//! The command line: one file a verb. `medimax` alone is `serve`.

mod adopt;
mod archive;
mod audit_log;
mod backup;
mod callers;
pub(crate) mod check;
mod client;
mod doctor;
mod explain;
mod export;
mod healthcheck;
mod import;
mod installed;
mod migrate;
mod progress;
mod restore;
pub mod seed;
mod serve;
mod store;
mod sync;
mod user;

use crate::{
    access::{self, Access},
    audit::{self, Audit},
    config::{AccessLog, Config, KEYS, TimeZone},
    db::Db,
    error::{Error, Result},
    graph::{Graph, neo4j::Neo4j},
    graphql::{class, clock::Clock},
    schema::{MODEL, SHAPES, entities},
    telemetry,
};
use chrono::NaiveDate;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{io::Write, os::unix::fs::DirBuilderExt, path::PathBuf, process::ExitCode, sync::Arc, time::SystemTime};
use store::{learn, open, open_filled, open_there, open_to_look, open_with_tables, places, tables};
use tokio::signal::unix::{SignalKind, signal};

/// Runs the command that the arguments name. Exit codes: 0 done, 1 a fault (`check`: or a difference, `doctor`: one that it found, `explain`: or an error, `migrate --adopt`: or an obstacle), 2 wrong usage, 141 a reader who went away before a backup's end.
pub fn run() -> ExitCode {
    let matches = match command().try_get_matches() {
        Ok(matches) => matches,
        Err(help_or_misuse) => help_or_misuse.exit(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Error::Setup(format!("cannot start: {error}"))),
    };
    let _within = runtime.enter();
    // Where files may not grow further (`ulimit -f`), the signal would end the process amid a write. Heard, it leaves the write to
    // fail as on a full disk.
    let _heard = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()));
    match runtime.block_on(dispatch(&matches)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn fail(error: &Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "medimax: {error}");
    ExitCode::FAILURE
}

async fn dispatch(matches: &ArgMatches) -> Result<ExitCode> {
    // What these print needs no configuration, and must come out of a tree whose configuration is wrong.
    let printed = match matches.subcommand() {
        Some(("schema", args)) if args.get_flag("classes") => Some(class::listed(entities())),
        Some(("schema", _)) => Some(crate::request::engine::sdl(&MODEL)),
        Some(("completions", args)) => Some(installed::completions(command(), args)),
        Some(("man", _)) => Some(installed::manual(&command())),
        _ => None,
    };
    if let Some(text) = printed {
        say(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(("doctor", args)) = matches.subcommand() {
        return doctor::run(gather(matches), args).await;
    }
    let config = gather(matches)?;
    telemetry::log::start(&config)?;
    match matches.subcommand() {
        Some(("healthcheck", args)) => healthcheck::run(&config, args).await,
        Some(("backup", args)) => return backup::run(&config, args).await,
        Some(("restore", args)) => restore::run(&config, args).await,
        Some(("check", args)) => return check::run(&config, args).await,
        Some(("explain", args)) => return explain::run(&config, args).await,
        Some(("migrate", args)) => return migrate::run(&config, args).await,
        Some(("sync", args)) => sync::run(&config, args).await,
        Some(("seed", args)) => seed::run(&config, args).await,
        Some(("import", args)) => import::run(&config, args).await,
        Some(("export", args)) => export::run(&config, args).await,
        Some(("user", args)) => user::run(&config, args).await,
        Some(("client", args)) => client::run(&config, args).await,
        Some(("audit", args)) => return audit_log::run(&config, args).await,
        Some(("config", _)) => say(&shown(&config)),
        _ => serve::run(&config).await,
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Writes to standard output. A reader that went away (`medimax schema | head`) is no fault.
fn say(text: &str) -> Result<()> {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Setup(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

fn command() -> Command {
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .global(true)
        .help("A TOML file of the keys below [env: MEDIMAX_CONFIG]");
    let keys = KEYS.iter().map(|key| {
        let arg = Arg::new(key.name).long(key.name.replace('_', "-")).global(true).hide_short_help(true);
        let arg = arg.help(key.doc.trim()).value_name("VALUE");
        match key.switch {
            true => arg.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("true|false"),
            false => arg,
        }
        .action(ArgAction::Set)
        .help_heading("Configuration (each also a key of the file, and MEDIMAX_… or MEDIMAX_…_FILE in the environment)")
    });
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("N").value_parser(clap::value_parser!(u64)).help(help)
    };
    let program =
        Command::new("medimax")
            .version(env!("CARGO_PKG_VERSION"))
            .about("The GraphQL gateway that hospitals put in front of their relational and graph stores")
            .arg(file)
            .args(keys)
            .subcommand(Command::new("serve").about("Serve GraphQL (what medimax does without a command)"))
            .subcommand(migrate::command())
            .subcommand(
                Command::new("seed")
                    .about("Add made-up patients to the database")
                    .arg(number("patients", "How many to add").default_value("250")),
            )
            .subcommand(Command::new("sync").about("Bring Neo4j up to date with the database").arg(
                Arg::new("full").long("full").action(ArgAction::SetTrue).help(
                    "Compare every patient, not only those that changed; who reads the graph meanwhile finds it whole",
                ),
            ))
            .subcommand(backup::command())
            .subcommand(restore::command())
            .subcommand(check::command())
            .subcommand(doctor::command())
            .subcommand(explain::command())
            .subcommand(import::command())
            .subcommand(export::command())
            .subcommand(user::command())
            .subcommand(client::command())
            .subcommand(audit_log::command())
            .subcommand(healthcheck::command())
            .subcommand(Command::new("schema").about("Print the GraphQL schema").arg(
                Arg::new("classes").long("classes").action(ArgAction::SetTrue).help(
                    "Print instead what each field speaks of: its type and name, its table and column, its class",
                ),
            ))
            .subcommand(installed::completions_command())
            .subcommand(Command::new("man").about("Print the manual page, for man(1)"))
            .subcommand(
                Command::new("config")
                    .about("Print the configuration in force, secrets hidden, and where each value comes from"),
            );
    with_ends(program)
}

/// What help ends with: `-h` is a command's own flags, `--help` has the keys of the configuration too.
fn with_ends(command: Command) -> Command {
    command
        .after_help("Every key of the configuration is a flag too: --help lists them.")
        .after_long_help("Exit codes: 0 done, 1 a fault, 2 wrong usage.")
        .mut_subcommands(with_ends)
}

fn gather(matches: &ArgMatches) -> Result<Config> {
    let sub = matches.subcommand().map_or(matches, |(_, sub)| sub);
    let named = sub.get_one::<String>("config").cloned().or_else(|| std::env::var("MEDIMAX_CONFIG").ok());
    let text = match &named {
        Some(path) => {
            let read = std::fs::read_to_string(path);
            Some(read.map_err(|error| Error::Setup(format!("cannot read the configuration file {path}: {error}")))?)
        }
        None => None,
    };
    let flags = KEYS.iter().filter_map(|key| Some((key.name.to_owned(), sub.get_one::<String>(key.name)?.clone())));
    let mut environment = Vec::new();
    for (name, value) in std::env::vars_os() {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => environment.push((name, value)),
            (Ok(name), Err(_)) if name.starts_with("MEDIMAX_") => {
                return Err(Error::Setup(format!("{name} must be text in UTF-8")));
            }
            // Another program's.
            _ => {}
        }
    }
    Config::gather(text.as_deref(), environment, flags)
}

fn shown(config: &Config) -> String {
    let lines = config.in_force().into_iter().map(|(key, value, source)| {
        let quoted = value.parse::<u64>().is_err() && value.parse::<bool>().is_err();
        let value = if quoted { format!("{value:?}") } else { value };
        format!("{} = {value}  # {}\n", key.name, source.as_str())
    });
    lines.collect()
}

/// Where the store is: what was configured, else a file in the data directory.
fn database_url(config: &Config) -> Result<String> {
    if config.memory {
        return Err(Error::Setup(
            "with memory the records are in the gateway's process alone, and no other command reaches them: leave memory out"
                .into(),
        ));
    }
    if !config.database_url.is_empty() {
        return Ok(config.database_url.with(&config.database_password));
    }
    Ok(format!("sqlite://{}", config.data_dir.join("medimax.sqlite").display()))
}

/// The same for a command that may make the store: the data directory is made if it is missing.
fn database_url_to_make(config: &Config) -> Result<String> {
    let url = database_url(config)?;
    if !config.database_url.is_empty() {
        return Ok(url);
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&config.data_dir);
    made.map_err(|error| {
        Error::Setup(format!(
            "cannot make the data directory {} ({error}): let the gateway write there, or choose another with data_dir",
            config.data_dir.display()
        ))
    })?;
    Ok(url)
}

/// The day it is: nothing below this file asks a clock for it.
fn today(zone: &TimeZone) -> NaiveDate {
    zone.day(SystemTime::now())
}

/// The day and the moment that it is.
fn clock(zone: &TimeZone) -> Clock {
    let now = SystemTime::now();
    Clock { today: zone.day(now), now: chrono::DateTime::<chrono::Utc>::from(now).naive_utc() }
}

/// The accounts of a store, as they are configured to be let in. Nothing below this file asks a clock for the time of tokens and sessions.
fn access(config: &Config, db: Db) -> Access {
    let options = access::Options {
        issuer: config.token_issuer.clone(),
        token_minutes: config.access_token_minutes.get(),
        session_days: config.session_days.get(),
        clock: Arc::new(now_ms),
    };
    Access::new(db, options)
}

/// The access log, where one is kept.
fn audit(config: &Config, db: &Db, command: &str) -> Option<Audit> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let options = audit::Options {
        required: config.audit == AccessLog::Required,
        key: audit::Key::of(config.audit_key.reveal()),
        writer: format!("{command} {} on {}", std::process::id(), host.trim()),
        clock: Arc::new(now_ms),
    };
    (config.audit != AccessLog::Off).then(|| Audit::new(db.clone(), options))
}

/// What time it is, in milliseconds since the epoch.
fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// The graph that is configured.
fn open_graph(config: &Config) -> Result<Graph> {
    Ok(match config.graph() {
        Some(options) => Graph::neo4j(Neo4j::connect(&options, &SHAPES)?),
        None => Graph::embedded(&SHAPES),
    })
}

/// A number of things, in words: `1 row`, `2 rows`.
fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// A name that this process has to itself among those that serve the same database.
fn holder() -> String {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", std::process::id(), since_epoch.as_nanos())
}

/// The operator who typed a command wants to read why a store cannot be reached, not that it cannot.
fn unreachable(error: Error) -> Error {
    match error {
        Error::Unavailable(detail) | Error::Internal(detail) | Error::NotStored(detail) => Error::Setup(detail),
        other => other,
    }
}

/// A folder that is removed when the gateway ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("medimax-{}", std::process::id()));
        // A process that was killed may have left one, and in a container the next has the same number.
        let _ = std::fs::remove_dir_all(&path);
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| Error::Setup(format!("cannot make {}: {error}", path.display())))?;
        Ok(Scratch(path))
    }

    /// A store in it.
    fn url(&self) -> String {
        format!("sqlite://{}", self.0.join("memory.sqlite").display())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
