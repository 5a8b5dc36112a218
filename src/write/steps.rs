//! Mutations that are one step of what happens to a row: it ends, it is verified, it gets the one row below it.

use super::{above_of, done, input, operation::Operation, option_args, reader, row, row_args};
use crate::{
    error::{Error, Result, Violation},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot},
        form::{Above, Form},
        model::{Field, Loading, Object},
        types::{Arg, FieldType, Types},
    },
};
use std::sync::Arc;

/// A change that is made once: it sets a moment, which the row must not have yet. Where none is given it is now.
#[derive(Clone, Copy)]
pub struct Once {
    /// What is given; it has the moment.
    pub form: &'static Form,
    /// The column of the moment.
    pub moment: &'static str,
    /// What is set besides.
    pub set: &'static [(&'static str, &'static str)],
    /// What is said of a row that has the moment.
    pub over: &'static str,
}

impl Once {
    pub(super) fn is_over(&self) -> Violation {
        Violation { path: vec!["id".into()], code: "DONE_BEFORE", message: self.over.into() }
    }

    fn operation(&self, cx: &Cx, args: &Args) -> Result<Operation> {
        let (given, mut reader) = (input(args), reader(cx));
        let (key, expected) = row(self.form.entity, args)?;
        let mut cells = reader.cells(self.form, &given);
        for (column, value) in self.set {
            cells.set(column, Some((*value).to_owned()));
        }
        Ok(Operation::Once { once: *self, key, expected, cells, found: reader.found })
    }
}

impl Field for Once {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let entity = self.form.entity;
        types.object(entity.payload);
        let mut args = row_args(entity);
        args.push(Arg::new("input", self.form.describe(&[], types), "The values to write."));
        args.extend(option_args());
        FieldType { ty: entity.payload.name.into(), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.form.entity.payload)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        let payload = self.form.entity.payload;
        Box::pin(async move { done(cx, &level, &slot, payload, self.operation(cx, &slot.args)?).await })
    }
}

/// Gives a row the one row below it: adds that row, or changes the fields that are given.
pub struct Put(pub &'static Form);

impl Put {
    fn operation(&self, cx: &Cx, args: &Args) -> Result<Operation> {
        let (given, mut reader) = (input(args), reader(cx));
        let above = above_of(cx, self.0.entity, &given, &mut reader);
        let row = reader.new_row(self.0, &given);
        // The row above may be the one that is wrong.
        let above = above.ok_or_else(|| Error::Invalid(reader.found.violations.clone()))?;
        Ok(Operation::Put { form: self.0, above, row, found: reader.found })
    }
}

impl Field for Put {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let input = self.0.describe(&Above::all(types.model, self.0.entity), types);
        types.object(self.0.entity.payload);
        let doc = "The values to write: a field that is left out stays as it is, null clears it.";
        let mut args = vec![Arg::new("input", format!("{input}!"), doc)];
        args.extend(option_args());
        FieldType { ty: self.0.entity.payload.name.into(), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.0.entity.payload)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        let payload = self.0.entity.payload;
        Box::pin(async move { done(cx, &level, &slot, payload, self.operation(cx, &slot.args)?).await })
    }
}
