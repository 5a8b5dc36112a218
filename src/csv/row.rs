//! A record as a row to be written: its values as the store spells them, or all that is wrong with it. Pure.

use super::{
    folder::Source,
    sheet::Slot,
    text::{Field, fields},
};
use crate::{
    db::{ValueKind, change::Texts},
    graphql::rules::{Cells, ColumnRule, Holds},
    write::draft::{self, read, read_by},
};
use chrono::NaiveDateTime;
use std::borrow::Cow;

/// A row to be written.
pub(super) struct Row {
    /// Its table.
    pub(super) sheet: usize,
    pub(super) line: u32,
    pub(super) key: i32,
    /// The key of the patient, or of the row of reference data, that it is written with.
    pub(super) of: i32,
    /// The key of the row that it hangs below, and in which of the tables above; its own, where there is none.
    pub(super) above: (u8, i32),
    pub(super) cells: Cells,
    /// The rows that it points to.
    pub(super) links: Vec<Pointer>,
}

/// A row that a row points to.
pub(super) struct Pointer {
    /// Our column.
    pub(super) column: &'static str,
    /// The row's table, and its key in the file.
    pub(super) to: (usize, i32),
    /// Whether it must be the same patient's.
    pub(super) within: bool,
}

/// Something that is wrong with a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The column as the file spells it; empty where it is none's.
    pub(super) column: String,
    pub(super) code: &'static str,
    pub(super) reason: Cow<'static, str>,
}

impl Fault {
    pub(super) fn new(column: &str, code: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Fault { column: column.to_owned(), code, reason: reason.into() }
    }
}

/// The key of a record's row, and that of the row above, with the table; those of a record with too few fields too, if they are there.
pub(super) fn keys(source: &Source, fields: &[Field<'_>]) -> Result<(i32, (u8, i32)), Fault> {
    let key = key_in(source, fields, |slot| matches!(slot, Slot::Key))?;
    let owner = match source.sheet.above.as_slice() {
        [] => return Ok((key, (0, key))),
        [_] => 0,
        several => {
            let given = |(slot, field): (Slot, &Field<'_>)| match slot {
                Slot::Above(at) if field.as_deref().is_some_and(|text| !text.trim_ascii().is_empty()) => Some(at),
                _ => None,
            };
            let slots = source.columns.iter().map(|(_, slot)| *slot);
            let mut given = slots.zip(fields).filter_map(given);
            let (Some(owner), None) = (given.next(), given.next()) else {
                let columns: Vec<&str> = several.iter().map(|above| source.spelled(above.column)).collect();
                let reason = format!("a row belongs to one object: give exactly one of {}", columns.join(", "));
                return Err(Fault::new(columns.first().copied().unwrap_or_default(), "OWNER", reason));
            };
            owner
        }
    };
    let above = key_in(source, fields, |slot| matches!(slot, Slot::Above(at) if at == owner))?;
    Ok((key, (owner as u8, above)))
}

/// What a key must be.
const A_KEY: &str = "this must be a key: a whole number from 1 to 2147483647";

fn key_in(source: &Source, fields: &[Field<'_>], is: impl Fn(Slot) -> bool) -> Result<i32, Fault> {
    let at = source.columns.iter().position(|(_, slot)| is(*slot)).unwrap_or_default();
    let text = fields.get(at).and_then(Option::as_deref).and_then(|text| std::str::from_utf8(text).ok());
    let key = text.and_then(|text| text.trim().parse().ok()).filter(|key| *key > 0);
    key.ok_or_else(|| match fields.len() == source.columns.len() {
        true => {
            let name = source.columns.get(at).map_or("", |(name, _)| name);
            Fault::new(name, "INVALID", A_KEY)
        }
        false => ragged(source, fields.len()),
    })
}

fn ragged(source: &Source, found: usize) -> Fault {
    Fault::new("", "RAGGED", format!("the row has {found} fields where the first line has {}", source.columns.len()))
}

/// Reads a record; everything that is wrong with it is gathered.
pub(super) fn row(source: &Source, sheet: usize, (line, of): (u32, i32), record: &[u8]) -> Result<Row, Vec<Fault>> {
    let fields = fields(record).unwrap_or_default();
    if fields.len() != source.columns.len() {
        return Err(vec![ragged(source, fields.len())]);
    }
    let (key, above) = keys(source, &fields).map_err(|fault| vec![fault])?;
    let (mut cells, mut links, mut faults) = (Cells::default(), Vec::new(), Vec::new());
    for ((name, slot), field) in source.columns.iter().zip(&fields) {
        let (column, kind) = match slot {
            Slot::Key | Slot::Above(_) => continue,
            Slot::Value(column, kind) => (*column, *kind),
            Slot::Link(column, to) => {
                match field
                    .as_deref()
                    .map(|text| str::from_utf8(text).unwrap_or("?").trim())
                    .filter(|text| !text.is_empty())
                {
                    None if column.required => faults.push(Fault::new(name, "REQUIRED", "this must be given")),
                    None => cells.set(column.name, None),
                    Some(text) => match text.parse::<i32>().ok().filter(|key| *key > 0) {
                        Some(key) => {
                            let within = source.sheet.entity.table.link_in(column.name).is_some_and(|link| link.within);
                            links.push(Pointer { column: column.name, to: (*to, key), within });
                            cells.set(column.name, Some(key.to_string()));
                        }
                        None => faults.push(Fault::new(name, "INVALID", A_KEY)),
                    },
                }
                continue;
            }
            Slot::Stamp(column) => (&ColumnRule::of(column), ValueKind::DateTime),
        };
        let by = column.helper().and_then(|helper| helping(source, &fields, helper));
        match field.as_deref().map(|text| value(kind, column, text, by.as_deref())).transpose().map(Option::flatten) {
            Ok(None) if column.required => faults.push(Fault::new(name, "REQUIRED", "this must be given")),
            Ok(value) => cells.set(column.name, value),
            Err((code, reason)) => faults.push(Fault::new(name, code, reason)),
        }
    }
    for check in source.sheet.entity.rules.checks {
        let column = check.columns.iter().find(|column| cells.has(column)).or(check.columns.first());
        let column = column.map_or("", |column| source.spelled(column));
        // A value that could not be read is refused already, and what is between it and others is not known.
        let is_read = check.columns.iter().all(|column| !faults.iter().any(|f| f.column == source.spelled(column)));
        if let Some(message) = check.broken_by(&cells, None).filter(|_| is_read) {
            faults.push(Fault::new(column, check.code, message));
        }
    }
    if faults.is_empty() { Ok(Row { sheet, line, key, of, above, cells, links }) } else { Err(faults) }
}

/// A value as it is stored, or what is wrong with it.
fn value(
    kind: ValueKind,
    column: &ColumnRule,
    text: &[u8],
    by: Option<&str>,
) -> Result<Option<String>, (&'static str, Cow<'static, str>)> {
    let Ok(text) = std::str::from_utf8(text) else { return Err(("NOT_UTF8", "this is no UTF-8".into())) };
    let read = if by.is_some() { read_by(kind, column, text, by) } else { stored(kind, column, text) };
    read.map_err(|(code, reason)| (code, reason.into()))
}

/// The value of a record in the column that helps to read another.
fn helping(source: &Source, fields: &[Field<'_>], helper: &str) -> Option<String> {
    let at = source.columns.iter().position(|(_, slot)| source.sheet.column(*slot) == helper)?;
    let (Slot::Value(column, kind), text) = (source.columns.get(at)?.1, fields.get(at)?.as_deref()?) else {
        return None;
    };
    value(kind, column, text, None).ok()?
}

/// The same of a text, in a file or in the database. Besides what clients write, moments and flags are read as databases
/// write them.
pub(super) fn stored(
    kind: ValueKind,
    column: &ColumnRule,
    text: &str,
) -> Result<Option<String>, (&'static str, String)> {
    let trimmed = text.trim();
    match kind {
        ValueKind::Text => read(kind, column, text),
        _ if trimmed.is_empty() => Ok(None),
        ValueKind::Flag(_) => match trimmed.to_ascii_lowercase().as_str() {
            "1" | "true" => Ok(Some("1".into())),
            "0" | "false" => Ok(Some("0".into())),
            _ => Err(("INVALID", "this must be 1 or 0, or true or false".into())),
        },
        ValueKind::DateTime => match NaiveDateTime::parse_from_str(trimmed, "%Y-%m-%d %H:%M:%S") {
            Ok(moment) => draft::moment(moment.and_utc()).map(Some),
            Err(_) => read(kind, column, trimmed),
        },
        _ => read(kind, column, trimmed),
    }
}

/// Where a row differs from the stored one of the same key: a text for each column of the file. Spellings of one value are the same.
pub(super) fn different(source: &Source, row: &Row, texts: &Texts) -> Option<Fault> {
    let same = |slot: Slot, text: Option<&str>| match slot {
        Slot::Key => true,
        Slot::Above(at) => {
            let (owner, above) = row.above;
            text.and_then(|text| text.parse().ok()) == (at == usize::from(owner)).then_some(above)
        }
        Slot::Link(column, _) => is_same(ValueKind::Int, column, text, row.cells.get(column.name)),
        // The row got a value where it brought none.
        Slot::Value(column, _) if column.made && row.cells.get(column.name).is_none() => true,
        Slot::Value(column, kind) => is_same(kind, column, text, row.cells.get(column.name)),
        Slot::Stamp(name) => is_same(ValueKind::DateTime, &ColumnRule::of(name), text, row.cells.get(name)),
    };
    let mut cells = source.columns.iter().zip(texts);
    let differing = cells.find(|((_, slot), text)| !same(*slot, text.as_deref()));
    let reason = "the database has this row already, with another value here";
    differing.map(|((name, _), _)| Fault::new(name, "EXISTS", reason))
}

/// Where a row has another value than a row of the same patient that it points to, and both must have the same.
pub(super) fn disagreement(source: &Source, row: &Row, patient: &[Row]) -> Option<Fault> {
    let checks = source.sheet.entity.rules.checks.iter();
    checks.filter(|check| matches!(check.holds, Holds::AsLinked)).find_map(|check| {
        let [pointer, column, ..] = check.columns else { return None };
        let to = row.links.iter().find(|link| link.column == *pointer)?.to;
        let other = patient.iter().find(|other| (other.sheet, other.key) == to)?;
        let differs = row.cells.get(column).zip(other.cells.get(column)).is_some_and(|(ours, theirs)| ours != theirs);
        differs.then(|| Fault::new(source.spelled(pointer), check.code, check.message))
    })
}

/// Whether a stored text and a value to be written are the same value.
fn is_same(kind: ValueKind, column: &ColumnRule, text: Option<&str>, ours: Option<&str>) -> bool {
    let theirs = text.map(|text| stored(kind, column, text)).transpose().map(Option::flatten);
    theirs.is_ok_and(|theirs| theirs.as_deref() == ours)
}

/// The database's own refusal, in the words of the rule that it stands for. Its text may hold values, so it is not shown.
pub(super) fn of_database(source: &Source, text: &str) -> Fault {
    let entity = source.sheet.entity;
    if let Some(check) = entity.rules.checks.iter().find(|check| check.is_meant(entity.table.name, text)) {
        let column = check.columns.first().copied().unwrap_or_default();
        return Fault::new(source.spelled(column), check.code, check.message);
    }
    if text.to_lowercase().contains("foreign key constraint") {
        if !source.sheet.links.is_empty() {
            return Fault::new("", "REFERENCE", "what this row hangs below or points to was removed meanwhile");
        }
        let column = source.sheet.above.first().map_or("", |above| source.spelled(above.column));
        return Fault::new(column, "ORPHAN", "what this row hangs below was removed meanwhile");
    }
    Fault::new("", "DATABASE", "the database refuses this row by a rule of its own")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_flags_are_read_as_databases_write_them() {
        let of = |kind, text| stored(kind, &ColumnRule::of("x"), text).map_err(|(code, _)| code);
        let moment = Ok(Some("2024-05-01 10:00:00".to_owned()));
        assert_eq!(of(ValueKind::DateTime, "2024-05-01 10:00:00"), moment);
        assert_eq!(of(ValueKind::DateTime, "2024-05-01T12:00:00+02:00"), moment);
        assert_eq!(of(ValueKind::DateTime, "0000-00-00 00:00:00"), Err("INVALID"));
        assert_eq!(of(ValueKind::DateTime, "1969-12-31 23:59:59"), Err("INVALID"));
        assert_eq!(of(ValueKind::Flag(true), "TRUE"), Ok(Some("1".into())));
        assert_eq!(of(ValueKind::Flag(true), "0"), Ok(Some("0".into())));
        assert_eq!(of(ValueKind::Flag(true), "yes"), Err("INVALID"));
        assert_eq!(of(ValueKind::Date, " "), Ok(None));
    }
}
