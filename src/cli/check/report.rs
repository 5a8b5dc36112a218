//! The report of a check: a table to read, or JSON for programs.

use super::super::counted;
use crate::{
    db::Dialect,
    graph::{
        check,
        neo4j::{Compared, Written},
    },
};
use serde_json::{Value, json};
use std::fmt::Write;

/// Characters of a line of the table.
const WIDTH: usize = 100;

/// A kind of finding. A fault is what costs answers: rows that nobody sees, values that cannot be understood, a graph that
/// holds something else. A note is what is answered as it stands.
pub(crate) struct Check {
    pub(super) store: &'static str,
    pub(crate) name: &'static str,
    pub(super) fault: bool,
    /// What it means and what to do.
    pub(crate) advice: &'static str,
}

/// What a check found of one thing.
pub(crate) struct Finding {
    pub(crate) check: &'static Check,
    /// The table, the column, or the part of the graph.
    pub(crate) of: String,
    pub(crate) count: i64,
    /// Some: keys and labels, never values.
    pub(crate) examples: Vec<String>,
}

impl Finding {
    pub(super) fn is_fault(&self) -> bool {
        self.check.fault
    }

    /// Whether another is of the same kind and thing, however many there are.
    pub(super) fn is_same(&self, other: &Finding) -> bool {
        (self.check.store, self.check.name, &self.of) == (other.check.store, other.check.name, &other.of)
    }

    fn json(&self) -> Value {
        json!({
            "store": self.check.store,
            "check": self.check.name,
            "severity": if self.is_fault() { "fault" } else { "note" },
            "of": self.of,
            "count": self.count,
            "examples": self.examples,
            "advice": self.check.advice,
        })
    }
}

/// What a run of the command found.
pub(super) struct Report {
    database: &'static str,
    store: &'static str,
    pub(super) findings: Vec<Finding>,
    /// Nothing of a graph that is not stored, or could not be checked.
    pub(super) graph: Option<check::Report>,
    /// What was found in the graph, and mended.
    pub(super) mended: Vec<Finding>,
}

impl Report {
    pub(super) fn new(dialect: Dialect, store: &'static str) -> Self {
        let database = match dialect {
            Dialect::MariaDb => "mariadb",
            Dialect::Sqlite => "sqlite",
        };
        Report { database, store, findings: Vec::new(), graph: None, mended: Vec::new() }
    }

    pub(super) fn faults(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_fault())
    }

    pub(super) fn json(&self) -> String {
        let list = |findings: &[Finding]| findings.iter().map(Finding::json).collect::<Vec<_>>();
        let report = json!({
            "clean": self.faults().next().is_none(),
            "database": { "store": self.database },
            "graph": { "store": self.store, "compared": self.graph.as_ref().map(compared) },
            "findings": list(&self.findings),
            "mended": list(&self.mended),
        });
        format!("{report:#}")
    }

    pub(super) fn table(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).map_or_else(|_never| String::new(), |()| out)
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "Database  {}: {}", self.database, self.summary("database"))?;
        match (&self.graph, self.store) {
            (Some(graph), store) => {
                let followed = if graph.led { "a gateway keeps it in step" } else { "no gateway keeps it in step now" };
                writeln!(out, "Graph     {store}: {}; {followed}", self.summary("graph"))?;
                amounts(graph, out)?;
            }
            (None, "embedded") => {
                writeln!(out, "Graph     embedded: each gateway builds it anew; there is nothing stored to compare")?
            }
            (None, store) => writeln!(out, "Graph     {store}: {}", self.summary("graph"))?,
        }
        if !self.mended.is_empty() {
            writeln!(out, "\nMended")?;
            self.mended.iter().try_for_each(|finding| line(finding, out))?;
        }
        if !self.findings.is_empty() {
            writeln!(out, "\nFound")?;
            self.findings.iter().try_for_each(|finding| line(finding, out))?;
            writeln!(out, "\nWhat it means")?;
            let mut told: Vec<&str> = Vec::new();
            for Finding { check, .. } in &self.findings {
                if !told.contains(&check.advice) {
                    told.push(check.advice);
                    wrapped(&format!("{}: {}", check.name, check.advice), 2, out)?;
                }
            }
        }
        Ok(())
    }

    fn summary(&self, store: &str) -> String {
        let counted = |fault: bool, what: &str| {
            let ours = self.findings.iter().filter(|finding| finding.check.store == store);
            match ours.filter(|finding| finding.is_fault() == fault).count() {
                0 => None,
                some => Some(counted(some as u64, what)),
            }
        };
        let parts: Vec<_> = [counted(true, "fault"), counted(false, "note")].into_iter().flatten().collect();
        if parts.is_empty() { "clean".into() } else { parts.join(", ") }
    }
}

fn line(finding: &Finding, out: &mut String) -> std::fmt::Result {
    let Finding { check, of, count, examples } = finding;
    let severity = if check.fault { "FAULT" } else { "note" };
    writeln!(out, "  {severity:<5}  {:<8}  {:<15}  {of:<48}  {count:>10}", check.store, check.name)?;
    if examples.is_empty() {
        return Ok(());
    }
    let more = if *count > examples.len() as i64 { ", …" } else { "" };
    wrapped(&format!("{}{more}", examples.join(", ")), 9, out)
}

/// Writes a text in lines that fit.
fn wrapped(text: &str, indent: usize, out: &mut String) -> std::fmt::Result {
    let mut at = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if at == 0 || at + 1 + length > WIDTH {
            write!(out, "{}{:indent$}{word}", if at == 0 { "" } else { "\n" }, "")?;
            at = indent + length;
        } else {
            write!(out, " {word}")?;
            at += 1 + length;
        }
    }
    writeln!(out)
}

/// Both stores side by side.
fn amounts(graph: &check::Report, out: &mut String) -> std::fmt::Result {
    writeln!(out, "\n  {:<16}{:>40}{:>40}", "", "nodes: database, graph", "relationships: database, graph")?;
    for beside in &graph.amounts {
        let ((nodes, in_graph), (links, links_in_graph)) = (beside.nodes, beside.relationships);
        writeln!(out, "  {:<16}{nodes:>20}{in_graph:>20}{links:>20}{links_in_graph:>20}", beside.label)?;
    }
    Ok(())
}

fn compared(graph: &check::Report) -> Value {
    let pair = |(database, graph): (i64, i64)| json!({ "database": database, "graph": graph });
    let amounts = graph.amounts.iter().map(|beside| {
        json!({ "label": beside.label, "nodes": pair(beside.nodes), "relationships": pair(beside.relationships) })
    });
    let digest = |compared: &Compared| json!({ "database": compared.wanted, "graph": compared.held });
    let patients = graph.examples.iter().map(|compared| {
        json!({
            "patient": compared.patient,
            "digest": digest(compared),
            "needs": needed(&compared.needs),
            "examples": compared.examples,
        })
    });
    let reference = graph.reference.as_ref().map(|compared| {
        json!({ "digest": digest(compared), "needs": needed(&compared.needs), "examples": compared.examples })
    });
    json!({
        "prepared": graph.prepared,
        "followed": graph.led,
        "pending": graph.pending,
        "catalog": { "database": graph.catalog.wanted, "graph": graph.catalog.held },
        "amounts": amounts.collect::<Vec<_>>(),
        "needs": needed(&graph.needs),
        "reference": reference,
        "patients": patients.collect::<Vec<_>>(),
    })
}

fn needed(needs: &Written) -> Value {
    let Written { nodes_created, nodes_changed, nodes_removed, links_created, links_removed } = needs;
    json!({
        "nodesMissing": nodes_created,
        "nodesChanged": nodes_changed,
        "nodesStale": nodes_removed,
        "relationshipsMissing": links_created,
        "relationshipsStray": links_removed,
    })
}
