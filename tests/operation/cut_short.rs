//! Commands that cannot go to their end: a reader that goes away, a disk that is full. Nothing is left half-done.

use super::{done, refused};
use crate::support::{
    Backend, Store, on_both,
    process::{medimax, run},
    scratch, unique,
};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Runs a command whose standard output nobody reads any more, and answers its exit code and what it says on standard error.
fn unread(args: &[&str]) -> (Option<i32>, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = medimax(args).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let ended = child.wait_with_output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

#[tokio::test]
async fn a_reader_who_goes_away_is_no_fault() {
    let store = Store::with_patients(Backend::Sqlite, 3).await;
    let document = scratch(&unique("document"));
    fs::write(&document, "{ patients { nodes { name } } }").unwrap();
    let (url, document) = (store.url.as_str(), document.to_str().unwrap());
    let folder = scratch(&unique("csv"));
    // The countries and regions, which are told of.
    done(&mut medimax(&["migrate", "--database-url", url]));
    for args in [
        &["--help"][..],
        &["-h"],
        &["--version"],
        &["schema"],
        &["completions", "bash"],
        &["man"],
        &["config"],
        &["explain", document, "--database-url", url],
        &["check", "--format", "json", "--database-url", url],
        &["doctor", "--no-auth", "--database-url", url],
        &["migrate", "--database-url", url],
        &["export", "csv", folder.to_str().unwrap(), "--database-url", url],
    ] {
        assert_eq!(unread(args), (Some(0), String::new()), "{args:?}");
    }
    // A backup whose end nobody took is none: a script with `pipefail` sees it, as with a program that SIGPIPE ends.
    assert_eq!(unread(&["backup", "-", "--database-url", url]), (Some(141), String::new()));
    // The same where it goes away in the middle.
    let program = medimax(&[]).get_program().to_owned();
    let piped = Command::new("bash")
        .args(["-c", "set -o pipefail; \"$0\" backup - --database-url \"$1\" | head -c 10"])
        .arg(program)
        .arg(url)
        .output()
        .unwrap();
    assert_eq!((piped.stdout.as_slice(), piped.stderr.as_slice()), (&b"{\"medimax_"[..], &b""[..]));
    // What `head` leaves unread may still fit into the pipe.
    assert!(matches!(piped.status.code(), Some(0 | 141)), "{piped:?}");
    // Another fault of standard output is said.
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = medimax(&["backup", "-", "--database-url", url]).stdout(full).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(said.starts_with("medimax: standard output cannot be written: ") && said.lines().count() == 1, "{said}");
}

/// A command that may write no file of more than 50 kB.
fn cramped(args: &[&str]) -> Command {
    let mut command = medimax(&[]);
    let program = command.get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 100; exec \"$0\" \"$@\""]).arg(program).args(args).stdin(Stdio::null());
    for (name, value) in command.args::<[&str; 0], &str>([]).get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

on_both!(an_export_that_fails_removes_what_it_made_and_nothing_else, 150, async |store: Store| {
    let above = scratch(&unique("exports"));
    fs::create_dir_all(&above).unwrap();
    let dir = above.join("of/today");
    let export = |more: &[&str]| {
        let mut args = vec!["export", "csv", dir.to_str().unwrap(), "--database-url", &store.url];
        args.extend(more);
        refused(&mut cramped(&args))
    };
    assert!(export(&[]).contains("cannot write"));
    assert!(names(&above).is_empty(), "folders that the export made are left: {:?}", names(&above));
    // A folder that was there stays, with what was in it.
    fs::create_dir_all(&dir).unwrap();
    assert!(export(&[]).contains("cannot write"));
    assert!(dir.exists() && names(&dir).is_empty());
    for name in ["Patient.csv", "mine.txt"] {
        fs::write(dir.join(name), "mine").unwrap();
    }
    assert!(export(&["--force"]).contains("cannot write"));
    assert_eq!(names(&dir), ["Patient.csv", "mine.txt"]);
    assert_eq!(fs::read(dir.join("Patient.csv")).unwrap(), b"mine");
    // Where a file cannot get its name, those that have theirs are removed too.
    fs::remove_file(dir.join("Patient.csv")).unwrap();
    fs::create_dir(dir.join("Report.csv")).unwrap();
    let mut command = medimax(&["export", "csv", dir.to_str().unwrap(), "--force", "--database-url", &store.url]);
    assert!(refused(&mut command).contains("Report.csv"));
    assert_eq!(names(&dir), ["Report.csv", "mine.txt"]);
});

on_both!(a_backup_that_fails_leaves_no_file, 60, async |store: Store| {
    let dir = scratch(&unique("backups"));
    fs::create_dir_all(&dir).unwrap();
    let file = dir.join("night.bak");
    let args = ["backup", file.to_str().unwrap(), "--database-url", &store.url];
    assert!(refused(&mut cramped(&args)).contains("night.bak cannot be written"));
    assert!(names(&dir).is_empty(), "{:?}", names(&dir));
    fs::write(&file, "yesterday's").unwrap();
    let forced = [&args[..], &["--force"]].concat();
    assert!(refused(&mut cramped(&forced)).contains("night.bak cannot be written"));
    assert_eq!(
        (names(&dir).as_slice(), fs::read(&file).unwrap().as_slice()),
        (&["night.bak".to_owned()][..], &b"yesterday's"[..])
    );
});

#[tokio::test]
async fn an_export_warns_of_cells_that_a_spreadsheet_runs() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    let export = || {
        let dir = scratch(&unique("csv"));
        (done(&mut medimax(&["export", "csv", dir.to_str().unwrap(), "--database-url", &store.url])), dir)
    };
    assert!(!export().0.contains("spreadsheet"));
    store.sql("UPDATE Appointment SET notes = '=HYPERLINK(\"http://evil.example\")' WHERE appointment_id = 1").await;
    store.sql("UPDATE Patient SET name = '@SUM(A1)' WHERE patient_id = 1").await;
    let (said, dir) = export();
    assert!(said.contains("it may run 2 cells beginning with"), "{said}");
    // They are exported as they are: an import makes the same rows.
    assert!(fs::read_to_string(dir.join("Patient.csv")).unwrap().contains(",@SUM(A1),"));
    assert_eq!(
        run(&mut medimax(&["import", "csv", dir.to_str().unwrap(), "--database-url", &store.url])).code,
        Some(0)
    );
}
