//! Every change is fed, whoever makes it and however its transaction ends up among others; and nobody waits for the feed.

use crate::{
    contracts::triggers::fed,
    support::{Backend, Store, on_both, options, unique},
};
use futures_util::future::join_all;
use medimax::{
    db::{self, Belongs, Db, Options, Owner, Sql, ValueKind},
    feed::{Feed, Pending, REFERENCE},
    schema::{entities, tables},
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

/// A table whose changes are fed.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    /// The column that says whose it is; none of a patient and of reference data, whose rows are nobody's.
    owner: Option<&'static str>,
    /// Whether its rows are reference data.
    pub(super) reference: bool,
    /// The columns that point to other rows and must not be NULL.
    links: Vec<&'static str>,
    /// The other columns that a row must have, and values for them.
    rest: Vec<(&'static str, String)>,
}

/// Owners before what they own, and what is pointed to before what points to it.
pub(super) static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| fed().map(Table::of).collect());

/// The table of this name.
pub(super) fn table(name: &str) -> &'static Table {
    TABLES.iter().find(|table| table.name == name).unwrap()
}

/// A value that a column takes.
fn value(kind: ValueKind) -> String {
    match kind {
        // Of the first of some, a patient has one alone.
        ValueKind::Enum(of) => {
            format!("'{}'", of.values.iter().rfind(|value| value.alias_of.is_none()).unwrap().stored)
        }
        ValueKind::Date => "'2024-01-01'".into(),
        ValueKind::Time => "'10:00:00'".into(),
        ValueKind::DateTime => "'2024-01-01 10:00:00'".into(),
        ValueKind::Text => "'Asthma'".into(),
        ValueKind::Json => "'{}'".into(),
        ValueKind::Whole { min, .. } => min.to_string(),
        kind => panic!("a required column is of the kind {kind:?}: say what value it takes"),
    }
}

impl Table {
    fn of(table: &'static db::Table) -> Self {
        let entity = entities().iter().find(|entity| entity.table.name == table.name).unwrap();
        let owner = table.way().next().map(|owner| owner.column);
        let required = entity.rules.columns.iter().filter(|rule| rule.required && Some(rule.name) != owner);
        let (links, rest): (Vec<_>, Vec<_>) =
            required.map(|rule| rule.name).partition(|name| table.links.iter().any(|link| link.column == *name));
        let kind = |name: &str| entity.object.scalars.iter().find(|scalar| scalar.column == name).unwrap().kind;
        let rest = rest.into_iter().map(|name| (name, value(kind(name)))).collect();
        Table { name: table.name, key: table.key, owner, reference: table.is_everybodys(), links, rest }
    }

    /// `INSERT INTO` or the like, with a row for each key and owner. What a row must point to has the key of the owner.
    fn insert(&self, verb: &str, rows: &[(i32, i32)]) -> String {
        let all = self.owner.iter().chain(&self.links).copied();
        let columns: Vec<&str> =
            [self.key].into_iter().chain(all).chain(self.rest.iter().map(|(name, _)| *name)).collect();
        let row = |(key, of): &(i32, i32)| {
            let keys = vec![of.to_string(); columns.len() - 1 - self.rest.len()];
            let values = self.rest.iter().map(|(_, value)| value.clone());
            let all: Vec<String> = [key.to_string()].into_iter().chain(keys).chain(values).collect();
            format!("({})", all.join(", "))
        };
        let rows: Vec<String> = rows.iter().map(row).collect();
        format!("{verb} INTO {} ({}) VALUES {}", self.name, columns.join(", "), rows.join(", "))
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
        for table in TABLES.iter() {
            store.sql(&table.insert("INSERT", &[(1, 1), (2, 2), (3, 3)])).await;
        }
        assert_eq!(watch.fed().await, [REFERENCE, 1, 2, 3]);
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
    let several = async |table: &Table, whose: [i32; 3]| {
        store.sql(&table.insert("INSERT", &[(40, 1), (41, 2), (42, 3)])).await;
        assert_eq!(watch.fed().await, whose, "{}", table.name);
        store.sql(&format!("DELETE FROM {} WHERE {} >= 40", table.name, table.key)).await;
        assert_eq!(watch.fed().await, whose, "{}", table.name);
    };
    for table in TABLES.iter() {
        let (name, key) = (table.name, table.key);
        let fed = async |statement: &str| {
            store.sql(statement).await;
            watch.fed().await
        };
        let all = format!("UPDATE {name} SET {key} = {key}");
        if table.reference {
            // As such, once, whatever changes and whoever points to it.
            let shared = [REFERENCE];
            assert_eq!(fed(&all).await, shared, "{name}");
            assert_eq!(fed(&format!("{all} WHERE {key} = 99")).await, NOBODY, "{name}");
            for change in [
                table.insert("INSERT", &[(40, 2)]),
                table.insert("REPLACE", &[(40, 3)]),
                upsert(table, "name = 'Other'"),
                format!("UPDATE {name} SET {key} = 43 WHERE {key} = 40"),
                format!("DELETE FROM {name} WHERE {key} = 43"),
            ] {
                assert_eq!(fed(&change).await, shared, "{change}");
            }
            assert_eq!(fed(&table.insert(ignore, &[(1, 1)])).await, NOBODY, "{name}");
            continue;
        }
        assert_eq!(fed(&all).await, [1, 2, 3], "{name}");
        assert_eq!(fed(&format!("{all} WHERE {key} = 2")).await, [2], "{name}");
        assert_eq!(fed(&format!("{all} WHERE {key} = 99")).await, NOBODY, "{name}");
        // A patient is its own owner.
        let (two, three, many) = if table.owner.is_none() { (40, 40, [40, 41, 42]) } else { (2, 3, [1, 2, 3]) };
        assert_eq!(fed(&table.insert("INSERT", &[(40, 2)])).await, [two], "{name}");
        assert_eq!(fed(&table.insert(ignore, &[(40, 1)])).await, NOBODY, "{name}");
        let moved: BTreeSet<i32> = [two, three].into();
        assert_eq!(fed(&table.insert("REPLACE", &[(40, 3)])).await, moved.into_iter().collect::<Vec<_>>(), "{name}");
        let Some(owner) = table.owner else {
            assert_eq!(fed(&upsert(table, "name = 'Eve'")).await, [40]);
            assert_eq!(fed("UPDATE Patient SET patient_id = 43 WHERE patient_id = 40").await, [40, 43]);
            assert_eq!(fed("DELETE FROM Patient WHERE patient_id = 43").await, [43]);
            several(table, many).await;
            continue;
        };
        assert_eq!(fed(&upsert(table, &format!("{owner} = 1"))).await, [1, 3], "{name}");
        assert_eq!(fed(&format!("UPDATE {name} SET {owner} = 2 WHERE {key} = 40")).await, [1, 2], "{name}");
        assert_eq!(fed(&format!("DELETE FROM {name} WHERE {key} = 40")).await, [2], "{name}");
        several(table, many).await;
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
    let failing = table("Medical_History").insert("INSERT", &[(50, 2), (1, 2)]);
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
            store
                .sql(&table("Patient").insert("INSERT", &[(key * 3 + 1, 0), (key * 3 + 2, 0), (key * 3 + 3, 0)]))
                .await;
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
    other.run(&format!("START TRANSACTION; {}", table("Patient").insert("INSERT", &[(1, 0)]))).await.unwrap();
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
    for table in TABLES.iter() {
        let name = table.name;
        hospital.run(&table.insert("INSERT", &[(60, 2)])).await.unwrap();
        hospital.run(&format!("UPDATE {name} SET {0} = {0}", table.key)).await.unwrap();
        hospital.run(&format!("DELETE FROM {name} WHERE {} = 60", table.key)).await.unwrap();
    }
    assert!(!distribution.is_finished());
    blocker.run("ROLLBACK").await.unwrap();
    assert!(distribution.await.unwrap() > 0);
    assert_eq!(watch.fed().await, [REFERENCE, 1, 2, 3, 60]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_does_not_wait_for_hospitals() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::over_three(&store).await;
    store.sql("UPDATE Appointment_Symptom SET symptom_name = 'Cough' WHERE symptom_id = 2").await;
    let hospital = session(&store.url).await;
    hospital.run("START TRANSACTION").await.unwrap();
    for table in TABLES.iter() {
        hospital.run(&format!("UPDATE {0} SET {1} = {1}", table.name, table.key)).await.unwrap();
    }
    assert_eq!(at_once(watch.fed()).await, [2]);
    assert!(at_once(watch.feed.enqueue_all(watch.consumer, "1")).await.unwrap());
    assert_eq!(at_once(watch.fed()).await, [1, 2, 3]);
    assert_eq!(at_once(watch.feed.backlog(watch.consumer)).await.unwrap(), (0, 0));
    hospital.run("COMMIT").await.unwrap();
    assert_eq!(watch.fed().await, [REFERENCE, 1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_registers_during_a_distribution_can_read_what_it_is_not_given() {
    let store = Store::new(Backend::MariaDb).await;
    let watch = Watch::new(&store).await;
    store.sql(&table("Patient").insert("INSERT", &[(1, 0)])).await;
    let (blocker, distribution) = held_up(&store, &watch.feed).await;
    let second = watch.feed.register("second", LONG).await.unwrap();
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Patient").await, 1);
    // What comes later it is given.
    store.sql(&table("Patient").insert("INSERT", &[(2, 0)])).await;
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
        for table in TABLES.iter() {
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
    writer.run(&table("Patient").insert("INSERT", &[(1, 0)])).await.unwrap();
    writer.run("SELECT * FROM Change_Feed").await.unwrap_err();
    store.sql(&format!("DROP USER {user}@'%'")).await;
    assert_eq!(watch.fed().await, [1]);
}

static PATIENT: db::Table = db::Table {
    name: "Patient",
    key: "patient_id",
    belongs: Belongs::Patient,
    links: &[],
    columns: &[],
    search: false,
};
static APPOINTMENT: db::Table = db::Table {
    name: "Appointment",
    key: "appointment_id",
    belongs: Belongs::To(Owner { column: "patient_id", to: &PATIENT }),
    links: &[],
    columns: &[],
    search: false,
};
static SYMPTOM: db::Table = db::Table {
    name: "Appointment_Symptom",
    key: "symptom_id",
    belongs: Belongs::To(Owner { column: "appointment_id", to: &APPOINTMENT }),
    links: &[],
    columns: &[],
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
