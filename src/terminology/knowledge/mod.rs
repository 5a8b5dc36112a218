//! What catalogs know, in memory: concepts, their names, and facts about pairs of them. Each gateway holds it, whatever
//! the graph store: a few thousand concepts that every projection and most questions look at.

mod load;
mod naming;
mod reasoning;
#[cfg(test)]
mod tests;

use crate::db::enumeration;
use naming::Naming;
pub use reasoning::Ranked;
use std::{collections::HashMap, sync::Arc};

enumeration! {
    /// The kind of a concept.
    ConceptKind {
        /// A symptom: what a patient feels or shows.
        Symptom "SYMPTOM" = "SYMPTOM",
        /// A condition: a disease or another state of health.
        Condition "CONDITION" = "CONDITION",
        /// A drug, by its generic name.
        Drug "DRUG" = "DRUG",
        /// A class of drugs.
        Class "CLASS" = "CLASS",
    }
}

enumeration! {
    /// How the wording of a record was recognised as a concept, the surest way first.
    How {
        /// The record has the concept's own name.
        Name "NAME" = "NAME",
        /// The record has the name turned around ("Pain, Postoperative").
        Inverted "INVERTED" = "INVERTED",
        /// The record has a synonym of the concept.
        Synonym "SYNONYM" = "SYNONYM",
        /// The record has a brand of the drug.
        Brand "BRAND" = "BRAND",
        /// The record has the drug's name with its salt, strength or form ("Metformin hydrochloride 500 mg").
        Ingredient "INGREDIENT" = "INGREDIENT",
        /// The record has the concept's code in a coding system.
        Code "CODE" = "CODE",
    }
}

/// That an entry's name names a concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tie {
    /// The concept.
    pub concept: i32,
    /// How the name was recognised.
    pub how: How,
}

enumeration! {
    /// The kind of a fact.
    FactKind {
        /// A symptom indicates a condition.
        Indicates "INDICATES" = "INDICATES",
        /// A drug treats a condition.
        Treats "TREATS" = "TREATS",
        /// A drug eases a condition without curing it.
        Palliates "PALLIATES" = "PALLIATES",
        /// A drug may cause a symptom as a side effect.
        Causes "CAUSES" = "CAUSES",
        /// A drug is contraindicated for a condition.
        ContraindicatedFor "CONTRAINDICATED_FOR" = "CONTRAINDICATED_FOR",
        /// Two drugs interact with each other; the fact starts from the concept with the smaller key.
        InteractsWith "INTERACTS_WITH" = "INTERACTS_WITH",
        /// Two conditions are easily mistaken for each other; the fact starts from the concept with the smaller key.
        Resembles "RESEMBLES" = "RESEMBLES",
        /// A drug belongs to a class of drugs.
        MemberOf "MEMBER_OF" = "MEMBER_OF",
    }
}

/// The spellings of an enum in the store and in graphs, which are those of GraphQL.
macro_rules! spelled {
    ($name:ident: $($value:ident),*) => {
        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$value),*];

            /// The spelling in the store and in answers.
            pub fn as_str(self) -> &'static str {
                self.name()
            }

            /// The value of a spelling.
            pub fn of(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == text)
            }
        }
    };
}
spelled!(ConceptKind: Symptom, Condition, Drug, Class);
spelled!(How: Name, Inverted, Synonym, Brand, Ingredient, Code);
spelled!(FactKind: Indicates, Treats, Palliates, Causes, ContraindicatedFor, InteractsWith, Resembles, MemberOf);

impl FactKind {
    /// What it starts from, and what it leads to.
    pub fn ends(self) -> (ConceptKind, ConceptKind) {
        use ConceptKind::{Class, Condition, Drug, Symptom};
        match self {
            FactKind::Indicates => (Symptom, Condition),
            FactKind::Treats | FactKind::Palliates | FactKind::ContraindicatedFor => (Drug, Condition),
            FactKind::Causes => (Drug, Symptom),
            FactKind::InteractsWith => (Drug, Drug),
            FactKind::Resembles => (Condition, Condition),
            FactKind::MemberOf => (Drug, Class),
        }
    }

    /// Whether it says the same in both directions, so that it is kept once, from the smaller concept key.
    pub fn is_mutual(self) -> bool {
        matches!(self, FactKind::InteractsWith | FactKind::Resembles)
    }
}

/// A concept.
#[derive(Debug, Clone)]
pub struct Concept {
    /// Its key in the relational store, which stays the same when its catalog is replaced.
    pub id: i32,
    /// What it is.
    pub kind: ConceptKind,
    /// The catalog that it comes from.
    pub catalog: Arc<str>,
    /// Its identifier there.
    pub code: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// A few words on it.
    pub description: Option<Arc<str>>,
    /// Its other names, and how a name that is recognised by one counts.
    pub names: Vec<(How, Arc<str>)>,
    /// How much it tells: of a symptom, thousandths of ln(1 + conditions of its catalog / conditions it indicates); of a
    /// condition the sum over the symptoms that indicate it; of others 0.
    pub weight: i64,
}

/// A fact about two concepts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// What it says.
    pub kind: FactKind,
    /// The concept it starts from.
    pub from: i32,
    /// The concept it leads to.
    pub to: i32,
    /// Who says so.
    pub source: Arc<str>,
    /// What it rests on.
    pub evidence: Option<Arc<str>>,
    /// Its weight in its catalog, where it has one.
    pub weight: Option<i32>,
}

/// A catalog that is loaded.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// Its name.
    pub source: Arc<str>,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// Its version.
    pub version: Arc<str>,
    /// Its licence.
    pub license: Option<Arc<str>>,
}

/// All that catalogs know, indexed. It never changes: a newer one takes its place as a whole.
#[derive(Debug)]
pub struct Knowledge {
    version: String,
    catalogs: Vec<Catalog>,
    /// By id.
    concepts: Vec<Concept>,
    /// By start, kind and end.
    facts: Vec<Fact>,
    /// The end of each fact and its place in `facts`, by end.
    ends: Vec<(i32, usize)>,
    naming: Naming,
}

impl Default for Knowledge {
    fn default() -> Self {
        Knowledge::empty()
    }
}

impl Knowledge {
    /// What is known where no catalog is loaded.
    pub fn empty() -> Self {
        Knowledge::new(load::digest(&[]), Vec::new(), Vec::new(), Vec::new())
    }

    /// Indexes concepts and facts, in any order. The weights of concepts are computed here, whatever they are given as. A
    /// fact about a concept that is not there is left out: rows are read table by table, and a catalog may be replaced
    /// between two of them, which the next look at the version notices.
    pub fn new(version: String, catalogs: Vec<Catalog>, mut concepts: Vec<Concept>, mut facts: Vec<Fact>) -> Self {
        concepts.sort_by_key(|concept| concept.id);
        concepts.dedup_by_key(|concept| concept.id);
        let known = |id: i32| position(&concepts, id).is_some();
        facts.retain(|fact| known(fact.from) && known(fact.to));
        facts.sort_by_key(|fact| (fact.from, fact.kind, fact.to));
        facts.dedup_by_key(|fact| (fact.from, fact.kind, fact.to));
        weigh(&mut concepts, &facts);
        let mut ends: Vec<(i32, usize)> = facts.iter().enumerate().map(|(at, fact)| (fact.to, at)).collect();
        ends.sort_unstable();
        let naming = Naming::new(&concepts);
        Knowledge { version, catalogs, concepts, facts, ends, naming }
    }

    /// A digest of what is loaded, that of [`Knowledge::version_of`] when it was read.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The catalogs, by name.
    pub fn catalogs(&self) -> &[Catalog] {
        &self.catalogs
    }

    /// Every concept, by id.
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// Every fact, by start, kind and end.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// A concept.
    pub fn get(&self, id: i32) -> Option<&Concept> {
        self.concepts.get(position(&self.concepts, id)?)
    }

    /// The facts that start at a concept, by kind and end.
    pub fn facts_from(&self, id: i32) -> &[Fact] {
        let start = self.facts.partition_point(|fact| fact.from < id);
        let end = self.facts.partition_point(|fact| fact.from <= id);
        self.facts.get(start..end).unwrap_or_default()
    }

    /// The facts that lead to a concept, by start and kind.
    pub fn facts_to(&self, id: i32) -> impl Iterator<Item = &Fact> {
        let start = self.ends.partition_point(|(to, _)| *to < id);
        let those = self.ends.iter().skip(start).take_while(move |(to, _)| *to == id);
        those.filter_map(|(_, at)| self.facts.get(*at))
    }

    /// One fact.
    pub fn fact(&self, kind: FactKind, from: i32, to: i32) -> Option<&Fact> {
        let facts = self.facts_from(from);
        let at = facts.binary_search_by_key(&(kind, to), |fact| (fact.kind, fact.to)).ok()?;
        facts.get(at)
    }
}

fn position(concepts: &[Concept], id: i32) -> Option<usize> {
    concepts.binary_search_by_key(&id, |concept| concept.id).ok()
}

/// Computes [`Concept::weight`]. A symptom that indicates nothing tells nothing.
fn weigh(concepts: &mut [Concept], facts: &[Fact]) {
    let mut conditions: HashMap<Arc<str>, u32> = HashMap::new();
    for concept in concepts.iter().filter(|concept| concept.kind == ConceptKind::Condition) {
        *conditions.entry(concept.catalog.clone()).or_default() += 1;
    }
    let indicated = facts.iter().filter(|fact| fact.kind == FactKind::Indicates);
    let mut indicates: HashMap<i32, u32> = HashMap::new();
    for fact in indicated.clone() {
        *indicates.entry(fact.from).or_default() += 1;
    }
    let mut weights: HashMap<i32, i64> = HashMap::new();
    for concept in concepts.iter().filter(|concept| concept.kind == ConceptKind::Symptom) {
        if let (Some(all), Some(some)) = (conditions.get(&concept.catalog), indicates.get(&concept.id)) {
            let told = (f64::from(*all) / f64::from(*some)).ln_1p();
            weights.insert(concept.id, (told * 1000.0).round() as i64);
        }
    }
    for fact in indicated {
        let told = weights.get(&fact.from).copied().unwrap_or_default();
        *weights.entry(fact.to).or_default() += told;
    }
    for concept in concepts {
        concept.weight = weights.get(&concept.id).copied().unwrap_or_default();
    }
}
