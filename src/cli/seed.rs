//! `medimax seed`: made-up patients, into whichever store.

use super::{learn, open_with_tables, places, progress::Progress, say, unreachable};
use crate::{
    config::Config,
    db::{Cell, Db, Dialect, Sql, Writer},
    demo::{self, DemoPatient, DemoRow, DemoTable, DemoValue, Row},
    error::{Error, Result},
    terminology::catalog,
};
use chrono::NaiveDate;
use clap::ArgMatches;
use std::{collections::HashMap, sync::Arc};
use tokio::task::{JoinHandle, spawn_blocking};

/// Patients of one transaction.
const CHUNK: u64 = 100;

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let db = open_with_tables(config).await?;
    if db.dialect() == Dialect::Sqlite {
        places(&db).await?;
    }
    let patients = args.get_one::<u64>("patients").copied().unwrap_or_default();
    let started = std::time::Instant::now();
    let rows = fill(&db, config.demo_seed, patients, super::today(&config.time_zone)).await.map_err(unreachable)?;
    learn(&db).await;
    say(&format!("Added {patients} patients, {rows} rows in all, in {:.1} s.", started.elapsed().as_secs_f64()))
}

/// Whether there is no patient yet.
pub(super) async fn is_empty(db: &Db) -> Result<bool> {
    let mut sql = Sql::new(db.dialect());
    sql.push(format!("SELECT 0, COUNT(*) FROM (SELECT 1 FROM {} LIMIT 1) any_row", DemoPatient::TABLE.name));
    Ok(db.numbers(&sql).await?.iter().all(|(_, any)| *any == 0))
}

/// Loads the shipped catalog where none is loaded: without it nothing is known of what the patients have.
pub(super) async fn know(db: &Db) -> Result<()> {
    if !catalog::is_any_loaded(db).await? {
        catalog::store(db, &catalog::shipped()?, |_, _| {}).await?;
    }
    Ok(())
}

/// Adds made-up patients, whole ones: each chunk is a transaction. Says how many rows that made. The first ones bring the
/// shipped catalog with them, and the doctors, specialties and institutions whose names are not there yet.
pub async fn fill(db: &Db, seed: u64, patients: u64, today: NaiveDate) -> Result<u64> {
    if patients > 0 {
        know(db).await?;
    }
    let mut batches = Vec::new();
    for table in demo::tables() {
        batches.push(Batch::after(table, last_key(db, table).await?));
    }
    let keys = Arc::new(refer(db, &mut batches).await?);
    // Numbers go on after those that are there, so that adding twice adds other people.
    let from = batches.iter().find(|batch| batch.table.name == DemoPatient::TABLE.name).map_or(0, |batch| batch.last);
    let from = u64::try_from(from).unwrap_or(0);
    let (mut next, end) = (from, from.saturating_add(patients));
    let progress = Progress::new("Demo data", "patients", patients);
    let mut rows = 0;
    let mut chunk = prepare(seed, next..end, today, batches, keys.clone());
    while next < end {
        let batches = chunk.await.map_err(|error| Error::Internal(error.to_string()))??;
        next = end.min(next + CHUNK);
        // The next chunk is made while the database takes this one.
        let empty = batches.iter().map(|batch| Batch::after(batch.table, batch.last)).collect();
        chunk = prepare(seed, next..end, today, empty, keys.clone());
        let mut writer = Writer::begin(db).await?;
        for batch in batches {
            rows += batch.rows;
            writer.insert(batch.table.name, &batch.columns(), batch.cells).await?;
        }
        writer.commit().await?;
        progress.at(next - from, patients);
    }
    Ok(rows)
}

/// The greatest key of a table; 0 where there is none.
async fn last_key(db: &Db, table: &DemoTable) -> Result<i64> {
    let mut sql = Sql::new(db.dialect());
    sql.push(format!("SELECT 0, COALESCE(MAX({}), 0) FROM {}", table.key, table.name));
    Ok(db.numbers(&sql).await?.first().map_or(0, |(_, last)| (*last).max(0)))
}

/// The keys of rows of reference data, by the name of their table and their own.
type Keys = HashMap<&'static str, HashMap<String, i64>>;

/// The keys of the demo's reference data that is in the store already, from an earlier `seed` or the hospital's own. A name counts
/// only as the demo spells it, because patients' rows repeat it. Of several rows of one name the first that was added counts: the
/// one of the least key.
async fn keys(db: &Db, rows: &[DemoRow]) -> Result<Keys> {
    let mut keys = Keys::new();
    for table in demo::tables() {
        let Some(called) = table.called else { continue };
        let names: Vec<&str> = rows.iter().filter(|row| row.table == table).filter_map(DemoRow::name).collect();
        let mut sql = Sql::new(db.dialect());
        sql.push(format!("SELECT {}, {called} FROM {} WHERE {called} IN (", table.key, table.name));
        for (i, name) in names.iter().enumerate() {
            sql.push(if i == 0 { "" } else { ", " }).text(*name);
        }
        sql.push(format!(") ORDER BY {}", table.key));
        let known = keys.entry(table.name).or_default();
        for (key, name) in db.texts(&sql).await? {
            if let Some(name) = name.filter(|name| names.contains(&name.as_str())) {
                known.entry(name).or_insert(key.into());
            }
        }
    }
    Ok(keys)
}

/// Adds the rows of reference data whose names are not in the store, and answers the keys of all.
async fn refer(db: &Db, batches: &mut [Batch]) -> Result<Keys> {
    let rows: Vec<DemoRow> = demo::reference().collect();
    let mut keys = keys(db, &rows).await?;
    for row in rows {
        let table = row.table.name;
        let name = row.name().map(str::to_owned).ok_or_else(|| Error::Internal(format!("{table} has no names")))?;
        if !keys.get(table).is_some_and(|known| known.contains_key(&name)) {
            let key = add(batches, (&keys, &Firsts::new()), None, row)?;
            keys.entry(table).or_default().insert(name, key);
        }
    }
    Ok(keys)
}

/// Rows of one table that are inserted together.
struct Batch {
    table: &'static DemoTable,
    /// The last key that was given out.
    last: i64,
    cells: Vec<Cell>,
    rows: u64,
}

impl Batch {
    /// One without rows, whose keys go on after `last`.
    fn after(table: &'static DemoTable, last: i64) -> Self {
        Batch { table, last, cells: Vec::new(), rows: 0 }
    }

    /// The columns of its cells.
    fn columns(&self) -> Vec<&'static str> {
        let table = self.table;
        std::iter::once(table.key).chain(table.parents.iter().copied()).chain(table.columns.iter().copied()).collect()
    }

    /// Adds a row, and answers its key.
    fn add(
        &mut self,
        (keys, firsts): (&Keys, &Firsts),
        parent: Option<(&str, i64)>,
        values: Vec<DemoValue>,
    ) -> Result<i64> {
        // Keys have 32 bits; SQLite would count on.
        if self.last >= i64::from(i32::MAX) {
            let (table, most) = (self.table.name, i32::MAX);
            return Err(Error::Setup(format!(
                "the keys of {table} are used up: the largest is {most}, and a row has one near it"
            )));
        }
        self.last += 1;
        self.rows += 1;
        self.cells.push(Cell::Int(self.last));
        let is_alone = self.table.parents.len() == 1;
        let of_parent = |column: &&str| match parent.filter(|(key, _)| is_alone || key == column) {
            Some((_, key)) => Cell::Int(key),
            None => Cell::Text(None),
        };
        self.cells.extend(self.table.parents.iter().map(of_parent));
        for value in values {
            self.cells.push(cell(keys, firsts, value)?);
        }
        Ok(self.last)
    }
}

/// Makes the next chunk of patients on a thread of its own, into batches that have no rows yet.
fn prepare(
    seed: u64,
    numbers: std::ops::Range<u64>,
    today: NaiveDate,
    mut batches: Vec<Batch>,
    keys: Arc<Keys>,
) -> JoinHandle<Result<Vec<Batch>>> {
    spawn_blocking(move || {
        for n in numbers.take(CHUNK as usize) {
            let firsts = batches.iter().map(|batch| (batch.table.name, batch.last + 1)).collect();
            add(&mut batches, (&keys, &firsts), None, demo::patient(seed, n, today).into())?;
        }
        Ok(batches)
    })
}

/// The key of a patient's first row in each table.
type Firsts = HashMap<&'static str, i64>;

/// Adds a row and the rows below it, and answers its key.
fn add(batches: &mut [Batch], keys: (&Keys, &Firsts), parent: Option<(&str, i64)>, row: DemoRow) -> Result<i64> {
    let batch = batches.iter_mut().find(|batch| batch.table.name == row.table.name);
    let batch = batch.ok_or_else(|| Error::Internal(format!("{} is no table of the demo", row.table.name)))?;
    let key = batch.add(keys, parent, row.values)?;
    for below in row.below {
        add(batches, keys, Some((row.table.key, key)), below)?;
    }
    Ok(key)
}

fn cell(keys: &Keys, firsts: &Firsts, value: DemoValue) -> Result<Cell> {
    Ok(match value {
        DemoValue::Nothing => Cell::Text(None),
        DemoValue::Flag(value) => value.into(),
        DemoValue::Whole(value) => Cell::Int(value),
        DemoValue::Text(text) => Cell::Text(Some(text.into_owned())),
        DemoValue::Date(date) => date.into(),
        DemoValue::Time(time) => time.into(),
        DemoValue::Moment(moment) => moment.into(),
        DemoValue::Within(table, place) => {
            let first = firsts.get(table.name).zip(i64::try_from(place).ok()).map(|(first, place)| first + place);
            Cell::Int(first.ok_or_else(|| Error::Internal(format!("the demo has no rows of {}", table.name)))?)
        }
        DemoValue::Named(table, name) => {
            let key = keys.get(table.name).and_then(|known| known.get(name));
            Cell::Int(*key.ok_or_else(|| Error::Internal(format!("the demo has no row of {} for a name", table.name)))?)
        }
    })
}
