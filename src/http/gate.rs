//! How many requests are answered at the same time, and how many may wait for their turn.

use super::answer::Refused;
use crate::{error::Error, graphql::budget::Memory};
use axum::http::{StatusCode, header};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// The gate that requests pass one by one.
pub(super) struct Gate {
    places: Arc<Semaphore>,
    max_running: usize,
    waiting: AtomicUsize,
    max_waiting: usize,
    patience: Duration,
}

impl Gate {
    pub(super) fn new(max_running: usize, max_waiting: usize, patience: Duration) -> Self {
        let places = Arc::new(Semaphore::new(max_running));
        Gate { places, max_running, waiting: AtomicUsize::new(0), max_waiting, patience }
    }

    /// A place, held until it is dropped; refused where too many wait already, or none comes free in time.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit, Refused> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let queue = Queued::join(&self.waiting);
        if queue.length > self.max_waiting {
            return Err(full("max_queued_requests", self.max_waiting, Some(queue.length)));
        }
        match timeout(self.patience, self.places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(full("max_concurrent_requests", self.max_running, None)),
        }
    }

    /// How many requests are being answered, and how many wait.
    pub(super) fn state(&self) -> (usize, usize) {
        (self.max_running.saturating_sub(self.places.available_permits()), self.waiting.load(Relaxed))
    }
}

/// Refuses where there is no room for another answer in the memory of all requests: others are still being sent.
pub(super) fn has_room(memory: &Memory, answer: usize) -> Result<(), Refused> {
    let (used, allowed) = memory.state();
    match used > 0 && used.saturating_add(answer) > allowed {
        true => Err(full("max_memory_bytes", allowed, None)),
        false => Ok(()),
    }
}

fn full(key: &'static str, allowed: usize, asked: Option<usize>) -> Refused {
    let error = Error::Limit { key, allowed: allowed as u64, asked: asked.map(|asked| asked as u64) };
    Refused { status: StatusCode::SERVICE_UNAVAILABLE, error, header: Some((header::RETRY_AFTER, "1")) }
}

/// A place in the queue, left when it is dropped: also by a client that hung up.
struct Queued<'a> {
    waiting: &'a AtomicUsize,
    /// How many wait, this one included.
    length: usize,
}

impl<'a> Queued<'a> {
    fn join(waiting: &'a AtomicUsize) -> Self {
        Queued { waiting, length: waiting.fetch_add(1, Relaxed) + 1 }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Relaxed);
    }
}
