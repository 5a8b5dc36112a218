//! Rows of a table that point to each other in a circle.

use super::report::{Check, Finding};
use crate::{
    db::{Db, Link, Sql, Table, on_circles},
    error::Result,
    graphql::model::Entity,
};

/// Keys that are named of each finding.
const NAMED: usize = 5;

/// Owners whose rows are read by one statement.
const OWNERS: usize = 1_000;

static CIRCLE: Check = Check {
    store: "database",
    name: "circle",
    fault: false,
    advice: "Following the column from these rows leads back to the same rows, so a program that follows it never comes to an end. They are answered \
             as they stand, and a thread begins at one of them: set the column of the row that does not belong there to NULL.",
};

/// Asks it of every table that points to itself.
pub(super) async fn check(db: &Db, entities: &[&'static Entity]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for table in entities.iter().map(|entity| entity.table) {
        for link in table.links.iter().filter(|link| link.to.name == table.name) {
            let keys = of(db, table, link).await?;
            if !keys.is_empty() {
                let examples = keys.iter().take(NAMED).map(ToString::to_string).collect();
                let of = format!("{}.{}", table.name, link.column);
                findings.push(Finding { check: &CIRCLE, of, count: keys.len() as i64, examples });
            }
        }
    }
    Ok(findings)
}

/// The keys of the rows on circles.
async fn of(db: &Db, table: &Table, link: &Link) -> Result<Vec<i32>> {
    let Table { name, key, .. } = table;
    let column = link.column;
    let mut circles = Vec::new();
    let Some(owner) = table.owners().first().filter(|_| link.within).map(|owner| owner.column) else {
        let mut sql = Sql::new(db.dialect());
        sql.push(format!("SELECT {key}, {column} FROM {name} WHERE {column} IS NOT NULL"));
        return Ok(keys_of(db.numbers(&sql).await?));
    };
    // On each circle a row points to one of the same key or a greater one, so only the owners of such rows are looked at.
    let mut sql = Sql::new(db.dialect());
    sql.push(format!("SELECT DISTINCT {owner}, 0 FROM {name} WHERE {column} >= {key} AND {owner} IS NOT NULL"));
    let owners: Vec<i32> = db.numbers(&sql).await?.into_iter().map(|(owner, _)| owner).collect();
    for owners in owners.chunks(OWNERS) {
        let mut sql = Sql::new(db.dialect());
        sql.push(format!("SELECT t.{key}, t.{column} FROM ")).keys(owners).straight_join();
        sql.push(format!("{name} t ON t.{owner} = k.id WHERE t.{column} IS NOT NULL"));
        circles.extend(keys_of(db.numbers(&sql).await?));
    }
    circles.sort_unstable();
    Ok(circles)
}

fn keys_of(rows: Vec<(i32, i64)>) -> Vec<i32> {
    let pointers = rows.into_iter().filter_map(|(key, to)| Some((key, i32::try_from(to).ok()?)));
    let mut keys: Vec<i32> = on_circles(&pointers.collect()).into_iter().collect();
    keys.sort_unstable();
    keys
}
