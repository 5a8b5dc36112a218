//! What a client wants written, read from an input object: canonical values by column, and every rule that they break.

use super::reach;
use crate::{
    db::{ValueKind, email, fixed, is_within, uuid},
    error::Violation,
    graphql::{
        args::{as_int, as_list, as_text, id_of},
        clock::{Clock, begun},
        context::Cx,
        distinct::is_distinct,
        form::{Copied, Form},
        model::{Entity, Model},
        rules::{Cells, ColumnRule, Longest, TEXT, broken, kind_of, violation},
        text::{clean, shows},
    },
};
use async_graphql::{Value, indexmap::IndexMap};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use serde_json::Value as Json;
use std::{collections::HashSet, fmt};

/// One row to be written, and the rows that belong to it.
#[derive(Clone)]
pub struct Draft {
    /// Where the input gives it.
    pub path: Vec<Json>,
    /// Its values.
    pub cells: Cells,
    /// For each entity whose rows its form takes: rows.
    pub below: Vec<(&'static Entity, Vec<Draft>)>,
}

impl fmt::Debug for Draft {
    // An idempotency key is kept with a digest of this text, so it stays the same from one version to the next.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below: Vec<_> = self.below.iter().map(|(_, rows)| rows).collect();
        f.debug_struct("Draft").field("cells", &self.cells).field("below", &below).finish()
    }
}

/// A row that an input points to.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Where the input names it.
    pub path: Vec<Json>,
    /// Its entity.
    pub entity: &'static Entity,
    /// Its key.
    pub key: i32,
    /// Whether it must be of the same patient as the row that is written.
    pub within: bool,
}

/// What an input says besides the values.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The rows that it points to.
    pub links: Vec<Linked>,
    /// What is wrong with it already. Then nothing is written, and the database is asked for what is wrong besides.
    pub violations: Vec<Violation>,
}

/// Reads input objects. All that is wrong with them is gathered.
pub struct Reader {
    /// The schema.
    pub model: &'static Model,
    /// When it is, for rules.
    pub clock: Clock,
    /// Where we are.
    pub path: Vec<Json>,
    /// What it says besides the values.
    pub found: Found,
}

impl Reader {
    /// One that begins here.
    pub fn new(cx: &Cx, path: Vec<Json>) -> Self {
        Reader { model: cx.model, clock: cx.clock, path, found: Found::default() }
    }

    /// A new row of a form.
    pub fn new_row(&mut self, form: &'static Form, given: &IndexMap<async_graphql::Name, Value>) -> Draft {
        let mut cells = self.cells(form, given);
        for copies in form.copied {
            if copies.iter().any(|(column, _)| cells.has(column)) {
                continue;
            }
            // What is the same for every row is known already.
            let fixed = |copied: &(&'static str, Copied)| match copied {
                (column, Copied::Text(text)) => Some((*column, *text)),
                _ => None,
            };
            if let Some(fixed) = copies.iter().map(fixed).collect::<Option<Vec<_>>>() {
                fixed.into_iter().for_each(|(column, text)| cells.set(column, Some(text.to_owned())));
            }
        }
        for column in form.columns() {
            if column.required && cells.get(column.name).is_none() && !form.is_copied(column.name) {
                self.note(form.field(column), "REQUIRED", "this must be given");
            }
        }
        // What is copied from another row is not there yet: whoever copies it looks at its rules.
        let is_open = |column: &&str| form.is_copied(column) && !cells.has(column);
        let checks = form.rules().checks.iter().chain(form.checks);
        let checks = checks.filter(|check| !check.columns.iter().any(is_open));
        let begun = begun(form.rules().checks, &cells, Some(self.clock));
        for (check, message) in broken(checks, &begun, |column| form.has(column), self.clock) {
            self.note_at(form.place_of(&self.path, check.columns, None), check.code, message);
        }
        let below = form.below(self.model).map(|entity| (entity, self.new_rows(entity, given))).collect();
        Draft { path: self.path.clone(), cells, below }
    }

    /// The new rows of an entity that stand in its list in an input.
    pub fn new_rows(&mut self, entity: &'static Entity, given: &IndexMap<async_graphql::Name, Value>) -> Vec<Draft> {
        let Some(list) = entity.nested else { return Vec::new() };
        let items = given.get(list.field).map(as_list).unwrap_or_default();
        let mut rows = Vec::with_capacity(items.len());
        self.path.push(list.field.into());
        for (at, item) in items.iter().enumerate() {
            if let Value::Object(item) = item {
                let depth = self.path.len();
                self.path.extend((!list.one).then(|| at.into()));
                rows.push(self.new_row(entity.form, item));
                self.path.truncate(depth);
            }
        }
        self.path.pop();
        self.alike(entity, &rows);
        rows
    }

    /// Notes rows of a list that have what an earlier one has, and that only one may have. The list has one owner, whichever it is.
    fn alike(&mut self, entity: &'static Entity, rows: &[Draft]) {
        let owner = |column: &str| entity.table.owner_in(column).map(|_| String::new());
        for check in entity.rules.checks {
            let Some(unique) = check.unique().filter(|_| rows.len() > 1) else { continue };
            let mut known = HashSet::new();
            for row in rows {
                if unique.key(&row.cells, owner).is_some_and(|key| !known.insert(key)) {
                    self.note_at(entity.form.place_of(&row.path, check.columns, None), check.code, check.message);
                }
            }
        }
    }

    /// Notes a violation, unless a value there was refused already: it is missing for that reason.
    fn note(&mut self, field: &str, code: &'static str, message: &str) {
        let path = self.path.iter().cloned().chain([field.into()]).collect();
        self.note_at(path, code, message);
    }

    fn note_at(&mut self, path: Vec<Json>, code: &'static str, message: impl Into<String>) {
        if !self.found.violations.iter().any(|known| known.path == path) {
            self.found.violations.push(Violation { path, code, message: message.into() });
        }
    }

    /// The values of a form's columns, each canonical.
    pub fn cells(&mut self, form: &'static Form, given: &IndexMap<async_graphql::Name, Value>) -> Cells {
        let mut cells = Cells::default();
        for column in form.columns() {
            let field = form.field(column);
            let Some(value) = given.get(field) else { continue };
            let read = match form.linked(self.model, column) {
                Some((to, within)) => self.link(field, (to, within), value),
                None => {
                    let by = column.helper().and_then(|name| form.rules().column(name));
                    let by = by.and_then(|by| {
                        canonical(kind_of(form.entity, by.name), by, given.get(form.field(by))?, None).ok()?
                    });
                    canonical(kind_of(form.entity, column.name), column, value, by.as_deref())
                }
            };
            match read {
                Ok(None) if column.required => {
                    let message =
                        if *value == Value::Null { "this must not be null" } else { "this must not be blank" };
                    self.found.violations.push(violation(&self.path, field, "REQUIRED", message));
                }
                Ok(value) => cells.set(column.name, value),
                Err((code, message)) => self.found.violations.push(violation(&self.path, field, code, message)),
            }
        }
        cells
    }

    /// The key of the row that a field points to.
    fn link(
        &mut self,
        field: &str,
        (entity, within): (&'static Entity, bool),
        value: &Value,
    ) -> Result<Option<String>, (&'static str, String)> {
        if *value == Value::Null {
            return Ok(None);
        }
        // Digits beyond the range of keys name nobody, like -1.
        let key = id_of(entity, value).map_err(|error| ("INVALID", error.public_message()))?.unwrap_or(-1);
        let path = self.path.iter().cloned().chain([field.into()]).collect();
        self.found.links.push(Linked { path, entity, key, within });
        Ok(Some(key.to_string()))
    }
}

/// A value as it is stored, or what is wrong with it.
fn canonical(
    kind: ValueKind,
    column: &ColumnRule,
    value: &Value,
    by: Option<&str>,
) -> Result<Option<String>, (&'static str, String)> {
    if *value == Value::Null {
        return Ok(None);
    }
    match value {
        _ if matches!(kind, ValueKind::Json) => {
            let json = value.clone().into_json().map_err(|_none| ("INVALID", "this must be JSON".to_owned()))?;
            read(kind, column, &json.to_string())
        }
        // JSON may spell a whole number `5.0`.
        Value::Number(_) if matches!(kind, ValueKind::Whole { .. }) => {
            read(kind, column, &as_int(value).map_or_else(|| value.to_string(), |number| number.to_string()))
        }
        Value::Boolean(yes) => Ok(Some(u8::from(*yes).to_string())),
        Value::Number(number) => read(kind, column, &number.to_string()),
        _ => read_by(kind, column, as_text(value).unwrap_or_default(), by),
    }
}

/// A text as the value that is stored, or what is wrong with it. A blank text is none.
pub fn read(kind: ValueKind, column: &ColumnRule, text: &str) -> Result<Option<String>, (&'static str, String)> {
    read_by(kind, column, text, None)
}

/// The same by the value of the column that helps to read this one.
pub fn read_by(
    kind: ValueKind,
    column: &ColumnRule,
    text: &str,
    by: Option<&str>,
) -> Result<Option<String>, (&'static str, String)> {
    let wrong = |what: &str| Err(("INVALID", format!("this must be {what}")));
    let within = |is: bool, min, max, value: String| match is {
        true => Ok(Some(value)),
        false => Err(("OUT_OF_RANGE", format!("this must be from {min} to {max}"))),
    };
    match kind {
        ValueKind::Whole { min, max } => match text.trim().parse::<i64>() {
            Ok(number) => within((min..=max).contains(&number), min, max, number.to_string()),
            Err(_) => wrong(&format!("a whole number from {min} to {max}")),
        },
        ValueKind::Decimal { places, min, max } => match fixed(text.trim(), places) {
            Some(number) => within(is_within(&number, min, max), min, max, number),
            None => wrong(&format!(
                "a number with at most {places} digits after the point, as {:.*}",
                places as usize, 36.6
            )),
        },
        ValueKind::Uuid => match uuid(text.trim()) {
            Some(uuid) => Ok(Some(uuid)),
            None => wrong("a UUID, as 0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22"),
        },
        ValueKind::Json => json(column, text),
        ValueKind::Date => match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            // MariaDB's DATE knows no year 0.
            Ok(day) if is_like(text, "0000-00-00") && day.year() > 0 => Ok(Some(day.to_string())),
            _ => wrong("a day, as 2024-05-01"),
        },
        ValueKind::Time => {
            let like = ["00:00:00", "00:00", "0:00"].iter().any(|shape| is_like(text, shape));
            let time =
                NaiveTime::parse_from_str(text, "%H:%M:%S").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M"));
            match time {
                // A leap second has 1,000 milliseconds too many. Neither store has a place for it.
                Ok(time) if like && time.nanosecond() < 1_000_000_000 => Ok(Some(time.format("%H:%M:%S").to_string())),
                _ => wrong("a time of day, as 14:30:00"),
            }
        }
        ValueKind::DateTime => match DateTime::parse_from_rfc3339(text) {
            Ok(moment) => self::moment(moment.to_utc()).map(Some),
            Err(_) => wrong("a moment, as 2024-05-01T10:00:00Z"),
        },
        ValueKind::Int => match text.trim().parse::<i32>() {
            Ok(number) => Ok(Some(number.to_string())),
            Err(_) => wrong("a whole number between -2147483648 and 2147483647"),
        },
        ValueKind::Float => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number.to_string())),
            _ => wrong("a number, as 36.6"),
        },
        ValueKind::Enum(of) => match of.canonical(text) {
            Some(stored) => Ok(Some(stored.to_owned())),
            None => wrong(&format!("one of {}'s values", of.name)),
        },
        _ => match column.longest {
            // A blank one is none.
            Longest::Code(code) if shows(text) => match code.canonical(text) {
                Some(code) => Ok(Some(code)),
                None => wrong(code.what()),
            },
            Longest::Email if shows(text) => email(text).map(Some).or_else(|what| wrong(&what)),
            Longest::Phone(_) if shows(text) => reach::phone(text, by).map(Some).or_else(|what| wrong(&what)),
            longest => clean(longest, text),
        },
    }
}

/// A JSON text in its one spelling: without spaces, members by their names.
fn json(column: &ColumnRule, text: &str) -> Result<Option<String>, (&'static str, String)> {
    let value: Json = serde_json::from_str(text).map_err(|_none| ("INVALID", "this must be JSON".to_owned()))?;
    if !is_distinct(text.as_bytes()) {
        return Err(("INVALID", "an object must not have a member twice".into()));
    }
    column.json.check(&value, None).map_err(|wrong| ("INVALID", wrong))?;
    let text = value.to_string();
    match text.len() > TEXT {
        true => Err(("TOO_LONG", format!("this must be no longer than {TEXT} bytes"))),
        false => Ok(Some(text)),
    }
}

/// Whether a text has digits where the shape has zeros, and the same signs between them.
fn is_like(text: &str, shape: &str) -> bool {
    let same = |(is, shape): (u8, u8)| if shape == b'0' { is.is_ascii_digit() } else { is == shape };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(same)
}

/// A moment as it is stored. MariaDB's TIMESTAMP counts the seconds since 1970 in 31 bits, and knows no leap seconds.
pub fn moment(moment: DateTime<Utc>) -> Result<String, (&'static str, String)> {
    let seconds = moment.timestamp();
    match DateTime::from_timestamp(seconds, 0).filter(|_| (1..=i64::from(i32::MAX)).contains(&seconds)) {
        Some(whole) => Ok(whole.format("%Y-%m-%d %H:%M:%S").to_string()),
        None => Err(("INVALID", "this must be between 1970-01-01T00:00:01Z and 2038-01-19T03:14:07Z".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_arrive_as_they_were_given() {
        let given = |kind, json: serde_json::Value| {
            canonical(kind, &ColumnRule::of("x"), &Value::from_json(json).unwrap(), None)
        };
        for (kind, json, stored) in [
            (ValueKind::Int, 3.into(), "3"),
            (ValueKind::Int, (-2_147_483_648_i64).into(), "-2147483648"),
            (ValueKind::Float, 3.into(), "3"),
            (ValueKind::Float, 36.6.into(), "36.6"),
            (ValueKind::Float, (-0.001).into(), "-0.001"),
        ] {
            assert_eq!(given(kind, json), Ok(Some(stored.into())));
        }
        assert_eq!(given(ValueKind::Int, serde_json::Value::Null), Ok(None));
        // As a file holds them.
        let read = |kind, text| read(kind, &ColumnRule::of("x"), text);
        assert_eq!(read(ValueKind::Int, " 12 "), Ok(Some("12".into())));
        for (kind, text) in [
            (ValueKind::Int, "3.5"),
            (ValueKind::Int, "2147483648"),
            (ValueKind::Int, "many"),
            (ValueKind::Float, "4,2"),
            (ValueKind::Float, "NaN"),
            (ValueKind::Float, "1e999"),
        ] {
            assert_eq!(read(kind, text).unwrap_err().0, "INVALID", "{text}");
        }
    }

    #[test]
    fn days_times_and_moments_are_read_strictly() {
        let of = |kind, text| read(kind, &ColumnRule::of("x"), text);
        assert_eq!(of(ValueKind::Date, "2024-02-29"), Ok(Some("2024-02-29".into())));
        assert_eq!(of(ValueKind::Time, "9:05").unwrap(), Some("09:05:00".into()));
        assert_eq!(of(ValueKind::DateTime, "2024-05-01T12:00:00+02:00"), Ok(Some("2024-05-01 10:00:00".into())));
        assert_eq!(of(ValueKind::DateTime, "2024-05-01T10:00:60.5Z"), Ok(Some("2024-05-01 10:00:59".into())));
        assert_eq!(of(ValueKind::DateTime, "2038-01-19T03:14:07Z"), Ok(Some("2038-01-19 03:14:07".into())));
        for (kind, text) in [
            (ValueKind::DateTime, "0001-01-01T00:00:00Z"),
            (ValueKind::DateTime, "1970-01-01T00:00:00Z"),
            (ValueKind::DateTime, "2038-01-19T03:14:08Z"),
            (ValueKind::Date, "2023-02-29"),
            (ValueKind::Date, "2024-5-1"),
            (ValueKind::Date, "0000-00-00"),
            (ValueKind::Date, "0000-01-01"),
            (ValueKind::Date, "+999-01-01"),
            (ValueKind::Time, "10:00:60"),
            (ValueKind::Time, "24:00"),
            (ValueKind::Time, "noon"),
            (ValueKind::DateTime, "2024-05-01 10:00:00"),
        ] {
            assert_eq!(of(kind, text).unwrap_err().0, "INVALID", "{text}");
        }
    }
}
