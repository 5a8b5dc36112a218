//! Many rows with all that belongs to them, each as a transaction of its own: what is refused costs itself alone.

use super::{
    draft::Reader,
    form::Form,
    manner, manner_args,
    perform::{Manner, Work, perform, reaches_graph},
    writable,
};
use crate::{
    db::Flag,
    error::{Error, Result, Violation},
    graphql::{
        args::{Args, as_list},
        context::Cx,
        exec::{Given, Level, Slot, children},
        limits::Limits,
        made::{Made, MadeRow, Texts, ToMany, made},
        model::{Field, FieldDef, Loading, Object},
        types::{Arg, FieldType, Types},
    },
};
use async_graphql::Value;
use std::sync::Arc;

/// Adds each row of a list, with those below it.
pub struct AddEach {
    /// What is given of each.
    pub form: &'static Form,
    /// What it answers, made of a [`Batch`].
    pub payload: &'static Object,
}

/// What became of a list.
#[derive(Default)]
pub struct Batch {
    /// The keys of the rows that were added.
    pub keys: Vec<i32>,
    refused: Vec<Refused>,
    replayed: bool,
    in_graph: bool,
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

/// The field of a payload that says what was refused.
pub static REFUSED: FieldDef = FieldDef {
    name: "refused",
    doc: "The items that were refused; all others were written.",
    field: &ToMany {
        object: &REFUSAL,
        make: |batch: &Batch, _, _| Ok(batch.refused.clone()),
        args: |_| Vec::new(),
        expected: 5,
    },
};

impl AddEach {
    async fn run(&self, cx: &Cx, mutation: &str, args: &Args) -> Result<Batch> {
        let (manner, mut batch) = (manner(args)?, Batch::default());
        let items = args.get("input").map(as_list).unwrap_or_default();
        let mut done_before = 0;
        for (at, item) in items.iter().enumerate() {
            let Value::Object(given) = item else { continue };
            // A name for each, so that a request that was cut off goes on where it ended.
            let key = manner.key.as_ref().map(|key| format!("{key}#{at}"));
            let one = Manner { key, wait_for_graph: false };
            let mut reader = Reader { today: cx.today, path: vec!["input".into(), at.into()], violations: Vec::new() };
            let rows = vec![reader.new_row(self.form, given)];
            let added = match super::sound(reader) {
                Ok(()) => perform(cx, mutation, &Work::Add { form: self.form, parent: None, rows }, &one).await,
                Err(error) => Err(error),
            };
            match added {
                Ok(outcome) => {
                    done_before += usize::from(outcome.replayed);
                    batch.keys.extend(outcome.keys);
                }
                Err(Error::Invalid(violations)) => batch
                    .refused
                    .push(Refused { index: at as i32, violations: violations.into_iter().map(Broken).collect() }),
                // Sent again without a key, what was written would be written twice.
                Err(Error::Unavailable(detail)) if !batch.keys.is_empty() => return Err(Error::Unconfirmed(detail)),
                Err(error) => return Err(error),
            }
        }
        batch.replayed = !batch.keys.is_empty() && done_before == batch.keys.len();
        if manner.wait_for_graph {
            batch.in_graph = reaches_graph(cx, &batch.keys).await;
        }
        Ok(batch)
    }
}

impl Field for AddEach {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        let input = self.form.describe(types);
        types.object(self.payload);
        let mut args =
            vec![Arg::new("input", format!("[{input}!]!"), "The patients to import; at most as many as a page has.")];
        args.extend(manner_args());
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
            Ok(children(cx, &level, &slot, vec![Given::One(Made::rows(self.payload, vec![batch]))]).await)
        })
    }
}
