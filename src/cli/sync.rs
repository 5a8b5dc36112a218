//! `medimax sync`.

use super::{holder, open_graph, open_with_tables, progress::Progress, say, unreachable};
use crate::{
    config::Config,
    error::{Error, Result},
    graph::projector::Follower,
    schema,
};
use clap::ArgMatches;

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    if config.graph().is_none() {
        return Err(Error::Setup(
            "graph_url is `embedded`: each gateway builds that graph when it starts and keeps it in step by itself; \
             there is nothing to synchronise"
                .into(),
        ));
    }
    let db = open_with_tables(config).await?;
    let projection = Follower::new(open_graph(config)?, db, schema::tables(), holder());
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
