//! Shapes of queries: what the schema allows, sampled by a seed and asked of a gateway over HTTP, with the time of each;
//! totals are held against SQL that is written once more.

mod ask;
mod make;
mod naive;
mod report;
mod shape;
mod store;
mod values;

use self::{
    ask::{Asker, Outcome},
    make::Maker,
    report::Line,
    shape::{Filter, Shape},
    store::Store,
    values::Values,
};
use crate::{Result, measure::database::Database, say};
use medimax::schema::entities;
use serde_json::Value;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    time::Instant,
};

/// What SQLite holds of the patients that MariaDB holds: it is meant for smaller houses.
const SQLITE: u32 = 5;

const USAGE: &str =
    "usage: scripts/bench --shapes [--patients N] [--store mariadb|sqlite] [--sample N] [--seed-of-sample N]
                              [--only TEXT] [--check N] [--over MS] [--give-up MS] [--out FILE]
  --patients N        patients in MariaDB (100000); SQLite has a fifth of them
  --store NAME        only mariadb, or only sqlite
  --on URL            instead of that a database that is filled already, and is only read: mysql://… or a file of SQLite
  --sample N          how many shapes are asked (1500)
  --seed-of-sample N  which ones: the same for the same number and the same rows (1)
  --only TEXT         of those only the ones whose query holds this text
  --check N           how many totals are held against other SQL (100)
  --over MS           shapes that take longer are listed with their statement (100)
  --give-up MS        the gateway's limit for a statement and a request, instead of its own
  --out FILE          also a line a shape: store, group, ms, what became of it, query, with tabs between them
MEDIMAX_BENCH_GATEWAY: the gateway to measure, instead of the one that is built here";

/// What to ask.
struct Asking {
    patients: u32,
    store: Option<String>,
    on: Option<String>,
    sample: usize,
    seed: u64,
    only: Option<String>,
    check: usize,
    over: f64,
    give_up: Option<u64>,
    out: Option<PathBuf>,
}

/// Runs on each store; an error if a total was wrong, or a question failed.
pub(crate) async fn run(arguments: &[String]) -> Result<()> {
    let asking = read(arguments)?;
    let mut file = match &asking.out {
        Some(path) => Some(BufWriter::new(File::create(path)?)),
        None => None,
    };
    let mut faults = 0;
    let chosen = asking.store.as_deref();
    if let Some(url) = &asking.on {
        faults += measure(&asking, &Store::open(url).await?, &mut file).await?;
    } else {
        if chosen != Some("sqlite") {
            let mut database = Database::from_environment().await?;
            let name = "bench_shapes";
            let store = Store::mariadb(&mut database, name, asking.patients).await?;
            faults += measure(&asking, &store, &mut file).await?;
            database.remove(name).await?;
        }
        if chosen != Some("mariadb") {
            let store = Store::sqlite(asking.patients / SQLITE).await?;
            faults += measure(&asking, &store, &mut file).await?;
        }
    }
    match faults {
        0 => Ok(()),
        faults => Err(format!("{faults} faults").into()),
    }
}

/// Asks all shapes of a store; answers how many faults there were.
async fn measure(asking: &Asking, store: &Store, file: &mut Option<BufWriter<File>>) -> Result<usize> {
    let began = Instant::now();
    let values = Values::read(store, entities()).await?;
    let mut shapes = Maker::new(&values).sample(asking.seed, asking.sample);
    if let Some(text) = &asking.only {
        shapes.retain(|shape| shape.name().contains(text));
    }
    let patients = store.count("Patient", "1 = 1").await?;
    say!("\n{}, {patients} patients: {} shapes, sample {}", store.name(), shapes.len(), asking.seed);
    progress(&format!("values read in {:.1} s", began.elapsed().as_secs_f64()));
    let flags =
        asking.give_up.map(|ms| vec![format!("--statement-timeout-ms={ms}"), format!("--request-timeout-ms={ms}")]);
    let mut asker = Asker::start(&store.url, &flags.unwrap_or_default())?;
    let (mut lines, mut slow) = (Vec::new(), Vec::new());
    for shape in shapes {
        let (asked, query) = asker.time(&shape)?;
        let line = Line { shape, ms: asked.ms, outcome: asked.outcome };
        if line.ms > asking.over {
            slow.push((line.ms, line.shape.group, line.shape.name(), asker.slowest(&query)?));
        }
        if let Some(file) = file {
            writeln!(file, "{}", line.in_file(store.name()))?;
            file.flush()?;
        }
        lines.push(line);
        if lines.len() % 100 == 0 {
            progress(&format!("{} shapes, {:.0} s", lines.len(), began.elapsed().as_secs_f64()));
        }
    }
    report::figures(&lines);
    report::refusals(&lines);
    let failed = report::failures(&lines);
    slow.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    say!("\nOver {} ms: {}", asking.over, slow.len());
    for (ms, group, name, longest) in slow {
        say!("  {ms:>9.1} ms  {}  {name}\n         {longest}", group.name());
    }
    let wrong = check(asking, store, &mut asker, &lines).await?;
    progress(&format!("{:.0} s in all", began.elapsed().as_secs_f64()));
    Ok(failed + wrong)
}

/// Holds totals of shapes that were answered against SQL of this program; answers how many differ, or failed.
async fn check(asking: &Asking, store: &Store, asker: &mut Asker, lines: &[Line]) -> Result<usize> {
    let may_be = |line: &&Line| {
        let of_rows = line.shape.filter.as_ref().is_some_and(Filter::is_of_rows);
        matches!(line.outcome, Outcome::Answered) && line.shape.search.is_none() && of_rows
    };
    let fitting: Vec<&Shape> = lines.iter().filter(may_be).map(|line| &line.shape).collect();
    let step = (fitting.len() / asking.check.max(1)).max(1);
    let (mut agreed, mut failed, mut wrong, mut unknown) = (0, 0, Vec::new(), Vec::new());
    for shape in fitting.into_iter().step_by(step).take(asking.check) {
        let Some(filter) = &shape.filter else { continue };
        let condition = naive::condition(filter, shape.entity, "t", store.dialect())?;
        let asked = asker.ask(&shape.total(), &[])?;
        let theirs = asked.answer.pointer(&format!("/data/{}/totalCount", shape.list)).and_then(Value::as_u64);
        let ours = store.count(shape.entity.table.name, &condition).await;
        match (theirs, ours) {
            (Some(theirs), Ok(ours)) if theirs == ours => agreed += 1,
            (Some(theirs), Ok(ours)) => {
                wrong.push(format!("{theirs}, and {ours} by\n         {condition}\n         {}", shape.total()))
            }
            (None, _) => {
                failed += usize::from(matches!(asked.outcome, Outcome::Failed(_)));
                unknown.push(format!("{:?}\n         {}", asked.outcome, shape.total()));
            }
            (_, Err(error)) => unknown.push(format!("{error}\n         {condition}")),
        }
    }
    say!(
        "\nTotals held against other SQL: {agreed} agree, {} differ, {} could not be told",
        wrong.len(),
        unknown.len()
    );
    wrong.iter().for_each(|wrong| say!("  differs: {wrong}"));
    unknown.iter().for_each(|unknown| say!("  not told: {unknown}"));
    Ok(wrong.len() + failed)
}

/// How far the run has come; no part of what it finds.
fn progress(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn read(arguments: &[String]) -> Result<Asking> {
    let mut asking = Asking {
        patients: 100_000,
        store: None,
        on: None,
        sample: 1_500,
        seed: 1,
        only: None,
        check: 100,
        over: 100.0,
        give_up: None,
        out: None,
    };
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        if matches!(argument, "--shapes" | "--bench") {
            continue;
        }
        let value = rest.next().ok_or(USAGE)?;
        match argument {
            "--patients" => asking.patients = number(value)?,
            "--store" if matches!(value, "mariadb" | "sqlite") => asking.store = Some(value.to_owned()),
            "--on" => asking.on = Some(value.to_owned()),
            "--sample" => asking.sample = number(value)?,
            "--seed-of-sample" => asking.seed = number(value)?,
            "--only" => asking.only = Some(value.to_owned()),
            "--check" => asking.check = number(value)?,
            "--over" => asking.over = number(value)?,
            "--give-up" => asking.give_up = Some(number(value)?),
            "--out" => asking.out = Some(value.into()),
            _ => return Err(USAGE.into()),
        }
    }
    Ok(asking)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_no_number| USAGE.into())
}
