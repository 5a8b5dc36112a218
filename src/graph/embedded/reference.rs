//! Reference data in this process: each row once, beside the patients, whose blocks hold keys of them.

use super::{Block, Index};
use crate::graph::{
    DRAWN, Drawing, Entry, Subgraph, Target, Value,
    reference::{Key, Pointer},
    shape::NodeKind,
};
use std::{collections::HashMap, sync::Arc};

/// Where a relationship between an entry and reference data leads: its type, and the key, after the place of its kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Points {
    to: (u8, i32),
    name: &'static str,
    /// Whether it comes from there.
    back: bool,
}

/// A row of reference data.
struct Row {
    name: Option<Arc<str>>,
    label: Option<&'static str>,
    points: Vec<Points>,
}

/// All reference data, and how many relationships of patients lead to each key.
#[derive(Default)]
pub(super) struct Shared {
    rows: HashMap<(u8, i32), Row>,
    pointed: HashMap<(u8, i32), i64>,
}

impl Points {
    fn new(name: &'static str, (kind, id): Key, back: bool) -> Self {
        Points { to: (kind.place(), id), name, back }
    }
}

/// What entries point to, by entry; of each in the order of answers.
pub(super) fn in_order(pointers: &[Pointer]) -> Box<[(u16, Points)]> {
    let mut points: Vec<_> =
        pointers.iter().map(|pointer| (pointer.from, Points::new(pointer.name, pointer.to, pointer.back))).collect();
    points.sort_unstable();
    points.into()
}

impl Shared {
    /// How many relationships of patients lead to rows that are there.
    pub(super) fn pointed(&self) -> i64 {
        self.rows.keys().filter_map(|key| self.pointed.get(key)).sum()
    }

    /// Counts the relationships that lead from a patient to reference data in, or out.
    pub(super) fn count(&mut self, block: &Block, sign: i64) {
        for (_, points) in block.pointers.iter().filter(|(_, points)| !points.back) {
            let count = self.pointed.entry(points.to).or_default();
            *count += sign;
            if *count == 0 {
                self.pointed.remove(&points.to);
            }
        }
    }
}

impl Index {
    /// Puts the reference layer in the place of what was there.
    pub fn put_reference(&mut self, layer: &Subgraph) {
        let row = |node: &crate::graph::Node| {
            let name = match node.props.get(node.kind.shape().caption) {
                Some(Value::Text(name)) => Some(name.clone()),
                _ => None,
            };
            ((node.kind.place(), node.id), Row { name, label: node.label, points: Vec::new() })
        };
        let mut rows: HashMap<(u8, i32), Row> = layer.nodes.iter().map(row).collect();
        for link in &layer.links {
            if let (Target::Reference(kind, id), Some(row)) =
                (link.to, rows.get_mut(&(link.from.0.place(), link.from.1)))
            {
                row.points.push(Points::new(link.name, (kind, id), false));
            }
        }
        rows.values_mut().for_each(|row| row.points.sort_unstable());
        self.reference.rows = rows;
    }

    /// Adds to a drawing what an entry of a patient points to of the reference data, and what points to it.
    pub(super) fn refer(&self, block: &Block, at: u16, from: (NodeKind, i32), drawing: &mut Drawing) {
        let start = block.pointers.partition_point(|(of, _)| *of < at);
        let end = block.pointers.partition_point(|(of, _)| *of <= at);
        let points = block.pointers.get(start..end).unwrap_or_default();
        self.point(points.iter().map(|(_, points)| *points), from, true, drawing);
    }

    /// The first of those that are there; where that is wanted, also what they point to themselves.
    fn point(&self, to: impl Iterator<Item = Points>, from: (NodeKind, i32), on: bool, drawing: &mut Drawing) {
        let mut there: Vec<(Points, &Row)> =
            to.filter_map(|points| Some((points, self.reference.rows.get(&points.to)?))).collect();
        there.dedup_by_key(|(points, _)| *points);
        drawing.cut_references |= there.len() > DRAWN;
        for (points, row) in there.into_iter().take(DRAWN) {
            let Some(kind) = self.shapes.at(points.to.0) else { continue };
            let id = points.to.1;
            drawing.nodes.push((Entry { kind, id, name: row.name.clone() }, row.label));
            drawing.links.push(match points.back {
                true => ((kind, id), points.name, Target::Own(from.0, from.1)),
                false => (from, points.name, Target::Reference(kind, id)),
            });
            if on {
                self.point(row.points.iter().copied(), (kind, id), false, drawing);
            }
        }
    }
}
