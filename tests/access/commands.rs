//! `medimax user`, as an operator types it.

use super::{MINUTE, PASSWORD, WRONG, first, number};
use crate::support::{
    Backend, Store, empty, on_both,
    process::{Ended, Gateway, medimax, run},
    scratch, unique,
};
use medimax::{
    access::{Access, Options, Principal, Role},
    error::Result,
};
use serde_json::Value;
use std::{
    fs::{self, File},
    sync::Arc,
    time::SystemTime,
};

/// Runs the command, with this on its standard input.
fn user(url: &str, args: &[&str], input: Option<&str>) -> Ended {
    let mut command = medimax(&[&["user"], args, &["--database-url", url]].concat());
    if let Some(text) = input {
        let file = scratch(&unique("input"));
        fs::write(&file, text).unwrap();
        command.stdin(File::open(&file).unwrap());
    }
    run(&mut command)
}

pub(super) fn done(ended: Ended) -> String {
    assert_eq!((ended.code, ended.err.len()), (Some(0), 0), "{ended:?}");
    ended.out
}

/// The one line that says why a command was refused.
pub(super) fn refused(ended: Ended) -> String {
    assert_eq!((ended.code, ended.out.as_str(), ended.err.len()), (Some(1), "", 1), "{ended:?}");
    ended.err[0].strip_prefix("medimax: ").unwrap().to_owned()
}

/// The accounts as a gateway sees them now; the commands ask the clock.
pub(super) fn gateway(store: &Store) -> Access {
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
    let clock = Arc::new(now);
    Access::new(store.db.clone(), Options { issuer: "medimax".into(), token_minutes: 15, session_days: 30, clock })
}

async fn let_in(access: &Access, email: &str, password: &str) -> Result<Principal> {
    access.caller(&access.log_in(email, password, None).await?.access).await
}

on_both!(accounts_are_managed_from_the_command_line, 2, async |store: Store| {
    let (access, url) = (gateway(&store), store.url.as_str());
    let doctor = first(&store, "Doctor", "doctor_id").await.to_string();
    let patient = first(&store, "Patient", "patient_id").await.to_string();

    let said = done(user(url, &["add", "Root@Example.org", "--role", "ADMIN", "--name", "Ada"], None));
    assert!(said.starts_with("Added Root@example.org, an administrator."), "{said}");
    let made = said.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(made.len() >= 20, "{said}");
    assert_eq!(let_in(&access, "root@example.org", &made).await.unwrap().role(), Some(Role::Admin));

    let add = ["add", "ann@example.org", "--role", "clinician", "--doctor", &doctor, "--password-stdin"];
    let said = done(user(url, &add, Some(&format!("{PASSWORD}\n"))));
    assert!(said.contains(&format!("the clinician who is doctor {doctor}")) && !said.contains(PASSWORD), "{said}");
    let ann = access.log_in("ann@example.org", PASSWORD, None).await.unwrap();
    assert_eq!(ann.principal.account().unwrap().doctor.unwrap().to_string(), doctor);

    let listed = done(user(url, &["list"], None));
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines.len() == 3 && lines[0].starts_with("E-MAIL") && lines[1].starts_with("ann@example.org"), "{listed}");
    let listed: Value = serde_json::from_str(&done(user(url, &["list", "--format", "json"], None))).unwrap();
    assert_eq!((listed[0]["role"].as_str(), listed[0]["locked"].as_bool()), (Some("CLINICIAN"), Some(false)));
    assert_eq!((listed[1]["email"].as_str(), listed[1]["name"].as_str()), (Some("Root@example.org"), Some("Ada")));
    assert!(!listed.to_string().contains("argon2"));

    done(user(url, &["role", "ann@example.org", "PATIENT", "--patient", &patient], None));
    access.caller(&ann.access).await.unwrap_err();
    let ann = access.log_in("ann@example.org", PASSWORD, None).await.unwrap();
    assert_eq!(ann.principal.account().unwrap().patient.unwrap().to_string(), patient);

    done(user(url, &["lock", "ANN@example.org"], None));
    access.caller(&ann.access).await.unwrap_err();
    assert!(done(user(url, &["list"], None)).lines().nth(1).unwrap().ends_with("locked"));
    done(user(url, &["unlock", "ann@example.org"], None));
    let ann = access.log_in("ann@example.org", PASSWORD, None).await.unwrap();

    let said = done(user(url, &["password", "ann@example.org"], None));
    access.caller(&ann.access).await.unwrap_err();
    let_in(&access, "ann@example.org", PASSWORD).await.unwrap_err();
    let_in(&access, "ann@example.org", said.trim().rsplit(' ').next().unwrap()).await.unwrap();
    done(user(url, &["password", "ann@example.org", "--password-stdin"], Some("another good one")));
    let_in(&access, "ann@example.org", "another good one").await.unwrap();

    done(user(url, &["remove", "ann@example.org"], None));
    let_in(&access, "ann@example.org", "another good one").await.unwrap_err();
    assert_eq!(number(&store, "SELECT COUNT(*) FROM User_Account").await, 1);
});

on_both!(what_cannot_be_done_is_said_in_one_line_with_what_to_do, 1, async |store: Store| {
    let url = store.url.as_str();
    done(user(url, &["add", "root@example.org", "--role", "ADMIN"], None));
    for (args, input, says) in [
        (&["add", "root@example.org", "--role", "ADMIN"][..], None, "has an account already"),
        (&["add", "root", "--role", "ADMIN"], None, "must be an e-mail address"),
        (&["add", "ann@example.org", "--role", "CLINICIAN"], None, "--doctor KEY"),
        (&["add", "ann@example.org", "--role", "PATIENT"], None, "--patient KEY"),
        (&["add", "ann@example.org", "--role", "ADMIN", "--doctor", "1"], None, "leave --doctor and --patient out"),
        (&["add", "ann@example.org", "--role", "CLINICIAN", "--doctor", "99999"], None, "no doctor with the key 99999"),
        (&["add", "ann@example.org", "--role", "PATIENT", "--patient", "99999"], None, "no patient with the key 99999"),
        (&["add", "ann@example.org", "--role", "ADMIN", "--password-stdin"], Some("short"), "at least 12 characters"),
        (&["add", "ann@example.org", "--role", "ADMIN", "--password-stdin"], Some(""), "at least 12 characters"),
        (&["lock", "ann@example.org"], None, "`medimax user list` has all"),
        (&["lock", "root@example.org"], None, "the last administrator who can log in: add another one first"),
        (&["remove", "root@example.org"], None, "the last administrator who can log in: add another one first"),
        (&["role", "root@example.org", "PATIENT", "--patient", "1"], None, "the last administrator who can log in"),
    ] {
        let line = refused(user(url, args, input));
        assert!(line.contains(says), "{args:?}: {line}");
    }
    for args in
        [&["add", "ann@example.org"][..], &["add", "ann@example.org", "--role", "KING"], &["lock"], &["ban"], &[]]
    {
        let ended = user(url, args, None);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{args:?}: {ended:?}");
    }
    assert_eq!(number(&store, "SELECT COUNT(*) FROM User_Account").await, 1);
});

#[tokio::test]
async fn a_database_without_the_tables_is_told_to_be_migrated() {
    let url = empty(Backend::MariaDb).await;
    let line = refused(user(&url, &["add", "root@example.org", "--role", "ADMIN"], None));
    assert!(line.contains("medimax migrate"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_store_is_managed_while_a_gateway_serves_it() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    let gateway = Gateway::start(&["--database-url", &store.url]);
    done(user(&store.url, &["add", "root@example.org", "--role", "ADMIN"], None));
    done(user(&store.url, &["add", "other@example.org", "--role", "ADMIN"], None));
    done(user(&store.url, &["lock", "other@example.org"], None));
    assert!(done(user(&store.url, &["list"], None)).contains("locked"));
    drop(gateway);
}

on_both!(no_secret_stands_in_what_is_logged_or_told, async |store: Store| {
    let url = store.url.as_str();
    let secret = |ended: &Ended, never: &[&str]| {
        let all = format!("{:?} {:?}", ended.err, ended.log);
        for word in never {
            assert!(!all.contains(word), "{word} in {all}");
        }
    };
    let add = ["add", "root@example.org", "--role", "ADMIN", "--password-stdin", "--log-level", "trace"];
    let ended = user(url, &add, Some(PASSWORD));
    secret(&ended, &[PASSWORD, "root@", "argon2"]);
    done(ended);
    let again = user(url, &add, Some(PASSWORD));
    secret(&again, &[PASSWORD, "root@", "argon2"]);
    assert_eq!(again.code, Some(1));
    // Nor in what stands for them where they are handed around.
    let access = gateway(&store);
    let tokens = access.log_in("root@example.org", PASSWORD, None).await.unwrap();
    let shown = format!("{tokens:?} {access:?}");
    for word in [&tokens.access, &tokens.refresh, "root@"] {
        assert!(!shown.contains(word), "{shown}");
    }
    for failed in [access.log_in("root@example.org", WRONG, None).await, access.refresh(&tokens.access).await] {
        let told = format!("{:?}", failed.unwrap_err());
        for word in [WRONG, "root@", &tokens.access] {
            assert!(!told.contains(word), "{told}");
        }
    }
    assert!(tokens.expires.timestamp_millis() > MINUTE);
});
