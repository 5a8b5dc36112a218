//! Care paths: symptom → condition ← medicine of one patient. There are as many as symptoms times medicines of a condition, so they are
//! counted and given in pages, and never all of them made.

use super::{
    counted::Counted,
    first_arg, first_of,
    path::{PATH, Path},
};
use crate::{
    error::Result,
    graph::{self, Crossing},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot, children},
        limits::Limits,
        made::{MadeRow, Making, ToMany, ToOne, ToRow, made},
        model::{Field, FieldDef, Loading, Object},
        relation::keys,
        types::{Arg, FieldType, Types},
        via::{PointedTo, TextOf, Via},
    },
    medications::medication,
    providers::doctor,
    records::medical_history,
    terminology::knowledge::Knowledge,
    visits::symptom,
};
use futures_util::future::BoxFuture;
use std::{collections::HashMap, sync::Arc};

/// Symptom, condition and medicine, with every pair of reasons that leads along them.
#[derive(Debug, Clone)]
struct Walk(graph::CarePath);

impl Walk {
    fn symptom(&self) -> Option<i32> {
        self.0.indicates.first().map(|reason| reason.from.id)
    }
    fn condition(&self) -> Option<i32> {
        self.0.indicates.first().map(|reason| reason.to.id)
    }
    fn medication(&self) -> Option<i32> {
        self.0.treats.first().map(|reason| reason.from.id)
    }
    /// The surest reasons first.
    fn paths<'a>(&'a self, knowledge: &'a Knowledge) -> impl Iterator<Item = Path> + 'a {
        let pairs =
            self.0.indicates.iter().flat_map(|indicates| self.0.treats.iter().map(move |treats| (indicates, treats)));
        pairs.map(|(indicates, treats)| Path::because(knowledge, indicates).and_back(Path::because(knowledge, treats)))
    }
}

made! {
    Walk {
        /// The number of paths from the symptom to the medication: reasons to indicate the condition times reasons to treat the condition.
        "pathCount": i32 = |walk| i32::try_from(walk.0.indicates.len() * walk.0.treats.len()).unwrap_or(i32::MAX);
    }
}

const fn of_medication(column: &'static str) -> Via<Walk> {
    Via { entity: &medication::ENTITY, key: Walk::medication, column }
}

static CARE_PATH: Object = Object {
    name: "CarePath",
    doc: "A symptom, a condition that the symptom indicates, and a medication for the condition, all of one patient.",
    is_node: false,
    of: None,
    scalars: Walk::SCALARS,
    fields: &[
        FieldDef {
            name: "symptom",
            doc: "The symptom that the care path starts from.",
            field: &ToRow { entity: &symptom::ENTITY, key: Walk::symptom },
        },
        FieldDef {
            name: "condition",
            doc: "The condition that the symptom indicates.",
            field: &ToRow { entity: &medical_history::ENTITY, key: Walk::condition },
        },
        FieldDef {
            name: "medication",
            doc: "The medication that is for the condition.",
            field: &ToRow { entity: &medication::ENTITY, key: Walk::medication },
        },
        FieldDef {
            name: "prescribedBy",
            doc: "The doctor who prescribed the medication, where the doctor is known by more than a name.",
            field: &PointedTo(of_medication("doctor_id"), &doctor::ENTITY),
        },
        FieldDef {
            name: "prescriberName",
            doc: "The name of the prescriber, as it is written with the medication.",
            field: &TextOf(of_medication("prescribed_by")),
        },
        FieldDef {
            name: "path",
            doc: "The path in the graph on which the answer rests.",
            field: &ToOne { object: &PATH, make: |walk: &Walk, cx| walk.paths(&cx.graph.knowledge()).next() },
        },
        FieldDef {
            name: "paths",
            doc: "All paths in the graph on which the answer rests; the first one is `path`. `pathCount` tells how many there are.",
            field: &ToMany {
                object: &PATH,
                make: |walk: &Walk, args, cx| Ok(walk.paths(&cx.graph.knowledge()).take(first_of(args, cx)?).collect()),
                args: |_| vec![first_arg()],
                expected: 2,
            },
        },
    ],
};

/// Symptom → condition → medicine.
pub struct CarePaths;

/// Symptom → condition → medicine.
pub static CARE_PATHS: CarePaths = CarePaths;

fn distinct(patients: &[Option<i32>]) -> Vec<i32> {
    let mut asked: Vec<i32> = patients.iter().flatten().copied().collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

async fn crossings(cx: &Cx, patients: &[i32]) -> Result<Arc<Vec<Crossing>>> {
    let ask = async || {
        let found = cx.graph.crossings(patients).await?;
        cx.charge(found.len())?;
        Ok(found)
    };
    cx.answers.crossings.get(patients.to_vec(), ask).await
}

impl Field for CarePaths {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&CARE_PATH);
        FieldType {
            ty: format!("[{}!]", CARE_PATH.name),
            args: vec![
                Arg::new(
                    "first",
                    "Int",
                    "At most this many; by default as many as a page has. `carePathCount` tells how many there are.",
                ),
                Arg::new("skip", "Int", "Leave out this many from the start."),
            ],
        }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&CARE_PATH)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        u64::from(args.count("first", limits.max_page_size).ok().flatten().unwrap_or(limits.default_page_size))
    }
    fn effort(&self) -> u64 {
        20
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let first = slot.args.count("first", cx.limits.max_page_size)?.unwrap_or(cx.limits.default_page_size);
            let skip = u64::from(slot.args.count("skip", i32::MAX.unsigned_abs())?.unwrap_or(0));
            let patients = keys(&level, None);
            let asked = distinct(&patients);
            let crossings = crossings(cx, &asked).await?;
            let ask = async || {
                let mut of: HashMap<i32, Vec<graph::CarePath>> = HashMap::new();
                for path in cx.graph.care_paths(&crossings, (skip, first), cx.limits.max_level_rows).await? {
                    cx.charge(path.indicates.len())?;
                    if let Some(patient) = path.indicates.first().map(|reason| reason.patient) {
                        of.entry(patient).or_default().push(path);
                    }
                }
                Ok(of)
            };
            let found = cx.answers.care_paths.get((asked, skip, first), ask).await?;
            let mut made = Making::new(cx);
            for patient in &patients {
                let paths = patient.and_then(|patient| found.get(&patient)).map(Vec::as_slice).unwrap_or_default();
                made.push(paths.iter().cloned().map(Walk)).await?;
            }
            Ok(children(cx, &level, &slot, made.lists(&CARE_PATH)).await)
        })
    }
}

impl Counted for CarePaths {
    fn count<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>) -> BoxFuture<'a, Result<Vec<u64>>> {
        Box::pin(async move {
            let patients = keys(&level, None);
            let mut of: HashMap<i32, u64> = HashMap::new();
            for at in crossings(cx, &distinct(&patients)).await?.iter() {
                let paths = u64::from(at.symptoms) * (u64::from(at.taken) + u64::from(at.stopped));
                *of.entry(at.patient).or_default() += paths;
            }
            Ok(patients
                .iter()
                .map(|patient| patient.and_then(|patient| of.get(&patient)).copied().unwrap_or(0))
                .collect())
        })
    }
}
