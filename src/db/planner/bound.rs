//! A page in an order of several columns, of which an index has the first.

use super::{Prefer, QUICK, Want, Way};
use crate::{
    db::{
        Db, Sql, Table,
        scope::Scope,
        select::{By, ListQuery, Select},
    },
    error::Result,
};

/// A row beyond whose value of one column no row of the page is: the first column of an order of several. An index brings rows in the
/// order of that column, so that the few which are not beyond it are sorted, and not all.
#[derive(Debug)]
pub(in crate::db) struct Bound {
    by: By,
    descending: bool,
    key: i32,
    is_null: bool,
}

impl Bound {
    /// Writes that a row is not beyond the bound, after an `AND`. NULL comes first ascending, last descending.
    pub(in crate::db) fn push(&self, sql: &mut Sql, table: &Table, alias: &str) {
        let Bound { by, descending, key, is_null } = self;
        let (column, null) = (format!("{alias}.{}", by.column), sql.dialect().is_null());
        match (is_null, descending) {
            (true, true) => {}
            (true, false) => drop(sql.push(format!(" AND {column}{null}"))),
            (false, _) => {
                // The value is read anew: a row that has moved since bounds more rows, or so few that the page is asked for again.
                let than = if *descending { ">=" } else { "<=" };
                sql.push(format!(" AND ({column} {than} (SELECT b.{} FROM {} b WHERE ", by.column, table.name));
                sql.push(format!("b.{} = ", table.key)).int(i64::from(*key)).push(")");
                sql.push(if by.nullable && !descending { format!(" OR {column}{null})") } else { ")".to_owned() });
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
    let bound = last.first().map(|(key, is_null)| Bound {
        by: **by,
        descending: by.descending != ask.backwards,
        key: *key,
        is_null: *is_null == 1,
    });
    Ok(Way { bound, ..way })
}

impl Select<'_> {
    /// The key of the last row that a page would have if its list were ordered by one column alone, and whether that is NULL.
    fn last_by(&self, scope: &Scope, ask: &ListQuery, way: &Way<'_>, by: &By) -> Sql {
        let key = self.table.key;
        let down = if by.descending != ask.backwards { " DESC" } else { "" };
        let mut sql = Sql::new(self.dialect);
        sql.called("bound", None).varies();
        sql.push(format!("SELECT t.{key}, CASE WHEN t.{} IS NULL THEN 1 ELSE 0 END", by.column));
        self.push_found(&mut sql, scope, ask, way, false);
        sql.push(format!(" ORDER BY t.{0}{down}, t.{key}{down} LIMIT 1 OFFSET ", by.column));
        sql.int(i64::from(ask.limit.unwrap_or(1)) - 1);
        sql
    }
}
