//! How many there are of what a list gives a part of.

use crate::{
    db::write_json,
    error::Result,
    graphql::{
        context::Cx,
        exec::{FieldAnswers, Level, Slot, Text},
        model::{Field, Loading, Object},
        types::{FieldType, Types},
    },
};
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// A list that can be counted without being made.
pub trait Counted: Send + Sync + 'static {
    /// How many there are below each row of a level.
    fn count<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>) -> BoxFuture<'a, Result<Vec<u64>>>;
}

/// The number of all of a list; the largest Int where there are more.
pub struct CountOf<F: 'static>(pub &'static F);

impl<F: Counted> Field for CountOf<F> {
    fn describe(&self, _on: &'static Object, _types: &mut Types<'_>) -> FieldType {
        FieldType::new("Int")
    }
    fn effort(&self) -> u64 {
        3
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, _slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let mut column = Text::with_rows(level.height());
            for count in self.0.count(cx, level.clone()).await? {
                column.push(|out| write_json(&count.min(i32::MAX.unsigned_abs().into()), out));
            }
            Ok(FieldAnswers::Text(column))
        })
    }
}
