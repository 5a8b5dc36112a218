//! "Did you mean …?" for fields and arguments that do not exist.

use async_graphql::registry::Registry;

/// Names beyond this are no slips of the pen.
const LONGEST: usize = 64;

/// A message of validation, with the name that was perhaps meant.
pub(super) fn with_suggestion(registry: &Registry, message: String) -> String {
    match of_field(registry, &message).or_else(|| of_argument(registry, &message)) {
        Some(name) => format!("{message} Did you mean \"{name}\"?"),
        None => message,
    }
}

fn of_field<'a>(registry: &'a Registry, message: &str) -> Option<&'a str> {
    let (field, ty) = message.strip_prefix("Unknown field \"")?.split_once("\" on type \"")?;
    let fields = registry.types.get(ty.strip_suffix("\".")?)?.fields()?;
    nearest(fields.keys().filter(|name| !name.starts_with("__")), field)
}

fn of_argument<'a>(registry: &'a Registry, message: &str) -> Option<&'a str> {
    let (argument, rest) = message.strip_prefix("Unknown argument \"")?.split_once("\" on field \"")?;
    let (field, ty) = rest.split_once("\" of type \"")?;
    let field = registry.types.get(ty.strip_suffix("\".")?)?.fields()?.get(field)?;
    nearest(field.args.keys(), argument)
}

fn nearest<'a>(names: impl Iterator<Item = &'a String>, given: &str) -> Option<&'a str> {
    if given.len() > LONGEST {
        return None;
    }
    let alike = names.map(|name| (strsim::jaro_winkler(name, given), name.as_str()));
    let (likeness, name) = alike.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness > 0.7).then_some(name)
}
