//! What MediMax's tables consist of, read from the migrations themselves: there is no second list to keep in step.

use super::super::{
    migrate::{Migration, known, made_column, made_table, steps},
    sql::Dialect,
};
use crate::error::{Error, Result};

/// A table of the documents, as the first migration makes it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: Vec<Column>,
    /// The conditions that its rows must meet.
    pub(super) checks: Vec<&'static str>,
}

/// A column: its name, and all that follows it.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) definition: &'static str,
}

/// What a step of a migration makes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Makes {
    Table(&'static str),
    /// (table, column)
    Column(&'static str, &'static str),
    /// (table, index, its columns, whether no two rows have the same)
    Index(&'static str, &'static str, Vec<String>, bool),
    /// (table, trigger)
    Trigger(&'static str, &'static str),
    /// Rows of this table, read from the rows of that one, or changed.
    Rows(&'static str, Option<&'static str>),
}

impl Table {
    pub(super) fn key(&self) -> &'static str {
        self.columns.iter().find(|column| column.definition.ends_with("PRIMARY KEY")).map_or("", |column| column.name)
    }
}

impl Column {
    /// Rows must have a value in it.
    pub(super) fn is_needed(&self) -> bool {
        self.definition.contains("NOT NULL")
    }

    /// The words of an ENUM.
    pub(super) fn words(&self) -> Option<Vec<String>> {
        words(self.definition)
    }
}

/// The words of a definition that begins with an ENUM, in either case.
pub(super) fn words(definition: &str) -> Option<Vec<String>> {
    if !definition.get(..5)?.eq_ignore_ascii_case("enum(") {
        return None;
    }
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = definition.get(5..)?.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            // A quote within a word is written twice.
            ('\'', true) if letters.next_if_eq(&'\'').is_some() => word.push('\''),
            ('\'', true) => {
                words.push(std::mem::take(&mut word));
                quoted = false;
            }
            ('\'', false) => quoted = true,
            (')', false) => break,
            (letter, true) => word.push(letter),
            _ => {}
        }
    }
    Some(words)
}

/// The tables of the documents.
pub(super) fn documents() -> Result<Vec<Table>> {
    let first = known(Dialect::MariaDb)?.into_iter().next();
    let up = first.map_or("", |migration| migration.up);
    Ok(steps(up).filter_map(|(_, statement)| table(statement)).collect())
}

fn table(statement: &'static str) -> Option<Table> {
    let (name, body) = statement.strip_prefix("CREATE TABLE IF NOT EXISTS ")?.split_once(" (\n")?;
    let mut table = Table { name, columns: Vec::new(), checks: Vec::new() };
    for line in body.lines().map_while(|line| line.strip_prefix("    ")) {
        let line = line.strip_suffix(',').unwrap_or(line);
        match line.split_once(' ')? {
            ("CONSTRAINT", constraint) => {
                let check = constraint.split_once(" CHECK (").and_then(|(_, rest)| rest.strip_suffix(')'));
                table.checks.extend(check);
            }
            (name, definition) => table.columns.push(Column { name, definition: definition.trim_start() }),
        }
    }
    Some(table)
}

/// The steps of a migration: what each does, its statement, and what it makes.
pub(super) fn made_by(migration: &Migration) -> Result<Vec<(&'static str, Makes)>> {
    let of_step = |(what, statement)| {
        let makes = makes(statement).ok_or_else(|| {
            Error::Internal(format!("adopting cannot tell what the step \"{what}\" of {} makes", migration.name))
        })?;
        Ok((statement, makes))
    };
    steps(migration.up).map(of_step).collect()
}

fn makes(statement: &'static str) -> Option<Makes> {
    if let Some(table) = made_table(statement) {
        return Some(Makes::Table(table));
    }
    if let Some((table, column)) = made_column(statement) {
        return Some(Makes::Column(table, column));
    }
    let index = |prefix| statement.strip_prefix(prefix);
    let plain = index("CREATE INDEX IF NOT EXISTS ").map(|rest| (rest, false));
    if let Some((rest, unique)) = plain.or_else(|| Some((index("CREATE UNIQUE INDEX IF NOT EXISTS ")?, true))) {
        let (name, rest) = rest.split_once(" ON ")?;
        let (table, columns) = rest.trim_end().strip_suffix(");")?.split_once(" (")?;
        return Some(Makes::Index(table, name, columns.split(", ").map(str::to_owned).collect(), unique));
    }
    if let Some(rest) = statement.strip_prefix("UPDATE ") {
        return Some(Makes::Rows(rest.split(' ').next()?, None));
    }
    if let Some(rest) = statement.strip_prefix("CREATE OR REPLACE TRIGGER ") {
        let (name, rest) = rest.split_once(' ')?;
        return Some(Makes::Trigger(rest.split_once(" ON ")?.1.split(' ').next()?, name));
    }
    let into = statement.strip_prefix("INSERT IGNORE INTO ")?.split(' ').next()?;
    let from = statement.split_once("\nFROM ").and_then(|(_, rest)| rest.split_once(" t\n"));
    Some(Makes::Rows(into, from.map(|(table, _)| table)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_documents_are_read_whole() {
        let tables = documents().unwrap();
        assert_eq!(tables.len(), 11);
        assert!(tables.iter().all(|table| !table.key().is_empty()), "{tables:?}");
        let patient = &tables[0];
        assert_eq!((patient.name, patient.key(), patient.columns.len()), ("Patient", "patient_id", 6));
        assert_eq!(patient.checks, ["CHAR_LENGTH(TRIM(name)) > 0", "dob >= '1900-01-01'"]);
        let [_, _, dob, sex, ..] = patient.columns.as_slice() else { panic!("{patient:?}") };
        assert_eq!(sex.words().unwrap(), ["Male", "Female", "Other"]);
        assert!(sex.is_needed() && !dob.is_needed());
    }

    #[test]
    fn every_step_of_every_migration_is_understood() {
        let all: Vec<Makes> = known(Dialect::MariaDb)
            .unwrap()
            .iter()
            .flat_map(|migration| made_by(migration).unwrap())
            .map(|(_, makes)| makes)
            .collect();
        for makes in [
            Makes::Table("Patient_Search"),
            Makes::Index("Medication", "idx_medication_continued", vec!["is_continued".into()], false),
            Makes::Index(
                "Doctor_Patient_Assignment",
                "uq_assignment_primary",
                vec!["uq_primary".into(), "patient_id".into()],
                true,
            ),
            Makes::Rows("Doctor_Patient_Assignment", None),
            Makes::Trigger("Patient", "medimax_feed_patient_delete"),
            Makes::Rows("Patient_Search", Some("Patient")),
            Makes::Rows("Feed_State", None),
        ] {
            assert!(all.contains(&makes), "{makes:?}");
        }
    }

    #[test]
    fn words_are_read_with_their_quotes_and_commas() {
        assert_eq!(words("enum('a','it''s, (b)') DEFAULT 'a'").unwrap(), ["a", "it's, (b)"]);
        assert_eq!(words("varchar(10)"), None);
    }
}
