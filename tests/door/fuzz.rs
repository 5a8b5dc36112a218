//! Requests that nobody thought of: made from the schema by a tool, and documents cut, swapped and doubled at random.

use super::gateway;
use crate::support::{
    Backend, Store, full,
    process::{Answer, Gateway, JSON, body_of, medimax, program},
    run, scratch, unique,
};
use medimax::db::scope::Scope;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::Path,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

/// How many operations.
fn count() -> usize {
    if full() { 10_000 } else { 500 }
}

fn generated(seed: u64) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(program("MEDIMAX_TEST_FUZZ_PYTHON"))
        .arg(root.join("tests/fuzz/generate.py"))
        .arg(root.join("schema.graphql"))
        .args([(count() / 2).to_string(), seed.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made = String::from_utf8(output.stdout).unwrap();
    made.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Sends all of them from several clients, and answers how often there was which code.
fn send(gateway: &Gateway, operations: &[String]) -> BTreeMap<String, usize> {
    let (next, seen) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(operation) = operations.get(next.fetch_add(1, Relaxed)) {
                    let answer = gateway.send("POST", "/graphql", &[JSON], &body_of(operation, Value::Null));
                    for code in judged(operation, &answer) {
                        *seen.lock().unwrap().entry(code).or_default() += 1;
                    }
                }
            });
        }
    });
    seen.into_inner().unwrap()
}

/// The codes of an answer, which must be one that a client can use.
fn judged(operation: &str, answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{operation}: {answer:?}");
    let json = answer.json();
    let errors = json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(json.get("data").is_some() || !errors.is_empty(), "{operation}: {json}");
    let code = |error: &Value| {
        let (code, message) = (error["extensions"]["code"].as_str().unwrap(), error["message"].as_str().unwrap());
        assert!(!["INTERNAL", "DATABASE_UNAVAILABLE", "GRAPH_UNAVAILABLE"].contains(&code), "{operation}: {json}");
        assert!(!message.is_empty(), "{operation}");
        code.to_owned()
    };
    errors.iter().map(code).chain(json.get("data").map(|_| "executed".into())).collect()
}

#[tokio::test]
async fn whatever_the_schema_allows_and_forbids_is_answered_in_order() {
    let (valid_and_not, others) = (generated(1), generated(2));
    for (backend, operations) in [(Backend::Sqlite, valid_and_not), (Backend::MariaDb, others)] {
        let store = Store::with_patients(backend, 20).await;
        let log = scratch(&format!("{}.log", unique("fuzz")));
        let mut command = medimax(&["--listen", "127.0.0.1:0", "--database-url", &store.url]);
        let gateway = Gateway::from(command.stderr(File::create(&log).unwrap()));
        let seen = send(&gateway, &operations);
        let times = |code: &str| seen.get(code).copied().unwrap_or(0);
        assert!(times("executed") * 3 > operations.len() && times("BAD_USER_INPUT") > 20, "{seen:?}");
        let logged = fs::read_to_string(&log).unwrap();
        assert!(!logged.contains("panicked") && !logged.contains("ERROR"), "{logged}");
        assert!(gateway.metric("medimax_database_connections{state=\"waiting\"}") == 0.0);
        eprintln!("{backend:?}: {} operations, {seen:?}", operations.len());
    }
}

#[tokio::test]
async fn the_same_requests_again_and_again_take_no_more_memory() {
    let store = Store::with_patients(Backend::Sqlite, 20).await;
    let gateway = gateway(&store, &["--read-only"]);
    let operations: Vec<String> = mutants(7).take(400).collect();
    let mut before = 0;
    for round in 0..8 {
        send(&gateway, &operations);
        let now = super::crowds::memory(&gateway);
        // The first rounds fill pools and what is remembered of documents.
        if round == 3 {
            before = now;
        }
        assert!(round < 4 || now <= before + 8, "round {round}: {now} MiB, {before} before");
    }
}

#[tokio::test]
async fn documents_cut_swapped_and_doubled_are_refused_or_answered() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    let engine = store.engine();
    let (mut valid, mut refused) = (0, 0);
    for document in mutants(11).take(if full() { 60_000 } else { 3_000 }) {
        let (body, _) = run(&engine, Scope::everything(), &document, Value::Null).await;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error}: {document}"));
        assert!(!String::from_utf8_lossy(&body).contains("INTERNAL"), "{document}: {answer}");
        match answer.get("data") {
            Some(_) => valid += 1,
            None => refused += 1,
        }
    }
    assert!(valid > 50 && refused > 500, "{valid} valid, {refused} refused: these say little");
}

/// The samples, with pieces of them and of the schema cut, swapped, doubled and put elsewhere; the same for a seed.
fn mutants(seed: u64) -> impl Iterator<Item = String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/samples");
    let samples: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let mut words: Vec<String> = samples.iter().flat_map(|sample| tokens(sample)).collect();
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")).unwrap();
    words.extend(tokens(&schema).into_iter().step_by(17));
    for odd in [
        "...",
        "@skip(if: true)",
        "\"\"\"",
        "\"",
        "{",
        "}",
        "$x",
        "null",
        "-0",
        "1e400",
        "#",
        "\u{feff}",
        "\u{0}",
        "é",
        "[[",
        "&",
        "|",
    ] {
        words.extend(vec![odd.to_owned(); 20]);
    }
    let mut state = seed;
    let mut random = move |below: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below.max(1) as u64) as usize
    };
    std::iter::repeat_with(move || {
        let mut parts = tokens(&samples[random(samples.len())]);
        for _ in 0..random(4) {
            let (at, to) = (random(parts.len()), random(parts.len()));
            match random(5) {
                0 => drop(parts.remove(at)),
                1 => parts.swap(at, to),
                2 => parts.insert(to, parts[at].clone()),
                3 => parts[at] = words[random(words.len())].clone(),
                _ => {
                    let piece = parts[at.min(to)..at.max(to)].to_vec();
                    parts.splice(at..at, piece);
                }
            }
        }
        parts.join(" ")
    })
}

/// The words and marks of a document.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut word = String::new();
        for letter in line.chars() {
            if letter.is_alphanumeric() || "_$@\"".contains(letter) {
                word.push(letter);
                continue;
            }
            tokens.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            tokens.extend((!letter.is_whitespace()).then(|| letter.to_string()));
        }
        tokens.extend((!word.is_empty()).then_some(word));
    }
    tokens
}
