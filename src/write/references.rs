//! What holds of references when rows are written: the caller sees the rows that an input points to, no row points to a row that is
//! removed, and reference data is not written by a caller who sees only some patients.

use super::draft::Linked;
use crate::{
    db::{Table, Tx, on_circles},
    error::{Error, Result, Violation},
    graphql::{
        context::Cx,
        form::Form,
        model::Entity,
        rules::{Cells, Holds, violation},
    },
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// That the caller may write rows of an entity.
pub(super) fn may_write(cx: &Cx, entity: &Entity, path: &str) -> Result<()> {
    if entity.table.is_written_by(&cx.scope) { Ok(()) } else { Err(forbidden(path)) }
}

/// That the caller may write a row of an entity: this one, as it is stored.
pub(super) fn may_write_row(cx: &Cx, entity: &Entity, stored: &[Option<String>]) -> Result<()> {
    let cell = |column: &str| {
        let at = entity.stored().iter().position(|stored| *stored == column);
        at.and_then(|at| stored.get(at)).is_some_and(Option::is_some)
    };
    if entity.table.is_row_written_by(&cx.scope, cell) { Ok(()) } else { Err(forbidden("id")) }
}

fn forbidden(path: &str) -> Error {
    let message = "this is data of every patient: only a caller who may see every patient writes it".to_owned();
    Error::Invalid(vec![Violation { path: vec![path.into()], code: "FORBIDDEN", message }])
}

/// That the caller may see every row that an input points to.
pub(super) async fn exist(tx: &mut Tx, cx: &Cx, links: impl Iterator<Item = &Linked>) -> Result<()> {
    let mut by_table: BTreeMap<&str, Vec<&Linked>> = BTreeMap::new();
    for link in links {
        by_table.entry(link.entity.table.name).or_default().push(link);
    }
    let mut violations = Vec::new();
    for links in by_table.into_values() {
        let Some(Linked { entity, .. }) = links.first() else { continue };
        let keys: BTreeSet<i32> = links.iter().map(|link| link.key).collect();
        let keys: Vec<i32> = keys.into_iter().collect();
        let seen: BTreeSet<i32> = tx.seen(entity.table, &keys, &cx.scope).await?.into_iter().collect();
        let missing = links.into_iter().filter(|link| !seen.contains(&link.key));
        violations.extend(missing.map(|link| not_found(link.path.clone(), link.entity)));
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

/// That rows which must be of the same patient as the written row are: of the patient of the row that it is, or is written below.
pub(super) async fn stay(tx: &mut Tx, row: Option<(&'static Table, i32)>, links: &[Linked]) -> Result<()> {
    let within: Vec<&Linked> = links.iter().filter(|link| link.within).collect();
    if within.is_empty() {
        return Ok(());
    }
    // A new patient has no rows yet.
    let patient = match row {
        Some((table, key)) => tx.patient_of(table, key).await?,
        None => None,
    };
    let mut violations = Vec::new();
    for link in within {
        let of = tx.patient_of(link.entity.table, link.key).await?;
        if of.is_none() || of != patient {
            let message = format!("this {} is another patient's", link.entity.object.name);
            violations.push(Violation { path: link.path.clone(), code: "OTHER_PATIENT", message });
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

/// A new row with the values that it must have in common with the rows that it points to ([`Holds::AsLinked`]), where it has none.
pub(super) async fn completed(tx: &mut Tx, form: &'static Form, row: &Cells) -> Result<Cells> {
    let mut row = row.clone();
    for check in form.rules().checks.iter().filter(|check| matches!(check.holds, Holds::AsLinked)) {
        let [pointer, column, ..] = check.columns else { continue };
        let to = row.get(pointer).and_then(|to| to.parse().ok()).filter(|_| row.get(column).is_none());
        if let (Some(link), Some(to)) = (form.entity.table.link_in(pointer), to) {
            let value = tx.cell(link.to, column, to).await?;
            row.set(column, value);
        }
    }
    Ok(row)
}

/// That what a row points to, whether the row is new or has changed, had not ended before the row ([`Holds::BeforeEnd`]).
pub(super) async fn before_end(
    tx: &mut Tx,
    form: &'static Form,
    is_new: bool,
    row: &Cells,
    touched: impl Fn(&str) -> bool,
) -> Result<()> {
    let mut violations = Vec::new();
    for check in form.rules().checks.iter().filter(|check| check.columns.iter().any(|column| touched(column))) {
        let (Holds::BeforeEnd(end), [pointer, moment, ..]) = (check.holds, check.columns) else { continue };
        let to = row.get(pointer).and_then(|to| to.parse().ok());
        let Some((link, to)) = form.entity.table.link_in(pointer).zip(to) else { continue };
        let Some(end) = tx.cell(link.to, end, to).await? else { continue };
        let moment = match row.get(moment) {
            None if is_new => Some(tx.now().await?),
            moment => moment.map(str::to_owned),
        };
        // Both as they are stored, to the second.
        if moment.is_some_and(|moment| moment.get(..19) > end.get(..19)) {
            violations.push(violation(&["input".into()], form.field_of(check.columns), check.code, check.message));
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

/// That a row, which is new or has this key, and the rows that it is to agree with have the same values ([`Holds::AsLinked`]): the
/// row that it points to, and rows of its own table that point to it.
pub(super) async fn agree(
    tx: &mut Tx,
    form: &'static Form,
    key: Option<i32>,
    row: &Cells,
    touched: impl Fn(&str) -> bool,
) -> Result<()> {
    let table = form.entity.table;
    let mut violations = Vec::new();
    for check in form.rules().checks.iter().filter(|check| matches!(check.holds, Holds::AsLinked)) {
        let [pointer, column, ..] = check.columns else { continue };
        let to: Option<i32> = row.get(pointer).and_then(|to| to.parse().ok());
        let own = table.link_in(pointer).is_some_and(|link| link.to.name == table.name);
        let (Some(link), Some(value), true) =
            (table.link_in(pointer), row.get(column), touched(pointer) || touched(column))
        else {
            continue;
        };
        let mut others = Vec::new();
        if let Some(to) = to {
            others.extend(tx.cell(link.to, column, to).await?);
        }
        if let Some(key) = key.filter(|_| own) {
            others.extend(tx.cells_where(table, column, pointer, key).await?);
        }
        if others.iter().any(|other| other != value) {
            violations.push(violation(&["input".into()], form.field_of(check.columns), check.code, check.message));
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

/// That a row does not come to point to itself, directly or over others of its table. A new row does not: nothing points to it yet.
pub(super) async fn no_circle(
    tx: &mut Tx,
    form: &'static Form,
    key: i32,
    row: &Cells,
    changed: impl Fn(&str) -> bool,
) -> Result<()> {
    let table = form.entity.table;
    for link in table.links.iter().filter(|link| link.to.name == table.name && changed(link.column)) {
        let Some(to) = row.get(link.column).and_then(|to| to.parse::<i32>().ok()) else { continue };
        let refused = |code, message| {
            Error::Invalid(vec![violation(&["input".into()], form.field_of(&[link.column]), code, message)])
        };
        if to == key {
            return Err(refused("ITSELF", "this must not point to itself"));
        }
        let owner = table.owners().first().filter(|_| link.within);
        let owner = owner.and_then(|owner| Some((owner.column, row.get(owner.column)?.parse().ok()?)));
        let mut pointers: HashMap<i32, i32> = tx.pointers(table, link.column, owner).await?.into_iter().collect();
        pointers.insert(key, to);
        if on_circles(&pointers).contains(&key) {
            let message = "this must not close a circle: that object points to this one, directly or over others";
            return Err(refused("CIRCLE", message));
        }
    }
    Ok(())
}

/// That no row points to the one that is to be removed.
pub(super) async fn none_to(tx: &mut Tx, cx: &Cx, entity: &Entity, key: i32) -> Result<()> {
    let mut used: Vec<&str> = Vec::new();
    for (by, column) in cx.model.pointing_to(entity) {
        if !used.contains(&by.object.name) && tx.any_has(by.table, column, key).await? {
            used.push(by.object.name);
        }
    }
    if used.is_empty() {
        return Ok(());
    }
    let message = format!("objects of {} point to it: change or remove them first", used.join(", "));
    Err(Error::Invalid(vec![Violation { path: vec!["id".into()], code: "IN_USE", message }]))
}

/// That a row is not there, or not for this caller.
pub(super) fn nobody(path: &[&str], entity: &Entity) -> Error {
    Error::Invalid(vec![not_found(path.iter().map(|part| (*part).into()).collect(), entity)])
}

fn not_found(path: Vec<Json>, entity: &Entity) -> Violation {
    Violation { path, code: "NOT_FOUND", message: format!("there is no such {}", entity.object.name) }
}
