//! Which rows of a table a caller may see, as a condition of a statement.

use super::{
    sql::Sql,
    table::{Belongs, Owner, Table},
};
use crate::scope::Scope;

/// Writes that the rows called `alias` belong to patients in scope, or to everybody.
pub(super) fn push_scope(sql: &mut Sql, alias: &str, table: &Table, scope: &Scope) {
    let Some(patients) = scope.only() else {
        sql.push("1=1");
        return;
    };
    let column = match &table.belongs {
        Belongs::Everybody => {
            sql.push("1=1");
            return;
        }
        Belongs::OneOf(owners) => {
            push_scope_of_one(sql, alias, owners, scope);
            return;
        }
        Belongs::Patient => table.key,
        Belongs::To(owner) => {
            push_owner_scope(sql, alias, owner, scope);
            return;
        }
    };
    sql.column(alias, column).push(" IN (SELECT k.id FROM ").keys(patients).push(")");
}

/// The same of the rows that own the rows called `alias`.
fn push_owner_scope(sql: &mut Sql, alias: &str, owner: &Owner, scope: &Scope) {
    let to = owner.to;
    if let (Belongs::Patient, Some(patients)) = (&to.belongs, scope.only()) {
        sql.column(alias, owner.column).push(" IN (SELECT k.id FROM ").keys(patients).push(")");
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
    if scope.only().is_some() && !table.is_everybodys() {
        sql.push(" AND ");
        push_scope(sql, alias, table, scope);
    }
}
