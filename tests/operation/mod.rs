//! The gateway as operators and clients meet it: commands, processes, sockets, and servers that die.

mod adopting;
mod backing_up;
mod clients;
mod command_line;
mod configuration;
mod csv;
mod csv_links;
mod csv_rules;
mod cut_short;
mod doctor;
mod explaining;
mod faults;
mod hang_ups;
mod http;
mod installed;
mod interrupting;
mod kept_totals;
mod lost_server;
mod mapped;
mod mapped_systems;
mod migrating;
mod observing;
mod places;
mod prepared;
mod seeding;
pub(crate) mod server;
mod serving;
mod silence;
mod storage;
pub(crate) mod tls;
mod tracing;
mod values;
mod zones;

use crate::support::{process::run, scratch, unique};
use medimax::db::{Db, Dialect, Sql};
use std::{fs, path::PathBuf, process::Command};

/// A password that nothing may ever print.
const SECRET: &str = "Pa55-that-nobody-prints";

/// Runs a command that must be refused, and answers the one line that says why.
fn refused(command: &mut Command) -> String {
    let ended = run(command);
    let all = format!("{ended:?}");
    assert_eq!((ended.code, ended.err.len()), (Some(1), 1), "{all}");
    for never in ["panicked", "backtrace", "BACKTRACE", SECRET] {
        assert!(!all.contains(never), "{never} in {all}");
    }
    ended.err[0].strip_prefix("medimax: ").expect(&all).to_owned()
}

/// Runs a command that must do what it is told, and answers what it prints.
fn done(command: &mut Command) -> String {
    let ended = run(command);
    assert_eq!((ended.code, ended.err.len()), (Some(0), 0), "{ended:?}");
    ended.out
}

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> PathBuf {
    let dir = scratch(&unique("files"));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    for (name, text) in files {
        fs::write(dir.join(name), text).unwrap();
    }
    dir
}

/// The number that a statement answers.
async fn number(db: &Db, select: &str) -> i64 {
    numbers(db, &format!("SELECT 0, ({select})")).await[0].1
}

/// The pairs that a statement answers.
async fn numbers(db: &Db, select: &str) -> Vec<(i32, i64)> {
    db.numbers(&statement(db.dialect(), select)).await.unwrap()
}

fn statement(dialect: Dialect, text: &str) -> Sql {
    let mut sql = Sql::new(dialect);
    sql.push(text.to_owned());
    sql
}
