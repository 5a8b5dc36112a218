//! A backup holds what the store held at one moment, and comes back as it was, or not at all.

use super::{done, number, refused, statement};
use crate::graph::neo4j::Place;
use crate::support::{
    Backend, Store, empty, on_both, options,
    process::{PATIENCE, eventually, medimax, signal, wait},
    scratch, unique,
};
use medimax::{
    db::{self, Cell, Db, Dialect, Writer, migrate},
    feed::Feed,
    schema::tables,
    terminology::catalog,
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// Every table whose rows are nowhere else, and its key.
fn whole() -> impl Iterator<Item = (&'static str, &'static str)> {
    let records = tables().into_iter().map(|table| (table.name, table.key));
    let catalogs = [
        ("Catalog", "catalog_id"),
        ("Concept", "concept_id"),
        ("Concept_Name", "name_id"),
        ("Concept_Fact", "fact_id"),
    ];
    records.chain(catalogs)
}

/// A file of a test's own, which is gone afterwards.
struct File(PathBuf);

impl File {
    fn new() -> Self {
        File(scratch(&unique("backup")))
    }

    fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn partial(&self) -> PathBuf {
        PathBuf::from(format!("{}.partial", self.text()))
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.0).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        let _ = fs::remove_file(self.partial());
    }
}

fn backup(url: &str, file: &File) -> Command {
    medimax(&["backup", file.text(), "--database-url", url])
}

fn restore(file: &File, url: &str) -> Command {
    medimax(&["restore", file.text(), "--database-url", url])
}

async fn open(url: &str) -> Db {
    db::open(&options(url)).await.unwrap()
}

/// Every row of every table, put together by the store's own means: NULL is told from empty text, and bytes are bytes. What the
/// store computes is left out, as `pragma_table_info` does: numbers have no spelling that both stores share.
async fn dump(db: &Db) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, key) in whole() {
        let columns = match db.dialect() {
            Dialect::MariaDb => format!(
                "SELECT data_type = 'decimal', CAST(column_name AS CHAR) FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND table_name = '{table}' AND is_generated = 'NEVER' ORDER BY ordinal_position"
            ),
            Dialect::Sqlite => format!("SELECT type = 'REAL', name FROM pragma_table_info('{table}') ORDER BY cid"),
        };
        let columns = db.texts(&statement(db.dialect(), &columns)).await.unwrap();
        assert!(columns.len() >= 3, "{table}");
        let hexed = columns.iter().map(|(is_decimal, column)| {
            let column = column.as_deref().unwrap();
            match db.dialect() {
                // 0.90 is 0.9.
                Dialect::MariaDb if *is_decimal == 1 => {
                    format!("COALESCE(HEX(CAST(CAST(`{column}` AS DOUBLE) AS CHAR)), 'NULL')")
                }
                Dialect::MariaDb => format!("COALESCE(HEX(CAST(`{column}` AS CHAR)), 'NULL')"),
                Dialect::Sqlite => format!("CASE WHEN `{column}` IS NULL THEN 'NULL' ELSE hex(`{column}`) END"),
            }
        });
        let hexed: Vec<String> = hexed.collect();
        let row = match db.dialect() {
            Dialect::MariaDb => format!("CONCAT_WS(' ', {})", hexed.join(", ")),
            Dialect::Sqlite => hexed.join(" || ' ' || "),
        };
        let rows = statement(db.dialect(), &format!("SELECT {key}, {row} FROM {table} ORDER BY {key}"));
        lines.extend(db.texts(&rows).await.unwrap().into_iter().map(|(key, row)| format!("{table} {key} {row:?}")));
    }
    lines
}

/// A store with demo rows, a catalog, and text of every kind.
async fn full(backend: Backend) -> Store {
    let store = Store::with_patients(backend, 30).await;
    catalog::store(&store.db, &catalog::shipped().unwrap(), |_, _| {}).await.unwrap();
    let strange = [
        "  spaces  ",
        "\"quotes\" 'single' `back` \\ / %",
        "line\nfeed\r\ttab \u{1} \u{7f} \u{85} \u{2028}",
        "Ω é e\u{301} 漢字 \u{1F469}\u{200D}\u{2695}\u{FE0F} العربية \u{202E}turned\u{202C} \u{FEFF}",
        "\\u0041 {\"sha256\":\"0\"} NULL",
    ];
    let mut writer = Writer::begin(&store.db).await.unwrap();
    for (i, text) in strange.iter().enumerate() {
        // Keys with gaps, 0 and one below it, which MariaDB would otherwise take for "the next".
        let cells = vec![Cell::Int([5_000_000, 70, 7_000, 900, 2_000_000_000][i]), (*text).into(), "Other".into()];
        writer.insert("Patient", &["patient_id", "name", "sex"], cells).await.unwrap();
    }
    let report = |id: i64, text: String, summary: Option<&str>| {
        vec![Cell::Int(id), Cell::Int(70), "Letter".into(), "2024-02-29".into(), text.into(), Cell::from(summary)]
    };
    let columns = ["report_id", "patient_id", "report_type", "report_date", "complete_report", "report_summary"];
    for (id, text, summary) in [
        (100_001, "ü".repeat(3_000_000), Some("")),
        (100_002, String::new(), None),
        (100_003, "\\\"\n".repeat(400_000), Some("\u{1F600}")),
    ] {
        writer.insert("Report", &columns, report(id, text, summary)).await.unwrap();
    }
    writer.commit().await.unwrap();
    // Unusual values that both stores hold: NULL in every column that may be, keys of 0 and below.
    store.sql("UPDATE Patient SET patient_id = 0 WHERE patient_id = 900").await;
    // Rows that point to later rows of their table, and in a circle.
    store.sql("UPDATE Chat_History SET parent_message_id = 9 WHERE chat_id IN (2, 3)").await;
    store.sql("UPDATE Chat_History SET parent_message_id = 2 WHERE chat_id = 9").await;
    store.sql("UPDATE Patient SET patient_id = -5, dob = NULL, created_at = NULL WHERE patient_id = 7000").await;
    store
}

async fn round_trip(from: Backend, to: Backend) {
    let (store, file, url) = (full(from).await, File::new(), empty(to).await);
    let said = done(&mut backup(&store.url, &file));
    assert!(said.starts_with("Wrote ") && !file.partial().exists(), "{said}");
    assert_eq!(fs::metadata(&file.0).unwrap().permissions().mode() & 0o777, 0o600);

    // A store without tables is migrated first.
    let said = done(&mut restore(&file, &url));
    assert!(said.starts_with("Restored ") && said.lines().count() == 1, "{said}");
    let restored = open(&url).await;
    let (wanted, got) = (dump(&store.db).await, dump(&restored).await);
    assert!(wanted.len() > 1_500, "{}", wanted.len());
    assert!(wanted == got, "{:?}", wanted.iter().zip(&got).find(|(wanted, got)| wanted != got));

    // Words and graphs follow, keys go on above those that were restored, and the database has a name of its own.
    let words = |db: Db| async move {
        match db.dialect() {
            Dialect::MariaDb => number(&db, "SELECT COUNT(DISTINCT patient_id) FROM Patient_Search").await,
            Dialect::Sqlite => {
                number(&db, "SELECT COUNT(*) FROM Patient_Search WHERE Patient_Search MATCH 'spaces'").await
            }
        }
    };
    assert!(words(restored.clone()).await > 0);
    assert!(number(&restored, "SELECT COUNT(*) FROM Change_Feed WHERE owner = 'Patient'").await >= 35);
    restored.run("INSERT INTO Patient (name, sex) VALUES ('Next', 'Other')").await.unwrap();
    assert_eq!(number(&restored, "SELECT patient_id FROM Patient WHERE name = 'Next'").await, 2_000_000_001);
    let id = |db: &Db| Feed::new(db.clone());
    assert_ne!(id(&restored).database_id().await.unwrap(), id(&store.db).database_id().await.unwrap());
}

#[tokio::test]
async fn mariadb_comes_back_as_it_was() {
    round_trip(Backend::MariaDb, Backend::MariaDb).await;
}

#[tokio::test]
async fn sqlite_comes_back_as_it_was() {
    round_trip(Backend::Sqlite, Backend::Sqlite).await;
}

#[tokio::test]
async fn mariadb_becomes_sqlite() {
    round_trip(Backend::MariaDb, Backend::Sqlite).await;
}

#[tokio::test]
async fn sqlite_becomes_mariadb() {
    round_trip(Backend::Sqlite, Backend::MariaDb).await;
}

// Whoever writes adds a message to the first patient and one to the last, in different ends of the table, together.
on_both!(a_backup_is_one_moment, 60, async |store: Store| {
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (db, stop) = (open(&store.url).await, stop.clone());
        async move {
            let mut pairs = 0;
            while !stop.load(SeqCst) {
                let mut tx = Writer::begin(&db).await.unwrap();
                pairs += 1;
                let message = |key: i64| vec![Cell::Int(key), Cell::Int(1), format!("pair {pairs}").into()];
                for key in [-pairs, 1_000_000_000 + pairs] {
                    let columns = ["chat_id", "patient_id", "message_text"];
                    tx.insert("Chat_History", &columns, message(key)).await.unwrap();
                }
                // And in another table, whose rows are read earlier.
                let symptom = vec![Cell::Int(1), format!("pair {pairs}").into()];
                tx.insert("Appointment_Symptom", &["appointment_id", "symptom_name"], symptom).await.unwrap();
                tx.commit().await.unwrap();
            }
            pairs
        }
    });
    let mut pairs = Vec::new();
    for _ in 0..4 {
        let file = File::new();
        done(&mut backup(&store.url, &file));
        let text = fs::read_to_string(&file.0).unwrap();
        let of =
            |lines: &dyn Fn(&str) -> bool| text.lines().filter(|line| line.contains("\"pair ") && lines(line)).count();
        let before = of(&|line| line.starts_with("[\"-"));
        assert_eq!(of(&|line| line.starts_with("[\"100000")), before);
        assert_eq!(of(&|_| true), before * 3);
        pairs.push(before);
    }
    stop.store(true, SeqCst);
    let written = writer.await.unwrap();
    assert!(pairs[0] < pairs[3] && (pairs[3] as i64) <= written, "{pairs:?} of {written}");
});

#[tokio::test]
async fn a_file_that_is_not_whole_is_refused_and_nothing_is_written() {
    let (store, file) = (Store::with_patients(Backend::Sqlite, 2).await, File::new());
    done(&mut backup(&store.url, &file));
    let (whole, url) = (file.bytes(), empty(Backend::Sqlite).await);
    let store_file = Path::new(url.strip_prefix("sqlite://").unwrap());
    let refusal = |bytes: &[u8]| {
        fs::write(&file.0, bytes).unwrap();
        let line = refused(&mut restore(&file, &url));
        assert!(!store_file.exists(), "{line}");
        line
    };
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap();
    for at in
        [0, 5, header - 3, header, header + 1, whole.len() / 2, whole.len() - 80, whole.len() - 40, whole.len() - 1]
    {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let line = refusal(&changed);
        assert!(line.contains("changed") || line.contains("is no backup"), "{at}: {line}");
    }
    for length in [0, 1, header, header + 1, header + 40, whole.len() / 2, whole.len() - 79, whole.len() - 1] {
        let line = refusal(&whole[..length]);
        assert!(line.contains("cut short") || line.contains("is no backup"), "{length}: {line}");
    }
    assert!(refusal(&[&whole[..], b"\n"].concat()).contains("cut short or changed"));
    assert!(refusal(&[0; 3_000_000]).contains("is no backup"));
    let newer = String::from_utf8(whole.clone()).unwrap().replacen("\"medimax_backup\":1", "\"medimax_backup\":2", 1);
    assert!(refusal(newer.as_bytes()).contains("use that one"));
    fs::write(&file.0, &whole).unwrap();
    done(&mut restore(&file, &url));
}

/// A backup whose text was changed, and whose digest is right again.
fn forged(file: &File, from: &str, to: &str) {
    use sha2::{Digest, Sha256};
    let text = fs::read_to_string(&file.0).unwrap();
    let (rows, _) = text.trim_end().rsplit_once('\n').unwrap();
    assert!(rows.contains(from), "{from}");
    let rows = rows.replacen(from, to, 1) + "\n";
    fs::write(&file.0, format!("{rows}{{\"sha256\":\"{:x}\"}}\n", Sha256::digest(&rows))).unwrap();
}

on_both!(what_the_store_cannot_hold_is_named_and_nothing_stays, 3, async |store: Store| {
    let empty_store = Store::new(store.backend).await;
    store.sql("UPDATE Patient SET name = 'Somebody Else', dob = '1970-01-01' WHERE patient_id = 2").await;
    for (from, to, says) in [
        ("\"schema\":", "\"schema\":9", &["use a newer medimax"][..]),
        ("\"name\":\"Lab_Report\"", "\"name\":\"Lab_Room\"", &["has no Lab_Room"]),
        ("\"dob\",", "\"born\",", &["has no Patient.born"]),
        ("\"dob\",", "\"dob` FROM x; --\",", &["has no Patient.dob"]),
        ("\"Somebody Else\"", "null", &["Patient 2:", "name"]),
        ("\"Somebody Else\"", &format!("\"{}\"", "x".repeat(256)), &["Patient 2:", "name"]),
        ("\"1970-01-01\"", "\"0000-00-00\"", &["Patient 2:", "dob"]),
        ("\"1970-01-01\"", "\"1970-02-30\"", &["Patient 2:", "dob"]),
        ("\"1970-01-01\"", "\"\"", &["Patient 2:", "dob"]),
        ("[\"2\",\"Somebody Else\"", "[\"1\",\"Somebody Else\"", &["Patient 1:"]),
        ("[\"2\",\"Somebody Else\"", "[\"99\",\"Somebody Else\"", &["FOREIGN KEY"]),
    ] {
        let file = File::new();
        done(&mut backup(&store.url, &file));
        forged(&file, from, to);
        let line = refused(&mut restore(&file, &empty_store.url));
        assert!(says.iter().all(|text| line.contains(text)), "{from} as {to}: {line}");
        assert_eq!(number(&empty_store.db, "SELECT COUNT(*) FROM Patient").await, 0);
        assert_eq!(number(&empty_store.db, "SELECT COUNT(*) FROM Change_Feed").await, 0);
    }
    // What an older version made is taken.
    let (file, now) = (File::new(), migrate::known(store.db.dialect()).unwrap().last().unwrap().version);
    done(&mut backup(&store.url, &file));
    forged(&file, &format!("\"schema\":{now}"), "\"schema\":1");
    done(&mut restore(&file, &empty_store.url));
    assert_eq!(dump(&empty_store.db).await, dump(&store.db).await);
});

#[tokio::test]
async fn rows_of_older_systems_come_back_where_the_tables_hold_them() {
    let [from, to] = [empty(Backend::MariaDb).await, empty(Backend::MariaDb).await];
    let tables = include_str!("../fixtures/first_document.sql");
    let fixture = format!("{tables}{}", include_str!("../fixtures/legacy_rows.sql"));
    for (url, text) in [(&from, &*fixture), (&to, tables)] {
        // The fixture sets the mode of its session.
        let alone = db::open(&db::Options { max_connections: 1, ..options(url) }).await.unwrap();
        alone.run(text).await.unwrap();
        done(&mut medimax(&["migrate", "--adopt", "--yes", "--database-url", url]));
    }
    let (file, from) = (File::new(), (open(&from).await, from));
    done(&mut backup(&from.1, &file));
    done(&mut restore(&file, &to));
    assert_eq!(dump(&from.0).await, dump(&open(&to).await).await);

    // Today's tables have no such words, and SQLite no such day.
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let url = empty(backend).await;
        let line = refused(&mut restore(&file, &url));
        assert!(line.contains("Patient 2"), "{line}");
        assert_eq!(number(&open(&url).await, "SELECT COUNT(*) FROM Patient").await, 0);
    }
}

on_both!(a_store_with_rows_is_left_alone, 2, async |store: Store| {
    let file = File::new();
    done(&mut backup(&store.url, &file));
    let before = dump(&store.db).await;
    let said = refused(&mut restore(&file, &store.url));
    assert!(said.contains("is not empty, ") && said.contains(" has rows: "), "{said}");
    assert_eq!(dump(&store.db).await, before);
    let other = Store::new(store.backend).await;
    catalog::store(&other.db, &catalog::shipped().unwrap(), |_, _| {}).await.unwrap();
    assert!(refused(&mut restore(&file, &other.url)).contains("is not empty, Catalog has rows"));
});

#[tokio::test]
async fn a_file_that_exists_is_kept_unless_told_otherwise() {
    let (store, file) = (Store::with_patients(Backend::Sqlite, 1).await, File::new());
    fs::write(&file.0, "dear").unwrap();
    assert!(refused(&mut backup(&store.url, &file)).contains("exists: name another file, or say --force"));
    assert_eq!(file.bytes(), b"dear");
    // Nor is it lost where the backup fails.
    let nowhere = empty(Backend::Sqlite).await;
    assert!(refused(backup(&nowhere, &file).arg("--force")).contains("there is no store at "));
    assert_eq!(file.bytes(), b"dear");
    assert!(!std::path::Path::new(nowhere.trim_start_matches("sqlite://")).exists(), "the backup made a store");
    // The store is no place for its own backup, by whatever name.
    let own = store.url.strip_prefix("sqlite://").unwrap();
    let link = scratch(&unique("link"));
    std::os::unix::fs::symlink(own, &link).unwrap();
    for own in [own, &format!("{own}-wal"), link.to_str().unwrap()] {
        let mut command = medimax(&["backup", "--force", own, "--database-url", &store.url]);
        assert!(refused(&mut command).contains("is the store that is to be backed up"), "{own}");
    }
    done(backup(&store.url, &file).arg("--force"));
    assert!(file.bytes().starts_with(b"{\"medimax_backup\":1,"));

    let lost = File(scratch("no-such-folder/backup"));
    assert!(refused(&mut backup(&store.url, &lost)).contains("cannot be written"));
    assert!(refused(&mut restore(&lost, &store.url)).contains("cannot be read"));

    let printed = medimax(&["backup", "-", "--database-url", &store.url]).output().unwrap();
    assert!(printed.status.success() && printed.stderr.is_empty());
    fs::write(&file.0, printed.stdout).unwrap();
    done(&mut restore(&file, &nowhere));
    assert_eq!(dump(&open(&nowhere).await).await, dump(&store.db).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_neo4j_follows_the_restored_database_once_it_is_told() {
    let (place, file) = (Place::new(), File::new());
    let neo4j = std::env::var("MEDIMAX_TEST_NEO4J_URL").unwrap();
    let command = |args: &[&str], url: &str| {
        let mut command = medimax(args);
        command.args(["--database-url", url, "--graph-url", &neo4j, "--graph-label-prefix", &place.prefix]);
        command
    };
    let (store, new) = (Store::with_patients(Backend::MariaDb, 12).await, Store::new(Backend::MariaDb).await.url);
    done(&mut command(&["sync"], &store.url));
    done(&mut backup(&store.url, &file));
    // What came after the backup is in the graph, and must go from it.
    store.sql("DELETE FROM Patient WHERE patient_id < 4").await;
    store.sql("INSERT INTO Patient (patient_id, name, sex) VALUES (50, 'Late', 'Other')").await;
    done(&mut command(&["sync"], &store.url));

    let said = done(&mut command(&["restore", file.text()], &new));
    assert!(refused(&mut command(&["sync", "--full"], &new)).contains("made from another database"));
    let cypher = said.lines().find(|line| line.trim_start().starts_with("MATCH")).unwrap_or_else(|| panic!("{said}"));
    place.run(cypher.trim().trim_end_matches(';'));
    done(&mut command(&["sync", "--full"], &new));
    let check = done(&mut command(&["check"], &new));
    assert!(check.contains("Graph     neo4j: clean"), "{check}");
    assert_eq!(place.number("MATCH (p:@Patient) RETURN count(p)"), 12);
    assert!(refused(&mut command(&["sync"], &store.url)).contains("made from another database"));
}

on_both!(who_is_killed_leaves_nothing_that_looks_whole, 400, async |store: Store| {
    let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let file = File::new();
    let mut child = quiet(&mut backup(&store.url, &file));
    eventually("rows are written", || fs::metadata(file.partial()).is_ok_and(|it| it.len() > 100_000).then_some(()))
        .unwrap();
    signal(&child, "KILL");
    wait(&mut child);
    assert!(!file.0.exists());
    // What it left behind is not in the way.
    done(&mut backup(&store.url, &file));
    assert!(!file.partial().exists());

    let target = Store::new(store.backend).await;
    // On MariaDB it has to wait, with most of the rows written, for one that somebody else is about to write.
    let mut held = None;
    if store.backend == Backend::MariaDb {
        let mut tx = Writer::begin(&target.db).await.unwrap();
        let cells = vec![Cell::Int(1), "held".into(), "1".into(), "".into()];
        tx.insert("Catalog", &["catalog_id", "source", "version", "digest"], cells).await.unwrap();
        held = Some(tx);
    }
    let mut child = quiet(&mut restore(&file, &target.url));
    let since = std::time::Instant::now();
    let wal = PathBuf::from(format!("{}-wal", target.url.trim_start_matches("sqlite://")));
    let is_busy = async || match store.backend {
        Backend::MariaDb => {
            let waits = "SELECT COUNT(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p \
                         ON p.id = t.trx_mysql_thread_id WHERE p.db = DATABASE() AND t.trx_state = 'LOCK WAIT'";
            // The table is renewed only when nobody has looked for a tenth of a second.
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            number(&target.db, waits).await > 0
        }
        Backend::Sqlite => fs::metadata(&wal).is_ok_and(|it| it.len() > 1_000_000),
    };
    while !is_busy().await {
        assert!(since.elapsed() < PATIENCE && child.try_wait().unwrap().is_none(), "it was never seen at work");
    }
    signal(&child, "KILL");
    wait(&mut child);
    drop(held);
    assert_eq!(number(&target.db, "SELECT COUNT(*) FROM Patient").await, 0);
    done(&mut restore(&file, &target.url));
    assert_eq!(dump(&target.db).await, dump(&store.db).await);
});
