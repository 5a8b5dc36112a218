//! Adding, changing and removing accounts.

use super::{PASSWORD, first, number, unknown, with_admin};
use crate::support::{Store, on_both};
use futures_util::future::join_all;
use medimax::{
    access::{Access, Role, Standing},
    error::{Code, Error},
};

fn told<T: std::fmt::Debug>(ended: Result<T, Error>, says: &str) {
    let error = ended.unwrap_err();
    assert_eq!(error.code(), Code::BadUserInput, "{error:?}");
    assert!(error.public_message().contains(says), "{error}");
    assert!(
        !["admin@", "ANN@", "nobody@"].iter().any(|own| error.to_string().contains(own)),
        "an e-mail address stands in {error}"
    );
}

on_both!(what_cannot_be_an_account_is_refused_with_what_to_do, 1, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    for (email, of, password, says) in [
        ("admin@example.org", Standing::Admin, PASSWORD, "has an account already"),
        ("ADMIN@EXAMPLE.ORG", Standing::Admin, PASSWORD, "has an account already"),
        ("admin", Standing::Admin, PASSWORD, "must be an e-mail address"),
        ("", Standing::Admin, PASSWORD, "must be an e-mail address"),
        ("ann@example.org", Standing::Clinician(0), PASSWORD, "no doctor with the key 0"),
        ("ann@example.org", Standing::Patient(99_999), PASSWORD, "no patient with the key 99999"),
        ("ann@example.org", Standing::Admin, "short", "at least 12 characters"),
    ] {
        told(access.add(email, None, of, password).await.map(|_| ()), says);
    }
    assert_eq!(number(&store, "SELECT COUNT(*) FROM User_Account").await, 1);
    told(access.set_role("admin@example.org", Standing::Patient(99_999)).await, "no patient with the key");
    for ended in [
        access.lock("nobody@example.org").await,
        access.unlock("nobody@example.org").await,
        access.set_role("nobody@example.org", Standing::Admin).await,
        access.set_password("nobody@example.org", PASSWORD).await,
        access.remove("nobody@example.org").await,
    ] {
        told(ended, "no account has this e-mail address");
    }
    // An accent is a letter of its own: two people, two accounts.
    access.add("jürgen@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    access.add("jurgen@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    let all = join_all((0..6).map(|_| access.add("same@example.org", None, Standing::Admin, PASSWORD))).await;
    assert_eq!(all.iter().filter(|ended| ended.is_ok()).count(), 1, "{all:?}");
});

on_both!(the_last_administrator_who_can_log_in_stays_one, 1, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let doctor = first(&store, "Doctor", "doctor_id").await;
    access.add("doctor@example.org", None, Standing::Clinician(doctor), PASSWORD).await.unwrap();
    access.add("locked@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    access.lock("locked@example.org").await.unwrap();
    let last = "this is the last administrator who can log in: add another one first";
    told(access.lock("admin@example.org").await, last);
    told(access.remove("admin@example.org").await, last);
    told(access.set_role("admin@example.org", Standing::Clinician(doctor)).await, last);
    access.set_role("admin@example.org", Standing::Admin).await.unwrap();
    for changed in [access.lock("doctor@example.org").await, access.remove("doctor@example.org").await] {
        changed.unwrap();
    }
    access.unlock("locked@example.org").await.unwrap();
    // Of two who are locked at once one stays.
    let (one, two) = tokio::join!(access.lock("admin@example.org"), access.lock("locked@example.org"));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert!(Access::exists(&store.db).await.unwrap());
});

on_both!(accounts_are_listed_by_their_address, 2, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    assert!(Access::exists(&store.db).await.unwrap());
    let patient = first(&store, "Patient", "patient_id").await;
    access.add("Zoe@Example.org", Some("  Zoé \"Z\" Ünal  "), Standing::Patient(patient), PASSWORD).await.unwrap();
    time.pass(5_000);
    access.log_in("zoe@example.org", PASSWORD, None).await.unwrap();
    access.lock("zoe@example.org").await.unwrap();
    let listed = access.accounts().await.unwrap();
    assert_eq!(listed.len(), 2);
    let (admin, zoe) = (&listed[0], &listed[1]);
    assert_eq!(
        (admin.account.email.as_str(), admin.is_locked, admin.last_login_ms),
        ("Admin@example.org", false, None)
    );
    assert_eq!((zoe.account.email.as_str(), zoe.account.name.as_deref()), ("Zoe@example.org", Some("Zoé \"Z\" Ünal")));
    assert_eq!((zoe.account.role, zoe.account.patient, zoe.is_locked), (Role::Patient, Some(patient), true));
    assert_eq!((zoe.created_ms, zoe.last_login_ms), (1_800_000_000_000, Some(1_800_000_005_000)));
    access.remove("zoe@example.org").await.unwrap();
    unknown(access.log_in("zoe@example.org", PASSWORD, None).await);
});

on_both!(the_database_itself_takes_no_account_that_stands_for_nobody, 1, async |store: Store| {
    let none =
        "INSERT INTO User_Account (email, email_folded, role, patient_id, doctor_id, created_ms, updated_ms) VALUES";
    for (of, taken) in [
        ("('a@b.example', 'a@b.example', 'clinician', NULL, NULL, 0, 0)", false),
        ("('a@b.example', 'a@b.example', 'patient', NULL, NULL, 0, 0)", false),
        ("('a@b.example', 'a@b.example', 'admin', 1, NULL, 0, 0)", false),
        ("('a@b.example', 'a@b.example', 'clinician', 1, 1, 0, 0)", false),
        ("('a@b.example', 'a@b.example', 'clinician', NULL, 99999, 0, 0)", false),
        ("('a@b.example', 'a@b.example', 'patient', 1, NULL, 0, 0)", true),
    ] {
        assert_eq!(store.db.run(&format!("{none} {of}")).await.is_ok(), taken, "{of}");
    }
});
