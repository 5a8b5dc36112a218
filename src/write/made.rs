//! New rows, with the values that a row gets where none are given.

use super::{
    draft::Draft,
    refusal::{Place, of_database},
};
use crate::{
    db::{Cell, Tx, ValueKind, change::at_once},
    error::{Error, Result},
    graphql::{
        form::Form,
        model::Entity,
        rules::{Absent, Cells, kind_of},
    },
};

/// The values of a new row, with what each column that nothing is given for is to have. Where the row is to be another, whatever it had,
/// it is `anew`, and has another UUID too. A required column that is not given is not among them: the verb leaves it to the database.
pub fn made(entity: &Entity, given: &Cells, anew: bool) -> Result<Cells> {
    let mut cells = given.clone();
    for column in entity.rules.columns {
        let is_given = cells.has(column.name);
        match column.absent {
            Absent::Made if anew || cells.get(column.name).is_none() => {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes)
                    .map_err(|error| Error::Internal(format!("the system gives no random bytes: {error}")))?;
                cells.set(column.name, Some(uuid_of(bytes)));
            }
            Absent::Value(value) if !is_given => cells.set(column.name, Some(value.to_owned())),
            Absent::Null if !is_given && !column.required => match kind_of(entity, column.name) {
                ValueKind::Flag(default) => cells.set(column.name, Some(u8::from(default).to_string())),
                _ => cells.set(column.name, None),
            },
            _ => {}
        }
    }
    Ok(cells)
}

/// A row that the database did not take.
pub(super) struct Refused<'r> {
    pub(super) form: &'static Form,
    pub(super) row: &'r Draft,
    pub(super) error: Error,
}

/// Adds rows and those below them; answers the keys of the rows themselves. Of rows that the database refuses by its rules it goes on to the next,
/// so that all of them are known: the transaction is for nothing then. What is below such a row is not tried, having nothing to belong to.
pub(super) async fn add<'r>(
    tx: &mut Tx,
    form: &'static Form,
    above: Option<(&'static str, i32)>,
    rows: &'r [Draft],
    refused: &mut Vec<Refused<'r>>,
) -> Result<Vec<i32>> {
    let mut keys = Vec::with_capacity(rows.len());
    let full = rows.iter().map(|row| Ok((made(form.entity, &row.cells, false)?, row)));
    let full: Vec<(Cells, &Draft)> = full.collect::<Result<_>>()?;
    // Some columns that are left out take the database's default, so one statement is for rows that have the same.
    let alike = full.chunk_by(|(a, _), (b, _)| a.iter().map(|(c, _)| c).eq(b.iter().map(|(c, _)| c)));
    for alike in alike.flat_map(|alike| alike.chunks(at_once(form.entity.stored().len()))) {
        let made = match insert(tx, form.entity, above, alike).await {
            Err(error) if tx.is_refused(&error) => {
                let mut made = Vec::with_capacity(alike.len());
                match alike {
                    [(_, row)] => refused.push(Refused { form, row, error }),
                    // Which of them it is, the database does not say.
                    rows => {
                        for one in rows {
                            let row = one.1;
                            match insert(tx, form.entity, above, std::slice::from_ref(one)).await {
                                Ok(keys) => made.extend(keys.into_iter().map(|key| (row, key))),
                                Err(error) if tx.is_refused(&error) => refused.push(Refused { form, row, error }),
                                Err(error) => return Err(error),
                            }
                        }
                    }
                }
                made
            }
            Ok(made) => alike.iter().map(|(_, row)| *row).zip(made).collect(),
            Err(error) => {
                // The transaction may be over, so it cannot be tried which row of a list it is.
                let path = alike.first().map_or(&[][..], |(_, row)| &row.path);
                let list = path.split_last().filter(|_| alike.len() > 1).map(|(_, list)| list);
                return Err(of_database(tx, error, Some(Place::new(form, list.unwrap_or(path)))));
            }
        };
        for (row, key) in &made {
            for (below, rows) in &row.below {
                let above = below.table.owner_of(form.entity.table).map(|owner| (owner.column, *key));
                Box::pin(add(tx, below.form, above, rows, refused)).await?;
            }
        }
        keys.extend(made.into_iter().map(|(_, key)| key));
    }
    Ok(keys)
}

/// Adds rows that give the same columns.
async fn insert(
    tx: &mut Tx,
    entity: &Entity,
    above: Option<(&'static str, i32)>,
    rows: &[(Cells, &Draft)],
) -> Result<Vec<i32>> {
    let (mut columns, mut cells) = (Vec::new(), Vec::with_capacity(rows.len()));
    for (row, _) in rows {
        let mut values = row.cells(entity);
        values.extend(above.map(|(column, key)| (column, Cell::Int(key.into()))));
        columns = values.iter().map(|(column, _)| *column).collect();
        cells.push(values.into_iter().map(|(_, cell)| cell).collect());
    }
    let keys = tx.insert(entity.table, &columns, cells).await?;
    match keys.len() == rows.len() {
        true => Ok(keys),
        false => Err(Error::Internal(format!("{} rows were added in the place of {}", keys.len(), rows.len()))),
    }
}

/// The UUID of version 4 that random bytes make.
fn uuid_of(bytes: [u8; 16]) -> String {
    // The version and the variant have their places among the bits.
    let bits = u128::from_be_bytes(bytes) & !(0xf000 << 64) & !(0xc << 60) | (0x4000 << 64) | (0x8 << 60);
    let digits = format!("{bits:032x}");
    let mut uuid = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::uuid_of;
    use crate::db::uuid;

    #[test]
    fn random_bytes_make_a_uuid_of_version_4() {
        for (bytes, is) in [
            ([0; 16], "00000000-0000-4000-8000-000000000000"),
            ([0xff; 16], "ffffffff-ffff-4fff-bfff-ffffffffffff"),
            (std::array::from_fn(|at| at as u8 * 17), "00112233-4455-4677-8899-aabbccddeeff"),
        ] {
            let made = uuid_of(bytes);
            assert_eq!(made, is);
            assert_eq!(uuid(&made), Some(made));
        }
    }
}
