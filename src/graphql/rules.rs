//! What must hold of rows that are written. Pure: values and the day come in, violations go out.
//!
//! The database has the same rules as constraints where it can express them; [`Check::constraint`] names them, so that its
//! refusal, after a race or a rule that was missed here, reads the same.

use super::{
    clock::{Clock, When, is_before},
    json_schema::JsonSchema,
    model::Entity,
};
use crate::{
    db::{Cell, ValueKind, fixed},
    error::Violation,
};
use chrono::NaiveDate;
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap};

/// The values of a row by column, as the store spells them; `None` is NULL. What was not given is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells(BTreeMap<&'static str, Option<String>>);

impl Cells {
    /// A row as it is stored, in the spelling that is written.
    pub fn of_stored(entity: &Entity, texts: Vec<Option<String>>) -> Self {
        Cells::of_columns(entity, &entity.stored(), texts)
    }

    /// The same of some of its columns.
    pub fn of_columns(entity: &Entity, columns: &[&'static str], texts: Vec<Option<String>>) -> Self {
        let mut cells = Cells::default();
        for (column, text) in columns.iter().copied().zip(texts) {
            let text = text.map(|text| match kind_of(entity, column) {
                // SQLite keeps no zeros at a number's end.
                ValueKind::Decimal { places, .. } => fixed(&text, places).unwrap_or(text),
                _ => text,
            });
            cells.set(column, text);
        }
        cells
    }

    /// A value; `None` where it is NULL or not there.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.0.get(column)?.as_deref()
    }

    /// Whether it was given, NULL or not.
    pub fn has(&self, column: &str) -> bool {
        self.0.contains_key(column)
    }

    /// A day.
    pub fn day(&self, column: &str) -> Option<NaiveDate> {
        self.get(column)?.parse().ok()
    }

    /// A flag, which is this by default.
    pub fn flag(&self, column: &str, default: bool) -> bool {
        self.get(column).map_or(default, |value| value != "0")
    }

    /// Puts a value.
    pub fn set(&mut self, column: &'static str, value: Option<String>) {
        self.0.insert(column, value);
    }

    /// Every value, by column.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        self.0.iter().map(|(column, value)| (*column, value.as_deref()))
    }

    /// As parameters of a statement.
    pub fn cells(&self, entity: &Entity) -> Vec<(&'static str, Cell)> {
        let cell = |column: &str, value: Option<&str>| match (kind_of(entity, column), value.map(str::parse)) {
            (ValueKind::Flag(_) | ValueKind::Int | ValueKind::Whole { .. }, Some(Ok(number))) => Cell::Int(number),
            _ => Cell::Text(value.map(str::to_owned)),
        };
        self.iter().map(|(column, value)| (column, cell(column, value))).collect()
    }
}

/// What a column holds.
pub fn kind_of(entity: &Entity, column: &str) -> ValueKind {
    let scalar = entity.object.scalar_of_column(column).and_then(|scalar| entity.object.scalars.get(scalar));
    scalar.map_or(ValueKind::Text, |scalar| scalar.kind)
}

/// The columns of a table that clients write, and what must hold of a row.
pub struct Rules {
    /// The columns.
    pub columns: &'static [ColumnRule],
    /// What must hold between them.
    pub checks: &'static [Check],
}

/// A column that clients write.
pub struct ColumnRule {
    /// Its name.
    pub name: &'static str,
    /// Whether a row must have it.
    pub required: bool,
    /// How long a text may be.
    pub longest: Longest,
    /// What its JSON must look like.
    pub json: &'static JsonSchema,
    /// What a new row gets where nothing is given.
    pub absent: Absent,
    /// The field that shows it, and what it is, where that is no scalar of the row.
    pub shown: Option<(&'static str, &'static str)>,
    /// Of a flag: an owner has one row at most of which it is set, among the rows with one value of this column. A row of which it becomes
    /// set takes the others' place.
    pub sole: Option<&'static str>,
    /// What becomes of other columns where this one changes, unless they are given with it.
    pub resets: &'static [Reset],
    /// Where this is left out, it is as in the row that this column points to.
    pub follows: Option<&'static str>,
}

/// What a column of a new row gets where nothing is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// NULL, as what nobody knows, whatever the database has as a default. A flag gets its own default.
    Null,
    /// A UUID of its own.
    Made,
    /// This value, as it is stored.
    Value(&'static str),
    /// The moment at which the row is added, which the database knows.
    Now,
}

/// A column, and the value that it gets; `None` is NULL.
pub type Reset = (&'static str, Option<&'static str>);

/// How long a text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Longest {
    /// One line of so many characters.
    Line(usize),
    /// Lines of so many bytes together.
    Prose(usize),
    /// A short code.
    Code(Code),
    /// An e-mail address.
    Email,
    /// A telephone number; the column of its country helps to read it.
    Phone(&'static str),
    /// It is no text.
    NoText,
    /// It is the key of a row that the row points to.
    Link,
}

/// Codes that stand for something in other systems, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A country, by the two letters of ISO 3166-1.
    Country,
    /// A currency, by the three letters of ISO 4217.
    Currency,
    /// A language, by its tag of BCP 47.
    Language,
}

impl Code {
    /// The most characters of such codes.
    pub fn longest(self) -> usize {
        match self {
            Code::Country => 2,
            Code::Currency => 3,
            Code::Language => 35,
        }
    }

    /// What such a code is.
    pub fn what(self) -> &'static str {
        match self {
            Code::Country => "the two letters of a country (ISO 3166-1), as DE",
            Code::Currency => "the three letters of a currency (ISO 4217), as EUR",
            Code::Language => "the tag of a language (BCP 47), as en or pt-BR",
        }
    }

    /// A code in its one spelling; `None` for what has not its form. Whether the code is given to anything is not looked up: the
    /// lists change.
    pub fn canonical(self, text: &str) -> Option<String> {
        let text = text.trim();
        let letters = |text: &str| text.bytes().all(|b| b.is_ascii_alphabetic());
        match self {
            Code::Country | Code::Currency => {
                (text.len() == self.longest() && letters(text)).then(|| text.to_ascii_uppercase())
            }
            Code::Language => {
                let mut parts = text.split('-');
                let language = parts.next().filter(|part| matches!(part.len(), 2 | 3) && letters(part))?;
                let mut tag = language.to_ascii_lowercase();
                for part in parts {
                    if !(1..=8).contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
                        return None;
                    }
                    let lower = part.to_ascii_lowercase();
                    tag.push('-');
                    tag.push_str(&match (part.len(), letters(part)) {
                        (2, true) => part.to_ascii_uppercase(),
                        (4, true) => {
                            lower.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(lower.chars().skip(1)).collect()
                        }
                        _ => lower,
                    });
                }
                (tag.len() <= self.longest()).then_some(tag)
            }
        }
    }
}

/// The bytes of MariaDB's TEXT.
pub const TEXT: usize = 65_535;
/// The bytes of MariaDB's LONGTEXT.
const LONGTEXT: usize = 4_294_967_295;

impl ColumnRule {
    /// One line of text.
    pub const fn line(name: &'static str, characters: usize) -> Self {
        ColumnRule { longest: Longest::Line(characters), ..Self::of(name) }
    }

    /// The key of a row that the row points to.
    pub const fn link(name: &'static str) -> Self {
        ColumnRule { longest: Longest::Link, ..Self::of(name) }
    }

    /// Whether it holds the key of a row that the row points to.
    pub fn is_link(&self) -> bool {
        self.longest == Longest::Link
    }

    /// Lines of text.
    pub const fn prose(name: &'static str) -> Self {
        ColumnRule { longest: Longest::Prose(TEXT), ..Self::of(name) }
    }

    /// A text of any length, which `field` shows.
    pub const fn large(name: &'static str, field: &'static str, doc: &'static str) -> Self {
        ColumnRule { longest: Longest::Prose(LONGTEXT), shown: Some((field, doc)), ..Self::of(name) }
    }

    /// A short code.
    pub const fn code(name: &'static str, code: Code) -> Self {
        ColumnRule { longest: Longest::Code(code), ..Self::of(name) }
    }

    /// An e-mail address.
    pub const fn email(name: &'static str) -> Self {
        ColumnRule { longest: Longest::Email, ..Self::of(name) }
    }

    /// A telephone number, with the column of its country.
    pub const fn phone(name: &'static str, country: &'static str) -> Self {
        ColumnRule { longest: Longest::Phone(country), ..Self::of(name) }
    }

    /// The column that helps to read this one.
    pub fn helper(&self) -> Option<&'static str> {
        if let Longest::Phone(country) = self.longest { Some(country) } else { None }
    }

    /// The same flag, which one row of an owner has among those with one value of a column.
    pub const fn sole(self, among: &'static str) -> Self {
        ColumnRule { sole: Some(among), ..self }
    }

    /// The same, whose change resets others.
    pub const fn resets(self, resets: &'static [Reset]) -> Self {
        ColumnRule { resets, ..self }
    }

    /// The same, which is as in the row that a column points to, where it is left out.
    pub const fn follows(self, pointer: &'static str) -> Self {
        ColumnRule { follows: Some(pointer), ..self }
    }

    /// JSON that looks like this.
    pub const fn json(name: &'static str, json: &'static JsonSchema) -> Self {
        ColumnRule { json, ..Self::of(name) }
    }

    /// Anything but text.
    pub const fn of(name: &'static str) -> Self {
        ColumnRule {
            name,
            required: false,
            longest: Longest::NoText,
            json: &JsonSchema::Any,
            absent: Absent::Null,
            shown: None,
            sole: None,
            resets: &[],
            follows: None,
        }
    }

    /// The same, a UUID that a new row gets where none is given.
    pub const fn made(self) -> Self {
        ColumnRule { absent: Absent::Made, ..self }
    }

    /// The same, which has this value in a new row where none is given.
    pub const fn default(self, value: &'static str) -> Self {
        ColumnRule { absent: Absent::Value(value), ..self }
    }

    /// The same, the moment at which a new row is added where none is given.
    pub const fn now(self) -> Self {
        ColumnRule { absent: Absent::Now, ..self }
    }

    /// The same, which every row must have.
    pub const fn required(self) -> Self {
        ColumnRule { required: true, ..self }
    }
}

/// A rule between values of a row.
pub struct Check {
    /// The columns that it looks at; a violation is shown at the first.
    pub columns: &'static [&'static str],
    /// Which kind of rule, for programs.
    pub code: &'static str,
    /// What it says, for people.
    pub message: &'static str,
    /// The database's name of the same rule.
    pub constraint: Option<&'static str>,
    /// Whether it holds of a row.
    pub holds: Holds,
}

/// That no two rows of those of which something holds have the same values in some columns, where none of these is NULL.
#[derive(Debug, Clone, Copy)]
pub struct Unique {
    /// The columns of the index. One that leads it there finds the rows that may be in the way.
    pub columns: &'static [&'static str],
    /// Which rows.
    pub of: fn(&Cells) -> bool,
}

impl Unique {
    /// Of all rows.
    pub const fn by(columns: &'static [&'static str]) -> Self {
        Unique { columns, of: |_| true }
    }

    /// What no other row may have, if the rule is about this one: its values, each by `value` where that knows it. Letters are the same large
    /// and small, as they are in both stores.
    pub fn key(&self, cells: &Cells, value: impl Fn(&str) -> Option<String>) -> Option<Vec<String>> {
        let cell = |column: &&str| value(column).or_else(|| cells.get(column).map(str::to_lowercase));
        if (self.of)(cells) { self.columns.iter().map(cell).collect() } else { None }
    }
}

/// Whether a rule holds of a row.
#[derive(Debug, Clone, Copy)]
pub enum Holds {
    /// On any day.
    Always(fn(&Cells) -> bool),
    /// On the day on which it is written. What comes from elsewhere was written on another day, so imports leave it out.
    Today(fn(&Cells, NaiveDate) -> bool),
    /// The day or moment in the rule's first column has come, as whatever is said to have happened. Where a column and values are named, only
    /// of rows that have one of those values there.
    Happened(Option<(&'static str, &'static [&'static str])>),
    /// The day or moment in the rule's first column is not before that in its second.
    InOrder,
    /// It is between rows, which a unique index of the rule's name keeps.
    Unique(Unique),
    /// On any day: the JSON in the rule's first column looks as the rest of the row asks. What is wrong with it takes the place of the
    /// rule's message.
    Json(fn(&Cells) -> Option<&'static JsonSchema>),
    /// The row that the rule's first column points to has the same value in its second column, where both rows have one. Whoever writes the
    /// row looks at the other.
    AsLinked,
    /// The row that the rule's first column points to has not ended before the moment in the rule's second column: an end, which stands in
    /// that row's column of this name, lies no earlier. Whoever writes the row looks at the other. A new row without the moment is of now.
    BeforeEnd(&'static str),
}

impl Holds {
    /// Whether the rule holds of a row.
    fn of(self, columns: &[&str], cells: &Cells, when: When) -> bool {
        let at = |place: usize| cells.get(columns.get(place)?);
        match self {
            Holds::Always(holds) => holds(cells),
            Holds::Today(holds) => match when {
                When::Written(clock) => holds(cells, clock.today),
                When::Before(_) => true,
            },
            Holds::Happened(only) => {
                let is_meant = only.is_none_or(|(column, values)| {
                    cells.get(column).is_some_and(|is| values.iter().any(|value| value.eq_ignore_ascii_case(is)))
                });
                !is_meant || when.clock().zip(at(0)).is_none_or(|(clock, stored)| clock.has_come(stored))
            }
            Holds::InOrder => !at(0).zip(at(1)).is_some_and(|(later, earlier)| is_before(later, earlier)),
            Holds::Json(_) | Holds::Unique(_) | Holds::AsLinked | Holds::BeforeEnd(_) => true,
        }
    }
}

impl Check {
    /// What is wrong with a row, by this rule, if anything.
    pub fn broken_by(&self, cells: &Cells, when: When) -> Option<Cow<'static, str>> {
        let Holds::Json(schema) = self.holds else {
            return (!self.holds.of(self.columns, cells, when)).then_some(Cow::Borrowed(self.message));
        };
        let (text, schema) = (cells.get(self.columns.first()?)?, schema(cells)?);
        // What is no JSON at all is refused where it is read.
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        schema.check(&value, when.clock()).err().map(Cow::Owned)
    }

    /// Whether the text of a database's refusal of a row of this table means this rule. SQLite tells a unique index by its columns.
    pub fn is_meant(&self, table: &str, text: &str) -> bool {
        let is_index = |unique: Unique| {
            let (_, columns) = text.split_once("UNIQUE constraint failed: ")?;
            let ours = |column: &str| Some(column.trim().strip_prefix(table)?.strip_prefix('.')?.to_owned());
            let columns: Vec<String> = columns.split(',').map(ours).collect::<Option<_>>()?;
            Some(columns == unique.columns)
        };
        self.constraint.is_some_and(|name| text.contains(name)) || self.unique().and_then(is_index).unwrap_or(false)
    }

    /// What is unique by this rule, if anything.
    pub fn unique(&self) -> Option<Unique> {
        if let Holds::Unique(unique) = self.holds { Some(unique) } else { None }
    }
}

impl Rules {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&'static ColumnRule> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A rule that a row breaks, and what it says of the row.
pub type Broken<'a> = (&'a Check, Cow<'static, str>);

/// The checks that a row breaks, of those that look at a column that `touched` names.
pub fn broken<'a>(
    checks: impl IntoIterator<Item = &'a Check>,
    cells: &Cells,
    touched: impl Fn(&str) -> bool,
    clock: Clock,
) -> Vec<Broken<'a>> {
    let looks = |check: &&Check| check.columns.iter().any(|column| touched(column));
    let broken = |check: &'a Check| Some((check, check.broken_by(cells, When::Written(clock))?));
    checks.into_iter().filter(looks).filter_map(broken).collect()
}

/// A violation at a place.
pub fn violation(path: &[Value], field: &str, code: &'static str, message: impl Into<String>) -> Violation {
    let mut path = path.to_vec();
    path.push(field.into());
    Violation { path, code, message: message.into() }
}

/// A rule that a date is not after today.
pub fn not_in_future(cells: &Cells, column: &str, today: NaiveDate) -> bool {
    cells.day(column).is_none_or(|day| day <= today)
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_have_one_spelling() {
        for (code, text, is) in [
            (Code::Country, "de", Some("DE")),
            (Code::Country, "DEU", None),
            (Code::Country, "Ö", None),
            (Code::Currency, " eur ", Some("EUR")),
            (Code::Currency, "€", None),
            (Code::Language, "EN", Some("en")),
            (Code::Language, "pt-br", Some("pt-BR")),
            (Code::Language, "ZH-hant-TW", Some("zh-Hant-TW")),
            (Code::Language, "de-CH-1996", Some("de-CH-1996")),
            (Code::Language, "english", None),
            (Code::Language, "en_US", None),
            (Code::Language, "en-", None),
            (Code::Language, "e", None),
        ] {
            assert_eq!(code.canonical(text).as_deref(), is, "{text}");
        }
    }
}
