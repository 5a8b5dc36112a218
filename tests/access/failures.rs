//! Log-ins that fail make the next ones wait, whichever gateway they come to.

use super::{DAY, MINUTE, PASSWORD, SECOND, WRONG, log_in, number, unknown, waits, with_admin};
use crate::support::{Store, on_both};
use futures_util::future::join_all;
use medimax::error::Error;
use std::net::IpAddr;

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

on_both!(from_the_fifth_failure_an_e_mail_address_waits_longer_and_longer, async |store: Store| {
    let (one, time, _) = with_admin(&store).await;
    let two = time.access(&store);
    for email in ["admin@example.org", "nobody@example.org"] {
        for gateway in [&one, &two, &one, &two, &one] {
            unknown(gateway.log_in(email, WRONG, None).await);
        }
        for seconds in [1, 2, 4, 8] {
            for gateway in [&one, &two] {
                assert_eq!(waits(gateway.log_in(email, PASSWORD, None).await), seconds, "{email}");
            }
            time.pass(seconds as i64 * SECOND - 1);
            assert_eq!(waits(two.log_in(email, PASSWORD, None).await), 1, "the right password is not looked at");
            time.pass(1);
            unknown(two.log_in(&email.to_uppercase(), WRONG, None).await);
        }
        assert_eq!(waits(one.log_in(email, WRONG, None).await), 16);
    }
    // It is never longer than a quarter of an hour.
    for _ in 0..12 {
        time.pass(15 * MINUTE);
        unknown(one.log_in("admin@example.org", WRONG, None).await);
    }
    assert_eq!(waits(one.log_in("admin@example.org", PASSWORD, None).await), 900);
    time.pass(15 * MINUTE);
    one.log_in("admin@example.org", PASSWORD, None).await.unwrap();
    // A success begins anew.
    for _ in 0..5 {
        unknown(one.log_in("admin@example.org", WRONG, None).await);
    }
    assert_eq!(waits(one.log_in("admin@example.org", PASSWORD, None).await), 1);
});

on_both!(many_at_once_get_no_more_looks_than_one_after_the_other, async |store: Store| {
    let (one, time, _) = with_admin(&store).await;
    let two = time.access(&store);
    let all = join_all((0..40).map(|at| {
        let gateway = if at % 2 == 0 { &one } else { &two };
        gateway.log_in("admin@example.org", WRONG, None)
    }))
    .await;
    let looked = all.iter().filter(|ended| matches!(ended, Err(Error::Unauthenticated(_)))).count();
    assert_eq!(looked, 5, "{all:?}");
    assert!(all.iter().all(|ended| matches!(ended, Err(Error::Unauthenticated(_) | Error::TooManyAttempts(_)))));
});

on_both!(from_the_twentieth_failure_an_address_waits, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    let from = address("2001:db8:1:2::1");
    for at in 0..20 {
        unknown(access.log_in(&format!("nobody{at}@example.org"), WRONG, from).await);
    }
    // The whole network of an IPv6 address waits, and no other.
    assert_eq!(waits(access.log_in("admin@example.org", PASSWORD, address("2001:db8:1:2:ffff::2")).await), 1);
    access.log_in("admin@example.org", PASSWORD, address("2001:db8:1:3::1")).await.unwrap();
    access.log_in("admin@example.org", PASSWORD, address("192.0.2.1")).await.unwrap();
    access.log_in("admin@example.org", PASSWORD, None).await.unwrap();
    time.pass(SECOND);
    // A success takes back its own count alone.
    access.log_in("admin@example.org", PASSWORD, from).await.unwrap();
    unknown(access.log_in("nobody@example.org", WRONG, from).await);
    assert_eq!(waits(access.log_in("nobody@example.org", WRONG, from).await), 2);
    let all = join_all((0..40).map(|at| {
        let email = format!("somebody{at}@example.org");
        let access = &access;
        async move { access.log_in(&email, WRONG, address("192.0.2.7")).await }
    }))
    .await;
    assert_eq!(all.iter().filter(|ended| matches!(ended, Err(Error::Unauthenticated(_)))).count(), 20, "{all:?}");
});

on_both!(a_current_password_that_is_wrong_counts, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    let tokens = log_in(&access).await;
    for _ in 0..5 {
        unknown(access.change_password(&tokens.principal, WRONG, "another good one", None).await);
    }
    assert_eq!(waits(access.change_password(&tokens.principal, PASSWORD, "another good one", None).await), 1);
    assert_eq!(waits(access.log_in("admin@example.org", PASSWORD, None).await), 1);
    time.pass(SECOND);
    access.change_password(&tokens.principal, PASSWORD, "another good one", None).await.unwrap();
});

on_both!(what_an_operator_mends_waits_no_more, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let fail = async || {
        for _ in 0..5 {
            unknown(access.log_in("admin@example.org", WRONG, None).await);
        }
        assert_eq!(waits(access.log_in("admin@example.org", PASSWORD, None).await), 1);
    };
    fail().await;
    access.set_password("admin@example.org", "another good one").await.unwrap();
    access.log_in("admin@example.org", "another good one", None).await.unwrap();
    fail().await;
    access.unlock("admin@example.org").await.unwrap();
    access.log_in("admin@example.org", "another good one", None).await.unwrap();
});

on_both!(the_table_of_failures_names_nobody_and_does_not_grow_for_ever, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    for email in ["admin@example.org", "nobody@example.org"] {
        unknown(access.log_in(email, WRONG, address("192.0.2.1")).await);
    }
    let mut sql = medimax::db::Sql::new(store.db.dialect());
    sql.push("SELECT failures, subject FROM Login_Failure ORDER BY failures DESC");
    let rows = store.db.texts(&sql).await.unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].0, 2, "of the network address");
    for (_, subject) in rows {
        let subject = subject.unwrap();
        assert!(subject.len() == 64 && subject.bytes().all(|byte| byte.is_ascii_hexdigit()), "{subject}");
        // Nor is it a digest that anybody could make of an address.
        for known in ["admin@example.org", "email admin@example.org", "192.0.2.1", "address 192.0.2.1"] {
            use sha2::Digest;
            assert_ne!(subject, format!("{:x}", sha2::Sha256::digest(known)));
        }
    }
    access.forget().await.unwrap();
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Login_Failure").await, 3);
    time.pass(DAY + 1);
    let rows = (0..1_500).map(|at| format!("('{at:064x}', 1, 0, 0)")).collect::<Vec<_>>().join(",");
    store.sql(&format!("INSERT INTO Login_Failure (subject, failures, waits_ms, last_ms) VALUES {rows}")).await;
    assert_eq!(access.forget().await.unwrap(), 1_000, "some at a time");
    assert_eq!(access.forget().await.unwrap(), 503);
    assert_eq!(access.forget().await.unwrap(), 0);
    // Failures of more than a day ago do not count, removed or not.
    for _ in 0..4 {
        unknown(access.log_in("admin@example.org", WRONG, None).await);
    }
    time.pass(DAY + 1);
    for _ in 0..5 {
        unknown(access.log_in("admin@example.org", WRONG, None).await);
    }
});
