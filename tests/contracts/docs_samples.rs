//! The samples of README and `docs/`: every GraphQL document runs, and is answered as its page says; every command is known.
//! `MEDIMAX_TEST_BLESS=1 scripts/test docs` writes the answers anew.

use super::docs::pages;
use crate::support::{
    Backend, Store, mariadb_server, options,
    process::{Gateway, eventually, medimax, run as ended},
    run, scratch, unique,
};
use async_graphql::Value;
use medimax::{
    db,
    db::scope::Scope,
    graph::{Graph, projector::Follower},
};
use serde_json::json;
use std::{fs, ops::Range, time::Duration};

/// Pages whose documents `operation/clients.rs` runs: they hold directives of the clients.
const ELSEWHERE: [&str; 1] = ["clients.md"];
/// What stands on a page for a value that is left out.
const LEFT_OUT: &str = "…";
/// How wide an answer may be.
const WIDTH: usize = 130;

/// A block of code: its language, and where in the page its text is.
struct Block {
    language: String,
    at: Range<usize>,
}

fn blocks(page: &str) -> Vec<Block> {
    let (mut blocks, mut open, mut at) = (Vec::new(), None, 0);
    for line in page.split_inclusive('\n') {
        let fence = line.trim().strip_prefix("```");
        match (fence, open.take()) {
            (Some(language), None) => open = Some((language.to_owned(), at + line.len())),
            (Some(_), Some((language, from))) => blocks.push(Block { language, at: from..at }),
            (None, inside) => open = inside,
        }
        at += line.len();
    }
    assert!(open.is_none(), "a block of code has no end");
    blocks
}

/// The answer with what the page leaves out left out as well.
fn as_told(answer: Value, told: Option<&Value>) -> Value {
    match (answer, told) {
        (Value::Null, _) => Value::Null,
        (_, Some(Value::String(text))) if text == LEFT_OUT => Value::String(text.clone()),
        (Value::Object(fields), told) => {
            let told = |name: &str| match told {
                Some(Value::Object(told)) => told.get(name),
                _ => None,
            };
            Value::Object(
                fields
                    .into_iter()
                    .map(|(name, value)| {
                        let value = as_told(value, told(&name));
                        (name, value)
                    })
                    .collect(),
            )
        }
        (Value::List(items), told) => {
            let told = |at: usize| match told {
                Some(Value::List(told)) => told.get(at),
                _ => None,
            };
            Value::List(items.into_iter().enumerate().map(|(at, item)| as_told(item, told(at))).collect())
        }
        (value, _) => value,
    }
}

/// JSON for people: what fits stands on one line, and what holds one thing opens on the line of that thing. The text begins
/// in this column; its further lines are indented.
fn shown(value: &Value, indent: usize, column: usize) -> String {
    let (open, close, parts) = match value {
        Value::Object(fields) => {
            let part = |(name, value): (&async_graphql::Name, &Value)| (format!("\"{name}\": "), value.clone());
            ('{', '}', fields.iter().map(part).collect::<Vec<_>>())
        }
        Value::List(items) => ('[', ']', items.iter().map(|item| (String::new(), item.clone())).collect()),
        plain => return serde_json::to_string(plain).unwrap(),
    };
    let of = |indent: usize, column: usize, between: &str| {
        let part = |(name, value): &(String, Value)| name.clone() + &shown(value, indent, column + name.len());
        parts.iter().map(part).collect::<Vec<_>>().join(between)
    };
    let flat = format!("{open}{}{close}", of(0, 0, ", "));
    if !flat.contains('\n') && column + flat.chars().count() <= WIDTH {
        return flat;
    }
    if parts.len() == 1 {
        return format!("{open}{}{close}", of(indent, column + 1, ""));
    }
    let (inner, outer) = (format!("\n{}", " ".repeat(indent + 2)), format!("\n{}", " ".repeat(indent)));
    format!("{open}{inner}{}{outer}{close}", of(indent + 2, indent + 2, &format!(",{inner}")))
}

/// A store of the day that the pages name, with its 250 patients, in a file that can be copied.
async fn demo() -> std::path::PathBuf {
    let store = Store::with_graph(Backend::Sqlite, 250).await;
    store.db.run("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    store.url.strip_prefix("sqlite://").unwrap().into()
}

/// A copy of that store, as a gateway serves it: its graph follows the records.
async fn served(demo: &std::path::Path) -> (Store, tokio::task::JoinHandle<()>) {
    let file = scratch(&format!("{}.sqlite", unique("page")));
    fs::copy(demo, &file).unwrap();
    let url = format!("sqlite://{}", file.display());
    let (db, graph) = (db::open(&options(&url)).await.unwrap(), Graph::embedded(&medimax::schema::SHAPES));
    let projection = Follower::new(graph.clone(), db.clone(), medimax::schema::tables(), "page".into());
    let following = tokio::spawn(async move { projection.run().await });
    while !graph.is_ready() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (Store { backend: Backend::Sqlite, url, db, graph }, following)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_query_of_the_docs_is_answered_as_the_docs_say() {
    let (demo, bless) = (demo().await, std::env::var_os("MEDIMAX_TEST_BLESS").is_some());
    let (mut ran, mut told, mut wrong) = (0, 0, Vec::new());
    for (path, page) in pages() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let blocks = blocks(&page);
        if ELSEWHERE.contains(&name.as_str()) || !["```graphql", "-d '"].iter().any(|sample| page.contains(sample)) {
            continue;
        }
        let (store, following) = served(&demo).await;
        let (engine, mut written) = (store.engine(), page.clone());
        let mut answers = Vec::new();
        for (at, block) in blocks.iter().enumerate().filter(|(_, block)| block.language == "graphql") {
            let query = &page[block.at.clone()];
            let (body, _) = run(&engine, Scope::everything(), query, serde_json::Value::Null).await;
            let answer: Value = serde_json::from_slice(&body).unwrap();
            ran += 1;
            let next = blocks.get(at + 1).filter(|next| page[block.at.end..next.at.start].trim() == "```\n```json");
            let Some(next) = next else {
                let failed = serde_json::from_slice::<serde_json::Value>(&body).unwrap().get("errors").cloned();
                assert!(failed.is_none(), "{name}: {query} is answered {answer}");
                continue;
            };
            told += 1;
            let there: Value = serde_json::from_str(&page[next.at.clone()])
                .unwrap_or_else(|error| panic!("{name}: the answer to {query} is no JSON: {error}"));
            let answer = as_told(answer, Some(&there));
            if answer != there {
                wrong.push(format!("{name}: {query} is answered\n{}", shown(&answer, 0, 0)));
                answers.push((next.at.clone(), shown(&answer, 0, 0) + "\n"));
            }
        }
        for block in blocks.iter().filter(|block| block.language == "sh") {
            for sent in page[block.at.clone()].split("-d '").skip(1).filter_map(|rest| rest.split('\'').next()) {
                let Ok(mut sent) = serde_json::from_str::<serde_json::Value>(sent) else { panic!("{name}: {sent}") };
                let Some(query) = sent["query"].as_str().map(str::to_owned) else { continue };
                let (body, _) = run(&engine, Scope::everything(), &query, sent["variables"].take()).await;
                ran += 1;
                assert!(!String::from_utf8(body.clone()).unwrap().contains("\"errors\""), "{name}: {query}: {body:?}");
            }
        }
        following.abort();
        // From the end, so that what stands before stays where it is.
        for (at, answer) in answers.into_iter().rev() {
            written.replace_range(at, &answer);
        }
        if bless {
            fs::write(path, written).unwrap();
        }
    }
    assert!(!bless, "written anew: look at the diff, then run without MEDIMAX_TEST_BLESS");
    assert!(wrong.is_empty(), "MEDIMAX_TEST_BLESS=1 writes it anew, for you to look at: {}", wrong.join("\n"));
    assert!(ran > 10 && told > 7, "only {ran} queries, {told} with an answer");
}

#[test]
fn every_command_of_the_docs_is_known() {
    let mut ran = 0;
    for (path, page) in pages() {
        for block in blocks(&page).iter().filter(|block| block.language == "sh") {
            let text = page[block.at.clone()].replace("\\\n", " ");
            for line in text.lines().map(|line| line.split(['#', '|', '>', '&']).next().unwrap().trim()) {
                // Variables before a command are not the command's.
                let words =
                    line.split_whitespace().skip_while(|word| word.starts_with("MEDIMAX_") && word.contains('='));
                let mut words = words.map(|word| word.trim_matches(['\'', '"']));
                if !words.next().is_some_and(|word| word == "medimax" || word == "medimax.new") {
                    continue;
                }
                ran += 1;
                // With --help a command is only read: a flag that is none is refused first.
                let arguments: Vec<&str> = words.chain(["--help"]).collect();
                let ended = ended(&mut medimax(&arguments));
                assert_eq!(ended.code, Some(0), "{}: {line}: {ended:?}", path.display());
            }
        }
    }
    assert!(ran > 30, "only {ran} commands");
}

/// The accounts of `docs/deploying.md` do what the page says of them: one changes tables, one serves, one serves where nothing is
/// written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_accounts_of_the_docs_have_the_rights_that_they_need() {
    let pages = pages();
    let page = &pages.iter().find(|(path, _)| path.ends_with("docs/deploying.md")).unwrap().1;
    let sql: Vec<&str> =
        blocks(page).into_iter().filter(|block| block.language == "sql").map(|block| &page[block.at]).collect();
    let [both, reading] = sql[..] else { panic!("{} blocks of SQL", sql.len()) };
    let server = mariadb_server();
    let root = db::open(&options(&format!("{server}/information_schema"))).await.unwrap();
    let [name, migrates, serves, reads] = ["t", "migrates", "serves", "reads"].map(unique);
    let here = |text: &str, account: &str| {
        text.replace("'medimax_admin'", &format!("'{migrates}'"))
            .replace("'medimax'", &format!("'{account}'"))
            .replace("DATABASE medimax ", &format!("DATABASE {name} "))
            .replace(" ON medimax.", &format!(" ON {name}."))
    };
    let run = async |text: String| {
        for statement in text.split_terminator(";\n") {
            root.run(statement).await.unwrap();
        }
    };
    let at = |account: &str| format!("mysql://{account}:secret@{}/{name}", server.rsplit_once('@').unwrap().1);
    let done = |arguments: &[&str], account: &str| {
        let ended = ended(medimax(arguments).args(["--database-url", &at(account)]));
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
    };

    run(here(both, &serves)).await;
    done(&["migrate"], &migrates);
    done(&["seed", "--patients", "2"], &migrates);
    done(&["doctor", "--no-auth"], &serves);
    let gateway = Gateway::start(&["--database-url", &at(&serves)]);
    let written = gateway.ask(
        r#"mutation { registerPatient(waitForGraph: true, input: {name: "Ada", sex: FEMALE, dateOfBirth: "1980-01-01"}) { inGraph } }"#,
    );
    assert_eq!(written.1, json!({"data": {"registerPatient": {"inGraph": true}}}));
    drop(gateway);

    run(format!("CREATE USER '{reads}'@'%' IDENTIFIED BY 'secret'")).await;
    run(here(reading, &reads)).await;
    done(&["doctor", "--no-auth", "--read-only"], &reads);
    let gateway = Gateway::start(&["--read-only", "--database-url", &at(&reads)]);
    let read = eventually("the graph is there", || {
        let answer = gateway.ask("{ patients { totalCount } patient(id: 3) { carePathCount } }").1;
        answer.get("errors").is_none().then_some(answer)
    });
    assert_eq!(read.unwrap(), json!({"data": {"patients": {"totalCount": 3}, "patient": {"carePathCount": 0}}}));
    drop(gateway);
    run(format!("DROP USER '{migrates}'@'%', '{serves}'@'%', '{reads}'@'%'")).await;
}
