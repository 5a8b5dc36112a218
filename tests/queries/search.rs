//! `search` finds rows by the beginnings of their words; the same cases hold on both stores.

use crate::support::{Backend, Store, codes, on_both, texts};

/// People whose names are hard to find.
const NAMES: [&str; 12] = [
    "Anna Li",
    "Ng Wei",
    "José García",
    "Sinéad O'Brien",
    "Jürgen Müller-Lüdenscheidt",
    "María de la Cruz",
    "Will Will",
    "Jose\u{301} Decomposed",
    "प्रिया शर्मा",
    "The \"Quote\" \\ Back",
    "🙂 Smile",
    "Ana-Lia Bo",
];

on_both!(words_are_found_by_their_beginnings, async |store: Store| {
    for name in NAMES {
        let name = name.replace('\'', "''");
        // A backslash is an escape to MariaDB and itself to SQLite.
        let name = if store.backend == Backend::MariaDb { name.replace('\\', "\\\\") } else { name };
        store.sql(&format!("INSERT INTO Patient (name, sex) VALUES ('{name}', 'Other')")).await;
    }
    for (search, expected) in [
        ("li", &["Anna Li", "Ana-Lia Bo"][..]),
        ("Ng", &["Ng Wei"]),
        ("jose", &["José García", "Jose\u{301} Decomposed"]),
        ("JOSÉ gar", &["José García"]),
        ("obrien", &[]),
        ("O'Brien", &["Sinéad O'Brien"]),
        ("brien sine", &["Sinéad O'Brien"]),
        ("muller ludens", &["Jürgen Müller-Lüdenscheidt"]),
        ("de la", &["María de la Cruz"]),
        ("the", &["The \"Quote\" \\ Back"]),
        ("will", &["Will Will"]),
        ("प्रि", &["प्रिया शर्मा"]),
        ("an* OR ng", &[]),
        ("+an -li", &["Anna Li", "Ana-Lia Bo"]),
        ("%", &[]),
    ] {
        let escaped = search.replace('"', "\\\"");
        let answer =
            store.ask(&format!("{{ patients(search: \"{escaped}\") {{ totalCount nodes {{ name }} }} }}")).await;
        if search == "%" {
            assert_eq!(codes(&answer), ["BAD_USER_INPUT"]);
            continue;
        }
        assert_eq!(texts(&answer, "data.patients.nodes.*.name"), expected, "{search}");
        assert_eq!(answer["data"]["patients"]["totalCount"], expected.len(), "{search}");
    }
});

on_both!(doctors_and_institutions_are_found_by_words_of_their_names, async |store: Store| {
    store.sql("INSERT INTO Institution (name) VALUES ('Clínica São Tomé'), ('St. Brigid''s Hospital')").await;
    for name in ["Dr. Ruth Keller", "Dr. André Martín", "Dr. Andrea O''Neil"] {
        store.sql(&format!("INSERT INTO Doctor (name, institution_id) VALUES ('{name}', 1)")).await;
    }
    let found = async |list: &str, search: &str| {
        let answer = store.ask(&format!("{{ {list}(search: \"{search}\") {{ totalCount nodes {{ name }} }} }}")).await;
        let names = texts(&answer, &format!("data.{list}.nodes.*.name"));
        assert_eq!(answer["data"][list]["totalCount"], names.len(), "{answer}");
        names
    };
    assert_eq!(found("doctors", "keller ruth").await, ["Dr. Ruth Keller"]);
    assert_eq!(found("doctors", "andre").await, ["Dr. André Martín", "Dr. Andrea O'Neil"]);
    assert_eq!(found("doctors", "ANDRE mart").await, ["Dr. André Martín"]);
    assert_eq!(found("institutions", "tome cli").await, ["Clínica São Tomé"]);
    assert_eq!(found("institutions", "hospital brig").await, ["St. Brigid's Hospital"]);
    store.sql("UPDATE Doctor SET name = 'Dr. Ruth Amsel' WHERE name = 'Dr. Ruth Keller'").await;
    store.sql("DELETE FROM Doctor WHERE name = 'Dr. André Martín'").await;
    assert_eq!(found("doctors", "keller").await, Vec::<String>::new());
    assert_eq!(found("doctors", "amsel").await, ["Dr. Ruth Amsel"]);
    assert_eq!(found("doctors", "andre").await, ["Dr. Andrea O'Neil"]);
});

on_both!(words_follow_every_change_of_their_row, async |store: Store| {
    store.sql("INSERT INTO Patient (name, sex) VALUES ('Before Change', 'Male')").await;
    store
        .sql(
            "INSERT INTO Medication (patient_id, medicine_name, prescribed_date) VALUES (1, 'Metformin', '2024-01-01')",
        )
        .await;
    let found = async |query: &str| store.data(query).await.to_string();
    store.sql("UPDATE Patient SET name = 'After Change' WHERE patient_id = 1").await;
    assert_eq!(found("{ patients(search: \"before\") { totalCount } }").await, r#"{"patients":{"totalCount":0}}"#);
    assert_eq!(found("{ patients(search: \"after\") { totalCount } }").await, r#"{"patients":{"totalCount":1}}"#);
    assert_eq!(found("{ medications(search: \"metf\") { totalCount } }").await, r#"{"medications":{"totalCount":1}}"#);
    store.sql("DELETE FROM Patient").await;
    assert_eq!(found("{ medications(search: \"metf\") { totalCount } }").await, r#"{"medications":{"totalCount":0}}"#);
    assert_eq!(found("{ patients(search: \"after\") { totalCount } }").await, r#"{"patients":{"totalCount":0}}"#);
});
