//! Statements that several requests wait for. Whoever asks while an equal one runs waits for the next, which is sent once for all who
//! came meanwhile: a total that costs the server 20 ms costs it no more when sixteen clients want it at once.
//!
//! **Invariant:** an answer is of a statement that was sent after it was asked for, and nothing is kept for those who come later. So
//! nobody is told what held before a change that they know of.

use super::{pool::Db, sql::Sql};
use crate::error::{Error, Result};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

/// Who waits for a slow statement of another no longer than this sends an own one: two of them in turn could take longer than a request may.
const PATIENCE: Duration = Duration::from_secs(1);

type Answer = Result<Arc<[(i32, i64)]>, Arc<Error>>;

/// The statements that are being waited for.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Arc<Turn>>>);

/// A statement that is sent by one at a time.
#[derive(Default)]
struct Turn {
    /// Counts those who come and those who send.
    clock: AtomicU64,
    /// The last answer, and when it was sent for. Whoever holds it sends.
    last: tokio::sync::Mutex<Option<(u64, Answer)>>,
}

/// A request that waits; with the last one the statement is forgotten, and its answer with it.
struct Place<'a> {
    turns: &'a Turns,
    key: String,
    turn: Arc<Turn>,
}

impl Turns {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Turn>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, key: String) -> Place<'_> {
        let turn = self.all().entry(key.clone()).or_default().clone();
        Place { turns: self, key, turn }
    }

    /// What `send` answers, or what an equal statement did that was sent since this was called. A request that is given up while it
    /// sends takes its statement along, and the next one sends.
    async fn ask(&self, key: String, send: impl Future<Output = Result<Vec<(i32, i64)>>>) -> Result<Vec<(i32, i64)>> {
        let place = self.place(key);
        let came = place.turn.clock.fetch_add(1, SeqCst);
        let Ok(mut last) = tokio::time::timeout(PATIENCE, place.turn.last.lock()).await else { return send.await };
        if let Some((sent, answer)) = &*last
            && *sent > came
        {
            return answer.clone().map(|rows| rows.to_vec()).map_err(Error::from);
        }
        let sent = place.turn.clock.fetch_add(1, SeqCst);
        let answer: Answer = send.await.map(Arc::from).map_err(Arc::new);
        *last = Some((sent, answer.clone()));
        answer.map(|rows| rows.to_vec()).map_err(Error::from)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut all = self.turns.all();
        // The list has one and this place the other: new ones are made under the same lock.
        if Arc::strong_count(&self.turn) == 2 {
            all.remove(&self.key);
        }
    }
}

impl Db {
    /// Loads pairs of numbers, by one statement for all requests that ask the same while another is answered.
    pub async fn shared_numbers(&self, sql: &Sql) -> Result<Vec<(i32, i64)>> {
        self.turns.ask(sql.identity(), self.numbers(sql)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, AtomicUsize};
    use tokio::{sync::Semaphore, task::JoinHandle};

    /// A number that is read when a statement is sent, and answered when it may be.
    #[derive(Default)]
    struct Store {
        turns: Turns,
        number: AtomicI64,
        sent: AtomicUsize,
        may_answer: Option<Semaphore>,
    }

    impl Store {
        fn held() -> Arc<Self> {
            Arc::new(Store { may_answer: Some(Semaphore::new(0)), ..Store::default() })
        }

        async fn statement(&self) -> Result<Vec<(i32, i64)>> {
            let read = self.number.load(SeqCst);
            self.sent.fetch_add(1, SeqCst);
            if let Some(may_answer) = &self.may_answer {
                may_answer.acquire().await.unwrap().forget();
            }
            if read < 0 { Err(Error::Timeout("a database statement")) } else { Ok(vec![(0, read)]) }
        }

        fn ask(self: &Arc<Self>, key: &'static str) -> JoinHandle<Result<Vec<(i32, i64)>>> {
            let store = self.clone();
            tokio::spawn(async move { store.turns.ask(key.into(), store.statement()).await })
        }

        fn answer(&self, statements: usize) {
            self.may_answer.as_ref().unwrap().add_permits(statements);
        }

        /// Lets all that were asked come so far as they can.
        async fn settled(&self) {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn number(asked: JoinHandle<Result<Vec<(i32, i64)>>>) -> i64 {
        asked.await.unwrap().unwrap()[0].1
    }

    #[tokio::test]
    async fn who_comes_while_a_statement_runs_shares_the_next_one() {
        let store = Store::held();
        let first = store.ask("a");
        store.settled().await;
        // Committed after the first statement was sent, and known to all who come now.
        store.number.store(1, SeqCst);
        let others: Vec<_> = (0..5).map(|_| store.ask("a")).collect();
        let different = store.ask("b");
        store.settled().await;
        assert_eq!(store.sent.load(SeqCst), 2, "one statement of each kind is on its way");
        store.answer(2);
        store.settled().await;
        // Whoever comes while the shared one runs does not share it.
        store.number.store(2, SeqCst);
        let last = store.ask("a");
        store.settled().await;
        assert_eq!(store.sent.load(SeqCst), 3);
        store.answer(2);
        assert_eq!((number(first).await, number(different).await, number(last).await), (0, 1, 2));
        for other in others {
            assert_eq!(number(other).await, 1);
        }
        assert_eq!((store.sent.load(SeqCst), store.turns.all().len()), (4, 0), "nothing is kept");
    }

    #[tokio::test]
    async fn a_statement_that_is_given_up_is_sent_by_the_next() {
        let store = Store::held();
        let (first, second, third) = (store.ask("a"), store.ask("a"), store.ask("a"));
        store.settled().await;
        first.abort();
        store.settled().await;
        assert_eq!(store.sent.load(SeqCst), 2);
        third.abort();
        store.answer(1);
        assert_eq!(number(second).await, 0);
        assert!(first.await.is_err() && store.turns.all().is_empty());
    }

    #[tokio::test]
    async fn a_failure_is_shared_too() {
        let store = Store::held();
        let first = store.ask("a");
        store.settled().await;
        store.number.store(-1, SeqCst);
        let others = [store.ask("a"), store.ask("a")];
        store.settled().await;
        store.answer(2);
        assert_eq!(number(first).await, 0);
        for other in others {
            assert!(matches!(other.await.unwrap(), Err(Error::Timeout(_))));
        }
        assert_eq!(store.sent.load(SeqCst), 2);
    }

    #[tokio::test]
    async fn nobody_waits_long_for_a_slow_statement() {
        let store = Store::held();
        let (slow, waiting) = (store.ask("a"), store.ask("a"));
        while store.sent.load(SeqCst) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        store.answer(2);
        assert_eq!((number(slow).await, number(waiting).await), (0, 0));
    }
}
