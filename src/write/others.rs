//! What holds between a row that is written and other rows: that it agrees with those it points to, and that no other has what only one may
//! have. However many rows an input has, each rule is one question to the database.

use super::draft::Draft;
use crate::{
    db::{Bind, Cond, Table, Tx, ValueKind},
    error::{Result, Violation},
    graphql::{
        form::{Above, Form},
        model::{Entity, Model},
        rules::{Cells, Check, Holds, kind_of},
    },
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Values of rows that others point to: by table, column and key.
type Values = BTreeMap<(&'static str, &'static str), BTreeMap<i32, Option<String>>>;

/// The rules of a form's rows that ask for the same value as in the row that they point to, with the table and the two columns.
pub fn as_linked(form: &Form) -> impl Iterator<Item = (&'static Check, &'static Table, &'static str, &'static str)> {
    let (rules, table) = (form.rules().checks, form.entity.table);
    rules.iter().filter(|check| matches!(check.holds, Holds::AsLinked)).filter_map(|check| {
        let [pointer, column, ..] = check.columns else { return None };
        Some((check, table.link_in(pointer)?.to, *pointer, *column))
    })
}

fn key_in(cells: &Cells, column: &str) -> Option<i32> {
    cells.get(column)?.parse().ok()
}

/// Does something with each row, and with those below it, of which there is no row in the database to belong to.
fn each<'r>(form: &'static Form, rows: &'r [Draft], with: &mut dyn FnMut(&'static Form, &'r Draft, bool)) {
    for row in rows {
        with(form, row, false);
        row.below.iter().for_each(|(below, rows)| each(below.form, rows, &mut |form, row, _| with(form, row, true)));
    }
}

/// Gives rows, and those below them, what they leave out and have from a row that they point to, and notes where they have something else. What
/// is wrong already is not looked at: nobody learns anything of a row that is not there for the caller.
pub(super) async fn agree(
    tx: &mut Tx,
    form: &'static Form,
    rows: &mut [Draft],
    wrong: &mut Vec<Violation>,
) -> Result<()> {
    let mut wanted: BTreeMap<(&'static str, &'static str), (&'static Table, BTreeSet<i32>)> = BTreeMap::new();
    each(form, rows, &mut |form, row, _| {
        for (_, to, pointer, column) in as_linked(form) {
            let place = form.place_of(&row.path, &[pointer], None);
            let is_sound = !wrong.iter().any(|violation| violation.path == place);
            if let Some(key) = key_in(&row.cells, pointer).filter(|_| is_sound) {
                wanted.entry((to.name, column)).or_insert_with(|| (to, BTreeSet::new())).1.insert(key);
            }
        }
    });
    let mut values = Values::new();
    for ((name, column), (table, keys)) in wanted {
        let keys: Vec<i32> = keys.into_iter().collect();
        let found = tx.cells_of(table, &[column], &keys).await?;
        let found = found.into_iter().map(|(key, cells)| (key, cells.into_iter().next().flatten()));
        values.insert((name, column), found.collect());
    }
    if !values.is_empty() {
        compare(form, rows, &values, wrong);
    }
    Ok(())
}

fn compare(form: &'static Form, rows: &mut [Draft], values: &Values, wrong: &mut Vec<Violation>) {
    for row in rows {
        for (check, to, pointer, column) in as_linked(form) {
            let key = key_in(&row.cells, pointer);
            let theirs = key.and_then(|key| values.get(&(to.name, column))?.get(&key)?.as_deref());
            let follows = form.rules().column(column).and_then(|column| column.follows) == Some(pointer);
            match (theirs, row.cells.get(column)) {
                (Some(theirs), Some(ours))
                    if theirs != ours
                        && !wrong.iter().any(|known| known.path == form.place_of(&row.path, &[column], None)) =>
                {
                    let path = form.place_of(&row.path, check.columns, None);
                    wrong.push(Violation { path, code: check.code, message: check.message.into() });
                }
                // Null says no more of a new row than nothing does.
                (Some(theirs), None) if follows => {
                    row.cells.set(column, Some(theirs.to_owned()));
                }
                _ => {}
            }
        }
        row.below.iter_mut().for_each(|(below, rows)| compare(below.form, rows, values, wrong));
    }
}

/// The same of a row that is there, with the values that it is to have: `given` says which of them come with the change.
pub(super) async fn agree_changed(
    tx: &mut Tx,
    (model, form): (&Model, &'static Form),
    (key, row): (i32, &mut Cells),
    given: impl Fn(&str) -> bool,
    changed: impl Fn(&str) -> bool,
) -> Result<Vec<Violation>> {
    let (table, path) = (form.entity.table, [Json::from("input")]);
    let at = |columns: &[&str]| form.place_of(&path, columns, None);
    let mut wrong = Vec::new();
    for (check, to, pointer, column) in as_linked(form).filter(|(.., p, c)| changed(p) || changed(c)) {
        let pointed = key_in(row, pointer);
        // A row that is to point to itself is told elsewhere.
        let Some(pointed) = pointed.filter(|pointed| to.name != table.name || *pointed != key) else { continue };
        let theirs = tx.cells_of(to, &[column], &[pointed]).await?;
        let Some(theirs) = theirs.into_iter().find_map(|(_, cells)| cells.into_iter().next().flatten()) else {
            continue;
        };
        let follows = form.rules().column(column).and_then(|column| column.follows) == Some(pointer);
        match row.get(column) {
            Some(ours) if *ours != theirs => {
                wrong.push(Violation { path: at(check.columns), code: check.code, message: check.message.into() });
            }
            None if follows && !given(column) => row.set(column, Some(theirs)),
            _ => {}
        }
    }
    // The other way round: rows that point to this one.
    for entity in
        model.entities.iter().filter(|entity| entity.table.links.iter().any(|link| link.to.name == table.name))
    {
        for (check, _, pointer, column) in as_linked(entity.form).filter(|(_, to, ..)| to.name == table.name) {
            let Some(ours) = row.get(column).filter(|_| changed(column)) else { continue };
            let others = tx.cells_where(entity.table, column, pointer, key).await?;
            if others.iter().any(|other| other != ours) {
                wrong.push(match entity.table.name == table.name {
                    true => Violation { path: at(check.columns), code: check.code, message: check.message.into() },
                    false => {
                        let name = entity.object.name;
                        let message =
                            format!("objects of {name} point to this one and have another value: change them first");
                        Violation { path: at(&[column]), code: "IN_USE", message }
                    }
                });
            }
        }
    }
    Ok(wrong)
}

/// Notes rows, and rows below them, that have what another row has in the database and only one may have. The database holds these rules itself
/// when rows are written; this asks for them where nothing is written, because something else is wrong. `above` is the row that the rows
/// are to belong to, and `except` the key of the one that is there already.
pub(super) async fn taken(
    tx: &mut Tx,
    (form, above): (&'static Form, Option<(Above, i32)>),
    rows: &[Draft],
    except: Option<i32>,
) -> Result<Vec<Violation>> {
    struct Sought<'r> {
        form: &'static Form,
        check: &'static Check,
        above: Option<Above>,
        row: &'r Draft,
        key: Vec<String>,
    }
    let mut sought: BTreeMap<(&'static str, &'static str), Vec<Sought<'_>>> = BTreeMap::new();
    each(form, rows, &mut |form, row, is_below| {
        let above = above.filter(|_| !is_below);
        let owner = |column: &str| {
            let owner = above.filter(|(above, _)| above.owner.column == column);
            owner.map(|(_, key)| key.to_string())
        };
        for check in form.rules().checks {
            // The others give way to a row that is to be the only one.
            let gives_way = || check.columns.iter().any(|c| form.rules().column(c).is_some_and(|c| c.sole.is_some()));
            let Some(unique) = check.unique().filter(|_| !gives_way()) else { continue };
            if let (Some(key), Some(name)) = (unique.key(&row.cells, owner), check.constraint) {
                let above = above.map(|(above, _)| above);
                let entry = sought.entry((form.entity.table.name, name)).or_default();
                entry.push(Sought { form, check, above, row, key });
            }
        }
    });
    let mut wrong = Vec::new();
    for sought in sought.into_values() {
        let Some(Sought { form, check, .. }) = sought.first() else { continue };
        let firsts: BTreeSet<&str> = sought.iter().filter_map(|row| row.key.first().map(String::as_str)).collect();
        let there = like(tx, form.entity, check, firsts).await?;
        let there = there.iter().filter(|(key, _)| Some(*key) != except);
        let there: HashSet<Vec<String>> = there.filter_map(|(_, cells)| check.unique()?.key(cells, |_| None)).collect();
        for Sought { form, check, above, row, .. } in sought.iter().filter(|row| there.contains(&row.key)) {
            let path = form.place_of(&row.path, check.columns, *above);
            wrong.push(Violation { path, code: check.code, message: check.message.into() });
        }
    }
    Ok(wrong)
}

/// The stored rows with one of these values in the first of the columns that are unique by a rule: what the rule looks at of them.
pub(crate) async fn like(
    tx: &mut Tx,
    entity: &Entity,
    check: &'static Check,
    values: impl IntoIterator<Item = &str>,
) -> Result<Vec<(i32, Cells)>> {
    let Some((unique, first)) = check.unique().and_then(|unique| Some((unique, *unique.columns.first()?))) else {
        return Ok(Vec::new());
    };
    let mut columns = check.columns.to_vec();
    columns.extend(unique.columns.iter().filter(|column| !check.columns.contains(column)));
    let bind = |value: &str| match kind_of(entity, first) {
        ValueKind::Int => value.parse().map_or_else(|_| Bind::Text(value.into()), Bind::Int),
        _ => Bind::Text(value.into()),
    };
    let binds: Vec<Bind> = values.into_iter().map(bind).collect();
    let mut all = Vec::new();
    for binds in binds.chunks(MOST) {
        let found = tx.cells_if(entity.table, &columns, &Cond::In(first, binds.to_vec())).await?;
        all.extend(found.into_iter().map(|(key, texts)| (key, Cells::of_columns(entity, &columns, texts))));
    }
    Ok(all)
}

/// Values of one look-up.
const MOST: usize = 5_000;
