//! The reference layer: rows that belong to nobody (doctors, institutions), one node each, which all patients share, and what points to
//! them. It is read whole, for such tables are small, and compared with what a graph holds like a patient is: its [`Subgraph`] names
//! [`REFERENCE`] in the place of a patient.
//!
//! **Invariant:** a question goes from a patient's node to reference data and from there to other reference data, never back, so nothing
//! goes through a shared node to another patient. Where a relationship leads from reference data to a patient's node (`Shape::by`), it is
//! part of that patient's sub-graph all the same: it comes and goes with the patient's node, and is only ever followed from there.

use super::{
    Link, Node, Props, Subgraph, Target,
    projection::Item,
    rows::Line,
    shape::{NodeKind, Relationships, Shapes},
};
use crate::feed::REFERENCE;
use std::collections::HashSet;

/// The key of a row of reference data, after its kind.
pub type Key = (NodeKind, i32);

/// A relationship between a patient's node and reference data.
#[derive(Debug, Clone)]
pub struct Pointer {
    /// Its type.
    pub name: &'static str,
    /// The place of the entry that it starts from.
    pub from: u16,
    /// Where it ends, if there is such a row.
    pub to: Key,
    /// Whether the relationship leads the other way: from the reference data to the entry.
    pub back: bool,
    /// Its properties.
    pub props: Props,
}

type Cells = [Option<Box<str>>];

fn key(cell: Option<&Option<Box<str>>>) -> Option<i32> {
    cell?.as_deref()?.parse().ok()
}

/// The columns that nodes of a kind are read with: those of its properties, then those that point to reference data.
pub(super) fn columns(kind: NodeKind) -> Vec<&'static str> {
    let shape = kind.shape();
    let props = shape.props.iter().map(|(_, column, _)| *column);
    let names = shape.names.iter().map(|names| names.column);
    props.chain(shape.links.iter().chain(shape.by).map(|(_, column)| *column)).chain(names).collect()
}

/// What a row points to, by the columns that its shape names.
pub(super) fn pointers(shapes: &Shapes, from: u16, kind: NodeKind, cells: &Cells) -> impl Iterator<Item = Pointer> {
    let shape = kind.shape();
    let all = shape.links.iter().map(|link| (link, false)).chain(shape.by.iter().map(|link| (link, true)));
    (shape.props.len()..).zip(all).filter_map(move |(at, ((name, column), back))| {
        let to = (shapes.pointed_to(kind.table(), column)?, key(cells.get(at))?);
        Some(Pointer { name, from, to, back, props: Props::new() })
    })
}

/// The key of the condition that a row is about, by the column that its shape names.
pub(super) fn about(kind: NodeKind, cells: &Cells) -> Option<i32> {
    let shape = kind.shape();
    key(cells.get(shape.props.len() + shape.links.len() + shape.by.len()))
}

/// The columns that rows are read with which are relationships: the one that points to reference data, then those of the properties.
pub(super) fn columns_of(rows: &Relationships) -> Vec<&'static str> {
    let props = rows.relationship.props.iter().map(|(_, column, _)| *column);
    [rows.relationship.column].into_iter().chain(props).collect()
}

/// The relationship that a row is.
pub(super) fn pointer(shapes: &Shapes, rows: &Relationships, from: u16, cells: &Cells) -> Option<Pointer> {
    let (cell, props) = cells.split_first()?;
    let to = (shapes.pointed_to(rows.table, rows.relationship.column)?, key(Some(cell))?);
    let named = rows.relationship.props.iter().zip(props);
    let props = named.filter_map(|((name, _, form), cell)| Some((*name, form.value(cell.as_deref())?))).collect();
    Some(Pointer { name: rows.relationship.name, from, to, back: false, props })
}

/// Which reference data there are.
#[derive(Debug, Clone, Default)]
pub struct Reference(HashSet<(u8, i32)>);

impl Reference {
    /// Those of a layer.
    pub fn of(layer: &Subgraph) -> Self {
        Reference(layer.nodes.iter().map(|node| (node.kind.place(), node.id)).collect())
    }

    pub(super) fn holds(&self, (kind, id): Key) -> bool {
        self.0.contains(&(kind.place(), id))
    }
}

/// The layer of these rows: for each of [`Shapes::reference`] its own. What points to no row of them is left out.
pub fn layer(shapes: &Shapes, tables: Vec<Vec<Line>>) -> Subgraph {
    let mut layer = Subgraph { patient: REFERENCE, nodes: Vec::new(), links: Vec::new() };
    let mut found: Vec<(Key, Pointer)> = Vec::new();
    for (kind, line) in
        shapes.reference().iter().zip(tables).flat_map(|(kind, lines)| lines.into_iter().map(move |line| (*kind, line)))
    {
        found.extend(pointers(shapes, 0, kind, &line.cells).map(|pointer| ((kind, line.key), pointer)));
        let item = Item::plain(kind, line.key, 0, line.cells);
        layer.nodes.push(Node { kind, id: item.id, label: item.label, props: item.props(None) });
    }
    let reference = Reference::of(&layer);
    let there = found.into_iter().filter(|(_, pointer)| reference.holds(pointer.to));
    layer.links.extend(there.map(|(from, Pointer { name, to, props, .. })| Link {
        name,
        from,
        to: Target::Reference(to.0, to.1),
        props,
    }));
    layer
}
