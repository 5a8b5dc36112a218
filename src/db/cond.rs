//! Conditions on rows, as a tree that turns into SQL: what a filter means, whoever wrote it.

use super::{
    first::First,
    scope::{Scope, push_and_scope},
    select::Path,
    sql::{Dialect, Sql},
    table::Table,
};
use regex::Regex;
use std::{
    fmt,
    sync::{Arc, LazyLock, OnceLock},
};

/// A parameter of a condition.
#[derive(Debug, Clone)]
pub enum Bind {
    /// A number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// An exact number, in its one spelling.
    Decimal(String),
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
    /// The column is one of the keys that are looked up after the condition is read and before it is sent.
    Keys(&'static str, Arc<LookUp>),
    /// Whether the column is NULL.
    IsNull(&'static str, bool),
    /// Whether related rows match.
    Related(Related),
    /// The row follows no other.
    First(First),
}

/// A condition on the rows that a row leads to. Rows that the caller may not see are none.
#[derive(Debug, Clone)]
pub struct Related {
    pub(super) table: &'static Table,
    /// How they are reached, from the column of our rows that is named with it.
    pub(super) towards: Towards,
    pub(super) ours: &'static str,
    pub(super) quantifier: Quantifier,
    /// Where they may be rows of other patients.
    pub(super) scope: Option<Scope>,
    pub(super) cond: Box<Cond>,
}

/// How rows lead to related rows.
#[derive(Debug, Clone, Copy)]
pub enum Towards {
    /// This column of ours holds their key.
    Up(&'static str),
    /// They lead to our key.
    Down(Path),
}

impl Related {
    /// Of the rows of one table, about those of another.
    pub fn new(
        (from, towards): (&'static Table, Towards),
        to: &'static Table,
        scope: &Scope,
        quantifier: Quantifier,
        cond: Cond,
    ) -> Self {
        let (ours, stays) = match &towards {
            Towards::Up(column) => (*column, from.owner_in(column).is_some()),
            Towards::Down(path) => (from.key, path.stays(to)),
        };
        let scope = (!stays).then(|| scope.clone());
        Related { table: to, towards, ours, quantifier, scope, cond: Box::new(cond) }
    }

    /// Whether the rows that it asks about lead to ours, and not ours to them.
    pub(super) fn is_below(&self) -> bool {
        matches!(self.towards, Towards::Down(_))
    }

    fn simple(self) -> Self {
        Related { cond: Box::new(self.cond.simple()), ..self }
    }

    /// The same for what means the same, whoever asks.
    fn meaning(&self) -> String {
        let theirs = match &self.towards {
            Towards::Up(_) => self.table.key,
            Towards::Down(Path::Direct(column) | Path::Through { column, .. }) => column,
            Towards::Down(Path::Between { between, .. }) => between.name,
        };
        format!("{:?} {}.{theirs}={}({})", self.quantifier, self.table.name, self.ours, self.cond.meaning())
    }

    /// Writes the condition as a look-up of one related row for each of our rows. A scalar sub-query is one to both stores: they turn
    /// `EXISTS` and `IN` into joins, whose order they choose by guesses at how many rows match ([`super::planner`] knows).
    fn push(&self, sql: &mut Sql, alias: &str) {
        let (table, inner) = (self.table, format!("{alias}{}", alias.len()));
        sql.push("(SELECT 1 FROM ");
        let theirs = match &self.towards {
            Towards::Up(_) => format!("{inner}.{}", table.key),
            Towards::Down(Path::Direct(column)) => format!("{inner}.{column}"),
            Towards::Down(Path::Through { between, above, .. } | Path::Between { between, above, .. }) => {
                sql.push(format!("{} {inner}v", between.name)).straight_join();
                format!("{inner}v.{above}")
            }
        };
        sql.push(format!("{} {inner}", table.name));
        match &self.towards {
            Towards::Down(Path::Through { column, between, .. }) => {
                sql.push(format!(" ON {inner}.{column} = {inner}v.{}", between.key));
            }
            Towards::Down(Path::Between { below, .. }) => {
                sql.push(format!(" ON {inner}.{} = {inner}v.{below}", table.key));
            }
            Towards::Up(_) | Towards::Down(Path::Direct(_)) => {}
        }
        sql.push(format!(" WHERE {theirs} = {alias}.{}", self.ours));
        if let Some(scope) = &self.scope {
            push_and_scope(sql, &inner, table, scope);
        }
        sql.push(" AND ");
        match self.quantifier {
            Quantifier::Every => {
                sql.push("(");
                self.cond.push(sql, &inner);
                sql.push(") IS NOT TRUE");
            }
            Quantifier::Some | Quantifier::None => self.cond.push_check(sql, &inner),
        }
        sql.push(match self.quantifier {
            Quantifier::Some => " LIMIT 1) IS NOT NULL",
            Quantifier::None | Quantifier::Every => " LIMIT 1) IS NULL",
        });
    }
}

/// Keys that another store is asked for.
pub struct LookUp {
    /// What it is asked.
    pub asked: String,
    /// What it answered.
    pub keys: OnceLock<Arc<[i32]>>,
}

impl fmt::Debug for LookUp {
    // The keys follow from what was asked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.asked)
    }
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
    /// Every row.
    pub const EVERY: Cond = Cond::And(Vec::new());
    /// No row.
    pub const NONE: Cond = Cond::Or(Vec::new());

    /// Whether it holds of every row, once it is simple.
    pub fn is_every(&self) -> bool {
        matches!(self, Cond::And(all) if all.is_empty())
    }

    /// Whether all rows that meet it meet a condition on a column of theirs.
    pub fn is_on(&self, column: &str) -> bool {
        match self {
            Cond::And(all) => all.iter().any(|cond| cond.is_on(column)),
            Cond::In(of, _) | Cond::Compare(of, ..) | Cond::Keys(of, _) => *of == column,
            Cond::StartsWith(of, text) => *of == column && !text.is_empty(),
            _ => false,
        }
    }

    fn is_none(&self) -> bool {
        matches!(self, Cond::Or(any) if any.is_empty())
    }

    /// The same without what changes nothing: conditions that always hold or never, and lists within lists.
    pub fn simple(self) -> Self {
        match self {
            Cond::And(all) => {
                let mut simple = Vec::with_capacity(all.len());
                for cond in all.into_iter().map(Cond::simple) {
                    match cond {
                        none if none.is_none() => return Cond::NONE,
                        Cond::And(more) => simple.extend(more),
                        one => simple.push(one),
                    }
                }
                if simple.len() == 1 { simple.remove(0) } else { Cond::And(simple) }
            }
            Cond::Or(any) => {
                let mut simple = Vec::with_capacity(any.len());
                for cond in any.into_iter().map(Cond::simple) {
                    match cond {
                        every if every.is_every() => return Cond::EVERY,
                        Cond::Or(more) => simple.extend(more),
                        one => simple.push(one),
                    }
                }
                if simple.len() == 1 { simple.remove(0) } else { Cond::Or(simple) }
            }
            Cond::Not(cond) => match cond.simple() {
                every if every.is_every() => Cond::NONE,
                none if none.is_none() => Cond::EVERY,
                cond => Cond::Not(Box::new(cond)),
            },
            Cond::Related(related) => Cond::Related(related.simple()),
            other => other,
        }
    }

    /// A text that is the same for conditions that mean the same, whatever the order in which they were given: for the
    /// identity of a list, so it must stay the same from one version to the next. Of a simple condition.
    pub fn meaning(&self) -> String {
        let of_all = |what: &str, mut all: Vec<String>| {
            all.sort_unstable();
            all.dedup();
            match all.as_slice() {
                [one] => one.clone(),
                all => format!("{what}({})", all.join(",")),
            }
        };
        let values = |values: &[Bind]| values.iter().map(|value| format!("{value:?}")).collect();
        match self {
            Cond::And(all) => of_all("and", all.iter().map(Cond::meaning).collect()),
            Cond::Or(any) => of_all("or", any.iter().map(Cond::meaning).collect()),
            Cond::Not(cond) => format!("not({})", cond.meaning()),
            Cond::In(column, all) => format!("{column} {}", of_all("in", values(all))),
            Cond::NotIn(column, all) => format!("{column} not {}", of_all("in", values(all))),
            Cond::Related(related) => related.meaning(),
            leaf => format!("{leaf:?}"),
        }
    }

    /// Writes the condition about rows called `alias` that are found by something else: in a form for which the store looks for no
    /// index.
    pub(super) fn push_check(&self, sql: &mut Sql, alias: &str) {
        match self {
            Cond::Related(related) => related.push(sql, alias),
            Cond::And(all) if !all.is_empty() => {
                for (i, cond) in all.iter().enumerate() {
                    sql.push(if i > 0 { " AND " } else { "" });
                    cond.push_check(sql, alias);
                }
            }
            cond => {
                sql.push("(");
                cond.push(sql, alias);
                sql.push(") IS TRUE");
            }
        }
    }

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
                let keys = keys.keys.get().map(|keys| &**keys).unwrap_or_default();
                sql.column(alias, column).push(" IN (SELECT k.id FROM ").keys(keys).push(")");
            }
            Cond::IsNull(column, yes) => {
                let is_null = sql.dialect().is_null();
                sql.column(alias, column).push(if *yes { is_null } else { " IS NOT NULL" });
            }
            Cond::Related(related) => related.push(sql, alias),
            Cond::First(first) => first.push(sql, alias),
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
        Bind::Decimal(value) => match sql.dialect() {
            // It would compare a decimal with a text as floating-point numbers.
            Dialect::MariaDb => sql.push("CAST(").text(value.clone()).push(" AS DECIMAL(30,15))"),
            // The column's affinity makes a number of the text.
            Dialect::Sqlite => sql.text(value.clone()),
        },
    };
}

/// Writes that the row, which is found by something else, holds words beginning with each of `words`.
pub(super) fn push_search(sql: &mut Sql, alias: &str, table: &Table, words: &[String]) {
    let key = table.key;
    match sql.dialect() {
        Dialect::MariaDb => {
            for (i, word) in words.iter().enumerate() {
                sql.push(if i > 0 { " AND " } else { "" });
                sql.push(format!(
                    "(SELECT 1 FROM {}_Search s WHERE s.{key} = {alias}.{key} AND (s.word LIKE ",
                    table.name
                ));
                sql.text(format!("{}%", like(word))).push(" ESCAPE '|') IS TRUE LIMIT 1) IS NOT NULL");
            }
        }
        Dialect::Sqlite => {
            // Or it would look for each of these keys below each row that leads here.
            sql.push("(").column(alias, key).push(" IN (SELECT id FROM ");
            push_word_keys(sql, table, words);
            sql.push(")) IS TRUE");
        }
    }
}

/// Writes a table of the keys `id` of rows that hold words beginning with `words`: of MariaDB with one word, and a key as often as there
/// are such words.
pub(super) fn push_word_keys(sql: &mut Sql, table: &Table, words: &[String]) {
    match sql.dialect() {
        Dialect::MariaDb => {
            sql.push(format!("(SELECT s.{} AS id FROM {}_Search s WHERE s.word LIKE ", table.key, table.name));
            sql.text(words.first().map(|word| format!("{}%", like(word))).unwrap_or_default());
            sql.push(" ESCAPE '|') w");
        }
        Dialect::Sqlite => {
            let words: Vec<String> = words.iter().map(|word| format!("\"{}\" *", word.replace('"', ""))).collect();
            sql.push(format!("(SELECT rowid AS id FROM {0}_Search WHERE {0}_Search MATCH ", table.name));
            sql.text(words.join(" AND ")).push(") w");
        }
    }
}

/// The words of a search: runs of letters, digits and their marks, as the stores split their texts.
pub fn words(text: &str) -> Vec<String> {
    static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\p{M}*[\p{L}\p{N}][\p{L}\p{N}\p{M}]*").ok());
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
        assert!(words("%_\"' \u{301}").is_empty());
    }

    #[test]
    fn what_means_the_same_has_one_meaning() {
        let is = |column, values: &[i64]| Cond::In(column, values.iter().map(|value| Bind::Int(*value)).collect());
        let (a, b) = (is("a", &[1]), is("b", &[1, 2]));
        let same = |one: &Cond, other: &Cond| one.clone().simple().meaning() == other.clone().simple().meaning();
        let and = |all: &[&Cond]| Cond::And(all.iter().map(|cond| (*cond).clone()).collect());
        let or = |any: &[&Cond]| Cond::Or(any.iter().map(|cond| (*cond).clone()).collect());
        assert!(same(&and(&[&a, &b]), &and(&[&b, &Cond::EVERY, &and(&[&a])])));
        assert!(same(&or(&[&a, &b]), &or(&[&is("b", &[2, 1, 2]), &Cond::NONE, &a])));
        assert!(same(&or(&[&a, &and(&[])]), &Cond::EVERY) && same(&and(&[&a, &or(&[])]), &Cond::NONE));
        assert!(same(&Cond::Not(Box::new(and(&[]))), &Cond::NONE) && same(&and(&[&a, &a]), &a));
        for (one, other) in [(&a, &b), (&and(&[&a, &b]), &or(&[&a, &b])), (&Cond::EVERY, &Cond::NONE)] {
            assert!(!same(one, other), "{one:?} {other:?}");
        }
        assert!(!same(&a, &Cond::Not(Box::new(a.clone()))));
    }

    #[test]
    fn likes_own_characters_are_literal() {
        assert_eq!(like("50%_|"), "50|%|_||");
    }
}
