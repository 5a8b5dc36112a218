//! Pages, cursors and orders.

use crate::support::{Store, codes, on_both, texts};
use serde_json::{Value, json};

/// Every name of a list, read page by page in the given direction.
async fn pages(store: &Store, order: &str, size: usize, backwards: bool) -> Vec<String> {
    let (mut names, mut at) = (Vec::new(), String::new());
    for _ in 0..100 {
        let page = if backwards { format!("last: {size}, before: $at") } else { format!("first: {size}, after: $at") };
        let query = format!(
            "query($at: String) {{ patients(orderBy: [{order}], {page}) {{ nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let variables = if at.is_empty() { json!({}) } else { json!({ "at": at }) };
        let (answer, _) = store.ask_as(medimax::db::scope::Scope::everything(), &query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        let list = &answer["data"]["patients"];
        let mut found = texts(list, "nodes.*.id");
        let (more, cursor) = if backwards { ("hasPreviousPage", "startCursor") } else { ("hasNextPage", "endCursor") };
        if backwards {
            found.append(&mut names);
            names = found;
        } else {
            names.append(&mut found);
        }
        if list["pageInfo"][more] == json!(false) {
            return names;
        }
        at = list["pageInfo"][cursor].as_str().unwrap().to_owned();
    }
    panic!("the pages do not end");
}

on_both!(pages_show_every_row_once_whatever_the_order, 30, async |store: Store| {
    // Equal and unknown values are where pages go wrong.
    store.sql("UPDATE Patient SET dob = NULL WHERE patient_id % 4 = 0").await;
    store.sql("UPDATE Patient SET dob = '1980-01-01' WHERE patient_id % 4 = 1").await;
    store.sql("UPDATE Patient SET name = 'Same Name' WHERE patient_id % 3 = 0").await;
    for order in [
        "ID_ASC",
        "ID_DESC",
        "DATE_OF_BIRTH_ASC",
        "DATE_OF_BIRTH_DESC",
        "NAME_ASC",
        "NAME_DESC",
        "DATE_OF_BIRTH_DESC, NAME_ASC",
        "CREATED_AT_DESC",
    ] {
        let whole = texts(
            &store.data(&format!("{{ patients(orderBy: [{order}], first: 200) {{ nodes {{ id }} }} }}")).await,
            "patients.nodes.*.id",
        );
        assert_eq!(whole.len(), 30, "{order}");
        for size in [1, 7, 30] {
            assert_eq!(pages(&store, order, size, false).await, whole, "{order} by {size}");
            assert_eq!(pages(&store, order, size, true).await, whole, "{order} by {size}, backwards");
        }
    }
});

on_both!(a_cursor_stays_in_place_when_rows_come_and_go, 10, async |store: Store| {
    let first = store.data("{ patients(first: 4) { pageInfo { endCursor } } }").await;
    let cursor = first["patients"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    store.sql("DELETE FROM Patient WHERE patient_id IN (2, 4)").await;
    store.sql("INSERT INTO Patient (name, sex) VALUES ('New', 'Other')").await;
    let next =
        store.data(&format!("{{ patients(first: 200, after: \"{cursor}\") {{ nodes {{ patientId }} }} }}")).await;
    assert_eq!(texts(&next, "patients.nodes.*.patientId"), ["5", "6", "7", "8", "9", "10", "11"]);
});

on_both!(a_cursor_belongs_to_its_list_filter_and_order, 5, async |store: Store| {
    let cursor = |value: &Value| value["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let of_patients = cursor(&store.data("{ patients(first: 2) { pageInfo { endCursor } } }").await["patients"]);
    for query in [
        format!("{{ appointments(after: \"{of_patients}\") {{ nodes {{ id }} }} }}"),
        format!("{{ patients(orderBy: NAME_ASC, after: \"{of_patients}\") {{ nodes {{ id }} }} }}"),
        format!("{{ patients(filter: {{ sex: {{ eq: MALE }} }}, after: \"{of_patients}\") {{ nodes {{ id }} }} }}"),
        "{ patients(after: \"WyJ4Il0\") { nodes { id } } }".to_owned(),
        "{ patients(after: \"\") { nodes { id } } }".to_owned(),
        "{ patients(before: \"%00 ' OR 1=1\") { nodes { id } } }".to_owned(),
    ] {
        assert_eq!(codes(&store.ask(&query).await), ["BAD_USER_INPUT"], "{query}");
    }
});

on_both!(page_arguments_are_checked, 3, async |store: Store| {
    for (arguments, code) in [
        ("first: -1", "BAD_USER_INPUT"),
        ("last: -5", "BAD_USER_INPUT"),
        ("first: 1, last: 1", "BAD_USER_INPUT"),
        ("first: 201", "LIMIT_EXCEEDED"),
        ("first: 2147483647", "LIMIT_EXCEEDED"),
        ("orderBy: [NAME_ASC, DATE_OF_BIRTH_ASC, CREATED_AT_ASC, ID_ASC]", "BAD_USER_INPUT"),
    ] {
        assert_eq!(
            codes(&store.ask(&format!("{{ patients({arguments}) {{ nodes {{ id }} }} }}")).await),
            [code],
            "{arguments}"
        );
    }
    let none =
        store.data("{ patients(first: 0) { nodes { id } totalCount pageInfo { hasNextPage startCursor } } }").await;
    assert_eq!(
        none["patients"],
        json!({ "nodes": [], "totalCount": 3, "pageInfo": { "hasNextPage": true, "startCursor": null } })
    );
});

on_both!(first_counts_below_each_parent_in_one_statement, 20, async |store: Store| {
    let query = "{ patients(first: 20) { nodes { all: appointments(first: 200) { totalCount nodes { id date } }
        two: appointments(first: 2) { nodes { id } pageInfo { hasNextPage } } one: medications(first: 1) { id } } } }";
    let (answer, ran) = store.ask_as(medimax::db::scope::Scope::everything(), query, Value::Null).await;
    assert_eq!(answer.get("errors"), None);
    // The page, appointments by 200 and by 2, their count, medications.
    assert_eq!(ran.len(), 5, "{:?}", ran.iter().map(|ran| ran.what).collect::<Vec<_>>());
    let mut seen_more = false;
    for patient in answer["data"]["patients"]["nodes"].as_array().unwrap() {
        let all = texts(patient, "all.nodes.*.id");
        assert_eq!(texts(patient, "two.nodes.*.id"), all[..all.len().min(2)]);
        assert_eq!(patient["two"]["pageInfo"]["hasNextPage"], all.len() > 2);
        assert_eq!(patient["all"]["totalCount"], all.len());
        assert!(texts(patient, "one.*.id").len() <= 1);
        let dates = texts(patient, "all.nodes.*.date");
        assert!(dates.is_sorted_by(|a, b| a >= b), "{dates:?}");
        seen_more |= all.len() > 2;
    }
    assert!(seen_more, "no patient has more than two appointments: the test shows nothing");
});

on_both!(the_count_is_asked_only_when_selected, 5, async |store: Store| {
    let statements =
        async |query| store.ask_as(medimax::db::scope::Scope::everything(), query, Value::Null).await.1.len();
    assert_eq!(statements("{ patients { nodes { id } } }").await, 1);
    assert_eq!(statements("{ patients { totalCount } }").await, 1);
    assert_eq!(statements("{ patients { totalCount nodes { id } } }").await, 2);
});

on_both!(the_questions_of_the_clinic_are_answered, 60, async |store: Store| {
    let answer = store.data(
        "{ patients(first: 60) { nodes { activeMedications { isContinued } medicalHistory(type: ALLERGY) { type }
            upcomingAppointments { date status } abnormalFindings { isAbnormal } labTrend(testName: \"hba1c\") { testName labReport { date } } } } }",
    ).await;
    let patients = answer["patients"]["nodes"].as_array().unwrap();
    let all = |path: &str| patients.iter().flat_map(|patient| texts(patient, path)).collect::<Vec<_>>();
    for (path, expected) in [
        ("activeMedications.*.isContinued", "true"),
        ("medicalHistory.*.type", "ALLERGY"),
        ("abnormalFindings.*.isAbnormal", "true"),
        ("labTrend.*.testName", "HbA1c"),
    ] {
        let found = all(path);
        assert!(!found.is_empty() && found.iter().all(|value| value == expected), "{path}: {found:?}");
    }
    for patient in patients {
        let (dates, trend) =
            (texts(patient, "upcomingAppointments.*.date"), texts(patient, "labTrend.*.labReport.date"));
        assert!(dates.is_sorted() && dates.iter().all(|date| date.as_str() >= "2026-03-01"), "{dates:?}");
        assert!(trend.is_sorted(), "{trend:?}");
    }
    assert!(
        all("upcomingAppointments.*.status")
            .iter()
            .all(|status| ["SCHEDULED", "CONFIRMED", "PENDING"].contains(&status.as_str()))
    );
    assert!(!all("upcomingAppointments.*.date").is_empty());
});
