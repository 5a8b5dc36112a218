//! What a patient's own symptoms, conditions and medicines say when they are laid beside the catalogs: gaps, side effects,
//! interactions, contraindications, a differential. One question to the graph serves all of these fields of a request.

use super::{
    catalog::CONCEPT,
    path::{PATH, Path, no_args},
};
use crate::{
    db::Date,
    error::{Error, Result},
    graph::{
        self, Entry, Own, Tie,
        knowledge::{Concept, Fact, FactKind, Knowledge, Ranked},
        shape::Kind,
    },
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot, children},
        limits::Limits,
        made::{MadeRow, ToMany, ToOne, ToRow, ToRows, lists, made, rows_of},
        model::{Entity, Field, FieldDef, Loading, Object},
        relation::keys,
        types::{Arg, FieldType, Types},
    },
    medications::medication,
    records::medical_history,
    visits::symptom,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// The symptoms, conditions and medications of patients, by patient; asked for once a request.
pub(super) async fn own(cx: &Cx, mut patients: Vec<i32>) -> Result<Arc<HashMap<i32, Vec<Own>>>> {
    patients.sort_unstable();
    patients.dedup();
    let ask = async || {
        let mut of: HashMap<i32, Vec<Own>> = HashMap::new();
        for own in cx.graph.own(&patients).await? {
            of.entry(own.patient).or_default().push(own);
        }
        Ok(of)
    };
    cx.own.get(patients.clone(), ask).await
}

fn of(own: &[Own], kind: Kind) -> impl Iterator<Item = &Own> {
    own.iter().filter(move |own| own.entry.kind == kind)
}

/// Entries of a patient that nothing explains, treats or calls for.
pub struct Gaps {
    entity: &'static Entity,
    kind: Kind,
}

/// Symptoms that speak for no condition of the patient.
pub static UNEXPLAINED: Gaps = Gaps { entity: &symptom::ENTITY, kind: Kind::Symptom };
/// Active conditions that no medicine taken is for.
pub static UNTREATED: Gaps = Gaps { entity: &medical_history::ENTITY, kind: Kind::MedicalHistory };
/// Medicines taken that are for no condition of the patient.
pub static UNINDICATED: Gaps = Gaps { entity: &medication::ENTITY, kind: Kind::Medication };

impl Field for Gaps {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.entity(self.entity);
        FieldType::new(format!("[{}!]", self.entity.object.name))
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.entity.object)
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        3
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let patients = keys(&level, None);
            let own = own(cx, patients.iter().flatten().copied().collect()).await?;
            let open = |patient: &Option<i32>| -> Vec<i32> {
                let own = patient.and_then(|patient| own.get(&patient)).map(Vec::as_slice).unwrap_or_default();
                of(own, self.kind).filter(|own| own.active && !own.covered).map(|own| own.entry.id).collect()
            };
            let given = rows_of(cx, self.entity, patients.iter().map(open).collect()).await?;
            Ok(children(cx, &level, &slot, given).await)
        })
    }
}

/// Symptom, condition and medicine of one care path, with every pair of reasons that leads along it.
#[derive(Debug, Clone)]
struct Walk(Vec<graph::CarePath>);

impl Walk {
    fn key(&self, of: fn(&graph::CarePath) -> i32) -> Option<i32> {
        self.0.first().map(of)
    }
}

fn walked(knowledge: &Knowledge, (indicates, treats): &graph::CarePath) -> Path {
    Path::because(knowledge, indicates).and_back(Path::because(knowledge, treats))
}

made! { Walk {} }

static CARE_PATH: Object = Object {
    name: "CarePath",
    doc: "A symptom, a condition that the symptom indicates, and a medication for the condition, all of one patient.",
    is_node: false,
    of: None,
    scalars: Walk::SCALARS,
    fields: &[
        FieldDef {
            name: "symptom",
            doc: "The symptom that the care path starts from.",
            field: &ToRow { entity: &symptom::ENTITY, key: |path: &Walk| path.key(|(indicates, _)| indicates.from.id) },
        },
        FieldDef {
            name: "condition",
            doc: "The condition that the symptom indicates.",
            field: &ToRow {
                entity: &medical_history::ENTITY,
                key: |path: &Walk| path.key(|(indicates, _)| indicates.to.id),
            },
        },
        FieldDef {
            name: "medication",
            doc: "The medication that is for the condition.",
            field: &ToRow { entity: &medication::ENTITY, key: |path: &Walk| path.key(|(_, treats)| treats.from.id) },
        },
        FieldDef {
            name: "path",
            doc: "The path in the graph on which the answer rests.",
            field: &ToOne {
                object: &PATH,
                make: |path: &Walk, cx| Some(walked(&cx.graph.knowledge(), path.0.first()?)),
            },
        },
        FieldDef {
            name: "paths",
            doc: "All paths in the graph on which the answer rests; the first one is `path`.",
            field: &ToMany {
                object: &PATH,
                make: |path: &Walk, _, cx| {
                    let knowledge = cx.graph.knowledge();
                    Ok(path.0.iter().map(|reasons| walked(&knowledge, reasons)).collect())
                },
                args: no_args,
                expected: 2,
            },
        },
    ],
};

/// Symptom → condition → medicine.
pub struct CarePaths;

impl Field for CarePaths {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&CARE_PATH);
        FieldType::new(format!("[{}!]", CARE_PATH.name))
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&CARE_PATH)
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        10
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let patients = keys(&level, None);
            let mut asked: Vec<i32> = patients.iter().flatten().copied().collect();
            asked.sort_unstable();
            asked.dedup();
            let mut of: HashMap<i32, Vec<Walk>> = HashMap::new();
            let mut steps: BTreeMap<_, Vec<graph::CarePath>> = BTreeMap::new();
            for (indicates, treats) in cx.graph.care_paths(&asked).await? {
                let step = (indicates.patient, indicates.from.id, indicates.to.id, treats.from.id);
                steps.entry(step).or_default().push((indicates, treats));
            }
            for ((patient, ..), reasons) in steps {
                of.entry(patient).or_default().push(Walk(reasons));
            }
            let each = patients.iter().map(|key| key.and_then(|key| of.get(&key)).cloned().unwrap_or_default());
            Ok(children(cx, &level, &slot, lists(&CARE_PATH, each.collect())).await)
        })
    }
}

/// Two entries of a patient whose concepts a fact ties together.
#[derive(Debug, Clone)]
pub struct Finding {
    from: Entry,
    to: Entry,
    ties: (Tie, Tie),
    fact: Fact,
}

made! {
    Finding {
        /// The source of the fact.
        "source": String = |finding| finding.fact.source.to_string();
        /// The evidence that the source gives for the fact.
        "evidence": Option<String> = |finding| finding.fact.evidence.as_deref().map(str::to_owned);
    }
}

/// Every fact of a kind between the concepts of two entries.
fn between(knowledge: &Knowledge, kind: FactKind, from: &Own, to: &Own, found: &mut Vec<Finding>) {
    for a in &from.ties {
        for b in &to.ties {
            // A fact that has no direction is kept from the smaller key to the larger.
            let ends = match kind {
                FactKind::InteractsWith => (a.concept.min(b.concept), a.concept.max(b.concept)),
                _ => (a.concept, b.concept),
            };
            if let Some(fact) = knowledge.fact(kind, ends.0, ends.1) {
                let (from, to) = (from.entry.clone(), to.entry.clone());
                found.push(Finding { from, to, ties: (*a, *b), fact: fact.clone() });
            }
        }
    }
}

fn side_effects(own: &[Own], knowledge: &Knowledge) -> Vec<Finding> {
    let mut found = Vec::new();
    for drug in of(own, Kind::Medication) {
        for symptom in of(own, Kind::Symptom) {
            let taken = symptom
                .since
                .zip(drug.since)
                .is_some_and(|(reported, since)| since <= reported && drug.until.is_none_or(|until| reported <= until));
            if taken {
                between(knowledge, FactKind::Causes, drug, symptom, &mut found);
            }
        }
    }
    found
}

fn interactions(own: &[Own], knowledge: &Knowledge) -> Vec<Finding> {
    let mut found = Vec::new();
    let taken: Vec<&Own> = of(own, Kind::Medication).filter(|drug| drug.active).collect();
    for (at, drug) in taken.iter().enumerate() {
        for other in taken.iter().skip(at + 1) {
            between(knowledge, FactKind::InteractsWith, drug, other, &mut found);
        }
    }
    found
}

fn contraindications(own: &[Own], knowledge: &Knowledge) -> Vec<Finding> {
    let mut found = Vec::new();
    for drug in of(own, Kind::Medication).filter(|drug| drug.active) {
        for condition in of(own, Kind::MedicalHistory).filter(|condition| condition.active) {
            between(knowledge, FactKind::ContraindicatedFor, drug, condition, &mut found);
        }
    }
    found
}

static TO_PATH: ToOne<Finding, Path> = ToOne {
    object: &PATH,
    make: |Finding { from, to, ties, fact }, cx| Some(Path::through(&cx.graph.knowledge(), from, *ties, fact, to)),
};
static TO_MEDICATION: ToRow<Finding> = ToRow { entity: &medication::ENTITY, key: |finding| Some(finding.from.id) };

macro_rules! finding {
    ($id:ident = $name:literal, $doc:literal, $other:literal, $other_doc:literal, $entity:expr) => {
        static $id: Object = Object {
            name: $name,
            doc: $doc,
            is_node: false,
            of: None,
            scalars: Finding::SCALARS,
            fields: &[
                FieldDef {
                    name: "medication",
                    doc: "The medication that the patient takes or took.",
                    field: &TO_MEDICATION,
                },
                FieldDef {
                    name: $other,
                    doc: $other_doc,
                    field: &ToRow { entity: $entity, key: |finding: &Finding| Some(finding.to.id) },
                },
                FieldDef { name: "path", doc: "The path in the graph on which the answer rests.", field: &TO_PATH },
            ],
        };
    };
}

finding!(
    SIDE_EFFECT = "PossibleSideEffect",
    "A symptom that is a known side effect of a medication that the patient took when the symptom was reported. Decision support, not a diagnosis.",
    "symptom",
    "The symptom that may be a side effect.",
    &symptom::ENTITY
);
finding!(
    INTERACTION = "Interaction",
    "Two medications that the patient takes and that interact with each other. Decision support, not a diagnosis.",
    "with",
    "The other medication.",
    &medication::ENTITY
);
finding!(
    CONTRAINDICATION = "Contraindication",
    "A medication that the patient takes and that is contraindicated for a condition of the patient. Decision support, not a diagnosis.",
    "condition",
    "The condition for which the medication is contraindicated.",
    &medical_history::ENTITY
);

/// What the facts of the catalogs say of a patient's own entries.
pub struct Findings {
    object: &'static Object,
    find: fn(&[Own], &Knowledge) -> Vec<Finding>,
}

/// Symptoms that may be side effects.
pub static SIDE_EFFECTS: Findings = Findings { object: &SIDE_EFFECT, find: side_effects };
/// Medicines that act upon each other.
pub static INTERACTIONS: Findings = Findings { object: &INTERACTION, find: interactions };
/// Medicines to be avoided.
pub static CONTRAINDICATIONS: Findings = Findings { object: &CONTRAINDICATION, find: contraindications };

impl Field for Findings {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(self.object);
        FieldType::new(format!("[{}!]", self.object.name))
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.object)
    }
    fn expected(&self, _: &Args, _: &Limits) -> u64 {
        3
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let patients = keys(&level, None);
            let own = own(cx, patients.iter().flatten().copied().collect()).await?;
            let knowledge = cx.graph.knowledge();
            let find = |patient: &Option<i32>| match patient.and_then(|patient| own.get(&patient)) {
                Some(own) => (self.find)(own, &knowledge),
                None => Vec::new(),
            };
            Ok(children(cx, &level, &slot, lists(self.object, patients.iter().map(find).collect())).await)
        })
    }
}

/// A condition that a patient's symptoms speak for.
#[derive(Debug, Clone)]
struct Suspect {
    ranked: Ranked,
    /// The patient's symptoms that speak for it, each with its tie.
    symptoms: Vec<(Entry, Tie)>,
    /// The condition in the patient's history, where it stands there.
    known: Option<i32>,
}

made! {
    Suspect {
        /// How well the condition fits the symptoms, from 0 to 1.
        "score": f64 = |suspect| suspect.ranked.score;
    }
}

static SUSPECT: Object = Object {
    name: "DifferentialCondition",
    doc: "A condition that a patient's symptoms indicate. Decision support, not a diagnosis.",
    is_node: false,
    of: None,
    scalars: Suspect::SCALARS,
    fields: &[
        FieldDef {
            name: "concept",
            doc: "The concept of the condition in the catalog.",
            field: &ToOne {
                object: &CONCEPT,
                make: |suspect: &Suspect, cx| -> Option<Concept> {
                    cx.graph.knowledge().get(suspect.ranked.condition).cloned()
                },
            },
        },
        FieldDef {
            name: "known",
            doc: "The condition's entry in the patient's medical history; null if there is none.",
            field: &ToRow { entity: &medical_history::ENTITY, key: |suspect: &Suspect| suspect.known },
        },
        FieldDef {
            name: "symptoms",
            doc: "The patient's symptoms that indicate the condition.",
            field: &ToRows {
                entity: &symptom::ENTITY,
                keys: |suspect: &Suspect| suspect.symptoms.iter().map(|(entry, _)| entry.id).collect(),
                expected: 3,
            },
        },
        FieldDef {
            name: "paths",
            doc: "The paths in the graph on which the score rests, one for each symptom.",
            field: &ToMany { object: &PATH, make: suspect_paths, args: no_args, expected: 3 },
        },
    ],
};

fn suspect_paths(suspect: &Suspect, _: &Args, cx: &Cx) -> Result<Vec<Path>> {
    let knowledge = cx.graph.knowledge();
    let path = |(entry, tie): &(Entry, Tie)| {
        let fact = knowledge.fact(FactKind::Indicates, tie.concept, suspect.ranked.condition)?;
        Some(Path::to_concept(&knowledge, entry, *tie, fact))
    };
    Ok(suspect.symptoms.iter().filter_map(path).collect())
}

/// Conditions ranked by a patient's symptoms.
pub struct Differential;

impl Field for Differential {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&SUSPECT);
        let date = types.kind(crate::db::Kind::Date);
        FieldType {
            ty: format!("[{}!]", SUSPECT.name),
            args: vec![
                Arg::new("first", "Int", "At most this many conditions; by default as many as a page has."),
                Arg::new("since", date, "Only symptoms reported on this day or later."),
            ],
        }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&SUSPECT)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        u64::from(args.count("first", limits.max_page_size).ok().flatten().unwrap_or(limits.default_page_size))
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let first = slot.args.count("first", cx.limits.max_page_size)?.unwrap_or(cx.limits.default_page_size);
            let wrong = || Error::BadInput("`since` needs a day that exists, as 2024-05-01".into());
            let day = |text| Date::parse(text).and_then(Date::day).ok_or_else(wrong);
            let since = slot.args.text("since").map(day).transpose()?;
            let patients = keys(&level, None);
            let own = own(cx, patients.iter().flatten().copied().collect()).await?;
            let knowledge = cx.graph.knowledge();
            let rank = |patient: &Option<i32>| {
                let own = patient.and_then(|patient| own.get(&patient)).map(Vec::as_slice).unwrap_or_default();
                let recent = |own: &&Own| since.is_none_or(|since| own.since.is_some_and(|day| day >= since));
                let symptoms: Vec<&Own> = of(own, Kind::Symptom).filter(recent).collect();
                differential(&knowledge, &symptoms, own, first as usize)
            };
            Ok(children(cx, &level, &slot, lists(&SUSPECT, patients.iter().map(rank).collect())).await)
        })
    }
}

fn differential(knowledge: &Knowledge, symptoms: &[&Own], own: &[Own], first: usize) -> Vec<Suspect> {
    let mut concepts: Vec<i32> = symptoms.iter().flat_map(|own| own.ties.iter().map(|tie| tie.concept)).collect();
    concepts.sort_unstable();
    concepts.dedup();
    let suspect = |ranked: Ranked| {
        let known = of(own, Kind::MedicalHistory)
            .find(|condition| condition.ties.iter().any(|tie| tie.concept == ranked.condition))
            .map(|condition| condition.entry.id);
        let tied = |own: &&Own| {
            let tie = own.ties.iter().find(|tie| ranked.by.contains(&tie.concept))?;
            Some((own.entry.clone(), *tie))
        };
        let symptoms = symptoms.iter().filter_map(tied).collect();
        Suspect { ranked, symptoms, known }
    };
    knowledge.differential(&concepts, first).into_iter().map(suspect).collect()
}
