//! Whether the rows of the relational store are whole: each hangs below one that is there, and each value is one of its type.
//! What is asked follows from the entities; only what is merely incomplete is named here one by one.

use super::{
    super::progress::Progress,
    report::{Check, Finding},
    times,
};
use crate::{
    db::{Belongs, Db, Dialect, Sql, Table, ValueKind},
    error::Result,
    graphql::{
        clock::Clock,
        model::{Entity, Scalar},
        rules::Holds,
    },
};

/// Keys that are named of each finding.
const NAMED: i64 = 5;

static ORPHAN: Check = Check {
    store: "database",
    name: "orphan",
    fault: true,
    advice: "The row that these hang below is gone, so nobody sees them: bring it back, or delete them. They come where \
             foreign keys are missing or were switched off.",
};
static OTHER_PATIENT: Check = Check {
    store: "database",
    name: "other-patient",
    fault: true,
    advice: "The column must point to a row of the same patient, and points to another patient's: write the right key, or NULL.",
};
static OWNERS: Check = Check {
    store: "database",
    name: "several-owners",
    fault: true,
    advice: "The row names more than one object to which it belongs, so it is shown as its patient's alone: keep the key of \
             the one, and set the others to NULL.",
};
static DISAGREES: Check = Check {
    store: "database",
    name: "disagrees",
    fault: false,
    advice: "The row and the row that the column points to have different values where they must have the same; both are answered as they \
             stand.",
};
static UNKNOWN_VALUE: Check = Check {
    store: "database",
    name: "unknown-value",
    fault: true,
    advice: "The column holds a word that is none of its values, and is answered as null with an error: write one that is.",
};
static IMPOSSIBLE_DATE: Check = Check {
    store: "database",
    name: "impossible-date",
    fault: true,
    advice: "The column holds a day that no calendar has (0000-00-00), and is answered as null with an error: write the \
             day, or NULL.",
};
static IMPOSSIBLE_TIME: Check = Check {
    store: "database",
    name: "impossible-time",
    fault: true,
    advice: "The column holds no time of a day, and is answered as null with an error: write the time, or NULL.",
};

static UNREADABLE: Check = Check {
    store: "database",
    name: "unreadable-value",
    fault: true,
    advice: "The column holds what is no value of its kind (no number, UUID or JSON), and is answered as null with an error: \
             write one that is, or NULL.",
};
static OUT_OF_RANGE: Check = Check {
    store: "database",
    name: "out-of-range",
    fault: false,
    advice: "The column holds a number that clients of the gateway may not write; it is answered as it stands.",
};

/// What is answered as it stands, but lacks something. (table, what is to hold, the kind of finding)
static INCOMPLETE: [(&str, &str, Check); 3] = [
    (
        "Medication",
        "NOT EXISTS (SELECT 1 FROM Medication_Purpose p WHERE p.medication_id = t.medication_id)",
        Check {
            store: "database",
            name: "no-purpose",
            fault: false,
            advice: "Nobody wrote down what these medications are for; the catalogs may know.",
        },
    ),
    (
        "Medication",
        "t.is_continued = 0 AND t.discontinued_date IS NULL",
        Check {
            store: "database",
            name: "no-end",
            fault: false,
            advice: "These medications were stopped, and nobody wrote down when.",
        },
    ),
    (
        "Lab_Finding",
        "t.is_abnormal = 1 AND t.abnormal_flag IS NULL",
        Check {
            store: "database",
            name: "no-flag",
            fault: false,
            advice: "These findings are outside their range, and nobody wrote down on which side.",
        },
    ),
];

/// A condition on the rows (`t`) of a table that ought to hold for none.
pub(super) struct Question {
    pub(super) check: &'static Check,
    /// The table, or a column of it.
    pub(super) of: String,
    pub(super) table: &'static Table,
    pub(super) condition: Sql,
}

/// Asks everything of every table.
pub(crate) async fn check(db: &Db, entities: &[&'static Entity], clock: Clock) -> Result<Vec<Finding>> {
    let mut questions = faults(db.dialect(), entities, |_, _| true);
    questions.extend(incomplete(db.dialect(), entities));
    questions.extend(times::questions(db.dialect(), entities, clock));
    ask(db, questions).await
}

/// Asks for faults alone, and only of tables and columns that there are.
pub(in super::super) async fn check_faults(
    db: &Db,
    entities: &[&'static Entity],
    has: impl Fn(&str, &str) -> bool,
) -> Result<Vec<Finding>> {
    let questions = faults(db.dialect(), entities, has).into_iter().filter(|question| question.check.fault);
    ask(db, questions.collect()).await
}

async fn ask(db: &Db, questions: Vec<Question>) -> Result<Vec<Finding>> {
    let progress = Progress::new("Database", "questions", questions.len() as u64);
    let mut findings = Vec::new();
    for (done, Question { check, of, table, condition }) in questions.iter().enumerate() {
        progress.at(done as u64, questions.len() as u64);
        let (count, examples) = rows_where(db, table.name, table.key, condition).await?;
        if count > 0 {
            findings.push(Finding { check, of: of.clone(), count, examples });
        }
    }
    Ok(findings)
}

/// How many rows (`t`) meet a condition, and the keys of some.
pub(in super::super) async fn rows_where(
    db: &Db,
    table: &str,
    key: &str,
    condition: &Sql,
) -> Result<(i64, Vec<String>)> {
    let mut sql = Sql::new(db.dialect());
    sql.varies();
    sql.push(format!("SELECT t.{key}, COUNT(*) OVER () FROM {table} t WHERE "));
    sql.append(condition).push(format!(" ORDER BY t.{key} LIMIT ")).int(NAMED);
    let found = db.numbers(&sql).await?;
    let count = found.first().map_or(0, |(_, count)| *count);
    Ok((count, found.iter().map(|(key, _)| key.to_string()).collect()))
}

fn faults(dialect: Dialect, entities: &[&'static Entity], has: impl Fn(&str, &str) -> bool) -> Vec<Question> {
    let tables = entities.iter().map(|entity| entity.table);
    let mut all = Vec::new();
    for table in tables.filter(|table| has(table.name, table.key)) {
        for (column, to) in table.references().filter(|(column, to)| has(table.name, column) && has(to.name, to.key)) {
            let mut condition = Sql::new(dialect);
            // A row may point to nothing, but not belong to nobody.
            if table.owner_in(column).is_none() || table.is_mixed() {
                condition.push(format!("t.{column} IS NOT NULL AND "));
            }
            condition.push(format!("NOT EXISTS (SELECT 1 FROM {} o WHERE o.{} = t.{column})", to.name, to.key));
            all.push(Question { check: &ORPHAN, of: table.name.to_owned(), table, condition });
        }
        for link in table.links.iter().filter(|link| link.within && has(table.name, link.column)) {
            let (to, column) = (link.to, link.column);
            let mut condition = Sql::new(dialect);
            condition.push(format!("EXISTS (SELECT 1 FROM {} o WHERE o.{} = t.{column}", to.name, to.key));
            condition.push(format!(" AND {} <> {})", patient("o", to), patient("t", table)));
            let of = format!("{}.{column}", table.name);
            all.push(Question { check: &OTHER_PATIENT, of, table, condition });
        }
    }
    for table in entities.iter().map(|entity| entity.table).filter(|table| table.is_mixed()) {
        if !table.owners().iter().all(|owner| has(table.name, owner.column)) {
            continue;
        }
        let named: Vec<String> =
            table.owners().iter().map(|owner| format!("(t.{} IS NOT NULL)", owner.column)).collect();
        for (check, is) in [(&ORPHAN, "= 0"), (&OWNERS, "> 1")] {
            let mut condition = Sql::new(dialect);
            condition.push(format!("{} {is}", named.join(" + ")));
            all.push(Question { check, of: table.name.to_owned(), table, condition });
        }
    }
    for entity in entities.iter().filter(|entity| has(entity.table.name, entity.table.key)) {
        let table = entity.table;
        let stored = |scalar: &&Scalar| !scalar.column.is_empty() && has(table.name, scalar.column);
        for scalar in entity.object.scalars.iter().filter(stored) {
            for (check, condition) in of_values(dialect, scalar) {
                all.push(Question { check, of: format!("{}.{}", table.name, scalar.column), table, condition });
            }
        }
    }
    all
}

/// The key of the patient to whom a row belongs.
fn patient(alias: &str, table: &Table) -> String {
    match &table.belongs {
        Belongs::To(owner) | Belongs::OneOf([owner, ..]) if matches!(owner.to.belongs, Belongs::Patient) => {
            format!("{alias}.{}", owner.column)
        }
        Belongs::To(owner) | Belongs::OneOf([owner, ..]) => {
            let (above, to) = (format!("{alias}p"), owner.to);
            let of = patient(&above, to);
            format!("(SELECT {of} FROM {} {above} WHERE {above}.{} = {alias}.{})", to.name, to.key, owner.column)
        }
        Belongs::Patient | Belongs::Everybody | Belongs::OneOf([]) => format!("{alias}.{}", table.key),
    }
}

/// What is to be asked of rows that are answered as they stand.
fn incomplete(dialect: Dialect, entities: &[&'static Entity]) -> Vec<Question> {
    let mut all = Vec::new();
    for entity in entities {
        for rule in entity.rules.checks.iter().filter(|rule| matches!(rule.holds, Holds::AsLinked)) {
            let [pointer, column, ..] = rule.columns else { continue };
            let Some(link) = entity.table.link_in(pointer) else { continue };
            let mut condition = Sql::new(dialect);
            condition.push(format!("EXISTS (SELECT 1 FROM {} o WHERE o.{} = t.{pointer}", link.to.name, link.to.key));
            condition.push(format!(" AND o.{column} <> t.{column})"));
            let of = format!("{}.{pointer}", entity.table.name);
            all.push(Question { check: &DISAGREES, of, table: entity.table, condition });
        }
        for (_, text, check) in INCOMPLETE.iter().filter(|(name, ..)| *name == entity.table.name) {
            let mut condition = Sql::new(dialect);
            condition.push(*text);
            all.push(Question { check, of: entity.table.name.to_owned(), table: entity.table, condition });
        }
    }
    all
}

/// When a column's value is none of its type. NULL is none of these.
fn of_values(dialect: Dialect, scalar: &Scalar) -> Vec<(&'static Check, Sql)> {
    let (column, mut sql) = (format!("t.{}", scalar.column), Sql::new(dialect));
    let check = match scalar.kind {
        ValueKind::Enum(of) => {
            // As it is read: without ASCII case, and to the letter otherwise, whatever the column's collation.
            sql.push(match dialect {
                Dialect::MariaDb => format!("CAST(LOWER({column}) AS BINARY) NOT IN ("),
                Dialect::Sqlite => format!("LOWER({column}) COLLATE BINARY NOT IN ("),
            });
            for (at, value) in of.values.iter().enumerate() {
                sql.push(if at == 0 { "" } else { ", " }).text(value.stored.to_ascii_lowercase());
            }
            sql.push(")");
            &UNKNOWN_VALUE
        }
        ValueKind::Date | ValueKind::DateTime => {
            sql.push(match dialect {
                // By its text: MariaDB's own functions take some of these days for NULL.
                Dialect::MariaDb => {
                    let part = |from: u32, len: u32| format!("SUBSTR(CAST({column} AS CHAR), {from}, {len})");
                    format!(
                        "({} = '0000' OR {} = '00' OR {day} = '00' OR {day} > DAYOFMONTH(LAST_DAY(CONCAT({}, '01'))))",
                        part(1, 4),
                        part(6, 2),
                        part(1, 8),
                        day = part(9, 2)
                    )
                }
                Dialect::Sqlite => {
                    let day = format!("SUBSTR({column}, 1, 10)");
                    format!(
                        "{column} IS NOT NULL AND ({day} IS NOT date({day}, '+0 days') OR datetime({column}) IS NULL \
                         OR {column} LIKE '0000%')"
                    )
                }
            });
            &IMPOSSIBLE_DATE
        }
        ValueKind::Time => {
            sql.push(match dialect {
                Dialect::MariaDb => format!("({column} < '00:00:00' OR {column} >= '24:00:00')"),
                Dialect::Sqlite => format!("{column} IS NOT time({column}, '+0 days')"),
            });
            &IMPOSSIBLE_TIME
        }
        ValueKind::Uuid => {
            sql.push(match dialect {
                Dialect::MariaDb => {
                    format!("{column} NOT REGEXP '^[0-9A-Fa-f]{{8}}(-[0-9A-Fa-f]{{4}}){{3}}-[0-9A-Fa-f]{{12}}$'")
                }
                Dialect::Sqlite => {
                    let digits = |count: usize| "[0-9A-Fa-f]".repeat(count);
                    format!("{column} NOT GLOB '{}'", [8, 4, 4, 4, 12].map(digits).join("-"))
                }
            });
            &UNREADABLE
        }
        ValueKind::Json => {
            sql.push(format!("JSON_VALID({column}) = 0"));
            &UNREADABLE
        }
        ValueKind::Whole { min, max } | ValueKind::Decimal { min, max, .. } => {
            sql.push(format!("({column} < {min} OR {column} > {max})"));
            // MariaDB's columns hold numbers alone.
            if dialect == Dialect::MariaDb {
                return vec![(&OUT_OF_RANGE, sql)];
            }
            sql.push(format!(" AND typeof({column}) IN ('integer', 'real')"));
            let mut unreadable = Sql::new(dialect);
            unreadable.push(match scalar.kind {
                ValueKind::Decimal { places, .. } => format!(
                    "{column} IS NOT NULL AND (typeof({column}) NOT IN ('integer', 'real') \
                     OR {column} <> round({column}, {places}))"
                ),
                _ => format!("typeof({column}) NOT IN ('integer', 'null')"),
            });
            return vec![(&OUT_OF_RANGE, sql), (&UNREADABLE, unreadable)];
        }
        ValueKind::Id | ValueKind::Int | ValueKind::Float | ValueKind::Text | ValueKind::Flag(_) => return Vec::new(),
    };
    vec![(check, sql)]
}
