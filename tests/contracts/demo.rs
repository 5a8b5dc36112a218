//! The demo fills every table of the schema, and every column that is written.

use medimax::{
    demo::{self, DemoRow, DemoValue},
    schema::entities,
};
use std::collections::{BTreeMap, BTreeSet};

/// Columns that the demo leaves to the tables' defaults: the table, the column, and why.
const LEFT_OUT: [(&str, &str, &str); 0] = [];

#[test]
fn every_name_in_the_demo_is_one_of_the_schema() {
    for table in demo::tables() {
        let name = table.name;
        let entity = entities().iter().find(|entity| entity.table.name == name);
        let entity = entity.unwrap_or_else(|| panic!("no entity has the table {name}"));
        assert_eq!(table.key, entity.table.key, "the key of {name}");
        if let Some(called) = table.called {
            assert!(
                entity.table.is_everybodys() && table.columns.contains(&called),
                "{name}: reference data by {called}"
            );
        }
        let mut named = BTreeSet::from([table.key]);
        for column in table.parents.iter().chain(table.columns) {
            assert!(entity.stored().contains(column), "{name}.{column} is no column that is written");
            assert!(named.insert(column), "{name}.{column} stands twice in the demo");
        }
    }
}

#[test]
fn every_column_that_is_written_has_a_value_in_the_demo_or_a_reason_to_have_none() {
    let mut left_out = BTreeSet::new();
    for entity in entities() {
        let name = entity.table.name;
        let tables: Vec<_> = demo::tables().into_iter().filter(|table| table.name == name).collect();
        let [table] = tables[..] else { panic!("{name} stands {} times in the demo", tables.len()) };
        let filled: Vec<_> = table.parents.iter().chain(table.columns).chain([&table.key]).collect();
        left_out.extend(
            entity.stored().into_iter().filter(|column| !filled.contains(&column)).map(|column| (name, column)),
        );
    }
    let known = LEFT_OUT.iter().map(|(table, column, _)| (*table, *column)).collect();
    assert_eq!(left_out, known, "left: columns without a value in the demo; right: those of them that are known");
}

#[test]
fn every_column_is_filled_in_some_row() {
    fn count(row: DemoRow, filled: &mut BTreeMap<(&str, &str), u64>) {
        assert_eq!(row.values.len(), row.table.columns.len(), "{}", row.table.name);
        let entity = entities().iter().find(|entity| entity.table.name == row.table.name).unwrap();
        for (column, value) in row.table.columns.iter().zip(&row.values) {
            // A link is filled with a row of the table that it leads to, and nothing else is.
            let leads = entity.table.links.iter().find(|link| link.column == *column).map(|link| link.to.name);
            match value {
                DemoValue::Nothing => {}
                DemoValue::Named(table, _) | DemoValue::Within(table, _) => {
                    assert_eq!(leads, Some(table.name), "{}.{column}", row.table.name)
                }
                _ => assert_eq!(leads, None, "{}.{column} is a key", row.table.name),
            }
            *filled.entry((row.table.name, column)).or_default() += u64::from(*value != DemoValue::Nothing);
        }
        row.below.into_iter().for_each(|row| count(row, filled));
    }
    let mut filled = BTreeMap::new();
    demo::reference().for_each(|row| count(row, &mut filled));
    (0..250).for_each(|n| count(demo::patient(794, n, crate::support::today()).into(), &mut filled));
    let all: usize = demo::tables().iter().map(|table| table.columns.len()).sum();
    assert_eq!(filled.len(), all, "a table has no rows");
    let empty: Vec<_> = filled.iter().filter(|(_, rows)| **rows == 0).collect();
    assert!(empty.is_empty(), "{empty:?}");
}
