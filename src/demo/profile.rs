//! The general facts of the patient's health: they agree with what the history says of weight, smoking and alcohol.

use super::cases::Case;
use super::doctors::{self, DemoDoctor, LINKED_DAYS};
use super::institutions::DemoInstitution;
use super::person::{Person, plus};
use super::rng::Rng;
use super::row::{Named, row};
use super::{DemoHistory, people};
use chrono::NaiveDateTime;

row! {
    /// A row of `Health_Profile`.
    DemoProfile in "Health_Profile" by "profile_id", of "patient_id";
    columns {
        /// Centimetres.
        height_cm: Option<String>,
        /// Kilograms.
        weight_kg: Option<String>,
        /// As `A+`; few people know theirs.
        blood_type: Option<&'static str>,
        /// Asked of adults.
        gender_identity: Option<&'static str>,
        /// mmHg.
        systolic_pressure: Option<i64>,
        /// mmHg.
        diastolic_pressure: Option<i64>,
        /// `never`, `former` or `current`.
        smoking_status: Option<&'static str>,
        /// Of whoever smokes or smoked.
        cigarettes_per_day: Option<i64>,
        /// Likewise.
        smoking_years: Option<i64>,
        /// `never`, `former`, `occasional` or `regular`.
        alcohol_use: Option<&'static str>,
        /// Of whoever drinks.
        drinks_per_week: Option<i64>,
        /// A relative.
        emergency_contact_name: Option<String>,
        /// From the numbers that are kept for films.
        emergency_contact_phone: Option<String>,
        /// What the relative is to the patient.
        emergency_contact_relationship: Option<&'static str>,
        /// The language of the family.
        preferred_language: Option<&'static str>,
        /// What the practice should know.
        notes: Option<&'static str>,
        /// When it was first written down.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

/// Sets this source of chance apart from others.
pub(super) const CHANCE: u64 = 0x5052_4F46_494C_4531;

/// Where the family doctor works. Some who came long ago were never asked.
pub(super) fn institution(person: &Person) -> Option<Named<DemoInstitution>> {
    let unasked = person.registered < plus(person.today, -3 * LINKED_DAYS) && person.key.is_multiple_of(8);
    let gp = doctors::all().find(|doctor: &DemoDoctor| doctor.name == person.gp());
    gp.filter(|_| !unasked).map(|doctor| doctor.institution_id)
}

/// One profile of most patients.
pub(super) fn write(rng: &mut Rng, person: &Person, cases: &[Case], history: &[DemoHistory]) -> Vec<DemoProfile> {
    if rng.percent(12) {
        return Vec::new();
    }
    let age = person.age(person.today);
    let adult = age >= 18;
    let has = |name: &str| cases.iter().any(|case| case.condition.name == name && case.ended.is_none());
    let says = |item: &str| history.iter().any(|row| row.history_item == item);
    let height = height(rng, person.sex, age);
    let bmi = match (adult, has("Obesity")) {
        (false, _) => 15.0 + age as f64 * 0.35 + rng.unit() * 2.0,
        (true, true) => 30.5 + rng.unit() * 9.0,
        (true, false) => 20.0 + rng.unit() * 9.0,
    };
    let weight = bmi * height * height / 10_000.0;
    let pressure = adult.then(|| {
        let high = if has("Essential hypertension") { 18 } else { 0 };
        (rng.between(108, 132) + high, rng.between(66, 84) + high / 2)
    });
    let smoking = match () {
        () if !adult => None,
        () if says("Current smoker") => Some("current"),
        () if says("Ex-smoker") => Some("former"),
        () if says("Never smoked") => Some("never"),
        () => None,
    };
    let smokes = matches!(smoking, Some("current" | "former"));
    let alcohol = match () {
        () if !adult => None,
        () if says("Alcohol above recommended limits") => Some("regular"),
        () if says("Alcohol within recommended limits") => Some("occasional"),
        () if says("No alcohol") => Some(if rng.percent(30) { "former" } else { "never" }),
        () => None,
    };
    let drinks = match alcohol {
        Some("regular") => Some(rng.between(15, 30)),
        Some("occasional") => Some(rng.between(1, 10)),
        _ => None,
    };
    let relation = rng.percent(70).then(|| match (adult, age) {
        (false, _) => rng.pick(&["mother", "father", "grandmother"]),
        (true, ..60) => rng.pick(&["partner", "husband", "wife", "sister", "brother", "friend"]),
        (true, _) => rng.pick(&["daughter", "son", "partner", "neighbour", "niece"]),
    });
    let contact = relation.map(|relation| {
        let sex = match relation {
            "mother" | "grandmother" | "wife" | "sister" | "daughter" | "niece" => "Female",
            "father" | "husband" | "brother" | "son" => "Male",
            _ => "Other",
        };
        let (given, _) = people::name(&mut rng.fork(), sex);
        let family = person.name.rsplit(' ').next().unwrap_or_default();
        (format!("{given} {family}"), format!("+441632960{:03}", rng.below(1000)))
    });
    let identity = match person.sex {
        _ if !adult || rng.percent(40) => None,
        _ if rng.percent(1) => Some("undisclosed"),
        "Male" if rng.percent(99) => Some("man"),
        "Female" if rng.percent(99) => Some("woman"),
        "Male" => Some("transgender_woman"),
        "Female" => Some("transgender_man"),
        _ => Some("non_binary"),
    };
    let created_at = person.created_at();
    vec![DemoProfile {
        height_cm: Some(format!("{height:.1}")),
        weight_kg: Some(format!("{weight:.2}")),
        blood_type: rng.percent(45).then(|| blood_type(rng)),
        gender_identity: identity,
        systolic_pressure: pressure.map(|(systolic, _)| systolic),
        diastolic_pressure: pressure.map(|(_, diastolic)| diastolic),
        smoking_status: smoking,
        cigarettes_per_day: smokes.then(|| rng.between(2, 25)),
        smoking_years: smokes.then(|| rng.between(1, (age - 16).clamp(1, 45))),
        alcohol_use: alcohol,
        drinks_per_week: drinks,
        emergency_contact_name: contact.as_ref().map(|(name, _)| name.clone()),
        emergency_contact_phone: contact.map(|(_, phone)| phone),
        emergency_contact_relationship: relation,
        preferred_language: rng.percent(80).then(|| rng.pick(&["en", "en", "en", "en", "ga", "pl", "es", "hi"])),
        notes: rng.percent(10).then(|| rng.pick(NOTES)),
        created_at,
        updated_at: person.stamp(rng, person.yesterday).max(created_at),
    }]
}

const NOTES: &[&str] = &[
    "Uses a hearing aid; please face the patient when speaking.",
    "Prefers appointments in the morning.",
    "Needs step-free access.",
    "Interpreter needed for longer conversations.",
];

/// A usual height for sex and age, in centimetres.
fn height(rng: &mut Rng, sex: &str, age: i64) -> f64 {
    let grown = match sex {
        "Male" => 176.0,
        "Female" => 163.0,
        _ => 169.0,
    };
    let spread = (rng.unit() + rng.unit() - 1.0) * 14.0;
    match age {
        0 => 58.0 + rng.unit() * 16.0,
        1..18 => (72.0 + (grown - 72.0) * age as f64 / 18.0) + spread / 2.0,
        _ => grown + spread,
    }
}

/// A blood group, as often as they are in the British Isles.
fn blood_type(rng: &mut Rng) -> &'static str {
    const GROUPS: [(u64, &str); 8] =
        [(36, "O+"), (30, "A+"), (8, "B+"), (2, "AB+"), (12, "O-"), (8, "A-"), (3, "B-"), (1, "AB-")];
    let mut left = rng.below(100);
    for (percent, group) in GROUPS {
        if left < percent {
            return group;
        }
        left -= percent;
    }
    "O+"
}
