//! What a request may ask for, checked before validation and before anything is fetched, in linear time: a scan of
//! the text before it is parsed, and a walk over the document that remembers each fragment.

use super::{args::Args, model::Object};
use crate::error::{Error, Result};
use async_graphql::{
    Name, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use std::collections::HashMap;

/// The limits in force; each is a configuration key of the same name.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Fields nested in fields.
    pub max_depth: u64,
    /// Objects an answer may have, as far as the request can tell.
    pub max_cost: u64,
    /// Fields with an alias.
    pub max_aliases: u64,
    /// Fields at the root.
    pub max_root_fields: u64,
    /// Tokens of the document.
    pub max_tokens: u64,
    /// Brackets within brackets.
    pub max_nesting: u64,
    /// Selections after fragments are spread.
    pub max_selections: u64,
    /// Rows of a page.
    pub max_page_size: u32,
    /// Rows of a page if the request does not say.
    pub default_page_size: u32,
    /// Rows of one level, below all parents together.
    pub max_level_rows: u32,
    /// Rows that a filter by facts of the graph may match.
    pub max_graph_matches: u32,
    /// Whether nothing may be written.
    pub read_only: bool,
    /// For how long an idempotency key is kept.
    pub idempotency_hours: u32,
}

fn check(key: &'static str, allowed: u64, asked: u64) -> Result<()> {
    if asked > allowed { Err(Error::Limit { key, allowed, asked: Some(asked) }) } else { Ok(()) }
}

impl Limits {
    /// For how long an idempotency key is kept, in milliseconds.
    pub fn idempotency_ms(&self) -> i64 {
        i64::from(self.idempotency_hours) * 3_600_000
    }

    /// Counts tokens and nesting of the text, before it is parsed.
    pub fn check_text(&self, text: &str) -> Result<()> {
        let mut bytes = text.bytes().peekable();
        let (mut tokens, mut nesting, mut deepest) = (0_u64, 0_u64, 0_u64);
        while let Some(byte) = bytes.next() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xEF | 0xBB | 0xBF => continue,
                b'#' => {
                    while bytes.next().is_some_and(|byte| byte != b'\n' && byte != b'\r') {}
                    continue;
                }
                b'"' => skip_string(&mut bytes),
                b'{' | b'(' | b'[' => {
                    nesting += 1;
                    deepest = deepest.max(nesting);
                }
                b'}' | b')' | b']' => nesting = nesting.saturating_sub(1),
                _ => {
                    while bytes
                        .next_if(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+'))
                        .is_some()
                    {}
                }
            }
            tokens += 1;
        }
        check("max_tokens", self.max_tokens, tokens)?;
        check("max_nesting", self.max_nesting, deepest)
    }

    /// Checks depth, cost, aliases and root fields of an operation.
    pub fn check_operation(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
        objects: &Objects,
    ) -> Result<()> {
        let mut walk = Walk { limits: self, document, variables, objects, known: HashMap::new() };
        let total = walk.set(&operation.selection_set.node, Some(objects.root));
        check("max_root_fields", self.max_root_fields, total.here)?;
        check("max_aliases", self.max_aliases, total.aliases)?;
        check("max_depth", self.max_depth, total.depth)?;
        check("max_selections", self.max_selections, total.selections)?;
        check("max_cost", self.max_cost, total.cost)
    }
}

fn skip_string(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) {
    let quote = |bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>| bytes.next_if_eq(&b'"').is_some();
    if quote(bytes) {
        if !quote(bytes) {
            return; // the empty string
        }
        let mut quotes = 0;
        for byte in bytes.by_ref() {
            quotes = if byte == b'"' { quotes + 1 } else { 0 };
            if quotes == 3 {
                return;
            }
        }
        return;
    }
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' | b'\n' => return,
            _ => {}
        }
    }
}

/// The object types of a schema.
pub struct Objects {
    root: &'static Object,
    by_name: HashMap<&'static str, &'static Object>,
}

impl Objects {
    /// Everything that can be reached from the root.
    pub fn below(root: &'static Object) -> Self {
        let (mut by_name, mut ahead) = (HashMap::new(), vec![root]);
        while let Some(object) = ahead.pop() {
            if by_name.insert(object.name, object).is_none() {
                ahead.extend(object.fields.iter().filter_map(|def| def.field.target(object)));
            }
        }
        Objects { root, by_name }
    }
}

/// What a selection set asks for, for one object.
#[derive(Debug, Clone, Copy, Default)]
struct Total {
    /// Fields of the set itself.
    here: u64,
    depth: u64,
    cost: u64,
    aliases: u64,
    selections: u64,
}

impl Total {
    fn add(&mut self, other: Total) {
        self.here = self.here.saturating_add(other.here);
        self.depth = self.depth.max(other.depth);
        self.cost = self.cost.saturating_add(other.cost);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.selections = self.selections.saturating_add(other.selections);
    }
}

struct Walk<'a> {
    limits: &'a Limits,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    objects: &'a Objects,
    /// What each fragment asks for, on each type it is spread on; nothing while it is being looked at (a circle, which validation refuses).
    known: HashMap<(&'a Name, Option<&'static str>), Total>,
}

impl<'a> Walk<'a> {
    /// The type that a fragment's fields are of: of an interface's object, the one that the condition names.
    fn narrowed(&self, condition: &str, on: Option<&'static Object>) -> Option<&'static Object> {
        self.objects.by_name.get(condition).copied().or(on)
    }

    fn set(&mut self, set: &'a SelectionSet, on: Option<&'static Object>) -> Total {
        let mut total = Total::default();
        for selection in &set.items {
            total.selections = total.selections.saturating_add(1);
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let name = field.name.node.as_str();
                    if name.starts_with("__") {
                        // Introspection costs no objects and may be deep; async-graphql answers it from memory.
                        total.add(Total { here: 1, ..Total::default() });
                        continue;
                    }
                    let def = on.and_then(|object| object.field(name));
                    let args = Args::with(self.variables, &field.arguments);
                    let many = def.map_or(1, |def| def.field.expected(&args, self.limits));
                    let target = def.zip(on).and_then(|(def, object)| def.field.target(object));
                    let below = self.set(&field.selection_set.node, target);
                    // A row counts; the connections, edges and pages around it do not.
                    let object =
                        u64::from(target.is_some_and(|target| target.is_node) || (target.is_none() && many > 1));
                    total.add(Total {
                        here: 1,
                        depth: below.depth + 1,
                        cost: below.cost.saturating_add(object).saturating_mul(many),
                        aliases: below.aliases.saturating_add(u64::from(field.alias.is_some())),
                        selections: below.selections,
                    });
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| self.narrowed(&condition.node.on.node, on));
                    let inner = self.set(&fragment.node.selection_set.node, on);
                    total.add(inner);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let condition =
                        self.document.fragments.get(name).map(|found| &found.node.type_condition.node.on.node);
                    let on = condition.map_or(on, |condition| self.narrowed(condition, on));
                    let key = (name, on.map(|object| object.name));
                    let inner = match self.known.get(&key) {
                        Some(known) => *known,
                        None => {
                            self.known.insert(key, Total::default());
                            let fragment = self.document.fragments.get(name);
                            let inner = fragment
                                .map(|fragment| self.set(&fragment.node.selection_set.node, on))
                                .unwrap_or_default();
                            self.known.insert(key, inner);
                            inner
                        }
                    };
                    total.add(inner);
                }
            }
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn limits() -> Limits {
        Limits {
            max_depth: 15,
            max_cost: 250_000,
            max_aliases: 30,
            max_root_fields: 20,
            max_tokens: 50,
            max_nesting: 128,
            max_selections: 20_000,
            max_page_size: 200,
            default_page_size: 20,
            max_level_rows: 1000,
            max_graph_matches: 1000,
            read_only: false,
            idempotency_hours: 1,
        }
    }

    #[test]
    fn tokens_are_counted_outside_strings_and_comments() {
        let limits = limits();
        assert!(limits.check_text("{ a(b: \"{{{{ # not a comment\") # { { {\n c }").is_ok());
        assert!(limits.check_text(&format!("{{ a(b: \"\"\"{}\"\"\") }}", "{ x ".repeat(100))).is_ok());
        assert!(limits.check_text(&"a ".repeat(51)).is_err());
        assert!(Limits { max_tokens: 1000, ..limits }.check_text(&"{".repeat(200)).is_err());
    }

    #[test]
    fn a_fragment_bomb_is_refused_quickly() {
        static ROOT: Object = Object { name: "Query", doc: "", is_node: false, of: None, scalars: &[], fields: &[] };
        let mut text = String::from("{ ...f0 }");
        for i in 0..40 {
            text.push_str(&format!(" fragment f{i} on Query {{ a {{ ...f{0} }} b {{ ...f{0} }} }}", i + 1));
        }
        text.push_str(" fragment f40 on Query { c }");
        let document = async_graphql::parser::parse_query(text).unwrap();
        let operation = &document.operations.iter().next().unwrap().1.node;
        let refused = limits().check_operation(&document, operation, &Variables::default(), &Objects::below(&ROOT));
        assert!(matches!(refused, Err(Error::Limit { .. })), "{refused:?}");
    }
}
