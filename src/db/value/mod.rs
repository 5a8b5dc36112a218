//! Column types: how a stored value is read, however bad it is, and written as JSON.
//!
//! A value that cannot be understood must cost its own field, not its level: so reading never fails,
//! and [`Stored::write`] says [`Bad`] when asked for such a value.

mod email;
mod moment;
mod number;
mod text;

pub use email::email;
pub use moment::{Date, DateTime, Time};
pub use number::{Decimal, MOST, Whole, decimal, fixed, is_int, is_within};
pub use text::{Json, Uuid, uuid};

use super::enumeration::Enumeration;
use diesel::{
    deserialize::{FromSql, FromSqlRow, Result as ReadResult},
    mysql::Mysql,
    sql_types,
    sqlite::Sqlite,
};

/// A stored value that is none of its type; holds the type's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad(pub &'static str);

/// What a column holds, as far as filters, orders and the schema care.
#[derive(Debug, Clone, Copy)]
pub enum ValueKind {
    /// A global id, `Patient:12`.
    Id,
    /// A relational key, or a number that is computed.
    Int,
    /// A whole number.
    Whole {
        /// The least that clients write.
        min: i64,
        /// The most.
        max: i64,
    },
    /// A number with a fraction.
    Float,
    /// An exact number.
    Decimal {
        /// Its digits after the point.
        places: u32,
        /// The least that clients write.
        min: i64,
        /// The most.
        max: i64,
    },
    /// Text.
    Text,
    /// A yes or no; NULL reads as the default.
    Flag(bool),
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment, UTC.
    DateTime,
    /// One of a list of spellings.
    Enum(&'static Enumeration),
    /// A UUID.
    Uuid,
    /// A JSON text.
    Json,
}

impl ValueKind {
    /// The least and the most that clients write, of numbers.
    pub fn range(self) -> Option<(i64, i64)> {
        match self {
            ValueKind::Whole { min, max } | ValueKind::Decimal { min, max, .. } => Some((min, max)),
            _ => None,
        }
    }

    /// Whether values are in the order of their ranks ([`Stored::rank`]). Of texts the database alone knows the collation, and a flag does
    /// not know whether it was NULL.
    pub fn has_ranks(self) -> bool {
        match self {
            ValueKind::Id | ValueKind::Int | ValueKind::Whole { .. } | ValueKind::Float | ValueKind::Decimal { .. } => {
                true
            }
            ValueKind::Date | ValueKind::DateTime => true,
            ValueKind::Text | ValueKind::Flag(_) | ValueKind::Time | ValueKind::Enum(_) => false,
            ValueKind::Uuid | ValueKind::Json => false,
        }
    }
}

/// A Rust type that stands for a column of a row.
pub trait Stored {
    /// What it holds.
    const KIND: ValueKind;
    /// Whether the GraphQL field may be null.
    const NULLABLE: bool;
    /// Writes the value as JSON.
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad>;
    /// Writes the value as JSON for a cursor: also one that cannot be understood.
    fn write_raw(&self, out: &mut Vec<u8>) {
        if self.write(out).is_err() {
            out.extend_from_slice(b"null");
        }
    }
    /// The bytes that the value takes beside itself.
    fn heap(&self) -> usize {
        0
    }
    /// A number in the order of the values, where the order needs no collation. NULL comes first.
    fn rank(&self) -> Option<i64> {
        None
    }
}

/// A [`Stored`] type that a column is read as: every column but the primary key may be NULL, so a row is read whatever it lacks.
pub trait Column: Stored {
    /// The column's type in SQL.
    type Sql;
}

macro_rules! columns { ($($ty:ty: $sql:ident),*) => { $(
    impl Column for $ty {
        type Sql = sql_types::$sql;
    }
    impl Column for Option<$ty> {
        type Sql = sql_types::Nullable<sql_types::$sql>;
    }
)* } }
columns!(i32: Integer, f64: Double, String: Text, Date: Date, Time: Time, DateTime: Timestamp);

impl<const DEFAULT: bool> Column for Flag<DEFAULT> {
    type Sql = sql_types::Nullable<sql_types::Bool>;
}

/// JSON of anything that serde can write; infallible for the types used here.
pub fn write_json(value: &(impl serde::Serialize + ?Sized), out: &mut Vec<u8>) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

impl Stored for i32 {
    const KIND: ValueKind = ValueKind::Int;
    const NULLABLE: bool = false;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        write_json(self, out);
        Ok(())
    }
    fn rank(&self) -> Option<i64> {
        Some(i64::from(*self))
    }
}

impl Stored for f64 {
    const KIND: ValueKind = ValueKind::Float;
    const NULLABLE: bool = false;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        // GraphQL has one kind of number on the wire: 7, not 7.0.
        if self.fract() == 0.0 && self.abs() < 1e15 {
            write_json(&(*self as i64), out);
        } else {
            write_json(self, out);
        }
        Ok(())
    }
    fn rank(&self) -> Option<i64> {
        // The bits of positive numbers are in the numbers' order; those of negative ones in the opposite one. 0 and -0 are equal.
        let bits = (self + 0.0).to_bits() as i64;
        Some(if bits < 0 { bits ^ i64::MAX } else { bits })
    }
}

/// A global id that is no column's.
#[derive(Debug, Clone)]
pub struct Id(pub String);

impl Stored for Id {
    const KIND: ValueKind = ValueKind::Id;
    const NULLABLE: bool = false;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        write_json(&self.0, out);
        Ok(())
    }
}

impl Stored for String {
    const KIND: ValueKind = ValueKind::Text;
    const NULLABLE: bool = false;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        write_json(self, out);
        Ok(())
    }
    fn heap(&self) -> usize {
        self.capacity()
    }
}

impl<T: Stored> Stored for Option<T> {
    const KIND: ValueKind = T::KIND;
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        match self {
            Some(value) => value.write(out),
            None => {
                out.extend_from_slice(b"null");
                Ok(())
            }
        }
    }
    fn write_raw(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write_raw(out),
            None => out.extend_from_slice(b"null"),
        }
    }
    fn heap(&self) -> usize {
        self.as_ref().map_or(0, Stored::heap)
    }
    fn rank(&self) -> Option<i64> {
        match self {
            Some(value) => value.rank(),
            None => Some(i64::MIN),
        }
    }
}

/// A yes or no whose NULL reads as `DEFAULT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct Flag<const DEFAULT: bool>(pub bool);

impl<const DEFAULT: bool> Stored for Flag<DEFAULT> {
    const KIND: ValueKind = ValueKind::Flag(DEFAULT);
    const NULLABLE: bool = false;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        write_json(&self.0, out);
        Ok(())
    }
}

macro_rules! read_flag { ($($backend:ty),*) => { $(
    impl<const DEFAULT: bool> FromSql<sql_types::Nullable<sql_types::Bool>, $backend> for Flag<DEFAULT> {
        fn from_sql(bytes: <$backend as diesel::backend::Backend>::RawValue<'_>) -> ReadResult<Self> {
            <bool as FromSql<sql_types::Bool, $backend>>::from_sql(bytes).map(Flag)
        }
        fn from_nullable_sql(bytes: Option<<$backend as diesel::backend::Backend>::RawValue<'_>>) -> ReadResult<Self> {
            bytes.map_or(Ok(Flag(DEFAULT)), <Self as FromSql<sql_types::Nullable<sql_types::Bool>, $backend>>::from_sql)
        }
    }
)* } }
read_flag!(Mysql, Sqlite);

type LiteValue<'a> = <Sqlite as diesel::backend::Backend>::RawValue<'a>;

fn lite_text(value: LiteValue<'_>) -> ReadResult<String> {
    <String as FromSql<sql_types::Text, Sqlite>>::from_sql(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn json(value: &impl Stored) -> Result<String, Bad> {
        let mut out = Vec::new();
        value.write(&mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn ranks_of_numbers_are_in_the_order_of_the_numbers() {
        let ordered = [-1e15, -7.25, -7.0, -1e-9, 0.0, 1e-9, 0.5, 7.0, 7.25, 1e15];
        assert!(ordered.is_sorted_by_key(|number| number.rank()));
        assert!(ordered.iter().all(|number| Some(*number).rank() > None::<f64>.rank()));
        assert_eq!((-0.0).rank(), 0.0.rank());
        assert_ne!(7.0.rank(), 7.25.rank());
    }

    #[test]
    fn kinds_that_have_ranks_are_those_whose_values_have_one() {
        fn agrees<T: Stored>(value: &T) -> bool {
            value.rank().is_some() == T::KIND.has_ranks()
        }
        let day = Date::parse("2024-05-01");
        assert!(agrees(&7) && agrees(&7.5) && agrees(&String::from("7")) && agrees(&day) && agrees(&Some(day)));
        assert!(agrees(&Flag::<true>(false)) && agrees(&Time::parse("14:30:00")));
        assert!(agrees(&DateTime::parse("2024-05-01 10:00:00")));
    }

    #[test]
    fn whole_numbers_are_written_without_a_fraction() {
        assert_eq!(json(&7.0).unwrap(), "7");
        assert_eq!(json(&-0.0).unwrap(), "0");
        assert_eq!(json(&7.25).unwrap(), "7.25");
    }
}
