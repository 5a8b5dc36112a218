//! A record as a row to be written: its values as the store spells them, or all that is wrong with it. Pure.

use super::{
    folder::{Folder, Source},
    index::Place,
    mapping::recipe::{Item, Wrong},
    sheet::Slot,
    text::{Field, fields},
    theirs::canonical,
};
use crate::{
    db::ValueKind,
    graphql::{
        clock::{When, begun},
        rules::{Cells, ColumnRule},
    },
    write::draft::{self, read, read_by},
};
use chrono::NaiveDateTime;
use std::borrow::Cow;

/// A row to be written.
pub(super) struct Row {
    /// What it comes from, as a place in the list of sources.
    pub(super) source: usize,
    /// Its table.
    pub(super) sheet: usize,
    pub(super) line: u32,
    /// Its key in the file; of another system's, the number that stands for it.
    pub(super) key: i32,
    /// The key of the patient, or of the row of reference data, that it is written with.
    pub(super) of: i32,
    /// The key of the row that it hangs below, and in which of the tables above; its own, where there is none.
    pub(super) above: (u8, i32),
    pub(super) cells: Cells,
    /// The rows that it points to.
    pub(super) links: Vec<Pointer>,
    /// Its key in another system.
    pub(super) own: Option<Named>,
    /// Keys of other rows in another system: of the row above, and of those that it points to.
    pub(super) others: Vec<Named>,
}

/// A key in another system.
pub(super) struct Named {
    /// Our table, and the number that stands for the key.
    pub(super) at: (usize, i32),
    /// The table there.
    pub(super) table: u8,
    pub(super) key: Box<str>,
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

/// What a key must be.
const A_KEY: &str = "this must be a key: a whole number from 1 to 2147483647";

/// A record that is read as a row of a source.
pub(super) struct Reading<'a> {
    pub(super) source: &'a Source,
    pub(super) fields: &'a [Field<'a>],
    /// The item of a list in the record that the row is made of.
    pub(super) item: Option<&'a Item>,
}

/// Gives keys of tables of another system their numbers.
pub(super) type Numbers<'n> = &'n mut dyn FnMut(u8, &str) -> Option<i32>;

/// A key in a file: its number for the import, and what it is in another system.
pub(super) struct Key<'a> {
    pub(super) number: i32,
    theirs: Option<(u8, Cow<'a, str>)>,
}

impl<'a> Reading<'a> {
    /// The text of a column of the source.
    fn text(&self, at: usize) -> Result<Option<Cow<'a, str>>, Wrong> {
        match &self.source.recipe {
            Some(recipe) => recipe.value(at, self.fields, self.item),
            None => match self.fields.get(at) {
                Some(Some(bytes)) => str::from_utf8(bytes)
                    .map(|text| Some(text.into()))
                    .map_err(|_odd| ("NOT_UTF8", "this is no UTF-8".into())),
                _ => Ok(None),
            },
        }
    }

    /// The key in a column of the source; `None` where it is empty. `number` gives keys of other systems their numbers.
    pub(super) fn key(&self, at: usize, number: Numbers<'_>) -> Result<Option<Key<'a>>, Fault> {
        let fault = |(code, reason)| Fault::new(self.name(at), code, reason);
        let Some(make) = self.source.recipe.as_ref().and_then(|recipe| recipe.make(at)) else {
            let Ok(text) = self.text(at) else { return Err(fault(("INVALID", A_KEY.into()))) };
            let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
            let key = text.parse().ok().filter(|key| *key > 0);
            let number = key.ok_or_else(|| fault(("INVALID", A_KEY.into())))?;
            return Ok(Some(Key { number, theirs: None }));
        };
        let Some(text) = self.text(at).map_err(fault)? else { return Ok(None) };
        let Some(key) = canonical(&text).map_err(fault)? else { return Ok(None) };
        let number = number(make.table, &key).ok_or_else(|| fault(("INVALID", "the file was changed".into())))?;
        Ok(Some(Key { number, theirs: Some((make.table, key.into_owned().into())) }))
    }

    /// The keys of the row and of the row above, with the table.
    pub(super) fn keys(&self, own: Numbers<'_>, above: Numbers<'_>) -> Result<(Key<'a>, (u8, Key<'a>)), Fault> {
        let own = self.needed(|slot| matches!(slot, Slot::Key), own)?;
        let above = match self.source.sheet.above.is_empty() {
            true => (0, Key { number: own.number, theirs: None }),
            false => self.above(above)?,
        };
        Ok((own, above))
    }

    /// The key of the row above, and which of the tables above it is in.
    pub(super) fn above(&self, number: Numbers<'_>) -> Result<(u8, Key<'a>), Fault> {
        let owner = match self.source.sheet.above.as_slice() {
            [] | [_] => 0,
            several => {
                let columns = (0..).zip(&self.source.columns);
                let mut given = columns.filter_map(|(at, (_, slot))| match slot {
                    Slot::Above(_) if self.text(at).is_ok_and(|text| text.is_none_or(|t| t.trim().is_empty())) => None,
                    Slot::Above(owner) => Some(*owner),
                    _ => None,
                });
                let (Some(owner), None) = (given.next(), given.next()) else {
                    let columns: Vec<&str> = several.iter().map(|above| self.source.spelled(above.column)).collect();
                    let reason = format!("a row belongs to one object: give exactly one of {}", columns.join(", "));
                    return Err(Fault::new(columns.first().copied().unwrap_or_default(), "OWNER", reason));
                };
                owner
            }
        };
        let key = self.needed(|slot| matches!(slot, Slot::Above(at) if at == owner), number)?;
        Ok((owner as u8, key))
    }

    /// Gives the keys of rows that it points to their numbers.
    pub(super) fn links(&self, number: Numbers<'_>) {
        for at in
            (0..).zip(&self.source.columns).filter(|(_, (_, slot))| matches!(slot, Slot::Link(..))).map(|(at, _)| at)
        {
            // What is wrong with one is told when the row is read.
            let _ = self.key(at, number);
        }
    }

    fn needed(&self, is: impl Fn(Slot) -> bool, number: Numbers<'_>) -> Result<Key<'a>, Fault> {
        let at = self.source.columns.iter().position(|(_, slot)| is(*slot)).unwrap_or_default();
        let key = self.key(at, number).and_then(|key| {
            key.ok_or_else(|| match self.source.recipe {
                Some(_) => Fault::new(self.name(at), "REQUIRED", "this must be given"),
                None => Fault::new(self.name(at), "INVALID", A_KEY),
            })
        });
        // Of a record with too few fields, the keys may be there all the same.
        key.map_err(|fault| self.ragged().unwrap_or(fault))
    }

    /// The value in the column that helps to read another.
    fn helping(&self, helper: &str) -> Option<String> {
        let at = self.source.columns.iter().position(|(_, slot)| self.source.sheet.column(*slot) == helper)?;
        let (_, Slot::Value(column, kind)) = self.source.columns.get(at)? else { return None };
        read_as(*kind, column, self.text(at).ok()??.as_ref(), None).ok()?
    }

    fn name(&self, at: usize) -> &'a str {
        self.source.columns.get(at).map_or("", |(name, _)| name)
    }

    fn ragged(&self) -> Option<Fault> {
        let (found, wanted) = (self.fields.len(), self.source.width());
        let reason = || format!("the row has {found} fields where the first line has {wanted}");
        (found != wanted).then(|| Fault::new("", "RAGGED", reason()))
    }
}

/// Reads a record; everything that is wrong with it is gathered.
pub(super) fn row(folder: &Folder, source: &Source, place: &Place, record: &[u8]) -> Result<Row, Vec<Fault>> {
    let theirs = &folder.theirs;
    let fields = fields(record).unwrap_or_default();
    let reading = Reading { source, fields: &fields, item: None };
    if let Some(fault) = reading.ragged() {
        return Err(vec![fault]);
    }
    let items = match &source.recipe {
        None => Vec::new(),
        Some(recipe) => recipe.items(&fields).map_err(|(code, reason)| {
            let list = recipe.list().and_then(|at| source.input.header.get(at)).map_or("", String::as_str);
            vec![Fault::new(list, code, reason)]
        })?,
    };
    let reading = Reading { item: items.get(usize::from(place.item)).and_then(Option::as_ref), ..reading };
    let mut known = |table: u8, key: &str| theirs.number(table, key);
    let mut again = |table: u8, key: &str| theirs.number(table, key);
    let (key, (owner, above)) = reading.keys(&mut known, &mut again).map_err(|fault| vec![fault])?;
    let mut row = Row {
        source: usize::from(place.source),
        sheet: source.at,
        line: place.at.line,
        key: key.number,
        of: place.of,
        above: (owner, above.number),
        cells: Cells::default(),
        links: Vec::new(),
        own: None,
        others: Vec::new(),
    };
    if let (Some(to), Some((table, text))) = (source.sheet.above.get(usize::from(owner)), above.theirs) {
        row.others.push(Named { at: (to.sheet, above.number), table, key: text.into() });
    }
    row.own = key.theirs.map(|(table, text)| Named { at: (source.at, key.number), table, key: text.into() });
    let mut faults = Vec::new();
    for (at, (name, slot)) in source.columns.iter().enumerate() {
        let (column, kind) = match slot {
            Slot::Key | Slot::Above(_) => continue,
            Slot::Value(column, kind) => (*column, *kind),
            Slot::Link(column, to) => {
                match reading.key(at, &mut known) {
                    Ok(None) if column.required => faults.push(Fault::new(name, "REQUIRED", "this must be given")),
                    Ok(None) => row.cells.set(column.name, None),
                    Ok(Some(key)) => {
                        let within = source.sheet.entity.table.link_in(column.name).is_some_and(|link| link.within);
                        row.links.push(Pointer { column: column.name, to: (*to, key.number), within });
                        row.cells.set(column.name, Some(key.number.to_string()));
                        let named = |(table, text): (u8, Cow<'_, str>)| Named {
                            at: (*to, key.number),
                            table,
                            key: text.into(),
                        };
                        row.others.extend(key.theirs.map(named));
                    }
                    Err(fault) => faults.push(fault),
                }
                continue;
            }
            Slot::Stamp(column) => (&ColumnRule::of(column), ValueKind::DateTime),
        };
        let by = column.helper().and_then(|helper| reading.helping(helper));
        let value = reading.text(at).and_then(|text| match text {
            Some(text) => read_as(kind, column, &text, by.as_deref()),
            None => Ok(None),
        });
        match value {
            Ok(None) if column.required => faults.push(Fault::new(name, "REQUIRED", "this must be given")),
            Ok(value) => row.cells.set(column.name, value),
            Err((code, reason)) => faults.push(Fault::new(name, code, reason)),
        }
    }
    let begun = begun(source.sheet.entity.rules.checks, &row.cells, folder.clock);
    for check in source.sheet.entity.rules.checks {
        let column = check.columns.iter().find(|column| row.cells.has(column)).or(check.columns.first());
        let column = column.map_or("", |column| source.spelled(column));
        // A value that could not be read is refused already, and what is between it and others is not known.
        let is_read = check.columns.iter().all(|column| !faults.iter().any(|f| f.column == source.spelled(column)));
        if let Some(message) = check.broken_by(&begun, When::Before(folder.clock)).filter(|_| is_read) {
            faults.push(Fault::new(column, check.code, message));
        }
    }
    if faults.is_empty() { Ok(row) } else { Err(faults) }
}

/// What a column takes, if it is a value.
pub(super) fn kind_of_slot(slot: Slot) -> Option<ValueKind> {
    match slot {
        Slot::Key | Slot::Above(_) | Slot::Link(..) => None,
        Slot::Value(_, kind) => Some(kind),
        Slot::Stamp(_) => Some(ValueKind::DateTime),
    }
}

/// A value as it is stored, or what is wrong with it; `by` is the value of the column that helps to read it.
fn read_as(kind: ValueKind, column: &ColumnRule, text: &str, by: Option<&str>) -> Result<Option<String>, Wrong> {
    let read = if by.is_some() { read_by(kind, column, text, by) } else { stored(kind, column, text) };
    read.map_err(|(code, reason)| (code, reason.into()))
}

/// A text as a value that is stored, in a file or in the database, or what is wrong with it. Besides what clients write, moments and flags are read as databases
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

/// Whether a stored text and a value to be written are the same value.
pub(super) fn is_same(kind: ValueKind, column: &ColumnRule, text: Option<&str>, ours: Option<&str>) -> bool {
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
