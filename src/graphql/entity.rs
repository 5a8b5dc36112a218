//! `entity!`: a row of a table and its GraphQL type, declared together.

use super::{
    context::Cx,
    model::{Fetched, Object, RowSet},
};
use crate::db::Bad;
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
    /// So many.
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

/// Declares a row of a table and its GraphQL type: the struct, `TABLE` and `ENTITY`. Beside it stands `RULES`: what must hold
/// of a row that is written.
///
/// ```text
/// entity! {
///     /// What it is, for the API's reader.
///     Medication of tables::medication, "Medication" by medication_id, belongs Belongs::To(Owner { column: "patient_id", to: &patient::TABLE }), search true,
///         written as "medication", "medications";
///     columns {                     // in any order
///         /// What it means. `index`: an index leads with it, so that it may narrow a read; `order`: and orders by it;
///         /// `order generated`: and the database computes it, so that nobody writes it.
///         medicine_name: String = "name" order;
///     }
///     computed {                    // from the row alone
///         /// What it means.
///         "age": Option<i32> = Patient::age;
///     }
///     fields {                      // answered a level at a time
///         /// Who takes it.
///         "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
///     }
/// }
/// ```
macro_rules! entity {
    (
        $(#[doc = $doc:literal])*
        $row:ident of $table:path, $name:literal by $key:ident, belongs $belongs:expr, search $search:literal,
            written as $one:literal, $many:literal;
        columns { $($(#[doc = $cdoc:literal])* $column:ident: $ty:ty = $field:literal $($index:ident)*;)* }
        computed { $($(#[doc = $sdoc:literal])* $computed:literal: $sty:ty = $compute:expr;)* }
        fields { $($(#[doc = $fdoc:literal])* $relation:literal = $how:expr;)* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, diesel::Queryable)]
        pub struct $row { $($(#[doc = $cdoc])* pub $column: $ty),* }

        #[doc = concat!("The table ", $name, ".")]
        pub static TABLE: $crate::db::Table =
            $crate::db::Table { name: $name, key: stringify!($key), belongs: $belongs, links: &[], search: $search };

        #[doc = concat!("The table ", $name, " and its GraphQL type.")]
        pub static ENTITY: $crate::graphql::model::Entity = $crate::graphql::model::Entity {
            object: &OBJECT,
            connection: &$crate::graphql::model::Object {
                name: concat!(stringify!($row), "Connection"),
                doc: concat!("One page of a list of `", stringify!($row), "` objects."),
                is_node: false,
                of: Some(&ENTITY),
                scalars: &[],
                fields: &$crate::graphql::connection::CONNECTION_FIELDS,
            },
            edge: &$crate::graphql::model::Object {
                name: concat!(stringify!($row), "Edge"),
                doc: concat!("One `", stringify!($row), "` object of a list, and its cursor."),
                is_node: false,
                of: Some(&ENTITY),
                scalars: &$crate::graphql::connection::EDGE_SCALARS,
                fields: &$crate::graphql::connection::EDGE_FIELDS,
            },
            table: &TABLE,
            columns: &[$(stringify!($column)),*],
            generated: &[$($crate::graphql::indexed!($($index)*).2),*],
            rules: &RULES,
            payload: &$crate::graphql::model::Object {
                name: concat!(stringify!($row), "Payload"),
                doc: concat!("The result of writing one `", stringify!($row), "` object."),
                is_node: false,
                of: None,
                scalars: <$crate::graphql::write::payload::Outcome as $crate::graphql::made::MadeRow>::SCALARS,
                fields: &[$crate::graphql::model::FieldDef {
                    name: $one,
                    doc: "The object as it is now; null if it was removed since.",
                    field: &$crate::graphql::made::ToRow {
                        entity: &ENTITY,
                        key: $crate::graphql::write::payload::Outcome::key,
                    },
                }],
            },
            payloads: &$crate::graphql::model::Object {
                name: concat!(stringify!($row), "ListPayload"),
                doc: concat!("The result of writing several `", stringify!($row), "` objects."),
                is_node: false,
                of: None,
                scalars: <$crate::graphql::write::payload::Outcome as $crate::graphql::made::MadeRow>::SCALARS,
                fields: &[$crate::graphql::model::FieldDef {
                    name: $many,
                    doc: "The objects as they are now; objects that were removed since are left out.",
                    field: &$crate::graphql::made::ToRows {
                        entity: &ENTITY,
                        keys: |outcome: &$crate::graphql::write::payload::Outcome, _, _| Ok(outcome.keys.clone()),
                        args: |_| Vec::new(),
                        expected: 5,
                    },
                }],
            },
            fetch: |db, sql| Box::pin(async move {
                let rows = $crate::db::load!(db, sql, PlacedColumns, $crate::graphql::Placed<$row>)?;
                Ok($crate::graphql::Set::fetched(rows))
            }),
        };

        use $table as table;
        type Columns = ($(diesel::dsl::SqlTypeOf<table::$column>,)*);
        type PlacedColumns = (diesel::sql_types::Integer, diesel::sql_types::Integer, Columns);

        impl diesel::deserialize::FromSqlRow<PlacedColumns, diesel::mysql::Mysql> for $crate::graphql::Placed<$row> {
            fn build_from_row<'a>(row: &impl diesel::row::Row<'a, diesel::mysql::Mysql>) -> diesel::deserialize::Result<Self> {
                Self::read::<Columns, _>(row)
            }
        }

        impl diesel::deserialize::FromSqlRow<PlacedColumns, diesel::sqlite::Sqlite> for $crate::graphql::Placed<$row> {
            fn build_from_row<'a>(row: &impl diesel::row::Row<'a, diesel::sqlite::Sqlite>) -> diesel::deserialize::Result<Self> {
                Self::read::<Columns, _>(row)
            }
        }

        static OBJECT: $crate::graphql::model::Object = $crate::graphql::model::Object {
            name: stringify!($row),
            doc: concat!($($doc, "\n"),*),
            is_node: true,
            of: Some(&ENTITY),
            scalars: &[
                $crate::graphql::model::Scalar {
                    name: "id",
                    doc: concat!("The global id, as `", stringify!($row), ":12`."),
                    kind: $crate::db::Kind::Id,
                    nullable: false,
                    column: stringify!($key),
                    indexed: true,
                    ordered: true,
                },
                $($crate::graphql::model::Scalar {
                    name: $field,
                    doc: concat!($($cdoc, "\n"),*),
                    kind: <$ty as $crate::db::Stored>::KIND,
                    nullable: <$ty as $crate::db::Stored>::NULLABLE,
                    column: stringify!($column),
                    indexed: $crate::graphql::indexed!($($index)*).0,
                    ordered: $crate::graphql::indexed!($($index)*).1,
                },)*
                $($crate::graphql::model::Scalar {
                    name: $computed,
                    doc: concat!($($sdoc, "\n"),*),
                    kind: <$sty as $crate::db::Stored>::KIND,
                    nullable: <$sty as $crate::db::Stored>::NULLABLE,
                    column: "",
                    indexed: false,
                    ordered: false,
                },)*
            ],
            fields: &[
                $crate::graphql::model::FieldDef {
                    name: "version",
                    doc: "A digest of all stored columns of the object: a change by whatever program gives another digest. Pass it as `expectedVersion`.",
                    field: &$crate::graphql::write::Version(&ENTITY),
                },
                $($crate::graphql::model::FieldDef { name: $relation, doc: concat!($($fdoc, "\n"),*), field: &$how },)*
            ],
        };

        impl $crate::graphql::StaticallySized for $row {
            const COLUMNS: usize = [$(stringify!($column)),*].len();
        }

        impl $crate::graphql::Row for $row {
            fn object() -> &'static $crate::graphql::model::Object {
                &OBJECT
            }
            fn write(&self, scalar: usize, cx: &$crate::graphql::context::Cx, out: &mut Vec<u8>) -> Result<(), $crate::db::Bad> {
                use $crate::db::Stored;
                // The places of the scalars above: the id, the columns, the computed ones.
                if scalar == 0 {
                    out.extend_from_slice(concat!("\"", stringify!($row), ":").as_bytes());
                    Stored::write(&self.$key, out)?;
                    out.push(b'"');
                    return Ok(());
                }
                let mut place = 0;
                $(
                    place += 1;
                    if scalar == place {
                        return Stored::write(&self.$column, out);
                    }
                )*
                $(
                    place += 1;
                    if scalar == place {
                        let compute: fn(&$row, &$crate::graphql::context::Cx) -> $sty = $compute;
                        return Stored::write(&compute(self, cx), out);
                    }
                )*
                let _ = (place, cx);
                Err($crate::db::Bad("scalar"))
            }
            fn write_raw(&self, scalar: usize, out: &mut Vec<u8>) {
                let mut place = 0;
                $(
                    place += 1;
                    if scalar == place {
                        return $crate::db::Stored::write_raw(&self.$column, out);
                    }
                )*
                let _ = place;
                out.extend_from_slice(b"null");
            }
            fn heap(&self) -> usize {
                0 $(+ $crate::db::Stored::heap(&self.$column))*
            }
            fn rank(&self, scalar: usize) -> Option<i64> {
                if scalar == 0 {
                    return Some(i64::from(self.$key));
                }
                let mut place = 0;
                $(
                    place += 1;
                    if scalar == place {
                        return $crate::db::Stored::rank(&self.$column);
                    }
                )*
                let _ = place;
                None
            }
        }
    };
}
pub(crate) use entity;

/// Whether a column of `entity!` may narrow a read, and order it, and whether the database computes it.
macro_rules! indexed {
    () => {
        (false, false, false)
    };
    (index) => {
        (true, false, false)
    };
    (order) => {
        (true, true, false)
    };
    (order generated) => {
        (true, true, true)
    };
}
pub(crate) use indexed;
