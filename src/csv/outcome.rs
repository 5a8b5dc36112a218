//! What an import is asked for, and what it did.

use super::{folder::Source, row::Fault};
use crate::graphql::clock::Clock;
use std::borrow::Cow;

/// How to import.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Gives every row a new key.
    pub new_keys: bool,
    /// Checks everything and writes nothing.
    pub dry_run: bool,
    /// When it is; without it, rows are not held to lie in the past.
    pub clock: Option<Clock>,
    /// Adds rows of another system again that were removed here after an earlier import.
    pub restore: bool,
}

/// A row that was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file's name.
    pub file: String,
    /// The line on which the row begins, from 1.
    pub line: u32,
    /// The column as the file spells it; empty where the row as a whole is wrong.
    pub column: String,
    /// Why, for programs.
    pub code: &'static str,
    /// Why, for people; never a value.
    pub reason: Cow<'static, str>,
}

/// The code of rows that are right themselves.
const LEFT_OUT: &str = "LEFT_OUT";

/// What an import did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Patients of whom rows were written.
    pub patients: u64,
    /// Rows that were written.
    pub added: u64,
    /// Rows that the database had already.
    pub unchanged: u64,
    /// Rows that were removed here after an earlier import, and were not added again.
    pub removed: u64,
    /// Rows that were not written, in the order of the tables.
    pub refused: Vec<Refusal>,
    /// The same for each table of a file, where files are another system's.
    pub tables: Vec<Tally>,
    /// Files, and how many of their rows the mapping takes nowhere.
    pub untaken: Vec<(String, u64)>,
}

/// What became of rows of one file that go to one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The file.
    pub file: String,
    /// The column with the list that rows are items of.
    pub list: Option<String>,
    /// Our table.
    pub table: &'static str,
    /// The rows that there are.
    pub rows: u64,
    /// Those that were written.
    pub added: u64,
    /// Those that the database had already.
    pub unchanged: u64,
    /// Those that were removed here, and stay so.
    pub removed: u64,
}

impl Tally {
    /// Those that were refused, or left out with another.
    pub fn refused(&self) -> u64 {
        self.rows.saturating_sub(self.added + self.unchanged + self.removed)
    }

    pub(super) fn of(source: &Source) -> Self {
        let list = source.recipe.as_ref().and_then(|recipe| source.input.header.get(recipe.list()?)).cloned();
        Tally { file: source.input.name.clone(), list, table: source.sheet.entity.table.name, ..Tally::default() }
    }
}

impl Refusal {
    pub(super) fn new(source: &Source, line: u32, fault: Fault) -> Self {
        Refusal { file: source.input.name.clone(), line, column: fault.column, code: fault.code, reason: fault.reason }
    }

    pub(super) fn left_out(source: &Source, line: u32) -> Self {
        Refusal::new(source, line, Fault::new("", LEFT_OUT, "another row of the same patient is refused"))
    }

    /// Whether the row is right itself, and left out because of another.
    pub fn is_left_out(&self) -> bool {
        self.code == LEFT_OUT
    }
}

/// What became of a row that is not refused.
pub(super) enum Became {
    Added,
    Unchanged,
    Removed,
}

impl Outcome {
    /// Counts a row of a source.
    pub(super) fn count(&mut self, source: usize, became: Became) {
        let mut one = Tally::default();
        match became {
            Became::Added => (self.added, one.added) = (self.added + 1, 1),
            Became::Unchanged => (self.unchanged, one.unchanged) = (self.unchanged + 1, 1),
            Became::Removed => (self.removed, one.removed) = (self.removed + 1, 1),
        }
        if self.tables.len() <= source {
            self.tables.resize(source + 1, Tally::default());
        }
        if let Some(tally) = self.tables.get_mut(source) {
            tally.take(&one);
        }
    }

    pub(super) fn add(&mut self, other: Outcome) {
        self.patients += other.patients;
        self.added += other.added;
        self.unchanged += other.unchanged;
        self.removed += other.removed;
        self.refused.extend(other.refused);
        for (ours, theirs) in self.tables.iter_mut().zip(&other.tables) {
            ours.take(theirs);
        }
    }
}

impl Tally {
    fn take(&mut self, other: &Tally) {
        self.added += other.added;
        self.unchanged += other.unchanged;
        self.removed += other.removed;
    }
}
