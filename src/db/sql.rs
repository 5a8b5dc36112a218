//! A statement as text and parameters, the same for both backends but for its dialect.
//!
//! Statements are put together at run time (filters, orders and pages are the caller's choice), so they are a
//! Diesel query fragment of our own: Diesel prepares and caches them, sends the parameters and reads the rows by type.
//!
//! **Invariant:** values enter a statement by [`Sql::int`], [`Sql::float`], [`Sql::text`], [`Sql::maybe_text`], [`Sql::cell`],
//! [`Sql::keys`], [`Sql::long_keys`], [`Sql::words`] and [`Sql::pairs`] alone, as parameters.

use super::write::Cell;
use diesel::{
    QueryResult,
    mysql::Mysql,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Double, Nullable, Text},
    sqlite::Sqlite,
};
use serde::Serialize;
use std::{borrow::Cow, fmt::Display, marker::PhantomData};

/// Whose SQL is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// MariaDB and what speaks its protocol.
    MariaDb,
    /// The embedded default.
    Sqlite,
}

impl Dialect {
    /// How a condition says that what stands before it is NULL. To MariaDB the day 0000-00-00 in a column that takes no NULL `IS NULL` too, but
    /// only where nothing stands around it.
    pub(super) fn is_null(self) -> &'static str {
        match self {
            Dialect::MariaDb => " <=> NULL",
            Dialect::Sqlite => " IS NULL",
        }
    }

    /// How a condition says that two values are the same, or both NULL.
    pub(super) fn same(self) -> &'static str {
        match self {
            Dialect::MariaDb => "<=>",
            Dialect::Sqlite => "IS",
        }
    }

    /// As traces call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::MariaDb => "mariadb",
            Dialect::Sqlite => "sqlite",
        }
    }
}

#[derive(Debug, Clone)]
enum Part {
    Text(Cow<'static, str>),
    Int(i64),
    Float(f64),
    Str(Option<String>),
    /// Keys as a JSON list, and how many there are.
    Keys(String, usize),
}

/// A statement under construction.
#[derive(Debug, Clone)]
pub struct Sql {
    dialect: Dialect,
    parts: Vec<Part>,
    /// Whether its text is one of few, so that it is worth keeping prepared on each connection.
    keep: bool,
    name: &'static str,
    keys: Option<usize>,
    way: Option<String>,
}

impl Sql {
    /// An empty statement.
    pub fn new(dialect: Dialect) -> Self {
        Sql { dialect, parts: Vec::with_capacity(16), keep: true, name: "other", keys: None, way: None }
    }

    /// Whether nothing is written yet.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Says how the rows are found, where the gateway chose it.
    pub fn chosen(&mut self, way: Option<String>) {
        self.way = way;
    }

    /// How the rows are found, where the gateway chose it.
    pub fn way(&self) -> Option<&str> {
        self.way.as_deref()
    }

    /// Whose SQL this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Gives it a name by which metrics, traces and `explain` call it, and the number of keys that it is sent for.
    pub fn called(&mut self, name: &'static str, keys: Option<usize>) -> &mut Self {
        (self.name, self.keys) = (name, keys);
        self
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How many keys it is sent for, if it starts from keys.
    pub fn sent_for(&self) -> Option<usize> {
        self.keys
    }

    /// Says that the text depends on what a caller wrote, so that it is prepared for one use only.
    pub fn varies(&mut self) {
        self.keep = false;
    }

    /// Whether it is kept prepared on the connections that it was sent on.
    pub fn is_kept(&self) -> bool {
        self.keep
    }

    /// Adds fixed text.
    pub fn push(&mut self, text: impl Into<Cow<'static, str>>) -> &mut Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Adds another statement, parameters and all.
    pub fn append(&mut self, other: &Sql) -> &mut Self {
        self.parts.extend_from_slice(&other.parts);
        self
    }

    /// Adds `alias.column`.
    pub fn column(&mut self, alias: &str, column: &str) -> &mut Self {
        self.push(format!("{alias}.{column}"))
    }

    /// Adds a number as a parameter.
    pub fn int(&mut self, value: i64) -> &mut Self {
        self.parts.push(Part::Int(value));
        self
    }

    /// Adds a number with a fraction as a parameter.
    pub fn float(&mut self, value: f64) -> &mut Self {
        self.parts.push(Part::Float(value));
        self
    }

    /// Adds text as a parameter.
    pub fn text(&mut self, value: impl Into<String>) -> &mut Self {
        self.parts.push(Part::Str(Some(value.into())));
        self
    }

    /// Adds text or NULL as a parameter.
    pub fn maybe_text(&mut self, value: Option<String>) -> &mut Self {
        self.parts.push(Part::Str(value));
        self
    }

    /// Adds one value of a row as a parameter.
    pub fn cell(&mut self, cell: Cell) -> &mut Self {
        match cell {
            Cell::Int(value) => self.int(value),
            Cell::Text(value) => self.maybe_text(value),
        }
    }

    /// Adds a table `k(id)` of keys: one parameter however many, so that the text stays the same.
    pub fn keys(&mut self, keys: &[i32]) -> &mut Self {
        self.listed(keys, ", '$[*]' COLUMNS (id INT PATH '$')) k")
    }

    /// The same for keys that may grow beyond 32 bits.
    pub fn long_keys(&mut self, keys: &[i64]) -> &mut Self {
        self.listed(keys, ", '$[*]' COLUMNS (id BIGINT PATH '$')) k")
    }

    /// The same for keys that are texts, compared byte by byte.
    pub(super) fn words(&mut self, words: &[&str]) -> &mut Self {
        self.json(words, "SELECT value AS id", "id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$'")
    }

    /// A table `k(id, of)` of such keys, each with a number.
    pub(super) fn pairs(&mut self, pairs: &[(&str, i32)]) -> &mut Self {
        let lite = "SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS of";
        let columns = "id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]', of INT PATH '$[1]'";
        self.json(pairs, lite, columns)
    }

    /// A table `k(id, of)` of keys, each with another.
    pub(super) fn key_pairs(&mut self, pairs: &[(i32, i32)]) -> &mut Self {
        let lite = "SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS of";
        self.json(pairs, lite, "id INT PATH '$[0]', of INT PATH '$[1]'")
    }

    /// The same for keys that may grow beyond 32 bits.
    pub fn long_pairs(&mut self, pairs: &[(i64, i32)]) -> &mut Self {
        let lite = "SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS of";
        self.json(pairs, lite, "id BIGINT PATH '$[0]', of INT PATH '$[1]'")
    }

    fn json<T: Serialize>(&mut self, list: &[T], lite: &'static str, columns: &'static str) -> &mut Self {
        let is_mariadb = self.dialect == Dialect::MariaDb;
        let (before, after) = match is_mariadb {
            true => ("JSON_TABLE(".to_owned(), format!(", '$[*]' COLUMNS ({columns})) k")),
            false => (format!("({lite} FROM json_each("), ")) k".to_owned()),
        };
        self.push(before);
        // Texts and numbers are always JSON.
        self.parts.push(Part::Keys(serde_json::to_string(list).unwrap_or_default(), list.len()));
        self.push(after)
    }

    fn listed<K: Display>(&mut self, keys: &[K], columns: &'static str) -> &mut Self {
        let mut json = String::with_capacity(keys.len() * 6 + 2);
        json.push('[');
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                json.push(',');
            }
            json.push_str(&key.to_string());
        }
        json.push(']');
        match self.dialect {
            Dialect::MariaDb => self.push("JSON_TABLE("),
            Dialect::Sqlite => self.push("(SELECT value AS id FROM json_each("),
        };
        self.parts.push(Part::Keys(json, keys.len()));
        self.push(match self.dialect {
            Dialect::MariaDb => columns,
            Dialect::Sqlite => ")) k",
        })
    }

    /// The join that keeps its order: from the few keys to the many rows.
    pub fn straight_join(&mut self) -> &mut Self {
        self.push(match self.dialect {
            Dialect::MariaDb => " STRAIGHT_JOIN ",
            Dialect::Sqlite => " CROSS JOIN ",
        })
    }

    /// Equal for two statements that are sent with the same text and the same parameters. It holds their values: it is for
    /// comparing alone.
    pub(super) fn identity(&self) -> String {
        format!("{:?}", self.parts)
    }

    /// The text with a `?` for each parameter, as it is sent and as `explain` and the snapshots show it.
    pub fn shown(&self) -> String {
        let text = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_ref(),
            Part::Int(_) | Part::Float(_) | Part::Str(_) | Part::Keys(..) => "?",
        });
        text.collect()
    }

    /// What its parameters are, in their order, without a value: `keys: 50`, `int`, `text`.
    pub fn parameters(&self) -> Vec<String> {
        let shape = |part: &Part| match part {
            Part::Text(_) => None,
            Part::Int(_) => Some("int".to_owned()),
            Part::Float(_) => Some("float".to_owned()),
            Part::Str(_) => Some("text".to_owned()),
            Part::Keys(_, count) => Some(format!("keys: {count}")),
        };
        self.parts.iter().filter_map(shape).collect()
    }

    /// Whether it only reads, so that a plan may be asked for.
    pub fn reads(&self) -> bool {
        let starts =
            |part: &Part| matches!(part, Part::Text(text) if text.starts_with("SELECT") || text.starts_with("WITH"));
        self.parts.first().is_some_and(starts) && !self.shown().ends_with("FOR UPDATE")
    }

    /// The statement as one that answers rows of the SQL type `ST`.
    pub(crate) fn typed<ST>(&self) -> Typed<'_, ST> {
        Typed(self, PhantomData)
    }
}

/// A statement whose rows have the SQL type `ST`.
pub(crate) struct Typed<'s, ST>(&'s Sql, PhantomData<fn() -> ST>);

impl<ST> Query for Typed<'_, ST> {
    type SqlType = ST;
}

impl<ST> QueryId for Typed<'_, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST, Conn> diesel::RunQueryDsl<Conn> for Typed<'_, ST> {}

macro_rules! fragment { ($($backend:ty),*) => { $(
    impl<ST> QueryFragment<$backend> for Typed<'_, ST> {
        fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
            if !self.0.keep {
                out.unsafe_to_cache_prepared();
            }
            for part in &self.0.parts {
                match part {
                    Part::Text(text) => out.push_sql(text),
                    Part::Int(value) => out.push_bind_param::<BigInt, _>(value)?,
                    Part::Float(value) => out.push_bind_param::<Double, _>(value)?,
                    Part::Str(Some(value)) | Part::Keys(value, _) => out.push_bind_param::<Text, _>(value)?,
                    Part::Str(value @ None) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                }
            }
            Ok(())
        }
    }
)* } }
fragment!(Mysql, Sqlite);
