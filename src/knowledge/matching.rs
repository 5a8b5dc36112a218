//! Pairs of a patient's entries whose concepts a fact of the catalogs ties together. Whoever has three thousand medicines has millions of
//! pairs: they are counted by concept, and made one medicine at a time.

use crate::{
    graph::{ClinicalEntry, Entry, shape::Role},
    graphql::made::made,
    terminology::knowledge::{Fact, FactKind, Knowledge, Tie},
};
use chrono::NaiveDate;
use std::collections::HashMap;

/// Two entries of a patient whose concepts a fact ties together.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) from: Entry,
    pub(super) to: Entry,
    pub(super) ties: (Tie, Tie),
    pub(super) fact: Fact,
}

made! {
    Finding {
        /// The source of the fact.
        "source": String = |finding| finding.fact.source.to_string();
        /// The evidence that the source gives for the fact.
        "evidence": Option<String> = |finding| finding.fact.evidence.as_deref().map(str::to_owned);
    }
}

/// Which entries are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Medicines with symptoms that were reported while they were taken.
    SideEffect,
    /// Medicines that are taken with each other.
    Interaction,
    /// Medicines that are taken with active conditions.
    Contraindication,
}

/// A patient's entries, laid beside each other.
pub(super) struct Matching<'a> {
    knowledge: &'a Knowledge,
    rule: Rule,
    /// The medicines.
    pub(super) from: Vec<&'a ClinicalEntry>,
    /// What they are compared with.
    to: Vec<&'a ClinicalEntry>,
    /// By concept: the entries that name it, in their order, or of symptoms in that of their days.
    by_concept: HashMap<i32, Vec<Named>>,
}

/// An entry that names a concept.
struct Named {
    since: Option<NaiveDate>,
    /// Its place, and that of the tie among its own.
    place: (usize, usize),
}

impl<'a> Matching<'a> {
    pub(super) fn of(knowledge: &'a Knowledge, rule: Rule, own: &'a [ClinicalEntry]) -> Self {
        let some = |role: Role, active: bool| {
            own.iter()
                .filter(move |own| own.entry.kind.role() == Some(role) && (own.active || !active))
                .collect::<Vec<_>>()
        };
        let (from, to) = match rule {
            Rule::SideEffect => (some(Role::Taken, false), some(Role::Reported, false)),
            Rule::Interaction => (some(Role::Taken, true), some(Role::Taken, true)),
            Rule::Contraindication => (some(Role::Taken, true), some(Role::Had, true)),
        };
        let mut by_concept: HashMap<i32, Vec<Named>> = HashMap::new();
        for (at, own) in to.iter().enumerate() {
            for (nth, tie) in own.ties.iter().enumerate() {
                by_concept.entry(tie.concept).or_default().push(Named { since: own.since, place: (at, nth) });
            }
        }
        if rule == Rule::SideEffect {
            by_concept.values_mut().for_each(|named| named.sort_by_key(|named| named.since));
        }
        Matching { knowledge, rule, from, to, by_concept }
    }

    /// For each tie of a medicine, each fact that starts there, and the entries at the other end.
    fn facts(&self, at: usize) -> impl Iterator<Item = (usize, &'a Fact, &[Named])> {
        let drug = self.from.get(at).copied();
        let ties = drug.into_iter().flat_map(|drug| drug.ties.iter().enumerate());
        ties.flat_map(move |(nth, tie)| {
            let kind = match self.rule {
                Rule::SideEffect => FactKind::Causes,
                Rule::Interaction => FactKind::InteractsWith,
                Rule::Contraindication => FactKind::ContraindicatedFor,
            };
            let from = self.knowledge.facts_from(tie.concept).iter().map(|fact| (fact, fact.to));
            // A fact that has no direction is kept from the smaller key to the larger.
            let back = self.knowledge.facts_to(tie.concept).map(|fact| (fact, fact.from));
            let back = back.filter(move |(fact, _)| kind.is_mutual() && fact.from != fact.to);
            from.chain(back).filter(move |(fact, _)| fact.kind == kind).filter_map(move |(fact, other)| {
                let named = self.some(at, drug?, self.by_concept.get(&other)?);
                (!named.is_empty()).then_some((nth, fact, named))
            })
        })
    }

    /// Of the entries that name a concept those that are compared with a medicine.
    fn some<'n>(&self, at: usize, drug: &ClinicalEntry, named: &'n [Named]) -> &'n [Named] {
        let (start, end) = match (self.rule, drug.since) {
            (Rule::Contraindication, _) => (0, named.len()),
            (Rule::Interaction, _) => (named.partition_point(|named| named.place.0 <= at), named.len()),
            (Rule::SideEffect, None) => (0, 0),
            (Rule::SideEffect, since) => {
                let end = match drug.until {
                    Some(until) => named.partition_point(|named| named.since <= Some(until)),
                    None => named.len(),
                };
                (named.partition_point(|named| named.since < since), end)
            }
        };
        named.get(start..end).unwrap_or_default()
    }

    /// How many findings there are of a medicine.
    pub(super) fn count(&self, at: usize) -> u64 {
        self.facts(at).map(|(_, _, named)| named.len() as u64).sum()
    }

    /// The findings of a medicine, by the order of the entries.
    pub(super) fn at(&self, at: usize) -> impl Iterator<Item = Finding> {
        let mut found: Vec<((usize, usize, usize), &Fact)> = Vec::new();
        for (nth, fact, named) in self.facts(at) {
            found.extend(named.iter().map(|named| ((named.place.0, nth, named.place.1), fact)));
        }
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().filter_map(move |((to, ours, theirs), fact)| {
            let (drug, other) = (self.from.get(at)?, self.to.get(to)?);
            let ties = (*drug.ties.get(ours)?, *other.ties.get(theirs)?);
            Some(Finding { from: drug.entry.clone(), to: other.entry.clone(), ties, fact: fact.clone() })
        })
    }
}
