//! An answer that several fields of a request need, asked for once.

use crate::error::{Error, Result};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

/// Answers by what was asked. A failure is an answer too: who waited for it does not ask again.
pub struct Memo<K, V>(Mutex<HashMap<K, Arc<OnceCell<Answer<V>>>>>);

type Answer<V> = Result<Arc<V>, Arc<Error>>;

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Memo(Mutex::default())
    }
}

impl<K: Hash + Eq, V> Memo<K, V> {
    /// Forgets the answers: something was written since.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The answer, from whoever asked first.
    pub async fn get(&self, asked: K, ask: impl AsyncFnOnce() -> Result<V>) -> Result<Arc<V>> {
        let cell = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(asked).or_default().clone();
        let answer = cell.get_or_init(async || ask().await.map(Arc::new).map_err(Arc::new)).await;
        answer.clone().map_err(Error::from)
    }
}
