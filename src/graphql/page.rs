//! Pages of lists: their arguments, their orders, and cursors.
//!
//! A cursor is a place in an order, bound to its list by a digest of the list's name, filter and order. It carries no
//! authority: the scope stands in every statement beside it.

use super::{
    args::{Args, as_list, as_text},
    context::Cx,
    exec::Slot,
    limits::Limits,
    model::{Asked, Entity, Rows, Scalar},
    types::Arg,
};
use crate::{
    db::{Bind, By, Date, DateTime, ListQuery, Place, ValueKind, decimal, write_json},
    error::{Error, Result},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::sync::Arc;

/// The page arguments of every connection.
pub fn args() -> Vec<Arg> {
    vec![
        Arg::new(
            "first",
            "Int",
            "At most this many objects from the start of the list, or after `after` (20 if neither `first` nor `last` is given).",
        ),
        Arg::new("after", "String", "Only objects after this cursor, in the list's order."),
        Arg::new("last", "Int", "At most this many objects from the end of the list, or before `before`."),
        Arg::new("before", "String", "Only objects before this cursor, in the list's order."),
    ]
}

/// About how many rows a page has.
pub fn expected(args: &Args, limits: &Limits) -> u64 {
    let asked = |name: &'static str| args.count(name, limits.max_page_size).ok().flatten();
    u64::from(asked("first").or_else(|| asked("last")).unwrap_or(limits.default_page_size))
}

/// The fields by which rows of an entity can be ordered. Never an enum: MariaDB sorts it by its place in the list and
/// compares it as text, so that pages would skip rows. Nor JSON, which has no order.
pub fn orderable(entity: &Entity) -> impl Iterator<Item = &'static Scalar> {
    entity
        .object
        .scalars
        .iter()
        .filter(|scalar| scalar.ordered && !matches!(scalar.kind, ValueKind::Enum(_) | ValueKind::Json))
}

/// `dateOfBirth` as `DATE_OF_BIRTH`.
pub fn screaming(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// The order that was asked for, or the usual one; the key comes last, in the direction of the column before it.
pub fn order(entity: &'static Entity, args: &Args, usual: &[By]) -> Result<Vec<By>> {
    let mut order: Vec<By> = Vec::new();
    for asked in args.get("orderBy").map(as_list).unwrap_or_default() {
        let asked = as_text(asked).unwrap_or_default();
        let (name, descending) = match asked.strip_suffix("_DESC") {
            Some(name) => (name, true),
            None => (asked.strip_suffix("_ASC").unwrap_or(asked), false),
        };
        let scalar = orderable(entity).find(|scalar| screaming(scalar.name) == name);
        let scalar = scalar.ok_or_else(|| Error::BadInput(format!("`orderBy` has no {asked}")))?;
        if !order.iter().any(|by| by.column == scalar.column) {
            order.push(By { column: scalar.column, descending, via: false, nullable: scalar.nullable });
        }
    }
    if order.len() > 3 {
        return Err(Error::BadInput("`orderBy` takes at most 3 orders".into()));
    }
    if order.is_empty() {
        order.extend_from_slice(usual);
    }
    let key = entity.table.key;
    if let Some(at) = order.iter().position(|by| by.column == key) {
        // Nothing comes after the key: no two rows share one.
        order.truncate(at + 1);
    } else {
        let descending = order.last().is_some_and(|by| by.descending);
        order.push(By { column: key, descending, via: false, nullable: false });
    }
    Ok(order)
}

/// A page of a list that was asked for.
pub struct Page {
    /// Whose rows it has.
    pub(super) entity: &'static Entity,
    /// What to read: one row more than the page has, to see whether there are more.
    pub ask: Arc<ListQuery>,
    /// The same without page, for the count.
    pub(super) all: Arc<ListQuery>,
    /// How many rows it has at most.
    pub(super) size: u32,
    digest: u64,
}

impl Page {
    /// Reads the page arguments of a list.
    pub fn read(cx: &Cx, list: &str, entity: &'static Entity, args: &Args, asked: Asked) -> Result<Self> {
        let limits = &cx.limits;
        let (first, last) = (args.count("first", limits.max_page_size)?, args.count("last", limits.max_page_size)?);
        if first.is_some() && last.is_some() {
            return Err(Error::BadInput("give `first` or `last`, not both".into()));
        }
        let Asked { mut ask, filter } = asked;
        let digest = digest(list, &ask, &filter);
        let all = Arc::new(ListQuery { order: Vec::new(), ..ask.clone() });
        ask.after = args.text("after").map(|cursor| place(entity, &ask.order, digest, "after", cursor)).transpose()?;
        ask.before =
            args.text("before").map(|cursor| place(entity, &ask.order, digest, "before", cursor)).transpose()?;
        ask.backwards = last.is_some();
        let size = first.or(last).unwrap_or(limits.default_page_size);
        ask.limit = Some(size + 1);
        Ok(Page { entity, ask: Arc::new(ask), all, size, digest })
    }

    /// Whether anything is selected that needs the rows themselves.
    pub fn needs_rows(&self, slot: &Slot<'_>) -> bool {
        slot.selections().iter().any(|set| {
            set.items.iter().any(|selection| match &selection.node {
                async_graphql::parser::types::Selection::Field(field) => {
                    !matches!(field.node.name.node.as_str(), "totalCount" | "totalCountAtMost" | "__typename")
                }
                // A fragment may ask for anything.
                _ => true,
            })
        })
    }

    /// The cursor of a row.
    pub(super) fn cursor(&self, rows: &Rows, place: u32) -> String {
        let mut json = Vec::with_capacity(64);
        json.push(b'[');
        write_json(&self.digest.to_string(), &mut json);
        for by in &self.ask.order {
            json.push(b',');
            match rows.set.row_type().scalar_of_column(by.column) {
                Some(scalar) => rows.set.write_raw(place as usize, scalar, &mut json),
                None => json.extend_from_slice(b"null"),
            }
        }
        json.push(b']');
        URL_SAFE_NO_PAD.encode(json)
    }
}

/// FNV-1a over what makes a list this list, which is what its arguments mean and not how they are written: it must stay the
/// same from one version to the next.
fn digest(list: &str, ask: &ListQuery, filter: &str) -> u64 {
    let mut text = format!("{list}\n{filter}\n{:?}", ask.words);
    for by in &ask.order {
        text.push_str(if by.descending { "\n-" } else { "\n+" });
        text.push_str(by.column);
    }
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The place that a cursor names, strictly read.
fn place(entity: &Entity, order: &[By], digest: u64, arg: &str, cursor: &str) -> Result<Place> {
    let foreign = || {
        Error::BadInput(format!("`{arg}` is no cursor of this list with this filter and order; start again without it"))
    };
    let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_not_base64| foreign())?;
    let values: Vec<serde_json::Value> = serde_json::from_slice(&json).map_err(|_not_json| foreign())?;
    let (of, values) = values.split_first().ok_or_else(foreign)?;
    if of.as_str() != Some(&digest.to_string()) || values.len() != order.len() {
        return Err(foreign());
    }
    let bind = |(by, value): (&By, &serde_json::Value)| -> Option<(By, Option<Bind>)> {
        let scalar = entity.object.scalars.get(entity.object.scalar_of_column(by.column)?)?;
        if value.is_null() {
            return by.nullable.then_some((*by, None));
        }
        let bind = match scalar.kind {
            ValueKind::Int => Bind::Int(i64::from(i32::try_from(value.as_i64()?).ok()?)),
            // A text is what some other program stored there.
            ValueKind::Whole { .. } => {
                value.as_i64().map(Bind::Int).or_else(|| Some(Bind::Text(value.as_str()?.into())))?
            }
            ValueKind::Decimal { .. } => {
                let text = value.as_str()?;
                decimal(text).map_or_else(|| Bind::Text(text.to_owned()), Bind::Decimal)
            }
            ValueKind::Float => Bind::Float(value.as_f64()?),
            ValueKind::Date => Bind::Text(Date::parse(value.as_str()?).and(value.as_str())?.to_owned()),
            ValueKind::DateTime => Bind::Text(DateTime::parse(value.as_str()?)?.stored_text()),
            _ => Bind::Text(value.as_str()?.to_owned()),
        };
        Some((*by, Some(bind)))
    };
    order.iter().zip(values).map(bind).collect::<Option<Place>>().ok_or_else(foreign)
}
