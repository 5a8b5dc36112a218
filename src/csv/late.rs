//! References between rows of one table: rows are added in an order in which each finds the row that it points to, and where they
//! point to each other in a circle, the references are written after the rows.

use super::row::{Pointer, Row};
use crate::{
    db::{Cell, Table, Tx},
    error::{Error, Result},
};
use std::collections::HashSet;

/// References that are still to be written: the row, and the key of the row that it points to.
pub(super) type Late<'r> = Vec<(&'r Row, &'r Pointer)>;

/// Rows of one table in the order in which they can be added: each after the row of the same table that it points to. What is left
/// in the last are circles.
pub(super) fn waves(mut rows: Vec<&Row>) -> Vec<Vec<&Row>> {
    let mut waves = Vec::new();
    let points = |row: &&Row| row.links.iter().any(|pointer| pointer.to.0 == row.sheet);
    while rows.iter().any(points) {
        let waiting = places(&rows);
        let waits = |row: &&Row| row.links.iter().any(|pointer| waiting.contains(&pointer.to));
        let (later, now): (Vec<&Row>, Vec<&Row>) = rows.into_iter().partition(waits);
        if now.is_empty() {
            rows = later;
            break;
        }
        waves.push(now);
        rows = later;
    }
    waves.push(rows);
    waves
}

/// The rows as others point to them.
pub(super) fn places(rows: &[&Row]) -> HashSet<(usize, i32)> {
    rows.iter().map(|row| (row.sheet, row.key)).collect()
}

/// Writes references, and names the row at which that failed. `there` says which key a row of the files has in the database.
pub(super) async fn point<'r>(
    tx: &mut Tx,
    table: &Table,
    late: Late<'r>,
    there: impl Fn((usize, i32)) -> Option<i32>,
) -> Result<(), (Error, &'r Row)> {
    for (row, pointer) in late {
        let keys = there((row.sheet, row.key)).zip(there(pointer.to));
        let missing = || (Error::Internal("a row that another points to has no key".into()), row);
        let (key, to) = keys.ok_or_else(missing)?;
        let cell = (pointer.column, Cell::Int(to.into()));
        tx.update(table, key, vec![cell]).await.map_err(|error| (error, row))?;
    }
    Ok(())
}
