//! Writing the rows of a folder, patient by patient: all of a patient's rows or none.
//!
//! Many patients share a transaction, for speed. Where the database refuses it, each of them is written again in one of their
//! own, row by row, so that a bad row costs its own patient and can be named.

use super::{
    folder::Folder,
    index::Index,
    late::{Late, circles, ordered, places, point},
    others::{Held, Taken, agreed, own},
    outcome::{Became, Manner, Outcome, Refusal},
    prepare::prepare,
    present::{Keys, Present},
    row::{Fault, Pointer, Row, of_database},
    sheet::Unit,
};
use crate::{
    db::{Cell, Db, Tx, fault},
    error::{Error, Result},
    write::made::made,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Imports the files of a folder. `reading` is told how many bytes of how many are read, `writing` the same of rows.
pub async fn run(
    db: &Db,
    mut folder: Folder,
    manner: Manner,
    reading: Arc<dyn Fn(u64, u64) + Send + Sync>,
    writing: &(dyn Fn(u64, u64) + Sync),
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    folder.clock = manner.clock;
    folder.theirs.know(db, !manner.dry_run).await?;
    let index = Arc::new(Index::make(db, folder, &mut outcome, reading).await?);
    let total = index.places.len();
    let (agreed, held) = (agreed(&index.folder.sheets), Mutex::default());
    let import = Import { db, index: &index, manner, agreed, settled: Mutex::default(), held };
    let (mut done, mut next) = (0, prepare(&index, 0));
    while done < total {
        let (prepared, end) = next.await.map_err(|error| Error::Internal(error.to_string()))??;
        // The next patients are read and checked while the database takes these.
        next = prepare(&index, end);
        outcome.refused.extend(prepared.refused);
        import.settle(&prepared.patients, &mut outcome).await?;
        done = end;
        writing(done as u64, total as u64);
    }
    // What others point to first: a fault there is why rows of others are refused.
    let place = |refusal: &Refusal| {
        (index.folder.sources.iter().position(|source| source.input.name == refusal.file), refusal.line)
    };
    outcome.refused.sort_by_key(place);
    Ok(outcome)
}

/// Why a transaction was not written, and at which row, where that is known.
struct Stopped<'a> {
    error: Error,
    row: Option<&'a Row>,
}

impl From<Error> for Stopped<'_> {
    fn from(error: Error) -> Self {
        Stopped { error, row: None }
    }
}

pub(super) struct Import<'a> {
    db: &'a Db,
    pub(super) index: &'a Index,
    pub(super) manner: Manner,
    /// The rows that others may point to and that the database has now, by table and key in the file, with their keys there.
    pub(super) settled: Mutex<Keys>,
    /// Of each table, the columns in which rows that point to its rows must agree with them.
    pub(super) agreed: HashMap<usize, BTreeSet<&'static str>>,
    /// What is kept of rows that are settled.
    held: Mutex<Held>,
}

/// Pauses before a transaction that the database took back for another's sake is written again.
const PAUSES_MS: [u64; 4] = [5, 25, 125, 625];

impl Import<'_> {
    /// Writes patients, and adds to the outcome what became of them.
    async fn settle(&self, patients: &[Vec<Row>], outcome: &mut Outcome) -> Result<()> {
        if patients.is_empty() {
            return Ok(());
        }
        match self.again(patients, usize::MAX).await {
            Ok(done) => outcome.add(done),
            Err(Stopped { error: Error::Internal(_), .. }) => {
                for patient in patients {
                    match self.again(std::slice::from_ref(patient), 1).await {
                        Ok(done) => outcome.add(done),
                        Err(Stopped { error: Error::Internal(text), row: Some(refused) }) => {
                            self.refuse(patient, refused, &text, outcome)?;
                        }
                        Err(stopped) => return Err(stopped.error),
                    }
                }
            }
            Err(stopped) => return Err(stopped.error),
        }
        Ok(())
    }

    fn refuse(&self, patient: &[Row], refused: &Row, text: &str, outcome: &mut Outcome) -> Result<()> {
        for row in patient {
            let source = self.index.source(row.source)?;
            outcome.refused.push(match std::ptr::eq(row, refused) {
                true => Refusal::new(source, row.line, of_database(source, text)),
                false => Refusal::left_out(source, row.line),
            });
        }
        Ok(())
    }

    /// Writes patients in one transaction, again where the database took it back for another's sake.
    async fn again<'r>(&self, patients: &'r [Vec<Row>], most: usize) -> Result<Outcome, Stopped<'r>> {
        for pause in PAUSES_MS {
            match self.write(patients, most).await {
                Err(stopped) if fault::asks_again(&stopped.error) => {
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                ended => return ended,
            }
        }
        // Whoever is still in the way is no reason to refuse a patient.
        self.write(patients, most).await.map_err(|stopped| match fault::asks_again(&stopped.error) {
            true => Error::Timeout("waiting for other transactions").into(),
            false => stopped,
        })
    }

    /// Writes patients in one transaction, at most so many rows in a statement.
    async fn write<'r>(&self, patients: &'r [Vec<Row>], most: usize) -> Result<Outcome, Stopped<'r>> {
        let mut tx = Tx::begin(self.db).await?;
        let mut outcome = Outcome::default();
        let mut fresh: BTreeMap<usize, Vec<&Row>> = BTreeMap::new();
        let mut present = self.present(&mut tx, patients).await?;
        let mut sound: HashSet<(usize, i32)> = HashSet::new();
        let mut held = Held::default();
        for patient in patients {
            let refused = outcome.refused.len();
            let added = self.added(patient, (&present, &held), &mut outcome)?;
            if outcome.refused.len() == refused {
                self.keep(&mut held, patient, &added);
                let pointed = patient.iter().filter(|row| self.index.targets.contains_key(&row.sheet));
                let is_there = |row: &&Row| !self.is_removed(row, &present);
                let there = |row: &Row| present.given.get(&(row.sheet, row.key)).copied().unwrap_or(row.key);
                let pointed: Vec<_> = pointed.filter(is_there).map(|row| ((row.sheet, row.key), there(row))).collect();
                sound.extend(pointed.iter().map(|(at, _)| *at));
                present.targets.extend(pointed);
            }
            let is_patient = patient.first().is_some_and(|row| self.is_of_patient(row));
            outcome.patients += u64::from(is_patient && !added.is_empty());
            for row in added {
                outcome.count(row.source, Became::Added);
                fresh.entry(row.source).or_default().push(row);
            }
        }
        // Keys that rows are given come in the place of those that they had.
        let Present { targets: mut keys, given, .. } = present;
        keys.extend(given);
        if !self.manner.dry_run {
            for (source, rows) in fresh {
                let (rows, mut late) = (ordered(rows), Vec::new());
                let unknown = if self.are_given() { HashSet::new() } else { places(&rows) };
                for rows in rows.chunks(most) {
                    let inserted = self.insert(&mut tx, source, rows, &unknown, (&mut keys, &mut late)).await;
                    inserted.map_err(|error| Stopped { error, row: rows.first().copied().filter(|_| most == 1) })?;
                }
                let table = self.index.source(source)?.sheet.entity.table;
                let pointed = point(&mut tx, table, late, most, |at| self.there(&keys, at)).await;
                pointed.map_err(|(error, row)| Stopped { error, row: row.filter(|_| most == 1) })?;
            }
        }
        tx.commit().await?;
        keys.retain(|at, _| sound.contains(at));
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).extend(keys);
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take(held, self.manner.dry_run);
        Ok(outcome)
    }

    /// Whether the files say which keys their rows have in the database.
    fn are_given(&self) -> bool {
        !self.manner.new_keys && !self.is_theirs()
    }

    pub(super) fn is_of_patient(&self, row: &Row) -> bool {
        self.index.folder.sheets.get(row.sheet).is_some_and(|sheet| sheet.unit(row.above.0.into()) == Unit::Patient)
    }

    /// Whether a row of another system was imported before and removed here since.
    fn is_removed(&self, row: &Row, present: &Present) -> bool {
        let was_given = present.given.contains_key(&(row.sheet, row.key));
        was_given && !self.manner.restore && self.stored_as(row, present).is_none()
    }

    /// The rows of a patient that the database lacks; none, where it has another in the place of one of them, where one points
    /// to a row that is neither in the database nor written with it, or where a rule between rows is broken.
    fn added<'r>(
        &self,
        patient: &'r [Row],
        (present, held): (&Present, &Held),
        outcome: &mut Outcome,
    ) -> Result<Vec<&'r Row>> {
        let (mut added, mut others) = (Vec::with_capacity(patient.len()), Vec::new());
        let above = |row: &Row| {
            let (owner, key) = row.above;
            Some((self.index.folder.sheets.get(row.sheet)?.above.get(usize::from(owner))?.sheet, key))
        };
        // The database has no rows yet of a patient who gets a new key.
        let is_new = self.manner.new_keys && patient.iter().any(|row| above(row).is_none());
        let mut removed: HashSet<(usize, i32)> = HashSet::new();
        let circles = circles(patient);
        let (own, mut unit) = (own(patient), Taken::new());
        let settled = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = [held, &*settled];
        for row in patient {
            if self.is_removed(row, present) || above(row).is_some_and(|above| removed.contains(&above)) {
                removed.insert((row.sheet, row.key));
                outcome.count(row.source, Became::Removed);
                continue;
            }
            let stored = self.stored_as(row, present);
            let different = match stored {
                Some(texts) => self.different(row, texts, &present.given)?,
                None => None,
            };
            // Where the row is stored already as it is, what it points to is not asked for again.
            if stored.is_some() && different.is_none() {
                outcome.count(row.source, Became::Unchanged);
                continue;
            }
            let is_there = |pointer: &Pointer| {
                let in_database = match pointer.within {
                    true => !is_new && present.patients.get(&pointer.to).copied() == self.patient_of(row, present),
                    false => present.targets.contains_key(&pointer.to),
                };
                in_database || own.contains(&pointer.to) && !removed.contains(&pointer.to)
            };
            let circle = row.links.iter().find(|pointer| circles.contains(&(row.sheet, row.key, pointer.column)));
            if let Some(pointer) = circle {
                let source = self.index.source(row.source)?;
                let (code, reason) = match pointer.to == (row.sheet, row.key) {
                    true => ("ITSELF", "this points to the row itself"),
                    false => {
                        ("CIRCLE", "this closes a circle: following the rows that it points to leads back to this row")
                    }
                };
                others.push(Refusal::new(source, row.line, Fault::new(source.spelled(pointer.column), code, reason)));
                continue;
            }
            if let Some(pointer) = row.links.iter().find(|pointer| !is_there(pointer)) {
                let source = self.index.source(row.source)?;
                let reason = match pointer.within {
                    true => {
                        "this points to no row of the same patient, neither in the files nor in the database, or to one that is refused"
                    }
                    false => "the row that this points to is refused, or in neither the files nor the database",
                };
                let fault = Fault::new(source.spelled(pointer.column), "REFERENCE", reason);
                others.push(Refusal::new(source, row.line, fault));
                continue;
            }
            let apart = self.disagreement(row, patient, present, &held)?;
            let clash = match different {
                None => self.clash(row, (&own, present), &mut unit, &held)?,
                Some(_) => None,
            };
            match apart.or(different).or(clash) {
                None => added.push(row),
                Some(fault) => others.push(Refusal::new(self.index.source(row.source)?, row.line, fault)),
            }
        }
        if others.is_empty() {
            return Ok(added);
        }
        outcome.refused.append(&mut others);
        for row in added {
            outcome.refused.push(Refusal::left_out(self.index.source(row.source)?, row.line));
        }
        Ok(Vec::new())
    }

    /// The key in the database of the patient whose row this is.
    fn patient_of(&self, row: &Row, present: &Present) -> Option<i32> {
        let root = self.index.folder.sheets.get(row.sheet)?.root(row.above.0.into());
        self.index.owners.get(&row.of).copied().or_else(|| self.there(&present.given, (root, row.of)))
    }

    /// Adds rows of a source. `keys` are those that rows of the files have in the database, by table and key in the file. A reference to
    /// a row whose key is `unknown` yet is late.
    async fn insert<'r>(
        &self,
        tx: &mut Tx,
        source: usize,
        rows: &[&'r Row],
        unknown: &HashSet<(usize, i32)>,
        (keys, late): (&mut Keys, &mut Late<'r>),
    ) -> Result<()> {
        let source = self.index.source(source)?;
        let (table, sheet) = (source.sheet.entity.table, source.at);
        let missing = || Error::Internal("a row that another hangs below has no key".into());
        let are_given = self.are_given();
        let (mut columns, mut lines) = (Vec::new(), Vec::with_capacity(rows.len()));
        for row in rows {
            let mut cells = made(source.sheet.entity, &row.cells, self.manner.new_keys)?.cells(source.sheet.entity);
            for pointer in &row.links {
                let there = match unknown.contains(&pointer.to) {
                    true => {
                        late.push((row, pointer));
                        Cell::Text(None)
                    }
                    false => Cell::Int(self.there(keys, pointer.to).ok_or_else(missing)?.into()),
                };
                // In its place: all rows of a statement have the same columns in the same order.
                let cell = cells.iter_mut().find(|(column, _)| *column == pointer.column);
                cell.into_iter().for_each(|(_, cell)| *cell = there.clone());
            }
            let (owner, above) = row.above;
            for (at, to) in source.sheet.above.iter().enumerate() {
                let is = at == usize::from(owner);
                let key = if is { Some(self.there(keys, (to.sheet, above)).ok_or_else(missing)?) } else { None };
                cells.push((to.column, key.map_or(Cell::Text(None), |key| Cell::Int(key.into()))));
            }
            if are_given {
                cells.push((table.key, Cell::Int(row.key.into())));
            }
            // Every row of a source has the same columns.
            columns = cells.iter().map(|(column, _)| *column).collect();
            lines.push(cells.into_iter().map(|(_, cell)| cell).collect());
        }
        let given = tx.insert(table, &columns, lines).await?;
        if given.len() != rows.len() {
            return Err(Error::Internal(format!("{} rows were added in the place of {}", given.len(), rows.len())));
        }
        if let Some(theirs) =
            source.recipe.as_ref().and_then(|recipe| self.index.folder.theirs.in_database(recipe.table))
        {
            let own = rows.iter().zip(&given).filter_map(|(row, key)| Some((&*row.own.as_ref()?.key, *key)));
            tx.note_imported(theirs, &own.collect::<Vec<_>>(), self.manner.restore).await?;
        }
        if !are_given {
            keys.extend(rows.iter().zip(given).map(|(row, key)| ((sheet, row.key), key)));
        }
        Ok(())
    }
}
