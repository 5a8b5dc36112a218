//! Changes that lead a row from one state to another, and what follows from them: rows of other entities that belong to the same
//! owner. The row and those that follow are written together or not at all.

use super::{
    Change,
    draft::{Draft, Reader},
    operation::Operation,
};
use crate::{
    db::{Owner, Tx, ValueKind, change},
    error::{Error, Result, Violation},
    graphql::{
        args::{Args, as_list},
        clock::Clock,
        context::Cx,
        exec::{Level, Slot},
        form::{Copied, Form},
        model::{Entity, Field, Loading, Object},
        rules::{Cells, broken, kind_of, violation},
        types::{Arg, FieldType, Types},
    },
};
use async_graphql::{Name, Value, indexmap::IndexMap};
use std::{collections::HashMap, sync::Arc};

/// Changes a row that is in one of some states, and adds the rows that follow from that.
pub struct Transition {
    /// The change.
    pub change: Change,
    /// The column with the state, and the states that it leads on from, as they are stored.
    pub from: (&'static str, &'static [&'static str]),
    /// What follows.
    pub adds: &'static [Adds],
    /// What it answers, made of an [`Outcome`](super::payload::Outcome), where that is more than the row.
    pub payload: Option<&'static Object>,
}

/// Rows of an entity that follow from a change, below the owner of the changed row.
pub struct Adds {
    /// The field of the input that holds them.
    pub field: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// What is given of each; [`Form::copied`] says what is copied from the changed row.
    pub form: &'static Form,
    /// Whether there may be several: a list, and not one object.
    pub many: bool,
    /// The column of the changed row that takes the value of a column of the new one.
    pub sets: Option<(&'static str, &'static str)>,
}

impl Transition {
    /// One from which nothing follows.
    pub const fn of(change: Change, from: (&'static str, &'static [&'static str])) -> Self {
        Transition { change, from, adds: &[], payload: None }
    }

    fn payload(&self) -> &'static Object {
        self.payload.unwrap_or(self.change.form.entity.payload)
    }

    fn operation(&self, cx: &Cx, args: &Args) -> Result<Operation> {
        self.change.operation_with(cx, args, |reader, given| {
            let rows = self.adds.iter().map(|adds| (adds, adds.read(reader, given))).collect();
            Some(Following { form: self.change.form, from: self.from, rows })
        })
    }
}

impl Adds {
    /// The rows as they are given.
    fn read(&self, reader: &mut Reader, given: &IndexMap<Name, Value>) -> Vec<Draft> {
        let items = given.get(self.field).map(as_list).unwrap_or_default();
        let mut rows = Vec::with_capacity(items.len());
        let depth = reader.path.len();
        for (at, item) in items.iter().enumerate() {
            if let Value::Object(item) = item {
                reader.path.push(self.field.into());
                reader.path.extend(self.many.then(|| at.into()));
                rows.push(reader.new_row(self.form, item));
                reader.path.truncate(depth);
            }
        }
        rows
    }
}

/// What follows from a change, as it was given.
pub(super) struct Following {
    form: &'static Form,
    from: (&'static str, &'static [&'static str]),
    /// For each of [`Transition::adds`] its rows.
    rows: Vec<(&'static Adds, Vec<Draft>)>,
}

/// A column that takes a value of a row that follows, the value, and where the input gives it.
pub(super) type Set = (&'static str, Option<String>, Vec<serde_json::Value>);

/// The same, with what is copied from the changed row, and what is wrong with it.
#[derive(Default)]
pub(super) struct Followed {
    /// The rows.
    pub(super) rows: Vec<(&'static Adds, Vec<Draft>)>,
    /// What the changed row takes from them.
    pub(super) sets: Vec<Set>,
    /// What is wrong.
    pub(super) violations: Vec<Violation>,
}

impl Following {
    /// Told for the same rows, by whichever process; nothing where there are none.
    pub(super) fn identity(&self) -> String {
        let given = self.rows.iter().filter(|(_, rows)| !rows.is_empty());
        given.map(|(adds, rows)| format!(" {} {rows:?}", adds.field)).collect()
    }

    /// That a row, as it is stored, is in a state that leads on.
    pub(super) fn is_open(&self, row: &Cells) -> Option<Violation> {
        let (column, states) = self.from;
        let state = row.get(column).unwrap_or_default();
        if states.iter().any(|from| from.eq_ignore_ascii_case(state)) {
            return None;
        }
        let entity = self.form.entity;
        let named = |stored: &str| match kind_of(entity, column) {
            ValueKind::Enum(of) => of.read(stored).unwrap_or("in a state that is unknown").to_owned(),
            _ => stored.to_owned(),
        };
        let from: Vec<String> = states.iter().map(|from| named(from)).collect();
        let message = format!("this {} is {}: it must be {}", entity.object.name, named(state), from.join(" or "));
        Some(Violation { path: vec!["id".into()], code: "STATE", message })
    }

    /// The rows with what is copied from the changed row.
    pub(super) async fn followed(&self, tx: &mut Tx, row: &Cells, clock: Clock) -> Result<Followed> {
        let mut source = Source { entity: self.form.entity, row, known: HashMap::new() };
        let mut all = Followed::default();
        for (adds, given) in &self.rows {
            let mut rows = Vec::with_capacity(given.len());
            for given in given {
                let mut draft = given.clone();
                for copies in adds.form.copied {
                    if copies.iter().any(|(column, _)| draft.cells.has(column)) {
                        continue;
                    }
                    for (column, from) in *copies {
                        let value = source.value(tx, *from).await?;
                        draft.cells.set(column, value);
                    }
                }
                all.violations.extend(adds.broken(given, &draft, clock));
                if let Some((column, of)) = adds.sets {
                    let (value, place) = (draft.cells.get(of), adds.form.place_of(&draft.path, &[of], None));
                    all.sets.push((column, value.map(str::to_owned), place));
                }
                rows.push(draft);
            }
            all.rows.push((*adds, rows));
        }
        Ok(all)
    }
}

impl Adds {
    /// What is wrong with a row by what was copied into it; the rest was looked at when it was read.
    fn broken(&self, given: &Draft, row: &Draft, clock: Clock) -> Vec<Violation> {
        let (form, cells) = (self.form, &row.cells);
        let is_open = |column: &str| form.is_copied(column) && !given.cells.has(column);
        let required = form.columns().filter(|column| column.required && is_open(column.name));
        let missing = required.filter(|column| cells.get(column.name).is_none());
        let missing = missing.map(|column| violation(&row.path, form.field(column), "REQUIRED", "this must be given"));
        let checks = broken(form.rules().checks.iter().chain(form.checks), cells, is_open, clock);
        let checks = checks.into_iter().map(|(check, message)| {
            let (path, code) = (form.place_of(&row.path, check.columns, None), check.code);
            Violation { path, code, message: message.into() }
        });
        missing.chain(checks).collect()
    }
}

/// Where values are copied from.
struct Source<'a> {
    entity: &'static Entity,
    row: &'a Cells,
    /// What was read of rows that the row points to.
    known: HashMap<(&'static str, &'static str), Option<String>>,
}

impl Source<'_> {
    async fn value(&mut self, tx: &mut Tx, from: Copied) -> Result<Option<String>> {
        let (column, of) = match from {
            Copied::Column(column) => return Ok(self.row.get(column).map(str::to_owned)),
            Copied::Text(text) => return Ok(Some(text.to_owned())),
            Copied::Linked(column, of) => (column, of),
        };
        if let Some(known) = self.known.get(&(column, of)) {
            return Ok(known.clone());
        }
        let key = self.row.get(column).and_then(|key| key.parse::<i32>().ok());
        let mut value = None;
        if let Some((link, key)) = self.entity.table.link_in(column).zip(key) {
            let mut sql = change::as_lists(tx.dialect(), link.to, &[of], &[key]);
            sql.called(link.to.name, Some(1));
            let list = tx.conn().texts(sql).await?.into_iter().find_map(|(_, list)| list);
            value = list.map(|list| change::of_list(&list)).transpose()?.and_then(|cells| cells.into_iter().next()?);
        }
        self.known.insert((column, of), value.clone());
        Ok(value)
    }
}

/// The owner of a changed row, as a column of the rows that follow and the owner's key.
pub(super) fn below_owner_of(changed: &Entity, row: &Cells, follows: &Entity) -> Result<(&'static str, i32)> {
    let owned = |ours: &Owner| {
        let theirs = follows.table.owner_of(ours.to)?;
        Some((theirs.column, row.get(ours.column)?.parse().ok()?))
    };
    let key = changed.table.owners().iter().find_map(owned);
    let (changed, follows) = (changed.object.name, follows.object.name);
    key.ok_or_else(|| {
        Error::Internal(format!("{follows} cannot follow from {changed}: they belong to different owners"))
    })
}

impl Field for Transition {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let more = self.adds.iter().map(|adds| {
            let form = adds.form.describe(&[], types);
            let ty = if adds.many { format!("[{form}!]") } else { form };
            Arg::new(adds.field, ty, adds.doc)
        });
        let more = more.collect();
        self.change.described(self.payload(), more, types)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.payload())
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move { super::done(cx, &level, &slot, self.payload(), self.operation(cx, &slot.args)?).await })
    }
}
