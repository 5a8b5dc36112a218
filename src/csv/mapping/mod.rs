//! Tables of other systems: a mapping says which of their columns are which of ours. It is a TOML file: some are in the binary, and
//! a hospital writes its own.
//!
//! A record of theirs becomes rows of ours (`recipe.rs`); everything after that is the import of our own tables.

mod bind;
mod check;
mod form;
pub(super) mod recipe;
mod spelling;

pub use check::Mapping;

use crate::error::{Error, Result};
use std::{fs, path::Path};

/// The mappings that are in the binary.
const SHIPPED: [(&str, &str); 3] = [
    ("aarogyalink", include_str!("../../../assets/mappings/aarogyalink.toml")),
    ("enhanced", include_str!("../../../assets/mappings/enhanced.toml")),
    ("predicthealth", include_str!("../../../assets/mappings/predicthealth.toml")),
];

/// The names of the mappings that are in the binary.
pub fn shipped() -> impl Iterator<Item = &'static str> {
    SHIPPED.into_iter().map(|(name, _)| name)
}

/// The text of a mapping that is in the binary.
pub fn shipped_text(name: &str) -> Result<&'static str> {
    let found = SHIPPED.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, text)| text).ok_or_else(|| {
        let names: Vec<&str> = shipped().collect();
        let hint = near(name, names.iter().copied());
        let names = names.join(", ");
        Error::Setup(format!(
            "there is no mapping {name:?}{hint}: there are {names}, and a file of your own ends in .toml"
        ))
    })
}

/// The name and text of a mapping: a file's, or one that is in the binary.
pub fn text(named: &str) -> Result<(String, String)> {
    let path = Path::new(named);
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) || named.contains('/') {
        let text = fs::read_to_string(path).map_err(|error| super::cannot("read", path, error))?;
        return Ok((named.to_owned(), text));
    }
    Ok((format!("{named}.toml"), shipped_text(named)?.to_owned()))
}

/// A guess at what a word was meant to be.
fn near<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let likeness = |known: &&str| strsim::jaro_winkler(&known.to_lowercase(), &word.to_lowercase());
    let nearest = known.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    nearest.map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default()
}
