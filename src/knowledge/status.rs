//! `graphStatus`: which store answers, and how far it is behind.

use crate::{
    db::Flag,
    graph::{Counts, Status},
    graphql::{
        context::Cx,
        exec::{Level, Resolved, Slot, children},
        made::{Made, MadeRow, made},
        model::{Field, Loading, Object},
        types::{FieldType, Types},
    },
};
use std::sync::Arc;

/// The state of the graph when it was asked for.
#[derive(Debug, Clone)]
struct State {
    store: &'static str,
    status: Status,
    counts: Option<Counts>,
}

made! {
    State {
        /// `neo4j`, or `embedded` for the graph in the gateway itself.
        "store": String = |state| state.store.to_owned();
        /// Whether the graph answers.
        "available": Flag<false> = |state| Flag(state.status.ready && state.counts.is_some());
        /// Whether the gateway has ceased to keep the graph in step: a store does not answer, or not in time. What the graph answers
        /// may then be old, by `lagMs`.
        "stalled": Flag<false> = |state| Flag(state.status.is_stalled());
        /// Whether this gateway is the one that keeps the graph in step with the records.
        "projects": Flag<false> = |state| Flag(state.status.leads);
        /// The number of patients whose changes have yet to reach the graph.
        "backlog": i32 = |state| saturated(state.status.backlog);
        /// How long ago the oldest of those changes was made, in milliseconds; 0 when there are none. While the graph is `stalled`, no less than
        /// the time since it was last in step.
        "lagMs": i32 = |state| saturated(state.status.lag_ms());
        /// The number of patients that do not fit into the graph: each is set aside and tried again; `medimax check` names them.
        "setAside": i32 = |state| i32::try_from(state.status.set_aside).unwrap_or(i32::MAX);
        /// The number of patients that this gateway has written to the graph since the gateway started.
        "projected": i32 = |state| i32::try_from(state.status.projected).unwrap_or(i32::MAX);
        /// The last failure of writing to the graph; null once a later write succeeded.
        "lastError": Option<String> = |state| state.status.last_error.clone();
        /// The number of patients in the graph.
        "patients": Option<i32> = |state| state.counts.map(|counts| saturated(counts.patients));
        /// The number of patients' nodes in the graph.
        "nodes": Option<i32> = |state| state.counts.map(|counts| saturated(counts.nodes));
        /// The number of relationships that start at patients' nodes.
        "relationships": Option<i32> = |state| state.counts.map(|counts| saturated(counts.relationships));
    }
}

fn saturated(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

static STATUS: Object = Object {
    name: "GraphStatus",
    doc: "The state of the graph: which store is used, how much it holds, and how far it is behind the records.",
    is_node: false,
    of: None,
    scalars: State::SCALARS,
    fields: &[],
};

/// The field `graphStatus` of the root.
pub struct GraphStatus;

impl Field for GraphStatus {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&STATUS);
        FieldType::new(STATUS.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&STATUS)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            // A graph that does not answer is what this field is asked for; that is no error of the field.
            let counts = cx.graph.counts().await.ok();
            let state = State { store: cx.graph.store_name(), status: cx.graph.status(), counts };
            let rows = Made::rows(&STATUS, vec![state]);
            Ok(children(cx, &level, &slot, vec![Resolved::One(rows)]).await)
        })
    }
}
