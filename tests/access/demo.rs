//! The demo's accounts: for whoever tries the demo, and for nobody else.

use super::{DAY, MINUTE, PASSWORD, Time, account, number, unknown, with_admin};
use crate::support::{Store, on_both};
use medimax::access::{Access, Role, Standing};

on_both!(the_demo_has_an_account_a_role_whose_token_lives_a_day, 12, async |store: Store| {
    let time = Time::new();
    let access = time.access(&store);
    assert!(!Access::is_demo(&store.db).await.unwrap());
    assert_eq!(access.demo(Role::Admin).await.unwrap(), None);
    access.make_demo().await.unwrap();
    access.make_demo().await.unwrap();
    assert_eq!(number(&store, "SELECT COUNT(*) FROM User_Account").await, 3, "twice is once");
    assert!(Access::is_demo(&store.db).await.unwrap());
    assert!(!Access::exists(&store.db).await.unwrap(), "nobody logs in as its administrator");
    let mut tokens = Vec::new();
    let key = access.demo(Role::Partner).await.unwrap().unwrap();
    let partner = access.caller(&key).await.unwrap();
    assert_eq!(
        (partner.role(), partner.entered()),
        (Some(Role::Partner), Some("demo-study (RESEARCH) of Tyne Heart Study".into()))
    );
    for role in Role::OF_ACCOUNTS {
        let token = access.demo(role).await.unwrap().unwrap();
        let caller = access.caller(&token).await.unwrap();
        assert_eq!(caller.role(), Some(role));
        let (email, of) = (account(&caller).email.clone(), account(&caller).clone());
        assert_eq!(email, format!("{}@demo.example", role.name().to_lowercase()));
        match role {
            Role::Admin => assert_eq!((of.patient, of.doctor), (None, None)),
            Role::Clinician => {
                let most = "SELECT MAX(n) FROM (SELECT COUNT(DISTINCT patient_id) AS n FROM Doctor_Patient_Assignment WHERE is_active = 1 GROUP BY doctor_id) x";
                let own = format!(
                    "SELECT COUNT(DISTINCT patient_id) FROM Doctor_Patient_Assignment WHERE is_active = 1 AND doctor_id = {}",
                    of.doctor.unwrap()
                );
                assert_eq!(number(&store, &own).await, number(&store, most).await);
                assert!(number(&store, &own).await > 0);
            }
            Role::Patient => assert_eq!(of.patient, Some(1)),
            Role::Partner => unreachable!(),
        }
        for password in ["", "password", PASSWORD] {
            unknown(access.log_in(&email, password, None).await);
        }
        tokens.push(token);
    }
    time.pass(DAY - MINUTE);
    for token in &tokens {
        access.caller(token).await.unwrap();
    }
    time.pass(MINUTE);
    for token in tokens.iter().chain([&key]) {
        unknown(access.caller(token).await);
    }
});

on_both!(a_database_with_an_account_of_its_own_is_no_demo, 2, async |store: Store| {
    let access = Time::new().access(&store);
    access.make_demo().await.unwrap();
    let key = access.demo(Role::Partner).await.unwrap();
    access.add("admin@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    // With it the demo's program of a partner is nobody any more.
    if let Some(key) = key {
        unknown(access.caller(&key).await);
    }
    assert!(!Access::is_demo(&store.db).await.unwrap());
    assert!(access.make_demo().await.is_err());
    // Nor is one where an account of the demo got a password.
    access.set_password("admin@demo.example", PASSWORD).await.unwrap();
    access.remove("admin@example.org").await.unwrap();
    assert!(!Access::is_demo(&store.db).await.unwrap());
    assert!(Access::exists(&store.db).await.unwrap());
});

on_both!(a_name_does_not_make_a_demo, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    access.add("admin@demo.example", None, Standing::Admin, PASSWORD).await.unwrap();
    access.remove("admin@example.org").await.unwrap();
    assert!(!Access::is_demo(&store.db).await.unwrap());
    assert_eq!(access.demo(Role::Admin).await.unwrap(), None);
});
