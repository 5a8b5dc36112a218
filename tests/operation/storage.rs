//! The embedded store where its disk is full, and where its file is damaged.

use super::{done, refused};
use crate::support::{
    Backend, Store, codes,
    process::{Gateway, medimax, run},
    scratch, unique,
};
use serde_json::{Value, json};
use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
    process::Command,
};

/// `medimax` that may write no file beyond a size, in blocks of 512 bytes: to it the disk is full there.
fn on_a_full_disk(blocks: u64, args: &[&str]) -> Command {
    // Unheard, the signal leaves the write to fail.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let plain = medimax(args);
    let mut command = Command::new("bash");
    command.args(["-c", &script, "bash"]).arg(plain.get_program()).args(plain.get_args());
    for (name, _) in plain.get_envs() {
        command.env_remove(name);
    }
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_and_reading_goes_on() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    store.sql("PRAGMA wal_checkpoint(TRUNCATE)").await;
    let blocks = fs::metadata(store.url.trim_start_matches("sqlite://")).unwrap().len() / 1024;
    let args = ["serve", "--listen", "127.0.0.1:0", "--database-url", &store.url];
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
    let refused = (0..400).map(|_| send().1).find(|answer| answer.get("errors").is_some()).expect("the disk is full");
    assert_eq!(codes(&refused), ["DATABASE_UNAVAILABLE"], "{refused}");
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("disk is full"), "{refused}");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let told = ready();
    assert_eq!((told.status, state(&told.json())), (200, "read_only".to_owned()));
    let (_, read) = gateway.ask("{ patient(id: 1) { name } }");
    assert!(read.get("errors").is_none() && read["data"]["patient"]["name"].is_string(), "{read}");
    drop(gateway);

    // With room again it writes, and says so.
    let gateway = Gateway::start(&args[3..]);
    let written = gateway.ask("mutation { sendChatMessage(input: { patientId: \"Patient:1\", text: \"x\", type: PATIENT }) { message { id } } }").1;
    assert!(written.get("errors").is_none(), "{written}");
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
    let commands: [&[&str]; 7] = [
        &["seed", "--patients", "3"],
        &["explain", &query],
        &["check"],
        &["backup", "-"],
        &["export", "csv", "OUT"],
        &["import", "csv", "OUT"],
        &["migrate"],
    ];
    for args in commands {
        let folder = scratch(&unique("fresh"));
        let out = folder.join("files");
        fs::create_dir_all(&out).unwrap();
        fs::write(out.join("Patient.csv"), "patient_id,name,sex\n1,Anna,Female\n").unwrap();
        if args[0] == "export" {
            fs::remove_dir_all(&out).unwrap();
        }
        let args: Vec<String> = args.iter().map(|arg| arg.replace("OUT", &out.display().to_string())).collect();
        let mut command = medimax(&[]);
        let data = folder.join("data");
        done(command.args(&args).arg("--data-dir").arg(&data));
        assert!(data.join("medimax.sqlite").exists(), "{args:?}");
    }
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
