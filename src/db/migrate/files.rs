//! The migrations as files: their texts within the binary, and their steps.

use crate::{
    db::sql::Dialect,
    error::{Error, Result},
};
use include_dir::{Dir, include_dir};

static MARIADB: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations/mariadb");
static SQLITE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations/sqlite");

/// One migration of the binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number; migrations run in this order.
    pub version: i32,
    /// Its folder's name, number included.
    pub name: &'static str,
    /// The version of the oldest binary that works with the schema after it.
    pub suits: i32,
    pub(in crate::db) up: &'static str,
    pub(super) down: &'static str,
}

/// The migrations of the binary for this backend, oldest first.
pub fn known(dialect: Dialect) -> Result<Vec<Migration>> {
    let dir = match dialect {
        Dialect::MariaDb => &MARIADB,
        Dialect::Sqlite => &SQLITE,
    };
    let broken = |name: &str| Error::Internal(format!("the migration {name} was not embedded whole"));
    let mut all = Vec::new();
    for folder in dir.dirs() {
        let name = folder.path().to_str().unwrap_or_default();
        let text = |file: &str| folder.get_file(folder.path().join(file)).and_then(|file| file.contents_utf8());
        let version = name.split('_').next().and_then(|number| number.parse().ok());
        match (version, text("up.sql"), text("down.sql")) {
            (Some(version), Some(up), Some(down)) => {
                let (suits, up) = suits(version, up).ok_or_else(|| broken(name))?;
                all.push(Migration { version, name, suits, up, down });
            }
            _ => return Err(broken(name)),
        }
    }
    all.sort_by_key(|migration| migration.version);
    Ok(all)
}

/// What a file says of the binaries that it suits, and its steps.
pub(super) fn suits(version: i32, text: &'static str) -> Option<(i32, &'static str)> {
    let Some(said) = text.strip_prefix("-- suits:") else { return Some((version, text)) };
    let (suits, steps) = said.split_once('\n')?;
    Some((suits.trim().parse().ok()?, steps))
}

/// The newest migration that the binary knows.
pub fn latest(dialect: Dialect) -> Result<i32> {
    Ok(known(dialect)?.last().map_or(0, |migration| migration.version))
}

/// The tables that the migrations make, each after those that it refers to, by a column of a later migration too.
pub(in crate::db) fn tables(dialect: Dialect) -> Result<Vec<&'static str>> {
    let migrations = known(dialect)?;
    let mut left: Vec<&str> = migrations.iter().flat_map(made).collect();
    let references: Vec<(&str, &str)> = migrations
        .iter()
        .flat_map(|migration| steps(migration.up))
        .flat_map(|(_, statement)| references(statement))
        .collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free =
            |table: &&str| !references.iter().any(|(from, to)| from == table && to != table && left.contains(to));
        // Of a circle, which no order can hold, the first comes first.
        let next = left.iter().position(is_free).unwrap_or_default();
        ordered.push(left.remove(next));
    }
    Ok(ordered)
}

/// The table that a statement makes.
pub(in crate::db) fn made_table(statement: &'static str) -> Option<&'static str> {
    word(statement.strip_prefix("CREATE TABLE IF NOT EXISTS ")?)
}

/// The column that a statement adds, after its table.
pub(in crate::db) fn made_column(statement: &'static str) -> Option<(&'static str, &'static str)> {
    // Rows that are there have nothing in a new column, so that a foreign key on it need not look at them, nor lock them.
    let altering = statement.strip_prefix("SET STATEMENT foreign_key_checks = 0 FOR ").unwrap_or(statement);
    let (table, rest) = altering.strip_prefix("ALTER TABLE ")?.split_once(" ADD COLUMN ")?;
    Some((table, word(rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest))?))
}

fn word(text: &'static str) -> Option<&'static str> {
    text.split([' ', '(', ',', ';', '\n']).next()
}

/// The tables that a statement makes or alters, each with a table that it refers to from then on.
fn references(statement: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let of = ["CREATE TABLE IF NOT EXISTS ", "ALTER TABLE "]
        .into_iter()
        .find_map(|verb| word(statement.split_once(verb)?.1));
    statement.split(" REFERENCES ").skip(1).filter_map(move |rest| Some((of?, word(rest)?)))
}

/// The tables that the first migration makes.
pub(super) fn first_tables(dialect: Dialect) -> Result<Vec<&'static str>> {
    Ok(known(dialect)?.iter().take(1).flat_map(made).collect())
}

fn made(migration: &Migration) -> impl Iterator<Item = &'static str> + use<> {
    steps(migration.up).filter_map(|(_, statement)| made_table(statement))
}

/// The steps of a migration's text: what each does, and its statement.
pub(in crate::db) fn steps(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let text = text.strip_prefix("-- ").unwrap_or(text);
    text.split("\n-- ").filter_map(|step| step.split_once('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_those_that_it_refers_to() {
        for dialect in [Dialect::MariaDb, Dialect::Sqlite] {
            let tables = tables(dialect).unwrap();
            let at = |name| tables.iter().position(|table| *table == name).unwrap();
            let mut seen = 0;
            for (from, to) in
                known(dialect).unwrap().iter().flat_map(|one| steps(one.up)).flat_map(|(_, s)| references(s))
            {
                assert!(from == to || at(to) < at(from), "{from} before {to}");
                seen += 1;
            }
            assert!(seen > 15, "{dialect:?}: {seen}");
            assert!(at("Doctor") < at("Appointment"), "by a column that a later migration adds");
            let mut sorted = tables.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), tables.len());
        }
    }
}
