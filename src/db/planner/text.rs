//! The forms as text.

use super::{
    Part,
    known::Leaf,
    narrow::{Check, How, Narrow, column_of, up},
};
use crate::db::{
    cond::{Cond, Related, Towards, push_search, push_word_keys},
    scope::{Scope, push_and_scope, push_patients, push_scope},
    select::{ListQuery, Path},
    sql::{Dialect, Sql},
    table::{Belongs, Table},
};

/// Writes how many rows meet a condition that an index serves, up to the bound.
pub(super) fn push_leaf_count(sql: &mut Sql, leaf: &Leaf<'_>, bound: u32) {
    sql.push("(SELECT COUNT(*) FROM (SELECT 1 FROM ");
    match leaf.part {
        Part::Words(words) => push_word_keys(sql, leaf.table, words),
        Part::Cond(cond) => {
            sql.push(leaf.table.name).push(" t WHERE ");
            cond.push(sql, "t");
        }
        Part::Scope(scope) => push_patients(sql, scope),
    }
    sql.push(" LIMIT ").int(i64::from(bound) + 1).push(") p)");
}

/// Writes conditions on rows that are found by something else.
pub(super) fn push_checks(sql: &mut Sql, alias: &str, table: &Table, parts: &[Part<'_>]) {
    for (i, part) in parts.iter().enumerate() {
        sql.push(if i > 0 { " AND " } else { "" });
        match part {
            Part::Cond(cond) => cond.push_check(sql, alias),
            Part::Words(words) => push_search(sql, alias, table, words),
            Part::Scope(scope) => push_scope(sql, alias, table, scope),
        }
    }
}

impl Narrow<'_> {
    /// Writes the rows, called `alias`, after a `FROM`. With `apart` a condition of an index is looked for in a join of its own, so that
    /// the store does not put the rows into their order first; else it stands with the other conditions.
    pub(in crate::db) fn push_from(&self, sql: &mut Sql, alias: &str, scope: &Scope, apart: bool) {
        let (name, key) = (self.table.name, self.table.key);
        let inner = format!("{alias}{}", alias.len());
        match &self.how {
            How::All if apart => {
                sql.push(format!("{name} {inner}")).straight_join();
                sql.push(format!("{name} {alias} ON {alias}.{key} = {inner}.{key}"));
                self.push_checks(sql, &inner, scope);
            }
            How::Index(cond) if apart => {
                sql.push(format!("{name} {inner}")).straight_join();
                sql.push(format!("{name} {alias} ON {alias}.{key} = {inner}.{key} AND "));
                cond.push(sql, &inner);
            }
            How::All | How::Index(_) => drop(sql.push(format!("{name} {alias}"))),
            How::Keys(cond) => {
                let keys = if let Cond::Keys(_, keys) = cond { keys.keys.get().map(|keys| &**keys) } else { None };
                sql.keys(keys.unwrap_or_default()).straight_join();
                sql.push(format!("{name} {alias} ON {alias}.{key} = k.id"));
            }
            How::Scope => {
                push_patients(sql, scope);
                sql.straight_join();
                push_below_patients(sql, self.table, alias, "k.id");
            }
            How::Words(words) => {
                sql.push("(SELECT DISTINCT id FROM ");
                push_word_keys(sql, self.table, words);
                sql.push(") k").straight_join().push(format!("{name} {alias} ON {alias}.{key} = k.id"));
            }
            How::Related(related, from) => {
                sql.push("(");
                from.push_led(sql, related, &inner, scope);
                sql.push(") k").straight_join().push(format!("{name} {alias} ON {alias}.{} = k.id", related.ours));
            }
            How::Any(any) => {
                sql.push("(");
                if any.is_empty() {
                    sql.push(format!("SELECT {inner}.{key} AS id FROM {name} {inner} WHERE 1=0"));
                }
                for (i, narrow) in any.iter().enumerate() {
                    sql.push(if i > 0 { " UNION " } else { "" });
                    sql.push(format!("SELECT {inner}.{key} AS id FROM "));
                    narrow.push_from(sql, &inner, scope, false);
                    sql.push(" WHERE 1=1");
                    narrow.push_where(sql, &inner, scope, false);
                }
                sql.push(") k").straight_join().push(format!("{name} {alias} ON {alias}.{key} = k.id"));
            }
        }
    }

    /// Writes the keys that related rows lead to.
    fn push_led(&self, sql: &mut Sql, related: &Related, alias: &str, scope: &Scope) {
        let key = self.table.key;
        // Where their key is ours no two are equal.
        let distinct = if matches!(related.towards, Towards::Up(_)) { "" } else { "DISTINCT " };
        let theirs = match &related.towards {
            Towards::Up(_) => format!("{alias}.{key}"),
            Towards::Down(Path::Direct(column)) => format!("{alias}.{column}"),
            Towards::Down(Path::Through { above, .. } | Path::Between { above, .. }) => format!("{alias}v.{above}"),
        };
        sql.push(format!("SELECT {distinct}{theirs} AS id FROM "));
        self.push_from(sql, alias, scope, false);
        match &related.towards {
            Towards::Down(Path::Through { column, between, .. }) => {
                sql.straight_join();
                sql.push(format!("{} {alias}v ON {alias}v.{} = {alias}.{column}", between.name, between.key));
            }
            Towards::Down(Path::Between { between, below, .. }) => {
                sql.straight_join();
                sql.push(format!("{} {alias}v ON {alias}v.{below} = {alias}.{key}", between.name));
            }
            Towards::Up(_) | Towards::Down(Path::Direct(_)) => {}
        }
        sql.push(" WHERE 1=1");
        if let Some(scope) = &related.scope {
            push_and_scope(sql, alias, self.table, scope);
        }
        self.push_where(sql, alias, scope, false);
    }

    /// Writes the conditions on the rows, each after an `AND`.
    pub(in crate::db) fn push_where(&self, sql: &mut Sql, alias: &str, scope: &Scope, apart: bool) {
        if let (How::Index(cond), false) = (&self.how, apart) {
            sql.push(" AND ");
            cond.push(sql, alias);
        }
        // What is read apart from the rows has its conditions there.
        if !(apart && matches!(self.how, How::All)) {
            self.push_checks(sql, alias, scope);
        }
    }

    fn push_checks(&self, sql: &mut Sql, alias: &str, scope: &Scope) {
        for check in &self.checks {
            sql.push(" AND ");
            check.push(sql, alias, self.table, scope);
        }
    }
}

/// Writes the rows of a walk, called `alias`, after a `FROM`, and the conditions on them. One on the column by which the rows are ordered
/// bounds the walk.
pub(in crate::db) fn push_walk(
    sql: &mut Sql,
    alias: &str,
    table: &Table,
    scope: &Scope,
    (ask, checks): (&ListQuery, &[Check<'_>]),
) {
    sql.push(format!("{} {alias}", table.name));
    let mut joined = Vec::new();
    for (i, check) in checks.iter().enumerate().filter(|(_, check)| check.joined) {
        if let Part::Cond(Cond::Related(related)) = check.part {
            push_join(sql, related, alias, format!("{alias}{i}"), &mut joined);
        }
    }
    sql.push(" WHERE ");
    push_scope(sql, alias, table, scope);
    for (related, alias, conds) in joined {
        if let Some(scope) = &related.scope {
            push_and_scope(sql, &alias, related.table, scope);
        }
        for cond in conds {
            sql.push(" AND ");
            cond.push_check(sql, &alias);
        }
    }
    let first = ask.order.first().map(|by| by.column);
    let bounds =
        |check: &Check<'_>| matches!(check.part, Part::Cond(cond) if first.is_some() && column_of(cond) == first);
    let rest = checks.iter().filter(|check| !check.joined);
    for check in rest.clone().filter(|check| bounds(check)) {
        if let Part::Cond(cond) = check.part {
            sql.push(" AND ");
            cond.push(sql, alias);
        }
    }
    let mut rest = rest.filter(|check| !bounds(check)).peekable();
    // SQLite takes each condition for one that few rows meet: of many it concludes that rows are better sorted than walked through.
    let (before, after) = match sql.dialect() {
        Dialect::Sqlite if rest.peek().is_some() => (" AND CASE WHEN 1=1", " THEN 1 ELSE 0 END"),
        _ => ("", ""),
    };
    sql.push(before);
    for check in rest {
        sql.push(" AND ");
        check.push(sql, alias, table, scope);
    }
    sql.push(after);
}

/// MariaDB joins 61 tables at most; what is not joined is looked up.
pub(super) const MOST_JOINS: usize = 20;

/// Related rows that are joined, what they are called, and the conditions on them that remain.
type Joined<'q> = (&'q Related, String, Vec<&'q Cond>);

/// Joins the row that a row leads to, and those that it leads to in its turn.
fn push_join<'q>(sql: &mut Sql, related: &'q Related, from: &str, alias: String, joined: &mut Vec<Joined<'q>>) {
    let table = related.table;
    sql.straight_join();
    sql.push(format!("{} {alias} ON {alias}.{} = {from}.{}", table.name, table.key, related.ours));
    let conds = if let Cond::And(all) = &*related.cond { all.as_slice() } else { std::slice::from_ref(&*related.cond) };
    let mut rest = Vec::new();
    for (i, cond) in conds.iter().enumerate() {
        match up(cond).filter(|_| joined.len() < MOST_JOINS) {
            Some(further) => push_join(sql, further, &alias, format!("{alias}{i}"), joined),
            None => rest.push(cond),
        }
    }
    joined.push((related, alias, rest));
}

impl Check<'_> {
    /// Writes that a row which is found by something else meets the condition.
    fn push(&self, sql: &mut Sql, alias: &str, table: &Table, scope: &Scope) {
        match &self.set {
            None if self.not => {
                sql.push("(");
                push_checks(sql, alias, table, &[self.part]);
                sql.push(") IS NOT TRUE");
            }
            None => push_checks(sql, alias, table, &[self.part]),
            Some(set) => {
                sql.push("(").column(alias, set.related.ours);
                sql.push(if set.without { " NOT IN (SELECT m.id FROM (" } else { " IN (SELECT m.id FROM (" });
                set.rows.push_led(sql, set.related, &format!("{alias}s"), scope);
                sql.push(") m WHERE m.id IS NOT NULL)) IS TRUE");
            }
        }
    }
}

/// Writes the rows, called `alias`, that belong to a patient.
fn push_below_patients(sql: &mut Sql, table: &Table, alias: &str, patient: &str) {
    let name = table.name;
    match &table.belongs {
        Belongs::Patient => drop(sql.push(format!("{name} {alias} ON {alias}.{} = {patient}", table.key))),
        Belongs::To(owner) | Belongs::OneOf([owner, ..]) if matches!(owner.to.belongs, Belongs::Patient) => {
            sql.push(format!("{name} {alias} ON {alias}.{} = {patient}", owner.column));
        }
        Belongs::To(owner) | Belongs::OneOf([owner, ..]) => {
            let above = format!("{alias}p");
            push_below_patients(sql, owner.to, &above, patient);
            sql.straight_join();
            sql.push(format!("{name} {alias} ON {alias}.{} = {above}.{}", owner.column, owner.to.key));
        }
        Belongs::Everybody | Belongs::OneOf([]) => drop(sql.push(format!("{name} {alias} ON 1=1"))),
    }
}
