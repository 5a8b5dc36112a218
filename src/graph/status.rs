//! How keeping a graph in step is doing: what the loop last found, and what follows from the time since.

use std::time::{Duration, Instant};

/// How the projection is doing.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Whether the store has held a whole graph of our records since the gateway started. A Neo4j is asked nothing before:
    /// it may be empty, another database's, or refuse the log-in.
    pub ready: bool,
    /// Whom the feed gives the changes that this graph needs.
    pub consumer: Option<i32>,
    /// Whether this gateway is the one that projects.
    pub leads: bool,
    /// Patients that were yet to be looked at again when a turn last ended.
    pub backlog: i64,
    /// How long ago the oldest of their changes was made then, in milliseconds.
    pub(super) behind_ms: i64,
    /// When that was found.
    pub(super) measured: Option<Instant>,
    /// Patients that do not fit into the graph, and are tried again later.
    pub set_aside: usize,
    /// Patients that this gateway has projected since it started.
    pub projected: u64,
    /// How often projecting failed.
    pub failures: u64,
    /// The last thing that went wrong, as clients may read it, until something goes right; the log has the details.
    pub last_error: Option<String>,
    /// When a turn of the loop last ended well, or the loop began; nothing where none runs in this process.
    pub(super) turned: Option<Instant>,
    /// How long no turn may end before the loop counts as stalled.
    pub(super) patience: Duration,
}

impl Status {
    /// How long ago a turn of the loop last ended well.
    pub fn since_turn(&self) -> Option<Duration> {
        self.turned.map(|turned| turned.elapsed())
    }

    /// Whether no turn has ended well for longer than one may take: whatever the reason, the graph may be old.
    pub fn is_stalled(&self) -> bool {
        self.since_turn().is_some_and(|since| since > self.patience)
    }

    /// How old the oldest change is that the graph does not hold, in milliseconds. It grows while nothing is heard; of a loop that
    /// is stalled it is not known what has changed since, so all that time counts.
    pub fn lag_ms(&self) -> i64 {
        let ms =
            |since: Option<Duration>| since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        let behind = match self.backlog {
            0 => 0,
            _ => self.behind_ms.saturating_add(ms(self.measured.map(|measured| measured.elapsed()))),
        };
        if self.is_stalled() { behind.max(ms(self.since_turn())) } else { behind }
    }

    /// Notes that the loop begins; it counts as stalled when no turn ends well for so long.
    pub(super) fn begin(&mut self, patience: Duration) {
        (self.turned, self.patience) = (Some(Instant::now()), patience);
    }

    /// Notes that a turn, or a part of a long one, ended well.
    pub(super) fn turn(&mut self) {
        // The same steps are taken where no loop runs, as in `medimax sync`.
        self.turned = self.turned.map(|_| Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ago(seconds: u64) -> Option<Instant> {
        Instant::now().checked_sub(Duration::from_secs(seconds))
    }

    #[test]
    fn lag_grows_while_nothing_is_heard() {
        let patience = Duration::from_secs(20);
        let idle = Status { turned: ago(5), measured: ago(5), patience, ..Status::default() };
        assert!(!idle.is_stalled());
        assert_eq!(idle.lag_ms(), 0);
        let behind = Status { backlog: 3, behind_ms: 1_000, ..idle.clone() };
        assert!((6_000..7_000).contains(&behind.lag_ms()), "{}", behind.lag_ms());
        let silent = Status { turned: ago(30), measured: ago(30), ..idle };
        assert!(silent.is_stalled());
        assert!((30_000..31_000).contains(&silent.lag_ms()), "{}", silent.lag_ms());
        let behind = Status { backlog: 3, behind_ms: 1_000, ..silent };
        assert!((31_000..32_000).contains(&behind.lag_ms()), "{}", behind.lag_ms());
    }

    #[test]
    fn where_no_loop_runs_nothing_is_stalled() {
        let mut status = Status::default();
        status.turn();
        assert!(!status.is_stalled());
        assert_eq!(status.lag_ms(), 0);
    }
}
