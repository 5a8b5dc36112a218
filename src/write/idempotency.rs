//! Idempotency keys: a mutation that is sent again under the key of one that was done is answered with what was done, and not done
//! again. A key is taken in the mutation's own transaction, and kept with its outcome for some hours.

use super::payload::Outcome;
use crate::{
    db::{Db, Dialect, Sql, Tx},
    error::{Error, Result},
    feed::Feed,
    graphql::context::Cx,
};

/// What statements about idempotency keys are called.
const KEYS: &str = "Idempotency_Key";

/// Takes the key for this request; or what was done under it, if it was taken by the same.
pub(super) async fn claim(
    tx: &mut Tx,
    cx: &Cx,
    key: &str,
    (mutation, digest): (&str, &str),
) -> Result<Option<Outcome>> {
    let mut sql = Sql::new(tx.dialect());
    sql.called(KEYS, None);
    // Who holds the same key in an open transaction is waited for.
    sql.push(match tx.dialect() {
        Dialect::MariaDb => "INSERT IGNORE INTO ",
        Dialect::Sqlite => "INSERT OR IGNORE INTO ",
    });
    sql.push("Idempotency_Key (idempotency_key, mutation, digest, expires_ms) VALUES (").text(key);
    sql.push(", ").text(mutation).push(", ").text(digest).push(", ");
    sql.push(Feed::new(cx.db.clone()).now()).push(" + ").int(cx.limits.idempotency_ms()).push(")");
    if tx.execute(sql).await? == 1 {
        return Ok(None);
    }
    let mut sql = Sql::new(tx.dialect());
    sql.called(KEYS, None).push("SELECT CASE WHEN digest = ").text(digest).push(" THEN 1 ELSE 0 END, outcome");
    sql.push(" FROM Idempotency_Key WHERE idempotency_key = ").text(key);
    match tx.conn().texts(sql).await?.into_iter().next() {
        Some((1, Some(outcome))) => {
            let outcome: Outcome = serde_json::from_str(&outcome)
                .map_err(|error| Error::Internal(format!("a kept outcome cannot be read: {error}")))?;
            Ok(Some(Outcome { replayed: true, ..outcome }))
        }
        Some((0, _)) => Err(Error::KeyTaken),
        // It ran out between the two statements; who asks again finds it free.
        _ => Err(Error::Unavailable("an idempotency key ran out while it was read".into())),
    }
}

/// Keeps what was done with the key that was taken for it.
pub(super) async fn keep(tx: &mut Tx, key: &str, outcome: &Outcome) -> Result<()> {
    let mut sql = Sql::new(tx.dialect());
    let kept = serde_json::to_string(outcome).map_err(|error| Error::Internal(error.to_string()))?;
    sql.called(KEYS, None).push("UPDATE Idempotency_Key SET outcome = ").text(kept);
    sql.push(" WHERE idempotency_key = ").text(key);
    tx.execute(sql).await?;
    Ok(())
}

/// Forgets idempotency keys whose time is over, some at a time; says how many.
pub async fn forget_keys(db: &Db) -> Result<usize> {
    let mut sql = Sql::new(db.dialect());
    sql.push("SELECT key_id, 0 FROM Idempotency_Key WHERE expires_ms < ").push(Feed::new(db.clone()).now());
    sql.push(" ORDER BY expires_ms LIMIT 1000");
    let over: Vec<i32> = db.numbers(&sql).await?.into_iter().map(|(key, _)| key).collect();
    if over.is_empty() {
        return Ok(0);
    }
    let mut tx = Tx::begin(db).await?;
    let mut sql = Sql::new(db.dialect());
    sql.push("DELETE FROM Idempotency_Key WHERE key_id IN (SELECT k.id FROM ").keys(&over).push(")");
    let gone = tx.execute(sql).await?;
    tx.commit().await?;
    Ok(gone)
}
