//! What everyday general practice sees: each condition with the symptoms, medicines, laboratory tests and
//! reports that go with it, so that all that is shown of one patient fits together.
//!
//! General medical knowledge, simplified: it makes a demo believable and must not guide anybody's care.

mod abdomen;
mod blood;
mod chest;
mod heart;
mod infections;
mod joints_skin;
mod metabolism;
mod mind;
mod women_men;

use super::doctors::Specialty;
use super::drugs::Drug;
use super::labs::{Panel, Test};

/// Every condition, in the chapters of this folder.
pub(super) static CHAPTERS: &[&[Condition]] = &[
    heart::CONDITIONS,
    metabolism::CONDITIONS,
    blood::CONDITIONS,
    chest::CONDITIONS,
    infections::CONDITIONS,
    mind::CONDITIONS,
    joints_skin::CONDITIONS,
    abdomen::CONDITIONS,
    women_men::CONDITIONS,
];

/// Every condition.
pub(super) fn all() -> impl Iterator<Item = &'static Condition> {
    CHAPTERS.iter().copied().flatten()
}

/// The condition of this name.
pub(super) fn named(name: &str) -> Option<&'static Condition> {
    all().find(|condition| condition.name == name)
}

/// A condition and all that comes with it.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) name: &'static str,
    /// Who looks after it when the family doctor refers.
    pub(super) specialty: Specialty,
    /// Cases in 1000 patients aged under 18, 18 to 39, 40 to 64, and 65 or over.
    pub(super) per_mille: [u16; 4],
    /// The first and last age it is found at.
    pub(super) ages: (i64, i64),
    /// How often men and women have it, in percent of `per_mille`; 0 means never.
    pub(super) men: u16,
    pub(super) women: u16,
    pub(super) course: Course,
    /// Nobody has two conditions of one group; empty for none.
    pub(super) group: &'static str,
    /// How many first visits in a hundred are emergencies.
    pub(super) urgent: u64,
    pub(super) severities: Levels,
    pub(super) details: Texts,
    /// What the doctor writes at the first visit.
    pub(super) notes: Texts,
    /// At a later one without complaints; empty where nothing special is to be said.
    pub(super) better: Texts,
    /// At a later one with complaints; empty likewise.
    pub(super) worse: Texts,
    pub(super) symptoms: &'static [Symptom],
    pub(super) plans: &'static [Plan],
    pub(super) labs: &'static [LabPlan],
    pub(super) reports: &'static [ReportKind],
    /// What often comes with it: name and percent.
    pub(super) brings: &'static [(&'static str, u64)],
}

/// How a condition runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// It stays.
    Lasting,
    /// It is over after so many days.
    Episode(i64, i64),
    /// It began so many days ago and goes on.
    Recent(i64, i64),
}

/// A complaint: name, description, onset, how bad, for how long.
#[derive(Debug)]
pub(super) struct Symptom {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) onset: &'static str,
    pub(super) severities: Levels,
    pub(super) durations: Texts,
}

/// One part of the treatment: so many percent of patients take one of the options.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) percent: u64,
    pub(super) options: &'static [Treatment],
    /// Given only along with this medicine.
    pub(super) with: Option<&'static Drug>,
}

impl Plan {
    const fn with(mut self, drug: &'static Drug) -> Self {
        self.with = Some(drug);
        self
    }
}

/// A medicine as it is prescribed for a condition.
#[derive(Debug)]
pub(super) struct Treatment {
    pub(super) drug: &'static Drug,
    pub(super) dosages: Texts,
    pub(super) frequency: &'static str,
    /// What it is for; the second, where there is one, is not always written down.
    pub(super) purposes: Texts,
    /// The length of a course in days; 0 for a medicine that is taken on and on.
    pub(super) days: i64,
    /// The ages that this dose is for.
    pub(super) ages: (i64, i64),
}

impl Treatment {
    /// The dose of a child.
    const fn child(mut self) -> Self {
        self.ages = (0, 15);
        self
    }

    /// The same dose at any age.
    const fn any_age(mut self) -> Self {
        self.ages = (0, 120);
        self
    }

    /// A course that ends.
    const fn days(mut self, days: i64) -> Self {
        self.days = days;
        self
    }
}

/// A panel that is repeated to follow a condition.
#[derive(Debug)]
pub(super) struct LabPlan {
    pub(super) percent: u64,
    pub(super) panel: &'static Panel,
    pub(super) repeats: (i64, i64),
    /// The usual time between two.
    pub(super) every_days: i64,
    pub(super) effects: &'static [Effect],
}

/// What the condition does to a test before and after treatment.
#[derive(Debug)]
pub(super) struct Effect {
    pub(super) test: &'static Test,
    pub(super) before: Level,
    pub(super) after: Level,
}

/// Where a result lies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Level {
    /// Where this patient's healthy value lies.
    Normal,
    /// Between these.
    At(f64, f64),
    /// Between these multiples of the lower limit of normal.
    OfLow(f64, f64),
    /// Between these multiples of the upper limit of normal.
    OfHigh(f64, f64),
}

/// A kind of report that a condition brings about.
#[derive(Debug)]
pub(super) struct ReportKind {
    pub(super) title: &'static str,
    pub(super) specialty: Specialty,
    /// How many of a hundred patients with the condition have one.
    pub(super) percent: u64,
    pub(super) technique: &'static str,
    pub(super) narrative: &'static str,
    pub(super) findings: &'static [Finding],
    pub(super) summary: &'static str,
    pub(super) advice: &'static str,
    /// Made with X-rays: not in pregnancy.
    pub(super) rays: bool,
}

/// One finding of a report.
#[derive(Debug)]
pub(super) enum Finding {
    /// A number; out of `normal` it is abnormal.
    Measured {
        key: &'static str,
        unit: &'static str,
        range: &'static str,
        normal: (f64, f64),
        seen: (f64, f64),
        decimals: usize,
    },
    /// Words; with a severity they are abnormal.
    Seen { key: &'static str, value: &'static str, normal: &'static str, severity: Option<&'static str> },
}

type Texts = &'static [&'static str];
type Levels = &'static [&'static str];

// The short words below keep a condition readable on one screen.

const MILD: Levels = &["mild"];
const LIGHT: Levels = &["mild", "mild", "moderate"];
const MIDDLE: Levels = &["mild", "moderate", "moderate", "severe"];
const HARD: Levels = &["moderate", "severe"];
const GRAVE: Levels = &["moderate", "severe", "severe", "critical"];

const SUDDEN: &str = "sudden";
const GRADUAL: &str = "gradual";
const CHRONIC: &str = "chronic";
const SPELLS: &str = "intermittent";

const HOURS: Texts = &["2 hours", "4 hours", "6 hours", "12 hours"];
const DAYS: Texts = &["1 day", "2 days", "3 days", "4 days", "5 days"];
const WEEKS: Texts = &["1 week", "10 days", "2 weeks", "3 weeks", "4 weeks"];
const MONTHS: Texts = &["6 weeks", "2 months", "3 months", "4 months", "6 months"];
const LONG: Texts = &["6 months", "9 months", "About 1 year", "More than 1 year"];

const ONCE: &str = "Once daily";
const MORNING: &str = "Once daily in the morning";
const BEDTIME: &str = "Once daily at bedtime";
const TWICE: &str = "Twice daily";
const MEALS: &str = "Twice daily with meals";
const THRICE: &str = "Three times daily";
const FOUR: &str = "Four times daily";
const WEEKLY: &str = "Once weekly";
const NEEDED: &str = "As needed";

/// What a condition has where nothing else is said.
const PLAIN: Condition = Condition {
    name: "",
    specialty: Specialty::General,
    per_mille: [0; 4],
    ages: (1, 110),
    men: 100,
    women: 100,
    course: Course::Lasting,
    group: "",
    urgent: 0,
    severities: LIGHT,
    details: &[],
    notes: &[],
    better: &[],
    worse: &[],
    symptoms: &[],
    plans: &[],
    labs: &[],
    reports: &[],
    brings: &[],
};

const fn symptom(
    name: &'static str,
    description: &'static str,
    onset: &'static str,
    severities: Levels,
    durations: Texts,
) -> Symptom {
    Symptom { name, description, onset, severities, durations }
}

const fn plan(percent: u64, options: &'static [Treatment]) -> Plan {
    Plan { percent, options, with: None }
}

const fn adult(drug: &'static Drug, dosages: Texts, frequency: &'static str, purposes: Texts) -> Treatment {
    Treatment { drug, dosages, frequency, purposes, days: 0, ages: (16, 120) }
}

const fn lab(
    percent: u64,
    panel: &'static Panel,
    repeats: (i64, i64),
    every_days: i64,
    effects: &'static [Effect],
) -> LabPlan {
    LabPlan { percent, panel, repeats, every_days, effects }
}

const fn effect(test: &'static Test, before: Level, after: Level) -> Effect {
    Effect { test, before, after }
}

const fn measured(
    key: &'static str,
    unit: &'static str,
    range: &'static str,
    normal: (f64, f64),
    seen: (f64, f64),
    decimals: usize,
) -> Finding {
    Finding::Measured { key, unit, range, normal, seen, decimals }
}

const fn normal(key: &'static str, value: &'static str) -> Finding {
    Finding::Seen { key, value, normal: value, severity: None }
}

const fn abnormal(key: &'static str, value: &'static str, normal: &'static str, severity: &'static str) -> Finding {
    Finding::Seen { key, value, normal, severity: Some(severity) }
}
