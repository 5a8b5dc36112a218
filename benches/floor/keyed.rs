//! Rows below keys, with the keys as one JSON parameter: the text stays the same, so Diesel keeps it prepared.

use diesel::{
    Column, Expression, QueryResult,
    mysql::Mysql,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::Text,
};

/// `SELECT selection FROM keys STRAIGHT_JOIN table ON column = key`.
#[derive(QueryId)]
pub(crate) struct Keyed<S, C> {
    selection: S,
    table: &'static str,
    column: C,
    keys: String,
}

impl<S, C> Keyed<S, C> {
    pub(crate) fn new(selection: S, table: &'static str, column: C, keys: &[i32]) -> Self {
        Keyed { selection, table, column, keys: serde_json::to_string(keys).unwrap_or_default() }
    }
}

impl<S: Expression, C: Column> Query for Keyed<S, C> {
    type SqlType = S::SqlType;
}

impl<S, C, Conn> diesel::RunQueryDsl<Conn> for Keyed<S, C> {}

impl<S: QueryFragment<Mysql>, C: QueryFragment<Mysql>> QueryFragment<Mysql> for Keyed<S, C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Mysql>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.selection.walk_ast(out.reborrow())?;
        out.push_sql(" FROM JSON_TABLE(");
        out.push_bind_param::<Text, _>(&self.keys)?;
        out.push_sql(", '$[*]' COLUMNS (id INT PATH '$')) k STRAIGHT_JOIN ");
        out.push_sql(self.table);
        out.push_sql(" ON ");
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = k.id");
        Ok(())
    }
}
