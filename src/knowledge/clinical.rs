//! What a symptom indicates and a medicine treats, within one patient: the relationships that the projection found, each with
//! its path.

use super::{
    catalog::CONCEPT,
    counted::Counted,
    first_arg, first_of,
    path::{PATH, Path},
};
use crate::{
    error::Result,
    graph::{At, Clinical},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot, children},
        limits::Limits,
        made::{MadeRow, Making, ToMany, ToOne, ToRow, made},
        model::{Field, FieldDef, Loading, Object},
        relation::keys,
        types::{FieldType, Types},
    },
    medications::medication,
    records::medical_history,
    terminology::knowledge::Concept,
    visits::symptom,
};
use futures_util::future::BoxFuture;
use std::{collections::HashMap, sync::Arc};

/// A pair of entries, with every reason why they belong together: what the prescriber wrote first, then the surest.
#[derive(Debug, Clone)]
struct Pair(Vec<Clinical>);

impl Pair {
    fn from(&self) -> Option<i32> {
        self.0.first().map(|first| first.from.id)
    }
    fn to(&self) -> Option<i32> {
        self.0.first().map(|first| first.to.id)
    }
    /// The concepts of the first reason that a catalog gives.
    fn concepts(&self) -> Option<(i32, i32)> {
        self.0.iter().find_map(|reason| reason.because.fact.map(|(from, _, to)| (from.concept, to.concept)))
    }
}

made! {
    Pair {
        /// The number of paths in the graph on which the answer rests.
        "pathCount": i32 = |pair| i32::try_from(pair.0.len()).unwrap_or(i32::MAX);
    }
}

static TO_CONDITION: ToRow<Pair> = ToRow { entity: &medical_history::ENTITY, key: Pair::to };
static TO_SYMPTOM: ToRow<Pair> = ToRow { entity: &symptom::ENTITY, key: Pair::from };
static TO_MEDICATION: ToRow<Pair> = ToRow { entity: &medication::ENTITY, key: Pair::from };
static CONCEPT_OF_CONDITION: ToOne<Pair, Concept> =
    ToOne { object: &CONCEPT, make: |pair, cx| cx.graph.knowledge().get(pair.concepts()?.1).cloned() };
static CONCEPT_OF_OTHER: ToOne<Pair, Concept> =
    ToOne { object: &CONCEPT, make: |pair, cx| cx.graph.knowledge().get(pair.concepts()?.0).cloned() };
static TO_PATH: ToOne<Pair, Path> =
    ToOne { object: &PATH, make: |pair, cx| Some(Path::because(&cx.graph.knowledge(), pair.0.first()?)) };
static TO_PATHS: ToMany<Pair, Path> = ToMany {
    object: &PATH,
    make: |pair, args, cx| {
        let knowledge = cx.graph.knowledge();
        Ok(pair.0.iter().take(first_of(args, cx)?).map(|reason| Path::because(&knowledge, reason)).collect())
    },
    args: |_| vec![first_arg()],
    expected: 2,
};

/// `ID = "Type", "what it is": "the row" "what the row is" by its field, concept by its field`.
macro_rules! clinical_objects {
    ($($id:ident = $name:literal, $doc:literal: $row:literal $row_doc:literal $to_row:ident, $concept:ident;)*) => { $(
        static $id: Object = Object {
            name: $name,
            doc: $doc,
            is_node: false,
            of: None,
            scalars: Pair::SCALARS,
            fields: &[
                FieldDef { name: $row, doc: $row_doc, field: &$to_row },
                FieldDef {
                    name: "concept",
                    doc: "The concept of the catalogs that the relationship rests on; null if only the prescriber's words say so.",
                    field: &$concept,
                },
                FieldDef { name: "path", doc: "The path in the graph on which the answer rests.", field: &TO_PATH },
                FieldDef {
                    name: "paths",
                    doc: "All paths in the graph on which the answer rests; the first one is `path`. `pathCount` tells how many there are.",
                    field: &TO_PATHS,
                },
            ],
        };
    )* };
}

clinical_objects! {
    INDICATED = "IndicatedCondition", "A condition of the patient that a symptom indicates.":
        "condition" "The condition, an entry of the same patient's medical history." TO_CONDITION, CONCEPT_OF_CONDITION;
    INDICATING = "IndicatingSymptom", "A symptom of the patient that indicates a condition.":
        "symptom" "The symptom, as the same patient reported it." TO_SYMPTOM, CONCEPT_OF_OTHER;
    TREATED = "TreatedCondition", "A condition of the patient that a medication is for.":
        "condition" "The condition, an entry of the same patient's medical history." TO_CONDITION, CONCEPT_OF_CONDITION;
    TREATING = "TreatingMedication", "A medication of the patient that is for a condition.":
        "medication" "The medication, as it was prescribed to the same patient." TO_MEDICATION, CONCEPT_OF_OTHER;
}

/// The clinical relationships at a row.
pub struct Ends(At, &'static Object);

/// What a symptom indicates.
pub static INDICATES: Ends = Ends(At::Symptom, &INDICATED);
/// What indicates a condition.
pub static INDICATED_BY: Ends = Ends(At::Indicated, &INDICATING);
/// What a medication treats.
pub static TREATS: Ends = Ends(At::Medication, &TREATED);
/// What treats a condition.
pub static TREATED_BY: Ends = Ends(At::Treated, &TREATING);

impl Field for Ends {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(self.1);
        FieldType { ty: format!("[{}!]", self.1.name), args: vec![first_arg()] }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.1)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        args.count("first", limits.max_page_size).ok().flatten().map_or(3, u64::from)
    }
    fn effort(&self) -> u64 {
        1
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let keys = keys(&level, None);
            let first = first_of(&slot.args, cx)?;
            let found = ask(cx, self.0, distinct(&keys), first as u32).await?;
            let mut of: HashMap<i32, Vec<Pair>> = HashMap::new();
            // They come in order: all reasons of a pair together.
            for reasons in found.chunk_by(|a, b| (&a.from, &a.to) == (&b.from, &b.to)) {
                let Some(clinical) = reasons.first() else { continue };
                let end = match self.0 {
                    At::Symptom | At::Medication => &clinical.from,
                    At::Indicated | At::Treated => &clinical.to,
                };
                of.entry(end.id).or_default().push(Pair(reasons.to_vec()));
            }
            // The same row may stand in a level more than once.
            let mut made = Making::new(cx);
            for key in &keys {
                made.push(key.and_then(|key| of.get(&key)).into_iter().flatten().cloned()).await?;
            }
            Ok(children(cx, &level, &slot, made.lists(self.1)).await)
        })
    }
}

impl Counted for Ends {
    fn count<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>) -> BoxFuture<'a, Result<Vec<u64>>> {
        Box::pin(async move {
            let (at, keys) = (self.0, keys(&level, None));
            let asked = distinct(&keys);
            let counts = cx
                .answers
                .clinical_counts
                .get((at, asked.clone()), async || cx.graph.clinical_counts(at, &asked).await);
            let counts = counts.await?;
            Ok(keys.iter().map(|key| key.and_then(|key| counts.get(&key)).copied().unwrap_or(0).into()).collect())
        })
    }
}

fn distinct(keys: &[Option<i32>]) -> Vec<i32> {
    let mut asked: Vec<i32> = keys.iter().flatten().copied().collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

async fn ask(cx: &Cx, at: At, keys: Vec<i32>, first: u32) -> Result<Arc<Vec<Clinical>>> {
    let ask = async || {
        let found = cx.graph.clinical(at, &keys, first).await?;
        cx.charge(found.len())?;
        Ok(found)
    };
    cx.answers.clinical.get((at, keys.clone(), first), ask).await
}
