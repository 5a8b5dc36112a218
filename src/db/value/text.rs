//! Values that are stored as texts of one form: UUIDs and JSON.

use super::{Bad, Column, Stored, ValueKind, write_json};
use diesel::{
    deserialize::{FromSql, FromSqlRow, Result as ReadResult},
    mysql::Mysql,
    sql_types,
    sqlite::Sqlite,
};
use serde::de::IgnoredAny;

/// A UUID as it is stored, in upper or lower case.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow)]
pub struct Uuid(String);

/// A JSON text as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow)]
pub struct Json(String);

impl Json {
    /// The text as it is stored, whether or not it is JSON.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// A UUID in its one spelling; `None` for what is none.
pub fn uuid(text: &str) -> Option<String> {
    let is_at = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    (text.len() == 36 && text.bytes().enumerate().all(is_at)).then(|| text.to_ascii_lowercase())
}

impl Stored for Uuid {
    const KIND: ValueKind = ValueKind::Uuid;
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        write_json(&uuid(&self.0).ok_or(Bad("UUID"))?, out);
        Ok(())
    }
    fn write_raw(&self, out: &mut Vec<u8>) {
        write_json(&self.0, out);
    }
    fn heap(&self) -> usize {
        self.0.capacity()
    }
}

impl Stored for Json {
    const KIND: ValueKind = ValueKind::Json;
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        // As it stands: its numbers may have more digits than a number here.
        serde_json::from_str::<IgnoredAny>(&self.0).map_err(|_none| Bad("JSON"))?;
        out.extend_from_slice(self.0.trim().as_bytes());
        Ok(())
    }
    fn heap(&self) -> usize {
        self.0.capacity()
    }
}

macro_rules! texts { ($($ty:ident),*) => { $(
    impl FromSql<sql_types::Text, Mysql> for $ty {
        fn from_sql(value: <Mysql as diesel::backend::Backend>::RawValue<'_>) -> ReadResult<Self> {
            // Of a column in another character set, or a BLOB, whatever can be read.
            Ok($ty(String::from_utf8_lossy(value.as_bytes()).into_owned()))
        }
    }

    impl FromSql<sql_types::Text, Sqlite> for $ty {
        fn from_sql(value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> ReadResult<Self> {
            <String as FromSql<sql_types::Text, Sqlite>>::from_sql(value).map($ty)
        }
    }

    impl Column for Option<$ty> {
        type Sql = sql_types::Nullable<sql_types::Text>;
    }
)* } }
texts!(Uuid, Json);

#[cfg(test)]
mod tests {
    use super::{super::tests::json, *};

    #[test]
    fn a_uuid_is_read_in_any_case_and_written_in_one() {
        let of = |text: &str| json(&Uuid(text.into()));
        let canonical = "\"0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22\"";
        assert_eq!(of("0E5AF2D1-93C4-4B6A-8f0e-AA00BB11CC22").unwrap(), canonical);
        for text in [
            "",
            "0e5af2d193c44b6a8f0eaa00bb11cc22",
            "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc2g",
            "0e5af2d1-93c4-4b6a-8f0eaa-00bb11cc22",
        ] {
            assert_eq!(of(text), Err(Bad("UUID")), "{text}");
        }
    }

    #[test]
    fn json_is_written_as_it_stands_or_not_at_all() {
        let of = |text: &str| json(&Json(text.into()));
        assert_eq!(
            of(" {\"b\": 1.000000000000000000001, \"a\": [null]}\n").unwrap(),
            "{\"b\": 1.000000000000000000001, \"a\": [null]}"
        );
        for text in ["", "{", "{} {}", "{a: 1}", "NaN", "'a'"] {
            assert_eq!(of(text), Err(Bad("JSON")), "{text}");
        }
    }
}
