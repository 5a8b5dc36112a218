//! Taking over the tables of the MediMax documents where a hospital already runs them, in place (MariaDB).
//!
//! What is missing is added, and each addition is recorded in `Adoption` before it is made, so that it can be taken back and
//! nothing else. Nothing that is there is dropped, renamed or rewritten. Programs that write meanwhile go on: no statement
//! here waits for them, so none of them waits behind one.

mod compare;
mod found;
mod ours;
mod run;
mod server;
mod undo;

use super::{
    migrate::{lock, unlock},
    pool::Db,
    sql::Dialect,
};
use crate::error::{Error, Result};
use found::Found;
use std::collections::{BTreeMap, BTreeSet};

/// What adopting a database would do, and what it found.
#[derive(Debug, Default)]
pub struct Plan {
    /// The tables of the documents that are there: the columns of each.
    pub tables: BTreeMap<String, BTreeSet<String>>,
    /// Whether enums are spelled as in the older document.
    pub older: bool,
    /// Whether it was adopted before.
    pub adopted: bool,
    /// Whether MediMax's migrations made these tables, so that there is nothing to adopt.
    pub own: bool,
    /// What must be out of the way first.
    pub obstacles: Vec<Obstacle>,
    /// What differs and stays as it is.
    pub notes: Vec<String>,
    /// What to add, in this order.
    pub additions: Vec<Addition>,
    /// What MediMax holds its own rows to, and these tables do not.
    pub rules: Vec<Rule>,
}

/// Something that adopting cannot go on with.
#[derive(Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The table, or the server.
    pub of: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub todo: String,
}

/// A rule that the tables do not hold by themselves.
#[derive(Debug)]
pub struct Rule {
    /// The table.
    pub table: &'static str,
    /// Its primary key.
    pub key: &'static str,
    /// The rule's name.
    pub name: String,
    /// What is true of the rows that break it.
    pub broken: String,
}

/// A kind of thing that adopting adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A table.
    Table,
    /// A column.
    Column,
    /// Words of an enum, at its end.
    Words,
    /// An index.
    Index,
    /// A trigger.
    Trigger,
    /// Rows of a table that was added.
    Rows,
    /// The account of a migration.
    Version,
}

/// One thing that adopting adds.
#[derive(Debug)]
pub struct Addition {
    /// Its kind.
    pub kind: Kind,
    /// The table that it belongs to, or is.
    pub table: String,
    /// Its name: that of the column for words of an enum.
    pub name: String,
    /// The words of an enum; the columns of an index.
    pub parts: Vec<String>,
    work: Work,
}

/// How it is made. Each can be done again.
#[derive(Debug)]
enum Work {
    Run(Vec<String>),
    /// Makes the words known: by the column's own line, which is read when it is its turn.
    Widen,
    /// Fills a table from the rows of another, `(table, key)`, few at a time.
    Fill(String, (String, &'static str)),
}

impl Kind {
    const ALL: [Kind; 7] =
        [Kind::Table, Kind::Column, Kind::Words, Kind::Index, Kind::Trigger, Kind::Rows, Kind::Version];

    /// Its spelling in `Adoption`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::Column => "column",
            Kind::Words => "words",
            Kind::Index => "index",
            Kind::Trigger => "trigger",
            Kind::Rows => "rows",
            Kind::Version => "version",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| {
            Error::Setup(format!(
                "the table Adoption holds \"{text}\", which this binary does not know: use a newer medimax"
            ))
        })
    }
}

/// What adopting would do; changes nothing.
pub async fn plan(db: &Db) -> Result<Plan> {
    mariadb_only(db)?;
    let mut conn = db.conn().await?;
    let found = Found::read(&mut conn).await?;
    let mut plan = compare::plan(&found)?;
    plan.obstacles.extend(server::obstacles(&mut conn).await?);
    Ok(plan)
}

/// Adds all that is missing; `on_step` is told of each addition before it is made.
pub async fn perform(db: &Db, mut on_step: impl FnMut(&Addition)) -> Result<()> {
    mariadb_only(db)?;
    let mut conn = lock(db).await?;
    // Again: somebody else may have been at it until now.
    let plan = compare::plan(&Found::read(&mut conn).await?)?;
    if let Some(Obstacle { of, what, todo }) = plan.obstacles.first() {
        return Err(Error::Setup(format!("{of}: {what}; {todo}")));
    }
    if plan.own || plan.tables.is_empty() {
        return Err(Error::Setup("there is nothing to adopt: run `medimax migrate`".into()));
    }
    run::perform(&mut conn, &plan.additions, &mut on_step).await?;
    unlock(conn, Dialect::MariaDb).await
}

/// What was added: kind, table and name of each, the latest first.
pub async fn added(db: &Db) -> Result<Vec<(Kind, String, String)>> {
    mariadb_only(db)?;
    let recorded = Found::read(&mut db.conn().await?).await?.recorded.unwrap_or_default();
    recorded.into_iter().rev().map(|of| Ok((Kind::read(&of.kind)?, of.table, of.name))).collect()
}

/// Removes what was added, the latest first, and answers what had to stay.
pub async fn undo(db: &Db, mut on_step: impl FnMut(Kind, &str, &str)) -> Result<Vec<String>> {
    mariadb_only(db)?;
    let mut conn = lock(db).await?;
    let stays = undo::undo(&mut conn, &mut on_step).await?;
    unlock(conn, Dialect::MariaDb).await?;
    Ok(stays)
}

fn mariadb_only(db: &Db) -> Result<()> {
    match db.dialect() {
        Dialect::MariaDb => Ok(()),
        Dialect::Sqlite => {
            Err(Error::Setup("there is nothing to adopt: the embedded store is always MediMax's own".into()))
        }
    }
}
