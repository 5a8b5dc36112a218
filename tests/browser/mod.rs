//! The pages in a real browser: `web/tests`, against a gateway with demo data and a Neo4j,
//! so that there are statements of both kinds to explain.

use crate::{
    graph::neo4j::{Place, server},
    support::{
        full,
        process::{Gateway, eventually, leashed, program},
    },
};
use std::{fs, path::Path};

#[test]
fn the_pages_work_in_a_browser() {
    let (place, graph) = (Place::new(), server());
    let gateway = Gateway::start(&["--memory", "--graph-url", &graph, "--graph-label-prefix", &place.prefix]);
    let projected = || {
        let (_, answer) = gateway.ask("{ graphStatus { available backlog } }");
        let status = &answer["data"]["graphStatus"];
        (status["available"] == true && status["backlog"] == 0).then_some(())
    };
    eventually("the graph holds every patient", projected).unwrap();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/tests");
    let mut files: Vec<_> = fs::read_dir(tests).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_str().unwrap().ends_with(".test.mjs"));
    assert!(files.len() >= 2, "{files:?}");
    let mut command = leashed(&"node".into());
    // This reporter tells what failed once more at the end.
    command.args(["--test", "--test-reporter=spec", "--test-concurrency=1"]).args(files);
    command.env("MEDIMAX_TEST_ADDRESS", format!("http://{}", gateway.address));
    // The tests of log-in start gateways of their own.
    command.env("MEDIMAX_TEST_GATEWAY", env!("CARGO_BIN_EXE_medimax"));
    command.env("MEDIMAX_TEST_WEB_MODULES", program("MEDIMAX_TEST_WEB_MODULES"));
    command.env("MEDIMAX_TEST_CHROMIUM", program("MEDIMAX_TEST_CHROMIUM"));
    if full() {
        command.env("MEDIMAX_TEST_FULL", "1");
    }
    // Each test in there has a limit of its own, and all of them together may take longer than anything else here.
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
}
