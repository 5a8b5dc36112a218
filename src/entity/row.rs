//! Rows of a table as Rust values: what `entity!` makes, and sets of them.

use crate::{
    db::Bad,
    graphql::{
        context::Cx,
        model::{Fetched, Object, RowSet},
    },
};
use diesel::{
    backend::Backend,
    deserialize::{FromSql, FromSqlRow},
    mysql::Mysql,
    sql_types::Integer,
    sqlite::Sqlite,
};
use std::{any::Any, sync::Arc};

/// A row type; `entity!` writes the implementation.
pub trait Row: Send + Sync + 'static {
    /// The GraphQL type.
    fn object() -> &'static Object;
    /// Writes a scalar as JSON.
    fn write(&self, scalar: usize, cx: &Cx, out: &mut Vec<u8>) -> Result<(), Bad>;
    /// Writes a column for a cursor.
    fn write_raw(&self, scalar: usize, out: &mut Vec<u8>);
    /// The bytes that the row's texts take beside the row itself.
    fn heap(&self) -> usize;
    /// A number in the order of a column's values, where there is one.
    fn rank(&self, scalar: usize) -> Option<i64>;
}

/// Rows of one type.
pub struct Set<R>(Vec<R>);

impl<R: Row> Set<R> {
    /// Rows as a statement answered them.
    pub fn fetched(rows: Vec<Placed<R>>) -> Fetched {
        let mut places = Vec::new();
        let rows = rows.into_iter().map(|Placed(place, row)| {
            places.extend(place);
            row
        });
        let set = Arc::new(Set(rows.collect()));
        Fetched { set, places }
    }
}

/// A row, after the key of its parent and its place below it where the statement answers them.
pub struct Placed<R>(Option<(i32, i32)>, R);

/// What a statement is said to answer that answers rows of an entity; how they are read is [`FromColumns`].
pub type OfEntity = Integer;

/// A row that is read from its columns.
pub trait FromColumns<DB: Backend>: Sized {
    /// How many there are.
    const COLUMNS: usize;
    /// Reads the row whose columns begin at a place.
    fn from_columns<'a>(row: &impl diesel::row::Row<'a, DB>, first: usize) -> diesel::deserialize::Result<Self>;
}

impl<R> Placed<R> {
    /// Reads either form, told apart by how many columns there are.
    fn read<'a, DB>(row: &impl diesel::row::Row<'a, DB>) -> diesel::deserialize::Result<Self>
    where
        DB: Backend,
        R: FromColumns<DB>,
        i32: FromSql<Integer, DB>,
    {
        if row.field_count() == R::COLUMNS {
            return Ok(Placed(None, R::from_columns(row, 0)?));
        }
        let number = |at: usize| {
            let field = row.get(at).ok_or("a column is missing")?;
            i32::from_nullable_sql(diesel::row::Field::value(&field))
        };
        Ok(Placed(Some((number(0)?, number(1)?)), R::from_columns(row, 2)?))
    }
}

impl<R: FromColumns<Mysql>> FromSqlRow<OfEntity, Mysql> for Placed<R> {
    fn build_from_row<'a>(row: &impl diesel::row::Row<'a, Mysql>) -> diesel::deserialize::Result<Self> {
        Self::read(row)
    }
}

impl<R: FromColumns<Sqlite>> FromSqlRow<OfEntity, Sqlite> for Placed<R> {
    fn build_from_row<'a>(row: &impl diesel::row::Row<'a, Sqlite>) -> diesel::deserialize::Result<Self> {
        Self::read(row)
    }
}

impl<R: Row> RowSet for Set<R> {
    fn row_type(&self) -> &'static Object {
        R::object()
    }
    fn count(&self) -> usize {
        self.0.len()
    }
    fn write(&self, row: usize, scalar: usize, cx: &Cx, out: &mut Vec<u8>) -> Result<(), Bad> {
        self.0.get(row).map_or(Err(Bad("row")), |row| row.write(scalar, cx, out))
    }
    fn write_raw(&self, row: usize, scalar: usize, out: &mut Vec<u8>) {
        if let Some(row) = self.0.get(row) {
            row.write_raw(scalar, out);
        }
    }
    fn rank(&self, row: usize, scalar: usize) -> Option<i64> {
        self.0.get(row)?.rank(scalar)
    }
    fn row(&self, row: usize) -> Option<&dyn Any> {
        self.0.get(row).map(|row| row as &dyn Any)
    }
    fn bytes(&self) -> usize {
        self.0.iter().map(|row| size_of::<R>() + row.heap()).sum()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
