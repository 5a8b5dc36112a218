//! The graph as the rest of the gateway sees it: answers in a fixed order from whichever store there is, what the catalogs know, and how
//! the projection is doing.

use super::{
    Asked, At, CarePath, Clinical, ClinicalEntry, Counts, Crossing, Drawing, Having, Similar, Span, Store,
    embedded::Embedded,
    neo4j::{self, Neo4j},
    shape::Shapes,
    share,
    status::Status,
    watch::{Ran, Watcher},
};
use crate::error::{Error, Result};
use crate::terminology::knowledge::Knowledge;
use futures_util::future::BoxFuture;
use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

/// The graph store, the knowledge beside it, and their state. Clones share them.
#[derive(Clone)]
pub struct Graph {
    pub(super) backend: Backend,
    shapes: &'static Shapes,
    knowledge: Arc<RwLock<Arc<Knowledge>>>,
    status: Arc<Mutex<Status>>,
    /// Who is told what the graph in this process is asked; a Neo4j tells its own.
    watcher: Option<Watcher>,
}

/// Which store there is.
#[derive(Clone)]
pub(super) enum Backend {
    Embedded(Arc<Embedded>),
    Neo4j(Arc<Neo4j>),
}

impl Graph {
    /// A graph in this process, empty until it is built.
    pub fn embedded(shapes: &'static Shapes) -> Self {
        Graph::new(Backend::Embedded(Arc::default()), shapes)
    }

    /// A graph in Neo4j.
    pub fn neo4j(neo4j: Neo4j) -> Self {
        let shapes = neo4j.shapes();
        Graph::new(Backend::Neo4j(Arc::new(neo4j)), shapes)
    }

    fn new(backend: Backend, shapes: &'static Shapes) -> Self {
        Graph { backend, shapes, knowledge: Arc::default(), status: Arc::default(), watcher: None }
    }

    /// `embedded` or `neo4j`.
    pub fn store_name(&self) -> &'static str {
        match &self.backend {
            Backend::Embedded(_) => "embedded",
            Backend::Neo4j(_) => "neo4j",
        }
    }

    /// The kinds of its nodes.
    pub fn shapes(&self) -> &'static Shapes {
        self.shapes
    }

    fn store(&self) -> Result<&dyn Store> {
        match &self.backend {
            Backend::Embedded(store) => Ok(&**store),
            Backend::Neo4j(store) if self.is_ready() => Ok(&**store),
            Backend::Neo4j(_) => Err(Error::Graph("it is not known to hold all records".into())),
        }
    }

    /// The same graph; it tells the watcher of each question that it is asked.
    pub fn watched(&self, watcher: Watcher) -> Self {
        match &self.backend {
            Backend::Embedded(_) => Graph { watcher: Some(watcher), ..self.clone() },
            Backend::Neo4j(store) => {
                Graph { backend: Backend::Neo4j(Arc::new(store.watched(watcher))), ..self.clone() }
            }
        }
    }

    /// The same graph; a question of the one in this process finds at most so much and ends at that time. A Neo4j has limits of its own.
    pub fn within(&self, most: u32, until: tokio::time::Instant) -> Self {
        match &self.backend {
            Backend::Embedded(store) => {
                Graph { backend: Backend::Embedded(Arc::new(store.within(most, until.into_std()))), ..self.clone() }
            }
            Backend::Neo4j(_) => self.clone(),
        }
    }

    /// Asks the store, and tells the watcher how long that took: what the store does before it is first polled too.
    async fn answered<'a, T>(
        &'a self,
        name: &'static str,
        keys: Option<usize>,
        ask: impl FnOnce(&'a dyn Store) -> BoxFuture<'a, Result<Vec<T>>>,
    ) -> Result<Vec<T>> {
        let store = self.store()?;
        let Some(watcher) = &self.watcher else { return ask(store).await };
        let since = Instant::now();
        let answer = ask(store).await;
        watcher.tell(&Ran {
            name,
            cypher: None,
            rows: answer.as_ref().ok().map(Vec::len),
            since,
            wait: Duration::ZERO,
            took: since.elapsed(),
            keys,
            parameters: &|| keys.map(|keys| format!("keys: {keys}")).into_iter().collect(),
        });
        answer
    }

    /// How many connections to it are in use; the one in this process has none.
    pub fn pool(&self) -> Option<neo4j::PoolState> {
        match &self.backend {
            Backend::Embedded(_) => None,
            Backend::Neo4j(store) => Some(store.pool()),
        }
    }

    /// The same graph, asked over a connection of its own: whoever asks whether it answers does not wait behind others.
    pub fn apart(&self) -> Result<Self> {
        Ok(match &self.backend {
            Backend::Embedded(_) => self.clone(),
            Backend::Neo4j(store) => {
                Graph { backend: Backend::Neo4j(Arc::new(store.apart(store.timeout())?)), ..self.clone() }
            }
        })
    }

    /// What the catalogs know.
    pub fn knowledge(&self) -> Arc<Knowledge> {
        self.knowledge.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn learn(&self, knowledge: Arc<Knowledge>) {
        *self.knowledge.write().unwrap_or_else(PoisonError::into_inner) = knowledge;
    }

    /// How the projection is doing.
    pub fn status(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it may be asked (see [`Status::ready`]).
    pub fn is_ready(&self) -> bool {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).ready
    }

    pub(super) fn note(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The clinical relationships at each of these entries, to the `first` others with the smallest keys: the same pair's surest
    /// reason first.
    pub async fn clinical(&self, at: At, keys: &[i32], first: u32) -> Result<Vec<Clinical>> {
        sorted(self.answered("clinical", Some(keys.len()), |store| store.clinical(at, keys, first)).await)
    }

    /// At each of these entries, how many others there are; those with none are left out.
    pub async fn clinical_counts(&self, at: At, keys: &[i32]) -> Result<HashMap<i32, u32>> {
        let counts =
            self.answered("clinical_counts", Some(keys.len()), |store| store.clinical_counts(at, keys)).await?;
        Ok(counts.into_iter().collect())
    }

    /// The conditions of these patients where care paths meet, the most important ones of each patient first: active ones, then
    /// the latest.
    pub async fn crossings(&self, patients: &[i32]) -> Result<Vec<Crossing>> {
        let mut found = self.answered("crossings", Some(patients.len()), |store| store.crossings(patients)).await?;
        found.sort_by_key(|at| (at.patient, !at.active, Reverse(at.since), at.condition));
        Ok(found)
    }

    /// A page of the care paths of each patient whose crossings these are, the best ones first: those through active conditions to
    /// medications that are taken, then to others, then those through other conditions likewise; of the conditions, the medications and the
    /// symptoms the latest come first. More than `most` for all patients together are refused.
    pub async fn care_paths(
        &self,
        crossings: &[Crossing],
        (skip, first): (u64, u32),
        most: u32,
    ) -> Result<Vec<CarePath>> {
        // A graph that may not be asked has no answer, not even an empty one.
        self.store()?;
        let of_patients = crossings.chunk_by(|a, b| a.patient == b.patient);
        let spans: Vec<Span> = of_patients.flat_map(|of| page_of(of, skip, u64::from(first))).collect();
        let asked: u64 = spans.iter().map(|span| u64::from(span.to - span.from)).sum();
        if asked > u64::from(most) {
            return Err(Error::Limit { key: "max_level_rows", allowed: u64::from(most), asked: Some(asked) });
        }
        if spans.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.answered("care_paths", Some(spans.len()), |store| store.care_paths(&spans)).await?;
        let mut by_span: Vec<Vec<CarePath>> = vec![Vec::new(); spans.len()];
        for (place, paths) in found {
            if let Some(of_span) = by_span.get_mut(place) {
                *of_span = paths;
            }
        }
        Ok(by_span.into_iter().flatten().collect())
    }

    /// The symptoms, conditions and medications of these patients.
    pub async fn own(&self, patients: &[i32]) -> Result<Vec<ClinicalEntry>> {
        sorted(self.answered("own", Some(patients.len()), |store| store.own(patients)).await)
    }

    /// The patients, of those who are visible (`None`: all), who have most in common with each of these, most first.
    pub async fn similar(&self, asked: &[Asked], visible: Option<&[i32]>, first: u32) -> Result<Vec<(Similar, f64)>> {
        let found = self.answered("similar", Some(asked.len()), |store| store.similar(asked, visible, first)).await?;
        let by_patient: HashMap<i32, &Asked> = asked.iter().map(|asked| (asked.patient, asked)).collect();
        let scored = found.into_iter().filter_map(|similar| {
            let score = share(by_patient.get(&similar.patient)?, &similar);
            Some((similar, score))
        });
        let mut scored: Vec<_> = scored.collect();
        scored.sort_by(|(a, by_a), (b, by_b)| by_b.total_cmp(by_a).then(a.other.cmp(&b.other)));
        Ok(scored)
    }

    /// The patients who have this, smallest key first.
    pub async fn patients_with(&self, having: &Having, most: u32) -> Result<Vec<i32>> {
        let found = sorted(self.answered("patients_with", None, |store| store.patients_with(having, most)).await)?;
        match found.len() > most as usize {
            true => Err(Error::Limit { key: "max_graph_matches", allowed: u64::from(most), asked: None }),
            false => Ok(found),
        }
    }

    /// The whole sub-graph of these patients.
    pub async fn drawing(&self, patients: &[i32], most: u32) -> Result<Vec<Drawing>> {
        let mut drawings =
            self.answered("drawing", Some(patients.len()), |store| store.drawing(patients, most)).await?;
        for drawing in &mut drawings {
            drawing.nodes.sort_unstable();
            drawing.links.sort_unstable();
            // Several facts may be behind one pair; a drawing shows one line.
            drawing.links.dedup();
        }
        drawings.sort_unstable_by_key(|drawing| drawing.patient);
        Ok(drawings)
    }

    /// How much there is.
    pub async fn counts(&self) -> Result<Counts> {
        self.store()?.counts().await
    }
}

/// Where a page of a patient's care paths lies.
fn page_of(crossings: &[Crossing], mut skip: u64, first: u64) -> Vec<Span> {
    let (mut spans, mut left) = (Vec::new(), first);
    for (active, taken) in [(true, true), (true, false), (false, true), (false, false)] {
        for at in crossings.iter().filter(|at| at.active == active) {
            let (medications, symptoms) =
                (u64::from(if taken { at.taken } else { at.stopped }), u64::from(at.symptoms));
            let all = medications * symptoms;
            if skip >= all {
                skip -= all;
                continue;
            }
            for medication in skip / symptoms..medications {
                if left == 0 {
                    return spans;
                }
                let from = std::mem::take(&mut skip) % symptoms;
                let to = symptoms.min(from + left);
                left -= to - from;
                let span = |medication: u64, from: u64, to: u64| {
                    Some(Span {
                        patient: at.patient,
                        condition: at.condition,
                        taken,
                        medication: u32::try_from(medication).ok()?,
                        from: u32::try_from(from).ok()?,
                        to: u32::try_from(to).ok()?,
                    })
                };
                spans.extend(span(medication, from, to));
            }
        }
    }
    spans
}

/// Stores answer in any order; here it becomes one.
fn sorted<T: Ord>(found: Result<Vec<T>>) -> Result<Vec<T>> {
    let mut found = found?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::shape::samples;
    use futures_util::FutureExt;
    use std::sync::LazyLock;

    #[tokio::test]
    async fn the_time_of_a_question_is_that_of_all_work_for_it() {
        static SHAPES: LazyLock<Shapes> = LazyLock::new(samples::shapes);
        let (sender, told) = std::sync::mpsc::channel();
        let tell = move |ran: &Ran<'_>| sender.send((ran.took, ran.rows)).unwrap();
        let graph = Graph::embedded(&SHAPES).watched(Watcher::new(tell));
        let part = Duration::from_millis(20);
        let work = move || std::thread::sleep(part);
        let ask = |_| {
            // Where it is asked, where it is polled, and in a thread of its own.
            work();
            let rest = async move {
                work();
                tokio::task::spawn_blocking(work).await.unwrap();
                Ok(vec![1, 2])
            };
            rest.boxed()
        };
        assert_eq!(graph.answered("question", None, ask).await.unwrap(), [1, 2]);
        let (took, rows) = told.try_recv().unwrap();
        assert!(took >= 3 * part && rows == Some(2), "{took:?} {rows:?}");
        assert!(told.try_recv().is_err());
    }

    #[test]
    fn pages_of_care_paths_follow_each_other_without_a_gap() {
        let at = |condition, active, symptoms, taken, stopped| Crossing {
            patient: 1,
            condition,
            active,
            since: None,
            symptoms,
            taken,
            stopped,
        };
        let crossings = [at(1, true, 3, 2, 1), at(2, true, 1, 0, 4), at(3, false, 5, 1, 0), at(4, false, 2, 0, 1)];
        let paths = |skip, first| -> Vec<(i32, bool, u32, u32)> {
            let spans = page_of(&crossings, skip, first);
            assert!(spans.len() as u64 <= first && spans.iter().all(|span| span.from < span.to));
            let each =
                |span: Span| (span.from..span.to).map(move |at| (span.condition, span.taken, span.medication, at));
            spans.into_iter().flat_map(each).collect()
        };
        let all = paths(0, 1_000);
        let total: u32 = crossings.iter().map(|at| at.symptoms * (at.taken + at.stopped)).sum();
        assert_eq!(all.len() as u32, total);
        assert_eq!(
            all[..7],
            [
                (1, true, 0, 0),
                (1, true, 0, 1),
                (1, true, 0, 2),
                (1, true, 1, 0),
                (1, true, 1, 1),
                (1, true, 1, 2),
                (1, false, 0, 0)
            ]
        );
        assert!(all.iter().position(|path| path.0 == 2) < all.iter().position(|path| path.0 == 3));
        for first in 1..9 {
            let pages: Vec<_> =
                (0..=all.len() as u64).step_by(first).flat_map(|skip| paths(skip, first as u64)).collect();
            assert_eq!(pages, all, "pages of {first}");
        }
        assert_eq!(paths(u64::MAX, 5), []);
        assert_eq!(paths(0, 0), []);
    }
}
