//! Breaking the glass: who may, for how long, and who reads of it.

use super::{
    PASSWORD,
    door::{ask, gateway},
    number,
};
use crate::support::{Store, codes, on_both};
use medimax::access::{Access, Options, Standing};
use serde_json::{Value, json};
use std::sync::Arc;

on_both!(a_clinician_sees_a_patient_for_a_while_and_everybody_concerned_reads_of_it, 6, async |store: Store| {
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let options = Options { issuer: "medimax".into(), token_minutes: 15, session_days: 30, clock: Arc::new(now) };
    let access = Access::new(store.db.clone(), options);
    for text in [
        "INSERT INTO Institution (institution_id, name) VALUES (7000, 'Clinic')",
        "INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (7001, 'Dr. Ours', 7000)",
        "INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) VALUES (3, 7001, 'consultant')",
    ] {
        store.sql(text).await;
    }
    access.add("admin@example.org", Some("Ada"), Standing::Admin, PASSWORD).await.unwrap();
    access.add("doctor@example.org", Some("Dr. Ours"), Standing::Clinician(7001), PASSWORD).await.unwrap();
    access.add("patient@example.org", None, Standing::Patient(5), PASSWORD).await.unwrap();
    let serving = gateway(&["--database-url", &store.url, "--break-glass-minutes", "30"]);
    let token = |email: &str| {
        let query = format!("mutation {{ logIn(email: \"{email}\", password: \"{PASSWORD}\") {{ accessToken }} }}");
        ask(&serving, None, &query).1["data"]["logIn"]["accessToken"].as_str().unwrap().to_owned()
    };
    // A log-in tells nothing of patients, also one that nobody gave a token for.
    let logged = async || number(&store, "SELECT COUNT(*) FROM Access_Event").await;
    token("admin@example.org");
    assert_eq!(logged().await, 0);
    let (admin, doctor, patient) =
        (token("admin@example.org"), token("doctor@example.org"), token("patient@example.org"));
    let seen = || {
        let answer =
            ask(&serving, Some(&doctor), "{ patients { totalCount nodes { patientId } } patient(id: 5) { name } }").1;
        let nodes = answer["data"]["patients"]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["patientId"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(seen(), [3]);
    let break_for = |token: &str, arguments: &str| {
        ask(
            &serving,
            Some(token),
            &format!(
                "mutation {{ breakGlass({arguments}) {{ number patientId who reason until patient {{ name }} }} }}"
            ),
        )
        .1
    };
    let reason = "reason: \"Brought in unconscious, allergies unknown\"";
    for (who, arguments, code) in [
        (&doctor, "patientId: 5, reason: \"why not\"", "BAD_USER_INPUT"),
        (&doctor, "patientId: 5, reason: \"          \"", "BAD_USER_INPUT"),
        (&doctor, &format!("patientId: 999, {reason}"), "BAD_USER_INPUT"),
        (&doctor, &format!("patientId: 3, {reason}"), "BAD_USER_INPUT"),
        (&doctor, &format!("patientId: 5, minutes: 31, {reason}"), "BAD_USER_INPUT"),
        (&doctor, &format!("patientId: 5, minutes: 0, {reason}"), "BAD_USER_INPUT"),
        (&admin, &format!("patientId: 5, {reason}"), "FORBIDDEN"),
        (&patient, &format!("patientId: 4, {reason}"), "FORBIDDEN"),
    ] {
        let answer = break_for(who, arguments);
        assert_eq!(codes(&answer), [code], "{arguments}: {answer}");
    }
    assert_eq!(seen(), [3]);
    let answer = break_for(&doctor, &format!("patientId: \"Patient:5\", minutes: null, {reason}"));
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert_eq!(
        (&answer["data"]["breakGlass"]["who"], &answer["data"]["breakGlass"]["patientId"]),
        (&json!("Dr. Ours"), &json!("Patient:5"))
    );
    assert_eq!(seen(), [3, 5]);
    let number = answer["data"]["breakGlass"]["number"].clone();

    // The patient reads who, why and what; the clinician does not read the log.
    let log = "{ patient(id: 5) { breakGlasses { who reason reviewedAt } accessLog { nodes { who role breakGlass fields } } } }";
    let read = ask(&serving, Some(&patient), log).1;
    let of = &read["data"]["patient"];
    assert_eq!(
        of["breakGlasses"],
        json!([{ "who": "Dr. Ours", "reason": "Brought in unconscious, allergies unknown", "reviewedAt": null }])
    );
    let entries = of["accessLog"]["nodes"].as_array().unwrap();
    let broken: Vec<&Value> = entries.iter().filter(|entry| entry["breakGlass"] == true).collect();
    // The mutation, and what was seen after it.
    assert_eq!(broken.len(), 2, "{entries:#?}");
    assert!(broken.iter().all(|entry| entry["who"] == "Dr. Ours" && entry["role"] == "CLINICIAN"), "{broken:?}");
    assert!(broken[0]["fields"].as_array().unwrap().contains(&json!("Patient.name")), "{broken:?}");
    let refused = ask(&serving, Some(&doctor), log).1;
    assert_eq!(codes(&refused), ["FORBIDDEN", "FORBIDDEN"], "{refused}");
    assert_eq!(codes(&ask(&serving, Some(&doctor), "{ accessEvents { nodes { number } } }").1), ["FORBIDDEN"]);
    assert_eq!(codes(&ask(&serving, Some(&patient), "{ breakGlasses { number } }").1), ["FORBIDDEN"]);

    // Administrators review it.
    let listed = ask(&serving, Some(&admin), "{ breakGlasses(reviewed: false) { number patient { patientId } } accessEvents(breakGlass: true, email: \"Doctor@example.org\") { nodes { patientIds } } none: accessEvents(email: \"nobody@example.org\") { nodes { number } } }").1;
    assert_eq!(
        listed["data"]["breakGlasses"],
        json!([{ "number": number, "patient": { "patientId": 5 } }]),
        "{listed}"
    );
    // The refused look at the log showed the patient too.
    assert_eq!(listed["data"]["accessEvents"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(listed["data"]["none"]["nodes"], json!([]));
    let review = |token: &str| {
        ask(
            &serving,
            Some(token),
            &format!(
                "mutation {{ reviewBreakGlass(number: {number}, note: \"In order.\") {{ reviewedBy reviewNote }} }}"
            ),
        )
        .1
    };
    assert_eq!(codes(&review(&doctor)), ["FORBIDDEN"]);
    assert_eq!(review(&admin)["data"]["reviewBreakGlass"], json!({ "reviewedBy": "Ada", "reviewNote": "In order." }));
    let left = ask(&serving, Some(&admin), "{ breakGlasses(reviewed: false) { number } }").1;
    assert_eq!(left["data"]["breakGlasses"], json!([]));

    // Its time over, the patient is not seen any more, from the next request on.
    store.sql(&format!("UPDATE Break_Glass SET until_ms = {}", now() - 1)).await;
    assert_eq!(seen(), [3]);
    // Nobody breaks more than a few at a time, and nobody where it is switched off.
    store.sql(&format!("UPDATE Break_Glass SET until_ms = {}", now() + 600_000)).await;
    for _ in 0..19 {
        store.sql("INSERT INTO Break_Glass (patient_id, account_id, reason, begun_ms, until_ms) SELECT patient_id, account_id, reason, begun_ms, until_ms FROM Break_Glass WHERE break_id = (SELECT b FROM (SELECT MIN(break_id) AS b FROM Break_Glass) x)").await;
    }
    let full = break_for(&doctor, &format!("patientId: 4, {reason}"));
    assert_eq!(codes(&full), ["BAD_USER_INPUT"], "{full}");
    let off = gateway(&["--database-url", &store.url, "--break-glass-minutes", "0"]);
    let refused =
        ask(&off, Some(&doctor), &format!("mutation {{ breakGlass(patientId: 4, {reason}) {{ number }} }}")).1;
    assert_eq!(codes(&refused), ["FORBIDDEN"], "{refused}");
});
