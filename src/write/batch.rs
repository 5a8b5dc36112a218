//! Many rows with all that belongs to them, each as a transaction of its own: what is refused costs itself alone, and whatever
//! happens, the answer says of each item what became of it.

use super::{
    arrival::reaches_graph,
    draft::Reader,
    operation::{Operation, Options},
    option_args, options,
    payload::Outcome,
    perform::perform,
    writable,
};
use crate::{
    db::{Flag, Id},
    error::{Code, Error, Result, Violation},
    graphql::{
        args::{Args, as_list},
        context::Cx,
        exec::{self, Level, Slot, children},
        form::Form,
        limits::Limits,
        made::{Made, MadeRow, Texts, ToMany, made},
        model::{Field, FieldDef, Loading, Object},
        types::{Arg, FieldType, Types},
    },
};
use async_graphql::{Name, Value, indexmap::IndexMap};
use futures_util::FutureExt;
use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// Adds each row of a list, with those below it.
pub struct AddEach {
    /// What is given of each.
    pub form: &'static Form,
    /// What it answers, made of a [`Batch`].
    pub payload: &'static Object,
}

/// What is given of an item.
type Given = IndexMap<Name, Value>;

/// How much of a request's time is left to tell what became of its items.
const TELLING: Duration = Duration::from_secs(1);

/// The request's time is over.
const LATE: Error = Error::Timeout("the request");

/// What became of a list.
#[derive(Default)]
pub struct Batch {
    /// The keys of the rows that were added.
    pub keys: Vec<i32>,
    kept: Vec<Kept>,
    refused: Vec<Refused>,
    failed: Vec<Failed>,
    replayed: bool,
    in_graph: bool,
}

#[derive(Clone)]
struct Kept {
    index: i32,
    id: Id,
}

#[derive(Clone)]
struct Failed {
    index: i32,
    code: Code,
    message: String,
    may_be_saved: bool,
}

#[derive(Clone)]
struct Refused {
    index: i32,
    violations: Vec<Broken>,
}

#[derive(Clone)]
struct Broken(Violation);

made! {
    Batch {
        /// Whether the import was done before, by a request with the same `idempotencyKey`, and therefore not done again.
        "replayed": Flag<false> = |batch| Flag(batch.replayed);
        /// Whether the graph holds everything that was written: true only with `waitForGraph`, if the graph was brought up to date in time.
        "inGraph": Flag<false> = |batch| Flag(batch.in_graph);
    }
}

made! {
    Kept {
        /// The place of the item in the list, from 0.
        "index": i32 = |kept| kept.index;
        /// The global id of the object that was written.
        "importedId": Id = |kept| kept.id.clone();
    }
}

made! {
    Failed {
        /// The place of the item in the list, from 0.
        "index": i32 = |failed| failed.index;
        /// What went wrong, as in an error's `extensions.code`: `DATABASE_UNAVAILABLE`, `TIMEOUT`, `INTERNAL`.
        "code": String = |failed| failed.code.as_str().to_owned();
        /// The same in words.
        "message": String = |failed| failed.message.clone();
        /// Whether it may be saved all the same: the time ran out, or the database was lost, while it was being saved. False:
        /// nothing of it is saved.
        "mayBeSaved": Flag<false> = |failed| Flag(failed.may_be_saved);
    }
}

made! {
    Refused {
        /// The place of the item in the list, from 0.
        "index": i32 = |refused| refused.index;
    }
}

made! {
    Broken {
        /// The kind of rule that is broken.
        "code": String = |broken| broken.0.code.to_owned();
        /// What the rule says, in words.
        "message": String = |broken| broken.0.message.clone();
    }
}

static VIOLATION: Object = Object {
    name: "Violation",
    doc: "A rule that an input breaks.",
    is_node: false,
    of: None,
    scalars: Broken::SCALARS,
    fields: &[FieldDef {
        name: "path",
        doc: "The path to the value in the input: names of fields and places in lists.",
        field: &Texts(|broken: &Broken, _| {
            let part = |part: &serde_json::Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned).into();
            broken.0.path.iter().map(part).collect()
        }),
    }],
};

static REFUSAL: Object = Object {
    name: "Refusal",
    doc: "An item of a list that was refused; nothing of it was written.",
    is_node: false,
    of: None,
    scalars: Refused::SCALARS,
    fields: &[FieldDef {
        name: "violations",
        doc: "Every rule that the item breaks.",
        field: &ToMany {
            object: &VIOLATION,
            make: |refused: &Refused, _, _| Ok(refused.violations.clone()),
            args: |_| Vec::new(),
            expected: 2,
        },
    }],
};

static ITEM: Object = Object {
    name: "ImportedItem",
    doc: "An item of a list that was written.",
    is_node: false,
    of: None,
    scalars: Kept::SCALARS,
    fields: &[],
};

static FAILURE: Object = Object {
    name: "ImportFailure",
    doc: "An item of a list that was not written, or may not have been, although no rule refused it.",
    is_node: false,
    of: None,
    scalars: Failed::SCALARS,
    fields: &[],
};

/// The field of a payload that says what was written.
pub const KEPT: FieldDef = FieldDef {
    name: "kept",
    doc: "Items that were written. Each item stands in `kept`, `refused` or `failed`.",
    field: &ToMany {
        object: &ITEM,
        make: |batch: &Batch, _, _| Ok(batch.kept.clone()),
        args: |_| Vec::new(),
        expected: 20,
    },
};

/// The field of a payload that says what was refused.
pub const REFUSED: FieldDef = FieldDef {
    name: "refused",
    doc: "Items that were refused, by rules of MediMax or of the database itself; those after them were tried.",
    field: &ToMany {
        object: &REFUSAL,
        make: |batch: &Batch, _, _| Ok(batch.refused.clone()),
        args: |_| Vec::new(),
        expected: 5,
    },
};

/// The field of a payload that says what failed.
pub const FAILED: FieldDef = FieldDef {
    name: "failed",
    doc: "Items that failed for another reason: the database was lost, or the time ran out. Those after the first one were not \
          tried. They can be sent again; those that may be saved, only as this whole list with the same `idempotencyKey`.",
    field: &ToMany {
        object: &FAILURE,
        make: |batch: &Batch, _, _| Ok(batch.failed.clone()),
        args: |_| Vec::new(),
        expected: 5,
    },
};

impl AddEach {
    async fn run(&self, cx: &Cx, mutation: &str, args: &Args) -> Result<Batch> {
        let (options, mut batch) = (options(args)?, Batch::default());
        let items = args.get("input").map(as_list).unwrap_or_default();
        // What became of the items is to be told within the request's time too.
        let left = cx.deadline.saturating_duration_since(Instant::now());
        let until = cx.deadline - (left / 10).min(TELLING);
        let (mut done_before, mut cause) = (0, None);
        for (at, item) in items.iter().enumerate() {
            let Value::Object(given) = item else { continue };
            if let Some(code) = cause {
                batch.fail(at, code, "not tried, because an item before it failed".into(), false);
                continue;
            }
            // A name for each, so that a request that was cut off goes on where it ended.
            let key = options.key.as_ref().map(|key| format!("{key}#{at}"));
            let one = Options { key, ..Options::default() };
            match timeout_at(until, self.one(cx, mutation, at, given, &one)).await.unwrap_or(Err(LATE)) {
                Ok(outcome) => {
                    done_before += usize::from(outcome.replayed);
                    let id = |key| Id(format!("{}:{key}", self.form.entity.object.name));
                    batch.kept.extend(outcome.key().map(|key| Kept { index: at as i32, id: id(key) }));
                    batch.keys.extend(outcome.keys);
                }
                Err(Error::Invalid(violations)) => {
                    let violations = violations.into_iter().map(|violation| Broken(within(violation, at))).collect();
                    batch.refused.push(Refused { index: at as i32, violations });
                }
                // One key for two lists is a mistake of the whole request, as long as nothing was written.
                Err(error @ Error::KeyTaken) if done_before == batch.keys.len() => return Err(error),
                Err(error) => {
                    // A key that the client used before is no fault of ours.
                    match error {
                        Error::KeyTaken => tracing::warn!("an import stopped at item {at}: {error}"),
                        _ => tracing::error!(code = error.code().as_str(), "an import stopped at item {at}: {error}"),
                    }
                    // It was lost before it was told to keep anything, it said that it keeps nothing, or it may have kept it.
                    let lost = matches!(error, Error::Unavailable(_) | Error::NotStored(_));
                    let may_be_saved = !lost && one.committing.load(Relaxed);
                    batch.fail(at, error.code(), error.public_message(), may_be_saved);
                    cause = Some(error.code());
                }
            }
        }
        batch.replayed = !batch.keys.is_empty() && done_before == batch.keys.len();
        if options.wait_for_graph {
            batch.in_graph = reaches_graph(cx, &batch.keys).await;
        }
        Ok(batch)
    }

    /// Adds one item.
    async fn one(&self, cx: &Cx, mutation: &str, at: usize, given: &Given, options: &Options) -> Result<Outcome> {
        let mut reader = Reader::new(cx, vec!["input".into(), at.into()]);
        let rows = vec![reader.new_row(self.form, given)];
        let operation = Operation::Add { form: self.form, above: None, rows, found: reader.found, after: None };
        let done = AssertUnwindSafe(perform(cx, mutation, &operation, options)).catch_unwind().await;
        done.unwrap_or_else(|_panic| Err(Error::Internal("a panic in an import".into())))
    }
}

/// A violation with the place of its item in its path, which one of the whole item may lack.
fn within(mut violation: Violation, at: usize) -> Violation {
    if !violation.path.get(1).is_some_and(serde_json::Value::is_number) {
        violation.path.insert(1, at.into());
    }
    violation
}

impl Batch {
    fn fail(&mut self, at: usize, code: Code, message: String, may_be_saved: bool) {
        self.failed.push(Failed { index: at as i32, code, message, may_be_saved });
    }
}

impl Field for AddEach {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let input = self.form.describe(&[], types);
        types.object(self.payload);
        let mut args =
            vec![Arg::new("input", format!("[{input}!]!"), "The patients to import; at most as many as a page has.")];
        args.extend(option_args());
        FieldType { ty: self.payload.name.into(), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.payload)
    }
    fn expected(&self, args: &Args, _: &Limits) -> u64 {
        args.get("input").map_or(1, |input| as_list(input).len() as u64)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            writable(cx)?;
            let batch = self.run(cx, slot.name, &slot.args).await?;
            Ok(children(cx, &level, &slot, vec![exec::Resolved::One(Made::rows(self.payload, vec![batch]))]).await)
        })
    }
}
