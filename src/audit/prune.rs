//! Removing entries whose time is over. The entries that stay can be checked all the same: an anchor has the digest of the last that went.

use super::{
    Audit, Entry, Key, Kind,
    key::digest,
    read::{anchors, cut_at},
    verify::Head,
};
use crate::{
    db::{Cell, Db, Sql, Writer},
    error::{Error, Result},
};
use futures_util::future::BoxFuture;
use std::time::Duration;
use tokio::time::timeout;

/// What was removed.
#[derive(Debug, Default, Clone, Copy)]
pub struct Pruned {
    /// How many entries.
    pub entries: u64,
    /// Of how many chains.
    pub chains: usize,
}

/// How many entries one transaction removes.
const AT_ONCE: i64 = 500;
/// How long the entry that says so may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The digest of an anchor.
pub(super) fn anchor_digest(key: Option<&Key>, anchor: &Head) -> String {
    digest(key, "anchor ", &anchor.to_string())
}

/// Removes the entries that were entered before a moment; `step` hears how many are gone. The log says first what will go, so that
/// a prune that is cut short can be told from a theft, and the next one goes on where it ended.
pub fn prune<'a>(
    db: &'a Db,
    audit: &'a Audit,
    before_ms: i64,
    step: impl Fn(u64) + Send + Sync + 'a,
) -> BoxFuture<'a, Result<Pruned>> {
    Box::pin(pruned(db, audit, before_ms, step))
}

async fn pruned(db: &Db, audit: &Audit, before_ms: i64, step: impl Fn(u64) + Send + Sync) -> Result<Pruned> {
    let cuts = cut_at(db, before_ms).await?;
    if cuts.is_empty() {
        return Ok(Pruned::default());
    }
    // The entries that told of earlier cuts may go with this one: it tells of all of them.
    let mut told: Vec<Head> = anchors(db).await?;
    told.retain(|anchor| cuts.iter().all(|(head, _)| head.chain != anchor.chain));
    told.extend(cuts.iter().map(|(head, _)| head.clone()));
    let fields = told.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let entry = Entry { operation: Some("audit prune".into()), fields, ..Entry::of(Kind::Prune) };
    // Also where the log is lenient with requests.
    timeout(PATIENCE, audit.put(entry)).await.unwrap_or(Err(Error::Timeout("the access log")))?;
    let mut pruned = Pruned { chains: cuts.len(), entries: 0 };
    for (cut, keyed) in cuts {
        let key = audit.inner.options.key.as_ref().filter(|key| keyed.as_deref() == Some(key.print()));
        loop {
            let Some(anchor) = super::read::at_most(db, &cut, AT_ONCE).await? else { break };
            let gone = remove(db, &anchor, key).await?;
            pruned.entries += gone;
            step(pruned.entries);
        }
    }
    Ok(pruned)
}

/// Removes the entries of a chain up to a place, in one transaction with the anchor.
async fn remove(db: &Db, anchor: &Head, key: Option<&Key>) -> Result<u64> {
    let mut writer = Writer::begin(db).await?;
    let cells = vec![
        Cell::from(i64::from(anchor.chain)),
        Cell::from(anchor.place),
        Cell::from(anchor.hash.as_str()),
        Cell::from(anchor_digest(key, anchor)),
    ];
    writer.insert("Access_Anchor", &["chain_id", "place", "hash", "digest"], cells).await?;
    let mut sql = Sql::new(db.dialect());
    sql.push("DELETE FROM Access_Anchor WHERE chain_id = ").int(anchor.chain.into());
    sql.push(" AND place < ").int(anchor.place);
    writer.execute(sql).await?;
    for table in ["Access_Patient", "Access_Change", "Access_Event"] {
        let mut sql = Sql::new(db.dialect());
        sql.push(format!("DELETE FROM {table} WHERE "));
        let of = |sql: &mut Sql| {
            sql.push("chain_id = ").int(anchor.chain.into()).push(" AND place <= ").int(anchor.place);
        };
        if table == "Access_Event" {
            of(&mut sql);
            let gone = writer.execute(sql).await?;
            writer.commit().await?;
            return Ok(gone as u64);
        }
        sql.push("event_id IN (SELECT event_id FROM Access_Event WHERE ");
        of(&mut sql);
        sql.push(")");
        writer.execute(sql).await?;
    }
    Ok(0)
}
