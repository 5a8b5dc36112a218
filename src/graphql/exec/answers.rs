//! What a field answers for all rows of a level, until the answer is written.

use super::Answered;
use crate::{db::write_json, graphql::context::Cx};
use std::sync::Arc;

/// What a field answers for each row of its level.
pub enum FieldAnswers<'a> {
    /// JSON, written already.
    Text(Text),
    /// Large texts. They are written with the whole answer, so that a text which stands in several rows is held once.
    Large(Vec<Option<Arc<str>>>),
    /// Objects of the level below. They are written with the whole answer, once, straight to their place.
    Below(Vec<Shape>, Answered<'a>),
}

impl FieldAnswers<'_> {
    pub(super) fn write(&self, cx: &Cx, row: usize, out: &mut Vec<u8>) {
        match self {
            FieldAnswers::Text(text) => out.extend_from_slice(text.get(row)),
            FieldAnswers::Large(texts) => match texts.get(row) {
                Some(Some(text)) if cx.has_room(out.len(), text.len()) => write_json(&**text, out),
                _ => out.extend_from_slice(b"null"),
            },
            FieldAnswers::Below(shapes, answered) => match shapes.get(row) {
                Some(Shape::One(place)) => answered.write(cx, *place, out),
                Some(Shape::Many(places)) => {
                    write_list(cx, out, places.clone(), |out, place| answered.write(cx, place, out))
                }
                Some(Shape::Sparse(places)) => write_list(cx, out, places.iter(), |out, place| match place {
                    Some(place) => answered.write(cx, *place, out),
                    None => out.extend_from_slice(b"null"),
                }),
                Some(Shape::Null) | None => out.extend_from_slice(b"null"),
            },
        }
    }
}

/// Which rows of the level below hang from a row.
pub enum Shape {
    /// None.
    Null,
    /// This one.
    One(usize),
    /// A list of these.
    Many(std::ops::Range<usize>),
    /// A list of these, with holes.
    Sparse(Vec<Option<usize>>),
}

/// One JSON fragment a row, in one buffer.
#[derive(Default)]
pub struct Text {
    buffer: Vec<u8>,
    ends: Vec<usize>,
}

impl Text {
    /// An empty column, with room for `rows`.
    pub fn with_rows(rows: usize) -> Self {
        Text { buffer: Vec::with_capacity(rows * 16), ends: Vec::with_capacity(rows) }
    }

    /// `null` for each of `rows`.
    pub fn nulls(rows: usize) -> Self {
        let mut column = Text::with_rows(rows);
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

    /// How many bytes there are.
    pub fn bytes(&self) -> usize {
        self.buffer.len() + self.ends.len() * size_of::<usize>()
    }

    /// A row's fragment.
    fn get(&self, row: usize) -> &[u8] {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(row).copied().unwrap_or(start);
        self.buffer.get(start..end).unwrap_or_default()
    }
}

fn write_list<T>(cx: &Cx, out: &mut Vec<u8>, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (i, item) in items.enumerate() {
        if !cx.has_room(out.len(), 0) {
            return;
        }
        if i > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}
