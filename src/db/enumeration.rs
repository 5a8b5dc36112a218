//! Enum columns: text in every spelling that real tables hold, one canonical name in GraphQL.

use super::value::{Bad, Column, Stored, ValueKind};
use diesel::{
    deserialize::{FromSql, FromSqlRow, Result as ReadResult},
    mysql::Mysql,
    sql_types,
    sqlite::Sqlite,
};
use std::marker::PhantomData;

/// One of a fixed list of values, in every spelling that real tables hold.
#[derive(Debug)]
pub struct Enumeration {
    /// The GraphQL type's name.
    pub name: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// Its values, canonical ones first.
    pub values: &'static [EnumValue],
}

/// One value of an [`Enumeration`].
#[derive(Debug)]
pub struct EnumValue {
    /// The GraphQL spelling.
    pub name: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// The canonical stored spelling.
    pub stored: &'static str,
    /// Set on an older name: the canonical GraphQL name that it maps to.
    pub alias_of: Option<&'static str>,
}

impl Enumeration {
    /// The GraphQL spelling of a stored one, older spellings included, without case.
    pub fn read(&self, stored: &str) -> Option<&'static str> {
        let found = self.values.iter().find(|value| value.stored.eq_ignore_ascii_case(stored))?;
        Some(found.alias_of.unwrap_or(found.name))
    }

    /// The canonical stored spelling of a value, by its GraphQL name or a stored spelling, older ones included.
    pub fn canonical(&self, text: &str) -> Option<&'static str> {
        let found = self.values.iter().find(|value| value.name == text || value.stored.eq_ignore_ascii_case(text))?;
        let name = found.alias_of.unwrap_or(found.name);
        self.values.iter().find(|value| value.name == name).map(|value| value.stored)
    }

    /// Every stored spelling that reads as the same value as the given GraphQL name.
    pub fn spellings(&self, name: &str) -> Vec<&'static str> {
        let Some(asked) = self.values.iter().find(|value| value.name == name) else { return Vec::new() };
        let canonical = asked.alias_of.unwrap_or(asked.name);
        let same = self.values.iter().filter(|value| value.alias_of.unwrap_or(value.name) == canonical);
        let mut spellings: Vec<&str> = Vec::new();
        for value in same {
            // Comparison in both stores ignores case, so one spelling of each word is enough.
            if !spellings.iter().any(|known| known.eq_ignore_ascii_case(value.stored)) {
                spellings.push(value.stored);
            }
        }
        spellings
    }
}

/// A Rust enum that stands for an [`Enumeration`]'s values.
pub trait Enumerated: Sized + Copy + 'static {
    /// The values and their spellings.
    const OF: &'static Enumeration;
}

/// The text of an enum column, understood when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow)]
pub struct Enum<T>(String, PhantomData<fn() -> T>);

// Older databases hold other spellings than the column's type would take.
impl<T: Enumerated> Column for Option<Enum<T>> {
    type Sql = sql_types::Nullable<sql_types::Text>;
}

impl<T: Enumerated> Enum<T> {
    /// The canonical stored spelling; `None` for what is none of the values.
    pub fn canonical(&self) -> Option<&'static str> {
        T::OF.canonical(&self.0)
    }
}

impl<T: Enumerated> Stored for Enum<T> {
    const KIND: ValueKind = ValueKind::Enum(T::OF);
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        let name = T::OF.read(&self.0).ok_or(Bad(T::OF.name))?;
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.push(b'"');
        Ok(())
    }
    fn heap(&self) -> usize {
        self.0.capacity()
    }
}

macro_rules! read_enum { ($($backend:ty),*) => { $(
    impl<T: Enumerated> FromSql<sql_types::Text, $backend> for Enum<T> {
        fn from_sql(bytes: <$backend as diesel::backend::Backend>::RawValue<'_>) -> ReadResult<Self> {
            <String as FromSql<sql_types::Text, $backend>>::from_sql(bytes).map(|text| Enum(text, PhantomData))
        }
    }
)* } }
read_enum!(Mysql, Sqlite);

/// Declares a Rust enum, its GraphQL values and their stored spellings, older ones included.
///
/// `Canonical "NAME" = "stored"` is a value; in `older`, `"OLD_NAME" = "Old" for "NAME"` is an older name that input
/// accepts and a stored spelling that reading understands.
macro_rules! enumeration {
    ($(#[doc = $doc:literal])* $enum:ident { $($(#[doc = $vdoc:literal])* $variant:ident $name:literal = $stored:literal,)* } $(older { $($old:literal = $spelled:literal for $new:literal,)* })?) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $enum { $($(#[doc = $vdoc])* $variant),* }

        impl $crate::db::Enumerated for $enum {
            const OF: &'static $crate::db::Enumeration = &$crate::db::Enumeration {
                name: stringify!($enum),
                doc: concat!($($doc, "\n"),*),
                values: &[
                    $($crate::db::EnumValue { name: $name, doc: concat!($($vdoc, "\n"),*), stored: $stored, alias_of: None },)*
                    $($($crate::db::EnumValue { name: $old, doc: concat!("An older name of `", $new, "`."), stored: $spelled, alias_of: Some($new) },)*)?
                ],
            };
        }

        impl $crate::db::Stored for $enum {
            const KIND: $crate::db::ValueKind = $crate::db::ValueKind::Enum(<$enum as $crate::db::Enumerated>::OF);
            const NULLABLE: bool = false;
            fn write(&self, out: &mut Vec<u8>) -> Result<(), $crate::db::Bad> {
                $crate::db::write_json(self.name(), out);
                Ok(())
            }
        }

        impl $enum {
            /// The GraphQL spelling.
            pub fn name(self) -> &'static str {
                match self { $($enum::$variant => $name),* }
            }
        }
    };
}
pub(crate) use enumeration;
