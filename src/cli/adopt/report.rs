//! What adopting would do, to read before it is done.

use super::Broken;
use crate::db::adopt::{Addition, Kind, Plan};
use std::fmt::Write;

/// Kinds in the order of the report: what adding and removing such costs those who write meanwhile.
const KINDS: [(Kind, &str, &str); 6] = [
    (Kind::Column, "Columns: at once; rows that are there keep them empty", "Columns: at once"),
    (
        Kind::Words,
        "Words of enums: at their end, at once",
        "Words of enums, where no row has them: this rebuilds the table, and who writes to it waits",
    ),
    (Kind::Index, "Indexes: each reads its table once, and nobody waits", "Indexes: at once"),
    (Kind::Table, "Tables: new, and MediMax's alone", "Tables, with their rows"),
    (
        Kind::Trigger,
        "Triggers: at once; from then on they note each change, and no write fails for them",
        "Triggers: at once",
    ),
    (Kind::Rows, "Rows of the new tables: filled from yours, few at a time", "Rows of these tables"),
];

/// How a thing is named.
pub(super) fn name(kind: Kind, table: &str, name: &str) -> String {
    match kind {
        Kind::Column | Kind::Words | Kind::Index | Kind::Trigger => format!("{table}.{name}"),
        Kind::Table | Kind::Rows => table.to_owned(),
        Kind::Version => name.to_owned(),
    }
}

pub(super) fn of_plan(plan: &Plan, broken: &[Broken], yes: bool) -> String {
    let mut out = String::new();
    write_plan(&mut out, plan, broken, yes).map_or_else(|_never| String::new(), |()| out)
}

fn write_plan(out: &mut String, plan: &Plan, broken: &[Broken], yes: bool) -> std::fmt::Result {
    let document = if plan.older { "first" } else { "second" };
    writeln!(
        out,
        "Found {} of the 11 tables; their enums are spelled as in the {document} document.",
        plan.tables.len()
    )?;
    if !plan.obstacles.is_empty() {
        writeln!(out, "\nIn the way ({}):", plan.obstacles.len())?;
        for obstacle in &plan.obstacles {
            writeln!(out, "  {}: {}\n    {}", obstacle.of, obstacle.what, obstacle.todo)?;
        }
    }
    if !plan.additions.is_empty() {
        writeln!(out, "\nTo add ({}), between the statements of those who write meanwhile:", plan.additions.len())?;
        let names = plan.additions.iter().map(|Addition { kind, table, name, parts, .. }| match kind {
            Kind::Words => (*kind, format!("{table}.{name}"), parts.join(", ")),
            _ => (*kind, table.clone(), name.clone()),
        });
        by_kind(out, &names.collect::<Vec<_>>(), |adding, _| adding)?;
    }
    if !plan.notes.is_empty() {
        writeln!(out, "\nWhat differs and stays:")?;
        for note in &plan.notes {
            writeln!(out, "  {note}")?;
        }
    }
    if !broken.is_empty() {
        writeln!(out, "\nRows that break a rule; they stay as they are:")?;
        for Broken { of, rule, count, examples } in broken {
            let (rows, keys) = (if *count == 1 { "row" } else { "rows" }, examples.join(", "));
            let more = if *count > examples.len() as i64 { ", …" } else { "" };
            writeln!(out, "  {of}  {rule}: {count} {rows} (key {keys}{more})")?;
        }
    }
    match (plan.obstacles.is_empty(), plan.additions.is_empty(), yes) {
        (false, ..) => writeln!(out, "\nNothing was changed: first remove what is in the way."),
        (true, true, _) => writeln!(out, "\nThere is nothing to do."),
        (true, false, true) => Ok(()),
        (true, false, false) => writeln!(out, "\nNothing was changed. --yes does it."),
    }
}

/// What would be removed.
pub(super) fn of_removal(added: &[(Kind, String, String)], rows: &[(String, i64)]) -> String {
    let mut out = format!("To remove ({}):\n", added.len());
    let names: Vec<_> = added.iter().filter(|(kind, ..)| *kind != Kind::Rows).cloned().collect();
    let written = by_kind(&mut out, &names, |_, removing| removing).and_then(|()| {
        let filled: Vec<String> =
            rows.iter().filter(|(_, rows)| *rows > 0).map(|(table, rows)| format!("{table} {rows}")).collect();
        writeln!(out, "\nRows that go with the tables: {}.\nNothing was changed. --yes does it.", filled.join(", "))
    });
    written.map_or_else(|_never| String::new(), |()| out)
}

/// One line a table.
fn by_kind(
    out: &mut String,
    things: &[(Kind, String, String)],
    title: fn(&'static str, &'static str) -> &'static str,
) -> std::fmt::Result {
    for (kind, adding, removing) in KINDS {
        let mut of_kind = things.iter().filter(|thing| thing.0 == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        writeln!(out, "  {}", title(adding, removing))?;
        while let Some((_, table, name)) = of_kind.next() {
            let mut names = vec![name.as_str()];
            while let Some((.., name)) = of_kind.next_if(|next| next.1 == *table) {
                names.push(name);
            }
            match kind {
                Kind::Table | Kind::Rows => writeln!(out, "    {table}")?,
                _ => writeln!(out, "    {table}  {}", names.join(", "))?,
            }
        }
    }
    Ok(())
}
