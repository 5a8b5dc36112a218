//! Patients' rows as the projection reads them: one statement a table, however many patients, every column as text.

use super::shape::{As, NodeKind, SHAPES, Shape};
use crate::{
    db::{Db, Sql, load},
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
    /// The patient that it belongs to.
    pub patient: i32,
    /// Its key.
    pub key: i32,
    /// The key of the row that it hangs below.
    pub owner: i32,
    /// The columns of its shape's properties.
    pub cells: Vec<Option<Box<str>>>,
}

/// The rows of some patients.
#[derive(Debug, Default)]
pub struct Rows {
    /// For each of [`SHAPES`] its rows, by patient.
    pub tables: Vec<Vec<Line>>,
    /// What medications were prescribed for, by patient; the owner is the medication.
    pub purposes: Vec<Line>,
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

/// A table's rows below patients: themselves, or through the rows that hang from them.
fn statement(db: &Db, patients: &[i32], table: &str, key: &str, owner: (NodeKind, &str), columns: &[&str]) -> Sql {
    let mut sql = Sql::new(db.dialect());
    let (kind, column) = owner;
    let of = kind.shape();
    let direct = kind == NodeKind::Patient;
    sql.push(if direct { "SELECT t.patient_id" } else { "SELECT o.patient_id" });
    sql.push(format!(",t.{key},t.{column}"));
    for column in columns {
        // Enums, days and times too: whatever is stored can be read as text.
        sql.push(format!(",CAST(t.{column} AS CHAR)"));
    }
    sql.push(" FROM ").keys(patients).straight_join();
    if direct {
        sql.push(format!("{table} t ON t.patient_id = k.id"));
    } else {
        sql.push(format!("{} o ON o.patient_id = k.id", of.table)).straight_join();
        sql.push(format!("{table} t ON t.{column} = o.{}", of.key));
    }
    sql
}

async fn read_table(
    db: &Db,
    patients: &[i32],
    table: &str,
    key: &str,
    owner: (NodeKind, &str),
    columns: &[&str],
) -> Result<Vec<Line>> {
    let sql = statement(db, patients, table, key, owner, columns);
    let mut lines = load!(db, sql, Columns, Line)?;
    // Both stores follow the keys already; an order by the database would be a sort of wide rows.
    lines.sort_by_key(|line| (line.patient, line.key));
    Ok(lines)
}

/// Reads all rows of these patients.
pub async fn read(db: &Db, patients: &[i32]) -> Result<Rows> {
    let mut rows = Rows::default();
    for Shape { table, key, owner, props, .. } in &SHAPES {
        let columns: Vec<&str> = props.iter().map(|(_, column, _): &(_, _, As)| *column).collect();
        rows.tables.push(read_table(db, patients, table, key, *owner, &columns).await?);
    }
    let owner = (NodeKind::Medication, "medication_id");
    rows.purposes = read_table(db, patients, "Medication_Purpose", "purpose_id", owner, &["condition_name"]).await?;
    Ok(rows)
}

/// The keys of patients above `after`, smallest first.
pub async fn patients_after(db: &Db, after: i32, most: u32) -> Result<Vec<i32>> {
    let mut sql = Sql::new(db.dialect());
    sql.push("SELECT patient_id, 0 FROM Patient WHERE patient_id > ").int(i64::from(after));
    sql.push(" ORDER BY patient_id LIMIT ").int(i64::from(most));
    Ok(db.numbers(&sql).await?.into_iter().map(|(key, _)| key).collect())
}
