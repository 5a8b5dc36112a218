//! What a mutation is to do, read and checked, and how the client wants it done.

use super::{
    draft::{Draft, Found},
    steps::Once,
    succeed::Succession,
    transition::Following,
};
use crate::{
    error::Violation,
    graphql::{
        form::{Above, Form},
        model::Entity,
        rules::Cells,
    },
};
use sha2::{Digest, Sha256};
use std::sync::atomic::AtomicBool;

/// What is to be done, read and checked.
pub(super) enum Operation {
    /// New rows.
    Add {
        /// Their form.
        form: &'static Form,
        /// The row that they belong to.
        above: Option<(Above, i32)>,
        /// The new rows.
        rows: Vec<Draft>,
        /// What the input says besides.
        found: Found,
        /// The rows that end when these begin.
        after: Option<&'static Succession>,
    },
    /// New values of a row.
    Change {
        /// Its form.
        form: &'static Form,
        /// Its key.
        key: i32,
        /// The version that the client read.
        expected: Option<String>,
        /// The values.
        cells: Cells,
        /// What the input says besides.
        found: Found,
        /// What follows from the change, and from which state it leads on.
        follows: Option<Following>,
    },
    /// A change that is made once.
    Once {
        /// What is set.
        once: Once,
        /// The key of the row.
        key: i32,
        /// The version that the client read.
        expected: Option<String>,
        /// The values.
        cells: Cells,
        /// What the input says besides.
        found: Found,
    },
    /// New values of the one row below another, or that row itself.
    Put {
        /// Its form.
        form: &'static Form,
        /// The row that it belongs to.
        above: (Above, i32),
        /// The values.
        row: Draft,
        /// What the input says besides.
        found: Found,
    },
    /// The end of a row and of all that belongs to it.
    Remove {
        /// Its entity.
        entity: &'static Entity,
        /// Its key.
        key: i32,
        /// The version that the client read.
        expected: Option<String>,
    },
}

impl Operation {
    /// The entity of the row that it adds, changes or removes.
    pub(super) fn entity(&self) -> &'static Entity {
        match self {
            Operation::Add { form, .. } | Operation::Change { form, .. } | Operation::Put { form, .. } => form.entity,
            Operation::Once { once, .. } => once.form.entity,
            Operation::Remove { entity, .. } => entity,
        }
    }

    /// Where an input names that row, or gives its values.
    pub(super) fn path(&self) -> &'static str {
        match self {
            Operation::Add { .. } | Operation::Put { .. } => "input",
            Operation::Change { .. } | Operation::Once { .. } | Operation::Remove { .. } => "id",
        }
    }

    /// What is wrong with the input already.
    pub(super) fn wrong(&self) -> &[Violation] {
        match self {
            Operation::Add { found, .. }
            | Operation::Change { found, .. }
            | Operation::Once { found, .. }
            | Operation::Put { found, .. } => &found.violations,
            Operation::Remove { .. } => &[],
        }
    }

    /// Equal for the same request of the same account, spelled however, and by whichever process.
    pub(super) fn identity(&self, mutation: &str, account: Option<i32>) -> String {
        let text = match self {
            Operation::Add { above, rows, .. } => {
                // Where there is a choice of owners, the same key may be another row's.
                let column = above.map(|(above, _)| above.owner.column).filter(|_| self.entity().table.is_mixed());
                let of = column.map(|column| format!(" {column}")).unwrap_or_default();
                format!("{mutation}{of} {:?} {rows:?}", above.map(|(_, key)| key))
            }
            Operation::Put { above: (_, key), row, .. } => format!("{mutation} {key} {row:?}"),
            Operation::Once { key, expected, cells, .. } => format!("{mutation} {key} {expected:?} {cells:?}"),
            Operation::Change { key, expected, cells, follows, .. } => {
                let follows = follows.as_ref().map(Following::identity).unwrap_or_default();
                format!("{mutation} {key} {expected:?} {cells:?}{follows}")
            }
            Operation::Remove { key, expected, .. } => format!("{mutation} {key} {expected:?}"),
        };
        let by = account.map(|account| format!(" by {account}")).unwrap_or_default();
        format!("{:x}", Sha256::digest(text + &by))
    }
}

/// How a client wants it done.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// The name under which it is done only once.
    pub key: Option<String>,
    /// Whether to answer only when the graph holds it.
    pub wait_for_graph: bool,
    /// Set before the database is told to keep it: whoever gives up after that does not know whether it is kept.
    pub committing: AtomicBool,
}
