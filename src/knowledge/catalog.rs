//! What the catalogs know, without any patient: concepts, facts about them, and `knowledge` at the root.

use super::{
    first_arg, first_of,
    path::{Edge, PATH, Path, Place, concept_key, no_args},
};
use crate::{
    db::Enumerated,
    error::{Error, Result},
    graphql::{
        args::{Args, as_list, as_text},
        context::Cx,
        exec::{Level, Resolved, Slot, children},
        made::{GlobalId, Made, MadeRow, Texts, ToMany, ToOne, made},
        model::{Field, FieldDef, Loading, Object, Rows},
        root::MadeNodes,
        types::{Arg, FieldType, Types},
    },
    terminology::{
        knowledge::{Catalog, Concept, ConceptKind, Fact, FactKind, Ranked},
        names,
    },
};
use async_graphql::Value;
use std::sync::Arc;

made! {
    Concept {
        /// The global id, as `Concept:7`.
        "id": GlobalId = |concept| GlobalId(concept_key(concept.id));
        /// The kind of the concept.
        "kind": ConceptKind = |concept| concept.kind;
        /// The name of the concept.
        "name": String = |concept| concept.name.to_string();
        /// The catalog that the concept comes from.
        "catalog": String = |concept| concept.catalog.to_string();
        /// The identifier of the concept in its catalog.
        "code": String = |concept| concept.code.to_string();
        /// A short description of the concept.
        "description": Option<String> = |concept| concept.description.as_deref().map(str::to_owned);
    }
}

/// A concept of a catalog.
pub static CONCEPT: Object = Object {
    name: "Concept",
    doc: "A symptom, condition, drug or class of drugs that a catalog knows.",
    is_node: true,
    of: None,
    scalars: Concept::SCALARS,
    fields: &[
        FieldDef {
            name: "synonyms",
            doc: "The concept's other names, brands and codes.",
            field: &Texts::<Concept>(|concept, _| concept.names.iter().map(|(_, name)| name.clone()).collect()),
        },
        FieldDef {
            name: "facts",
            doc: "Facts of the catalogs that start from this concept or lead to this concept.",
            field: &ToMany { object: &FACT, make: facts, args: facts_args, expected: 20 },
        },
    ],
};

/// Concepts as `node` finds them.
pub static NODES: MadeNodes = MadeNodes { object: &CONCEPT, find: concept };

/// A concept by its key.
pub fn concept(cx: &Cx, id: i32) -> Option<Rows> {
    let concept = cx.graph.knowledge().get(id).cloned()?;
    Some(Made::rows(&CONCEPT, vec![concept]))
}

made! {
    Fact {
        /// The kind of the fact.
        "kind": FactKind = |fact| fact.kind;
        /// The source of the fact.
        "source": String = |fact| fact.source.to_string();
        /// The evidence that the source gives for the fact.
        "evidence": Option<String> = |fact| fact.evidence.as_deref().map(str::to_owned);
        /// The weight of the fact in its catalog; null if the catalog gives none.
        "weight": Option<i32> = |fact| fact.weight;
    }
}

/// A fact of a catalog.
static FACT: Object = Object {
    name: "Fact",
    doc: "A fact of a catalog: a relationship between two concepts.",
    is_node: false,
    of: None,
    scalars: Fact::SCALARS,
    fields: &[
        FieldDef {
            name: "from",
            doc: "The concept that the fact starts from.",
            field: &ToOne { object: &CONCEPT, make: |fact: &Fact, cx| cx.graph.knowledge().get(fact.from).cloned() },
        },
        FieldDef {
            name: "to",
            doc: "The concept that the fact leads to.",
            field: &ToOne { object: &CONCEPT, make: |fact: &Fact, cx| cx.graph.knowledge().get(fact.to).cloned() },
        },
    ],
};

fn facts_args(types: &mut Types<'_>) -> Vec<Arg> {
    let kind = types.kind(crate::db::ValueKind::Enum(FactKind::OF));
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
    doc: "Clinical knowledge of the catalogs, apart from any patient.",
    is_node: false,
    of: None,
    scalars: Everything::SCALARS,
    fields: &[
        FieldDef {
            name: "conditions",
            doc: "Conditions that the catalogs know, by name.",
            field: &ToMany {
                object: &CONCEPT,
                make: |_: &Everything, args, cx| search(ConceptKind::Condition, args, cx),
                args: search_args,
                expected: 20,
            },
        },
        FieldDef {
            name: "symptoms",
            doc: "Symptoms that the catalogs know, by name.",
            field: &ToMany {
                object: &CONCEPT,
                make: |_: &Everything, args, cx| search(ConceptKind::Symptom, args, cx),
                args: search_args,
                expected: 20,
            },
        },
        FieldDef {
            name: "drugs",
            doc: "Drugs that the catalogs know, by name.",
            field: &ToMany {
                object: &CONCEPT,
                make: |_: &Everything, args, cx| search(ConceptKind::Drug, args, cx),
                args: search_args,
                expected: 20,
            },
        },
        FieldDef {
            name: "differential",
            doc: "Conditions that the given symptoms indicate, the likeliest first. Decision support, not a diagnosis: only the catalogs are known to it, and no patient. The score is m / (p + (c - m) / 4): m is the weight of the given symptoms that indicate the condition, p the weight of all given symptoms, c the weight of all symptoms that indicate the condition; a symptom weighs ln(1 + number of conditions / number of conditions that the symptom indicates).",
            field: &ToMany { object: &RANKED, make: differential, args: differential_args, expected: 10 },
        },
        FieldDef {
            name: "path",
            doc: "A shortest path between two concepts, over facts in either direction; null if there is no path of at most six facts.",
            field: &Between,
        },
        FieldDef {
            name: "catalogs",
            doc: "The catalogs that the gateway has loaded.",
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
        /// The name of the catalog.
        "source": String = |catalog| catalog.source.to_string();
        /// The title of the catalog.
        "title": Option<String> = |catalog| catalog.title.as_deref().map(str::to_owned);
        /// The version of the catalog.
        "version": String = |catalog| catalog.version.to_string();
        /// The licence of the catalog.
        "license": Option<String> = |catalog| catalog.license.as_deref().map(str::to_owned);
    }
}

static CATALOG: Object = Object {
    name: "Catalog",
    doc: "A catalog: a source of clinical knowledge.",
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
            "Only concepts with a name that has, for each of these words, a word that begins with it; case and accents do not matter.",
        ),
        Arg::new("first", "Int", "At most this many; by default as many as a page has."),
    ]
}

fn search(kind: ConceptKind, args: &Args, cx: &Cx) -> Result<Vec<Concept>> {
    let knowledge = cx.graph.knowledge();
    let text = args.text("search");
    if text.is_some_and(|text| names::words(text).is_empty()) {
        return Err(Error::BadInput("`search` needs at least one letter or digit".into()));
    }
    let found = knowledge.search(kind, text.unwrap_or_default(), first(args, cx)?);
    Ok(found.into_iter().filter_map(|id| knowledge.get(id).cloned()).collect())
}

made! {
    Ranked {
        /// How well the condition fits, from 0 to 1.
        "score": f64 = |ranked| ranked.score;
        /// The number of given symptoms that indicate the condition.
        "symptomCount": i32 = |ranked| i32::try_from(ranked.by.len()).unwrap_or(i32::MAX);
    }
}

static RANKED: Object = Object {
    name: "DifferentialConcept",
    doc: "A condition that given symptoms indicate.",
    is_node: false,
    of: None,
    scalars: Ranked::SCALARS,
    fields: &[
        FieldDef {
            name: "condition",
            doc: "The concept of the condition in the catalog.",
            field: &ToOne {
                object: &CONCEPT,
                make: |ranked: &Ranked, cx| cx.graph.knowledge().get(ranked.condition).cloned(),
            },
        },
        FieldDef {
            name: "symptoms",
            doc: "The given symptoms that indicate the condition.",
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
            doc: "The paths of facts on which the score rests.",
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
        Arg::new("symptoms", "[String!]!", "The symptoms, by any of their names or by their ids, as `Concept:7`."),
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
            args: vec![
                arg("from", "The id of a concept, as `Concept:7`."),
                arg("to", "The id of the other concept, as `Concept:9`."),
            ],
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
            let given = (0..level.height()).map(|_| Resolved::One(rows.clone()));
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
            Ok(children(cx, &level, &slot, vec![Resolved::One(rows)]).await)
        })
    }
}
