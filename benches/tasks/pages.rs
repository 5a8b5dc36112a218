//! The last page of a list of 200,000 patients, against one of 2,000: a page must not cost what lies before it.

use crate::{
    Arguments, Result,
    measure::{
        load::{Client, Figures, Target, graphql, measure},
        median,
        process::Server,
    },
    say,
};
use serde_json::Value;
use std::io::Write;

pub(crate) fn run(arguments: &Arguments, small: &str, large: &str) -> Result<()> {
    let servers = [crate::gateway(small)?, crate::gateway(large)?];
    let questions = [last_page(&servers[0])?, last_page(&servers[1])?];
    let mut latencies = [Vec::new(), Vec::new()];
    for _ in 0..=arguments.rounds {
        for ((server, (request, length)), latencies) in servers.iter().zip(&questions).zip(&mut latencies) {
            let target = Target {
                address: server.address,
                request,
                length: *length,
                server_pid: server.pid(),
                database_pid: server.pid(),
            };
            let Figures { latency, .. } = measure(target, 1, arguments.time / 2)?;
            latencies.push(latency);
        }
    }
    // The first round warmed up.
    let [mut small, mut large] = latencies.map(|latencies| latencies.into_iter().skip(1).collect::<Vec<_>>());
    let ratio = median(&mut large.iter().zip(&small).map(|(large, small)| large / small).collect::<Vec<_>>());
    say!("\nThe last page of 20 patients, median latency in ms");
    say!("  of 2,000 patients   {:>7.3}", median(&mut small));
    say!("  of 200,000          {:>7.3}   {ratio:.2} times, target ≤ 1.3", median(&mut large));
    Ok(())
}

/// The question for the last 20 patients by a cursor, and the length of its answer.
fn last_page(server: &Server) -> Result<(Vec<u8>, usize)> {
    let mut client = Client::connect(server.address)?;
    let answer: Value = serde_json::from_slice(client.ask(&graphql("{ patients(last: 21) { edges { cursor } } }")?)?)?;
    let cursor = answer.pointer("/data/patients/edges/0/cursor").and_then(Value::as_str).ok_or("no cursor")?;
    let page = format!(
        "{{ patients(first: 20, after: \"{cursor}\") {{ nodes {{ patientId name dateOfBirth sex createdAt updatedAt }} }} }}"
    );
    let request = graphql(&page)?;
    let answer = client.ask(&request)?;
    let nodes = serde_json::from_slice::<Value>(answer)?
        .pointer("/data/patients/nodes")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if nodes != 20 {
        return Err(format!("the last page has {nodes} patients").into());
    }
    let length = answer.len();
    Ok((request, length))
}
