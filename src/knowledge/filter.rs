//! Filters on patients by facts of the graph: the graph answers keys, and the relational store does the rest, so that
//! pages and totals are right.

use super::catalog::unknown;
use crate::{
    error::{Error, Result},
    graph::{Having, shape::Role},
    graphql::{
        args::as_text,
        context::Cx,
        filter::Facts,
        types::{Arg, Types},
    },
    terminology::{
        knowledge::{ConceptKind, FactKind},
        names,
    },
};
use async_graphql::Value;
use futures_util::future::BoxFuture;

/// The facts that patients can be filtered by.
pub struct PatientFacts;

/// The facts that patients can be filtered by.
pub static PATIENT_FACTS: PatientFacts = PatientFacts;

impl Facts for PatientFacts {
    fn describe(&self, types: &mut Types<'_>) -> String {
        let fields = vec![
            Arg::new(
                "hasCondition",
                "String",
                "Patients with this condition, if the condition is active; any name of the condition in the catalogs or the records will do.",
            ),
            Arg::new(
                "reportsSymptom",
                "String",
                "Patients who reported this symptom; any name of the symptom in the catalogs or the records will do.",
            ),
            Arg::new(
                "takesDrugThatTreats",
                "String",
                "Patients who take a drug that treats or eases this condition, as the catalogs know.",
            ),
        ];
        types.input(
            "PatientGraphFilter",
            "Conditions on patients that the graph answers: all of the given ones must hold.",
            fields,
        )
    }

    fn keys<'a>(&'a self, cx: &'a Cx, value: &'a Value) -> BoxFuture<'a, Result<Vec<i32>>> {
        Box::pin(async move {
            let Value::Object(entries) = value else { return Err(Error::BadInput("a filter is an object".into())) };
            let mut all: Option<Vec<i32>> = None;
            for (fact, name) in entries {
                let name = as_text(name).filter(|name| !names::key(name).is_empty());
                let name = name.ok_or_else(|| Error::BadInput(format!("the filter's `{fact}` needs a name")))?;
                let found = cx.graph.patients_with(&having(cx, fact, name)?, cx.limits.max_graph_matches).await?;
                all = Some(match all {
                    Some(all) => common(all, found),
                    None => found,
                });
            }
            all.ok_or_else(|| Error::BadInput("the filter's `graph` is empty: give it a fact, or leave it out".into()))
        })
    }
}

/// The keys that stand in both; each is sorted.
fn common(mut some: Vec<i32>, others: Vec<i32>) -> Vec<i32> {
    let mut others = others.into_iter().peekable();
    some.retain(|key| {
        while others.next_if(|other| other < key).is_some() {}
        others.peek() == Some(key)
    });
    some
}

fn having(cx: &Cx, fact: &str, name: &str) -> Result<Having> {
    let knowledge = cx.graph.knowledge();
    let named = |kind| knowledge.named(kind, name).into_iter().map(|tie| tie.concept).collect::<Vec<_>>();
    let by_name = |role, of| Having { role, concepts: named(of), name_key: Some(names::key(name)), active: true };
    Ok(match fact {
        "hasCondition" => by_name(Role::Had, ConceptKind::Condition),
        "reportsSymptom" => by_name(Role::Reported, ConceptKind::Symptom),
        _ => {
            let conditions = named(ConceptKind::Condition);
            if conditions.is_empty() {
                // No medicine treats what nobody knows; an empty list would look like an answer.
                return Err(unknown(cx, ConceptKind::Condition, name));
            }
            let treats = |fact: &&crate::terminology::knowledge::Fact| {
                matches!(fact.kind, FactKind::Treats | FactKind::Palliates)
            };
            let facts = conditions.iter().flat_map(|condition| knowledge.facts_to(*condition));
            let mut concepts: Vec<i32> = facts.filter(treats).map(|fact| fact.from).collect();
            concepts.sort_unstable();
            concepts.dedup();
            Having { role: Role::Taken, concepts, name_key: None, active: true }
        }
    })
}
