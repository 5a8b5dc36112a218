//! Which patients a caller may see: an argument of every read.
//!
//! **Invariant:** no statement that leads from a table or from rows to other rows can be built without a [`Scope`], but the one to
//! their owners ([`super::Select::owners`]). What reads more of a row by its own key (a large text, its version) takes the keys of
//! rows that passed one. Whether a scope needs to stand in the statement follows from the references of the tables ([`Table`]).
//!
//! **Invariant:** a scope is evaluated by the database within the statement that it stands in, so a row that gives or takes a patient
//! (an assignment) counts from the next statement on.

use super::{
    cond::{Bind, Cond, Op},
    pool::Db,
    sql::Sql,
    table::{Belongs, Owner, Table},
};
use crate::error::Result;
use chrono::NaiveDate;
use std::sync::Arc;

/// The patients that a caller may see.
#[derive(Debug, Clone)]
pub struct Scope(Option<Arc<[Grant]>>);

/// Some of the patients that a caller may see.
#[derive(Debug, Clone)]
pub enum Grant {
    /// These.
    Patients(Arc<[i32]>),
    /// Those to whom rows belong that meet a condition.
    With(Rows),
}

/// The rows by which a caller may see patients.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Their table; its rows belong to patients.
    pub table: &'static Table,
    /// What they meet: all of it.
    pub must: Vec<Must>,
}

/// What a row meets that gives a patient. These are conditions of their own, because a [`Cond`] may hold a scope: of types that hold each
/// other the compiler asks again and again whether they may go from thread to thread, and takes minutes.
#[derive(Debug, Clone)]
pub enum Must {
    /// The column holds this number.
    Be(&'static str, i64),
    /// The column holds this number, or NULL.
    BeOrNull(&'static str, i64),
    /// The column holds this word, as it is stored.
    BeWord(&'static str, &'static str),
    /// The column holds NULL.
    BeNull(&'static str),
    /// The column holds a number above this one.
    Above(&'static str, i64),
    /// The column holds no day before this one.
    NotBefore(&'static str, NaiveDate),
    /// The column holds no day after this one.
    NotAfter(&'static str, NaiveDate),
}

impl Must {
    fn cond(&self) -> Cond {
        let or_null = |column, cond| Cond::Or(vec![Cond::IsNull(column, true), cond]);
        let number = |column, number: i64| Cond::In(column, vec![Bind::Int(number)]);
        let day = |column, op, day: NaiveDate| or_null(column, Cond::Compare(column, op, Bind::Text(day.to_string())));
        match *self {
            Must::Be(column, value) => number(column, value),
            Must::BeWord(column, word) => Cond::In(column, vec![Bind::Text(word.into())]),
            Must::BeNull(column) => Cond::IsNull(column, true),
            Must::Above(column, value) => Cond::Compare(column, Op::Gt, Bind::Int(value)),
            Must::BeOrNull(column, value) => or_null(column, number(column, value)),
            Must::NotBefore(column, date) => day(column, Op::Gte, date),
            Must::NotAfter(column, date) => day(column, Op::Lte, date),
        }
    }
}

impl Scope {
    /// Every patient.
    pub fn everything() -> Self {
        Scope(None)
    }

    /// No patient.
    pub fn nobody() -> Self {
        Self::any([])
    }

    /// These patients and nobody else.
    pub fn patients(ids: impl Into<Arc<[i32]>>) -> Self {
        Self::any([Grant::Patients(ids.into())])
    }

    /// The patients of all of these grants.
    pub fn any(grants: impl Into<Arc<[Grant]>>) -> Self {
        Scope(Some(grants.into()))
    }

    /// Whether the caller may see every patient.
    pub fn is_everything(&self) -> bool {
        self.0.is_none()
    }

    /// The grants that together are the scope, or `None` where everything is in scope.
    pub fn grants(&self) -> Option<&[Grant]> {
        self.0.as_deref()
    }

    /// The patients that something else gives than rows of this table.
    pub fn without(&self, table: &Table) -> Self {
        self.only(|of| of.name != table.name)
    }

    /// The patients that rows of this table give, where some of them do.
    pub fn by(&self, table: &Table) -> Option<Self> {
        let of_it = |grant: &Grant| matches!(grant, Grant::With(rows) if rows.table.name == table.name);
        self.grants()?.iter().any(of_it).then(|| self.only(|of| of.name == table.name))
    }

    fn only(&self, wanted: impl Fn(&Table) -> bool) -> Self {
        let Some(grants) = self.grants() else { return self.clone() };
        let wanted = |grant: &&Grant| matches!(grant, Grant::With(rows) if wanted(rows.table));
        let is_list = |grant: &Grant| matches!(grant, Grant::Patients(_));
        Self::any(grants.iter().filter(|grant| is_list(grant) || wanted(grant)).cloned().collect::<Vec<_>>())
    }

    /// The patients in scope where no table needs to be asked for them.
    pub fn listed(&self) -> Option<Vec<i32>> {
        let list = |grant: &Grant| match grant {
            Grant::Patients(ids) => Some(ids.to_vec()),
            Grant::With(_) => None,
        };
        Some(self.grants()?.iter().map(list).collect::<Option<Vec<_>>>()?.concat())
    }

    /// The same for scopes of the same patients at the same moment.
    pub(super) fn meaning(&self) -> String {
        let Some(grants) = self.grants() else { return String::new() };
        let grant = |grant: &Grant| match grant {
            Grant::Patients(ids) => format!("{ids:?}"),
            Grant::With(rows) => format!("{}({})", rows.table.name, rows.cond().meaning()),
        };
        grants.iter().map(grant).collect::<Vec<_>>().join("|")
    }
}

impl Rows {
    fn cond(&self) -> Cond {
        Cond::And(self.must.iter().map(Must::cond).collect())
    }

    /// The column that leads to the patient.
    fn patient(&self) -> &'static str {
        self.table.owners().first().map_or(self.table.key, |owner| owner.column)
    }
}

/// Writes a table `k(id)` of the keys of all patients in scope, each once. Of everything in scope there is none.
pub(super) fn push_patients(sql: &mut Sql, scope: &Scope) {
    let grants = scope.grants().unwrap_or_default();
    if let [Grant::Patients(ids)] = grants {
        sql.keys(ids);
        return;
    }
    sql.push("(");
    if grants.is_empty() {
        sql.push("SELECT k.id FROM ").keys(&[]);
    }
    for (i, grant) in grants.iter().enumerate() {
        sql.push(if i > 0 { " UNION " } else { "" });
        match grant {
            Grant::Patients(ids) => drop(sql.push("SELECT k.id FROM ").keys(ids)),
            Grant::With(rows) => {
                sql.push(format!("SELECT DISTINCT a.{} AS id FROM {} a WHERE ", rows.patient(), rows.table.name));
                rows.cond().push(sql, "a");
            }
        }
    }
    sql.push(") k");
}

impl Db {
    /// The keys of the patients in scope, where not everything is; where there are more than `most`, some of them, one more than that.
    pub async fn patients(&self, scope: &Scope, most: u32) -> Result<Vec<i32>> {
        if let Some(listed) = scope.listed() {
            return Ok(listed);
        }
        let mut sql = Sql::new(self.dialect());
        sql.called("scope", None).push("SELECT k.id, 0 FROM ");
        push_patients(&mut sql, scope);
        sql.push(" LIMIT ").int(i64::from(most) + 1);
        Ok(self.numbers(&sql).await?.into_iter().map(|(key, _)| key).collect())
    }
}

/// Writes that the patient in a column is in scope. A row that gives a patient is looked up by a scalar sub-query: of `EXISTS` and
/// `IN` the stores make joins, whose order they choose by guesses.
fn push_patient(sql: &mut Sql, alias: &str, column: &str, grants: &[Grant]) {
    if grants.is_empty() {
        sql.push("1=0");
        return;
    }
    let inner = format!("{alias}a");
    let several = grants.len() > 1;
    sql.push(if several { "(" } else { "" });
    for (i, grant) in grants.iter().enumerate() {
        sql.push(if i > 0 { " OR " } else { "" });
        match grant {
            Grant::Patients(ids) => {
                sql.column(alias, column).push(" IN (SELECT k.id FROM ").keys(ids).push(")");
            }
            Grant::With(rows) => {
                sql.push(format!("(SELECT 1 FROM {} {inner} WHERE ", rows.table.name));
                sql.push(format!("{inner}.{} = {alias}.{column} AND ", rows.patient()));
                rows.cond().push_check(sql, &inner);
                sql.push(" LIMIT 1) IS NOT NULL");
            }
        }
    }
    sql.push(if several { ")" } else { "" });
}

/// Writes that the rows called `alias` belong to patients in scope, or to everybody.
pub(super) fn push_scope(sql: &mut Sql, alias: &str, table: &Table, scope: &Scope) {
    let Some(grants) = scope.grants() else {
        sql.push("1=1");
        return;
    };
    match &table.belongs {
        Belongs::Everybody => drop(sql.push("1=1")),
        Belongs::OneOf(owners) => push_scope_of_one(sql, alias, owners, scope),
        Belongs::Patient => push_patient(sql, alias, table.key, grants),
        Belongs::To(owner) => push_owner_scope(sql, alias, owner, scope),
    }
}

/// The same of the rows that own the rows called `alias`.
fn push_owner_scope(sql: &mut Sql, alias: &str, owner: &Owner, scope: &Scope) {
    let to = owner.to;
    if let (Belongs::Patient, Some(grants)) = (&to.belongs, scope.grants()) {
        push_patient(sql, alias, owner.column, grants);
        return;
    }
    let inner = format!("{alias}p");
    sql.push(format!(
        "EXISTS (SELECT 1 FROM {} {inner} WHERE {inner}.{} = {alias}.{} AND ",
        to.name, to.key, owner.column
    ));
    push_scope(sql, &inner, to, scope);
    sql.push(")");
}

/// The same of rows that have one of several owners: the patient's are in scope, and those of nobody else's but reference data.
fn push_scope_of_one(sql: &mut Sql, alias: &str, owners: &[Owner], scope: &Scope) {
    let Some((patients, others)) = owners.split_first() else {
        sql.push("1=0");
        return;
    };
    sql.push("(");
    push_owner_scope(sql, alias, patients, scope);
    sql.push(format!(" OR {alias}.{} IS NULL AND (", patients.column));
    for (i, other) in others.iter().enumerate() {
        sql.push(format!("{}{alias}.{} IS NOT NULL", if i > 0 { " OR " } else { "" }, other.column));
    }
    sql.push("))");
}

/// The same after an `AND`, where there is anything to say.
pub(super) fn push_and_scope(sql: &mut Sql, alias: &str, table: &Table, scope: &Scope) {
    if !scope.is_everything() && !table.is_everybodys() {
        sql.push(" AND ");
        push_scope(sql, alias, table, scope);
    }
}
