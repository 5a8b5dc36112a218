//! "Did you mean …?" for fields that do not exist.

use async_graphql::registry::Registry;

/// Names beyond this are no slips of the pen.
const LONGEST: usize = 64;

/// A message of validation, with the field that was perhaps meant.
pub(super) fn with_suggestion(registry: &Registry, message: String, wanted: bool) -> String {
    // Of arguments async-graphql suggests some itself, asked or not.
    let told = message.split(" Did you mean").next().unwrap_or_default();
    if !wanted {
        return told.to_owned();
    }
    match field_and_type(told).and_then(|(field, ty)| nearest(registry, field, ty)) {
        Some(name) => format!("{told} Did you mean \"{name}\"?"),
        None => message,
    }
}

fn field_and_type(message: &str) -> Option<(&str, &str)> {
    let (field, ty) = message.strip_prefix("Unknown field \"")?.split_once("\" on type \"")?;
    Some((field, ty.strip_suffix("\".")?))
}

fn nearest<'a>(registry: &'a Registry, field: &str, ty: &str) -> Option<&'a str> {
    if field.len() > LONGEST {
        return None;
    }
    let fields = registry.types.get(ty)?.fields()?;
    let alike = fields.keys().map(|name| (strsim::jaro_winkler(name, field), name.as_str()));
    let (likeness, name) = alike.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness > 0.7 && !name.starts_with("__")).then_some(name)
}
