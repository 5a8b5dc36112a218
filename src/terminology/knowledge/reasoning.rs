//! What follows from facts taken together: chains of them, and conditions ranked by symptoms.

use super::{ConceptKind, Fact, FactKind, Knowledge};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque, hash_map::Entry};

/// A search for a path looks at no more concepts than this.
const MOST_VISITED: usize = 20_000;

/// A condition, and how well it goes with symptoms.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The condition.
    pub condition: i32,
    /// Above 0; 1 where the symptoms are exactly those that indicate it.
    pub score: f64,
    /// The given symptoms that indicate it, by id.
    pub by: Vec<i32>,
}

impl Knowledge {
    /// A shortest chain of at most `longest` facts between two concepts, each walked in either direction; with each,
    /// whether it was walked from its start to its end. Of several, always the same: at each concept facts are followed
    /// by kind, then by the concept at the other end, and what is reached first is followed first.
    pub fn path(&self, from: i32, to: i32, longest: usize) -> Option<Vec<(Fact, bool)>> {
        self.get(from)?;
        self.get(to)?;
        // Where each concept was reached from, and how.
        let mut reached: HashMap<i32, Option<(&Fact, bool)>> = HashMap::from([(from, None)]);
        let mut next = VecDeque::from([(from, 0)]);
        while let Some((at, length)) = next.pop_front() {
            if at == to {
                return Some(steps_to(to, &reached));
            }
            if length == longest || reached.len() > MOST_VISITED {
                continue;
            }
            let forwards = self.facts_from(at).iter().map(|fact| (fact.kind, fact.to, true, fact));
            let backwards = self.facts_to(at).map(|fact| (fact.kind, fact.from, false, fact));
            let mut around: Vec<(FactKind, i32, bool, &Fact)> = forwards.chain(backwards).collect();
            around.sort_by_key(|(kind, other, forwards, _)| (*kind, *other, !forwards));
            for (_, other, forwards, fact) in around {
                if let Entry::Vacant(new) = reached.entry(other) {
                    new.insert(Some((fact, forwards)));
                    next.push_back((other, length + 1));
                }
            }
        }
        None
    }

    /// The conditions that symptoms indicate, the best first, the smaller id first among equals.
    ///
    /// With *m* the summed weight ([`super::Concept::weight`]) of the given symptoms that indicate the condition, *p* that
    /// of all given symptoms and *c* the condition's weight, which is that of all symptoms that indicate it, the score is
    /// *m* / (*p* + (*c* − *m*) / 4). Rare symptoms weigh more than common ones; a symptom that the condition does not
    /// explain counts in full against it, one that it has and the patient has not counts a quarter, because few patients
    /// have them all.
    pub fn differential(&self, symptoms: &[i32], most: usize) -> Vec<Ranked> {
        let weight = |id: i32| self.get(id).map_or(0, |concept| concept.weight);
        let is_symptom = |id: &i32| self.get(*id).is_some_and(|concept| concept.kind == ConceptKind::Symptom);
        let given: BTreeSet<i32> = symptoms.iter().copied().filter(is_symptom).collect();
        let of_given: i64 = given.iter().map(|symptom| weight(*symptom)).sum();
        let mut by: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
        for symptom in &given {
            for fact in self.facts_from(*symptom).iter().filter(|fact| fact.kind == FactKind::Indicates) {
                by.entry(fact.to).or_default().push(*symptom);
            }
        }
        let scored = by.into_iter().map(|(condition, by)| {
            let matching: i64 = by.iter().map(|symptom| weight(*symptom)).sum();
            // Both sides times four, so that the one division is the only step that rounds.
            let score = (4 * matching) as f64 / (4 * of_given + weight(condition) - matching) as f64;
            Ranked { condition, score, by }
        });
        let mut ranked: Vec<Ranked> = scored.collect();
        // The sort is stable, and they come by id.
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranked.truncate(most);
        ranked
    }
}

/// The steps that lead to a concept, the first one first.
fn steps_to(to: i32, reached: &HashMap<i32, Option<(&Fact, bool)>>) -> Vec<(Fact, bool)> {
    let mut steps = Vec::new();
    let mut at = to;
    while let Some(Some((fact, forwards))) = reached.get(&at) {
        steps.push(((*fact).clone(), *forwards));
        at = if *forwards { fact.from } else { fact.to };
    }
    steps.reverse();
    steps
}
