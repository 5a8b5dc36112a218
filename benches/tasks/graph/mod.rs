//! The graph: questions against the same statements sent by hand and against the graph in this process, the projection
//! against hand-written loads, and what the graph in this process costs to build and to keep.

mod by_hand;
mod index;
mod reads;
mod writes;

pub(crate) use index::{BUILD, build};

use crate::{
    Arguments, Result,
    measure::{bolt::Bolt, database::Database, median},
    say,
};
use futures_util::future::LocalBoxFuture;
use medimax::{
    db::{self, Db, Tls},
    graph::{
        Graph,
        neo4j::Neo4j,
        projector::{self, Follower},
    },
    schema::{SHAPES, tables},
};
use std::{
    io::Write,
    time::{Duration, Instant},
};

/// What the labels of the gateway's graph begin with, and those of the graph that is loaded by hand.
const OURS: &str = "Bench_";
const BY_HAND: &str = "BenchByHand_";

/// Patients in Neo4j.
const PROJECTED: u32 = 1_000;

/// Turns before anything is measured: a server compiles what it does often.
const WARM_UP: usize = 50;

pub(crate) async fn run(arguments: &Arguments, database: &mut Database) -> Result<()> {
    let bolt = Bolt::from_environment()?;
    let url = crate::seeded(database, "bench_graph", PROJECTED).await?;
    let db = open(&url).await?;
    writes::full(arguments, &bolt, &db).await?;
    let neo4j = in_neo4j(&bolt)?;
    // It says that it may be asked.
    Follower::new(neo4j.clone(), db.clone(), tables(), "bench".into()).sync(false, &|_, _| {}).await?;
    reads::run(arguments, &bolt, &url, [&neo4j, &projector::built(&SHAPES, &db).await?]).await?;
    writes::one_patient(arguments, &bolt, &db, &url).await?;
    for prefix in [OURS, BY_HAND] {
        bolt.clear(prefix).await?;
    }
    database.remove("bench_graph").await?;
    index::run(arguments).await
}

/// Opens a store as the gateway does.
async fn open(url: &str) -> Result<Db> {
    let options = db::Options {
        url: url.to_owned(),
        max_connections: crate::CONNECTIONS,
        wait: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(60),
        tls: Tls::Off,
        ca_file: None,
    };
    Ok(db::open(&options).await?)
}

/// The gateway's graph in Neo4j.
fn in_neo4j(bolt: &Bolt) -> Result<Graph> {
    Ok(Graph::neo4j(Neo4j::connect(&bolt.options(OURS), &SHAPES)?))
}

/// Somebody who does a piece of work, and says how many rows it was.
type Contender<'a> = &'a dyn Fn() -> LocalBoxFuture<'a, Result<usize>>;

/// A turn of contenders of unlike length: a short piece of work is not to be timed in the caches that a long one of another's
/// left behind.
const TURN: Duration = Duration::from_millis(20);

/// Lets contenders do the same work in turn, so that all meet the same moods of the machine: once, or for as long as `turn`.
/// Answers for each of them the median milliseconds of each round.
async fn contest<const N: usize>(
    arguments: &Arguments,
    turn: Duration,
    contenders: [Contender<'_>; N],
) -> Result<[Vec<f64>; N]> {
    let mut rows = [0; N];
    for _ in 0..WARM_UP {
        for (contender, rows) in contenders.iter().zip(&mut rows) {
            *rows = contender().await?;
        }
    }
    if rows.iter().any(|count| *count == 0 || Some(count) != rows.first()) {
        return Err(format!("the contenders do different work: {rows:?} rows").into());
    }
    let mut rounds = [const { Vec::new() }; N];
    for _ in 0..arguments.rounds {
        let (started, mut took) = (Instant::now(), [const { Vec::new() }; N]);
        while started.elapsed() < arguments.time * N as u32 {
            for (contender, took) in contenders.iter().zip(&mut took) {
                let (began, mut times) = (Instant::now(), 0_u32);
                while times == 0 || began.elapsed() < turn {
                    contender().await?;
                    times += 1;
                }
                took.push(milliseconds(began) / f64::from(times));
            }
        }
        for (medians, took) in rounds.iter_mut().zip(&mut took) {
            medians.push(median(took));
        }
    }
    Ok(rounds)
}

/// Since then.
fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// What stands above lines.
fn head(title: &str, first: &str, second: &str) {
    say!("\n{title:52}{first:>10}{second:>10}     ratio  target");
}

/// Medians of two contenders, and the first's ratio to the second: taken within each round, then the median.
fn line(name: &str, first: &[f64], second: &[f64], target: &str) {
    let mut ratios: Vec<f64> = first.iter().zip(second).map(|(first, second)| first / second).collect();
    let middle = |values: &[f64]| median(&mut values.to_vec());
    say!("  {name:50}{:>10.3}{:>10.3}{:>10.2}  {target}", middle(first), middle(second), median(&mut ratios));
}
