//! Keys of another system, which may be any text, as numbers for the time of an import. A number stands for a key in a table of that
//! system that went to a table of ours; what the row's key is in the database is looked up when the row is written.

use crate::{
    db::{
        Db, Table,
        imported::{FromTable, LONGEST},
        pool::Conn,
        uuid,
    },
    error::Result as Done,
};
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, hash_map::Entry},
};

/// What keys are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeysOf {
    /// A table of theirs.
    Table(FromTable),
    /// A column of ours, no two rows of which have the same value: it names a row that the database has.
    Column(&'static str),
}

impl KeysOf {
    /// The table of theirs.
    pub(super) fn table(&self) -> Option<&FromTable> {
        match self {
            KeysOf::Table(table) => Some(table),
            KeysOf::Column(_) => None,
        }
    }
}

/// The keys that files name.
#[derive(Default)]
pub(super) struct Theirs {
    /// What keys are of, and the places of our tables in the list of sheets.
    pub(super) tables: Vec<(KeysOf, &'static Table, usize)>,
    /// The same tables' keys in the database, of those that it knows.
    pub(super) known: Vec<Option<i32>>,
    numbers: HashMap<(u8, Mark), i32>,
    last: i32,
    /// Keys that something points to, and that no row has.
    unseen: HashMap<i32, (u8, Box<str>)>,
    /// Rows of ours that no file names: their tables and keys.
    strangers: HashMap<(usize, i32), i32>,
}

/// A key in few bytes: its own where it is short, a UUID's, or a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mark([u8; 16]);

impl Mark {
    pub(super) fn of(key: &str) -> Self {
        let mut mark = [0; 16];
        match (key.len(), uuid_bytes(key)) {
            (_, Some(bytes)) => mark = bytes,
            (0..16, None) => {
                for (to, from) in mark.iter_mut().zip([key.len() as u8].iter().chain(key.as_bytes())) {
                    *to = *from;
                }
            }
            _ => {
                for (to, from) in mark.iter_mut().zip(Sha256::digest(key)) {
                    *to = from;
                }
            }
        }
        Mark(mark)
    }
}

fn uuid_bytes(key: &str) -> Option<[u8; 16]> {
    let bytes = key.as_bytes();
    let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    if bytes.len() != 36 || bytes.iter().enumerate().any(|(at, byte)| (*byte == b'-') != is_dash(at)) {
        return None;
    }
    let mut out = [0; 16];
    let mut digits = bytes.iter().filter(|byte| **byte != b'-');
    for byte in &mut out {
        let mut digit = || digits.next().and_then(|digit| char::from(*digit).to_digit(16));
        *byte = (digit()? * 16 + digit()?) as u8;
    }
    Some(out)
}

/// A key as it is compared: UUIDs in small letters, and nothing around it. `None` where there is none.
pub(super) fn canonical(text: &str) -> Result<Option<Cow<'_, str>>, (&'static str, Cow<'static, str>)> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(("CONTROL_CHARACTER", "a key must not hold control characters".into()));
    }
    if text.len() > LONGEST && text.chars().count() > LONGEST {
        return Err(("TOO_LONG", format!("a key must not be longer than {LONGEST} characters").into()));
    }
    Ok(match text.len() {
        0 => None,
        36 => Some(uuid(text).map_or(Cow::Borrowed(text), Cow::Owned)),
        _ => Some(Cow::Borrowed(text)),
    })
}

impl Theirs {
    /// Keys of these tables.
    pub(super) fn of(tables: Vec<(KeysOf, &'static Table, usize)>) -> Self {
        Theirs { tables, ..Theirs::default() }
    }

    /// The number of a key.
    pub(super) fn number(&self, table: u8, key: &str) -> Option<i32> {
        self.numbers.get(&(table, Mark::of(key))).copied()
    }

    /// The number of a key that something points to, which is given one if it has none.
    pub(super) fn named(&mut self, table: u8, key: &str) -> i32 {
        match self.numbers.entry((table, Mark::of(key))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.last += 1;
                self.unseen.insert(self.last, (table, key.into()));
                *new.insert(self.last)
            }
        }
    }

    /// The number of a row's own key.
    pub(super) fn own(&mut self, table: u8, key: &str) -> i32 {
        match self.numbers.entry((table, Mark::of(key))) {
            Entry::Occupied(known) => {
                self.unseen.remove(known.get());
                *known.get()
            }
            Entry::Vacant(new) => {
                self.last += 1;
                *new.insert(self.last)
            }
        }
    }

    /// A number that stands for no key.
    pub(super) fn fresh(&mut self) -> i32 {
        self.last += 1;
        self.last
    }

    /// Looks up the tables in the database; `make` adds those that it does not know.
    pub(super) async fn know(&mut self, db: &Db, make: bool) -> Done<()> {
        for (of, ..) in &self.tables {
            self.known.push(match of {
                KeysOf::Table(table) => db.import_table(table, make).await?,
                KeysOf::Column(_) => None,
            });
        }
        Ok(())
    }

    /// The key of a table in the database, if that knows it.
    pub(super) fn in_database(&self, table: u8) -> Option<i32> {
        self.known.get(usize::from(table)).copied().flatten()
    }

    /// Of these keys of a table, those whose rows the database has, or had: each with the key there.
    pub(super) async fn find(&self, conn: &mut Conn, table: u8, keys: &[&str]) -> Done<Vec<(i32, String)>> {
        match (self.tables.get(usize::from(table)), self.in_database(table)) {
            (Some((KeysOf::Column(column), ours, _)), _) => conn.keys_by_text(ours, column, keys).await,
            (_, Some(known)) => conn.imported(known, keys).await,
            _ => Ok(Vec::new()),
        }
    }

    /// Of these numbers, those whose rows were imported before: each with the key that the row was given here.
    pub(super) async fn ours(&self, db: &Db, numbers: &[i32]) -> Done<Vec<(i32, i32)>> {
        let mut by_table: BTreeMap<u8, Vec<(&str, i32)>> = BTreeMap::new();
        for number in numbers {
            if let Some((table, key)) = self.unseen.get(number) {
                by_table.entry(*table).or_default().push((key, *number));
            }
        }
        let mut ours = Vec::new();
        for (table, keys) in by_table {
            let numbers: HashMap<&str, i32> = keys.iter().copied().collect();
            let keys: Vec<&str> = keys.into_iter().map(|(key, _)| key).collect();
            let found = self.find(&mut db.conn().await?, table, &keys).await?;
            ours.extend(found.into_iter().filter_map(|(ours, key)| Some((*numbers.get(key.as_str())?, ours))));
        }
        Ok(ours)
    }

    /// The numbers of rows of one of our tables, by their keys there. Rows that were not imported are given one.
    pub(super) async fn numbers_of(&mut self, db: &Db, sheet: usize, ours: &[i32]) -> Done<HashMap<i32, i32>> {
        let mut numbers = HashMap::new();
        for table in (0_u8..).zip(&self.tables).filter(|(_, (_, _, to))| *to == sheet).map(|(table, _)| table) {
            let Some(known) = self.in_database(table) else { continue };
            for (ours, key) in db.conn().await?.imported_as(known, ours).await? {
                numbers.extend(self.number(table, &key).map(|number| (ours, number)));
            }
        }
        for ours in ours {
            if !numbers.contains_key(ours) {
                let number = *self.strangers.entry((sheet, *ours)).or_insert_with(|| {
                    self.last += 1;
                    self.last
                });
                numbers.insert(*ours, number);
            }
        }
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_spelling_and_one_number() {
        let of = |text| canonical(text).ok().flatten().map(Cow::into_owned);
        let uuid = "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22";
        assert_eq!(of(" 0E5AF2D1-93c4-4b6a-8f0e-AA00BB11CC22 ").as_deref(), Some(uuid));
        assert_eq!((of(" P-7 ").as_deref(), of("  "), canonical("a\nb").is_err()), (Some("P-7"), None, true));
        assert!(canonical(&"é".repeat(LONGEST)).is_ok() && canonical(&"é".repeat(LONGEST + 1)).is_err());

        let mut theirs = Theirs::default();
        let long = "x".repeat(200);
        let keys = ["1", "01", "", uuid, "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc23", &long, "xxxxxxxxxxxxxxxxx"];
        let numbers: Vec<i32> = keys.iter().map(|key| theirs.named(0, key)).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(theirs.named(1, "1"), 8, "of another table");
        assert_eq!((theirs.named(0, uuid), theirs.number(0, &long), theirs.number(1, "2")), (4, Some(6), None));
    }

    #[test]
    fn a_key_is_unseen_until_a_row_has_it() {
        let mut theirs = Theirs::default();
        let (a, b) = (theirs.named(0, "a"), theirs.named(0, "b"));
        assert_eq!((theirs.own(0, "a"), theirs.named(0, "a")), (a, a));
        assert!(!theirs.unseen.contains_key(&a));
        assert_eq!(theirs.unseen[&b], (0, "b".into()));
    }
}
