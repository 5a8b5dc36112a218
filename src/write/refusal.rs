//! What is wrong with a row, as violations at their places in the input.

use super::{draft::read_by, made::Refused, transition::Set};
use crate::{
    db::Tx,
    error::{Error, Result, Violation},
    graphql::{
        form::{Above, Form},
        rules::{Broken, Cells, ColumnRule, kind_of, violation},
    },
};
use serde_json::Value;

/// Where an input gives a row.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// What is given of it.
    pub(super) form: &'static Form,
    /// The place of its values.
    pub(super) path: &'a [Value],
    /// The row to which it belongs, where the input names that.
    pub(super) above: Option<Above>,
    /// What names the row itself, where it is there already.
    pub(super) named: Option<&'static str>,
    /// Columns that take the values of rows that come with it.
    pub(super) sets: &'a [Set],
}

impl<'a> Place<'a> {
    /// That of a new row.
    pub(super) fn new(form: &'static Form, path: &'a [Value]) -> Self {
        Place { form, path, above: None, named: None, sets: &[] }
    }

    /// The place of a rule between columns.
    pub(super) fn of(self, columns: &[&str]) -> Vec<Value> {
        if self.form.field_of(columns, self.path, self.above).is_some() {
            return self.form.place_of(self.path, columns, self.above);
        }
        let set = self.sets.iter().find(|(column, ..)| columns.contains(column));
        match (set, self.named) {
            (Some((.., path)), _) => path.clone(),
            (None, Some(named)) => vec![named.into()],
            (None, None) => self.path.to_vec(),
        }
    }

    /// Rules that are broken.
    pub(super) fn checks(self, broken: Vec<Broken<'_>>) -> Vec<Violation> {
        let shown = |(check, message): Broken<'_>| {
            let (path, code) = (self.of(check.columns), check.code);
            Violation { path, code, message: message.into() }
        };
        broken.into_iter().map(shown).collect()
    }

    /// What is wrong with values that another value of the row helps to read, where either of the two is written.
    pub(super) fn helpers(self, row: &Cells, touched: impl Fn(&str) -> bool) -> Vec<Violation> {
        let wrong = |column: &'static ColumnRule| {
            let helper = column.helper().filter(|helper| touched(column.name) || touched(helper))?;
            let (text, by) = (row.get(column.name)?, row.get(helper)?);
            let (code, message) = read_by(kind_of(self.form.entity, column.name), column, text, Some(by)).err()?;
            Some(violation(self.path, self.form.field(column), code, message))
        };
        self.form.rules().columns.iter().filter_map(wrong).collect()
    }
}

/// The database's own refusal: in the words of our rule, where it is one; else of rules that only the database has. Without a place, the row
/// was to be removed.
pub(super) fn of_database(tx: &Tx, error: Error, place: Option<Place<'_>>) -> Error {
    let Error::Internal(text) = &error else { return error };
    if let Some(place) = place {
        let table = place.form.entity.table.name;
        let check = place.form.rules().checks.iter().find(|check| check.is_meant(table, text));
        if let Some(check) = check {
            return Error::Invalid(place.checks(vec![(check, check.message.into())]));
        }
    }
    match tx.refusal(&error) {
        // A foreign key that fails is none of ours: what an input points to was seen, and stays until the transaction ends.
        Some(refusal) => {
            tracing::warn!("the database refused a change by a rule of its own: {text}");
            Error::Invalid(vec![Violation {
                path: place.map_or_else(|| vec!["id".into()], |place| place.path.to_vec()),
                code: refusal.code(),
                message: refusal.message().to_owned(),
            }])
        }
        None => error,
    }
}

/// That nothing is wrong and the database took every row; `above` is the one to which they belong, where the input names it.
pub(super) fn sound(tx: &Tx, mut wrong: Vec<Violation>, refused: Vec<Refused<'_>>, above: Option<Above>) -> Result<()> {
    for Refused { form, row, error } in refused {
        match of_database(tx, error, Some(Place { above, ..Place::new(form, &row.path) })) {
            Error::Invalid(violations) => wrong.extend(violations),
            error => return Err(error),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(all(wrong)) }
}

/// All that is wrong, each kind of rule once at a place.
pub(super) fn all(wrong: Vec<Violation>) -> Error {
    let mut all: Vec<Violation> = Vec::with_capacity(wrong.len());
    for violation in wrong {
        if !all.iter().any(|known| (&known.path, known.code) == (&violation.path, violation.code)) {
            all.push(violation);
        }
    }
    Error::Invalid(all)
}
