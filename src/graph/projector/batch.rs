//! How many patients are written at once, and who is set aside because they do not fit even alone.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Entries of the first batch: a server that was just started is slow.
const FIRST: u32 = 8;
/// The most.
const MOST: u32 = 64;
/// After how long a patient who did not fit is tried again, and after how long at most: each pause is twice as long as the last.
const PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// How many entries are dealt with at once: as many as are written in a fraction of the time that one statement may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch(u32);

impl Default for Batch {
    fn default() -> Self {
        Batch(FIRST)
    }
}

impl Batch {
    pub(super) fn size(self) -> u32 {
        self.0
    }

    /// A batch was written in this time; `aim` is how long one should take. It is generous: of what a cold server takes, most is for
    /// planning the statement, and smaller batches are more statements.
    pub(super) fn took(&mut self, time: Duration, aim: Duration) {
        if time > aim {
            self.halve();
        } else if time < aim / 2 {
            self.0 = (self.0 * 2).min(MOST);
        }
    }

    /// A batch was too much.
    pub(super) fn halve(&mut self) {
        self.0 = (self.0 / 2).max(1);
    }
}

/// Patients who did not fit into the graph, when they are tried again, and how long they wait until then.
#[derive(Debug, Default)]
pub(super) struct Aside(BTreeMap<i32, (Instant, Duration)>);

impl Aside {
    /// Those who are not to be tried yet.
    pub(super) fn waiting(&self) -> Vec<i32> {
        let now = Instant::now();
        self.0.iter().filter(|(_, (until, _))| *until > now).map(|(patient, _)| *patient).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Sets a patient aside, for longer than the last time; says for how long.
    pub(super) fn set(&mut self, patient: i32) -> Duration {
        let pause = self.0.get(&patient).map_or(PAUSE, |(_, pause)| (*pause * 2).min(LONGEST_PAUSE));
        self.0.insert(patient, (Instant::now() + pause, pause));
        pause
    }

    /// Patients who fitted. Says whether one of them had not before.
    pub(super) fn fitted(&mut self, patients: impl IntoIterator<Item = i32>) -> bool {
        let before = self.0.len();
        for patient in patients {
            self.0.remove(&patient);
        }
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIM: Duration = Duration::from_secs(2);

    #[test]
    fn a_batch_shrinks_to_one_and_grows_again() {
        let mut batch = Batch::default();
        for size in [4, 2, 1, 1] {
            batch.halve();
            assert_eq!(batch.size(), size);
        }
        for size in [2, 4, 8, 16, 32, 64, 64] {
            batch.took(Duration::from_millis(900), AIM);
            assert_eq!(batch.size(), size);
        }
        batch.took(Duration::from_millis(1_500), AIM);
        assert_eq!(batch.size(), 64);
        batch.took(Duration::from_millis(2_500), AIM);
        assert_eq!(batch.size(), 32);
    }

    #[test]
    fn who_does_not_fit_waits_longer_each_time() {
        let mut aside = Aside::default();
        let pauses: Vec<u64> = (0..8).map(|_| aside.set(7).as_secs()).collect();
        assert_eq!(pauses, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        aside.set(8);
        assert_eq!((aside.waiting(), aside.len()), (vec![7, 8], 2));
        assert!(!aside.fitted([1, 2]));
        assert!(aside.fitted([7]));
        assert_eq!(aside.waiting(), [8]);
    }
}
