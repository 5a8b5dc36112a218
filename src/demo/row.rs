//! What a row of the demo is: `row!` declares one, [`DemoRow`] is what a store takes.
//!
//! The names of a table and of its columns stand in the declaration and nowhere else; they are plain strings. A new kind of
//! value, such as a reference to a row of reference data by that row's name, is a variant of [`DemoValue`].

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::borrow::Cow;

/// A table of the demo.
#[derive(Debug)]
pub struct DemoTable {
    /// Its name.
    pub name: &'static str,
    /// The column of its key. The store gives out the keys: 1, 2, … in the order of the rows.
    pub key: &'static str,
    /// The column that holds the key of the row above, where there is one.
    pub parent: Option<&'static str>,
    /// Every other column that the demo fills.
    pub columns: &'static [&'static str],
    /// The tables of the rows below.
    pub below: &'static [&'static DemoTable],
}

impl DemoTable {
    /// This table and all below it, each after the one above it.
    pub(super) fn all(&'static self) -> Vec<&'static DemoTable> {
        let below = self.below.iter().flat_map(|table| table.all());
        std::iter::once(self).chain(below).collect()
    }
}

/// A row with the rows below it.
#[derive(Debug)]
pub struct DemoRow {
    /// The table that it stands in.
    pub table: &'static DemoTable,
    /// A value for each of the table's `columns`.
    pub values: Vec<DemoValue>,
    /// The rows that hold its key.
    pub below: Vec<DemoRow>,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum DemoValue {
    /// NULL.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// Text, or an enum's value as it is stored.
    Text(Cow<'static, str>),
    /// A day.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A moment, in UTC.
    Moment(NaiveDateTime),
}

impl<T: Into<DemoValue>> From<Option<T>> for DemoValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(DemoValue::Nothing, Into::into)
    }
}

macro_rules! values { ($($ty:ty => $variant:ident),* $(,)?) => { $(
    impl From<$ty> for DemoValue {
        fn from(value: $ty) -> Self {
            DemoValue::$variant(value.into())
        }
    }
)* } }

values! {
    bool => Flag,
    &'static str => Text,
    String => Text,
    Cow<'static, str> => Text,
    NaiveDate => Date,
    NaiveTime => Time,
    NaiveDateTime => Moment,
}

/// Declares a row: the struct, its table, and how it becomes a [`DemoRow`]. A field has the name of its column; an `Option` is a
/// column that the demo at times leaves empty.
///
/// ```text
/// row! {
///     /// A row of `Appointment` with its symptoms.
///     DemoAppointment in "Appointment" by "appointment_id", of "patient_id";   // the table, its key, the column of the row above
///     columns {
///         /// The day.
///         appointment_date: NaiveDate,
///     }
///     below {
///         /// What the patient complained of.
///         symptoms: DemoSymptom,
///     }
/// }
/// ```
macro_rules! row {
    (
        $(#[doc = $doc:literal])*
        $row:ident in $name:literal by $key:literal $(, of $parent:literal)?;
        columns { $($(#[doc = $cdoc:literal])* $column:ident: $ty:ty,)* }
        $(below { $($(#[doc = $bdoc:literal])* $rows:ident: $below:ident,)* })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $row {
            $($(#[doc = $cdoc])* pub $column: $ty,)*
            $($($(#[doc = $bdoc])* pub $rows: Vec<$below>,)*)?
        }

        impl $row {
            /// Its table.
            pub const TABLE: &'static $crate::demo::DemoTable = &$crate::demo::DemoTable {
                name: $name,
                key: $key,
                parent: $crate::demo::row::row!(@parent $($parent)?),
                columns: &[$(stringify!($column)),*],
                below: &[$($($below::TABLE),*)?],
            };
        }

        impl From<$row> for $crate::demo::DemoRow {
            fn from(row: $row) -> Self {
                let $row { $($column,)* $($($rows,)*)? } = row;
                let below = std::iter::empty::<Self>() $($(.chain($rows.into_iter().map(Self::from)))*)?;
                Self { table: $row::TABLE, values: vec![$($column.into()),*], below: below.collect() }
            }
        }
    };
    (@parent) => { None };
    (@parent $parent:literal) => { Some($parent) };
}
pub(super) use row;
