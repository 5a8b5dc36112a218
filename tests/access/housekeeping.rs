//! What is over is removed; what is in no backup comes back with none.

use super::{DAY, PASSWORD, WRONG, first, log_in, number, unknown, with_admin};
use crate::support::{
    Backend, Store, empty, on_both, options,
    process::{medimax, run},
    scratch, unique,
};
use medimax::{access::Standing, db};

on_both!(sessions_whose_time_is_over_are_removed_with_their_tokens, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    let old = log_in(&access).await;
    access.refresh(&old.refresh).await.unwrap();
    time.pass(29 * DAY);
    let new = log_in(&access).await;
    access.forget().await.unwrap();
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Refresh_Token").await, 3);
    time.pass(DAY);
    assert_eq!(access.forget().await.unwrap(), 1);
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Account_Session").await, 1);
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Refresh_Token").await, 1);
    access.refresh(&new.refresh).await.unwrap();
    let rows = (0..250).map(|_| "(1, 1, 1)").collect::<Vec<_>>().join(",");
    store.sql(&format!("INSERT INTO Account_Session (account_id, created_ms, expires_ms) VALUES {rows}")).await;
    let mut all = Vec::new();
    while let 1.. = all.last().copied().unwrap_or(1) {
        all.push(access.forget().await.unwrap());
    }
    assert_eq!(all, [100, 100, 50, 0], "some at a time");
});

on_both!(a_restored_database_has_the_accounts_and_no_session, 2, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    let tokens = log_in(&access).await;
    unknown(access.log_in("nobody@example.org", WRONG, None).await);
    let doctor = first(&store, "Doctor", "doctor_id").await;
    access.add("doctor@example.org", Some("Dr Short"), Standing::Clinician(doctor), PASSWORD).await.unwrap();
    access.lock("doctor@example.org").await.unwrap();
    for table in ["Account_Session", "Refresh_Token", "Signing_Key", "Login_Failure"] {
        assert!(number(&store, &format!("SELECT COUNT(*) FROM {table}")).await > 0, "{table}");
    }
    let file = scratch(&unique("accounts"));
    let file = file.to_str().unwrap();
    let backup = run(&mut medimax(&["backup", file, "--database-url", &store.url]));
    assert_eq!(backup.code, Some(0), "{backup:?}");
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let url = empty(backend).await;
        let restore = run(&mut medimax(&["restore", file, "--database-url", &url]));
        assert_eq!(restore.code, Some(0), "{restore:?}");
        let restored = Store { db: db::open(&options(&url)).await.unwrap(), url, backend, graph: store.graph.clone() };
        for table in ["Account_Session", "Refresh_Token", "Signing_Key", "Login_Failure"] {
            assert_eq!(number(&restored, &format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
        }
        let there = time.access(&restored);
        assert_eq!(there.accounts().await.unwrap(), access.accounts().await.unwrap());
        log_in(&there).await;
        unknown(there.caller(&tokens.access).await);
        unknown(there.refresh(&tokens.refresh).await);
        unknown(there.log_in("doctor@example.org", PASSWORD, None).await);
    }
    std::fs::remove_file(file).unwrap();
});
