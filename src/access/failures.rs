//! Log-ins that failed: counted by e-mail address and by network address, for all gateways of a database.
//!
//! From the fifth failure in a row of an e-mail address, and the twentieth of a network address, the next try waits: a second, then twice as
//! long after each failure, up to [`LONGEST`]. A try that comes before is refused without a look at the password. E-mail addresses that no
//! account has are counted alike, so that a refusal tells nobody which ones have.
//!
//! **Invariant:** a try is counted before its password is looked at, and taken back when it was right: of many at once, no more get a look than
//! one after the other would.

use super::{DAY, keys::Keys};
use crate::{
    db::{Db, Dialect, Sql, Tx, again},
    error::{Error, Result},
};
use ring::hmac;
use std::net::IpAddr;

/// What statements about failures are called.
const NAME: &str = "Login_Failure";
/// The failure from which on an e-mail address waits, and a network address, which many people may share.
const OF_EMAIL: i64 = 5;
const OF_ADDRESS: i64 = 20;
/// The longest wait.
const LONGEST: i64 = 15 * 60_000;
/// How many rows are removed at a time.
const AT_ONCE: i64 = 1_000;

/// A try that is counted: for whom, as they stand in the table.
pub(super) struct Counted {
    email: String,
    address: Option<String>,
}

/// How long the next try waits after so many failures in a row.
fn wait(failures: i64, free: i64) -> i64 {
    match failures - free {
        ..0 => 0,
        // 2 ^ 10 s is more than the longest.
        beyond => (1_000 << beyond.min(10)).min(LONGEST),
    }
}

/// A network address as it is counted: of IPv6 the network, whose owner has all addresses in it.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
    }
}

impl Counted {
    async fn of(db: &Db, keys: &Keys, now: i64, email: &str, from: Option<IpAddr>) -> Result<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &keys.digests(db, now).await?);
        let subject = |what: &str| -> String {
            hmac::sign(&key, what.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
        };
        Ok(Counted {
            email: subject(&format!("email {email}")),
            address: from.map(|address| subject(&format!("address {}", network(address)))),
        })
    }
}

/// Counts a try to log in, before its password is looked at; or the seconds to wait, where it comes too early.
pub(super) async fn count(db: &Db, keys: &Keys, now: i64, email: &str, from: Option<IpAddr>) -> Result<Counted> {
    let counted = Counted::of(db, keys, now, email, from).await?;
    let early = again(|| async {
        let mut tx = Tx::begin_read_committed(db).await?;
        // In one order in every transaction, so that no two wait for each other.
        let mut early = bump(&mut tx, now, &counted.email, OF_EMAIL).await?;
        if let Some(address) = &counted.address {
            early = early.max(bump(&mut tx, now, address, OF_ADDRESS).await?);
        }
        match early {
            0 => tx.commit().await?,
            _ => tx.rollback().await,
        }
        Ok(early)
    });
    match early.await? {
        0 => Ok(counted),
        ms => Err(Error::TooManyAttempts(u64::try_from(ms).unwrap_or_default().div_ceil(1_000))),
    }
}

/// Counts one more failure of a subject; says for how many milliseconds it has to wait yet.
async fn bump(tx: &mut Tx, now: i64, subject: &str, free: i64) -> Result<i64> {
    let mut sql = Sql::new(tx.dialect());
    sql.called(NAME, None).push("INSERT INTO Login_Failure (subject, failures, waits_ms, last_ms) VALUES (");
    sql.text(subject).push(", 0, 0, ").int(now).push(match tx.dialect() {
        // This locks the row that is there, as no INSERT that ignores it would.
        Dialect::MariaDb => ") ON DUPLICATE KEY UPDATE failures = failures",
        Dialect::Sqlite => ") ON CONFLICT (subject) DO NOTHING",
    });
    tx.execute(sql).await?;
    let mut sql = Sql::new(tx.dialect());
    // What is older than a day is over, whether or not it was removed yet.
    sql.called(NAME, None)
        .push("SELECT CASE WHEN last_ms < ")
        .int(now - DAY)
        .push(" THEN 0 ELSE failures END, waits_ms");
    sql.push(" FROM Login_Failure WHERE subject = ").text(subject);
    let found = tx.numbers(sql).await?;
    let (failures, waits) = found.first().copied().unwrap_or_default();
    if waits > now {
        return Ok(waits - now);
    }
    let failures = i64::from(failures) + 1;
    let mut sql = Sql::new(tx.dialect());
    sql.called(NAME, None).push("UPDATE Login_Failure SET failures = ").int(failures);
    sql.push(", waits_ms = ").int(now + wait(failures, free)).push(", last_ms = ").int(now);
    sql.push(" WHERE subject = ").text(subject);
    tx.execute(sql).await?;
    Ok(0)
}

/// Takes a counted try back, whose password was right: the e-mail address begins anew, the network address has one failure less.
pub(super) async fn take_back(db: &Db, counted: &Counted) -> Result<()> {
    again(|| async {
        let mut tx = Tx::begin_read_committed(db).await?;
        let mut sql = Sql::new(db.dialect());
        sql.called(NAME, None).push("DELETE FROM Login_Failure WHERE subject = ").text(&counted.email);
        tx.execute(sql).await?;
        if let Some(address) = &counted.address {
            let mut sql = Sql::new(db.dialect());
            // Whoever failed from here before waited before this try.
            sql.called(NAME, None).push("UPDATE Login_Failure SET failures = failures - 1, waits_ms = 0");
            sql.push(" WHERE failures > 0 AND subject = ").text(address);
            tx.execute(sql).await?;
        }
        tx.commit().await
    })
    .await
}

/// Forgets the failures of an e-mail address.
pub(super) async fn forgive(db: &Db, keys: &Keys, now: i64, email: &str) -> Result<()> {
    take_back(db, &Counted::of(db, keys, now, email, None).await?).await
}

/// Forgets some failures that are over; says how many.
pub(super) async fn forget(db: &Db, now: i64) -> Result<usize> {
    again(|| async {
        let mut tx = Tx::begin_read_committed(db).await?;
        let mut sql = Sql::new(db.dialect());
        sql.called(NAME, None);
        match db.dialect() {
            Dialect::MariaDb => sql.push("DELETE FROM Login_Failure WHERE last_ms < ").int(now - DAY),
            Dialect::Sqlite => sql
                .push("DELETE FROM Login_Failure WHERE subject IN (SELECT subject FROM Login_Failure WHERE last_ms < ")
                .int(now - DAY),
        };
        sql.push(" ORDER BY last_ms LIMIT ").int(AT_ONCE);
        if db.dialect() == Dialect::Sqlite {
            sql.push(")");
        }
        let gone = tx.execute(sql).await?;
        tx.commit().await?;
        Ok(gone)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_begin_at_a_second_double_and_end_at_a_quarter_of_an_hour() {
        let waits = |free| (1..=40).map(|failures| wait(failures, free) / 1_000).collect::<Vec<_>>();
        assert_eq!(waits(OF_EMAIL)[..16], [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(waits(OF_ADDRESS)[18..22], [0, 1, 2, 4]);
        assert_eq!(wait(i64::from(i32::MAX), OF_EMAIL), LONGEST);
    }

    #[test]
    fn addresses_are_counted_by_their_network() {
        let of = |address: &str| network(address.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
