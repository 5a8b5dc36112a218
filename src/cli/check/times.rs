//! Days and moments that cannot be: of what has happened and lies in the future, of an end before its beginning.

use super::{records::Question, report::Check};
use crate::{
    db::{Dialect, Sql, ValueKind},
    graphql::{
        clock::{APART, Clock},
        model::Entity,
        rules::{self, Holds, kind_of},
    },
};

static IN_FUTURE: Check = Check {
    store: "database",
    name: "in-future",
    fault: false,
    advice: "The column says when something happened, and holds a day or moment that has not come; it is answered as it stands.",
};
static OUT_OF_ORDER: Check = Check {
    store: "database",
    name: "out-of-order",
    fault: false,
    advice: "The column holds a day or moment that lies before the one that it must follow; both are answered as they stand.",
};
static AFTER_END: Check = Check {
    store: "database",
    name: "after-end",
    fault: false,
    advice: "The row is of a later moment than the end of what it points to (a message, of its conversation); both are answered as they stand.",
};

/// What is to be asked of the rows of entities, by their rules.
pub(super) fn questions(dialect: Dialect, entities: &[&'static Entity], clock: Clock) -> Vec<Question> {
    let mut all = Vec::new();
    for entity in entities {
        for rule in entity.rules.checks {
            let Some((check, column, condition)) = question(dialect, entity, rule, clock) else { continue };
            let of = format!("{}.{column}", entity.table.name);
            all.push(Question { check, of, table: entity.table, condition });
        }
    }
    all
}

/// When rows (`t`) break a rule, and the column that says so.
fn question(
    dialect: Dialect,
    entity: &Entity,
    rule: &rules::Check,
    clock: Clock,
) -> Option<(&'static Check, &'static str, Sql)> {
    let mut sql = Sql::new(dialect);
    let (first, second) = (rule.columns.first()?, rule.columns.get(1));
    let is_day = matches!(kind_of(entity, first), ValueKind::Date);
    Some(match rule.holds {
        Holds::Happened(only) => {
            sql.push(format!("t.{first} > ")).text(if is_day { clock.today.to_string() } else { clock.latest() });
            if let Some((column, values)) = only {
                sql.push(format!(" AND t.{column} IN ("));
                for (at, value) in values.iter().enumerate() {
                    sql.push(if at == 0 { "" } else { ", " }).text(*value);
                }
                sql.push(")");
            }
            (&IN_FUTURE, first, sql)
        }
        Holds::InOrder => {
            let second = second?;
            sql.push(match (is_day, dialect) {
                (true, _) => format!("t.{first} < t.{second}"),
                (false, Dialect::MariaDb) => format!("t.{first} < t.{second} - INTERVAL {APART} MINUTE"),
                (false, Dialect::Sqlite) => format!("datetime(t.{first}, '+{APART} minutes') < t.{second}"),
            });
            (&OUT_OF_ORDER, first, sql)
        }
        Holds::BeforeEnd(end) => {
            let (link, moment) = (entity.table.link_in(first)?, second?);
            sql.push(format!("EXISTS (SELECT 1 FROM {} o WHERE o.{} = t.{first}", link.to.name, link.to.key));
            sql.push(format!(" AND o.{end} < t.{moment})"));
            (&AFTER_END, moment, sql)
        }
        _ => return None,
    })
}
