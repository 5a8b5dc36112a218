//! Catalogs: folders of TSV files with a header line, which become concepts, their names and facts in the relational store.
//!
//! | file | columns |
//! |---|---|
//! | `conditions` `symptoms` `medications` | `id` `name`, and if wanted `description`, `synonyms` and `brands` (each several, separated by `\|`) |
//! | `condition_xrefs` | `condition_id` `system` `code` |
//! | `medication_classes` | `medication_id` `class_id` `class_name` |
//! | `indicates` | `symptom_id` `condition_id` |
//! | `treats` | `medication_id` `condition_id`, and if wanted `kind` (`treats` or `palliates`) |
//! | `side_effects` | `medication_id` `symptom_id` |
//! | `contraindications` | `medication_id` `condition_id` |
//! | `interactions` | `medication_id_a` `medication_id_b`, and if wanted `severity` |
//! | `resembles` | `condition_id_a` `condition_id_b` |
//!
//! Files of facts may have `source`, `evidence` and `weight` too. Without `evidence`, whatever other columns say is the
//! evidence, but for `*_name`, which repeat names. Other columns of other files are not read. `catalog.toml` may say `source`,
//! `title`, `version` and `license`.

mod read;
mod store;

use super::knowledge::{ConceptKind, FactKind, How};
use crate::error::{Error, Result};
use include_dir::{Dir, include_dir};
pub use read::read;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
pub use store::{Stored, is_any_loaded, store};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/catalog");

/// The files of a catalog, by name.
pub type Files<'a> = BTreeMap<&'a str, &'a [u8]>;

/// What a catalog says of itself, or its reader of it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct About {
    /// Its name.
    pub source: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its licence.
    pub license: Option<String>,
}

/// A catalog that was read, in an order that does not depend on that of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Its name.
    pub source: String,
    /// Its title.
    pub title: Option<String>,
    /// Its version.
    pub version: String,
    /// Its licence.
    pub license: Option<String>,
    /// A digest of all that would be stored.
    pub digest: String,
    /// The concepts, by kind and code.
    pub concepts: BTreeMap<(ConceptKind, String), Described>,
    /// The facts, by kind and the codes of their ends.
    pub facts: BTreeMap<(FactKind, String, String), Backed>,
    /// Files that are none of a catalog's.
    pub unread: Vec<String>,
}

/// What is said of a concept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// A few words on it.
    pub description: Option<String>,
    /// Its other names.
    pub names: BTreeSet<(How, String)>,
}

/// What a fact rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backed {
    /// Who says so.
    pub source: String,
    /// Why.
    pub evidence: Option<String>,
    /// Its weight.
    pub weight: Option<i32>,
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// Why not.
    pub reason: Reason,
    /// What in it, where that is more than the whole row.
    pub detail: String,
}

/// Why a row was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The header line lacks a column, so that nothing of the file was taken.
    MissingColumn,
    /// It is not UTF-8.
    NotUtf8,
    /// It has fewer columns than the header line.
    TooFewColumns,
    /// It has more columns than the header line.
    TooManyColumns,
    /// A value that is needed is missing.
    MissingValue,
    /// A value is longer than its column in the store.
    TooLong,
    /// A weight is no whole number.
    NotANumber,
    /// A kind that is not known.
    UnknownKind,
    /// An id that no row has.
    UnknownId,
    /// A fact about a thing and itself.
    Itself,
    /// An earlier row says so already.
    Duplicate,
}

impl Reason {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::MissingColumn => "missing column",
            Reason::NotUtf8 => "not UTF-8",
            Reason::TooFewColumns => "too few columns",
            Reason::TooManyColumns => "too many columns",
            Reason::MissingValue => "missing value",
            Reason::TooLong => "too long",
            Reason::NotANumber => "not a number",
            Reason::UnknownKind => "unknown kind",
            Reason::UnknownId => "unknown id",
            Reason::Itself => "refers to itself",
            Reason::Duplicate => "duplicate",
        }
    }
}

/// The catalog that comes with this program: everyday facts of general practice.
pub fn shipped() -> Result<Parsed> {
    let name = |file: &'static include_dir::File<'_>| file.path().file_name()?.to_str();
    let files: Files<'_> = SHIPPED.files().filter_map(|file| Some((name(file)?, file.contents()))).collect();
    match read(&files, "medimax", About::default())? {
        (parsed, refused) if refused.is_empty() => Ok(parsed),
        (_, refused) => Err(Error::Internal(format!("the shipped catalog has {} wrong rows", refused.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalog_is_whole() {
        let parsed = shipped().unwrap();
        assert_eq!(parsed.unread, [""; 0]);
        for kind in ConceptKind::ALL {
            assert!(parsed.concepts.keys().any(|(of, _)| of == kind), "{kind:?}");
        }
        for kind in FactKind::ALL {
            assert!(parsed.facts.keys().any(|(of, ..)| of == kind), "{kind:?}");
        }
    }
}
