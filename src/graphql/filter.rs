//! Filters: an input object a type, described from the entity's columns and relations, read into a [`Cond`].

use super::{
    args::{as_decimal, as_float, as_int, as_list, as_text, id_of},
    context::Cx,
    model::{Entity, Model, Scalar},
    types::Types,
};
use crate::{
    access::{Principal, told},
    db::scope::Scope,
    db::{Bind, Cond, Date, DateTime, LookUp, Op, Quantifier, Related, ValueKind, planner::narrows, uuid},
    error::{Error, Result},
};
use async_graphql::{Name, Value, indexmap::IndexMap};
use futures_util::future::{BoxFuture, try_join_all};
use std::{
    collections::HashSet,
    sync::{Arc, OnceLock},
};

/// How deep filters may nest: `and`, `or`, `not` and relations together.
const MAX_DEPTH: usize = 10;
/// The longest text that is looked for within others: SQLite takes patterns of 50,000 bytes.
const LONGEST: usize = 10_000;
/// How many conditions one filter may hold, lists of values included.
const MAX_CONDITIONS: usize = 500;

/// The comparisons that a kind of value has.
pub fn operators(kind: ValueKind) -> &'static [&'static str] {
    match kind {
        ValueKind::Id | ValueKind::Int => &["eq", "in"],
        ValueKind::Text => &["eq", "ne", "in", "startsWith", "contains", "isNull"],
        ValueKind::Enum(_) | ValueKind::Uuid => &["eq", "ne", "in", "isNull"],
        ValueKind::Flag(_) => &["eq"],
        ValueKind::Date
        | ValueKind::DateTime
        | ValueKind::Float
        | ValueKind::Whole { .. }
        | ValueKind::Decimal { .. } => &["eq", "ne", "in", "lt", "lte", "gt", "gte", "isNull"],
        ValueKind::Json => &["isNull"],
        ValueKind::Time => &[],
    }
}

/// Facts of a graph that rows can be filtered by.
pub trait Facts: Send + Sync {
    /// The input type's name.
    fn describe(&self, types: &mut Types<'_>) -> String;
    /// The keys of the rows of which they hold.
    fn keys<'a>(&'a self, cx: &'a Cx, value: &'a Value) -> BoxFuture<'a, Result<Vec<i32>>>;
}

/// Facts of a filter, and where their keys belong.
type Asked = (&'static dyn Facts, Value, Arc<LookUp>);

/// Reads a filter on rows that a relation's keys narrow already; `None` for one that every row meets.
pub async fn below(cx: &Cx, entity: &'static Entity, filter: &Value) -> Result<Option<Cond>> {
    let mut reader = Reader::new(cx, false);
    let cond = reader.read(entity, filter, 0)?.simple();
    reader.look_up(cx).await?;
    Ok((!cond.is_every()).then_some(cond))
}

/// The same of rows that are read from their table; `narrowed` says whether something else narrows them.
pub async fn from_root(cx: &Cx, entity: &'static Entity, filter: &Value, narrowed: bool) -> Result<Option<Cond>> {
    let mut reader = Reader::new(cx, true);
    let cond = reader.read(entity, filter, 0)?.simple();
    match reader.scans {
        // Reference data are few rows.
        Some(field) if !narrowed && !entity.table.is_everybodys() && !narrows(entity.table, &cond) => {
            Err(Error::BadInput(format!(
                "a filter on {field} alone would read every {}: {}",
                entity.object.name,
                advice(entity, Some(&cond))
            )))
        }
        _ => {
            reader.look_up(cx).await?;
            Ok((!cond.is_every()).then_some(cond))
        }
    }
}

/// What would narrow a list.
pub fn advice(entity: &Entity, filter: Option<&Cond>) -> String {
    let given = |column: &str| filter.is_some_and(|filter| filter.is_on(column));
    let indexed = filterable(entity).filter(|scalar| scalar.indexed && !given(scalar.column));
    let indexed: Vec<&str> = indexed.map(|scalar| scalar.name).collect();
    let search = if entity.table.search { ", or use the argument `search`" } else { "" };
    format!("add a condition (eq, in, startsWith or a range) on one of {}{search}", indexed.join(", "))
}

/// The scalars that a filter may compare.
pub fn filterable(entity: &Entity) -> impl Iterator<Item = &'static Scalar> {
    entity.object.scalars.iter().filter(|scalar| !scalar.column.is_empty() && !operators(scalar.kind).is_empty())
}

/// The entries of a filter. The document's check and the variables' have seen to it that it is an object.
fn entries(filter: &Value) -> Result<&IndexMap<Name, Value>> {
    match filter {
        Value::Object(entries) => Ok(entries),
        _ => Err(Error::BadInput("a filter is an object".into())),
    }
}

/// A text that is the same for objects that mean the same: in one order, without what is null.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let mut entries: Vec<String> = entries
                .iter()
                .filter(|(_, value)| **value != Value::Null)
                .map(|(name, value)| format!("{name}:{}", canonical(value)))
                .collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(","))
        }
        other => other.to_string(),
    }
}

struct Reader<'a> {
    model: &'static Model,
    caller: &'a Principal,
    /// Related rows that the caller may not see are none.
    scope: Scope,
    at_root: bool,
    conditions: usize,
    /// A field whose condition reads every row, if nothing else narrows them.
    scans: Option<String>,
    /// What the graph is to be asked.
    facts: Vec<Asked>,
}

impl<'a> Reader<'a> {
    fn new(cx: &'a Cx, at_root: bool) -> Self {
        let (model, scope) = (cx.model, cx.scope.clone());
        let caller = &cx.asker.principal;
        Reader { model, caller, scope, at_root, conditions: 0, scans: None, facts: Vec::new() }
    }

    fn read(&mut self, entity: &'static Entity, filter: &Value, depth: usize) -> Result<Cond> {
        if depth > MAX_DEPTH {
            return Err(Error::BadInput(format!("the filter is nested more than {MAX_DEPTH} deep")));
        }
        let entries = entries(filter)?;
        self.count(usize::from(entries.is_empty()))?;
        let mut all = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            if *value == Value::Null {
                return Err(Error::BadInput(format!(
                    "the filter's `{name}` is null; leave it out, or use `isNull` of a field, and `not: {{ {name}: {{}} }}` for what leads to none"
                )));
            }
            all.push(match name.as_str() {
                "and" => Cond::And(self.read_each(entity, value, depth)?),
                "or" => Cond::Or(self.read_each(entity, value, depth)?),
                "not" => Cond::Not(Box::new(self.read(entity, value, depth + 1)?)),
                name => self.read_field(entity, name, value, depth)?,
            });
        }
        Ok(match all.len() {
            1 => all.remove(0),
            _ => Cond::And(all),
        })
    }

    /// Counts conditions; an empty filter or list is one too: it takes as much to look at.
    fn count(&mut self, conditions: usize) -> Result<()> {
        self.conditions += conditions;
        match self.conditions > MAX_CONDITIONS {
            true => Err(Error::BadInput(format!("the filter has more than {MAX_CONDITIONS} conditions"))),
            false => Ok(()),
        }
    }

    fn read_each(&mut self, entity: &'static Entity, filters: &Value, depth: usize) -> Result<Vec<Cond>> {
        self.count(usize::from(as_list(filters).is_empty()))?;
        as_list(filters).iter().map(|filter| self.read(entity, filter, depth + 1)).collect()
    }

    /// Asks the graph for the keys of all facts.
    async fn look_up(self, cx: &Cx) -> Result<()> {
        let asking = self.facts.iter().map(async |(facts, value, place)| {
            let mut keys = facts.keys(cx, value).await?;
            if let Some(visible) = cx.visible().await? {
                let visible: HashSet<&i32> = visible.iter().collect();
                keys.retain(|key| visible.contains(key));
            }
            let most = cx.limits.max_graph_matches;
            if keys.len() > most as usize {
                return Err(Error::Limit {
                    key: "max_graph_matches",
                    allowed: u64::from(most),
                    asked: Some(keys.len() as u64),
                });
            }
            let _ = place.keys.set(keys.into());
            Ok(())
        });
        try_join_all(asking).await.map(drop)
    }

    fn read_field(&mut self, entity: &'static Entity, name: &str, value: &Value, depth: usize) -> Result<Cond> {
        if let Some(scalar) = filterable(entity).find(|scalar| scalar.name == name) {
            return self.read_scalar(entity, scalar, value);
        }
        self.caller.may_read(name, told(entity.object.name, name).unwrap_or_default())?;
        if let Some(facts) = self.model.field(entity.object, name).and_then(|def| def.field.facts()) {
            self.count(1)?;
            let place = Arc::new(LookUp { asked: format!("{name} {}", canonical(value)), keys: OnceLock::new() });
            self.facts.push((facts, value.clone(), place.clone()));
            return Ok(Cond::Keys(entity.table.key, place));
        }
        let related = self.model.field(entity.object, name).and_then(|def| def.field.related());
        let related =
            related.ok_or_else(|| Error::BadInput(format!("{} cannot be filtered by `{name}`", entity.object.name)))?;
        if !related.entity.table.is_everybodys() {
            self.caller.may_read(name, &[related.entity.object.name])?;
        }
        self.count(usize::from(related.many && entries(value)?.is_empty()))?;
        let mut related_cond = |quantifier, filter: &Value| -> Result<Cond> {
            // What a condition on related rows costs is known once it is looked for.
            let at_root = std::mem::replace(&mut self.at_root, false);
            let cond = self.read(related.entity, filter, depth + 1);
            self.at_root = at_root;
            let (way, to) = ((entity.table, related.towards), related.entity.table);
            Ok(Cond::Related(Related::new(way, to, &self.scope, quantifier, cond?)))
        };
        if !related.many {
            return related_cond(Quantifier::Some, value);
        }
        let each = entries(value)?.iter().map(|(quantifier, filter)| {
            related_cond(
                match quantifier.as_str() {
                    "none" => Quantifier::None,
                    "every" => Quantifier::Every,
                    _ => Quantifier::Some,
                },
                filter,
            )
        });
        each.collect::<Result<_>>().map(Cond::And)
    }

    fn read_scalar(&mut self, entity: &'static Entity, scalar: &'static Scalar, value: &Value) -> Result<Cond> {
        let entries = entries(value)?;
        self.count(usize::from(entries.is_empty()))?;
        let column = scalar.column;
        let mut all = Vec::with_capacity(entries.len());
        for (operator, value) in entries {
            let operator = operator.as_str();
            let at = format!("{}.{} {operator}", entity.object.name, scalar.name);
            if *value == Value::Null {
                return Err(Error::BadInput(format!("`{at}` is null; leave it out, or use `isNull`")));
            }
            self.count(as_list(value).len().max(1))?;
            let begins_with_all = operator == "startsWith" && as_text(value).unwrap_or_default().is_empty();
            if self.at_root && (!scalar.indexed || operator == "contains" || begins_with_all) {
                self.scans.get_or_insert_with(|| format!("`{}`", scalar.name));
            }
            if matches!(operator, "startsWith" | "contains") && as_text(value).is_some_and(|text| text.len() > LONGEST)
            {
                return Err(Error::BadInput(format!("`{at}` takes at most {LONGEST} bytes")));
            }
            let one = || binds(entity, scalar, value, &at);
            all.push(match operator {
                "eq" | "in" => equal(scalar, column, as_list(value), |value| binds(entity, scalar, value, &at))?,
                "ne" if matches!(scalar.kind, ValueKind::Enum(_) | ValueKind::Uuid) => Cond::NotIn(column, one()?),
                "isNull" => Cond::IsNull(column, *value == Value::Boolean(true)),
                "startsWith" => Cond::StartsWith(column, as_text(value).unwrap_or_default().into()),
                "contains" => Cond::Contains(column, as_text(value).unwrap_or_default().into()),
                operator => {
                    let op = match operator {
                        "lt" => Op::Lt,
                        "lte" => Op::Lte,
                        "gt" => Op::Gt,
                        "gte" => Op::Gte,
                        _ => Op::Ne,
                    };
                    match one()?.into_iter().next() {
                        Some(bind) => Cond::Compare(column, op, bind),
                        None => Cond::Or(Vec::new()),
                    }
                }
            });
        }
        Ok(match all.len() {
            1 => all.remove(0),
            _ => Cond::And(all),
        })
    }
}

/// The column equals one of the values. A flag's NULL equals its default.
fn equal(
    scalar: &Scalar,
    column: &'static str,
    values: &[Value],
    binds: impl Fn(&Value) -> Result<Vec<Bind>>,
) -> Result<Cond> {
    let all = values.iter().map(binds).collect::<Result<Vec<_>>>()?.concat();
    let default = match scalar.kind {
        ValueKind::Flag(default) => values.contains(&Value::Boolean(default)),
        _ => false,
    };
    let is = Cond::In(column, all);
    Ok(if default { Cond::Or(vec![is, Cond::IsNull(column, true)]) } else { is })
}

/// What a value is in the database: of an enum every spelling, of an id of nobody nothing.
fn binds(entity: &'static Entity, scalar: &Scalar, value: &Value, at: &str) -> Result<Vec<Bind>> {
    let text = as_text(value).unwrap_or_default();
    let wrong = |what: &str| Err(Error::BadInput(format!("`{at}` needs {what}")));
    Ok(vec![match scalar.kind {
        ValueKind::Id => return Ok(id_of(entity, value)?.map(|key| Bind::Int(i64::from(key))).into_iter().collect()),
        ValueKind::Int | ValueKind::Whole { .. } => Bind::Int(as_int(value).unwrap_or_default()),
        ValueKind::Decimal { .. } => match as_decimal(value) {
            Some(number) => Bind::Decimal(number),
            None => return wrong("a decimal of at most 15 digits, as 36.6"),
        },
        // As other programs may have written it, whatever the column's collation.
        ValueKind::Uuid => match uuid(text) {
            Some(canonical) => {
                let spellings = [canonical.to_ascii_uppercase(), canonical];
                return Ok(spellings.into_iter().map(Bind::Text).collect());
            }
            None => return wrong("a UUID"),
        },
        ValueKind::Flag(_) => Bind::Int(i64::from(*value == Value::Boolean(true))),
        ValueKind::Enum(of) => {
            return Ok(of.spellings(text).into_iter().map(|stored| Bind::Text(stored.into())).collect());
        }
        ValueKind::Date => match Date::parse(text).and_then(Date::day) {
            Some(_) => Bind::Text(text.into()),
            None => return wrong("a day that exists, as 2024-05-01"),
        },
        ValueKind::DateTime => match DateTime::parse(text).filter(|moment| moment.exists()) {
            Some(moment) => Bind::Text(moment.stored_text()),
            None => return wrong("a moment in UTC, on a day that exists, as 2024-05-01T10:00:00Z"),
        },
        ValueKind::Float => match as_float(value) {
            Some(number) => Bind::Float(number),
            None => return wrong("a number"),
        },
        ValueKind::Text | ValueKind::Time | ValueKind::Json => Bind::Text(text.into()),
    }])
}
