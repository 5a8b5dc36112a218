//! Where each patient's rows stand in the files. The files may be in any order and larger than memory, so a first pass notes
//! the place of each row and whose it is; rows are read a second time when their patient is written.

use super::{
    folder::{Folder, Source},
    import::Refusal,
    row::{Fault, keys},
    sheet::Unit,
    text::{At, fields},
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
    /// The table.
    pub(super) sheet: u8,
    /// Which of the tables above it hangs below.
    pub(super) above: u8,
    /// Whether an earlier row has the same key.
    pub(super) again: bool,
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
}

impl Index {
    /// Reads the files, and looks up in the database whose the rows are that hang below none of theirs. Rows of which that
    /// cannot be told are refused.
    pub(super) async fn make(
        db: &Db,
        folder: Folder,
        refused: &mut Vec<Refusal>,
        progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
    ) -> Result<Self> {
        let scan = move || {
            let (mut tables, mut refused, mut before) = (Vec::new(), Vec::new(), 0);
            let total = folder.bytes();
            for (sheet, source) in folder.sources.iter().enumerate() {
                tables.push(match source {
                    Some(source) => {
                        scan(source, sheet as u8, &mut refused, &mut |read| progress(before + read, total))?
                    }
                    None => Vec::new(),
                });
                before += source.as_ref().map_or(0, |source| source.bytes);
            }
            Ok::<_, Error>((folder, tables, refused))
        };
        let scanned = tokio::task::spawn_blocking(scan).await.map_err(|error| Error::Internal(error.to_string()))?;
        let (folder, mut tables, unplaced) = scanned?;
        refused.extend(unplaced);
        for at in 0..tables.len() {
            let (above, rest) = tables.split_at_mut(at);
            let (Some(places), Some(sheet)) = (rest.first_mut(), folder.sheets.get(at)) else { continue };
            for (owner, to) in (0..).zip(&sheet.above) {
                if let (Some(parents), Some(parent)) = (above.get(to.sheet), folder.sheets.get(to.sheet)) {
                    belong(db, places, owner, parents, parent.entity.table).await?;
                }
            }
        }
        let mut targets = HashMap::new();
        for (to, _) in folder.sources.iter().flatten().flat_map(|source| &source.sheet.links) {
            let keys = tables.get(*to).into_iter().flatten().map(|place| place.key);
            targets.entry(*to).or_insert_with(|| keys.collect());
        }
        let mut places = Vec::with_capacity(tables.iter().map(Vec::len).sum());
        for table in tables {
            places.extend(table);
        }
        let no_orphan = |place: &Place| {
            if place.of == NOBODY
                && let Some(Some(source)) = folder.sources.get(usize::from(place.sheet))
            {
                let above = source.sheet.above.get(usize::from(place.above));
                let column = above.map_or("", |above| source.spelled(above.column));
                let reason =
                    "what this row hangs below belongs to no patient, neither in the files nor in the database";
                refused.push(Refusal::new(source, place.at.line, Fault::new(column, "ORPHAN", reason)));
            }
            place.of != NOBODY
        };
        places.retain(no_orphan);
        let mut index = Index { folder, places: Vec::new(), targets };
        places.sort_unstable_by_key(|place| (index.unit(place), place.sheet, place.key, place.at.line));
        index.places = places;
        Ok(index)
    }

    /// What a row is written with: the kind of unit, and the key of the patient or of the row of reference data.
    pub(super) fn unit(&self, place: &Place) -> (Unit, i32) {
        let sheet = self.folder.sheets.get(usize::from(place.sheet));
        (sheet.map_or(Unit::Patient, |sheet| sheet.unit(place.above.into())), place.of)
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

/// The rows of a file, in the order of their keys.
fn scan(source: &Source, sheet: u8, refused: &mut Vec<Refusal>, progress: &mut dyn FnMut(u64)) -> Result<Vec<Place>> {
    let (mut places, mut record) = (Vec::new(), Vec::new());
    let mut records = source.records()?;
    // The first is the header.
    records.next(&mut record).map_err(|error| source.unreadable(error))?;
    while let Some(at) = records.next(&mut record).map_err(|error| source.unreadable(error))? {
        let fields = fields(&record).ok_or_else(|| source.misquoted(at.line))?;
        match keys(source, &fields) {
            Ok((key, (above, of))) => {
                let length = u32::try_from(record.len()).map_err(|_too_long| source.misquoted(at.line))?;
                places.push(Place { of, key, at, length, sheet, above, again: false });
            }
            Err(fault) => refused.push(Refusal::new(source, at.line, fault)),
        }
        if places.len() % 1_024 == 0 {
            progress(at.offset);
        }
    }
    places.sort_unstable_by_key(|place| (place.key, place.at.line));
    let mut last = NOBODY;
    for place in &mut places {
        place.again = place.key == last;
        last = place.key;
    }
    Ok(places)
}

/// Puts the patient in the place of the row above, where that is a row of this table.
async fn belong(db: &Db, places: &mut [Place], owner: u8, parents: &[Place], parent: &Table) -> Result<()> {
    let of_file = |key: i32| {
        let at = parents.partition_point(|place| place.key < key);
        parents.get(at).filter(|place| place.key == key).map(|place| place.of)
    };
    let below = places.iter().filter(|place| place.above == owner).map(|place| place.of);
    let mut missing: Vec<i32> = below.filter(|key| of_file(*key).is_none()).collect();
    missing.sort_unstable();
    missing.dedup();
    let patient = parent.way().next().map_or(parent.key, |owner| owner.column);
    let mut in_database: BTreeMap<i32, i32> = BTreeMap::new();
    for keys in missing.chunks(KEYS) {
        let mut sql = Sql::new(db.dialect());
        sql.push(format!("SELECT t.{}, t.{patient} FROM ", parent.key)).keys(keys).straight_join();
        sql.push(format!("{} t ON t.{} = k.id", parent.name, parent.key));
        in_database.extend(db.numbers(&sql).await?.into_iter().map(|(key, patient)| (key, patient as i32)));
    }
    for place in places.iter_mut().filter(|place| place.above == owner) {
        place.of = of_file(place.of).or_else(|| in_database.get(&place.of).copied()).unwrap_or(NOBODY);
    }
    Ok(())
}
