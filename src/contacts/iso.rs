//! The countries of ISO 3166-1 and the regions of ISO 3166-2, as `assets/iso-3166.tsv` has them, into the tables: what is not there is added,
//! and what has another name there is renamed, both by code. Nothing is removed, and rows of other codes are left alone.
//!
//! The key of a row follows from its code, so that two stores give a country the same one, and a file of one can be imported into the
//! other.

use super::{country, region};
use crate::{
    db::{
        Cell, Db, Dialect, Sql, Table, Tx,
        change::{Texts, lists_after, of_list},
    },
    error::{Error, Result},
};
use std::collections::{HashMap, HashSet};

const LIST: &str = include_str!("../../assets/iso-3166.tsv");

/// The tables.
pub static TABLES: [&Table; 2] = [&country::TABLE, &region::TABLE];

/// The rows of a table that the list makes, as columns and values; the first column has the code.
struct Wanted {
    table: &'static Table,
    columns: &'static [&'static str],
    rows: Vec<(i32, Vec<Cell>, Texts)>,
}

/// What became of the list.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Rows that were added.
    pub added: usize,
    /// Rows that have another name now.
    pub renamed: usize,
}

/// The countries, and the regions with the code of their country.
fn list() -> (Vec<Vec<&'static str>>, Vec<Vec<&'static str>>) {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect::<Vec<_>>()).partition(|fields| fields.len() == 4)
}

/// The key of a country: its number.
fn key_of_country(numeric: &str) -> Option<i32> {
    numeric.parse().ok()
}

/// The key of a region: its country's, followed by the one to three letters and digits of its own.
fn key_of_region(country: i32, code: &str) -> Option<i32> {
    const DIGITS: i32 = 37;
    let (_, own) = code.split_once('-').filter(|(_, own)| (1..=3).contains(&own.len()))?;
    let digit = |c: char| c.to_digit(36).and_then(|digit| i32::try_from(digit + 1).ok());
    let own = own.chars().try_fold(0, |sum, c| Some(sum * DIGITS + digit(c)?))?;
    Some(country * DIGITS.pow(3) + own)
}

/// Adds what the tables lack, and renames what has another name. Where both are as the list is, nothing is written.
pub async fn load(db: &Db) -> Result<Loaded> {
    let broken = || Error::Internal("assets/iso-3166.tsv is not whole".into());
    let (countries, regions) = list();
    let mut tx = Tx::begin(db).await?;
    // One process after another: all add the same rows.
    if tx.dialect() == Dialect::MariaDb {
        let mut sql = Sql::new(Dialect::MariaDb);
        sql.push("SELECT version, NULL FROM Schema_Migration ORDER BY version LIMIT 1 FOR UPDATE");
        tx.conn().texts(sql).await?;
    }
    let mut loaded = Loaded::default();

    let columns = &["iso2", "iso3", "numeric_code", "name"];
    let mut wanted = Wanted { table: &country::TABLE, columns, rows: Vec::with_capacity(countries.len()) };
    let mut numbers = HashMap::new();
    for fields in &countries {
        let [code, _, numeric, _] = fields.as_slice() else { return Err(broken()) };
        let key = key_of_country(numeric).ok_or_else(broken)?;
        numbers.insert(*code, key);
        let texts: Texts = fields.iter().map(|text| Some((*text).to_owned())).collect();
        wanted.rows.push((key, texts.iter().cloned().map(Cell::Text).collect(), texts));
    }
    let keys = wanted.put(&mut tx, &mut loaded).await?;

    let columns = &["code", "country_id", "name"];
    let mut wanted = Wanted { table: &region::TABLE, columns, rows: Vec::with_capacity(regions.len()) };
    for fields in &regions {
        let [code, name] = fields.as_slice() else { return Err(broken()) };
        let country = code.split('-').next().unwrap_or_default();
        let (number, there) = numbers.get(country).zip(keys.get(country)).ok_or_else(broken)?;
        let key = key_of_region(*number, code).ok_or_else(broken)?;
        let text = |text: &str| Some(text.to_owned());
        let cells = vec![Cell::Text(text(code)), Cell::Int((*there).into()), Cell::Text(text(name))];
        wanted.rows.push((key, cells, vec![text(code), Some(there.to_string()), text(name)]));
    }
    wanted.put(&mut tx, &mut loaded).await?;
    match loaded {
        Loaded { added: 0, renamed: 0 } => tx.rollback().await,
        _ => tx.commit().await?,
    }
    Ok(loaded)
}

impl Wanted {
    /// Writes what is not there as it is wanted, and answers the keys of all rows of the table by their codes.
    async fn put(self, tx: &mut Tx, loaded: &mut Loaded) -> Result<HashMap<String, i32>> {
        let Wanted { table, columns, rows } = self;
        let sql = lists_after(tx.dialect(), table, columns, i32::MIN, u32::MAX);
        let mut there: HashMap<String, (i32, Texts)> = HashMap::new();
        for (key, list) in tx.conn().texts(sql).await? {
            let texts = of_list(&list.unwrap_or_default())?;
            // Codes of other programs may be spelled in small letters.
            let code = texts.first().cloned().flatten().unwrap_or_default().to_ascii_uppercase();
            there.insert(code, (key, texts));
        }
        let taken: HashSet<i32> = there.values().map(|(key, _)| *key).collect();
        let mut keys: HashMap<String, i32> = there.iter().map(|(code, (key, _))| (code.clone(), *key)).collect();
        let (mut fresh, mut codes) = (Vec::new(), Vec::new());
        let mut next = taken.iter().copied().chain(rows.iter().map(|(key, ..)| *key)).max().unwrap_or_default();
        for (key, mut cells, texts) in rows {
            let code = texts.first().cloned().flatten().unwrap_or_default();
            match there.get(&code) {
                Some((_, stored)) if stored.last() == texts.last() => {}
                Some((key, _)) => {
                    let name = columns.last().copied().zip(cells.pop());
                    tx.update(table, *key, name.into_iter().collect()).await?;
                    loaded.renamed += 1;
                }
                None => {
                    // Another row may have the key.
                    let key = if taken.contains(&key) { next.saturating_add(1) } else { key };
                    next = next.max(key);
                    cells.push(Cell::Int(key.into()));
                    keys.insert(code.clone(), key);
                    codes.push(code);
                    fresh.push(cells);
                }
            }
        }
        loaded.added += fresh.len();
        let columns: Vec<&str> = columns.iter().copied().chain([table.key]).collect();
        tx.insert(table, &columns, fresh).await?;
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_every_row_has_a_key_of_its_own() {
        let (countries, regions) = list();
        assert_eq!((countries.len(), regions.len()), (249, 5_070));
        let mut keys = HashSet::new();
        let numbers: HashMap<&str, i32> =
            countries.iter().map(|fields| (fields[0], key_of_country(fields[2]).unwrap())).collect();
        assert_eq!(numbers.values().collect::<HashSet<_>>().len(), 249);
        for fields in &regions {
            let [code, name] = fields[..] else { panic!("{fields:?}") };
            let key = key_of_region(numbers[code.split('-').next().unwrap()], code).unwrap();
            assert!(keys.insert(key) && key > 999, "{code}");
            assert!(code.len() <= 10 && name.len() <= 255 && name.trim() == name && !name.is_empty(), "{code}");
        }
        assert!(keys.iter().max().unwrap() < &60_000_000);
    }
}
