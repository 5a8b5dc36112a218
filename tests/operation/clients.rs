//! The examples of `docs/clients` run as they stand there.

use crate::support::{
    process::{self, Gateway, program},
    scratch, unique,
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What Graphcache reads a schema from.
const INTROSPECTION: &str = "{ __schema { queryType { name } mutationType { name } subscriptionType { name } types { kind name
    fields(includeDeprecated: true) { name args { name type { ...T } } type { ...T } } inputFields { name type { ...T } }
    interfaces { name kind } possibleTypes { name kind } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A folder with the packages of `tests/clients` and what the tests run with them.
fn with_caches(name: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let folder = scratch(&unique(name));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src/artifacts")).unwrap();
    for file in ["package.json", "relay.config.json", "relay.mjs", "urql.mjs", "src/documents.js"] {
        fs::copy(from.join(file), folder.join(file)).unwrap();
    }
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql"), folder.join("schema.graphql")).unwrap();
    std::os::unix::fs::symlink(program("MEDIMAX_TEST_CACHE_MODULES"), folder.join("node_modules")).unwrap();
    folder
}

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/clients")
}

/// What a command prints; it must succeed.
fn printed(command: &mut Command) -> String {
    let ended = process::run(command);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.out
}

/// Both examples name all demo patients with such a name, page by page.
fn names_patients(out: &str) {
    let lines: Vec<_> = out.lines().collect();
    assert!(lines.len() > 3, "more than a page: {out}");
    assert!(lines.iter().all(|line| line.contains(" takes ") && line.contains("; next visit: ")), "{out}");
}

#[test]
fn curl() {
    let gateway = Gateway::start(&["--memory"]);
    let url = format!("http://{}/graphql", gateway.address);
    let out = printed(Command::new("sh").arg(clients().join("curl.sh")).arg(url));
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert!(answer["data"]["patient"]["name"].is_string() && answer.get("errors").is_none(), "{answer}");
}

#[test]
fn python() {
    let gateway = Gateway::start(&["--memory"]);
    let mut command = Command::new(program("MEDIMAX_TEST_PYTHON"));
    command.arg(clients().join("python/main.py")).arg(format!("http://{}/graphql", gateway.address));
    names_patients(&printed(&mut command));
}

#[test]
fn typescript_with_persisted_queries_and_with_a_safelist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = scratch(&unique("client"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    for file in ["package.json", "tsconfig.json", "codegen.ts", "src/main.ts"] {
        fs::copy(clients().join("typescript").join(file), folder.join(file)).unwrap();
    }
    std::os::unix::fs::symlink(program("MEDIMAX_TEST_CLIENT_MODULES"), folder.join("node_modules")).unwrap();
    for step in ["generate", "build"] {
        let mut command = Command::new("npm");
        command.args(["run", step]).current_dir(&folder).env("GRAPHQL_SCHEMA", root.join("schema.graphql"));
        printed(&mut command);
    }
    let run = |gateway: &Gateway, mode: &str| {
        let mut command = Command::new("node");
        command.arg("build/main.js").arg(format!("http://{}/graphql", gateway.address)).arg(mode).current_dir(&folder);
        printed(&mut command)
    };
    names_patients(&run(&Gateway::start(&["--memory"]), "learned"));
    let documents = folder.join("src/gql/persisted-documents.json");
    let gateway = Gateway::start(&["--memory", "--documents", documents.to_str().unwrap()]);
    names_patients(&run(&gateway, "safelist"));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn relay_pages_refetches_and_removes_without_a_warning() {
    let folder = with_caches("relay");
    printed(
        Command::new("node").arg("node_modules/relay-compiler/cli.js").arg("relay.config.json").current_dir(&folder),
    );
    let gateway = Gateway::start(&["--memory", "--demo-patients", "40"]);
    let url = format!("http://{}/graphql", gateway.address);
    let out = printed(Command::new("node").arg("relay.mjs").arg(url).current_dir(&folder));
    assert!(out.starts_with("relay: "), "{out}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn urql_with_its_normalising_cache_pages_refetches_and_removes_without_a_warning() {
    let folder = with_caches("urql");
    let gateway = Gateway::start(&["--memory", "--demo-patients", "40"]);
    let (_, schema) = gateway.ask(INTROSPECTION);
    assert_eq!(schema.get("errors"), None, "{schema}");
    fs::write(folder.join("introspection.json"), schema.to_string()).unwrap();
    let url = format!("http://{}/graphql", gateway.address);
    let out = printed(Command::new("node").args(["urql.mjs", &url, "introspection.json"]).current_dir(&folder));
    assert!(out.starts_with("urql: "), "{out}");
    fs::remove_dir_all(&folder).unwrap();
}
