//! The graph in this process: a block of entries, ties and clinical relationships a patient, and for each concept the patients whose
//! entries name it. All that a question needs of a patient lies together, and a patient is replaced whole.
//!
//! No adjacency list of the whole: every walk stays within a patient or goes through a concept, and the relationships that
//! a row brings with it (`HAS_SYMPTOM` and its like) follow from its kind and its owner, so they are not stored.

use super::{
    Asked, At, Because, COMMON, CarePath, Clinical, Counts, Drawing, Entry, Having, Own, Similar, Store, Target, Tie,
    names,
    projection::{Item, Projected, weight},
    shape::{INDICATES_CONDITION, INSTANCE_OF, Kind, SHAPES, TREATS_CONDITION, history_label},
};
use crate::{
    error::{Error, Result},
    scope::Scope,
};
use chrono::NaiveDate;
use futures_util::{FutureExt, future::BoxFuture};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasherDefault, Hash, Hasher},
    sync::{Arc, PoisonError, RwLock},
};

/// The graph store of a gateway without Neo4j.
#[derive(Default)]
pub struct Embedded(RwLock<Option<Index>>);

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
    fn kind(&self) -> Kind {
        SHAPES.get(usize::from(self.kind)).map_or(Kind::Patient, |shape| shape.kind)
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

    fn keys_of(&mut self, kind: Kind) -> Option<&mut Keyed<i32>> {
        Some(match kind {
            Kind::Symptom => &mut self.symptoms,
            Kind::MedicalHistory => &mut self.histories,
            Kind::Medication => &mut self.medications,
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

    fn entry(&self, entry: &Small) -> Entry {
        Entry { kind: entry.kind(), id: entry.id, name: self.names.get(entry.name).cloned() }
    }

    fn clinical_of(&self, patient: i32, block: &Block, link: &Link) -> Option<Clinical> {
        Some(Clinical {
            patient,
            from: self.entry(block.entries.get(usize::from(link.from))?),
            to: self.entry(block.entries.get(usize::from(link.to))?),
            because: self.reasons.get(link.because)?.clone(),
        })
    }

    fn clinical(&self, at: At, keys: &[i32]) -> Vec<Clinical> {
        let of = match at {
            At::Symptom => &self.symptoms,
            At::Medication => &self.medications,
            At::Indicated | At::Treated => &self.histories,
        };
        let mut found = Vec::new();
        for key in keys {
            let Some((patient, block)) = of.get(key).and_then(|patient| Some((*patient, self.patients.get(patient)?)))
            else {
                continue;
            };
            let ends = |link: &Link| match at {
                At::Symptom | At::Medication => link.from,
                At::Indicated | At::Treated => link.to,
            };
            let treats = matches!(at, At::Treated | At::Medication);
            let here = |link: &&Link| {
                link.treats == treats && block.entries.get(usize::from(ends(link))).is_some_and(|end| end.id == *key)
            };
            found.extend(block.clinical.iter().filter(here).filter_map(|link| self.clinical_of(patient, block, link)));
        }
        found
    }

    fn care_paths(&self, patients: &[i32]) -> Vec<CarePath> {
        let mut found = Vec::new();
        for (patient, block) in self.blocks(patients) {
            let ends = |link: &Link| (link.to, self.clinical_of(patient, block, link).map(Arc::new));
            let treats: Vec<_> = block.clinical.iter().filter(|link| link.treats).map(ends).collect();
            for link in block.clinical.iter().filter(|link| !link.treats) {
                let mut here = treats.iter().filter(|(to, _)| *to == link.to).peekable();
                if here.peek().is_some()
                    && let Some(indicates) = self.clinical_of(patient, block, link).map(Arc::new)
                {
                    found.extend(here.filter_map(|(_, treats)| Some((indicates.clone(), treats.clone()?))));
                }
            }
        }
        found
    }

    fn blocks<'a>(&'a self, patients: &'a [i32]) -> impl Iterator<Item = (i32, &'a Block)> {
        patients.iter().filter_map(|patient| Some((*patient, self.patients.get(patient)?)))
    }

    fn own(&self, patients: &[i32]) -> Vec<Own> {
        let mut found = Vec::new();
        for (patient, block) in self.blocks(patients) {
            for (at, entry) in (0..).zip(&block.entries) {
                let kind = entry.kind();
                let wanted = match kind {
                    Kind::Symptom | Kind::Medication => true,
                    Kind::MedicalHistory => entry.is_condition(),
                    _ => false,
                };
                if !wanted {
                    continue;
                }
                let taken =
                    |link: &Link| block.entries.get(usize::from(link.from)).is_some_and(|medication| medication.active);
                let covered = block.clinical.iter().any(|link| match kind {
                    Kind::MedicalHistory => link.treats && link.to == at && taken(link),
                    _ => link.from == at,
                });
                let mut ties: Vec<Tie> = block.ties.iter().filter(|(of, _)| *of == at).map(|(_, tie)| *tie).collect();
                ties.sort_unstable();
                found.push(Own {
                    patient,
                    entry: self.entry(entry),
                    active: entry.active,
                    since: entry.since.get(),
                    until: entry.until.get(),
                    ties,
                    covered,
                });
            }
        }
        found
    }

    fn similar(&self, asked: &Asked, scope: &Scope, first: u32) -> Vec<Similar> {
        let mut shared: HashMap<i32, i64> = HashMap::new();
        for (concept, weight) in &asked.concepts {
            let Some(patients) = self.instances.get(concept) else { continue };
            let entries: i64 = patients.values().map(|entries| i64::from(*entries)).sum();
            if entries <= COMMON {
                for patient in patients.keys().filter(|patient| **patient != asked.patient) {
                    *shared.entry(*patient).or_default() += weight;
                }
            }
        }
        let mut found: Vec<Similar> = shared
            .into_iter()
            .filter(|(other, _)| scope.only().is_none_or(|visible| visible.contains(other)))
            .filter_map(|(other, shared)| {
                let block = self.patients.get(&other)?;
                let weighed = block
                    .ties
                    .iter()
                    .filter_map(|(at, tie)| Some((tie.concept, weight(block.entries.get(usize::from(*at))?.kind()))));
                let concepts: BTreeMap<i32, i64> = weighed.collect();
                let (theirs, concepts) = (concepts.values().sum(), concepts.into_keys().collect());
                Some(Similar { patient: asked.patient, other, shared, theirs, concepts })
            })
            .collect();
        found.sort_by(|a, b| super::share(asked, b).total_cmp(&super::share(asked, a)).then(a.other.cmp(&b.other)));
        found.truncate(first as usize);
        found
    }

    fn patients_with(&self, having: &Having) -> Vec<i32> {
        let right = |entry: &Small| {
            entry.kind() == having.kind
                && (entry.active || !having.active)
                && (having.kind != Kind::MedicalHistory || entry.is_condition())
        };
        let mut found = HashSet::new();
        for concept in &having.concepts {
            for patient in self.instances.get(concept).into_iter().flat_map(|patients| patients.keys()) {
                let named = |block: &Block| {
                    block.ties.iter().any(|(at, tie)| {
                        tie.concept == *concept && block.entries.get(usize::from(*at)).is_some_and(right)
                    })
                };
                if self.patients.get(patient).is_some_and(named) {
                    found.insert(*patient);
                }
            }
        }
        if let Some(key) = &having.name_key {
            let alike: HashSet<u32> =
                (0..).zip(&self.names.all).filter(|(_, name)| names::key(name) == *key).map(|(at, _)| at).collect();
            let named = |block: &Block| block.entries.iter().any(|entry| alike.contains(&entry.name) && right(entry));
            if !alike.is_empty() {
                found.extend(self.patients.iter().filter(|(_, block)| named(block)).map(|(patient, _)| *patient));
            }
        }
        let mut found: Vec<i32> = found.into_iter().collect();
        found.sort_unstable();
        found
    }

    fn drawing(&self, patient: i32, most: u32) -> Option<Drawing> {
        let block = self.patients.get(&patient)?;
        let shown = block.entries.get(..most as usize);
        let mut drawing = Drawing {
            patient,
            cut: shown.is_some_and(|shown| shown.len() < block.entries.len()),
            ..Drawing::default()
        };
        let key = |at: u16| block.entries.get(usize::from(at)).map(|entry| (entry.kind(), entry.id));
        for entry in shown.unwrap_or(&block.entries) {
            drawing.nodes.push((self.entry(entry), entry.label()));
            for bond in entry.kind().shape().bonds {
                let from = if bond.from_patient { Some((Kind::Patient, patient)) } else { key(entry.owner) };
                drawing.links.extend(from.map(|from| (from, bond.name, Target::Own(entry.kind(), entry.id))));
            }
        }
        let ties =
            block.ties.iter().filter_map(|(at, tie)| Some((key(*at)?, INSTANCE_OF, Target::Concept(tie.concept))));
        drawing.links.extend(ties);
        drawing.links.extend(block.clinical.iter().filter_map(|link| {
            let name = if link.treats { TREATS_CONDITION } else { INDICATES_CONDITION };
            let (kind, id) = key(link.to)?;
            Some((key(link.from)?, name, Target::Own(kind, id)))
        }));
        // One relationship for each fact behind it; a drawing shows it once.
        drawing.links.sort_unstable();
        drawing.links.dedup();
        Some(drawing)
    }
}

impl Embedded {
    /// Puts a graph that was built anew in the place of what was there, in one step.
    pub fn replace(&self, index: Index) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(index);
    }

    /// Puts patients in the place of what was known of them.
    pub fn put(&self, patients: &[Projected]) {
        if let Some(index) = &mut *self.0.write().unwrap_or_else(PoisonError::into_inner) {
            patients.iter().for_each(|patient| index.put(patient));
        }
    }

    /// Answers at once: everything is in memory.
    fn ask<'a, T: Send + 'a>(&self, answer: impl FnOnce(&Index) -> T) -> BoxFuture<'a, Result<T>> {
        let index = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let building = || Error::Graph("it is being built from the relational store".into());
        std::future::ready(index.as_ref().map(answer).ok_or_else(building)).boxed()
    }
}

impl Store for Embedded {
    fn clinical<'a>(&'a self, at: At, keys: &'a [i32]) -> BoxFuture<'a, Result<Vec<Clinical>>> {
        self.ask(|index| index.clinical(at, keys))
    }
    fn care_paths<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<CarePath>>> {
        self.ask(|index| index.care_paths(patients))
    }
    fn own<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<Own>>> {
        self.ask(|index| index.own(patients))
    }
    fn similar<'a>(&'a self, asked: &'a [Asked], scope: &'a Scope, first: u32) -> BoxFuture<'a, Result<Vec<Similar>>> {
        self.ask(|index| asked.iter().flat_map(|asked| index.similar(asked, scope, first)).collect())
    }
    fn patients_with<'a>(&'a self, having: &'a Having) -> BoxFuture<'a, Result<Vec<i32>>> {
        self.ask(|index| index.patients_with(having))
    }
    fn drawing<'a>(&'a self, patients: &'a [i32], most: u32) -> BoxFuture<'a, Result<Vec<Drawing>>> {
        self.ask(|index| patients.iter().filter_map(|patient| index.drawing(*patient, most)).collect())
    }
    fn counts(&self) -> BoxFuture<'_, Result<Counts>> {
        self.ask(|index| index.counts)
    }
}
