//! What the GraphQL specification says of execution, case by case, and how errors read.

use crate::support::{Store, codes, on_both, run};
use medimax::{db::scope::Scope, graphql::limits::Limits};
use serde_json::{Value, json};

/// The text of an answer: the order of its keys counts.
async fn text(store: &Store, query: &str, variables: Value) -> String {
    String::from_utf8(run(&store.engine(), Scope::everything(), query, variables).await.0).unwrap()
}

on_both!(the_answer_has_the_order_of_the_query, 3, async |store: Store| {
    for (query, variables, expected) in [
        (
            "{ b: patient(id: 2) { patientId } __typename a: patient(id: 1) { id patientId } }",
            json!({}),
            r#"{"data":{"b":{"patientId":2},"__typename":"Query","a":{"id":"Patient:1","patientId":1}}}"#,
        ),
        (
            "{ patient(id: 1) { patientId } ... { patient(id: 1) { id } } ...F } fragment F on Query { patient(id: 1) { __typename } }",
            json!({}),
            r#"{"data":{"patient":{"patientId":1,"id":"Patient:1","__typename":"Patient"}}}"#,
        ),
        (
            "query($yes: Boolean = true, $no: Boolean = false) { patient(id: 1) @include(if: $no) { id } patients @skip(if: $yes) { totalCount } }",
            json!({}),
            r#"{"data":{}}"#,
        ),
        (
            "query($yes: Boolean = true) { patient(id: 1) @include(if: $yes) { id } }",
            json!({ "yes": false }),
            r#"{"data":{}}"#,
        ),
        (
            "query($first: Int) { patients(first: $first) { totalCount } }",
            json!({}),
            r#"{"data":{"patients":{"totalCount":3}}}"#,
        ),
        (
            "query($first: Int) { patients(first: $first) { totalCount } }",
            json!({ "first": null }),
            r#"{"data":{"patients":{"totalCount":3}}}"#,
        ),
        (
            "query($id: ID!) { node(id: $id) { ... on Node { id } ... on Patient { n: patientId } ... on Symptom { name } } }",
            json!({ "id": "Patient:2" }),
            r#"{"data":{"node":{"id":"Patient:2","n":2}}}"#,
        ),
        (
            "{ patient(id: 99) { id } node(id: \"Report:99999\") { id } }",
            json!({}),
            r#"{"data":{"patient":null,"node":null}}"#,
        ),
        (
            "{ __type(name: \"Sex\") { kind } patient(id: 3) { id } __schema { queryType { name } } }",
            json!({}),
            r#"{"data":{"__type":{"kind":"ENUM"},"patient":{"id":"Patient:3"},"__schema":{"queryType":{"name":"Query"}}}}"#,
        ),
        ("query A { patient(id: 1) { id } }", json!({}), r#"{"data":{"patient":{"id":"Patient:1"}}}"#),
    ] {
        assert_eq!(text(&store, query, variables).await, expected, "{query}");
    }
});

on_both!(what_is_wrong_is_refused_before_anything_runs, 1, async |store: Store| {
    for (query, variables) in [
        ("{ patient(id: 1) { nothing } }", json!({})),
        ("{ patient { id } }", json!({})),
        ("{ patient(id: 1, other: 2) { id } }", json!({})),
        ("{ patient(id: 1) }", json!({})),
        ("{ patient(id: 1) { name { first } } }", json!({})),
        ("{ patients(first: \"many\") { totalCount } }", json!({})),
        ("{ patients(orderBy: SHOE_SIZE) { totalCount } }", json!({})),
        ("{ patients(filter: { shoe: 1 }) { totalCount } }", json!({})),
        ("query($n: Int!) { patients(first: $n) { totalCount } }", json!({})),
        ("query($n: Int!) { patients(first: $n) { totalCount } }", json!({ "n": null })),
        ("query($n: Int) { patients(first: $n) { totalCount } }", json!({ "n": 1.5 })),
        ("query($n: Int) { patients(first: $n) { totalCount } }", json!({ "n": 3_000_000_000_u64 })),
        ("query($f: PatientFilter) { patients(filter: $f) { totalCount } }", json!({ "f": { "shoe": 1 } })),
        (
            "query($f: PatientFilter) { patients(filter: $f) { totalCount } }",
            json!({ "f": { "sex": { "eq": "UNKNOWN" } } }),
        ),
        ("query($s: [PatientOrder!]) { patients(orderBy: $s) { totalCount } }", json!({ "s": [null] })),
        ("{ patient(id: 1) { ...F } } fragment F on Patient { ...F }", json!({})),
        ("{ patient(id: 1) { ...Missing } }", json!({})),
        ("{ patient(id: 1) { a: name a: patientId } }", json!({})),
        ("query A { __typename } query B { __typename }", json!({})),
        ("subscription { patientChanged { id } }", json!({})),
        ("mutation { removePatient(id: 1) { id } }", json!({})),
        ("{", json!({})),
        ("", json!({})),
        ("{ patient(id: 1) { id } } \u{0}", json!({})),
    ] {
        let (body, ran) = run(&store.engine(), Scope::everything(), query, variables).await;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert!(
            codes(&answer).iter().all(|code| *code == "BAD_USER_INPUT") && !codes(&answer).is_empty(),
            "{query}: {answer}"
        );
        assert_eq!(answer.get("data"), None, "{query}");
        assert_eq!(ran.len(), 0, "{query}");
    }
});

on_both!(a_document_that_was_valid_once_has_its_variables_checked_each_time, 3, async |store: Store| {
    let engine = store.engine();
    let query =
        "query($n: Int!, $sex: Sex = MALE) { patients(first: $n, filter: { sex: { eq: $sex } }) { totalCount } }";
    for (variables, codes_expected) in [
        (json!({ "n": 1 }), &[][..]),
        (json!({ "n": "x" }), &["BAD_USER_INPUT"]),
        (json!({}), &["BAD_USER_INPUT"]),
        (json!({ "n": 1, "sex": "NONE" }), &["BAD_USER_INPUT"]),
        (json!({ "n": 1000 }), &["LIMIT_EXCEEDED"]),
        (json!({ "n": 2 }), &[]),
    ] {
        let (body, _) = run(&engine, Scope::everything(), query, variables.clone()).await;
        assert_eq!(codes(&serde_json::from_slice(&body).unwrap()), codes_expected, "{variables}");
    }
});

on_both!(odd_text_goes_in_and_out_unharmed, async |store: Store| {
    let name = "Zoë \u{1F600} \"quoted\" \u{202E}tab\tend";
    let literal = match store.backend {
        crate::support::Backend::MariaDb => name.replace('\\', "\\\\"),
        crate::support::Backend::Sqlite => name.to_owned(),
    };
    store.sql(&format!("INSERT INTO Patient (name, sex) VALUES ('{literal}', 'Other')")).await;
    let (answer, _) = store
        .ask_as(
            Scope::everything(),
            "query($n: String) { patients(filter: { name: { eq: $n } }) { nodes { name } } }",
            json!({ "n": name }),
        )
        .await;
    assert_eq!(answer["data"]["patients"]["nodes"], json!([{ "name": name }]));
    let (answer, _) = store
        .ask_as(
            Scope::everything(),
            "query($n: String) { patients(filter: { name: { eq: $n } }) { totalCount } }",
            json!({ "n": "a\u{0}b" }),
        )
        .await;
    assert_eq!(answer["data"]["patients"]["totalCount"], 0, "{answer}");
});

on_both!(limits_refuse_before_anything_is_fetched, 5, async |store: Store| {
    let limits = Limits {
        max_depth: 4,
        max_cost: 1_000,
        max_aliases: 2,
        max_root_fields: 3,
        max_tokens: 120,
        ..medimax::config::Config::default().limits()
    };
    let engine = store.engine_with(limits);
    let lists = ["labReports", "reports", "appointments", "messages"];
    let many: String = lists.iter().map(|list| format!("{list}(first: 200) {{ nodes {{ id }} }} ")).collect();
    let many = format!("{many} medications(first: 200) {{ id }} medicalHistory(first: 200) {{ id }}");
    for (query, key) in [
        ("{ patients { nodes { appointments { nodes { id } } } } }", "max_depth"),
        ("{ patients(first: 200) { nodes { medications { id } } } }", "max_cost"),
        (
            "{ a: __typename b: patient(id: 1) { id } c: patient(id: 1) { id } d: patient(id: 1) { x: id y: id } }",
            "max_root_fields",
        ),
        // The type that a fragment names counts, also where the field's own type does not say it.
        (&format!("{{ node(id: 7) {{ ... on Patient {{ {many} }} }} }}"), "max_cost"),
        (&format!("{{ node(id: 7) {{ ...F }} }} fragment F on Patient {{ {many} }}"), "max_cost"),
        ("{ a: patient(id: 1) { x: id y: name } }", "max_aliases"),
        (&"{ patient(id: 1) { id id id id id } ".repeat(10), "max_tokens"),
        (&format!("{}{}", "{ a ".repeat(140), "}".repeat(140)), "max_tokens"),
    ] {
        let (body, ran) = run(&engine, Scope::everything(), query, Value::Null).await;
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(codes(&answer), ["LIMIT_EXCEEDED"], "{query}: {answer}");
        let limit = &answer["errors"][0]["extensions"]["limit"];
        assert_eq!(limit["key"], key, "{query}");
        assert!(limit["asked"].as_u64() > limit["allowed"].as_u64(), "{limit}");
        assert_eq!(ran.len(), 0);
    }
});

on_both!(a_level_with_too_many_rows_costs_its_field_alone, 10, async |store: Store| {
    let engine = store.engine_with(Limits { max_level_rows: 10, ..medimax::config::Config::default().limits() });
    let (body, _) = run(
        &engine,
        Scope::everything(),
        "{ patients(first: 10) { nodes { patientId medicalHistory { id } } } }",
        Value::Null,
    )
    .await;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let nodes = answer["data"]["patients"]["nodes"].as_array().unwrap();
    assert!(
        nodes.len() == 10 && nodes.iter().all(|node| node["medicalHistory"].is_null() && node["patientId"].is_number())
    );
    assert_eq!(codes(&answer), vec!["LIMIT_EXCEEDED"; 10]);
    assert_eq!(answer["errors"][3]["path"], json!(["patients", "nodes", 3, "medicalHistory"]));
});

on_both!(a_fault_of_the_store_costs_its_field_and_says_nothing_of_it, 15, async |store: Store| {
    store.sql("DROP TABLE Medication_Purpose").await;
    let answer = store.ask("{ patients { nodes { name medications { name purposes { id } } } } medicationless: patient(id: 1) { name } }").await;
    assert!(answer["data"]["medicationless"]["name"].is_string());
    let medications: Vec<&Value> = answer["data"]["patients"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|node| node["medications"].as_array().unwrap())
        .collect();
    assert!(
        !medications.is_empty()
            && medications.iter().all(|medication| medication["purposes"].is_null() && medication["name"].is_string())
    );
    assert_eq!(codes(&answer), vec!["INTERNAL"; medications.len()]);
    let text = answer["errors"].to_string().to_lowercase();
    for secret in ["medication_purpose", "table", "sql", "no such", "doesn't exist", &store.url] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(answer["errors"][0]["extensions"]["requestId"], "test");
});
