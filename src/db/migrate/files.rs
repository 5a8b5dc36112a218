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

/// The tables that the migrations make, in their order: a table comes after those that it refers to.
pub(in crate::db) fn tables(dialect: Dialect) -> Result<Vec<&'static str>> {
    Ok(known(dialect)?.iter().flat_map(made).collect())
}

/// The tables that the first migration makes.
pub(super) fn first_tables(dialect: Dialect) -> Result<Vec<&'static str>> {
    Ok(known(dialect)?.iter().take(1).flat_map(made).collect())
}

fn made(migration: &Migration) -> impl Iterator<Item = &'static str> + use<> {
    steps(migration.up)
        .filter_map(|(_, statement)| statement.strip_prefix("CREATE TABLE IF NOT EXISTS ")?.split_whitespace().next())
}

/// The steps of a migration's text: what each does, and its statement.
pub(in crate::db) fn steps(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let text = text.strip_prefix("-- ").unwrap_or(text);
    text.split("\n-- ").filter_map(|step| step.split_once('\n'))
}
