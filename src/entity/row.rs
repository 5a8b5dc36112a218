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
    sql_types::Integer,
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

impl<R> Placed<R> {
    /// Reads either form, told apart by how many columns there are.
    pub fn read<'a, ST, DB>(row: &impl diesel::row::Row<'a, DB>) -> diesel::deserialize::Result<Self>
    where
        DB: Backend,
        R: FromSqlRow<ST, DB> + StaticallySized,
        i32: FromSql<Integer, DB>,
    {
        let columns = row.field_count();
        if columns == R::COLUMNS {
            return Ok(Placed(None, R::build_from_row(row)?));
        }
        let number = |at: usize| {
            let field = row.get(at).ok_or("a column is missing")?;
            i32::from_nullable_sql(diesel::row::Field::value(&field))
        };
        Ok(Placed(Some((number(0)?, number(1)?)), R::build_from_row(&row.partial_row(2..columns))?))
    }
}

/// How many columns a row has.
pub trait StaticallySized {
    /// The number of columns.
    const COLUMNS: usize;
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
