//! A gateway's life: its demo data, what it keeps, and how it stops.

use super::{done, number, statement};
use crate::support::{
    Backend, Store, options,
    process::{Answer, Gateway, JSON, body_of, eventually, medimax, signal, wait},
    scratch, unique,
};
use medimax::{db, demo, schema::entities};
use std::{
    collections::BTreeSet,
    fs::read_dir,
    io::{BufRead, BufReader},
    net::TcpStream,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A folder of the test's own, until it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = scratch(&unique("folder"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `medimax serve` in a folder: its data, its temporary files and its log are there.
fn serve_in(folder: &Path, args: &[&str]) -> Command {
    let mut command = medimax(&["serve", "--listen", "127.0.0.1:0"]);
    command.args(args).current_dir(folder).env("TMPDIR", folder).stderr(Stdio::null());
    command
}

async fn count_rows(url: &str) -> Vec<(&'static str, i64)> {
    let db = db::open(&options(url)).await.unwrap();
    let mut counts = Vec::new();
    for entity in entities() {
        let table = entity.table.name;
        counts.push((table, number(&db, &format!("SELECT COUNT(*) FROM {table}")).await));
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seeding_makes_the_same_rows_on_both_stores_and_others_the_next_time() {
    let mut after_each = Vec::new();
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let store = Store::new(backend).await;
        done(&mut medimax(&["migrate", "--database-url", &store.url]));
        let seed = || done(&mut medimax(&["seed", "--patients", "30", "--database-url", &store.url]));
        assert!(seed().starts_with("Added 30 patients, "));
        let first = count_rows(&store.url).await;
        assert!(seed().starts_with("Added 30 patients, "));
        let second = count_rows(&store.url).await;
        assert!(first.iter().all(|(_, rows)| *rows > 0) && first.contains(&("Patient", 30)), "{first:?}");
        assert!(second.contains(&("Patient", 60)), "{second:?}");
        // Doctors and the like are there once, all else comes with the patients.
        for ((table, once), (_, twice)) in first.iter().zip(&second) {
            let reference = demo::tables().iter().any(|known| known.name == *table && known.called.is_some());
            assert_eq!(once == twice, reference, "{table}: {once}, then {twice}");
        }

        let born = "SELECT patient_id, name FROM Patient ORDER BY patient_id";
        let names = store.db.texts(&statement(store.db.dialect(), born)).await.unwrap();
        let (once, again) = names.split_at(30);
        let set = |names: &[(i32, Option<String>)]| names.iter().map(|(_, name)| name.clone()).collect::<BTreeSet<_>>();
        assert!(set(once).intersection(&set(again)).count() < 5, "the same people were added again");
        after_each.push([first, second]);
    }
    assert_eq!(after_each[0], after_each[1]);
}

#[test]
fn a_gateway_without_configuration_serves_demo_data_and_keeps_what_changed() {
    let folder = Folder::new();
    let mut command = serve_in(&folder, &[]);
    let gateway = Gateway::from(&mut command);
    let file = folder.join("data/medimax.sqlite");
    assert!(
        gateway.said().contains(&"Store: data/medimax.sqlite".to_owned()) && file.is_file(),
        "{:?}",
        gateway.said()
    );
    let page = format!("  Playground  http://{}/", gateway.address);
    assert!(gateway.said().contains(&page), "{:?}", gateway.said());
    let people = "{ patients(first: 1) { totalCount } patient(id: 7) { name appointments { totalCount } } }";
    let first = gateway.ask(people);
    assert!(first.1["data"]["patients"]["totalCount"].as_u64().unwrap() >= 200, "{first:?}");

    // Another program changes a row, under the running gateway and under none.
    let rename = |name: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let db = db::open(&options(&format!("sqlite://{}", file.display()))).await.unwrap();
            db.run(&format!("UPDATE Patient SET name = '{name}' WHERE patient_id = 7")).await.unwrap();
        });
    };
    let renamed = |name: &str| {
        let mut answer = first.clone();
        answer.1["data"]["patient"]["name"] = name.into();
        answer
    };
    rename("Ada Between");
    assert_eq!(gateway.ask(people), renamed("Ada Between"));
    assert!(gateway.stop().success());
    rename("Ada After");
    assert_eq!(Gateway::from(&mut command).ask(people), renamed("Ada After"));
}

#[test]
fn the_queries_that_serve_suggests_have_answers() {
    let folder = Folder::new();
    let gateway = Gateway::from(&mut serve_in(&folder, &[]));
    let queries = || gateway.said().into_iter().filter(|line| line.starts_with("  {")).collect::<Vec<_>>();
    let queries = eventually("two queries are printed", || Some(queries()).filter(|queries| queries.len() == 2));
    for query in queries.unwrap() {
        let (status, answer) = gateway.ask(&query);
        assert!(status == 200 && answer.get("errors").is_none(), "{query}: {answer}");
        let mut values = answer["data"].as_object().unwrap().values();
        assert!(values.all(|value| value["name"].is_string() || value["totalCount"].as_u64() > Some(0)), "{answer}");
    }
}

#[test]
fn a_store_in_memory_leaves_nothing_behind_and_finds_nothing() {
    let folder = Folder::new();
    let gateway = Gateway::from(&mut serve_in(&folder, &["--memory", "--demo-patients", "3"]));
    assert_eq!(gateway.ask("{ patients { totalCount } }").1["data"]["patients"]["totalCount"], 3);
    assert_eq!(read_dir(&*folder).unwrap().count(), 1);
    assert!(gateway.stop().success());
    assert_eq!(read_dir(&*folder).unwrap().count(), 0);

    // One that was killed left its folder, and in a container the next process has its number again.
    let script = "mkdir medimax-$$ && echo old > medimax-$$/memory.sqlite && exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_medimax"), "serve", "--memory", "--listen", "127.0.0.1:0"]);
    command.args(["--demo-patients", "2"]).current_dir(&*folder).env("TMPDIR", &*folder).stderr(Stdio::null());
    let gateway = Gateway::from(&mut command);
    assert_eq!(gateway.ask("{ patients { totalCount } }").1["data"]["patients"]["totalCount"], 2);
    assert!(gateway.stop().success());
    assert_eq!(read_dir(&*folder).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_answered_before_the_gateway_ends() {
    let store = Store::with_patients(Backend::MariaDb, 2).await;
    let mut gateway = Gateway::start(&["--database-url", &store.url]);
    let query = body_of("{ patient(id: 2) { patientId medications { name } } }", serde_json::Value::Null);
    let expected = gateway.post(&query);
    assert!(expected.status == 200 && expected.json().get("errors").is_none(), "{expected:?}");

    // The statement waits for a lock, so that the request is under way for as long as it takes. A connection on which
    // nothing is asked does not hold the gateway up.
    let idle = TcpStream::connect(gateway.address).unwrap();
    let blocker = db::open(&db::Options { max_connections: 1, ..options(&store.url) }).await.unwrap();
    blocker.run("LOCK TABLES Medication WRITE").await.unwrap();
    let request = gateway.write("POST", "/graphql", &[JSON], &query);
    let waiting =
        "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'Waiting for table%'";
    while number(&store.db, waiting).await == 0 {
        tokio::task::yield_now().await;
    }
    signal(&gateway.child, "TERM");
    eventually("new connections are refused", || TcpStream::connect(gateway.address).err()).unwrap();
    assert!(gateway.child.try_wait().unwrap().is_none(), "it ended before the request did");
    blocker.run("UNLOCK TABLES").await.unwrap();
    assert_eq!(Answer::read(request).body, expected.body);
    assert_eq!(wait(&mut gateway.child).code(), Some(0));
    drop(idle);
}

#[test]
fn a_gateway_can_be_stopped_before_it_is_ready() {
    for name in ["TERM", "INT"] {
        // While it waits for its database.
        let mut command = medimax(&["serve", "--database-url", "mysql://root@127.0.0.1:1/medimax"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(log.next().unwrap().unwrap().contains("trying again"));
        signal(&child, name);
        assert_eq!(wait(&mut child).code(), Some(0), "{name}");
        let rest: Vec<String> = log.map(Result::unwrap).collect();
        assert!(rest.iter().any(|line| line.contains("told to stop")), "{name}: {rest:?}");
        assert!(!rest.iter().any(|line| line.contains("ERROR")), "{name}: {rest:?}");

        // While it makes its demo data.
        let folder = Folder::new();
        let mut child = serve_in(&folder, &["--demo-patients", "1000000"]).stdout(Stdio::null()).spawn().unwrap();
        let journal = folder.join("data/medimax.sqlite-wal");
        let has_rows = || journal.metadata().is_ok_and(|file| file.len() > 1_000_000).then_some(());
        eventually("there are patients", has_rows).unwrap();
        signal(&child, name);
        assert_eq!(wait(&mut child).code(), Some(0), "{name}");
    }
}
