//! Reading the log.

use super::{
    chain::first_at,
    entry::{Change, Entry, Kind, Stored},
    verify::Head,
    writer::COLUMNS,
};
use crate::{
    db::{Conn, Db, Dialect, Sql, change},
    error::{Error, Result},
};
use std::collections::HashMap;

/// What statements of the log are called.
const EVENT: &str = "Access_Event";
const PATIENT: &str = "Access_Patient";

/// Which entries of some patients.
#[derive(Debug, Clone)]
pub struct Asked {
    /// At most so many of each patient, the latest first.
    pub limit: u32,
    /// Only those before this one.
    pub before: Option<i64>,
    /// Whether changes are wanted too.
    pub changes: bool,
}

/// Which entries of the whole log.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this patient.
    pub patient: Option<i32>,
    /// Of this account.
    pub account: Option<i32>,
    /// Those that broke the glass, or those that did not.
    pub break_glass: Option<bool>,
    /// Not before this moment, in milliseconds since the epoch.
    pub from_ms: Option<i64>,
    /// Before this moment.
    pub until_ms: Option<i64>,
    /// Before this entry.
    pub before: Option<i64>,
}

/// Writes a list of an entry's columns.
fn push_list(sql: &mut Sql) {
    let (function, text) = as_json(sql.dialect());
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("CAST(e.{column} AS {text})")).collect();
    sql.push(format!("{function}({})", columns.join(",")));
}

fn as_json(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::MariaDb => ("JSON_ARRAY", "CHAR"),
        Dialect::Sqlite => ("json_array", "TEXT"),
    }
}

fn torn() -> Error {
    Error::Internal("a row of the access log cannot be read".into())
}

/// An entry of its columns, without its patients and changes.
fn entry_of(list: Option<String>) -> Result<Stored> {
    let mut cells = change::of_list(&list.ok_or_else(torn)?)?.into_iter();
    let mut next = || cells.next().flatten();
    let number = |text: Option<String>| text.and_then(|text| text.parse::<i64>().ok()).ok_or_else(torn);
    let id = number(next())?;
    let chain = i32::try_from(number(next())?).map_err(|_large| torn())?;
    let (place, at_ms) = (number(next())?, number(next())?);
    let kind = next().as_deref().and_then(Kind::of_stored).ok_or_else(torn)?;
    let account = next().and_then(|text| text.parse().ok());
    let (who, role) = (next(), next());
    let request = next().ok_or_else(torn)?;
    let (operation, document) = (next(), next());
    let fields = next().ok_or_else(torn)?;
    let break_glass = next().as_deref() == Some("1");
    let (previous, hash) = (next().ok_or_else(torn)?, next().ok_or_else(torn)?);
    let entry = Entry {
        id,
        kind,
        account,
        who,
        role,
        request,
        operation,
        document,
        fields,
        break_glass,
        writes: false,
        patients: Vec::new(),
    };
    Ok(Stored { entry, chain, place, at_ms, previous, hash, changes: Vec::new() })
}

/// The changes of entries.
pub(super) async fn changes_of(conn: &mut Conn, dialect: Dialect, events: &[i64]) -> Result<HashMap<i64, Vec<Change>>> {
    changes(conn.texts(changes_sql(dialect, events)).await?)
}

fn changes_sql(dialect: Dialect, events: &[i64]) -> Sql {
    let mut sql = Sql::new(dialect);
    let (function, text) = as_json(dialect);
    sql.called("Access_Change", Some(events.len())).push("SELECT 0, ");
    let columns = ["event_id", "place", "patient_id", "table_name", "action", "row_keys", "columns"];
    let columns: Vec<String> = columns.iter().map(|column| format!("CAST(c.{column} AS {text})")).collect();
    sql.push(format!("{function}({}) FROM ", columns.join(","))).long_keys(events).straight_join();
    sql.push("Access_Change c ON c.event_id = k.id ORDER BY c.event_id, c.place");
    sql
}

fn changes(rows: Vec<(i32, Option<String>)>) -> Result<HashMap<i64, Vec<Change>>> {
    let mut all: HashMap<i64, Vec<Change>> = HashMap::new();
    for (_, list) in rows {
        let cells = change::of_list(&list.ok_or_else(torn)?)?;
        let [Some(event), Some(place), patient, Some(table), Some(action), Some(keys), Some(columns)] =
            <[Option<String>; 7]>::try_from(cells).map_err(|_other| torn())?
        else {
            return Err(torn());
        };
        let (event, place) = (event.parse().map_err(|_none| torn())?, place.parse().map_err(|_none| torn())?);
        let patient = patient.and_then(|patient| patient.parse().ok());
        all.entry(event).or_default().push(Change { place, patient, table, action, keys, columns });
    }
    Ok(all)
}

/// Gives entries their patients.
async fn add_patients(db: &Db, entries: &mut [Stored]) -> Result<()> {
    let ids: Vec<i64> = entries.iter().map(|stored| stored.entry.id).collect();
    let mut sql = Sql::new(db.dialect());
    sql.called(PATIENT, Some(ids.len())).push("SELECT p.patient_id, p.event_id FROM ").long_keys(&ids).straight_join();
    sql.push("Access_Patient p ON p.event_id = k.id ORDER BY p.event_id, p.patient_id");
    let mut all: HashMap<i64, Vec<i32>> = HashMap::new();
    for (patient, event) in db.numbers(&sql).await? {
        all.entry(event).or_default().push(patient);
    }
    for stored in entries {
        stored.entry.patients = all.remove(&stored.entry.id).unwrap_or_default();
    }
    Ok(())
}

/// Gives entries their changes.
async fn add_changes(db: &Db, entries: &mut [Stored]) -> Result<()> {
    let ids: Vec<i64> = entries.iter().map(|stored| stored.entry.id).collect();
    let mut all = changes(db.texts(&changes_sql(db.dialect(), &ids)).await?)?;
    for stored in entries {
        stored.changes = all.remove(&stored.entry.id).unwrap_or_default();
        stored.entry.writes = !stored.changes.is_empty();
    }
    Ok(())
}

/// Entries that a statement selects, with all that belongs to them.
async fn whole(db: &Db, sql: &Sql) -> Result<Vec<Stored>> {
    let mut found = db.texts(sql).await?.into_iter().map(|(_, list)| entry_of(list)).collect::<Result<Vec<_>>>()?;
    add_patients(db, &mut found).await?;
    add_changes(db, &mut found).await?;
    Ok(found)
}

/// When the last chain began, in milliseconds since the epoch.
pub(super) async fn last_start(db: &Db, now_ms: i64) -> Result<i64> {
    let mut sql = Sql::new(db.dialect());
    sql.called("Access_Chain", None).push("SELECT 0, COALESCE(MAX(started_ms), 0) FROM Access_Chain");
    // One that is to come says nothing.
    sql.push(" WHERE started_ms <= ").int(now_ms);
    Ok(db.numbers(&sql).await?.first().map_or(0, |(_, ms)| *ms))
}

/// The last entries of the chains that began last, where they are of a moment or later.
pub(super) async fn heads(db: &Db, since_ms: i64, most: u32) -> Result<Vec<Head>> {
    let mut sql = Sql::new(db.dialect());
    let (function, text) = as_json(db.dialect());
    sql.called(EVENT, None).push(format!("SELECT e.chain_id, {function}(CAST(e.place AS {text}), e.hash) FROM "));
    sql.push("(SELECT chain_id FROM Access_Chain ORDER BY chain_id DESC LIMIT ").int(most.into()).push(") c");
    sql.straight_join().push("Access_Event e ON e.chain_id = c.chain_id AND e.place = ");
    sql.push("(SELECT MAX(x.place) FROM Access_Event x WHERE x.chain_id = c.chain_id) AND e.event_id >= ");
    sql.int(first_at(since_ms)).push(" ORDER BY e.chain_id");
    db.texts(&sql).await?.into_iter().map(|(chain, list)| head_of(chain, list)).collect()
}

fn head_of(chain: i32, list: Option<String>) -> Result<Head> {
    match change::of_list(&list.ok_or_else(torn)?)?.as_slice() {
        [Some(place), Some(hash)] => {
            Ok(Head { chain, place: place.parse().map_err(|_none| torn())?, hash: hash.clone() })
        }
        _ => Err(torn()),
    }
}

/// The last entry of a chain.
pub(super) async fn last(db: &Db, chain: i32) -> Result<Option<(i64, String)>> {
    let mut sql = Sql::new(db.dialect());
    let (function, text) = as_json(db.dialect());
    sql.called(EVENT, None).push(format!("SELECT e.chain_id, {function}(CAST(e.place AS {text}), e.hash) "));
    sql.push("FROM Access_Event e WHERE e.chain_id = ").int(chain.into()).push(" ORDER BY e.place DESC LIMIT 1");
    let found = db.texts(&sql).await?.into_iter().next();
    found.map(|(chain, list)| head_of(chain, list).map(|head| (head.place, head.hash))).transpose()
}

/// Some entries of a chain in their order, with all that belongs to them.
pub(super) async fn of_chain(db: &Db, chain: i32, after: i64, most: u32) -> Result<Vec<Stored>> {
    let mut sql = Sql::new(db.dialect());
    sql.called(EVENT, None).push("SELECT 0, ");
    push_list(&mut sql);
    sql.push(" FROM Access_Event e WHERE e.chain_id = ").int(chain.into()).push(" AND e.place > ").int(after);
    sql.push(" ORDER BY e.place LIMIT ").int(most.into());
    whole(db, &sql).await
}

/// The entries of patients, the latest first; without the patients, which others may not be told.
pub async fn log_of(db: &Db, patients: &[i32], asked: &Asked) -> Result<HashMap<i32, Vec<Stored>>> {
    let mut sql = Sql::new(db.dialect());
    sql.called(PATIENT, Some(patients.len())).push("SELECT k.id, ");
    push_list(&mut sql);
    let before = asked.before.unwrap_or(i64::MAX);
    sql.push(" FROM ").keys(patients).straight_join();
    // From the last that is wanted: the index of a patient's entries leads to it.
    sql.push("Access_Patient p ON p.patient_id = k.id AND p.event_id < ").int(before);
    sql.push(" AND p.event_id >= COALESCE((SELECT x.event_id FROM Access_Patient x WHERE x.patient_id = k.id");
    sql.push(" AND x.event_id < ").int(before).push(" ORDER BY x.event_id DESC LIMIT 1 OFFSET ");
    sql.int(i64::from(asked.limit.max(1)) - 1).push("), 0)").straight_join();
    sql.push("Access_Event e ON e.event_id = p.event_id ORDER BY k.id, e.event_id DESC");
    let (mut of, mut found) = (Vec::new(), Vec::new());
    for (patient, list) in db.texts(&sql).await? {
        of.push(patient);
        found.push(entry_of(list)?);
    }
    if asked.changes {
        add_changes(db, &mut found).await?;
    }
    let mut all: HashMap<i32, Vec<Stored>> = HashMap::new();
    for (patient, mut stored) in of.into_iter().zip(found) {
        stored.changes.retain(|change| change.patient == Some(patient));
        all.entry(patient).or_default().push(stored);
    }
    Ok(all)
}

/// Entries of the whole log, the latest first, with all that belongs to them.
pub async fn logged(db: &Db, wanted: &Wanted, most: u32) -> Result<Vec<Stored>> {
    let mut sql = Sql::new(db.dialect());
    sql.called(EVENT, None).push("SELECT 0, ");
    push_list(&mut sql);
    sql.push(" FROM ");
    match wanted.patient {
        Some(_) => {
            sql.push("Access_Patient p").straight_join().push("Access_Event e ON e.event_id = p.event_id");
        }
        None => drop(sql.push("Access_Event e")),
    }
    let id = if wanted.patient.is_some() { "p.event_id" } else { "e.event_id" };
    sql.push(format!(" WHERE {id} < ")).int(wanted.before.unwrap_or(i64::MAX));
    // Numbers follow time; an entry is entered a moment after its number was given.
    if let Some(from) = wanted.from_ms {
        sql.push(format!(" AND {id} >= ")).int(first_at(from));
    }
    if let Some(until) = wanted.until_ms {
        sql.push(format!(" AND {id} < ")).int(first_at(until));
    }
    if let Some(patient) = wanted.patient {
        sql.push(" AND p.patient_id = ").int(patient.into());
    }
    if let Some(account) = wanted.account {
        sql.push(" AND e.account_id = ").int(account.into());
    }
    if let Some(broken) = wanted.break_glass {
        sql.push(" AND e.break_glass = ").int(broken.into());
    }
    sql.push(format!(" ORDER BY {id} DESC LIMIT ")).int(most.into());
    whole(db, &sql).await
}

/// Entries in the order of their numbers, some at a time: those after one, of a span of time.
pub async fn export(db: &Db, after: i64, (from_ms, until_ms): (Option<i64>, Option<i64>)) -> Result<Vec<Stored>> {
    let after = from_ms.map_or(after, |from| after.max(first_at(from) - 1));
    let mut sql = Sql::new(db.dialect());
    sql.called(EVENT, None).push("SELECT 0, ");
    push_list(&mut sql);
    sql.push(" FROM Access_Event e WHERE e.event_id > ").int(after);
    sql.push(" AND e.event_id < ").int(until_ms.map_or(i64::MAX, first_at));
    sql.push(" ORDER BY e.event_id LIMIT 500");
    whole(db, &sql).await
}

/// The most changes that are looked for an entry at a time.
pub(super) const UNANSWERED: usize = 1_000;

/// Numbers under which changes were noted from one moment to another and that have no entry, each with the patient of a change.
pub(super) async fn unanswered(db: &Db, from_ms: i64, before_ms: i64) -> Result<Vec<(i64, Option<i32>)>> {
    let mut sql = Sql::new(db.dialect());
    sql.called("Access_Change", None).push("SELECT COALESCE(c.patient_id, 0), c.event_id FROM Access_Change c ");
    sql.push("LEFT JOIN Access_Event e ON e.event_id = c.event_id WHERE e.event_id IS NULL AND c.event_id < ");
    sql.int(first_at(before_ms)).push(" AND c.event_id >= ").int(first_at(from_ms));
    sql.push(" ORDER BY c.event_id LIMIT ").int(UNANSWERED as i64);
    let found = db.numbers(&sql).await?.into_iter();
    Ok(found.map(|(patient, event)| (event, (patient > 0).then_some(patient))).collect())
}

/// Rows that belong to no entry.
pub(super) struct Unbound {
    /// Of tables whose rows always belong to one.
    pub(super) wrong: Vec<(&'static str, u64)>,
    /// Changes whose request has none yet.
    pub(super) unanswered: u64,
}

/// Counts the rows that belong to no entry.
pub(super) async fn count_unbound(db: &Db) -> Result<Unbound> {
    let count = async |table: &'static str| {
        let mut sql = Sql::new(db.dialect());
        sql.called(table, None).push(format!("SELECT 0, COUNT(*) FROM {table} t LEFT JOIN Access_Event e "));
        sql.push("ON e.event_id = t.event_id WHERE e.event_id IS NULL");
        let found = db.numbers(&sql).await?;
        Ok::<_, Error>(found.first().map_or(0, |(_, count)| u64::try_from(*count).unwrap_or_default()))
    };
    let patients = count(PATIENT).await?;
    let wrong = if patients > 0 { vec![(PATIENT, patients)] } else { Vec::new() };
    Ok(Unbound { wrong, unanswered: count("Access_Change").await? })
}

/// Where the chains begin from which entries were removed: the last entry that went of each.
pub(super) async fn anchors(db: &Db) -> Result<Vec<Head>> {
    let mut sql = Sql::new(db.dialect());
    let (function, text) = as_json(db.dialect());
    sql.called("Access_Anchor", None);
    sql.push(format!(
        "SELECT a.chain_id, {function}(CAST(a.place AS {text}), a.hash) FROM Access_Anchor a WHERE a.place = "
    ));
    sql.push("(SELECT MAX(x.place) FROM Access_Anchor x WHERE x.chain_id = a.chain_id)");
    db.texts(&sql).await?.into_iter().map(|(chain, list)| head_of(chain, list)).collect()
}

/// How many entries of a chain stand where none can.
pub(super) async fn beyond(db: &Db, chain: i32, place: i64) -> Result<i64> {
    let mut sql = Sql::new(db.dialect());
    sql.called(EVENT, None).push("SELECT 0, COUNT(*) FROM Access_Event WHERE chain_id = ").int(chain.into());
    sql.push(" AND place <= ").int(place);
    Ok(db.numbers(&sql).await?.first().map_or(0, |(_, count)| *count))
}

/// For each chain with entries before a moment the last of them that only such ones precede, and the print of its key.
pub(super) async fn cut_at(db: &Db, before_ms: i64) -> Result<Vec<(Head, Option<String>)>> {
    let mut sql = Sql::new(db.dialect());
    let (function, text) = as_json(db.dialect());
    sql.called(EVENT, None).push(format!(
        "SELECT c.chain_id, {function}(CAST(e.place AS {text}), e.hash, c.key_print) FROM Access_Chain c \
         JOIN Access_Event e ON e.chain_id = c.chain_id AND e.place = COALESCE(\
         (SELECT MIN(y.place) - 1 FROM Access_Event y WHERE y.chain_id = c.chain_id AND y.at_ms >= "
    ));
    sql.int(before_ms).push("), (SELECT MAX(x.place) FROM Access_Event x WHERE x.chain_id = c.chain_id))");
    let rows = db.texts(&sql).await?.into_iter();
    rows.map(|(chain, list)| match change::of_list(&list.ok_or_else(torn)?)?.as_slice() {
        [Some(place), Some(hash), print] => {
            let place = place.parse().map_err(|_none| torn())?;
            Ok((Head { chain, place, hash: hash.clone() }, print.clone()))
        }
        _ => Err(torn()),
    })
    .collect()
}

/// How many entries were entered before a moment.
pub async fn older(db: &Db, before_ms: i64) -> Result<u64> {
    let mut sql = Sql::new(db.dialect());
    sql.called(EVENT, None).push("SELECT 0, COUNT(*) FROM Access_Event WHERE at_ms < ").int(before_ms);
    Ok(db.numbers(&sql).await?.first().map_or(0, |(_, count)| count.unsigned_abs()))
}

/// The last of at most so many entries at the beginning of a chain, none beyond one of them.
pub(super) async fn at_most(db: &Db, until: &Head, most: i64) -> Result<Option<Head>> {
    let mut sql = Sql::new(db.dialect());
    let (function, text) = as_json(db.dialect());
    sql.called(EVENT, None).push(format!("SELECT e.chain_id, {function}(CAST(e.place AS {text}), e.hash) FROM "));
    sql.push("(SELECT MAX(x.place) AS place FROM (SELECT y.place FROM Access_Event y WHERE y.chain_id = ");
    sql.int(until.chain.into()).push(" AND y.place <= ").int(until.place);
    sql.push(" ORDER BY y.place LIMIT ")
        .int(most)
        .push(") x) l JOIN Access_Event e ON e.place = l.place AND e.chain_id = ");
    sql.int(until.chain.into());
    let found = db.texts(&sql).await?.into_iter().next();
    found.map(|(chain, list)| head_of(chain, list)).transpose()
}

/// The patients whose rows a request changed.
pub async fn changed_by(db: &Db, event: i64) -> Result<Vec<i32>> {
    let mut sql = Sql::new(db.dialect());
    sql.called("Access_Change", None);
    sql.push("SELECT DISTINCT patient_id, 0 FROM Access_Change WHERE patient_id IS NOT NULL AND event_id = ")
        .int(event);
    Ok(db.numbers(&sql).await?.into_iter().map(|(patient, _)| patient).collect())
}

/// The patients whom an account sees for now although they are not assigned.
pub async fn broken_by(db: &Db, account: i32, now_ms: i64) -> Result<Vec<i32>> {
    let mut sql = Sql::new(db.dialect());
    sql.called("Break_Glass", None).push("SELECT DISTINCT patient_id, 0 FROM Break_Glass WHERE account_id = ");
    sql.int(account.into()).push(" AND until_ms > ").int(now_ms);
    Ok(db.numbers(&sql).await?.into_iter().map(|(patient, _)| patient).collect())
}
