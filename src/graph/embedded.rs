//! The graph in this process: a block of entries, ties and clinical relationships a patient, and for each concept and each name the patients
//! whose entries bear it (`features`). All that a question needs of a patient lies together, and a patient is replaced whole.
//!
//! Reference data stand beside them, once; a block holds their keys, and what has no such row is passed over when it is asked.
//!
//! No adjacency list of the whole: every walk stays within a patient or goes through a concept, and the relationships that
//! a row brings with it (`HAS_SYMPTOM` and its like) follow from its kind and its owner, so they are not stored.

mod care;
mod features;
mod questions;
mod reference;
mod walk;

use super::{
    Because, Counts,
    projection::{Item, Projected},
    shape::{NodeKind, Role, Shapes, TREATS_CONDITION},
};
use crate::terminology::knowledge::Tie;
use chrono::NaiveDate;
use features::{Feature, Features};
use reference::{Points, Shared};
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::Arc,
};
pub use walk::Embedded;

/// The graph of all patients.
pub struct Index {
    shapes: &'static Shapes,
    patients: Keyed<Block>,
    /// The patient of each symptom, condition and medication.
    symptoms: Keyed<i32>,
    conditions: Keyed<i32>,
    medications: Keyed<i32>,
    features: Features,
    names: Interned<str>,
    reasons: Interned<Because>,
    counts: Counts,
    reference: Shared,
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
        self.write_u64(u64::from(key as u32));
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = (self.0 ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}

/// One patient.
#[derive(Default)]
struct Block {
    entries: Box<[Small]>,
    ties: Box<[(u16, Tie)]>,
    clinical: Box<[Link]>,
    /// What entries are about: their places, and the type.
    abouts: Box<[(u16, u16, &'static str)]>,
    pointers: Box<[(u16, Points)]>,
}

/// An entry.
struct Small {
    id: i32,
    /// The place of its name; [`NONE`] without one.
    name: u32,
    since: Day,
    until: Day,
    owner: u16,
    /// The place of its kind in [`Shapes::kinds`].
    kind: u8,
    /// The place of its label besides in those of its shape; [`PLAIN`] without one.
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
const PLAIN: u8 = u8::MAX;

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
        if let Some(place) = self.find(value) {
            return place;
        }
        let (place, value) = (self.all.len() as u32, own(value));
        self.all.push(value.clone());
        self.places.insert(value, place);
        place
    }

    /// The number of a value that is there.
    fn find(&self, value: &T) -> Option<u32> {
        self.places.get(value).copied()
    }

    fn get(&self, place: u32) -> Option<&Arc<T>> {
        self.all.get(place as usize)
    }
}

impl NodeKind {
    /// The labels that its nodes may have besides.
    fn labels(self) -> &'static [(&'static str, &'static str)] {
        self.shape().sorted.as_ref().map_or(&[], |sorted| sorted.labels)
    }
}

impl Index {
    /// One without patients.
    pub fn new(shapes: &'static Shapes) -> Self {
        Index {
            shapes,
            patients: Keyed::default(),
            symptoms: Keyed::default(),
            conditions: Keyed::default(),
            medications: Keyed::default(),
            features: Features::default(),
            names: Interned::default(),
            reasons: Interned::default(),
            counts: Counts::default(),
            reference: Shared::default(),
        }
    }

    fn kind(&self, entry: &Small) -> Option<NodeKind> {
        self.shapes.at(entry.kind)
    }

    fn label(&self, entry: &Small) -> Option<&'static str> {
        let labels = self.kind(entry)?.labels();
        labels.get(usize::from(entry.label)).map(|(_, label)| *label)
    }

    /// What an entry says of the patient's health.
    fn role(&self, entry: &Small) -> Option<Role> {
        self.kind(entry)?.role_with(self.label(entry))
    }

    /// Puts a patient in the place of what was known of them; one without entries is removed.
    pub fn put(&mut self, projected: &Projected) {
        let had = self.remove(projected.patient);
        let Projected { patient, entries, clinical, abouts, pointers } = projected;
        if entries.is_empty() {
            self.features.change(*patient, &had, &[]);
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
            abouts: abouts.iter().map(|about| (about.from, about.to, about.name)).collect(),
            pointers: reference::in_order(pointers),
        };
        for entry in &block.entries {
            if let Some(of) = self.keys_of(entry) {
                of.insert(entry.id, *patient);
            }
        }
        let has = self.features_of(&block);
        self.features.change(*patient, &had, &has);
        self.features.count(&block, true);
        self.count(&block, 1);
        self.patients.insert(*patient, block);
    }

    /// How much it holds.
    pub fn counts(&self) -> Counts {
        Counts { relationships: self.counts.relationships + self.reference.pointed(), ..self.counts }
    }

    /// Removes a patient but from the lists of what they had, which it answers.
    fn remove(&mut self, patient: i32) -> Vec<Feature> {
        let Some(block) = self.patients.remove(&patient) else { return Vec::new() };
        self.count(&block, -1);
        self.features.count(&block, false);
        for entry in &block.entries {
            if let Some(of) = self.keys_of(entry) {
                // A row that moved may be with its new patient already.
                if of.get(&entry.id) == Some(&patient) {
                    of.remove(&entry.id);
                }
            }
        }
        self.features_of(&block)
    }

    fn small(&mut self, item: &Item) -> Small {
        let label = item.label.and_then(|label| item.kind.labels().iter().position(|(_, known)| *known == label));
        let name = item.caption().map_or(NONE, |name| {
            let place = self.names.place(name, |name| Arc::from(name));
            if item.role().is_some() {
                self.features.learn(place, name);
            }
            place
        });
        Small {
            id: item.id,
            name,
            since: Day::of(item.since),
            until: Day::of(item.until),
            owner: item.owner,
            kind: item.kind.place(),
            label: label.map_or(PLAIN, |label| label as u8),
            active: item.active,
        }
    }

    fn keys_of(&mut self, entry: &Small) -> Option<&mut Keyed<i32>> {
        Some(match self.kind(entry)?.role()? {
            Role::Reported => &mut self.symptoms,
            Role::Had => &mut self.conditions,
            Role::Taken => &mut self.medications,
        })
    }

    fn count(&mut self, block: &Block, sign: i64) {
        self.reference.count(block, sign);
        let kinds = block.entries.iter().filter_map(|entry| self.kind(entry));
        let bonds: usize = kinds.map(|kind| kind.shape().bonds.len()).sum();
        let relationships = bonds + block.ties.len() + block.clinical.len() + block.abouts.len();
        self.counts.patients += sign;
        self.counts.nodes += sign * block.entries.len() as i64;
        self.counts.relationships += sign * relationships as i64;
    }
}
