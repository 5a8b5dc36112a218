//! The one task that writes a process's chain: all entries that wait are one transaction.

use super::{
    ATTEMPTS, Options, PAUSE, Waiting,
    chain::{self, Chain},
    entry::{Entry, Stored},
    read::changes_of,
};
use crate::{
    db::{Cell, Db, Dialect, Sql, Writer, fault},
    error::{Error, Result},
};
use std::collections::HashMap;
use tokio::sync::mpsc::UnboundedReceiver;

/// The most entries of one transaction, and the most patients that it goes on adding entries to.
const TOGETHER: usize = 256;
const PATIENTS: usize = 20_000;

/// Writes what comes, for as long as somebody may send.
pub(super) async fn run(db: Db, options: Options, mut chain: Chain, mut queue: UnboundedReceiver<Waiting>) {
    let mut doubt = None;
    while let Some(first) = queue.recv().await {
        let mut patients = first.entry.patients.len();
        let mut batch = vec![first];
        while batch.len() < TOGETHER && patients < PATIENTS {
            let Ok(next) = queue.try_recv() else { break };
            patients += next.entry.patients.len();
            batch.push(next);
        }
        let (entries, told): (Vec<Entry>, Vec<_>) = batch.into_iter().map(|one| (one.entry, one.told)).unzip();
        let written = keep(&db, &options, (&mut chain, &mut doubt), &entries).await;
        // One that the store does not take is no reason to hold back the others.
        let apart = entries.len() > 1 && written.as_ref().is_err_and(|error| !may_be_taken(error));
        for (entry, told) in entries.iter().zip(told) {
            let written = match apart {
                true => keep(&db, &options, (&mut chain, &mut doubt), std::slice::from_ref(entry)).await,
                false => written.clone(),
            };
            // Whoever gave up does not hear it.
            let _ = told.send(written);
        }
    }
}

/// Where the chain is if a write without a known outcome was kept, and the numbers of the entries that it wrote. It is looked at before
/// anything else is written, however much later the store answers again.
type Doubt = Option<(Chain, Vec<i64>)>;

/// Writes entries, and tries again where the store may take them.
async fn keep(db: &Db, options: &Options, (chain, doubt): (&mut Chain, &mut Doubt), entries: &[Entry]) -> Result<()> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let error = match once(db, options, (chain, doubt), entries).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !may_be_taken(&error) || attempt == ATTEMPTS {
            return Err(error);
        }
        if error.is_lost_connection() {
            db.forget_idle();
        }
        tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
    }
}

/// Whether the same may be written when it is tried again.
fn may_be_taken(error: &Error) -> bool {
    fault::asks_again(error) || matches!(error, Error::Unavailable(_) | Error::Unconfirmed(_))
}

async fn once(db: &Db, options: &Options, (chain, doubt): (&mut Chain, &mut Doubt), entries: &[Entry]) -> Result<()> {
    if let Some((next, kept)) = doubt {
        let stored = chain.stored(db).await?;
        let ends = |of: &Chain| stored.as_ref().is_some_and(|(place, hash)| *place == of.place && *hash == of.hash);
        if ends(next) {
            *chain = next.clone();
            if entries.iter().all(|entry| kept.contains(&entry.id)) {
                return Ok(());
            }
        } else if !ends(chain) {
            tracing::warn!("the access log does not end where this gateway left it: it begins another chain");
            // Numbers go on as before: those of the chain's own are not needed.
            *chain = chain::begin(db, options).await?.0;
            *doubt = None;
        }
    }
    let mut writer = Writer::begin(db).await?;
    let writing: Vec<i64> = entries.iter().filter(|entry| entry.writes).map(|entry| entry.id).collect();
    let mut changes = match writing.is_empty() {
        true => HashMap::new(),
        false => changes_of(writer.conn(), db.dialect(), &writing).await?,
    };
    let (mut next, now) = (chain.clone(), (options.clock)());
    let mut stored = Vec::with_capacity(entries.len());
    for entry in entries {
        let changes = changes.remove(&entry.id).unwrap_or_default();
        let mut entry = entry.clone();
        entry.patients.extend(changes.iter().filter_map(|change| change.patient));
        stored.push(next.add(entry, changes, now, options)?);
    }
    // From here on it is not known where the chain ends, until the commit is.
    *doubt = Some((next.clone(), entries.iter().map(|entry| entry.id).collect()));
    insert(&mut writer, db.dialect(), &stored).await?;
    writer.commit().await?;
    (*chain, *doubt) = (next, None);
    Ok(())
}

/// The columns of an entry.
pub(super) const COLUMNS: [&str; 15] = [
    "event_id",
    "chain_id",
    "place",
    "at_ms",
    "kind",
    "account_id",
    "who",
    "role",
    "request_id",
    "operation",
    "document",
    "fields",
    "break_glass",
    "previous",
    "hash",
];

/// Adds entries and their patients.
pub(super) async fn insert(writer: &mut Writer, dialect: Dialect, entries: &[Stored]) -> Result<()> {
    let (mut cells, mut patients) = (Vec::with_capacity(entries.len() * COLUMNS.len()), Vec::new());
    for Stored { entry, chain, place, at_ms, previous, hash, .. } in entries {
        cells.extend([
            Cell::from(entry.id),
            Cell::from(i64::from(*chain)),
            Cell::from(*place),
            Cell::from(*at_ms),
            Cell::from(entry.kind.stored()),
            Cell::from(entry.account.map(i64::from)),
            Cell::Text(entry.who.clone()),
            Cell::Text(entry.role.clone()),
            Cell::from(entry.request.as_str()),
            Cell::Text(entry.operation.clone()),
            Cell::Text(entry.document.clone()),
            Cell::from(entry.fields.as_str()),
            Cell::from(entry.break_glass),
            Cell::from(previous.as_str()),
            Cell::from(hash.as_str()),
        ]);
        patients.extend(entry.patients.iter().map(|patient| (entry.id, *patient)));
    }
    writer.insert("Access_Event", &COLUMNS, cells).await?;
    if patients.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(dialect);
    sql.called("Access_Patient", Some(patients.len()));
    sql.push("INSERT INTO Access_Patient (event_id, patient_id) SELECT k.id, k.of FROM ").long_pairs(&patients);
    writer.execute(sql).await?;
    Ok(())
}
