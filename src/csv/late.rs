//! References between rows of one table: rows are added in an order in which each finds the row that it points to; where the database gives
//! them their keys, the references are written after the rows. Rows that point to each other in a circle are refused.

use super::row::{Pointer, Row};
use crate::{
    db::{Table, Tx, on_circles},
    error::{Error, Result},
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// References that are still to be written: the row, and the key of the row that it points to.
pub(super) type Late<'r> = Vec<(&'r Row, &'r Pointer)>;

/// The most references of one statement.
const AT_ONCE: usize = 5_000;

/// The references of a row to rows of its own table.
fn own(row: &Row) -> impl Iterator<Item = &Pointer> {
    row.links.iter().filter(|pointer| pointer.to.0 == row.sheet)
}

/// Of rows of a patient, the references that lead back to the row from which they come, by table, key and column.
pub(super) fn circles(rows: &[Row]) -> HashSet<(usize, i32, &'static str)> {
    let mut columns: BTreeMap<(usize, &'static str), HashMap<i32, i32>> = BTreeMap::new();
    for row in rows {
        for pointer in own(row) {
            columns.entry((row.sheet, pointer.column)).or_default().insert(row.key, pointer.to.1);
        }
    }
    let of = |((sheet, column), pointers): ((usize, &'static str), HashMap<i32, i32>)| {
        on_circles(&pointers).into_iter().map(move |key| (sheet, key, column))
    };
    columns.into_iter().flat_map(of).collect()
}

/// Rows of one table in an order in which each comes after the rows of the table that it points to.
pub(super) fn ordered(rows: Vec<&Row>) -> Vec<&Row> {
    if !rows.iter().any(|row| own(row).next().is_some()) {
        return rows;
    }
    let at: HashMap<(usize, i32), usize> =
        rows.iter().enumerate().map(|(at, row)| ((row.sheet, row.key), at)).collect();
    let (mut ordered, mut seen) = (Vec::with_capacity(rows.len()), vec![false; rows.len()]);
    for start in 0..rows.len() {
        // What a row points to stands above it, and is taken before it. A row is seen when it is put there.
        let mut waiting = vec![(start, false)];
        while let Some((place, comes)) = waiting.pop() {
            let (Some(row), Some(is_seen)) = (rows.get(place), seen.get_mut(place)) else { continue };
            if comes {
                ordered.push(*row);
            } else if !std::mem::replace(is_seen, true) {
                waiting.push((place, true));
                waiting.extend(own(row).filter_map(|pointer| Some((*at.get(&pointer.to)?, false))));
            }
        }
    }
    ordered
}

/// The rows as others point to them.
pub(super) fn places(rows: &[&Row]) -> HashSet<(usize, i32)> {
    rows.iter().map(|row| (row.sheet, row.key)).collect()
}

/// Writes references, so many in a statement at most, and names the first row of a statement that failed. `there` says which key a row of
/// the files has in the database.
pub(super) async fn point<'r>(
    tx: &mut Tx,
    table: &Table,
    late: Late<'r>,
    most: usize,
    there: impl Fn((usize, i32)) -> Option<i32>,
) -> Result<(), (Error, Option<&'r Row>)> {
    let mut columns: BTreeMap<&str, Late<'r>> = BTreeMap::new();
    for (row, pointer) in late {
        columns.entry(pointer.column).or_default().push((row, pointer));
    }
    for (column, late) in columns {
        for late in late.chunks(most.min(AT_ONCE)) {
            let keys = late.iter().map(|(row, pointer)| there((row.sheet, row.key)).zip(there(pointer.to)));
            let first = late.first().map(|(row, _)| *row);
            let missing = || (Error::Internal("a row that another points to has no key".into()), first);
            let keys: Vec<(i32, i32)> = keys.collect::<Option<_>>().ok_or_else(missing)?;
            tx.point(table, column, &keys).await.map_err(|error| (error, first))?;
        }
    }
    Ok(())
}
