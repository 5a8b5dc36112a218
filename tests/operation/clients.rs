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
        command.args(["run", step]).current_dir(&folder).env("MEDIMAX_SCHEMA", root.join("schema.graphql"));
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
