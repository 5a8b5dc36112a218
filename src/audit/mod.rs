//! The access log: who saw and who changed which patient's record, in the database, before an answer leaves the gateway.
//!
//! Each process that writes into the log has a chain of its own (`chain.rs`): an entry holds the digest of the entry before it, so that a change,
//! a removal and another order are found (`verify.rs`), and no gateway waits for another. Entries that are ready together are written in one
//! transaction (`writer.rs`).
//!
//! **Invariant:** the log is only added to. Nothing but `medimax audit prune` removes an entry, and it leaves an anchor.
//!
//! **Invariant:** no value of a record stands in the log: fields, columns and keys do.

mod chain;
mod change;
mod entry;
mod key;
mod prune;
mod read;
mod verify;
mod writer;

pub(crate) use change::note;
pub use entry::{Change, Entry, Kind, Stored};
pub use key::Key;
pub use prune::{Pruned, prune};
use read::unanswered;
pub use read::{Asked, Wanted, broken_by, changed_by, export, log_of, logged, older};
pub use verify::{Head, Known, Report, verify};

use crate::{
    db::Db,
    error::{Error, Result},
};
use chain::Ids;
use futures_util::future::BoxFuture;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    sync::{OnceCell, mpsc, oneshot},
    time::{Instant, timeout_at},
};

/// Asked what time it is, in milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How the log is written.
#[derive(Clone)]
pub struct Options {
    /// Whether an answer is held back where its entry cannot be written.
    pub required: bool,
    /// The key of the entries' digests, where there is one.
    pub key: Option<Key>,
    /// What the process that writes is called.
    pub writer: String,
    /// What time it is.
    pub clock: Clock,
}

/// The access log as a gateway writes it. All requests share it.
#[derive(Clone)]
pub struct Audit {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    options: Options,
    ids: OnceCell<Ids>,
    queue: OnceCell<mpsc::UnboundedSender<Waiting>>,
    written: AtomicU64,
    failed: AtomicU64,
    /// Up to when every change was looked for an entry, in milliseconds since the epoch.
    looked: AtomicI64,
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit").finish_non_exhaustive()
    }
}

/// An entry, and who waits for it.
struct Waiting {
    entry: Entry,
    told: oneshot::Sender<Result<()>>,
}

/// How many entries were written, and how many could not be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Entries that are in the log.
    pub written: u64,
    /// Entries that are not.
    pub failed: u64,
}

/// How often an entry that was lost with the connection is tried again, and how long after: twice as long each time.
const PAUSE: Duration = Duration::from_millis(20);
const ATTEMPTS: u32 = 5;

impl Audit {
    /// The log of this database. Its chain begins with the first entry.
    pub fn new(db: Db, options: Options) -> Self {
        let (ids, queue) = (OnceCell::new(), OnceCell::new());
        let (written, failed, looked) = (AtomicU64::new(0), AtomicU64::new(0), AtomicI64::new(0));
        let inner = Inner { db, options, ids, queue, written, failed, looked };
        Audit { inner: Arc::new(inner) }
    }

    /// How the log does.
    pub fn counts(&self) -> Counts {
        Counts { written: self.inner.written.load(Relaxed), failed: self.inner.failed.load(Relaxed) }
    }

    /// The numbers of entries. The chain begins with the first of them.
    async fn ids(&self) -> Result<&Ids> {
        let begin = || async {
            let (begun, ids) = chain::begin(&self.inner.db, &self.inner.options).await?;
            let (send, receive) = mpsc::unbounded_channel();
            let _ = self.inner.queue.set(send);
            tokio::spawn(writer::run(self.inner.db.clone(), self.inner.options.clone(), begun, receive));
            Ok::<_, Error>(ids)
        };
        // As a box: it is needed once.
        let begin = || -> BoxFuture<'_, Result<Ids>> { Box::pin(begin()) };
        self.inner.ids.get_or_try_init(begin).await
    }

    /// The number of an entry to come: what a transaction writes is noted under it.
    pub async fn reserve(&self) -> Result<i64> {
        Ok(self.ids().await?.next((self.inner.options.clock)()))
    }

    /// The same for a request that is to write; where the log is not required and has no number, 0.
    pub async fn reserved(&self, until: Instant) -> Result<i64> {
        let reserved = timeout_at(until, self.reserve()).await.unwrap_or(Err(Error::Timeout("the access log")));
        match reserved {
            Err(error) if !self.inner.options.required => {
                tracing::error!(
                    "the access log has no place for what a request writes, and it is written all the same (`audit`): {error}"
                );
                Ok(0)
            }
            Err(error) => Err(error.held_back(false)),
            Ok(number) => Ok(number),
        }
    }

    /// Writes an entry, under a number that was reserved or a new one. Once this says so it is committed. An error where it is not, and the
    /// log is required: then nothing of what it is about may leave the gateway.
    pub async fn write(&self, entry: Entry, until: Instant) -> Result<()> {
        let about = entry.request.clone();
        match timeout_at(until, self.put(entry)).await.unwrap_or(Err(Error::Timeout("the access log"))) {
            Ok(()) => {
                self.inner.written.fetch_add(1, Relaxed);
                Ok(())
            }
            Err(error) => {
                self.inner.failed.fetch_add(1, Relaxed);
                let required = self.inner.options.required;
                let what = if required { "the answer is held back" } else { "it is answered all the same (`audit`)" };
                tracing::error!(request = about, "the access log has no entry of a request, {what}: {error}");
                if required { Err(error) } else { Ok(()) }
            }
        }
    }

    async fn put(&self, mut entry: Entry) -> Result<()> {
        // The writer is there once there are numbers.
        let ids = self.ids().await?;
        if entry.id == 0 {
            entry.id = ids.next((self.inner.options.clock)());
        }
        let gone = || Error::Internal("the access log's writer has ended".into());
        let (told, hears) = oneshot::channel();
        let queue = self.inner.queue.get().ok_or_else(gone)?;
        queue.send(Waiting { entry, told }).map_err(|_gone| gone())?;
        hears.await.map_err(|_gone| gone())?
    }

    /// Enters what was written by requests whose gateway died before it could enter them. Says how many. It looks at the last weeks, and then
    /// at what came since.
    pub async fn enter_unanswered(&self) -> Result<usize> {
        let inner = &self.inner;
        let before = (inner.options.clock)() - UNANSWERED;
        let from = inner.looked.load(Relaxed).max(before - LOOKED_AT);
        let found = unanswered(&inner.db, from, before).await?;
        let mut entered = BTreeMap::<i64, Vec<i32>>::new();
        for (id, patient) in &found {
            entered.entry(*id).or_default().extend(patient);
        }
        let count = entered.len();
        for (id, patients) in entered {
            self.put(Entry { id, patients, ..Entry::of(Kind::Unanswered) }).await?;
        }
        if found.len() < read::UNANSWERED {
            inner.looked.store(before, Relaxed);
        }
        Ok(count)
    }
}

/// After so many milliseconds nobody answers a request any more.
const UNANSWERED: i64 = 3_600_000;
/// How far back a process looks that has just begun, in milliseconds; `audit verify` counts what is older.
const LOOKED_AT: i64 = 30 * 24 * 3_600_000;
