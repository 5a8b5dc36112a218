//! Which fields a document asks of the root.

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use std::collections::BTreeSet;

/// The names of the fields that an operation asks of the root, through fragments too. `__typename` tells nothing, and is left out.
pub(super) fn fields<'d>(document: &'d ExecutableDocument, operation: &'d OperationDefinition) -> BTreeSet<&'d str> {
    let (mut names, mut spread) = (BTreeSet::new(), BTreeSet::new());
    let mut open: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    while let Some(set) = open.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => drop(names.insert(field.node.name.node.as_str())),
                Selection::InlineFragment(fragment) => open.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    // A fragment may be spread in itself until validation says that it may not.
                    if let Some(found) = document.fragments.get(name)
                        && spread.insert(name.as_str())
                    {
                        open.push(&found.node.selection_set.node);
                    }
                }
            }
        }
    }
    names.remove("__typename");
    names
}
