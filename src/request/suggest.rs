//! What was perhaps meant: "Did you mean …?" for names that do not exist, where a field stands, and what an input takes.

use async_graphql::registry::{MetaEnumValue, MetaInputValue, MetaType, MetaTypeName, Registry};

/// Names beyond this are no slips of the pen.
const LONGEST: usize = 64;
/// A list of names is told whole up to this many.
const FEW: usize = 12;

/// A message of validation, with what was perhaps meant.
pub(super) fn with_suggestion(registry: &Registry, message: String) -> String {
    let hint = of_field(registry, &message)
        .or_else(|| of_argument(registry, &message))
        .or_else(|| of_enum_value(registry, &message))
        .or_else(|| of_input_field(registry, &message));
    match hint {
        Some(hint) => format!("{}. {hint}", message.trim_end_matches('.')),
        None => message,
    }
}

fn of_field(registry: &Registry, message: &str) -> Option<String> {
    let (field, ty) = message.strip_prefix("Unknown field \"")?.split_once("\" on type \"")?;
    let fields = registry.types.get(ty.strip_suffix("\".")?)?.fields()?;
    // Of a connection and an edge, most often a field of the row is meant.
    for way in ["nodes", "node"] {
        let row = fields.get(way).map(|way| MetaTypeName::concrete_typename(&way.ty));
        let has =
            |row: &&str| registry.types.get(*row).and_then(MetaType::fields).is_some_and(|row| row.contains_key(field));
        if let Some(row) = row.filter(has) {
            return Some(format!("It is a field of \"{row}\": select it within \"{way}\", as {way} {{ {field} }}."));
        }
    }
    meant(fields.keys().filter(|name| !name.starts_with("__")), field)
}

fn of_argument(registry: &Registry, message: &str) -> Option<String> {
    let (argument, rest) = message.strip_prefix("Unknown argument \"")?.split_once("\" on field \"")?;
    let (field, ty) = rest.split_once("\" of type \"")?;
    let field = registry.types.get(ty.strip_suffix("\".")?)?.fields()?.get(field)?;
    meant(field.args.keys(), argument)
}

fn of_enum_value(registry: &Registry, message: &str) -> Option<String> {
    let (_, rest) = message.split_once("enumeration type \"")?;
    let (ty, value) = rest.split_once("\" does not contain the value \"")?;
    enum_value(registry, ty, value.strip_suffix('"')?)
}

fn of_input_field(registry: &Registry, message: &str) -> Option<String> {
    let (_, rest) = message.split_once(", unknown field \"")?;
    let (field, ty) = rest.split_once("\" of type \"")?;
    input_field(registry, ty.strip_suffix('"')?, field)
}

/// What a value that an enum does not have was meant to be.
pub(super) fn enum_value(registry: &Registry, ty: &str, value: &str) -> Option<String> {
    let MetaType::Enum { enum_values, .. } = registry.types.get(ty)? else { return None };
    let current = |value: &&MetaEnumValue| !value.deprecation.is_deprecated();
    meant_or_few(enum_values.values().filter(current).map(|value| &value.name), value)
}

/// What a field that an input object does not have was meant to be.
pub(super) fn input_field(registry: &Registry, ty: &str, field: &str) -> Option<String> {
    let MetaType::InputObject { input_fields, .. } = registry.types.get(ty)? else { return None };
    meant_or_few(input_fields.keys(), field)
}

/// What an input object is, for somebody who gave something else.
pub(super) fn object_of(registry: &Registry, ty: &str) -> String {
    format!("{}, an object such as {}", article(ty), example(registry, ty, 0))
}

/// The name of a type with its article.
pub(super) fn article(name: &str) -> String {
    let vowel = name.starts_with(['A', 'E', 'I', 'O', 'U']);
    format!("{} {name}", if vowel { "an" } else { "a" })
}

/// A value of an input type, to show its form.
fn example(registry: &Registry, ty: &str, depth: u32) -> String {
    match (ty, registry.types.get(ty)) {
        (_, Some(MetaType::InputObject { input_fields, .. })) if depth < 3 => {
            let of = |field: &MetaInputValue| registry.types.get(MetaTypeName::concrete_typename(&field.ty));
            let compares = |field: &&MetaInputValue| matches!(of(field), Some(MetaType::InputObject { input_fields, .. }) if input_fields.contains_key("eq"));
            let shown = input_fields.get("eq").or_else(|| input_fields.get("some"));
            let shown = shown.or_else(|| input_fields.values().find(|field| field.ty.ends_with('!')));
            let shown = shown.or_else(|| input_fields.values().find(compares)).or_else(|| input_fields.values().next());
            let Some(field) = shown else { return "{}".into() };
            let value = example(registry, MetaTypeName::concrete_typename(&field.ty), depth + 1);
            let list = field.ty.starts_with('[');
            format!("{{{}: {}}}", field.name, if list { format!("[{value}]") } else { value })
        }
        (_, Some(MetaType::Enum { enum_values, .. })) => enum_values.keys().next().cloned().unwrap_or_default(),
        ("Int" | "Float", _) => "1".into(),
        ("Boolean", _) => "true".into(),
        ("ID", _) => "12".into(),
        ("Date", _) => "\"2024-05-01\"".into(),
        ("Time", _) => "\"14:30:00\"".into(),
        ("DateTime", _) => "\"2024-05-01T10:00:00Z\"".into(),
        (_, Some(MetaType::InputObject { .. })) => "{}".into(),
        _ => "\"x\"".into(),
    }
}

fn meant<'a>(names: impl Iterator<Item = &'a String>, given: &str) -> Option<String> {
    nearest(names, given).map(|name| format!("Did you mean \"{name}\"?"))
}

fn meant_or_few<'a>(names: impl Iterator<Item = &'a String> + Clone, given: &str) -> Option<String> {
    let all = || names.clone().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    meant(names.clone(), given).or_else(|| (names.clone().count() <= FEW).then(|| format!("There are {}.", all())))
}

fn nearest<'a>(names: impl Iterator<Item = &'a String>, given: &str) -> Option<&'a str> {
    if given.len() > LONGEST {
        return None;
    }
    let given = given.to_lowercase();
    let alike = names.map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &given), name.as_str()));
    let (likeness, name) = alike.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness > 0.7).then_some(name)
}
