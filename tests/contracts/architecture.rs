//! Who may use whom, and how large a file may grow.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Every source file: its path from the root, and its text.
pub(crate) fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, out: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push((path.strip_prefix(root()).unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut out = Vec::new();
    walk(&root().join("src"), &mut out);
    out
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn unsafe_code_stands_in_one_file() {
    let uses = |text: &str| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains("unsafe "));
    let files = sources().into_iter().filter(|(_, text)| uses(text)).map(|(path, _)| path);
    assert_eq!(files.collect::<Vec<_>>(), [Path::new("src/db/interrupt.rs")]);
}

/// The room a file stands in.
fn room(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap();
    below.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The rooms of `crate` that a text names, in `use` lists and in paths.
fn named(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut start) = (1, true);
            for (i, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => start = true,
                    c if start && depth == 1 && c.is_alphabetic() => {
                        rooms.insert(word(&list[i..]));
                        start = false;
                    }
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            rooms.insert(word(rest));
        }
    }
    rooms
}

const DOMAINS: [&str; 8] = ["patients", "records", "visits", "medications", "labs", "reports", "chat", "knowledge"];

/// What a room may use besides itself.
fn allowed(room: &str) -> Vec<&'static str> {
    let ground = ["error", "scope"];
    let mut rooms: Vec<&str> = match room {
        "main" | "lib" | "error" | "scope" | "demo" => return Vec::new(),
        "db" => ground.into(),
        "graph" => [&ground[..], &["db"]].concat(),
        "graphql" => [&ground[..], &["db", "graph"]].concat(),
        "config" => [&ground[..], &["db", "graph", "graphql"]].concat(),
        "telemetry" => [&ground[..], &["config", "db", "graph", "graphql"]].concat(),
        "schema" => [&["db", "graphql"], &DOMAINS[..]].concat(),
        "http" => [&ground[..], &["config", "db", "graph", "graphql", "telemetry"]].concat(),
        "csv" => [&ground[..], &["db", "graphql", "schema"]].concat(),
        "cli" => {
            [&ground[..], &["config", "csv", "db", "demo", "graph", "graphql", "http", "schema", "telemetry"]].concat()
        }
        // What a graph adds to records is one domain's business.
        "knowledge" => [&ground[..], &["db", "graph", "graphql"], &DOMAINS[..]].concat(),
        domain if DOMAINS.contains(&domain) => [&ground[..], &["db", "graphql"], &DOMAINS[..]].concat(),
        other => panic!("the room {other} is new: say here what it may use"),
    };
    rooms.retain(|name| *name != room);
    rooms
}

#[test]
fn rooms_use_only_what_lies_below_them() {
    for (path, text) in sources() {
        let room = room(&path);
        let allowed = allowed(&room);
        for used in named(&text) {
            assert!(used == room || allowed.contains(&used.as_str()), "{} may not use crate::{used}", path.display());
        }
    }
}

#[test]
fn drivers_stay_in_their_rooms() {
    for (path, text) in sources() {
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for (driver, home) in [
            ("axum", "http"),
            ("mysql_async", "db"),
            ("diesel_async", "db"),
            ("dataloader::", "graphql"),
            ("neo4rs", "graph"),
        ] {
            let home_folder = if driver == "neo4rs" { "src/graph/neo4j" } else { "src" };
            let used = code
                .iter()
                .any(|line| line.contains(&format!("{driver}::")) || line.contains(&format!("use {driver}")));
            assert!(
                !used || room(&path) == home && path.starts_with(home_folder),
                "{} uses {driver}, which belongs to {home}/",
                path.display()
            );
        }
    }
}

#[test]
fn only_the_outside_makes_a_scope() {
    for (path, text) in sources() {
        let made = text.contains("Scope::everything(") || text.contains("Scope::patients(");
        let tested_only = text
            .find("#[cfg(test)]")
            .is_some_and(|at| !text[..at].contains("Scope::everything(") && !text[..at].contains("Scope::patients("));
        let may = matches!(room(&path).as_str(), "http" | "cli");
        assert!(!made || tested_only || may, "{} makes a scope", path.display());
    }
}

#[test]
fn no_file_outgrows_its_reader() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_module_says_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} does not begin with //!", path.display());
    }
}

#[test]
fn every_entity_can_be_reached() {
    let schema = fs::read_to_string(root().join("src/schema.rs")).unwrap();
    for (path, text) in sources() {
        if text.contains("entity! {") && !path.ends_with("graphql/entity.rs") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(schema.contains(&format!("&{name}::ENTITY")), "{} is not in schema.rs", path.display());
        }
    }
}
