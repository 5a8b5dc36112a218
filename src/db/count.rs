//! How many rows there are: of a table, and below each of many keys. A bound says from where on the number does not matter, so that
//! nobody waits until all of a large list is counted.

use super::{
    scope::{Scope, push_and_scope},
    select::{ListQuery, Path, Select},
    sql::{Dialect, Sql},
};

/// What stands in the place of a number that is greater than its bound.
pub const MORE: i64 = -1;

/// What is summed of rows.
#[derive(Debug, Clone, Copy)]
pub enum SumOf {
    /// Their number.
    Rows,
    /// The numbers in a column.
    Column(&'static str),
    /// How many of them say no in a column.
    No(&'static str),
}

impl Select<'_> {
    /// The head of [`Select::count`], up to its `FROM`.
    ///
    /// A hint asks MariaDB's query cache, where the operator has turned it on for such statements, to keep the total of a whole
    /// table: the server drops it with the first change that anybody commits, cascades and TRUNCATE included.
    pub(super) fn head_of_count(&self, scope: &Scope, ask: &ListQuery, bound: Option<u32>) -> &'static str {
        let is_whole =
            ask.filter.is_none() && ask.words.is_empty() && (scope.is_everything() || self.table.is_everybodys());
        match (bound, self.dialect) {
            (Some(_), _) => "SELECT 0, COUNT(*) FROM (SELECT 1",
            (None, Dialect::MariaDb) if is_whole => "SELECT /*M! SQL_CACHE */ 0, COUNT(*)",
            (None, _) => "SELECT 0, COUNT(*)",
        }
    }

    /// How many rows there are below each of these keys that the caller may see (keys without rows are left out).
    pub fn count_children(&self, path: &Path, scope: &Scope, keys: &[i32], ask: &ListQuery) -> Sql {
        let mut sql = Sql::new(self.dialect);
        sql.push("SELECT k.id, COUNT(*)");
        self.push_linked(&mut sql, path, scope, keys, "t");
        self.narrow(&mut sql, "t", ask);
        sql.push(" GROUP BY k.id");
        sql
    }

    /// Sums over the rows below each of these keys that the caller may see, for each value of a column, in any case of its letters: each
    /// as a JSON list of the value and the sums.
    pub fn sums_of_children(&self, path: &Path, scope: &Scope, keys: &[i32], by: &'static str, sums: &[SumOf]) -> Sql {
        let mut sql = Sql::new(self.dialect);
        sql.push(format!("SELECT k.id, JSON_ARRAY(UPPER(t.{by})"));
        for sum in sums {
            sql.push(match sum {
                SumOf::Rows => ",COUNT(*)".to_owned(),
                SumOf::Column(column) => format!(",SUM(t.{column})"),
                SumOf::No(column) => format!(",SUM(CASE WHEN t.{column} = 0 THEN 1 ELSE 0 END)"),
            });
        }
        sql.push(")");
        self.push_linked(&mut sql, path, scope, keys, "t");
        sql.push(format!(" GROUP BY k.id, UPPER(t.{by})"));
        sql
    }

    /// The same for each key by itself, up to a bound: [`MORE`] where there are more. Of a key with many rows no more than one above
    /// the bound are looked at, so that a page of many such keys is not the sum of their rows.
    pub fn count_children_to(&self, path: &Path, scope: &Scope, keys: &[i32], ask: &ListQuery, bound: u32) -> Sql {
        let mut sql = Sql::new(self.dialect);
        // The first subquery finds the row above the bound, if there is one; only if there is none the second one counts.
        sql.push(format!("SELECT k.id, COALESCE((SELECT {MORE}"));
        self.push_below(&mut sql, path, scope, ask);
        // Several rows between may lead to one of ours.
        let between = if let Path::Between { below, .. } = path { Some(below) } else { None };
        if let Some(below) = between {
            sql.push(format!(" GROUP BY v.{below}"));
        }
        sql.push(" LIMIT 1 OFFSET ").int(bound.into()).push("), (SELECT ");
        match between {
            Some(below) => sql.push(format!("COUNT(DISTINCT v.{below})")),
            None => sql.push("COUNT(*)"),
        };
        self.push_below(&mut sql, path, scope, ask);
        sql.push(")) FROM ").keys(keys);
        sql
    }

    /// `FROM` the rows called `t` below the key `k.id` of the statement around, `WHERE` the caller may see them and they are asked for.
    fn push_below(&self, sql: &mut Sql, path: &Path, scope: &Scope, ask: &ListQuery) {
        let (name, key) = (self.table.name, self.table.key);
        match path {
            Path::Direct(column) => sql.push(format!(" FROM {name} t WHERE t.{column} = k.id")),
            Path::Through { column, between, above } => {
                sql.push(format!(" FROM {} v", between.name)).straight_join();
                sql.push(format!("{name} t ON t.{column} = v.{} WHERE v.{above} = k.id", between.key))
            }
            Path::Between { between, above, below } => {
                sql.push(format!(" FROM {} v", between.name)).straight_join();
                sql.push(format!("{name} t ON t.{key} = v.{below} WHERE v.{above} = k.id"))
            }
        };
        if !path.stays(self.table) {
            push_and_scope(sql, "t", self.table, scope);
        }
        self.narrow(sql, "t", ask);
    }
}
