//! `medimax doctor`: each fault made for real, found, and mended by what the advice says.

use super::{SECRET, done, number, server::Server};
use crate::{
    graph::neo4j::Place,
    support::{
        Backend, Store, empty, on_both, options,
        process::{Ended, Gateway, eventually, medimax, run},
        scratch, unique,
    },
};
use medimax::db;
use serde_json::Value;
use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
};

/// What a run found.
struct Found {
    ended: Ended,
    findings: Vec<Value>,
}

impl Found {
    /// By a run of `medimax doctor` with these flags.
    fn by(args: &[&str]) -> Self {
        Self::of(medimax(&["doctor", "--format", "json"]).args(args))
    }

    fn of(command: &mut Command) -> Self {
        let ended = run(command);
        let findings: Vec<Value> =
            serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
        for finding in &findings {
            let keys: Vec<&String> = finding.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["advice", "check", "finding", "state"], "{finding}");
            let told = finding["state"] == "ok" || finding["advice"].as_str().is_some_and(|advice| !advice.is_empty());
            assert!(told, "what to do is not told: {finding}");
        }
        let faults = findings.iter().any(|finding| finding["state"] == "fault");
        assert_eq!((ended.code, ended.err.len()), (Some(i32::from(faults)), 0), "{ended:?}");
        assert!(!ended.out.contains(SECRET), "{}", ended.out);
        Found { ended, findings }
    }

    /// The findings of one check.
    fn all<'a>(&'a self, check: &str) -> impl Iterator<Item = &'a Value> {
        self.findings.iter().filter(move |finding| finding["check"] == *check)
    }

    /// The finding of a check that is in a state and holds a text: its advice.
    fn is(&self, check: &str, state: &str, text: &str) -> &str {
        let found = self.all(check).find(|of| of["state"] == state && of["finding"].as_str().unwrap().contains(text));
        let found = found.unwrap_or_else(|| panic!("no {state} of {check} with {text:?}: {}", self.ended.out));
        found["advice"].as_str().unwrap_or_default()
    }

    fn has_faults(&self) -> bool {
        self.ended.code == Some(1)
    }
}

/// The statements of an advice, for another account.
fn statements(advice: &str, account: &str) -> Vec<String> {
    let given = advice.lines().filter(|line| line.starts_with("GRANT "));
    given.map(|line| format!("{} TO {account}", line.rsplit_once(" TO ").unwrap().0)).collect()
}

fn as_account(store: &Store, account: &str) -> String {
    format!("mysql://{account}:{SECRET}@{}", store.url.rsplit_once('@').unwrap().1)
}

const REGISTER: &str = r#"mutation { registerPatient(waitForGraph: true, idempotencyKey: "k", input: {
    name: "Ada", sex: FEMALE, dateOfBirth: "1980-01-01"}) { inGraph patient { id } } }"#;

/// The grants that are printed are enough, each of them is needed, and their lack is named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_grants_are_what_serve_and_migrate_need() {
    let url = empty(Backend::MariaDb).await;
    let admin = db::open(&options(&url)).await.unwrap();
    let (serves, migrates, reads) = (unique("serves"), unique("migrates"), unique("reads"));
    for account in [&serves, &migrates, &reads] {
        admin.run(&format!("CREATE USER {account} IDENTIFIED BY '{SECRET}'")).await.unwrap();
    }
    let store = Store {
        backend: Backend::MariaDb,
        url: url.clone(),
        db: admin,
        graph: medimax::graph::Graph::embedded(&medimax::schema::SHAPES),
    };
    let [serves_url, migrates_url, reads_url] = [&serves, &migrates, &reads].map(|account| as_account(&store, account));

    let found = Found::by(&["--no-auth", "--database-url", &url]);
    assert_eq!(
        found.is("migrations", "fault", "has no MediMax schema"),
        "run `medimax migrate` with the same database_url"
    );
    for statement in statements(found.is("rights.migrate", "ok", "has what `migrate` needs"), &migrates) {
        store.sql(&statement).await;
    }
    assert!(done(&mut medimax(&["migrate", "--database-url", &migrates_url])).starts_with("Ran 0001_medimax"));
    let found = Found::by(&["--no-auth", "--database-url", &migrates_url]);
    found.is("rights.migrate", "ok", "has what `migrate` needs");
    found.is("triggers", "ok", "as the migrations made them");
    found.is("definers", "ok", &format!("{migrates}@%"));
    assert!(!found.has_faults(), "{}", found.ended.out);
    done(&mut medimax(&["seed", "--patients", "2", "--database-url", &migrates_url]));

    let advice = found.is("rights.serve", "warning", "may do more than `serve` needs: ALTER, CREATE");
    for statement in statements(advice, &serves) {
        store.sql(&statement).await;
    }
    let found = Found::by(&["--no-auth", "--database-url", &serves_url]);
    found.is("rights.serve", "ok", "has what `serve` needs, and no more");
    found.is("rights.migrate", "ok", "lacks ALTER, CREATE, DROP, INDEX, REFERENCES, TRIGGER for `migrate`");
    found.is("triggers", "warning", "cannot see what they do");
    assert!(!found.has_faults(), "{}", found.ended.out);
    let gateway = Gateway::start(&["--database-url", &serves_url]);
    assert_eq!(gateway.ask("{ patients { totalCount } }").1["data"]["patients"]["totalCount"], 2);
    let (_, answer) = gateway.ask(REGISTER);
    assert_eq!(answer["data"]["registerPatient"]["inGraph"], true, "{answer}");
    drop(gateway);

    let found = Found::by(&["--no-auth", "--read-only", "--database-url", &serves_url]);
    let advice = found.is("rights.serve", "warning", "DELETE, INSERT, UPDATE on ");
    for statement in statements(advice, &reads) {
        store.sql(&statement).await;
    }
    let found = Found::by(&["--no-auth", "--read-only", "--database-url", &reads_url]);
    found.is("rights.serve", "ok", "has what `serve` needs, and no more");
    // MariaDB shows an account that only reads no trigger at all: that does not make them missing.
    found.is("triggers", "warning", "cannot see what they do");
    assert!(!found.has_faults(), "{}", found.ended.out);
    let gateway = Gateway::start(&["--read-only", "--database-url", &reads_url]);
    store.sql("INSERT INTO Patient (name, dob, sex) VALUES ('Grace', '1906-12-09', 'Female')").await;
    eventually("the graph of a gateway that only reads follows", || {
        let (_, answer) = gateway.ask("{ graphStatus { patients backlog } }");
        (answer["data"]["graphStatus"] == serde_json::json!({"patients": 4, "backlog": 0})).then_some(())
    })
    .unwrap();
    assert_eq!(gateway.metric("medimax_graph_failures_total"), 0.0);
    assert!(number(&store.db, "SELECT COUNT(*) FROM Feed_Consumer").await > 0);
    drop(gateway);

    let name = url.rsplit_once('/').unwrap().1.replace('_', "\\_");
    for right in ["SELECT", "INSERT", "UPDATE", "DELETE"] {
        store.sql(&format!("REVOKE {right} ON `{name}`.* FROM {serves}")).await;
        let found = Found::by(&["--no-auth", "--database-url", &serves_url]);
        let advice = found.is("rights.serve", "fault", &format!("lacks {right} for `serve`"));
        assert!(advice.starts_with("GRANT SELECT, INSERT, UPDATE, DELETE ON "), "{advice}");
        store.sql(&format!("GRANT {right} ON `{name}`.* TO {serves}")).await;
    }
    // Rights that a role gives are rights.
    let role = unique("role");
    for statement in [
        format!("REVOKE UPDATE ON `{name}`.* FROM {serves}"),
        format!("CREATE ROLE {role}"),
        format!("GRANT UPDATE ON `{name}`.* TO {role}"),
        format!("GRANT {role} TO {serves}"),
        format!("SET DEFAULT ROLE {role} FOR {serves}"),
    ] {
        store.sql(&statement).await;
    }
    Found::by(&["--no-auth", "--database-url", &serves_url]).is("rights.serve", "ok", "has what `serve` needs");
    store.sql(&format!("DROP ROLE {role}; DROP USER {serves}, {migrates}, {reads}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn triggers_that_are_gone_or_changed_are_found_and_made_again() {
    let store = Store::new(Backend::MariaDb).await;
    store.sql("DROP TRIGGER medimax_feed_patient_insert").await;
    store
        .sql("CREATE OR REPLACE TRIGGER medimax_search_patient_update AFTER UPDATE ON Patient FOR EACH ROW SET @nothing = 1")
        .await;
    let found = Found::by(&["--no-auth", "--database-url", &store.url]);
    found.is("triggers", "fault", "missing: medimax_feed_patient_insert");
    let advice = found.is("triggers", "fault", "not as the migrations made them: medimax_search_patient_update");
    for statement in advice.lines().filter(|line| line.ends_with(';')) {
        store.sql(statement).await;
    }
    assert!(advice.contains("then run `medimax migrate`"));
    done(&mut medimax(&["migrate", "--database-url", &store.url]));
    let found = Found::by(&["--no-auth", "--database-url", &store.url]);
    found.is("triggers", "ok", "as the migrations made them");
    assert!(!found.has_faults(), "{}", found.ended.out);

    for trigger in ["insert", "update", "delete"].map(|event| format!("medimax_feed_report_{event}")) {
        store.sql(&format!("DROP TRIGGER {trigger}")).await;
    }
    store.sql("DROP TRIGGER medimax_feed_report_finding_insert; DROP TRIGGER medimax_feed_report_finding_update").await;
    Found::by(&["--no-auth", "--database-url", &store.url]).is("triggers", "fault", "missing: 5 of ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_triggers_run_as_is_looked_at() {
    let url = empty(Backend::MariaDb).await;
    let admin = db::open(&options(&url)).await.unwrap();
    let (definer, other) = (unique("definer"), unique("other"));
    let name = url.rsplit_once('/').unwrap().1;
    for account in [&definer, &other] {
        admin
            .run(&format!("CREATE USER {account} IDENTIFIED BY '{SECRET}'; GRANT ALL ON {name}.* TO {account}"))
            .await
            .unwrap();
    }
    let store = Store {
        backend: Backend::MariaDb,
        url: url.clone(),
        db: admin,
        graph: medimax::graph::Graph::embedded(&medimax::schema::SHAPES),
    };
    done(&mut medimax(&["migrate", "--database-url", &as_account(&store, &definer)]));
    Found::by(&["--database-url", &as_account(&store, &other)]).is(
        "definers",
        "warning",
        "cannot be seen with this account",
    );
    Found::by(&["--no-auth", "--database-url", &url]).is("definers", "ok", &format!("{definer}@%"));

    let register = "INSERT INTO Patient (name, dob, sex) VALUES ('Ada', '1980-01-01', 'Female')";
    store
        .sql(&format!("REVOKE ALL ON {name}.* FROM {definer}; GRANT TRIGGER, SELECT, DELETE ON {name}.* TO {definer}"))
        .await;
    store.sql(register).await;
    assert_eq!(
        number(&store.db, "SELECT COUNT(*) FROM Change_Feed").await,
        0,
        "the change is lost, and nobody is told"
    );
    let found = Found::by(&["--no-auth", "--database-url", &url]);
    let advice = found.is("definers", "fault", "lacks INSERT itself");
    for statement in advice.lines() {
        store.sql(statement).await;
    }
    store.sql(register).await;
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Change_Feed").await, 1);
    assert!(!Found::by(&["--no-auth", "--database-url", &url]).has_faults());

    store.sql(&format!("DROP USER {definer}")).await;
    let failed = store.db.run(register).await.unwrap_err().to_string();
    assert!(failed.contains("definer"), "{failed}");
    Found::by(&["--no-auth", "--database-url", &url]).is(
        "definers",
        "fault",
        "is gone: every write to their tables fails",
    );
    store.sql(&format!("DROP USER {other}")).await;
}

on_both!(the_version_of_the_schema_is_told, async |store: Store| {
    let asked = || Found::by(&["--no-auth", "--database-url", &store.url]);
    asked().is("migrations", "ok", "as this binary is");
    store.sql("INSERT INTO Schema_Migration (version, name, suits) VALUES (9999, '9999_future', 1)").await;
    asked().is("migrations", "warning", "at version 9999, newer than this binary");
    store.sql("UPDATE Schema_Migration SET suits = NULL WHERE version = 9999").await;
    assert_eq!(asked().is("migrations", "fault", "serves none older than 9999"), "use a newer medimax");
    store.sql("DELETE FROM Schema_Migration WHERE version > 1").await;
    match store.backend {
        Backend::MariaDb => {
            assert_eq!(asked().is("migrations", "fault", "is at schema version 1"), "run `medimax migrate`")
        }
        Backend::Sqlite => assert_eq!(asked().is("migrations", "ok", "`serve` brings it to"), ""),
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_of_the_server_that_will_not_do_are_named_and_a_lost_server_too() {
    let mut server = Server::start(&[
        "--log-bin=log",
        "--binlog-format=STATEMENT",
        "--wait-timeout=30",
        "--max-connections=10",
        "--max-allowed-packet=65536",
        "--sql-mode=",
    ])
    .await;
    let admin = db::open(&options(&server.url("information_schema"))).await.unwrap();
    admin.run("CREATE DATABASE medimax CHARACTER SET latin1").await.unwrap();
    let url = server.url("medimax");
    let asked = || {
        let wrong = format!("bolt://neo4j:{SECRET}@127.0.0.1:1");
        Found::by(&["--database-url", &url, "--database-max-connections", "11", "--graph-url", &wrong])
    };
    let found = asked();
    for (state, text) in [
        ("fault", "binlog_format is STATEMENT"),
        ("fault", "database_max_connections is 11, and the server takes 10"),
        ("warning", "character set of the database is latin1"),
        ("warning", "sql_mode of other programs is not strict"),
        ("warning", "wait_timeout is 30 s"),
        ("warning", "max_allowed_packet is 65536 bytes"),
    ] {
        found.is("settings", state, text);
    }
    assert!(found.all("database").any(|of| of["finding"].as_str().unwrap().contains(", reached in")));
    found.is("clock", "ok", "the server's clock is within");
    // With SUPER, the binary log is in nobody's way.
    found.is("rights.migrate", "ok", "has what `migrate` needs");
    found.is("graph", "fault", "Neo4j does not answer");

    admin.run("GRANT ALL ON medimax.* TO half IDENTIFIED BY 'half'").await.unwrap();
    let half = format!("mysql://half:half@127.0.0.1:{}/medimax", server.port);
    let found = Found::by(&["--database-url", &half]);
    let advice = found.is("rights.migrate", "warning", "may not create triggers while the binary log is on");
    assert!(advice.contains("log_bin_trust_function_creators"), "{advice}");

    drop(admin);
    server.end("KILL");
    let found = asked();
    assert_eq!(found.is("database", "fault", "cannot be reached"), "is it running, and is the port right?");
    // The rest is looked at all the same.
    found.is("graph", "fault", "Neo4j does not answer");
    found.is("limits", "ok", "files may be open");
}

#[tokio::test]
async fn what_the_account_cannot_do_is_told_without_its_password() {
    let host = crate::support::mariadb_server().rsplit_once('@').unwrap().1.to_owned();
    let found = Found::by(&["--database-url", &format!("mysql://medimax_stranger:{SECRET}@{host}/medimax")]);
    let advice = found.is("database", "fault", "refuses user 'medimax_stranger'");
    assert!(advice.contains("check user and password"), "{advice}");
}

#[test]
fn the_configuration_is_looked_at_first() {
    let found = Found::of(medimax(&["doctor", "--format", "json"]).env("MEDIMAX_MAX_DEPHT", SECRET));
    found.is("configuration", "fault", "unknown key 'max_depht' (environment); did you mean 'max_depth'?");
    assert_eq!(found.findings.len(), 1, "without a configuration there is nothing to look at");

    let data = scratch(&unique("data")).display().to_string();
    let mut command =
        medimax(&["doctor", "--format", "json", "--data-dir", &data, "--no-auth", "--listen", "127.0.0.1:0"]);
    command.env("MEDIMAX_DATABASE_PASSWORD", SECRET).env("MEDIMAX_GRAPH_CA_FILE", "/nowhere/ca.pem");
    let found = Found::of(&mut command);
    for text in [
        "database_password has no effect: the relational store is the embedded one",
        "graph_ca_file has no effect: the graph is the embedded one",
    ] {
        found.is("configuration", "warning", text);
    }
    found.is("files", "fault", "graph_ca_file: /nowhere/ca.pem cannot be read");
    found.is("listen", "ok", "127.0.0.1:0 is free");
    assert!(!PathBuf::from(&data).exists(), "looking makes nothing");
}

#[test]
fn the_embedded_store_and_its_folder_are_looked_at() {
    let data = scratch(&unique("data")).display().to_string();
    let found = Found::by(&["--data-dir", &data]);
    found.is("store", "ok", "is not there yet: `serve` makes it");
    found.is("disk", "ok", "MiB are free");
    found.is("configuration", "ok", "keys that are set: 1");
    drop(Gateway::start(&["--demo-patients", "1", "--data-dir", &data]));
    let found = Found::by(&["--data-dir", &data]);
    found.is("store", "ok", "is there, and can be written");
    found.is("migrations", "ok", "as this binary is");
    found.is("triggers", "ok", "as the migrations made them");
    assert!(!found.has_faults(), "{}", found.ended.out);

    let missing = format!("sqlite://{data}/missing/medimax.sqlite");
    Found::by(&["--database-url", &missing]).is("store", "fault", "cannot be written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_of_the_embedded_store_that_is_gone_is_found() {
    let store = Store::new(Backend::Sqlite).await;
    store.sql("DROP TRIGGER medimax_feed_patient_insert").await;
    let found = Found::by(&["--no-auth", "--database-url", &store.url]);
    let advice = found.is("triggers", "fault", "missing: medimax_feed_patient_insert");
    assert!(advice.contains("medimax restore"), "{advice}");
    let (file, fresh) = (scratch(&unique("backup")).display().to_string(), empty(Backend::Sqlite).await);
    done(&mut medimax(&["backup", &file, "--database-url", &store.url]));
    done(&mut medimax(&["restore", &file, "--database-url", &fresh]));
    assert!(!Found::by(&["--no-auth", "--database-url", &fresh]).has_faults());
}

on_both!(whether_somebody_can_log_in_is_told, 2, async |store: Store| {
    let look = |args: &[&str]| Found::by(&[&["--database-url", &store.url], args].concat());
    let advice = look(&[]).is("log-in", "fault", "nobody could log in").to_owned();
    assert!(advice.contains("`medimax user add EMAIL --role ADMIN`"), "{advice}");
    done(&mut medimax(&["user", "add", "admin@example.org", "--role", "ADMIN", "--database-url", &store.url]));
    let found = look(&[]);
    found.is("log-in", "ok", "an administrator who can log in");
    assert!(found.is("access log", "ok", "not signed").contains("audit_key"));
    let signed = look(&["--audit-key", "a secret of the tests"]);
    signed.is("access log", "ok", "entries are signed");
    let idle = ["--audit-key", "a secret of the tests", "--session-days", "3"];
    let found = look(&[&["--no-auth", "--audit", "off"], &idle[..]].concat());
    for (check, text) in [
        ("log-in", "whoever reaches the port sees and changes everything"),
        ("access log", "audit is off"),
        ("configuration", "audit_key has no effect: audit is off"),
        ("configuration", "session_days has no effect: with no_auth nobody logs in"),
    ] {
        found.is(check, "warning", text);
    }
    assert!(!found.has_faults(), "{}", found.ended.out);
});

#[test]
fn the_demo_s_accounts_are_told_from_others() {
    let data = scratch(&unique("data")).display().to_string();
    drop(Gateway::start(&["--demo-patients", "1", "--data-dir", &data]));
    Found::by(&["--data-dir", &data]).is("log-in", "ok", "the only accounts are the demo's");
}

#[test]
fn an_address_in_use_is_told_from_one_that_a_gateway_has() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    Found::by(&["--memory", "--listen", &address]).is("listen", "warning", "is in use, and it is no gateway");
    drop(taken);
    Found::by(&["--memory", "--listen", &address]).is("listen", "ok", "is free");
    let gateway = Gateway::start(&["--memory", "--demo-patients", "1"]);
    let address = gateway.address.to_string();
    Found::by(&["--memory", "--listen", &address]).is("listen", "ok", "by a gateway that answers");
}

#[test]
fn too_few_files_are_a_warning() {
    let doctor = medimax(&["doctor", "--memory", "--format", "json"]);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 128; exec \"$@\"", "sh"]).arg(doctor.get_program()).args(doctor.get_args());
    for (name, _) in doctor.get_envs() {
        command.env_remove(name);
    }
    let found = Found::of(command.stdin(Stdio::null()));
    found.is("limits", "warning", "128 files may be open, which leaves room for 86 clients besides 10 connections to stores; max_connections is 2000");
}

#[test]
fn a_report_to_read_says_the_same() {
    let ended = run(medimax(&["doctor", "--memory", "--listen", "192.0.2.1:80"]).env("MEDIMAX_GRAPH_PASSWORD", SECRET));
    assert_eq!((ended.code, ended.err.len()), (Some(1), 0), "{ended:?}");
    let lines: Vec<&str> = ended.out.lines().collect();
    for line in [
        "warning  configuration   graph_password has no effect: the graph is the embedded one",
        "                         leave it out, or set what it belongs to",
        "ok       graph           in the gateway itself, which builds it at each start",
        "1 fault, 1 warning",
    ] {
        assert!(lines.contains(&line), "no {line:?} in {}", ended.out);
    }
    assert!(lines.iter().any(|line| line.starts_with("FAULT    listen ")), "{}", ended.out);
    assert!(!ended.out.contains(SECRET));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_neo4j_is_looked_at() {
    let (store, place) = (Store::with_patients(Backend::MariaDb, 3).await, Place::new());
    let server = std::env::var("MEDIMAX_TEST_NEO4J_URL").unwrap();
    let args =
        ["--no-auth", "--database-url", &store.url, "--graph-url", &server, "--graph-label-prefix", &place.prefix];
    let found = Found::by(&args);
    found.is("graph", "ok", "Neo4j 5.26");
    found.is("graph.rights", "ok", "may write");
    found.is("graph.state", "warning", "it was never made from this database");

    done(medimax(&["sync"]).args(args));
    let found = Found::by(&args);
    found.is("graph.schema", "ok", "all constraints and indexes are there");
    found.is("graph.state", "ok", "no gateway keeps it in step now, and nothing waits (epoch ");
    assert!(!found.has_faults(), "{}", found.ended.out);

    store.sql("UPDATE Patient SET name = 'Grace Hopper'").await;
    Found::by(&args).is("graph.state", "warning", "no gateway keeps it in step, and 3 changes wait");
    let gateway = Gateway::start(&args);
    eventually("a gateway is seen to keep it in step", || {
        Found::by(&args)
            .all("graph.state")
            .any(|of| of["finding"].as_str().unwrap().starts_with("a gateway keeps it in step"))
            .then_some(())
    })
    .unwrap();
    drop(gateway);

    place.run("DROP INDEX @medimax_Symptom_name_key");
    assert_eq!(Found::by(&args).is("graph.schema", "fault", "Symptom.name_key"), "run `medimax check --repair`");
    let other = Store::new(Backend::Sqlite).await;
    let another = ["--database-url", &other.url, "--graph-url", &server, "--graph-label-prefix", &place.prefix];
    Found::by(&another).is("graph", "fault", "the graph is made from another database");
    // Not the tests' own user, whom the server would lock out after a few.
    let refused = server.split_once("://").unwrap().1.rsplit_once('@').unwrap().1;
    let wrong = format!("bolt://nobody:{SECRET}@{refused}");
    let found = Found::by(&["--database-url", &store.url, "--graph-url", &wrong]);
    found.is("graph", "fault", "refuses the log-in");
}
