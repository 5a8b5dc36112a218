//! Whether the triggers of the migrations are there as they were made, and can run. One that cannot costs every program its
//! writes, or the graph and the search what they ought to be told.

use super::{
    super::{
        fault,
        migrate::{self, State},
        pool::{Conn, Db, load_on},
        sql::{Dialect, Sql},
    },
    rights::{Grants, Purpose},
};
use crate::error::{Error, Result};
use diesel::sql_types::{Nullable, Text};
use std::collections::BTreeMap;

/// What there is of the triggers.
#[derive(Debug, Default)]
pub struct Triggers {
    /// How many there must be.
    pub wanted: usize,
    /// Those that are not there.
    pub missing: Vec<String>,
    /// Those that are there and do something else.
    pub changed: Vec<String>,
    /// The oldest migration that makes one of these; none where all are as they should be.
    pub made_by: Option<i32>,
    /// Whether this account sees what they do.
    pub hidden: bool,
    /// The accounts that they run as.
    pub definers: Vec<Definer>,
}

/// An account that triggers run as.
#[derive(Debug)]
pub struct Definer {
    /// `user@host`.
    pub account: String,
    /// How many of the triggers.
    pub triggers: usize,
    /// What is known of it.
    pub state: DefinerState,
}

/// Whether an account can run triggers.
#[derive(Debug, PartialEq, Eq)]
pub enum DefinerState {
    /// It can.
    Able,
    /// It lacks these rights; the statements give them.
    Lacks(Vec<String>, Vec<String>),
    /// There is no such account.
    Gone,
    /// This account may not look.
    Unknown,
}

/// A trigger, as it was made or is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trigger {
    /// Timing, event and table.
    head: String,
    body: String,
    /// The migration that makes it.
    version: i32,
}

impl Trigger {
    fn table(&self) -> &str {
        self.head.rsplit_once(" ON ").map_or("", |(_, table)| table)
    }

    /// Whether a trigger that was found is this one. MariaDB's catalogue shows texts without the backslashes that escape others.
    fn is_same(&self, head: &str, body: &str) -> bool {
        let plain = |body: &str| body.replace("\\\\", "\\");
        head.eq_ignore_ascii_case(&self.head) && plain(body) == plain(&self.body)
    }
}

/// How the triggers of the database's version are. A version that the binary does not know may have other ones.
pub async fn inspect(db: &Db) -> Result<Option<Triggers>> {
    let latest = match migrate::state(db).await? {
        State::Current => i32::MAX,
        State::Behind(at) => at,
        _ => return Ok(None),
    };
    let wanted = wanted(db.dialect(), latest)?;
    let mut conn = db.conn().await?;
    let mut found = found(&mut conn, db.dialect()).await?;
    drop(conn);
    let sight = match db.dialect() {
        Dialect::MariaDb => Some((Grants::of_session(db).await?, super::server(db).await?.database)),
        Dialect::Sqlite => None,
    };
    let sees = |table: &str| sight.as_ref().is_none_or(|(grants, database)| grants.sees_triggers(database, table));
    found.retain(|name, _| wanted.contains_key(name.as_str()));
    let mut triggers = Triggers { wanted: wanted.len(), ..Triggers::default() };
    let mut definers = BTreeMap::new();
    for (name, wanted) in wanted {
        let Triggers { missing, changed, made_by, hidden, .. } = &mut triggers;
        let mut broken = |names: &mut Vec<String>| {
            names.push(name.to_owned());
            *made_by = Some(made_by.map_or(wanted.version, |version| version.min(wanted.version)));
        };
        match found.get(name) {
            None if sees(wanted.table()) => broken(missing),
            None | Some((_, _, None)) => *hidden = true,
            Some((head, definer, Some(body))) => {
                if !wanted.is_same(head, body) {
                    broken(changed);
                }
                *definers.entry(definer.clone().unwrap_or_default()).or_insert(0) += 1;
            }
        }
    }
    for (account, count) in definers.into_iter().filter(|(account, _)| !account.is_empty()) {
        let state = definer(db, &account).await?;
        triggers.definers.push(Definer { account, triggers: count, state });
    }
    Ok(Some(triggers))
}

/// What the migrations up to a version make, by name: the latest where one is made again.
fn wanted(dialect: Dialect, latest: i32) -> Result<BTreeMap<&'static str, Trigger>> {
    let mut wanted = BTreeMap::new();
    for migration in migrate::known(dialect)?.iter().filter(|migration| migration.version <= latest) {
        for (_, statement) in migrate::steps(migration.up) {
            let made = ["CREATE OR REPLACE TRIGGER ", "CREATE TRIGGER IF NOT EXISTS "];
            let Some(text) = made.iter().find_map(|made| statement.strip_prefix(made)) else { continue };
            let (name, trigger) = read(migration.version, text)
                .ok_or_else(|| Error::Internal(format!("a trigger of {} cannot be read", migration.name)))?;
            wanted.insert(name, trigger);
        }
    }
    Ok(wanted)
}

/// Reads what follows `CREATE TRIGGER`.
fn read(version: i32, text: &str) -> Option<(&str, Trigger)> {
    let (name, rest) = text.split_once(' ')?;
    let (head, body) = rest.split_once(" FOR EACH ROW")?;
    Some((name, Trigger { head: head.to_owned(), body: trimmed(body), version }))
}

fn trimmed(body: &str) -> String {
    body.trim().trim_end_matches(';').trim_end().to_owned()
}

/// Head, definer and body of the triggers that are there, by name. The body is not for everybody to see.
async fn found(
    conn: &mut Conn,
    dialect: Dialect,
) -> Result<BTreeMap<String, (String, Option<String>, Option<String>)>> {
    type Row = (String, String, Option<String>, Option<String>);
    let mut sql = Sql::new(dialect);
    sql.push(match dialect {
        Dialect::MariaDb => {
            "SELECT CAST(trigger_name AS CHAR), \
             CAST(CONCAT(action_timing, ' ', event_manipulation, ' ON ', event_object_table) AS CHAR), \
             CAST(definer AS CHAR), CAST(action_statement AS CHAR) \
             FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
        }
        Dialect::Sqlite => "SELECT name, '', NULL, sql FROM sqlite_master WHERE type = 'trigger'",
    });
    let rows = load_on!(conn, sql, (Text, Text, Nullable<Text>, Nullable<Text>), Row)?;
    let of_row = |(name, head, definer, body): Row| match (dialect, &body) {
        (Dialect::Sqlite, Some(text)) => {
            let (_, trigger) = read(0, text.strip_prefix("CREATE TRIGGER ")?)?;
            Some((name, (trigger.head, None, Some(trigger.body))))
        }
        _ => Some((name, (head, definer, body.as_deref().map(trimmed)))),
    };
    Ok(rows.into_iter().filter_map(of_row).collect())
}

/// Whether an account can run the triggers.
async fn definer(db: &Db, account: &str) -> Result<DefinerState> {
    let server = super::server(db).await?;
    if account != server.account {
        match exists(db, account).await? {
            Some(true) => {}
            Some(false) => return Ok(DefinerState::Gone),
            None => return Ok(DefinerState::Unknown),
        }
    }
    let lacks = Grants::of_account(db, account).await?.lacks(Purpose::Triggers, &server.database)?;
    Ok(if lacks.is_empty() {
        DefinerState::Able
    } else {
        DefinerState::Lacks(lacks, Purpose::Triggers.grants(&server.database, account))
    })
}

/// Whether there is such an account; nothing where this one may not look.
async fn exists(db: &Db, account: &str) -> Result<Option<bool>> {
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.push("SELECT COUNT(*), NULL FROM mysql.user WHERE CONCAT(user, '@', host) = ").text(account);
    match db.texts(&sql).await {
        Ok(counted) => Ok(Some(counted.first().is_some_and(|(accounts, _)| *accounts > 0))),
        Err(error) if fault::is_denied(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trigger_of_the_migrations_is_read() {
        for (dialect, start) in [(Dialect::MariaDb, "BEGIN"), (Dialect::Sqlite, "")] {
            let all = wanted(dialect, i32::MAX).unwrap();
            let steps: usize = migrate::known(dialect).unwrap().iter().map(|m| m.up.matches("TRIGGER").count()).sum();
            assert_eq!(all.len(), steps);
            assert!(all.values().all(|of| of.body.starts_with(start) && of.body.ends_with("END")), "{all:?}");
            assert!(wanted(dialect, 1).unwrap().len() < all.len());
        }
    }
}
