//! Where each patient's rows stand in the files. The files may be in any order and larger than memory, so a first pass notes
//! the place of each row and whose it is; rows are read a second time when their patient is written.

use super::{
    folder::{Folder, Input, Source},
    outcome::{Outcome, Refusal, Tally},
    row::{Fault, Reading},
    sheet::Unit,
    text::{At, fields},
    theirs::Theirs,
};
use crate::{
    db::{Db, Sql, Table},
    error::{Error, Result},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

/// A row in a file: 32 bytes, because there are many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The key of the row above, and later of the unit (the patient); [`NOBODY`] where there is none.
    pub(super) of: i32,
    pub(super) key: i32,
    pub(super) at: At,
    pub(super) length: u32,
    /// The item of the record's list that it is.
    pub(super) item: u16,
    /// What it comes from, as a place in the list of sources.
    pub(super) source: u8,
    marks: Marks,
}

/// Which of the tables above a row hangs below, and whether an earlier row has the same key: eight bits for both.
#[derive(Debug, Clone, Copy, Default)]
struct Marks(u8);

const AGAIN: u8 = 0x80;

impl Place {
    /// Which of the tables above it hangs below.
    pub(super) fn above(&self) -> usize {
        usize::from(self.marks.0 & !AGAIN)
    }

    /// Whether an earlier row has the same key.
    pub(super) fn is_again(&self) -> bool {
        self.marks.0 & AGAIN != 0
    }
}

/// Keys are greater.
const NOBODY: i32 = 0;

/// Keys of one look-up.
const KEYS: usize = 5_000;
/// What is written in one transaction: rows, and bytes of their files. A statement stays below `max_allowed_packet`.
const ROWS: usize = 5_000;
const BYTES: u64 = 4 << 20;

/// The rows of a folder, unit after unit, each row after the one above it.
pub(super) struct Index {
    pub(super) folder: Folder,
    pub(super) places: Vec<Place>,
    /// Of each table that rows of the files point to, the keys in its file.
    pub(super) targets: HashMap<usize, HashSet<i32>>,
    /// Of units that are in the database and in no file of another system: their keys there.
    pub(super) owners: HashMap<i32, i32>,
}

impl Index {
    /// Reads the files, and looks up in the database whose the rows are that hang below none of theirs. Rows of which that
    /// cannot be told are refused.
    pub(super) async fn make(
        db: &Db,
        mut folder: Folder,
        outcome: &mut Outcome,
        progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
    ) -> Result<Self> {
        let scan = move || {
            let mut scan = Scan::of(&mut folder);
            let (mut before, total) = (0, folder.bytes());
            for file in &folder.files {
                scan.file(&folder, file, &mut |read| progress(before + read, total))?;
                before += file.bytes;
            }
            Ok::<_, Error>((folder, scan))
        };
        let scanned = tokio::task::spawn_blocking(scan).await.map_err(|error| Error::Internal(error.to_string()))?;
        let (mut folder, scan) = scanned?;
        let Scan { mut tables, refused, tallies, untaken, theirs } = scan;
        folder.theirs = theirs;
        let mut owners = HashMap::new();
        outcome.refused.extend(refused);
        outcome.tables.extend(tallies);
        outcome.untaken.extend(untaken);
        for at in 0..tables.len() {
            let (above, rest) = tables.split_at_mut(at);
            let (Some(places), Some(sheet)) = (rest.first_mut(), folder.sheets.get(at)) else { continue };
            for (owner, to) in sheet.above.iter().enumerate() {
                if let (Some(parents), Some(parent)) = (above.get(to.sheet), folder.sheets.get(to.sheet)) {
                    let below = Below { owner, parents, parent: parent.entity.table, root: sheet.root(owner) };
                    belong(db, places, &below, &mut folder.theirs, &mut owners).await?;
                }
            }
        }
        let mut targets = HashMap::new();
        for (to, _) in folder.sources.iter().flat_map(|source| &source.sheet.links) {
            let keys = tables.get(*to).into_iter().flatten().map(|place| place.key);
            targets.entry(*to).or_insert_with(|| keys.collect());
        }
        let mut places = Vec::with_capacity(tables.iter().map(Vec::len).sum());
        for table in tables {
            places.extend(table);
        }
        let no_orphan = |place: &Place| {
            if place.of == NOBODY
                && let Some(source) = folder.sources.get(usize::from(place.source))
            {
                let above = source.sheet.above.get(place.above());
                let column = above.map_or("", |above| source.spelled(above.column));
                let reason =
                    "what this row hangs below belongs to no patient, neither in the files nor in the database";
                outcome.refused.push(Refusal::new(source, place.at.line, Fault::new(column, "ORPHAN", reason)));
            }
            place.of != NOBODY
        };
        places.retain(no_orphan);
        let mut index = Index { folder, places: Vec::new(), targets, owners };
        places.sort_unstable_by_key(|place| (index.unit(place), place.source, place.key, place.at.line, place.item));
        index.places = places;
        Ok(index)
    }

    pub(super) fn source(&self, source: usize) -> Result<&Source> {
        self.folder.sources.get(source).ok_or_else(|| Error::Internal("a row is of no file".into()))
    }

    /// What a row is written with: the kind of unit, and the key of the patient or of the row of reference data.
    pub(super) fn unit(&self, place: &Place) -> (Unit, i32) {
        let source = self.folder.sources.get(usize::from(place.source));
        (source.map_or(Unit::Patient, |source| source.sheet.unit(place.above())), place.of)
    }

    /// The rows of whole units that begin at a row, as many as one transaction takes.
    pub(super) fn chunk(&self, from: usize) -> Range<usize> {
        let (mut to, mut bytes) = (from, 0);
        let rest = self.places.get(from..).unwrap_or_default();
        for patient in rest.chunk_by(|a, b| self.unit(a) == self.unit(b)) {
            bytes += patient.iter().map(|place| u64::from(place.length)).sum::<u64>();
            if to > from && (to - from + patient.len() > ROWS || bytes > BYTES) {
                break;
            }
            to += patient.len();
        }
        from..to
    }
}

/// What the first pass finds.
struct Scan {
    /// The rows of each table, in the order of their keys.
    tables: Vec<Vec<Place>>,
    refused: Vec<Refusal>,
    /// The rows of each source.
    tallies: Vec<Tally>,
    /// Files, and how many records become no row.
    untaken: Vec<(String, u64)>,
    theirs: Theirs,
}

impl Scan {
    fn of(folder: &mut Folder) -> Self {
        Scan {
            tables: folder.sheets.iter().map(|_| Vec::new()).collect(),
            refused: Vec::new(),
            tallies: folder.sources.iter().map(Tally::of).collect(),
            untaken: Vec::new(),
            theirs: std::mem::take(&mut folder.theirs),
        }
    }

    /// Reads a file once for all that comes from it.
    fn file(&mut self, folder: &Folder, file: &Arc<Input>, progress: &mut dyn FnMut(u64)) -> Result<()> {
        let sources: Vec<(u8, &Source)> =
            (0_u8..).zip(&folder.sources).filter(|(_, source)| Arc::ptr_eq(&source.input, file)).collect();
        let (mut record, mut read, mut untaken) = (Vec::new(), 0_u32, 0);
        let mut records = file.records()?;
        // The first is the header.
        records.next(&mut record).map_err(|error| file.unreadable(error))?;
        while let Some(at) = records.next(&mut record).map_err(|error| file.unreadable(error))? {
            let fields = fields(&record).ok_or_else(|| file.misquoted(at.line))?;
            let length = u32::try_from(record.len()).map_err(|_too_long| file.misquoted(at.line))?;
            let mut is_taken = false;
            for (place, source) in &sources {
                if source.recipe.as_ref().is_none_or(|recipe| recipe.takes(&fields)) {
                    let place = Place { of: NOBODY, key: NOBODY, at, length, item: 0, source: *place, marks: Marks(0) };
                    self.record(source, &fields, place);
                    is_taken = true;
                }
            }
            untaken += u64::from(!is_taken);
            read = read.wrapping_add(1);
            if read % 1_024 == 0 {
                progress(at.offset);
            }
        }
        if untaken > 0 {
            self.untaken.push((file.name.clone(), untaken));
        }
        // A table has all its rows when the last file is read; sorting what is nearly sorted costs little.
        for (_, source) in sources {
            let Some(places) = self.tables.get_mut(source.at) else { continue };
            places.sort_unstable_by_key(|place| (place.key, place.source, place.at.line, place.item));
            let once = |place: &Place| {
                let source = folder.sources.get(usize::from(place.source));
                source.and_then(|source| source.recipe.as_ref()).is_some_and(|recipe| recipe.once)
            };
            let tallies = &mut self.tallies;
            places.dedup_by(|place, first| {
                let again = place.key == first.key && once(place);
                if let Some(tally) = tallies.get_mut(usize::from(place.source)).filter(|_| again) {
                    tally.rows -= 1;
                }
                again
            });
            let mut last = NOBODY;
            for place in places {
                place.marks.0 = place.marks.0 & !AGAIN | if place.key == last { AGAIN } else { 0 };
                last = place.key;
            }
        }
        Ok(())
    }

    /// Notes the rows of a record.
    fn record(&mut self, source: &Source, fields: &[super::text::Field<'_>], place: Place) {
        let items = source.recipe.as_ref().map_or_else(|| Ok(vec![None]), |recipe| recipe.items(fields));
        let count = items.as_ref().map_or(1, Vec::len);
        if let Some(tally) = self.tallies.get_mut(usize::from(place.source)) {
            tally.rows += count as u64;
        }
        let theirs = std::cell::RefCell::new(&mut self.theirs);
        let mut own = |table: u8, key: &str| Some(theirs.borrow_mut().own(table, key));
        let mut named = |table: u8, key: &str| Some(theirs.borrow_mut().named(table, key));
        let mut keys = Vec::with_capacity(count);
        match &items {
            // The patient whose list cannot be read is found all the same, and refused with it.
            Err(_) => {
                let above = Reading { source, fields, item: None }.above(&mut named);
                keys.push(above.map(|(owner, above)| (theirs.borrow_mut().fresh(), owner, above.number)));
            }
            Ok(items) => {
                for item in items {
                    let reading = Reading { source, fields, item: item.as_ref() };
                    let found = reading.keys(&mut own, &mut named);
                    keys.push(found.map(|(own, (owner, above))| (own.number, owner, above.number)));
                    if source.recipe.is_some() {
                        reading.links(&mut named);
                    }
                }
            }
        }
        for (item, keys) in (0_u16..).zip(keys) {
            match (keys, self.tables.get_mut(source.at)) {
                (Ok((key, owner, of)), Some(places)) => {
                    places.push(Place { of, key, item, marks: Marks(owner), ..place });
                }
                (Err(fault), _) => self.refused.push(Refusal::new(source, place.at.line, fault)),
                (Ok(_), None) => {}
            }
        }
    }
}

/// The rows of one of the tables that rows of a table hang below.
struct Below<'a> {
    /// Which of the tables above.
    owner: usize,
    parents: &'a [Place],
    parent: &'a Table,
    /// The table of the patient, or of the reference data.
    root: usize,
}

/// Puts the patient in the place of the row above, where that is a row of this table.
async fn belong(
    db: &Db,
    places: &mut [Place],
    &Below { owner, parents, parent, root }: &Below<'_>,
    theirs: &mut Theirs,
    owners: &mut HashMap<i32, i32>,
) -> Result<()> {
    let of_file = |key: i32| {
        let at = parents.partition_point(|place| place.key < key);
        parents.get(at).filter(|place| place.key == key).map(|place| place.of)
    };
    let below = places.iter().filter(|place| place.above() == owner).map(|place| place.of);
    let mut missing: Vec<i32> = below.filter(|key| of_file(*key).is_none()).collect();
    missing.sort_unstable();
    missing.dedup();
    // The rows in the database, with their keys in the files.
    let is_theirs = !theirs.tables.is_empty();
    let ours =
        if is_theirs { theirs.ours(db, &missing).await? } else { missing.iter().map(|key| (*key, *key)).collect() };
    let patient = parent.way().next().map_or(parent.key, |owner| owner.column);
    let mut in_database: BTreeMap<i32, i32> = BTreeMap::new();
    for keys in ours.chunks(KEYS) {
        let keys: Vec<i32> = keys.iter().map(|(_, ours)| *ours).collect();
        let mut sql = Sql::new(db.dialect());
        sql.push(format!("SELECT t.{}, t.{patient} FROM ", parent.key)).keys(&keys).straight_join();
        sql.push(format!("{} t ON t.{} = k.id", parent.name, parent.key));
        in_database.extend(db.numbers(&sql).await?.into_iter().map(|(key, patient)| (key, patient as i32)));
    }
    let mut units: BTreeMap<i32, i32> =
        ours.iter().filter_map(|(key, ours)| Some((*key, *in_database.get(ours)?))).collect();
    if is_theirs {
        // Units of another system's files have its keys too.
        let patients: Vec<i32> = units.values().copied().collect();
        let numbers = match parent.way().next() {
            None => units.iter().map(|(key, ours)| (*ours, *key)).collect(),
            Some(_) => theirs.numbers_of(db, root, &patients).await?,
        };
        owners.extend(numbers.iter().map(|(ours, number)| (*number, *ours)));
        units = units.into_iter().filter_map(|(key, ours)| Some((key, *numbers.get(&ours)?))).collect();
    }
    for place in places.iter_mut().filter(|place| place.above() == owner) {
        place.of = of_file(place.of).or_else(|| units.get(&place.of).copied()).unwrap_or(NOBODY);
    }
    Ok(())
}
