//! The schema's types, put into async-graphql's registry from the entities' own description. async-graphql then
//! exports, introspects and validates against them; it runs none of them (see `engine`).

use super::{
    args::{as_decimal, as_int},
    filter::{filterable, operators},
    model::{Entity, Model, Object, Scalar},
    page::{orderable, screaming},
};
use crate::db::{Enumeration, MOST, ValueKind, is_int, uuid};
use async_graphql::{
    ID, InputType, Value,
    indexmap::IndexMap,
    registry::{Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType, Registry},
};
use std::sync::Arc;

/// A field's type and arguments.
pub struct FieldType {
    /// The type, as in the schema's language.
    pub ty: String,
    /// The arguments.
    pub args: Vec<Arg>,
}

impl FieldType {
    /// A field without arguments.
    pub fn new(ty: impl Into<String>) -> Self {
        FieldType { ty: ty.into(), args: Vec::new() }
    }
}

/// An argument, or a field of an input object.
pub struct Arg {
    name: String,
    ty: String,
    doc: String,
}

impl Arg {
    /// An argument of a type, as in the schema's language.
    pub fn new(name: impl Into<String>, ty: impl Into<String>, doc: impl Into<String>) -> Self {
        Arg { name: name.into(), ty: ty.into(), doc: doc.into() }
    }

    fn meta(self) -> MetaInputValue {
        MetaInputValue {
            name: self.name,
            description: Some(self.doc),
            ty: self.ty,
            deprecation: Deprecation::NoDeprecated,
            default_value: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        }
    }
}

/// Puts types into the registry, each once.
pub struct Types<'a> {
    /// The registry.
    pub registry: &'a mut Registry,
    /// The schema whose types they are.
    pub model: &'static Model,
}

impl Types<'_> {
    fn once(&mut self, name: &str, make: impl FnOnce(&mut Self) -> MetaType) {
        if !self.registry.types.contains_key(name) {
            // A placeholder first: types refer to each other in circles.
            self.registry.types.insert(name.into(), scalar_type(name, "", None, |_| true));
            let made = make(self);
            self.registry.types.insert(name.into(), made);
        }
    }

    /// An object type and all that it leads to.
    pub fn object(&mut self, object: &'static Object) {
        self.once(object.name, |types| {
            let mut fields = IndexMap::new();
            for scalar in object.scalars {
                let ty = format!("{}{}", types.kind(scalar.kind), if scalar.nullable { "" } else { "!" });
                fields.insert(scalar.name.to_owned(), field(scalar.name, scalar.doc, FieldType::new(ty)));
            }
            for def in types.model.fields(object) {
                let described = def.field.describe(object, types);
                fields.insert(def.name.to_owned(), field(def.name, def.doc, described));
            }
            object_type(object.name, object.doc, fields)
        });
        if object.is_node {
            self.node();
            self.registry.add_implements(object.name, "Node");
            if let Some(MetaType::Interface { possible_types, .. }) = self.registry.types.get_mut("Node") {
                possible_types.insert(object.name.to_owned());
            }
        }
    }

    /// The scalars that every schema has.
    pub fn built_in(&mut self) {
        i32::create_type_info(self.registry);
        f64::create_type_info(self.registry);
        String::create_type_info(self.registry);
        bool::create_type_info(self.registry);
        ID::create_type_info(self.registry);
    }

    /// An entity's type.
    pub fn entity(&mut self, entity: &'static Entity) {
        self.object(entity.object);
    }

    /// An entity's connection, edge and own type.
    pub fn connection(&mut self, entity: &'static Entity) {
        self.entity(entity);
        self.object(entity.edge);
        self.object(entity.connection);
    }

    fn node(&mut self) {
        self.once("Node", |_| MetaType::Interface {
            name: "Node".into(),
            description: Some("Every object that has a global id.".into()),
            fields: [("id".to_owned(), field("id", "The global id, as `Patient:12`.", FieldType::new("ID!")))]
                .into_iter()
                .collect(),
            possible_types: Default::default(),
            extends: false,
            inaccessible: false,
            tags: Vec::new(),
            keys: None,
            visible: None,
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        });
    }

    /// The name of the type of a kind of value.
    pub fn kind(&mut self, kind: ValueKind) -> String {
        match kind {
            ValueKind::Id => "ID".into(),
            ValueKind::Int => "Int".into(),
            ValueKind::Whole { min, max } if is_int(min, max) => "Int".into(),
            ValueKind::Whole { .. } => self.scalar(
                "SafeInt",
                "A whole number from -9007199254740991 to 9007199254740991, which every reader of JSON reads exactly.",
                "https://the-guild.dev/graphql/scalars/docs/scalars/safe-int",
                |value| as_int(value).is_some_and(|number| (-MOST..=MOST).contains(&number)),
            ),
            ValueKind::Decimal { .. } => self.scalar(
                "Decimal",
                "An exact number of at most 15 digits, as the text `82.50`; input may be a number, too.",
                "",
                |value| as_decimal(value).is_some(),
            ),
            ValueKind::Uuid => self.scalar(
                "UUID",
                "A UUID, as `0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22`; input may be in upper case.",
                "https://www.rfc-editor.org/rfc/rfc9562",
                |value| matches!(value, Value::String(text) if uuid(text).is_some()),
            ),
            ValueKind::Json => self.scalar(
                "JSON",
                "Any value of JSON: an object, a list, a text, a number, true, false or null.",
                "https://www.rfc-editor.org/rfc/rfc8259",
                |_| true,
            ),
            ValueKind::Float => "Float".into(),
            ValueKind::Text => "String".into(),
            ValueKind::Flag(_) => "Boolean".into(),
            ValueKind::Date => self.scalar(
                "Date",
                "A calendar day, as `2024-05-01`.",
                "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6",
                is_text,
            ),
            ValueKind::Time => self.scalar(
                "Time",
                "A time of day, as `14:30:00`.",
                "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6",
                is_text,
            ),
            ValueKind::DateTime => self.scalar(
                "DateTime",
                "A moment in UTC, as `2024-05-01T10:00:00Z`.",
                "https://datatracker.ietf.org/doc/html/rfc3339",
                is_text,
            ),
            ValueKind::Enum(of) => self.enumeration(of),
        }
    }

    fn scalar(&mut self, name: &'static str, doc: &str, url: &str, is_valid: fn(&Value) -> bool) -> String {
        let url = Some(url).filter(|url| !url.is_empty());
        self.once(name, |_| scalar_type(name, doc, url, is_valid));
        name.into()
    }

    fn enumeration(&mut self, of: &'static Enumeration) -> String {
        let values = of.values.iter().map(|value| {
            let deprecation = match value.alias_of {
                Some(name) => {
                    Deprecation::Deprecated { reason: Some(format!("Use {name}: this older name is never returned.")) }
                }
                None => Deprecation::NoDeprecated,
            };
            (value.name, value.doc.trim().to_owned(), deprecation)
        });
        let values: Vec<_> = values.collect();
        self.once(of.name, |_| enum_type(of.name, of.doc, values));
        of.name.into()
    }

    /// The filter type of an entity.
    pub fn filter(&mut self, entity: &'static Entity) -> String {
        let name = format!("{}Filter", entity.object.name);
        self.once(&name, |types| {
            let list = format!("[{name}!]");
            let mut fields = vec![
                Arg::new("and", list.clone(), "All of these filters match."),
                Arg::new("or", list, "At least one of these filters matches."),
                Arg::new("not", name.clone(), "The filter does not match."),
            ];
            for scalar in filterable(entity) {
                fields.push(Arg::new(scalar.name, types.comparison(scalar), first_sentence(scalar.doc)));
            }
            for def in types.model.fields(entity.object) {
                if let Some(facts) = def.field.facts() {
                    fields.push(Arg::new(def.name, facts.describe(types), "Conditions that the graph answers."));
                }
                if let Some(related) = def.field.related() {
                    let filter =
                        if related.many { types.quantified(related.entity) } else { types.filter(related.entity) };
                    fields.push(Arg::new(def.name, filter, first_sentence(def.doc)));
                }
            }
            input_type(
                &name,
                &format!("Conditions on `{}` objects: all of the given ones must hold.", entity.object.name),
                fields,
            )
        });
        name
    }

    /// An input type.
    pub fn input(&mut self, name: &'static str, doc: &str, fields: Vec<Arg>) -> String {
        self.once(name, |_| input_type(name, doc, fields));
        name.into()
    }

    fn quantified(&mut self, entity: &'static Entity) -> String {
        let name = format!("{}ListFilter", entity.object.name);
        self.once(&name, |types| {
            let filter = types.filter(entity);
            let fields = vec![
                Arg::new("some", filter.clone(), "At least one of the related objects matches."),
                Arg::new("none", filter.clone(), "None of the related objects matches."),
                Arg::new("every", filter, "Each of the related objects matches; so it is, too, if there are none."),
            ];
            input_type(
                &name,
                &format!(
                    "Conditions on an object's related `{}` objects: all of the given ones must hold.",
                    entity.object.name
                ),
                fields,
            )
        });
        name
    }

    fn comparison(&mut self, scalar: &Scalar) -> String {
        let kind = self.kind(scalar.kind);
        let name = format!(
            "{}Filter",
            match scalar.kind {
                ValueKind::Id => "Id",
                ValueKind::Flag(_) => "Boolean",
                ValueKind::Text => "Text",
                // `IntFilter` is of keys, which are not compared.
                ValueKind::Whole { min, max } if is_int(min, max) => "WholeNumber",
                _ => kind.as_str(),
            }
        );
        let (less, at_most, greater, at_least) = match scalar.kind {
            ValueKind::Date | ValueKind::Time | ValueKind::DateTime => (
                "Earlier than this value.",
                "Earlier than this value, or equal to it.",
                "Later than this value.",
                "Later than this value, or equal to it.",
            ),
            _ => (
                "Less than this value.",
                "Less than this value, or equal to it.",
                "Greater than this value.",
                "Greater than this value, or equal to it.",
            ),
        };
        self.once(&name, |_| {
            let fields = operators(scalar.kind).iter().map(|operator| {
                let (ty, doc) = match *operator {
                    "eq" if matches!(scalar.kind, ValueKind::Text) => (kind.clone(), "Equal to this text; upper and lower case are the same."),
                    "eq" => (kind.clone(), "Equal to this value."),
                    "ne" => (kind.clone(), "Not missing, and not equal to this value."),
                    "in" => (format!("[{kind}!]"), "Equal to one of these values."),
                    "lt" => (kind.clone(), less),
                    "lte" => (kind.clone(), at_most),
                    "gt" => (kind.clone(), greater),
                    "gte" => (kind.clone(), at_least),
                    "startsWith" => (kind.clone(), "Begins with this text; upper and lower case are the same. An empty text narrows nothing."),
                    "contains" => (
                        kind.clone(),
                        "Has this text anywhere; upper and lower case are the same. Of a list at the root, a condition on its own objects is allowed only beside one that narrows the list (see `search`).",
                    ),
                    _ => ("Boolean".to_owned(), "Whether the value is missing: true selects missing values, false selects the others."),
                };
                Arg::new(*operator, ty, doc)
            });
            input_type(&name, &format!("Comparisons with `{kind}` values: all of the given ones must hold."), fields.collect())
        });
        name
    }

    /// The argument `orderBy` of a list of the entity.
    pub fn order_arg(&mut self, entity: &'static Entity) -> Arg {
        let name = format!("{}Order", entity.object.name);
        self.once(&name, |_| {
            let values = orderable(entity).flat_map(|scalar| {
                let order = screaming(scalar.name);
                let first = if scalar.nullable { "; missing values first" } else { "" };
                let last = if scalar.nullable { "; missing values last" } else { "" };
                [
                    (
                        format!("{order}_ASC"),
                        format!("By `{}`, ascending{first}.", scalar.name),
                        Deprecation::NoDeprecated,
                    ),
                    (
                        format!("{order}_DESC"),
                        format!("By `{}`, descending{last}.", scalar.name),
                        Deprecation::NoDeprecated,
                    ),
                ]
            });
            enum_type(&name, &format!("The orders in which `{}` objects can be listed.", entity.object.name), values)
        });
        Arg::new(
            "orderBy",
            format!("[{name}!]"),
            "The order of the list: at most 3 values, the most important first. Equal objects are ordered by their ids.",
        )
    }
}

/// The first sentence of a description.
pub(crate) fn first_sentence(doc: &str) -> String {
    let doc = doc.trim();
    match doc.find(". ").or_else(|| doc.find(".\n")) {
        Some(end) => doc.get(..=end).unwrap_or(doc).to_owned(),
        None => doc.to_owned(),
    }
}

fn field(name: &str, doc: &str, described: FieldType) -> MetaField {
    // A line of the description says it.
    let (doc, deprecation) = match doc.split_once("Deprecated: ") {
        Some((doc, why)) => (doc, Deprecation::Deprecated { reason: Some(why.trim().into()) }),
        None => (doc, Deprecation::NoDeprecated),
    };
    let args = described.args.into_iter().map(|arg| (arg.name.clone(), arg.meta()));
    MetaField {
        name: name.into(),
        description: Some(doc.trim().into()),
        args: args.collect(),
        ty: described.ty,
        deprecation,
        cache_control: Default::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn object_type(name: &str, doc: &str, fields: IndexMap<String, MetaField>) -> MetaType {
    MetaType::Object {
        name: name.into(),
        description: Some(doc.trim().into()),
        fields,
        cache_control: Default::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        keys: None,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn input_type(name: &str, doc: &str, fields: Vec<Arg>) -> MetaType {
    MetaType::InputObject {
        name: name.into(),
        description: Some(doc.into()),
        input_fields: fields.into_iter().map(|field| (field.name.clone(), field.meta())).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: false,
        directive_invocations: Vec::new(),
    }
}

fn enum_type<N: Into<String>>(
    name: &str,
    doc: &str,
    values: impl IntoIterator<Item = (N, String, Deprecation)>,
) -> MetaType {
    let values = values.into_iter().map(|(name, doc, deprecation)| {
        let name = name.into();
        let value = MetaEnumValue {
            name: name.clone(),
            description: Some(doc),
            deprecation,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (name, value)
    });
    MetaType::Enum {
        name: name.into(),
        description: Some(doc.trim().into()),
        enum_values: values.collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::String(_))
}

fn scalar_type(name: &str, doc: &str, url: Option<&str>, is_valid: fn(&Value) -> bool) -> MetaType {
    MetaType::Scalar {
        name: name.into(),
        description: Some(doc.into()),
        is_valid: Some(Arc::new(is_valid)),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: url.map(Into::into),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}
