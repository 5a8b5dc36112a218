//! What the JSON of a column must look like, declared beside the column and checked when a client writes it.

use serde_json::Value;

/// The most levels of lists and objects: MariaDB takes no more than 32.
const DEPTH: usize = 30;

/// What a JSON value must look like.
#[derive(Debug)]
pub enum JsonSchema {
    /// Any value.
    Any,
    /// A text of at most so many characters.
    Text(usize),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A number from the first to the second.
    Number(f64, f64),
    /// True or false.
    Flag,
    /// A list of at most so many such values.
    List(&'static JsonSchema, usize),
    /// An object of these members and no others.
    Object(&'static [Member]),
    /// An object of at most so many members of any names, each such a value.
    Map(&'static JsonSchema, usize),
}

/// A member of an object.
#[derive(Debug)]
pub struct Member {
    name: &'static str,
    schema: JsonSchema,
    required: bool,
}

impl Member {
    /// A member that an object may lack; null is the same.
    pub const fn optional(name: &'static str, schema: JsonSchema) -> Self {
        Member { name, schema, required: false }
    }

    /// A member that every object has.
    pub const fn required(name: &'static str, schema: JsonSchema) -> Self {
        Member { name, schema, required: true }
    }
}

impl JsonSchema {
    /// What is wrong with a value, if anything: where, and what it must be. Never a value, nor a name that the schema does not have.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        if depth(value) > DEPTH {
            return Err(format!("this must be nested at most {DEPTH} deep"));
        }
        self.check_at(value, "this")
    }

    fn check_at(&self, value: &Value, at: &str) -> Result<(), String> {
        let must = |what: String| Err(format!("{at} must be {what}"));
        match (self, value) {
            (JsonSchema::Any, _) | (JsonSchema::Flag, Value::Bool(_)) => Ok(()),
            (JsonSchema::Text(most), Value::String(text)) if text.chars().count() <= *most => Ok(()),
            (JsonSchema::OneOf(all), Value::String(text)) if all.contains(&text.as_str()) => Ok(()),
            (JsonSchema::Number(least, most), Value::Number(number))
                if number.as_f64().is_some_and(|number| (*least..=*most).contains(&number)) =>
            {
                Ok(())
            }
            (JsonSchema::List(each, most), Value::Array(items)) if items.len() <= *most => items
                .iter()
                .enumerate()
                .try_for_each(|(place, item)| each.check_at(item, &below(at, &place.to_string()))),
            (JsonSchema::Map(each, most), Value::Object(entries)) if entries.len() <= *most => {
                entries.values().try_for_each(|value| each.check_at(value, &format!("each member of {at}")))
            }
            (JsonSchema::Object(members), Value::Object(entries)) => {
                if entries.keys().any(|name| !members.iter().any(|member| member.name == name)) {
                    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
                    return Err(format!("{at} has a member that is none of {}", names.join(", ")));
                }
                members.iter().try_for_each(|member| match entries.get(member.name) {
                    None | Some(Value::Null) if member.required => {
                        Err(format!("{} must be given", below(at, member.name)))
                    }
                    None | Some(Value::Null) => Ok(()),
                    Some(value) => member.schema.check_at(value, &below(at, member.name)),
                })
            }
            (JsonSchema::Text(most), _) => must(format!("a text of at most {most} characters")),
            (JsonSchema::OneOf(all), _) => must(format!("one of {}", all.join(", "))),
            (JsonSchema::Number(least, most), _) => must(format!("a number from {least} to {most}")),
            (JsonSchema::Flag, _) => must("true or false".into()),
            (JsonSchema::List(_, most), _) => must(format!("a list of at most {most} values")),
            (JsonSchema::Object(_), _) => must("an object".into()),
            (JsonSchema::Map(_, most), _) => must(format!("an object of at most {most} members")),
        }
    }
}

/// The name of a place below another.
fn below(at: &str, name: &str) -> String {
    match at.strip_suffix('`') {
        Some(at) => format!("{at}.{name}`"),
        None => format!("`{name}`"),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    static DOSE: JsonSchema = JsonSchema::Object(&[
        Member::required("amount", JsonSchema::Number(0.0, 1000.0)),
        Member::optional("unit", JsonSchema::OneOf(&["mg", "ml"])),
        Member::optional("times", JsonSchema::List(&JsonSchema::Text(5), 2)),
        Member::optional("notes", JsonSchema::Map(&JsonSchema::Flag, 1)),
    ]);

    #[test]
    fn a_value_is_told_where_it_is_wrong() {
        for right in
            [json!({"amount": 0}), json!({"amount": 2.5, "unit": "mg", "times": ["noon"], "notes": {"a": true}})]
        {
            assert_eq!(DOSE.check(&right), Ok(()), "{right}");
        }
        for (wrong, says) in [
            (json!([1]), "this must be an object"),
            (json!({}), "`amount` must be given"),
            (json!({"amount": null}), "`amount` must be given"),
            (json!({"amount": "1"}), "`amount` must be a number from 0 to 1000"),
            (json!({"amount": 1001}), "`amount` must be a number from 0 to 1000"),
            (json!({"amount": 1, "unit": "pint"}), "`unit` must be one of mg, ml"),
            (json!({"amount": 1, "times": ["noon", 3]}), "`times.1` must be a text of at most 5 characters"),
            (json!({"amount": 1, "times": [1, 2, 3]}), "`times` must be a list of at most 2 values"),
            (json!({"amount": 1, "notes": {"secret": 1}}), "each member of `notes` must be true or false"),
            (json!({"amount": 1, "secret": 1}), "this has a member that is none of amount, unit, times, notes"),
        ] {
            assert_eq!(DOSE.check(&wrong), Err(says.into()), "{wrong}");
        }
        let deep = (0..31).fold(json!(1), |below, _| json!([below]));
        assert!(JsonSchema::Any.check(&deep).is_err() && JsonSchema::Any.check(&deep[0]).is_ok());
    }
}
