//! The programs of partners: what each may read, of patients who consented to which purpose, and the keys that they send.
//!
//! A key is 256 random bits behind `mmx_`. The database has its digest, and how it begins, so that people can tell keys apart. Every request
//! looks the key up, so what revokes a client or ends a key holds from the next request on, whichever gateway takes it.
//!
//! How many requests a client may send a minute each gateway counts for itself.

use super::{Access, DAY, password, purpose::Purpose};
use crate::{
    db::{Db, Dialect, Sql, Tx, again, change},
    error::{Error, Result},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// What statements about clients and keys are called.
const NAME: &str = "Api_Client";
const KEY: &str = "Api_Key";
/// How keys begin.
pub(super) const PREFIX: &str = "mmx_";
/// How many characters of a key are kept to tell it apart.
const KEPT: usize = 12;
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// The most days that a key lives.
pub const MOST_DAYS: u32 = 3_650;
/// The most hours that a key lives on beside the one that takes its place.
pub const MOST_HOURS: u32 = 24 * 90;

/// What is said of a key that does not hold, for whatever reason.
const NO_KEY: Error = Error::Unauthenticated(
    "the API key does not hold: it is unknown or expired, or its client is revoked. Ask the hospital for another one",
);

/// A program of a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its key.
    pub id: i32,
    /// What it is called.
    pub name: String,
    /// The key of the partner.
    pub partner: i32,
    /// The name of the partner.
    pub partner_name: String,
    /// What the partner asks for: patients who consented to that are seen.
    pub purpose: Purpose,
    /// The object types that it may read.
    pub reads: Vec<String>,
    /// How many requests it may send a minute.
    pub per_minute: Option<u32>,
}

impl Client {
    /// Who looked, as the access log has it: `study (RESEARCH) of Tyne Heart Study`. The name of a client has no blank, so all of it can be
    /// read off again.
    pub(super) fn entered(&self) -> String {
        format!("{} ({}) of {}", self.name, self.purpose.name(), self.partner_name)
    }

    /// Whether it may read objects of a type.
    pub fn reads(&self, object: &str) -> bool {
        self.reads.iter().any(|name| name == object)
    }
}

/// Who looked and what for, of what the access log has of a client.
pub fn looked(entered: &str) -> Option<(String, Purpose)> {
    let (name, rest) = entered.split_once(" (")?;
    let (purpose, partner) = rest.split_once(')')?;
    Some((format!("{name}{partner}"), Purpose::read(purpose)?))
}

/// A client as whoever manages clients sees it.
#[derive(Debug, Clone)]
pub struct Managed {
    /// The client.
    pub client: Client,
    /// Whether it is the demo's.
    pub is_demo: bool,
    /// When it was revoked, in milliseconds since the epoch.
    pub revoked_ms: Option<i64>,
    /// Its keys, the latest last.
    pub keys: Vec<Kept>,
}

/// A key as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// How it begins.
    pub begins: String,
    /// When it was made, in milliseconds since the epoch.
    pub created_ms: i64,
    /// When it ends.
    pub expires_ms: i64,
    /// When it was last used, to the minute.
    pub last_used_ms: Option<i64>,
}

/// A client that is to be.
#[derive(Debug, Clone)]
pub struct NewClient<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The key of the partner.
    pub partner: i32,
    /// What the partner asks for.
    pub purpose: Purpose,
    /// The object types that it may read.
    pub reads: &'a [String],
    /// How many requests it may send a minute.
    pub per_minute: Option<u32>,
    /// For how many days its first key lives.
    pub days: u32,
}

/// What a gateway counts of clients and keys by itself.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// How much each client may still send, and as of when. A request costs as much as a minute has milliseconds, and each millisecond brings as
    /// much as the client may send a minute, so nothing is rounded.
    left: Mutex<HashMap<i32, (i64, i64)>>,
    /// When it was noted of each key that it is used.
    noted: Mutex<HashMap<i32, i64>>,
}

impl Counts {
    /// Takes one request of a client's allowance, which fills up again in a minute; whether there was one.
    fn take(&self, client: i32, per_minute: u32, now: i64) -> bool {
        let full = i64::from(per_minute) * MINUTE;
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, at) = all.entry(client).or_insert((full, now));
        let came = (now - *at).clamp(0, MINUTE) * i64::from(per_minute);
        (*left, *at) = ((*left + came).min(full), now);
        let has = *left >= MINUTE;
        *left -= if has { MINUTE } else { 0 };
        has
    }

    /// Whether the use of a key is to be noted now: once a minute, however many requests come.
    fn is_to_note(&self, key: i32, now: i64) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = noted.get(&key).is_none_or(|at| at + MINUTE <= now || *at > now);
        if is_new {
            noted.insert(key, now);
        }
        is_new
    }
}

impl Access {
    /// The program that sends this key.
    pub(super) async fn client(&self, key: &str) -> Result<Client> {
        let now = self.now();
        let random = key.strip_prefix(PREFIX).filter(|random| random.len() == 43).ok_or(NO_KEY)?;
        let mut sql = Sql::new(self.db.dialect());
        sql.called(KEY, Some(1)).push("SELECT k.key_id, ");
        push_list(&mut sql, ", k.last_used_ms");
        sql.push(" FROM Api_Key k JOIN Api_Client c ON c.client_id = k.client_id ");
        sql.push("JOIN Partner p ON p.partner_id = c.partner_id WHERE k.digest = ").text(digest(random));
        sql.push(" AND k.expires_ms > ").int(now).push(" AND c.revoked_ms IS NULL");
        // With the first account that is not the demo's, the demo is over.
        sql.push(" AND (c.is_demo = 0 OR NOT EXISTS (SELECT 1 FROM User_Account a WHERE a.is_demo = 0))");
        let (id, row) = self.db.texts(&sql).await?.into_iter().next().ok_or(NO_KEY)?;
        let (client, rest) = of_list(&row.ok_or_else(unreadable)?)?;
        if let Some(most) = client.per_minute
            && !self.counts.take(client.id, most, now)
        {
            return Err(Error::Limit { key: "requests_per_minute", allowed: most.into(), asked: None });
        }
        let used =
            rest.into_iter().next().flatten().map(|ms| ms.parse::<i64>().map_err(|_none| unreadable())).transpose()?;
        if used.is_none_or(|used| used + MINUTE <= now) && self.counts.is_to_note(id, now) {
            self.note_use(id, now);
        }
        Ok(client)
    }

    /// Notes that a key is used, without keeping the request waiting.
    fn note_use(&self, key: i32, now: i64) {
        let db = self.db.clone();
        tokio::spawn(async move {
            let noted = again(|| async {
                let mut tx = Tx::begin_read_committed(&db).await?;
                let mut sql = Sql::new(db.dialect());
                sql.called(KEY, Some(1)).push("UPDATE Api_Key SET last_used_ms = ").int(now);
                sql.push(" WHERE key_id = ").int(key.into());
                tx.execute(sql).await?;
                tx.commit().await
            });
            if let Err(error) = noted.await {
                tracing::warn!("when an API key was last used could not be noted: {error}");
            }
        });
    }

    /// Adds a client. Gives its key, which nobody can read again.
    pub async fn add_client(&self, new: &NewClient<'_>) -> Result<String> {
        self.insert_client(new, false).await
    }

    pub(super) async fn insert_client(&self, new: &NewClient<'_>, is_demo: bool) -> Result<String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if new.name.is_empty() || new.name.len() > 100 || !new.name.chars().all(is_plain) {
            return Err(Error::BadInput(
                "a client's name has 1 to 100 letters, digits, dots, hyphens and underscores".into(),
            ));
        }
        let now = self.now();
        let (key, token) = made_key()?;
        let token = &token;
        again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            let mut sql = Sql::new(self.db.dialect());
            sql.called(NAME, Some(1)).push("SELECT partner_id, 0 FROM Partner WHERE partner_id = ").int(new.partner.into());
            if tx.numbers(sql).await?.is_empty() {
                return Err(Error::BadInput(format!("there is no partner with the key {}: add one first (`addPartner`)", new.partner)));
            }
            let mut sql = Sql::new(self.db.dialect());
            sql.called(NAME, None).push(
                "INSERT INTO Api_Client (name, partner_id, purpose, read_types, requests_per_minute, is_demo, created_ms) VALUES (",
            );
            sql.text(new.name).push(", ").int(new.partner.into()).push(", ").text(new.purpose.stored()).push(", ");
            sql.text(new.reads.join(",")).push(", ");
            match new.per_minute {
                Some(most) => drop(sql.int(most.into())),
                None => drop(sql.push("NULL")),
            }
            sql.push(", ").int(is_demo.into()).push(", ").int(now).push(") RETURNING 0, client_id");
            let added = match tx.numbers(sql).await {
                Ok(added) => added,
                Err(error) => {
                    let is_taken = tx.refusal(&error).is_some_and(|refusal| refusal.code() == "DUPLICATE");
                    let taken = || Error::BadInput("there is a client of this name already".into());
                    return Err(if is_taken { taken() } else { error });
                }
            };
            let id = added.first().map(|(_, key)| *key);
            let id = id.ok_or_else(|| Error::Internal("the keys of Api_Client are used up".into()))?;
            keep(&mut tx, id, token, now, now + i64::from(new.days) * DAY).await?;
            tx.commit().await
        })
        .await?;
        Ok(key)
    }

    /// Gives a client another key. Those that it has end after some hours, or earlier as they would have.
    pub async fn rotate_client(&self, name: &str, hours: u32, days: u32) -> Result<String> {
        let now = self.now();
        let (key, token) = made_key()?;
        let token = &token;
        again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            let id = held(&mut tx, name, " AND revoked_ms IS NULL").await?;
            let mut sql = Sql::new(self.db.dialect());
            let last = now + i64::from(hours) * 3_600_000;
            sql.called(KEY, None)
                .push("UPDATE Api_Key SET expires_ms = ")
                .int(last)
                .push(" WHERE client_id = ")
                .int(id);
            sql.push(" AND expires_ms > ").int(last);
            tx.execute(sql).await?;
            keep(&mut tx, id, token, now, now + i64::from(days) * DAY).await?;
            tx.commit().await
        })
        .await?;
        Ok(key)
    }

    /// Revokes a client: none of its keys holds any more, and it gets no other.
    pub async fn revoke_client(&self, name: &str) -> Result<()> {
        let now = self.now();
        again(|| async {
            let mut tx = Tx::begin(&self.db).await?;
            let id = held(&mut tx, name, "").await?;
            let mut sql = Sql::new(self.db.dialect());
            sql.called(NAME, Some(1)).push("UPDATE Api_Client SET revoked_ms = COALESCE(revoked_ms, ").int(now);
            sql.push(") WHERE client_id = ").int(id);
            tx.execute(sql).await?;
            tx.commit().await
        })
        .await
    }

    /// Every client, by its name.
    pub async fn clients(&self) -> Result<Vec<Managed>> {
        let mut sql = Sql::new(self.db.dialect());
        sql.called(NAME, None).push("SELECT c.client_id, ");
        push_list(&mut sql, ", c.is_demo, c.revoked_ms");
        sql.push(" FROM Api_Client c JOIN Partner p ON p.partner_id = c.partner_id ORDER BY c.name");
        let mut all = Vec::new();
        for (_, row) in self.db.texts(&sql).await? {
            let (client, rest) = of_list(&row.ok_or_else(unreadable)?)?;
            let [is_demo, revoked] = <[_; 2]>::try_from(rest).map_err(|_short| unreadable())?;
            let revoked_ms = revoked.map(|ms| ms.parse().map_err(|_none| unreadable())).transpose()?;
            all.push(Managed { client, is_demo: is_demo.as_deref() == Some("1"), revoked_ms, keys: Vec::new() });
        }
        let mut sql = Sql::new(self.db.dialect());
        sql.called(KEY, None).push("SELECT k.client_id, ").push(list(self.db.dialect()));
        sql.push("k.begins, k.created_ms, k.expires_ms, k.last_used_ms) FROM Api_Key k ORDER BY k.key_id");
        for (client, row) in self.db.texts(&sql).await? {
            let cells = change::of_list(&row.ok_or_else(unreadable)?)?;
            let [Some(begins), Some(created), Some(expires), used] =
                <[_; 4]>::try_from(cells).map_err(|_short| unreadable())?
            else {
                return Err(unreadable());
            };
            let ms = |text: String| text.parse().map_err(|_none| unreadable());
            let (created_ms, expires_ms, last_used_ms) = (ms(created)?, ms(expires)?, used.map(ms).transpose()?);
            if let Some(of) = all.iter_mut().find(|of| of.client.id == client) {
                of.keys.push(Kept { begins, created_ms, expires_ms, last_used_ms });
            }
        }
        Ok(all)
    }

    /// A key of the demo's client, for a day; the ones before end. None where the demo has no client.
    pub(super) async fn demo_key(&self) -> Result<Option<String>> {
        let of_demo = self.clients().await?.into_iter().find(|of| of.is_demo && of.revoked_ms.is_none());
        let Some(of_demo) = of_demo else { return Ok(None) };
        self.rotate_client(&of_demo.client.name, 0, 1).await.map(Some)
    }
}

/// Removes some keys that have ended; says how many. A client's latest key stays, so that it can be seen when it ended.
pub(super) async fn forget(db: &Db, now: i64) -> Result<usize> {
    let mut sql = Sql::new(db.dialect());
    sql.called(KEY, None).push("SELECT k.key_id, 0 FROM Api_Key k WHERE k.expires_ms <= ").int(now);
    sql.push(" AND EXISTS (SELECT 1 FROM Api_Key l WHERE l.client_id = k.client_id AND l.key_id > k.key_id)");
    sql.push(" ORDER BY k.expires_ms LIMIT 100");
    let over: Vec<i32> = db.numbers(&sql).await?.into_iter().map(|(key, _)| key).collect();
    if over.is_empty() {
        return Ok(0);
    }
    again(|| async {
        let mut tx = Tx::begin_read_committed(db).await?;
        let mut sql = Sql::new(db.dialect());
        sql.called(KEY, Some(over.len())).push("DELETE FROM Api_Key WHERE key_id IN (SELECT k.id FROM ");
        sql.keys(&over).push(")");
        let gone = tx.execute(sql).await?;
        tx.commit().await?;
        Ok(gone)
    })
    .await
}

/// The key of a client, which nobody else changes until the transaction ends.
async fn held(tx: &mut Tx, name: &str, and: &'static str) -> Result<i64> {
    let lock = match tx.dialect() {
        Dialect::MariaDb => " FOR UPDATE",
        Dialect::Sqlite => "",
    };
    let mut sql = Sql::new(tx.dialect());
    sql.called(NAME, Some(1)).push("SELECT client_id, 0 FROM Api_Client WHERE name = ").text(name).push(and).push(lock);
    let found = tx.numbers(sql).await?.first().map(|(key, _)| i64::from(*key));
    found.ok_or_else(|| {
        Error::BadInput(format!(
            "there is no client of this name{}: `medimax client list` has all",
            if and.is_empty() { "" } else { " that is not revoked" }
        ))
    })
}

/// Keeps a client's next key.
async fn keep(tx: &mut Tx, client: i64, (begins, digest): &(String, String), now: i64, expires: i64) -> Result<()> {
    let mut sql = Sql::new(tx.dialect());
    sql.called(KEY, None).push("INSERT INTO Api_Key (client_id, begins, digest, created_ms, expires_ms) VALUES (");
    sql.int(client)
        .push(", ")
        .text(begins)
        .push(", ")
        .text(digest)
        .push(", ")
        .int(now)
        .push(", ")
        .int(expires)
        .push(")");
    tx.execute(sql).await?;
    Ok(())
}

/// A new key; how it begins, and its digest.
fn made_key() -> Result<(String, (String, String))> {
    let random: [u8; 32] = password::random()?;
    let random = URL_SAFE_NO_PAD.encode(random);
    let (digest, key) = (digest(&random), format!("{PREFIX}{random}"));
    let begins = key.chars().take(KEPT).collect();
    Ok((key, (begins, digest)))
}

fn digest(random: &str) -> String {
    format!("{:x}", Sha256::digest(random))
}

fn list(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::MariaDb => "JSON_ARRAY(",
        Dialect::Sqlite => "json_array(",
    }
}

/// Adds a client `c` of a partner `p` to what is selected, as a list, with more columns behind it.
fn push_list(sql: &mut Sql, more: &'static str) {
    sql.push(list(sql.dialect()))
        .push("c.client_id, c.name, c.partner_id, p.name, c.purpose, c.read_types, c.requests_per_minute");
    sql.push(more).push(")");
}

/// A client that was selected so, and the columns behind it.
fn of_list(list: &str) -> Result<(Client, Vec<Option<String>>)> {
    let mut cells = change::of_list(list)?.into_iter();
    let mut next = || cells.next().flatten();
    let (id, name, partner, partner_name) = (next(), next(), next(), next());
    let (purpose, reads, most) = (next(), next(), next());
    let key = |cell: Option<String>| cell.and_then(|cell| cell.parse().ok()).ok_or_else(unreadable);
    let client = Client {
        id: key(id)?,
        name: name.ok_or_else(unreadable)?,
        partner: key(partner)?,
        partner_name: partner_name.ok_or_else(unreadable)?,
        purpose: purpose.as_deref().and_then(Purpose::of_stored).ok_or_else(unreadable)?,
        reads: reads.ok_or_else(unreadable)?.split(',').map(str::to_owned).collect(),
        per_minute: most.map(|most| most.parse().map_err(|_none| unreadable())).transpose()?,
    };
    Ok((client, cells.collect()))
}

fn unreadable() -> Error {
    Error::Internal("a stored client cannot be read".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_fills_up_in_a_minute_and_no_higher() {
        let all = Counts::default();
        let took = |now| (0..100).filter(|_| all.take(1, 30, now)).count();
        assert_eq!(took(0), 30);
        assert_eq!(took(1_999), 0, "the next comes after two seconds");
        assert_eq!(took(4_000), 2, "what had come at 1,999 is not lost");
        assert_eq!(took(6_000), 1);
        assert_eq!(took(600_000), 30, "ten minutes bring no more than one");
        // A clock that is set back takes nothing away for good.
        assert_eq!((took(0), took(60_000)), (0, 30));
        assert!(all.take(2, 1, 0), "another client has its own");
        // However often one asks in vain, the next request comes after its time.
        let polled = (0..=60_000).step_by(119).filter(|now| all.take(2, 1, *now)).count();
        assert_eq!((polled, all.take(2, 1, 60_000)), (0, true));
    }

    #[test]
    fn what_the_log_has_of_a_client_is_read_again() {
        let (name, partner_name, purpose) = ("lab-7".to_owned(), "A (B) of C".to_owned(), Purpose::SecondOpinion);
        let client = Client { id: 1, name, partner: 1, partner_name, purpose, reads: Vec::new(), per_minute: None };
        assert_eq!(looked(&client.entered()), Some(("lab-7 of A (B) of C".into(), Purpose::SecondOpinion)));
        assert_eq!(looked("Dr. Ann (cardiology)"), None);
    }

    #[test]
    fn keys_are_never_the_same_and_their_digest_is_not_the_key() {
        let [(one, (begins, digest)), (other, _)] = [made_key().unwrap(), made_key().unwrap()];
        assert_ne!(one, other);
        assert!(one.starts_with(&begins) && begins.len() == KEPT && one.len() == 47, "{begins}");
        assert!(!digest.contains(&one) && digest == super::digest(one.strip_prefix(PREFIX).unwrap()));
    }
}
