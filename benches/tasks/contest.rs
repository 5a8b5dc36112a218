//! The profile of 50 patients: the gateway against two hand-written handlers.

use crate::{
    Arguments, Result,
    measure::{
        answer::Contents,
        database::Database,
        load::{Client, Figures, Target, graphql, measure},
        median,
        process::Server,
    },
    say,
};
use std::{io::Write, process::Command};

/// The argument that makes this program a floor.
pub(crate) const FLOOR: &str = "--floor";

/// The question, as the gateway is asked it.
pub(crate) const PROFILE: &str = include_str!("profile.graphql");

struct Contender {
    server: Server,
    request: Vec<u8>,
    length: usize,
    /// What the database did for a request: executed, prepared, all questions.
    statements: [f64; 3],
    /// One a round: with one client, with many.
    alone: Vec<Figures>,
    crowded: Vec<Figures>,
}

const CROWD: usize = 16;
/// Requests before anything is measured: each connection of a pool gets its statements prepared.
const WARM_UP: u32 = 100;
/// Requests whose statements are counted.
const COUNTED: u32 = 20;

pub(crate) async fn run(arguments: &Arguments, database: &mut Database, url: &str) -> Result<()> {
    let floor = |keys: &str| Server::start(Command::new(std::env::current_exe()?).args([FLOOR, keys, url]));
    let by_hand = b"GET /profile HTTP/1.1\r\nhost: floor\r\n\r\n".to_vec();
    let contender = |server, request| Contender {
        server,
        request,
        length: 0,
        statements: [0.0; 3],
        alone: vec![],
        crowded: vec![],
    };
    let mut contenders = [
        contender(crate::gateway(url)?, graphql(PROFILE)?),
        contender(floor("list")?, by_hand.clone()),
        contender(floor("json")?, by_hand),
    ];
    compare(&mut contenders)?;
    for contender in &mut contenders {
        count_statements(contender, database).await?;
    }
    for _ in 0..arguments.rounds {
        for contender in &mut contenders {
            let figures = measure(contender.target(database), 1, arguments.time)?;
            contender.alone.push(figures);
        }
        for contender in &mut contenders {
            let figures = measure(contender.target(database), CROWD, arguments.time)?;
            contender.crowded.push(figures);
        }
    }
    report(&contenders);
    Ok(())
}

impl Contender {
    fn target(&self, database: &Database) -> Target<'_> {
        Target {
            address: self.server.address,
            request: &self.request,
            length: self.length,
            server_pid: self.server.pid(),
            database_pid: database.pid,
        }
    }
}

/// Asks everybody, and makes sure that all answer the same.
fn compare(contenders: &mut [Contender; 3]) -> Result<()> {
    let mut known: Option<Contents> = None;
    for contender in contenders.iter_mut() {
        let mut client = Client::connect(contender.server.address)?;
        let answer = client.ask(&contender.request)?;
        let contents = Contents::of(answer)?;
        contender.length = answer.len();
        match &known {
            Some(first) if *first != contents => {
                return Err(
                    format!("the contenders' answers differ in {}", first.differences(&contents).join(", ")).into()
                );
            }
            Some(_) => {}
            None => {
                let (rows, fields) = contents.total();
                say!("\nThe profile: {rows} rows, {fields} scalars, {} bytes, the same from all", contender.length);
                for (path, rows) in &contents.0 {
                    say!("  {path}: {}", rows.count);
                }
                known = Some(contents);
            }
        }
    }
    Ok(())
}

async fn count_statements(contender: &mut Contender, database: &mut Database) -> Result<()> {
    let warm = contender.target(database);
    std::thread::scope(|scope| {
        let warm_one = || {
            (0..WARM_UP / CROWD as u32).try_fold(Client::connect(warm.address)?, |mut client, _| {
                client.ask(warm.request).map(drop).map(|()| client)
            })
        };
        let threads: Vec<_> = (0..CROWD).map(|_| scope.spawn(move || warm_one().map(drop))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_panic| "a client panicked")?)
    })?;
    let mut client = Client::connect(contender.server.address)?;
    let before = database.counters().await?;
    for _ in 0..COUNTED {
        client.ask(&contender.request)?;
    }
    let after = database.counters().await?;
    let count = |name, own: u64| (after.since(&before, name) - own) as f64 / f64::from(COUNTED);
    // The counters are a question too.
    contender.statements = [count("Com_stmt_execute", 0), count("Com_stmt_prepare", 0), count("Questions", 1)];
    Ok(())
}

/// The most or the least that a ratio may be.
enum Goal {
    AtMost(f64),
    AtLeast(f64),
    None,
}

impl std::fmt::Display for Goal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Goal::AtMost(most) => f.pad(&format!("≤ {most}")),
            Goal::AtLeast(least) => f.pad(&format!("≥ {least}")),
            Goal::None => f.pad(""),
        }
    }
}

fn report(contenders: &[Contender; 3]) {
    let alone =
        |pick: fn(&Figures) -> f64| contenders.each_ref().map(|one| one.alone.iter().map(pick).collect::<Vec<_>>());
    let crowded =
        |pick: fn(&Figures) -> f64| contenders.each_ref().map(|one| one.crowded.iter().map(pick).collect::<Vec<_>>());
    say!(
        "\n{:38}{:>9}{:>9}{:>9}   {:>7} {:8}{:>7} {:8}",
        "medians",
        "gateway",
        "floor",
        "better",
        ": floor",
        "target",
        ": better",
        "target"
    );
    row("server CPU, ms a request, 1 client", alone(|f| f.server_cpu), Goal::AtMost(0.9), Goal::AtMost(1.15));
    row("server CPU, ms a request, 16 clients", crowded(|f| f.server_cpu), Goal::AtMost(0.9), Goal::AtMost(1.15));
    row("MariaDB CPU, ms a request, 1 client", alone(|f| f.database_cpu), Goal::AtMost(0.75), Goal::None);
    row("MariaDB CPU, ms a request, 16 clients", crowded(|f| f.database_cpu), Goal::AtMost(0.75), Goal::None);
    row("requests a second, 16 clients", crowded(|f| f.per_second), Goal::AtLeast(1.25), Goal::None);
    row("latency, ms, 1 client", alone(|f| f.latency), Goal::None, Goal::None);
    row("latency, ms, 16 clients", crowded(|f| f.latency), Goal::None, Goal::None);
    for (at, name) in
        ["statements executed a request", "statements prepared a request", "questions a request (checks included)"]
            .iter()
            .enumerate()
    {
        let [gateway, floor, better] =
            contenders.each_ref().map(|one| one.statements.get(at).copied().unwrap_or_default());
        say!("{name:38}{gateway:>9.1}{floor:>9.1}{better:>9.1}");
    }
    let [gateway, floor, better] = contenders.each_ref().map(|one| one.length);
    say!("{:38}{gateway:>9}{floor:>9}{better:>9}", "bytes of an answer");
}

/// A figure of each contender, and the gateway's ratio to the others: taken within each round, since the machine's speed
/// changes between rounds, then the median.
fn row(name: &str, [gateway, floor, better]: [Vec<f64>; 3], to_floor: Goal, to_better: Goal) {
    let ratio =
        |to: &[f64]| median(&mut gateway.iter().zip(to).map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>());
    let (against_floor, against_better) = (ratio(&floor), ratio(&better));
    let [gateway, floor, better] = [gateway, floor, better].map(|mut values| median(&mut values));
    say!(
        "{name:38}{gateway:>9.2}{floor:>9.2}{better:>9.2}   {against_floor:>7.2} {to_floor:8}{against_better:>7.2} {to_better:8}"
    );
}
