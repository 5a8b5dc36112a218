//! Patients with much in common: the same conditions, drugs and symptoms, by what the catalogs call them.

use super::{catalog::CONCEPT, findings::own, path::no_args};
use crate::{
    graph::{Asked, Similar, projection::weight},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot, children},
        limits::Limits,
        made::{MadeRow, ToMany, ToRow, lists, made},
        model::{Field, FieldDef, Loading, Object},
        relation::keys,
        types::{Arg, FieldType, Types},
    },
    patients::patient,
};
use std::{collections::BTreeMap, sync::Arc};

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
                make: |alike: &Alike, _, cx| {
                    let knowledge = cx.graph.knowledge();
                    Ok(alike.shared.iter().filter_map(|id| knowledge.get(*id).cloned()).collect())
                },
                args: no_args,
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
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let first = slot.args.count("first", cx.limits.max_page_size)?.unwrap_or(cx.limits.default_page_size);
            let patients = keys(&level, None);
            let own = own(cx, patients.iter().flatten().copied().collect()).await?;
            let mut asked: Vec<Asked> = Vec::new();
            for (patient, entries) in own.iter() {
                let weighed =
                    entries.iter().flat_map(|own| own.ties.iter().map(|tie| (tie.concept, weight(own.entry.kind))));
                let concepts: BTreeMap<i32, i64> = weighed.collect();
                let weight = concepts.values().sum();
                asked.push(Asked { patient: *patient, concepts: concepts.into_iter().collect(), weight });
            }
            asked.sort_unstable_by_key(|asked| asked.patient);
            let found = cx.graph.similar(&asked, &cx.scope, first).await?;
            let of = |patient: &Option<i32>| {
                let mine = asked.iter().find(|asked| Some(asked.patient) == *patient);
                let theirs = found.iter().filter(|(similar, _)| Some(similar.patient) == *patient);
                mine.map_or_else(Vec::new, |mine| theirs.map(|(similar, score)| alike(mine, similar, *score)).collect())
            };
            Ok(children(cx, &level, &slot, lists(&ALIKE, patients.iter().map(of).collect())).await)
        })
    }
}

fn alike(mine: &Asked, similar: &Similar, score: f64) -> Alike {
    let in_common = |concept: &&i32| mine.concepts.iter().any(|(own, _)| own == *concept);
    Alike { other: similar.other, score, shared: similar.concepts.iter().filter(in_common).copied().collect() }
}
