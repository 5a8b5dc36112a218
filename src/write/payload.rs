//! What a mutation answers: the rows that it wrote, with all their relations, or what it removed.

use crate::{
    db::Flag,
    graphql::{
        made::{GlobalId, MadeRow, ToMany, made},
        model::{FieldDef, Object},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a mutation did. It is kept with its idempotency key, for a replay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// The keys of the rows that it wrote.
    pub keys: Vec<i32>,
    /// The keys of rows that it added besides, by the field of the input that gave them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub added: BTreeMap<String, Vec<i32>>,
    /// How many rows of each type it removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Removed>,
    /// The patients whom it concerns, where the client waited for the graph.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<i32>,
    /// Whether it was done before, under the same idempotency key.
    #[serde(skip)]
    pub replayed: bool,
    /// Whether the graph holds it, where the client waited for that.
    #[serde(skip)]
    pub in_graph: bool,
}

/// Rows of a type that were removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Removed {
    /// The type in GraphQL.
    pub of: String,
    /// How many.
    pub count: i32,
}

impl Outcome {
    /// The key of the only row.
    pub fn key(&self) -> Option<i32> {
        self.keys.first().copied()
    }

    /// The keys of the rows that it added besides, by a field of the input.
    pub fn added(&self, field: &str) -> Vec<i32> {
        self.added.get(field).cloned().unwrap_or_default()
    }
}

made! {
    Outcome {
        /// Whether the mutation was done before, by a request with the same `idempotencyKey`, and therefore not done again.
        "replayed": Flag<false> = |outcome| Flag(outcome.replayed);
        /// Whether the graph holds the change: true only with `waitForGraph`, if the graph was brought up to date in time.
        "inGraph": Flag<false> = |outcome| Flag(outcome.in_graph);
    }
}

/// What a removal did.
pub struct Removal {
    /// Which object was to be removed.
    pub id: String,
    /// What came of it.
    pub outcome: Outcome,
}

made! {
    Removal {
        /// The global id of the object that was removed, which nothing has any more: for a client's cache.
        "removedId": GlobalId = |removal| GlobalId(removal.id.clone());
        /// Whether this was done before, by a request with the same `idempotencyKey`; then it was not done again.
        "replayed": Flag<false> = |removal| Flag(removal.outcome.replayed);
        /// Whether the graph holds the change: true only with `waitForGraph`, if it came to hold it in time.
        "inGraph": Flag<false> = |removal| Flag(removal.outcome.in_graph);
    }
}

made! {
    Removed {
        /// The type of the objects.
        "type": String = |removed| removed.of.clone();
        /// The number of objects of this type that were removed.
        "count": i32 = |removed| removed.count;
    }
}

static REMOVED: Object = Object {
    name: "Removed",
    doc: "How many objects of a type were removed.",
    is_node: false,
    of: None,
    scalars: Removed::SCALARS,
    fields: &[],
};

/// What a removal answers.
pub static REMOVAL: Object = Object {
    name: "RemovalPayload",
    doc: "The result of removing an object.",
    is_node: false,
    of: None,
    scalars: Removal::SCALARS,
    fields: &[FieldDef {
        name: "removed",
        doc: "How many objects were removed, by type: the object itself and all that belonged to it. Types of which none was removed are left out.",
        field: &ToMany {
            object: &REMOVED,
            make: |removal: &Removal, _, _| Ok(removal.outcome.removed.clone()),
            args: |_| Vec::new(),
            expected: 5,
        },
    }],
};
