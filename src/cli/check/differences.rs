//! What the check of a graph found, as findings.

use super::report::{Check, Finding};
use crate::{
    error::Error,
    feed::REFERENCE,
    graph::{
        check::{Catalog, Report},
        neo4j::Written,
    },
};

const fn fault(name: &'static str, advice: &'static str) -> Check {
    Check { store: "graph", name, fault: true, advice }
}

static UNAVAILABLE: Check = fault("unavailable", "The graph was not checked to the end.");
static UNPREPARED: Check =
    fault("unprepared", "The graph was never made from this database: start a gateway, or run with --repair.");
static MISSING: Check = fault("missing-index", "Constraints or indexes are not there: run with --repair.");
static ORPHAN: Check = fault(
    "orphan",
    "These nodes belong to no patient of the graph, and MediMax did not make them so: run with --repair.",
);
static CROSSING: Check = fault("crossing", "These relationships lead from one patient to another: run with --repair.");
static DUPLICATE: Check = fault("duplicate", "Several nodes have one key: run with --repair.");
static KNOWLEDGE: Check = fault("knowledge", "Concepts and facts are not those of the catalogs: run with --repair.");
static STALE: Check = fault("stale", "These patients are not in the database any more: run with --repair.");
static DIFFERING: Check =
    fault("differing", "The graph holds something else of these patients than the database: run with --repair.");
static REFERENCE_DATA: Check = fault(
    "reference",
    "The graph holds something else of the data that all patients share, as doctors, than the database: run with --repair.",
);
static PENDING: Check = Check {
    store: "graph",
    name: "pending",
    fault: false,
    advice: "The graph has yet to be told what changed: a gateway that serves does it at once, `medimax sync` too.",
};

static OVERDUE: Check = fault(
    "overdue",
    "The graph has waited for these patients for more than ten minutes: look at the gateways' log. Patients that do not fit \
     into it are set aside and tried again; give Neo4j more memory, or raise graph_timeout_ms.",
);

/// That the graph could not be checked.
pub(super) fn unavailable(error: &Error) -> Finding {
    Finding { check: &UNAVAILABLE, of: "graph".into(), count: 1, examples: vec![error.to_string()] }
}

/// What a check found, in the order in which it is mended.
pub(super) fn findings(report: &Report) -> Vec<Finding> {
    let Catalog { wanted, held, needs, .. } = &report.catalog;
    let versions = format!("catalogs {wanted}, graph {}", held.as_deref().unwrap_or("none"));
    let patients = |gone: bool| {
        let some = report.examples.iter().filter(move |compared| compared.gone == gone);
        some.map(|compared| format!("{} ({})", compared.patient, compared.examples.join("; "))).collect()
    };
    let found = |check, of: &str, count, examples| Finding { check, of: of.to_owned(), count, examples };
    let all = [
        found(&UNPREPARED, "graph", i64::from(!report.prepared), Vec::new()),
        found(&MISSING, "schema", report.missing.len() as i64, report.missing.clone()),
        found(&DUPLICATE, "nodes", report.strays.duplicates.count, report.strays.duplicates.examples.clone()),
        found(&ORPHAN, "nodes", report.strays.orphans.count, report.strays.orphans.examples.clone()),
        found(&CROSSING, "relationships", report.strays.crossing.count, report.strays.crossing.examples.clone()),
        found(
            &KNOWLEDGE,
            "concepts and facts",
            // The graph may name another version and hold the same.
            if report.catalog.differs() { total(needs).max(1) } else { 0 },
            vec![versions],
        ),
        found(
            &REFERENCE_DATA,
            "nodes and relationships",
            report.reference.as_ref().map_or(0, |compared| total(&compared.needs).max(1)),
            report.reference.iter().flat_map(|compared| compared.examples.clone()).collect(),
        ),
        found(&STALE, "patients", report.stale.len() as i64, patients(true)),
        found(&DIFFERING, "patients", report.differing.len() as i64, patients(false)),
        found(&OVERDUE, "patients", report.overdue.0, report.overdue.1.iter().map(overdue).collect()),
        found(&PENDING, "patients", report.pending as i64, Vec::new()),
    ];
    all.into_iter().filter(|finding| finding.count > 0).collect()
}

fn overdue(patient: &i32) -> String {
    if *patient == REFERENCE { "reference data".into() } else { patient.to_string() }
}

fn total(needs: &Written) -> i64 {
    let Written { nodes_created, nodes_changed, nodes_removed, links_created, links_removed } = needs;
    (nodes_created + nodes_changed + nodes_removed + links_created + links_removed) as i64
}
