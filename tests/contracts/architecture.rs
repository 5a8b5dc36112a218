//! Who may use whom, and how large a file may grow.

use std::{
    collections::{BTreeMap, BTreeSet},
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

const DOMAINS: [&str; 13] = [
    "accounts",
    "patients",
    "providers",
    "contacts",
    "records",
    "visits",
    "medications",
    "imaging",
    "partners",
    "labs",
    "reports",
    "chat",
    "knowledge",
];

/// What a room may use besides itself.
fn allowed(room: &str) -> Vec<&'static str> {
    let ground = ["error"];
    let mut rooms: Vec<&str> = match room {
        "main" | "lib" | "error" | "demo" => return Vec::new(),
        // Tests of what no entity has yet: in no binary that is shipped.
        "probe" => {
            [&ground[..], &["access", "cli", "config", "csv", "db", "entity", "graph", "graphql", "request", "write"]]
                .concat()
        }
        "db" => ground.into(),
        "access" => ["error", "db"].into(),
        "audit" => ["error", "db"].into(),
        "feed" => ["error", "db"].into(),
        "terminology" => ["error", "db"].into(),
        "graph" => [&ground[..], &["db", "feed", "terminology"]].concat(),
        "graphql" => [&ground[..], &["access", "db", "graph"]].concat(),
        "request" => [&ground[..], &["access", "audit", "db", "graph", "graphql"]].concat(),
        "write" => [&ground[..], &["audit", "db", "feed", "graph", "graphql"]].concat(),
        // What `entity!` expands to stands in the domains.
        "entity" => [&ground[..], &["db", "graph", "graphql", "write"]].concat(),
        "config" => [&ground[..], &["db", "graph", "graphql"]].concat(),
        "telemetry" => [&ground[..], &["audit", "config", "db", "graph", "graphql", "request"]].concat(),
        "schema" => [&["access", "db", "graph", "graphql", "write"], &DOMAINS[..]].concat(),
        "http" => [&ground[..], &["access", "config", "db", "graph", "graphql", "request", "telemetry"]].concat(),
        "csv" => [&ground[..], &["db", "graphql", "schema", "write"]].concat(),
        "cli" => {
            let below = [
                "access",
                "audit",
                "config",
                "csv",
                "db",
                "demo",
                "feed",
                "graph",
                "graphql",
                "http",
                "request",
                "schema",
                "telemetry",
                "terminology",
                "write",
            ];
            [&ground[..], &below[..]].concat()
        }
        // What a graph adds to records is given to them from above.
        "knowledge" => [&ground[..], &["db", "graph", "graphql", "terminology"], &DOMAINS[..]].concat(),
        "accounts" => [&ground[..], &["access", "audit", "db", "graphql", "patients", "providers"]].concat(),
        domain if DOMAINS.contains(&domain) => {
            let mut below = DOMAINS.to_vec();
            below.retain(|other| *other != "knowledge");
            // What partners ask for says which patients consented, and so does a caller.
            let caller: &[&str] = if domain == "partners" { &["access"] } else { &[] };
            [&ground[..], &["db", "entity", "graph", "graphql", "write"], &below[..], caller].concat()
        }
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

/// The paths below `crate` that a file of the module `home` names: in `use` lists, each branch, and in paths.
fn paths(home: &[String], code: &str) -> Vec<Vec<String>> {
    /// Reads `a::{b, c::d}` and says where it ends.
    fn branch(text: &str, above: &[String], out: &mut Vec<Vec<String>>) -> usize {
        let (mut path, mut at) = (above.to_vec(), 0);
        loop {
            let rest = &text[at..];
            if let Some(list) = rest.strip_prefix('{') {
                let mut within = 0;
                while let Some(next) =
                    list[within..].find(|c: char| c.is_alphanumeric() || matches!(c, '_' | '}' | '{'))
                {
                    within += next;
                    if list[within..].starts_with('}') {
                        within += 1;
                        break;
                    }
                    within += branch(&list[within..], &path, out).max(1);
                }
                return at + 1 + within;
            }
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            path.push(rest[..word].to_owned());
            at += word;
            match text[at..].strip_prefix("::") {
                Some(_) if word > 0 => at += 2,
                _ => break,
            }
        }
        out.push(path);
        at
    }
    let mut out = Vec::new();
    for (word, above) in [("crate::", Vec::new()), ("super::", home[..home.len().saturating_sub(1)].to_vec())] {
        for (at, _) in code.match_indices(word) {
            // The second `super` of two counts.
            if !code[..at].ends_with("super::") && !code[at + word.len()..].starts_with("super::") {
                branch(&code[at + word.len()..], &above, &mut out);
            }
        }
    }
    for (at, _) in code.match_indices("super::super::") {
        branch(&code[at + 14..], &home[..home.len().saturating_sub(2)], &mut out);
    }
    out
}

/// What each file names of others, by their paths; what stands behind `#[cfg(test)]` is not looked at.
fn uses(sources: &[(PathBuf, String)]) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let module = |path: &Path| -> Vec<String> {
        let below = path.strip_prefix("src").unwrap().with_extension("");
        let mut names: Vec<String> = below.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| !matches!(name.as_str(), "mod" | "lib"));
        names
    };
    let files: BTreeMap<Vec<String>, &Path> = sources.iter().map(|(path, _)| (module(path), path.as_path())).collect();
    let of = |(path, text): &(PathBuf, String)| {
        let (code, _tests) = text.split_once("#[cfg(test)]\nmod ").unwrap_or((text, ""));
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let named = paths(&module(path), &code.join("\n")).into_iter().filter_map(|mut named| {
            while !named.is_empty() {
                if let Some(file) = files.get(&named) {
                    return Some(file.to_path_buf());
                }
                named.pop();
            }
            None
        });
        (path.clone(), named.filter(|file| file != path).collect())
    };
    sources.iter().map(of).collect()
}

/// The files that a file leads to, itself if it is part of a circle.
fn reached(uses: &BTreeMap<PathBuf, BTreeSet<PathBuf>>, from: &Path) -> BTreeSet<PathBuf> {
    let (mut reached, mut ahead) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(file) = ahead.pop() {
        ahead.extend(uses[&file].iter().filter(|next| reached.insert((*next).clone())).cloned());
    }
    reached
}

#[test]
fn no_circle_of_files_leads_through_two_rooms() {
    let uses = uses(&sources());
    assert!(uses[Path::new("src/visits/symptom.rs")].contains(Path::new("src/visits/appointment.rs")), "{uses:?}");
    assert!(uses[Path::new("src/schema.rs")].contains(Path::new("src/visits/symptom.rs")), "{uses:?}");
    let all: BTreeMap<&PathBuf, BTreeSet<PathBuf>> = uses.keys().map(|file| (file, reached(&uses, file))).collect();
    for (file, leads) in &all {
        for other in leads.iter().filter(|other| room(other) != room(file)) {
            assert!(!all[other].contains(*file), "{} and {} lead to each other", file.display(), other.display());
        }
    }
}

#[test]
fn the_graph_names_no_entity_but_the_patient() {
    let below = medimax::schema::entities().iter().filter(|entity| entity.table.name != "Patient");
    let names: BTreeSet<&str> = below.flat_map(|entity| [entity.object.name, entity.table.name]).collect();
    for (path, text) in sources().into_iter().filter(|(path, _)| room(path) == "graph") {
        let (code, _tests) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        for name in &names {
            for named in [
                format!("@{name}"),
                format!("\"{name}\""),
                format!("'{name}'"),
                format!("FROM {name} "),
                format!("JOIN {name} "),
            ] {
                let whole = code
                    .match_indices(&named)
                    .any(|(at, _)| !code[at + named.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'));
                assert!(!whole, "{} names {named}", path.display());
            }
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
        let code = text.find("#[cfg(test)]").map_or(text.as_str(), |at| &text[..at]);
        let made = ["everything", "patients", "any"].iter().any(|how| code.contains(&format!("Scope::{how}(")));
        let may = matches!(room(&path).as_str(), "schema" | "cli" | "probe");
        assert!(!made || may, "{} makes a scope", path.display());
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
fn what_tests_alone_need_is_not_shipped() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    assert_eq!(lib.matches("probe").count(), 1);
    assert!(lib.contains("#[cfg(test)]\npub mod probe;\n"));
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
        if text.contains("entity! {") && !path.starts_with("src/entity") && !path.starts_with("src/probe") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(schema.contains(&format!("&{name}::ENTITY")), "{} is not in schema.rs", path.display());
        }
    }
}
