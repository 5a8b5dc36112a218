//! A mapping as it is written: TOML, and the line on which each part stands. What it means is looked at in `check.rs`.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer, value::SeqAccessDeserializer},
};
use std::{collections::BTreeMap, fmt};
use toml::Spanned;

/// A mapping.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingForm {
    /// What the other system is called: keys of two systems are not mixed up.
    pub(super) source: Spanned<String>,
    /// The time zone of moments that do not say theirs.
    pub(super) time_zone: Option<Spanned<String>>,
    /// Files and columns that are left where they are, and why.
    #[serde(default)]
    pub(super) leave: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) table: Vec<Spanned<TableForm>>,
}

/// Rows of one of their files that become rows of one of our tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableForm {
    pub(super) from: Spanned<String>,
    pub(super) to: Spanned<String>,
    /// What their rows are known by.
    pub(super) key: Spanned<ValueForm>,
    /// Which of their rows: those with one of these values in each of these columns; `*` is any value.
    #[serde(default, rename = "where")]
    pub(super) only: BTreeMap<String, OneOrMore>,
    /// Whether of several rows with one key the first alone is taken.
    #[serde(default)]
    pub(super) once: bool,
    /// The column with a list in JSON, each item of which becomes a row.
    pub(super) each: Option<Spanned<String>>,
    /// What such items are known by, within their list.
    pub(super) each_key: Option<OneOrMore>,
    #[serde(default)]
    pub(super) columns: BTreeMap<Spanned<String>, Spanned<ValueForm>>,
}

/// Where a value comes from, and what is made of it.
#[derive(Debug, Default)]
pub(super) struct ValueForm(pub(super) Steps);

/// The steps from their columns to a value of ours.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Steps {
    /// A column of theirs.
    pub(super) column: Option<String>,
    /// Columns of theirs, joined.
    pub(super) join: Option<Vec<String>>,
    /// What stands between joined columns.
    pub(super) with: Option<String>,
    /// The same value for every row.
    pub(super) constant: Option<String>,
    /// A member of the item, or the item itself (`""`): the first that is there.
    pub(super) item: Option<OneOrMore>,
    /// A member of the column's JSON: the first that is there.
    pub(super) path: Option<OneOrMore>,
    /// Rows of other files that lead on to the value.
    pub(super) lookup: Option<LookUps>,
    /// Their values, and ours.
    pub(super) values: Option<BTreeMap<String, String>>,
    /// What is made of the text.
    #[serde(rename = "as")]
    pub(super) shape: Option<Shape>,
    /// How many digits a currency has after the point.
    pub(super) digits: Option<u32>,
    /// Of a telephone number in national form: its country.
    pub(super) country: Option<String>,
    /// Of a key: the table of theirs that it leads to.
    pub(super) to: Option<String>,
    /// Of a key: the column of ours with which it names a row that is in the database.
    pub(super) by: Option<String>,
    /// What is taken where this gives nothing.
    pub(super) otherwise: Option<Box<ValueForm>>,
}

/// What is made of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shape {
    /// The day of a moment.
    Day,
    /// The time of day of a moment.
    Time,
    /// An amount in the smallest unit of its currency.
    MinorUnits,
    /// A telephone number in international form.
    Phone,
}

/// A row of another file, found by a value, and what is taken of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookUp {
    /// The file.
    #[serde(rename = "in")]
    pub(super) file: String,
    /// Its column with the value.
    pub(super) by: String,
    /// Its column that is taken.
    pub(super) take: String,
}

/// A text, or a list of texts.
#[derive(Debug, Clone)]
pub(super) struct OneOrMore(pub(super) Vec<String>);

/// A look-up, or one after the other.
#[derive(Debug, Clone)]
pub(super) struct LookUps(pub(super) Vec<LookUp>);

impl<'de> Deserialize<'de> for ValueForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = ValueForm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a column, or a table as { column = \"…\", as = \"day\" }")
            }

            fn visit_str<E>(self, name: &str) -> Result<ValueForm, E> {
                Ok(ValueForm(Steps { column: Some(name.to_owned()), ..Steps::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ValueForm, A::Error> {
                Steps::deserialize(MapAccessDeserializer::new(map)).map(ValueForm)
            }
        }
        deserializer.deserialize_any(Form)
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMore, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMore)
            }
        }
        deserializer.deserialize_any(Form)
    }
}

impl<'de> Deserialize<'de> for LookUps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = LookUps;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ in = \"FILE\", by = \"COLUMN\", take = \"COLUMN\" }, or a list of such")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LookUps, A::Error> {
                LookUp::deserialize(MapAccessDeserializer::new(map)).map(|one| LookUps(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<LookUps, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(LookUps)
            }
        }
        deserializer.deserialize_any(Form)
    }
}
