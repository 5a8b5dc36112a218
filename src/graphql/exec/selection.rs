//! What a selection asks of a type.

use crate::graphql::{args::Args, context::Cx, model::Object};
use async_graphql::{
    Positioned,
    parser::types::{Directive, Field, Selection, SelectionSet},
};

/// One selected field of a type: its response key, and all places in the document that ask for it.
pub struct Slot<'a> {
    /// The response key.
    pub key: &'a str,
    /// The field's name.
    pub name: &'a str,
    /// Its arguments, variables put in.
    pub args: Args,
    pub(super) fields: Vec<&'a Field>,
}

impl<'a> Slot<'a> {
    /// What is selected below the field.
    pub fn selections(&self) -> Vec<&'a SelectionSet> {
        self.fields.iter().map(|field| &field.selection_set.node).collect()
    }
}

/// Whether `@skip` and `@include` let a selection stand.
pub fn included(cx: &Cx, directives: &[Positioned<Directive>]) -> bool {
    directives.iter().all(|directive| {
        let wanted = match directive.node.name.node.as_str() {
            "skip" => false,
            "include" => true,
            _ => return true,
        };
        let given = directive.node.get_argument("if").and_then(|value| cx.constant(&value.node));
        given == Some(async_graphql::Value::Boolean(wanted))
    })
}

/// The fields that a selection asks of a type, in query order, the same response key once.
pub(super) fn collect<'a>(cx: &'a Cx, object: &Object, set: &'a SelectionSet, slots: &mut Vec<Slot<'a>>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                if !included(cx, &field.node.directives) {
                    continue;
                }
                let field = &field.node;
                let key = field.response_key().node.as_str();
                match slots.iter_mut().find(|slot| slot.key == key) {
                    Some(slot) => slot.fields.push(field),
                    None => slots.push(Slot {
                        key,
                        name: field.name.node.as_str(),
                        args: Args::of(cx, &field.arguments),
                        fields: vec![field],
                    }),
                }
            }
            Selection::InlineFragment(fragment) => {
                let applies = fragment.node.type_condition.as_ref().is_none_or(|on| object.is(&on.node.on.node));
                if applies && included(cx, &fragment.node.directives) {
                    collect(cx, object, &fragment.node.selection_set.node, slots);
                }
            }
            Selection::FragmentSpread(spread) => {
                let Some(fragment) = cx.fragment(&spread.node.fragment_name.node) else { continue };
                if object.is(&fragment.type_condition.node.on.node) && included(cx, &spread.node.directives) {
                    collect(cx, object, &fragment.selection_set.node, slots);
                }
            }
        }
    }
}
