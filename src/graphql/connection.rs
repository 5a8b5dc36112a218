//! Connections that are answered together, and the objects around their rows (edges, page information): rows of a level like any other.

use super::{
    context::Cx,
    exec::{Level, Resolved, Slot, children},
    model::{Children, Entity, Field, FieldDef, Loading, Object, RowSet, Rows, Scalar},
    page::Page,
    total::{TotalCount, TotalCountAtMost},
    types::{FieldType, Types},
};
use crate::{
    db::{Bad, ValueKind, write_json},
    error::Result,
};
use std::{any::Any, sync::Arc};

/// How the total of a connection is counted.
#[derive(Clone, Copy)]
pub enum Counting {
    /// All rows of the entity that the caller may see.
    Root,
    /// The rows below the connection's parent.
    Children(&'static Children),
}

/// Connections that are answered together: one for each parent.
pub struct Connections {
    pub(super) page: Arc<Page>,
    pub(super) counting: Counting,
    each: Vec<OneConnection>,
}

pub(super) struct OneConnection {
    rows: Rows,
    pub(super) parent: Option<i32>,
    more: bool,
}

impl Connections {
    /// None yet.
    pub fn new(page: Page, counting: Counting) -> Self {
        Connections { page: Arc::new(page), counting, each: Vec::new() }
    }

    /// Adds the connection that holds these rows (one more than the page, if there are more) and says its place.
    pub fn push(&mut self, mut rows: Rows, parent: Option<i32>) -> u32 {
        let more = rows.range.len() > self.page.size as usize;
        if more {
            rows.range.end = rows.range.start + self.page.size;
        }
        if self.page.ask.backwards {
            let turned: Arc<[u32]> = rows.places().iter().rev().copied().collect();
            rows = Rows { range: 0..turned.len() as u32, order: turned, set: rows.set };
        }
        self.each.push(OneConnection { rows, parent, more });
        self.each.len() as u32 - 1
    }

    /// How many rows they hold together.
    pub fn height(&self) -> usize {
        self.each.iter().map(|one| one.rows.places().len()).sum()
    }

    /// The connections as rows.
    pub fn rows(self) -> Rows {
        Rows::all(Arc::new(self))
    }
}

/// The set of no rows.
pub fn no_rows(entity: &'static Entity) -> Rows {
    struct Empty(&'static Entity);
    impl RowSet for Empty {
        fn row_type(&self) -> &'static Object {
            self.0.object
        }
        fn count(&self) -> usize {
            0
        }
        fn write(&self, _: usize, _: usize, _: &Cx, _: &mut Vec<u8>) -> Result<(), Bad> {
            Ok(())
        }
        fn as_any(&self) -> &dyn Any {
            self
        }
    }
    Rows::all(Arc::new(Empty(entity)))
}

impl RowSet for Connections {
    fn row_type(&self) -> &'static Object {
        self.page.entity.connection
    }
    fn count(&self) -> usize {
        self.each.len()
    }
    fn write(&self, _: usize, _: usize, _: &Cx, _: &mut Vec<u8>) -> Result<(), Bad> {
        Ok(())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The connection that a row of a level is.
pub(super) fn of_row((set, row): (&Arc<dyn RowSet>, usize)) -> Option<(&Connections, &OneConnection)> {
    let connections = set.as_any().downcast_ref::<Connections>()?;
    Some((connections, connections.each.get(row)?))
}

/// The fields of every connection.
pub static CONNECTION_FIELDS: [FieldDef; 5] = [
    FieldDef { name: "edges", doc: "The objects of this page, each with its cursor.", field: &Edges },
    FieldDef { name: "nodes", doc: "The objects of this page.", field: &Nodes },
    FieldDef { name: "pageInfo", doc: "Whether there are more pages, and where they begin.", field: &PageInfo },
    FieldDef {
        name: "totalCount",
        doc: "How many objects there are on all pages together; counted only if this field is selected.",
        field: &TotalCount,
    },
    FieldDef {
        name: "totalCountAtMost",
        doc: "How many objects there are on all pages together, counted no further than `limit`: for lists that may be very long.",
        field: &TotalCountAtMost,
    },
];

/// The one field of every edge that leads on.
pub static EDGE_FIELDS: [FieldDef; 1] = [FieldDef { name: "node", doc: "The object itself.", field: &Node }];

/// The one scalar of every edge.
pub static EDGE_SCALARS: [Scalar; 1] = [Scalar {
    name: "cursor",
    doc: "The place of the object in the list, for `after` and `before`.",
    kind: ValueKind::Text,
    nullable: false,
    column: "",
    indexed: false,
    ordered: false,
}];

/// `PageInfo`.
pub static PAGE_INFO: Object = Object {
    name: "PageInfo",
    doc: "Whether a connection has more pages, and where they begin.",
    is_node: false,
    of: None,
    fields: &[],
    scalars: &[
        flag("hasNextPage", "Whether there are objects after this page."),
        flag("hasPreviousPage", "Whether there are objects before this page."),
        cursor("startCursor", "The cursor of the page's first object; null on an empty page."),
        cursor("endCursor", "The cursor of the page's last object; null on an empty page."),
    ],
};

const fn flag(name: &'static str, doc: &'static str) -> Scalar {
    Scalar { name, doc, kind: ValueKind::Flag(false), nullable: false, column: "", indexed: false, ordered: false }
}

const fn cursor(name: &'static str, doc: &'static str) -> Scalar {
    Scalar { name, doc, kind: ValueKind::Text, nullable: true, column: "", indexed: false, ordered: false }
}

struct Nodes;
impl Field for Nodes {
    fn describe(&self, on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new(format!("[{}!]!", on.of.map_or("", |of| of.object.name)))
    }
    fn target(&self, on: &'static Object) -> Option<&'static Object> {
        on.of.map(|of| of.object)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let given =
                level.rows().map(|row| of_row(row).map_or(Resolved::Null, |(_, one)| Resolved::Many(one.rows.clone())));
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

struct Edges;
impl Field for Edges {
    fn describe(&self, on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new(format!("[{}!]!", on.of.map_or("", |of| of.edge.name)))
    }
    fn target(&self, on: &'static Object) -> Option<&'static Object> {
        on.of.map(|of| of.edge)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let edges = |row| {
                let Some((connections, one)) = of_row(row) else { return Resolved::Null };
                Resolved::Many(Rows::all(Arc::new(EdgeSet { page: connections.page.clone(), rows: one.rows.clone() })))
            };
            Ok(children(cx, &level, &slot, level.rows().map(edges).collect()).await)
        })
    }
}

/// The edges of one connection.
struct EdgeSet {
    page: Arc<Page>,
    rows: Rows,
}

impl RowSet for EdgeSet {
    fn row_type(&self) -> &'static Object {
        self.page.entity.edge
    }
    fn count(&self) -> usize {
        self.rows.range.len()
    }
    fn write(&self, row: usize, _scalar: usize, _cx: &Cx, out: &mut Vec<u8>) -> Result<(), Bad> {
        let place = self.rows.places().get(row).copied().unwrap_or_default();
        write_json(&self.page.cursor(&self.rows, place), out);
        Ok(())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Node;
impl Field for Node {
    fn describe(&self, on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new(format!("{}!", on.of.map_or("", |of| of.object.name)))
    }
    fn target(&self, on: &'static Object) -> Option<&'static Object> {
        on.of.map(|of| of.object)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let node = |(set, row): (&Arc<dyn RowSet>, usize)| {
                let edges = set.as_any().downcast_ref::<EdgeSet>();
                edges
                    .and_then(|edges| Some(edges.rows.one(*edges.rows.places().get(row)?)))
                    .map_or(Resolved::Null, Resolved::One)
            };
            Ok(children(cx, &level, &slot, level.rows().map(node).collect()).await)
        })
    }
}

struct PageInfo;
impl Field for PageInfo {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&PAGE_INFO);
        FieldType::new("PageInfo!")
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&PAGE_INFO)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let infos =
                level.rows().map(|row| of_row(row).map(|(all, one)| (all.page.clone(), one.rows.clone(), one.more)));
            let infos = Rows::all(Arc::new(PageInfos(infos.collect())));
            let given = (0..level.height()).map(|row| Resolved::One(infos.one(row as u32)));
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

/// The rows whose cursors a level of edges or of `PageInfo` shows, and their entity. A cursor holds what its list is ordered by.
pub(super) fn under_cursors((set, row): (&Arc<dyn RowSet>, usize)) -> Option<(&'static Entity, Vec<Rows>)> {
    let places = |page: &Page, rows: &Rows, places: [Option<&u32>; 2]| {
        (page.entity, places.into_iter().flatten().map(|place| rows.one(*place)).collect())
    };
    if let Some(EdgeSet { page, rows }) = set.as_any().downcast_ref() {
        return Some(places(page, rows, [rows.places().get(row), None]));
    }
    let (page, rows, _) = set.as_any().downcast_ref::<PageInfos>()?.0.get(row)?.as_ref()?;
    Some(places(page, rows, [rows.places().first(), rows.places().last()]))
}

/// A page's state: the page, its rows, and whether there are more in its direction.
struct PageInfos(Vec<Option<(Arc<Page>, Rows, bool)>>);

impl RowSet for PageInfos {
    fn row_type(&self) -> &'static Object {
        &PAGE_INFO
    }
    fn count(&self) -> usize {
        self.0.len()
    }
    fn write(&self, row: usize, scalar: usize, _cx: &Cx, out: &mut Vec<u8>) -> Result<(), Bad> {
        let Some(Some((page, rows, more))) = self.0.get(row) else { return Err(Bad("PageInfo")) };
        let ask = &page.ask;
        let edge = |place: Option<&u32>| place.map(|place| page.cursor(rows, *place));
        match scalar {
            // Behind the cursor that a page starts from there is at least the row that the cursor is of.
            0 => write_json(&if ask.backwards { ask.before.is_some() } else { *more }, out),
            1 => write_json(&if ask.backwards { *more } else { ask.after.is_some() }, out),
            2 => write_json(&edge(rows.places().first()), out),
            _ => write_json(&edge(rows.places().last()), out),
        }
        Ok(())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
