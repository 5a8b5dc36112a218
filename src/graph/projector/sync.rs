//! `medimax sync`: the steps by which gateways project, until everything is done.

use super::{
    super::{handle::Backend, neo4j::Neo4j},
    Follower, KEEP_NEO4J_MS, POLL, Progress,
    neo4j::{LEASE_MS, Seen, Turn, Writing},
};
use crate::error::{Error, Result};
use tokio::time::sleep;

impl Follower {
    /// Brings a Neo4j up to date and returns: with `full` every patient is compared, else those that changed. Says how many
    /// patients were looked at.
    pub async fn sync(&self, full: bool, progress: Progress<'_>) -> Result<u64> {
        // The graph in the process is built anew by each gateway.
        let Backend::Neo4j(store) = &self.graph.backend else { return Ok(0) };
        let mut writing = self.begin(store).await?;
        if full {
            writing.epoch = Some(self.take_over(writing.consumer.id).await?);
            let turn = match self.step_in(&mut writing).await? {
                Seen::Same => self.everything(&mut writing).await?,
                Seen::Overtaken => Turn::Overtaken,
                Seen::Replaced => Turn::Replaced,
            };
            match turn {
                Turn::Overtaken => return Err(overtaken()),
                // It is made anew, which is no less.
                Turn::Replaced => writing = self.begin(store).await?,
                Turn::Looked(..) | Turn::Led => {}
            }
        }
        let done = self.catch_up(store, &mut writing, progress).await?;
        self.graph.note(|status| status.ready = true);
        Ok(done)
    }

    /// Takes the right to write, whoever has it.
    pub(in crate::graph) async fn take_over(&self, consumer: i32) -> Result<i64> {
        let acquired = self.feed.acquire(consumer, &self.holder, LEASE_MS, true);
        let epoch = self.step("taking the right to write", acquired).await?;
        epoch.ok_or_else(|| Error::Internal("the right to write was not given".into()))
    }

    /// Works off what is pending, or waits while another gateway does, and gives back the right to write. Says how many
    /// patients were looked at.
    pub(in crate::graph) async fn catch_up(
        &self,
        store: &Neo4j,
        writing: &mut Writing,
        progress: Progress<'_>,
    ) -> Result<u64> {
        let (mut done, mut last, mut goal) = (0, None, None);
        loop {
            self.upkeep(&writing.consumer, KEEP_NEO4J_MS, &mut last).await?;
            match self.turn(writing).await? {
                Turn::Looked(0, false) if self.aside().len() > 0 => return Err(does_not_fit(self.aside().len())),
                Turn::Looked(patients, _) => done += patients,
                // Another gateway does the work; this one waits until it is done.
                Turn::Led => sleep(POLL).await,
                Turn::Overtaken => return Err(overtaken()),
                Turn::Replaced => (*writing, goal) = (self.begin(store).await?, None),
            }
            let backlog = self.feed.backlog(writing.consumer.id);
            let (left, _) = self.step("counting changes", backlog).await?;
            progress(done, done + left as u64);
            // Not when nothing is left: in a hospital where somebody always writes that moment may not come.
            if self.is_whole(writing.consumer.id, &mut goal).await? {
                break;
            }
        }
        self.let_go(writing).await?;
        Ok(done)
    }
}

pub(in crate::graph) fn overtaken() -> Error {
    Error::Setup("another gateway has taken over; run it again".into())
}

fn does_not_fit(patients: usize) -> Error {
    Error::Setup(format!(
        "{patients} of the patients do not fit into the graph, all others are there (`medimax check` names who waits): give \
         Neo4j more memory, or raise graph_timeout_ms"
    ))
}
