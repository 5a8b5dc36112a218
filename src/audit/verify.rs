//! Checking the log: that no entry was changed, removed, added or moved since it was written.

use super::{
    Key, Kind,
    chain::root,
    prune::anchor_digest,
    read::{beyond, count_unbound, of_chain},
};
use crate::{
    db::{Db, Sql, change},
    error::{Error, Result},
};
use futures_util::future::BoxFuture;
use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
};

/// An entry by its place: the last of a chain, or one up to which entries were removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub chain: i32,
    /// The place.
    pub place: i64,
    /// The entry's digest.
    pub hash: String,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.chain, self.place, self.hash)
    }
}

impl FromStr for Head {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::Setup("an entry is named CHAIN:PLACE:DIGEST, as `audit verify` prints it".into());
        let mut parts = text.splitn(3, ':');
        let mut next = || parts.next().ok_or_else(wrong);
        let (chain, place, hash) = (next()?, next()?, next()?);
        let number = |_error: std::num::ParseIntError| wrong();
        match hash.len() == 64 && hash.bytes().all(|c| c.is_ascii_hexdigit()) {
            true => Ok(Head {
                chain: chain.parse().map_err(number)?,
                place: place.parse().map_err(number)?,
                hash: hash.into(),
            }),
            false => Err(wrong()),
        }
    }
}

/// What became of a check.
#[derive(Debug, Default)]
pub struct Report {
    /// How many chains there are.
    pub chains: usize,
    /// How many entries.
    pub entries: u64,
    /// What is wrong, in words.
    pub wrong: Vec<String>,
    /// How many more things are wrong.
    pub more: u64,
    /// The last entry of each chain: what to note somewhere else.
    pub heads: Vec<Head>,
    /// Which of the noted entries were pruned since, so that nobody can tell whether they were there.
    pub gone: Vec<Head>,
    /// How many changes were written by requests that have no entry yet.
    pub unanswered: u64,
}

impl Report {
    fn note(&mut self, text: impl Into<String>) {
        match self.wrong.len() < MOST {
            true => self.wrong.push(text.into()),
            false => self.more += 1,
        }
    }
}

/// The most that is told of what is wrong.
const MOST: usize = 100;
/// How many entries are read at a time.
const AT_ONCE: u32 = 1_000;

/// A chain as the database has it.
struct Found {
    chain: i32,
    print: Option<String>,
    anchor: Option<Head>,
    anchor_digest: Option<String>,
}

/// What a check takes as known.
#[derive(Debug, Default, Clone, Copy)]
pub struct Known<'a> {
    /// Entries that were noted before, and must be there.
    pub heads: &'a [Head],
    /// Chains without a key that were begun before there was one.
    pub unsigned: &'a [i32],
}

/// Checks every chain, and that it holds entries that were noted before. `step` hears how many entries were looked at.
pub fn verify<'a>(
    db: &'a Db,
    key: Option<&'a Key>,
    known: Known<'a>,
    step: impl Fn(u64) + Send + Sync + 'a,
) -> BoxFuture<'a, Result<Report>> {
    Box::pin(verified(db, key, known, step))
}

async fn verified(db: &Db, key: Option<&Key>, known: Known<'_>, step: impl Fn(u64) + Send + Sync) -> Result<Report> {
    let Known { heads: noted, unsigned } = known;
    let mut report = Report::default();
    // Entries that others name: only of these the digests are kept.
    let mut named: Vec<(Head, String)> = noted.iter().map(|head| (head.clone(), "as it was noted".into())).collect();
    for (chain, fields) in starts(db).await? {
        let heads = fields.split(',').filter_map(|head| head.parse().ok());
        named.extend(heads.map(|head| (head, format!("as chain {chain} names it"))));
    }
    let wanted: HashSet<(i32, i64)> = named.iter().map(|(head, _)| (head.chain, head.place)).collect();
    let (mut seen, mut checked) = (HashMap::new(), HashSet::new());
    let (mut anchors, mut cuts) = (HashMap::new(), Vec::new());
    let chains = chains(db).await?;
    for found in &chains {
        report.chains += 1;
        let chain = found.chain;
        let key = match &found.print {
            None => {
                if key.is_some() && !unsigned.contains(&chain) {
                    report.note(format!(
                        "chain {chain} is not signed, so whoever may write to the database can have made it; if it was begun before there \
                         was a key, say --unsigned {chain}"
                    ));
                }
                None
            }
            Some(print) => match key.filter(|key| key.print() == print) {
                Some(key) => Some(key),
                None => {
                    let says = format!(
                        "chain {chain} has the key {print}, which `audit_key` is not: its entries cannot be checked"
                    );
                    report.note(says);
                    continue;
                }
            },
        };
        let (mut place, mut hash) = (0, root(chain));
        if let Some(anchor) = &found.anchor {
            if found.anchor_digest.as_deref() != Some(anchor_digest(key, anchor).as_str()) {
                report.note(format!("the anchor of chain {chain} was changed"));
            }
            (place, hash) = (anchor.place, anchor.hash.clone());
            anchors.insert(chain, anchor.clone());
        }
        let beyond = beyond(db, chain, place).await?;
        if beyond > 0 {
            report.note(format!("chain {chain}: {beyond} entries were added before its beginning"));
        }
        loop {
            let page = of_chain(db, chain, place.min(i64::MAX - 1), AT_ONCE).await?;
            if page.is_empty() {
                break;
            }
            for stored in page {
                report.entries += 1;
                let (at, id) = (stored.place, stored.entry.id);
                if at != place + 1 {
                    report.note(format!("chain {chain}: {} entries are missing before entry {id}", at - place - 1));
                } else if stored.previous != hash {
                    report.note(format!("chain {chain}: entry {id} does not follow the entry before it"));
                }
                if stored.digest(key)? != stored.hash {
                    report.note(format!("chain {chain}: entry {id} was changed"));
                }
                if stored.entry.kind == Kind::Prune {
                    cuts.extend(stored.entry.fields.split(',').filter_map(|head| head.parse::<Head>().ok()));
                }
                if wanted.contains(&(chain, at)) {
                    seen.insert((chain, at), stored.hash.clone());
                }
                (place, hash) = (at, stored.hash);
            }
            step(report.entries);
        }
        if place > 0 {
            report.heads.push(Head { chain, place, hash });
        }
        checked.insert(chain);
    }
    for anchor in anchors.values() {
        let is_told = cuts.iter().any(|cut: &Head| cut.chain == anchor.chain && cut.place >= anchor.place);
        if !is_told {
            let says = "the beginning of chain {} is gone, and no entry says that it was pruned";
            report.note(says.replace("{}", &anchor.chain.to_string()));
        }
    }
    for (head, how) in named {
        let anchor = anchors.get(&head.chain).filter(|anchor| head.place <= anchor.place);
        let pruned = anchor.is_some_and(|anchor| head.place < anchor.place);
        // The anchor is the last entry that went.
        let there = seen.get(&(head.chain, head.place)).or(anchor.map(|anchor| &anchor.hash));
        if pruned && noted.contains(&head) {
            report.gone.push(head.clone());
        }
        let unchecked = chains.iter().any(|found| found.chain == head.chain) && !checked.contains(&head.chain);
        if !pruned && !unchecked && there != Some(&head.hash) {
            report.note(format!("chain {}: the entry at place {} is not there {how}", head.chain, head.place));
        }
    }
    let unbound = count_unbound(db).await?;
    for (table, count) in unbound.wrong {
        report.note(format!("{count} rows of {table} belong to no entry"));
    }
    report.unanswered = unbound.unanswered;
    Ok(report)
}

/// What the first entries of chains name.
async fn starts(db: &Db) -> Result<Vec<(i32, String)>> {
    let mut sql = Sql::new(db.dialect());
    sql.called("Access_Event", None);
    sql.push("SELECT e.chain_id, e.fields FROM Access_Event e WHERE e.place = 1 AND e.kind = ")
        .text(Kind::Start.stored());
    sql.push(" ORDER BY e.chain_id");
    let found = db.texts(&sql).await?.into_iter();
    Ok(found.filter_map(|(chain, fields)| Some((chain, fields?))).collect())
}

async fn chains(db: &Db) -> Result<Vec<Found>> {
    let function = match db.dialect() {
        crate::db::Dialect::MariaDb => "JSON_ARRAY(c.key_print, CAST(a.place AS CHAR), a.hash, a.digest)",
        crate::db::Dialect::Sqlite => "json_array(c.key_print, CAST(a.place AS TEXT), a.hash, a.digest)",
    };
    let mut sql = Sql::new(db.dialect());
    sql.called("Access_Chain", None).push(format!("SELECT c.chain_id, {function} FROM Access_Chain c "));
    sql.push("LEFT JOIN Access_Anchor a ON a.chain_id = c.chain_id AND a.place = ");
    sql.push("(SELECT MAX(x.place) FROM Access_Anchor x WHERE x.chain_id = c.chain_id) ORDER BY c.chain_id");
    let torn = || Error::Internal("a chain of the access log cannot be read".into());
    let rows = db.texts(&sql).await?.into_iter();
    rows.map(|(chain, list)| {
        let cells = change::of_list(&list.ok_or_else(torn)?)?;
        let [print, place, hash, anchor_digest] = <[Option<String>; 4]>::try_from(cells).map_err(|_other| torn())?;
        let anchor = match (place.and_then(|place| place.parse().ok()), hash) {
            (Some(place), Some(hash)) => Some(Head { chain, place, hash }),
            _ => None,
        };
        Ok(Found { chain, print, anchor, anchor_digest })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_named_as_it_is_printed() {
        let head = Head { chain: 3, place: 12, hash: "ab".repeat(32) };
        assert_eq!(head.to_string().parse::<Head>().unwrap(), head);
        for wrong in ["", "3:12", "3:12:xy", "a:12:00"] {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
