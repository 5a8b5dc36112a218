//! New rows, with the values that a row gets where none are given.

use super::draft::Draft;
use crate::{
    db::{Cell, Tx, ValueKind},
    error::{Error, Result},
    graphql::{
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

/// Adds rows and those below them; answers the keys of the rows themselves.
pub(super) async fn add(
    tx: &mut Tx,
    entity: &'static Entity,
    above: Option<(&'static str, i32)>,
    rows: &[Draft],
) -> Result<Vec<i32>> {
    let mut keys = Vec::with_capacity(rows.len());
    let full = rows.iter().map(|row| Ok((made(entity, &row.cells, false)?, row)));
    let full: Vec<(Cells, &Draft)> = full.collect::<Result<_>>()?;
    // Some columns that are left out take the database's default, so one statement is for rows that have the same.
    for alike in full.chunk_by(|(a, _), (b, _)| a.iter().map(|(c, _)| c).eq(b.iter().map(|(c, _)| c))) {
        let (mut columns, mut cells) = (Vec::new(), Vec::with_capacity(alike.len()));
        for (row, _) in alike {
            let mut values = row.cells(entity);
            values.extend(above.map(|(column, key)| (column, Cell::Int(key.into()))));
            columns = values.iter().map(|(column, _)| *column).collect();
            cells.push(values.into_iter().map(|(_, cell)| cell).collect());
        }
        let made = tx.insert(entity.table, &columns, cells).await?;
        if made.len() != alike.len() {
            return Err(Error::Internal(format!("{} rows were added in the place of {}", made.len(), alike.len())));
        }
        for ((_, row), key) in alike.iter().zip(&made) {
            for (below, rows) in &row.below {
                let above = below.table.owner_of(entity.table).map(|owner| (owner.column, *key));
                Box::pin(add(tx, below, above, rows)).await?;
            }
        }
        keys.extend(made);
    }
    Ok(keys)
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
