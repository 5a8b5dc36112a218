//! The schema: committed, and described to the last value.

use medimax::{
    error::Code,
    request::engine::sdl,
    schema::{MODEL, entities},
};

#[test]
fn the_committed_schema_is_the_built_one() {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert!(
        committed.trim_end() == sdl(&MODEL).trim_end(),
        "schema.graphql is stale: cargo run -- schema > schema.graphql"
    );
}

#[test]
fn a_payload_names_an_object_as_the_query_does_and_an_older_name_says_so() {
    let mut older = 0;
    for entity in entities() {
        for (payload, query) in [entity.payload, entity.payloads].into_iter().zip(entity.queries) {
            let (first, others) = payload.fields.split_first().unwrap();
            assert_eq!(first.name, query.name, "{}", payload.name);
            for other in others {
                assert!(other.doc.contains(&format!("Deprecated: Use `{}`", query.name)), "{}", payload.name);
                older += 1;
            }
        }
    }
    // Where the names were the same, there is no second field.
    assert!((10..2 * entities().len()).contains(&older), "{older}");
    let field = "\tsession: ChatSession @deprecated(reason: \"Use `chatSession`";
    assert!(sdl(&MODEL).contains(field), "ChatSessionPayload.session is deprecated");
}

#[test]
fn everything_has_a_description() {
    // In the exported text a description stands on the lines before what it describes.
    let sdl = sdl(&MODEL);
    let (mut described, mut inside, mut missing) = (false, false, Vec::new());
    for line in sdl.lines().map(str::trim) {
        match line {
            "\"\"\"" => {
                described |= inside;
                inside = !inside;
            }
            _ if inside => assert!(!line.is_empty() || described, "an empty description"),
            "" | "}" | ")" => described = false,
            _ if line.starts_with("schema")
                || line.starts_with("query:")
                || line.starts_with("mutation:")
                || line.starts_with("directive")
                || line.starts_with(')') =>
            {
                described = false
            }
            _ => {
                if !described {
                    missing.push(line.to_owned());
                }
                described = false;
            }
        }
    }
    // Arguments are exported on their field's line or on lines of their own; introspection shows each of them.
    assert!(missing.is_empty(), "without a description: {missing:#?}");
}

/// What is wrong with a description, if a stranger cannot read it as a sentence.
fn fault(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let first = words.first().copied().unwrap_or_default();
    if words.len() < 3 || text.chars().count() < 15 {
        return Some("it is too short to say anything");
    }
    if !text.ends_with(['.', ')']) || text.trim() != text {
        return Some("it does not end as a sentence");
    }
    if first.starts_with(char::is_lowercase) {
        return Some("it does not begin as a sentence");
    }
    const PRONOUNS: [&str; 14] =
        ["it", "they", "them", "its", "their", "this", "these", "those", "that", "he", "she", "who", "whose", "whom"];
    if PRONOUNS.contains(&plain(first).as_str()) {
        return Some("it begins with a pronoun, whose noun nobody knows");
    }
    if words.len() < 8 && words.iter().any(|word| PRONOUNS[..3].contains(&plain(word).as_str())) {
        return Some("a pronoun in it has no noun nearby");
    }
    for pair in words.windows(2) {
        let (article, next) = (plain(pair[0]), plain(pair[1]));
        let vowel = next.starts_with(['a', 'e', 'i', 'o']) && !next.starts_with("one") && !next.starts_with("once");
        let consonant =
            next.starts_with(|c: char| c.is_alphabetic() && !"aeiou".contains(c)) && !next.starts_with("ho");
        // Letters by themselves are read by their names.
        if next.len() > 1 && (article == "a" && vowel || article == "an" && consonant) {
            return Some("an article does not fit its noun");
        }
    }
    None
}

#[test]
fn a_description_that_is_no_sentence_is_noticed() {
    for bad in [
        "They.",
        "Who wrote it.",
        "The concept that it leads to.",
        "Comparisons of a AbnormalFlag: every one given must hold.",
        "Comparisons of a `Int`: every one given must hold.",
        "An patient of the hospital.",
        "The patient of the hospital",
        "the patient of the hospital.",
        "Its version in the catalog.",
        "Above it.",
    ] {
        assert!(fault(bad).is_some(), "{bad}");
    }
    for good in
        ["A UUID of a unit, as an hour has it.", "`neo4j`, or `embedded` for an index.", "How many there are (one)."]
    {
        assert_eq!(fault(good), None, "{good}");
    }
}

#[tokio::test]
async fn every_description_is_a_sentence_for_a_stranger() {
    let store = crate::support::Store::new(crate::support::Backend::Sqlite).await;
    let data = store
        .data(
            "{ __schema { description types { name description
               fields(includeDeprecated: true) { name description deprecationReason args { name description } }
               inputFields { name description } enumValues(includeDeprecated: true) { name description deprecationReason } } } }",
        )
        .await;
    let (mut count, mut faults) = (0, Vec::new());
    let mut check = |what: String, description: &serde_json::Value| {
        count += 1;
        let text = description.as_str().unwrap_or_default();
        if let Some(why) = fault(text) {
            faults.push(format!("{what}: \"{text}\": {why}"));
        }
    };
    check("the schema".into(), &data["__schema"]["description"]);
    for ty in data["__schema"]["types"].as_array().unwrap() {
        let name = ty["name"].as_str().unwrap();
        // What every schema has is described by the specification.
        if name.starts_with("__") || ["Int", "Float", "String", "Boolean", "ID"].contains(&name) {
            continue;
        }
        check(name.to_owned(), &ty["description"]);
        for list in ["fields", "inputFields", "enumValues"] {
            for item in ty[list].as_array().into_iter().flatten() {
                check(format!("{name}.{}", item["name"]), &item["description"]);
                if !item["deprecationReason"].is_null() {
                    check(format!("{name}.{}, why deprecated", item["name"]), &item["deprecationReason"]);
                }
                for arg in item["args"].as_array().into_iter().flatten() {
                    check(format!("{name}.{}({})", item["name"], arg["name"]), &arg["description"]);
                }
            }
        }
    }
    assert!(count > 400, "only {count} descriptions were looked at");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test]
async fn the_schema_describes_itself_wherever_it_is_asked() {
    let store = crate::support::Store::new(crate::support::Backend::Sqlite).await;
    let (doc, text) = (MODEL.doc, sdl(&MODEL));
    assert!(text.contains(&format!("\"\"\"\n{doc}\n\"\"\"\nschema {{\n")), "the exported schema has no description");
    let data = store
        .data(
            "query { a: __schema { d: description ...More } ...Root __type(name: \"__Schema\") { description } }
             fragment More on __Schema { e: description queryType { description } }
             fragment Root on Query { ... { __schema { description __typename } } }",
        )
        .await;
    assert_eq!(data["a"]["d"], doc);
    assert_eq!(data["a"]["e"], doc);
    assert_eq!(data["a"]["queryType"]["description"], MODEL.query.doc);
    assert_eq!(data["__schema"]["description"], doc);
    assert_ne!(data["__type"]["description"], doc, "the type __Schema is what the specification says");
}

#[test]
fn every_error_code_is_used_and_documented() {
    let sources = super::architecture::sources();
    let error_rs =
        sources.iter().find(|(path, _)| path.ends_with("src/error.rs")).map(|(_, text)| text.as_str()).unwrap();
    for code in Code::ALL {
        let name = format!("{code:?}");
        let variant = error_rs
            .lines()
            .find(|line| line.contains(&format!("=> Code::{name},")))
            .unwrap_or_else(|| panic!("no error has {name}"));
        let error = variant.trim().split([' ', '(', '{']).next().unwrap();
        let made = sources.iter().any(|(path, text)| !path.ends_with("src/error.rs") && text.contains(error));
        assert!(made, "{error} is never made");
    }
}

#[test]
fn every_name_in_the_rules_of_roles_is_a_field_of_the_root() {
    let known: Vec<&str> =
        [MODEL.query, MODEL.mutation].iter().flat_map(|root| MODEL.fields(root)).map(|def| def.name).collect();
    let unknown: Vec<&str> = medimax::access::ruled().filter(|name| !known.contains(name)).collect();
    assert!(medimax::access::ruled().count() > 10 && unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_name_in_the_rules_of_inputs_is_a_field_of_an_input() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    let inputs: Vec<&str> =
        schema.split("\ninput ").skip(1).map(|rest| rest.split("\n}").next().unwrap_or_default()).collect();
    for name in medimax::access::unsaid_by_patients() {
        let field = format!("{name}:");
        let is_field = |input: &str| input.lines().any(|line| line.trim_start().starts_with(&field));
        assert!(inputs.iter().any(|input| is_field(input)), "no input has the field {name}");
    }
}

#[test]
fn every_field_that_is_made_of_a_record_says_what_it_tells_of() {
    use medimax::{access::told, schema::MODEL};
    // Refused to whoever may not read all types.
    let refused = ["accessLog", "breakGlasses", "validationStatus"];
    let mut made = 0;
    for entity in MODEL.entities {
        let of = entity.object;
        for def in MODEL.fields(of) {
            let is_own = entity.classes.iter().any(|own| own.field == def.name) || def.name == "version";
            let is_made = def.field.target(of).map_or(!is_own, |to| to.of.is_none());
            let is_known = told(of.name, def.name).is_some() || refused.contains(&def.name);
            assert!(!is_made || is_known, "{}.{}: what does it tell of?", of.name, def.name);
            made += usize::from(is_made);
        }
    }
    assert!(made > 20, "{made}");
    // What the graph says of patients follows from no type.
    for (of, def) in medimax::knowledge::FIELDS {
        assert!(told(of, def.name).is_some(), "{of}.{}", def.name);
    }
    let in_graph = MODEL.entities.iter().filter(|entity| entity.graph.is_some() && !entity.table.is_everybodys());
    let in_graph: Vec<&str> = in_graph.map(|entity| entity.object.name).collect();
    let mut told_of = told("Patient", "graph").unwrap().to_vec();
    told_of.sort_by_key(|name| in_graph.iter().position(|of| of == name));
    assert_eq!(told_of, in_graph);
    // Each speaks of a type and a field that there are.
    for (of, field, types) in medimax::access::all_told() {
        let entity = |name: &str| MODEL.entities.iter().find(|entity| entity.object.name == name);
        let on = if of == "Query" { MODEL.query } else { entity(of).unwrap_or_else(|| panic!("{of}")).object };
        assert!(MODEL.field(on, field).is_some(), "{of}.{field}");
        assert!(types.iter().all(|name| entity(name).is_some()), "{of}.{field}: {types:?}");
    }
}
