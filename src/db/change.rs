//! Changing single rows inside a transaction: what is there is read as texts, what is written is given as cells.

use super::{
    cond::Cond,
    fault::{self, Refusal},
    pool::{Db, Tx},
    scope::{Scope, push_scope},
    sql::{Dialect, Sql},
    table::{Belongs, Owner, Table},
    write::Cell,
};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};

/// The cells of a row as texts, in the order of the columns asked for; `None` is NULL.
pub type Texts = Vec<Option<String>>;

/// The rows of a table with these keys, each as one JSON list of some of its columns.
pub fn as_lists(dialect: Dialect, table: &Table, columns: &[&str], keys: &[i32]) -> Sql {
    let mut sql = lists(dialect, table, columns);
    sql.push(" FROM ").keys(keys).straight_join().push(format!("{} t ON t.{} = k.id", table.name, table.key));
    sql
}

/// The same of the rows whose keys lie above one, in the order of their keys.
pub fn lists_after(dialect: Dialect, table: &Table, columns: &[&str], after: i32, most: u32) -> Sql {
    let mut sql = lists(dialect, table, columns);
    sql.push(format!(" FROM {} t WHERE t.{} > ", table.name, table.key)).int(after.into());
    sql.push(format!(" ORDER BY t.{} LIMIT ", table.key)).int(most.into());
    sql
}

fn lists(dialect: Dialect, table: &Table, columns: &[&str]) -> Sql {
    let mut sql = Sql::new(dialect);
    sql.push(format!("SELECT t.{},", table.key)).push(match dialect {
        Dialect::MariaDb => "JSON_ARRAY(",
        Dialect::Sqlite => "json_array(",
    });
    for (at, column) in columns.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        sql.push(match dialect {
            // As text, so that `0000-00-00` and odd enums are what they are.
            Dialect::MariaDb => format!("{comma}CAST(t.{column} AS CHAR CHARACTER SET utf8mb4)"),
            Dialect::Sqlite => format!("{comma}t.{column}"),
        });
    }
    sql.push(")");
    sql
}

/// The cells of such a list.
pub fn of_list(list: &str) -> Result<Texts> {
    let cells: Vec<serde_json::Value> = serde_json::from_str(list)
        .map_err(|error| Error::Internal(format!("the database answered a row that is no list: {error}")))?;
    let text = |cell| match cell {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    Ok(cells.into_iter().map(text).collect())
}

/// Where a table has no key left for a new row.
pub(crate) fn used_up(table: &str) -> Error {
    Error::Internal(format!("the keys of {table} are used up: the largest is {}, and a row has it", i32::MAX))
}

/// The version of a row: a digest of its cells.
pub fn version(cells: &Texts) -> String {
    let mut digest = Sha256::new();
    for cell in cells {
        // A length before each text, so that no two rows run together to the same bytes.
        match cell {
            Some(text) => digest.update(format!("{}:{text}", text.len())),
            None => digest.update("-"),
        }
    }
    format!("{:x}", digest.finalize()).chars().take(16).collect()
}

/// What a statement did to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Did {
    /// It added them.
    Add,
    /// It changed them.
    Change,
    /// It removed them.
    Remove,
}

impl Did {
    /// As the access log has it.
    pub fn stored(self) -> &'static str {
        match self {
            Did::Add => "add",
            Did::Change => "change",
            Did::Remove => "remove",
        }
    }
}

/// Rows of a table that a transaction wrote.
#[derive(Debug, Clone)]
pub struct Deed {
    /// What it did to them.
    pub did: Did,
    /// Their table.
    pub table: &'static Table,
    /// Their keys, as far as they are known.
    pub keys: Vec<i32>,
    /// How many there are.
    pub rows: usize,
    /// The columns that were written.
    pub columns: Vec<&'static str>,
}

impl Tx {
    /// What it wrote so far, of what is written row by row.
    pub(crate) fn wrote(&self) -> &[Deed] {
        &self.1
    }

    /// A row that the caller may see, locked until the transaction ends; `None` if there is none.
    pub(crate) async fn lock(
        &mut self,
        table: &Table,
        columns: &[&str],
        key: i32,
        scope: &Scope,
    ) -> Result<Option<Texts>> {
        let mut sql = as_lists(self.dialect(), table, columns, &[key]);
        sql.called(table.name, Some(1));
        sql.push(" WHERE ");
        push_scope(&mut sql, "t", table, scope);
        if self.dialect() == Dialect::MariaDb {
            sql.push(" FOR UPDATE");
        }
        let rows = self.conn().texts(sql).await?;
        rows.into_iter().next().and_then(|(_, list)| list).map(|list| of_list(&list)).transpose()
    }

    /// The rows below a row that meet a condition, locked until the transaction ends: their keys, and their cells.
    pub(crate) async fn lock_below(
        &mut self,
        table: &Table,
        columns: &[&str],
        (owner, key): (&Owner, i32),
        cond: &Cond,
    ) -> Result<Vec<(i32, Texts)>> {
        let mut sql = lists(self.dialect(), table, columns);
        sql.called(table.name, Some(1));
        sql.push(format!(" FROM {} t WHERE t.{} = ", table.name, owner.column)).int(key.into()).push(" AND ");
        cond.push(&mut sql, "t");
        if self.dialect() == Dialect::MariaDb {
            sql.push(" FOR UPDATE");
        }
        self.lists(sql).await
    }

    /// Which of these rows the caller may see. They stay until this transaction ends.
    pub(crate) async fn seen(&mut self, table: &Table, keys: &[i32], scope: &Scope) -> Result<Vec<i32>> {
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, None);
        sql.push(format!("SELECT t.{}, 0 FROM ", table.key)).keys(keys).straight_join();
        sql.push(format!("{} t ON t.{} = k.id WHERE ", table.name, table.key));
        push_scope(&mut sql, "t", table, scope);
        if self.dialect() == Dialect::MariaDb {
            sql.push(" LOCK IN SHARE MODE");
        }
        Ok(self.numbers(sql).await?.into_iter().map(|(key, _)| key).collect())
    }

    /// Whether any row of a table has this value in a column.
    pub(crate) async fn any_has(&mut self, table: &Table, column: &str, key: i32) -> Result<bool> {
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, Some(1));
        sql.push(format!("SELECT 0, {} FROM {} WHERE {column} = ", table.key, table.name))
            .int(key.into())
            .push(" LIMIT 1");
        Ok(!self.numbers(sql).await?.is_empty())
    }

    /// The key of the first row of a table that belongs to another row, as it is now.
    pub(crate) async fn first_below(&mut self, table: &Table, column: &str, key: i32) -> Result<Option<i32>> {
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, Some(1));
        sql.push(format!("SELECT {0}, 0 FROM {1} WHERE {column} = ", table.key, table.name)).int(key.into());
        sql.push(format!(" ORDER BY {} LIMIT 1", table.key));
        if self.dialect() == Dialect::MariaDb {
            sql.push(" FOR UPDATE");
        }
        Ok(self.numbers(sql).await?.first().map(|(key, _)| *key))
    }

    /// The moment that it is, as it is stored.
    pub(crate) async fn now(&mut self) -> Result<String> {
        let mut sql = Sql::new(self.dialect());
        sql.push("SELECT 0, CAST(CURRENT_TIMESTAMP AS CHAR)");
        let now = self.conn().texts(sql).await?.into_iter().next().and_then(|(_, now)| now);
        now.ok_or_else(|| Error::Internal("the database does not tell the time".into()))
    }

    /// Some columns of rows, by their keys, as they are now; they stay so until this transaction ends.
    pub(crate) async fn cells_of(
        &mut self,
        table: &Table,
        columns: &[&str],
        keys: &[i32],
    ) -> Result<Vec<(i32, Texts)>> {
        let mut sql = as_lists(self.dialect(), table, columns, keys);
        sql.called(table.name, None);
        if self.dialect() == Dialect::MariaDb {
            sql.push(" LOCK IN SHARE MODE");
        }
        self.lists(sql).await
    }

    /// Some columns of the rows that meet a condition.
    pub(crate) async fn cells_if(&mut self, table: &Table, columns: &[&str], cond: &Cond) -> Result<Vec<(i32, Texts)>> {
        let mut sql = lists(self.dialect(), table, columns);
        sql.called(table.name, None).varies();
        sql.push(format!(" FROM {} t WHERE ", table.name));
        cond.push(&mut sql, "t");
        self.lists(sql).await
    }

    async fn lists(&mut self, sql: Sql) -> Result<Vec<(i32, Texts)>> {
        let rows = self.conn().texts(sql).await?;
        rows.into_iter().filter_map(|(key, list)| Some(of_list(&list?).map(|texts| (key, texts)))).collect()
    }

    /// The different values, other than NULL, of a column in the rows that have a key in another column.
    pub(crate) async fn cells_where(
        &mut self,
        table: &Table,
        column: &str,
        pointer: &str,
        key: i32,
    ) -> Result<Vec<String>> {
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, None);
        sql.push(format!("SELECT DISTINCT 0, CAST({column} AS CHAR) FROM {} WHERE {pointer} = ", table.name));
        sql.int(key.into()).push(format!(" AND {column} IS NOT NULL"));
        if self.dialect() == Dialect::MariaDb {
            sql.push(" LOCK IN SHARE MODE");
        }
        Ok(self.conn().texts(sql).await?.into_iter().filter_map(|(_, cell)| cell).collect())
    }

    /// The rows of a table that have a key in a column, with that key; of those of one owner, where one is named. They stay as they are
    /// until this transaction ends.
    pub(crate) async fn pointers(
        &mut self,
        table: &Table,
        column: &str,
        owner: Option<(&str, i32)>,
    ) -> Result<Vec<(i32, i32)>> {
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, None);
        sql.push(format!("SELECT {}, {column} FROM {} WHERE {column} IS NOT NULL", table.key, table.name));
        if let Some((of, key)) = owner {
            sql.push(format!(" AND {of} = ")).int(key.into());
        }
        if self.dialect() == Dialect::MariaDb {
            sql.push(" LOCK IN SHARE MODE");
        }
        let found = self.numbers(sql).await?;
        Ok(found.into_iter().filter_map(|(key, to)| Some((key, i32::try_from(to).ok()?))).collect())
    }

    /// Writes the keys that rows of a table point to: of each row its key, and that key.
    pub(crate) async fn point(&mut self, table: &Table, column: &str, pointers: &[(i32, i32)]) -> Result<()> {
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, None);
        let (name, key) = (table.name, table.key);
        match self.dialect() {
            Dialect::MariaDb => {
                sql.push("UPDATE ").key_pairs(pointers).straight_join();
                sql.push(format!("{name} t ON t.{key} = k.id SET t.{column} = k.of"))
            }
            Dialect::Sqlite => {
                sql.push(format!("UPDATE {name} SET {column} = k.of FROM ")).key_pairs(pointers);
                sql.push(format!(" WHERE {name}.{key} = k.id"))
            }
        };
        self.execute(sql).await?;
        Ok(())
    }

    /// Adds rows of the same columns, and answers their keys in the same order.
    pub(crate) async fn insert(
        &mut self,
        table: &'static Table,
        columns: &[&'static str],
        rows: Vec<Vec<Cell>>,
    ) -> Result<Vec<i32>> {
        let mut keys = Vec::with_capacity(rows.len());
        let most = at_once(columns.len());
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut sql = Sql::new(self.dialect());
            // Which columns there are is the caller's choice.
            sql.called(table.name, None).varies();
            sql.push(format!("INSERT INTO {} ({}) VALUES ", table.name, columns.join(",")));
            for (count, row) in rows.by_ref().take(most).enumerate() {
                sql.push(if count == 0 { "(" } else { "),(" });
                for (at, cell) in row.into_iter().enumerate() {
                    sql.push(if at == 0 { "" } else { "," }).cell(cell);
                }
            }
            // The first number is only there because rows are read in pairs. SQLite counts on beyond the keys of 32 bits.
            sql.push(format!(") RETURNING 0, {}", table.key));
            for (_, key) in self.numbers(sql).await? {
                keys.push(i32::try_from(key).map_err(|_beyond| used_up(table.name))?);
            }
            self.writes();
        }
        // Keys grow in the order of the rows, whatever the order of the answer.
        keys.sort_unstable();
        let (rows, columns) = (keys.len(), columns.to_vec());
        self.1.push(Deed { did: Did::Add, table, keys: keys.clone(), rows, columns });
        Ok(keys)
    }

    /// Writes cells of a row.
    pub(crate) async fn update(
        &mut self,
        table: &'static Table,
        key: i32,
        cells: Vec<(&'static str, Cell)>,
    ) -> Result<()> {
        let columns = cells.iter().map(|(column, _)| *column).collect();
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, None).varies();
        sql.push(format!("UPDATE {} SET ", table.name));
        for (at, (column, cell)) in cells.into_iter().enumerate() {
            sql.push(format!("{}{column} = ", if at == 0 { "" } else { ", " })).cell(cell);
        }
        sql.push(format!(" WHERE {} = ", table.key)).int(key.into());
        self.execute(sql).await?;
        self.1.push(Deed { did: Did::Change, table, keys: vec![key], rows: 1, columns });
        Ok(())
    }

    /// Clears a flag of the rows of an owner with a value of a column, but for one row.
    pub(crate) async fn clear(
        &mut self,
        table: &'static Table,
        flag: &'static str,
        (owner, key): (&str, i32),
        (among, value): (&str, &str),
        except: Option<i32>,
    ) -> Result<()> {
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, None).push(format!("UPDATE {} SET {flag} = 0 WHERE {owner} = ", table.name));
        sql.int(key.into()).push(format!(" AND {among} = ")).text(value).push(format!(" AND {flag} <> 0"));
        if let Some(except) = except {
            sql.push(format!(" AND {} <> ", table.key)).int(except.into());
        }
        let rows = self.execute(sql).await?;
        self.1.push(Deed { did: Did::Change, table, keys: Vec::new(), rows, columns: vec![flag] });
        Ok(())
    }

    /// Removes the rows of a table that belong to a row of another, or that row itself, and says how many there were.
    pub(crate) async fn remove(&mut self, table: &'static Table, of: &Table, key: i32) -> Result<usize> {
        let mut sql = Sql::new(self.dialect());
        sql.called(table.name, None).push(format!("DELETE FROM {} WHERE ", table.name));
        push_below(&mut sql, table, of, key)?;
        let rows = self.execute(sql).await?;
        let keys = if table.name == of.name { vec![key] } else { Vec::new() };
        self.1.push(Deed { did: Did::Remove, table, keys, rows, columns: Vec::new() });
        Ok(rows)
    }

    /// Why the database did not take what a statement wrote, if it was the database's own rules that it broke.
    pub(crate) fn refusal(&self, error: &Error) -> Option<Refusal> {
        let Error::Internal(text) = error else { return None };
        if fault::asks_again(error) {
            return None;
        }
        fault::refusal(text).or_else(|| fault::is_raised(text, self.dialect()).then_some(Refusal::Trigger))
    }

    /// Whether the database did not take what a statement wrote, by its rules, and the transaction goes on: after a trigger of SQLite it may
    /// have ended.
    pub(crate) fn is_refused(&self, error: &Error) -> bool {
        let is_over = |refusal| matches!((refusal, self.dialect()), (Refusal::Trigger, Dialect::Sqlite));
        self.refusal(error).is_some_and(|refusal| !is_over(refusal))
    }

    /// The patients to whom rows belong, by the keys of the rows; rows that are not there are left out. Not of reference data.
    pub(crate) async fn patients_of(&mut self, table: &Table, keys: &[i32]) -> Result<Vec<(i32, i32)>> {
        let found = self.numbers(patients_sql(self.dialect(), table, keys)).await?;
        Ok(found.into_iter().filter_map(|(key, patient)| Some((key, i32::try_from(patient).ok()?))).collect())
    }

    /// The patient that a row belongs to; `None` for one that is not there, and for reference data.
    pub(crate) async fn patient_of(&mut self, table: &Table, key: i32) -> Result<Option<i32>> {
        let (mut table, mut key) = (table, key);
        loop {
            let owner = match &table.belongs {
                Belongs::Patient => return Ok(Some(key)),
                Belongs::Everybody | Belongs::OneOf([]) => return Ok(None),
                Belongs::To(owner) | Belongs::OneOf([owner, ..]) => owner,
            };
            let mut sql = Sql::new(self.dialect());
            sql.called(table.name, None);
            let (name, column) = (table.name, owner.column);
            sql.push(format!("SELECT {column}, 0 FROM {name} WHERE {column} IS NOT NULL AND {} = ", table.key));
            sql.int(key.into());
            let Some((above, _)) = self.numbers(sql).await?.first().copied() else { return Ok(None) };
            (table, key) = (owner.to, above);
        }
    }
}

/// The patients to whom rows belong, by the keys of the rows.
fn patients_sql(dialect: Dialect, table: &Table, keys: &[i32]) -> Sql {
    let mut sql = Sql::new(dialect);
    sql.called(table.name, None).push(format!("SELECT t.{}, ", table.key));
    let steps = table.way().count();
    let last = table.way().last().map_or(table.key, |owner| owner.column);
    let alias = |step: usize| if step == 0 { "t".to_owned() } else { format!("t{step}") };
    sql.push(format!("{}.{last} FROM ", alias(steps.saturating_sub(1)))).keys(keys).straight_join();
    sql.push(format!("{} t ON t.{} = k.id", table.name, table.key));
    for (step, owner) in (1..steps).zip(table.way()) {
        let (below, above) = (alias(step - 1), alias(step));
        sql.push(format!(" JOIN {} {above} ON {above}.{} = {below}.{}", owner.to.name, owner.to.key, owner.column));
    }
    sql
}

/// The most parameters of one statement: below SQLite's 32,766 and MariaDB's 65,535.
const MAX_PARAMETERS: usize = 16_000;

/// How many rows of so many columns one statement adds at most.
pub(crate) fn at_once(columns: usize) -> usize {
    (MAX_PARAMETERS / columns.max(1)).max(1)
}

/// That a row of `table` belongs to the row of `of` with this key.
fn push_below(sql: &mut Sql, table: &Table, of: &Table, key: i32) -> Result<()> {
    if table.name == of.name {
        sql.push(format!("{} = ", table.key)).int(key.into());
        return Ok(());
    }
    if let Some(owner) = table.owner_of(of) {
        sql.push(format!("{} = ", owner.column)).int(key.into());
        return Ok(());
    }
    let Some(owner) = table.way().next() else {
        return Err(Error::Internal(format!("{} is not below {}", table.name, of.name)));
    };
    sql.push(format!("{} IN (SELECT {} FROM {} WHERE ", owner.column, owner.to.key, owner.to.name));
    push_below(sql, owner.to, of, key)?;
    sql.push(")");
    Ok(())
}

impl Db {
    /// The patients to whom rows belong, by the keys of the rows; rows that are not there are left out. Not of reference data.
    pub(crate) async fn patients_of(&self, table: &Table, keys: &[i32]) -> Result<Vec<(i32, i32)>> {
        let found = self.numbers(&patients_sql(self.dialect(), table, keys)).await?;
        Ok(found.into_iter().filter_map(|(key, patient)| Some((key, i32::try_from(patient).ok()?))).collect())
    }

    /// The versions of rows, by their keys.
    pub(crate) async fn versions(&self, sql: &Sql) -> Result<Vec<(i32, String)>> {
        let rows = self.texts(sql).await?;
        rows.into_iter().filter_map(|(key, list)| Some(of_list(&list?).map(|cells| (key, version(&cells))))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_rows_have_different_versions() {
        let row = |cells: &[Option<&str>]| version(&cells.iter().map(|cell| cell.map(str::to_owned)).collect());
        let rows = [
            row(&[Some("a"), Some("b")]),
            row(&[Some("ab"), Some("")]),
            row(&[Some("ab"), None]),
            row(&[None, Some("ab")]),
            row(&[Some("1:a"), None]),
        ];
        let distinct: std::collections::BTreeSet<&String> = rows.iter().collect();
        assert_eq!(distinct.len(), rows.len());
        assert!(rows.iter().all(|version| version.len() == 16));
    }
}
