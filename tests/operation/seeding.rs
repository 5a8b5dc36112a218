//! Demo data in a store: what the demo says is what stands there, under keys that count on.

use super::{number, statement};
use crate::support::{Backend, Store, on_both, today};
use medimax::{
    cli::seed,
    demo::{self, DemoRow, DemoTable, DemoValue},
};
use std::collections::BTreeMap;

/// Rows of one table by their keys: the key of the row above where there is one, and the values.
type Rows = BTreeMap<i64, Vec<Option<String>>>;

fn text(value: DemoValue) -> Option<String> {
    match value {
        DemoValue::Nothing => None,
        DemoValue::Flag(flag) => Some(i64::from(flag).to_string()),
        DemoValue::Text(text) => Some(text.into_owned()),
        DemoValue::Date(date) => Some(date.format("%Y-%m-%d").to_string()),
        DemoValue::Time(time) => Some(time.format("%H:%M:%S").to_string()),
        DemoValue::Moment(moment) => Some(moment.format("%Y-%m-%d %H:%M:%S").to_string()),
    }
}

/// Notes a row and the rows below it, each table's keys from 1.
fn note(row: DemoRow, above: Option<i64>, all: &mut BTreeMap<&str, Rows>) {
    let rows = all.entry(row.table.name).or_default();
    let key = rows.len() as i64 + 1;
    let above = above.map(|key| Some(key.to_string()));
    rows.insert(key, above.into_iter().chain(row.values.into_iter().map(text)).collect());
    row.below.into_iter().for_each(|below| note(below, Some(key), all));
}

/// What the first patients' rows are.
fn said(patients: u64) -> BTreeMap<&'static str, Rows> {
    let mut all = BTreeMap::new();
    (0..patients).for_each(|n| note(demo::patient(794, n, today()).into(), None, &mut all));
    all
}

/// What stands in a table.
async fn stored(store: &Store, table: &DemoTable) -> Rows {
    let mut rows = Rows::new();
    let kind = if store.backend == Backend::MariaDb { "CHAR" } else { "TEXT" };
    for column in table.parent.iter().chain(table.columns) {
        let select = format!("SELECT {}, CAST({column} AS {kind}) FROM {}", table.key, table.name);
        for (key, value) in store.db.texts(&statement(store.db.dialect(), &select)).await.unwrap() {
            rows.entry(key.into()).or_default().push(value);
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
        let columns = table.parent.iter().chain(table.columns).copied().collect::<Vec<_>>().join(", ");
        let copied = format!("SELECT {last}, {columns} FROM {name} ORDER BY {key} LIMIT 1");
        store.sql(&format!("INSERT INTO {name} ({key}, {columns}) {copied}")).await;
        let before = patients().await;
        let refused = seed::fill(&store.db, 794, 20, today()).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("the keys of {name} are used up")), "{refused}");
        assert_eq!(patients().await, before, "{name}: something was written");
        store.sql(&format!("DELETE FROM {name} WHERE {key} = {last}")).await;
    }
    seed::fill(&store.db, 794, 20, today()).await.unwrap();
    assert_eq!(patients().await, 40);
});
