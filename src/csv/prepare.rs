//! Reading the rows of some patients a second time, and checking them, while the database takes those of others.

use super::{
    index::{Index, Place},
    outcome::Refusal,
    row::{Fault, Row, row},
};
use crate::error::{Error, Result};
use std::sync::Arc;

/// Patients whose rows are all right, and what is wrong with the rows of others.
#[derive(Default)]
pub(super) struct Prepared {
    pub(super) patients: Vec<Vec<Row>>,
    pub(super) refused: Vec<Refusal>,
}

pub(super) type Preparing = tokio::task::JoinHandle<Result<(Prepared, usize)>>;

/// Reads and checks the next patients on a thread of its own, and says where they end.
pub(super) fn prepare(index: &Arc<Index>, from: usize) -> Preparing {
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
            let source = index.source(place.source.into())?;
            let record = source.input.record(place.at, place.length)?;
            match row(&index.folder, source, place, &record) {
                Ok(row) if row.key != place.key => {
                    return Err(Error::Setup(format!("{} was changed while it was read", source.input.name)));
                }
                Ok(row) if place.is_again() => {
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
            self.refused.push(Refusal::left_out(index.source(row.source)?, row.line));
        }
        Ok(())
    }
}
