//! What the gateway costs, on a MariaDB server that `scripts/bench` starts: the profile of 50 patients against the same
//! profile from a hand-written handler, the gateway's memory, and on demand the far end of a long list and `seed`. With
//! `--graph` instead: the graph, in a Neo4j server that `scripts/bench` starts too, and in this process. With `--writes`
//! instead: mutations and `import csv`. With `--wide` instead: the profile with every relation. With `--shapes` instead: the shapes of
//! queries that the schema allows, on both stores. With `--access` instead: what scopes, the access log and log-ins cost.
//!
//! `scripts/bench [--rounds N] [--seconds S] [--large] [--seed] [--graph] [--writes] [--wide] [--access]`, `scripts/bench --shapes …`
//!
//! No figure passes or fails: it is printed beside the target that the design sets for it. Only a wrong total and a question
//! that fails make `--shapes` fail.

mod floor;
mod measure;
mod tasks;

use measure::database::Database;
use std::{
    io::Write,
    process::{Command, ExitCode},
    time::Duration,
};

/// Anything may go wrong here, and all of it ends the run.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Patients of the profile.
pub(crate) const PATIENTS: i64 = 50;

/// Connections of each contender to the database: the gateway's default.
pub(crate) const CONNECTIONS: usize = 10;

/// Prints a line; a reader that went away is no fault.
macro_rules! say {
    ($($text:tt)*) => {{ let _ = writeln!(std::io::stdout(), $($text)*); }};
}
pub(crate) use say;

/// What to measure, and for how long.
pub(crate) struct Arguments {
    /// How often each cell is measured.
    pub(crate) rounds: usize,
    /// How long each time.
    pub(crate) time: Duration,
    /// The greater sizes, too.
    pub(crate) large: bool,
    seed: bool,
    graph: bool,
    writes: bool,
    wide: bool,
    access: bool,
}

const USAGE: &str = "usage: scripts/bench [--rounds N] [--seconds S] [--large] [--seed] [--graph] [--writes] [--wide] [--access]
  --rounds N   how often each figure is measured (5)
  --seconds S  how long each time (2)
  --large      also a page at the end of 200,000 patients, against 2,000, and totals of so many; seeding them takes minutes
  --seed       also `medimax seed` against plain INSERTs of the same rows
  --graph      instead of all that the graph: its answers, its projection and its memory; with --large that of 100,000
               patients instead of 20,000
  --writes     instead of all that: mutations against hand-written transactions, `medimax import csv` against plain INSERTs
  --wide       instead of all that: the profile of 50 patients with every relation, against the one with ten
  --access     instead of all that: the same as a clinician, without and with the access log, and log-ins beside; with --large among
               100,000 patients instead of 20,000
  --shapes     instead of all that: the shapes of queries that the schema allows, with options of its own (`--shapes --help`)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(&arguments)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "profile: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<()> {
    // This program is the floors too, each as a process of its own.
    if let [_, keys, url] = arguments
        && arguments.first().is_some_and(|first| first == tasks::contest::FLOOR)
    {
        let keys = if keys == "json" { floor::Keys::Json } else { floor::Keys::InList };
        return floor::serve(url, CONNECTIONS, keys).await;
    }
    if let [build, url] = arguments
        && build == tasks::graph::BUILD
    {
        return tasks::graph::build(url).await;
    }
    if arguments.iter().any(|argument| argument == "--shapes") {
        return tasks::shapes::run(arguments).await;
    }
    let arguments = read(arguments)?;
    let mut database = Database::from_environment().await?;
    say!(
        "{} cores · MariaDB {} · {CONNECTIONS} connections each · {} rounds of {} s a figure, contenders in turn",
        std::thread::available_parallelism()?,
        database.version().await?,
        arguments.rounds,
        arguments.time.as_secs_f32()
    );
    if arguments.graph {
        return tasks::graph::run(&arguments, &mut database).await;
    }
    if arguments.writes {
        tasks::writes::run(&arguments, &mut database).await?;
        return tasks::import::run(&arguments, &mut database).await;
    }
    if arguments.access {
        return tasks::access::run(&arguments, &mut database).await;
    }
    let url = seeded(&mut database, "bench", 2_000).await?;
    if arguments.wide {
        return tasks::wide::run(&arguments, &mut database, &url).await;
    }
    tasks::contest::run(&arguments, &mut database, &url).await?;
    tasks::memory::run(&url)?;
    if arguments.large {
        let large = seeded(&mut database, "bench_large", 200_000).await?;
        tasks::pages::run(&arguments, &url, &large)?;
        tasks::totals::run(&arguments, &mut database, &large).await?;
        database.remove("bench_large").await?;
    }
    if arguments.seed {
        tasks::seed::run(&arguments, &mut database).await?;
    }
    Ok(())
}

fn read(arguments: &[String]) -> Result<Arguments> {
    let (rounds, time) = (5, Duration::from_secs(2));
    let mut read =
        Arguments { rounds, time, large: false, seed: false, graph: false, writes: false, wide: false, access: false };
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match argument {
            "--rounds" => read.rounds = rest.next().ok_or(USAGE)?.parse().map_err(|_no_number| USAGE)?,
            "--seconds" => {
                let seconds = rest.next().ok_or(USAGE)?.parse().map_err(|_no_number| USAGE)?;
                read.time = Duration::try_from_secs_f32(seconds)?;
            }
            "--large" => read.large = true,
            "--seed" => read.seed = true,
            "--graph" => read.graph = true,
            "--writes" => read.writes = true,
            "--wide" => read.wide = true,
            "--access" => read.access = true,
            "--bench" => {} // cargo's own
            _ => return Err(USAGE.into()),
        }
    }
    if read.rounds == 0 || read.time.is_zero() {
        return Err(USAGE.into());
    }
    Ok(read)
}

/// The gateway, with a database: the one that is built with this program, unless another is named.
pub(crate) fn medimax(verb: &str, url: &str) -> Command {
    let other = std::env::var_os("MEDIMAX_BENCH_GATEWAY");
    let mut command = Command::new(other.unwrap_or_else(|| env!("CARGO_BIN_EXE_medimax").into()));
    command.args([verb, "--database-url", url]).envs([("MEDIMAX_NO_AUTH", "true"), ("MEDIMAX_AUDIT", "off")]);
    command
}

/// The gateway's server, on a free port.
pub(crate) fn gateway(url: &str) -> Result<measure::process::Server> {
    gateway_with(url, &[])
}

/// The same, with settings besides, by their flags.
pub(crate) fn gateway_with(url: &str, flags: &[String]) -> Result<measure::process::Server> {
    let connections = format!("--database-max-connections={CONNECTIONS}");
    measure::process::Server::start(medimax("serve", url).args(["--listen=127.0.0.1:0", &connections]).args(flags))
}

/// A database with made-up patients.
pub(crate) async fn seeded(database: &mut Database, name: &str, patients: u32) -> Result<String> {
    let url = database.create(name).await?;
    filled(&url, patients)?;
    // Statistics are gathered behind the scenes some time after; a plan that changes on the way is no figure.
    database.analyze(name).await?;
    Ok(url)
}

/// Makes the tables of an empty store and adds made-up patients.
pub(crate) fn filled(url: &str, patients: u32) -> Result<()> {
    measure::process::run(&mut medimax("migrate", url))?;
    measure::process::run(medimax("seed", url).arg(format!("--patients={patients}")))
}
