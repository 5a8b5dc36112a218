//! Every change is fed, whoever makes it and however its transaction ends up among others; and nobody waits for the feed.

use crate::{
    contracts::triggers::fed,
    support::{Backend, Store, on_both, options, unique},
};
use futures_util::future::join_all;
use medimax::{
    db::{self, Belongs, Db, Options, Owner, Sql},
    feed::{Feed, Pending},
    schema::tables,
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

/// A table of which a graph is made.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    /// The column that says whose it is.
    owner: &'static str,
    /// The columns that a row must have besides, and values for them.
    rest: (&'static str, &'static str),
}

const fn table(
    name: &'static str,
    key: &'static str,
    owner: &'static str,
    rest: (&'static str, &'static str),
) -> Table {
    Table { name, key, owner, rest }
}

/// Owners before what they own.
pub(super) static TABLES: [Table; 10] = [
    table("Patient", "patient_id", "patient_id", ("name, sex", "'Ann', 'Other'")),
    table("Medical_History", "history_id", "patient_id", ("history_type, history_item", "'condition', 'Asthma'")),
    table("Appointment", "appointment_id", "patient_id", ("appointment_date", "'2024-01-01'")),
    table("Appointment_Symptom", "symptom_id", "appointment_id", ("symptom_name", "'Wheezing'")),
    table(
        "Medication",
        "medication_id",
        "patient_id",
        ("medicine_name, prescribed_date", "'Salbutamol', '2024-01-01'"),
    ),
    table("Medication_Purpose", "purpose_id", "medication_id", ("condition_name", "'Asthma'")),
    table("Lab_Report", "lab_report_id", "patient_id", ("lab_date, lab_type", "'2024-01-01', 'Blood'")),
    table("Lab_Finding", "lab_finding_id", "lab_report_id", ("test_name, test_value", "'CRP', '5'")),
    table("Report", "report_id", "patient_id", ("report_type, report_date", "'Summary', '2024-01-01'")),
    table("Report_Finding", "finding_id", "report_id", ("finding_key, finding_value", "'FEV1', '80'")),
];

impl Table {
    fn is_patient(&self) -> bool {
        self.key == self.owner
    }

    /// `INSERT INTO` or the like, with a row for each key and owner.
    fn insert(&self, verb: &str, rows: &[(i32, i32)]) -> String {
        let (columns, values) = self.rest;
        let owner = if self.is_patient() { "" } else { self.owner };
        let comma = if self.is_patient() { "" } else { ", " };
        let rows = rows.iter().map(|(key, of)| match self.is_patient() {
            true => format!("({key}, {values})"),
            false => format!("({key}, {of}, {values})"),
        });
        let rows = rows.collect::<Vec<_>>().join(", ");
        format!("{verb} INTO {} ({}, {owner}{comma}{columns}) VALUES {rows}", self.name, self.key)
    }
}

/// A consumer, and what it is given.
pub(super) struct Watch {
    pub(super) feed: Feed,
    pub(super) consumer: i32,
}

const NOBODY: [i32; 0] = [];

/// Longer than any test.
pub(super) const LONG: i64 = 3_600_000;

impl Watch {
    pub(super) async fn new(store: &Store) -> Self {
        let feed = Feed::new(store.db.clone());
        let consumer = feed.register("watch", LONG).await.unwrap();
        assert!(consumer.fresh);
        Watch { feed, consumer: consumer.id }
    }

    /// Three patients, each with one row in every table; all of them have the patient's key.
    pub(super) async fn over_three(store: &Store) -> Self {
        let watch = Watch::new(store).await;
        for table in &TABLES {
            store.sql(&table.insert("INSERT", &[(1, 1), (2, 2), (3, 3)])).await;
        }
        assert_eq!(watch.fed().await, [1, 2, 3]);
        watch
    }

    pub(super) async fn distribute(&self) {
        while self.feed.distribute(&tables(), 7).await.unwrap() > 0 {}
    }

    /// The patients that were fed since the last time.
    pub(super) async fn fed(&self) -> Vec<i32> {
        self.distribute().await;
        let pending = self.feed.pending(self.consumer, 10_000).await.unwrap();
        assert!(pending.is_sorted_by_key(|entry| entry.id));
        self.feed.applied(self.consumer, &ids(&pending)).await.unwrap();
        pending.into_iter().map(|entry| entry.patient).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

pub(super) fn ids(pending: &[Pending]) -> Vec<i64> {
    pending.iter().map(|entry| entry.id).collect()
}

/// The number that a statement answers.
pub(super) async fn number(db: &Db, select: &str) -> i64 {
    let mut sql = Sql::new(db.dialect());
    sql.push(format!("SELECT 0, ({select})"));
    db.numbers(&sql).await.unwrap()[0].1
}

/// Another program, on one connection that keeps its transaction open from statement to statement.
pub(super) async fn session(url: &str) -> Db {
    db::open(&Options { max_connections: 1, ..options(url) }).await.unwrap()
}

/// What a call answers within a time that is shorter than the server waits for a lock.
async fn at_once<T>(call: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), call).await.expect("it waits for somebody")
}

/// Until a statement that begins so waits for a lock in this store.
pub(super) async fn until_waiting(store: &Store, statement: &str) {
    let count = format!(
        "SELECT COUNT(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
         WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE() AND p.info LIKE '{statement}%'"
    );
    at_once(async {
        while number(&store.db, &count).await == 0 {
            // The server renews this table only after a tenth of a second in which nobody reads it.
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    })
    .await;
}

on_both!(every_change_of_every_table_feeds_the_patient, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    let upsert = |table: &Table, set: &str| match store.backend {
        Backend::MariaDb => format!("{} ON DUPLICATE KEY UPDATE {set}", table.insert("INSERT", &[(40, 2)])),
        Backend::Sqlite => {
            format!("{} ON CONFLICT ({}) DO UPDATE SET {set}", table.insert("INSERT", &[(40, 2)]), table.key)
        }
    };
    let ignore = match store.backend {
        Backend::MariaDb => "INSERT IGNORE",
        Backend::Sqlite => "INSERT OR IGNORE",
    };
    for table in &TABLES {
        let (name, key, owner) = (table.name, table.key, table.owner);
        let fed = async |statement: &str| {
            store.sql(statement).await;
            watch.fed().await
        };
        let all = format!("UPDATE {name} SET {key} = {key}");
        assert_eq!(fed(&all).await, [1, 2, 3], "{name}");
        assert_eq!(fed(&format!("{all} WHERE {key} = 2")).await, [2], "{name}");
        assert_eq!(fed(&format!("{all} WHERE {key} = 99")).await, NOBODY, "{name}");
        // A patient is its own owner.
        let (two, three, many) = if table.is_patient() { (40, 40, [40, 41, 42]) } else { (2, 3, [1, 2, 3]) };
        assert_eq!(fed(&table.insert("INSERT", &[(40, 2)])).await, [two], "{name}");
        assert_eq!(fed(&table.insert(ignore, &[(40, 1)])).await, NOBODY, "{name}");
        let moved: BTreeSet<i32> = [two, three].into();
        assert_eq!(fed(&table.insert("REPLACE", &[(40, 3)])).await, moved.into_iter().collect::<Vec<_>>(), "{name}");
        if table.is_patient() {
            assert_eq!(fed(&upsert(table, "name = 'Eve'")).await, [40]);
            assert_eq!(fed("UPDATE Patient SET patient_id = 43 WHERE patient_id = 40").await, [40, 43]);
            assert_eq!(fed("DELETE FROM Patient WHERE patient_id = 43").await, [43]);
        } else {
            assert_eq!(fed(&upsert(table, &format!("{owner} = 1"))).await, [1, 3], "{name}");
            assert_eq!(fed(&format!("UPDATE {name} SET {owner} = 2 WHERE {key} = 40")).await, [1, 2], "{name}");
            assert_eq!(fed(&format!("DELETE FROM {name} WHERE {key} = 40")).await, [2], "{name}");
        }
        assert_eq!(fed(&table.insert("INSERT", &[(40, 1), (41, 2), (42, 3)])).await, many, "{name}");
        assert_eq!(fed(&format!("DELETE FROM {name} WHERE {key} >= 40")).await, many, "{name}");
    }
    // No part of the graph.
    store.sql("INSERT INTO Chat_History (patient_id, message_text) VALUES (1, 'Hello')").await;
    assert_eq!(watch.fed().await, NOBODY);
    // What hangs below goes over with its owner.
    store.sql("UPDATE Appointment SET patient_id = 3 WHERE appointment_id = 2").await;
    assert_eq!(watch.fed().await, [2, 3]);
    store.sql("UPDATE Appointment_Symptom SET symptom_name = 'Cough' WHERE symptom_id = 2").await;
    assert_eq!(watch.fed().await, [3]);
    assert_eq!(watch.feed.backlog(watch.consumer).await.unwrap(), (0, 0));
});

on_both!(what_was_rolled_back_is_not_fed, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    let other = session(&store.url).await;
    other.run("BEGIN; UPDATE Patient SET name = 'Eve' WHERE patient_id = 1; ROLLBACK").await.unwrap();
    assert_eq!(watch.fed().await, NOBODY);
    // The second row of a statement fails: nothing of the first stays.
    let failing = TABLES[1].insert("INSERT", &[(50, 2), (1, 2)]);
    other.run(&failing).await.unwrap_err();
    assert_eq!(watch.fed().await, NOBODY);
});

on_both!(a_writer_still_learns_the_key_of_its_own_row, async |store: Store| {
    let other = session(&store.url).await;
    for key in 1..4 {
        other
            .run("INSERT INTO Patient (name, sex) VALUES ('Ann', 'Other'); UPDATE Patient SET name = 'Eve'")
            .await
            .unwrap();
        other.run("INSERT INTO Patient (name, sex) VALUES ('Bob', 'Other')").await.unwrap();
        let last = match store.backend {
            Backend::MariaDb => "SELECT LAST_INSERT_ID()",
            Backend::Sqlite => "SELECT last_insert_rowid()",
        };
        assert_eq!(number(&other, last).await, 2 * key);
    }
});

on_both!(two_distributions_at_once_lose_nothing, async |store: Store| {
    let watch = Watch::new(&store).await;
    let second = watch.feed.register("second", LONG).await.unwrap();
    let added = Arc::new(AtomicBool::new(false));
    let adding = async {
        for key in 0..60 {
            store.sql(&TABLES[0].insert("INSERT", &[(key * 3 + 1, 0), (key * 3 + 2, 0), (key * 3 + 3, 0)])).await;
        }
        added.store(true, Relaxed);
    };
    let distributors = (0..2).map(|_| {
        let (feed, added) = (watch.feed.clone(), added.clone());
        tokio::spawn(async move { while feed.distribute(&tables(), 5).await.unwrap() > 0 || !added.load(Relaxed) {} })
    });
    let (_, ended) = at_once(async { tokio::join!(adding, join_all(distributors)) }).await;
    ended.into_iter().for_each(|ended| ended.unwrap());
    let all: Vec<i32> = (1..=180).collect();
    assert_eq!(watch.fed().await, all);
    let second = Watch { feed: watch.feed.clone(), consumer: second.id };
    assert_eq!(second.fed().await, all);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Change_Feed").await, 0);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_commits_late_is_not_lost() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::over_three(&store).await;
    let late = session(&store.url).await;
    late.run("START TRANSACTION; UPDATE Patient SET name = 'Late' WHERE patient_id = 1").await.unwrap();
    let id = number(&late, "SELECT MAX(change_id) FROM Change_Feed").await;
    store.sql("UPDATE Patient SET name = 'Soon' WHERE patient_id = 2").await;
    assert!(
        number(&store.db, "SELECT MIN(change_id) FROM Change_Feed").await > id,
        "ids are not in the order of commits"
    );
    assert_eq!(watch.fed().await, [2]);
    late.run("COMMIT").await.unwrap();
    assert_eq!(watch.fed().await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_was_open_at_registration_is_not_lost() {
    let store = Store::new(Backend::MariaDb).await;
    let other = session(&store.url).await;
    other.run(&format!("START TRANSACTION; {}", TABLES[0].insert("INSERT", &[(1, 0)]))).await.unwrap();
    let watch = Watch::new(&store).await;
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Patient").await, 0, "it cannot be read yet");
    assert_eq!(watch.fed().await, NOBODY);
    other.run("COMMIT").await.unwrap();
    assert_eq!(watch.fed().await, [1]);
}

/// A distribution of all changes that has written, and cannot end before the session that is answered ends its transaction.
async fn held_up(store: &Store, feed: &Feed) -> (Db, tokio::task::JoinHandle<usize>) {
    let last = number(&store.db, "SELECT MAX(change_id) FROM Change_Feed").await;
    let blocker = session(&store.url).await;
    blocker
        .run(&format!(
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION; \
             DELETE FROM Change_Feed WHERE change_id = {last}"
        ))
        .await
        .unwrap();
    let feed = feed.clone();
    let distribution = tokio::spawn(async move { feed.distribute(&tables(), 1_000).await.unwrap() });
    until_waiting(store, "DELETE t FROM").await;
    (blocker, distribution)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hospitals_do_not_wait_for_a_distribution() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::over_three(&store).await;
    store.sql("UPDATE Patient SET name = 'Eve'; UPDATE Appointment_Symptom SET symptom_name = 'Cough'").await;
    let (blocker, distribution) = held_up(&store, &watch.feed).await;
    let hospital = session(&store.url).await;
    hospital.run("SET innodb_lock_wait_timeout = 1").await.unwrap();
    for table in &TABLES {
        let name = table.name;
        hospital.run(&table.insert("INSERT", &[(60, 2)])).await.unwrap();
        hospital.run(&format!("UPDATE {name} SET {0} = {0}", table.key)).await.unwrap();
        hospital.run(&format!("DELETE FROM {name} WHERE {} = 60", table.key)).await.unwrap();
    }
    assert!(!distribution.is_finished());
    blocker.run("ROLLBACK").await.unwrap();
    assert!(distribution.await.unwrap() > 0);
    assert_eq!(watch.fed().await, [1, 2, 3, 60]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_does_not_wait_for_hospitals() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::over_three(&store).await;
    store.sql("UPDATE Appointment_Symptom SET symptom_name = 'Cough' WHERE symptom_id = 2").await;
    let hospital = session(&store.url).await;
    hospital.run("START TRANSACTION").await.unwrap();
    for table in &TABLES {
        hospital.run(&format!("UPDATE {0} SET {1} = {1}", table.name, table.key)).await.unwrap();
    }
    assert_eq!(at_once(watch.fed()).await, [2]);
    assert!(at_once(watch.feed.enqueue_all(watch.consumer, "1")).await.unwrap());
    assert_eq!(at_once(watch.fed()).await, [1, 2, 3]);
    assert_eq!(at_once(watch.feed.backlog(watch.consumer)).await.unwrap(), (0, 0));
    hospital.run("COMMIT").await.unwrap();
    assert_eq!(watch.fed().await, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_registers_during_a_distribution_can_read_what_it_is_not_given() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::new(&store).await;
    store.sql(&TABLES[0].insert("INSERT", &[(1, 0)])).await;
    let (blocker, distribution) = held_up(&store, &watch.feed).await;
    let second = watch.feed.register("second", LONG).await.unwrap();
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Patient").await, 1);
    // What comes later it is given.
    store.sql(&TABLES[0].insert("INSERT", &[(2, 0)])).await;
    blocker.run("ROLLBACK").await.unwrap();
    distribution.await.unwrap();
    assert_eq!(watch.fed().await, [1, 2]);
    assert_eq!(Watch { feed: watch.feed, consumer: second.id }.fed().await, [2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_fails_does_not_fail_the_write() {
    for fault in [
        "ALTER TABLE Change_Feed ADD CONSTRAINT never CHECK (owner_id < 0)",
        "ALTER TABLE Change_Feed AUTO_INCREMENT = 9223372036854775807",
        "ALTER TABLE Change_Feed DROP COLUMN owner",
        "DROP TABLE Change_Feed",
    ] {
        let store = Store::new(Backend::MariaDb).await;
        store.sql(fault).await;
        for table in &TABLES {
            store.sql(&table.insert("INSERT", &[(1, 1), (2, 2)])).await;
            store.sql(&format!("UPDATE {} SET {1} = {1}", table.name, table.key)).await;
        }
        for table in TABLES.iter().rev() {
            store.sql(&format!("DELETE FROM {} WHERE {} = 1", table.name, table.key)).await;
            assert_eq!(number(&store.db, &format!("SELECT COUNT(*) FROM {}", table.name)).await, 1, "{fault}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_needs_no_right_on_the_feed() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::new(&store).await;
    let user = unique("u");
    store
        .sql(&format!("CREATE USER {user}@'%' IDENTIFIED BY 'pw'; GRANT INSERT, SELECT ON Patient TO {user}@'%'"))
        .await;
    let (_, place) = store.url.split_once('@').unwrap();
    let writer = session(&format!("mysql://{user}:pw@{place}")).await;
    writer.run(&TABLES[0].insert("INSERT", &[(1, 0)])).await.unwrap();
    writer.run("SELECT * FROM Change_Feed").await.unwrap_err();
    store.sql(&format!("DROP USER {user}@'%'")).await;
    assert_eq!(watch.fed().await, [1]);
}

static PATIENT: db::Table =
    db::Table { name: "Patient", key: "patient_id", belongs: Belongs::Patient, links: &[], search: false };
static APPOINTMENT: db::Table = db::Table {
    name: "Appointment",
    key: "appointment_id",
    belongs: Belongs::To(Owner { column: "patient_id", to: &PATIENT }),
    links: &[],
    search: false,
};
static SYMPTOM: db::Table = db::Table {
    name: "Appointment_Symptom",
    key: "symptom_id",
    belongs: Belongs::To(Owner { column: "appointment_id", to: &APPOINTMENT }),
    links: &[],
    search: false,
};

on_both!(a_change_of_a_table_that_is_not_known_waits_for_a_gateway_that_knows_it, async |store: Store| {
    let watch = Watch::over_three(&store).await;
    // A newer schema has rows that belong to symptoms, and an older gateway serves it too.
    store.sql("INSERT INTO Change_Feed (owner, owner_id) VALUES ('Appointment_Symptom', 2), ('Patient', 3)").await;
    let older = [&PATIENT, &APPOINTMENT];
    while watch.feed.distribute(&older, 1).await.unwrap() > 0 {}
    let pending = watch.feed.pending(watch.consumer, 100).await.unwrap();
    assert_eq!(pending.iter().map(|entry| entry.patient).collect::<Vec<_>>(), [3]);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Change_Feed").await, 1);
    assert_eq!(watch.feed.distribute(&[&PATIENT, &APPOINTMENT, &SYMPTOM], 100).await.unwrap(), 1);
    let pending = watch.feed.pending(watch.consumer, 100).await.unwrap();
    assert_eq!(pending.iter().map(|entry| entry.patient).collect::<Vec<_>>(), [3, 2]);
});

#[test]
fn every_table_is_among_those_whose_changes_are_tried() {
    let tried: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(tried, fed().map(|table| table.name).collect());
}
