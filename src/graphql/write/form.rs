//! Input objects as data: which columns of an entity a client writes, below which row, and with which rows below.

use super::rules::{Check, Column, Rules};
use crate::graphql::{
    model::Entity,
    types::{Arg, Types},
};

/// An input object for a row of an entity.
pub struct Form {
    /// Its name in GraphQL.
    pub name: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// Whose rows.
    pub entity: &'static Entity,
    /// Which columns; all that clients write, where it says none.
    pub only: &'static [&'static str],
    /// The row that new ones hang below.
    pub parent: Option<&'static Parent>,
    /// Rows that are written with it.
    pub below: &'static [Below],
    /// What must hold besides the entity's rules.
    pub checks: &'static [Check],
    /// What it is for.
    pub verb: Verb,
}

/// What a form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// New rows.
    Add,
    /// Rows that are there.
    Change,
}

/// The row that new ones hang below.
pub struct Parent {
    /// The input field that names it.
    pub field: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its entity.
    pub entity: &'static Entity,
    /// Our column with its key.
    pub column: &'static str,
}

/// Rows that are written together with the one above.
pub struct Below {
    /// The input field.
    pub field: &'static str,
    /// What they are.
    pub doc: &'static str,
    /// Their form.
    pub form: &'static Form,
    /// Their column with the key of the row above.
    pub column: &'static str,
}

impl Form {
    /// A form for new rows, with all that clients write of them.
    pub const fn add(name: &'static str, doc: &'static str, entity: &'static Entity) -> Self {
        Form { name, doc, entity, only: &[], parent: None, below: &[], checks: &[], verb: Verb::Add }
    }

    /// A form for rows that are there.
    pub const fn change(name: &'static str, doc: &'static str, entity: &'static Entity) -> Self {
        Form { verb: Verb::Change, ..Form::add(name, doc, entity) }
    }

    /// The same, for rows below another.
    pub const fn of(self, parent: &'static Parent) -> Self {
        Form { parent: Some(parent), ..self }
    }

    /// The same, with rows below it.
    pub const fn with(self, below: &'static [Below]) -> Self {
        Form { below, ..self }
    }

    /// The same, of these columns alone.
    pub const fn only(self, only: &'static [&'static str]) -> Self {
        Form { only, ..self }
    }

    /// The same, where this must hold too.
    pub const fn where_holds(self, checks: &'static [Check]) -> Self {
        Form { checks, ..self }
    }

    /// The rules of its entity.
    pub fn rules(&self) -> &'static Rules {
        self.entity.rules
    }

    /// Whether it writes a column.
    pub fn has(&self, column: &str) -> bool {
        self.only.is_empty() || self.only.contains(&column)
    }

    /// The columns that it writes.
    pub fn columns(&self) -> impl Iterator<Item = &'static Column> {
        self.rules().columns.iter().filter(|column| self.has(column.name))
    }

    /// The field of a column.
    pub fn field(&self, column: &'static Column) -> &'static str {
        self.shown(column).0
    }

    /// The field that a rule between columns is shown at.
    pub fn field_of(&self, columns: &[&str]) -> &'static str {
        let first = columns.iter().find_map(|name| self.rules().column(name).filter(|column| self.has(column.name)));
        first.map_or("input", |column| self.field(column))
    }

    fn shown(&self, column: &'static Column) -> (&'static str, &'static str) {
        let object = self.entity.object;
        let scalar = object.scalar_of_column(column.name).and_then(|scalar| object.scalars.get(scalar));
        column.shown.or_else(|| scalar.map(|scalar| (scalar.name, scalar.doc))).unwrap_or((column.name, ""))
    }

    /// Its type in GraphQL.
    pub fn describe(&'static self, types: &mut Types<'_>) -> String {
        let mut fields = Vec::new();
        fields.extend(self.parent.map(|parent| Arg::new(parent.field, "ID!", parent.doc)));
        for column in self.columns() {
            let kind = types.kind(super::draft::kind_of(self.entity, column.name));
            let (name, doc) = self.shown(column);
            let needed = if column.required && self.verb == Verb::Add { "!" } else { "" };
            fields.push(Arg::new(name, format!("{kind}{needed}"), doc.trim()));
        }
        for below in self.below {
            let form = below.form.describe(types);
            fields.push(Arg::new(below.field, format!("[{form}!]"), below.doc));
        }
        types.input(self.name, self.doc, fields)
    }
}
