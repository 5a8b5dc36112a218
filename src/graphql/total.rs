//! The totals of connections: exact, or counted up to a bound.

use super::{
    connection::{Counting, of_row},
    context::Cx,
    exec::{FieldAnswers, Level, Resolved, Slot, Text, children},
    loaders::{self, Load, Loaded},
    model::{Field, Loading, Object, RowSet, Rows, Scalar},
    root,
    types::{Arg, FieldType, Types},
};
use crate::{
    db::{Bad, MORE, Select, ValueKind, planner::Want, write_json},
    error::{Error, Result},
};
use std::{any::Any, sync::Arc};

/// How many rows each connection of a level has on all its pages; with a bound, [`MORE`] where there are more than that.
async fn totals(cx: &Cx, level: &Level<'_>, bound: Option<u32>) -> Result<Vec<i64>> {
    let Some((connections, _)) = level.rows().next().and_then(of_row) else { return Ok(vec![0; level.height()]) };
    let page = &connections.page;
    match connections.counting {
        Counting::Root => {
            let select = Select { dialect: cx.db.dialect(), table: page.entity.table, columns: &[] };
            // What is counted to a bound is read like a page.
            let want = bound.map_or(Want::Count, |bound| Want::Page(bound + 1));
            let way = match (root::way(cx, page.entity, &page.all, want).await, bound) {
                // Where few match, counting all of them may be less work than looking for so many.
                (Err(Error::TooWide { .. }), Some(_)) => root::way(cx, page.entity, &page.all, Want::Count).await?,
                (way, _) => way?,
            };
            let mut sql = select.count(&cx.scope, &page.all, bound, &way);
            sql.called("totalCount", None);
            // A request that tells of its statements sends its own.
            let counted = match cx.recorder.is_whole() {
                true => cx.db.numbers(&sql).await?,
                false => cx.db.shared_numbers(&sql).await?,
            };
            let count = counted.first().map_or(0, |(_, count)| *count);
            let count = if bound.is_some_and(|bound| count > i64::from(bound)) { MORE } else { count };
            Ok(vec![count; level.height()])
        }
        Counting::Children(children) => {
            let parents: Vec<Option<i32>> = level.rows().map(|row| of_row(row)?.1.parent).collect();
            let keys = parents.iter().flatten().copied().collect();
            let load = Load::Count(children, cx.scope.clone(), page.all.clone(), bound);
            let counts = loaders::load(cx, load, keys).await?;
            let count = |parent: Option<i32>| match parent.and_then(|parent| counts.get(parent)) {
                Some(Ok(Loaded::Count(count))) => Ok(count),
                Some(Err(error)) => Err(error),
                _ => Ok(0),
            };
            parents.into_iter().map(count).collect()
        }
    }
}

/// `totalCount`.
pub(super) struct TotalCount;

impl Field for TotalCount {
    fn describe(&self, _on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new("Int")
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, _slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let mut column = Text::with_rows(level.height());
            for count in totals(cx, &level, None).await? {
                column.push(|out| write_json(&count, out));
            }
            Ok(FieldAnswers::Text(column))
        })
    }
}

/// `totalCountAtMost`. That there is one more than the bound is known without counting the rest.
pub(super) struct TotalCountAtMost;

/// The bound, if the request does not say.
const USUAL: u32 = 1_000;

impl Field for TotalCountAtMost {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&BOUNDED_COUNT);
        let doc = format!(
            "How far to count: {USUAL} if left out, and at most what the gateway's limit `max_total_count` allows."
        );
        FieldType { ty: BOUNDED_COUNT.name.into(), args: vec![Arg::new("limit", "Int", doc)] }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&BOUNDED_COUNT)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let most = cx.limits.max_total_count;
            let asked = slot.args.count("limit", most).map_err(|error| match error {
                Error::TooMany { argument, allowed, asked, .. } => {
                    Error::TooMany { key: "max_total_count", argument, allowed, asked }
                }
                other => other,
            });
            let bound = asked?.unwrap_or(USUAL.min(most));
            let counts = BoundedCounts { bound, counts: totals(cx, &level, Some(bound)).await? };
            let rows = Rows::all(Arc::new(counts));
            let given = (0..level.height()).map(|row| Resolved::One(rows.one(row as u32)));
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

/// `BoundedCount`.
static BOUNDED_COUNT: Object = Object {
    name: "BoundedCount",
    doc: "A number of objects that is counted no further than a limit.",
    is_node: false,
    of: None,
    fields: &[],
    scalars: &[
        scalar("count", "How many objects there are; the limit if there are more.", ValueKind::Int),
        scalar(
            "isExact",
            "Whether `count` is all of them: false if there are more than the limit.",
            ValueKind::Flag(false),
        ),
    ],
};

const fn scalar(name: &'static str, doc: &'static str, kind: ValueKind) -> Scalar {
    Scalar { name, doc, kind, nullable: false, column: "", indexed: false, ordered: false }
}

/// The totals of connections that are answered together, up to a bound.
struct BoundedCounts {
    bound: u32,
    counts: Vec<i64>,
}

impl RowSet for BoundedCounts {
    fn row_type(&self) -> &'static Object {
        &BOUNDED_COUNT
    }
    fn count(&self) -> usize {
        self.counts.len()
    }
    fn write(&self, row: usize, scalar: usize, _cx: &Cx, out: &mut Vec<u8>) -> Result<(), Bad> {
        let count = *self.counts.get(row).ok_or(Bad("BoundedCount"))?;
        match scalar {
            0 if count == MORE => write_json(&self.bound, out),
            0 => write_json(&count, out),
            _ => write_json(&(count != MORE), out),
        }
        Ok(())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
