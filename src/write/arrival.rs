//! Waiting until a graph holds what was written.

use crate::{error::Result, feed::Feed, graphql::context::Cx};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long a client waits for the graph at most.
const GRAPH_WAIT: Duration = Duration::from_secs(10);
/// How often the graph is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until the graph that this gateway asks holds all that was written of these patients; `false` where it takes too
/// long or cannot be told. What was written is kept either way, so this is no error of the mutation.
pub(super) async fn reaches_graph(cx: &Cx, patients: &[i32]) -> bool {
    // The answer is to be written in time too.
    let most = (Instant::now() + GRAPH_WAIT).min(cx.deadline - GRAPH_WAIT / 10);
    match timeout_at(most, held(cx, patients)).await {
        Ok(Err(error)) => {
            tracing::warn!("a change is kept, but whether the graph holds it cannot be told: {error}");
            false
        }
        in_time => in_time.is_ok(),
    }
}

async fn held(cx: &Cx, patients: &[i32]) -> Result<()> {
    let feed = Feed::new(cx.db.clone());
    let last = feed.last_change().await?;
    loop {
        if let (Some(consumer), true) = (cx.graph.status().consumer, cx.graph.is_ready())
            && feed.holds(consumer, patients, last).await?
        {
            return Ok(());
        }
        sleep(LOOK).await;
    }
}
