//! Conditions on rows, as a tree that turns into SQL: what a filter means, whoever wrote it.

use super::{
    select::Table,
    sql::{Dialect, Sql},
};
use regex::Regex;
use std::sync::{Arc, LazyLock, OnceLock};

/// A parameter of a condition.
#[derive(Debug, Clone)]
pub enum Bind {
    /// A number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text, dates included: both stores compare dates with their usual spelling.
    Text(String),
}

/// How a column is compared with one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Less than.
    Lt,
    /// Less than or equal to.
    Lte,
    /// Greater than.
    Gt,
    /// Greater than or equal to.
    Gte,
    /// Not equal; NULL is neither equal nor unequal.
    Ne,
}

/// Which related rows a condition asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one matches.
    Some,
    /// Not one matches.
    None,
    /// Each one matches (as do no rows at all).
    Every,
}

/// A condition on the rows of one table.
#[derive(Debug, Clone)]
pub enum Cond {
    /// All hold.
    And(Vec<Cond>),
    /// At least one holds.
    Or(Vec<Cond>),
    /// Does not hold: the complement, unknown counts as not holding.
    Not(Box<Cond>),
    /// The column equals one of the values.
    In(&'static str, Vec<Bind>),
    /// The column equals none of the values, and is not NULL.
    NotIn(&'static str, Vec<Bind>),
    /// The column compares with the value.
    Compare(&'static str, Op, Bind),
    /// The text begins with this.
    StartsWith(&'static str, String),
    /// The text contains this.
    Contains(&'static str, String),
    /// The column is one of these keys, which are looked up after the condition is read and before it is sent.
    Keys(&'static str, Arc<OnceLock<Arc<[i32]>>>),
    /// Whether the column is NULL.
    IsNull(&'static str, bool),
    /// Whether related rows match.
    Related {
        /// Their table.
        table: &'static Table,
        /// Their column that equals ours.
        theirs: &'static str,
        /// Our column.
        ours: &'static str,
        /// How many must match.
        quantifier: Quantifier,
        /// What they must match.
        cond: Box<Cond>,
    },
}

/// The character that makes `%` and `_` literal in LIKE.
const ESCAPE: char = '|';

/// `text` with LIKE's own characters made literal.
pub(super) fn like(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        if matches!(c, '%' | '_' | ESCAPE) {
            out.push(ESCAPE);
        }
        out.push(c);
    }
    out
}

impl Cond {
    /// Writes the condition about the rows called `alias`.
    pub(super) fn push(&self, sql: &mut Sql, alias: &str) {
        match self {
            Cond::And(all) => push_joined(all, sql, alias, " AND ", "1=1"),
            Cond::Or(any) => push_joined(any, sql, alias, " OR ", "1=0"),
            Cond::Not(cond) => {
                sql.push("(");
                cond.push(sql, alias);
                sql.push(") IS NOT TRUE");
            }
            Cond::In(column, values) => push_list(sql, alias, column, " IN (", values, "1=0"),
            Cond::NotIn(column, values) => push_list(sql, alias, column, " NOT IN (", values, "1=1"),
            Cond::Compare(column, op, value) => {
                sql.column(alias, column).push(match op {
                    Op::Lt => " < ",
                    Op::Lte => " <= ",
                    Op::Gt => " > ",
                    Op::Gte => " >= ",
                    Op::Ne => " <> ",
                });
                push_bind(sql, value);
            }
            Cond::StartsWith(column, text) => push_like(sql, alias, column, format!("{}%", like(text))),
            Cond::Contains(column, text) => push_like(sql, alias, column, format!("%{}%", like(text))),
            Cond::Keys(column, keys) => {
                let keys = keys.get().map(|keys| &**keys).unwrap_or_default();
                sql.column(alias, column).push(" IN (SELECT k.id FROM ").keys(keys).push(")");
            }
            Cond::IsNull(column, yes) => {
                sql.column(alias, column).push(if *yes { " IS NULL" } else { " IS NOT NULL" });
            }
            Cond::Related { table, theirs, ours, quantifier, cond } => {
                let inner = format!("{alias}{}", alias.len());
                sql.push(if *quantifier == Quantifier::Some {
                    "EXISTS (SELECT 1 FROM "
                } else {
                    "NOT EXISTS (SELECT 1 FROM "
                });
                sql.push(table.name).push(format!(" {inner} WHERE {inner}.{theirs} = {alias}.{ours} AND ("));
                cond.push(sql, &inner);
                sql.push(if *quantifier == Quantifier::Every { ") IS NOT TRUE)" } else { "))" });
            }
        }
    }
}

fn push_joined(conds: &[Cond], sql: &mut Sql, alias: &str, between: &'static str, of_none: &'static str) {
    if conds.is_empty() {
        sql.push(of_none);
        return;
    }
    sql.push("(");
    for (i, cond) in conds.iter().enumerate() {
        if i > 0 {
            sql.push(between);
        }
        cond.push(sql, alias);
    }
    sql.push(")");
}

fn push_list(sql: &mut Sql, alias: &str, column: &str, opening: &'static str, values: &[Bind], of_none: &'static str) {
    if values.is_empty() {
        sql.push(of_none);
        return;
    }
    sql.column(alias, column).push(opening);
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            sql.push(",");
        }
        push_bind(sql, value);
    }
    sql.push(")");
}

fn push_like(sql: &mut Sql, alias: &str, column: &str, pattern: String) {
    sql.column(alias, column).push(" LIKE ").text(pattern).push(" ESCAPE '|'");
}

pub(super) fn push_bind(sql: &mut Sql, value: &Bind) {
    match value {
        Bind::Int(value) => sql.int(*value),
        Bind::Float(value) => sql.float(*value),
        Bind::Text(value) => sql.text(value.clone()),
    };
}

/// Writes that the row holds words beginning with each of `words`.
pub(super) fn push_search(sql: &mut Sql, alias: &str, table: &Table, words: &[String]) {
    let key = table.key;
    match sql.dialect() {
        Dialect::MariaDb => {
            for word in words {
                sql.push(" AND ").column(alias, key);
                sql.push(format!(" IN (SELECT s.{key} FROM {}_Search s WHERE s.word LIKE ", table.name));
                sql.text(format!("{}%", like(word))).push(" ESCAPE '|')");
            }
        }
        Dialect::Sqlite => {
            let words: Vec<String> = words.iter().map(|word| format!("\"{}\" *", word.replace('"', ""))).collect();
            sql.push(" AND ").column(alias, key);
            sql.push(format!(" IN (SELECT rowid FROM {0}_Search WHERE {0}_Search MATCH ", table.name));
            sql.text(words.join(" AND ")).push(")");
        }
    }
}

/// The words of a search: runs of letters, digits and their marks, as the stores split their texts.
pub fn words(text: &str) -> Vec<String> {
    static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[\p{L}\p{N}\p{M}]+").ok());
    let found = WORD.iter().flat_map(|word| word.find_iter(text));
    found.map(|word| word.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(words("O'Brien-Smith, Li"), ["O", "Brien", "Smith", "Li"]);
        assert_eq!(words("Jose\u{301} +(B12)*"), ["Jose\u{301}", "B12"]);
        assert_eq!(words("प्रिया"), ["प्रिया"]);
        assert!(words("%_\"'").is_empty());
    }

    #[test]
    fn likes_own_characters_are_literal() {
        assert_eq!(like("50%_|"), "50|%|_||");
    }
}
