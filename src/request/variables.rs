//! Variables, coerced to their declared types as the GraphQL specification says, before anything runs.

use super::suggest;
use crate::{
    error::{Error, Result},
    graphql::args,
};
use async_graphql::{
    Name, Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
    registry::{MetaType, MetaTypeName, Registry},
};

/// The types, and whether errors suggest what was perhaps meant.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    /// The types.
    pub registry: &'a Registry,
    /// Whether an error may suggest a name.
    pub suggestions: bool,
}

impl Schema<'_> {
    /// What is wrong, and what was perhaps meant.
    fn hinted(self, wrong: String, hint: impl FnOnce(&Registry) -> Option<String>) -> String {
        match self.suggestions.then(|| hint(self.registry)).flatten() {
            Some(hint) => format!("{wrong}. {hint}"),
            None => wrong,
        }
    }
}

/// The variables that async-graphql may look at: its checks of values differ from the specification's in places, and
/// ours come after, so it sees those with a default or a value as the operation declares them, and no others.
pub(super) fn known(operation: &OperationDefinition, mut given: Variables) -> Variables {
    for definition in &operation.variable_definitions {
        let name: &Name = &definition.node.name.node;
        if let (false, Some(default)) = (given.contains_key(name), &definition.node.default_value) {
            given.insert(name.clone(), default.node.clone());
        }
        if let Some(value) = given.get_mut(name) {
            whole_numbers(value);
        }
    }
    given
}

/// JSON may spell a whole number `5.0`; async-graphql takes it for no Int.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_i64().is_none() => {
            if let Some(whole) = args::as_int(value) {
                *value = Value::from(whole);
            }
        }
        Value::List(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        _ => {}
    }
}

/// The variables of an operation with defaults put in; those neither given nor defaulted are left out.
pub(super) fn coerce(schema: Schema<'_>, operation: &OperationDefinition, given: &Variables) -> Result<Variables> {
    let mut coerced = Variables::default();
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let name = &definition.name.node;
        let ty = &definition.var_type.node;
        let value = match given.get(name) {
            Some(value) => coerce_type(schema, &written(ty), value, name)?,
            // Not `default_value()`, which makes an explicit null of a variable without one.
            None => match &definition.default_value {
                Some(default) => coerce_type(schema, &written(ty), &default.node, name)?,
                None if ty.nullable => continue,
                None => return Err(Error::BadInput(format!("the variable ${name} of type {ty} was not given"))),
            },
        };
        coerced.insert(name.clone(), value);
    }
    Ok(coerced)
}

fn written(ty: &Type) -> String {
    let base = match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => format!("[{}]", written(inner)),
    };
    if ty.nullable { base } else { format!("{base}!") }
}

/// `value` as a value of the type; `path` names the place for the message.
fn coerce_type(schema: Schema<'_>, ty: &str, value: &Value, path: &str) -> Result<Value> {
    let wrong = |expected: &str| Err(Error::BadInput(format!("the variable ${path} must be {expected}")));
    match MetaTypeName::create(ty) {
        MetaTypeName::NonNull(_) if *value == Value::Null => wrong(&format!("a {ty}, not null")),
        MetaTypeName::NonNull(inner) => coerce_type(schema, inner, value, path),
        _ if *value == Value::Null => Ok(Value::Null),
        MetaTypeName::List(inner) => match value {
            Value::List(items) => {
                let each = items.iter().enumerate();
                let items = each.map(|(i, item)| coerce_type(schema, inner, item, &format!("{path}[{i}]")));
                Ok(Value::List(items.collect::<Result<_>>()?))
            }
            single => Ok(Value::List(vec![coerce_type(schema, inner, single, path)?])),
        },
        MetaTypeName::Named(name) => match schema.registry.types.get(name) {
            Some(MetaType::Scalar { is_valid, .. }) => {
                let value = whole_number(name, value);
                if name == "Int" && args::as_int(&value).is_none_or(|number| i32::try_from(number).is_err()) {
                    return wrong("an Int: a whole number of 32 bits");
                }
                if is_valid.as_ref().is_none_or(|is_valid| is_valid(&value)) {
                    Ok(value)
                } else {
                    wrong(&suggest::article(name))
                }
            }
            Some(MetaType::Enum { enum_values, .. }) => {
                let given = args::as_text(value).filter(|given| enum_values.contains_key(*given));
                match given {
                    Some(given) => Ok(Value::Enum(Name::new(given))),
                    None => {
                        let given = args::as_text(value).unwrap_or_default();
                        let hint = |registry: &_| suggest::enum_value(registry, name, given);
                        wrong(&schema.hinted(format!("one of the values of {name}"), hint))
                    }
                }
            }
            Some(MetaType::InputObject { input_fields, .. }) => {
                let Value::Object(entries) = value else { return wrong(&suggest::object_of(schema.registry, name)) };
                let mut object = async_graphql::indexmap::IndexMap::new();
                for (entry, value) in entries {
                    let Some(field) = input_fields.get(entry.as_str()) else {
                        let hint = |registry: &_| suggest::input_field(registry, name, entry);
                        let wanted = format!("{}, which has no field `{entry}`", suggest::article(name));
                        return wrong(&schema.hinted(wanted, hint));
                    };
                    object.insert(entry.clone(), coerce_type(schema, &field.ty, value, &format!("{path}.{entry}"))?);
                }
                let missing = input_fields
                    .values()
                    .find(|field| field.ty.ends_with('!') && !object.contains_key(field.name.as_str()));
                match missing {
                    Some(field) => wrong(&format!("a {name} with its field `{}`", field.name)),
                    None => Ok(Value::Object(object)),
                }
            }
            _ => wrong(&format!("of an input type; {name} is none")),
        },
    }
}

/// JSON may spell a whole number `5.0`.
fn whole_number(ty: &str, value: &Value) -> Value {
    match value {
        Value::Number(number) if ty == "Int" && number.as_i64().is_none() => {
            args::as_int(value).map_or_else(|| value.clone(), Value::from)
        }
        other => other.clone(),
    }
}
