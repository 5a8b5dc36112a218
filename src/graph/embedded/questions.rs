//! What the graph in this process answers.

use super::{
    Block, Embedded, Index, Keyed, Link, Small,
    care::{Crossings, Spans},
    features::Havers,
    walk::Question,
};
use crate::{
    error::Result,
    graph::{
        self, Asked, At, COMMON, Clinical, ClinicalEntry, Counts, Crossing, DRAWN, Drawing, Entry, Having, OfSpan,
        REASONS, Similar, Span, Store, Target,
        projection::weight,
        shape::{INDICATES_CONDITION, INSTANCE_OF, Role, TREATS_CONDITION},
    },
    terminology::knowledge::Tie,
};
use futures_util::{FutureExt, future::BoxFuture};
use std::collections::{BTreeMap, HashMap, HashSet};

impl Index {
    fn entry(&self, entry: &Small) -> Option<Entry> {
        Some(Entry { kind: self.kind(entry)?, id: entry.id, name: self.names.get(entry.name).cloned() })
    }

    pub(super) fn clinical_of(&self, patient: i32, block: &Block, link: &Link) -> Option<Clinical> {
        Some(Clinical {
            patient,
            from: self.entry(block.entries.get(usize::from(link.from))?)?,
            to: self.entry(block.entries.get(usize::from(link.to))?)?,
            because: self.reasons.get(link.because)?.clone(),
        })
    }

    /// About how much there is of a patient.
    pub(super) fn weight(&self, patient: i32) -> usize {
        self.patients.get(&patient).map_or(0, |block| block.entries.len() + block.ties.len() + block.clinical.len())
    }

    fn keys_at(&self, at: At) -> &Keyed<i32> {
        match at {
            At::Symptom => &self.symptoms,
            At::Medication => &self.medications,
            At::Indicated | At::Treated => &self.conditions,
        }
    }
}

/// Clinical relationships at entries: the keys of one patient are an item.
struct Ends {
    at: At,
    first: usize,
}

impl Ends {
    fn items(&self, index: &Index, keys: &[i32]) -> Vec<(i32, Vec<i32>)> {
        let mut of: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
        for key in keys {
            if let Some(patient) = index.keys_at(self.at).get(key) {
                of.entry(*patient).or_default().push(*key);
            }
        }
        of.into_iter().collect()
    }

    /// For each key the places of the pairs at it: the key's own, the other's.
    fn pairs(&self, index: &Index, block: &Block, keys: &[i32]) -> BTreeMap<i32, Vec<(u16, u16)>> {
        let role = match self.at {
            At::Symptom => Role::Reported,
            At::Medication => Role::Taken,
            At::Indicated | At::Treated => Role::Had,
        };
        let wanted: HashSet<i32> = keys.iter().copied().collect();
        let is_wanted = |entry: &Small| wanted.contains(&entry.id) && index.role(entry) == Some(role);
        let mut found: BTreeMap<i32, Vec<(u16, u16)>> = BTreeMap::new();
        match self.at {
            At::Symptom | At::Medication => {
                for (place, entry) in (0..).zip(&block.entries).filter(|(_, entry)| is_wanted(entry)) {
                    let links = block.starting(place).chunk_by(|a, b| a.to == b.to).filter_map(|same| same.first());
                    found.entry(entry.id).or_default().extend(links.map(|link| (place, link.to)));
                }
            }
            At::Indicated | At::Treated => {
                for link in block.pairs().filter(|link| link.treats == (self.at == At::Treated)) {
                    if let Some(entry) = block.condition(link.to).filter(|entry| is_wanted(entry)) {
                        found.entry(entry.id).or_default().push((link.to, link.from));
                    }
                }
            }
        }
        found
    }
}

impl Question<Clinical> for Ends {
    type Item = (i32, Vec<i32>);
    fn weight(&self, index: &Index, (patient, _): &Self::Item) -> usize {
        index.weight(*patient)
    }
    fn visit(&self, index: &Index, (patient, keys): Self::Item, found: &mut Vec<Clinical>) {
        let Some(block) = index.patients.get(&patient) else { return };
        for mut pairs in self.pairs(index, block, &keys).into_values() {
            pairs.sort_by_key(|(_, other)| block.entries.get(usize::from(*other)).map(|other| other.id));
            for (own, other) in pairs.into_iter().take(self.first) {
                let (from, to) = match self.at {
                    At::Symptom | At::Medication => (own, other),
                    At::Indicated | At::Treated => (other, own),
                };
                let links = block.between(from, to).iter().take(REASONS);
                found.extend(links.filter_map(|link| index.clinical_of(patient, block, link)));
            }
        }
    }
}

impl Question<(i32, u32)> for Ends {
    type Item = (i32, Vec<i32>);
    fn weight(&self, index: &Index, (patient, _): &Self::Item) -> usize {
        index.weight(*patient)
    }
    fn visit(&self, index: &Index, (patient, keys): Self::Item, found: &mut Vec<(i32, u32)>) {
        let Some(block) = index.patients.get(&patient) else { return };
        let counts = self.pairs(index, block, &keys).into_iter().filter(|(_, pairs)| !pairs.is_empty());
        found.extend(counts.map(|(key, pairs)| (key, pairs.len() as u32)));
    }
}

/// A patient's own entries.
struct Owned;

impl Question<ClinicalEntry> for Owned {
    type Item = i32;
    fn weight(&self, index: &Index, patient: &i32) -> usize {
        index.weight(*patient)
    }
    fn visit(&self, index: &Index, patient: i32, found: &mut Vec<ClinicalEntry>) {
        let Some(block) = index.patients.get(&patient) else { return };
        let taken = |link: &Link| block.entries.get(usize::from(link.from)).is_some_and(|from| from.active);
        let treated: HashSet<u16> =
            block.pairs().filter(|link| link.treats && taken(link)).map(|link| link.to).collect();
        for (at, entry) in (0..).zip(&block.entries) {
            let covered = match index.role(entry) {
                Some(Role::Reported | Role::Taken) => !block.starting(at).is_empty(),
                Some(Role::Had) => treated.contains(&at),
                None => continue,
            };
            let Some(named) = index.entry(entry) else { continue };
            let mut ties: Vec<Tie> = block.ties_of(at).iter().map(|(_, tie)| *tie).collect();
            ties.sort_unstable();
            found.push(ClinicalEntry {
                patient,
                entry: named,
                active: entry.active,
                since: entry.since.get(),
                until: entry.until.get(),
                ties,
                covered,
            });
        }
    }
}

impl Block {
    fn ties_of(&self, at: u16) -> &[(u16, Tie)] {
        let start = self.ties.partition_point(|(of, _)| *of < at);
        let end = self.ties.partition_point(|(of, _)| *of <= at);
        self.ties.get(start..end).unwrap_or_default()
    }
}

/// Patients who have much in common with a patient.
struct Alike {
    visible: Option<HashSet<i32>>,
    first: usize,
}

impl Question<Similar> for Alike {
    type Item = Asked;
    fn weight(&self, index: &Index, asked: &Asked) -> usize {
        let entries = asked.concepts.iter().map(|(concept, _)| index.features.entries(*concept));
        entries.filter(|entries| *entries <= COMMON).sum::<i64>() as usize
    }
    fn visit(&self, index: &Index, asked: Asked, found: &mut Vec<Similar>) {
        let mut shared: HashMap<i32, i64> = HashMap::new();
        for (concept, weight) in &asked.concepts {
            if index.features.entries(*concept) <= COMMON {
                let patients = index.features.naming(*concept).into_iter();
                for patient in patients.filter(|patient| *patient != asked.patient) {
                    *shared.entry(patient).or_default() += weight;
                }
            }
        }
        let visible = |other: &i32| self.visible.as_ref().is_none_or(|visible| visible.contains(other));
        let weighed = shared.into_iter().filter(|(other, _)| visible(other)).filter_map(|(other, shared)| {
            let concepts = concepts_of(index, index.patients.get(&other)?);
            let (theirs, concepts) = (concepts.values().sum(), concepts.into_keys().collect());
            Some(Similar { patient: asked.patient, other, shared, theirs, concepts })
        });
        let mut alike: Vec<Similar> = Vec::new();
        let best = |a: &Similar, b: &Similar| {
            graph::share(&asked, b).total_cmp(&graph::share(&asked, a)).then(a.other.cmp(&b.other))
        };
        for similar in weighed {
            alike.push(similar);
            // No more is kept than twice what is asked for.
            if alike.len() >= 2 * self.first.max(64) {
                alike.sort_by(best);
                alike.truncate(self.first);
            }
        }
        alike.sort_by(best);
        alike.truncate(self.first);
        found.extend(alike);
    }
}

/// A patient's concepts with their weights.
fn concepts_of(index: &Index, block: &Block) -> BTreeMap<i32, i64> {
    let weighed =
        |(at, tie): &(u16, Tie)| Some((tie.concept, weight(index.kind(block.entries.get(usize::from(*at))?)?)));
    block.ties.iter().filter_map(weighed).collect()
}

/// Patients' sub-graphs, to draw.
struct Drawings {
    most: usize,
}

impl Question<Drawing> for Drawings {
    type Item = i32;
    fn weight(&self, index: &Index, patient: &i32) -> usize {
        index.weight(*patient)
    }
    fn visit(&self, index: &Index, patient: i32, found: &mut Vec<Drawing>) {
        let Some(block) = index.patients.get(&patient) else { return };
        let shown = block.entries.get(..self.most).unwrap_or(&block.entries);
        let mut drawing = Drawing { patient, cut: shown.len() < block.entries.len(), ..Drawing::default() };
        let key = |at: u16| block.entries.get(usize::from(at)).and_then(|entry| Some((index.kind(entry)?, entry.id)));
        for (at, entry) in (0..).zip(shown) {
            let (Some(own), Some(named)) = (key(at), index.entry(entry)) else { continue };
            drawing.nodes.push((named, index.label(entry)));
            index.refer(block, at, own, &mut drawing);
            for bond in own.0.shape().bonds {
                let from = if bond.from_patient { key(0) } else { key(entry.owner) };
                drawing.links.extend(from.map(|from| (from, bond.name, Target::Own(own.0, own.1))));
            }
            drawing
                .links
                .extend(block.ties_of(at).iter().map(|(_, tie)| (own, INSTANCE_OF, Target::Concept(tie.concept))));
            // One relationship for each fact behind it; a drawing shows it once.
            let links = block.starting(at).chunk_by(|a, b| a.to == b.to).filter_map(|same| same.first());
            let mut links: Vec<_> = links.filter_map(|link| Some((key(link.to)?, link.treats))).collect();
            links.sort_unstable();
            drawing.cut |= links.len() > DRAWN;
            drawing.links.extend(links.into_iter().take(DRAWN).map(|((kind, id), treats)| {
                (own, if treats { TREATS_CONDITION } else { INDICATES_CONDITION }, Target::Own(kind, id))
            }));
            let abouts = block.abouts.iter().filter(|(from, ..)| *from == at);
            let mut abouts: Vec<_> = abouts.filter_map(|(_, to, name)| Some((key(*to)?, *name))).collect();
            drawing.cut |= abouts.len() > DRAWN;
            abouts.truncate(DRAWN);
            drawing.links.extend(abouts.into_iter().map(|((kind, id), name)| (own, name, Target::Own(kind, id))));
        }
        drawing.once();
        found.push(drawing);
    }
}

impl Store for Embedded {
    fn clinical<'a>(&'a self, at: At, keys: &'a [i32], first: u32) -> BoxFuture<'a, Result<Vec<Clinical>>> {
        async move {
            let question = Ends { at, first: first as usize };
            let items = self.look(|index| question.items(index, keys))?;
            self.ask(question, items).await
        }
        .boxed()
    }
    fn clinical_counts<'a>(&'a self, at: At, keys: &'a [i32]) -> BoxFuture<'a, Result<Vec<(i32, u32)>>> {
        async move {
            let question = Ends { at, first: 0 };
            let items = self.look(|index| question.items(index, keys))?;
            self.ask(question, items).await
        }
        .boxed()
    }
    fn crossings<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<Crossing>>> {
        self.ask(Crossings, patients.to_vec()).boxed()
    }
    fn care_paths<'a>(&'a self, spans: &'a [Span]) -> BoxFuture<'a, Result<Vec<OfSpan>>> {
        let placed: Vec<(usize, Span)> = spans.iter().copied().enumerate().collect();
        let items = placed.chunk_by(|(_, a), (_, b)| a.patient == b.patient).map(<[_]>::to_vec).collect();
        self.ask(Spans, items).boxed()
    }
    fn own<'a>(&'a self, patients: &'a [i32]) -> BoxFuture<'a, Result<Vec<ClinicalEntry>>> {
        self.ask(Owned, patients.to_vec()).boxed()
    }
    fn similar<'a>(
        &'a self,
        asked: &'a [Asked],
        visible: Option<&'a [i32]>,
        first: u32,
    ) -> BoxFuture<'a, Result<Vec<Similar>>> {
        let visible = visible.map(|visible| visible.iter().copied().collect());
        self.ask(Alike { visible, first: first as usize }, asked.to_vec()).boxed()
    }
    fn patients_with<'a>(&'a self, having: &'a Having, most: u32) -> BoxFuture<'a, Result<Vec<i32>>> {
        async move {
            let (question, runs) = self.look(|index| Havers::of(index, having, most))?;
            // Its own limit is `most`, and one that is too many is told by who asks.
            let mut found = self.finding(usize::MAX).ask(question, runs).await?;
            found.truncate(most as usize + 1);
            Ok(found)
        }
        .boxed()
    }
    fn drawing<'a>(&'a self, patients: &'a [i32], most: u32) -> BoxFuture<'a, Result<Vec<Drawing>>> {
        self.ask(Drawings { most: most as usize }, patients.to_vec()).boxed()
    }
    fn counts(&self) -> BoxFuture<'_, Result<Counts>> {
        std::future::ready(self.look(Index::counts)).boxed()
    }
}
