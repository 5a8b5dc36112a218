//! Rows answered a level at a time: each selected relation is asked once for all rows of a level. When all is there the
//! answer is written in one go, in query order: no future and no value in between for a scalar, and no byte is copied.

mod answers;
mod level;
mod seen;
mod selection;

pub use answers::{FieldAnswers, Shape, Text};
pub use level::Level;
pub use seen::Seen;
use selection::collect;
pub use selection::{Slot, included};

use super::{
    context::Cx,
    model::{FieldDef, Object, Rows},
};
use crate::{
    access::told,
    error::{Error, Result},
};
use async_graphql::parser::types::SelectionSet;
use futures_util::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use std::{panic::AssertUnwindSafe, sync::Arc};

/// How a slot is answered.
enum SlotSource<'a> {
    Typename,
    Scalar(usize),
    Field(&'static FieldDef),
    Loaded(FieldAnswers<'a>),
    /// A field of the schema itself, which async-graphql answered: the JSON, the same for every row.
    Introspected(&'a [u8]),
}

/// A level whose every row can be written.
pub struct Answered<'a> {
    /// The rows of each type.
    parts: Vec<Part<'a>>,
    /// For each row its part and its place there, where there are several.
    from: Vec<(u32, u32)>,
}

impl Answered<'_> {
    /// Writes a row.
    pub fn write(&self, cx: &Cx, row: usize, out: &mut Vec<u8>) {
        let (part, row) = match self.from.get(row) {
            Some((part, row)) => (*part as usize, *row as usize),
            None => (0, row),
        };
        if let Some(part) = self.parts.get(part) {
            part.write(cx, row, out);
        }
    }
}

/// Answers a selection for every row of a level.
pub fn answer<'a>(cx: &'a Cx, level: Arc<Level<'a>>, sets: Vec<&'a SelectionSet>) -> BoxFuture<'a, Answered<'a>> {
    Box::pin(async move {
        let Some((first, _)) = level.row(0) else { return Answered { parts: Vec::new(), from: Vec::new() } };
        let object = first.row_type();
        if level.rows().all(|(set, _)| std::ptr::eq(set.row_type(), object)) {
            return Answered { parts: vec![answer_type(cx, object, level, sets).await], from: Vec::new() };
        }
        // Rows of several types: each type by itself.
        let mut objects: Vec<&'static Object> = Vec::new();
        for (set, _) in level.rows() {
            if !objects.iter().any(|known| std::ptr::eq(*known, set.row_type())) {
                objects.push(set.row_type());
            }
        }
        let mut from: Vec<(u32, u32)> = vec![(0, 0); level.height()];
        let parts = objects.into_iter().enumerate().map(|(part, object)| {
            let (rows, places) = level.only(object);
            for (row, place) in places.into_iter().enumerate() {
                if let Some(from) = from.get_mut(place) {
                    *from = (part as u32, row as u32);
                }
            }
            answer_type(cx, object, Arc::new(rows), sets.clone())
        });
        let parts = parts.collect::<Vec<_>>();
        Answered { parts: join_all(parts).await, from }
    })
}

async fn answer_type<'a>(
    cx: &'a Cx,
    object: &'static Object,
    level: Arc<Level<'a>>,
    sets: Vec<&'a SelectionSet>,
) -> Part<'a> {
    let mut slots = Vec::new();
    for set in sets {
        collect(cx, object, set, &mut slots);
    }
    let slots: Vec<_> = slots.into_iter().map(Arc::new).collect();
    let mut how: Vec<SlotSource<'_>> = slots.iter().map(|slot| resolve(cx, object, slot.name, slot.key)).collect();
    let mut loads = Vec::new();
    for (slot, how) in slots.iter().zip(&how) {
        if let SlotSource::Field(def) = how {
            loads.push(load(cx, object, def, level.clone(), slot.clone()));
        }
    }
    let loaded = if cx.serial && level.above.is_none() {
        let mut loaded = Vec::with_capacity(loads.len());
        for load in loads {
            loaded.push(load.await);
            cx.forget();
        }
        loaded
    } else {
        join_all(loads).await
    };
    for (how, column) in how.iter_mut().filter(|how| matches!(how, SlotSource::Field(_))).zip(loaded) {
        *how = SlotSource::Loaded(column);
    }
    Part { object, level, slots, how }
}

fn resolve<'a>(cx: &'a Cx, object: &'static Object, name: &str, key: &str) -> SlotSource<'a> {
    match (name, object.scalar(name), cx.model.field(object, name)) {
        ("__typename", _, _) => SlotSource::Typename,
        (_, Some(scalar), _) => SlotSource::Scalar(scalar),
        (_, _, Some(def)) => SlotSource::Field(def),
        _ => SlotSource::Introspected(cx.introspected(key).unwrap_or(b"null")),
    }
}

/// That the caller may ask for a field of the root, and say what stands in its input.
fn allowed(cx: &Cx, def: &FieldDef, slot: &Slot<'_>) -> Result<()> {
    let caller = &cx.asker.principal;
    caller.may(def.name, cx.serial)?;
    slot.args.get("input").map_or(Ok(()), |input| caller.may_say(def.name, input))
}

/// That the caller may read all that a field of an object tells of.
fn readable(cx: &Cx, on: &'static Object, def: &FieldDef) -> Result<()> {
    let caller = &cx.asker.principal;
    if !caller.reads_some() {
        return Ok(());
    }
    let besides = told(on.name, def.name);
    caller.may_read(def.name, besides.unwrap_or_default())?;
    let is_start = on.is_node && on.of.is_some() || std::ptr::eq(on, cx.model.query);
    match def.field.target(on) {
        Some(Object { of: Some(entity), .. }) if entity.table.is_everybodys() => Ok(()),
        Some(Object { of: Some(entity), .. }) => caller.may_read(def.name, &[entity.object.name]),
        // What is made of a record, and what an object says by itself.
        to if is_start && besides.is_none() => {
            let own = on.of.is_some_and(|entity| entity.classes.iter().any(|own| own.field == def.name));
            match to.is_none() && (own || AS_IT_IS.contains(&def.name)) {
                true => Ok(()),
                false => Err(Error::NotAllowed(format!("`{}` is not for the role PARTNER", def.name))),
            }
        }
        _ => Ok(()),
    }
}

/// What says nothing but what the objects say that it leads to, or that it stands on.
const AS_IT_IS: [&str; 3] = ["node", "nodes", "version"];

/// Answers one field for all rows: within the request's time, and a failure (a panic too) costs this field alone.
async fn load<'a>(
    cx: &'a Cx,
    on: &'static Object,
    def: &'static FieldDef,
    level: Arc<Level<'a>>,
    slot: Arc<Slot<'a>>,
) -> FieldAnswers<'a> {
    // What stands at the root is asked of the gateway; all below follows from it, but what the caller may read.
    let may = if level.above.is_none() { allowed(cx, def, &slot) } else { Ok(()) };
    if let Err(error) = may.and_then(|()| readable(cx, on, def)) {
        level.fail_all(cx, &slot, &error);
        return FieldAnswers::Text(Text::nulls(level.height()));
    }
    let guarded = AssertUnwindSafe(def.field.load(cx, level.clone(), slot.clone())).catch_unwind();
    let asked = cx.recorder.asked_by(|| level.place(&slot), guarded);
    let error = match tokio::time::timeout_at(cx.deadline, asked).await {
        Ok(Ok(Ok(column))) => return column,
        Ok(Ok(Err(error))) => error,
        Ok(Err(_panic)) => Error::Internal(format!("a panic while answering {}", def.name)),
        Err(_elapsed) => Error::Timeout("the request"),
    };
    level.fail_all(cx, &slot, &error);
    FieldAnswers::Text(Text::nulls(level.height()))
}

/// Rows of one type, and how each of their fields is answered.
struct Part<'a> {
    object: &'static Object,
    level: Arc<Level<'a>>,
    slots: Vec<Arc<Slot<'a>>>,
    how: Vec<SlotSource<'a>>,
}

impl Part<'_> {
    fn write(&self, cx: &Cx, row: usize, out: &mut Vec<u8>) {
        let Some((set, place)) = self.level.row(row) else { return };
        let cut = self.level.is_cut(cx);
        let mut before = b'{';
        for (slot, how) in self.slots.iter().zip(&self.how) {
            if !cut && !cx.has_room(out.len(), 0) {
                // What stands here is taken back above, where the answer is cut.
                return;
            }
            out.extend_from_slice(&[before, b'"']);
            out.extend_from_slice(slot.key.as_bytes());
            out.extend_from_slice(b"\":");
            before = b',';
            let start = out.len();
            let failed = match how {
                SlotSource::Scalar(scalar) => set
                    .write(place, *scalar, cx, out)
                    .err()
                    .map(|bad| format!("a stored value of {}.{} is no {}", self.object.name, slot.name, bad.0)),
                SlotSource::Loaded(column) => {
                    let written = std::panic::catch_unwind(AssertUnwindSafe(|| column.write(cx, row, out)));
                    written.err().map(|_panic| format!("a panic while writing {}.{}", self.object.name, slot.name))
                }
                SlotSource::Typename => {
                    out.push(b'"');
                    out.extend_from_slice(self.object.name.as_bytes());
                    out.push(b'"');
                    None
                }
                SlotSource::Introspected(json) => {
                    out.extend_from_slice(json);
                    None
                }
                SlotSource::Field(_) => {
                    out.extend_from_slice(b"null");
                    None
                }
            };
            if let Some(detail) = failed {
                out.truncate(start);
                out.extend_from_slice(b"null");
                self.level.fail(cx, row, slot, None, &Error::Internal(detail));
            }
            if cut && let Some(error) = cx.overflow() {
                out.truncate(start);
                out.extend_from_slice(b"null");
                cx.faults().cut(self.level.path_of(row, slot), &error);
            }
        }
        if self.slots.is_empty() {
            out.push(b'{');
        }
        out.push(b'}');
    }
}

/// What a field leads to, below one row.
pub enum Resolved {
    /// Nothing.
    Null,
    /// One object.
    One(Rows),
    /// A list.
    Many(Rows),
    /// A list with holes; a failure is a hole with an error at its place.
    Sparse(Vec<Result<Option<Rows>>>),
    /// A failure.
    Failed(Error),
}

impl Resolved {
    fn rows(&self) -> usize {
        match self {
            Resolved::Null | Resolved::Failed(_) => 0,
            Resolved::One(_) => 1,
            Resolved::Many(rows) => rows.places().len(),
            Resolved::Sparse(all) => all.len(),
        }
    }
}

/// That a level would have more rows than are allowed.
pub fn too_many(cx: &Cx, rows: usize) -> Result<()> {
    let (allowed, asked) = (u64::from(cx.limits.max_level_rows), rows as u64);
    match asked > allowed {
        true => Err(Error::Limit { key: "max_level_rows", allowed, asked: Some(asked) }),
        false => Ok(()),
    }
}

/// Answers what a field leads to, for all rows of a level, and hangs it below them.
pub async fn children<'a>(
    cx: &'a Cx,
    level: &Arc<Level<'a>>,
    slot: &Slot<'a>,
    given: Vec<Resolved>,
) -> FieldAnswers<'a> {
    let rows: usize = given.iter().map(Resolved::rows).sum();
    if let (false, Err(error)) = (level.is_frame(), too_many(cx, rows)) {
        level.fail_all(cx, slot, &error);
        return FieldAnswers::Text(Text::nulls(level.height()));
    }
    cx.breathe(rows).await;
    let mut next = Level::below(level.clone(), slot.key);
    let mut shapes = Vec::with_capacity(given.len());
    for (parent, given) in given.into_iter().enumerate() {
        let start = next.height();
        shapes.push(match given {
            Resolved::Null => Shape::Null,
            Resolved::Failed(error) => {
                level.fail(cx, parent, slot, None, &error);
                Shape::Null
            }
            Resolved::One(rows) => match rows.places().first() {
                Some(place) => {
                    next.push(&rows, *place, parent, None);
                    Shape::One(start)
                }
                None => Shape::Null,
            },
            Resolved::Many(rows) => {
                for (index, place) in rows.places().iter().enumerate() {
                    next.push(&rows, *place, parent, Some(index as u32));
                }
                Shape::Many(start..next.height())
            }
            Resolved::Sparse(all) => {
                let place = |(index, rows): (usize, Result<Option<Rows>>)| {
                    let rows = rows.unwrap_or_else(|error| {
                        level.fail(cx, parent, slot, Some(index), &error);
                        None
                    })?;
                    next.push(&rows, *rows.places().first()?, parent, Some(index as u32));
                    Some(next.height() - 1)
                };
                Shape::Sparse(all.into_iter().enumerate().map(place).collect())
            }
        });
    }
    if level.is_frame() {
        cx.account.owe(next.bytes());
    } else if let Err(error) = cx.account.take(next.bytes()) {
        level.fail_all(cx, slot, &error);
        return FieldAnswers::Text(Text::nulls(level.height()));
    }
    FieldAnswers::Below(shapes, answer(cx, Arc::new(next), slot.selections()).await)
}
