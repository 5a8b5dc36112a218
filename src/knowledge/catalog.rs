//! What the catalogs know, without any patient: concepts, facts about them, and `knowledge` at the root.

use super::{
    first_arg, first_of,
    path::{Edge, GlobalId, PATH, Path, Place, concept_key, no_args},
};
use crate::{
    db::Enumerated,
    error::{Error, Result},
    graph::knowledge::{Catalog, Concept, ConceptKind, Fact, FactKind, Ranked},
    graphql::{
        args::{Args, as_list, as_text},
        context::Cx,
        exec::{Given, Level, Slot, children},
        made::{Made, MadeRow, Texts, ToMany, ToOne, made},
        model::{Field, FieldDef, Loading, Object},
        types::{Arg, FieldType, Types},
    },
};
use async_graphql::Value;
use std::sync::Arc;

made! {
    Concept {
        /// The global id, as `Concept:7`.
        "id": GlobalId = |concept| GlobalId(concept_key(concept.id));
        /// What it is.
        "kind": ConceptKind = |concept| concept.kind;
        /// Its name.
        "name": String = |concept| concept.name.to_string();
        /// The catalog that it comes from.
        "catalog": String = |concept| concept.catalog.to_string();
        /// Its identifier in that catalog.
        "code": String = |concept| concept.code.to_string();
        /// A few words on it.
        "description": Option<String> = |concept| concept.description.as_deref().map(str::to_owned);
    }
}

/// A concept of a catalog.
pub static CONCEPT: Object = Object {
    name: "Concept",
    doc: "A symptom, condition, drug or class of drugs that a catalog knows.",
    is_node: false,
    of: None,
    scalars: Concept::SCALARS,
    fields: &[
        FieldDef {
            name: "synonyms",
            doc: "Its other names, brands and codes.",
            field: &Texts::<Concept>(|concept, _| concept.names.iter().map(|(_, name)| name.clone()).collect()),
        },
        FieldDef {
            name: "facts",
            doc: "What is known of it, in either direction.",
            field: &ToMany { object: &FACT, make: facts, args: facts_args, expected: 20 },
        },
    ],
};

made! {
    Fact {
        /// What it says.
        "kind": FactKind = |fact| fact.kind;
        /// Who says so.
        "source": String = |fact| fact.source.to_string();
        /// What it rests on.
        "evidence": Option<String> = |fact| fact.evidence.as_deref().map(str::to_owned);
        /// Its weight in its catalog, where it has one.
        "weight": Option<i32> = |fact| fact.weight;
    }
}

/// A fact of a catalog.
static FACT: Object = Object {
    name: "Fact",
    doc: "What a catalog says of two concepts.",
    is_node: false,
    of: None,
    scalars: Fact::SCALARS,
    fields: &[
        FieldDef {
            name: "from",
            doc: "The concept that it starts from.",
            field: &ToOne { object: &CONCEPT, make: |fact: &Fact, cx| cx.graph.knowledge().get(fact.from).cloned() },
        },
        FieldDef {
            name: "to",
            doc: "The concept that it leads to.",
            field: &ToOne { object: &CONCEPT, make: |fact: &Fact, cx| cx.graph.knowledge().get(fact.to).cloned() },
        },
    ],
};

fn facts_args(types: &mut Types<'_>) -> Vec<Arg> {
    let kind = types.kind(crate::db::Kind::Enum(FactKind::OF));
    vec![
        Arg::new("kinds", format!("[{kind}!]"), "Only facts of these kinds."),
        Arg::new("first", "Int", "At most this many; by default as many as a page has."),
    ]
}

fn facts(concept: &Concept, args: &Args, cx: &Cx) -> Result<Vec<Fact>> {
    let knowledge = cx.graph.knowledge();
    let kinds: Option<Vec<&str>> = args.get("kinds").map(|kinds| as_list(kinds).iter().filter_map(as_text).collect());
    let wanted = |fact: &&Fact| kinds.as_ref().is_none_or(|kinds| kinds.contains(&fact.kind.name()));
    let all = knowledge.facts_from(concept.id).iter().chain(knowledge.facts_to(concept.id));
    Ok(all.filter(wanted).take(first(args, cx)?).cloned().collect())
}

fn first(args: &Args, cx: &Cx) -> Result<usize> {
    Ok(args.count("first", cx.limits.max_page_size)?.unwrap_or(cx.limits.default_page_size) as usize)
}

/// `knowledge` at the root.
#[derive(Debug)]
struct Everything;

made! { Everything {} }

/// What the catalogs know.
static KNOWLEDGE: Object = Object {
    name: "Knowledge",
    doc: "What the catalogs know, without any patient.",
    is_node: false,
    of: None,
    scalars: Everything::SCALARS,
    fields: &[
        FieldDef {
            name: "conditions",
            doc: "Conditions, by name.",
            field: &ToMany {
                object: &CONCEPT,
                make: |_: &Everything, args, cx| search(ConceptKind::Condition, args, cx),
                args: search_args,
                expected: 20,
            },
        },
        FieldDef {
            name: "symptoms",
            doc: "Symptoms, by name.",
            field: &ToMany {
                object: &CONCEPT,
                make: |_: &Everything, args, cx| search(ConceptKind::Symptom, args, cx),
                args: search_args,
                expected: 20,
            },
        },
        FieldDef {
            name: "drugs",
            doc: "Drugs, by name.",
            field: &ToMany {
                object: &CONCEPT,
                make: |_: &Everything, args, cx| search(ConceptKind::Drug, args, cx),
                args: search_args,
                expected: 20,
            },
        },
        FieldDef {
            name: "differential",
            doc: "Conditions that symptoms speak for, the likeliest first. It supports a decision and makes none: it knows what the catalogs say of these symptoms, and nothing else of anybody. The score is m / (p + (c - m) / 4): m is the weight of the given symptoms that speak for the condition, p that of all given ones, c that of all symptoms that speak for the condition; a symptom weighs ln(1 + conditions / conditions that it speaks for).",
            field: &ToMany { object: &RANKED, make: differential, args: differential_args, expected: 10 },
        },
        FieldDef {
            name: "path",
            doc: "A shortest path between two concepts, over facts in either direction; null where there is none of at most six.",
            field: &Between,
        },
        FieldDef {
            name: "catalogs",
            doc: "The catalogs that are loaded.",
            field: &ToMany {
                object: &CATALOG,
                make: |_: &Everything, _, cx| Ok(cx.graph.knowledge().catalogs().to_vec()),
                args: no_args,
                expected: 3,
            },
        },
    ],
};

made! {
    Catalog {
        /// Its name.
        "source": String = |catalog| catalog.source.to_string();
        /// Its title.
        "title": Option<String> = |catalog| catalog.title.as_deref().map(str::to_owned);
        /// Its version.
        "version": String = |catalog| catalog.version.to_string();
        /// Its licence.
        "license": Option<String> = |catalog| catalog.license.as_deref().map(str::to_owned);
    }
}

static CATALOG: Object = Object {
    name: "Catalog",
    doc: "A source of clinical knowledge.",
    is_node: false,
    of: None,
    scalars: Catalog::SCALARS,
    fields: &[],
};

fn search_args(_: &mut Types<'_>) -> Vec<Arg> {
    vec![
        Arg::new(
            "search",
            "String",
            "Only those with a name that holds words beginning with each of these words, without case and accents.",
        ),
        Arg::new("first", "Int", "At most this many; by default as many as a page has."),
    ]
}

fn search(kind: ConceptKind, args: &Args, cx: &Cx) -> Result<Vec<Concept>> {
    let knowledge = cx.graph.knowledge();
    let found = knowledge.search(kind, args.text("search").unwrap_or_default(), first(args, cx)?);
    Ok(found.into_iter().filter_map(|id| knowledge.get(id).cloned()).collect())
}

made! {
    Ranked {
        /// How well the condition fits, from 0 to 1.
        "score": f64 = |ranked| ranked.score;
        /// How many of the given symptoms speak for it.
        "symptomCount": i32 = |ranked| i32::try_from(ranked.by.len()).unwrap_or(i32::MAX);
    }
}

static RANKED: Object = Object {
    name: "DifferentialConcept",
    doc: "A condition that symptoms speak for.",
    is_node: false,
    of: None,
    scalars: Ranked::SCALARS,
    fields: &[
        FieldDef {
            name: "condition",
            doc: "The condition.",
            field: &ToOne {
                object: &CONCEPT,
                make: |ranked: &Ranked, cx| cx.graph.knowledge().get(ranked.condition).cloned(),
            },
        },
        FieldDef {
            name: "symptoms",
            doc: "The given symptoms that speak for it.",
            field: &ToMany {
                object: &CONCEPT,
                make: |ranked: &Ranked, args, cx| {
                    let knowledge = cx.graph.knowledge();
                    let by = ranked.by.iter().take(first_of(args, cx)?);
                    Ok(by.filter_map(|id| knowledge.get(*id).cloned()).collect())
                },
                args: |_| vec![first_arg()],
                expected: 3,
            },
        },
        FieldDef {
            name: "paths",
            doc: "The facts that this rests on.",
            field: &ToMany {
                object: &PATH,
                make: |ranked: &Ranked, args, cx| {
                    let knowledge = cx.graph.knowledge();
                    let by = ranked.by.iter().take(first_of(args, cx)?);
                    let facts = by.filter_map(|id| knowledge.fact(FactKind::Indicates, *id, ranked.condition));
                    Ok(facts.map(|fact| along(cx, fact.from, std::slice::from_ref(&(fact.clone(), true)))).collect())
                },
                args: |_| vec![first_arg()],
                expected: 3,
            },
        },
    ],
};

fn differential_args(_: &mut Types<'_>) -> Vec<Arg> {
    vec![
        Arg::new("symptoms", "[String!]!", "The symptoms by any of their names, or by their ids, as `Concept:7`."),
        Arg::new("first", "Int", "At most this many; by default as many as a page has."),
    ]
}

fn differential(_: &Everything, args: &Args, cx: &Cx) -> Result<Vec<Ranked>> {
    let knowledge = cx.graph.knowledge();
    let mut symptoms = Vec::new();
    for name in args.get("symptoms").map(as_list).unwrap_or_default() {
        symptoms.extend(named(cx, ConceptKind::Symptom, name)?);
    }
    symptoms.sort_unstable();
    symptoms.dedup();
    Ok(knowledge.differential(&symptoms, first(args, cx)?))
}

/// The concepts that a caller names, by name or by id.
fn named(cx: &Cx, kind: ConceptKind, value: &Value) -> Result<Vec<i32>> {
    let text = as_text(value).unwrap_or_default();
    if let Some(concept) = by_id(cx, text) {
        return match concept.kind == kind {
            true => Ok(vec![concept.id]),
            false => Err(Error::BadInput(format!("{text} is no {}", kind.name().to_lowercase()))),
        };
    }
    let found = cx.graph.knowledge().named(kind, text);
    match found.is_empty() {
        true => Err(unknown(cx, kind, text)),
        false => Ok(found.into_iter().map(|tie| tie.concept).collect()),
    }
}

fn by_id(cx: &Cx, text: &str) -> Option<Concept> {
    let id = text.strip_prefix("Concept:")?.parse().ok()?;
    cx.graph.knowledge().get(id).cloned()
}

/// That the catalogs do not know a name, and which they do.
pub fn unknown(cx: &Cx, kind: ConceptKind, text: &str) -> Error {
    let near = cx.graph.knowledge().similar_names(kind, text, 3);
    let near: Vec<String> = near.iter().map(|name| format!("\"{name}\"")).collect();
    let hint = match near.is_empty() {
        true => "no catalog is loaded that knows any".into(),
        false => format!("did you mean {}?", near.join(" or ")),
    };
    Error::BadInput(format!("the catalogs know no {} of this name; {hint}", kind.name().to_lowercase()))
}

/// A walk over facts, as a path.
fn along(cx: &Cx, from: i32, facts: &[(Fact, bool)]) -> Path {
    let knowledge = cx.graph.knowledge();
    let ends = facts.iter().map(|(fact, forwards)| if *forwards { fact.to } else { fact.from });
    Path {
        nodes: std::iter::once(from).chain(ends).filter_map(|id| Place::concept(&knowledge, id)).collect(),
        edges: facts.iter().map(|(fact, _)| Edge::of_fact(fact)).collect(),
    }
}

/// `path(from, to)`.
struct Between;

/// The longest path that is looked for.
const LONGEST: usize = 6;

impl Field for Between {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&PATH);
        let arg = |name, doc| Arg::new(name, "ID!", doc);
        FieldType {
            ty: PATH.name.into(),
            args: vec![arg("from", "The id of a concept, as `Concept:7`."), arg("to", "The id of another.")],
        }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&PATH)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let end = |name| {
                let unknown =
                    || Error::BadInput(format!("`{name}` is no id of a concept: use the `id` of one, as `Concept:7`"));
                by_id(cx, slot.args.text(name).unwrap_or_default()).map(|concept| concept.id).ok_or_else(unknown)
            };
            let (from, to) = (end("from")?, end("to")?);
            let found = cx.graph.knowledge().path(from, to, LONGEST).map(|facts| along(cx, from, &facts));
            let rows = Made::rows(&PATH, found.into_iter().collect());
            let given = (0..level.height()).map(|_| Given::One(rows.clone()));
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

/// The field `knowledge` of the root.
pub struct Root;

impl Field for Root {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&KNOWLEDGE);
        FieldType::new(KNOWLEDGE.name)
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&KNOWLEDGE)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let rows = Made::rows(&KNOWLEDGE, vec![Everything]);
            Ok(children(cx, &level, &slot, vec![Given::One(rows)]).await)
        })
    }
}
