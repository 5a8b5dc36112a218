//! Sums over the rows below a row, as made objects: one for each value of a column, in one statement for all rows of a level.

use super::{
    args::Args,
    context::Cx,
    exec::{Level, Slot, children},
    limits::Limits,
    loaders::{self, Load, Loaded},
    made::{MadeRow, Making},
    model::{Children, Field, Loading, Object},
    relation::{distinct, found, keys},
    types::{FieldType, Types},
};
use crate::{
    db::{MOST, SumOf, Whole},
    error::{Error, Result},
};
use serde_json::Value;
use std::sync::Arc;

/// Sums over the rows below a row that have one value in a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// That value.
    pub of: Option<String>,
    numbers: Vec<Option<i64>>,
}

impl Sum {
    /// One as the database answers it: a JSON list of the value and the sums.
    pub(super) fn read(list: &str) -> Result<Self> {
        let none = |error| Error::Internal(format!("the database answered sums that are no list: {error}"));
        let list: Vec<Value> = serde_json::from_str(list).map_err(none)?;
        // What has more than 64 bits is more than any field can hold, and fails there.
        let number = |value: &Value| value.as_i64().or_else(|| value.as_f64().map(|number| number as i64));
        let of = list.first().and_then(Value::as_str).map(str::to_owned);
        Ok(Sum { of, numbers: list.iter().skip(1).map(number).collect() })
    }

    /// One of the sums; `None` where no row had a value.
    pub fn number(&self, at: usize) -> Option<Whole<0, MOST>> {
        self.numbers.get(at).copied().flatten().map(Whole::from)
    }
}

/// A list of sums, in the order of the values, the one of rows without a value last.
pub struct Sums<T: 'static> {
    /// The rows.
    pub children: &'static Children,
    /// The column whose values they are told apart by: short words, whose case does not matter.
    pub by: &'static str,
    /// What is summed.
    pub sums: &'static [SumOf],
    /// The type of the objects.
    pub object: &'static Object,
    /// How an object is made.
    pub make: fn(Sum) -> T,
}

impl<T: MadeRow> Field for Sums<T> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(self.object);
        FieldType::new(format!("[{}!]", self.object.name))
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.object)
    }
    fn effort(&self) -> u64 {
        // The rows are read, though none of them is answered.
        u64::from(self.children.expected)
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        2
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let keys = keys(&level, None);
            let what = Load::Sums(self.children, cx.scope.clone(), self.by, self.sums);
            let pieces = loaders::load(cx, what, distinct(&keys)).await?;
            let mut made = Making::new(cx);
            for piece in found(&keys, &pieces, Loaded::None) {
                let sums = if let Loaded::Sums(sums) = piece? { sums.to_vec() } else { Vec::new() };
                made.push(sums.into_iter().map(self.make)).await?;
            }
            Ok(children(cx, &level, &slot, made.lists(self.object)).await)
        })
    }
}
