//! Which concepts a text names, and which it may mean.

use super::Tie;
use super::{Concept, ConceptKind, How, Knowledge};
use crate::terminology::names;
use std::{
    collections::{BTreeSet, HashMap},
    iter,
    sync::Arc,
};

/// An entry is tied to no more concepts than this.
const MOST_TIES: usize = 4;

/// How like a name a text must be to be taken for a misspelling of it (Jaro–Winkler).
const LIKENESS: f64 = 0.85;

type Names = HashMap<(ConceptKind, String), Vec<Tie>>;

#[derive(Debug)]
pub(super) struct Naming {
    /// By the form that names are compared in.
    exact: Names,
    /// By the same form in the singular.
    singular: Names,
    /// Ids of all concepts by name.
    by_name: Vec<i32>,
    /// Each word of each name, and the place of its concept in `by_name`.
    words: Vec<(String, usize)>,
}

impl Naming {
    pub(super) fn new(concepts: &[Concept]) -> Self {
        let mut in_order: Vec<(Vec<String>, &Concept)> =
            concepts.iter().map(|concept| (names::words(&concept.name), concept)).collect();
        in_order.sort_by(|a, b| (&a.0, a.1.id).cmp(&(&b.0, b.1.id)));
        let mut words = BTreeSet::new();
        for (place, (_, concept)) in in_order.iter().enumerate() {
            let all = named(concept).flat_map(|(_, name)| names::words(name));
            words.extend(all.map(|word| (word, place)));
        }
        Naming {
            exact: index(concepts, names::key),
            singular: index(concepts, names::singular_key),
            by_name: in_order.iter().map(|(_, concept)| concept.id).collect(),
            words: words.into_iter().collect(),
        }
    }
}

/// A concept's own name and its others.
fn named(concept: &Concept) -> impl Iterator<Item = (How, &str)> {
    iter::once((How::Name, &*concept.name)).chain(concept.names.iter().map(|(how, name)| (*how, &**name)))
}

/// The texts that a name is also found by, the surest first, and how that counts.
fn spellings(kind: ConceptKind, text: &str) -> impl Iterator<Item = (How, String)> {
    let ingredient = (kind == ConceptKind::Drug).then(|| names::ingredient(text));
    iter::once((How::Name, text.to_owned()))
        .chain(names::inverted(text).map(|turned| (How::Inverted, turned)))
        .chain(ingredient.into_iter().flatten().map(|bare| (How::Ingredient, bare)))
}

fn index(concepts: &[Concept], form: fn(&str) -> String) -> Names {
    let mut index = Names::new();
    for concept in concepts {
        for (how, name) in named(concept) {
            // A code is itself alone.
            let spelled = spellings(concept.kind, name).take(if how == How::Code { 1 } else { usize::MAX });
            for (by, text) in spelled {
                let key = form(&text);
                if !key.is_empty() {
                    index.entry((concept.kind, key)).or_default().push(Tie { concept: concept.id, how: how.max(by) });
                }
            }
        }
    }
    for ties in index.values_mut() {
        ties.sort_by_key(|tie| (tie.concept, tie.how));
        ties.dedup_by_key(|tie| tie.concept);
    }
    index
}

impl Knowledge {
    /// The concepts that a text names: in each catalog those that it names in the surest way that finds any there. The
    /// surest come first, and there are four at most.
    pub fn named(&self, kind: ConceptKind, text: &str) -> Vec<Tie> {
        let mut found: Vec<(&str, Tie)> = Vec::new();
        for (names, form) in
            [(&self.naming.exact, names::key as fn(&str) -> String), (&self.naming.singular, names::singular_key)]
        {
            for (by, spelling) in spellings(kind, text) {
                let Some(ties) = names.get(&(kind, form(&spelling))) else { continue };
                let ties = ties.iter().map(|tie| Tie { concept: tie.concept, how: tie.how.max(by) });
                let ties: Vec<(&str, Tie)> =
                    ties.filter_map(|tie| Some((&*self.get(tie.concept)?.catalog, tie))).collect();
                let surest = |catalog: &str| ties.iter().filter(|(of, _)| *of == catalog).map(|(_, tie)| tie.how).min();
                // A catalog that a surer spelling found something in has answered.
                let answered: BTreeSet<&str> = found.iter().map(|(catalog, _)| *catalog).collect();
                let fresh = ties.iter().filter(|(of, tie)| !answered.contains(of) && surest(of) == Some(tie.how));
                found.extend(fresh.copied());
            }
        }
        let mut found: Vec<Tie> = found.into_iter().map(|(_, tie)| tie).collect();
        found.sort_by_key(|tie| (tie.how, tie.concept));
        found.truncate(MOST_TIES);
        found
    }

    /// The concepts whose names hold words that begin with each word of a text: first those that it names exactly, then by
    /// name. A text without words finds all.
    pub fn search(&self, kind: ConceptKind, text: &str, most: usize) -> Vec<i32> {
        let all = || (0..self.naming.by_name.len()).collect::<BTreeSet<usize>>();
        let found = names::words(text).iter().map(|word| self.beginning_with(word)).reduce(|a, b| &a & &b);
        let exact = self.naming.exact.get(&(kind, names::key(text)));
        let is_exact = |id: i32| exact.is_some_and(|ties| ties.iter().any(|tie| tie.concept == id));
        let found = found.unwrap_or_else(all).into_iter().filter_map(|place| self.naming.by_name.get(place).copied());
        let mut found: Vec<i32> =
            found.filter(|id| self.get(*id).is_some_and(|concept| concept.kind == kind)).collect();
        found.sort_by_key(|id| !is_exact(*id));
        found.truncate(most);
        found
    }

    /// The places in `by_name` of concepts with a word that begins like this.
    fn beginning_with(&self, prefix: &str) -> BTreeSet<usize> {
        let start = self.naming.words.partition_point(|(word, _)| word.as_str() < prefix);
        let those = self.naming.words.iter().skip(start).take_while(|(word, _)| word.starts_with(prefix));
        those.map(|(_, place)| *place).collect()
    }

    /// Names that a text may be a misspelling of, the most alike first.
    pub fn similar_names(&self, kind: ConceptKind, text: &str, most: usize) -> Vec<Arc<str>> {
        let key = names::key(text);
        let mut alike: Vec<(f64, &Arc<str>)> = Vec::new();
        for concept in self.concepts().iter().filter(|concept| concept.kind == kind) {
            let others = concept.names.iter().filter(|(how, _)| *how != How::Code).map(|(_, name)| name);
            let scored = iter::once(&concept.name).chain(others);
            let scored = scored.map(|name| (strsim::jaro_winkler(&key, &names::key(name)), name));
            alike.extend(scored.filter(|(score, _)| *score >= LIKENESS));
        }
        alike.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
        alike.dedup_by(|a, b| a.1 == b.1);
        alike.into_iter().take(most).map(|(_, name)| name.clone()).collect()
    }
}
