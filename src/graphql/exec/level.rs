//! Rows that are answered together, and where each hangs in the answer.

use super::Slot;
use crate::{
    error::Error,
    graphql::{
        context::Cx,
        model::{Object, RowSet, Rows},
        recorder::Place,
    },
};
use std::sync::Arc;

/// What a row of a level takes beside the row itself: where it stands, where it hangs, and its shape above.
pub(super) const LEVEL_ROW: usize = 64;

/// Rows that are answered together, each with the place in the answer that it hangs from.
pub struct Level<'a> {
    pub(super) sets: Vec<Arc<dyn RowSet>>,
    /// For each row: its set, and its place there.
    pub(super) rows: Vec<(u32, u32)>,
    /// For each row: the row of the level above that it hangs from, and its place in a list, if it is in one.
    pub(super) at: Vec<(u32, Option<u32>)>,
    pub(super) above: Option<(Arc<Level<'a>>, &'a str)>,
}

impl<'a> Level<'a> {
    /// The level of the root: one row.
    pub fn root(set: Arc<dyn RowSet>) -> Self {
        Level { sets: vec![set], rows: vec![(0, 0)], at: vec![(0, None)], above: None }
    }

    pub(super) fn below(above: Arc<Level<'a>>, key: &'a str) -> Self {
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

    pub(super) fn row(&self, row: usize) -> Option<(&dyn RowSet, usize)> {
        let (set, place) = self.rows.get(row)?;
        Some((self.sets.get(*set as usize)?.as_ref(), *place as usize))
    }

    pub(super) fn push(&mut self, rows: &Rows, place: u32, parent: usize, index: Option<u32>) {
        let known = self.sets.last().is_some_and(|last| Arc::ptr_eq(last, &rows.set));
        if !known {
            self.sets.push(rows.set.clone());
        }
        self.rows.push((self.sets.len() as u32 - 1, place));
        self.at.push((parent as u32, index));
    }

    /// The path of a row in the answer. Built only when something fails.
    pub(super) fn path(&self, row: usize, path: &mut Vec<serde_json::Value>) {
        let (Some((above, key)), Some((parent, index))) = (&self.above, self.at.get(row)) else { return };
        above.path(*parent as usize, path);
        path.push((*key).into());
        path.extend(index.map(serde_json::Value::from));
    }

    /// The place of a field of these rows. A connection, its edges and pages are no level of their own: they are at their rows'.
    pub(super) fn place(&self, slot: &Slot<'_>) -> Place {
        let (mut level, mut keys, mut here) = (0, vec![slot.key], Some(self));
        while let Some(rows) = here {
            let object = rows.row(0).map(|(set, _)| set.row_type());
            level += usize::from(object.is_none_or(|object| object.is_node || object.of.is_none()));
            here = rows.above.as_ref().map(|(above, key)| {
                keys.push(key);
                &**above
            });
        }
        keys.reverse();
        Place { level, path: keys.join(".") }
    }

    /// Notes that a field of a row failed, or one place of a list.
    pub(super) fn fail(&self, cx: &Cx, row: usize, slot: &Slot<'_>, place: Option<usize>, error: &Error) {
        let path = || {
            let mut path = self.path_of(row, slot);
            path.extend(place.map(serde_json::Value::from));
            path
        };
        cx.faults().note(path, error);
    }

    /// Notes that a field failed for all rows.
    pub(super) fn fail_all(&self, cx: &Cx, slot: &Slot<'_>, error: &Error) {
        cx.faults().note_all(self.height(), |row| self.path_of(row, slot), error);
    }

    pub(super) fn path_of(&self, row: usize, slot: &Slot<'_>) -> Vec<serde_json::Value> {
        let mut path = Vec::new();
        self.path(row, &mut path);
        path.push(slot.key.into());
        path
    }

    /// Whether these are connections or edges: their fields ask nothing and are not nullable.
    pub(super) fn is_frame(&self) -> bool {
        let object = self.row(0).map(|(set, _)| set.row_type());
        object.is_some_and(|object| object.of.is_some() && !object.is_node)
    }

    /// Whether an answer that grows too large is cut at the fields of these rows: at the root, and of a mutation at what it wrote, so
    /// that it still says that it was done.
    pub(super) fn is_cut(&self, cx: &Cx) -> bool {
        match &self.above {
            None => !cx.serial,
            Some((above, _)) => cx.serial && above.above.is_none(),
        }
    }

    /// Roughly the bytes that the level takes beside its rows, and those of rows that were made for it.
    pub(super) fn bytes(&self) -> usize {
        let made: usize = self.sets.iter().map(|set| set.made_bytes()).sum();
        made + self.height() * LEVEL_ROW
    }

    /// The rows whose type is `object`, with their places in this level.
    pub(super) fn only(&self, object: &'static Object) -> (Level<'a>, Vec<usize>) {
        let mut level = Level { sets: self.sets.clone(), rows: Vec::new(), at: Vec::new(), above: self.above.clone() };
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
