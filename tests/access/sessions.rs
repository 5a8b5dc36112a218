//! Log-in, refresh, log-out; and that what changes an account holds from the next request on.

use super::{DAY, MINUTE, PASSWORD, SECOND, WRONG, account, first, log_in, number, unknown, with_admin};
use crate::support::{Store, on_both};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use futures_util::future::join_all;
use medimax::access::{Access, Role, Standing};

on_both!(who_knows_the_password_is_let_in_as_what_the_account_is, async |store: Store| {
    let (access, time, admin) = with_admin(&store).await;
    assert_eq!((admin.email.as_str(), admin.role), ("Admin@example.org", Role::Admin));
    let tokens = access.log_in(" ADMIN@EXAMPLE.ORG ", PASSWORD, None).await.unwrap();
    assert_eq!(account(&tokens.principal), &admin);
    assert_eq!(tokens.expires.timestamp_millis(), 1_800_000_000_000 + 15 * MINUTE);
    assert_eq!(access.caller(&tokens.access).await.unwrap(), tokens.principal);
    // Every other gateway of the database takes the token too.
    assert_eq!(time.access(&store).caller(&tokens.access).await.unwrap(), tokens.principal);
    assert_eq!(number(&store, "SELECT last_login_ms FROM User_Account").await, 1_800_000_000_000);
    // The leeway of half a minute is for clocks that are apart.
    time.pass(15 * MINUTE + 29 * SECOND);
    access.caller(&tokens.access).await.unwrap();
    time.pass(SECOND);
    unknown(access.caller(&tokens.access).await);
});

on_both!(all_log_ins_that_fail_read_alike, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    access.add("locked@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    access.lock("locked@example.org").await.unwrap();
    let mut said = Vec::new();
    for (email, password) in [
        ("admin@example.org", WRONG),
        ("admin@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        ("locked@example.org", PASSWORD),
        ("admin@example.org", &PASSWORD.to_uppercase()),
        ("admin@example.org", &PASSWORD.repeat(1_000)),
    ] {
        said.push(unknown(access.log_in(email, password, None).await));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Account_Session").await, 0);
});

on_both!(an_address_that_has_no_account_costs_what_one_with_an_account_costs, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let time = async |email: &str| {
        let mut least = std::time::Duration::MAX;
        for _ in 0..5 {
            let since = std::time::Instant::now();
            unknown(access.log_in(email, WRONG, None).await);
            least = least.min(since.elapsed());
        }
        least
    };
    let (known, nobody) = (time("admin@example.org").await, time("nobody@example.org").await);
    // A look takes some 20 ms, and the statements around it one or two.
    assert!(nobody * 3 > known, "{known:?} {nobody:?}");
});

on_both!(a_refresh_token_is_used_once, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    let other = log_in(&access).await;
    let one = log_in(&access).await;
    time.pass(20 * MINUTE);
    unknown(access.caller(&one.access).await);
    let two = access.refresh(&one.refresh).await.unwrap();
    assert_ne!((&one.refresh, &one.access), (&two.refresh, &two.access));
    assert_eq!(access.caller(&two.access).await.unwrap(), one.principal, "the same session");
    let three = access.refresh(&two.refresh).await.unwrap();
    for wrong in
        ["", "mmr_", &three.refresh[4..], &three.refresh.replace("mmr_", "mmr-"), &format!("{}A", three.refresh)]
    {
        unknown(access.refresh(wrong).await);
    }
    access.caller(&three.access).await.unwrap();
    // Somebody has a copy: nobody goes on with this session, whoever of the two is the thief.
    unknown(access.refresh(&one.refresh).await);
    unknown(access.caller(&three.access).await);
    unknown(access.refresh(&three.refresh).await);
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Account_Session WHERE ended_by = 'reuse'").await, 1);
    access.refresh(&other.refresh).await.unwrap();
});

on_both!(of_refreshes_with_one_token_at_once_one_succeeds_at_most, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let tokens = log_in(&access).await;
    let all = join_all((0..8).map(|_| access.refresh(&tokens.refresh))).await;
    let won: Vec<_> = all.into_iter().filter_map(Result::ok).collect();
    assert_eq!(won.len(), 1);
    unknown(access.caller(&won[0].access).await);
});

on_both!(a_session_ends_with_its_days_however_often_it_is_refreshed, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    let mut tokens = log_in(&access).await;
    for _ in 0..29 {
        time.pass(DAY);
        tokens = access.refresh(&tokens.refresh).await.unwrap();
    }
    time.pass(DAY - 5 * MINUTE);
    tokens = access.refresh(&tokens.refresh).await.unwrap();
    assert_eq!(tokens.expires.timestamp_millis(), 1_800_000_000_000 + 30 * DAY, "no token outlives its session");
    time.pass(5 * MINUTE);
    unknown(access.caller(&tokens.access).await);
    unknown(access.refresh(&tokens.refresh).await);
});

on_both!(a_log_out_ends_the_session_here_or_all_of_them_everywhere, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    access.add("other@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    let stranger = access.log_in("other@example.org", PASSWORD, None).await.unwrap();
    let (one, two, three) = (log_in(&access).await, log_in(&access).await, log_in(&access).await);
    assert_eq!(access.log_out(&one.principal, false).await.unwrap(), 1);
    unknown(access.caller(&one.access).await);
    unknown(access.refresh(&one.refresh).await);
    assert_eq!(access.log_out(&one.principal, false).await.unwrap(), 0, "it has ended already");
    for alive in [&two, &three, &stranger] {
        access.caller(&alive.access).await.unwrap();
    }
    assert_eq!(access.log_out(&two.principal, true).await.unwrap(), 2);
    for ended in [&two, &three] {
        unknown(access.caller(&ended.access).await);
        unknown(access.refresh(&ended.refresh).await);
    }
    access.caller(&stranger.access).await.unwrap();
    for nobody in [medimax::access::Principal::Nobody, medimax::access::Principal::Anybody] {
        unknown(access.log_out(&nobody, true).await);
        unknown(access.change_password(&nobody, PASSWORD, WRONG, None).await);
    }
});

on_both!(a_lock_holds_at_once_and_ends_what_was_open, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    access.add("other@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    let tokens = access.log_in("other@example.org", PASSWORD, None).await.unwrap();
    access.lock("OTHER@example.org").await.unwrap();
    unknown(access.caller(&tokens.access).await);
    unknown(access.refresh(&tokens.refresh).await);
    unknown(access.log_in("other@example.org", PASSWORD, None).await);
    access.unlock("other@example.org").await.unwrap();
    unknown(access.caller(&tokens.access).await);
    access.log_in("other@example.org", PASSWORD, None).await.unwrap();
    // So does one that another program sets.
    let tokens = access.log_in("other@example.org", PASSWORD, None).await.unwrap();
    store.sql("UPDATE User_Account SET locked_ms = 1 WHERE email = 'other@example.org'").await;
    unknown(access.caller(&tokens.access).await);
    unknown(access.refresh(&tokens.refresh).await);
});

on_both!(another_role_holds_at_once, 3, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let (doctor, patient) = (first(&store, "Doctor", "doctor_id").await, first(&store, "Patient", "patient_id").await);
    access.add("ann@example.org", None, Standing::Clinician(doctor), PASSWORD).await.unwrap();
    let tokens = access.log_in("ann@example.org", PASSWORD, None).await.unwrap();
    assert_eq!(account(&tokens.principal).doctor, Some(doctor));
    access.set_role("ann@example.org", Standing::Patient(patient)).await.unwrap();
    unknown(access.caller(&tokens.access).await);
    let tokens = access.log_in("ann@example.org", PASSWORD, None).await.unwrap();
    let is = account(&tokens.principal).clone();
    assert_eq!((is.role, is.patient, is.doctor), (Role::Patient, Some(patient), None));
    // Whatever program changes it, the session that goes on is of the new role.
    store.sql("UPDATE User_Account SET role = 'admin', patient_id = NULL WHERE email = 'ann@example.org'").await;
    assert_eq!(access.caller(&tokens.access).await.unwrap().role(), Some(Role::Admin));
    assert_eq!(access.refresh(&tokens.refresh).await.unwrap().principal.role(), Some(Role::Admin));
});

on_both!(an_account_goes_with_whom_it_stands_for, 3, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let patient = first(&store, "Patient", "patient_id").await;
    let institution = first(&store, "Institution", "institution_id").await;
    store
        .sql(&format!("INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (9000, 'Dr Short', {institution})"))
        .await;
    let roles =
        [("doctor@example.org", Standing::Clinician(9000)), ("patient@example.org", Standing::Patient(patient))];
    for (email, of) in roles {
        access.add(email, None, of, PASSWORD).await.unwrap();
    }
    let mut all = Vec::new();
    for (email, _) in roles {
        all.push(access.log_in(email, PASSWORD, None).await.unwrap());
    }
    store.sql("DELETE FROM Doctor WHERE doctor_id = 9000").await;
    store.sql(&format!("DELETE FROM Patient WHERE patient_id = {patient}")).await;
    // Nor does a row that comes to have the key give anything back.
    store
        .sql(&format!("INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (9000, 'Dr New', {institution})"))
        .await;
    for (tokens, (email, _)) in all.iter().zip(roles) {
        unknown(access.caller(&tokens.access).await);
        unknown(access.refresh(&tokens.refresh).await);
        unknown(access.log_in(email, PASSWORD, None).await);
    }
    assert_eq!(number(&store, "SELECT COUNT(*) FROM User_Account").await, 1);
});

on_both!(another_password_ends_the_other_sessions, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let (here, there) = (log_in(&access).await, log_in(&access).await);
    unknown(access.change_password(&here.principal, WRONG, "another good one", None).await);
    let short = access.change_password(&here.principal, PASSWORD, "short", None).await.unwrap_err();
    assert!(short.public_message().contains("at least 12 characters"), "{short}");
    access.caller(&there.access).await.unwrap();
    access.change_password(&here.principal, PASSWORD, "another good one", None).await.unwrap();
    access.caller(&here.access).await.unwrap();
    access.refresh(&here.refresh).await.unwrap();
    unknown(access.caller(&there.access).await);
    unknown(access.refresh(&there.refresh).await);
    unknown(access.log_in("admin@example.org", PASSWORD, None).await);
    access.log_in("admin@example.org", "another good one", None).await.unwrap();
});

on_both!(a_digest_of_older_parameters_is_replaced_at_log_in, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
    let digest = cheap.hash_password_with_salt(PASSWORD.as_bytes(), b"saltsaltsaltsalt").unwrap().to_string();
    let old = "$argon2id$v=19$m=64,t=1,p=1$";
    assert!(digest.starts_with(old));
    store.sql(&format!("UPDATE User_Account SET password_hash = '{digest}'")).await;
    unknown(access.log_in("admin@example.org", WRONG, None).await);
    let is_old = format!("SELECT COUNT(*) FROM User_Account WHERE password_hash LIKE '{old}%'");
    assert_eq!(number(&store, &is_old).await, 1);
    log_in(&access).await;
    assert_eq!(number(&store, &is_old).await, 0);
    log_in(&access).await;
    assert!(Access::exists(&store.db).await.unwrap());
});
