//! Where async-graphql's validation needs help: values that it lets pass (anything but an object where an input object is
//! wanted), directives that it does not look at, and documents that ask of the schema itself.

use super::suggest;
use async_graphql::{
    Pos, Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, InlineFragment, OperationType, Selection, SelectionSet},
    registry::{MetaType, MetaTypeName, Registry},
};
use async_graphql_value::Value;

/// What is wrong, and where. Each selection of the document is looked at once, fragments by themselves.
pub(super) fn check_literals(registry: &Registry, document: &ExecutableDocument) -> Vec<(String, Pos)> {
    let mut check = Check { registry, wrong: Vec::new() };
    for (_, operation) in document.operations.iter() {
        let root = match operation.node.ty {
            OperationType::Mutation => "Mutation",
            OperationType::Query | OperationType::Subscription => "Query",
        };
        check.set(registry.types.get(root), &operation.node.selection_set.node);
    }
    for fragment in document.fragments.values() {
        let on = registry.types.get(fragment.node.type_condition.node.on.node.as_str());
        check.set(on, &fragment.node.selection_set.node);
    }
    check.wrong
}

struct Check<'a> {
    registry: &'a Registry,
    wrong: Vec<(String, Pos)>,
}

impl Check<'_> {
    fn set(&mut self, on: Option<&MetaType>, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let meta =
                        on.and_then(MetaType::fields).and_then(|fields| fields.get(field.node.name.node.as_str()));
                    for (name, value) in &field.node.arguments {
                        if let Some(arg) = meta.and_then(|meta| meta.args.get(name.node.as_str())) {
                            self.value(&arg.ty, &value.node, &name.node, value.pos);
                        }
                    }
                    let target =
                        meta.and_then(|meta| self.registry.types.get(MetaTypeName::concrete_typename(&meta.ty)));
                    self.set(target, &field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(on, |on| self.registry.types.get(on.node.on.node.as_str()));
                    self.set(on, &fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn value(&mut self, ty: &str, value: &Value, path: &str, pos: Pos) {
        match (MetaTypeName::create(ty), value) {
            (_, Value::Variable(_) | Value::Null) => {}
            (MetaTypeName::NonNull(inner), value) => self.value(inner, value, path, pos),
            (MetaTypeName::List(inner), Value::List(items)) => {
                for (place, item) in items.iter().enumerate() {
                    self.value(inner, item, &format!("{path}.{place}"), pos);
                }
            }
            (MetaTypeName::List(inner), single) => self.value(inner, single, path, pos),
            (MetaTypeName::Named(name), value) => {
                let Some(MetaType::InputObject { input_fields, .. }) = self.registry.types.get(name) else { return };
                match value {
                    Value::Object(entries) => {
                        for (field, value) in entries {
                            if let Some(meta) = input_fields.get(field.as_str()) {
                                self.value(&meta.ty, value, &format!("{path}.{field}"), pos);
                            }
                        }
                    }
                    _ => {
                        let wanted = suggest::object_of(self.registry, name);
                        self.wrong.push((format!("`{path}` takes {wanted}"), pos));
                    }
                }
            }
        }
    }
}

/// Whether a document asks of the schema itself.
pub(super) fn mentions_introspection(document: &ExecutableDocument) -> bool {
    fn within(set: &SelectionSet) -> bool {
        set.items.iter().any(|selection| match &selection.node {
            Selection::Field(field) => {
                matches!(field.node.name.node.as_str(), "__schema" | "__type") || within(&field.node.selection_set.node)
            }
            Selection::InlineFragment(fragment) => within(&fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => false,
        })
    }
    fn set_of(document: &ExecutableDocument) -> impl Iterator<Item = &SelectionSet> {
        let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        operations.chain(document.fragments.values().map(|fragment| &fragment.node.selection_set.node))
    }
    set_of(document).any(within)
}

/// async-graphql does not look at the directives of `__typename`, and then calls their variables unused; so for
/// validation they stand on a fragment around it, which means the same.
pub(super) fn for_validation(mut document: ExecutableDocument) -> ExecutableDocument {
    fn within(set: &mut SelectionSet) {
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(field)
                    if field.node.name.node == "__typename" && !field.node.directives.is_empty() =>
                {
                    let (at, directives) = (field.pos, std::mem::take(&mut field.node.directives));
                    let items = vec![Positioned::new(Selection::Field(field.clone()), at)];
                    let selection_set = Positioned::new(SelectionSet { items }, at);
                    let fragment = InlineFragment { type_condition: None, directives, selection_set };
                    selection.node = Selection::InlineFragment(Positioned::new(fragment, at));
                }
                Selection::Field(field) => within(&mut field.node.selection_set.node),
                Selection::InlineFragment(fragment) => within(&mut fragment.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    match &mut document.operations {
        DocumentOperations::Single(operation) => within(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(all) => {
            all.values_mut().for_each(|operation| within(&mut operation.node.selection_set.node))
        }
    }
    document.fragments.values_mut().for_each(|fragment| within(&mut fragment.node.selection_set.node));
    document
}
