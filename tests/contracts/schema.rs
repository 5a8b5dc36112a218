//! The schema: committed, and described to the last value.

use medimax::{error::Code, graphql::engine::sdl, schema::ROOTS};

#[test]
fn the_committed_schema_is_the_built_one() {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert!(
        committed.trim_end() == sdl(&ROOTS).trim_end(),
        "schema.graphql is stale: cargo run -- schema > schema.graphql"
    );
}

#[test]
fn everything_has_a_description() {
    // In the exported text a description stands on the lines before what it describes.
    let sdl = sdl(&ROOTS);
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

#[tokio::test]
async fn every_argument_and_input_field_has_a_description() {
    let store = crate::support::Store::new(crate::support::Backend::Sqlite).await;
    let data = store
        .data(
            "{ __schema { types { name description fields(includeDeprecated: true) { name description args { name description } }
               inputFields { name description } enumValues(includeDeprecated: true) { name description } } } }",
        )
        .await;
    let mut count = 0;
    for ty in data["__schema"]["types"].as_array().unwrap() {
        let name = ty["name"].as_str().unwrap();
        // What every schema has is described by the specification.
        if name.starts_with("__") || ["Int", "Float", "String", "Boolean", "ID"].contains(&name) {
            continue;
        }
        let mut check = |what: String, description: &serde_json::Value| {
            count += 1;
            assert!(description.as_str().is_some_and(|text| !text.trim().is_empty()), "{what} has no description");
        };
        check(name.to_owned(), &ty["description"]);
        for list in ["fields", "inputFields", "enumValues"] {
            for item in ty[list].as_array().into_iter().flatten() {
                check(format!("{name}.{}", item["name"]), &item["description"]);
                for arg in item["args"].as_array().into_iter().flatten() {
                    check(format!("{name}.{}({})", item["name"], arg["name"]), &arg["description"]);
                }
            }
        }
    }
    assert!(count > 400, "only {count} descriptions were looked at");
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
