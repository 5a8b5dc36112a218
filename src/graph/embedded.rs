//! The graph in this process: a block of entries, ties and clinical relationships a patient, and for each concept the patients whose
//! entries name it. All that a question needs of a patient lies together, and a patient is replaced whole.
//!
//! No adjacency list of the whole: every walk stays within a patient or goes through a concept, and the relationships that
//! a row brings with it (`HAS_SYMPTOM` and its like) follow from its kind and its owner, so they are not stored.

mod care;
mod questions;
mod walk;

use super::{
    Because, Counts,
    projection::{Item, Projected},
    shape::{NodeKind, SHAPES, TREATS_CONDITION, history_label},
};
use crate::terminology::knowledge::Tie;
use chrono::NaiveDate;
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::Arc,
};
pub use walk::Embedded;

/// The graph of all patients.
#[derive(Default)]
pub struct Index {
    patients: Keyed<Block>,
    /// The patient of each symptom, condition and medication.
    symptoms: Keyed<i32>,
    histories: Keyed<i32>,
    medications: Keyed<i32>,
    /// For each concept the patients whose entries name it, and how many do.
    instances: Keyed<Keyed<u16>>,
    names: Interned<str>,
    reasons: Interned<Because>,
    counts: Counts,
}

/// By keys of rows, which are many, and which nobody outside chooses: one multiplication hashes them.
type Keyed<V> = HashMap<i32, V, BuildHasherDefault<KeyHasher>>;

#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i32(i32::from(*byte));
        }
    }
    fn write_i32(&mut self, key: i32) {
        self.0 = (self.0 ^ u64::from(key as u32)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}

/// One patient.
#[derive(Default)]
struct Block {
    entries: Box<[Small]>,
    ties: Box<[(u16, Tie)]>,
    clinical: Box<[Link]>,
}

/// An entry.
struct Small {
    id: i32,
    /// The place of its name; [`NONE`] without one.
    name: u32,
    since: Day,
    until: Day,
    owner: u16,
    /// The place of its kind in [`SHAPES`].
    kind: u8,
    label: u8,
    active: bool,
}

struct Link {
    from: u16,
    to: u16,
    because: u32,
    treats: bool,
}

const NONE: u32 = u32::MAX;
const LABELS: [&str; 5] = ["condition", "allergy", "surgery", "family_history", "lifestyle"];

/// A day, or none, in four bytes.
#[derive(Clone, Copy)]
struct Day(i32);

impl Day {
    fn of(day: Option<NaiveDate>) -> Self {
        Day(day.map_or(i32::MIN, |day| chrono::Datelike::num_days_from_ce(&day)))
    }
    fn get(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.0)
    }
}

/// Values kept once each, by a number. Those of removed patients stay until the graph is built anew.
struct Interned<T: ?Sized> {
    all: Vec<Arc<T>>,
    places: HashMap<Arc<T>, u32>,
}

impl<T: ?Sized> Default for Interned<T> {
    fn default() -> Self {
        Interned { all: Vec::new(), places: HashMap::new() }
    }
}

impl<T: ?Sized + Eq + Hash> Interned<T> {
    /// The number of a value; `own` makes it ours if it is new.
    fn place(&mut self, value: &T, own: impl FnOnce(&T) -> Arc<T>) -> u32 {
        if let Some(place) = self.places.get(value) {
            return *place;
        }
        let (place, value) = (self.all.len() as u32, own(value));
        self.all.push(value.clone());
        self.places.insert(value, place);
        place
    }

    fn get(&self, place: u32) -> Option<&Arc<T>> {
        self.all.get(place as usize)
    }
}

impl Small {
    fn kind(&self) -> NodeKind {
        SHAPES.get(usize::from(self.kind)).map_or(NodeKind::Patient, |shape| shape.kind)
    }
    fn label(&self) -> Option<&'static str> {
        LABELS.get(usize::from(self.label)).and_then(|category| history_label(category))
    }
    fn is_condition(&self) -> bool {
        self.label() == Some("Condition")
    }
}

impl Index {
    /// Puts a patient in the place of what was known of them; one without entries is removed.
    pub fn put(&mut self, projected: &Projected) {
        self.remove(projected.patient);
        let Projected { patient, entries, clinical } = projected;
        if entries.is_empty() {
            return;
        }
        let mut links: Vec<Link> = clinical
            .iter()
            .map(|link| Link {
                from: link.from,
                to: link.to,
                because: self.reasons.place(&link.because, |because| Arc::new(because.clone())),
                treats: link.name == TREATS_CONDITION,
            })
            .collect();
        // In the order of answers, so that little is left to sort when they are asked for.
        let reason = |link: &Link| self.reasons.get(link.because);
        links.sort_by(|a, b| (a.from, a.to).cmp(&(b.from, b.to)).then_with(|| reason(a).cmp(&reason(b))));
        let block = Block {
            entries: entries.iter().map(|item| self.small(item)).collect(),
            ties: (0..).zip(entries).flat_map(|(at, item)| item.ties.iter().map(move |tie| (at, *tie))).collect(),
            clinical: links.into(),
        };
        for entry in &block.entries {
            if let Some(of) = self.keys_of(entry.kind()) {
                of.insert(entry.id, *patient);
            }
        }
        for (_, tie) in &block.ties {
            *self.instances.entry(tie.concept).or_default().entry(*patient).or_default() += 1;
        }
        self.count(&block, 1);
        self.patients.insert(*patient, block);
    }

    /// How much it holds.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn remove(&mut self, patient: i32) {
        let Some(block) = self.patients.remove(&patient) else { return };
        self.count(&block, -1);
        for entry in &block.entries {
            if let Some(of) = self.keys_of(entry.kind()) {
                // A row that moved may be with its new patient already.
                if of.get(&entry.id) == Some(&patient) {
                    of.remove(&entry.id);
                }
            }
        }
        for (_, tie) in &block.ties {
            if let Some(patients) = self.instances.get_mut(&tie.concept) {
                patients.remove(&patient);
                if patients.is_empty() {
                    self.instances.remove(&tie.concept);
                }
            }
        }
    }

    fn small(&mut self, item: &Item) -> Small {
        let kind = SHAPES.iter().position(|shape| shape.kind == item.kind).unwrap_or_default();
        let label = LABELS.iter().position(|category| history_label(category) == item.label && item.label.is_some());
        Small {
            id: item.id,
            name: item.caption().map_or(NONE, |name| self.names.place(name, |name| Arc::from(name))),
            since: Day::of(item.since),
            until: Day::of(item.until),
            owner: item.owner,
            kind: kind as u8,
            label: label.map_or(u8::MAX, |label| label as u8),
            active: item.active,
        }
    }

    fn keys_of(&mut self, kind: NodeKind) -> Option<&mut Keyed<i32>> {
        Some(match kind {
            NodeKind::Symptom => &mut self.symptoms,
            NodeKind::MedicalHistory => &mut self.histories,
            NodeKind::Medication => &mut self.medications,
            _ => return None,
        })
    }

    fn count(&mut self, block: &Block, sign: i64) {
        let bonds: usize = block.entries.iter().map(|entry| entry.kind().shape().bonds.len()).sum();
        let relationships = bonds + block.ties.len() + block.clinical.len();
        self.counts.patients += sign;
        self.counts.nodes += sign * block.entries.len() as i64;
        self.counts.relationships += sign * relationships as i64;
    }
}
