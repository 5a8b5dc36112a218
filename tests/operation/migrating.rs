//! Migrations that are cut short: run again, they end at the same schema.

use super::{done, statement};
use crate::support::{
    Backend, empty, full, options,
    process::{medimax, run},
};
use medimax::db::{self, Db, Dialect};
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

/// All that the catalogue knows of a database: tables, columns, keys, checks, triggers.
async fn dump(url: &str) -> Vec<String> {
    let db = db::open(&options(url)).await.unwrap();
    let selects: &[&str] = match db.dialect() {
        Dialect::Sqlite => &["SELECT 0, CONCAT_WS(' ', type, name, tbl_name, sql) FROM sqlite_master"],
        Dialect::MariaDb => &[
            "SELECT 0, CONCAT_WS(' ', table_name, table_type, engine, table_collation, create_options) FROM information_schema.tables WHERE table_schema = DATABASE()",
            "SELECT 0, CONCAT_WS(' ', table_name, ordinal_position, column_name, column_type, is_nullable, IFNULL(column_default, '-'), collation_name, extra, IFNULL(generation_expression, '-')) FROM information_schema.columns WHERE table_schema = DATABASE()",
            "SELECT 0, CONCAT_WS(' ', table_name, index_name, seq_in_index, column_name, non_unique, IFNULL(sub_part, '-'), index_type, collation) FROM information_schema.statistics WHERE table_schema = DATABASE()",
            "SELECT 0, CONCAT_WS(' ', table_name, constraint_name, referenced_table_name, delete_rule, update_rule) FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()",
            "SELECT 0, CONCAT_WS(' ', table_name, constraint_name, check_clause) FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()",
            "SELECT 0, CONCAT_WS(' ', trigger_name, event_object_table, action_timing, event_manipulation, action_statement) FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
            "SELECT 0, CONCAT_WS(' ', routine_type, routine_name, routine_definition) FROM information_schema.routines WHERE routine_schema = DATABASE()",
            "SELECT 0, CONCAT_WS(' ', version, name) FROM Schema_Migration",
        ],
    };
    let mut lines = Vec::new();
    for select in selects {
        lines.extend(texts(&db, select).await);
    }
    lines.sort();
    lines
}

async fn texts(db: &Db, select: &str) -> Vec<String> {
    let rows = db.texts(&statement(db.dialect(), select)).await.unwrap();
    rows.into_iter().map(|(_, text)| text.unwrap_or_default()).collect()
}

/// Starts `medimax migrate`, and kills it when it has announced this many steps.
fn kill_after(steps: usize, url: &str) {
    let mut command = medimax(&["migrate", "--database-url", url]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    BufReader::new(child.stderr.take().unwrap()).lines().take(steps).for_each(drop);
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn survives_kills(backend: Backend, times: usize) {
    let in_one_go = empty(backend).await;
    let ended = run(&mut medimax(&["migrate", "--database-url", &in_one_go]));
    let (steps, expected) = (ended.log.len(), dump(&in_one_go).await);
    assert!(ended.code == Some(0) && steps > 20 && expected.len() > 20, "{ended:?} {expected:?}");
    for time in 0..times {
        let url = empty(backend).await;
        // From the first step to nearly the last, and then once more soon after.
        let after = 1 + time * (steps - 2) / (times - 1);
        kill_after(after, &url);
        kill_after(2, &url);
        done(&mut medimax(&["migrate", "--database-url", &url]));
        assert_eq!(dump(&url).await, expected, "killed after {after} of {steps} steps");
    }
}

#[tokio::test]
async fn mariadb_survives_kills() {
    survives_kills(Backend::MariaDb, if full() { 40 } else { 5 }).await;
}

#[tokio::test]
async fn sqlite_survives_kills() {
    survives_kills(Backend::Sqlite, if full() { 40 } else { 5 }).await;
}
