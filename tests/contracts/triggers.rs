//! The triggers that write the change feed follow from the tables: of each row that is inserted, updated or deleted, its owner. They
//! stand in the migrations as text; where one is missing, this test says the text to put into a new migration.

use medimax::{
    db::{Belongs, Table},
    schema::entities,
};
use std::{fs, path::Path};

const HANDLER: &str = "    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;\n";

/// The tables whose changes are fed: those whose rows are in the graph. Each change of another would have its patient read anew for
/// nothing.
pub(crate) fn fed() -> impl Iterator<Item = &'static Table> {
    entities().iter().filter(|entity| entity.graph.is_some()).map(|entity| entity.table)
}

/// The triggers of a table, on a store.
fn triggers(backend: &str, table: &Table) -> Vec<String> {
    let (of, column) = match &table.belongs {
        Belongs::To(owner) => (owner.to.name, owner.column),
        Belongs::OneOf(_) => panic!("{}: what belongs to one of several owners is in no graph", table.name),
        Belongs::Patient | Belongs::Everybody => (table.name, table.key),
    };
    let mariadb = backend == "mariadb";
    let changed = |row| format!("    INSERT INTO Change_Feed (owner, owner_id) VALUES ('{of}', {row}.{column});\n");
    let moved = match mariadb {
        true => format!("    IF OLD.{column} <> NEW.{column} THEN\n    {}    END IF;\n", changed("OLD")),
        false => format!(
            "    INSERT INTO Change_Feed (owner, owner_id) SELECT '{of}', OLD.{column} WHERE OLD.{column} <> NEW.{column};\n"
        ),
    };
    let (create, handler) = match mariadb {
        true => ("CREATE OR REPLACE TRIGGER", HANDLER),
        false => ("CREATE TRIGGER IF NOT EXISTS", ""),
    };
    let (name, low) = (table.name, table.name.to_lowercase());
    let one = |(verb, past, body): (&str, &str, String)| {
        format!(
            "-- feed {past} {name} rows\n{create} medimax_feed_{low}_{verb} AFTER {} ON {name} FOR EACH ROW\nBEGIN\n{handler}{body}END;\n",
            verb.to_uppercase()
        )
    };
    [
        ("insert", "inserted", changed("NEW")),
        ("update", "updated", changed("NEW") + &moved),
        ("delete", "deleted", changed("OLD")),
    ]
    .into_iter()
    .map(one)
    .collect()
}

#[test]
fn the_feeds_triggers_are_those_that_follow_from_the_tables() {
    for backend in ["mariadb", "sqlite"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
        let texts = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("up.sql"));
        let all: String = texts.map(|path| fs::read_to_string(path).unwrap()).collect();
        let wanted: Vec<String> = fed().flat_map(|table| triggers(backend, table)).collect();
        let missing: Vec<&String> = wanted.iter().filter(|trigger| !all.contains(trigger.as_str())).collect();
        assert!(
            missing.is_empty(),
            "put into a new migration of {backend}:\n\n{}",
            missing.iter().map(|one| one.as_str()).collect::<Vec<_>>().join("\n")
        );
        let made = all
            .lines()
            .filter(|line| line.starts_with("CREATE") && line.contains("TRIGGER") && line.contains("medimax_feed_"))
            .count();
        assert_eq!(made, wanted.len(), "{backend} has triggers of the feed that follow from no table");
    }
}
