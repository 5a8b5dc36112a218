//! What fields are compared with: values that many rows have, that few have and that none has, as the rows say.

use super::{
    shape::{Comparison, Literal, text},
    store::{CONNECTIONS, Store, quoted},
};
use crate::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use medimax::{
    db::{Dialect, ValueKind},
    graphql::{
        filter::{filterable, operators},
        model::{Entity, Scalar},
    },
};
use std::{cmp::Ordering, collections::HashMap};

/// The distinct values of a column, as text, the most frequent first; of how many rows each.
type Found = Vec<(u64, String)>;

/// The values of all columns that filters compare.
pub(super) struct Values {
    dialect: Dialect,
    columns: HashMap<(&'static str, &'static str), Found>,
}

/// A text that no row holds.
const NOWHERE: &str = "Qxzqj";

impl Values {
    pub(super) async fn read(store: &Store, entities: &[&'static Entity]) -> Result<Self> {
        let columns = entities.iter().flat_map(|entity| filterable(entity).map(move |scalar| (*entity, scalar.column)));
        let reading = columns.map(async |(entity, column)| {
            Result::Ok(((entity.table.name, column), found(store, entity, column).await?))
        });
        let columns = stream::iter(reading).buffered(CONNECTIONS).try_collect().await?;
        Ok(Values { dialect: store.dialect(), columns })
    }

    /// Every comparison of a field with values of each kind.
    pub(super) fn comparisons(&self, entity: &Entity, scalar: &'static Scalar) -> Vec<Comparison> {
        let empty = Found::new();
        let found = self.columns.get(&(entity.table.name, scalar.column)).unwrap_or(&empty);
        let literal = |stored: &str| self.literal(entity, scalar, stored);
        let mut all = Vec::new();
        for operator in operators(scalar.kind).iter().copied() {
            let mut add = |values: Vec<Literal>| {
                if !values.is_empty() {
                    let (field, column, kind, indexed) = (scalar.name, scalar.column, scalar.kind, scalar.indexed);
                    all.push(Comparison { field, column, kind, indexed, operator, values });
                }
            };
            let mut add_stored = |values: &[&str]| add(values.iter().filter_map(|stored| literal(stored)).collect());
            match (operator, scalar.kind) {
                ("isNull", _) => {
                    let yes_or_no = |yes: &str| Literal { graphql: yes.into(), sql: Vec::new() };
                    add(vec![yes_or_no("true")]);
                    add(vec![yes_or_no("false")]);
                }
                (_, ValueKind::Flag(_)) => {
                    add_stored(&["1"]);
                    add_stored(&["0"]);
                }
                ("eq" | "ne" | "in", kind) => {
                    let several = if operator == "in" { 3 } else { 1 };
                    let common: Vec<&str> = found.iter().take(several).map(|(_, value)| value.as_str()).collect();
                    let rare: Vec<&str> = found.iter().rev().take(several).map(|(_, value)| value.as_str()).collect();
                    add_stored(&common);
                    if rare != common {
                        add_stored(&rare);
                    }
                    if let Some(absent) = absent(kind, found) {
                        add_stored(&[&absent]);
                    }
                }
                ("startsWith" | "contains", _) => {
                    let parts = |(_, value): &(u64, String), length: usize| {
                        let word = if operator == "contains" { longest_word(value) } else { value };
                        word.chars().take(length).collect::<String>()
                    };
                    let (common, rare) = (found.first(), found.last());
                    // Two letters match many, and a whole word the rows that hold it.
                    let values = [common.map(|one| parts(one, 2)), common.map(|one| parts(one, 7))];
                    let values = values.into_iter().chain([rare.map(|one| parts(one, 200)), Some(NOWHERE.into())]);
                    let nothing = (operator == "startsWith").then(String::new);
                    let mut values: Vec<String> = values.flatten().filter(|part| !part.is_empty()).collect();
                    values.dedup();
                    values.into_iter().chain(nothing).for_each(|value| add_stored(&[&value]));
                }
                (_, kind) => {
                    let above = operator.starts_with('g');
                    let mut values: Vec<String> = [0.001, 0.1, 0.5]
                        .into_iter()
                        .filter_map(|part| quantile(kind, found, if above { 1.0 - part } else { part }))
                        .collect();
                    values.dedup();
                    values.extend(beyond(kind, above));
                    values.iter().for_each(|value| add_stored(&[value]));
                }
            }
        }
        all
    }

    /// Values of a field, from the most frequent one to a rare one, and one that no row has.
    pub(super) fn words(&self, entity: &Entity, column: &str) -> Vec<String> {
        let found = self.columns.iter().find(|((table, name), _)| *table == entity.table.name && *name == column);
        let Some((_, found)) = found else { return Vec::new() };
        let last = found.len().saturating_sub(1);
        let values = [0, 1, last / 4, last / 2, last].map(|at| found.get(at));
        values.into_iter().flatten().map(|(_, value)| value.clone()).chain([NOWHERE.into()]).collect()
    }

    /// A stored text as a value of a field, if it is one.
    fn literal(&self, entity: &Entity, scalar: &Scalar, stored: &str) -> Option<Literal> {
        let quoted = |text: &str| quoted(text, self.dialect);
        let (graphql, sql) = match scalar.kind {
            ValueKind::Id => (text(&format!("{}:{stored}", entity.object.name)), vec![stored.to_owned()]),
            ValueKind::Int | ValueKind::Whole { .. } => {
                stored.parse::<i64>().ok()?;
                (stored.to_owned(), vec![stored.to_owned()])
            }
            ValueKind::Float => {
                let number = stored.parse::<f64>().ok().filter(|number| number.is_finite())?;
                (number.to_string(), vec![number.to_string()])
            }
            ValueKind::Flag(_) => ((stored == "1").to_string(), vec![stored.to_owned()]),
            ValueKind::Text | ValueKind::Uuid => (text(stored), vec![quoted(stored)]),
            ValueKind::Decimal { .. } => (text(stored), vec![stored.to_owned()]),
            ValueKind::Enum(of) => {
                let name = of.read(stored)?;
                let same = of.values.iter().filter(|value| of.read(value.stored) == Some(name));
                (name.to_owned(), same.map(|value| quoted(&value.stored.to_lowercase())).collect())
            }
            ValueKind::Date => {
                stored.parse::<chrono::NaiveDate>().ok()?;
                (text(stored), vec![quoted(stored)])
            }
            ValueKind::DateTime => {
                let moment = chrono::NaiveDateTime::parse_from_str(stored, "%Y-%m-%d %H:%M:%S").ok()?;
                (text(&moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()), vec![quoted(stored)])
            }
            ValueKind::Json | ValueKind::Time => return None,
        };
        Some(Literal { graphql, sql })
    }
}

/// The values of a column. A key has as many as the table has rows, each once: a few of them will do.
async fn found(store: &Store, entity: &Entity, column: &str) -> Result<Found> {
    let table = entity.table.name;
    let texts = if column == entity.table.key {
        let (text, middle) = (store.as_text("k"), format!("(SELECT (MIN({column}) + MAX({column})) / 2 FROM {table})"));
        let three = format!("SELECT {column} AS k FROM {table} WHERE {column} >= {middle} ORDER BY {column} LIMIT 4");
        store.texts(&format!("SELECT CONCAT('1 ', {text}) AS text FROM ({three}) keys_found")).await?
    } else {
        let (text, count) = (store.as_text("v"), store.as_text("n"));
        let group =
            format!("SELECT {column} AS v, COUNT(*) AS n FROM {table} WHERE {column} IS NOT NULL GROUP BY {column}");
        store.texts(&format!("SELECT CONCAT({count}, ' ', {text}) AS text FROM ({group}) values_found")).await?
    };
    let split = |text: &String| {
        let (count, value) = text.split_once(' ')?;
        Some((count.parse().ok()?, value.to_owned()))
    };
    let mut found: Found = texts.iter().filter_map(split).collect();
    found.sort_by(|(count, value), (than, other)| than.cmp(count).then_with(|| value.cmp(other)));
    Ok(found)
}

/// A value of a kind that no row has, where there is one.
fn absent(kind: ValueKind, found: &Found) -> Option<String> {
    let is_there =
        |name: &str, of: &medimax::db::Enumeration| found.iter().any(|(_, value)| of.read(value) == Some(name));
    Some(match kind {
        ValueKind::Id | ValueKind::Int | ValueKind::Whole { .. } => "2000000000".into(),
        ValueKind::Float | ValueKind::Decimal { .. } => "-123456.5".into(),
        ValueKind::Text => NOWHERE.into(),
        ValueKind::Uuid => "00000000-0000-4000-8000-000000000000".into(),
        ValueKind::Date => "1850-01-02".into(),
        ValueKind::DateTime => "1850-01-02 03:04:05".into(),
        ValueKind::Enum(of) => {
            let unused = |value: &&medimax::db::EnumValue| value.alias_of.is_none() && !is_there(value.name, of);
            of.values.iter().find(unused)?.stored.into()
        }
        ValueKind::Flag(_) | ValueKind::Json | ValueKind::Time => return None,
    })
}

/// A value beyond which there is none.
fn beyond(kind: ValueKind, above: bool) -> Option<String> {
    let (least, most) = match kind {
        ValueKind::Date => ("1850-01-02", "2999-01-02"),
        ValueKind::DateTime => ("1850-01-02 03:04:05", "2999-01-02 03:04:05"),
        ValueKind::Float | ValueKind::Whole { .. } | ValueKind::Decimal { .. } => ("-1000000000", "1000000000"),
        _ => return None,
    };
    Some(if above { most } else { least }.into())
}

/// The value below which there is this part of the rows.
fn quantile(kind: ValueKind, found: &Found, part: f64) -> Option<String> {
    let number = |text: &str| text.parse::<f64>().unwrap_or_default();
    let compared = |one: &str, other: &str| match kind {
        ValueKind::Date | ValueKind::DateTime => one.cmp(other),
        _ => number(one).partial_cmp(&number(other)).unwrap_or(Ordering::Equal),
    };
    let mut ordered: Vec<&(u64, String)> = found.iter().collect();
    ordered.sort_by(|(_, one), (_, other)| compared(one, other));
    let all: u64 = ordered.iter().map(|(count, _)| count).sum();
    let (wanted, mut before) = ((all as f64 * part) as u64, 0);
    let at = ordered.iter().find(|(count, _)| {
        before += count;
        before > wanted
    });
    at.or(ordered.last()).map(|(_, value)| value.clone())
}

fn longest_word(value: &str) -> &str {
    let words = value.split(|c: char| !c.is_alphanumeric());
    // The first of several that are as long.
    words.rev().max_by_key(|word| word.chars().count()).unwrap_or_default()
}
