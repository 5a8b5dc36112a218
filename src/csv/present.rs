//! What the database has already of the rows that are to be written, and of those that they hang below or point to.

use super::{
    import::Import,
    others::Taken,
    row::{Fault, Named, Row, is_same},
    sheet::Slot,
};
use crate::{
    db::{
        Tx, ValueKind,
        change::{Texts, as_lists, of_list},
    },
    error::Result,
    graphql::rules::{Absent, ColumnRule},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::PoisonError,
};

/// Keys in the database, by table and key in the file.
pub(super) type Keys = HashMap<(usize, i32), i32>;

/// The rows that the database has.
#[derive(Default)]
pub(super) struct Present {
    /// The keys there of rows that others point to. A row of the files that was refused is not among them, whatever row the database has
    /// under its key.
    pub(super) targets: Keys,
    /// The patients of those that must be of the same patient as the row.
    pub(super) patients: Keys,
    /// The keys that rows of another system were given here, whether the rows are still there or not.
    pub(super) given: Keys,
    /// The rows that have the keys of those of the files, by source and key there: a text for each column of the source.
    pub(super) stored: HashMap<(usize, i32), Texts>,
    /// What only one row may have, and stored rows have.
    pub(super) taken: Taken,
    /// By table, key in the file and column, values of rows of the database with which those that point to them must agree.
    pub(super) values: HashMap<(usize, i32, &'static str), String>,
}

impl Import<'_> {
    /// The key in the database of a row of the files, if it has one yet. Keys of our own files are the database's.
    pub(super) fn there(&self, given: &Keys, at: (usize, i32)) -> Option<i32> {
        let found = given.get(&at).copied();
        if self.is_theirs() { found } else { found.or(Some(at.1)) }
    }

    pub(super) fn is_theirs(&self) -> bool {
        !self.index.folder.theirs.tables.is_empty()
    }

    /// What the database has.
    pub(super) async fn present(&self, tx: &mut Tx, patients: &[Vec<Row>]) -> Result<Present> {
        let mut present = Present { given: self.given(tx, patients).await?, ..Present::default() };
        if !self.manner.new_keys {
            self.stored(tx, patients, &mut present).await?;
        }
        self.targets(tx, patients, &mut present).await?;
        self.taken(tx, patients, &mut present).await?;
        Ok(present)
    }

    /// The keys that rows of another system were given here: these rows, and those that they hang below or point to.
    async fn given(&self, tx: &mut Tx, patients: &[Vec<Row>]) -> Result<Keys> {
        let mut wanted: BTreeMap<u8, HashMap<&str, (usize, i32)>> = BTreeMap::new();
        let named = patients.iter().flatten().flat_map(|row| row.own.iter().chain(&row.others));
        for Named { at, table, key } in named {
            wanted.entry(*table).or_default().insert(key, *at);
        }
        let mut given = HashMap::new();
        for (table, keys) in wanted {
            let texts: Vec<&str> = keys.keys().copied().collect();
            for (ours, key) in self.index.folder.theirs.find(tx.conn(), table, &texts).await? {
                given.extend(keys.get(key.as_str()).map(|at| (*at, ours)));
            }
        }
        Ok(given)
    }

    /// The stored rows that have the keys of these.
    async fn stored(&self, tx: &mut Tx, patients: &[Vec<Row>], present: &mut Present) -> Result<()> {
        let mut keys: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        for row in patients.iter().flatten() {
            let key = self.there(&present.given, (row.sheet, row.key));
            keys.entry(row.source).or_default().extend(key);
        }
        for (at, keys) in keys.into_iter().filter(|(_, keys)| !keys.is_empty()) {
            let source = self.index.source(at)?;
            let columns: Vec<&str> = source.columns.iter().map(|(_, slot)| source.sheet.column(*slot)).collect();
            let sql = as_lists(tx.dialect(), source.sheet.entity.table, &columns, &keys);
            for (key, list) in tx.conn().texts(sql).await? {
                present.stored.insert((at, key), of_list(&list.unwrap_or_default())?);
            }
        }
        Ok(())
    }

    /// The rows that these point to.
    async fn targets(&self, tx: &mut Tx, patients: &[Vec<Row>], present: &mut Present) -> Result<()> {
        let mut wanted: BTreeMap<usize, BTreeMap<i32, Vec<i32>>> = BTreeMap::new();
        let mut within: BTreeSet<usize> = BTreeSet::new();
        {
            let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            for pointer in patients.iter().flatten().flat_map(|row| &row.links) {
                let (to, key) = pointer.to;
                match settled.get(&pointer.to) {
                    Some(there) => {
                        present.targets.insert(pointer.to, *there);
                    }
                    None if self.index.targets.get(&to).is_some_and(|keys| keys.contains(&key)) => {}
                    None => {
                        let there = self.there(&present.given, pointer.to);
                        let keys = wanted.entry(to).or_default();
                        // Several keys of theirs may name one row of ours.
                        there.into_iter().for_each(|there| keys.entry(there).or_default().push(key));
                        within.extend(pointer.within.then_some(to));
                    }
                }
            }
        }
        for (to, keys) in wanted.into_iter().filter(|(_, keys)| !keys.is_empty()) {
            let Some(table) = self.index.folder.sheets.get(to).map(|sheet| sheet.entity.table) else { continue };
            let there: Vec<i32> = keys.keys().copied().collect();
            let in_file = |there: i32| keys.get(&there).into_iter().flatten().map(move |key| (to, *key));
            if within.contains(&to) {
                let of = tx.patients_of(table, &there).await?;
                for (there, patient) in of {
                    present.patients.extend(in_file(there).map(|at| (at, patient)));
                }
            }
            let agreed: Vec<&str> = self.agreed.get(&to).into_iter().flatten().copied().collect();
            let columns = if agreed.is_empty() { vec![table.key] } else { agreed.clone() };
            let sql = as_lists(tx.dialect(), table, &columns, &there);
            for (there, list) in tx.conn().texts(sql).await? {
                let cells = if agreed.is_empty() { Vec::new() } else { of_list(&list.unwrap_or_default())? };
                for (to, key) in in_file(there) {
                    present.targets.insert((to, key), there);
                    let cells = agreed.iter().zip(&cells).filter_map(|(column, cell)| Some((*column, cell.clone()?)));
                    present.values.extend(cells.map(|(column, cell)| ((to, key, column), cell)));
                }
            }
        }
        Ok(())
    }

    /// The stored row of the key of a row.
    pub(super) fn stored_as<'p>(&self, row: &Row, present: &'p Present) -> Option<&'p Texts> {
        let key = self.there(&present.given, (row.sheet, row.key))?;
        present.stored.get(&(row.source, key))
    }

    /// Where a row differs from the stored one of the same key. Spellings of one value are the same.
    pub(super) fn different(&self, row: &Row, texts: &Texts, given: &Keys) -> Result<Option<Fault>> {
        let source = self.index.source(row.source)?;
        let key =
            |at: (usize, i32), text: Option<&str>| text.map(str::parse).transpose().ok() == Some(self.there(given, at));
        let (owner, above) = row.above;
        let hangs = |at: usize| {
            let to = source.sheet.above.get(at).filter(|_| at == usize::from(owner));
            to.map(|to| (to.sheet, above))
        };
        let same = |slot: Slot, text: Option<&str>| match slot {
            Slot::Key => true,
            Slot::Above(at) => match hangs(at) {
                Some(above) => key(above, text),
                None => text.is_none(),
            },
            Slot::Link(column, _) => match row.links.iter().find(|pointer| pointer.column == column.name) {
                Some(pointer) => key(pointer.to, text),
                None => text.is_none(),
            },
            // The row got a value where it brought none.
            Slot::Value(column, _) if column.absent == Absent::Made && row.cells.get(column.name).is_none() => true,
            Slot::Value(column, kind) => is_same(kind, column, text, row.cells.get(column.name)),
            Slot::Stamp(name) => is_same(ValueKind::DateTime, &ColumnRule::of(name), text, row.cells.get(name)),
        };
        let mut cells = source.columns.iter().zip(texts);
        let differing = cells.find(|((_, slot), text)| !same(*slot, text.as_deref()));
        let reason = "the database has this row already, with another value here";
        Ok(differing.map(|((name, _), _)| Fault::new(name, "EXISTS", reason)))
    }
}
