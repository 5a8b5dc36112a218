//! The graph in this process finds patients by what they have exactly as if it looked at each of them, whatever was put, replaced and removed.

use medimax::{
    graph::{
        Asked, COMMON, Having, Similar, Store,
        embedded::{Embedded, Index},
        projection::{Item, Projected, weight},
        shape::Role,
    },
    schema::SHAPES,
    terminology::{
        knowledge::{How, Tie},
        names,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// What nodes say, the role that this is, and the first concept of that role.
const KINDS: [(&str, Option<&str>, Option<Role>, i32); 4] = [
    ("Symptom", None, Some(Role::Reported), 10),
    ("MedicalHistory", Some("Condition"), Some(Role::Had), 20),
    ("Medication", None, Some(Role::Taken), 30),
    // It has the names of conditions and says nothing of them.
    ("MedicalHistory", Some("Allergy"), None, 40),
];
/// Several are the same, normalised; one is nothing.
const NAMES: [&str; 9] =
    ["Cough", "COUGH", "cough!", "Fever", "Hay fever", "hay-fever", "Asthma", "Crohn's disease", "-"];
/// The same, normalised.
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| NAMES.iter().map(|name| names::key(name)).collect());

struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % most.max(1) as u64) as usize
    }
}

/// An entry: which of the kinds, which of the names, whether it is active, and the concepts that it names.
type Had = (usize, Option<usize>, bool, Vec<i32>);

/// What all patients have.
#[derive(Default)]
struct Everybody(BTreeMap<i32, Vec<Had>>);

fn entry(kind: usize, id: i32, name: Option<&str>, active: bool, concepts: &[i32]) -> Item {
    let (label, besides, ..) = KINDS[kind];
    let kind = SHAPES.labelled(label).unwrap();
    let caption = kind.shape().props.iter().position(|(prop, ..)| *prop == kind.shape().caption).unwrap();
    let mut cells = vec![None; kind.shape().props.len()];
    cells[caption] = name.map(Into::into);
    let ties = concepts.iter().map(|concept| Tie { concept: *concept, how: How::Name }).collect();
    Item { kind, id, owner: 0, label: besides, cells, active, since: None, until: None, ties }
}

fn projected(patient: i32, had: &[Had]) -> Projected {
    let of_patient = SHAPES.kinds().iter().find(|kind| kind.is_patient()).unwrap();
    let cells = vec![None; of_patient.shape().props.len()];
    let own = Item { kind: *of_patient, label: None, cells, ..entry(0, patient, None, true, &[]) };
    let entries = (1..).zip(had).map(|(at, (kind, name, active, concepts))| {
        entry(*kind, patient.wrapping_mul(50).wrapping_add(at), name.map(|name| NAMES[name]), *active, concepts)
    });
    let entries = if had.is_empty() { Vec::new() } else { std::iter::once(own).chain(entries).collect() };
    Projected { patient, entries, clinical: Vec::new(), abouts: Vec::new(), pointers: Vec::new() }
}

impl Everybody {
    /// What a patient has from now on.
    fn change(&mut self, random: &mut Random, patient: i32) -> Projected {
        // As often as not the same as before, but for one entry.
        let mut had = self.0.remove(&patient).unwrap_or_default();
        match random.below(4) {
            0 => had.clear(),
            1 if !had.is_empty() => drop(had.remove(random.below(had.len()))),
            2 if !had.is_empty() => {
                let at = random.below(had.len());
                had[at].2 = !had[at].2;
            }
            _ => {}
        }
        for _ in 0..random.below(4) {
            let kind = random.below(KINDS.len());
            let name = (random.below(9) > 0).then(|| random.below(NAMES.len()));
            let mut concepts: Vec<i32> = Vec::new();
            if KINDS[kind].2.is_some() {
                // The first concepts are common, the last rare.
                for _ in 0..random.below(3) {
                    let most = random.below(6) + 1;
                    concepts.push(KINDS[kind].3 + random.below(most) as i32);
                }
            }
            concepts.sort_unstable();
            concepts.dedup();
            had.push((kind, name, random.below(3) > 0, concepts));
        }
        let projected = projected(patient, &had);
        if !had.is_empty() {
            self.0.insert(patient, had);
        }
        projected
    }

    /// Who has this: each is looked at.
    fn with(&self, having: &Having) -> Vec<i32> {
        let is = |(kind, name, active, concepts): &Had| {
            let named = name.is_some_and(|name| Some(&KEYS[name]) == having.name_key.as_ref());
            KINDS[*kind].2 == Some(having.role)
                && (*active || !having.active)
                && (named || concepts.iter().any(|concept| having.concepts.contains(concept)))
        };
        self.0.iter().filter(|(_, had)| had.iter().any(is)).map(|(patient, _)| *patient).collect()
    }

    /// The weights of a patient's concepts.
    fn concepts(had: &[Had]) -> BTreeMap<i32, i64> {
        let weighed = had.iter().flat_map(|(kind, _, _, concepts)| {
            let weight = weight(SHAPES.labelled(KINDS[*kind].0).unwrap());
            concepts.iter().map(move |concept| (*concept, weight))
        });
        weighed.collect()
    }

    /// Who has something in common with a patient: each is compared.
    fn similar(&self, patient: i32) -> (Asked, Vec<Similar>) {
        let own = Everybody::concepts(&self.0[&patient]);
        let mut entries: BTreeMap<i32, i64> = BTreeMap::new();
        for concept in self.0.values().flatten().flat_map(|(.., concepts)| concepts) {
            *entries.entry(*concept).or_default() += 1;
        }
        let found = self.0.iter().filter(|(other, _)| **other != patient).filter_map(|(other, had)| {
            let theirs = Everybody::concepts(had);
            let shared = own.iter().filter(|(concept, _)| theirs.contains_key(concept) && entries[concept] <= COMMON);
            let shared: i64 = shared.map(|(_, weight)| weight).sum();
            let weight = theirs.values().sum();
            let concepts = theirs.into_keys().collect();
            (shared > 0).then_some(Similar { patient, other: *other, shared, theirs: weight, concepts })
        });
        let found = found.collect();
        let weight = own.values().sum();
        (Asked { patient, concepts: own.into_iter().collect(), weight }, found)
    }
}

async fn same(store: &Embedded, everybody: &Everybody, random: &mut Random) {
    let mut found = 0;
    for (role, first) in KINDS.iter().filter_map(|(_, _, role, first)| Some(((*role)?, *first))) {
        for concepts in
            [vec![], vec![first], vec![first + 5], (first..first + 6).rev().collect(), vec![99, first + 1, first + 1]]
        {
            for name_key in [None, Some("cough"), Some("hayfever"), Some(""), Some("nothing")] {
                for active in [true, false] {
                    let name_key = name_key.map(str::to_owned);
                    let having = Having { role, concepts: concepts.clone(), name_key, active };
                    let expected = everybody.with(&having);
                    assert_eq!(store.patients_with(&having, u32::MAX).await.unwrap(), expected, "{having:?}");
                    found += expected.len();
                    for most in [0, expected.len().saturating_sub(1), expected.len()] {
                        let some = store.patients_with(&having, most as u32).await.unwrap();
                        assert_eq!(some, expected[..expected.len().min(most + 1)], "{having:?} {most}");
                    }
                }
            }
        }
    }
    assert!(found > everybody.0.len());
    let patients: Vec<i32> = everybody.0.keys().copied().collect();
    for _ in 0..3 {
        let (asked, expected) = everybody.similar(patients[random.below(patients.len())]);
        let mut similar = store.similar(&[asked], None, 100_000).await.unwrap();
        similar.sort_by_key(|similar| similar.other);
        assert_eq!(similar, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patients_are_found_as_if_each_was_looked_at() {
    let (mut random, mut everybody, store) = (Random(16), Everybody::default(), Embedded::default());
    assert!(
        store
            .patients_with(&Having { role: Role::Had, concepts: vec![20], name_key: None, active: true }, 9)
            .await
            .is_err()
    );
    // So many that a feature has more than one run of patients.
    for (round, patients) in [12_000, 9].into_iter().enumerate() {
        let mut index = Index::new(&SHAPES);
        everybody.0.clear();
        for patient in -3..patients {
            index.put(&everybody.change(&mut random, patient * 5));
        }
        store.replace(index);
        same(&store, &everybody, &mut random).await;
        for _ in 0..3 - round {
            // Some who are there, some who are new, at both ends and in between.
            for _ in 0..200 {
                let patient = random.below(patients as usize * 5 + 40) as i32 - 30;
                store.put(&[everybody.change(&mut random, patient)]);
            }
            for patient in [i32::MIN + 1, i32::MAX] {
                store.put(&[everybody.change(&mut random, patient)]);
            }
            same(&store, &everybody, &mut random).await;
        }
    }
    // Nothing is left of those who are gone.
    for patient in everybody.0.keys() {
        store.put(&[projected(*patient, &[])]);
    }
    for role in [Role::Reported, Role::Had, Role::Taken] {
        let having = Having { role, concepts: (0..50).collect(), name_key: Some("cough".into()), active: false };
        assert_eq!(store.patients_with(&having, 9).await.unwrap(), [0; 0]);
    }
    assert_eq!(store.counts().await.unwrap().patients, 0);
}

#[tokio::test]
async fn a_concept_is_common_by_the_entries_that_name_it_now() {
    let had = |entries: usize| -> Vec<Had> { vec![(0, Some(0), true, vec![10]); entries] };
    let store = Embedded::default();
    store.replace(Index::new(&SHAPES));
    // One patient names it in two entries.
    let patients = i32::try_from(COMMON).unwrap() - 1;
    let put = |patient, entries| store.put(&[projected(patient, &had(entries))]);
    (1..=patients).for_each(|patient| put(patient, if patient == 7 { 2 } else { 1 }));
    let asked = [Asked { patient: 1, concepts: vec![(10, 1)], weight: 1 }];
    let similar = async || store.similar(&asked, None, 5_000).await.unwrap().len();
    let others = patients as usize - 1;
    assert_eq!(similar().await, others);
    for (patient, entries, expected) in
        [(9, 2, 0), (7, 1, others), (patients + 1, 1, 0), (patients + 1, 0, others), (7, 3, 0), (7, 0, others - 1)]
    {
        put(patient, entries);
        assert_eq!(similar().await, expected, "patient {patient} with {entries}");
    }
    let once: BTreeSet<i32> = store
        .patients_with(&Having { role: Role::Reported, concepts: vec![10], name_key: None, active: true }, 5_000)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(once.len(), others);
}
