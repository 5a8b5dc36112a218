//! What the JSON of a column must look like, declared beside the column and checked when a client writes it.

use super::{
    clock::Clock,
    rules::{Longest, TEXT},
    text::{clean, is_noncharacter},
};
use serde_json::Value;

/// The most levels of lists and objects: MariaDB takes no more than 32.
const DEPTH: usize = 30;

/// What a JSON value must look like.
#[derive(Debug)]
pub enum JsonSchema {
    /// Any value whose texts hold nothing that no text has.
    Any,
    /// What a rule of the entity says ([`super::rules::Holds::Json`]).
    ByRule,
    /// One line of at most so many characters, by the rules of all lines.
    Text(usize),
    /// Lines of at most so many characters together, by the rules of all texts.
    Lines(usize),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A day, as 2024-05-01.
    Day,
    /// A day that has come.
    PastDay,
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
    pub fn check(&self, value: &Value, clock: Option<Clock>) -> Result<(), String> {
        if depth(value) > DEPTH {
            return Err(format!("this must be nested at most {DEPTH} deep"));
        }
        let mut faults = Vec::new();
        self.check_at(value, "this", clock, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }

    fn check_at(&self, value: &Value, at: &str, clock: Option<Clock>, faults: &mut Vec<String>) {
        if faults.len() >= MOST {
            return;
        }
        match (self, value) {
            (JsonSchema::List(each, most), Value::Array(items)) if items.len() <= *most => {
                for (place, item) in items.iter().enumerate() {
                    each.check_at(item, &below(at, &place.to_string()), clock, faults);
                }
            }
            (JsonSchema::Map(each, most), Value::Object(entries)) if entries.len() <= *most => {
                if entries.keys().any(|name| !is_text(name)) {
                    note(faults, format!("{at} has a member whose name is no text: it holds U+0000 or a noncharacter"));
                }
                let each_of = format!("each member of {at}");
                entries.values().for_each(|value| each.check_at(value, &each_of, clock, faults));
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
                        Some(value) => member.schema.check_at(value, &below(at, member.name), clock, faults),
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
                    Some(value) => number.check_at(value, &below(at, "value"), clock, faults),
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
            (JsonSchema::Any, value) => {
                if !is_text_within(value) {
                    note(faults, format!("{at} must hold no U+0000 and no noncharacter: no text has them"));
                }
            }
            (JsonSchema::Text(most), Value::String(text)) => note_text(faults, at, Longest::Line(*most), text),
            (JsonSchema::Lines(most), Value::String(text)) if text.chars().count() <= *most => {
                note_text(faults, at, Longest::Prose(TEXT), text);
            }
            (JsonSchema::PastDay, Value::String(text)) if JsonSchema::Day.is_met(value) => {
                if clock.is_some_and(|clock| !clock.has_come(text)) {
                    note(faults, format!("{at} must not be in the future"));
                }
            }
            _ if self.is_met(value) => {}
            _ => note(faults, format!("{at} must be {}", self.what())),
        }
    }

    /// Whether a value that has no parts is such a value.
    fn is_met(&self, value: &Value) -> bool {
        match (self, value) {
            (JsonSchema::ByRule, _) | (JsonSchema::Flag, Value::Bool(_)) => true,
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
            JsonSchema::Any | JsonSchema::ByRule => "any value".into(),
            JsonSchema::Text(most) | JsonSchema::Lines(most) => format!("a text of at most {most} characters"),
            JsonSchema::OneOf(all) => format!("one of {}", all.join(", ")),
            JsonSchema::Day | JsonSchema::PastDay => "a day, as 2024-05-01".into(),
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

/// Notes what is wrong with a text.
fn note_text(faults: &mut Vec<String>, at: &str, longest: Longest, text: &str) {
    match clean(longest, text) {
        Ok(Some(_)) => {}
        Ok(None) => note(faults, format!("{at} must not be blank")),
        Err((_, wrong)) => note(faults, wrong.replacen("this", at, 1)),
    }
}

/// Whether a name or a text holds nothing that no text has.
fn is_text(text: &str) -> bool {
    !text.chars().any(|c| c == '\0' || is_noncharacter(c))
}

/// The same of all names and texts in a value.
fn is_text_within(value: &Value) -> bool {
    match value {
        Value::String(text) => is_text(text),
        Value::Array(items) => items.iter().all(is_text_within),
        Value::Object(entries) => entries.iter().all(|(name, value)| is_text(name) && is_text_within(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
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
            assert_eq!(DOSE.check(&right, None), Ok(()), "{right}");
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
            assert_eq!(DOSE.check(&wrong, None), Err(says.into()), "{wrong}");
        }
        let deep = (0..31).fold(json!(1), |below, _| json!([below]));
        assert!(JsonSchema::Any.check(&deep, None).is_err() && JsonSchema::Any.check(&deep[0], None).is_ok());
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
            assert_eq!(SIGNS.check(&right, None), Ok(()), "{right}");
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
            assert_eq!(SIGNS.check(&wrong, None), Err(says.into()), "{wrong}");
        }
    }

    static TALE: JsonSchema = JsonSchema::Object(&[
        Member::optional("name", JsonSchema::Text(5)),
        Member::optional("tale", JsonSchema::Lines(9)),
        Member::optional("since", JsonSchema::PastDay),
        Member::optional("more", JsonSchema::Map(&JsonSchema::Any, 9)),
    ]);

    #[test]
    fn text_within_json_is_held_to_the_rules_of_text() {
        let clock = Clock { today: "2026-03-01".parse().unwrap(), now: "2026-03-01T12:00:00".parse().unwrap() };
        for right in [
            json!({"name": " Ada ", "tale": "a\nb\u{202e}", "since": "2026-03-01"}),
            json!({"more": {"a": ["\u{1}", {"b": "\u{202e}"}], "c": " "}}),
        ] {
            assert_eq!(TALE.check(&right, Some(clock)), Ok(()), "{right}");
        }
        for (wrong, says) in [
            (json!({"name": "a\u{0}"}), "`name` must hold no control characters"),
            (json!({"name": "a\nb"}), "`name` must hold no control characters"),
            (json!({"name": "abcdef"}), "`name` must be no longer than 5 characters"),
            (json!({"name": "\u{200b} "}), "`name` must not be blank"),
            (
                json!({"name": "a\u{202e}"}),
                "`name` must hold no characters that turn the direction of text: U+202A to U+202E, U+2066 to U+2069",
            ),
            (json!({"tale": "abcdefghij"}), "`tale` must be a text of at most 9 characters"),
            (json!({"since": "2026-03-02"}), "`since` must not be in the future"),
            (json!({"since": "2026-02-30"}), "`since` must be a day, as 2024-05-01"),
            (
                json!({"more": {"a": [{"b\u{0}": 1}]}}),
                "each member of `more` must hold no U+0000 and no noncharacter: no text has them",
            ),
        ] {
            assert_eq!(TALE.check(&wrong, Some(clock)), Err(says.into()), "{wrong}");
        }
    }
}
