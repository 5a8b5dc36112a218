//! Records as files, one a table: [`import`](run) and [`export`](write()). What a table is called, what it holds and what must
//! hold of its rows follows from the entities.

mod export;
mod folder;
mod import;
mod index;
mod late;
pub mod mapping;
mod others;
mod outcome;
mod prepare;
mod present;
mod row;
mod sheet;
mod text;
mod theirs;

pub use export::write;
pub use folder::Folder;
pub use import::run;
pub use mapping::Mapping;
pub use outcome::{Manner, Outcome, Refusal, Tally};

use crate::error::Error;
use std::{fmt::Display, path::Path};

/// A file that cannot be read or written.
fn cannot(what: &str, path: &Path, why: impl Display) -> Error {
    Error::Setup(format!("cannot {what} {}: {why}", path.display()))
}
