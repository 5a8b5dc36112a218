//! Log-in and roles over HTTP: who is answered, what a role sees and may do, and what nobody is told.

use super::PASSWORD;
use crate::support::{
    Store, codes, on_both,
    process::{Gateway, body_of, medimax},
};
use medimax::access::{Access, Options, Standing};
use serde_json::{Value, json};
use std::{process::Stdio, sync::Arc};

/// A gateway that asks callers to log in.
pub(super) fn gateway(args: &[&str]) -> Gateway {
    let mut command = medimax(&["serve", "--listen", "127.0.0.1:0"]);
    Gateway::from(command.args(args).env_remove("MEDIMAX_NO_AUTH").stderr(Stdio::null()))
}

/// The answer to a caller with a token, or with none.
pub(super) fn ask(gateway: &Gateway, token: Option<&str>, query: &str) -> (u16, Value) {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json"), ("accept", "application/graphql-response+json")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    let answer = gateway.send("POST", "/graphql", &headers, &body_of(query, Value::Null));
    (answer.status, answer.json())
}

fn status(gateway: &Gateway, path: &str, token: Option<&str>) -> (u16, String) {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = bearer.as_deref().map(|bearer| ("authorization", bearer)).into_iter().collect();
    let answer = gateway.send("GET", path, &headers, b"");
    (answer.status, answer.text().to_owned())
}

#[test]
fn the_demo_answers_everybody_and_prints_a_token_for_each_role() {
    let gateway = gateway(&["--memory", "--demo-patients", "30"]);
    let said = gateway.said();
    let token = |role: &str| {
        let line = said.iter().find_map(|line| line.trim_start().strip_prefix(role)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{role}: {said:?}")).trim().to_owned()
    };
    let total = |token: Option<&str>| {
        let (_, answer) = ask(&gateway, token, "{ me { role } patients { totalCount } }");
        (answer["data"]["me"]["role"].clone(), answer["data"]["patients"]["totalCount"].as_u64().unwrap())
    };
    assert_eq!(total(None), (json!("ADMIN"), 30));
    assert_eq!(total(Some(&token("ADMIN"))), (json!("ADMIN"), 30));
    let (role, seen) = total(Some(&token("CLINICIAN")));
    assert!(role == "CLINICIAN" && (1..30).contains(&seen), "{seen}");
    assert_eq!(total(Some(&token("PATIENT"))), (json!("PATIENT"), 1));
    // What belongs to everybody is written by administrators, and is no permission of others.
    let (_, answer) = ask(&gateway, Some(&token("CLINICIAN")), "{ me { permissions } }");
    let permissions = answer["data"]["me"]["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("assignDoctor")) && !permissions.contains(&json!("addDoctor")), "{answer}");

    let patient = token("PATIENT");
    let (_, answer) =
        ask(&gateway, Some(&patient), "{ me { patient { patientId } permissions } graphStatus { store } }");
    assert_eq!(answer["data"]["me"]["patient"]["patientId"], 1);
    let permissions = answer["data"]["me"]["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("addEmail")) && !permissions.contains(&json!("removePatient")));
    assert_eq!((codes(&answer), &answer["errors"][0]["path"]), (vec!["FORBIDDEN"], &json!(["graphStatus"])));
    let (_, answer) = ask(
        &gateway,
        Some(&patient),
        "mutation { prescribeMedication(input: {patientId: 1, name: \"x\", prescribedDate: \"2024-01-01\"}) { replayed } \
         own: addEmail(input: {patientId: 1, address: \"new@home.example\", type: OTHER}) { email { address } } \
         other: addEmail(input: {patientId: 2, address: \"new@home.example\", type: OTHER}) { email { address } } }",
    );
    assert_eq!(codes(&answer).first(), Some(&"FORBIDDEN"), "{answer}");
    assert_eq!((&answer["data"]["prescribeMedication"], &answer["data"]["other"]), (&Value::Null, &Value::Null));

    let (status, answer) = ask(&gateway, Some("no.such.token"), "{ patients { totalCount } }");
    assert_eq!((status, codes(&answer)), (401, vec!["UNAUTHENTICATED"]));
}

on_both!(without_an_account_nothing_is_answered_but_log_in, 5, async |store: Store| {
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let options = Options { issuer: "medimax".into(), token_minutes: 15, session_days: 30, clock: Arc::new(now) };
    let access = Access::new(store.db.clone(), options);
    access.add("admin@example.org", None, Standing::Admin, PASSWORD).await.unwrap();
    // By the day of the gateway's clock, which is not that of the tests.
    for text in [
        "INSERT INTO Institution (institution_id, name) VALUES (7000, 'Clinic')",
        "INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (7001, 'Dr. Ours', 7000)",
        "INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) VALUES (3, 7001, 'consultant')",
        "INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type, until) VALUES (4, 7001, 'consultant', '2021-01-01')",
    ] {
        store.sql(text).await;
    }
    access.add("doctor@example.org", None, Standing::Clinician(7001), PASSWORD).await.unwrap();
    let gateway = gateway(&["--database-url", &store.url, "--operator-token", "only-for-operators"]);

    for query in [
        "{ patients { totalCount } }",
        "{ me { role } }",
        "{ __schema { types { name } } }",
        "{ nosuch }",
        "mutation { logOut { sessionsEnded } }",
        "{ ...f } fragment f on Query { ...f knowledge { version } }",
    ] {
        let (status, answer) = ask(&gateway, None, query);
        assert_eq!((status, codes(&answer)), (401, vec!["UNAUTHENTICATED"]), "{query}");
        assert!(!answer.to_string().contains("nosuch"), "{answer}");
    }
    assert_eq!(ask(&gateway, None, "{ __typename }").0, 200);
    let log_in = |email: &str, password: &str| {
        let query =
            format!("mutation {{ logIn(email: \"{email}\", password: \"{password}\") {{ accessToken role }} }}");
        ask(&gateway, None, &query).1
    };
    assert_eq!(codes(&log_in("admin@example.org", "some other password")), ["UNAUTHENTICATED"]);
    let token = |email: &str| log_in(email, PASSWORD)["data"]["logIn"]["accessToken"].as_str().unwrap().to_owned();
    let (admin, doctor) = (token("admin@example.org"), token("Doctor@Example.org"));
    let patients = |token: &str| {
        ask(&gateway, Some(token), "{ patients { nodes { patientId } } }").1["data"]["patients"]["nodes"].clone()
    };
    assert_eq!(patients(&admin).as_array().unwrap().len(), 5);
    assert_eq!(patients(&doctor), json!([{ "patientId": 3 }]));

    // Operators alone see how the gateway works.
    for path in ["/metrics", "/.well-known/jwks.json", "/readyz"] {
        let seen = |token: Option<&str>| status(&gateway, path, token);
        match path {
            "/metrics" => {
                assert_eq!([seen(None).0, seen(Some(&doctor)).0, seen(Some("only-for-operatorz")).0], [401, 403, 401]);
                assert_eq!([seen(Some(&admin)).0, seen(Some("only-for-operators")).0], [200, 200]);
            }
            "/readyz" => assert!(!seen(None).1.contains("migration") && seen(Some(&admin)).1.contains("migration")),
            _ => assert!(seen(None).1.contains("\"kid\"")),
        }
    }
    // An assignment that ended and an account that is locked hold from the next request on.
    store
        .sql("UPDATE Doctor_Patient_Assignment SET is_active = 0, until = '2021-01-01' WHERE doctor_id = 7001 AND patient_id = 3")
        .await;
    assert_eq!(patients(&doctor), json!([]));
    access.lock("doctor@example.org").await.unwrap();
    assert_eq!(ask(&gateway, Some(&doctor), "{ me { role } }").0, 401);
});
