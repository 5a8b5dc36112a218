//! Chains: one for each process that writes. A chain begins with an entry that names the last entries of the others, so that the end of a chain
//! cannot be cut off unseen once another process has begun.

use super::{
    Options,
    entry::{Entry, Kind, Stored},
    key::digest,
    read::{self, heads},
    writer,
};
use crate::{
    db::{Cell, Db, Sql, Writer},
    error::{Error, Result},
};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// A chain, and its last entry.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub(super) chain: i32,
    pub(super) place: i64,
    pub(super) hash: String,
}

/// The digest before the first entry of a chain.
pub(super) fn root(chain: i32) -> String {
    digest(None, "", &format!("chain {chain}"))
}

/// Begins a chain.
pub(super) async fn begin(db: &Db, options: &Options) -> Result<(Chain, Ids)> {
    let mut token = [0_u8; 16];
    let random = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut token);
    random.map_err(|_none| Error::Internal("the system gives no random numbers".into()))?;
    let token = format!("{:032x}", u128::from_be_bytes(token));
    let now = (options.clock)();
    // What had ended before the last start was named by an earlier one.
    let heads = heads(db, read::last_start(db, now).await?.saturating_sub(APART), MOST_HEADS).await?;
    let mut writer = Writer::begin(db).await?;
    let print = options.key.as_ref().map(|key| key.print().to_owned());
    let cells = vec![
        Cell::from(token.as_str()),
        Cell::from(options.writer.chars().take(255).collect::<String>()),
        Cell::from(now),
        Cell::Text(print),
    ];
    writer.insert("Access_Chain", &["token", "writer", "started_ms", "key_print"], cells).await?;
    let mut sql = Sql::new(db.dialect());
    sql.called("Access_Chain", Some(1)).push("SELECT chain_id, '' FROM Access_Chain WHERE token = ").text(&token);
    let found = writer.conn().texts(sql).await?.into_iter().next();
    let (chain, _) = found.ok_or_else(|| Error::Internal("a chain of the access log is not there".into()))?;
    let ids = Ids::new(chain);
    let entry = Entry {
        id: ids.next(now),
        operation: Some(options.writer.clone()),
        fields: heads.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        ..Entry::of(Kind::Start)
    };
    let mut begun = Chain { chain, place: 0, hash: root(chain) };
    let stored = begun.add(entry, Vec::new(), now, options)?;
    writer::insert(&mut writer, db.dialect(), &[stored]).await?;
    writer.commit().await?;
    Ok((begun, ids))
}

/// How many chains a start names at most: those that began last.
const MOST_HEADS: u32 = 1_000;
/// By how many milliseconds the clocks of gateways may differ, and an entry may come later than its number.
const APART: i64 = 3_600_000;

impl Chain {
    /// The next entry.
    pub(super) fn add(
        &mut self,
        entry: Entry,
        changes: Vec<super::Change>,
        at_ms: i64,
        options: &Options,
    ) -> Result<Stored> {
        let (chain, place, previous) = (self.chain, self.place + 1, self.hash.clone());
        let mut stored = Stored { entry: entry.fitted(), chain, place, at_ms, previous, hash: String::new(), changes };
        stored.hash = stored.digest(options.key.as_ref())?;
        (self.place, self.hash) = (place, stored.hash.clone());
        Ok(stored)
    }

    /// The last entry that the database has of it.
    pub(super) async fn stored(&self, db: &Db) -> Result<Option<(i64, String)>> {
        read::last(db, self.chain).await
    }
}

/// Numbers of entries: by their time, and different for processes that write at the same time.
pub(super) struct Ids {
    /// A number for the process among the last 1,024.
    node: i64,
    last: AtomicI64,
}

/// The first millisecond that a number can name: 2020-01-01.
const FROM: i64 = 1_577_836_800_000;
/// How many bits of a number are for the process, and how many count within a millisecond.
const NODE_BITS: u32 = 10;
const COUNT_BITS: u32 = 12;

/// The smallest number of an entry that is entered at a moment; of a moment that no number can name, the first or the last that can be named.
pub(super) fn first_at(ms: i64) -> i64 {
    let bits = NODE_BITS + COUNT_BITS;
    ms.saturating_sub(FROM).clamp(0, i64::MAX >> bits) << bits
}

impl Ids {
    pub(super) fn new(chain: i32) -> Self {
        let node = i64::from(chain).rem_euclid(1 << NODE_BITS) << COUNT_BITS;
        Ids { node, last: AtomicI64::new(0) }
    }

    /// The next one; never one that was given before, whatever the clock does.
    pub(super) fn next(&self, now: i64) -> i64 {
        let count = (1_i64 << COUNT_BITS) - 1;
        let follow = |last: i64| {
            let fresh = first_at(now) | self.node;
            let next = match last & count == count {
                // A millisecond's numbers are used up.
                true => ((last >> (NODE_BITS + COUNT_BITS)) + 1) << (NODE_BITS + COUNT_BITS) | self.node,
                false => last + 1,
            };
            Some(if fresh > last { fresh } else { next })
        };
        let before = self.last.fetch_update(Relaxed, Relaxed, follow).unwrap_or_default();
        follow(before).unwrap_or(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_and_are_of_their_process() {
        let (one, other) = (Ids::new(1), Ids::new(2));
        let mut last = 0;
        for now in [FROM + 5_000; 9_000].into_iter().chain([FROM + 1, FROM + 6_000]) {
            let next = one.next(now);
            assert!(next > last, "{next} after {last}");
            assert_eq!(next >> COUNT_BITS & 1_023, 1);
            last = next;
        }
        assert!(last >= first_at(FROM + 6_000) && last < first_at(FROM + 6_001));
        assert_ne!(one.next(FROM + 9_000), other.next(FROM + 9_000));
    }

    #[test]
    fn moments_that_no_number_names_are_before_or_after_all_that_one_does() {
        let moments = [i64::MIN, 0, FROM, FROM + 1, 4_102_444_800_000, 253_402_300_799_000, i64::MAX];
        assert!(moments.map(first_at).is_sorted(), "{:?}", moments.map(first_at));
    }
}
