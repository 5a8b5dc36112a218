//! A new row in the place of the one that holds now: that one ends when the new one begins, and stays as history.

use super::{above_of, done, draft::Draft, input, operation::Operation, option_args, reader};
use crate::{
    db::{Cond, Tx},
    error::{Result, Violation},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot},
        form::{Above, Form},
        model::{Field, Loading, Object},
        rules::Cells,
        types::{Arg, FieldType, Types},
    },
};
use chrono::NaiveDate;
use std::sync::Arc;

/// Adds a row below another, and ends those there that hold now.
pub struct Succeed(pub &'static Succession);

/// How one row follows another.
pub struct Succession {
    /// What is given of the new row.
    pub form: &'static Form,
    /// What is set besides.
    pub set: &'static [(&'static str, &'static str)],
    /// Which rows hold now.
    pub now: fn() -> Cond,
    /// What is set of those.
    pub ended: &'static [(&'static str, &'static str)],
    /// The day on which a row begins; today, where it is left out.
    pub since: &'static str,
    /// The day on which a row ends.
    pub until: &'static str,
    /// What the new row must have another value of.
    pub who: &'static str,
}

impl Succeed {
    fn operation(&self, cx: &Cx, args: &Args) -> Result<Operation> {
        let (given, mut reader, form) = (input(args), reader(cx), self.0.form);
        let above = above_of(cx, form.entity, &given, &mut reader);
        let mut row = reader.new_row(form, &given);
        for (column, value) in self.0.set {
            row.cells.set(column, Some((*value).to_owned()));
        }
        Ok(Operation::Add { form, above, rows: vec![row], found: reader.found, after: Some(self.0) })
    }
}

impl Succession {
    /// Ends the row that holds now, and gives the new one the day on which it begins. Answers what is wrong with that.
    pub(super) async fn end(
        &self,
        (tx, today): (&mut Tx, NaiveDate),
        above: Option<&(Above, i32)>,
        rows: &mut [Draft],
    ) -> Result<Vec<Violation>> {
        let (Some((above, owner)), Some(new)) = (above, rows.first_mut()) else { return Ok(Vec::new()) };
        // Not before: a request that is sent again another day is the same.
        if new.cells.get(self.since).is_none() {
            new.cells.set(self.since, Some(today.to_string()));
        }
        let (entity, mut wrong) = (self.form.entity, Vec::new());
        for (key, texts) in tx.lock_below(entity.table, &entity.stored(), (above.owner, *owner), &(self.now)()).await? {
            let now = Cells::of_stored(entity, texts);
            let mut refuse = |column: &str, code, message: &str| {
                let path = self.form.place_of(&new.path, &[column], None);
                wrong.push(Violation { path, code, message: message.into() });
            };
            if now.get(self.who) == new.cells.get(self.who) {
                refuse(self.who, "EXISTS", "this is so already: nothing is to be changed");
            } else if now.day(self.since) > new.cells.day(self.since) {
                refuse(self.since, "ORDER", "this must not be before the day on which the one before began");
            }
            let mut ended = Cells::default();
            for (column, value) in self.ended {
                ended.set(column, Some((*value).to_owned()));
            }
            ended.set(self.until, new.cells.get(self.since).map(str::to_owned));
            if wrong.is_empty() {
                tx.update(entity.table, key, ended.cells(entity)).await?;
            }
        }
        Ok(wrong)
    }
}

impl Field for Succeed {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let form = self.0.form;
        let input = form.describe(&Above::all(types.model, form.entity), types);
        types.object(form.entity.payload);
        let mut args = vec![Arg::new("input", format!("{input}!"), "The values to write.")];
        args.extend(option_args());
        FieldType { ty: form.entity.payload.name.into(), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.0.form.entity.payload)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        let payload = self.0.form.entity.payload;
        Box::pin(async move { done(cx, &level, &slot, payload, self.operation(cx, &slot.args)?).await })
    }
}
