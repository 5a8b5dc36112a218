//! What a request may ask for, checked before validation and before anything is fetched, in linear time: a scan of
//! the text before it is parsed, and a walk over the document that remembers each fragment.

use crate::{
    error::{Error, Result},
    graphql::{
        args::Args,
        limits::Limits,
        model::{Model, Object},
    },
};
use async_graphql::{
    Name, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use std::collections::HashMap;

/// A longer name counts as several tokens: others compare names letter by letter.
const TOKEN: usize = 32;

/// The lists of introspection that lead from a type to others, so that each within another multiplies the answer. Both
/// numbers are graphql-js's (`MaxIntrospectionDepthRule`); the queries of tools stay well within.
const LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];
/// How many of them may stand within each other.
const MOST_LISTS: u64 = 2;

/// What a document may ask of introspection, and what `__schema` and `__type` weigh: async-graphql answers each anew.
const MOST_INTROSPECTION: u64 = 30;
const WEIGHTS: [(&str, u64); 2] = [("__schema", 10), ("__type", 1)];

fn check(key: &'static str, allowed: u64, asked: u64) -> Result<()> {
    if asked > allowed { Err(Error::Limit { key, allowed, asked: Some(asked) }) } else { Ok(()) }
}

impl Limits {
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
                    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+');
                    let length = std::iter::from_fn(|| bytes.next_if(word)).count();
                    tokens += (length / TOKEN) as u64;
                }
            }
            tokens += 1;
        }
        check("max_tokens", self.max_tokens, tokens)?;
        check("max_nesting", self.max_nesting, deepest)
    }

    /// Checks what validation walks over: all operations, whichever is to run, and all fragments, spread or not.
    pub fn check_document(&self, document: &ExecutableDocument, objects: &Objects) -> Result<()> {
        let variables = Variables::default();
        let mut walk = Walk { limits: self, document, variables: &variables, objects, known: HashMap::new() };
        let operations = document.operations.iter().map(|(_, operation)| {
            (&operation.node.selection_set.node, operation.node.directives.len() + of_variables(&operation.node))
        });
        let fragments = document
            .fragments
            .values()
            .map(|fragment| (&fragment.node.selection_set.node, fragment.node.directives.len()));
        for (set, directives) in operations.chain(fragments) {
            let total = walk.set(set, None, 0);
            check("max_nesting", self.max_nesting, total.levels)?;
            check("max_selections", self.max_selections, total.selections)?;
            check("max_directives", self.max_directives, total.directives.saturating_add(directives as u64))?;
            check("max_repetitions", self.max_repetitions, total.repetitions)?;
            if total.introspection > MOST_INTROSPECTION {
                let most = WEIGHTS.map(|(name, weight)| format!("`{name}` {} times", MOST_INTROSPECTION / weight));
                return Err(Error::BadInput(format!(
                    "introspection is asked for too often: a document may ask for {}",
                    most.join(", or for ")
                )));
            }
            if total.introspected > MOST_LISTS {
                return Err(Error::BadInput(format!(
                    "the maximum introspection depth is exceeded: {} may stand within each other {MOST_LISTS} deep",
                    LISTS.map(|list| format!("`{list}`")).join(", ")
                )));
            }
        }
        Ok(())
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
        let total = walk.set(&operation.selection_set.node, Some(objects.root), 0);
        check("max_root_fields", self.max_root_fields, total.here)?;
        check("max_aliases", self.max_aliases, total.aliases)?;
        check("max_depth", self.max_depth, total.depth)?;
        if total.page.0 > u64::from(self.max_page_size) {
            let (asked, argument) = total.page;
            return Err(Error::TooMany {
                key: "max_page_size",
                argument,
                allowed: u64::from(self.max_page_size),
                asked,
            });
        }
        check("max_cost", self.max_cost, total.cost)
    }
}

/// Directives of an operation's variables.
fn of_variables(operation: &OperationDefinition) -> usize {
    operation.variable_definitions.iter().map(|definition| definition.node.directives.len()).sum()
}

fn skip_string(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) {
    let quote = |bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>| bytes.next_if_eq(&b'"').is_some();
    if quote(bytes) {
        if !quote(bytes) {
            return; // the empty string
        }
        // Three quotes end it, unless a backslash stands before them.
        let (mut quotes, mut escaped) = (0, false);
        for byte in bytes.by_ref() {
            match byte {
                b'"' => quotes += 1,
                _ => (quotes, escaped) = (0, byte == b'\\'),
            }
            if quotes == 3 && !escaped {
                return;
            }
            if quotes == 3 {
                (quotes, escaped) = (0, false);
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
    model: &'static Model,
    root: &'static Object,
    by_name: HashMap<&'static str, &'static Object>,
}

impl Objects {
    /// Everything that can be reached from the root.
    pub fn below(model: &'static Model, root: &'static Object) -> Self {
        let (mut by_name, mut ahead) = (HashMap::new(), vec![root]);
        while let Some(object) = ahead.pop() {
            if by_name.insert(object.name, object).is_none() {
                ahead.extend(model.fields(object).filter_map(|def| def.field.target(object)));
            }
        }
        Objects { model, root, by_name }
    }
}

/// What a selection set asks for, for one object.
#[derive(Debug, Clone, Copy, Default)]
struct Total {
    /// Fields of the set itself.
    here: u64,
    depth: u64,
    /// The largest page, and the argument that asks for it.
    page: (u64, &'static str),
    cost: u64,
    aliases: u64,
    selections: u64,
    directives: u64,
    /// The most often that one set asks for one response key.
    repetitions: u64,
    /// Sets within sets, those of fragments included.
    levels: u64,
    /// Lists of introspection within each other, if the set is one of introspection.
    lists: u64,
    /// The same of the introspection that the set holds.
    introspected: u64,
    /// The weight of that introspection.
    introspection: u64,
}

impl Total {
    fn add(&mut self, other: Total) {
        self.here = self.here.saturating_add(other.here);
        self.depth = self.depth.max(other.depth);
        self.page = self.page.max(other.page);
        self.cost = self.cost.saturating_add(other.cost);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.selections = self.selections.saturating_add(other.selections);
        self.directives = self.directives.saturating_add(other.directives);
        self.repetitions = self.repetitions.max(other.repetitions);
        self.levels = self.levels.max(other.levels);
        self.lists = self.lists.max(other.lists);
        self.introspected = self.introspected.max(other.introspected);
        self.introspection = self.introspection.saturating_add(other.introspection);
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

    /// `level` is how many sets this one is within: too deep a document, or a chain of fragments, is not followed.
    fn set(&mut self, set: &'a SelectionSet, on: Option<&'static Object>, level: u64) -> Total {
        let mut total = Total { levels: u64::from(!set.items.is_empty()), ..Total::default() };
        if level > self.limits.max_nesting {
            return total;
        }
        let mut times: HashMap<&str, u64> = HashMap::new();
        for selection in &set.items {
            total.selections = total.selections.saturating_add(1);
            let (directives, mut inner) = match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let seen = times.entry(field.response_key().node.as_str()).or_default();
                    *seen += 1;
                    total.repetitions = total.repetitions.max(*seen);
                    (&field.directives, self.field(field, on, level))
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| self.narrowed(&condition.node.on.node, on));
                    (&fragment.node.directives, self.set(&fragment.node.selection_set.node, on, level + 1))
                }
                Selection::FragmentSpread(spread) => {
                    (&spread.node.directives, self.fragment(&spread.node.fragment_name.node, on, level))
                }
            };
            inner.directives = inner.directives.saturating_add(directives.len() as u64);
            inner.levels += u64::from(inner.levels > 0);
            total.add(inner);
        }
        total
    }

    fn field(&mut self, field: &'a Field, on: Option<&'static Object>, level: u64) -> Total {
        let name = field.name.node.as_str();
        let def = on.and_then(|object| self.objects.model.field(object, name));
        let args = Args::with(self.variables, &field.arguments);
        let many = def.map_or(1, |def| def.field.expected(&args, self.limits));
        let effort = def.map_or(0, |def| def.field.effort());
        let target = def.zip(on).and_then(|(def, object)| def.field.target(object));
        let below = self.set(&field.selection_set.node, target, level + 1);
        if name.starts_with("__") {
            // Introspection costs no objects and may be deep; async-graphql answers it from memory.
            let introspected = below.introspected.max(below.lists);
            let weight = WEIGHTS.iter().find(|(weighed, _)| *weighed == name).map_or(0, |(_, weight)| *weight);
            let introspection = below.introspection.saturating_add(weight);
            return Total { here: 1, depth: 0, cost: 0, lists: 0, introspected, introspection, ..below };
        }
        // A row counts; the connections, edges and pages around it do not.
        let object = u64::from(target.is_some_and(|target| target.is_node) || (target.is_none() && many > 1));
        Total {
            here: 1,
            depth: below.depth + 1,
            page: below.page.max(args.page()),
            cost: below.cost.saturating_add(object).saturating_mul(many).saturating_add(effort),
            aliases: below.aliases.saturating_add(u64::from(field.alias.is_some())),
            lists: below.lists + u64::from(LISTS.contains(&name)),
            ..below
        }
    }

    fn fragment(&mut self, name: &'a Name, on: Option<&'static Object>, level: u64) -> Total {
        let Some(fragment) = self.document.fragments.get(name) else { return Total::default() };
        let on = self.narrowed(&fragment.node.type_condition.node.on.node, on);
        let key = (name, on.map(|object| object.name));
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        self.known.insert(key, Total::default());
        let total = self.set(&fragment.node.selection_set.node, on, level + 1);
        self.known.insert(key, total);
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    static ROOT: Object = Object { name: "Query", doc: "", is_node: false, of: None, scalars: &[], fields: &[] };
    static MODEL: LazyLock<Model> = LazyLock::new(|| Model::new("", &ROOT, &ROOT, &[], &[]));

    pub(super) fn limits() -> Limits {
        Limits {
            max_depth: 15,
            max_cost: 250_000,
            max_aliases: 30,
            max_root_fields: 20,
            max_tokens: 50,
            max_nesting: 128,
            max_selections: 20_000,
            max_directives: 50,
            max_repetitions: 50,
            max_page_size: 200,
            default_page_size: 20,
            max_level_rows: 1000,
            max_answer_bytes: 1 << 20,
            max_request_bytes: 1 << 20,
            max_memory_bytes: 1 << 20,
            max_graph_matches: 1000,
            max_rows_read: 1000,
            max_total_count: 1000,
            read_only: None,
            break_glass_minutes: 60,
            idempotency_hours: 1,
            introspection: true,
            suggestions: true,
            persisted_query_bytes: 0,
        }
    }

    #[test]
    fn tokens_are_counted_outside_strings_and_comments() {
        let limits = limits();
        assert!(limits.check_text("{ a(b: \"{{{{ # not a comment\") # { { {\n c }").is_ok());
        assert!(limits.check_text(&format!("{{ a(b: \"\"\"{}\"\"\") }}", "{ x ".repeat(100))).is_ok());
        assert!(limits.check_text(&"a ".repeat(51)).is_err());
        // What ends a block string, and what does not: behind it all counts again.
        for block in [r#"x \""" y"#, r#"\""""#, r#"\"""\""""#, r#"x \\""" y"#, r#"a " b "" c"#] {
            let hidden = format!("{{ a(b: \"\"\"{block}\"\"\") {} }}", "a ".repeat(51));
            assert!(limits.check_text(&hidden).is_err(), "{block}");
            let shown = format!("{{ a(b: \"\"\"{block}{}\"\"\") }}", " a".repeat(51));
            assert!(limits.check_text(&shown).is_ok(), "{block}");
            assert!(async_graphql::parser::parse_query(shown).is_ok(), "{block}");
        }
        assert!(Limits { max_tokens: 1000, ..limits }.check_text(&"{".repeat(200)).is_err());
    }

    #[test]
    fn introspection_is_bounded_in_breadth() {
        let refused = |text: String| {
            let document = async_graphql::parser::parse_query(text).unwrap();
            limits().check_document(&document, &Objects::below(&MODEL, &ROOT)).err()
        };
        let many = |field: &str, count: usize| {
            (0..count).map(|at| format!("a{at}: {field} {{ __typename }} ")).collect::<String>()
        };
        let types = "__type(name: \"Patient\")";
        assert_eq!(refused(format!("{{ {} }}", many("__schema", 3))).map(|error| error.code()), None);
        assert_eq!(refused(format!("{{ {} }}", many(types, 30))).map(|error| error.code()), None);
        for text in [
            format!("{{ {} }}", many("__schema", 4)),
            format!("{{ {} }}", many(types, 31)),
            format!(
                "{{ ...a ...b }} fragment a on Query {{ {0} }} fragment b on Query {{ {1} }}",
                many("__schema", 2),
                many("__schema", 2)
            ),
        ] {
            let told = refused(text).unwrap().public_message();
            assert!(told.contains("`__schema` 3 times, or for `__type` 30 times"), "{told}");
        }
    }

    #[test]
    fn a_fragment_bomb_is_refused_quickly() {
        let mut text = String::from("{ ...f0 }");
        for i in 0..40 {
            text.push_str(&format!(" fragment f{i} on Query {{ a {{ ...f{0} }} b {{ ...f{0} }} }}", i + 1));
        }
        text.push_str(" fragment f40 on Query { c }");
        let document = async_graphql::parser::parse_query(text).unwrap();
        let operation = &document.operations.iter().next().unwrap().1.node;
        let objects = Objects::below(&MODEL, &ROOT);
        let refused = limits().check_operation(&document, operation, &Variables::default(), &objects);
        assert!(matches!(refused, Err(Error::Limit { key: "max_cost" | "max_depth", .. })), "{refused:?}");
        let refused = limits().check_document(&document, &objects);
        assert!(matches!(refused, Err(Error::Limit { key: "max_selections", .. })), "{refused:?}");
    }
}
