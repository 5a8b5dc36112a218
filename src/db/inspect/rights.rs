//! Rights of an account on MariaDB: which are needed for what, which it has, and the statements that give them.

use super::super::{
    migrate,
    pool::{Conn, Db, load_on},
    sql::{Dialect, Sql},
};
use crate::error::Result;
use diesel::sql_types::Text;
use std::collections::{BTreeMap, BTreeSet};

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `medimax serve`.
    Serve,
    /// `medimax serve` with `read_only`.
    ServeReading,
    /// `medimax migrate`, adopting included.
    Migrate,
    /// Being the account that triggers run as. One of its roles does not count here.
    Triggers,
}

/// Rights on all tables of the database, or on one.
type Need = (Option<&'static str>, &'static [&'static str]);

impl Purpose {
    fn needs(self) -> &'static [Need] {
        match self {
            Purpose::Serve => &[(None, &["SELECT", "INSERT", "UPDATE", "DELETE"])],
            // The feed is kept account of, idempotency keys are forgotten, and whoever only reads logs in and leaves entries in the access
            // log, too.
            Purpose::ServeReading => &[
                (None, &["SELECT"]),
                (Some("Change_Feed"), &["SELECT", "DELETE"]),
                (Some("Feed_Consumer"), &["SELECT", "INSERT", "UPDATE", "DELETE"]),
                (Some("Feed_Pending"), &["SELECT", "INSERT", "UPDATE", "DELETE"]),
                (Some("Idempotency_Key"), &["SELECT", "DELETE"]),
                (Some("User_Account"), &["SELECT", "UPDATE"]),
                (Some("Account_Session"), &["SELECT", "INSERT", "UPDATE", "DELETE"]),
                (Some("Refresh_Token"), &["SELECT", "INSERT", "UPDATE", "DELETE"]),
                (Some("Signing_Key"), &["SELECT", "INSERT", "UPDATE", "DELETE"]),
                (Some("Api_Key"), &["SELECT", "UPDATE", "DELETE"]),
                (Some("Login_Failure"), &["SELECT", "INSERT", "UPDATE", "DELETE"]),
                (Some("Access_Chain"), &["SELECT", "INSERT"]),
                (Some("Access_Event"), &["SELECT", "INSERT"]),
                (Some("Access_Patient"), &["SELECT", "INSERT"]),
            ],
            Purpose::Migrate => &[(
                None,
                &["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "DROP", "REFERENCES", "TRIGGER"],
            )],
            Purpose::Triggers => &[(None, &["SELECT", "INSERT", "DELETE", "TRIGGER"])],
        }
    }

    /// The statements that give an account (`user@host`) what it needs.
    pub fn grants(self, database: &str, account: &str) -> Vec<String> {
        let statement = |(table, rights): &Need| {
            let place = match table {
                // Only here does the server take the name for a pattern.
                None => format!("{}.*", quoted(&database.replace('_', "\\_").replace('%', "\\%"))),
                Some(table) => format!("{}.{}", quoted(database), quoted(table)),
            };
            format!("GRANT {} ON {place} TO {};", rights.join(", "), quoted_account(account))
        };
        self.needs().iter().map(statement).collect()
    }

    /// Whether it needs a right on a table, or on the database as such.
    fn may_need(self, right: &str, table: Option<&str>) -> bool {
        self.needs().iter().any(|(on, rights)| {
            (on.is_none() || table.is_some_and(|table| on.is_some_and(|on| on.eq_ignore_ascii_case(table))))
                && rights.contains(&right)
        })
    }
}

/// The rights that an account has.
#[derive(Debug, Default)]
pub struct Grants(Vec<Grant>);

/// Rights that were given at once.
#[derive(Debug, PartialEq, Eq)]
struct Grant {
    rights: BTreeSet<String>,
    /// A pattern; none for every database.
    database: Option<String>,
    table: Option<String>,
}

impl Grants {
    /// Those of the session: the account's and its active roles'.
    pub async fn of_session(db: &Db) -> Result<Self> {
        of_session(&mut db.conn().await?).await
    }

    /// Those of an account itself, without its roles. It takes a right to look at others' rights.
    pub async fn of_account(db: &Db, account: &str) -> Result<Self> {
        shown(&mut db.conn().await?, format!("SHOW GRANTS FOR {}", quoted_account(account))).await
    }

    /// What it lacks for a purpose: a right, or a right and the one table where it is missing.
    pub fn lacks(&self, purpose: Purpose, database: &str) -> Result<Vec<String>> {
        let mut ours = migrate::tables(Dialect::MariaDb)?;
        ours.push("Schema_Migration");
        let mut lacks = Vec::new();
        for (table, rights) in purpose.needs() {
            for right in *rights {
                let tables = table.map_or_else(|| ours.clone(), |table| vec![table]);
                let without: Vec<&str> =
                    tables.iter().copied().filter(|table| !self.holds(right, database, table)).collect();
                if table.is_none() && without.len() == tables.len() {
                    lacks.push((*right).to_owned());
                } else {
                    lacks.extend(without.iter().map(|table| format!("{right} on {table}")));
                }
            }
        }
        lacks.sort();
        lacks.dedup();
        Ok(lacks)
    }

    /// What it has beyond a purpose, by place.
    pub fn beyond(&self, purpose: Purpose, database: &str) -> Vec<String> {
        let mut beyond: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for Grant { rights, database: on, table } in &self.0 {
            let here = on.as_ref().is_some_and(|pattern| is_like(pattern, database));
            let place = format!("{}.{}", on.as_deref().unwrap_or("*"), table.as_deref().unwrap_or("*"));
            let more =
                rights.iter().map(String::as_str).filter(|right| !(here && purpose.may_need(right, table.as_deref())));
            let more: Vec<&str> = more.collect();
            if !more.is_empty() {
                beyond.entry(place).or_default().extend(more);
            }
        }
        let line = |(place, rights): (String, BTreeSet<&str>)| {
            format!("{} on {place}", rights.into_iter().collect::<Vec<_>>().join(", "))
        };
        beyond.into_iter().map(line).collect()
    }

    /// Whether it has a right on a table.
    fn holds(&self, right: &str, database: &str, table: &str) -> bool {
        self.0.iter().any(|grant| {
            grant.database.as_ref().is_none_or(|pattern| is_like(pattern, database))
                && grant.table.as_ref().is_none_or(|on| on.eq_ignore_ascii_case(table))
                && (grant.rights.contains(right) || grant.rights.contains(ALL))
        })
    }

    /// Whether MariaDB shows it the triggers of a table by name: reading the table is not enough.
    pub(super) fn sees_triggers(&self, database: &str, table: &str) -> bool {
        ["INSERT", "UPDATE", "DELETE", "TRIGGER"].iter().any(|right| self.holds(right, database, table))
    }

    /// Whether it has a right everywhere.
    pub fn holds_everywhere(&self, right: &str) -> bool {
        self.0
            .iter()
            .any(|grant| grant.database.is_none() && (grant.rights.contains(right) || grant.rights.contains(ALL)))
    }
}

const ALL: &str = "ALL PRIVILEGES";

pub(in super::super) async fn of_session(conn: &mut Conn) -> Result<Grants> {
    shown(conn, "SHOW GRANTS".into()).await
}

async fn shown(conn: &mut Conn, statement: String) -> Result<Grants> {
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.varies();
    sql.push(statement);
    let lines = load_on!(conn, sql, (Text,), (String,))?;
    Ok(Grants(lines.iter().filter_map(|(line,)| grant(line)).collect()))
}

/// Reads a line of SHOW GRANTS; lines about roles and proxies give no rights.
fn grant(line: &str) -> Option<Grant> {
    let rest = line.strip_prefix("GRANT ")?;
    let (rights, rest) = rest.split_once(" ON ")?;
    let (database, rest) = name(rest)?;
    let (table, rest) = name(rest.strip_prefix('.')?)?;
    if !rest.starts_with(" TO ") {
        return None;
    }
    // Rights on columns are none on the table: what stands in brackets goes with its right.
    let mut depth = 0;
    let parts = rights.split(|letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    });
    let mut rights: BTreeSet<String> =
        parts.map(str::trim).filter(|right| *right != "USAGE" && !right.ends_with(')')).map(str::to_owned).collect();
    if rest.ends_with(" WITH GRANT OPTION") {
        rights.insert("GRANT OPTION".into());
    }
    Some(Grant { rights, database, table })
}

/// The name at a text's beginning, or none for `*`, and what follows it.
fn name(text: &str) -> Option<(Option<String>, &str)> {
    if let Some(rest) = text.strip_prefix('*') {
        return Some((None, rest));
    }
    let mut rest = text.strip_prefix('`')?;
    let mut name = String::new();
    loop {
        let (part, after) = rest.split_once('`')?;
        name.push_str(part);
        // A quote within a name is written twice.
        match after.strip_prefix('`') {
            Some(after) => {
                name.push('`');
                rest = after;
            }
            None => return Some((Some(name), after)),
        }
    }
}

/// Whether a name meets a pattern of LIKE.
fn is_like(pattern: &str, name: &str) -> bool {
    let mut letters = pattern.chars();
    match (letters.next(), name.chars().next()) {
        (None, first) => first.is_none(),
        (Some('%'), first) => {
            let rest = letters.as_str();
            is_like(rest, name)
                || first.is_some_and(|first| is_like(pattern, name.get(first.len_utf8()..).unwrap_or_default()))
        }
        (Some(_), None) => false,
        (Some(letter), Some(first)) => {
            let is_same = match letter {
                '_' => true,
                '\\' => letters.next() == Some(first),
                letter => letter == first,
            };
            is_same && is_like(letters.as_str(), name.get(first.len_utf8()..).unwrap_or_default())
        }
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn quoted_account(account: &str) -> String {
    match account.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", quoted(user), quoted(host)),
        None => quoted(account),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(lines: &[&str]) -> Grants {
        Grants(lines.iter().filter_map(|line| grant(line)).collect())
    }

    #[test]
    fn lines_are_read_with_their_quotes_columns_and_options() {
        let of = |line| {
            let Grant { rights, database, table } = grant(line).unwrap();
            (rights.into_iter().collect::<Vec<_>>().join(","), database, table)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            of("GRANT ALL PRIVILEGES ON *.* TO `r`@`%` WITH GRANT OPTION"),
            ("ALL PRIVILEGES,GRANT OPTION".into(), None, None)
        );
        assert_eq!(of("GRANT SELECT, INSERT ON `a``b`.* TO `u`@`%`"), ("INSERT,SELECT".into(), some("a`b"), None));
        assert_eq!(of("GRANT UPDATE (`a`, `b`), DROP ON `d`.`t` TO `u`@`%`"), ("DROP".into(), some("d"), some("t")));
        for other in ["GRANT `role` TO `u`@`%`", "SET DEFAULT ROLE `r` FOR `u`@`%`", "GRANT PROXY ON ``@`%` TO `r`@`h`"]
        {
            assert_eq!(grant(other), None);
        }
    }

    #[test]
    fn rights_are_those_on_the_database_on_all_or_on_each_table() {
        let lacks = |lines: &[&str]| grants(lines).lacks(Purpose::Serve, "medi_max").unwrap();
        assert_eq!(lacks(&["GRANT ALL PRIVILEGES ON *.* TO `u`@`%`"]), [""; 0]);
        assert_eq!(lacks(&["GRANT SELECT, INSERT, UPDATE, DELETE ON `medi\\_max`.* TO `u`@`%`"]), [""; 0]);
        assert_eq!(lacks(&["GRANT SELECT, INSERT ON `medi%`.* TO `u`@`%`"]), ["DELETE", "UPDATE"]);
        assert_eq!(lacks(&["GRANT ALL PRIVILEGES ON `mediamax`.* TO `u`@`%`"]).len(), 4);
        let mut tables = migrate::tables(Dialect::MariaDb).unwrap();
        tables.push("Schema_Migration");
        let each: Vec<String> = tables
            .iter()
            .filter(|table| **table != "Patient")
            .map(|table| format!("GRANT SELECT, INSERT, UPDATE, DELETE ON `medi_max`.`{table}` TO `u`@`%`"))
            .collect();
        let mut each: Vec<&str> = each.iter().map(String::as_str).collect();
        each.push("GRANT SELECT ON `medi_max`.`Patient` TO `u`@`%`");
        assert_eq!(lacks(&each), ["DELETE on Patient", "INSERT on Patient", "UPDATE on Patient"]);
    }

    #[test]
    fn what_is_too_much_is_named_with_its_place() {
        let more = grants(&[
            "GRANT SELECT ON *.* TO `u`@`%`",
            "GRANT SELECT, DROP, ALTER ON `m`.* TO `u`@`%` WITH GRANT OPTION",
            "GRANT DELETE ON `m`.`Patient` TO `u`@`%`",
        ]);
        assert_eq!(more.beyond(Purpose::Serve, "m"), ["SELECT on *.*", "ALTER, DROP, GRANT OPTION on m.*"]);
        assert!(more.beyond(Purpose::ServeReading, "m").contains(&"DELETE on m.Patient".to_owned()));
    }

    #[test]
    fn only_a_database_is_a_pattern() {
        assert_eq!(
            Purpose::ServeReading.grants("t_1", "o`hara@10.0.0.%")[..2],
            [
                "GRANT SELECT ON `t\\_1`.* TO `o``hara`@`10.0.0.%`;",
                "GRANT SELECT, DELETE ON `t_1`.`Change_Feed` TO `o``hara`@`10.0.0.%`;"
            ]
        );
        assert!(is_like("a%c", "abbc") && is_like("a%", "a") && !is_like("a\\_", "ab") && is_like("é_", "éé"));
    }
}
