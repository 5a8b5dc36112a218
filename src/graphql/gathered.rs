//! Made objects from the rows below a row: a series of values that rows hold, or what follows from a row that need not be there.

use super::{
    args::Args,
    context::Cx,
    exec::{Level, Resolved, Slot, children, too_many},
    limits::Limits,
    loaders::{self, Load, Loaded},
    made::{Made, MadeRow},
    model::{Asked, Children, Field, Loading, Object, Rows},
    relation::{ask, distinct, found, keys},
    types::{Arg, FieldType, Types},
};
use crate::{
    db::Cond,
    error::{Error, Result},
};
use std::sync::Arc;

/// Made objects from the rows below a row.
pub struct Gathered<R: 'static, T: 'static> {
    /// The rows.
    pub children: &'static Children,
    /// The type of the objects.
    pub object: &'static Object,
    /// Its arguments.
    pub args: fn(&mut Types<'_>) -> Vec<Arg>,
    /// Which rows they ask for.
    pub ask: fn(&Args) -> Result<Option<Cond>>,
    /// How the objects are made, in the order of the rows.
    pub make: fn(&[&R], &Args) -> Vec<T>,
    /// Whether it is a list, and not the first of them.
    pub many: bool,
}

impl<R: Send + Sync, T: MadeRow> Gathered<R, T> {
    fn made(&self, rows: &Rows, args: &Args) -> Result<Vec<T>> {
        let row = |place: &u32| rows.set.row(*place as usize).and_then(|row| row.downcast_ref::<R>());
        let of = rows.places().iter().map(row).collect::<Option<Vec<&R>>>();
        of.map(|rows| (self.make)(&rows, args))
            .ok_or_else(|| Error::Internal("a field stands on rows of another type".into()))
    }
}

impl<R: Send + Sync, T: MadeRow> Field for Gathered<R, T> {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(self.object);
        let name = self.object.name;
        let ty = if self.many { format!("[{name}!]") } else { name.to_owned() };
        FieldType { ty, args: (self.args)(types) }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.object)
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        u64::from(self.children.expected)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let Asked { ask, .. } = ask(cx, self.children, &slot.args, (self.ask)(&slot.args)?).await?;
            let keys = keys(&level, None);
            let what = Load::Children(self.children, cx.scope.clone(), Arc::new(ask));
            let pieces = loaders::load(cx, what, distinct(&keys)).await?;
            let (mut all, mut places) = (Vec::new(), Vec::with_capacity(keys.len()));
            for piece in found(&keys, &pieces, Loaded::None) {
                let start = all.len() as u32;
                let made = match piece {
                    Ok(Loaded::Rows(rows)) => self.made(&rows, &slot.args),
                    Ok(_) => Ok((self.make)(&[], &slot.args)),
                    Err(error) => Err(error),
                };
                places.push(made.map(|made| {
                    all.extend(made);
                    start..all.len() as u32
                }));
                too_many(cx, all.len())?;
            }
            let rows = Made::rows(self.object, all);
            let given = places.into_iter().map(|place| match place {
                Ok(range) if self.many => Resolved::Many(Rows { range, ..rows.clone() }),
                Ok(range) if range.is_empty() => Resolved::Null,
                Ok(range) => Resolved::One(rows.one(range.start)),
                Err(error) => Resolved::Failed(error),
            });
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}
