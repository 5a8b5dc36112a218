//! Input objects as data: which columns of an entity a client writes, below which row, and with which rows below.

use super::rules::{Absent, Check, ColumnRule, Rules, kind_of};
use crate::{
    db::{Owner, ValueKind},
    graphql::{
        model::{Entity, Model, Nested},
        types::{Arg, Types, first_sentence},
    },
};
use serde_json::Value;

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
    /// Which rows that belong to the new one it takes, by their fields; all of them, where it says none.
    pub nested: Option<&'static [&'static str]>,
    /// What must hold besides the entity's rules.
    pub checks: &'static [Check],
    /// What is copied from the row that a new one comes with, where it is left out: columns that are left out together.
    pub copied: &'static [Copies],
    /// What it is for.
    pub verb: Verb,
}

/// Columns of a new row, and what each is copied from where none of them is given.
pub type Copies = &'static [(&'static str, Copied)];

/// What a value is copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// This column of the row that the new one comes with.
    Column(&'static str),
    /// Of the row that this column of it points to, that column.
    Linked(&'static str, &'static str),
    /// It is this.
    Text(&'static str),
}

/// What a form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// New rows.
    Add,
    /// Rows that are there.
    Change,
}

/// The row that new ones belong to, as an input names it.
#[derive(Clone, Copy)]
pub struct Above {
    /// The input field.
    pub field: &'static str,
    /// The entity of that row.
    pub entity: &'static Entity,
    /// Our column with its key.
    pub owner: &'static Owner,
}

impl Above {
    /// Those of an entity whose rows belong to others: an input names one of them.
    pub fn all(model: &Model, entity: &'static Entity) -> Vec<Self> {
        let above = |owner: &'static Owner| {
            let scalar = entity.object.scalar_of_column(owner.column).and_then(|at| entity.object.scalars.get(at))?;
            Some(Above { field: scalar.name, entity: model.of_table(owner.to)?, owner })
        };
        entity.table.owners().iter().filter_map(above).collect()
    }

    /// As fields of an input.
    pub fn args(all: &[Self]) -> Vec<Arg> {
        match all {
            [one] => vec![id_arg(one.field, one.entity, "!")],
            several => several.iter().map(|above| id_arg(above.field, above.entity, "")).collect(),
        }
    }
}

/// A field of an input that names a row by its id.
fn id_arg(field: &'static str, entity: &Entity, needed: &str) -> Arg {
    let (one, name) = (entity.called, entity.object.name);
    Arg::new(field, format!("ID{needed}"), format!("The global id of {one}, as `{name}:12`; `12` will do."))
}

/// What is said of a field that a new object need not have, if it gets a value all the same.
fn absent(kind: ValueKind, column: &ColumnRule) -> String {
    let value = match (column.absent, kind) {
        (Absent::Value(value), ValueKind::Enum(of)) => format!("`{}`", of.read(value).unwrap_or(value)),
        (Absent::Value(value), _) => value.to_owned(),
        (Absent::Now, _) => "now".to_owned(),
        (Absent::Null, ValueKind::Flag(default)) => format!("`{default}`"),
        (Absent::Null | Absent::Made, _) => return String::new(),
    };
    format!(" Of a new object, {value} if left out.")
}

impl Form {
    /// A form for new rows, with all that clients write of them and of what belongs to them.
    pub const fn add(name: &'static str, doc: &'static str, entity: &'static Entity) -> Self {
        Form { name, doc, entity, only: &[], nested: None, checks: &[], copied: &[], verb: Verb::Add }
    }

    /// A form for rows that are there.
    pub const fn change(name: &'static str, doc: &'static str, entity: &'static Entity) -> Self {
        Form { verb: Verb::Change, ..Form::add(name, doc, entity) }.alone()
    }

    /// The same, without rows that belong to the new one.
    pub const fn alone(self) -> Self {
        self.with(&[])
    }

    /// The same, with these rows alone that belong to the new one.
    pub const fn with(self, nested: &'static [&'static str]) -> Self {
        Form { nested: Some(nested), ..self }
    }

    /// The same, of these columns alone.
    pub const fn only(self, only: &'static [&'static str]) -> Self {
        Form { only, ..self }
    }

    /// The same, where this must hold too.
    pub const fn where_holds(self, checks: &'static [Check]) -> Self {
        Form { checks, ..self }
    }

    /// The same, for rows that come with another row, of which these values are copied where they are left out.
    pub const fn copied(self, copied: &'static [Copies]) -> Self {
        Form { copied, ..self }
    }

    /// Whether a column's value is copied where it is left out.
    pub fn is_copied(&self, column: &str) -> bool {
        self.copied.iter().any(|copies| copies.iter().any(|(of, _)| *of == column))
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
    pub fn columns(&self) -> impl Iterator<Item = &'static ColumnRule> {
        self.rules().columns.iter().filter(|column| self.has(column.name))
    }

    /// The field of a column.
    pub fn field(&self, column: &'static ColumnRule) -> &'static str {
        self.shown(column).0
    }

    /// The field that a rule between columns is shown at: the first column that the form writes, else the row above, where the input of a row
    /// that stands here names it; none, where it is the row itself.
    pub fn field_of(&self, columns: &[&str], row: &[Value], above: Option<Above>) -> Option<&'static str> {
        let first = columns.iter().find_map(|name| self.rules().column(name).filter(|column| self.has(column.name)));
        // Rows within the input do not name it.
        let named = above.filter(|above| row.len() == 1 && columns.contains(&above.owner.column));
        first.map(|column| self.field(column)).or(named.map(|above| above.field))
    }

    /// The place of that field.
    pub fn place_of(&self, row: &[Value], columns: &[&str], above: Option<Above>) -> Vec<Value> {
        row.iter().cloned().chain(self.field_of(columns, row, above).map(Value::from)).collect()
    }

    /// The entity of the row whose key a column holds, if it points to one, and whether that must be the same patient's.
    pub fn linked(&self, model: &Model, column: &ColumnRule) -> Option<(&'static Entity, bool)> {
        let link = self.entity.table.link_in(column.name).filter(|_| column.is_link())?;
        Some((model.of_table(link.to)?, link.within))
    }

    fn shown(&self, column: &'static ColumnRule) -> (&'static str, String) {
        let object = self.entity.object;
        let scalar = object.scalar_of_column(column.name).and_then(|scalar| object.scalars.get(scalar));
        let large = column.shown.map(|(name, doc)| (name, first_sentence(doc)));
        large
            .or_else(|| scalar.map(|scalar| (scalar.name, scalar.doc.trim().into())))
            .unwrap_or((column.name, String::new()))
    }

    /// The entities whose rows are written with the new one.
    pub fn below(&self, model: &Model) -> impl Iterator<Item = &'static Entity> {
        let takes = |list: Nested| self.nested.is_none_or(|nested| nested.contains(&list.field));
        model.below(self.entity).filter(move |below| below.nested.is_some_and(takes))
    }

    /// Its type in GraphQL; `above` are the rows to which a new one may belong, where the input names the one.
    pub fn describe(&'static self, above: &[Above], types: &mut Types<'_>) -> String {
        self.describe_with(above, Vec::new(), types)
    }

    /// The same, with these fields besides.
    pub fn describe_with(&'static self, above: &[Above], more: Vec<Arg>, types: &mut Types<'_>) -> String {
        let mut fields = Above::args(above);
        for column in self.columns() {
            let needed = column.required && self.verb == Verb::Add && !self.is_copied(column.name);
            let needed = if needed { "!" } else { "" };
            if let Some((to, _)) = self.linked(types.model, column) {
                fields.push(id_arg(self.field(column), to, needed));
                continue;
            }
            let of = kind_of(self.entity, column.name);
            let (kind, (name, mut doc)) = (types.kind(of), self.shown(column));
            if let Some((min, max)) = of.range() {
                doc = format!("{doc} From {min} to {max}.");
            }
            if self.verb == Verb::Add && needed.is_empty() && !self.is_copied(column.name) {
                doc += &absent(of, column);
            }
            fields.push(Arg::new(name, format!("{kind}{needed}"), doc));
        }
        for below in self.below(types.model) {
            if let Some(list) = below.nested {
                let form = below.form.describe(&[], types);
                let ty = if list.one { form } else { format!("[{form}!]") };
                fields.push(Arg::new(list.field, ty, list.doc));
            }
        }
        fields.extend(more);
        types.input(self.name, self.doc, fields)
    }
}
