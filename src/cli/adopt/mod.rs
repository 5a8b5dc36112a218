//! `medimax migrate --adopt` and `--unadopt`: taking over a hospital's tables in place, and giving them back.

mod report;

use super::{
    check::{self, records, report::Finding},
    database_url, say, unreachable,
};
use crate::{
    config::Config,
    db::{
        self, Db, Dialect, Sql,
        adopt::{self, Kind, Plan},
    },
    error::Result,
    schema,
};
use std::process::ExitCode;

/// What breaks a rule that MediMax holds its own rows to.
struct Broken {
    of: String,
    rule: String,
    count: i64,
    examples: Vec<String>,
}

pub(super) async fn adopt(config: &Config, yes: bool) -> Result<ExitCode> {
    let db = open(config).await?;
    if db.dialect() == Dialect::Sqlite {
        say("There is nothing to adopt: the embedded store is always MediMax's own.")?;
        return Ok(ExitCode::SUCCESS);
    }
    let plan = adopt::plan(&db).await.map_err(unreachable)?;
    let is_there = !plan.tables.is_empty() || !plan.obstacles.is_empty();
    if plan.own || !is_there {
        say("There is nothing to adopt: run `medimax migrate`.")?;
        return Ok(ExitCode::SUCCESS);
    }
    let broken = broken(&db, &plan).await.map_err(unreachable)?;
    say(&report::of_plan(&plan, &broken, yes))?;
    if !plan.obstacles.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    if yes && !plan.additions.is_empty() {
        adopt::perform(&db, |addition| {
            tracing::info!(
                "add {} {}",
                addition.kind.as_str(),
                report::name(addition.kind, &addition.table, &addition.name)
            );
        })
        .await
        .map_err(unreachable)?;
        say("Adopted.")?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn unadopt(config: &Config, yes: bool) -> Result<ExitCode> {
    let db = open(config).await?;
    if db.dialect() == Dialect::Sqlite {
        say("There is nothing to take back: the embedded store is always MediMax's own.")?;
        return Ok(ExitCode::SUCCESS);
    }
    let added = adopt::added(&db).await.map_err(unreachable)?;
    if !yes && !added.is_empty() {
        let mut rows = Vec::new();
        for (_, table, _) in added.iter().filter(|(kind, ..)| *kind == Kind::Table) {
            rows.push((table.clone(), rows_of(&db, table).await?));
        }
        say(&report::of_removal(&added, &rows))?;
        return Ok(ExitCode::SUCCESS);
    }
    let removed = adopt::undo(&db, |kind, table, name| {
        tracing::info!("remove {} {}", kind.as_str(), report::name(kind, table, name));
    });
    let stays = removed.await.map_err(unreachable)?;
    for what in &stays {
        say(what)?;
    }
    say("The database is as it was before it was adopted, with the rows that it has now.")?;
    Ok(ExitCode::SUCCESS)
}

/// The store, with time for statements that read whole tables.
async fn open(config: &Config) -> Result<Db> {
    let mut options = config.database(database_url(config)?);
    options.statement_timeout = options.statement_timeout.max(check::WHOLE);
    db::open(&options).await.map_err(unreachable)
}

/// The rows that break a rule: none is changed, and each is answered as far as it can be.
async fn broken(db: &Db, plan: &Plan) -> Result<Vec<Broken>> {
    let has = |table: &str, column: &str| plan.tables.get(table).is_some_and(|columns| columns.contains(column));
    let of_finding =
        |Finding { check, of, count, examples }| Broken { of, rule: check.name.to_owned(), count, examples };
    let mut broken: Vec<Broken> =
        records::check_faults(db, schema::entities(), has).await?.into_iter().map(of_finding).collect();
    for rule in plan.rules.iter().filter(|rule| has(rule.table, rule.key)) {
        let mut condition = Sql::new(db.dialect());
        condition.push(rule.broken.clone());
        let (count, examples) = records::rows_where(db, rule.table, rule.key, &condition).await?;
        if count > 0 {
            broken.push(Broken { of: rule.table.to_owned(), rule: rule.name.clone(), count, examples });
        }
    }
    Ok(broken)
}

async fn rows_of(db: &Db, table: &str) -> Result<i64> {
    let mut sql = Sql::new(db.dialect());
    sql.varies();
    sql.push(format!("SELECT 0, COUNT(*) FROM {table}"));
    let counted = db.numbers(&sql).await.map_err(unreachable)?;
    Ok(counted.first().map_or(0, |(_, rows)| *rows))
}
