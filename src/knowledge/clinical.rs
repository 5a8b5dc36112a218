//! What a symptom indicates and a medicine treats, within one patient: the relationships that the projection found, each with
//! its path.

use super::{
    catalog::CONCEPT,
    path::{PATH, Path, no_args},
};
use crate::{
    error::Result,
    graph::{At, Clinical, knowledge::Concept},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot, children},
        limits::Limits,
        made::{MadeRow, ToMany, ToOne, ToRow, lists, made},
        model::{Field, FieldDef, Loading, Object},
        relation::keys,
        types::{FieldType, Types},
    },
    medications::medication,
    records::medical_history,
    visits::symptom,
};
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

made! { Pair {} }

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
    make: |pair, _, cx| {
        let knowledge = cx.graph.knowledge();
        Ok(pair.0.iter().map(|reason| Path::because(&knowledge, reason)).collect())
    },
    args: no_args,
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
                    doc: "All paths in the graph on which the answer rests; the first one is `path`.",
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
        FieldType::new(format!("[{}!]", self.1.name))
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.1)
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        3
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let keys = keys(&level, None);
            let found = ask(cx, self.0, keys.iter().flatten().copied().collect()).await?;
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
            let each = keys.iter().map(|key| key.and_then(|key| of.get(&key)).cloned().unwrap_or_default());
            Ok(children(cx, &level, &slot, lists(self.1, each.collect())).await)
        })
    }
}

async fn ask(cx: &Cx, at: At, mut keys: Vec<i32>) -> Result<Arc<Vec<Clinical>>> {
    keys.sort_unstable();
    keys.dedup();
    cx.clinical.get((at, keys.clone()), async || cx.graph.clinical(at, &keys).await).await
}
