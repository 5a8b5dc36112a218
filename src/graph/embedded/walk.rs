//! How the graph in this process is asked: a piece at a time, so that neither a question nor a change waits for another for long.
//!
//! A question is a list of items (patients, keys). A few are looked at where the question is asked; what takes longer goes on in a
//! thread of its own, of which there are as many as cores. Between two items the lock is free, and the question ends where its time is
//! over, where nobody waits for it any more, or where it has found more than is allowed.

use super::Index;
use crate::{
    error::{Error, Result},
    graph::{Subgraph, projection::Projected},
};
use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::available_parallelism,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// The graph store of a gateway without Neo4j. Clones share it.
#[derive(Clone)]
pub struct Embedded {
    index: Arc<RwLock<Option<Index>>>,
    threads: Arc<Semaphore>,
    /// The most that a question may find.
    most: usize,
    /// When the time of questions is over.
    until: Option<Instant>,
}

impl Default for Embedded {
    fn default() -> Self {
        let threads = available_parallelism().map_or(2, usize::from);
        Embedded { index: Arc::default(), threads: Arc::new(Semaphore::new(threads)), most: usize::MAX, until: None }
    }
}

/// A question is looked at where it is asked for as long as this, and as long as no item is heavier than that.
const SHORT: Duration = Duration::from_micros(500);
const LIGHT: usize = 5_000;

/// One item of a question: how heavy it is, and what it finds.
pub(super) trait Question<T>: Send + Sync + 'static {
    /// What is looked at at once.
    type Item: Send + 'static;
    /// About how much there is to look at.
    fn weight(&self, index: &Index, item: &Self::Item) -> usize;
    /// Adds what is found.
    fn visit(&self, index: &Index, item: Self::Item, found: &mut Vec<T>);
}

impl Embedded {
    /// The same graph; a question finds at most so much, and ends at that time.
    pub fn within(&self, most: u32, until: Instant) -> Self {
        Embedded { most: most as usize, until: Some(until), ..self.clone() }
    }

    /// The same graph; a question finds at most so much.
    pub(super) fn finding(&self, most: usize) -> Self {
        Embedded { most, ..self.clone() }
    }

    /// Puts a graph that was built anew in the place of what was there, in one step.
    pub fn replace(&self, index: Index) {
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Some(index);
    }

    /// Puts patients in the place of what was known of them.
    pub fn put(&self, patients: &[Projected]) {
        for patient in patients {
            if let Some(index) = &mut *self.index.write().unwrap_or_else(PoisonError::into_inner) {
                index.put(patient);
            }
        }
    }

    /// Puts the reference layer in the place of what was there.
    pub fn put_reference(&self, layer: &Subgraph) {
        if let Some(index) = &mut *self.index.write().unwrap_or_else(PoisonError::into_inner) {
            index.put_reference(layer);
        }
    }

    /// Looks at the graph for a moment.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Index) -> T) -> Result<T> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.as_ref().map(look).ok_or_else(|| Error::Graph("it is being built from the relational store".into()))
    }

    /// Answers a question.
    pub(super) async fn ask<T: Send + 'static, Q: Question<T>>(
        &self,
        question: Q,
        items: Vec<Q::Item>,
    ) -> Result<Vec<T>> {
        let left = Arc::new(AtomicBool::new(false));
        let mut walk =
            Walk { store: self.clone(), question, items: items.into_iter(), found: Vec::new(), left: left.clone() };
        let short = Instant::now() + SHORT;
        if walk.go_on(Some((short, LIGHT)))? {
            return Ok(walk.found);
        }
        let _nobody_waits = Leaving(left);
        let threads = self.threads.clone();
        let working = async {
            // Nobody closes it.
            let place = threads.acquire_owned().await;
            let work = move || {
                let _place = place;
                walk.go_on(None).map(|_done| walk.found)
            };
            tokio::task::spawn_blocking(work).await
        };
        let ended = match self.until {
            Some(until) => tokio::time::timeout_at(until.into(), working).await,
            None => Ok(working.await),
        };
        match ended {
            Ok(Ok(found)) => found,
            Ok(Err(_panic)) => Err(Error::Internal("a question to the graph panicked".into())),
            Err(_elapsed) => Err(Error::Timeout("the request")),
        }
    }
}

/// Tells a question's thread that nobody waits for it.
struct Leaving(Arc<AtomicBool>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

struct Walk<T, Q: Question<T>> {
    store: Embedded,
    question: Q,
    items: std::vec::IntoIter<Q::Item>,
    found: Vec<T>,
    left: Arc<AtomicBool>,
}

impl<T, Q: Question<T>> Walk<T, Q> {
    /// Looks at item after item and says whether it looked at all; with bounds, at those that are light, and not for long.
    fn go_on(&mut self, bounds: Option<(Instant, usize)>) -> Result<bool> {
        while let Some(item) = self.items.as_slice().first() {
            let now = Instant::now();
            if self.left.load(Relaxed) || self.store.until.is_some_and(|until| until <= now) {
                return Err(Error::Timeout("the request"));
            }
            if let Some((short, light)) = bounds
                && (now > short || self.store.look(|index| self.question.weight(index, item))? > light)
            {
                return Ok(false);
            }
            let (items, found, question) = (&mut self.items, &mut self.found, &self.question);
            self.store.look(|index| {
                if let Some(item) = items.next() {
                    question.visit(index, item, found);
                }
            })?;
            if self.found.len() > self.store.most {
                let allowed = self.store.most as u64;
                return Err(Error::Limit { key: "max_level_rows", allowed, asked: None });
            }
        }
        // Also where nothing is asked: a graph that is being built has no answer.
        self.store.look(|_| true)
    }
}
