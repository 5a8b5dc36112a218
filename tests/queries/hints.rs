//! What is said of a wrong request: which place wants what, and what was perhaps meant.

use crate::support::{Store, codes, on_both, run};
use medimax::{config::Config, db::scope::Scope, graphql::limits::Limits};
use serde_json::{Value, json};

/// Wrong requests, each with what its one error must say.
fn wrong() -> Vec<(&'static str, Value, &'static str)> {
    let of = "query($f: PatientFilter, $o: [PatientOrder!]) { patients(filter: $f, orderBy: $o) { totalCount } }";
    let name = "takes a TextFilter, an object such as {eq: \"x\"}";
    vec![
        (
            "{ patients { name } }",
            json!({}),
            "It is a field of \"Patient\": select it within \"nodes\", as nodes { name }.",
        ),
        ("{ patients { edges { name } } }", json!({}), "select it within \"node\""),
        ("{ patient(id: 1) { appointments { status } } }", json!({}), "It is a field of \"Appointment\""),
        ("{ patients { node { name } } }", json!({}), "Did you mean \"nodes\"?"),
        ("{ patients(filter: { name: \"x\" }) { totalCount } }", json!({}), "`filter.name` takes a TextFilter"),
        ("{ patients(filter: { name: \"x\" }) { totalCount } }", json!({}), name),
        (
            "{ patients(filter: { or: [{}, { not: { sex: MALE } }] }) { totalCount } }",
            json!({}),
            "`filter.or.1.not.sex` takes a SexFilter, an object such as {eq: ",
        ),
        (
            "{ patients(filter: { medications: [1] }) { totalCount } }",
            json!({}),
            "`filter.medications` takes a MedicationListFilter, an object such as {some: {",
        ),
        (
            "{ ...F } fragment F on Query { patient(id: 1) { ... { appointments(filter: 7) { totalCount } } } }",
            json!({}),
            "`filter` takes an AppointmentFilter, an object such as {",
        ),
        ("mutation { correctPatient(id: 1, input: \"x\") { replayed } }", json!({}), "`input` takes a "),
        ("{ patients(filter: { nam: { eq: \"x\" } }) { totalCount } }", json!({}), "Did you mean \"name\"?"),
        (
            "{ patients(filter: { name: { like: \"x\" } }) { totalCount } }",
            json!({}),
            "There are \"eq\", \"ne\", \"in\", \"startsWith\", \"contains\", \"isNull\".",
        ),
        ("{ patients(filter: { sex: { eq: MAL } }) { totalCount } }", json!({}), "Did you mean \"MALE\"?"),
        ("{ patients(filter: { sex: { eq: female } }) { totalCount } }", json!({}), "Did you mean \"FEMALE\"?"),
        ("{ patients(orderBy: NAMES_ASC) { totalCount } }", json!({}), "Did you mean \"NAME_ASC\"?"),
        (
            of,
            json!({ "f": { "name": "x" } }),
            "the variable $f.name must be a TextFilter, an object such as {eq: \"x\"}",
        ),
        (of, json!({ "f": { "nam": {} } }), "Did you mean \"name\"?"),
        (of, json!({ "f": { "sex": { "eq": "MAL" } } }), "Did you mean \"MALE\"?"),
        (of, json!({ "o": "NAMES_ASC" }), "Did you mean \"NAME_ASC\"?"),
    ]
}

const HINTS: [&str; 3] = ["Did you mean", "It is a field", "There are"];

on_both!(an_error_says_which_place_wants_what_and_what_was_perhaps_meant, 1, async |store: Store| {
    let engines = [
        store.engine(),
        store.engine_with(Limits { suggestions: false, ..Config::default().limits() }),
        store.engine_with(Limits { introspection: false, ..Config::default().limits() }),
    ];
    for (query, variables, says) in wrong() {
        for (at, engine) in engines.iter().enumerate() {
            let (body, ran) = run(engine, Scope::everything(), query, variables.clone()).await;
            let answer: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!((codes(&answer), ran.len()), (vec!["BAD_USER_INPUT"], 0), "{query} {answer}");
            let message = answer["errors"][0]["message"].as_str().unwrap();
            let is_hint = HINTS.iter().any(|hint| says.contains(hint)) || says.starts_with("select it");
            match at {
                0 => assert!(message.contains(says), "{query} {variables}: {message}"),
                1 if !is_hint => assert!(message.contains(says), "{query} {variables}: {message}"),
                1 => assert!(!HINTS.iter().any(|hint| message.contains(hint)), "{query}: {message}"),
                _ => assert!(message.contains("not fit the") || message.contains("do not fit"), "{query}: {message}"),
            }
        }
    }
});

on_both!(names_that_are_no_slips_are_compared_with_none, 1, async |store: Store| {
    let limits = Limits { max_tokens: 100_000, ..Config::default().limits() };
    let long = "NAME_ASC".repeat(1000);
    let query = format!("{{ patients(orderBy: {long}) {{ totalCount }} }}");
    let (body, _) = run(&store.engine_with(limits), Scope::everything(), &query, Value::Null).await;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("does not contain the value") && !message.contains("Did you mean"), "{message}");
});

on_both!(equal_errors_are_one_with_all_their_places, 1, async |store: Store| {
    let many: String = (0..12).map(|at| format!("a{at}: nothing ")).collect();
    let answer = store.ask(&format!("{{ patient(id: 1) {{ {many} nobody }} }}")).await;
    let errors = answer["errors"].as_array().unwrap();
    let places = |at: usize| errors[at]["locations"].as_array().unwrap().len();
    assert_eq!((errors.len(), places(0), places(1)), (2, 12, 1), "{answer}");
    // Equal ones count once towards the most that are told, and the places are bounded too.
    let many: String = (0..400).map(|at| format!("a{}: nothing{} ", at, at % 25)).collect();
    let limits = Limits { max_aliases: 1000, ..Config::default().limits() };
    let (body, _) = run(
        &store.engine_with(limits),
        Scope::everything(),
        &format!("{{ patient(id: 1) {{ {many} }} }}"),
        Value::Null,
    )
    .await;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let errors = answer["errors"].as_array().unwrap();
    assert!(
        errors.len() == 20 && errors.iter().all(|error| error["locations"].as_array().unwrap().len() == 16),
        "{answer}"
    );
    let many = "nothing: nothing ".repeat(40);
    let same: String =
        (0..40).map(|at| format!("... on Patient {{ {} }} ", many.replace("nothing:", &format!("b{at}:")))).collect();
    let limits = Limits { max_aliases: 10_000, max_repetitions: 100, ..Config::default().limits() };
    let (body, _) = run(
        &store.engine_with(limits),
        Scope::everything(),
        &format!("{{ patient(id: 1) {{ {same} }} }}"),
        Value::Null,
    )
    .await;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    let errors = answer["errors"].as_array().unwrap();
    assert!(
        errors.len() == 1 && errors[0]["locations"].as_array().unwrap().len() == 100 && body.len() < 10_000,
        "{answer}"
    );
});

on_both!(a_whole_number_may_be_spelt_with_a_point, 2, async |store: Store| {
    let query = "query($n: Int, $f: PatientFilter) { patients(first: $n, filter: $f) { nodes { patientId } } }";
    let filter = json!({ "patientId": { "in": [2.0, 1.0e0] } });
    let (answer, _) = store.ask_as(Scope::everything(), query, json!({ "n": 1.0, "f": filter })).await;
    assert_eq!(answer, json!({ "data": { "patients": { "nodes": [{ "patientId": 1 }] } } }));
    for wrong in [json!({ "n": 1.5 }), json!({ "n": 1.0e10 })] {
        let (answer, _) = store.ask_as(Scope::everything(), query, wrong).await;
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{answer}");
    }
});

on_both!(a_search_needs_a_word, 1, async |store: Store| {
    for field in ["patients(search: \"!\") { totalCount }", "knowledge { drugs(search: \" \") { name } }"] {
        let answer = store.ask(&format!("{{ {field} }}")).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("at least one letter or digit"), "{answer}");
    }
});
