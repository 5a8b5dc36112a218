//! What is known of tables and values: cheap to ask for, kept for a while, and trusted for nothing but the choice of a form.

use super::{LEAF_BOUND, PROBE_READS, Part, spread, text};
use crate::{
    db::{
        Db, Dialect, Sql, Table,
        select::{By, ListQuery},
    },
    error::Result,
};
use lru::LruCache;
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    num::NonZeroUsize,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long it is kept.
const KEPT: Duration = Duration::from_secs(60);
/// Of how many conditions.
const CONDITIONS: NonZeroUsize = NonZeroUsize::new(5_000).unwrap();

/// A condition that an index of its table serves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf<'q> {
    pub(super) table: &'static Table,
    pub(super) part: Part<'q>,
}

/// What stands for a condition and its values: texts of any length are not kept. Two with the same number would share what is known of one.
type Identity = u64;

fn identity(of: impl Hash) -> Identity {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

impl Leaf<'_> {
    fn identity(&self) -> Identity {
        identity((self.table.name, self.part.meaning()))
    }
}

/// Conditions that are looked up for some rows of a table, to tell how many of all meet them.
pub(super) struct Sample<'q, 's> {
    pub(super) table: &'static Table,
    pub(super) parts: &'s [Part<'q>],
    pub(super) rows: u32,
    /// The first rows of this list, instead of rows from everywhere.
    pub(super) first_of: Option<&'s ListQuery>,
}

impl Sample<'_, '_> {
    fn identity(&self) -> Identity {
        let first = self.first_of.map(|ask| (ask.order.first().map(|by| (by.column, by.descending)), ask.backwards));
        let parts: Vec<String> = self.parts.iter().map(Part::meaning).collect();
        identity((self.table.name, parts, first))
    }
}

#[derive(Debug, Clone, Copy)]
struct Size {
    low: i64,
    high: i64,
    rows: f64,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    rows: f64,
    /// There are more than were counted.
    open: bool,
}

/// How many rows of a sample meet the conditions, and how many there are.
type Share = (i64, i64);

/// What the gateway knows of a store's tables and values.
pub(crate) struct Known {
    sizes: Mutex<HashMap<&'static str, (Instant, Size)>>,
    counts: Mutex<LruCache<Identity, (Instant, Count)>>,
    shares: Mutex<LruCache<Identity, (Instant, Share)>>,
}

impl Default for Known {
    fn default() -> Self {
        Known {
            sizes: Mutex::default(),
            counts: Mutex::new(LruCache::new(CONDITIONS)),
            shares: Mutex::new(LruCache::new(CONDITIONS)),
        }
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is known for one statement.
#[derive(Debug, Default)]
pub(super) struct Facts {
    sizes: HashMap<&'static str, Size>,
    counts: HashMap<Identity, Count>,
    shares: HashMap<Identity, f64>,
}

impl Facts {
    /// About how many rows a table has.
    pub(super) fn rows(&self, table: &Table) -> f64 {
        self.sizes.get(table.name).map_or(1.0, |size| size.rows.max(1.0))
    }

    /// About how many rows of `below` there are for a row of `above`.
    pub(super) fn below(&self, above: &Table, below: &Table) -> f64 {
        self.rows(below) / self.rows(above)
    }

    /// About how many rows meet a condition; where there are more than were counted, as many as the table has.
    pub(super) fn count(&self, leaf: &Leaf<'_>) -> f64 {
        match self.counts.get(&leaf.identity()) {
            Some(count) if count.open => self.rows(leaf.table).max(count.rows),
            Some(count) => count.rows,
            None => 0.0,
        }
    }

    /// Whether there are more than were counted.
    pub(super) fn is_open(&self, leaf: &Leaf<'_>) -> bool {
        self.counts.get(&leaf.identity()).is_some_and(|count| count.open)
    }

    /// Which share of a table's rows meets a condition that no index serves, where a sample tells.
    pub(super) fn share(&self, leaf: &Leaf<'_>) -> Option<f64> {
        self.shares.get(&leaf.identity()).copied()
    }

    /// Notes what a sample says: of how many rows there are, where they were counted to a bound; else of the share.
    pub(super) fn refine(&mut self, leaf: &Leaf<'_>, (met, of): Share) {
        // Of a sample that has none there may be a few.
        let share = (met as f64).max(0.5) / (of as f64).max(1.0);
        if self.is_open(leaf) {
            let counted = self.counts.get(&leaf.identity()).map_or(0.0, |count| count.rows);
            let rows = (share * self.rows(leaf.table)).max(counted);
            self.counts.insert(leaf.identity(), Count { rows, open: false });
        } else {
            self.shares.insert(leaf.identity(), share.min(1.0));
        }
    }
}

impl Known {
    /// The sizes of tables and the numbers of rows that meet conditions, asked for in one statement where they are not known.
    pub(super) async fn facts(&self, db: &Db, tables: &[&'static Table], leaves: &[Leaf<'_>]) -> Result<Facts> {
        let mut facts = Facts::default();
        let (mut unsized_tables, mut uncounted) = (Vec::new(), Vec::new());
        let now = Instant::now();
        for table in tables.iter().copied().chain(leaves.iter().map(|leaf| leaf.table)) {
            match locked(&self.sizes).get(table.name) {
                Some((since, size)) if now - *since < KEPT => drop(facts.sizes.insert(table.name, *size)),
                _ if unsized_tables.iter().any(|other: &&Table| other.name == table.name) => {}
                _ => unsized_tables.push(table),
            }
        }
        for leaf in leaves {
            let identity = leaf.identity();
            match locked(&self.counts).get(&identity) {
                Some((since, count)) if now - *since < KEPT => drop(facts.counts.insert(identity, *count)),
                _ => uncounted.push((identity, *leaf)),
            }
        }
        if unsized_tables.is_empty() && uncounted.is_empty() {
            return Ok(facts);
        }
        let mut sql = Sql::new(db.dialect());
        sql.called("probe", None).varies();
        let mut number = 0_i64;
        let mut row = |sql: &mut Sql| {
            sql.push(if number > 0 { " UNION ALL SELECT " } else { "SELECT " }).push(format!("{number}, "));
            number += 1;
        };
        for table in &unsized_tables {
            for what in ["MIN", "MAX"] {
                row(&mut sql);
                sql.push(format!("COALESCE((SELECT {what}(t.{0}) FROM {1} t), 0)", table.key, table.name));
            }
            row(&mut sql);
            match db.dialect() {
                Dialect::MariaDb => sql.push(format!(
                    "COALESCE((SELECT CAST(w.table_rows AS SIGNED) FROM information_schema.tables w WHERE w.table_schema = DATABASE() AND w.table_name = '{}'), 0)",
                    table.name
                )),
                // Where there are many, keys that were given and are gone count as rows.
                Dialect::Sqlite => {
                    sql.push(format!("(SELECT COUNT(*) FROM (SELECT 1 FROM {} LIMIT ", table.name));
                    sql.int(i64::from(LEAF_BOUND)).push(") w)")
                }
            };
        }
        // Many conditions are counted less far, so that the statement does not read more than a list may.
        let bound = LEAF_BOUND.min(PROBE_READS / uncounted.len().max(1) as u32);
        for (_, leaf) in &uncounted {
            row(&mut sql);
            text::push_leaf_count(&mut sql, leaf, bound);
        }
        let found: HashMap<i32, i64> = db.numbers(&sql).await?.into_iter().collect();
        let mut numbers = (0..).map(|number| found.get(&number).copied().unwrap_or_default());
        let mut next = || numbers.next().unwrap_or_default();
        for table in unsized_tables {
            let (low, high, told) = (next(), next(), next());
            let most = (high - low + 1) as f64;
            let rows = match db.dialect() {
                // Of a small table the estimate says less than its keys do.
                Dialect::MariaDb if told > 0 && most > f64::from(LEAF_BOUND) => (told as f64).min(most),
                Dialect::Sqlite if told < i64::from(LEAF_BOUND) => told as f64,
                _ => most,
            };
            let size = Size { low, high, rows };
            locked(&self.sizes).insert(table.name, (now, size));
            facts.sizes.insert(table.name, size);
        }
        for (identity, _) in uncounted {
            let rows = next();
            let count = Count { rows: rows as f64, open: rows > i64::from(bound) };
            locked(&self.counts).put(identity, (now, count));
            facts.counts.insert(identity, count);
        }
        Ok(facts)
    }

    /// For each sample how many of its rows meet the conditions, and how many there are, asked for in one statement where that is
    /// not known.
    pub(super) async fn samples(&self, db: &Db, samples: &[Sample<'_, '_>], facts: &Facts) -> Result<Vec<Share>> {
        let now = Instant::now();
        let mut known: Vec<Option<Share>> = Vec::with_capacity(samples.len());
        let mut sql = Sql::new(db.dialect());
        sql.called("sample", None).varies();
        for (number, sample) in samples.iter().enumerate() {
            let kept = locked(&self.shares).get(&sample.identity()).copied();
            let kept = kept.filter(|(since, _)| now - *since < KEPT).map(|(_, share)| share);
            if kept.is_none() {
                sql.push(if sql.is_empty() { "SELECT " } else { " UNION ALL SELECT " });
                sql.push(format!("{number}, COUNT(CASE WHEN "));
                if sample.parts.is_empty() {
                    sql.push("1=1");
                }
                text::push_checks(&mut sql, "t", sample.table, sample.parts);
                sql.push(" THEN 1 END), COUNT(*) FROM ");
                match (sample.first_of, facts.sizes.get(sample.table.name)) {
                    (Some(ask), _) => push_first_keys(&mut sql, sample.table, ask, sample.rows),
                    (None, Some(size)) => drop(sql.keys(&spread(size.low, size.high, sample.rows))),
                    (None, None) => drop(sql.keys(&[])),
                }
                sql.straight_join().push(format!("{0} t ON t.{1} = k.id", sample.table.name, sample.table.key));
            }
            known.push(kept);
        }
        if !sql.is_empty() {
            for (number, met, of) in db.triples(&sql).await? {
                let Ok(number) = usize::try_from(number) else { continue };
                if let (Some(sample), Some(place)) = (samples.get(number), known.get_mut(number)) {
                    locked(&self.shares).put(sample.identity(), (now, (met, of)));
                    *place = Some((met, of));
                }
            }
        }
        Ok(known.into_iter().map(Option::unwrap_or_default).collect())
    }
}

impl Db {
    /// Has the embedded store note how its values are spread, for tables where it never did or that have grown much since: without
    /// that it walks through whole tables beside an index. Of each index it looks at a few hundred rows. MariaDB keeps account
    /// by itself.
    pub async fn learn(&self) -> Result<()> {
        if self.dialect() == Dialect::Sqlite {
            self.run("PRAGMA analysis_limit = 400; PRAGMA optimize = 0x10002").await?;
            // A connection reads the account when it opens.
            self.forget_idle();
        }
        Ok(())
    }
}

/// Writes a table `k(id)` of the keys of a list's first rows, by the first column of its order.
fn push_first_keys(sql: &mut Sql, table: &Table, ask: &ListQuery, count: u32) {
    let key = table.key;
    sql.push(format!("(SELECT f.{key} AS id FROM {} f ORDER BY ", table.name));
    let by = ask.order.first().copied().unwrap_or(By { column: key, descending: false, via: false, nullable: false });
    let down = if by.descending != ask.backwards { " DESC" } else { "" };
    sql.push(format!("f.{}{down}, f.{key}{down}", by.column));
    sql.push(" LIMIT ").int(i64::from(count)).push(") k");
}
