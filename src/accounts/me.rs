//! `me`: who asks.

use crate::{
    access::{Principal, Purpose, Role},
    graphql::{
        context::Cx,
        exec::{Level, Resolved, Slot, children},
        made::{Made, MadeRow, Texts, ToRow, made},
        model::{Field, FieldDef, Loading, Object},
        types::{FieldType, Types},
    },
    patients::patient,
    providers::doctor,
};
use std::sync::Arc;

/// The caller.
struct Caller {
    role: Role,
    principal: Principal,
}

made! {
    Caller {
        /// What the caller is: it decides which patients the caller sees, and what the caller may change.
        "role": Role = |caller| caller.role;
        /// The e-mail address of the account; null where nobody logs in.
        "email": Option<String> = |caller| caller.principal.account().map(|account| account.email.clone());
        /// What the owner of the account, or the program of a partner, is called.
        "name": Option<String> = |caller| match caller.principal.client() {
            Some(client) => Some(client.name.clone()),
            None => caller.principal.account().and_then(|account| account.name.clone()),
        };
        /// What a partner's program reads records for: it sees the patients who consented to that. Null for everybody else.
        "purpose": Option<Purpose> = |caller| caller.principal.client().map(|client| client.purpose);
    }
}

static ME: Object = Object {
    name: "Me",
    doc: "The caller of a request, and the caller's role.",
    is_node: false,
    of: None,
    scalars: Caller::SCALARS,
    fields: &[
        FieldDef {
            name: "patient",
            doc: "The patient that the caller is.",
            field: &ToRow {
                entity: &patient::ENTITY,
                key: |caller: &Caller| caller.principal.account().and_then(|account| account.patient),
            },
        },
        FieldDef {
            name: "doctor",
            doc: "The doctor that the caller is.",
            field: &ToRow {
                entity: &doctor::ENTITY,
                key: |caller: &Caller| caller.principal.account().and_then(|account| account.doctor),
            },
        },
        FieldDef {
            name: "reads",
            doc: "The object types that a partner's program may read. Empty for everybody else, who may read all types.",
            field: &Texts(|caller: &Caller, _: &Cx| {
                let reads = caller.principal.client().map(|client| client.reads.as_slice()).unwrap_or_default();
                reads.iter().map(|name| name.as_str().into()).collect()
            }),
        },
        FieldDef {
            name: "permissions",
            doc: "The names of the mutations that the caller may use, by the caller's role: each is refused all the same where it would change what the caller may not see.",
            field: &Texts(|caller: &Caller, cx: &Cx| {
                let mutations = cx.model.fields(cx.model.mutation).map(|def| def.name);
                // What belongs to everybody is written by who sees everybody.
                let of_everybody = cx.model.entities.iter().filter(|entity| entity.table.is_everybodys());
                let of_everybody: Vec<&str> = match cx.scope.is_everything() {
                    true => Vec::new(),
                    false => of_everybody.flat_map(|entity| entity.mutations).map(|def| def.name).collect(),
                };
                let may = |name: &&str| caller.principal.may(name, true).is_ok() && !of_everybody.contains(name);
                mutations.filter(may).map(Arc::from).collect()
            }),
        },
    ],
};

/// The field `me` of the root.
pub struct Me;

impl Field for Me {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&ME);
        FieldType::new(ME.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&ME)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let principal = cx.asker.principal.clone();
            let caller = principal.role().map(|role| Made::rows(&ME, vec![Caller { role, principal }]));
            Ok(children(cx, &level, &slot, vec![caller.map_or(Resolved::Null, Resolved::One)]).await)
        })
    }
}
