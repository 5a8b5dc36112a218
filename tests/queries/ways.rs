//! However the rows of a list are found, they are the same rows.

use crate::support::{Store, on_both};
use medimax::{db::planner::Prefer, scope::Scope};
use serde_json::{Value, json};

const WAYS: [Prefer; 6] = [Prefer::Plain, Prefer::Cost, Prefer::Narrow, Prefer::Walk, Prefer::Sets, Prefer::Scan];

/// Lists, each with filters.
const LISTS: &[(&str, &[&str])] = &[
    (
        "patients",
        &[
            "{ medications: { some: { name: { startsWith: \"M\" } } } }",
            "{ medications: { none: { name: { startsWith: \"M\" } } } }",
            "{ medications: { every: { isContinued: { eq: true } } } }",
            "{ medications: { some: {} } }",
            "{ medications: { none: {} } }",
            "{ medications: { some: { purposes: { some: { conditionName: { in: [\"Asthma\", \"Hypertension\"] } } } } } }",
            "{ medications: { some: { purposes: { none: { conditionName: { isNull: true } } } } } }",
            "{ medications: { every: { purposes: { some: { conditionName: { startsWith: \"H\" } } } } } }",
            "{ labReports: { some: { findings: { some: { isAbnormal: { eq: true } } } } } }",
            "{ labReports: { none: { findings: { some: { isAbnormal: { eq: true } } } } } }",
            "{ not: { labReports: { some: { findings: { some: { testName: { eq: \"HbA1c\" } } } } } } }",
            "{ or: [{ name: { startsWith: \"A\" } }, { medications: { some: { name: { startsWith: \"L\" } } } }, { medicalHistory: { some: { type: { eq: ALLERGY } } } }] }",
            "{ sex: { eq: FEMALE }, or: [{ name: { startsWith: \"M\" } }, { dateOfBirth: { lt: \"1960-01-01\" } }], medicalHistory: { none: { type: { eq: SURGERY } } } }",
            "{ and: [{ medications: { some: { name: { startsWith: \"M\" } } } }, { appointments: { some: { status: { eq: COMPLETED }, symptoms: { some: { name: { startsWith: \"F\" } } } } } }] }",
            "{ not: { not: { medications: { some: { isContinued: { eq: true } } } } } }",
            "{ doctorAssignments: { some: { doctor: { name: { startsWith: \"Dr\" }, patients: { some: { sex: { eq: MALE } } } } } } }",
        ],
    ),
    (
        "labFindings",
        &[
            "{ labReport: { patient: { name: { startsWith: \"A\" } } } }",
            "{ labReport: { patient: { medications: { some: { name: { startsWith: \"M\" } } } } }, isAbnormal: { eq: true } }",
            "{ testName: { eq: \"HbA1c\" }, numericValue: { gte: 5 } }",
            "{ testName: { eq: \"HbA1c\" } }",
            "{ not: { labReport: { date: { lt: \"2025-01-01\" } } } }",
        ],
    ),
    (
        "medicalHistories",
        &[
            "{ type: { eq: CONDITION } }",
            "{ type: { in: [CONDITION, ALLERGY] }, patient: { sex: { eq: MALE } } }",
            "{ date: { isNull: true } }",
            "{ isActive: { eq: true }, patient: { appointments: { none: { status: { eq: CANCELLED } } } } }",
        ],
    ),
    (
        "doctors",
        &[
            "{ patients: { some: { medications: { some: { name: { startsWith: \"M\" } } } } } }",
            "{ patients: { none: { name: { startsWith: \"A\" } } } }",
            "{ assignments: { every: { patient: { sex: { eq: FEMALE } } } } }",
            "{ institution: { doctors: { some: { name: { startsWith: \"Dr\" } } } } }",
            "{ not: { institution: { name: { startsWith: \"A\" } } } }",
        ],
    ),
];

/// Orders of a list: none, one, and several that no index has.
fn orders(list: &str) -> &'static [&'static str] {
    match list {
        "patients" => &["", "orderBy: [NAME_ASC]", "orderBy: [DATE_OF_BIRTH_DESC, NAME_ASC]"],
        "labFindings" => &["", "orderBy: [NUMERIC_VALUE_ASC, ID_DESC]", "orderBy: [TEST_NAME_DESC, NUMERIC_VALUE_ASC]"],
        "medicalHistories" => {
            &["orderBy: [DATE_ASC]", "orderBy: [DATE_DESC, ITEM_ASC]", "orderBy: [DATE_ASC, ITEM_DESC]"]
        }
        _ => &["", "orderBy: [NAME_DESC]"],
    }
}

/// Two pages and the total, however the rows are found.
async fn asked(store: &mut Store, scope: &Scope, query: &str) -> Value {
    let mut first: Option<Value> = None;
    let db = store.db.clone();
    for way in WAYS {
        store.db = db.preferring(way);
        let (answer, _) = store.ask_as(scope.clone(), query, Value::Null).await;
        assert_eq!(answer.get("errors"), None, "{way:?} {query}");
        assert_eq!(first.get_or_insert_with(|| answer.clone()), &answer, "{way:?} {query}");
    }
    store.db = db;
    first.unwrap()
}

on_both!(the_same_rows_whichever_way_they_are_found, 40, async |mut store: Store| {
    let (mut empty, mut lists) = (0, 0);
    let few = Scope::patients((1..=12).collect::<Vec<i32>>());
    for (list, filters) in LISTS {
        for (i, filter) in filters.iter().enumerate() {
            // Each filter with one of the orders, and each order with several filters.
            let order = orders(list)[i % orders(list).len()];
            for (scope, page) in
                [(Scope::everything(), "first: 7"), (few.clone(), "first: 3"), (Scope::everything(), "last: 5")]
            {
                let query = |page: &str| {
                    format!(
                        "{{ {list}(filter: {filter} {order} {page}) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} nodes {{ id }} }} }}"
                    )
                };
                let answer = asked(&mut store, &scope, &query(page)).await;
                lists += 1;
                empty += usize::from(answer.pointer(&format!("/data/{list}/totalCount")) == Some(&json!(0)));
                let cursor = |name| answer.pointer(&format!("/data/{list}/pageInfo/{name}")).and_then(Value::as_str);
                let next = match (page.starts_with("first"), cursor("endCursor"), cursor("startCursor")) {
                    (true, Some(end), _) => format!("{page} after: \"{end}\""),
                    (false, _, Some(start)) => format!("{page} before: \"{start}\""),
                    _ => continue,
                };
                asked(&mut store, &scope, &query(&next)).await;
            }
        }
    }
    assert!(lists >= 90 && empty < lists / 4, "{empty} of {lists} lists are empty");
});

on_both!(the_same_words_whichever_way_they_are_found, 40, async |mut store: Store| {
    for query in [
        "{ patients(search: \"a\") { totalCount nodes { id } } }",
        "{ patients(search: \"a m\", orderBy: [NAME_DESC, ID_ASC]) { totalCount nodes { id } } }",
        "{ medicalHistories(search: \"hyp\", filter: { patient: { sex: { eq: MALE } } }) { totalCount nodes { id } } }",
        "{ medications(search: \"me\", filter: { purposes: { some: { conditionName: { startsWith: \"H\" } } } }) { totalCount nodes { id } } }",
        "{ symptoms(search: \"qqq\") { totalCount nodes { id } } }",
    ] {
        for scope in [Scope::everything(), Scope::patients([1, 2, 3, 4])] {
            asked(&mut store, &scope, query).await;
        }
    }
});
