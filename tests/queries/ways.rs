//! However the rows of a list are found, they are the same rows.

use crate::support::{Backend, Store, on_both};
use medimax::{
    db::scope::{Grant, Scope},
    db::{
        By, Dialect, ListQuery, Select,
        planner::{Prefer, Want, Way, choose},
    },
    graphql::recorder::Statement,
    schema::entities,
};
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
    let given = store.looked_after(&(7..=12).collect::<Vec<i32>>()).await;
    let few = Scope::any([Grant::Patients((1..=6).collect::<Vec<i32>>().into()), given.clone()]);
    let given = Scope::any([given]);
    let consented = Scope::any([store.consented(&(7..=12).collect::<Vec<i32>>()).await]);
    for (list, filters) in LISTS {
        for (i, filter) in filters.iter().enumerate() {
            // Each filter with one of the orders, and each order with several filters.
            let order = orders(list)[i % orders(list).len()];
            for (scope, page) in [
                (Scope::everything(), "first: 7"),
                (few.clone(), "first: 3"),
                (given.clone(), "last: 5"),
                (consented.clone(), "last: 5"),
            ] {
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

on_both!(a_row_that_bounds_a_page_may_move_before_the_page_is_read, 30, async |store: Store| {
    let db = store.db.preferring(Prefer::Walk);
    let appointment = entities().iter().find(|entity| entity.table.name == "Appointment").unwrap();
    let by = |column, descending| By { column, descending, via: false, nullable: false };
    let ask = ListQuery {
        any_shape: true,
        order: vec![by("appointment_date", true), by("appointment_id", false)],
        limit: Some(3),
        ..ListQuery::default()
    };
    let select = Select {
        dialect: store.db.dialect(),
        table: appointment.table,
        columns: &["appointment_id", "appointment_id"],
    };
    // The latest days, and one that many rows have, have more rows than the page.
    store.sql("UPDATE Appointment SET appointment_date = '2027-02-26' WHERE appointment_id <= 5").await;
    store.sql("UPDATE Appointment SET appointment_date = '2020-01-01' WHERE appointment_id BETWEEN 6 AND 20").await;
    let scope = Scope::everything();
    for moved_to in ["2020-01-01", "2027-02-26", "2030-01-01", "2015-01-01"] {
        for id in 1..=8 {
            let way = choose(&db, appointment.table, &scope, &ask, Want::Page(3)).await.unwrap();
            store
                .sql(&format!("UPDATE Appointment SET appointment_date = '{moved_to}' WHERE appointment_id = {id}"))
                .await;
            let mut rows = store.db.numbers(&select.rows(&scope, &ask, &way)).await.unwrap();
            if let (true, Some(unbounded)) = (rows.len() < 3, way.unbounded()) {
                rows = store.db.numbers(&select.rows(&scope, &ask, &unbounded)).await.unwrap();
            }
            let plain = store.db.numbers(&select.rows(&scope, &ask, &Way::PLAIN)).await.unwrap();
            assert_eq!(rows, plain, "{id} to {moved_to}");
            store.sql("UPDATE Appointment SET appointment_date = '2027-02-26' WHERE appointment_id <= 5").await;
            store
                .sql("UPDATE Appointment SET appointment_date = '2020-01-01' WHERE appointment_id BETWEEN 6 AND 20")
                .await;
        }
    }
});

on_both!(many_conditions_on_owners_and_days_that_are_none_change_nothing, 20, async |mut store: Store| {
    if store.db.dialect() == Dialect::MariaDb {
        store.sql("SET sql_mode = ''; UPDATE Appointment SET appointment_date = '0000-00-00' WHERE appointment_id % 5 = 0; SET sql_mode = 'STRICT_TRANS_TABLES'").await;
    }
    let ups = vec!["{ patient: { name: { ne: \"x\" } } }"; 90].join(",");
    let everything = Scope::everything();
    for filter in [
        "{ date: { isNull: true } }".to_owned(),
        "{ status: { eq: COMPLETED }, date: { isNull: true } }".to_owned(),
        "{ status: { eq: COMPLETED }, date: { isNull: false } }".to_owned(),
        format!("{{ and: [{ups}] }}"),
        format!("{{ patient: {{ appointments: {{ some: {{ and: [{ups}] }} }} }} }}"),
    ] {
        let query = format!(
            "{{ appointments(filter: {filter} orderBy: [DATE_ASC] first: 5) {{ totalCount nodes {{ id }} }} }}"
        );
        asked(&mut store, &everything, &query).await;
    }
    let patients = "{ patients(filter: { appointments: { some: { date: { isNull: true } } } }) { totalCount } }";
    assert_eq!(asked(&mut store, &everything, patients).await["data"]["patients"]["totalCount"], 0);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_walks_however_many_conditions_there_are() {
    let mut store = Store::with_patients(Backend::Sqlite, 20).await;
    // A key far from all others is no sign of many rows.
    store.sql("INSERT INTO Patient (patient_id, name, sex) VALUES (2000000000, 'Far Away', 'Other')").await;
    let none = "{ patients(filter: { sex: { ne: MALE }, appointments: { none: { status: { eq: CANCELLED } } } }) { totalCount } }";
    assert_eq!(store.ask(none).await.get("errors"), None);
    store.db = store.db.preferring(Prefer::Walk);
    let many = vec!["{ appointments: { some: { date: { gte: \"1990-01-01\" } } } }"; 120].join(",");
    let query = format!("{{ patients(filter: {{ and: [{many}] }}, first: 5) {{ nodes {{ id }} }} }}");
    let (answer, ran) = store.ask_as(Scope::everything(), &query, Value::Null).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let page = ran.into_iter().find(|ran| ran.what == "PatientConnection").unwrap();
    let Statement::Sql(sql) = page.detail.unwrap().statement else { panic!("no statement") };
    let plan = store.db.plan(&sql).await.unwrap();
    assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{plan}");
}
