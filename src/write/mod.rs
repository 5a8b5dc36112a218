//! Mutations: what clients may write, as data. A domain says which columns of its entities are written, what must hold of
//! them ([`rules`]) and what the mutations are called; everything else is the same for all.

mod arrival;
pub mod batch;
pub mod draft;
mod idempotency;
pub mod made;
mod operation;
pub mod others;
pub mod payload;
mod perform;
pub(crate) mod reach;
mod references;
mod refusal;
mod steps;
mod succeed;
mod transition;
mod version;

pub use idempotency::forget_keys;
pub use steps::{Once, Put};
pub use succeed::{Succeed, Succession};
pub use transition::{Adds, Transition};
pub use version::Version;

use crate::{
    error::{Error, Result, Violation},
    graphql::{
        args::{Args, id_of},
        context::Cx,
        exec::{FieldAnswers, Level, Resolved, Slot, children},
        form::{Above, Form},
        made::Made,
        model::{Entity, Field, Loading, Object},
        rules,
        types::{Arg, FieldType, Types},
    },
};
use async_graphql::{Name, Value, indexmap::IndexMap};
use draft::Reader;
use operation::{Operation, Options};
use payload::{Outcome, REMOVAL, Removal};
use perform::perform;
use std::sync::{Arc, atomic::Ordering::Relaxed};
use tokio::time::timeout_at;
use transition::Following;

/// Adds one row, with those below it.
pub struct Add(pub &'static Form);

/// Adds several rows that belong to one.
pub struct AddAll {
    /// The input object's name.
    pub name: &'static str,
    /// Its description.
    pub doc: &'static str,
    /// The description of the list of rows in it.
    pub list: &'static str,
    /// The entity of the rows.
    pub entity: &'static Entity,
}

/// Changes a row.
pub struct Change {
    /// What is given.
    pub form: &'static Form,
    /// What is set besides.
    pub set: &'static [(&'static str, &'static str)],
    /// What must be given.
    pub needs: &'static [&'static str],
}

impl Change {
    /// One that sets nothing besides, and needs nothing.
    pub const fn of(form: &'static Form) -> Self {
        Change { form, set: &[], needs: &[] }
    }
}

/// Removes a row and all that belongs to it.
pub struct Remove(pub &'static Entity);

/// The longest idempotency key. The column takes a little more: a batch numbers its items behind it.
const LONGEST_KEY: usize = 100;

/// The arguments that every mutation takes.
fn option_args() -> Vec<Arg> {
    let once = "A name of your choice for this request, as a UUID. Sent again with the same input, it is not done again: the \
                answer has the objects as they are now. Send one wherever you would repeat a request that got no answer.";
    let wait =
        "Whether to answer only when the graph holds the change, or after ten seconds; `inGraph` says whether it does.";
    vec![Arg::new("idempotencyKey", "String", once), Arg::new("waitForGraph", "Boolean", wait)]
}

fn row_args(entity: &Entity) -> Vec<Arg> {
    let name = entity.object.name;
    let version = "The object's `version` as you read it: where it is another one by now, nothing is done and the error is \
                   CONFLICT.";
    vec![
        Arg::new("id", "ID!", format!("The global id, as `{name}:12`; `12` will do.")),
        Arg::new("expectedVersion", "String", version),
    ]
}

fn options(args: &Args) -> Result<Options> {
    // To MariaDB, blanks at the end make no other key.
    let key = args.text("idempotencyKey").map(|key| key.trim().to_owned());
    if let Some(key) = &key
        && (key.is_empty() || key.chars().count() > LONGEST_KEY || key.chars().any(char::is_control))
    {
        let message = format!("an idempotencyKey has 1 to {LONGEST_KEY} characters, none of them control characters");
        return Err(Error::Invalid(vec![Violation { path: vec!["idempotencyKey".into()], code: "INVALID", message }]));
    }
    Ok(Options { key, wait_for_graph: args.get("waitForGraph") == Some(&Value::Boolean(true)), ..Options::default() })
}

fn input(args: &Args) -> IndexMap<Name, Value> {
    match args.get("input") {
        Some(Value::Object(input)) => input.clone(),
        _ => IndexMap::new(),
    }
}

fn reader(cx: &Cx) -> Reader {
    Reader::new(cx, vec!["input".into()])
}

fn row(entity: &Entity, args: &Args) -> Result<(i32, Option<String>)> {
    let key = id_of(entity, args.get("id").unwrap_or(&Value::Null))?;
    // Digits beyond the range of keys name nobody, like -1.
    Ok((key.unwrap_or(-1), args.text("expectedVersion").map(str::to_owned)))
}

/// The row that new ones belong to, where they belong to one.
fn above_of(
    cx: &Cx,
    entity: &'static Entity,
    given: &IndexMap<Name, Value>,
    reader: &mut Reader,
) -> Option<(Above, i32)> {
    let all = Above::all(cx.model, entity);
    let named = |above: &&Above| given.get(above.field).is_some_and(|id| *id != Value::Null);
    let above = match all.as_slice() {
        [] => return None,
        // The schema sees to it that it is given.
        [one] => one,
        several => {
            let fields: Vec<&str> = several.iter().map(|above| above.field).collect();
            let mut named = several.iter().filter(named);
            let (Some(above), None) = (named.next(), named.next()) else {
                let (field, fields) = (fields.first().copied().unwrap_or_default(), fields.join(", "));
                let message = format!("{} belongs to one object: give exactly one of {fields}", entity.called);
                reader.found.violations.push(rules::violation(&reader.path, field, "OWNER", message));
                return None;
            };
            above
        }
    };
    match id_of(above.entity, given.get(above.field).unwrap_or(&Value::Null)) {
        Ok(key) => Some((*above, key.unwrap_or(-1))),
        Err(error) => {
            let message = error.public_message();
            reader.found.violations.push(rules::violation(&reader.path, above.field, "INVALID", message));
            None
        }
    }
}

impl Add {
    fn operation(&self, cx: &Cx, args: &Args) -> Result<Operation> {
        let (given, mut reader) = (input(args), reader(cx));
        let above = above_of(cx, self.0.entity, &given, &mut reader);
        let rows = vec![reader.new_row(self.0, &given)];
        Ok(Operation::Add { form: self.0, above, rows, found: reader.found, after: None })
    }
}

impl AddAll {
    fn operation(&self, cx: &Cx, args: &Args) -> Result<Operation> {
        let (given, mut reader) = (input(args), reader(cx));
        let above = above_of(cx, self.entity, &given, &mut reader);
        let rows = reader.new_rows(self.entity, &given);
        Ok(Operation::Add { form: self.entity.form, above, rows, found: reader.found, after: None })
    }
}

impl Change {
    fn operation(&self, cx: &Cx, args: &Args) -> Result<Operation> {
        self.operation_with(cx, args, |_, _| None)
    }

    /// The same; what follows is read with the rest of the input.
    fn operation_with(
        &self,
        cx: &Cx,
        args: &Args,
        follows: impl FnOnce(&mut Reader, &IndexMap<Name, Value>) -> Option<Following>,
    ) -> Result<Operation> {
        let (given, mut reader) = (input(args), reader(cx));
        let (key, expected) = row(self.form.entity, args)?;
        let mut cells = reader.cells(self.form, &given);
        for column in self.form.columns().filter(|column| self.needs.contains(&column.name)) {
            let field = self.form.field(column);
            if !given.contains_key(field) {
                reader.found.violations.push(rules::violation(&reader.path, field, "REQUIRED", "this must be given"));
            }
        }
        let follows = follows(&mut reader, &given);
        for (column, value) in self.set {
            cells.set(column, Some((*value).to_owned()));
        }
        Ok(Operation::Change { form: self.form, key, expected, cells, found: reader.found, follows })
    }

    /// Its type and arguments; the input has these fields besides.
    fn described(&self, payload: &'static Object, more: Vec<Arg>, types: &mut Types<'_>) -> FieldType {
        let entity = self.form.entity;
        types.object(payload);
        let mut args = row_args(entity);
        if self.form.columns().next().is_some() {
            let input = self.form.describe_with(&[], more, types);
            let doc = "The values to write: a field that is left out stays as it is, null clears it.";
            // What sets something by itself may be all that is wanted.
            let needed = if self.set.is_empty() || !self.needs.is_empty() { "!" } else { "" };
            args.push(Arg::new("input", format!("{input}{needed}"), doc));
        }
        args.extend(option_args());
        FieldType { ty: payload.name.into(), args }
    }
}

fn writable(cx: &Cx) -> Result<()> {
    cx.limits.read_only.map_or(Ok(()), |why| Err(Error::BadInput(why.into())))
}

/// Does the work.
async fn outcome(cx: &Cx, slot: &Slot<'_>, operation: Operation) -> Result<Outcome> {
    writable(cx)?;
    let options = options(&slot.args)?;
    match timeout_at(cx.deadline, perform(cx, slot.name, &operation, &options)).await {
        Ok(done) => done,
        Err(_late) if options.committing.load(Relaxed) => Err(Error::Unconfirmed("the request's time ran out".into())),
        Err(_late) => Err(Error::Timeout("nothing is saved: the request")),
    }
}

/// Does the work, and leads to the payload.
async fn done<'a>(
    cx: &'a Cx,
    level: &Arc<Level<'a>>,
    slot: &Arc<Slot<'a>>,
    payload: &'static Object,
    operation: Operation,
) -> Result<FieldAnswers<'a>> {
    let given = vec![Resolved::One(Made::rows(payload, vec![outcome(cx, slot, operation).await?]))];
    Ok(children(cx, level, slot, given).await)
}

impl Field for Add {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let input = self.0.describe(&Above::all(types.model, self.0.entity), types);
        types.object(self.0.entity.payload);
        let mut args = vec![Arg::new("input", format!("{input}!"), "The values to write.")];
        args.extend(option_args());
        FieldType { ty: self.0.entity.payload.name.into(), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.0.entity.payload)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move { done(cx, &level, &slot, self.0.entity.payload, self.operation(cx, &slot.args)?).await })
    }
}

impl Field for AddAll {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let item = self.entity.form.describe(&[], types);
        let mut fields = Above::args(&Above::all(types.model, self.entity));
        fields.extend(self.entity.nested.map(|list| Arg::new(list.field, format!("[{item}!]!"), self.list)));
        let input = types.input(self.name, self.doc, fields);
        types.object(self.entity.payloads);
        let mut args = vec![Arg::new("input", format!("{input}!"), "The values to write.")];
        args.extend(option_args());
        FieldType { ty: self.entity.payloads.name.into(), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.entity.payloads)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        let payload = self.entity.payloads;
        Box::pin(async move { done(cx, &level, &slot, payload, self.operation(cx, &slot.args)?).await })
    }
}

impl Field for Change {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        self.described(self.form.entity.payload, Vec::new(), types)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.form.entity.payload)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        let payload = self.form.entity.payload;
        Box::pin(async move { done(cx, &level, &slot, payload, self.operation(cx, &slot.args)?).await })
    }
}

impl Field for Remove {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&REMOVAL);
        let mut args = row_args(self.0);
        args.extend(option_args());
        FieldType { ty: REMOVAL.name.into(), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&REMOVAL)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let (key, expected) = row(self.0, &slot.args)?;
            let id = format!("{}:{key}", self.0.object.name);
            let operation = Operation::Remove { entity: self.0, key, expected };
            let outcome = outcome(cx, &slot, operation).await?;
            let given = vec![Resolved::One(Made::rows(&REMOVAL, vec![Removal { id, outcome }]))];
            Ok(children(cx, &level, &slot, given).await)
        })
    }
}
