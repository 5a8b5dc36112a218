//! What a filter means, written once more: plain sets of keys, and nothing that the gateway's own statements are made with.

use super::shape::{Comparison, Filter};
use medimax::{
    db::{Dialect, Path, Quantifier, Towards, ValueKind},
    graphql::model::{Entity, Related},
};

/// The condition about `alias`, rows of an entity. Facts of the graph are not known here.
pub(super) fn condition(
    filter: &Filter,
    entity: &Entity,
    alias: &str,
    dialect: Dialect,
) -> Result<String, &'static str> {
    Ok(match filter {
        Filter::Field(comparison) => compared(comparison, alias, dialect),
        Filter::Related(_, related, quantifier, inner) => {
            let below = format!("{alias}x");
            let inner = match inner {
                Some(inner) => condition(inner, related.entity, &below, dialect)?,
                None => "1 = 1".to_owned(),
            };
            let (is_in, inner) = match quantifier {
                None | Some(Quantifier::Some) => ("IN", inner),
                Some(Quantifier::None) => ("NOT IN", inner),
                Some(Quantifier::Every) => ("NOT IN", not(&inner)),
            };
            let (ours, set) = keys(related, entity, &below, &inner);
            format!("{alias}.{ours} {is_in} (SELECT k FROM (SELECT DISTINCT {set}) {below}s)")
        }
        Filter::Graph(..) => return Err("SQL does not know the graph"),
        Filter::Beside(two) | Filter::And(two) => joined(two, " AND ", entity, alias, dialect)?,
        Filter::Or(two) => joined(two, " OR ", entity, alias, dialect)?,
        Filter::Not(inner) => not(&condition(inner, entity, alias, dialect)?),
    })
}

fn joined(two: &[Filter; 2], by: &str, entity: &Entity, alias: &str, dialect: Dialect) -> Result<String, &'static str> {
    let [one, other] = two;
    Ok(format!("({}{by}{})", condition(one, entity, alias, dialect)?, condition(other, entity, alias, dialect)?))
}

/// What is unknown does not hold, so its opposite does.
fn not(condition: &str) -> String {
    format!("COALESCE(({condition}), 0) = 0")
}

/// Our column, and what selects the keys that it has where a condition on `below` holds.
fn keys(related: &Related, entity: &Entity, below: &str, condition: &str) -> (&'static str, String) {
    let theirs = related.entity.table;
    match &related.towards {
        Towards::Up(column) => {
            (column, format!("{below}.{} AS k FROM {} {below} WHERE {condition}", theirs.key, theirs.name))
        }
        Towards::Down(Path::Direct(column)) => {
            let rows = format!("{} {below} WHERE {below}.{column} IS NOT NULL AND ({condition})", theirs.name);
            (entity.table.key, format!("{below}.{column} AS k FROM {rows}"))
        }
        Towards::Down(Path::Through { column, between, above }) => {
            let join = format!(
                "{} {below} JOIN {} {below}b ON {below}b.{} = {below}.{column}",
                theirs.name, between.name, between.key
            );
            (
                entity.table.key,
                format!("{below}b.{above} AS k FROM {join} WHERE {below}b.{above} IS NOT NULL AND ({condition})"),
            )
        }
        Towards::Down(Path::Between { between, above, below: to }) => {
            let join = format!(
                "{} {below}b JOIN {} {below} ON {below}.{} = {below}b.{to}",
                between.name, theirs.name, theirs.key
            );
            (
                entity.table.key,
                format!("{below}b.{above} AS k FROM {join} WHERE {below}b.{above} IS NOT NULL AND ({condition})"),
            )
        }
    }
}

fn compared(comparison: &Comparison, alias: &str, dialect: Dialect) -> String {
    let column = match comparison.kind {
        ValueKind::Flag(default) => format!("COALESCE({alias}.{}, {})", comparison.column, u8::from(default)),
        ValueKind::Enum(_) | ValueKind::Uuid if comparison.operator != "isNull" => {
            format!("LOWER({alias}.{})", comparison.column)
        }
        _ => format!("{alias}.{}", comparison.column),
    };
    let every: Vec<&str> = comparison.values.iter().flat_map(|value| &value.sql).map(String::as_str).collect();
    let (all, first) = (every.join(", "), every.first().copied().unwrap_or("NULL"));
    let lower = |expression: &str| format!("LOWER({expression})");
    match (comparison.operator, dialect) {
        ("isNull", _) => {
            let yes = comparison.values.iter().any(|value| value.graphql == "true");
            format!("{column} IS {}NULL", if yes { "" } else { "NOT " })
        }
        ("startsWith", Dialect::MariaDb) => format!("LEFT({column}, CHAR_LENGTH({first})) = {first}"),
        ("contains", Dialect::MariaDb) => format!("LOCATE({first}, {column}) > 0"),
        ("startsWith", Dialect::Sqlite) => {
            format!("SUBSTR({}, 1, LENGTH({first})) = {}", lower(&column), lower(first))
        }
        ("contains", Dialect::Sqlite) => format!("INSTR({}, {}) > 0", lower(&column), lower(first)),
        ("ne", _) => format!("{column} NOT IN ({all})"),
        ("lt", _) => format!("{column} < {first}"),
        ("lte", _) => format!("{column} <= {first}"),
        ("gt", _) => format!("{column} > {first}"),
        ("gte", _) => format!("{column} >= {first}"),
        _ => format!("{column} IN ({all})"),
    }
}
