//! Writing the rows of a folder, patient by patient: all of a patient's rows or none.
//!
//! Many patients share a transaction, for speed. Where the database refuses it, each of them is written again in one of their
//! own, row by row, so that a bad row costs its own patient and can be named.

use super::{
    folder::{Folder, Source},
    index::{Index, Place},
    late::{Late, point, waits},
    row::{Fault, Pointer, Row, different, disagreement, of_database, row},
    sheet::Unit,
};
use crate::{
    db::{
        Cell, Db, Tx,
        change::{Texts, as_lists, of_list},
        fault,
    },
    error::{Error, Result},
    write::made::made,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How to import.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Gives every row a new key.
    pub new_keys: bool,
    /// Checks everything and writes nothing.
    pub dry_run: bool,
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
    /// Rows that were not written, in the order of the tables.
    pub refused: Vec<Refusal>,
}

impl Refusal {
    pub(super) fn new(source: &Source, line: u32, fault: Fault) -> Self {
        Refusal { file: source.name.clone(), line, column: fault.column, code: fault.code, reason: fault.reason }
    }

    fn left_out(source: &Source, line: u32) -> Self {
        Refusal::new(source, line, Fault::new("", LEFT_OUT, "another row of the same patient is refused"))
    }

    /// Whether the row is right itself, and left out because of another.
    pub fn is_left_out(&self) -> bool {
        self.code == LEFT_OUT
    }
}

/// Imports the files of a folder. `reading` is told how many bytes of how many are read, `writing` the same of rows.
pub async fn run(
    db: &Db,
    folder: Folder,
    manner: Manner,
    reading: Arc<dyn Fn(u64, u64) + Send + Sync>,
    writing: &(dyn Fn(u64, u64) + Sync),
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let index = Arc::new(Index::make(db, folder, &mut outcome.refused, reading).await?);
    let total = index.places.len();
    let import = Import { db, index: &index, manner, settled: Mutex::default() };
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
        let of_file = |source: &Option<Source>| source.as_ref().is_some_and(|source| source.name == refusal.file);
        (index.folder.sources.iter().position(of_file), refusal.line)
    };
    outcome.refused.sort_by_key(place);
    Ok(outcome)
}

/// Patients whose rows are all right, and what is wrong with the rows of others.
#[derive(Default)]
struct Prepared {
    patients: Vec<Vec<Row>>,
    refused: Vec<Refusal>,
}

type Preparing = tokio::task::JoinHandle<Result<(Prepared, usize)>>;

/// Reads and checks the next patients on a thread of its own, and says where they end.
fn prepare(index: &Arc<Index>, from: usize) -> Preparing {
    let index = index.clone();
    tokio::task::spawn_blocking(move || {
        let range = index.chunk(from);
        let end = range.end;
        let mut prepared = Prepared::default();
        for places in index.places.get(range).unwrap_or_default().chunk_by(|a, b| index.unit(a) == index.unit(b)) {
            prepared.patient(&index, places)?;
        }
        Ok((prepared, end))
    })
}

impl Prepared {
    fn patient(&mut self, index: &Index, places: &[Place]) -> Result<()> {
        let (mut rows, mut faults) = (Vec::with_capacity(places.len()), Vec::new());
        for place in places {
            let sheet = usize::from(place.sheet);
            let source = index.source(sheet)?;
            let record = source.record(place.at, place.length)?;
            match row(source, sheet, (place.at.line, place.of), &record) {
                Ok(row) if row.key != place.key => {
                    return Err(Error::Setup(format!("{} was changed while it was read", source.name)));
                }
                Ok(row) if place.again => {
                    let column = source.spelled(source.sheet.entity.table.key);
                    let fault = Fault::new(column, "DUPLICATE", "an earlier row of the file has the same key");
                    faults.push(Refusal::new(source, row.line, fault));
                }
                Ok(row) => rows.push(row),
                Err(all) => {
                    faults.extend(all.into_iter().map(|fault| Refusal::new(source, place.at.line, fault)));
                }
            }
        }
        if faults.is_empty() {
            self.patients.push(rows);
            return Ok(());
        }
        self.refused.append(&mut faults);
        for row in rows {
            self.refused.push(Refusal::left_out(index.source(row.sheet)?, row.line));
        }
        Ok(())
    }
}

impl Index {
    fn is_of_patient(&self, row: &Row) -> bool {
        self.folder.sheets.get(row.sheet).is_some_and(|sheet| sheet.unit(row.above.0.into()) == Unit::Patient)
    }

    fn source(&self, sheet: usize) -> Result<&Source> {
        let source = self.folder.sources.get(sheet).and_then(Option::as_ref);
        source.ok_or_else(|| Error::Internal("a row is of no file".into()))
    }
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

struct Import<'a> {
    db: &'a Db,
    index: &'a Index,
    manner: Manner,
    /// The rows that others may point to and that the database has now, by table and key in the file, with their keys there.
    settled: Mutex<Keys>,
}

/// Keys in the database, by table and key in the file.
type Keys = HashMap<(usize, i32), i32>;

/// The rows that rows point to and that the database has.
#[derive(Default)]
struct Present {
    /// Their keys there.
    keys: Keys,
    /// The patients of those that must be of the same patient as the row.
    patients: Keys,
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
            let source = self.index.source(row.sheet)?;
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
        let stored = match self.manner.new_keys {
            true => HashMap::new(),
            false => self.stored(&mut tx, patients).await?,
        };
        let mut outcome = Outcome::default();
        let mut fresh: BTreeMap<usize, Vec<&Row>> = BTreeMap::new();
        let mut present = self.present(&mut tx, patients).await?;
        for patient in patients {
            let refused = outcome.refused.len();
            let added = self.added(patient, &stored, &present, &mut outcome)?;
            if outcome.refused.len() == refused {
                let pointed = patient.iter().filter(|row| self.index.targets.contains_key(&row.sheet));
                present.keys.extend(pointed.map(|row| ((row.sheet, row.key), row.key)));
            }
            let is_patient = patient.first().is_some_and(|row| self.index.is_of_patient(row));
            outcome.patients += u64::from(is_patient && !added.is_empty());
            outcome.added += added.len() as u64;
            for row in added {
                fresh.entry(row.sheet).or_default().push(row);
            }
        }
        let mut keys = present.keys;
        if !self.manner.dry_run {
            for (sheet, rows) in fresh {
                let mut late = Vec::new();
                for rows in rows.chunks(most) {
                    let inserted = self.insert(&mut tx, sheet, rows, (&mut keys, &mut late)).await;
                    inserted.map_err(|error| Stopped { error, row: rows.first().copied().filter(|_| most == 1) })?;
                }
                let pointed = point(&mut tx, self.index.source(sheet)?.sheet.entity.table, late, &keys).await;
                pointed.map_err(|(error, row)| Stopped { error, row: Some(row).filter(|_| most == 1) })?;
            }
        }
        tx.commit().await?;
        keys.retain(|(sheet, key), _| self.index.targets.get(sheet).is_some_and(|keys| keys.contains(key)));
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).extend(keys);
        Ok(outcome)
    }

    /// The rows that these rows point to and that the database has, with their keys there. A row of the files that was refused is not
    /// among them, whatever row the database has under its key.
    async fn present(&self, tx: &mut Tx, patients: &[Vec<Row>]) -> Result<Present> {
        let mut wanted: BTreeMap<usize, BTreeSet<i32>> = BTreeMap::new();
        let mut within: BTreeSet<usize> = BTreeSet::new();
        let mut present = Present::default();
        {
            let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            for pointer in patients.iter().flatten().flat_map(|row| &row.links) {
                let (to, key) = pointer.to;
                match settled.get(&pointer.to) {
                    Some(there) => {
                        present.keys.insert(pointer.to, *there);
                    }
                    None if self.index.targets.get(&to).is_some_and(|keys| keys.contains(&key)) => {}
                    None => {
                        wanted.entry(to).or_default().insert(key);
                        within.extend(pointer.within.then_some(to));
                    }
                }
            }
        }
        for (to, keys) in wanted {
            let Some(table) = self.index.folder.sheets.get(to).map(|sheet| sheet.entity.table) else { continue };
            let keys: Vec<i32> = keys.into_iter().collect();
            if within.contains(&to) {
                let of = tx.patients_of(table, &keys).await?;
                present.patients.extend(of.into_iter().map(|(key, patient)| ((to, key), patient)));
            }
            let sql = as_lists(tx.dialect(), table, &[table.key], &keys);
            let found = tx.conn().texts(sql).await?;
            present.keys.extend(found.into_iter().map(|(key, _)| ((to, key), key)));
        }
        Ok(present)
    }

    /// The rows of a patient that the database lacks; none, where it has another in the place of one of them, or where one points
    /// to a row that is neither in the database nor written with it.
    fn added<'r>(
        &self,
        patient: &'r [Row],
        stored: &Stored,
        present: &Present,
        outcome: &mut Outcome,
    ) -> Result<Vec<&'r Row>> {
        let (mut added, mut others, mut same) = (Vec::with_capacity(patient.len()), Vec::new(), 0);
        let has_above =
            |row: &Row| self.index.folder.sheets.get(row.sheet).is_some_and(|sheet| !sheet.above.is_empty());
        // The database has no rows yet of a patient who gets a new key.
        let is_new = self.manner.new_keys && patient.iter().any(|row| !has_above(row));
        for row in patient {
            // Where the row is stored already as it is, what it points to is not asked for again.
            if let Some(texts) = stored.get(&(row.sheet, row.key))
                && different(self.index.source(row.sheet)?, row, texts).is_none()
            {
                same += 1;
                continue;
            }
            let is_there = |pointer: &Pointer| {
                let in_database = match pointer.within {
                    true => !is_new && present.patients.get(&pointer.to) == Some(&row.of),
                    false => present.keys.contains_key(&pointer.to),
                };
                // A row that points to itself points to none.
                let is_itself = pointer.to == (row.sheet, row.key);
                !is_itself && (in_database || patient.iter().any(|other| (other.sheet, other.key) == pointer.to))
            };
            if let Some(pointer) = row.links.iter().find(|pointer| !is_there(pointer)) {
                let source = self.index.source(row.sheet)?;
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
            if let Some(fault) = disagreement(self.index.source(row.sheet)?, row, patient) {
                others.push(Refusal::new(self.index.source(row.sheet)?, row.line, fault));
                continue;
            }
            match stored.get(&(row.sheet, row.key)) {
                None => added.push(row),
                Some(texts) => {
                    let source = self.index.source(row.sheet)?;
                    let fault = different(source, row, texts);
                    others.extend(fault.map(|fault| Refusal::new(source, row.line, fault)));
                }
            }
        }
        outcome.unchanged += same;
        if others.is_empty() {
            return Ok(added);
        }
        outcome.refused.append(&mut others);
        for row in added {
            outcome.refused.push(Refusal::left_out(self.index.source(row.sheet)?, row.line));
        }
        Ok(Vec::new())
    }

    /// The stored rows that have the keys of these.
    async fn stored(&self, tx: &mut Tx, patients: &[Vec<Row>]) -> Result<Stored> {
        let mut keys: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
        for row in patients.iter().flatten() {
            keys.entry(row.sheet).or_default().push(row.key);
        }
        let mut stored = HashMap::new();
        for (sheet, keys) in keys {
            let source = self.index.source(sheet)?;
            let columns: Vec<&str> = source.columns.iter().map(|(_, slot)| source.sheet.column(*slot)).collect();
            let sql = as_lists(tx.dialect(), source.sheet.entity.table, &columns, &keys);
            for (key, list) in tx.conn().texts(sql).await? {
                stored.insert((sheet, key), of_list(&list.unwrap_or_default())?);
            }
        }
        Ok(stored)
    }

    /// Adds rows of a table. `keys` are those that rows of the files were given, by table and key in the file. A reference to a row of the
    /// same table that is not there yet is `late`.
    async fn insert<'r>(
        &self,
        tx: &mut Tx,
        sheet: usize,
        rows: &[&'r Row],
        (keys, late): (&mut Keys, &mut Late<'r>),
    ) -> Result<()> {
        let source = self.index.source(sheet)?;
        let table = source.sheet.entity.table;
        let (mut columns, mut lines) = (Vec::new(), Vec::with_capacity(rows.len()));
        for row in rows {
            let mut cells = made(source.sheet.entity, &row.cells)?.cells(source.sheet.entity);
            for pointer in &row.links {
                let there = match waits(row, pointer, self.manner.new_keys) {
                    true => {
                        late.push((row, pointer));
                        Cell::Text(None)
                    }
                    false => Cell::Int(keys.get(&pointer.to).copied().unwrap_or(pointer.to.1).into()),
                };
                cells.retain(|(column, _)| *column != pointer.column);
                cells.push((pointer.column, there));
            }
            let (owner, above) = row.above;
            for (at, to) in source.sheet.above.iter().enumerate() {
                let key = keys.get(&(to.sheet, above)).copied().unwrap_or(above);
                let is = at == usize::from(owner);
                cells.push((to.column, if is { Cell::Int(key.into()) } else { Cell::Text(None) }));
            }
            if !self.manner.new_keys {
                cells.push((table.key, Cell::Int(row.key.into())));
            }
            // Every row of a file has the same columns.
            columns = cells.iter().map(|(column, _)| *column).collect();
            lines.push(cells.into_iter().map(|(_, cell)| cell).collect());
        }
        let given = tx.insert(table, &columns, lines).await?;
        if given.len() != rows.len() {
            return Err(Error::Internal(format!("{} rows were added in the place of {}", given.len(), rows.len())));
        }
        if self.manner.new_keys {
            keys.extend(rows.iter().zip(given).map(|(row, key)| ((sheet, row.key), key)));
        }
        Ok(())
    }
}

/// Rows as they are stored, by table and key: a text for each column of the file.
type Stored = HashMap<(usize, i32), Texts>;

impl Outcome {
    fn add(&mut self, other: Outcome) {
        self.patients += other.patients;
        self.added += other.added;
        self.unchanged += other.unchanged;
        self.refused.extend(other.refused);
    }
}
