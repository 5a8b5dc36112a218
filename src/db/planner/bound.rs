//! A page in an order of several columns, of which an index has the first.

use super::{Prefer, QUICK, Want, Way};
use crate::{
    db::{
        Db, Sql, Table,
        select::{By, ListQuery, Select},
    },
    error::Result,
    scope::Scope,
};

/// What is known of the value that bounds a page: a value, that of the page's first row, or NULL.
const VALUE: i64 = 0;
const FIRST: i64 = 1;
const NULL: i64 = 2;

/// A row beyond whose value of one column no row of the page is: the first column of an order of several. An index brings rows in the
/// order of that column, so that the few which are not beyond it are sorted, and not all.
#[derive(Debug)]
pub(in crate::db) struct Bound {
    pub(in crate::db) by: By,
    descending: bool,
    key: i32,
    is_null: bool,
    /// All rows of the page have this value.
    pub(in crate::db) is_one: bool,
}

impl Bound {
    /// Writes that a row is not beyond the bound, after an `AND`. NULL comes first ascending, last descending.
    pub(in crate::db) fn push(&self, sql: &mut Sql, table: &Table, alias: &str) {
        let Bound { by, descending, key, is_null, is_one } = self;
        let column = format!("{alias}.{}", by.column);
        let value = |sql: &mut Sql| {
            sql.push(format!("(SELECT b.{} FROM {} b WHERE b.{} = ", by.column, table.name, table.key));
            sql.int(i64::from(*key)).push(")");
        };
        match (is_null, descending) {
            (true, true) => {}
            (true, false) => drop(sql.push(format!(" AND {column} IS NULL"))),
            (false, _) => {
                sql.push(format!(
                    " AND ({column} {} ",
                    if *is_one {
                        "="
                    } else if *descending {
                        ">="
                    } else {
                        "<="
                    }
                ));
                value(sql);
                sql.push(if by.nullable && !descending && !is_one {
                    format!(" OR {column} IS NULL)")
                } else {
                    ")".to_owned()
                });
            }
        }
    }
}

/// The same with a bound, for a page in an order that no index has.
pub(super) async fn bounded<'q>(
    db: &Db,
    table: &'static Table,
    scope: &Scope,
    ask: &ListQuery,
    want: Want,
    way: Way<'q>,
) -> Result<Way<'q>> {
    let order: Vec<&By> = ask.effective_order().collect();
    let (Want::Page(_), [by, next, rest @ ..]) = (want, order.as_slice()) else { return Ok(way) };
    let follows_index = rest.is_empty() && next.descending == by.descending;
    if follows_index || by.via || !table.is_indexed(by.column) {
        return Ok(way);
    }
    // Few rows are sorted as they are.
    if db.prefer == Prefer::Cost && db.known.facts(db, &[table], &[]).await?.rows(table) <= QUICK {
        return Ok(way);
    }
    let select = Select { dialect: db.dialect(), table, columns: &[] };
    let last = db.numbers(&select.last_by(scope, ask, &way, by)).await?;
    let bound = last.first().map(|(key, value)| Bound {
        by: **by,
        descending: by.descending != ask.backwards,
        key: *key,
        is_null: *value == NULL,
        is_one: *value == FIRST,
    });
    Ok(Way { bound, ..way })
}

impl Select<'_> {
    /// The key of the last row that a page would have if its list were ordered by one column alone, and what is known of the row's value:
    /// a value, NULL, or the value of the page's first row.
    fn last_by(&self, scope: &Scope, ask: &ListQuery, way: &Way<'_>, by: &By) -> Sql {
        let key = self.table.key;
        let down = if by.descending != ask.backwards { " DESC" } else { "" };
        let list = |sql: &mut Sql, head: &str, before: i64| {
            sql.push(format!("SELECT {head}"));
            self.push_found(sql, scope, ask, way, false);
            sql.push(format!(" ORDER BY t.{0}{down}, t.{key}{down} LIMIT 1 OFFSET ", by.column)).int(before);
        };
        let mut sql = Sql::new(self.dialect);
        sql.called("bound", None).varies();
        sql.push(format!(
            "SELECT l.id, CASE WHEN l.value IS NULL THEN {NULL} WHEN l.value = f.value THEN {FIRST} ELSE {VALUE} END FROM ("
        ));
        list(&mut sql, &format!("t.{key} AS id, t.{} AS value", by.column), i64::from(ask.limit.unwrap_or(1)) - 1);
        sql.push(") l CROSS JOIN (");
        list(&mut sql, &format!("t.{} AS value", by.column), 0);
        sql.push(") f");
        sql
    }
}
