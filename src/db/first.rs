//! The first rows of what follows each other.

use super::{sql::Sql, table::Table};

/// A condition on rows that point to rows of their table: a row follows the one that it points to where that has the same value in a column,
/// and comes before it. As no row comes before itself, following leads from every row to one that follows no other, even where rows point
/// to each other in a circle.
#[derive(Debug, Clone, Copy)]
pub struct First {
    /// The table.
    pub table: &'static Table,
    /// The column with the key of the row that is followed.
    pub pointer: &'static str,
    /// The column in which both rows have one value.
    pub within: &'static str,
    /// The column that says which comes before, and then the key.
    pub by: &'static str,
}

impl First {
    /// Writes it about the rows called `alias`.
    pub(super) fn push(&self, sql: &mut Sql, alias: &str) {
        let (other, same) = (format!("{alias}{}", alias.len()), sql.dialect().same());
        let First { table, pointer, within, by } = self;
        let (key, name) = (table.key, table.name);
        sql.push(format!("(SELECT 1 FROM {name} {other} WHERE {other}.{key} = {alias}.{pointer}"));
        sql.push(format!(" AND {other}.{within} = {alias}.{within} AND ({other}.{by} < {alias}.{by}"));
        sql.push(format!(" OR {other}.{by} IS NULL AND {alias}.{by} IS NOT NULL"));
        sql.push(format!(" OR {other}.{by} {same} {alias}.{by} AND {other}.{key} < {alias}.{key}) LIMIT 1) IS NULL"));
    }
}
