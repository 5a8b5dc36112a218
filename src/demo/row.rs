//! What a row of the demo is: `row!` declares one, [`DemoRow`] is what a store takes.
//!
//! The names of a table and of its columns stand in the declaration and nowhere else; they are plain strings. A new kind of
//! value is a variant of [`DemoValue`].
//!
//! Reference data is what rows of many patients point to, such as doctors. A row of it is known by its name, as a [`Named`] in
//! the rows that point to it; the store gives it a key, or has a row of that name already.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::{borrow::Cow, marker::PhantomData};

/// A table of the demo.
#[derive(Debug, PartialEq)]
pub struct DemoTable {
    /// Its name.
    pub name: &'static str,
    /// The column of its key. The store gives out the keys: 1, 2, … in the order of the rows.
    pub key: &'static str,
    /// The column that holds the key of the row above, where there is one; of several, the one that has the name of that row's key.
    pub parents: &'static [&'static str],
    /// In a table of reference data, which of `columns` holds the name that a row is known by.
    pub called: Option<&'static str>,
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

impl DemoRow {
    /// The name of a row of reference data.
    pub fn name(&self) -> Option<&str> {
        let place = self.table.columns.iter().position(|column| Some(*column) == self.table.called)?;
        match self.values.get(place)? {
            DemoValue::Text(name) => Some(name),
            _ => None,
        }
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum DemoValue {
    /// NULL.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Text, an enum's value as it is stored, or a decimal as it is spelled.
    Text(Cow<'static, str>),
    /// A day.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A moment, in UTC.
    Moment(NaiveDateTime),
    /// The key of the row of reference data that has this name.
    Named(&'static DemoTable, &'static str),
    /// The key of a row of the same patient: of so many rows of this table, from 0.
    Within(&'static DemoTable, usize),
}

/// A row that `row!` declares.
pub trait Row {
    /// Its table.
    const TABLE: &'static DemoTable;
}

/// The key of a row of reference data, by that row's name.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(&'static str, PhantomData<T>);

impl<T> Named<T> {
    /// The row of this name.
    pub fn of(name: &'static str) -> Self {
        Named(name, PhantomData)
    }

    /// The row's name.
    pub fn name(&self) -> &'static str {
        self.0
    }
}

/// The key of a row of the same patient, by its place among the patient's rows of its table, from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Within<T>(usize, PhantomData<T>);

impl<T> Within<T> {
    /// The row in this place.
    pub fn at(place: usize) -> Self {
        Within(place, PhantomData)
    }

    /// The row's place.
    pub fn place(&self) -> usize {
        self.0
    }
}

impl<T: Row> From<Within<T>> for DemoValue {
    fn from(within: Within<T>) -> Self {
        DemoValue::Within(T::TABLE, within.0)
    }
}

impl<T: Row> From<Named<T>> for DemoValue {
    fn from(named: Named<T>) -> Self {
        DemoValue::Named(T::TABLE, named.0)
    }
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
    i64 => Whole,
    &'static str => Text,
    String => Text,
    Cow<'static, str> => Text,
    NaiveDate => Date,
    NaiveTime => Time,
    NaiveDateTime => Moment,
}

/// Declares a row: the struct, its table, and how it becomes a [`DemoRow`]. A field has the name of its column; an `Option` is a
/// column that the demo at times leaves empty. Reference data has `called "name"` in the place of `of "patient_id"`: the column of
/// the name by which rows point to it.
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
        $row:ident in $name:literal by $key:literal $(, of $($parent:literal)or+)? $(, called $called:literal)?;
        columns { $($(#[doc = $cdoc:literal])* $column:ident: $ty:ty,)* }
        $(below { $($(#[doc = $bdoc:literal])* $rows:ident: $below:ident,)* })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $row {
            $($(#[doc = $cdoc])* pub $column: $ty,)*
            $($($(#[doc = $bdoc])* pub $rows: Vec<$below>,)*)?
        }

        impl $crate::demo::row::Row for $row {
            const TABLE: &'static $crate::demo::DemoTable = &$crate::demo::DemoTable {
                name: $name,
                key: $key,
                parents: &[$($($parent),+)?],
                called: $crate::demo::row::row!(@maybe $($called)?),
                columns: &[$(stringify!($column)),*],
                below: &[$($(<$below as $crate::demo::row::Row>::TABLE),*)?],
            };
        }

        impl From<$row> for $crate::demo::DemoRow {
            fn from(row: $row) -> Self {
                let $row { $($column,)* $($($rows,)*)? } = row;
                let below = std::iter::empty::<Self>() $($(.chain($rows.into_iter().map(Self::from)))*)?;
                Self { table: <$row as $crate::demo::row::Row>::TABLE, values: vec![$($column.into()),*], below: below.collect() }
            }
        }
    };
    (@maybe) => { None };
    (@maybe $column:literal) => { Some($column) };
}
pub(super) use row;
