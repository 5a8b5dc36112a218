//! What a patient's own symptoms, conditions and medicines say when they are laid beside the catalogs: gaps, side effects,
//! interactions, contraindications, a differential. One question to the graph serves all of these fields of a request.

use super::{
    catalog::CONCEPT,
    counted::Counted,
    first_arg, first_of,
    matching::{Finding, Matching, Rule},
    path::{PATH, Path},
};
use crate::{
    db::Date,
    error::{Error, Result},
    graph::{ClinicalEntry, Entry, shape::Role},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Slot, children},
        limits::Limits,
        made::{MadeRow, Making, ToMany, ToOne, ToRow, ToRows, made, rows_of},
        model::{Entity, Field, FieldDef, Loading, Object},
        relation::keys,
        types::{Arg, FieldType, Types},
    },
    medications::medication,
    records::medical_history,
    terminology::knowledge::{Concept, FactKind, Knowledge, Ranked, Tie},
    visits::symptom,
};
use futures_util::future::BoxFuture;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// What the patients' own entries cost besides what is shown of them.
const EFFORT: u64 = 5;

/// The symptoms, conditions and medications of patients, by patient; asked for once a request.
pub(super) async fn own(cx: &Cx, patients: &[Option<i32>]) -> Result<Arc<HashMap<i32, Vec<ClinicalEntry>>>> {
    let mut asked: Vec<i32> = patients.iter().flatten().copied().collect();
    asked.sort_unstable();
    asked.dedup();
    let ask = async || {
        let mut of: HashMap<i32, Vec<ClinicalEntry>> = HashMap::new();
        let found = cx.graph.own(&asked).await?;
        cx.charge(found.len())?;
        for own in found {
            of.entry(own.patient).or_default().push(own);
        }
        Ok(of)
    };
    cx.answers.own.get(asked.clone(), ask).await
}

fn entries(own: &HashMap<i32, Vec<ClinicalEntry>>, patient: Option<i32>) -> &[ClinicalEntry] {
    patient.and_then(|patient| own.get(&patient)).map(Vec::as_slice).unwrap_or_default()
}

fn of(own: &[ClinicalEntry], role: Role) -> impl Iterator<Item = &ClinicalEntry> {
    own.iter().filter(move |own| own.entry.kind.role() == Some(role))
}

/// Entries of a patient that nothing explains, treats or calls for.
pub struct Gaps {
    entity: &'static Entity,
    role: Role,
}

/// Symptoms that speak for no condition of the patient.
pub static UNEXPLAINED: Gaps = Gaps { entity: &symptom::ENTITY, role: Role::Reported };
/// Active conditions that no medicine taken is for.
pub static UNTREATED: Gaps = Gaps { entity: &medical_history::ENTITY, role: Role::Had };
/// Medicines taken that are for no condition of the patient.
pub static UNINDICATED: Gaps = Gaps { entity: &medication::ENTITY, role: Role::Taken };

impl Gaps {
    /// The keys of the entries of each row's patient.
    async fn open(&self, cx: &Cx, level: &Level<'_>) -> Result<Vec<Vec<i32>>> {
        let patients = keys(level, None);
        let own = own(cx, &patients).await?;
        let open = |patient: &Option<i32>| -> Vec<i32> {
            let open = of(entries(&own, *patient), self.role).filter(|own| own.active && !own.covered);
            open.map(|own| own.entry.id).collect()
        };
        Ok(patients.iter().map(open).collect())
    }
}

impl Field for Gaps {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.entity(self.entity);
        FieldType { ty: format!("[{}!]", self.entity.object.name), args: vec![first_arg()] }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.entity.object)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        args.count("first", limits.max_page_size).ok().flatten().map_or(3, u64::from)
    }
    fn effort(&self) -> u64 {
        EFFORT
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let first = first_of(&slot.args, cx)?;
            let mut open = self.open(cx, &level).await?;
            open.iter_mut().for_each(|open| open.truncate(first));
            let given = rows_of(cx, self.entity, open).await?;
            Ok(children(cx, &level, &slot, given).await)
        })
    }
}

impl Counted for Gaps {
    fn count<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>) -> BoxFuture<'a, Result<Vec<u64>>> {
        Box::pin(async move { Ok(self.open(cx, &level).await?.iter().map(|open| open.len() as u64).collect()) })
    }
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
    rule: Rule,
}

/// Symptoms that may be side effects.
pub static SIDE_EFFECTS: Findings = Findings { object: &SIDE_EFFECT, rule: Rule::SideEffect };
/// Medicines that act upon each other.
pub static INTERACTIONS: Findings = Findings { object: &INTERACTION, rule: Rule::Interaction };
/// Medicines to be avoided.
pub static CONTRAINDICATIONS: Findings = Findings { object: &CONTRAINDICATION, rule: Rule::Contraindication };

impl Field for Findings {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(self.object);
        FieldType { ty: format!("[{}!]", self.object.name), args: vec![first_arg()] }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(self.object)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        args.count("first", limits.max_page_size).ok().flatten().map_or(3, u64::from)
    }
    fn effort(&self) -> u64 {
        EFFORT
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let (first, patients) = (first_of(&slot.args, cx)?, keys(&level, None));
            let (own, knowledge) = (own(cx, &patients).await?, cx.graph.knowledge());
            let mut made = Making::new(cx);
            for patient in &patients {
                let (matching, mut found) = (Matching::of(&knowledge, self.rule, entries(&own, *patient)), Vec::new());
                for at in 0..matching.from.len() {
                    pause(cx, at).await?;
                    found.extend(matching.at(at).take(first - found.len()));
                    if found.len() == first {
                        break;
                    }
                }
                made.push(found).await?;
            }
            Ok(children(cx, &level, &slot, made.lists(self.object)).await)
        })
    }
}

impl Counted for Findings {
    fn count<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>) -> BoxFuture<'a, Result<Vec<u64>>> {
        Box::pin(async move {
            let patients = keys(&level, None);
            let (own, knowledge) = (own(cx, &patients).await?, cx.graph.knowledge());
            let mut counts = Vec::with_capacity(patients.len());
            for patient in &patients {
                let (matching, mut count) = (Matching::of(&knowledge, self.rule, entries(&own, *patient)), 0);
                for at in 0..matching.from.len() {
                    pause(cx, at).await?;
                    count += matching.count(at);
                }
                counts.push(count);
            }
            Ok(counts)
        })
    }
}

/// Lets others run in a long loop, and ends it when the request's time is over.
async fn pause(cx: &Cx, turn: usize) -> Result<()> {
    if turn % 256 == 255 {
        cx.in_time()?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// A condition that a patient's symptoms speak for.
#[derive(Debug, Clone)]
struct Suspect {
    ranked: Ranked,
    /// The patient's symptoms that speak for it, each with its tie: as many as the largest page has.
    symptoms: Vec<(Entry, Tie)>,
    /// How many there are.
    all: usize,
    /// The condition in the patient's history, where it stands there.
    known: Option<i32>,
}

made! {
    Suspect {
        /// How well the condition fits the symptoms, from 0 to 1.
        "score": f64 = |suspect| suspect.ranked.score;
        /// The number of the patient's symptoms that indicate the condition.
        "symptomCount": i32 = |suspect| i32::try_from(suspect.all).unwrap_or(i32::MAX);
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
                keys: |suspect: &Suspect, args, cx| {
                    Ok(suspect.symptoms.iter().take(first_of(args, cx)?).map(|(entry, _)| entry.id).collect())
                },
                args: |_| vec![first_arg()],
                expected: 3,
            },
        },
        FieldDef {
            name: "paths",
            doc: "The paths in the graph on which the score rests, one for each symptom.",
            field: &ToMany { object: &PATH, make: suspect_paths, args: |_| vec![first_arg()], expected: 3 },
        },
    ],
};

fn suspect_paths(suspect: &Suspect, args: &Args, cx: &Cx) -> Result<Vec<Path>> {
    let knowledge = cx.graph.knowledge();
    let path = |(entry, tie): &(Entry, Tie)| {
        let fact = knowledge.fact(FactKind::Indicates, tie.concept, suspect.ranked.condition)?;
        Some(Path::to_concept(&knowledge, entry, *tie, fact))
    };
    Ok(suspect.symptoms.iter().take(first_of(args, cx)?).filter_map(path).collect())
}

/// Conditions ranked by a patient's symptoms.
pub struct Differential;

impl Field for Differential {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&SUSPECT);
        let date = types.kind(crate::db::ValueKind::Date);
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
    fn effort(&self) -> u64 {
        20
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let first = slot.args.count("first", cx.limits.max_page_size)?.unwrap_or(cx.limits.default_page_size);
            let wrong = || Error::BadInput("`since` needs a day that exists, as 2024-05-01".into());
            let day = |text| Date::parse(text).and_then(Date::day).ok_or_else(wrong);
            let since = slot.args.text("since").map(day).transpose()?;
            let patients = keys(&level, None);
            let (own, knowledge) = (own(cx, &patients).await?, cx.graph.knowledge());
            let mut made = Making::new(cx);
            for patient in &patients {
                let own = entries(&own, *patient);
                let recent = |own: &&ClinicalEntry| since.is_none_or(|since| own.since.is_some_and(|day| day >= since));
                let symptoms: Vec<&ClinicalEntry> = of(own, Role::Reported).filter(recent).collect();
                made.push(differential(&knowledge, &symptoms, own, first as usize, cx.limits.max_page_size as usize))
                    .await?;
                cx.breathe(own.len()).await;
            }
            Ok(children(cx, &level, &slot, made.lists(&SUSPECT)).await)
        })
    }
}

fn differential(
    knowledge: &Knowledge,
    symptoms: &[&ClinicalEntry],
    own: &[ClinicalEntry],
    first: usize,
    most: usize,
) -> Vec<Suspect> {
    // The symptoms of each concept, and the first condition of each.
    let mut speaking: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (at, tie) in symptoms.iter().enumerate().flat_map(|(at, own)| own.ties.iter().map(move |tie| (at, tie))) {
        speaking.entry(tie.concept).or_default().push(at);
    }
    let mut conditions: HashMap<i32, i32> = HashMap::new();
    for condition in of(own, Role::Had) {
        for tie in &condition.ties {
            conditions.entry(tie.concept).or_insert(condition.entry.id);
        }
    }
    let suspect = |ranked: Ranked| {
        let mut at: Vec<usize> =
            ranked.by.iter().filter_map(|concept| speaking.get(concept)).flatten().copied().collect();
        at.sort_unstable();
        at.dedup();
        let tied = |at: &usize| {
            let own = symptoms.get(*at)?;
            Some((own.entry.clone(), *own.ties.iter().find(|tie| ranked.by.contains(&tie.concept))?))
        };
        let symptoms = at.iter().take(most).filter_map(tied).collect();
        Suspect { known: conditions.get(&ranked.condition).copied(), ranked, symptoms, all: at.len() }
    };
    let concepts: Vec<i32> = speaking.keys().copied().collect();
    knowledge.differential(&concepts, first).into_iter().map(suspect).collect()
}
