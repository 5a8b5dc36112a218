//! What holds between a row of the files and other rows, in the files or in the database: that it agrees with a row that it points to, and that
//! no other has what only one may have. So a dry run tells what the import itself would.

use super::{
    import::Import,
    present::Present,
    row::{Fault, Row},
    sheet::Sheet,
};
use crate::{
    db::Tx,
    error::Result,
    graphql::rules::{Absent, Check, Unique},
    write::others::{as_linked, like},
};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Stands for the values that a row has and no other may have: there are many.
type Digest = [u8; 16];

/// By table and rule, values that no other row may have.
pub(super) type Taken = HashSet<(usize, usize, Digest)>;

/// What is kept of rows for those that come later.
#[derive(Default)]
pub(super) struct Held {
    /// What no other row may have, whosever it is.
    taken: Taken,
    /// By table, key and column, values that rows which point here must have too.
    values: HashMap<(usize, i32, &'static str), Value>,
}

/// A value that is to agree with another.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    /// The key of a row, by its table and its key in the file.
    Key((usize, i32)),
    Text(String),
}

/// The rows of a unit, by table and key in the file.
pub(super) type Own = HashSet<(usize, i32)>;

/// Of each table, the columns in which rows that point to its rows must agree with them.
pub(super) fn agreed(sheets: &[Sheet]) -> HashMap<usize, BTreeSet<&'static str>> {
    let mut agreed: HashMap<usize, BTreeSet<&'static str>> = HashMap::new();
    for sheet in sheets {
        for (_, _, pointer, column) in as_linked(sheet.entity.form) {
            for (to, _) in sheet.links.iter().filter(|(_, by)| *by == pointer) {
                agreed.entry(*to).or_default().insert(column);
            }
        }
    }
    agreed
}

pub(super) fn own(patient: &[Row]) -> Own {
    patient.iter().map(|row| (row.sheet, row.key)).collect()
}

fn value(row: &Row, column: &str) -> Option<Value> {
    let link = row.links.iter().find(|link| link.column == column).map(|link| Value::Key(link.to));
    link.or_else(|| row.cells.get(column).map(|text| Value::Text(text.to_owned())))
}

fn digest(key: &[String]) -> Digest {
    let mut digest = Digest::default();
    digest.iter_mut().zip(Sha256::digest(key.join("\u{0}"))).for_each(|(to, from)| *to = from);
    digest
}

impl Import<'_> {
    /// The rules of a table that make something unique.
    fn unique(&self, sheet: usize) -> impl Iterator<Item = (usize, &'static Check, Unique)> {
        let rules = self.index.folder.sheets.get(sheet).map_or(&[][..], |sheet| sheet.entity.rules.checks);
        rules.iter().enumerate().filter_map(|(at, check)| Some((at, check, check.unique()?)))
    }

    /// What no other row may have by a rule, if the rule is about this one; `key` says what stands for the row above.
    fn key_by(&self, unique: Unique, row: &Row, key: impl Fn((usize, i32)) -> Option<String>) -> Option<Vec<String>> {
        let (owner, above) = row.above;
        let sheet = self.index.folder.sheets.get(row.sheet)?;
        // A row that gets a new key gets a new UUID.
        let is_made =
            |column: &&str| sheet.entity.rules.column(column).is_some_and(|column| column.absent == Absent::Made);
        if self.manner.new_keys && unique.columns.iter().any(is_made) {
            return None;
        }
        let to = sheet.above.get(usize::from(owner));
        let above = |column: &str| to.filter(|to| to.column == column).and_then(|to| key((to.sheet, above)));
        unique.key(&row.cells, above)
    }

    /// The same as the database would have it. A row above that gets a new key has none there yet.
    fn key_there(&self, unique: Unique, row: &Row, own: &Own, present: &Present) -> Option<Vec<String>> {
        let is_new = |at: &(usize, i32)| self.manner.new_keys && own.contains(at);
        let there = |at| self.there(&present.given, at).filter(|_| !is_new(&at)).map(|key| key.to_string());
        self.key_by(unique, row, there)
    }

    /// Looks up what only one row may have and stored rows have.
    pub(super) async fn taken(&self, tx: &mut Tx, patients: &[Vec<Row>], present: &mut Present) -> Result<()> {
        let mut wanted: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
        for patient in patients {
            let own = own(patient);
            for row in patient.iter().filter(|row| self.stored_as(row, present).is_none()) {
                for (at, _, unique) in self.unique(row.sheet) {
                    let key = self.key_there(unique, row, &own, present);
                    wanted.entry((row.sheet, at)).or_default().extend(key.into_iter().flatten().next());
                }
            }
        }
        for ((sheet, at), firsts) in wanted.into_iter().filter(|(_, firsts)| !firsts.is_empty()) {
            let rule = self.unique(sheet).find(|(of, ..)| *of == at);
            let Some(((_, check, unique), sheet_of)) = rule.zip(self.index.folder.sheets.get(sheet)) else { continue };
            let there = like(tx, sheet_of.entity, check, firsts.iter().map(String::as_str)).await?;
            let keys = there.into_iter().filter_map(|(_, cells)| unique.key(&cells, |_| None));
            present.taken.extend(keys.map(|key| (sheet, at, digest(&key))));
        }
        Ok(())
    }

    /// Where a row has what another has and only one may have. `unit` is what earlier rows of its unit have, `held` what those of others have.
    pub(super) fn clash(
        &self,
        row: &Row,
        (own, present): (&Own, &Present),
        unit: &mut Taken,
        held: &[&Held],
    ) -> Result<Option<Fault>> {
        let source = self.index.source(row.source)?;
        let mut fault = None;
        for (at, check, unique) in self.unique(row.sheet) {
            let Some(key) = self.key_by(unique, row, |(sheet, key)| Some(format!("{sheet}:{key}"))) else { continue };
            let taken = (row.sheet, at, digest(&key));
            let there = self.key_there(unique, row, own, present).map(|key| (row.sheet, at, digest(&key)));
            let is_there = there.is_some_and(|there| present.taken.contains(&there));
            if !unit.insert(taken) || is_there || held.iter().any(|held| held.taken.contains(&taken)) {
                let column = check.columns.first().copied().unwrap_or_default();
                fault.get_or_insert_with(|| Fault::new(source.spelled(column), check.code, check.message));
            }
        }
        Ok(fault)
    }

    /// Where a row has another value than a row that it points to, and both must have the same.
    pub(super) fn disagreement(
        &self,
        row: &Row,
        patient: &[Row],
        present: &Present,
        held: &[&Held],
    ) -> Result<Option<Fault>> {
        let source = self.index.source(row.source)?;
        for (check, _, pointer, column) in as_linked(source.sheet.entity.form) {
            let to = row.links.iter().find(|link| link.column == pointer).map(|link| link.to);
            let (Some(to), Some(ours)) = (to, value(row, column)) else { continue };
            let at = (to.0, to.1, column);
            let of_files = match patient.iter().find(|other| (other.sheet, other.key) == to) {
                Some(other) => value(other, column),
                None => held.iter().find_map(|held| held.values.get(&at)).cloned(),
            };
            let differs = match (of_files, present.values.get(&at)) {
                (Some(theirs), _) => theirs != ours,
                (None, Some(theirs)) => self.as_stored(ours, present).as_ref() != Some(theirs),
                (None, None) => false,
            };
            if differs {
                return Ok(Some(Fault::new(source.spelled(pointer), check.code, check.message)));
            }
        }
        Ok(None)
    }

    /// A value as the database has it; none, if it is the key of a row that gets a new one.
    fn as_stored(&self, value: Value, present: &Present) -> Option<String> {
        match value {
            Value::Text(text) => Some(text),
            Value::Key(at) => {
                let in_files = self.index.targets.get(&at.0).is_some_and(|keys| keys.contains(&at.1));
                let there = self.there(&present.given, at).filter(|_| !(self.manner.new_keys && in_files));
                there.map(|key| key.to_string())
            }
        }
    }

    /// Keeps what later rows are held against: of a unit that is sound, all its rows, and what those that are added have alone.
    pub(super) fn keep(&self, held: &mut Held, patient: &[Row], added: &[&Row]) {
        for row in patient.iter().filter(|row| !self.is_of_patient(row)) {
            for column in self.agreed.get(&row.sheet).into_iter().flatten() {
                held.values.extend(value(row, column).map(|value| ((row.sheet, row.key, *column), value)));
            }
        }
        for row in added {
            for (at, _, unique) in self.unique(row.sheet) {
                // Rows of one owner are one unit. What the database has already, it tells itself.
                let key = self.key_by(unique, row, |_| None);
                held.taken.extend(key.map(|key| (row.sheet, at, digest(&key))));
            }
        }
    }
}

impl Held {
    /// Takes what a transaction leaves, when it is over. After a dry run, the database has nothing of it.
    pub(super) fn take(&mut self, other: Held, dry_run: bool) {
        self.values.extend(other.values);
        if dry_run {
            self.taken.extend(other.taken);
        }
    }
}
