//! The keys that the gateways of a database share: those that sign tokens, and the one of the digests of who failed to log in.
//!
//! They stand in the database, so that each gateway takes the tokens of the others. A signing key signs for [`ROTATION`]; whichever gateway
//! needs the next one makes it. Of two that are made at once the one with the higher key goes on signing. An old one checks tokens as long as
//! one of its tokens may live.

use super::{
    DAY,
    token::{ES256, Key},
};
use crate::{
    db::{Db, Dialect, Sql, Tx, again},
    error::{Error, Result},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::sync::Mutex;

/// What statements about keys are called.
const NAME: &str = "Signing_Key";
/// For how long a key signs.
const ROTATION: i64 = 30 * DAY;
/// How long a key that no longer signs is kept: as long as a token may live, with an hour for gateways that read keys a little later.
const KEPT: i64 = super::LONGEST + 3_600_000;
/// After how long keys are read again.
const FRESH: i64 = 60_000;
/// How often keys are read for a token whose key is not known.
const UNKNOWN: i64 = 1_000;

/// The name and the algorithm of the key of digests.
const DIGESTS: &str = "login-failures";
const HMAC: &str = "HS256";

/// The keys as they were read last.
#[derive(Default)]
pub(super) struct Keys {
    read: RwLock<Arc<Read>>,
    /// One reads at a time.
    reading: Mutex<()>,
}

#[derive(Default)]
struct Read {
    /// When they were read; none if never.
    at: Option<i64>,
    /// When they were last read because a key was not known.
    sought: Option<i64>,
    keys: BTreeMap<String, Arc<Key>>,
    /// The one that signs, and when it was made.
    signing: Option<(Arc<Key>, i64)>,
    digests: Option<Vec<u8>>,
}

impl Read {
    fn is_fresh(&self, now: i64) -> bool {
        self.at.is_some_and(|at| (now - at).abs() < FRESH)
    }

    /// What is known of a key of this name without asking again.
    fn settled(&self, kid: &str, now: i64) -> Option<Option<Arc<Key>>> {
        let found = self.keys.get(kid).cloned();
        let was_sought = self.sought.is_some_and(|sought| (now - sought).abs() < UNKNOWN);
        (self.is_fresh(now) && (found.is_some() || was_sought)).then_some(found)
    }

    fn signs(&self, now: i64) -> Option<Arc<Key>> {
        let (key, made) = self.signing.as_ref()?;
        (now < made + ROTATION).then(|| key.clone())
    }
}

impl Keys {
    /// The key that signs now; made, where there is none or its time is over.
    pub(super) async fn signing(&self, db: &Db, now: i64) -> Result<Arc<Key>> {
        let at_hand = || {
            let known = self.known();
            known.signs(now).filter(|_| known.is_fresh(now))
        };
        if let Some(key) = at_hand() {
            return Ok(key);
        }
        let _one = self.reading.lock().await;
        if let Some(key) = at_hand() {
            return Ok(key);
        }
        if let Some(key) = self.reread(db, now, None).await?.signs(now) {
            return Ok(key);
        }
        add(db, &Key::generate()?, now).await?;
        let key = self.reread(db, now, None).await?.signs(now);
        key.ok_or_else(|| Error::Internal("a signing key was made and is not there".into()))
    }

    /// The key of this name, if there is one.
    pub(super) async fn find(&self, db: &Db, kid: &str, now: i64) -> Result<Option<Arc<Key>>> {
        if let Some(settled) = self.known().settled(kid, now) {
            return Ok(settled);
        }
        let _one = self.reading.lock().await;
        let known = self.known();
        // Who was first has read them meanwhile.
        if let Some(settled) = known.settled(kid, now) {
            return Ok(settled);
        }
        let sought = if known.keys.contains_key(kid) { None } else { Some(now) };
        Ok(self.reread(db, now, sought).await?.keys.get(kid).cloned())
    }

    /// Every key that checks tokens.
    pub(super) async fn all(&self, db: &Db, now: i64) -> Result<Vec<Arc<Key>>> {
        self.signing(db, now).await?;
        Ok(self.known().keys.values().cloned().collect())
    }

    /// The key of digests; made, where there is none.
    pub(super) async fn digests(&self, db: &Db, now: i64) -> Result<Vec<u8>> {
        if let Some(key) = &self.known().digests {
            return Ok(key.clone());
        }
        let _one = self.reading.lock().await;
        if let Some(key) = &self.reread(db, now, None).await?.digests {
            return Ok(key.clone());
        }
        let random: [u8; 32] = super::password::random()?;
        insert(db, DIGESTS, HMAC, &URL_SAFE_NO_PAD.encode(random), now).await?;
        let key = self.reread(db, now, None).await?.digests.clone();
        key.ok_or_else(|| Error::Internal("a key of digests was made and is not there".into()))
    }

    fn known(&self) -> Arc<Read> {
        self.read.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn reread(&self, db: &Db, now: i64, sought: Option<i64>) -> Result<Arc<Read>> {
        let mut sql = Sql::new(db.dialect());
        sql.called(NAME, None);
        sql.push("SELECT key_id, CONCAT_WS(' ', algorithm, created_ms, CASE WHEN retired_ms IS NULL THEN 1 ELSE 0 END, secret)");
        sql.push(" FROM Signing_Key ORDER BY key_id");
        let mut read = Read { at: Some(now), sought: sought.or(self.known().sought), ..Read::default() };
        for (_, row) in db.texts(&sql).await? {
            let row = row.unwrap_or_default();
            let broken = || Error::Internal("a stored signing key cannot be read".into());
            let [algorithm, created, signs, secret] = row.split(' ').collect::<Vec<_>>()[..] else {
                return Err(broken());
            };
            match algorithm {
                HMAC => read.digests = Some(URL_SAFE_NO_PAD.decode(secret).map_err(|_not_base64| broken())?),
                ES256 => {
                    // Reading one computes its public half, which is why those that are known stay.
                    let known = self.known();
                    let same = known.keys.values().find(|key| key.is_stored_as(secret)).cloned();
                    let key = match same {
                        Some(key) => key,
                        None => Arc::new(Key::read(secret)?),
                    };
                    if signs == "1" {
                        read.signing = Some((key.clone(), created.parse().map_err(|_no_number| broken())?));
                    }
                    read.keys.insert(key.kid.clone(), key);
                }
                // Of a newer gateway.
                _ => {}
            }
        }
        let read = Arc::new(read);
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = read.clone();
        Ok(read)
    }
}

/// Stores a new signing key; all but the last sign no more. A key may be stored after one that has a higher number.
async fn add(db: &Db, secret: &str, now: i64) -> Result<()> {
    let kid = Key::read(secret)?.kid;
    insert(db, &kid, ES256, secret, now).await?;
    again(|| async {
        let mut tx = Tx::begin_read_committed(db).await?;
        let mut sql = Sql::new(db.dialect());
        sql.called(NAME, None)
            .push("SELECT COALESCE(MAX(key_id), 0), 0 FROM Signing_Key WHERE algorithm = ")
            .text(ES256);
        let last = tx.numbers(sql).await?.first().map_or(0, |(key, _)| *key);
        let mut sql = Sql::new(db.dialect());
        sql.called(NAME, None).push("UPDATE Signing_Key SET retired_ms = ").int(now);
        sql.push(" WHERE retired_ms IS NULL AND algorithm = ").text(ES256).push(" AND key_id < ").int(last.into());
        tx.execute(sql).await?;
        tx.commit().await
    })
    .await
}

async fn insert(db: &Db, kid: &str, algorithm: &str, secret: &str, now: i64) -> Result<()> {
    again(|| async {
        let mut tx = Tx::begin_read_committed(db).await?;
        let mut sql = Sql::new(db.dialect());
        sql.called(NAME, None).push(match db.dialect() {
            Dialect::MariaDb => "INSERT IGNORE INTO ",
            Dialect::Sqlite => "INSERT OR IGNORE INTO ",
        });
        sql.push("Signing_Key (kid, algorithm, secret, created_ms) VALUES (").text(kid).push(", ").text(algorithm);
        sql.push(", ").text(secret).push(", ").int(now).push(")");
        tx.execute(sql).await?;
        tx.commit().await
    })
    .await
}

/// Forgets keys none of whose tokens lives; says how many.
pub(super) async fn forget(db: &Db, now: i64) -> Result<usize> {
    again(|| async {
        let mut tx = Tx::begin_read_committed(db).await?;
        let mut sql = Sql::new(db.dialect());
        sql.called(NAME, None).push("DELETE FROM Signing_Key WHERE retired_ms < ").int(now - KEPT);
        let gone = tx.execute(sql).await?;
        tx.commit().await?;
        Ok(gone)
    })
    .await
}
