//! `medimax migrate`.

use super::{adopt, counted, open, places, say, unreachable};
use crate::{
    config::Config,
    db::migrate,
    error::{Error, Result},
};
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

pub(super) fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("migrate")
        .about("Bring the database's schema up to this binary's version")
        .arg(
            Arg::new("revert-to")
                .long("revert-to")
                .value_name("N")
                .value_parser(clap::value_parser!(i32))
                .help("Instead take back every migration above version N, with its data"),
        )
        .arg(flag(
            "adopt",
            "Instead take over a MariaDB database that has the MediMax documents' tables: show what would be added and what \
             is in the way, and change nothing without --yes; exit code 1 if something is in the way",
        ))
        .arg(flag("unadopt", "Instead show what --adopt added, and remove it with --yes"))
        .arg(flag("yes", "Do it: do not ask before data is removed, and do what --adopt and --unadopt show"))
        .group(ArgGroup::new("instead").args(["revert-to", "adopt", "unadopt"]))
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<ExitCode> {
    let yes = args.get_flag("yes");
    if args.get_flag("adopt") {
        return adopt::adopt(config, yes).await;
    }
    if args.get_flag("unadopt") {
        return adopt::unadopt(config, yes).await;
    }
    let revert_to = args.get_one::<i32>("revert-to").copied();
    if let (Some(version), false) = (revert_to, yes) {
        confirm(&format!("This removes every table above version {version}, with all its data."))?;
    }
    let db = open(config).await?;
    let mut told = Told::default();
    let on_step = |migration: &migrate::Migration, what: &str| told.begins(migration.name, what);
    let (done, verb) = match revert_to {
        Some(version) => (migrate::down_to(&db, version, on_step).await, "Took back"),
        None => (migrate::up(&db, on_step).await, "Ran"),
    };
    let done = done.map_err(unreachable)?;
    told.ends();
    places(&db).await?;
    let names: Vec<&str> = done.iter().map(|migration| migration.name).collect();
    say(&match names.as_slice() {
        [] => match migrate::state(&db).await.map_err(unreachable)? {
            migrate::State::Suited(at) => {
                format!("Nothing to do: the schema is at version {at}, newer than this binary, and suits it.")
            }
            _ => "Nothing to do: the schema is at the version asked for.".to_owned(),
        },
        names => format!("{verb} {}.", names.join(", ")),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What the operator is told while migrations run: a line for each that has run, and the name of a step that takes long,
/// while it does.
#[derive(Default)]
struct Told {
    /// The migration that runs.
    running: Option<Running>,
    /// Names the step that runs, once it has taken long.
    naming: JoinSet<()>,
}

struct Running {
    name: &'static str,
    steps: u64,
    since: Instant,
}

/// How long a step may take without being named.
const LONG: Duration = Duration::from_secs(2);

impl Told {
    fn begins(&mut self, name: &'static str, what: &str) {
        if self.running.as_ref().is_none_or(|running| running.name != name) {
            self.ends();
            self.running = Some(Running { name, steps: 0, since: Instant::now() });
        }
        if let Some(running) = &mut self.running {
            running.steps += 1;
        }
        let line = format!("{name}: still at this: {what}");
        self.naming = JoinSet::new();
        self.naming.spawn(async move {
            tokio::time::sleep(LONG).await;
            tracing::info!("{line}");
        });
    }

    fn ends(&mut self) {
        self.naming = JoinSet::new();
        if let Some(Running { name, steps, since }) = self.running.take() {
            tracing::info!("{name}: {} in {:.1} s", counted(steps, "step"), since.elapsed().as_secs_f64());
        }
    }
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
