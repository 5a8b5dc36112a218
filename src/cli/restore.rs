//! `medimax restore`: a backup into an empty store, all of it or nothing.

use super::{
    archive::{self, Header, Rows},
    learn, open,
    progress::Progress,
    say, unreachable,
};
use crate::{
    config::Config,
    db::{
        Db, Dialect,
        backup::{Batch, Image, Row, Whole, named},
        decimal, migrate,
    },
    error::{Error, Result},
    feed::Feed,
    schema,
};
use clap::{Arg, ArgMatches, Command};
use std::path::PathBuf;

pub(super) fn command() -> Command {
    Command::new("restore").about("Fill an empty database from a backup").arg(
        Arg::new("file")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .required(true)
            .help("What `medimax backup` wrote"),
    )
}

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let Some(path) = args.get_one::<PathBuf>("file") else { return Err(Error::Internal("no FILE".into())) };
    let (header, rows) = archive::read(path)?;
    let db = open(config).await?;
    ready(&db, header.schema).await.map_err(unreachable)?;
    let started = std::time::Instant::now();
    fill(&db, &header, rows).await.map_err(unreachable)?;
    learn(&db).await;
    let seconds = started.elapsed().as_secs_f64();
    say(&format!("Restored {} rows in {seconds:.1} s, and compared each with the file.", header.rows()))?;
    if config.graph().is_some() {
        let (id, prefix) = (Feed::new(db).database_id().await?, &config.graph_label_prefix);
        say(&format!(
            "\nA Neo4j that was made from the old database refuses this one. Stop the old gateways, name this database there, and \
             compare every patient:\n\n  \
             MATCH (s:{prefix}MediMax {{id: 1}}) SET s.database_id = '{id}', s.store_id = randomUUID();\n  \
             medimax sync --full"
        ))?;
    }
    Ok(())
}

/// Sees that the store has the tables. One that has none yet is migrated.
async fn ready(db: &Db, schema: i32) -> Result<()> {
    if schema > migrate::known(db.dialect())?.last().map_or(0, |migration| migration.version) {
        return Err(Error::Setup(format!(
            "the backup is of schema version {schema}, newer than this binary knows: use a newer medimax"
        )));
    }
    if migrate::state(db).await? == migrate::State::Empty {
        migrate::up(db, |_, _| {}).await?;
    }
    migrate::require_current(db).await
}

/// Writes every row, reads all of them again, and only then lets them stay.
async fn fill(db: &Db, header: &Header, mut rows: Rows) -> Result<()> {
    let mut whole = Whole::writing(db).await?;
    let there = whole.images().await?;
    // The countries and regions that every store has from the start are in the backup, too.
    let filled = || there.iter().filter(|table| table.rows > 0);
    let is_place = |table: &&Image| schema::iso::TABLES.iter().any(|place| place.name == table.name);
    if let Some(table) = filled().find(|table| !is_place(table)) {
        let advice = match db.dialect() {
            Dialect::MariaDb => "restore into a new database",
            Dialect::Sqlite => "restore into a new file, before the first `serve`, which fills it with demo data",
        };
        return Err(Error::Setup(format!("the database is not empty, {} has rows: {advice}", table.name)));
    }
    header.tables.iter().try_for_each(|table| fits(table, &there))?;
    for table in there.iter().rev().filter(is_place) {
        whole.clear(table).await?;
    }

    let (total, mut done) = (header.rows(), 0);
    let progress = Progress::new("Writing", "rows", total);
    rows.rewind()?;
    for table in &header.tables {
        let (own_links, mut late) = (whole.own_links(table).await?, Vec::new());
        let mut batch = Batch::default();
        for _ in 0..table.rows {
            done += 1;
            let mut row = rows.next()?;
            late.extend(table.hold_back(&own_links, &mut row));
            if batch.add(row) {
                whole.insert(table, &batch.take()).await?;
                progress.at(done, total);
            }
        }
        whole.insert(table, &batch.take()).await?;
        whole.point(table, late).await?;
    }
    drop(progress);

    // A store may take a value and keep another: a word that is none of its enum's, a day that is none, a text too long.
    let mut done = 0;
    let progress = Progress::new("Comparing", "rows", total);
    rows.rewind()?;
    for table in &header.tables {
        let end = done + table.rows;
        let compare = |kept: Vec<Row>| {
            done += kept.len() as u64;
            progress.at(done, total);
            kept.iter().try_for_each(|kept| same(table, &rows.next()?, kept))
        };
        whole.each(table, compare).await?;
        if done != end {
            return Err(Error::Setup(format!("the database did not keep every row of {}", table.name)));
        }
    }
    whole.commit().await
}

/// Whether the store has a place for every column of a table.
fn fits(table: &Image, there: &[Image]) -> Result<()> {
    let missing = |what: &str| Err(Error::Setup(format!("this version of the database has no {what}")));
    let Some(own) = there.iter().find(|own| own.name == table.name) else { return missing(&table.name) };
    match table.columns.iter().find(|column| !own.columns.contains(column)) {
        Some(column) => missing(&format!("{}.{column}", table.name)),
        None if own.key != table.key => missing(&format!("{} by {}", table.name, table.key)),
        None => Ok(()),
    }
}

/// Whether a row that the store kept is that of the file.
fn same(table: &Image, wanted: &Row, kept: &Row) -> Result<()> {
    // One store keeps 0.90 as it is, the other as 0.9.
    let number = |cell: &Option<String>| cell.as_deref().and_then(decimal);
    let same = |wanted: &Option<String>, kept: &Option<String>| {
        wanted == kept || number(wanted).is_some_and(|wanted| Some(wanted) == number(kept))
    };
    let mut columns = table.columns.iter().zip(wanted.iter().zip(kept));
    let column = columns.find_map(|(column, (wanted, kept))| (!same(wanted, kept)).then_some(column.as_str()));
    if column.is_none() && wanted.len() == kept.len() {
        return Ok(());
    }
    Err(Error::Setup(format!(
        "{}: this store cannot keep what the backup has in {}",
        named(table, wanted),
        column.unwrap_or("it")
    )))
}
