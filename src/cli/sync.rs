//! `medimax sync`.

use super::{holder, open_graph, open_with_tables, progress::Progress, say, unreachable};
use crate::{config::Config, error::Result, graph::projector::Projection};
use clap::ArgMatches;

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let db = open_with_tables(config).await?;
    let projection = Projection::new(open_graph(config)?, db, holder());
    let started = std::time::Instant::now();
    let progress = Progress::new("Graph", "patients", 0);
    let report = |done, of| progress.at(done, of);
    let looked_at = projection.sync(args.get_flag("full"), &report).await.map_err(unreachable)?;
    drop(progress);
    say(&format!(
        "The graph is up to date: {looked_at} patients looked at in {:.1} s.",
        started.elapsed().as_secs_f64()
    ))
}
