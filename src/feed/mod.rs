//! The change feed: which patients changed, and whether reference data did, for the graphs that are made from them, whichever program made
//! the change.
//!
//! 1. Triggers write a row of `Change_Feed` for every row that is inserted, updated or deleted: its owner, the row that tells
//!    the patient (of a symptom, the appointment). That is one plain INSERT. A trigger that looked the patient up would lock
//!    rows of others, and one that wrote for each consumer would have to know them. A change whose owner is gone tells
//!    nothing: whoever removed the owner wrote a change of their own.
//! 2. [`Feed::distribute`], by any gateway at any time, turns changes into patients and gives them to every consumer. The way from
//!    an owner to its patient follows from the tables. A change of a table that this gateway does not know stays for one that does:
//!    gateways are upgraded one by one.
//!    A change of reference data, which belong to no patient, is given as [`REFERENCE`] in the place of a patient: they are few, and are
//!    read anew as a whole, once, however many patients have to do with the row.
//! 3. A consumer takes [`Feed::pending`], reads those patients anew, and says what it [`Feed::applied`].
//!
//! Nothing here remembers "the last id": ids are given when a row is written and seen when its transaction commits, so a lower
//! one may appear after a higher one. What was read is removed by its exact ids, and only after it was dealt with.
//!
//! **Invariant:** a consumer is given every change that its own reads, after [`Feed::register`], could have missed. A
//! distribution reads changes first and consumers second: a consumer that it does not see registered after those changes were
//! committed. While a consumer's row exists it is given everything, its time over or not.
//!
//! **Invariant:** no statement waits for a row that other programs write, and none of theirs for ours: short transactions at
//! READ COMMITTED, which read without locks and lock nothing between rows. Two distributions of the same changes at once give
//! them twice, which is harmless.
//!
//! All times are milliseconds by the database's clock, which all gateways share.

mod marks;

use crate::{
    db::{Belongs, Db, Dialect, Sql, Table, Tx, again},
    error::{Error, Result},
};

/// The change feed of a relational store.
#[derive(Clone)]
pub struct Feed {
    pub(crate) db: Db,
}

/// Someone who needs to know of changes: a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// Its key; never given to another.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// Whether it was not there before, so that it must read every patient.
    pub fresh: bool,
}

/// In the place of a patient's key: the reference data. No patient has this key, for patients are read by keys above it.
pub const REFERENCE: i32 = i32::MIN;

/// A patient, or [`REFERENCE`], that a consumer has yet to read anew. The same patient may be pending many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// The key of this entry; never given to another.
    pub id: i64,
    /// The patient, who may have been deleted, or [`REFERENCE`].
    pub patient: i32,
    /// When the oldest of the changes was made.
    pub made_ms: i64,
}

/// What the names of consumers begin with whose graph is in a gateway's memory.
pub(crate) const EMBEDDED: &str = "embedded:";

/// Patients that one statement of [`Feed::enqueue_all`] takes, so that each ends in time however many there are.
const SPAN: i64 = 10_000;

/// Entries of a dropped consumer that are removed in one transaction.
const SWEPT: u32 = 5_000;

impl Feed {
    /// The feed of this store.
    pub fn new(db: Db) -> Self {
        Feed { db }
    }

    /// Makes a consumer known for this long, before it reads its first patient.
    pub async fn register(&self, name: &str, keep_ms: i64) -> Result<Consumer> {
        again(|| async {
            let mut tx = self.begin().await?;
            let mut sql = self.sql();
            sql.push("UPDATE Feed_Consumer SET keep_until = ").push(self.now()).push(" + ").int(keep_ms);
            sql.push(" WHERE name = ").text(name);
            let known = tx.execute(sql).await? > 0;
            let mut sql = self.sql();
            // Of two who register at once, the second finds that there is nothing to insert.
            sql.push(match self.db.dialect() {
                Dialect::MariaDb => "INSERT IGNORE",
                Dialect::Sqlite => "INSERT OR IGNORE",
            });
            sql.push(" INTO Feed_Consumer (name, keep_until) VALUES (").text(name);
            sql.push(", ").push(self.now()).push(" + ").int(keep_ms).push(")");
            let fresh = !known && tx.execute(sql).await? > 0;
            let mut sql = self.sql();
            sql.push("SELECT consumer_id, 0 FROM Feed_Consumer WHERE name = ").text(name);
            let found = tx.numbers(sql).await?;
            tx.commit().await?;
            let (id, _) = found.first().ok_or_else(|| Error::Internal(format!("no consumer is called {name}")))?;
            Ok(Consumer { id: *id, name: name.to_owned(), fresh })
        })
        .await
    }

    /// The key of a consumer, if there is one of this name, and whether somebody has the right to write its graph now.
    pub async fn find(&self, name: &str) -> Result<Option<(i32, bool)>> {
        let mut sql = self.sql();
        sql.push("SELECT consumer_id, CASE WHEN lease_until > ").push(self.now()).push(" THEN 1 ELSE 0 END");
        sql.push(" FROM Feed_Consumer WHERE name = ").text(name);
        Ok(self.db.numbers(&sql).await?.first().map(|(id, led)| (*id, *led == 1)))
    }

    /// Prolongs a consumer's time. Where it was dropped meanwhile this is `false`, and it must register again.
    pub async fn keep(&self, consumer: i32, keep_ms: i64) -> Result<bool> {
        let mut sql = self.sql();
        sql.push("UPDATE Feed_Consumer SET keep_until = ").push(self.now()).push(" + ").int(keep_ms);
        sql.push(" WHERE consumer_id = ").int(consumer.into());
        Ok(self.write(sql).await? > 0)
    }

    /// Drops the consumers whose time is over, with what is pending for them. Says how many.
    pub async fn drop_expired(&self) -> Result<usize> {
        let mut sql = self.sql();
        sql.push("DELETE FROM Feed_Consumer WHERE keep_until <= ").push(self.now());
        let dropped = self.write(sql).await?;
        // Found by what is left rather than by who was dropped: a distribution that still saw a consumer may add to it, and
        // whoever dropped one may have died since.
        let mut sql = self.sql();
        sql.push(
            "SELECT p.consumer_id, 0 FROM (SELECT DISTINCT consumer_id FROM Feed_Pending) p \
             WHERE NOT EXISTS (SELECT 1 FROM Feed_Consumer c WHERE c.consumer_id = p.consumer_id)",
        );
        for (consumer, _) in self.db.numbers(&sql).await? {
            loop {
                let left: Vec<i64> = self.pending(consumer, SWEPT).await?.iter().map(|entry| entry.id).collect();
                if left.is_empty() {
                    break;
                }
                self.applied(consumer, &left).await?;
            }
        }
        Ok(dropped)
    }

    /// Gives up to so many changes of these tables to every consumer, and says how many it were. It must run where nobody consumes,
    /// too, or changes heap up.
    pub async fn distribute(&self, tables: &[&Table], most: u32) -> Result<usize> {
        let mut sql = self.sql();
        sql.push("SELECT 0, change_id FROM Change_Feed WHERE owner IN (");
        for (at, table) in tables.iter().enumerate() {
            sql.push(format!("{}'{}'", if at == 0 { "" } else { ", " }, table.name));
        }
        sql.push(") ORDER BY change_id LIMIT ").int(most.into());
        let changes: Vec<i64> = self.db.numbers(&sql).await?.into_iter().map(|(_, change)| change).collect();
        if changes.is_empty() {
            return Ok(0);
        }
        let (patients, joins) = to_patients(tables);
        again(|| async {
            let mut tx = self.begin().await?;
            let mut sql = self.sql();
            // A deleted patient is pending like any other: `Patient` is not looked up.
            sql.push("INSERT INTO Feed_Pending (consumer_id, patient_id, made_ms) ");
            sql.push("SELECT c.consumer_id, p.patient_id, p.made_ms FROM (SELECT COALESCE(").push(patients.clone());
            sql.push(") AS patient_id, MIN(f.made_ms) AS made_ms FROM ").long_keys(&changes).straight_join();
            sql.push("Change_Feed f ON f.change_id = k.id").push(joins.clone());
            sql.push(" GROUP BY 1) p CROSS JOIN Feed_Consumer c WHERE p.patient_id IS NOT NULL");
            tx.execute(sql).await?;
            tx.execute(self.removal("Change_Feed", "change_id", &changes)).await?;
            tx.commit().await
        })
        .await?;
        Ok(changes.len())
    }

    /// What a consumer has yet to deal with, up to so many entries. Rows that are read after this are as new as the changes.
    pub async fn pending(&self, consumer: i32, most: u32) -> Result<Vec<Pending>> {
        self.pending_besides(consumer, &[], most).await
    }

    /// The same, without the entries of some patients.
    pub(crate) async fn pending_besides(&self, consumer: i32, besides: &[i32], most: u32) -> Result<Vec<Pending>> {
        let mut sql = self.sql();
        sql.push("SELECT patient_id, pending_id, made_ms FROM Feed_Pending WHERE consumer_id = ").int(consumer.into());
        if !besides.is_empty() {
            sql.push(" AND patient_id NOT IN (SELECT k.id FROM ").keys(besides).push(")");
        }
        sql.push(" ORDER BY pending_id LIMIT ").int(most.into());
        let rows = self.db.triples(&sql).await?;
        Ok(rows.into_iter().map(|(patient, id, made_ms)| Pending { id, patient, made_ms }).collect())
    }

    /// Which of these patients a consumer has yet to deal with.
    pub async fn pending_among(&self, consumer: i32, patients: &[i32]) -> Result<Vec<i32>> {
        let mut sql = self.sql();
        sql.push("SELECT DISTINCT p.patient_id, 0 FROM Feed_Pending p WHERE p.consumer_id = ").int(consumer.into());
        sql.push(" AND p.patient_id IN (SELECT k.id FROM ").keys(patients).push(")");
        Ok(self.db.numbers(&sql).await?.into_iter().map(|(patient, _)| patient).collect())
    }

    /// How many patients have been pending for a consumer for so long, and the keys of some.
    pub(crate) async fn overdue(&self, consumer: i32, for_ms: i64, most: u32) -> Result<(i64, Vec<i32>)> {
        let of = |sql: &mut Sql| {
            sql.push(" FROM Feed_Pending WHERE consumer_id = ").int(consumer.into()).push(" AND made_ms < ");
            sql.push(self.now()).push(" - ").int(for_ms);
        };
        let mut sql = self.sql();
        sql.push("SELECT 0, COUNT(DISTINCT patient_id)");
        of(&mut sql);
        let count = self.db.numbers(&sql).await?.first().map_or(0, |(_, count)| *count);
        let mut sql = self.sql();
        sql.push("SELECT DISTINCT patient_id, 0");
        of(&mut sql);
        sql.push(" ORDER BY 1 LIMIT ").int(most.into());
        Ok((count, self.db.numbers(&sql).await?.into_iter().map(|(patient, _)| patient).collect()))
    }

    /// Makes these patients pending for a consumer.
    pub async fn enqueue(&self, consumer: i32, patients: &[i32]) -> Result<()> {
        let mut sql = self.sql();
        sql.push("INSERT INTO Feed_Pending (consumer_id, patient_id, made_ms) SELECT ").int(consumer.into());
        sql.push(", k.id, ").push(self.now()).push(" FROM ").keys(patients);
        self.write(sql).await?;
        Ok(())
    }

    /// The key of the last entry that a consumer has so far.
    pub async fn last_pending(&self, consumer: i32) -> Result<Option<i64>> {
        let mut sql = self.sql();
        sql.push("SELECT 0, pending_id FROM Feed_Pending WHERE consumer_id = ").int(consumer.into());
        sql.push(" ORDER BY pending_id DESC LIMIT 1");
        Ok(self.db.numbers(&sql).await?.first().map(|(_, id)| *id))
    }

    /// The key of the last change so far.
    pub async fn last_change(&self) -> Result<i64> {
        let mut sql = self.sql();
        sql.push("SELECT 0, COALESCE(MAX(change_id), 0) FROM Change_Feed");
        Ok(self.db.numbers(&sql).await?.first().map_or(0, |(_, last)| *last))
    }

    /// Whether a consumer has dealt with every change of these patients up to this one. One that was dropped, or was never told
    /// of every patient, has dealt with nothing.
    pub async fn holds(&self, consumer: i32, patients: &[i32], change: i64) -> Result<bool> {
        let mut sql = self.sql();
        sql.push("SELECT 0, COUNT(*) FROM Change_Feed WHERE change_id <= ").int(change);
        if self.db.numbers(&sql).await?.first().is_some_and(|(_, count)| *count > 0) {
            return Ok(false);
        }
        if !self.pending_among(consumer, patients).await?.is_empty() {
            return Ok(false);
        }
        // Last: a consumer is dropped before its entries are. One in memory reads every patient before its graph is asked.
        let mut sql = self.sql();
        sql.push("SELECT consumer_id, 0 FROM Feed_Consumer WHERE consumer_id = ").int(consumer.into());
        sql.push(" AND (catalog IS NOT NULL OR name LIKE ").text(format!("{EMBEDDED}%")).push(")");
        Ok(!self.db.numbers(&sql).await?.is_empty())
    }

    /// Drops a consumer, with what is pending for it.
    pub(crate) async fn forget(&self, consumer: i32) -> Result<()> {
        self.keep(consumer, 0).await?;
        self.drop_expired().await?;
        Ok(())
    }

    /// Removes entries that a consumer has dealt with.
    pub async fn applied(&self, consumer: i32, entries: &[i64]) -> Result<()> {
        let mut sql = self.removal("Feed_Pending", "pending_id", entries);
        sql.push(" AND consumer_id = ").int(consumer.into());
        self.write(sql).await?;
        Ok(())
    }

    /// How many entries and undistributed changes are before a consumer, and how many milliseconds ago the oldest was made.
    pub async fn backlog(&self, consumer: i32) -> Result<(i64, i64)> {
        let mut sql = self.sql();
        for (between, table) in [("", "Feed_Pending WHERE consumer_id = "), (" UNION ALL ", "Change_Feed")] {
            sql.push(between).push("SELECT 0, COUNT(*), COALESCE(").push(self.now()).push(" - MIN(made_ms), 0) FROM ");
            sql.push(table);
            if between.is_empty() {
                sql.int(consumer.into());
            }
        }
        let rows = self.db.triples(&sql).await?;
        Ok(rows.into_iter().fold((0, 0), |(count, age), (_, more, older)| (count + more, age.max(older))))
    }

    /// Makes every patient pending for a consumer and notes the catalog that it is to be read with, both or neither. Where
    /// the consumer was dropped meanwhile this is `false`.
    pub async fn enqueue_all(&self, consumer: i32, catalog: &str) -> Result<bool> {
        again(|| async {
            let mut tx = self.begin().await?;
            let mut from = i64::MIN;
            // Patients that are added meanwhile are in the feed.
            loop {
                let mut sql = self.sql();
                sql.push("SELECT 0, patient_id FROM Patient WHERE patient_id >= ").int(from);
                sql.push(" ORDER BY patient_id LIMIT 1 OFFSET ").int(SPAN);
                let next = tx.numbers(sql).await?.first().map(|(_, next)| *next);
                let mut sql = self.sql();
                sql.push("INSERT INTO Feed_Pending (consumer_id, patient_id, made_ms) SELECT ").int(consumer.into());
                sql.push(", patient_id, ").push(self.now()).push(" FROM Patient WHERE patient_id >= ").int(from);
                sql.push(" AND patient_id < ").int(next.unwrap_or(i64::MAX));
                tx.execute(sql).await?;
                match next {
                    Some(next) => from = next,
                    None => break,
                }
            }
            // Last, because it locks the row that leases are prolonged in.
            let mut sql = self.sql();
            sql.push("UPDATE Feed_Consumer SET catalog = ").text(catalog);
            sql.push(" WHERE consumer_id = ").int(consumer.into());
            let known = tx.execute(sql).await? > 0;
            if known {
                tx.commit().await?;
            }
            Ok(known)
        })
        .await
    }

    /// The catalog that a consumer's patients were last made pending with; none where that is yet to be done.
    pub async fn catalog_of(&self, consumer: i32) -> Result<Option<String>> {
        let mut sql = self.sql();
        sql.push("SELECT consumer_id, catalog FROM Feed_Consumer WHERE consumer_id = ").int(consumer.into());
        Ok(self.db.texts(&sql).await?.into_iter().find_map(|(_, catalog)| catalog))
    }

    /// Takes or renews the right to write a consumer's graph, unless another holder's lease lasts (`force` takes it all the
    /// same). Answers the epoch, which grows with every new holder, so that the graph can refuse one that was overtaken.
    pub async fn acquire(&self, consumer: i32, holder: &str, lease_ms: i64, force: bool) -> Result<Option<i64>> {
        again(|| async {
            let (mut tx, now) = (self.begin().await?, self.now());
            let mut sql = self.sql();
            // The epoch comes first: MariaDB assigns from left to right, and would see the new holder. It is no less than the
            // clock, so that it grows even where the consumer was dropped meanwhile, or the database restored from a backup.
            sql.push("UPDATE Feed_Consumer SET epoch = CASE WHEN holder = ")
                .text(holder)
                .push(" THEN epoch WHEN epoch < ");
            sql.push(now).push(" THEN ").push(now).push(" ELSE epoch + 1 END, holder = ").text(holder);
            sql.push(", lease_until = ").push(now).push(" + ").int(lease_ms);
            sql.push(" WHERE consumer_id = ").int(consumer.into()).push(" AND (holder = ").text(holder);
            sql.push(" OR lease_until <= ").push(now).push(" OR 1 = ").int(force.into()).push(")");
            tx.execute(sql).await?;
            let mut sql = self.sql();
            sql.push("SELECT consumer_id, epoch FROM Feed_Consumer WHERE consumer_id = ").int(consumer.into());
            sql.push(" AND holder = ").text(holder);
            let held = tx.numbers(sql).await?;
            tx.commit().await?;
            Ok(held.first().map(|(_, epoch)| *epoch))
        })
        .await
    }

    /// Gives the right to write back, if it is still this holder's.
    pub async fn release(&self, consumer: i32, holder: &str) -> Result<()> {
        let mut sql = self.sql();
        sql.push("UPDATE Feed_Consumer SET holder = NULL, lease_until = 0 WHERE consumer_id = ").int(consumer.into());
        sql.push(" AND holder = ").text(holder);
        self.write(sql).await?;
        Ok(())
    }

    /// Which database this is, for the graphs that are made from it.
    pub async fn database_id(&self) -> Result<String> {
        let mut sql = self.sql();
        sql.push("SELECT state_id, database_id FROM Feed_State");
        let id = self.db.texts(&sql).await?.into_iter().find_map(|(_, id)| id);
        id.ok_or_else(|| Error::Internal("the database has lost its name (Feed_State)".into()))
    }

    pub(crate) fn sql(&self) -> Sql {
        Sql::new(self.db.dialect())
    }

    pub(crate) async fn begin(&self) -> Result<Tx> {
        Tx::begin_read_committed(&self.db).await
    }

    /// Runs one statement as a transaction and says how many rows it touched.
    async fn write(&self, sql: Sql) -> Result<usize> {
        again(|| async {
            let mut tx = self.begin().await?;
            let touched = tx.execute(sql.clone()).await?;
            tx.commit().await?;
            Ok(touched)
        })
        .await
    }

    /// The milliseconds of the database's clock. The seconds are not made from a local time, of which an hour is ambiguous
    /// each autumn.
    pub fn now(&self) -> &'static str {
        match self.db.dialect() {
            Dialect::MariaDb => "(UNIX_TIMESTAMP() * 1000 + MICROSECOND(CURRENT_TIMESTAMP(3)) DIV 1000)",
            Dialect::Sqlite => "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
        }
    }

    /// A DELETE of the rows with these keys, to which more conditions may be added.
    pub(crate) fn removal(&self, table: &str, key: &str, keys: &[i64]) -> Sql {
        let mut sql = self.sql();
        match self.db.dialect() {
            Dialect::MariaDb => sql
                .push("DELETE t FROM ")
                .long_keys(keys)
                .straight_join()
                // A small table would be scanned, and every row of others' open transactions waited for.
                .push(format!("{table} t FORCE INDEX (PRIMARY) WHERE t.{key} = k.id")),
            Dialect::Sqlite => {
                sql.push(format!("DELETE FROM {table} WHERE {key} IN (SELECT id FROM ")).long_keys(keys).push(")")
            }
        };
        sql
    }
}

/// The patient of a change `f` of any of these tables, as values of which at most one is not NULL, and the joins that lead there.
fn to_patients(tables: &[&Table]) -> (String, String) {
    let (mut patients, mut joins) = (Vec::new(), String::new());
    // What has several owners is in no graph, so nobody is told of it.
    for (at, table) in tables.iter().enumerate().filter(|(_, table)| !table.is_mixed()) {
        let top = table.way().last().map_or(*table, |owner| owner.to);
        if top.is_everybodys() {
            patients.push(format!("CASE f.owner WHEN '{}' THEN {REFERENCE} END", table.name));
            continue;
        }
        if matches!(table.belongs, Belongs::Patient) {
            patients.push(format!("CASE f.owner WHEN '{}' THEN f.owner_id END", table.name));
            continue;
        }
        let (mut row, mut on) = (*table, format!("f.owner = '{}' AND t{at}_0.{} = f.owner_id", table.name, table.key));
        for (step, owner) in table.way().enumerate() {
            joins += &format!(" LEFT JOIN {} t{at}_{step} ON {on}", row.name);
            if matches!(owner.to.belongs, Belongs::Patient) {
                patients.push(format!("t{at}_{step}.{}", owner.column));
            }
            on = format!("t{at}_{}.{} = t{at}_{step}.{}", step + 1, owner.to.key, owner.column);
            row = owner.to;
        }
    }
    (patients.join(", "), joins)
}
