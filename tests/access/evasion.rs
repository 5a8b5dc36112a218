//! Ways round the access log and round the glass that somebody found: each is closed.

use super::{
    PASSWORD, Time,
    door::{ask, gateway},
    log::{check, last, log, log_in, logged, reply},
    number,
};
use crate::support::{
    Backend, Store, codes, mariadb_server, on_both, options,
    process::{body_of, medimax, run},
    proxy::Proxy,
    scratch, unique,
};
use medimax::{
    access::{Access, Options, Standing},
    audit::{Entry, Key, Kind, Known, prune, verify},
    db,
};
use serde_json::{Value, json};
use std::{
    io::Write as _,
    net::{Shutdown, TcpStream},
    sync::{Arc, atomic::Ordering::SeqCst},
    thread::sleep,
    time::Duration,
};
use tokio::time::Instant;

on_both!(a_cursor_shows_its_row, 12, async |store: Store| {
    let engine = logged(&store, &log(&store, &Time::new(), None));
    for (text, patients) in [
        ("{ patients(first: 2) { edges { cursor } } }", vec![1, 2]),
        ("{ patients(first: 3) { pageInfo { startCursor } } }", vec![1, 3]),
        ("{ patients(first: 3) { pageInfo { endCursor hasNextPage } nodes { name } } }", vec![1, 2, 3]),
        ("{ patient(id: 5) { appointments(first: 1) { edges { cursor } } } }", vec![5]),
        ("{ patients(first: 3) { pageInfo { hasNextPage } } }", vec![]),
    ] {
        let answer = reply(&engine, text).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        assert_eq!(last(&store).await.entry.patients, patients, "{text}");
    }
});

on_both!(entries_that_are_put_in_are_found, 3, async |store: Store| {
    let (time, key) = (Time::new(), Key::of("a key of this test alone"));
    let audit = log(&store, &time, key.clone());
    reply(&logged(&store, &audit), "{ patient(id: 1) { name } }").await;
    let copy = |place: &str, chain: &str| {
        format!(
            "INSERT INTO Access_Event (event_id, chain_id, place, at_ms, kind, who, request_id, fields, break_glass, previous, hash) \
             SELECT 77, {chain}, {place}, at_ms, kind, 'Dr. Framed', request_id, fields, break_glass, previous, hash \
             FROM Access_Event WHERE place = 2"
        )
    };
    let chain = number(&store, "SELECT MIN(chain_id) FROM Access_Chain").await.to_string();
    for place in ["0", "-1"] {
        store.sql(&copy(place, &chain)).await;
        let found = check(&store, key.as_ref(), &[]).await;
        assert!(found.wrong.iter().any(|wrong| wrong.contains("before its beginning")), "{found:?}");
        store.sql("DELETE FROM Access_Event WHERE event_id = 77").await;
    }
    // A chain that nobody signed is no other's.
    let unsigned = log(&store, &time, None);
    unsigned.write(Entry::of(Kind::Request), Instant::now() + Duration::from_secs(60)).await.unwrap();
    let other = number(&store, "SELECT MAX(chain_id) FROM Access_Chain").await as i32;
    let found = check(&store, key.as_ref(), &[]).await;
    assert!(found.wrong.len() == 1 && found.wrong[0].contains(&format!("--unsigned {other}")), "{found:?}");
    let known = Known { heads: &[], unsigned: &[other] };
    assert_eq!(verify(&store.db, key.as_ref(), known, |_| {}).await.unwrap().wrong, [""; 0]);
});

on_both!(a_start_in_the_future_hides_no_end, 0, async |store: Store| {
    let time = Time::new();
    let write = async |audit: &medimax::audit::Audit| {
        audit.write(Entry::of(Kind::Request), Instant::now() + Duration::from_secs(60)).await.unwrap();
    };
    let first = log(&store, &time, None);
    write(&first).await;
    store.sql("INSERT INTO Access_Chain (token, writer, started_ms) VALUES ('0123456789abcdef0123456789abcdef', 'nobody', 4102444800000)").await;
    time.pass(1_000);
    write(&log(&store, &time, None)).await;
    store.sql("DELETE FROM Access_Event WHERE chain_id = (SELECT c FROM (SELECT MIN(chain_id) AS c FROM Access_Chain) x) AND place = 2").await;
    assert!(!check(&store, None, &[]).await.wrong.is_empty());
});

on_both!(pruning_again_and_again_leaves_a_log_that_can_be_checked, 2, async |store: Store| {
    let time = Time::new();
    for round in 0..3 {
        // A process of its own each time, as the command is.
        let audit = log(&store, &time, None);
        reply(&logged(&store, &audit), "{ patient(id: 1) { name } }").await;
        time.pass(10_000);
        let before = time.0.load(SeqCst);
        let heads = check(&store, None, &[]).await.heads;
        let pruner = log(&store, &time, None);
        assert!(prune(&store.db, &pruner, before, |_| {}).await.unwrap().entries > 1);
        assert_eq!(check(&store, None, &[]).await.wrong, [""; 0], "round {round}");
        // The last that went can be compared still; one before it is said to be gone.
        let report = check(&store, None, &heads).await;
        assert_eq!((&report.wrong, report.gone.len()), (&vec![], 0), "{report:?}");
        let mut false_head = heads.clone();
        false_head[0].hash = "0".repeat(64);
        assert_eq!(check(&store, None, &false_head).await.wrong.len(), 1);
        false_head[0].place -= 1;
        assert_eq!(check(&store, None, &false_head).await.gone, false_head[..1]);
        time.pass(10_000);
    }
});

/// A commit that is kept, and whose answer is lost while the store cannot be asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_to_a_commit_stops_no_later_entry() {
    let store = Store::with_patients(Backend::MariaDb, 1).await;
    let server = mariadb_server();
    let proxy = Proxy::start(server.rsplit_once(':').unwrap().1.trim_end_matches('/').parse().unwrap());
    let (login, rest) = store.url.rsplit_once('@').unwrap();
    let through = format!("{login}@127.0.0.1:{}/{}", proxy.port, rest.split_once('/').unwrap().1);
    let audit = log_in(db::open(&options(&through)).await.unwrap(), &Time::new(), None);
    let until = || Instant::now() + Duration::from_secs(60);
    audit.write(Entry::of(Kind::Request), until()).await.unwrap();
    proxy.forget_after("COMMIT");
    let lost = tokio::spawn({
        let audit = audit.clone();
        async move { audit.write(Entry::of(Kind::Request), until()).await }
    });
    let committed = async || number(&store, "SELECT COUNT(*) FROM Access_Event").await == 3;
    while !committed().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    store.sql("RENAME TABLE Access_Event TO Gone").await;
    proxy.cut();
    assert!(lost.await.unwrap().is_err());
    store.sql("RENAME TABLE Gone TO Access_Event").await;
    audit.write(Entry::of(Kind::Request), until()).await.unwrap();
    let report = check(&store, None, &[]).await;
    assert_eq!((report.wrong.len(), report.entries, report.chains), (0, 4, 1), "{report:?}");
}

on_both!(who_hangs_up_is_entered, 4, async |store: Store| {
    let access = accounts(&store);
    access.add("admin@example.org", Some("Ada"), Standing::Admin, PASSWORD).await.unwrap();
    let serving = gateway(&["--database-url", &store.url]);
    let token = token(&serving, "admin@example.org");
    for n in 0..60 {
        let query = format!("mutation {{ correctPatient(id: 2, input: {{name: \"Aborted {n}\"}}) {{ inGraph }} }}");
        let body = body_of(&query, Value::Null);
        let mut stream = TcpStream::connect(serving.address).unwrap();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body[..]].concat()).unwrap();
        sleep(Duration::from_millis(n % 30));
        let _ = stream.shutdown(Shutdown::Both);
    }
    // All that was written has its author, once the last ones are done.
    let answer =
        ask(&serving, Some(&token), "mutation { correctPatient(id: 3, input: {name: \"Last\"}) { inGraph } }").1;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let mut left = 1;
    let since = Instant::now();
    while left > 0 && since.elapsed() < Duration::from_secs(120) {
        left = number(
            &store,
            "SELECT COUNT(*) FROM Access_Change c WHERE NOT EXISTS \
             (SELECT 1 FROM Access_Event e WHERE e.event_id = c.event_id AND e.who = 'Ada')",
        )
        .await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(left, 0);
    assert!(number(&store, "SELECT COUNT(*) FROM Access_Change").await > 1);
});

fn accounts(store: &Store) -> Access {
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let options = Options { issuer: "medimax".into(), token_minutes: 15, session_days: 30, clock: Arc::new(now) };
    Access::new(store.db.clone(), options)
}

fn token(serving: &crate::support::process::Gateway, email: &str) -> String {
    let query = format!("mutation {{ logIn(email: \"{email}\", password: \"{PASSWORD}\") {{ accessToken }} }}");
    ask(serving, None, &query).1["data"]["logIn"]["accessToken"].as_str().unwrap().to_owned()
}

on_both!(a_glass_gives_nothing_that_lasts, 6, async |store: Store| {
    let access = accounts(&store);
    for text in [
        "INSERT INTO Institution (institution_id, name) VALUES (7000, 'Clinic')",
        "INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (7001, 'Dr. Ours', 7000)",
        "INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) VALUES (3, 7001, 'consultant')",
    ] {
        store.sql(text).await;
    }
    access.add("admin@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    access.add("doctor@example.org", Some("Dr. Ours"), Standing::Clinician(7001), PASSWORD).await.unwrap();
    access.add("patient@example.org", None, Standing::Patient(5), PASSWORD).await.unwrap();
    let serving = gateway(&["--database-url", &store.url]);
    let [admin, doctor, patient] =
        ["admin", "doctor", "patient"].map(|who| token(&serving, &format!("{who}@example.org")));
    let of_doctor = |query: &str| ask(&serving, Some(&doctor), query).1;
    let glass = |of: i32| {
        of_doctor(&format!(
            "mutation {{ breakGlass(patientId: {of}, reason: \"Brought in unconscious\") {{ number until }} }}"
        ))
    };
    assert_eq!(glass(5).get("errors"), None);
    let there = number(&store, "SELECT MIN(assignment_id) FROM Doctor_Patient_Assignment WHERE patient_id = 5").await;
    let before = number(&store, "SELECT COUNT(*) FROM Doctor_Patient_Assignment").await;
    for mutation in [
        "assignDoctor(input: {patientId: 5, doctorId: 7001, type: CONSULTANT}) { inGraph }".to_owned(),
        "transferPatient(input: {patientId: 5, doctorId: 7001}) { inGraph }".to_owned(),
        format!("endAssignment(id: {there}, input: {{until: \"2026-01-01\"}}) {{ inGraph }}"),
    ] {
        let answer = of_doctor(&format!("mutation {{ {mutation} }}"));
        let violation = &answer["errors"][0]["extensions"]["violations"][0];
        assert_eq!(violation["code"], "FORBIDDEN", "{mutation}: {answer}");
        assert!(violation["message"].as_str().unwrap().contains("breaking the glass"), "{answer}");
    }
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Doctor_Patient_Assignment").await, before);
    // Who looks after a patient may say who else does.
    let own =
        of_doctor("mutation { assignDoctor(input: {patientId: 3, doctorId: 7001, type: SPECIALIST}) { inGraph } }");
    assert_eq!(own.get("errors"), None, "{own}");
    // What is changed through the glass is marked, whatever of it is answered; so is another glass, for longer.
    let changed =
        of_doctor("mutation { addEmail(input: {patientId: 5, address: \"a@example.org\", type: WORK}) { inGraph } }");
    assert_eq!(changed.get("errors"), None, "{changed}");
    assert_eq!(glass(5).get("errors"), None);
    assert_eq!(glass(4).get("errors"), None);
    let marked = "{ accessEvents(breakGlass: true) { nodes { patientIds changes { table } } } }";
    let marked = ask(&serving, Some(&admin), marked).1;
    let nodes = marked["data"]["accessEvents"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 4, "{marked}");
    assert!(nodes.iter().all(|node| !node["patientIds"].as_array().unwrap().is_empty()), "{marked}");
    // A reason is seen by whoever reads it.
    for reason in [
        "\\u200b\\u200b\\u200b\\u200b\\u200b\\u200b\\u200b\\u200b\\u200b\\u200b",
        "Unconscious \\u202e patient",
        "a         b",
    ] {
        let refused = of_doctor(&format!("mutation {{ breakGlass(patientId: 2, reason: \"{reason}\") {{ number }} }}"));
        assert_eq!(codes(&refused), ["BAD_USER_INPUT"], "{reason}: {refused}");
    }
    // A review stays as it was.
    let review = |note: &str| {
        ask(
            &serving,
            Some(&admin),
            &format!("mutation {{ reviewBreakGlass(number: 1, note: {note}) {{ reviewNote }} }}"),
        )
        .1
    };
    assert_eq!(review("\"In order.\"")["data"]["reviewBreakGlass"]["reviewNote"], "In order.");
    assert_eq!(review("null")["errors"][0]["extensions"]["violations"][0]["code"], "DONE_BEFORE");
    // A patient says nothing that only the practice knows.
    for (mutation, path) in [
        (
            "addEmail(input: {patientId: 5, address: \"q@example.org\", type: PERSONAL, isVerified: true}) { inGraph }",
            json!(["input", "isVerified"]),
        ),
        (
            "sendChatMessage(input: {patientId: 5, text: \"Double it\", type: PROVIDER}) { inGraph }",
            json!(["input", "type"]),
        ),
        (
            "sendChatMessage(input: {patientId: 5, text: \"x\", attachments: [{fileName: \"a\", isProcessed: true}]}) { inGraph }",
            json!(["input", "attachments", 0, "isProcessed"]),
        ),
        (
            "startChatSession(input: {patientId: 5, diagnosisSuggestions: [{name: \"Flu\"}]}) { inGraph }",
            json!(["input", "diagnosisSuggestions"]),
        ),
    ] {
        let answer = ask(&serving, Some(&patient), &format!("mutation {{ {mutation} }}")).1;
        let violation = &answer["errors"][0]["extensions"]["violations"][0];
        assert_eq!((&violation["code"], &violation["path"]), (&json!("FORBIDDEN"), &path), "{answer}");
    }
    let own = "mutation { sendChatMessage(input: {patientId: 5, text: \"Hello\", type: PATIENT, isSensitive: true}) { inGraph } \
               addEmail(input: {patientId: 5, address: \"q@example.org\", type: PERSONAL, isVerified: false, verifiedAt: null}) { inGraph } }";
    let own = ask(&serving, Some(&patient), own).1;
    assert_eq!(own.get("errors"), None, "{own}");
});

#[test]
fn a_store_with_an_account_is_no_demo_and_one_that_is_not_there_has_none() {
    let data = scratch(&unique("data")).display().to_string();
    for args in [&["user", "list"][..], &["user", "lock", "a@example.org"]] {
        let ended = run(medimax(args).args(["--data-dir", &data]));
        assert!(ended.code == Some(1) && ended.err[0].contains("there is no store at"), "{ended:?}");
    }
    assert!(!std::path::Path::new(&data).exists());
    let added = run(medimax(&["user", "add", "a@example.org", "--role", "ADMIN"]).args(["--data-dir", &data]));
    assert_eq!(added.code, Some(0), "{added:?}");
    let password = added.out.split_whitespace().last().unwrap().to_owned();
    let serving = gateway(&["--data-dir", &data]);
    let query = format!("mutation {{ logIn(email: \"a@example.org\", password: \"{password}\") {{ accessToken }} }}");
    let token = ask(&serving, None, &query).1["data"]["logIn"]["accessToken"].as_str().unwrap().to_owned();
    let patients = ask(&serving, Some(&token), "{ patients { totalCount } }").1;
    assert_eq!(patients["data"]["patients"]["totalCount"], 0, "{patients}");
    drop(serving);
    // Nothing is pruned by mistake.
    for (args, says) in [
        (&["--before", "2999-01-01", "--yes"][..], "a day that has come"),
        (&["--before", "2020-01-01"], "0 entries would go"),
    ] {
        let ended = run(medimax(&["audit", "prune"]).args(args).args(["--data-dir", &data]));
        assert!(ended.code == Some(1) && ended.err[0].contains(says), "{ended:?}");
    }
}
