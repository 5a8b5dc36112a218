//! Filters: every comparison, their combinations, and across relations.

use crate::support::{Store, codes, on_both, run, texts};
use medimax::{config::Config, db::scope::Scope, graphql::limits::Limits};
use serde_json::Value;

async fn found(store: &Store, filter: &str) -> Vec<String> {
    let data = store.data(&format!("{{ patients(filter: {filter}) {{ nodes {{ patientId }} totalCount }} }}")).await;
    let ids = texts(&data, "patients.nodes.*.patientId");
    assert_eq!(data["patients"]["totalCount"], ids.len(), "{filter}");
    ids
}

on_both!(comparisons_and_their_combinations, async |store: Store| {
    store.sql(
        "INSERT INTO Patient (name, dob, sex) VALUES ('Ann', '1980-05-01', 'Female'), ('Bob', '1990-05-01', 'Male'), ('Cy_d', NULL, 'Other'), ('Cyad', '2000-02-29', 'Other')",
    ).await;
    store.sql("INSERT INTO Medication (patient_id, medicine_name, is_continued, prescribed_date, discontinued_date) VALUES
        (1, 'Metformin', 1, '2020-01-01', NULL), (1, 'Aspirin', 0, '2020-01-01', '2021-01-01'), (2, 'Aspirin', NULL, '2020-01-01', NULL)").await;
    for (filter, expected) in [
        ("{}", &["1", "2", "3", "4"][..]),
        ("{ name: { eq: \"ann\" } }", &["1"]),
        ("{ name: { in: [\"Ann\", \"BOB\", \"nobody\"] } }", &["1", "2"]),
        ("{ name: { in: [] } }", &[]),
        ("{ name: { ne: \"Ann\" } }", &["2", "3", "4"]),
        ("{ name: { startsWith: \"cy\" } }", &["3", "4"]),
        ("{ name: { startsWith: \"cy_\" } }", &["3"]),
        ("{ name: { contains: \"Y_D\" }, sex: { eq: OTHER } }", &["3"]),
        ("{ dateOfBirth: { lt: \"1990-05-01\" } }", &["1"]),
        ("{ dateOfBirth: { lte: \"1990-05-01\", gt: \"1980-05-01\" } }", &["2"]),
        ("{ dateOfBirth: { isNull: true } }", &["3"]),
        ("{ dateOfBirth: { isNull: false } }", &["1", "2", "4"]),
        ("{ dateOfBirth: { ne: \"1980-05-01\" } }", &["2", "4"]),
        ("{ not: { dateOfBirth: { lt: \"1990-01-01\" } } }", &["2", "3", "4"]),
        ("{ sex: { eq: MALE } }", &["2"]),
        ("{ sex: { in: [MALE, FEMALE] } }", &["1", "2"]),
        ("{ sex: { ne: OTHER } }", &["1", "2"]),
        ("{ id: { in: [\"Patient:2\", \"3\", 99] } }", &["2", "3"]),
        ("{ patientId: { eq: 4 } }", &["4"]),
        ("{ or: [{ name: { eq: \"Ann\" } }, { sex: { eq: MALE } }] }", &["1", "2"]),
        ("{ or: [] }", &[]),
        ("{ and: [] }", &["1", "2", "3", "4"]),
        ("{ and: [{ sex: { eq: OTHER } }, { not: { dateOfBirth: { isNull: true } } }] }", &["4"]),
        ("{ medications: { some: { name: { contains: \"SPIR\" } } } }", &["1", "2"]),
        ("{ medications: { none: {} } }", &["3", "4"]),
        ("{ medications: { some: {}, every: { name: { eq: \"aspirin\" } } } }", &["2"]),
        ("{ medications: { every: { isContinued: { eq: true } } } }", &["2", "3", "4"]),
        ("{ medications: { some: { isContinued: { eq: false } } } }", &["1"]),
        ("{ medications: { some: { patient: { medications: { some: { name: { eq: \"Metformin\" } } } } } } }", &["1"]),
    ] {
        assert_eq!(found(&store, filter).await, expected, "{filter}");
    }
});

on_both!(a_filter_that_would_read_everything_is_refused_and_says_what_to_do, 2, async |store: Store| {
    for (query, hint) in [
        ("{ patients(filter: { name: { contains: \"a\" } }) { totalCount } }", "search"),
        (
            "{ patients(filter: { or: [{ sex: { eq: MALE } }, { name: { contains: \"a\" } }] }) { totalCount } }",
            "search",
        ),
        ("{ appointments(filter: { notes: { startsWith: \"a\" } }) { totalCount } }", "date"),
        // What every value begins with narrows nothing.
        ("{ patients(filter: { name: { startsWith: \"\" } }) { totalCount } }", "patientId, name, dateOfBirth"),
    ] {
        let answer = store.ask(query).await;
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{query}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(hint), "{answer}");
    }
    // The same where something else narrows the rows.
    store.data("{ patients(search: \"a\", filter: { name: { contains: \"a\" } }) { totalCount } }").await;
    store.data("{ patient(id: 1) { appointments(filter: { notes: { contains: \"a\" } }) { totalCount } } }").await;
});

on_both!(filters_are_checked, 1, async |store: Store| {
    let deep = (0..12).fold("{ sex: { eq: MALE } }".to_owned(), |inner, _| format!("{{ not: {inner} }}"));
    let long = vec!["1"; 600].join(",");
    // What says nothing takes as much to look at.
    let empty = |what: &str| format!("{{ or: [{}] }}", vec![what; 501].join(","));
    for filter in [
        "{ dateOfBirth: { eq: \"2023-02-30\" } }",
        "{ dateOfBirth: { lt: \"yesterday\" } }",
        "{ createdAt: { gt: \"2023-02-01\" } }",
        "{ createdAt: { gt: \"2023-02-31T00:00:00Z\" } }",
        "{ createdAt: { in: [\"2023-02-28T00:00:00Z\", \"2023-02-29T00:00:00Z\"] } }",
        "{ createdAt: { gt: \"2023-02-01x00:00:00Z\" } }",
        "{ createdAt: { gt: \"2023-02-01T00:00:00ZZ\" } }",
        "{ id: { eq: \"Medication:1\" } }",
        "{ name: null }",
        "{ name: { eq: null } }",
        &deep,
        &format!("{{ patientId: {{ in: [{long}] }} }}"),
        &format!("{{ sex: {{ eq: MALE }}, name: {{ contains: \"{}\" }} }}", "a".repeat(10_001)),
        &empty("{}"),
        &empty("{ name: {} }"),
        &empty("{ and: [] }"),
        &empty("{ medications: {} }"),
        &empty("{ not: {} }"),
    ] {
        assert_eq!(
            codes(&store.ask(&format!("{{ patients(filter: {filter}) {{ totalCount }} }}")).await),
            ["BAD_USER_INPUT"],
            "{filter}"
        );
    }
    let answer =
        store.ask("{ patients(filter: { createdAt: { lt: \"2024-02-30T00:00:00Z\" } }) { totalCount } }").await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("on a day that exists"), "{answer}");
    let many = vec!["{}"; 500].join(",");
    for filter in [
        "{ createdAt: { gte: \"2024-02-29T00:00:00Z\" } }",
        "{ createdAt: { gte: \"2024-02-29T00:00:00.25Z\" } }",
        &format!("{{ or: [{many}] }}"),
    ] {
        store.data(&format!("{{ patients(filter: {filter}) {{ totalCount }} }}")).await;
    }
});

on_both!(a_list_that_would_read_too_many_rows_is_refused_before_it_is_sent, 30, async |store: Store| {
    let engine = store.engine_with(Limits { max_rows_read: 60, ..Config::default().limits() });
    let ask = async |query: &str| {
        let (body, ran) = run(&engine, Scope::everything(), query, Value::Null).await;
        let lists = ran.iter().filter(|ran| !matches!(ran.what, "probe" | "sample")).count();
        (serde_json::from_slice::<Value>(&body).unwrap(), lists)
    };
    for query in [
        "{ patients(filter: { labReports: { none: { findings: { some: { value: { contains: \"zz\" } } } } } }) { totalCount } }",
        "{ labFindings(filter: { labReport: { patient: { sex: { in: [MALE, FEMALE] } } } }, orderBy: [TEST_NAME_ASC]) { nodes { id } totalCount } }",
    ] {
        let (answer, lists) = ask(query).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED", "{answer}");
        assert_eq!(error["extensions"]["limit"]["key"], "max_rows_read", "{answer}");
        assert!(error["extensions"]["limit"]["asked"].as_u64().unwrap() > 60, "{answer}");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("the limit max_rows_read allows 60: ") && message.contains("add a condition"),
            "{message}"
        );
        assert_eq!(lists, 0, "{query}");
    }
    // What few rows answer is answered.
    for query in [
        "{ patients(filter: { patientId: { in: [1, 2] }, labReports: { some: { findings: { some: { value: { contains: \"zz\" } } } } } }) { totalCount } }",
        "{ patients(filter: { medications: { some: { name: { eq: \"Nothing\" } } } }) { totalCount nodes { id } } }",
        "{ patients { totalCount nodes { id } } }",
    ] {
        let (answer, lists) = ask(query).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        assert!(lists > 0, "{query}");
    }
});

on_both!(what_the_graph_found_is_looked_up_in_once, async |store: Store| {
    let store = Store::with_graph(store.backend, 60).await;
    let engine = store.engine_with(Limits { max_rows_read: 260, ..Config::default().limits() });
    let mut met = 0;
    for filter in [
        "{ graph: { hasCondition: \"Hypertension\" }, sex: { in: [FEMALE, MALE] } }",
        "{ not: { graph: { hasCondition: \"Hypertension\" } }, sex: { in: [FEMALE, MALE] } }",
    ] {
        let query = format!("{{ patients(filter: {filter}) {{ totalCount nodes {{ id }} }} }}");
        let (body, _) = run(&engine, Scope::everything(), &query, Value::Null).await;
        let answer = serde_json::from_slice::<Value>(&body).unwrap();
        assert_eq!(answer.get("errors"), None, "{answer}");
        met += answer["data"]["patients"]["totalCount"].as_u64().unwrap();
    }
    assert!(met > 55, "{met}");
});
