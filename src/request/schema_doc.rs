//! The description of the schema itself. async-graphql exports none, and answers `__schema { description }` with a fixed
//! text about schemas in general.

use async_graphql::{
    Name, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// What async-graphql answers as any schema's description.
const FIXED: &str = "A GraphQL Schema defines the capabilities of a GraphQL server. It exposes all available types and directives \
                     on the server, as well as the entry points for query, mutation, and subscription operations.";

/// The response keys of `__schema`.
pub(super) fn answered_under(document: &ExecutableDocument) -> Vec<Name> {
    fn within(set: &SelectionSet, found: &mut Vec<Name>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.name.node == "__schema" => {
                    found.push(field.node.response_key().node.clone());
                }
                Selection::InlineFragment(fragment) => within(&fragment.node.selection_set.node, found),
                // `__schema` stands at the root alone; the fragments of a document are looked at one by one.
                Selection::Field(_) | Selection::FragmentSpread(_) => {}
            }
        }
    }
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let mut found = Vec::new();
    operations.chain(fragments).for_each(|set| within(set, &mut found));
    found
}

/// Puts the schema's description where a general text was answered.
pub(super) fn put(data: &mut IndexMap<Name, Value>, keys: &[Name], doc: &str) {
    for key in keys {
        if let Some(Value::Object(schema)) = data.get_mut(key) {
            // No other field directly below `__schema` is a text.
            for value in schema.values_mut().filter(|value| matches!(value, Value::String(text) if text == FIXED)) {
                *value = Value::String(doc.to_owned());
            }
        }
    }
}

/// The schema in its own language, with its description.
pub(super) fn exported(sdl: &str, doc: &str) -> String {
    sdl.replacen("\nschema {\n", &format!("\n\"\"\"\n{doc}\n\"\"\"\nschema {{\n"), 1)
}
