//! Rows answered a level at a time: each selected relation is asked once for all rows of a level, scalars are written
//! straight into the answer, in query order. No future and no value in between for a scalar.

use super::{
    args::Args,
    context::Cx,
    model::{FieldDef, Object, RowSet, Rows},
};
use crate::error::Error;
use async_graphql::Positioned;
use async_graphql::parser::types::{Directive, Field, Selection, SelectionSet};
use futures_util::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use std::{panic::AssertUnwindSafe, sync::Arc};

/// One JSON fragment a row, in one buffer.
#[derive(Default)]
pub struct Column {
    buffer: Vec<u8>,
    ends: Vec<usize>,
}

impl Column {
    /// An empty column, with room for `rows`.
    pub fn with_rows(rows: usize) -> Self {
        Column { buffer: Vec::with_capacity(rows * 64), ends: Vec::with_capacity(rows) }
    }

    /// `null` for each of `rows`.
    pub fn nulls(rows: usize) -> Self {
        let mut column = Column::with_rows(rows);
        for _ in 0..rows {
            column.push(|out| out.extend_from_slice(b"null"));
        }
        column
    }

    /// Adds a row's fragment.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.buffer);
        self.ends.push(self.buffer.len());
    }

    /// A row's fragment.
    pub fn get(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(row).copied().unwrap_or(start);
        self.buffer.get(start..end).unwrap_or_default()
    }
}

/// Rows that are answered together, each with the place in the answer that it hangs from.
pub struct Level<'a> {
    sets: Vec<Arc<dyn RowSet>>,
    /// For each row: its set, and its place there.
    rows: Vec<(u32, u32)>,
    /// For each row: the row of the level above that it hangs from, and its place in a list, if it is in one.
    at: Vec<(u32, Option<u32>)>,
    above: Option<(&'a Level<'a>, &'a str)>,
}

impl<'a> Level<'a> {
    /// The level of the root: one row.
    pub fn root(set: Arc<dyn RowSet>) -> Self {
        Level { sets: vec![set], rows: vec![(0, 0)], at: vec![(0, None)], above: None }
    }

    fn below(above: &'a Level<'a>, key: &'a str) -> Self {
        Level { sets: Vec::new(), rows: Vec::new(), at: Vec::new(), above: Some((above, key)) }
    }

    /// How many rows there are.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// The rows, each as its set and its place there.
    pub fn rows(&self) -> impl Iterator<Item = (&Arc<dyn RowSet>, usize)> {
        self.rows.iter().filter_map(|(set, row)| Some((self.sets.get(*set as usize)?, *row as usize)))
    }

    fn push(&mut self, rows: &Rows, place: u32, parent: usize, index: Option<u32>) {
        let known = self.sets.last().is_some_and(|last| Arc::ptr_eq(last, &rows.set));
        if !known {
            self.sets.push(rows.set.clone());
        }
        self.rows.push((self.sets.len() as u32 - 1, place));
        self.at.push((parent as u32, index));
    }

    /// The path of a row in the answer. Built only when something fails.
    fn path(&self, row: usize, path: &mut Vec<serde_json::Value>) {
        let (Some((above, key)), Some((parent, index))) = (self.above, self.at.get(row)) else { return };
        above.path(*parent as usize, path);
        path.push(key.into());
        path.extend(index.map(serde_json::Value::from));
    }

    /// Notes that a field of a row failed.
    fn fail(&self, cx: &Cx, row: usize, slot: &Slot<'_>, error: &Error) {
        let mut path = Vec::new();
        self.path(row, &mut path);
        path.push(slot.key.into());
        cx.fail(path, error);
    }

    /// The rows whose type is `object`, with their places in this level.
    fn only(&self, object: &'static Object) -> (Level<'a>, Vec<usize>) {
        let mut level = Level { sets: self.sets.clone(), rows: Vec::new(), at: Vec::new(), above: self.above };
        let mut places = Vec::new();
        for (place, (row, at)) in self.rows.iter().zip(&self.at).enumerate() {
            if self.sets.get(row.0 as usize).is_some_and(|set| std::ptr::eq(set.row_type(), object)) {
                level.rows.push(*row);
                level.at.push(*at);
                places.push(place);
            }
        }
        (level, places)
    }
}

/// One selected field of a type: its response key, and all places in the document that ask for it.
pub struct Slot<'a> {
    /// The response key.
    pub key: &'a str,
    /// The field's name.
    pub name: &'a str,
    /// Its arguments, variables put in.
    pub args: Args,
    fields: Vec<&'a Field>,
}

impl<'a> Slot<'a> {
    /// What is selected below the field.
    pub fn selections(&self) -> Vec<&'a SelectionSet> {
        self.fields.iter().map(|field| &field.selection_set.node).collect()
    }
}

/// Whether `@skip` and `@include` let a selection stand.
pub fn included(cx: &Cx, directives: &[Positioned<Directive>]) -> bool {
    directives.iter().all(|directive| {
        let wanted = match directive.node.name.node.as_str() {
            "skip" => false,
            "include" => true,
            _ => return true,
        };
        let given = directive.node.get_argument("if").and_then(|value| cx.constant(&value.node));
        given == Some(async_graphql::Value::Boolean(wanted))
    })
}

/// The fields that a selection asks of a type, in query order, the same response key once.
fn collect<'a>(cx: &'a Cx, object: &Object, set: &'a SelectionSet, slots: &mut Vec<Slot<'a>>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                if !included(cx, &field.node.directives) {
                    continue;
                }
                let field = &field.node;
                let key = field.response_key().node.as_str();
                match slots.iter_mut().find(|slot| slot.key == key) {
                    Some(slot) => slot.fields.push(field),
                    None => slots.push(Slot {
                        key,
                        name: field.name.node.as_str(),
                        args: Args::of(cx, &field.arguments),
                        fields: vec![field],
                    }),
                }
            }
            Selection::InlineFragment(fragment) => {
                let applies = fragment.node.type_condition.as_ref().is_none_or(|on| object.is(&on.node.on.node));
                if applies && included(cx, &fragment.node.directives) {
                    collect(cx, object, &fragment.node.selection_set.node, slots);
                }
            }
            Selection::FragmentSpread(spread) => {
                let Some(fragment) = cx.fragment(&spread.node.fragment_name.node) else { continue };
                if object.is(&fragment.type_condition.node.on.node) && included(cx, &spread.node.directives) {
                    collect(cx, object, &fragment.selection_set.node, slots);
                }
            }
        }
    }
}

/// How a slot is answered.
enum How<'a> {
    Typename,
    Scalar(usize),
    Field(&'static FieldDef),
    Loaded(Column),
    /// A field of the schema itself, which async-graphql answered: the JSON, the same for every row.
    Given(&'a [u8]),
}

/// Answers a selection for every row of a level.
pub fn answer<'a>(cx: &'a Cx, level: &'a Level<'a>, sets: Vec<&'a SelectionSet>) -> BoxFuture<'a, Column> {
    Box::pin(async move {
        let Some((first, _)) = level.rows().next() else { return Column::default() };
        let object = first.row_type();
        if level.rows().all(|(set, _)| std::ptr::eq(set.row_type(), object)) {
            return answer_type(cx, object, level, sets).await;
        }
        // Rows of several types: each type by itself, then back into their order.
        let mut objects: Vec<&'static Object> = Vec::new();
        for (set, _) in level.rows() {
            if !objects.iter().any(|known| std::ptr::eq(*known, set.row_type())) {
                objects.push(set.row_type());
            }
        }
        let parts = join_all(objects.into_iter().map(|object| {
            let (part, places) = level.only(object);
            let sets = sets.clone();
            async move { (answer_type(cx, object, &part, sets).await, places) }
        }))
        .await;
        let mut from: Vec<(usize, usize)> = vec![(0, 0); level.height()];
        for (part, (_, places)) in parts.iter().enumerate() {
            for (row, place) in places.iter().enumerate() {
                if let Some(slot) = from.get_mut(*place) {
                    *slot = (part, row);
                }
            }
        }
        let mut column = Column::with_rows(level.height());
        for (part, row) in from {
            let fragment = parts.get(part).map(|(column, _)| column.get(row)).unwrap_or_default();
            column.push(|out| out.extend_from_slice(fragment));
        }
        column
    })
}

async fn answer_type<'a>(
    cx: &'a Cx,
    object: &'static Object,
    level: &Level<'_>,
    sets: Vec<&'a SelectionSet>,
) -> Column {
    let mut slots = Vec::new();
    for set in sets {
        collect(cx, object, set, &mut slots);
    }
    let mut how: Vec<How<'_>> = slots.iter().map(|slot| resolve(cx, object, slot.name, slot.key)).collect();
    let loads = slots.iter().zip(&how).enumerate().filter_map(|(i, (slot, how))| match how {
        How::Field(def) => Some(load(cx, def, level, slot).map(move |column| (i, column))),
        _ => None,
    });
    // Collected first: a serial root (mutations) would await them one by one here.
    for (i, column) in join_all(loads.collect::<Vec<_>>()).await {
        if let Some(how) = how.get_mut(i) {
            *how = How::Loaded(column);
        }
    }
    write(cx, object, level, &slots, &how)
}

fn resolve<'a>(cx: &'a Cx, object: &'static Object, name: &str, key: &str) -> How<'a> {
    match (name, object.scalar(name), object.field(name)) {
        ("__typename", _, _) => How::Typename,
        (_, Some(scalar), _) => How::Scalar(scalar),
        (_, _, Some(def)) => How::Field(def),
        _ => How::Given(cx.introspected(key).unwrap_or(b"null")),
    }
}

/// Answers one field for all rows: within the request's time, and a failure (a panic too) costs this field alone.
async fn load<'a>(cx: &'a Cx, def: &'static FieldDef, level: &'a Level<'a>, slot: &'a Slot<'a>) -> Column {
    let guarded = AssertUnwindSafe(async { def.field.load(cx, level, slot).await }).catch_unwind();
    let error = match tokio::time::timeout_at(cx.deadline, guarded).await {
        Ok(Ok(Ok(column))) => return column,
        Ok(Ok(Err(error))) => error,
        Ok(Err(_panic)) => Error::Internal(format!("a panic while answering {}", def.name)),
        Err(_elapsed) => Error::Timeout("the request"),
    };
    for row in 0..level.height() {
        level.fail(cx, row, slot, &error);
    }
    Column::nulls(level.height())
}

fn write(cx: &Cx, object: &Object, level: &Level<'_>, slots: &[Slot<'_>], how: &[How<'_>]) -> Column {
    // `"key":`, with the comma before it from the second field on.
    let heads: Vec<Vec<u8>> = slots
        .iter()
        .enumerate()
        .map(|(i, slot)| format!("{}\"{}\":", if i > 0 { "," } else { "" }, slot.key).into_bytes())
        .collect();
    let mut column = Column::with_rows(level.height());
    for (row, (set, place)) in level.rows().enumerate() {
        column.push(|out| {
            out.push(b'{');
            for ((slot, head), how) in slots.iter().zip(&heads).zip(how) {
                out.extend_from_slice(head);
                match how {
                    How::Scalar(scalar) => {
                        let start = out.len();
                        if let Err(bad) = set.write(place, *scalar, cx, out) {
                            out.truncate(start);
                            out.extend_from_slice(b"null");
                            level.fail(
                                cx,
                                row,
                                slot,
                                &Error::Internal(format!(
                                    "a stored value of {}.{} is no {}",
                                    object.name, slot.name, bad.0
                                )),
                            );
                        }
                    }
                    How::Loaded(column) => out.extend_from_slice(column.get(row)),
                    How::Typename => {
                        out.push(b'"');
                        out.extend_from_slice(object.name.as_bytes());
                        out.push(b'"');
                    }
                    How::Given(json) => out.extend_from_slice(json),
                    How::Field(_) => out.extend_from_slice(b"null"),
                }
            }
            out.push(b'}');
        });
    }
    column
}

/// What a field leads to, below one row.
pub enum Given {
    /// Nothing.
    Null,
    /// One object.
    One(Rows),
    /// A list.
    Many(Rows),
    /// A list with holes.
    Sparse(Vec<Option<Rows>>),
    /// A failure.
    Failed(Error),
}

/// Answers what a field leads to, for all rows of a level, and hangs it below them.
pub async fn children(cx: &Cx, level: &Level<'_>, slot: &Slot<'_>, given: Vec<Given>) -> Column {
    let mut next = Level::below(level, slot.key);
    for (parent, given) in given.iter().enumerate() {
        match given {
            Given::Null | Given::Failed(_) => {}
            Given::One(rows) => {
                for place in rows.places().iter().take(1) {
                    next.push(rows, *place, parent, None);
                }
            }
            Given::Many(rows) => {
                for (index, place) in rows.places().iter().enumerate() {
                    next.push(rows, *place, parent, Some(index as u32));
                }
            }
            Given::Sparse(all) => {
                for (index, rows) in all.iter().enumerate() {
                    for (rows, place) in rows.iter().filter_map(|rows| Some((rows, rows.places().first()?))) {
                        next.push(rows, *place, parent, Some(index as u32));
                    }
                }
            }
        }
    }
    let inner = answer(cx, &next, slot.selections()).await;
    let mut column = Column {
        buffer: Vec::with_capacity(inner.buffer.len() + 8 * given.len()),
        ends: Vec::with_capacity(given.len()),
    };
    let mut at = 0;
    let mut next_fragment = |out: &mut Vec<u8>| {
        out.extend_from_slice(inner.get(at));
        at += 1;
    };
    for (row, given) in given.iter().enumerate() {
        column.push(|out| match given {
            Given::Null => out.extend_from_slice(b"null"),
            Given::Failed(error) => {
                level.fail(cx, row, slot, error);
                out.extend_from_slice(b"null");
            }
            Given::One(rows) if rows.places().is_empty() => out.extend_from_slice(b"null"),
            Given::One(_) => next_fragment(out),
            Given::Many(rows) => write_list(out, rows.places(), |out, _| next_fragment(out)),
            Given::Sparse(all) => write_list(out, all, |out, rows| match rows {
                Some(_) => next_fragment(out),
                None => out.extend_from_slice(b"null"),
            }),
        });
    }
    column
}

fn write_list<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}
