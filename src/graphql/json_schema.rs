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
    /// A day, as 2024-05-01.
    Day,
    /// A number from the first to the second.
    Number(f64, f64),
    /// A number with its unit: `{"value": 72, "unit": "/min"}`. Each unit has its least and greatest number.
    Measure(&'static [(&'static str, f64, f64)]),
    /// True or false.
    Flag,
    /// A list of at most so many such values.
    List(&'static JsonSchema, usize),
    /// An object of these members and no others.
    Object(&'static [Member]),
    /// The same, with at least one of its members.
    SomeOf(&'static [Member]),
    /// An object of at most so many members of any names, each such a value.
    Map(&'static JsonSchema, usize),
}

/// A member of an object.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it must look like.
    pub schema: JsonSchema,
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

/// The most faults of one value that are told.
const MOST: usize = 20;

impl JsonSchema {
    /// Everything that is wrong with a value: where, and what it must be. Never a value, nor a name that the schema does not have.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        if depth(value) > DEPTH {
            return Err(format!("this must be nested at most {DEPTH} deep"));
        }
        let mut faults = Vec::new();
        self.check_at(value, "this", &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }

    fn check_at(&self, value: &Value, at: &str, faults: &mut Vec<String>) {
        if faults.len() >= MOST {
            return;
        }
        match (self, value) {
            (JsonSchema::List(each, most), Value::Array(items)) if items.len() <= *most => {
                for (place, item) in items.iter().enumerate() {
                    each.check_at(item, &below(at, &place.to_string()), faults);
                }
            }
            (JsonSchema::Map(each, most), Value::Object(entries)) if entries.len() <= *most => {
                entries.values().for_each(|value| each.check_at(value, &format!("each member of {at}"), faults));
            }
            (JsonSchema::Object(members) | JsonSchema::SomeOf(members), Value::Object(entries)) => {
                let names = || members.iter().map(|member| member.name).collect::<Vec<_>>().join(", ");
                if entries.keys().any(|name| !members.iter().any(|member| member.name == name)) {
                    note(faults, format!("{at} has a member that is none of {}", names()));
                } else if matches!(self, JsonSchema::SomeOf(_)) && entries.values().all(Value::is_null) {
                    note(faults, format!("{at} must have a member: {}", names()));
                }
                for member in *members {
                    match entries.get(member.name).filter(|value| !value.is_null()) {
                        None if member.required => note(faults, format!("{} must be given", below(at, member.name))),
                        None => {}
                        Some(value) => member.schema.check_at(value, &below(at, member.name), faults),
                    }
                }
            }
            (JsonSchema::Measure(units), Value::Object(entries)) => {
                let unit = entries.get("unit").and_then(Value::as_str);
                let known = units.iter().find(|(name, ..)| Some(*name) == unit);
                let number = match known {
                    Some((_, least, most)) => JsonSchema::Number(*least, *most),
                    None => JsonSchema::Number(f64::MIN, f64::MAX),
                };
                match entries.get("value") {
                    Some(value) => number.check_at(value, &below(at, "value"), faults),
                    None => note(faults, format!("{} must be given", below(at, "value"))),
                }
                if known.is_none() {
                    let names: Vec<&str> = units.iter().map(|(name, ..)| *name).collect();
                    note(faults, format!("{} must be one of {}", below(at, "unit"), names.join(", ")));
                }
                if entries.keys().any(|name| name != "value" && name != "unit") {
                    note(faults, format!("{at} has a member that is none of value, unit"));
                }
            }
            _ if self.is_met(value) => {}
            _ => note(faults, format!("{at} must be {}", self.what())),
        }
    }

    /// Whether a value that has no parts is such a value.
    fn is_met(&self, value: &Value) -> bool {
        match (self, value) {
            (JsonSchema::Any, _) | (JsonSchema::Flag, Value::Bool(_)) => true,
            (JsonSchema::Text(most), Value::String(text)) => text.chars().count() <= *most,
            (JsonSchema::OneOf(all), Value::String(text)) => all.contains(&text.as_str()),
            (JsonSchema::Day, Value::String(text)) => {
                text.len() == "0000-00-00".len() && text.parse::<chrono::NaiveDate>().is_ok()
            }
            (JsonSchema::Number(least, most), Value::Number(number)) => {
                number.as_f64().is_some_and(|number| (*least..=*most).contains(&number))
            }
            _ => false,
        }
    }

    /// What such a value is, in words.
    fn what(&self) -> String {
        match self {
            JsonSchema::Any => "any value".into(),
            JsonSchema::Text(most) => format!("a text of at most {most} characters"),
            JsonSchema::OneOf(all) => format!("one of {}", all.join(", ")),
            JsonSchema::Day => "a day, as 2024-05-01".into(),
            JsonSchema::Number(f64::MIN, _) => "a number".into(),
            JsonSchema::Number(least, most) => format!("a number from {least} to {most}"),
            JsonSchema::Measure(_) => "an object of a value and its unit".into(),
            JsonSchema::Flag => "true or false".into(),
            JsonSchema::List(_, most) => format!("a list of at most {most} values"),
            JsonSchema::Object(_) | JsonSchema::SomeOf(_) => "an object".into(),
            JsonSchema::Map(_, most) => format!("an object of at most {most} members"),
        }
    }
}

/// Notes a fault, once.
fn note(faults: &mut Vec<String>, fault: String) {
    if !faults.contains(&fault) {
        faults.push(fault);
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
            (
                json!({"amount": "1", "unit": "pint", "notes": {"a": 1}}),
                "`amount` must be a number from 0 to 1000; `unit` must be one of mg, ml; each member of `notes` must be true or false",
            ),
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

    static SIGNS: JsonSchema = JsonSchema::SomeOf(&[
        Member::optional("pulse", JsonSchema::Measure(&[("/min", 10.0, 350.0)])),
        Member::optional("warmth", JsonSchema::Measure(&[("°C", 25.0, 45.0), ("°F", 77.0, 113.0)])),
        Member::optional("on", JsonSchema::Day),
    ]);

    #[test]
    fn a_number_has_a_unit_and_the_range_of_its_unit() {
        for right in [
            json!({"pulse": {"value": 72, "unit": "/min"}}),
            json!({"warmth": {"value": 98.6, "unit": "°F"}, "pulse": null, "on": "2024-02-29"}),
        ] {
            assert_eq!(SIGNS.check(&right), Ok(()), "{right}");
        }
        for (wrong, says) in [
            (json!({}), "this must have a member: pulse, warmth, on"),
            (json!({"pulse": null}), "this must have a member: pulse, warmth, on"),
            (json!({"pulse": 72}), "`pulse` must be an object of a value and its unit"),
            (json!({"pulse": {"value": 72}}), "`pulse.unit` must be one of /min"),
            (
                json!({"pulse": {"value": "72"}, "warmth": {"value": 98.6, "unit": "°C"}}),
                "`pulse.value` must be a number; `pulse.unit` must be one of /min; `warmth.value` must be a number from 25 to 45",
            ),
            (
                json!({"pulse": {"unit": "/min", "rhythm": 1}}),
                "`pulse.value` must be given; `pulse` has a member that is none of value, unit",
            ),
            (json!({"on": "2023-02-29"}), "`on` must be a day, as 2024-05-01"),
            (json!({"on": "+2023-2-9"}), "`on` must be a day, as 2024-05-01"),
        ] {
            assert_eq!(SIGNS.check(&wrong), Err(says.into()), "{wrong}");
        }
    }
}
