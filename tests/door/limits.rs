//! Each limit: what stays within it is answered, what goes over is refused by name before anything is read.

use super::{MODERN, gateway, refusal};
use crate::support::{
    Backend, Store,
    process::{Gateway, JSON, body_of},
};
use serde_json::{Value, json};

/// The limit that refuses a query, with what it allows and what was asked; `None` where it is answered.
fn limit(gateway: &Gateway, query: &str, variables: Value) -> Option<(String, u64, u64)> {
    let answer = gateway.send("POST", "/graphql", &[JSON, MODERN], &body_of(query, variables));
    let json = answer.json();
    if answer.status == 200 && json.get("errors").is_none() {
        return None;
    }
    assert_eq!((answer.status, refusal(&answer).0.as_str()), (400, "LIMIT_EXCEEDED"), "{json}");
    let limit = &json["errors"][0]["extensions"]["limit"];
    let message = json["errors"][0]["message"].as_str().unwrap();
    let key = limit["key"].as_str().unwrap();
    assert!(message.contains(key), "{message}");
    Some((key.to_owned(), limit["allowed"].as_u64().unwrap(), limit["asked"].as_u64().unwrap()))
}

#[tokio::test]
async fn what_goes_over_a_limit_is_refused_by_its_name() {
    let store = Store::with_patients(Backend::Sqlite, 3).await;
    let gateway = gateway(
        &store,
        &[
            "--max-depth=4",
            "--max-cost=100",
            "--max-aliases=3",
            "--max-root-fields=4",
            "--max-tokens=200",
            "--max-nesting=12",
            "--max-selections=40",
            "--max-directives=3",
            "--max-repetitions=5",
            "--max-page-size=50",
        ],
    );
    let chain = |links: usize| {
        let mut text = "{ patient(id: 1) { ...f0 } }".to_owned();
        for i in 0..links {
            text.push_str(&format!(" fragment f{i} on Patient {{ ...f{} }}", i + 1));
        }
        format!("{text} fragment f{links} on Patient {{ id }}")
    };
    let repeat = |what: &str, times: usize| vec![what; times].join(" ");
    let on = |what: &str| format!("{{ patient(id: 1) {{ {what} }} }}");
    for (query, expected) in [
        ("{ patients(first: 2) { nodes { id } } }".to_owned(), None),
        ("{ patients(first: 2) { nodes { symptoms { nodes { id } } } } }".into(), Some(("max_depth", 4, 5))),
        ("{ patients(first: 50) { nodes { medications { id } } } }".into(), Some(("max_cost", 100, 0))),
        (on("a: id b: id c: id"), None),
        (on("a: id b: id c: id d: id"), Some(("max_aliases", 3, 4))),
        (format!("{{ {} }}", "__typename a: __typename b: __typename c: __typename".to_owned()), None),
        (format!("{{ __typename {} }}", repeat("... { __typename }", 4)), Some(("max_root_fields", 4, 5))),
        (format!("# {}\n{{ __typename }}", repeat("a ", 1000)), None),
        (on(&repeat("id", 200)), Some(("max_tokens", 200, 210))),
        (on(&"x".repeat(10_000)), Some(("max_tokens", 200, 0))),
        (on(&format!("{}id{}", "... { ".repeat(9), " }".repeat(9))), None),
        (on(&format!("{}id{}", "... { ".repeat(11), " }".repeat(11))), Some(("max_nesting", 12, 13))),
        (chain(9), None),
        (chain(12), Some(("max_nesting", 12, 0))),
        (
            format!(
                "{{ patient(id: 1) {{ {} }} }} fragment F on Patient {{ id name sex age patientId }}",
                repeat("...F", 5)
            ),
            None,
        ),
        (
            format!(
                "{{ patient(id: 1) {{ {} }} }} fragment F on Patient {{ id name sex age patientId createdAt dateOfBirth }}",
                repeat("...F", 5)
            ),
            Some(("max_selections", 40, 0)),
        ),
        (on("id @skip(if: false) name @include(if: true) sex @skip(if: true)"), None),
        (
            on("... @include(if: true) { id @skip(if: false) name @skip(if: false) sex @skip(if: false) }"),
            Some(("max_directives", 3, 4)),
        ),
        (on(&repeat("id", 5)), None),
        (on(&repeat("id", 6)), Some(("max_repetitions", 5, 6))),
        ("{ patients(first: 51) { totalCount } }".into(), Some(("max_page_size", 50, 51))),
    ] {
        let found = limit(&gateway, &query, Value::Null);
        match (&found, expected) {
            (None, None) => {}
            (Some((key, allowed, asked)), Some((wanted, value, needed))) if needed == 0 || *asked == needed => {
                assert_eq!((key.as_str(), *allowed), (wanted, value), "{query}");
                assert!(asked > allowed);
            }
            _ => panic!("{query}: {found:?} in the place of {expected:?}"),
        }
    }
    // Of a page the argument is told beside the operator's key.
    for (query, argument) in [
        ("{ patients(first: 51) { totalCount } }", "first"),
        ("{ patients(last: 60) { totalCount } }", "last"),
        (&format!("{{ nodes(ids: [{}]) {{ id }} }}", repeat("1", 51)), "ids"),
    ] {
        let refused = gateway.send("POST", "/graphql", &[JSON, MODERN], &body_of(query, Value::Null)).json();
        let error = &refused["errors"][0];
        assert_eq!(error["extensions"]["limit"]["argument"], argument, "{refused}");
        assert!(error["message"].as_str().unwrap().contains(&format!("`{argument}` asks for ")), "{refused}");
    }
    // A list counts with the value of its variable.
    let by_variable = "query($n: Int!) { patients(first: $n) { nodes { medications { id } } } }";
    assert_eq!(limit(&gateway, by_variable, json!({ "n": 1 })), None);
    assert_eq!(limit(&gateway, by_variable, json!({ "n": 50 })).unwrap().0, "max_cost");
}

#[tokio::test]
async fn what_is_not_to_run_is_looked_at_too() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    let mut bomb = "...f0".to_owned();
    let mut fragments = String::new();
    for i in 0..40 {
        fragments.push_str(&format!(
            " fragment f{i} on Query {{ a: patient(id: 1) {{ ... on Node {{ id }} }} ...f{0} ...f{0} }}",
            i + 1
        ));
    }
    fragments.push_str(" fragment f40 on Query { __typename }");
    bomb.push_str(" __typename");
    let body =
        json!({ "query": format!("query A {{ __typename }} query B {{ {bomb} }}{fragments}"), "operationName": "A" });
    let send = |body: &Value| gateway.send("POST", "/graphql", &[JSON, MODERN], body.to_string().as_bytes());
    let refused = send(&body);
    assert_eq!((refused.status, refusal(&refused).0.as_str()), (400, "LIMIT_EXCEEDED"));
    let unused = json!({ "query": format!("{{ __typename }}{fragments}") });
    assert_eq!(refusal(&send(&unused)).0, "LIMIT_EXCEEDED");
    for circle in [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...c } fragment c on Query { ...a }",
        "{ __typename } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ patient(id: 1) { ...a } } fragment a on Patient { symptoms { nodes { patient { ...a } } } }",
    ] {
        let answer = send(&json!({ "query": circle }));
        assert_eq!((answer.status, answer.json().get("data")), (400, None), "{circle}");
    }
    // A wrong document is not answered at greater length than it was asked.
    let wrong =
        format!("{{ patient(id: 1) {{ {} }} }}", (0..900).map(|i| format!("x{i}")).collect::<Vec<_>>().join(" "));
    let answer = send(&json!({ "query": wrong }));
    assert!(answer.json()["errors"].as_array().unwrap().len() == 20 && answer.body.len() < 10_000);
}

/// Every query by which tools ask for the schema: graphql-js makes them, for itself, GraphiQL, urql, Apollo and code generators.
fn introspection_queries() -> Vec<String> {
    let script = "
        import { createRequire } from 'node:module';
        const { getIntrospectionQuery } = createRequire(`${process.env.MEDIMAX_TEST_NODE_MODULES}/`)('graphql');
        const keys = ['descriptions', 'specifiedByUrl', 'directiveIsRepeatable', 'schemaDescription', 'inputValueDeprecation'];
        const queries = [];
        for (let bits = 0; bits < 2 ** keys.length; bits++) {
          queries.push(getIntrospectionQuery(Object.fromEntries(keys.map((key, at) => [key, Boolean(bits & (1 << at))]))));
        }
        console.log(JSON.stringify(queries));";
    let output = std::process::Command::new("node").args(["--input-type=module", "--eval", script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn tools_may_ask_for_the_schema_and_nobody_for_more() {
    let store = Store::with_patients(Backend::Sqlite, 1).await;
    let gateway = gateway(&store, &[]);
    let ask = |query: &str| gateway.send("POST", "/graphql", &[JSON, MODERN], &body_of(query, Value::Null));
    let queries = introspection_queries();
    assert!(queries.len() >= 32);
    for query in &queries {
        let answer = ask(query);
        assert!(answer.status == 200 && answer.json().get("errors").is_none(), "{query}: {}", answer.json());
    }
    let within = |lists: &[&str]| lists.iter().rfold("name".to_owned(), |inner, list| format!("{list} {{ {inner} }}"));
    for (query, allowed) in [
        (format!("{{ __schema {{ types {{ {} }} }} }}", within(&["fields", "type", "fields"])), true),
        (
            format!("{{ __type(name: \"Patient\") {{ {} }} }}", within(&["fields", "type", "ofType", "interfaces"])),
            true,
        ),
        (
            format!("{{ __schema {{ types {{ {} }} }} }}", within(&["fields", "type", "fields", "type", "fields"])),
            false,
        ),
        (
            format!("{{ __type(name: \"Node\") {{ {} }} }}", within(&["possibleTypes", "interfaces", "possibleTypes"])),
            false,
        ),
        (
            format!(
                "{{ __type(name: \"PatientFilter\") {{ {} }} }}",
                within(&["inputFields", "type", "inputFields", "type", "inputFields"])
            ),
            false,
        ),
        (
            format!(
                "query A {{ __typename }} query B {{ __schema {{ types {{ {} }} }} }}",
                within(&["fields", "type", "fields", "type", "interfaces"])
            ),
            false,
        ),
        (
            "{ __schema { types { ...a } } } fragment a on __Type { fields { type { ...b } } }
              fragment b on __Type { fields { type { ...c } } } fragment c on __Type { fields { name } }"
                .to_owned(),
            false,
        ),
    ] {
        let name = if query.starts_with("query A") { json!("A") } else { Value::Null };
        let body = json!({ "query": query, "operationName": name }).to_string();
        let answer = gateway.send("POST", "/graphql", &[JSON, MODERN], body.as_bytes());
        assert_eq!(answer.status == 200, allowed, "{query}: {}", answer.json());
        if !allowed {
            let (code, message) = refusal(&answer);
            assert!(code == "BAD_USER_INPUT" && message.contains("introspection depth"), "{message}");
        }
    }
}
