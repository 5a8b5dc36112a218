//! The arguments of a field, read by kind. Validation has checked literals and `variables` has checked
//! variables, so what is read here has its type; what types cannot say is refused with `BAD_USER_INPUT`.

use super::{
    context::{Cx, constant},
    model::Entity,
};
use crate::{
    db::decimal,
    error::{Error, Result},
};
use async_graphql::{Name, Positioned, Value, Variables};
use async_graphql_value::Value as DocumentValue;

/// The arguments of a field, variables put in; those that were not given are left out.
#[derive(Debug, Clone, Default)]
pub struct Args(Vec<(Name, Value)>);

impl Args {
    pub(crate) fn of(cx: &Cx, given: &[(Positioned<Name>, Positioned<DocumentValue>)]) -> Self {
        Self::with(&cx.variables, given)
    }

    pub(crate) fn with(variables: &Variables, given: &[(Positioned<Name>, Positioned<DocumentValue>)]) -> Self {
        let args = given.iter();
        Args(args.filter_map(|(name, value)| Some((name.node.clone(), constant(variables, &value.node)?))).collect())
    }

    /// The value of an argument; null reads as not given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value).filter(|value| **value != Value::Null)
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        as_text(self.get(name)?)
    }

    /// A number of rows: not negative, and at most `most`.
    pub fn count(&self, name: &'static str, most: u32) -> Result<Option<u32>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let Some(asked) = as_int(value).and_then(|asked| u64::try_from(asked).ok()) else {
            return Err(Error::BadInput(format!("`{name}` must not be negative")));
        };
        match u32::try_from(asked) {
            Ok(asked) if asked <= most => Ok(Some(asked)),
            _ => Err(Error::TooMany { key: "max_page_size", argument: name, allowed: u64::from(most), asked }),
        }
    }

    /// The most rows that the arguments name or ask for, and the argument that does.
    pub(crate) fn page(&self) -> (u64, &'static str) {
        let rows = |name| match (name, self.get(name)) {
            (_, None) => 0,
            // Beyond 32 bits it is no Int, which is said later.
            ("first" | "last", Some(value)) => {
                as_int(value).and_then(|rows| i32::try_from(rows).ok()).unwrap_or(0).max(0) as u64
            }
            (_, Some(value)) => longest(value) as u64,
        };
        let all = ["first", "last", "ids", "input"].map(|name| (rows(name), name));
        all.into_iter().max_by_key(|(rows, _)| *rows).unwrap_or_default()
    }
}

/// The length of the longest list in a value.
fn longest(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(longest).fold(items.len(), usize::max),
        Value::Object(entries) => entries.values().map(longest).max().unwrap_or(0),
        _ => 0,
    }
}

/// A text, or the name of an enum value.
pub fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Enum(name) => Some(name.as_str()),
        _ => None,
    }
}

/// A whole number.
pub fn as_int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as i64))
        }
        _ => None,
    }
}

/// A number.
pub fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64().filter(|number| number.is_finite()),
        _ => None,
    }
}

/// An exact number in its one spelling, given as a text or as a number.
pub fn as_decimal(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => decimal(&number.to_string()),
        Value::String(text) => decimal(text),
        _ => None,
    }
}

/// The items of a list; a single value stands for a list of one.
pub fn as_list(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        Value::Null => &[],
        single => std::slice::from_ref(single),
    }
}

/// A global id: the type's name and the key.
pub fn global_id(text: &str) -> Option<(&str, i32)> {
    let (name, key) = text.split_once(':')?;
    Some((name, canonical_key(key)?))
}

/// The key that an id names, of the given entity: `Patient:12`, or `12` where the type is known.
pub fn id_of(entity: &Entity, value: &Value) -> Result<Option<i32>> {
    let name = entity.object.name;
    let text = match value {
        Value::Number(number) => number.to_string(),
        other => as_text(other).unwrap_or_default().to_owned(),
    };
    match global_id(&text) {
        Some((of, key)) if of == name => Ok(Some(key)),
        Some((of, _)) if !text.starts_with(name) => {
            Err(Error::BadInput(format!("this id is of type {of}; an id of {name} looks like `{name}:12`")))
        }
        _ => match canonical_key(&text) {
            Some(key) => Ok(Some(key)),
            // Digits beyond the range of keys name nobody; anything else is no id at all.
            None if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => Ok(None),
            None => Err(Error::BadInput(format!("this is no id of {name}: use `{name}:12` or `12`"))),
        },
    }
}

fn canonical_key(text: &str) -> Option<i32> {
    text.parse().ok().filter(|key| *key >= 0 && text.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn global_ids_are_read_strictly() {
        assert_eq!(global_id("Patient:12"), Some(("Patient", 12)));
        for text in ["Patient", "Patient:", "Patient:+1", "Patient:-1", "Patient:99999999999", "Patient: 1"] {
            assert_eq!(global_id(text), None, "{text}");
        }
    }
}
