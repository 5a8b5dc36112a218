//! The embedded store where its disk is full, and where its file is damaged.

use super::{done, refused, statement};
use crate::support::{
    Backend, Store, codes,
    process::{Gateway, medimax, run},
    scratch, unique,
};
use serde_json::{Value, json};
use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
    os::unix::fs::PermissionsExt,
    process::Command,
};

/// `medimax` that may write no file beyond a size, in blocks of 512 bytes: to it the disk is full there.
fn on_a_full_disk(blocks: u64, args: &[&str]) -> Command {
    let script = format!("ulimit -S -f {blocks}; exec \"$@\"");
    let plain = medimax(args);
    let mut command = Command::new("bash");
    command.args(["-c", &script, "bash"]).arg(plain.get_program()).args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_reading_goes_on() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    store.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let blocks = fs::metadata(store.url.trim_start_matches("sqlite://")).unwrap().len() / 1024;
    // Entries of the access log are small enough to fit for a while.
    let args = ["serve", "--listen", "127.0.0.1:0", "--database-url", &store.url, "--audit", "off"];
    let gateway = Gateway::from(on_a_full_disk(blocks, &args).stderr(std::process::Stdio::null()));
    let ready = || gateway.send("GET", "/readyz", &[], b"");
    let state = |body: &Value| body["database"]["state"].as_str().unwrap().to_owned();
    assert_eq!((ready().status, state(&ready().json())), (200, "up".to_owned()));
    let text = "x".repeat(40_000);
    let send = || {
        gateway.ask_with(
            "mutation($text: String!) { sendChatMessage(input: { patientId: \"Patient:1\", text: $text, type: PATIENT }) { message { id } } }",
            json!({ "text": text }),
        )
    };
    let answered = std::cell::Cell::new(0);
    let refused = |answer: &Value| {
        let refused = answer.get("errors").is_some();
        answered.set(answered.get() + i64::from(!refused));
        refused
    };
    let refused = (0..400).map(|_| send().1).find(refused).expect("the disk is full");
    assert_eq!(codes(&refused), ["DATABASE_UNAVAILABLE"], "{refused}");
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("disk is full"), "{refused}");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let told = ready();
    assert_eq!((told.status, state(&told.json())), (200, "read_only".to_owned()));
    let (_, read) = gateway.ask("{ patient(id: 1) { name } }");
    assert!(read.get("errors").is_none() && read["data"]["patient"]["name"].is_string(), "{read}");

    // With room again it writes, and says so: nobody need start it anew.
    let room = Command::new("prlimit").args(["--fsize=unlimited", "--pid", &gateway.child.id().to_string()]).status();
    assert!(room.unwrap().success());
    let written = send().1;
    assert!(written.get("errors").is_none(), "{written}");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!((ready().status, state(&ready().json())), (200, "up".to_owned()));
    // What was refused left nothing, and what was answered is there.
    assert!(gateway.stop().success());
    let whole =
        super::numbers(&store.db, "SELECT 0, COUNT(*) FROM Chat_History WHERE LENGTH(message_text) = 40000").await;
    assert_eq!(whole, [(0, answered.get() + 1)]);
    let sound = statement(store.db.dialect(), "SELECT 0, integrity_check FROM pragma_integrity_check");
    assert_eq!(store.db.texts(&sound).await.unwrap(), [(0, Some("ok".to_owned()))]);
}

#[tokio::test]
async fn a_damaged_file_is_called_damaged() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    store.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    for from in [0, 4_096] {
        let file = scratch(&format!("{}.sqlite", unique("damaged")));
        fs::copy(store.url.trim_start_matches("sqlite://"), &file).unwrap();
        let mut damaged = OpenOptions::new().write(true).open(&file).unwrap();
        damaged.seek(SeekFrom::Start(from)).unwrap();
        damaged.write_all(&[0xA5; 65_536]).unwrap();
        drop(damaged);
        for verb in ["serve", "seed"] {
            let line = refused(&mut medimax(&[verb, "--database-url", &format!("sqlite://{}", file.display())]));
            assert!(line.contains("damaged") && line.contains("medimax restore"), "{verb}: {line}");
        }
    }
}

#[test]
fn every_command_that_needs_tables_makes_them() {
    let query = scratch(&unique("query"));
    fs::write(&query, "{ patients { totalCount } }").unwrap();
    let query = query.display().to_string();
    let catalog = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/catalog");
    let commands: [&[&str]; 5] = [
        &["seed", "--patients", "3"],
        &["explain", &query],
        &["import", "csv", "OUT"],
        &["import", "catalog", catalog],
        &["migrate"],
    ];
    for args in commands {
        let folder = scratch(&unique("fresh"));
        let out = folder.join("files");
        fs::create_dir_all(&out).unwrap();
        fs::write(out.join("Patient.csv"), "patient_id,name,sex\n1,Anna,Female\n").unwrap();
        let args: Vec<String> = args.iter().map(|arg| arg.replace("OUT", &out.display().to_string())).collect();
        let mut command = medimax(&[]);
        let data = folder.join("data");
        done(command.args(&args).arg("--data-dir").arg(&data));
        assert!(data.join("medimax.sqlite").exists(), "{args:?}");
        // Patients' data is for the eyes of the account that made it.
        for entry in [data.clone()].into_iter().chain(fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path())) {
            let mode = fs::metadata(&entry).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "others may look into {}", entry.display());
        }
    }
}

/// What takes all records along would take none, and put them in the place of those that were meant.
#[test]
fn a_store_that_is_not_there_is_neither_backed_up_nor_exported() {
    let folder = scratch(&unique("nowhere"));
    let (data, out) = (folder.join("data"), folder.join("out"));
    fs::create_dir_all(&folder).unwrap();
    let out_name = out.display().to_string();
    for args in [&["backup", &out_name][..], &["backup", "-"], &["export", "csv", &out_name], &["check"]] {
        let line = refused(medimax(args).arg("--data-dir").arg(&data));
        assert!(
            line.contains("there is no store at ") && line.contains("data_dir or database_url"),
            "{args:?}: {line}"
        );
        assert!(!data.exists() && !out.exists(), "{args:?} left something behind");
    }
}

#[test]
fn no_command_takes_another_store_for_the_one_in_memory() {
    let folder = scratch(&unique("in-memory"));
    fs::create_dir_all(&folder).unwrap();
    let query = concat!(env!("CARGO_MANIFEST_DIR"), "/web/samples/01-profile.graphql");
    for args in
        [&["seed"][..], &["migrate"], &["check"], &["explain", query], &["backup", "-"], &["export", "csv", "out"]]
    {
        let line = refused(medimax(args).arg("--memory").current_dir(&folder));
        assert!(line.contains("leave memory out"), "{args:?}: {line}");
    }
    for memory in ["--memory", "--memory=false"] {
        let line = refused(medimax(&["sync", memory]).current_dir(&folder));
        assert!(line.contains("graph_url is `embedded`") && line.contains("nothing to synchronise"), "{line}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "a command left something");
}

#[test]
fn a_store_that_could_not_be_made_leaves_no_file() {
    let folder = scratch(&unique("no-room"));
    fs::create_dir_all(&folder).unwrap();
    let data = folder.join("data").display().to_string();
    let ended = run(&mut on_a_full_disk(16, &["seed", "--patients", "3", "--data-dir", &data]));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err[0].contains("disk"), "{ended:?}");
    let left: Vec<_> = fs::read_dir(folder.join("data")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}
