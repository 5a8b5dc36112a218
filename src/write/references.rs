//! What holds of references when rows are written: the caller sees the rows that an input points to, no row points to a row that is
//! removed, and reference data is not written by a caller who sees only some patients.

use super::{draft::Linked, operation::Operation};
use crate::{
    db::{Table, Tx, on_circles},
    error::{Error, Result, Violation},
    graphql::{
        context::Cx,
        form::Form,
        model::Entity,
        rules::{Cells, Holds},
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

/// That the caller may write a row by which patients are seen, as an assignment: the caller must see the patient by such a row. Whoever
/// sees the patient for some minutes (by breaking the glass) could otherwise write a row that gives the patient for good.
pub(super) async fn may_give(
    tx: &mut Tx,
    cx: &Cx,
    operation: &Operation,
    (row, key): (&Entity, Option<i32>),
) -> Result<()> {
    let (Some(scope), Some(key)) = (cx.scope.by(operation.entity().table), key) else { return Ok(()) };
    let (table, keys) = (row.table, [key]);
    if tx.seen(table, &keys, &scope).await?.is_empty() && !tx.seen(table, &keys, &cx.scope).await?.is_empty() {
        let message =
            "you see this patient by breaking the glass: only who looks after the patient changes who else does"
                .to_owned();
        let path = vec![operation.path().into()];
        return Err(Error::Invalid(vec![Violation { path, code: "FORBIDDEN", message }]));
    }
    Ok(())
}

/// That the caller would not see a patient who is added.
pub(super) fn unseen() -> Error {
    let message =
        "you would not see this patient: give the patient a doctor who you are, in the same mutation".to_owned();
    Error::Invalid(vec![Violation { path: vec!["input".into()], code: "FORBIDDEN", message }])
}

fn forbidden(path: &str) -> Error {
    let message = "this is data of every patient: only a caller who may see every patient writes it".to_owned();
    Error::Invalid(vec![Violation { path: vec![path.into()], code: "FORBIDDEN", message }])
}

/// Which of the rows that an input points to the caller may not see.
pub(super) async fn missing(tx: &mut Tx, cx: &Cx, links: &[&Linked]) -> Result<Vec<Violation>> {
    let mut seen: BTreeSet<(&str, i32)> = BTreeSet::new();
    for (name, (table, keys)) in by_table(links) {
        seen.extend(tx.seen(table, &keys, &cx.scope).await?.into_iter().map(|key| (name, key)));
    }
    let missing = links.iter().filter(|link| !seen.contains(&(link.entity.table.name, link.key)));
    Ok(missing.map(|link| not_found(link.path.clone(), link.entity)).collect())
}

/// Which of the rows that must be of the same patient as the written row are not: of the patient of the row that it is, or is written below.
/// Rows that are missing anyway are left out.
pub(super) async fn strangers(
    tx: &mut Tx,
    row: Option<(&'static Table, i32)>,
    links: &[Linked],
    missing: &[Violation],
) -> Result<Vec<Violation>> {
    let is_there = |link: &&Linked| !missing.iter().any(|violation| violation.path == link.path);
    let within: Vec<&Linked> = links.iter().filter(|link| link.within).filter(is_there).collect();
    if within.is_empty() {
        return Ok(Vec::new());
    }
    let patient = match row {
        Some((table, key)) => match tx.patient_of(table, key).await? {
            // That the row is not there is told elsewhere.
            None => return Ok(Vec::new()),
            patient => patient,
        },
        // A new patient has no rows yet.
        None => None,
    };
    let mut of: BTreeMap<(&str, i32), i32> = BTreeMap::new();
    for (name, (table, keys)) in by_table(&within) {
        of.extend(tx.patients_of(table, &keys).await?.into_iter().map(|(key, patient)| ((name, key), patient)));
    }
    let is_own = |link: &&Linked| {
        let its = of.get(&(link.entity.table.name, link.key)).copied();
        patient.is_some() && its == patient
    };
    let strangers = within.into_iter().filter(|link| !is_own(link));
    let told = strangers.map(|link| {
        let message = format!("this {} is another patient's", link.entity.object.name);
        Violation { path: link.path.clone(), code: "OTHER_PATIENT", message }
    });
    Ok(told.collect())
}

/// Where what a row points to, whether the row is new or has changed, had ended before the row ([`Holds::BeforeEnd`]). Rows are given with their
/// paths.
pub(super) async fn before_end(
    tx: &mut Tx,
    form: &'static Form,
    is_new: bool,
    rows: &[(&[Json], &Cells)],
    touched: impl Fn(&str) -> bool,
    wrong: &[Violation],
) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    // Of a row that the caller may not see nothing is told.
    let is_sound = |path: &[Json], pointer| {
        let place = form.place_of(path, &[pointer], None);
        !wrong.iter().any(|violation| violation.path == place)
    };
    for check in form.rules().checks.iter().filter(|check| check.columns.iter().any(|column| touched(column))) {
        let (Holds::BeforeEnd(end), [pointer, moment, ..]) = (check.holds, check.columns) else { continue };
        let Some(link) = form.entity.table.link_in(pointer) else { continue };
        let to = |row: &Cells| row.get(pointer).and_then(|to| to.parse::<i32>().ok());
        let rows = rows.iter().filter(|(path, _)| is_sound(path, pointer));
        let keys: BTreeSet<i32> = rows.clone().filter_map(|(_, row)| to(row)).collect();
        let keys: Vec<i32> = keys.into_iter().collect();
        if keys.is_empty() {
            continue;
        }
        let ends: HashMap<i32, String> = tx
            .cells_of(link.to, &[end], &keys)
            .await?
            .into_iter()
            .filter_map(|(key, cells)| Some((key, cells.into_iter().next().flatten()?)))
            .collect();
        let now = if is_new && !ends.is_empty() { Some(tx.now().await?) } else { None };
        for (path, row) in rows {
            let Some(end) = to(row).and_then(|to| ends.get(&to)) else { continue };
            // Both as they are stored, to the second.
            let moment = row.get(moment).or(now.as_deref());
            if moment.is_some_and(|moment| moment.get(..19) > end.get(..19)) {
                let path = form.place_of(path, check.columns, None);
                violations.push(Violation { path, code: check.code, message: check.message.into() });
            }
        }
    }
    Ok(violations)
}

/// The keys that links lead to, by table.
fn by_table(links: &[&Linked]) -> BTreeMap<&'static str, (&'static Table, Vec<i32>)> {
    let mut by_table: BTreeMap<&str, (&Table, Vec<i32>)> = BTreeMap::new();
    let distinct: BTreeSet<(&str, i32)> = links.iter().map(|link| (link.entity.table.name, link.key)).collect();
    for link in links {
        let name = link.entity.table.name;
        by_table.entry(name).or_insert_with(|| {
            let keys = distinct.iter().filter(|(of, _)| *of == name).map(|(_, key)| *key);
            (link.entity.table, keys.collect())
        });
    }
    by_table
}

/// Where a row would come to point to itself, directly or over others of its table. A new row does not: nothing points to it yet.
pub(super) async fn no_circle(
    tx: &mut Tx,
    form: &'static Form,
    (key, row): (i32, &Cells),
    changed: impl Fn(&str) -> bool,
) -> Result<Vec<Violation>> {
    let table = form.entity.table;
    let mut violations = Vec::new();
    for link in table.links.iter().filter(|link| link.to.name == table.name && changed(link.column)) {
        let Some(to) = row.get(link.column).and_then(|to| to.parse::<i32>().ok()) else { continue };
        let path = form.place_of(&["input".into()], &[link.column], None);
        if to == key {
            violations.push(Violation { path, code: "ITSELF", message: "this must not point to itself".into() });
            continue;
        }
        let owner = table.owners().first().filter(|_| link.within);
        let owner = owner.and_then(|owner| Some((owner.column, row.get(owner.column)?.parse().ok()?)));
        let mut pointers: HashMap<i32, i32> = tx.pointers(table, link.column, owner).await?.into_iter().collect();
        pointers.insert(key, to);
        if on_circles(&pointers).contains(&key) {
            let message = "this must not close a circle: that object points to this one, directly or over others";
            violations.push(Violation { path, code: "CIRCLE", message: message.into() });
        }
    }
    Ok(violations)
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
pub(super) fn nobody(entity: &Entity) -> Violation {
    not_found(vec!["id".into()], entity)
}

fn not_found(path: Vec<Json>, entity: &Entity) -> Violation {
    Violation { path, code: "NOT_FOUND", message: format!("there is no such {}", entity.object.name) }
}
