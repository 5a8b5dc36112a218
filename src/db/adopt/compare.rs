//! What is missing, what is in the way, and what differs and stays: pure, from what was found.

use super::{
    super::migrate::{self, Migration},
    Addition, Kind, Obstacle, Plan, Rule, Work,
    found::{self, Found},
    ours::{self, Makes},
};
use crate::{db::Dialect, error::Result};
use std::collections::BTreeSet;

pub(super) fn plan(found: &Found) -> Result<Plan> {
    let documents = ours::documents()?;
    let mut plan = Plan { adopted: found.recorded.is_some(), ..Plan::default() };
    for table in &documents {
        match found.table(table.name) {
            Some(there) => {
                plan.tables.insert(table.name.to_owned(), there.columns.keys().cloned().collect());
                of_table(&mut plan, table, there);
            }
            None => plan.obstacles.extend(in_other_case(found, table.name)),
        }
    }
    for migration in migrate::known(Dialect::MariaDb)? {
        let version = migration.version;
        for (statement, makes) in ours::made_by(&migration)? {
            add(&mut plan, found, &documents, version, statement, makes);
        }
        let applied = found.applied.iter().flatten().any(|applied| *applied == version);
        let Migration { name, suits, .. } = migration;
        let insert =
            format!("INSERT IGNORE INTO Schema_Migration (version, name, suits) VALUES ({version}, '{name}', {suits})");
        let work = Work::Run(vec![migrate::WIDEN.to_owned(), insert]);
        let addition = addition(Kind::Version, "Schema_Migration", &version.to_string(), work);
        need(&mut plan, found, !applied, addition);
    }
    // A column that no document has, a later migration of ours adds.
    let documented = |addition: &Addition| {
        let mut columns =
            documents.iter().filter(|table| table.name == addition.table).flat_map(|table| &table.columns);
        columns.any(|column| column.name == addition.name)
    };
    let of_documents =
        |addition: &Addition| matches!(addition.kind, Kind::Column | Kind::Words) && documented(addition);
    plan.own = plan.made_by_us(found) && !plan.additions.iter().any(of_documents);
    if !plan.additions.is_empty() {
        let keep = Work::Run(vec![migrate::CREATE.to_owned()]);
        let account = addition(Kind::Table, "Schema_Migration", "Schema_Migration", keep);
        let (late, missing) = (std::mem::take(&mut plan.additions), found.applied.is_none());
        need(&mut plan, found, missing, account);
        plan.additions.extend(late);
    }
    Ok(plan)
}

impl Plan {
    /// Whether the first migration made the tables.
    fn made_by_us(&self, found: &Found) -> bool {
        !self.adopted && found.applied.iter().flatten().any(|version| *version == 1)
    }
}

fn addition(kind: Kind, table: &str, name: &str, work: Work) -> Addition {
    Addition { kind, table: table.to_owned(), name: name.to_owned(), parts: Vec::new(), work }
}

/// Adds what is missing, and what an adoption that was cut short had begun.
fn need(plan: &mut Plan, found: &Found, missing: bool, addition: Addition) {
    let begun = found.recorded(addition.kind.as_str(), &addition.table, &addition.name).is_some_and(|of| !of.done);
    if missing || begun {
        plan.additions.push(addition);
    }
}

/// What a step of a migration comes to in this database.
fn add(plan: &mut Plan, found: &Found, documents: &[ours::Table], version: i32, statement: &str, makes: Makes) {
    let run = || Work::Run(vec![statement.to_owned()]);
    match makes {
        Makes::Table(name) => {
            let (there, document) = (found.table(name), documents.iter().find(|table| table.name == name));
            let applied = found.applied.iter().flatten().any(|applied| *applied == version);
            let ours = applied || plan.made_by_us(found) || found.recorded("table", name, name).is_some();
            if let (Some(_), None, false) = (there, document, ours) {
                plan.obstacles.push(Obstacle {
                    of: name.to_owned(),
                    what: "MediMax has a table of this name, and this is another".into(),
                    todo: format!("RENAME TABLE {name} TO another name"),
                });
            }
            need(plan, found, there.is_none(), addition(Kind::Table, name, name, run()));
            if let (Some(there), Some(document), false) = (there, document, ours) {
                columns(plan, found, document, there);
            }
        }
        Makes::Column(table, name) => {
            let missing = found.table(table).is_none_or(|table| !table.columns.contains_key(name));
            let applied = found.applied.iter().flatten().any(|applied| *applied == version);
            let ours = applied || plan.made_by_us(found) || found.recorded("column", table, name).is_some();
            if !missing && !ours {
                plan.obstacles.push(Obstacle {
                    of: table.to_owned(),
                    what: format!("MediMax adds a column {name} to it, and it has another of this name"),
                    todo: format!("ALTER TABLE {table} RENAME COLUMN {name} TO another name"),
                });
            }
            need(plan, found, missing, addition(Kind::Column, table, name, run()));
        }
        Makes::Index(table, name, columns, unique) => {
            let indexes = found.table(table).map(|table| &table.indexes);
            // Another index of the same columns serves the same reads, but does not hold what ours would. In a table of ours it is MariaDB's
            // own, for a foreign key, and gives way to ours.
            let ours = unique || found.recorded("table", table, table).is_some();
            let serves = |(there, of): (&String, &Vec<String>)| *of == columns && (!ours || there == name);
            let same = indexes.is_some_and(|indexes| indexes.iter().any(serves));
            if let (false, Some(_)) = (same, indexes.and_then(|indexes| indexes.get(name))) {
                plan.obstacles.push(Obstacle {
                    of: table.to_owned(),
                    what: format!("its index {name} is not on ({})", columns.join(", ")),
                    todo: format!("ALTER TABLE {table} RENAME INDEX {name} TO another name"),
                });
            }
            let kind = if unique { "UNIQUE INDEX" } else { "INDEX" };
            let statement =
                format!("ALTER TABLE {table} ADD {kind} IF NOT EXISTS {name} ({}), LOCK=NONE", columns.join(", "));
            let mut addition = addition(Kind::Index, table, name, Work::Run(vec![statement]));
            addition.parts = columns;
            need(plan, found, !same, addition);
        }
        Makes::Trigger(table, name) => {
            need(plan, found, !found.triggers.contains(name), addition(Kind::Trigger, table, name, run()));
        }
        Makes::Rows(table, from) => {
            let key = from.and_then(|from| Some((from.to_owned(), documents.iter().find(|t| t.name == from)?.key())));
            let work =
                key.map_or_else(run, |from| Work::Fill(statement.trim_end().trim_end_matches(';').to_owned(), from));
            let applied = found.applied.iter().flatten().any(|applied| *applied == version);
            let filled = found.recorded("rows", table, table).is_some_and(|of| of.done);
            need(plan, found, !applied && !filled, addition(Kind::Rows, table, table, work));
        }
    }
}

/// The columns, and words of enums, that a table lacks.
fn columns(plan: &mut Plan, found: &Found, table: &ours::Table, there: &found::Table) {
    for column in table.columns.iter().filter(|column| !column.is_needed()) {
        let (name, definition) = (column.name, column.definition);
        // Without its default at first: rows that are there were not made, or changed, on the day of the adoption.
        let bare = definition.split(" DEFAULT ").next().unwrap_or(definition);
        let work = Work::Run(vec![
            format!("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {name} {bare}, LOCK=NONE", table.name),
            format!("ALTER TABLE {} MODIFY COLUMN {name} {definition}, LOCK=NONE", table.name),
        ]);
        need(plan, found, !there.columns.contains_key(name), addition(Kind::Column, table.name, name, work));
    }
    for column in &table.columns {
        let Some(is) = there.columns.get(column.name) else { continue };
        let (Some(words), Some(known)) = (column.words(), ours::words(&is.column_type)) else { continue };
        let words = missing_words(&words, &known, is.collation.as_deref());
        let mut addition = addition(Kind::Words, table.name, column.name, Work::Widen);
        let missing = !words.is_empty();
        addition.parts = words;
        need(plan, found, missing, addition);
    }
}

/// The words that an enum does not take, in any case where its collation ignores case.
pub(super) fn missing_words(words: &[String], known: &[String], collation: Option<&str>) -> Vec<String> {
    let any_case = collation.is_some_and(|name| name.ends_with("_ci"));
    let same = |one: &String, other: &String| one == other || any_case && one.eq_ignore_ascii_case(other);
    words.iter().filter(|word| !known.iter().any(|known| same(word, known))).cloned().collect()
}

/// Obstacles, notes and rules of a table that is there.
fn of_table(plan: &mut Plan, table: &ours::Table, there: &found::Table) {
    let name = table.name;
    let mut obstacle = |what: String, todo: String| plan.obstacles.push(Obstacle { of: name.to_owned(), what, todo });
    if there.engine != "InnoDB" {
        let what = match there.engine.as_str() {
            "" => "it is a view".to_owned(),
            engine => format!("its engine is {engine}, which has neither transactions nor foreign keys"),
        };
        obstacle(what, format!("ALTER TABLE {name} ENGINE=InnoDB (it rebuilds the table)"));
    }
    let charsets = there.columns.values().filter_map(|column| column.collation.as_deref());
    let other: BTreeSet<&str> =
        charsets.chain([there.collation.as_str()]).filter(|of| !of.starts_with("utf8mb4")).collect();
    if !other.is_empty() && !there.engine.is_empty() {
        let other = other.into_iter().collect::<Vec<_>>().join(", ");
        let todo = format!("ALTER TABLE {name} CONVERT TO CHARACTER SET utf8mb4 (it rebuilds the table)");
        obstacle(format!("its text is not utf8mb4 ({other})"), todo);
    }
    for column in &table.columns {
        let (column, definition) = (column.name, column.definition);
        match there.columns.get(column) {
            None if definition.contains("NOT NULL") => obstacle(
                format!("it has no column {column}, and nobody but you knows what would stand in it"),
                format!("ALTER TABLE {name} ADD COLUMN {column} {definition}, and fill it"),
            ),
            Some(is) if !fits(definition, is) => obstacle(
                format!("its column {column} is {}", is.column_type),
                format!("ALTER TABLE {name} MODIFY COLUMN {column} {definition}"),
            ),
            _ => {}
        }
    }
    let (key, primary) = (table.key(), there.indexes.get("PRIMARY").map(Vec::as_slice).unwrap_or_default());
    if there.columns.contains_key(key) && primary != [key] {
        let what = format!("its primary key is not {key}");
        obstacle(what, format!("ALTER TABLE {name} ADD PRIMARY KEY ({key}), after dropping another"));
    }
    if there.checks.contains("chk_future_date") {
        obstacle(
            "its constraint chk_future_date fails every later change of an overdue appointment".into(),
            format!("ALTER TABLE {name} DROP CONSTRAINT chk_future_date"),
        );
    }
    for column in &table.columns {
        let Some(is) = there.columns.get(column.name) else { continue };
        let mut rule = |name: String, broken: String| plan.rules.push(Rule { table: table.name, key, name, broken });
        if column.is_needed() && is.nullable {
            rule(format!("{} IS NOT NULL", column.name), format!("t.{} IS NULL", column.name));
        }
        if let (None, Some(words)) = (column.words(), ours::words(&is.column_type)) {
            let words = words.join(", ");
            plan.notes.push(format!("{}.{} takes these words only: {words}", table.name, column.name));
        }
        if let (Some(ours), Some(theirs)) = (column.words(), ours::words(&is.column_type)) {
            plan.older |= theirs.iter().any(|word| !ours.contains(word));
        }
        if definition_type(column.definition) == "LONGTEXT" && is.data_type != "longtext" {
            plan.notes
                .push(format!("{}.{} is {}: nothing longer can be stored", table.name, column.name, is.data_type));
        }
    }
    for condition in &table.checks {
        let reads = |column: &&ours::Column| condition.contains(column.name);
        if table.columns.iter().filter(reads).all(|column| there.columns.contains_key(column.name)) {
            let (name, broken) = ((*condition).to_owned(), format!("NOT ({condition})"));
            plan.rules.push(Rule { table: table.name, key, name, broken });
        }
    }
}

/// The word that says a definition's type.
fn definition_type(definition: &str) -> &str {
    definition.split([' ', '(']).next().unwrap_or(definition)
}

/// Whether values of a column that is there can be read as those of ours.
fn fits(definition: &str, is: &found::Column) -> bool {
    let one_of = |types: &[&str]| types.contains(&is.data_type.as_str());
    match definition_type(definition) {
        "INT" => is.data_type == "int" && !is.column_type.contains("unsigned"),
        "BIGINT" => one_of(&["int", "bigint"]) && !is.column_type.contains("unsigned"),
        "DECIMAL" => one_of(&["decimal"]),
        "TINYINT" => one_of(&["tinyint"]),
        "DATE" => one_of(&["date"]),
        "TIME" => one_of(&["time"]),
        "TIMESTAMP" => one_of(&["timestamp", "datetime"]),
        _ => one_of(&["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum"]),
    }
}

/// A table that is there under another upper and lower case, where case matters.
fn in_other_case(found: &Found, name: &str) -> Option<Obstacle> {
    let other = found.tables.keys().find(|there| there.eq_ignore_ascii_case(name))?;
    Some(Obstacle {
        of: other.clone(),
        what: format!("it is spelled so, and not {name}, where case matters"),
        todo: format!("RENAME TABLE {other} TO {name}"),
    })
}
