//! What a store's error says without the values that it may hold.
//!
//! **Invariant:** a driver's text goes no further than this file. What is kept of it is what a template says: the store's own
//! words, and names of tables, columns and constraints. A text that no template knows may be anything, a trigger's for instance,
//! and is left out whole.

use diesel::result::DatabaseErrorKind;
use regex::Regex;
use std::{mem, sync::LazyLock};

/// Texts as the stores write them, with MariaDB's numbers: `{}` is a name or a number, `{*}` may be a stored value.
const TEMPLATES: &[(u16, &str)] = &[
    // What a value breaks.
    (1062, "Duplicate entry '{*}' for key '{}'"),
    (1048, "Column '{}' cannot be null"),
    (1364, "Field '{}' doesn't have a default value"),
    (1406, "Data too long for column '{}' at row {}"),
    (1264, "Out of range value for column '{}' at row {}"),
    (1265, "Data truncated for column '{}' at row {}"),
    // 1366, and 1292 for days and times.
    (0, "Incorrect {} value: '{*}' for column {} at row {}"),
    (1292, "Incorrect {} value: '{*}'"),
    (1292, "Truncated incorrect {} value: '{*}'"),
    (1411, "Incorrect {} value: '{*}' for function {}"),
    (4025, "CONSTRAINT {} failed for {}"),
    (1451, "Cannot delete or update a parent row: a foreign key constraint fails ({})"),
    (1452, "Cannot add or update a child row: a foreign key constraint fails ({})"),
    (4038, "Syntax error in JSON text in argument {} to function '{}' at position {}"),
    // An index over expressions has its name there.
    (0, "UNIQUE constraint failed: index '{}'"),
    (0, "UNIQUE constraint failed: {}"),
    (0, "NOT NULL constraint failed: {}"),
    (0, "FOREIGN KEY constraint failed"),
    (0, "datatype mismatch"),
    (0, "malformed JSON"),
    (0, "string or blob too big"),
    // Others are in the way.
    (1205, "Lock wait timeout exceeded; try restarting transaction"),
    (1213, "Deadlock found when trying to get lock; try restarting transaction"),
    (1020, "Record has changed since last read in table '{}'; try restarting transaction"),
    (1020, "Record has changed since last read in table '{}'"),
    (0, "database is locked"),
    (0, "database table is locked{*}"),
    (0, "database schema is locked{*}"),
    // There is no room, or no right, or something is broken.
    (1021, "Disk full ({}); waiting for someone to free some space...{*}"),
    (1114, "The table '{}' is full"),
    (1030, "Got error 28 \"No space left on device\" from storage engine {}"),
    (1030, "Got error {} \"{*}\" from storage engine {}"),
    (3, "Error writing file '{}' (Errcode: 28 \"No space left on device\")"),
    (3, "Error writing file '{}' {*}"),
    (1290, "The MariaDB server is running with the {} option so it cannot execute this statement"),
    (1836, "Running in read-only mode"),
    (1792, "Cannot execute statement in a READ ONLY transaction"),
    (1461, "Can't create more than max_prepared_stmt_count statements (current value: {})"),
    (1040, "Too many connections"),
    (1044, "Access denied for user {*} to database '{}'"),
    (1227, "Access denied; you need (at least one of) the {} privilege(s) for this operation"),
    (1370, "{} command denied to user {*} for routine '{}'"),
    (1142, "{} command denied to user {*} for table {}"),
    (1143, "{} command denied to user {*} for column '{}' in table '{}'"),
    (1153, "Got a packet bigger than 'max_allowed_packet' bytes"),
    (0, "database or disk is full"),
    (0, "attempt to write a readonly database"),
    (0, "unable to open database file{*}"),
    (0, "disk I/O error"),
    (0, "database disk image is malformed"),
    (0, "file is not a database"),
    (0, "out of memory"),
    // The schema is another one than was thought.
    (1146, "Table '{}' doesn't exist"),
    (1054, "Unknown column '{}' in '{}'"),
    (1305, "{} {} does not exist"),
    (1049, "Unknown database '{}'"),
    (0, "no such table: {}"),
    (0, "no such column: {}"),
    (0, "table {} has no column named {}"),
    (0, "near \"{*}\": syntax error"),
    (0, "too many SQL variables"),
    (1449, "The user specified as a definer ({*}) does not exist"),
    (0, "cannot store {} value in {} column {}"),
    (0, "not an error"),
    (0, "SQL logic error"),
    (0, "access permission denied"),
    (0, "query aborted"),
    (0, "locking protocol"),
    (0, "interrupted"),
];

/// A template, as it is looked for and as it is shown.
struct Template {
    number: u16,
    found: Regex,
    /// What stands between the names.
    shown: Vec<String>,
}

static KNOWN: LazyLock<Vec<Template>> = LazyLock::new(|| TEMPLATES.iter().filter_map(template).collect());

fn template((number, text): &(u16, &str)) -> Option<Template> {
    let pieces = text.split("{}");
    // A name has no quotes and no line ends of its own, and SQLite's here no blanks: the tables are ours. A value is as long as it
    // can be, so that none looks like a name.
    let name = if text.starts_with("no such") || text.starts_with("table {}") {
        "([^'\"\\s]{0,300}?)"
    } else {
        "([^'\"\\n]{0,300}?)"
    };
    let piece = |piece: &str| piece.split("{*}").map(regex::escape).collect::<Vec<_>>().join("(?s:.*)");
    let found = pieces.clone().map(piece).collect::<Vec<_>>().join(name);
    let shown = pieces.map(|piece| piece.replace("{*}", "…")).collect();
    Some(Template { number: *number, found: Regex::new(&format!("^{found}$")).ok()?, shown })
}

/// The kinds of refusals that the drivers tell by number: what a trigger says is of no such kind, whatever its words are.
const KINDS: [(&str, DatabaseErrorKind); 8] = [
    ("CHECK constraint failed", DatabaseErrorKind::CheckViolation),
    ("UNIQUE constraint failed", DatabaseErrorKind::UniqueViolation),
    ("Duplicate entry", DatabaseErrorKind::UniqueViolation),
    ("NOT NULL constraint failed", DatabaseErrorKind::NotNullViolation),
    ("Field '", DatabaseErrorKind::NotNullViolation),
    ("FOREIGN KEY constraint failed", DatabaseErrorKind::ForeignKeyViolation),
    ("Cannot delete or update a parent row", DatabaseErrorKind::ForeignKeyViolation),
    ("Cannot add or update a child row", DatabaseErrorKind::ForeignKeyViolation),
];

/// What of a text may be told; `None` where that is nothing.
pub(super) fn told(kind: &DatabaseErrorKind, text: &str) -> Option<String> {
    let begins = KINDS.iter().find(|(begin, _)| text.starts_with(begin));
    if begins.is_some_and(|(_, expected)| mem::discriminant(expected) != mem::discriminant(kind)) {
        return None;
    }
    // SQLite tells the rule itself, quotes and all: it is the schema's text, and no row's.
    if text.starts_with("CHECK constraint failed: ") {
        return Some(text.to_owned());
    }
    KNOWN.iter().find_map(|Template { number, found, shown }| {
        let names = found.captures(text)?;
        let mut told = if *number == 0 { String::new() } else { format!("{number}: ") };
        for (at, piece) in shown.iter().enumerate() {
            told.push_str(names.get(at).filter(|_| at > 0).map_or("", |name| name.as_str()));
            told.push_str(piece);
        }
        Some(told)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_read() {
        assert_eq!(KNOWN.len(), TEMPLATES.len());
        for (_, text) in TEMPLATES {
            let filled = text.replace("{}", "name").replace("{*}", "Secret ' for key 'x' at row 1");
            let begins = KINDS.iter().find(|(begin, _)| filled.starts_with(begin));
            let kind = begins.map_or(&DatabaseErrorKind::Unknown, |(_, kind)| kind);
            let told = told(kind, &filled).unwrap_or_else(|| panic!("{text}"));
            assert!(!told.contains("Secret"), "{told}");
            // A trigger's words are its own, though they be the same.
            assert_eq!(begins.and_then(|_| super::told(&DatabaseErrorKind::Unknown, &filled)), None);
        }
    }

    #[test]
    fn names_are_kept_and_values_are_not() {
        let told = |text: &str| {
            let kind = match text.starts_with("Dup") || text.starts_with("UNI") {
                true => DatabaseErrorKind::UniqueViolation,
                false => DatabaseErrorKind::Unknown,
            };
            told(&kind, text).unwrap_or_default()
        };
        assert_eq!(told("CHECK constraint failed: Anna Secret"), "");
        assert_eq!(told("no such table: Anna Secret"), "");
        assert_eq!(
            told("Duplicate entry 'Secret-1980-01-02' for key 'by_name'"),
            "1062: Duplicate entry '…' for key 'by_name'"
        );
        assert_eq!(
            told("Duplicate entry 'x' for key 'Secret' for key 'by_name'"),
            "1062: Duplicate entry '…' for key 'by_name'"
        );
        assert_eq!(
            told("CONSTRAINT `chk_dob` failed for `m`.`Patient`"),
            "4025: CONSTRAINT `chk_dob` failed for `m`.`Patient`"
        );
        assert_eq!(
            told("Incorrect date value: '0000-\n00-00' for column `m`.`Patient`.`dob` at row 1"),
            "Incorrect date value: '…' for column `m`.`Patient`.`dob` at row 1"
        );
        assert_eq!(told("UNIQUE constraint failed: Patient.name"), "UNIQUE constraint failed: Patient.name");
        assert_eq!(told("UNIQUE constraint failed: index 'uq_a'"), "UNIQUE constraint failed: index 'uq_a'");
        assert_eq!(told("Anna Secret is a patient already"), "");
        assert_eq!(told("connection reset by Anna Secret"), "");
    }
}
