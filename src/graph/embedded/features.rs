//! Which patients have what: for each concept and each normalised name that entries of patients bear, the keys of those patients, sorted.
//! Filters on patients are answered from these lists alone, so they cost what they find, and no patient's block is looked at.

use super::{Block, Index, Interned, KeyHasher, Keyed, NONE, walk::Question};
use crate::{
    graph::{Having, shape::Role},
    terminology::names,
};
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash},
    sync::Arc,
};

/// What a patient may have: an entry of a role, active or not, that names a concept, or whose normalised name is this one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Feature(u64);

impl Feature {
    fn concept(role: Role, concept: i32, active: bool) -> Self {
        Feature::new(u64::from(concept as u32) << 1, role, active)
    }

    /// Of a normalised name its place.
    fn name(role: Role, key: u32, active: bool) -> Self {
        Feature::new(u64::from(key) << 1 | 1, role, active)
    }

    fn new(number: u64, role: Role, active: bool) -> Self {
        Feature(number << 3 | (role as u64) << 1 | u64::from(active))
    }
}

/// The patients who have each feature.
///
/// A list is a vector and no tree: it takes four bytes a patient, is built by appending, and is read in order. Who is
/// put or removed in between moves what lies behind, which is little beside what else is done for a patient, because only features
/// that the patient did not have before, or has no more, are touched.
#[derive(Default)]
pub(super) struct Features {
    patients: HashMap<Feature, Vec<i32>, BuildHasherDefault<KeyHasher>>,
    /// How many entries name each concept.
    entries: Keyed<u32>,
    /// Normalised names of entries that have a role.
    keys: Interned<str>,
    /// For the place of each name that of its normalised form; [`NONE`] where no entry with a role bears it.
    key_of: Vec<u32>,
}

impl Features {
    /// Notes the normalised form of a name that an entry with a role bears.
    pub(super) fn learn(&mut self, place: u32, name: &str) {
        let at = place as usize;
        if self.key_of.len() <= at {
            self.key_of.resize(at + 1, NONE);
        }
        if let Some(key) = self.key_of.get_mut(at).filter(|key| **key == NONE) {
            *key = self.keys.place(&names::key(name), |key| Arc::from(key));
        }
    }

    /// Counts the entries of a block that name concepts in, or out.
    pub(super) fn count(&mut self, block: &Block, added: bool) {
        for (_, tie) in &block.ties {
            let entries = self.entries.entry(tie.concept).or_default();
            *entries = if added { entries.saturating_add(1) } else { entries.saturating_sub(1) };
            if *entries == 0 {
                self.entries.remove(&tie.concept);
            }
        }
    }

    /// Puts a patient into the lists of what they have, and takes them out of those of what they had and have no more. Both are sorted.
    pub(super) fn change(&mut self, patient: i32, had: &[Feature], has: &[Feature]) {
        for feature in had.iter().filter(|feature| has.binary_search(feature).is_err()) {
            if let Some(patients) = self.patients.get_mut(feature) {
                if let Ok(at) = patients.binary_search(&patient) {
                    patients.remove(at);
                }
                if patients.is_empty() {
                    self.patients.remove(feature);
                }
            }
        }
        for feature in has.iter().filter(|feature| had.binary_search(feature).is_err()) {
            let patients = self.patients.entry(*feature).or_default();
            // Doubling would leave half of the longest lists empty.
            if patients.len() == patients.capacity() {
                patients.reserve_exact(patients.len() / 8 + 1);
            }
            // When a graph is built, patients come in the order of their keys.
            if patients.last().is_none_or(|last| *last < patient) {
                patients.push(patient);
            } else if let Err(at) = patients.binary_search(&patient) {
                patients.insert(at, patient);
            }
        }
    }

    /// How many entries name a concept.
    pub(super) fn entries(&self, concept: i32) -> i64 {
        self.entries.get(&concept).copied().unwrap_or_default().into()
    }

    /// The patients whose entries name a concept, each once.
    pub(super) fn naming(&self, concept: i32) -> Vec<i32> {
        let roles = [Role::Reported, Role::Had, Role::Taken].into_iter();
        let features = roles.flat_map(|role| [true, false].map(|active| Feature::concept(role, concept, active)));
        let mut patients: Vec<i32> =
            features.filter_map(|feature| self.patients.get(&feature)).flatten().copied().collect();
        patients.sort();
        patients.dedup();
        patients
    }

    fn of(&self, having: &Having) -> Vec<Feature> {
        let key = having.name_key.as_deref().and_then(|key| self.keys.find(key));
        let features = |active| {
            let concepts = having.concepts.iter().map(move |concept| Feature::concept(having.role, *concept, active));
            concepts.chain(key.map(|key| Feature::name(having.role, key, active)))
        };
        let all = features(true).chain(features(false).filter(|_| !having.active));
        all.filter(|feature| self.patients.contains_key(feature)).collect()
    }
}

impl Index {
    /// What a patient has, sorted, each once.
    pub(super) fn features_of(&self, block: &Block) -> Vec<Feature> {
        let mut found = Vec::with_capacity(block.entries.len() + block.ties.len());
        for entry in &block.entries {
            let key = self.features.key_of.get(entry.name as usize).filter(|key| **key != NONE);
            if let (Some(role), Some(key)) = (self.role(entry), key) {
                found.push(Feature::name(role, *key, entry.active));
            }
        }
        for (at, tie) in &block.ties {
            let entry = block.entries.get(usize::from(*at));
            let of = entry.and_then(|entry| Some(Feature::concept(self.role(entry)?, tie.concept, entry.active)));
            found.extend(of);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The patients who have one of some features, in the order of their keys: an item is all of them from one key to another.
pub(super) struct Havers {
    features: Vec<Feature>,
    /// More are not looked for.
    most: usize,
}

/// As many patients of one feature lie between two keys.
const RUN: usize = 4_096;

impl Havers {
    /// The question, and the runs of keys that it falls into; none where nobody has any.
    pub(super) fn of(index: &Index, having: &Having, most: u32) -> (Self, Vec<(i32, i32)>) {
        let havers = Havers { features: index.features.of(having), most: most as usize };
        let longest = havers.lists(index).max_by_key(|patients| patients.len()).map_or(&[][..], Vec::as_slice);
        let mut runs: Vec<(i32, i32)> = Vec::new();
        for first in longest.chunks(RUN).filter_map(<[_]>::first) {
            // Others may have smaller keys than the first, and greater ones than the last.
            let from = match runs.last_mut() {
                Some((_, to)) => {
                    *to = first.saturating_sub(1);
                    *first
                }
                None => i32::MIN,
            };
            runs.push((from, i32::MAX));
        }
        (havers, runs)
    }

    fn lists<'a>(&'a self, index: &'a Index) -> impl Iterator<Item = &'a Vec<i32>> {
        self.features.iter().filter_map(|feature| index.features.patients.get(feature))
    }
}

/// Those of sorted patients from one key to another.
fn within(patients: &[i32], (from, to): (i32, i32)) -> &[i32] {
    let start = patients.partition_point(|patient| *patient < from);
    let end = patients.partition_point(|patient| *patient <= to);
    patients.get(start..end).unwrap_or_default()
}

impl Question<i32> for Havers {
    type Item = (i32, i32);
    fn weight(&self, index: &Index, run: &(i32, i32)) -> usize {
        self.lists(index).map(|patients| within(patients, *run).len()).sum()
    }
    fn visit(&self, index: &Index, run: (i32, i32), found: &mut Vec<i32>) {
        if found.len() > self.most {
            return;
        }
        let mut those: Vec<i32> = self.lists(index).flat_map(|patients| within(patients, run)).copied().collect();
        // Runs that are sorted already are merged.
        those.sort();
        those.dedup();
        found.extend(those);
    }
}
