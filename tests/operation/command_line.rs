//! What each command says where it cannot do what it is told: one line, what to do, and an exit code.

use super::{SECRET, done, numbers, refused, server::Server, statement};
use crate::support::{
    Backend, Store, empty, mariadb_server, on_both,
    process::{Gateway, medimax, run},
    scratch, unique,
};
use medimax::config::KEYS;
use std::process::Stdio;

/// The shared server with a made-up user.
fn stranger() -> String {
    let host = mariadb_server().rsplit_once('@').unwrap().1.to_owned();
    format!("mysql://medimax_stranger:{SECRET}@{host}/information_schema")
}

#[test]
fn help_names_every_command_and_every_key() {
    let help = done(&mut medimax(&["--help"]));
    for verb in [
        "serve",
        "migrate",
        "seed",
        "import",
        "export",
        "sync",
        "check",
        "doctor",
        "backup",
        "restore",
        "user",
        "healthcheck",
        "schema",
        "completions",
        "man",
        "config",
    ] {
        assert!(help.contains(&format!("\n  {verb} ")), "{verb} is not in {help}");
        assert!(done(&mut medimax(&[verb, "--help"])).contains(&format!("Usage: medimax {verb}")));
    }
    for key in KEYS {
        let flag = format!("--{}", key.name.replace('_', "-"));
        let takes_value = help.contains(&format!("{flag} <VALUE>")) || help.contains(&format!("{flag}[=<"));
        assert!(takes_value, "{flag} is not in {help}");
    }
}

#[test]
fn short_help_is_the_commands_own_flags_and_tells_of_the_long_one() {
    for verb in [&[][..], &["serve"], &["seed"], &["migrate"], &["check"], &["backup"], &["export", "csv"]] {
        let help = |flag| done(&mut medimax(&[verb, &[flag]].concat()));
        let (short, long) = (help("-h"), help("--help"));
        assert!(short.contains("--config <FILE>") && short.contains("--help lists them"), "{short}");
        assert!(short.lines().count() < 40, "{verb:?}: {} lines", short.lines().count());
        for key in KEYS {
            let flag = format!("--{}", key.name.replace('_', "-"));
            assert!(!short.contains(&format!("{flag} ")) && long.contains(&flag), "{verb:?} {flag}");
        }
    }
    let short = done(&mut medimax(&["seed", "-h"]));
    assert!(short.contains("--patients <N>"), "{short}");
}

#[test]
fn wrong_usage_ends_with_2() {
    for args in [
        &["--max-depht", "3"][..],
        &["serv"],
        &["serve", "--database-url"],
        &["seed", "--patients", "many"],
        &["migrate", "--revert-to", "-1"],
        &["import"],
        &["backup"],
        &["restore", "a", "b"],
        &["export", "csv"],
        &["check", "--format", "xml"],
    ] {
        let ended = run(&mut medimax(args));
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{args:?}: {ended:?}");
        assert!(ended.err.iter().any(|line| line.starts_with("error: ")), "{args:?}: {ended:?}");
    }
    assert!(run(&mut medimax(&["--max-depht", "3"])).err.concat().contains("'--max-depth'"));
}

#[test]
fn a_store_that_cannot_be_opened_is_refused_in_one_line() {
    let folder = scratch(&unique("folder"));
    std::fs::create_dir_all(&folder).unwrap();
    let note = folder.join("note.txt");
    std::fs::write(&note, "This is a text of some length, and no database at all.").unwrap();
    let lite = |path: &std::path::Path| format!("sqlite://{}", path.display());
    let wrong = |rest: &str| format!("mysql://root:{SECRET}@{rest}");
    for (url, says) in [
        (wrong("127.0.0.1:1/medimax"), &["127.0.0.1:1", "refused", "is it running"][..]),
        (wrong("no-such-host.invalid/medimax"), &["'no-such-host.invalid'", "check its spelling"]),
        (wrong("127.0.0.1:port/medimax"), &["invalid port", "mysql://user:password@host:3306/database"]),
        (wrong("127.0.0.1"), &["names no database", "/DATABASE"]),
        (stranger(), &["refuses user 'medimax_stranger'", "check user and password"]),
        (format!("{}/medimax_nowhere", mariadb_server()), &["no database 'medimax_nowhere'", "CREATE DATABASE"]),
        (format!("postgres://me:{SECRET}@127.0.0.1/medimax"), &["'postgres'", "sqlite://FILE or mysql://"]),
        (format!("me:{SECRET}@127.0.0.1/medimax"), &["sqlite://FILE or mysql://"]),
        ("sqlite://".into(), &["names no file", "--memory"]),
        (lite(&folder), &[&folder.display().to_string(), "cannot be opened", "check the path"]),
        (
            lite(&folder.join("missing/medimax.sqlite")),
            &["missing/medimax.sqlite", "cannot be opened", "check the path"],
        ),
        (lite(&note), &["note.txt", "not a database"]),
        (wrong("127.0.0.1/medimax?require_ssl=true"), &["no parameters", "database_tls"]),
    ] {
        // None of these passes by waiting, but for a server that is not there; see below.
        for verb in ["migrate", "seed", "serve"] {
            let patience = ["--database-start-wait-ms", "0"];
            let line = refused(medimax(&[verb, "--database-url", &url]).args(patience));
            for text in says {
                assert!(line.contains(text), "{verb} {url}: no {text:?} in {line}");
            }
        }
    }
}

#[test]
fn serve_waits_only_for_a_server_and_only_as_long_as_it_is_told() {
    let missing = ["serve", "--database-start-wait-ms", "600", "--database-url", "mysql://root@127.0.0.1:1/medimax"];
    let ended = run(&mut medimax(&missing));
    assert_eq!((ended.code, ended.log.len(), ended.err.len()), (Some(1), 1, 1), "{ended:?}");
    // A quarter of a second, and some by chance.
    let waits = ["0.2", "0.3", "0.4", "0.5"].map(|pause| format!("trying again in {pause} s"));
    assert!(waits.iter().any(|wait| ended.log[0].contains(wait)), "{ended:?}");
    // Each says its cause, and says it once.
    let store = format!("sqlite://{}", scratch(&unique("no_graph.sqlite")).display());
    assert_eq!(run(&mut medimax(&["migrate", "--database-url", &store])).code, Some(0));
    let graph = ["sync", "--database-url", &store, "--graph-url", "bolt://neo4j:x@127.0.0.1:1"];
    let of_graph = run(&mut medimax(&graph));
    assert_eq!(of_graph.err.len(), 1, "{of_graph:?}");
    for line in [&ended.log[0], &ended.err[0], &of_graph.err[0]] {
        assert_eq!(line.matches("Connection refused").count(), 1, "{line}");
        let again = ["Input/output error", "IO error", "not available: MariaDB", "?;"];
        assert!(!again.iter().any(|words| line.contains(words)), "{line}");
    }

    let hopeless = format!("sqlite://{}", scratch("missing/medimax.sqlite").display());
    let ended = run(&mut medimax(&["serve", "--database-url", &hopeless]));
    assert_eq!((ended.code, ended.log.len(), ended.err.len()), (Some(1), 0, 1), "{ended:?}");
}

#[tokio::test]
async fn a_database_without_the_schema_is_refused() {
    let refusal = |verb, url: &str| refused(&mut medimax(&[verb, "--database-url", url]));
    for verb in ["seed", "serve"] {
        let line = refusal(verb, &empty(Backend::MariaDb).await);
        assert!(line.contains("no MediMax schema") && line.contains("run `medimax migrate`"), "{line}");
    }
    let store = Store::new(Backend::MariaDb).await;
    store.sql("CREATE TABLE last AS SELECT MAX(version) AS version FROM Schema_Migration").await;
    store.sql("DELETE FROM Schema_Migration WHERE version = (SELECT version FROM last)").await;
    for verb in ["serve", "seed"] {
        let line = refusal(verb, &store.url);
        assert!(line.contains("older than this binary: run `medimax migrate`"), "{line}");
    }
}

on_both!(a_newer_schema_is_refused, async |store: Store| {
    store.sql("INSERT INTO Schema_Migration (version, name) VALUES (9999, '9999_from_the_future')").await;
    for verb in ["serve", "seed", "migrate"] {
        let line = refused(&mut medimax(&[verb, "--database-url", &store.url]));
        assert!(line.contains("schema version 9999") && line.contains("use a newer medimax"), "{verb}: {line}");
    }
});

on_both!(an_older_binary_serves_a_newer_schema_that_suits_it, 3, async |store: Store| {
    store.sql("INSERT INTO Schema_Migration (version, name, suits) VALUES (9999, '9999_from_the_future', 1)").await;
    let log = scratch(&unique("log"));
    let mut serve = medimax(&["serve", "--listen", "127.0.0.1:0", "--database-url", &store.url]);
    let gateway = Gateway::from(serve.stderr(std::fs::File::create(&log).unwrap()));
    assert_eq!(gateway.ask("{ patients { totalCount } }").1["data"]["patients"]["totalCount"], 3);
    gateway.stop();
    let log = std::fs::read_to_string(log).unwrap();
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("schema version 9999")).collect();
    assert!(matches!(warnings[..], [one] if one.contains("WARN") && one.contains("use a newer medimax soon")), "{log}");

    let said = done(&mut medimax(&["migrate", "--database-url", &store.url]));
    assert!(said.contains("Nothing to do: the schema is at version 9999"), "{said}");
    let back = ["migrate", "--revert-to", "0", "--yes", "--database-url", &store.url];
    assert!(refused(&mut medimax(&back)).contains("take that back with the medimax that made it"));
    // A table that this binary does not know would be missing.
    let backup = scratch(&unique("backup")).display().to_string();
    assert!(refused(&mut medimax(&["backup", &backup, "--database-url", &store.url])).contains("use a newer medimax"));
});

#[tokio::test]
async fn tables_in_lower_case_are_refused_and_left_alone() {
    let lower = empty(Backend::MariaDb).await;
    let db = medimax::db::open(&crate::support::options(&lower)).await.unwrap();
    db.run("CREATE TABLE patient (patient_id INT PRIMARY KEY, name TEXT)").await.unwrap();
    for verb in ["serve", "seed", "migrate"] {
        let line = refused(&mut medimax(&[verb, "--database-url", &lower]));
        assert!(line.contains("lower case") && line.contains("RENAME TABLE"), "{verb}: {line}");
    }
    let tables = "SELECT 0, CAST(table_name AS CHAR) FROM information_schema.tables WHERE table_schema = DATABASE()";
    let left = db.texts(&statement(db.dialect(), tables)).await.unwrap();
    assert_eq!(left, [(0, Some("patient".to_owned()))]);
}

#[tokio::test]
async fn a_server_that_folds_names_to_lower_case_is_served() {
    let server = Server::start(&["--lower-case-table-names=1"]).await;
    let url = server.database(2).await;
    assert!(done(&mut medimax(&["migrate", "--database-url", &url])).starts_with("Nothing to do"));
    let answer = Gateway::start(&["--database-url", &url]).ask("{ patients { totalCount } }");
    assert_eq!(answer.1["data"]["patients"]["totalCount"], 2, "{answer:?}");
}

#[test]
fn the_schema_comes_out_of_a_broken_configuration() {
    let committed = include_str!("../../schema.graphql");
    let mut broken = medimax(&["schema", "--config", "/nowhere/medimax.toml"]);
    let printed = done(broken.env("MEDIMAX_MAX_DEPHT", "1").env("MEDIMAX_MAX_DEPTH", "deep"));
    assert!(printed == committed, "medimax schema differs from schema.graphql");

    // Nobody reads to the end.
    let mut child = medimax(&["schema"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.len()), (Some(0), 0), "{ended:?}");
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let url = empty(backend).await;
        let migrate = || done(&mut medimax(&["migrate", "--database-url", &url]));
        assert!(migrate().starts_with("Ran 0001_medimax, "));
        assert!(migrate().starts_with("Nothing to do"));
    }
}

on_both!(taking_the_schema_back_needs_a_yes, 2, async |store: Store| {
    let back = ["migrate", "--database-url", &store.url, "--revert-to", "0"];
    let line = refused(&mut medimax(&back));
    assert!(line.contains("with all its data") && line.contains("--yes"), "{line}");
    assert_eq!(numbers(&store.db, "SELECT 0, COUNT(*) FROM Patient").await, [(0, 2)]);

    assert!(done(medimax(&back).arg("--yes")).starts_with("Took back "));
    assert!(store.db.run("SELECT 1 FROM Patient").await.is_err());
    assert!(done(medimax(&back).arg("--yes")).starts_with("Nothing to do"));
    assert!(done(&mut medimax(&["migrate", "--database-url", &store.url])).starts_with("Ran "));
});

#[tokio::test]
async fn two_processes_may_migrate_at_once() {
    for backend in [Backend::MariaDb, Backend::Sqlite, Backend::MariaDb, Backend::Sqlite] {
        let url = empty(backend).await;
        let migrate = || done(&mut medimax(&["migrate", "--database-url", &url]));
        let mut said = std::thread::scope(|scope| {
            let both = [scope.spawn(migrate), scope.spawn(migrate)];
            both.map(|one| one.join().unwrap())
        });
        said.sort();
        assert!(said[0].starts_with("Nothing to do") && said[1].starts_with("Ran "), "{said:?}");
    }
}
