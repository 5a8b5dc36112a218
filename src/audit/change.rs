//! What a transaction changed, noted within it: whatever is kept is noted, and nothing else.

use crate::{
    db::{Belongs, Cell, Deed, Did, Sql, Table, Tx},
    error::Result,
};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering::Relaxed},
};

/// What was done to rows of a table that belong to one patient.
type Of = (Did, &'static str, Option<i32>);

#[derive(Default)]
struct Written {
    keys: Vec<i32>,
    /// How many rows there are whose keys are not known.
    others: usize,
    columns: Vec<&'static str>,
}

/// The most bytes of a list of keys that are kept.
const MOST: usize = 4_000;

/// Notes what the transaction wrote under the number of an entry, if it has one, and counts the notes. Rows that it removed belonged to the
/// patient `before`.
pub(crate) async fn note(tx: &mut Tx, event: i64, noted: &AtomicI64, before: Option<i32>) -> Result<()> {
    if event == 0 {
        return Ok(());
    }
    let mut groups: BTreeMap<Of, Written> = BTreeMap::new();
    for deed in tx.wrote().to_vec().into_iter().filter(|deed| deed.rows > 0) {
        add(tx, &mut groups, deed, before).await?;
    }
    if groups.is_empty() {
        return Ok(());
    }
    let (mut sql, mut place) = (Sql::new(tx.dialect()), noted.load(Relaxed));
    sql.called("Access_Change", None).varies();
    sql.push("INSERT INTO Access_Change (event_id, place, patient_id, table_name, action, row_keys, columns) VALUES ");
    for (i, ((did, table, patient), written)) in groups.into_iter().enumerate() {
        place += 1;
        sql.push(if i > 0 { ", (" } else { "(" }).int(event).push(", ").int(place).push(", ");
        sql.cell(Cell::from(patient.map(i64::from))).push(", ").text(table).push(", ").text(did.stored());
        sql.push(", ").text(written.listed()).push(", ").text(written.columns.join(",")).push(")");
    }
    tx.execute(sql).await?;
    noted.store(place, Relaxed);
    Ok(())
}

async fn add(tx: &mut Tx, groups: &mut BTreeMap<Of, Written>, deed: Deed, before: Option<i32>) -> Result<()> {
    let Deed { did, table, keys, rows, columns } = deed;
    let owned = match (did, keys.as_slice()) {
        (Did::Remove, _) => keys.iter().map(|key| (*key, before)).collect(),
        _ => patients(tx, table, &keys).await?,
    };
    for (key, patient) in owned {
        groups.entry((did, table.name, patient)).or_default().keys.push(key);
    }
    // Rows that gave way to another are of the same patient as that.
    let of = match did {
        Did::Remove => before,
        Did::Add | Did::Change => groups.keys().rev().find(|(_, of, _)| *of == table.name).and_then(|(.., of)| *of),
    };
    let mut here: Vec<&mut Written> =
        groups.iter_mut().filter(|((d, t, _), _)| *d == did && *t == table.name).map(|(_, written)| written).collect();
    if here.is_empty() {
        here = vec![groups.entry((did, table.name, of)).or_default()];
    }
    for written in &mut here {
        let new: Vec<_> = columns.iter().filter(|column| !written.columns.contains(column)).copied().collect();
        written.columns.extend(new);
    }
    if let [first, ..] = here.as_mut_slice() {
        first.others += rows - keys.len().min(rows);
    }
    Ok(())
}

impl Written {
    /// The keys that fit, with commas between them, and how many rows there are besides.
    fn listed(&self) -> String {
        let (mut text, mut others) = (String::new(), self.others);
        for key in &self.keys {
            if text.len() > MOST {
                others += 1;
                continue;
            }
            text.push_str(if text.is_empty() { "" } else { "," });
            text.push_str(&key.to_string());
        }
        match (text.is_empty(), others) {
            (_, 0) => text,
            (true, others) => format!("+{others}"),
            (false, others) => format!("{text},+{others}"),
        }
    }
}

/// The patient to whom each row belongs, if to any.
async fn patients(tx: &mut Tx, table: &'static Table, keys: &[i32]) -> Result<Vec<(i32, Option<i32>)>> {
    match (&table.belongs, keys) {
        (Belongs::Patient, _) => Ok(keys.iter().map(|key| (*key, Some(*key))).collect()),
        (Belongs::Everybody, _) => Ok(keys.iter().map(|key| (*key, None)).collect()),
        (Belongs::To(_), [_, _, ..]) => {
            let found = tx.patients_of(table, keys).await?;
            Ok(found.into_iter().map(|(key, patient)| (key, Some(patient))).collect())
        }
        (Belongs::To(_) | Belongs::OneOf(_), _) => {
            let mut found = Vec::with_capacity(keys.len());
            for key in keys {
                found.push((*key, tx.patient_of(table, *key).await?));
            }
            Ok(found)
        }
    }
}
