//! References to rows of the same table that are not there yet when a row is written: they are written after it.

use super::row::{Pointer, Row};
use crate::{
    db::{Cell, Table, Tx},
    error::{Error, Result},
};
use std::collections::HashMap;

/// References that are still to be written.
pub(super) type Late<'r> = Vec<(&'r Row, &'r Pointer)>;

/// Whether a row is written before the one that it points to, or before that one's key is known.
pub(super) fn waits(row: &Row, pointer: &Pointer, new_keys: bool) -> bool {
    pointer.to.0 == row.sheet && (new_keys || pointer.to.1 > row.key)
}

/// Writes them, and names the row at which that failed. `keys` are those of the database, by table and key in the file.
pub(super) async fn point<'r>(
    tx: &mut Tx,
    table: &Table,
    late: Late<'r>,
    keys: &HashMap<(usize, i32), i32>,
) -> Result<(), (Error, &'r Row)> {
    let there = |place: (usize, i32)| keys.get(&place).copied().unwrap_or(place.1);
    for (row, pointer) in late {
        let cell = (pointer.column, Cell::Int(there(pointer.to).into()));
        tx.update(table, there((row.sheet, row.key)), vec![cell]).await.map_err(|error| (error, row))?;
    }
    Ok(())
}
