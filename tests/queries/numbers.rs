//! Values of laboratories as numbers: the database's reading of them, filters, orders, and what they are held against.

use crate::support::{Backend, Store, codes, on_both, texts};
use medimax::{db::Sql, labs::reading::number};
use serde_json::{Value, json};

/// Texts that a careless reader would take for other numbers than they are.
const HOSTILE: &[&str] = &[
    "7",
    " 7.25 ",
    "   -3",
    "−3.5",
    "−−3",
    "--3",
    "- 3",
    "+5",
    "4,2",
    "0,125",
    "00,125",
    "1,234",
    "12,34",
    "1234,567",
    "12,3456",
    "1.234",
    "1.234,5",
    "1,234.5",
    "5.6.7",
    "5,6,7",
    "5..6",
    "5.,6",
    ".",
    ",",
    "-",
    "−",
    ".5",
    "5.",
    ",5",
    "5,",
    "<0.5",
    ">5",
    "≤5",
    "1e5",
    "1E5",
    "0x1F",
    "inf",
    "NaN",
    "-0",
    "−0.0",
    "0",
    "00",
    "007",
    "000000000000001",
    "0000000000000001",
    "123456789012345",
    "1234567890123456",
    "0.12345678901234",
    "0.123456789012345",
    "99999999999999,9",
    "999999999999999.9",
    "120/80",
    "5 6",
    "5%",
    "5 mmol/L",
    "\u{a0}5",
    "5\u{a0}",
    "\t5",
    "5\t",
    "5\n",
    "\n5",
    "5\r\n",
    "5\n6",
    "\u{2003}5",
    "\u{feff}5",
    "5\u{200b}",
    "5\0",
    "5\0 ",
    "٣",
    "٣٫٥",
    "３",
    "3３",
    "５．５",
    "²",
    "5²",
    "Ⅴ",
    "5\u{301}",
    "1\u{66b}5",
    "1·5",
    "1'234",
    "1 234",
    "1_000",
    "(5)",
    "\u{2013}5",
    "\u{2014}5",
    "\u{fe63}5",
    "\u{ff0d}5",
    "$5",
    "五",
    "5'",
    "5\"",
    "5;",
    "%",
    "_",
    "5*",
    "[0-9]",
    "*",
    "?",
    "1|2",
    "\\5",
    "5\\",
    "5--",
    "NULL",
    "negative",
    "ß",
    "K",
    "ſ",
];

on_both!(the_database_reads_numbers_as_the_gateway_does, async |store: Store| {
    store.sql("INSERT INTO Patient (name, sex) VALUES ('Ann', 'Female')").await;
    store.sql("INSERT INTO Lab_Report (patient_id, lab_date, lab_type) VALUES (1, '2024-05-01', 'Blood')").await;
    let mut all: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).collect();
    let mut state = 7_u64;
    let mut below = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most
    };
    for _ in 0..3_000 {
        // Of few letters, so that many are numbers; and numbers of every length, whose last digit must be right.
        let letters: Vec<char> = ["0123456789", "0123,,..--−− 59"][below(2)].chars().collect();
        let mut text: Vec<char> = (0..1 + below(17)).map(|_| letters[below(letters.len())]).collect();
        if below(2) == 0 {
            text.insert(below(text.len()), [',', '.'][below(2)]);
        }
        all.push(text.into_iter().collect());
    }
    all.retain(|text| !text.trim_matches(' ').is_empty());
    let keys: Vec<i32> = (1..=all.len() as i32).collect();
    for (texts, keys) in all.chunks(500).zip(keys.chunks(500)) {
        let mut sql = Sql::new(store.db.dialect());
        sql.push("INSERT INTO Lab_Finding (lab_finding_id, lab_report_id, test_name, test_value) VALUES ");
        for (at, (text, key)) in texts.iter().zip(keys).enumerate() {
            sql.push(if at == 0 { "(" } else { ",(" })
                .int(i64::from(*key))
                .push(",1,'x',")
                .text(text.clone())
                .push(")");
        }
        // Told how many it wrote by what it answers: nothing.
        sql.push(" RETURNING lab_finding_id, 0");
        assert_eq!(store.db.numbers(&sql).await.unwrap().len(), texts.len());
    }
    // The store compares them, so that the last bit counts.
    let (mut compared, mut numbers, mut wrong) = (0, 0, Vec::new());
    for (texts, keys) in all.chunks(500).zip(keys.chunks(500)) {
        let mut sql = Sql::new(store.db.dialect());
        sql.push("SELECT lab_finding_id, CASE lab_finding_id");
        for (text, key) in texts.iter().zip(keys) {
            sql.push(" WHEN ").int(i64::from(*key)).push(" THEN numeric_value ");
            match number(text) {
                Some(number) => sql.push("IS NOT NULL AND numeric_value = ").float(number),
                None => sql.push("IS NULL"),
            };
            numbers += usize::from(number(text).is_some());
        }
        sql.push(" END FROM Lab_Finding WHERE lab_finding_id BETWEEN ").int(i64::from(keys[0]));
        sql.push(" AND ").int(i64::from(keys[keys.len() - 1]));
        for (key, same) in store.db.numbers(&sql).await.unwrap() {
            compared += 1;
            let text = &all[key as usize - 1];
            if same != 1 {
                wrong.push(format!("{text:?}, which the gateway reads as {:?}", number(text)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(compared, all.len());
    assert!(numbers > 800 && numbers < all.len() - 800, "{numbers} of {} are numbers", all.len());
});

/// Two patients with HbA1c, one of them with a value above 7 and one that is no number.
async fn filled(store: &Store) {
    store.sql("INSERT INTO Patient (name, sex) VALUES ('Ann', 'Female'), ('Bob', 'Male')").await;
    store
        .sql(
            "INSERT INTO Lab_Report (patient_id, lab_date, lab_type) VALUES (1, '2024-05-01', 'Blood'), \
             (1, '2025-05-01', 'Blood'), (2, '2024-05-01', 'Blood')",
        )
        .await;
    store
        .sql(
            "INSERT INTO Lab_Finding (lab_report_id, test_name, test_value, test_unit, reference_range, is_abnormal, abnormal_flag) VALUES
             (1, 'HbA1c', '6.9', '%', '4.0-6.0 %', 0, NULL), (2, 'HbA1c', '10', '%', '4,0–6,0', 1, 'high'),
             (3, 'HbA1c', '7', '%', '<7', 0, NULL), (3, 'HbA1c', '<5', '%', '4.0-6.0', 0, NULL),
             (1, 'Glucose', '8.3', 'mmol/L', '3.9–5.5', 0, NULL), (3, 'Glucose', '99', 'mg/dL', '3.9-5.5 mmol/L', 0, NULL),
             (3, 'Base excess', '−2.5', 'mmol/L', '-2 - 2', 0, NULL), (1, 'CRP', '5', NULL, NULL, 0, NULL),
             (1, 'Titre', '4', NULL, '1.2.3-4', 0, NULL), (2, 'Sodium', '140', NULL, ' ', 0, NULL)",
        )
        .await;
}

on_both!(patients_are_found_by_the_numbers_of_their_findings, async |store: Store| {
    filled(&store).await;
    for (filter, expected) in [
        ("testName: { eq: \"hba1c\" }, numericValue: { gt: 7 }", &["1"][..]),
        ("testName: { eq: \"HbA1c\" }, numericValue: { gte: 7 }", &["1", "2"]),
        ("testName: { eq: \"HbA1c\" }, numericValue: { isNull: true }", &["2"]),
        ("testName: { eq: \"HbA1c\" }, numericValue: { ne: 7 }", &["1"]),
        ("numericValue: { lt: 0 }", &["2"]),
        ("numericValue: { in: [8.3, 1000] }", &["1"]),
        ("numericValue: { eq: -2.5 }", &["2"]),
        ("testName: { eq: \"HbA1c\" }, numericValue: { gt: 6.9, lte: 7.0 }", &["2"]),
    ] {
        let query = format!(
            "{{ patients(filter: {{ labReports: {{ some: {{ findings: {{ some: {{ {filter} }} }} }} }} }}) {{ nodes {{ patientId }} }} }}"
        );
        assert_eq!(texts(&store.data(&query).await, "patients.nodes.*.patientId"), expected, "{filter}");
    }
    let variables = json!({"at": 7, "all": [10.0, 99]});
    let query = "query ($at: Float!, $all: [Float!]) {
        a: labFindings(filter: { testName: { eq: \"HbA1c\" }, numericValue: { gte: $at } }, orderBy: [NUMERIC_VALUE_DESC]) { totalCount nodes { numericValue } }
        b: labFindings(filter: { numericValue: { in: $all } }, orderBy: NUMERIC_VALUE_ASC) { nodes { numericValue } }
        patient(id: 1) { labReports { nodes { findings(filter: { numericValue: { lt: 7.5 } }, orderBy: [NUMERIC_VALUE_DESC]) { numericValue } } } }
    }";
    let answer = store.ask_as(medimax::db::scope::Scope::everything(), query, variables).await.0;
    assert_eq!(
        answer,
        json!({"data": {
            "a": {"totalCount": 2, "nodes": [{"numericValue": 10}, {"numericValue": 7}]},
            "b": {"nodes": [{"numericValue": 10}, {"numericValue": 99}]},
            "patient": {"labReports": {"nodes": [
                {"findings": []},
                {"findings": [{"numericValue": 6.9}, {"numericValue": 5}, {"numericValue": 4}]},
            ]}},
        }})
    );
    for value in ["\"7\"", "NaN", "true", "[7]", "1e400"] {
        let answer = store
            .ask(&format!("{{ labFindings(filter: {{ numericValue: {{ gt: {value} }} }}) {{ totalCount }} }}"))
            .await;
        assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{value}: {answer}");
    }
});

on_both!(pages_by_number_pass_every_row_once_whichever_way, async |store: Store| {
    filled(&store).await;
    for order in ["NUMERIC_VALUE_ASC", "NUMERIC_VALUE_DESC", "[TEST_NAME_ASC, NUMERIC_VALUE_DESC]"] {
        let whole = store.data(&format!("{{ labFindings(first: 50, orderBy: {order}) {{ nodes {{ id }} }} }}")).await;
        let whole = texts(&whole, "labFindings.nodes.*.id");
        assert_eq!(whole.len(), 10);
        for size in [1, 3] {
            for (size_arg, place_arg, edge, more) in
                [("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage")]
            {
                let (mut found, mut place) = (Vec::new(), String::new());
                loop {
                    let query = format!(
                        "{{ labFindings({size_arg}: {size}, orderBy: {order}{place}) {{ nodes {{ id }} pageInfo {{ {edge} {more} }} }} }}"
                    );
                    let data = store.data(&query).await;
                    let page = texts(&data, "labFindings.nodes.*.id");
                    if size_arg == "first" {
                        found.extend(page)
                    } else {
                        found.splice(0..0, page);
                    }
                    if data["labFindings"]["pageInfo"][more] != true {
                        break;
                    }
                    place = format!(", {place_arg}: {}", data["labFindings"]["pageInfo"][edge]);
                    assert!(found.len() < 20, "{order} {size_arg} does not end");
                }
                assert_eq!(found, whole, "{order}, {size_arg}: {size}");
            }
        }
    }
});

on_both!(a_verdict_is_given_only_where_value_and_range_can_be_read, async |store: Store| {
    filled(&store).await;
    let query = "{ labFindings(first: 50, orderBy: ID_ASC) { nodes { value verdict flag referenceInterval { low high text } } } }";
    let data = store.data(query).await;
    let rows: Vec<Value> = data["labFindings"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let interval = &row["referenceInterval"];
            json!([row["value"], interval["low"], interval["high"], interval["text"], row["verdict"], row["flag"]])
        })
        .collect();
    assert_eq!(
        Value::from(rows),
        json!([
            ["6.9", 4, 6, "4.0-6.0 %", "ABOVE", null],
            ["10", 4, 6, "4,0–6,0", "ABOVE", "HIGH"],
            ["7", null, 7, "<7", "ABOVE", null],
            ["<5", 4, 6, "4.0-6.0", null, null],
            ["8.3", 3.9, 5.5, "3.9–5.5", "ABOVE", null],
            ["99", 3.9, 5.5, "3.9-5.5 mmol/L", null, null],
            ["−2.5", -2, 2, "-2 - 2", "BELOW", null],
            ["5", null, null, null, null, null],
            ["4", null, null, "1.2.3-4", null, null],
            ["140", null, null, null, null, null],
        ])
    );
});

#[tokio::test]
async fn a_hospitals_statements_without_a_list_of_columns_go_on() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let store = Store::new(backend).await;
        filled(&store).await;
        store.sql("INSERT INTO Lab_Finding VALUES (99, 1, 'Iron', '12,5', NULL, NULL, 0, NULL)").await;
        store.sql("UPDATE Lab_Finding SET test_value = '13,5' WHERE lab_finding_id = 99").await;
        let data = store.data("{ labFinding(id: 99) { numericValue } }").await;
        assert_eq!(data["labFinding"]["numericValue"], 13.5, "{backend:?}");
    }
}
