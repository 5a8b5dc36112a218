//! How a record of theirs becomes rows of ours: which records, how many rows each, and each value. Pure.

use super::{
    super::{
        text::Field,
        theirs::{Mark, canonical},
    },
    form::Shape,
    spelling::{self, Spelling, Zone},
};
use crate::write::reach::phone;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Why a value cannot be had: a code, and the reason.
pub(in crate::csv) type Wrong = (&'static str, Cow<'static, str>);

/// From records of theirs to rows of ours.
pub(in crate::csv) struct Recipe {
    /// The table of theirs that rows are of, as a place in the list of tables that keys are of.
    pub(in crate::csv) table: u8,
    /// Whether of several rows with one key the first alone is taken.
    pub(in crate::csv) once: bool,
    /// Records have one of these texts in each of these columns; `*` is any text.
    pub(super) only: Vec<(usize, Vec<String>)>,
    /// The column with a list, each item of which is a row, and what items are known by.
    pub(super) each: Option<(usize, Vec<String>)>,
    /// Which value is the key.
    pub(super) key: usize,
    /// A value for each column of the source.
    pub(super) values: Vec<Make>,
    pub(super) zone: Zone,
}

/// How a value is made.
pub(in crate::csv) struct Make {
    pub(super) from: From,
    /// Members of the JSON that it comes from.
    pub(super) paths: Vec<String>,
    pub(super) lookups: Vec<Arc<Found>>,
    /// Our words for theirs, which are in small letters; `*` stands for all others.
    pub(super) words: Option<BTreeMap<String, String>>,
    pub(super) shape: Option<Shape>,
    pub(super) digits: u32,
    pub(super) country: Option<String>,
    pub(super) spelling: Spelling,
    pub(super) otherwise: Option<Box<Make>>,
    /// The table of theirs whose key it is.
    pub(in crate::csv) table: u8,
}

/// Where a value comes from.
pub(super) enum From {
    Columns(Vec<usize>, String),
    Constant(String),
    Item(Vec<String>),
}

/// A column of another file by the key in another of its columns.
pub(super) struct Found {
    pub(super) file: String,
    pub(super) rows: HashMap<Mark, Option<Box<str>>>,
}

/// An item of a list.
pub(in crate::csv) struct Item {
    json: Json,
    /// What it is known by in its list.
    id: String,
}

/// The most items of a list.
const ITEMS: usize = 50_000;

impl Recipe {
    /// Whether rows are made of a record.
    pub(in crate::csv) fn takes(&self, fields: &[Field<'_>]) -> bool {
        self.only.iter().all(|(column, texts)| {
            let text = plain(fields, *column).ok().flatten().unwrap_or_default();
            texts.iter().any(|wanted| match wanted.as_str() {
                "*" => !text.is_empty(),
                wanted => spelling::is_same(wanted, &text),
            })
        })
    }

    /// The items of which each is a row; one that is none, where the record is one row.
    pub(in crate::csv) fn items(&self, fields: &[Field<'_>]) -> Result<Vec<Option<Item>>, Wrong> {
        let Some((column, known_by)) = &self.each else { return Ok(vec![None]) };
        let Some(text) = plain(fields, *column)? else { return Ok(Vec::new()) };
        let list = match serde_json::from_str(&text) {
            Ok(Json::Array(list)) => list,
            Ok(other) => vec![other],
            Err(_) => return Err(("INVALID", "this must be a list in JSON".into())),
        };
        if list.len() > ITEMS {
            return Err(("INVALID", format!("this must be a list of at most {ITEMS} items").into()));
        }
        let is_something = |json: &Json| match json {
            Json::Null => false,
            Json::String(text) => !text.trim().is_empty(),
            Json::Array(list) => !list.is_empty(),
            Json::Object(members) => !members.is_empty(),
            Json::Bool(_) | Json::Number(_) => true,
        };
        let mut times: HashMap<String, u32> = HashMap::new();
        let items = list.into_iter().filter(is_something).map(|json| {
            let id = member(&json, known_by, false).unwrap_or_else(|| json.to_string());
            let time = times.entry(id.clone()).or_default();
            *time += 1;
            // The digest keeps what the item says out of the key, which outlives the row.
            let digest = format!("{:x}", Sha256::digest(id));
            let mut id = digest.get(..16).unwrap_or_default().to_owned();
            if *time > 1 {
                id = format!("{id}-{time}");
            }
            Some(Item { json, id })
        });
        Ok(items.collect())
    }

    /// Where the list of items is, if records have one.
    pub(in crate::csv) fn list(&self) -> Option<usize> {
        self.each.as_ref().map(|(column, _)| *column)
    }

    /// How the value of a column of the source is made.
    pub(in crate::csv) fn make(&self, column: usize) -> Option<&Make> {
        self.values.get(column)
    }

    /// A value.
    pub(in crate::csv) fn value<'a>(
        &self,
        column: usize,
        fields: &'a [Field<'_>],
        item: Option<&'a Item>,
    ) -> Result<Option<Cow<'a, str>>, Wrong> {
        let Some(make) = self.values.get(column) else { return Ok(None) };
        let value = make.value(fields, item, &self.zone)?;
        Ok(match item {
            Some(item) if column == self.key => value.map(|key| format!("{}#{}", key.trim(), item.id).into()),
            _ => value,
        })
    }
}

impl Make {
    fn value<'a>(
        &self,
        fields: &'a [Field<'_>],
        item: Option<&'a Item>,
        zone: &Zone,
    ) -> Result<Option<Cow<'a, str>>, Wrong> {
        let value = self.first(fields, item, zone)?;
        match (value, &self.otherwise) {
            (None, Some(otherwise)) => otherwise.value(fields, item, zone),
            (value, _) => Ok(value),
        }
    }

    fn first<'a>(
        &self,
        fields: &'a [Field<'_>],
        item: Option<&'a Item>,
        zone: &Zone,
    ) -> Result<Option<Cow<'a, str>>, Wrong> {
        let is_json = matches!(self.spelling, Spelling::Json);
        let mut value: Option<Cow<'a, str>> = match &self.from {
            From::Constant(text) => Some(text.clone().into()),
            From::Item(paths) => item.and_then(|item| member(&item.json, paths, is_json)).map(Cow::Owned),
            From::Columns(columns, between) => match columns.as_slice() {
                [column] => plain(fields, *column)?,
                columns => {
                    let mut parts = Vec::with_capacity(columns.len());
                    for column in columns {
                        parts.extend(plain(fields, *column)?.map(|part| part.trim().to_owned()));
                    }
                    (!parts.is_empty()).then(|| parts.join(between).into())
                }
            },
        };
        if let (Some(text), false) = (&value, self.paths.is_empty()) {
            let json: Json = serde_json::from_str(text).map_err(|_no_json| ("INVALID", "this must be JSON".into()))?;
            value = member(&json, &self.paths, is_json).map(Cow::Owned);
        }
        for lookup in &self.lookups {
            let Some(text) = &value else { break };
            let Some(key) = canonical(text)? else {
                value = None;
                break;
            };
            value = match lookup.rows.get(&Mark::of(&key)) {
                Some(found) => found.as_deref().map(|text| Cow::Owned(text.to_owned())),
                None => return Err(("REFERENCE", format!("{} has no row for this", lookup.file).into())),
            };
        }
        if let Some(words) = &self.words {
            let theirs = value.as_deref().unwrap_or_default().trim().to_lowercase();
            let ours = words.get(&theirs).or(words.get("*").filter(|_| !theirs.is_empty()));
            if let Some(ours) = ours {
                value = (!ours.is_empty()).then(|| Cow::Owned(ours.clone()));
            }
        }
        let Some(text) = value else { return Ok(None) };
        Ok(Some(match self.shape {
            Some(Shape::Day) => spelling::day(text, zone),
            Some(Shape::Time) => spelling::time(text, zone),
            Some(Shape::Phone) => {
                // The number itself says its country where it begins with a plus sign.
                let country = self.country.as_deref().filter(|_| !text.contains('+'));
                phone(&text, country).map_err(|what| ("INVALID", format!("this must be {what}").into()))?.into()
            }
            Some(Shape::MinorUnits) => spelling::minor_units(&text, self.digits)?.into(),
            None => self.spelling.of(text, zone),
        }))
    }
}

/// A field; `None` where nothing is in it.
fn plain<'a>(fields: &'a [Field<'_>], column: usize) -> Result<Option<Cow<'a, str>>, Wrong> {
    let Some(Some(bytes)) = fields.get(column) else { return Ok(None) };
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(Cow::Borrowed(text))),
        Err(_) => Err(("NOT_UTF8", "this is no UTF-8".into())),
    }
}

/// The text of the first of these members that is there.
fn member(json: &Json, paths: &[String], is_json: bool) -> Option<String> {
    paths.iter().find_map(|path| text(json.pointer(path)?, is_json))
}

fn text(json: &Json, is_json: bool) -> Option<String> {
    match json {
        Json::Null => None,
        _ if is_json => Some(json.to_string()),
        Json::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
        Json::Array(list) => {
            let texts: Option<Vec<String>> = list.iter().map(|json| text(json, false)).collect();
            texts.filter(|texts| !texts.is_empty()).map(|texts| texts.join(", "))
        }
        Json::Object(_) => None,
    }
}
