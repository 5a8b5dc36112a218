//! Care paths: a patient's symptoms and medications meet at conditions. They are counted and picked by runs, and never all of them made.

use super::{Block, Day, Index, Link, Small, walk::Question};
use crate::graph::{CarePath, Clinical, Crossing, OfSpan, REASONS, Span};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// The conditions where care paths meet.
pub(super) struct Crossings;

impl Question<Crossing> for Crossings {
    type Item = i32;
    fn weight(&self, index: &Index, patient: &i32) -> usize {
        index.weight(*patient)
    }
    fn visit(&self, index: &Index, patient: i32, found: &mut Vec<Crossing>) {
        let Some(block) = index.patients.get(&patient) else { return };
        let mut at: BTreeMap<u16, [u32; 3]> = BTreeMap::new();
        for link in block.pairs() {
            let place = match (link.treats, block.entries.get(usize::from(link.from)).is_some_and(|from| from.active)) {
                (false, _) => 0,
                (true, true) => 1,
                (true, false) => 2,
            };
            let counts = at.entry(link.to).or_default();
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
        found.extend(at.into_iter().filter_map(|(to, [symptoms, taken, stopped])| {
            let condition = block.entries.get(usize::from(to)).filter(|_| symptoms > 0 && taken + stopped > 0)?;
            let (active, since) = (condition.active, condition.since.get());
            Some(Crossing { patient, condition: condition.id, active, since, symptoms, taken, stopped })
        }));
    }
}

/// The care paths of spans: all those of one patient are an item, each with its place.
pub(super) struct Spans;

impl Question<OfSpan> for Spans {
    type Item = Vec<(usize, Span)>;
    fn weight(&self, index: &Index, spans: &Self::Item) -> usize {
        spans.first().map_or(0, |(_, span)| index.weight(span.patient))
    }
    fn visit(&self, index: &Index, spans: Self::Item, found: &mut Vec<OfSpan>) {
        let Some((patient, block)) =
            spans.first().and_then(|(_, span)| Some((span.patient, index.patients.get(&span.patient)?)))
        else {
            return;
        };
        // Which conditions are asked for, and what meets there.
        let wanted: HashMap<i32, ()> = spans.iter().map(|(_, span)| (span.condition, ())).collect();
        let mut at: HashMap<i32, Meeting> = HashMap::new();
        for link in block.pairs() {
            let Some(condition) = block.condition(link.to).filter(|condition| wanted.contains_key(&condition.id))
            else {
                continue;
            };
            let Some(from) = block.entries.get(usize::from(link.from)) else { continue };
            let meeting = at.entry(condition.id).or_insert_with(|| Meeting { to: link.to, ..Meeting::default() });
            match (link.treats, from.active) {
                (false, _) => meeting.symptoms.push(link.from),
                (true, true) => meeting.taken.push(link.from),
                (true, false) => meeting.stopped.push(link.from),
            }
        }
        let latest = |place: &u16| {
            block.entries.get(usize::from(*place)).map(|entry| (Reverse(entry.since.or_never()), entry.id))
        };
        for meeting in at.values_mut() {
            meeting.symptoms.sort_by_key(latest);
            meeting.taken.sort_by_key(latest);
            meeting.stopped.sort_by_key(latest);
        }
        let reasons = |from: u16, to: u16, treats: bool| -> Arc<[Clinical]> {
            let links = block.between(from, to).iter().filter(|link| link.treats == treats).take(REASONS);
            links.filter_map(|link| index.clinical_of(patient, block, link)).collect()
        };
        for (place, span) in spans {
            let Some(meeting) = at.get(&span.condition) else { continue };
            let medications = if span.taken { &meeting.taken } else { &meeting.stopped };
            let Some(medication) = medications.get(span.medication as usize) else { continue };
            let treats = reasons(*medication, meeting.to, true);
            let to = meeting.symptoms.len().min(span.to as usize);
            let symptoms = meeting.symptoms.get(span.from as usize..to).unwrap_or_default();
            let path =
                |symptom: &u16| CarePath { indicates: reasons(*symptom, meeting.to, false), treats: treats.clone() };
            found.push((place, symptoms.iter().map(path).collect()));
        }
    }
}

/// What meets at a condition.
#[derive(Default)]
struct Meeting {
    to: u16,
    symptoms: Vec<u16>,
    taken: Vec<u16>,
    stopped: Vec<u16>,
}

impl Day {
    /// A number that is smallest where there is no day.
    fn or_never(self) -> i32 {
        self.0
    }
}

impl Block {
    /// The clinical relationships, one of each pair.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &Link> {
        let ends = |link: &Link| (link.from, link.to, link.treats);
        self.clinical.chunk_by(move |a, b| ends(a) == ends(b)).filter_map(|same| same.first())
    }

    /// The clinical relationships from one entry to another.
    pub(super) fn between(&self, from: u16, to: u16) -> &[Link] {
        let start = self.clinical.partition_point(|link| (link.from, link.to) < (from, to));
        let end = self.clinical.partition_point(|link| (link.from, link.to) <= (from, to));
        self.clinical.get(start..end).unwrap_or_default()
    }

    /// The clinical relationships that start at an entry.
    pub(super) fn starting(&self, from: u16) -> &[Link] {
        let start = self.clinical.partition_point(|link| link.from < from);
        let end = self.clinical.partition_point(|link| link.from <= from);
        self.clinical.get(start..end).unwrap_or_default()
    }

    pub(super) fn condition(&self, place: u16) -> Option<&Small> {
        self.entries.get(usize::from(place))
    }
}
