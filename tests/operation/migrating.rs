//! Migrations that are cut short: run again, they end at the same schema. And what the operator reads while they run.

use super::{done, number, statement};
use crate::support::{
    Backend, Store, empty, full, on_both, options,
    process::{self, Ended, medimax, run},
};
use medimax::db::{self, Db, Dialect, migrate};
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    thread,
    time::{Duration, Instant},
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
        // Killed early enough, there is no such table yet.
        let there = |text: &String| text.starts_with("Schema_Migration ");
        if select.ends_with("Schema_Migration") && !lines.iter().any(there) {
            continue;
        }
        lines.extend(texts(&db, select).await);
    }
    lines.sort();
    lines
}

async fn texts(db: &Db, select: &str) -> Vec<String> {
    let rows = db.texts(&statement(db.dialect(), select)).await.unwrap();
    rows.into_iter().map(|(_, text)| text.unwrap_or_default()).collect()
}

/// Starts `medimax migrate`, and kills it after some time.
fn kill_after(time: Duration, url: &str) {
    let mut command = medimax(&["migrate", "--database-url", url]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn survives_kills(backend: Backend, times: usize) {
    let in_one_go = empty(backend).await;
    let since = Instant::now();
    done(&mut medimax(&["migrate", "--database-url", &in_one_go]));
    let (whole, expected) = (since.elapsed(), dump(&in_one_go).await);
    assert!(expected.len() > 20, "{expected:?}");
    let (mut unfinished, mut sooner) = (0, 1.0);
    for time in 0..times {
        let url = empty(backend).await;
        // From the first step to nearly the last, and then once more soon after. More often early, and earlier after one that was done:
        // the whole may have taken its time because others kept the machine busy.
        let after = whole.mul_f64(((time + 1) as f64 / (times + 1) as f64).powi(2) * sooner);
        kill_after(after, &url);
        kill_after(after / 8, &url);
        match dump(&url).await == expected {
            true => sooner /= 2.0,
            false => unfinished += 1,
        }
        done(&mut medimax(&["migrate", "--database-url", &url]));
        assert_eq!(dump(&url).await, expected, "killed after {after:?} of {whole:?}");
    }
    assert!(unfinished > times / 3, "only {unfinished} of {times} were killed before they were done");
}

/// What an operator reads while a command runs.
fn told(ended: &Ended) -> Vec<&str> {
    ended.log.iter().map(|line| line.split_once(" INFO ").unwrap().1.trim()).collect()
}

on_both!(a_note_that_a_migration_has_begun_goes_with_the_next_run_once_it_has_ended, async |store: Store| {
    // As one leaves it that is killed after its last step.
    store.sql("INSERT INTO Schema_Migration (version, name) VALUES (-1, '0001_medimax has begun')").await;
    done(&mut medimax(&["migrate", "--database-url", &store.url]));
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Schema_Migration WHERE version < 0").await, 0);
});

#[tokio::test]
async fn the_operator_reads_a_line_a_migration() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let url = empty(backend).await;
        let migrations = migrate::known(db::open(&options(&url)).await.unwrap().dialect()).unwrap();
        let mut names: Vec<&str> = migrations.iter().map(|migration| migration.name).collect();
        for args in [&[][..], &["--revert-to", "0", "--yes"]] {
            let ended = run(medimax(&["migrate", "--database-url", &url]).args(args));
            // On a busy machine a step may take long.
            let told = told(&ended).into_iter().filter(|line| !line.contains("still at this"));
            // What comes after the migrations is no migration.
            let told: Vec<&str> = told.filter(|line| !line.starts_with("countries and regions: ")).collect();
            assert_eq!(told.len(), names.len(), "{ended:?}");
            for (line, name) in told.iter().zip(&names) {
                let words: Vec<&str> = line.split(' ').collect();
                let [of, steps, unit, "in", time, "s"] = words[..] else { panic!("{line}") };
                assert_eq!((of, unit), (&*format!("{name}:"), if steps == "1" { "step" } else { "steps" }), "{line}");
                assert!(steps.parse::<u32>().is_ok_and(|steps| steps > 0) && time.parse::<f32>().is_ok(), "{line}");
            }
            names.reverse();
        }
    }
}

on_both!(what_another_program_made_is_neither_taken_over_nor_removed, async |store: Store| {
    let migrate = |more: &[&str]| run(&mut medimax(&[&["migrate", "--database-url", &store.url], more].concat()));
    assert_eq!(migrate(&["--revert-to", "6", "--yes"]).code, Some(0));
    // One table that even has our columns, one that has not, and a column.
    let types = if store.backend == Backend::MariaDb { "INT PRIMARY KEY" } else { "INTEGER PRIMARY KEY" };
    for text in [
        format!(
            "CREATE TABLE Specialty (specialty_id {types}, name VARCHAR(255), category VARCHAR(100), board VARCHAR(10))"
        ),
        "INSERT INTO Specialty VALUES (1, 'Cardiology', NULL, 'x')".to_owned(),
        format!("CREATE TABLE Doctor (id {types}, full_name VARCHAR(100))"),
        "ALTER TABLE Appointment ADD COLUMN doctor_id INT".to_owned(),
    ] {
        store.sql(&text).await;
    }
    let before = dump(&store.url).await;
    let refused = migrate(&[]);
    assert_eq!((refused.code, refused.err.len()), (Some(1), 1), "{refused:?}");
    for todo in [
        "nothing is changed",
        "ALTER TABLE Specialty RENAME TO another name",
        "ALTER TABLE Doctor RENAME TO another name",
        "ALTER TABLE Appointment RENAME COLUMN doctor_id TO another name",
    ] {
        assert!(refused.err[0].contains(todo), "{todo}: {refused:?}");
    }
    assert_eq!(dump(&store.url).await, before);
    // As it says.
    for text in [
        "ALTER TABLE Specialty RENAME TO Their_Specialty",
        "ALTER TABLE Doctor RENAME TO Their_Doctor",
        "ALTER TABLE Appointment RENAME COLUMN doctor_id TO their_doctor",
    ] {
        store.sql(text).await;
    }
    done(&mut medimax(&["migrate", "--database-url", &store.url]));
    done(&mut medimax(&["migrate", "--database-url", &store.url, "--revert-to", "6", "--yes"]));
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Their_Specialty").await, 1);
    assert_eq!(number(&store.db, "SELECT COUNT(their_doctor) FROM Appointment").await, 0);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_takes_long_is_named_while_it_runs() {
    let store = Store::new(Backend::MariaDb).await;
    // The last migrations are taken back first; a program that reads a table keeps the table from being dropped or changed.
    let other = db::open(&db::Options { max_connections: 1, ..options(&store.url) }).await.unwrap();
    other.run("START TRANSACTION; SELECT COUNT(*) FROM Feed_Consumer").await.unwrap();
    let mut command = medimax(&["migrate", "--database-url", &store.url, "--revert-to", "0", "--yes"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let named = |line: &String| line.contains("0006_graph_progress: still at this: ");
    assert!(lines.any(|line| named(&line)), "the step is never named");
    assert_eq!(child.try_wait().unwrap(), None);
    other.run("COMMIT").await.unwrap();
    assert!(process::wait(&mut child).success());
    assert!(lines.any(|line| line.contains("0006_graph_progress: ") && line.contains(" in ")));
}

#[tokio::test]
async fn mariadb_survives_kills() {
    survives_kills(Backend::MariaDb, if full() { 40 } else { 5 }).await;
}

#[tokio::test]
async fn sqlite_survives_kills() {
    survives_kills(Backend::Sqlite, if full() { 40 } else { 5 }).await;
}

on_both!(of_several_primary_doctors_the_one_of_today_stays, 6, async |store: Store| {
    migrate::down_to(&store.db, 12, |_, _| {}).await.unwrap();
    store.sql("DELETE FROM Doctor_Patient_Assignment").await;
    // A patient each: one after another and one to come; nothing known of one; one that is over by its day; one alone.
    store
        .sql(
            "INSERT INTO Doctor_Patient_Assignment (assignment_id, patient_id, doctor_id, assignment_type, is_active, since, until) VALUES \
             (1, 1, 1, 'primary', 1, '2999-01-01', NULL), (2, 1, 2, 'primary', 1, '2022-01-01', NULL), (3, 1, 3, 'primary', NULL, '2021-01-01', NULL), \
             (4, 2, 1, 'primary', 1, '2020-01-01', NULL), (5, 2, 2, 'primary', 1, NULL, NULL), \
             (6, 3, 1, 'primary', 1, '2019-01-01', NULL), (7, 3, 2, 'primary', 1, '2021-01-01', '2022-01-01'), \
             (8, 4, 1, 'primary', 1, '2018-01-01', NULL), (9, 4, 2, 'primary', 0, '2017-01-01', '2018-01-01'), (10, 4, 3, 'specialist', 1, NULL, NULL)",
        )
        .await;
    migrate::up(&store.db, |_, _| {}).await.unwrap();
    let select = "SELECT assignment_id, CONCAT(COALESCE(is_active, 1), ' ', COALESCE(until, '-')) FROM Doctor_Patient_Assignment ORDER BY assignment_id";
    let rows = store.db.texts(&statement(store.db.dialect(), select)).await.unwrap();
    let rows: Vec<String> = rows.into_iter().map(|(key, text)| format!("{key} {}", text.unwrap())).collect();
    assert_eq!(
        rows,
        [
            "1 0 2999-01-01",
            "2 1 -",
            "3 0 2022-01-01",
            "4 1 -",
            "5 0 2020-01-01",
            "6 1 -",
            "7 0 2022-01-01",
            "8 1 -",
            "9 0 2018-01-01",
            "10 1 -",
        ]
    );
});
