//! The statements that each sample query takes, committed beside query and answer, so that an N+1 shows as a diff.
//! `MEDIMAX_TEST_BLESS=1 scripts/test statements` writes them anew.

use crate::{
    graph::{answers, neo4j::Place},
    support::{Backend, Store, run},
};
use medimax::{db::scope::Scope, graphql::recorder};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_statements_of_the_samples_are_as_committed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (store, place) = (Store::with_graph(Backend::MariaDb, 8).await, Place::new());
    let engine = answers::engine(&store, &answers::in_neo4j(&store, &place).await);
    let bless = std::env::var_os("MEDIMAX_TEST_BLESS").is_some();
    let mut files: Vec<_> =
        fs::read_dir(root.join("web/samples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 8, "the samples are gone");
    let mut stale = Vec::new();
    for file in files {
        let query = fs::read_to_string(&file).unwrap();
        let variables = query
            .lines()
            .find_map(|line| line.strip_prefix("# variables: "))
            .map_or(Value::Null, |json| serde_json::from_str(json).unwrap());
        let (answer, ran) = run(&engine, Scope::everything(), &query, variables).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        // Siblings run side by side, in no order. Below the graph, which of them brings the rows that both need is chance.
        let counted = ran.iter().all(|ran| ran.store == recorder::Store::Database);
        let lines: BTreeSet<(&str, String, String)> = ran
            .iter()
            .map(|ran| {
                let keys = ran.keys.map_or(String::new(), |keys| format!(", {keys} keys"));
                let counts = if counted { format!("{keys}, {} rows", ran.rows.unwrap()) } else { String::new() };
                (ran.what, ran.detail.as_ref().unwrap().statement.shown().replace(&place.prefix, ""), counts)
            })
            .collect();
        let mut text = format!("{query}\n## Statements\n\n");
        for (what, statement, counts) in lines {
            text += &format!("- {what}{counts}\n  {statement}\n");
        }
        text += &format!("\n## Answer\n\n{}\n", serde_json::to_string_pretty(&answer).unwrap());
        let snapshot = root.join("tests/snapshots").join(file.file_name().unwrap()).with_extension("md");
        if bless {
            fs::create_dir_all(snapshot.parent().unwrap()).unwrap();
            fs::write(&snapshot, text).unwrap();
        } else if fs::read_to_string(&snapshot).unwrap_or_default() != text {
            stale.push(snapshot);
        }
    }
    assert!(!bless, "written anew: look at the diff, then run without MEDIMAX_TEST_BLESS");
    assert!(stale.is_empty(), "not as committed: {stale:?}; MEDIMAX_TEST_BLESS=1 writes them anew, for you to look at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_number_of_statements_does_not_depend_on_the_number_of_patients() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let store = Store::with_patients(backend, 40).await;
        let mut counts = Vec::new();
        for first in [10, 20, 40] {
            let query = format!(
                "{{ patients(first: {first}) {{ nodes {{ medicalHistory {{ item patient {{ name }} }} medications {{ purposes {{ conditionName }} }}
                    again: medications {{ purposes {{ description }} }} appointments {{ totalCount nodes {{ symptoms {{ name }} }} }}
                    labReports {{ nodes {{ findings {{ testName }} }} }} reports {{ nodes {{ fullText findings {{ key }} }} }} messages {{ nodes {{ text }} }} }} }} }}"
            );
            let (answer, ran) = store.ask_as(Scope::everything(), &query, Value::Null).await;
            assert_eq!(answer.get("errors"), None);
            counts.push(ran.len());
        }
        // The page; history and its patients; medications and purposes once for both aliases; appointments, their
        // count and symptoms; lab reports and findings; reports, the sizes of texts, texts and findings; messages.
        assert!(counts.iter().all(|count| *count == 15), "{backend:?}: {counts:?}");
    }
}
