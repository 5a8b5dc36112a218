//! A page of a list of 200,000 patients with its total, which the database counts: alone and from 16 clients at once, and where the
//! database keeps totals itself.

use crate::{
    Arguments, Result,
    measure::{
        database::Database,
        load::{Client, Figures, Target, graphql, measure},
        median,
    },
    say,
};
use std::io::Write;

const CLIENTS: usize = 16;

pub(crate) async fn run(arguments: &Arguments, database: &mut Database, url: &str) -> Result<()> {
    let server = crate::gateway(url)?;
    let page = |total: &str| {
        graphql(&format!(
            "{{ patients(first: 20, orderBy: [NAME_ASC]) {{ {total} nodes {{ id name dateOfBirth sex }} }} }}"
        ))
    };
    say!("\nA page of 200,000 patients by name, with the total: answers a second, median latency in ms");
    let rows = [
        ("no total", "", "OFF"),
        ("totalCountAtMost", "totalCountAtMost { count isExact }", "OFF"),
        ("totalCount", "totalCount", "OFF"),
        ("totalCount, kept by the database", "totalCount", "DEMAND"),
    ];
    for (name, total, kept) in rows {
        database.keep_totals(kept).await?;
        // A connection takes the setting over when it opens.
        let server = if kept == "OFF" { &server } else { &crate::gateway(url)? };
        let request = page(total)?;
        let length = Client::connect(server.address)?.ask(&request)?.len();
        let target = Target {
            address: server.address,
            request: &request,
            length,
            server_pid: server.pid(),
            database_pid: database.pid,
        };
        let mut figures = [Vec::new(), Vec::new()];
        for round in 0..=arguments.rounds {
            for (clients, figures) in [1, CLIENTS].into_iter().zip(&mut figures) {
                let Figures { per_second, latency, .. } = measure(target, clients, arguments.time / 2)?;
                // The first round warms up.
                if round > 0 {
                    figures.push((per_second, latency));
                }
            }
        }
        let [one, many] = figures.map(|figures| {
            let (mut per_second, mut latency): (Vec<_>, Vec<_>) = figures.into_iter().unzip();
            (median(&mut per_second), median(&mut latency))
        });
        say!("  {name:<34} 1 client {:>7.0} {:>7.2}   {CLIENTS} clients {:>7.0} {:>7.2}", one.0, one.1, many.0, many.1);
    }
    database.keep_totals("OFF").await
}
