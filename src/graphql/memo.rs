//! An answer that several fields of a request need, asked for once.

use crate::{
    error::{Error, Result},
    graph::{At, CarePath, Clinical, ClinicalEntry, Crossing, Drawing, Similar},
};
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

/// Answers by patient.
pub type ByPatient<T> = HashMap<i32, Vec<T>>;

/// A similar patient, and how similar.
pub type Scored = (Similar, f64);

/// What the graph answered a request, by the keys that it was asked for: fields and aliases that ask the same share it.
#[derive(Default)]
pub struct Answers {
    /// The patients whom the caller may see, where the graph has to be told.
    pub visible: Memo<(), Vec<i32>>,
    /// Patients' own entries.
    pub own: Memo<Vec<i32>, ByPatient<ClinicalEntry>>,
    /// Clinical relationships, to so many others.
    pub clinical: Memo<(At, Vec<i32>, u32), Vec<Clinical>>,
    /// How many others there are.
    pub clinical_counts: Memo<(At, Vec<i32>), HashMap<i32, u32>>,
    /// The conditions where care paths meet.
    pub crossings: Memo<Vec<i32>, Vec<Crossing>>,
    /// A page of care paths: how many are skipped, and how many it has.
    pub care_paths: Memo<(Vec<i32>, u64, u32), ByPatient<CarePath>>,
    /// Similar patients, so many of each.
    pub similar: Memo<(Vec<i32>, u32), ByPatient<Scored>>,
    /// Drawings.
    pub drawings: Memo<Vec<i32>, Vec<Drawing>>,
}

impl Answers {
    /// Forgets all of them.
    pub fn forget(&self) {
        self.visible.forget();
        self.own.forget();
        self.clinical.forget();
        self.clinical_counts.forget();
        self.crossings.forget();
        self.care_paths.forget();
        self.similar.forget();
        self.drawings.forget();
    }
}
