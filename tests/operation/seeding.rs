//! Demo data in a store: what the demo says is what stands there, under keys that count on.

use super::{number, statement};
use crate::support::{Backend, Store, on_both, today};
use medimax::{
    cli::seed,
    demo::{self, DemoRow, DemoTable, DemoValue},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Rows of one table by their keys: the key of the row above where there is one, and the values.
type Rows = BTreeMap<i64, Vec<Option<String>>>;

/// The keys of reference data, by its names.
type Keys = BTreeMap<(&'static str, String), i64>;

fn text(value: DemoValue, keys: &Keys, firsts: &Firsts) -> Option<String> {
    match value {
        DemoValue::Nothing => None,
        DemoValue::Flag(flag) => Some(i64::from(flag).to_string()),
        DemoValue::Whole(number) => Some(number.to_string()),
        DemoValue::Text(text) => Some(exact(text.into_owned())),
        DemoValue::Date(date) => Some(date.format("%Y-%m-%d").to_string()),
        DemoValue::Time(time) => Some(time.format("%H:%M:%S").to_string()),
        DemoValue::Moment(moment) => Some(moment.format("%Y-%m-%d %H:%M:%S").to_string()),
        DemoValue::Named(table, name) => Some(keys[&(table.name, name.to_owned())].to_string()),
        DemoValue::Within(table, place) => Some((firsts[table.name] + place as i64).to_string()),
    }
}

/// A decimal without zeros at its end, which SQLite does not keep.
fn exact(text: String) -> String {
    let is_decimal = text.contains('.') && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_decimal { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The key of a patient's first row in each table.
type Firsts = BTreeMap<&'static str, i64>;

/// Notes a row and the rows below it, each table's keys from 1.
fn note(row: DemoRow, above: Option<(&str, i64)>, all: &mut BTreeMap<&str, Rows>, keys: &mut Keys, firsts: &Firsts) {
    let rows = all.entry(row.table.name).or_default();
    let key = rows.len() as i64 + 1;
    if let Some(name) = row.name() {
        keys.insert((row.table.name, name.to_owned()), key);
    }
    let parents = row.table.parents;
    let above = parents.iter().map(|column| {
        above.filter(|(key, _)| parents.len() == 1 || key == column).map(|(_, key): (_, i64)| key.to_string())
    });
    rows.insert(key, above.chain(row.values.into_iter().map(|value| text(value, keys, firsts))).collect());
    row.below.into_iter().for_each(|below| note(below, Some((row.table.key, key)), all, keys, firsts));
}

/// What the reference data and the first patients' rows are.
fn said(patients: u64) -> BTreeMap<&'static str, Rows> {
    let (mut all, mut keys) = (BTreeMap::new(), Keys::new());
    let patients = (0..patients).map(|n| demo::patient(794, n, today()).into());
    for row in demo::reference().chain(patients) {
        let next =
            |table: &&DemoTable| (table.name, all.get(table.name).map_or(0, |rows: &Rows| rows.len()) as i64 + 1);
        let firsts = demo::tables().iter().map(next).collect();
        note(row, None, &mut all, &mut keys, &firsts);
    }
    all
}

/// What stands in a table.
async fn stored(store: &Store, table: &DemoTable) -> Rows {
    let mut rows = Rows::new();
    let kind = if store.backend == Backend::MariaDb { "CHAR" } else { "TEXT" };
    for column in table.parents.iter().chain(table.columns) {
        let select = format!("SELECT {}, CAST({column} AS {kind}) FROM {}", table.key, table.name);
        for (key, value) in store.db.texts(&statement(store.db.dialect(), &select)).await.unwrap() {
            rows.entry(key.into()).or_default().push(value.map(exact));
        }
    }
    rows
}

on_both!(what_the_demo_says_is_what_is_stored, 120, async |store: Store| {
    // More people than one transaction takes, and others who come later.
    let added = seed::fill(&store.db, 794, 10, today()).await.unwrap();
    let said = said(130);
    let before: usize = self::said(120).values().map(BTreeMap::len).sum();
    assert_eq!(added as usize + before, said.values().map(BTreeMap::len).sum::<usize>());
    for table in demo::tables() {
        let stored = stored(&store, table).await;
        assert_eq!(stored.len(), said[table.name].len(), "rows of {}", table.name);
        for (key, row) in &said[table.name] {
            assert_eq!(stored.get(key), Some(row), "{} {key}: {:?}", table.name, table.columns);
        }
    }
});

on_both!(no_demo_row_was_written_down_today, 30, async |store: Store| {
    let stamps = "nodes { createdAt updatedAt }";
    let query = format!(
        "{{ medicalHistories(first: 20) {{ nodes {{ updatedAt }} }} appointments(first: 20) {{ {stamps} }} \
         medications(first: 20) {{ {stamps} }} labReports(first: 20) {{ {stamps} }} reports(first: 20) {{ {stamps} }} }}"
    );
    let data = store.data(&query).await;
    let lists = data.as_object().unwrap();
    assert_eq!(lists.len(), 5);
    for (list, rows) in lists {
        let rows = rows["nodes"].as_array().unwrap();
        assert!(rows.len() > 5, "{list}");
        for stamp in rows.iter().flat_map(|row| row.as_object().unwrap().values()) {
            let day = stamp.as_str().unwrap_or_else(|| panic!("{list}: {stamp}"));
            assert!(*day < *today().to_string(), "{list}: {day}");
        }
    }
});

on_both!(keys_that_are_used_up_are_refused_in_every_table, 20, async |store: Store| {
    let last = i32::MAX;
    let patients = async || number(&store.db, "SELECT COUNT(*) FROM Patient").await;
    for table in demo::tables() {
        let (name, key) = (table.name, table.key);
        // Reference data takes a key only where a name is missing.
        let rename = |from: &str, to: &str| match table.called {
            Some(called) => format!("UPDATE {name} SET {called} = {to} WHERE {key} = 1 AND {called} = {from}"),
            None => format!("DELETE FROM {name} WHERE {key} = 0"),
        };
        let first = demo::reference().find(|row| row.table == table);
        let own = format!("'{}'", first.as_ref().and_then(DemoRow::name).unwrap_or_default());
        store.sql(&rename(&own, "'ZZ'")).await;
        // Below a patient who has no other row, of which there may be one alone.
        store.sql("INSERT INTO Patient (patient_id, name, sex) VALUES (15000, 'Nobody', 'Other')").await;
        let all = || table.parents.iter().chain(table.columns).copied();
        let columns = all().collect::<Vec<_>>().join(", ");
        // Codes, primary contacts, UUIDs and names of partners are unique.
        let cells = all().map(|column| match column {
            "iso2" | "code" => "'YY'",
            "is_primary" => "0",
            "session_uuid" | "iso3" | "numeric_code" => "NULL",
            "patient_id" => "15000",
            "name" if name == "Partner" => "'Another'",
            // The first contact is an institution's.
            owner if table.parents.len() > 1 && table.parents.contains(&owner) => "NULL",
            column => column,
        });
        let cells = cells.collect::<Vec<_>>().join(", ");
        let copied = format!("SELECT {last}, {cells} FROM {name} ORDER BY {key} LIMIT 1");
        store.sql(&format!("INSERT INTO {name} ({key}, {columns}) {copied}")).await;
        let before = patients().await;
        let refused = seed::fill(&store.db, 794, 20, today()).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("the keys of {name} are used up")), "{refused}");
        assert_eq!(patients().await, before, "{name}: something was written");
        store.sql(&format!("DELETE FROM {name} WHERE {key} = {last}")).await;
        store.sql("DELETE FROM Patient WHERE patient_id = 15000").await;
        store.sql(&rename("'ZZ'", &own)).await;
    }
    seed::fill(&store.db, 794, 20, today()).await.unwrap();
    assert_eq!(patients().await, 40);
});

/// How many rows name a doctor in text and point to a row of another name.
async fn strangers(store: &Store) -> i64 {
    let mut sum = 0;
    let named = [
        ("Appointment", "doctor_name"),
        ("Medication", "prescribed_by"),
        ("Lab_Report", "ordering_doctor"),
        ("Report", "doctor_name"),
    ];
    for (table, column) in named {
        let joined = format!("{table} r JOIN Doctor d ON d.doctor_id = r.doctor_id");
        sum += number(&store.db, &format!("SELECT COUNT(*) FROM {joined} WHERE r.{column} <> d.name")).await;
    }
    sum
}

async fn count(store: &Store, rows: &str) -> i64 {
    number(&store.db, &format!("SELECT COUNT(*) FROM {rows}")).await
}

on_both!(a_store_of_before_there_were_doctors_is_added_to, 30, async |store: Store| {
    // As an upgrade leaves it: the tables are there and empty, and rows have names alone.
    for table in ["Doctor_Patient_Assignment", "Consultation"] {
        store.sql(&format!("DELETE FROM {table}")).await;
    }
    for table in ["Appointment", "Medication", "Lab_Report", "Report", "Scan"] {
        store.sql(&format!("UPDATE {table} SET doctor_id = NULL")).await;
    }
    store.sql("UPDATE Patient SET institution_id = NULL").await;
    for table in ["Doctor", "Institution", "Specialty"] {
        store.sql(&format!("DELETE FROM {table}")).await;
    }
    // The hospital has doctors of its own: one of a name of the demo, a second of the same, and one who is spelled otherwise.
    let [twice, otherwise] = ["Dr. Amara Okafor", "Dr. Helen Whitfield"];
    store.sql("INSERT INTO Institution (institution_id, name) VALUES (70, 'Own')").await;
    let own = format!("(71, '{twice}', 70), (72, '{twice}', 70), (73, '{}', 70)", otherwise.to_uppercase());
    store.sql(&format!("INSERT INTO Doctor (doctor_id, name, institution_id) VALUES {own}")).await;

    let all = async || {
        let mut sum = 0;
        for table in demo::tables() {
            sum += count(&store, table.name).await;
        }
        sum
    };
    let mut before = all().await;
    for _ in 0..2 {
        let added = seed::fill(&store.db, 794, 60, today()).await.unwrap();
        assert_eq!(all().await - before, added as i64, "what is said is what was added");
        before = all().await;
        let reference = demo::reference().fold(BTreeMap::<_, i64>::new(), |mut rows, row| {
            *rows.entry(row.table.name).or_default() += 1;
            rows
        });
        // The demo's own, but for the one that was there, and the hospital's.
        assert_eq!(count(&store, "Specialty").await, reference["Specialty"]);
        assert_eq!(count(&store, "Institution").await, reference["Institution"] + 1);
        assert_eq!(count(&store, "Doctor").await, reference["Doctor"] - 1 + 3);
    }
    assert_eq!(strangers(&store).await, 0);
    let assigned =
        async |doctor: i64| count(&store, &format!("Doctor_Patient_Assignment WHERE doctor_id = {doctor}")).await;
    assert!(assigned(71).await > 0, "the first of two doctors of one name is not used");
    assert_eq!((assigned(72).await, assigned(73).await), (0, 0));
    let old = "Appointment WHERE patient_id <= 30 AND doctor_id IS NOT NULL";
    assert_eq!(count(&store, old).await, 0, "older rows were changed");
    let primary = "Doctor_Patient_Assignment WHERE assignment_type = 'primary' AND is_active = 1";
    assert_eq!(count(&store, primary).await, 120);
});

on_both!(seed_sends_as_many_statements_for_many_patients_as_for_few, async |store: Store| {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    let watched = store.db.watched(Arc::new(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    }));
    let mut counts = Vec::new();
    // All of one transaction; the first brings catalog and reference data along.
    for patients in [60, 50, 100] {
        seed::fill(&watched, 794, patients, today()).await.unwrap();
        counts.push(sent.swap(0, Ordering::Relaxed));
    }
    assert_eq!(counts[1], counts[2], "{counts:?}");
    assert!(counts[2] >= demo::tables().len(), "{counts:?}");
});
