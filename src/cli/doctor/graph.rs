//! The graph: whether Neo4j answers, lets us write, has what it needs, and who keeps it in step.

use super::{super::unreachable, report::Report};
use crate::{
    config::Config,
    db::Db,
    error::{Error, Result},
    graph::{
        inspect::{self, Backlog, Following},
        neo4j::Neo4j,
    },
    schema::SHAPES,
};
use std::time::Instant;

/// How old the oldest change may be that a gateway has yet to carry into the graph.
const LATE_MS: i64 = 60_000;

pub(super) async fn check(config: &Config, db: Option<&Db>, report: &mut Report) {
    let Some(options) = config.graph() else {
        return report.ok("graph", "in the gateway itself, which builds it at each start");
    };
    if let Err(error) = look(Neo4j::connect(&options, &SHAPES), db, report).await {
        failed(&error, report);
    }
}

fn failed(error: &Error, report: &mut Report) {
    match error {
        Error::Graph(why) => report.fault(
            "graph",
            format!("Neo4j does not answer: {why}"),
            "see that it runs, and that host, port and scheme of graph_url are right; everything but the graph is served",
        ),
        error => report.failed("graph", &unreachable(error.clone())),
    }
}

async fn look(graph: Result<Neo4j>, db: Option<&Db>, report: &mut Report) -> Result<()> {
    let (graph, started) = (graph?, Instant::now());
    let server = graph.server().await?;
    let said =
        format!("Neo4j {} ({}), answered in {} ms", server.version, server.edition, started.elapsed().as_millis());
    if server.is_supported() {
        report.ok("graph", said);
    } else {
        report.fault("graph", said, "use Neo4j 5.26 or newer");
    }
    match (server.may_write(), server.roles.unwrap_or_default().join(", ")) {
        (Some(true), roles) if roles.is_empty() => report.ok("graph.rights", "this server has no roles: the account may write"),
        (Some(true), roles) => report.ok("graph.rights", format!("the account may write, with the roles {roles}")),
        (Some(false), roles) => report.fault(
            "graph.rights",
            format!("the account may not write what the gateway writes, with the roles {roles}"),
            "give it the role architect, or one that may write nodes and relationships, and make constraints and indexes",
        ),
        (None, roles) => report.note(
            "graph.rights",
            format!("the account has the roles {roles}"),
            "they must let it write nodes and relationships, new labels and types too, and make constraints and indexes",
        ),
    }
    let Some(db) = db else {
        report.warning("graph.state", "whether it is this database's graph cannot be told", "mend the database first");
        return Ok(());
    };
    let Some(following) = inspect::following(db, &graph).await? else {
        report.warning("graph.state", "it was never made from this database", "start a gateway, or run `medimax sync`");
        return Ok(());
    };
    let missing = graph.missing().await?;
    if missing.is_empty() {
        report.ok("graph.schema", "all constraints and indexes are there");
    } else {
        report.fault("graph.schema", format!("missing: {}", missing.join(", ")), "run `medimax check --repair`");
    }
    state(&following, report);
    Ok(())
}

fn state(following: &Following, report: &mut Report) {
    let Following { state, led, backlog } = following;
    let Some(Backlog { changes, age_ms }) = backlog else {
        let said = "its changes are not kept any more: the next gateway compares it whole";
        return report.warning("graph.state", said, "start a gateway, or run `medimax sync`");
    };
    let age = age_ms / 1000;
    let said = match (led, changes) {
        (true, 0) => "a gateway keeps it in step".to_owned(),
        (true, _) => format!("a gateway keeps it in step, with {changes} changes to go, the oldest {age} s old"),
        (false, 0) => "no gateway keeps it in step now, and nothing waits".to_owned(),
        (false, _) => format!("no gateway keeps it in step, and {changes} changes wait, the oldest {age} s old"),
    };
    let said = format!("{said} (epoch {})", state.epoch);
    match (led, *changes > 0 && *age_ms > LATE_MS) {
        (true, true) => report.warning("graph.state", said, "the gateway's log says what holds it up"),
        (false, _) if *changes > 0 => report.warning("graph.state", said, "start a gateway, or run `medimax sync`"),
        _ => report.ok("graph.state", said),
    }
}
