//! Rows as the projection reads them, every column as text: those of patients one statement a table, however many patients; those of
//! reference data a table whole.

use super::{
    Subgraph,
    reference::{self, Key, columns, columns_of},
    shape::{Purposes, Shapes},
};
use crate::{
    db::{Db, Dialect, Owner, Sql, Table, load},
    error::Result,
};
use diesel::{
    backend::Backend,
    deserialize::{FromSql, FromSqlRow},
    sql_types::{Integer, Nullable, Text},
};

/// A row of one of the tables.
#[derive(Debug, Clone)]
pub struct Line {
    /// The patient that it belongs to; of reference data the row's own key.
    pub patient: i32,
    /// Its key.
    pub key: i32,
    /// The key of the row that it hangs below.
    pub owner: i32,
    /// The columns that were asked for.
    pub cells: Vec<Option<Box<str>>>,
}

/// The rows of some patients.
#[derive(Debug, Default)]
pub struct Rows {
    /// For each of [`Shapes::kinds`] its rows, by patient.
    pub tables: Vec<Vec<Line>>,
    /// For each of [`Shapes::relationships`] its rows, by patient; the owner is the node that they start from.
    pub relationships: Vec<Vec<Line>>,
    /// For each of [`Shapes::purposes`] its rows, by patient; the owner is the medication.
    pub purposes: Vec<Vec<Line>>,
}

type Columns = (Integer, Integer, Integer, Nullable<Text>);

impl Line {
    fn read<'a, DB>(row: &impl diesel::row::Row<'a, DB>) -> diesel::deserialize::Result<Self>
    where
        DB: Backend,
        i32: FromSql<Integer, DB>,
        String: FromSql<Text, DB>,
    {
        let field = |at| row.get(at).ok_or("a column is missing");
        let number = |at: usize| {
            let field = field(at)?;
            i32::from_nullable_sql(diesel::row::Field::value(&field))
        };
        let text = |at: usize| -> diesel::deserialize::Result<Option<Box<str>>> {
            let field = field(at)?;
            let text = diesel::row::Field::value(&field).map(|value| String::from_nullable_sql(Some(value)));
            Ok(text.transpose()?.map(String::into_boxed_str))
        };
        let cells = (3..row.field_count()).map(text).collect::<diesel::deserialize::Result<_>>()?;
        Ok(Line { patient: number(0)?, key: number(1)?, owner: number(2)?, cells })
    }
}

impl FromSqlRow<Columns, diesel::mysql::Mysql> for Line {
    fn build_from_row<'a>(row: &impl diesel::row::Row<'a, diesel::mysql::Mysql>) -> diesel::deserialize::Result<Self> {
        Line::read(row)
    }
}

impl FromSqlRow<Columns, diesel::sqlite::Sqlite> for Line {
    fn build_from_row<'a>(
        row: &impl diesel::row::Row<'a, diesel::sqlite::Sqlite>,
    ) -> diesel::deserialize::Result<Self> {
        Line::read(row)
    }
}

/// A table's rows below patients: themselves, or through the rows that they belong to, however many lie between. Each says which row
/// of a kind it hangs below.
fn statement(dialect: Dialect, shapes: &Shapes, patients: &[i32], table: &'static Table, columns: &[&str]) -> Sql {
    let way: Vec<&Owner> = table.way().collect();
    let steps = shapes.owner_of(table).map_or(way.len(), |(steps, _)| steps);
    // The row, its owner, and so on, as far as the one that names the patient.
    let alias = |at: usize| match at {
        0 => "t".to_owned(),
        1 => "o".to_owned(),
        at => format!("o{at}"),
    };
    // The column that leads `steps` upwards; a patient's own key leads to the patient.
    let leads = |steps: usize| match steps.checked_sub(1).and_then(|at| Some((at, way.get(at)?))) {
        Some((at, owner)) => format!("{}.{}", alias(at), owner.column),
        None => format!("t.{}", table.key),
    };
    let mut sql = Sql::new(dialect);
    sql.push(format!("SELECT {},t.{},{}", leads(way.len()), table.key, leads(steps)));
    for column in columns {
        // Enums, days and times too: whatever is stored can be read as text.
        sql.push(format!(",CAST(t.{column} AS CHAR)"));
    }
    sql.push(" FROM ").keys(patients);
    let between = way.iter().rev().skip(1).map(|owner| owner.to).chain([table]);
    let mut above = "k.id".to_owned();
    for (at, joined) in (0..way.len().max(1)).rev().zip(between) {
        sql.straight_join().push(format!("{} {} ON {} = {above}", joined.name, alias(at), leads(at + 1)));
        above = format!("{}.{}", alias(at), joined.key);
    }
    sql
}

async fn read_table(
    db: &Db,
    shapes: &Shapes,
    patients: &[i32],
    table: &'static Table,
    columns: &[&str],
) -> Result<Vec<Line>> {
    let sql = statement(db.dialect(), shapes, patients, table, columns);
    let mut lines = load!(db, sql, Columns, Line)?;
    // Both stores follow the keys already; an order by the database would be a sort of wide rows.
    lines.sort_by_key(|line| (line.patient, line.key));
    Ok(lines)
}

/// Reads all rows of these patients.
pub async fn read(db: &Db, shapes: &Shapes, patients: &[i32]) -> Result<Rows> {
    let mut rows = Rows::default();
    for kind in shapes.kinds() {
        rows.tables.push(read_table(db, shapes, patients, kind.table(), &columns(*kind)).await?);
    }
    for (_, of) in shapes.relationships() {
        rows.relationships.push(read_table(db, shapes, patients, of.table, &columns_of(of)).await?);
    }
    for (_, Purposes { table, column }) in shapes.purposes() {
        rows.purposes.push(read_table(db, shapes, patients, table, &[column]).await?);
    }
    Ok(rows)
}

/// Rows of reference data that one statement reads.
const SPAN: u32 = 5_000;

/// Reads the reference layer.
pub async fn read_reference(db: &Db, shapes: &Shapes) -> Result<Subgraph> {
    let mut tables = Vec::new();
    for kind in shapes.reference() {
        let (table, columns, mut lines) = (kind.table(), columns(*kind), Vec::<Line>::new());
        loop {
            let mut sql = Sql::new(db.dialect());
            sql.push(format!("SELECT t.{0},t.{0},t.{0}", table.key));
            for column in &columns {
                sql.push(format!(",CAST(t.{column} AS CHAR)"));
            }
            sql.push(format!(" FROM {} t WHERE t.{} > ", table.name, table.key));
            sql.int(i64::from(lines.last().map_or(i32::MIN, |line| line.key)));
            sql.push(format!(" ORDER BY t.{} LIMIT ", table.key)).int(i64::from(SPAN));
            let some = load!(db, sql, Columns, Line)?;
            let whole = some.len() < SPAN as usize;
            lines.extend(some);
            if whole {
                break;
            }
        }
        tables.push(lines);
    }
    Ok(reference::layer(shapes, tables))
}

/// The patients whose rows point to one of these rows of reference data.
pub async fn pointing(db: &Db, shapes: &Shapes, to: Vec<Key>) -> Result<Vec<i32>> {
    let mut patients = Vec::new();
    for (table, column) in shapes.pointing() {
        let kind = shapes.pointed_to(table, column);
        let keys: Vec<i32> = to.iter().filter(|(of, _)| Some(*of) == kind).map(|(_, key)| *key).collect();
        for some in keys.chunks(SPAN as usize) {
            let sql = statement_pointing(db.dialect(), table, column, some);
            patients.extend(db.numbers(&sql).await?.into_iter().map(|(patient, _)| patient));
        }
    }
    patients.sort_unstable();
    patients.dedup();
    Ok(patients)
}

/// The patients of the rows of a table that point by a column to one of these keys.
fn statement_pointing(dialect: Dialect, table: &Table, column: &str, keys: &[i32]) -> Sql {
    let way: Vec<&Owner> = table.way().collect();
    let (last, joined) = match way.split_last() {
        Some((last, joined)) => (last.column, joined),
        None => (table.key, &[][..]),
    };
    let mut sql = Sql::new(dialect);
    sql.push(format!("SELECT DISTINCT o{}.{last},0 FROM ", joined.len())).keys(keys).straight_join();
    sql.push(format!("{} o0 ON o0.{column} = k.id", table.name));
    for (at, owner) in joined.iter().enumerate() {
        sql.straight_join().push(format!(
            "{} o{} ON o{}.{} = o{at}.{}",
            owner.to.name,
            at + 1,
            at + 1,
            owner.to.key,
            owner.column
        ));
    }
    sql.push(format!(" WHERE o{}.{last} IS NOT NULL", joined.len()));
    sql
}

/// The keys of patients above `after`, smallest first.
pub async fn patients_after(db: &Db, after: i32, most: u32) -> Result<Vec<i32>> {
    let mut sql = Sql::new(db.dialect());
    sql.push("SELECT patient_id, 0 FROM Patient WHERE patient_id > ").int(i64::from(after));
    sql.push(" ORDER BY patient_id LIMIT ").int(i64::from(most));
    Ok(db.numbers(&sql).await?.into_iter().map(|(key, _)| key).collect())
}

#[cfg(test)]
mod tests {
    use super::{super::shape::samples::*, *};

    #[test]
    fn a_statement_follows_the_references_to_the_patient() {
        let keys = "(SELECT value AS id FROM json_each(?)) k";
        for (table, text) in [
            (
                &PATIENT,
                "SELECT t.patient_id,t.patient_id,t.patient_id,CAST(t.x AS CHAR) FROM @ \
                 CROSS JOIN Patient t ON t.patient_id = k.id",
            ),
            (
                &STAY,
                "SELECT t.guest_id,t.stay_id,t.guest_id,CAST(t.x AS CHAR) FROM @ CROSS JOIN Stay t ON t.guest_id = k.id",
            ),
            (
                &ROOM,
                "SELECT o.guest_id,t.room_id,t.stay_id,CAST(t.x AS CHAR) FROM @ \
                 CROSS JOIN Stay o ON o.guest_id = k.id CROSS JOIN Room t ON t.stay_id = o.stay_id",
            ),
            // Rooms are no nodes: a bed hangs below the stay.
            (
                &BED,
                "SELECT o2.guest_id,t.bed_id,o.stay_id,CAST(t.x AS CHAR) FROM @ CROSS JOIN Stay o2 ON o2.guest_id = k.id \
                 CROSS JOIN Room o ON o.stay_id = o2.stay_id CROSS JOIN Bed t ON t.room = o.room_id",
            ),
        ] {
            let sql = statement(Dialect::Sqlite, &shapes(), &[1], table, &["x"]);
            assert_eq!(sql.shown(), text.replace('@', keys));
        }
    }

    #[test]
    fn the_way_back_from_reference_data_ends_at_the_patient() {
        let keys = "(SELECT value AS id FROM json_each(?)) k";
        for (table, text) in [
            (
                &CARE,
                "SELECT DISTINCT o0.guest_id,0 FROM @ CROSS JOIN Care o0 ON o0.x = k.id WHERE o0.guest_id IS NOT NULL",
            ),
            (
                &BED,
                "SELECT DISTINCT o2.guest_id,0 FROM @ CROSS JOIN Bed o0 ON o0.x = k.id CROSS JOIN Room o1 ON o1.room_id = o0.room \
                 CROSS JOIN Stay o2 ON o2.stay_id = o1.stay_id WHERE o2.guest_id IS NOT NULL",
            ),
            (
                &PATIENT,
                "SELECT DISTINCT o0.patient_id,0 FROM @ CROSS JOIN Patient o0 ON o0.x = k.id WHERE o0.patient_id IS NOT NULL",
            ),
        ] {
            assert_eq!(statement_pointing(Dialect::Sqlite, table, "x", &[1]).shown(), text.replace('@', keys));
        }
    }
}
