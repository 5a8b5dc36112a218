//! The few statements that reads are made of. What leads to rows takes a [`Scope`], but the one that leads from rows to their
//! owners: it takes the keys of rows that passed one, and an [`Owner`] for proof. A large text of a row is read by the row's own key.
//!
//! A statement answers rows, or `(parent key, position, row)` where the row itself does not hold the parent's key.

use super::{
    cond::{Bind, Cond, push_bind, push_search},
    planner::{Form, Way, push_walk},
    scope::{Scope, push_and_scope, push_scope},
    sql::{Dialect, Sql},
    table::{Owner, Table},
};

/// One column of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// The column.
    pub column: &'static str,
    /// Largest first.
    pub descending: bool,
    /// Of the table between parent and child, not of the child.
    pub via: bool,
    /// It may be NULL.
    pub nullable: bool,
}

/// A place in an order: its columns, each with a value, `None` for NULL; the last one is the primary key. It holds the order
/// itself, so rows after it can be asked for in any order, or in none.
pub type Place = Vec<(By, Option<Bind>)>;

/// What to read of a table.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Rows that match.
    pub filter: Option<Cond>,
    /// Whether the filter's shape or the order is a caller's: such statements have any text, and are not kept prepared.
    pub any_shape: bool,
    /// Rows that hold these words.
    pub words: Vec<String>,
    /// In this order; the primary key is always the last column of it.
    pub order: Vec<By>,
    /// After this place.
    pub after: Option<Place>,
    /// Before this place.
    pub before: Option<Place>,
    /// From the end.
    pub backwards: bool,
    /// At most so many: in all, or a parent where there are parents.
    pub limit: Option<u32>,
}

/// The most words of a search whose statement is kept prepared.
const USUAL_WORDS: usize = 2;

impl ListQuery {
    /// The order without columns of which the filter leaves one value: MariaDB does not always see that an index brings rows in the order of
    /// what follows.
    pub(super) fn effective_order(&self) -> impl Iterator<Item = &By> {
        let key = self.order.last().map(|by| by.column);
        self.order.iter().filter(move |by| Some(by.column) == key || !self.has_one(by))
    }

    /// Whether its filter leaves one value of a column.
    pub(super) fn has_one(&self, by: &By) -> bool {
        let fixes = |cond: &Cond| match cond {
            Cond::In(column, values) => *column == by.column && values.len() == 1,
            Cond::IsNull(column, true) => *column == by.column,
            _ => false,
        };
        !by.via
            && match &self.filter {
                Some(Cond::And(all)) => all.iter().any(fixes),
                Some(one) => fixes(one),
                None => false,
            }
    }

    /// Whether its statement has one of the few texts that are worth keeping prepared: a list in its own order, its first page
    /// and the next ones, a search for a word or two. Whatever else a caller may choose makes any number of texts.
    fn is_usual(&self) -> bool {
        let place_is_whole = |place: &Place| self.words.is_empty() && place.iter().all(|(_, value)| value.is_some());
        !self.any_shape
            && !self.backwards
            && self.before.is_none()
            && self.words.len() <= USUAL_WORDS
            && self.after.as_ref().is_none_or(place_is_whole)
    }
}

/// How rows lead to the keys that we come with.
#[derive(Debug, Clone, Copy)]
pub enum Path {
    /// This column of our rows holds the key.
    Direct(&'static str),
    /// Our rows hold the key of a row between, which holds the key.
    Through {
        /// Our column.
        column: &'static str,
        /// The table between.
        between: &'static Table,
        /// The column of it that holds the key.
        above: &'static str,
    },
    /// A row between holds both keys.
    Between {
        /// The table between.
        between: &'static Table,
        /// The column of it that holds the key that we come with.
        above: &'static str,
        /// The column of it that holds the key of our row.
        below: &'static str,
    },
}

impl Path {
    /// The column of our rows that holds the key, if they hold it.
    pub fn column(&self) -> Option<&'static str> {
        match self {
            Path::Direct(column) => Some(column),
            Path::Through { .. } | Path::Between { .. } => None,
        }
    }

    /// Whether it follows owners alone, so that the rows are of the same patients as the rows that we come from.
    pub(super) fn stays(&self, table: &Table) -> bool {
        match self {
            Path::Direct(column) => table.stays_by(column),
            Path::Through { column, between, above } => table.stays_by(column) && between.stays_by(above),
            Path::Between { .. } => false,
        }
    }
}

/// A read of one table: its columns in the order of the row type.
#[derive(Debug, Clone, Copy)]
pub struct Select<'a> {
    /// Whose SQL to write.
    pub dialect: Dialect,
    /// The table.
    pub table: &'a Table,
    /// The columns to read.
    pub columns: &'a [&'static str],
}

impl Select<'_> {
    /// Rows of the table that the caller may see.
    pub fn rows(&self, scope: &Scope, ask: &ListQuery, way: &Way<'_>) -> Sql {
        let mut sql = self.head(None);
        self.push_found(&mut sql, scope, ask, way, true);
        if let Some(bound) = &way.bound {
            bound.push(&mut sql, self.table, "t");
        }
        push_order(&mut sql, "t", ask);
        push_limit(&mut sql, ask.limit);
        sql
    }

    /// How many rows of the table the caller may see; with a bound, no more of them are counted than one above it.
    pub fn count(&self, scope: &Scope, ask: &ListQuery, bound: Option<u32>, way: &Way<'_>) -> Sql {
        let mut sql = Sql::new(self.dialect);
        sql.push(self.head_of_count(scope, ask, bound));
        self.push_found(&mut sql, scope, ask, way, false);
        if let Some(bound) = bound {
            sql.push(" LIMIT ").int(i64::from(bound) + 1).push(") c");
        }
        sql
    }

    /// `FROM` the rows called `t`, `WHERE` they match and the caller may see them.
    pub(super) fn push_found(&self, sql: &mut Sql, scope: &Scope, ask: &ListQuery, way: &Way<'_>, ordered: bool) {
        sql.chosen(way.shown());
        sql.push(" FROM ");
        match &way.form {
            Form::Narrow(narrow) => {
                narrow.push_from(sql, "t", scope, ordered);
                sql.push(" WHERE ");
                push_scope(sql, "t", self.table, scope);
                narrow.push_where(sql, "t", scope, ordered);
                self.push_page(sql, "t", ask);
            }
            Form::Walk(checks) => {
                push_walk(sql, "t", self.table, scope, (ask, checks));
                self.push_page(sql, "t", ask);
            }
            Form::Plain => {
                sql.push(self.table.name).push(" t WHERE ");
                push_scope(sql, "t", self.table, scope);
                self.narrow(sql, "t", ask);
            }
        }
    }

    /// The rows with these primary keys that the caller may see.
    pub fn of_keys(&self, scope: &Scope, keys: &[i32]) -> Sql {
        let mut sql = self.with_keys(keys);
        sql.push(" WHERE ");
        push_scope(&mut sql, "t", self.table, scope);
        sql
    }

    /// The rows that own rows in scope, by their primary keys.
    pub fn owners(&self, _of: &Owner, keys: &[i32]) -> Sql {
        self.with_keys(keys)
    }

    fn with_keys(&self, keys: &[i32]) -> Sql {
        let mut sql = self.head(None);
        sql.push(" FROM ").keys(keys).straight_join().push(self.table.name).push(" t ON t.").push(self.table.key);
        sql.push(" = k.id");
        sql
    }

    /// The rows below each of these keys that the caller may see, in order, within each parent; `bound` limits the sum.
    pub fn children(&self, path: &Path, scope: &Scope, keys: &[i32], ask: &ListQuery, bound: u32) -> Sql {
        let Some(limit) = ask.limit else {
            // A row that holds the key itself needs it no second time.
            let mut sql = self.head(if path.column().is_some() { None } else { Some("k.id,0") });
            self.push_linked(&mut sql, path, scope, keys, "t");
            self.narrow(&mut sql, "t", ask);
            if !ask.order.is_empty() {
                push_order(&mut sql, "t", ask);
            }
            push_limit(&mut sql, Some(bound));
            return sql;
        };
        // Number the keys alone, then fetch the wide rows of those that are wanted.
        let mut sql = self.head(Some("w.parent,w.n"));
        let key = self.table.key;
        sql.push(format!(" FROM (SELECT k.id AS parent, x.{key} AS id, ROW_NUMBER() OVER (PARTITION BY k.id"));
        push_order(&mut sql, "x", ask);
        sql.push(") AS n");
        self.push_linked(&mut sql, path, scope, keys, "x");
        self.narrow(&mut sql, "x", ask);
        sql.push(") w").straight_join().push(format!("{} t ON t.{key} = w.id WHERE w.n <= ", self.table.name));
        sql.int(i64::from(limit));
        push_limit(&mut sql, Some(bound));
        sql
    }

    /// The columns; before them, where rows do not tell it themselves, the key of the parent and the place below it.
    fn head(&self, place: Option<&'static str>) -> Sql {
        let mut sql = Sql::new(self.dialect);
        sql.push("SELECT ");
        sql.push(place.unwrap_or_default());
        for (i, column) in self.columns.iter().enumerate() {
            sql.push(if i > 0 || place.is_some() { "," } else { "" }).column("t", column);
        }
        sql
    }

    /// `FROM` the keys to the rows called `alias`, `WHERE` the caller may see them.
    pub(super) fn push_linked(&self, sql: &mut Sql, path: &Path, scope: &Scope, keys: &[i32], alias: &str) {
        let (name, key) = (self.table.name, self.table.key);
        sql.push(" FROM ");
        match path {
            Path::Direct(column) => {
                sql.keys(keys).straight_join().push(format!("{name} {alias} ON {alias}.{column} = k.id"));
            }
            Path::Through { column, between, above } => {
                sql.keys(keys).straight_join().push(format!("{} v ON v.{above} = k.id", between.name));
                sql.straight_join().push(format!("{name} {alias} ON {alias}.{column} = v.{}", between.key));
            }
            Path::Between { between, above, below } => {
                // Several rows between may lead to one of ours. A row between is seen where both that it leads to are.
                sql.push(format!("(SELECT DISTINCT k.id, v.{below} AS below FROM ")).keys(keys).straight_join();
                sql.push(format!("{} v ON v.{above} = k.id) k", between.name)).straight_join();
                sql.push(format!("{name} {alias} ON {alias}.{key} = k.below"));
            }
        }
        sql.push(" WHERE 1=1");
        if !path.stays(self.table) {
            push_and_scope(sql, alias, self.table, scope);
        }
    }

    /// Filter, words and page, each after an `AND`.
    pub(super) fn narrow(&self, sql: &mut Sql, alias: &str, ask: &ListQuery) {
        if let Some(filter) = &ask.filter {
            sql.push(" AND ");
            filter.push(sql, alias);
        }
        if !ask.words.is_empty() {
            sql.push(" AND ");
            push_search(sql, alias, self.table, &ask.words);
        }
        self.push_page(sql, alias, ask);
    }

    /// The page, after an `AND`.
    fn push_page(&self, sql: &mut Sql, alias: &str, ask: &ListQuery) {
        if !ask.is_usual() {
            sql.varies();
        }
        if let Some(place) = &ask.after {
            push_place(sql, alias, place, false);
        }
        if let Some(place) = &ask.before {
            push_place(sql, alias, place, true);
        }
    }
}

/// The text of one large column for each key.
pub fn large_column(dialect: Dialect, table: &Table, column: &'static str, keys: &[i32]) -> Sql {
    let mut sql = Sql::new(dialect);
    sql.push("SELECT k.id, ").column("t", column).push(" FROM ").keys(keys).straight_join();
    sql.push(format!("{} t ON t.{} = k.id", table.name, table.key));
    sql
}

/// How many bytes a large column of each row has.
pub fn large_sizes(dialect: Dialect, table: &Table, column: &'static str, keys: &[i32]) -> Sql {
    let mut sql = Sql::new(dialect);
    sql.push("SELECT k.id, COALESCE(OCTET_LENGTH(").column("t", column).push("), 0) FROM ").keys(keys).straight_join();
    sql.push(format!("{} t ON t.{} = k.id", table.name, table.key));
    sql
}

fn push_order(sql: &mut Sql, alias: &str, ask: &ListQuery) {
    for (i, by) in ask.effective_order().enumerate() {
        sql.push(if i == 0 { " ORDER BY " } else { ", " });
        sql.column(if by.via { "v" } else { alias }, by.column);
        if by.descending != ask.backwards {
            sql.push(" DESC");
        }
    }
}

fn push_limit(sql: &mut Sql, limit: Option<u32>) {
    if let Some(limit) = limit {
        sql.push(" LIMIT ").int(i64::from(limit));
    }
}

/// Writes that a row comes after (or before) a place in the order. NULL comes first ascending, last descending,
/// which is how both stores sort.
fn push_place(sql: &mut Sql, alias: &str, place: &Place, before: bool) {
    let of = |by: &By| if by.via { "v" } else { alias };
    let is_null = sql.dialect().is_null();
    // SQLite begins to read at the place only where one condition says so.
    if let (Dialect::Sqlite, Some((by, Some(value)))) = (sql.dialect(), place.first()) {
        let larger = by.descending == before;
        if larger || !by.nullable {
            sql.push(" AND ").column(of(by), by.column).push(if larger { " >= " } else { " <= " });
            push_bind(sql, value);
        }
    }
    sql.push(" AND (");
    for (i, (by, value)) in place.iter().enumerate() {
        if i > 0 {
            sql.push(" OR ");
        }
        sql.push("(");
        for (earlier, value) in place.iter().take(i) {
            sql.column(of(earlier), earlier.column);
            match value {
                Some(value) => push_bind(sql.push(" = "), value),
                None => drop(sql.push(is_null)),
            }
            sql.push(" AND ");
        }
        // "Further" is towards larger values where the order ascends and we go forward, or both are turned.
        let larger = by.descending == before;
        match value {
            Some(value) if larger => push_bind(sql.column(of(by), by.column).push(" > "), value),
            Some(value) if by.nullable => {
                push_bind(sql.push("(").column(of(by), by.column).push(" < "), value);
                sql.push(" OR ").column(of(by), by.column).push(is_null).push(")");
            }
            Some(value) => push_bind(sql.column(of(by), by.column).push(" < "), value),
            None if larger => drop(sql.column(of(by), by.column).push(" IS NOT NULL")),
            None => drop(sql.push("1=0")),
        }
        sql.push(")");
    }
    sql.push(")");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Belongs;

    static PATIENT: Table =
        Table { name: "Patient", key: "patient_id", belongs: Belongs::Patient, links: &[], columns: &[], search: true };
    static VISIT: Table = Table {
        name: "Visit",
        key: "visit_id",
        belongs: Belongs::To(Owner { column: "patient_id", to: &PATIENT }),
        links: &[],
        columns: &[],
        search: false,
    };
    static NOTE: Table = Table {
        name: "Note",
        key: "note_id",
        belongs: Belongs::To(Owner { column: "visit_id", to: &VISIT }),
        links: &[],
        columns: &[],
        search: false,
    };

    #[test]
    fn a_scope_reaches_the_patient_through_the_owners() {
        let shown = |table, scope| {
            let select = Select { dialect: Dialect::Sqlite, table, columns: &["visit_id"] };
            select.rows(&scope, &ListQuery::default(), &Way::PLAIN).shown()
        };
        let some = || Scope::patients([1, 2]);
        assert!(shown(&PATIENT, some()).contains("WHERE t.patient_id IN (SELECT k.id"));
        assert!(shown(&VISIT, some()).contains("WHERE t.patient_id IN (SELECT k.id"));
        assert!(shown(&NOTE, some()).contains(
            "WHERE EXISTS (SELECT 1 FROM Visit tp WHERE tp.visit_id = t.visit_id AND tp.patient_id IN (SELECT k.id"
        ));
        assert!(shown(&NOTE, Scope::everything()).ends_with("WHERE 1=1"));
    }

    #[test]
    fn a_place_with_null_has_its_own_branch() {
        let order = [
            By { column: "dob", descending: false, via: false, nullable: true },
            By { column: "patient_id", descending: false, via: false, nullable: false },
        ];
        let shown = |values: Vec<Option<Bind>>, before| {
            let mut sql = Sql::new(Dialect::MariaDb);
            let place = order.into_iter().zip(values).collect();
            push_place(&mut sql, "t", &place, before);
            sql.shown()
        };
        let id = Some(Bind::Int(7));
        assert_eq!(
            shown(vec![None, id.clone()], false),
            " AND ((t.dob IS NOT NULL) OR (t.dob <=> NULL AND t.patient_id > ?))"
        );
        assert_eq!(
            shown(vec![Some(Bind::Text("2000-01-01".into())), id], true),
            " AND (((t.dob < ? OR t.dob <=> NULL)) OR (t.dob = ? AND t.patient_id < ?))"
        );
    }
}
