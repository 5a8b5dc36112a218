//! Patients with much in common: the same conditions, drugs and symptoms, by what the catalogs call them.

use super::{catalog::CONCEPT, findings::own, first_arg, first_of};
use crate::{
    graph::{Asked, Similar, projection::weight},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot, children},
        limits::Limits,
        made::{MadeRow, Making, ToMany, ToRow, made},
        model::{Field, FieldDef, Loading, Object},
        relation::keys,
        types::{Arg, FieldType, Types},
    },
    patients::patient,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// A similar patient.
#[derive(Debug, Clone)]
struct Alike {
    other: i32,
    score: f64,
    shared: Vec<i32>,
}

made! {
    Alike {
        /// The weight of what both patients have in common over the weight of all that either patient has, from 0 to 1.
        "score": f64 = |alike| alike.score;
        /// The number of concepts that both patients have in common.
        "sharedCount": i32 = |alike| i32::try_from(alike.shared.len()).unwrap_or(i32::MAX);
    }
}

static ALIKE: Object = Object {
    name: "SimilarPatient",
    doc: "A patient with much in common with another patient. Decision support, not a diagnosis.",
    is_node: false,
    of: None,
    scalars: Alike::SCALARS,
    fields: &[
        FieldDef {
            name: "patient",
            doc: "The similar patient.",
            field: &ToRow { entity: &patient::ENTITY, key: |alike: &Alike| Some(alike.other) },
        },
        FieldDef {
            name: "shared",
            doc: "The concepts that both patients have in common: conditions, drugs and symptoms.",
            field: &ToMany {
                object: &CONCEPT,
                make: |alike: &Alike, args, cx| {
                    let knowledge = cx.graph.knowledge();
                    let shared = alike.shared.iter().take(first_of(args, cx)?);
                    Ok(shared.filter_map(|id| knowledge.get(*id).cloned()).collect())
                },
                args: |_| vec![first_arg()],
                expected: 5,
            },
        },
    ],
};

/// Patients ranked by what they have in common with a patient.
pub struct SimilarPatients;

impl Field for SimilarPatients {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&ALIKE);
        let first = Arg::new("first", "Int", "At most this many patients; by default as many as a page has.");
        FieldType { ty: format!("[{}!]", ALIKE.name), args: vec![first] }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&ALIKE)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        u64::from(args.count("first", limits.max_page_size).ok().flatten().unwrap_or(limits.default_page_size))
    }
    fn effort(&self) -> u64 {
        100
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let first = slot.args.count("first", cx.limits.max_page_size)?.unwrap_or(cx.limits.default_page_size);
            let patients = keys(&level, None);
            let own = own(cx, &patients).await?;
            let mut asked: Vec<Asked> = Vec::new();
            for (patient, entries) in own.iter() {
                let weighed =
                    entries.iter().flat_map(|own| own.ties.iter().map(|tie| (tie.concept, weight(own.entry.kind))));
                let concepts: BTreeMap<i32, i64> = weighed.collect();
                let weight = concepts.values().sum();
                asked.push(Asked { patient: *patient, concepts: concepts.into_iter().collect(), weight });
            }
            asked.sort_unstable_by_key(|asked| asked.patient);
            // Looking costs the same however many are shown: aliases that differ in `first` alone share an answer.
            let looked_for = if first <= LOOKED_FOR { LOOKED_FOR } else { cx.limits.max_page_size };
            let ask = async || {
                let mut of: HashMap<i32, Vec<(Similar, f64)>> = HashMap::new();
                let visible = cx.visible().await?;
                for (similar, score) in
                    cx.graph.similar(&asked, visible.as_deref().map(Vec::as_slice), looked_for.max(first)).await?
                {
                    cx.charge(1)?;
                    of.entry(similar.patient).or_default().push((similar, score));
                }
                Ok(of)
            };
            let whom = asked.iter().map(|asked| asked.patient).collect();
            let found = cx.answers.similar.get((whom, looked_for.max(first)), ask).await?;
            let by_patient: HashMap<i32, &Asked> = asked.iter().map(|asked| (asked.patient, asked)).collect();
            let mut made = Making::new(cx);
            for patient in &patients {
                let of = patient.and_then(|patient| Some((by_patient.get(&patient)?, found.get(&patient)?)));
                let of = of.map_or_else(Vec::new, |(mine, theirs)| {
                    theirs.iter().take(first as usize).map(|(similar, score)| alike(mine, similar, *score)).collect()
                });
                made.push(of).await?;
            }
            Ok(children(cx, &level, &slot, made.lists(&ALIKE)).await)
        })
    }
}

/// At least so many are looked for.
const LOOKED_FOR: u32 = 20;

fn alike(mine: &Asked, similar: &Similar, score: f64) -> Alike {
    let in_common = |concept: &&i32| mine.concepts.binary_search_by_key(*concept, |(own, _)| *own).is_ok();
    Alike { other: similar.other, score, shared: similar.concepts.iter().filter(in_common).copied().collect() }
}
