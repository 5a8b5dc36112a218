//! Connections that may have died without a word, as where a firewall drops what is sent on them. One that was not used for a
//! while, or since a statement had no end, is asked for a sign of life before it is used; one that gives none takes all
//! that are as old as it along, so that only one request waits for it.

use diesel_async::{AsyncMysqlConnection, SimpleAsyncConnection, pooled_connection::deadpool::HookError};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long a connection may rest before it is asked.
const REST: Duration = Duration::from_secs(10);

/// What is known of a pool's connections.
#[derive(Default)]
pub(crate) struct Doubt(Mutex<Since>);

#[derive(Clone, Copy, Default)]
struct Since {
    /// Those that were taken last before this are asked.
    doubted: Option<Instant>,
    /// Those that were taken last before this are dead.
    dead: Option<Instant>,
}

impl Doubt {
    fn since(&self) -> MutexGuard<'_, Since> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A statement had no end.
    pub(super) fn rise(&self) {
        self.since().doubted = Some(Instant::now());
    }

    /// Lets a connection that was last taken at a time be used again, if it lives.
    pub(super) async fn ask(
        &self,
        conn: &mut AsyncMysqlConnection,
        taken: Instant,
        patience: Duration,
    ) -> Result<(), HookError> {
        let since = *self.since();
        let before = |time: Option<Instant>| time.is_some_and(|time| taken < time);
        if before(since.dead) {
            return Err(HookError::message("as old as one that was found dead"));
        }
        if !before(since.doubted) && taken.elapsed() < REST {
            return Ok(());
        }
        let asked = Instant::now();
        match tokio::time::timeout(patience, conn.batch_execute("DO 0")).await {
            Ok(Ok(())) => Ok(()),
            _ => {
                self.since().dead = Some(asked);
                Err(HookError::message("it gave no sign of life"))
            }
        }
    }
}
