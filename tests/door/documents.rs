//! Where documents come from: registered under their hash, or from a list; and what is told of the schema.

use super::{MODERN, encoded, gateway, refusal};
use crate::support::{
    Backend, Store,
    process::{Answer, Gateway, JSON, body_of, eventually, medimax, run, signal},
    scratch, texts, unique,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fs};

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

fn send(gateway: &Gateway, body: &Value) -> Answer {
    gateway.send("POST", "/graphql", &[JSON, MODERN], body.to_string().as_bytes())
}

#[tokio::test]
async fn a_query_is_registered_once_and_then_asked_by_its_hash() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    let gateway = gateway(&store, &[]);
    let query = "query($id: ID!) { patient(id: $id) { patientId } }";
    let hash = sha256(query);
    let by_hash = |id: i32| json!({ "extensions": persisted(&hash), "variables": { "id": id } });

    let unknown = send(&gateway, &by_hash(1));
    // What clients look for, word for word.
    assert_eq!(refusal(&unknown), ("PERSISTED_QUERY_NOT_FOUND".into(), "PersistedQueryNotFound".into()));
    let wrong = send(&gateway, &json!({ "query": "{ __typename }", "extensions": persisted(&hash) }));
    assert_eq!((wrong.status, refusal(&wrong).0.as_str()), (400, "BAD_USER_INPUT"));
    let invalid = "{ nothing }";
    let refused = send(&gateway, &json!({ "query": invalid, "extensions": persisted(&sha256(invalid)) }));
    assert_eq!(refused.status, 400);
    let still = send(&gateway, &json!({ "extensions": persisted(&sha256(invalid)) }));
    assert_eq!(refusal(&still).0, "PERSISTED_QUERY_NOT_FOUND", "what is not valid is not kept");

    let mut first = by_hash(1);
    first["query"] = query.into();
    for (body, id) in [(first, 1), (by_hash(2), 2), (by_hash(1), 1)] {
        let answer = send(&gateway, &body);
        assert_eq!((answer.status, answer.json()), (200, json!({ "data": { "patient": { "patientId": id } } })));
    }
    let url =
        format!("/graphql?extensions={}&variables={}", encoded(&persisted(&hash).to_string()), encoded(r#"{"id":2}"#));
    let by_get = gateway.send("GET", &url, &[MODERN], b"");
    assert_eq!(by_get.json()["data"]["patient"]["patientId"], 2, "{by_get:?}");
    // A mutation that is registered is still none for GET.
    let mutation = "mutation { removePatient(id: 1) { replayed } }";
    send(
        &gateway,
        &json!({ "query": mutation.replace('1', "99"), "extensions": persisted(&sha256(&mutation.replace('1', "99"))) }),
    );
    let url = format!("/graphql?extensions={}", encoded(&persisted(&sha256(&mutation.replace('1', "99"))).to_string()));
    assert_eq!(gateway.send("GET", &url, &[MODERN], b"").status, 405);

    for wrong in [json!({ "version": 2, "sha256Hash": hash }), json!({ "version": 1 }), json!({})] {
        let answer = send(&gateway, &json!({ "extensions": { "persistedQuery": wrong } }));
        assert_eq!(refusal(&answer).0, "BAD_USER_INPUT", "{wrong}");
    }
    let off = super::gateway(&store, &["--persisted-query-bytes", "0"]);
    let refused = send(&off, &by_hash(1));
    assert_eq!(refusal(&refused), ("PERSISTED_QUERY_NOT_SUPPORTED".into(), "PersistedQueryNotSupported".into()));
    let by_id = send(&gateway, &json!({ "documentId": "x" }));
    assert!(refusal(&by_id).1.contains("send `query`"), "{by_id:?}");
}

#[tokio::test]
async fn with_a_list_nothing_else_is_answered_and_a_signal_reads_it_anew() {
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    let file = scratch(&format!("{}.json", unique("documents")));
    let profile = "query Profile($id: ID!) { patient(id: $id) { patientId } }";
    let remove = "mutation Remove($id: ID!) { removePatient(id: $id) { replayed } }";
    fs::write(&file, json!({ "p1": profile, sha256(remove): remove }).to_string()).unwrap();
    let gateway = gateway(&store, &["--documents", file.to_str().unwrap()]);
    let id = json!({ "id": 1 });
    for body in [
        json!({ "documentId": "p1", "variables": id }),
        json!({ "query": format!("\n{profile}  "), "variables": id }),
        json!({ "query": profile, "documentId": "p1", "variables": id }),
        json!({ "extensions": persisted("p1"), "variables": id }),
    ] {
        assert_eq!(send(&gateway, &body).json()["data"]["patient"]["patientId"], 1, "{body}");
    }
    for body in [
        json!({ "query": "{ __typename }" }),
        json!({ "query": format!("{profile} #"), "variables": id }),
        json!({ "query": "{ patients { nodes { name } } }", "documentId": "p1" }),
        json!({ "query": "{ __schema { types { name } } }" }),
        json!({ "query": "{" }),
    ] {
        let answer = send(&gateway, &body);
        assert_eq!((answer.status, refusal(&answer).0.as_str()), (403, "FORBIDDEN"), "{body}");
    }
    let unknown = send(&gateway, &json!({ "documentId": "p2" }));
    assert_eq!((unknown.status, refusal(&unknown).0.as_str()), (400, "PERSISTED_QUERY_NOT_FOUND"));
    // What is listed is not registered by whoever likes, and a listed mutation is none for GET.
    let hash = sha256("{ __typename }");
    assert_eq!(send(&gateway, &json!({ "query": "{ __typename }", "extensions": persisted(&hash) })).status, 403);
    let url = format!("/graphql?documentId={}&variables={}", sha256(remove), encoded(r#"{"id":1}"#));
    assert_eq!(gateway.send("GET", &url, &[MODERN], b"").status, 405);
    assert_eq!(gateway.send("GET", "/graphql?documentId=p1&variables=%7B%22id%22%3A2%7D", &[MODERN], b"").status, 200);

    // A list that cannot be answered changes nothing.
    fs::write(&file, json!({ "p2": "{ nothing }" }).to_string()).unwrap();
    signal(&gateway.child, "HUP");
    fs::write(&file, json!({ "p2": "query Total { patients { totalCount } }" }).to_string()).unwrap();
    signal(&gateway.child, "HUP");
    eventually("the new list is in force", || {
        let answer = send(&gateway, &json!({ "documentId": "p2" }));
        (answer.status == 200).then_some(())
    })
    .unwrap();
    assert_eq!(send(&gateway, &json!({ "documentId": "p1", "variables": id })).status, 400);
}

#[tokio::test]
async fn a_list_that_is_wrong_is_refused_at_the_start() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let file = scratch(&format!("{}.json", unique("documents")));
    let start = || {
        run(&mut medimax(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &store.url,
            "--documents",
            file.to_str().unwrap(),
        ]))
    };
    for (text, says) in [
        ("nonsense", &["no JSON"][..]),
        (
            r#"{"good": "{ __typename }", "bad": "{ patient(id: 1) { nam } }", "worse": "{"}"#,
            &["2 of the listed", "bad: ", "\"nam\"", "worse: "],
        ),
        (
            r#"{"deep": "{ patients { nodes { a: name b: name } } }", "long": "query($x: Missing) { __typename }"}"#,
            &["1 of the listed", "long: "],
        ),
    ] {
        fs::write(&file, text).unwrap();
        let ended = start();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(says.iter().all(|says| ended.err.join("\n").contains(says)), "{text}: {ended:?}");
    }
    let _ = fs::remove_file(&file);
    let ended = start();
    assert!(ended.code == Some(1) && ended.err[0].contains("No such file"), "{ended:?}");
}

#[tokio::test]
async fn every_sample_fits_into_a_list() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let file = scratch(&format!("{}.json", unique("documents")));
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("web/samples");
    let samples = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let list: serde_json::Map<String, Value> = samples
        .map(|path| {
            (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap().into())
        })
        .filter(|(name, _)| !name.contains("error"))
        .collect();
    assert!(list.len() > 9);
    fs::write(&file, Value::Object(list).to_string()).unwrap();
    gateway(&store, &["--documents", file.to_str().unwrap()]);
}

/// The words of a text that could be names.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.len() > 1).map(str::to_owned).collect()
}

#[tokio::test]
async fn without_introspection_no_error_names_what_the_request_did_not() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let silent = gateway(&store, &["--introspection=false"]);
    let schema = include_str!("../../schema.graphql");
    // Names of fields, arguments and types, not the words of descriptions.
    let names: BTreeSet<String> = names_of(schema);
    assert!(names.len() > 300 && names.contains("dateOfBirth") && names.contains("expectedVersion"));
    let wrong = [
        "{ patientt(id: 1) { name } }",
        "{ patient { name } }",
        "{ patient(id: 1) { nam } }",
        "{ patient(id: 1) }",
        "{ patient(id: 1) { name { x } } }",
        "{ patient(idd: 1) { name } }",
        "{ patients(orderBy: NAM) { nodes { name } } }",
        "{ patients(filter: { sex: { eq: \"x\" } }) { nodes { name } } }",
        "{ patients(filter: { sexx: 1 }) { nodes { name } } }",
        "{ patients(filter: { sex: 1 }) { nodes { name } } }",
        "{ patients { name } }",
        "{ node(id: \"x\") { ... on Patien { name } } }",
        "{ node(id: \"x\") { name } }",
        "mutation { registerPatient(input: {}) { patien } }",
        "query($f: PatientFilte) { patients(filter: $f) { nodes { name } } }",
        "{ __schema { types { name } } }",
        "{ __type(name: \"Patient\") { fields { name } } }",
        "{ ...F } fragment F on Query { __schema { types { name } } }",
        "{ x: __typename y: __schema { queryType { name } } }",
    ];
    for query in wrong {
        let answer = silent.post(&body_of(query, Value::Null));
        let json = answer.json();
        assert_eq!(json.get("data"), None, "{query}: {json}");
        let errors = json["errors"].as_array().unwrap().iter();
        let told: BTreeSet<String> = errors.flat_map(|error| words(error["message"].as_str().unwrap())).collect();
        let asked = words(query);
        // Words of plain English that are names in the schema too.
        let plain: BTreeSet<String> =
            ["document", "schema", "introspection", "is", "here", "off", "told", "not", "the"]
                .map(str::to_owned)
                .into();
        let leaked: Vec<_> = told
            .iter()
            .filter(|word| names.contains(*word) && !asked.contains(*word) && !plain.contains(*word))
            .collect();
        assert!(leaked.is_empty(), "{query}: {leaked:?} in {json}");
    }
    for (query, variables) in [
        ("query($f: PatientFilter) { patients(filter: $f) { totalCount } }", json!({ "f": { "x": 1 } })),
        ("mutation($i: RegisterPatientInput!) { registerPatient(input: $i) { replayed } }", json!({ "i": {} })),
    ] {
        let (_, answer) = silent.ask_with(query, variables);
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("the ") && message.contains(" not fit the"), "{query}: {message}");
    }
    assert_eq!(silent.ask("{ __typename patient(id: 1) { __typename } }").0, 200);

    let terse = gateway(&store, &["--suggestions=false"]);
    let helpful = gateway(&store, &[]);
    let slips = [
        ("{ patient(id: 1) { nam } }", "Unknown field \"nam\" on type \"Patient\".", " Did you mean \"name\"?"),
        (
            "{ patients(firs: 1) { totalCount } }",
            "Unknown argument \"firs\" on field \"patients\" of type \"Query\".",
            " Did you mean \"first\"?",
        ),
    ];
    for (query, told, suggested) in slips {
        let messages = |gateway: &Gateway| texts(&gateway.ask(query).1, "errors.*.message").join("\n");
        let (helpful, terse) = (messages(&helpful), messages(&terse));
        assert!(helpful.contains(&format!("{told}{suggested}")), "{helpful}");
        assert!(terse.contains(told) && !terse.contains("Did you mean"), "{terse}");
    }
}

/// Every name that a schema defines.
fn names_of(schema: &str) -> BTreeSet<String> {
    let mut inside = false;
    let code: Vec<&str> = schema
        .lines()
        .filter(|line| {
            let description = inside || line.trim_start().starts_with("\"\"\"");
            if line.matches("\"\"\"").count() % 2 == 1 {
                inside = !inside;
            }
            !description
        })
        .collect();
    words(&code.join("\n"))
}
