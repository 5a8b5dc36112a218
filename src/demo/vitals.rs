//! Health records: what was measured of chronic patients over the years, and what came up in conversations.

use super::cases::Case;
use super::conditions::Course;
use super::messages::{Conversation, DemoMessage};
use super::person::{Person, plus};
use super::profile::DemoProfile;
use super::results::round;
use super::rng::{Rng, settled};
use super::row::{Within, row};
use super::sessions::{DemoSession, confidence, suspected, word};
use super::words::Topic;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::{Map, Value, json};

row! {
    /// A row of `Health_Record`.
    DemoHealthRecord in "Health_Record" by "health_record_id", of "patient_id";
    columns {
        /// The conversation in which it came up.
        chat_session_id: Option<Within<DemoSession>>,
        /// `symptom`, `diagnosis`, `medication` or `vital_signs`.
        record_type: &'static str,
        /// What is recorded, as JSON.
        record_data: String,
        /// From 1 to 10.
        severity: Option<i64>,
        /// When.
        recorded_at: NaiveDateTime,
        /// `ai_analysis`, `user_input`, `manual` or `device`.
        source: &'static str,
        /// How sure the source is.
        confidence: Option<String>,
        /// Whether the staff has looked at it.
        is_verified: bool,
        /// When it has.
        verified_at: Option<NaiveDateTime>,
        /// Notes on it.
        notes: Option<&'static str>,
    }
}

/// Conditions whose patients are measured again and again.
const MEASURED: [&str; 9] = [
    "Essential hypertension",
    "Coronary heart disease",
    "Heart failure",
    "Atrial fibrillation",
    "Chronic obstructive pulmonary disease",
    "Type 2 diabetes mellitus",
    "Type 1 diabetes mellitus",
    "Chronic kidney disease",
    "Obesity",
];

/// The most measurements of one patient.
const MOST: i64 = 24;

/// The vital signs of an adult with a lasting condition, since it is known, a few times a year, the earliest first.
pub(super) fn measure(
    rng: &mut Rng,
    person: &Person,
    cases: &[Case],
    profile: Option<&DemoProfile>,
) -> Vec<DemoHealthRecord> {
    let lasting = |case: &&Case| case.condition.course == Course::Lasting && MEASURED.contains(&case.condition.name);
    let known: Vec<&Case> = cases.iter().filter(lasting).collect();
    let grown = person.birthday(18);
    let Some(first) = known.iter().map(|case| case.seen).min().map(|seen| seen.max(grown)) else { return Vec::new() };
    if first >= person.yesterday {
        return Vec::new();
    }
    let days = (person.yesterday - first).num_days();
    let count = (days / rng.between(70, 130)).clamp(1, MOST);
    let at_home = rng.percent(35);
    let body = Body::of(person, &known, profile);
    let mut rows: Vec<DemoHealthRecord> = Vec::new();
    for number in 0..=count {
        let day = person.open_day(plus(first, days * number / (count + 1)));
        if day < first || rows.last().is_some_and(|last| last.recorded_at.date() >= day) {
            continue;
        }
        let recorded_at = person.stamp(rng, day);
        let source = if at_home && rng.percent(60) { "device" } else { "manual" };
        let data = signs(rng, &body, &known, day, rows.is_empty());
        let is_verified = source == "manual" || rng.percent(70);
        rows.push(DemoHealthRecord {
            chat_session_id: None,
            record_type: "vital_signs",
            record_data: Value::Object(data).to_string(),
            severity: None,
            recorded_at,
            source,
            confidence: None,
            is_verified,
            verified_at: is_verified.then(|| verified(person, recorded_at)),
            notes: if source == "device" { Some("Measured at home.") } else { None },
        });
    }
    rows
}

/// When somebody looked at a record: soon after, and no later than yesterday.
fn verified(person: &Person, recorded_at: NaiveDateTime) -> NaiveDateTime {
    (recorded_at + TimeDelta::minutes(20)).min(person.yesterday.and_time(recorded_at.time()).max(recorded_at))
}

/// What somebody weighs, how tall they are and their usual blood pressure: as the health profile says, or usual values where there is none.
struct Body {
    key: u64,
    today: NaiveDate,
    height: f64,
    weight: f64,
    systolic: Option<f64>,
}

impl Body {
    fn of(person: &Person, cases: &[&Case], profile: Option<&DemoProfile>) -> Self {
        let own = |name: &str, low: f64, high: f64| low + (high - low) * settled(person.key, name);
        let number = |text: Option<&String>| text.and_then(|text| text.parse::<f64>().ok());
        let tall = if person.sex == "Female" { 163.0 } else { 176.0 };
        let height = number(profile.and_then(|row| row.height_cm.as_ref()));
        let height = height.unwrap_or_else(|| own("height", tall - 11.0, tall + 11.0));
        let lean = if cases.iter().any(|case| case.condition.name == "Obesity") { 31.0 } else { 21.0 };
        let weight = number(profile.and_then(|row| row.weight_kg.as_ref()));
        let weight = weight.unwrap_or_else(|| own("weight", lean, lean + 8.0) * height * height / 10_000.0);
        let systolic = profile.and_then(|row| row.systolic_pressure).map(|systolic| systolic as f64);
        Body { key: person.key, today: person.today, height, weight, systolic }
    }

    /// The weight on a day: a little more or less each year, until it is what the profile says today.
    fn weight_on(&self, on: NaiveDate) -> f64 {
        let years = ((self.today - on).num_days() as f64 / 365.0).min(8.0);
        self.weight - (settled(self.key, "weight a year") * 1.6 - 0.8) * years
    }
}

/// What is measured on a day.
fn signs(rng: &mut Rng, body: &Body, cases: &[&Case], on: NaiveDate, first: bool) -> Map<String, Value> {
    let has = |name: &str| cases.iter().find(|case| case.condition.name == name && case.seen <= on);
    // Half of the way within eight weeks of treatment, most of it within a year.
    let reached = |case: &Case| {
        let years = (on - case.treated).num_days().max(0) as f64 / 365.0;
        years / (years + 0.15)
    };
    let own = |name: &str, low: f64, high: f64| low + (high - low) * settled(body.key, name);
    let mut wobble = |by: f64| (rng.unit() - 0.5) * 2.0 * by;
    let mut data = Map::new();
    let mut put = |name: &str, value: f64, decimals: usize, unit: &str| {
        let value = round(value, decimals);
        let number = if value.fract() == 0.0 { json!(value as i64) } else { json!(value) };
        data.insert(name.to_owned(), json!({"unit": unit, "value": number}));
    };

    let usual = |low, high| body.systolic.unwrap_or_else(|| own("systolic", low, high));
    let systolic = match has("Essential hypertension") {
        Some(case) => {
            let before = own("raised systolic", 150.0, 168.0);
            before + (usual(126.0, 142.0) - before) * reached(case)
        }
        None => usual(108.0, 128.0),
    } + wobble(6.0);
    put("blood_pressure_systolic", systolic, 0, "mmHg");
    put("blood_pressure_diastolic", systolic * 0.48 + own("diastolic", 14.0, 24.0) + wobble(3.0), 0, "mmHg");
    let fast = if has("Atrial fibrillation").is_some() { 14.0 } else { 0.0 };
    put("heart_rate", own("pulse", 60.0, 80.0) + fast + wobble(6.0), 0, "/min");

    put("weight", body.weight_on(on) + wobble(0.8), 1, "kg");
    if first {
        put("height", body.height, 0, "cm");
    }
    if has("Chronic obstructive pulmonary disease").is_some() || has("Heart failure").is_some() {
        put("oxygen_saturation", own("saturation", 90.0, 95.0) + wobble(1.5), 0, "%");
        put("respiratory_rate", own("breaths", 16.0, 21.0) + wobble(2.0), 0, "/min");
    }
    if let Some(case) = has("Type 2 diabetes mellitus").or(has("Type 1 diabetes mellitus")) {
        let before = own("raised glucose", 9.5, 13.0);
        let glucose = before + (own("treated glucose", 6.0, 8.4) - before) * reached(case);
        put("blood_glucose", glucose + wobble(0.9), 1, "mmol/L");
    }
    if wobble(1.0) > 0.4 {
        put("temperature", 36.6 + wobble(0.3), 1, "°C");
    }
    data
}

/// What patients and the bot said in conversations, the earliest first.
pub(super) fn tell(
    rng: &mut Rng,
    person: &Person,
    cases: &[Case],
    conversations: &[Conversation],
    messages: &[DemoMessage],
) -> Vec<DemoHealthRecord> {
    let mut rows = Vec::new();
    for (place, conversation) in conversations.iter().enumerate() {
        let own = messages.get(conversation.messages.clone()).unwrap_or_default();
        let said = |author: &str| own.iter().find(|message| message.message_type == author).map(|row| row.timestamp);
        let Some(recorded_at) = said("Patient") else { continue };
        let answered = said("Provider").filter(|at| *at >= recorded_at);
        let record = |record_type, data: Value, source| DemoHealthRecord {
            chat_session_id: Some(Within::at(place)),
            record_type,
            record_data: data.to_string(),
            severity: None,
            recorded_at,
            source,
            confidence: None,
            is_verified: answered.is_some(),
            verified_at: answered,
            notes: None,
        };
        match conversation.topic {
            Topic::Symptom => {
                let Some(symptom) = word(conversation, "symptom") else { continue };
                let data = json!({"duration": format!("since {}", word(conversation, "since").unwrap_or("today")), "name": symptom});
                rows.push(DemoHealthRecord {
                    severity: Some(rng.between(2, 5)),
                    ..record("symptom", data, "user_input")
                });
                if let (Some(case), Some(at)) = (suspected(cases, symptom), said("Bot")) {
                    let data = json!({"certainty": "suspected", "name": case.condition.name});
                    let confidence = Some(confidence(rng));
                    let verified_at = answered.filter(|answered| *answered >= at);
                    rows.push(DemoHealthRecord {
                        recorded_at: at,
                        confidence,
                        is_verified: verified_at.is_some(),
                        verified_at,
                        ..record("diagnosis", data, "ai_analysis")
                    });
                }
            }
            Topic::Medicine => {
                let Some(drug) = word(conversation, "drug") else { continue };
                rows.push(record("medication", json!({"name": drug, "route": "oral"}), "user_input"));
            }
            _ => {}
        }
    }
    let midnight = person.today;
    rows.retain(|row| row.recorded_at.date() < midnight);
    rows
}

#[cfg(test)]
mod tests {
    use super::super::{DemoPatient, patient};
    use super::*;
    use std::collections::HashMap;

    fn some(count: u64) -> impl Iterator<Item = DemoPatient> {
        (0..count).map(|n| patient(42, n, NaiveDate::from_ymd_opt(2025, 11, 21).unwrap()))
    }

    #[test]
    fn what_is_measured_agrees_with_the_profile_and_changes_slowly() {
        let (mut compared, mut steps) = (0, 0);
        for patient in some(1_500) {
            let vitals = patient.health_records.iter().filter(|row| row.record_type == "vital_signs");
            let sign = |row: &DemoHealthRecord, name: &str| {
                let data: Value = serde_json::from_str(&row.record_data).unwrap();
                data[name]["value"].as_f64()
            };
            let rows: Vec<_> = vitals.collect();
            let weights: Vec<_> = rows.iter().map(|row| (row.recorded_at, sign(row, "weight").unwrap())).collect();
            for (&(at, before), &(then, after)) in weights.iter().zip(weights.iter().skip(1)) {
                let years = (then - at).num_days() as f64 / 365.0;
                assert!((after - before).abs() <= 2.0 + years, "{before} kg, then {after} kg of {patient:?}");
                steps += 1;
            }
            let (Some(profile), Some(first), Some((last, weight))) =
                (patient.profile.first(), rows.first(), weights.last())
            else {
                continue;
            };
            let number = |text: &Option<String>| text.as_ref().unwrap().parse::<f64>().unwrap();
            assert!((sign(first, "height").unwrap() - number(&profile.height_cm)).abs() <= 0.6);
            let years = (profile.updated_at - *last).num_days() as f64 / 365.0;
            assert!((weight - number(&profile.weight_kg)).abs() <= 1.0 + years.abs(), "{weight} kg of {patient:?}");
            compared += 1;
        }
        assert!(compared > 200 && steps > 1_000, "{compared} patients, {steps} steps");
    }

    #[test]
    fn chronic_patients_are_measured_over_years_and_pressure_falls_with_treatment() {
        let (mut years, mut before, mut after) = (0, Vec::new(), Vec::new());
        let mut kinds: HashMap<&str, usize> = HashMap::new();
        for patient in some(3_000) {
            let vitals: Vec<_> = patient.health_records.iter().filter(|row| row.record_type == "vital_signs").collect();
            for row in &patient.health_records {
                *kinds.entry(row.record_type).or_default() += 1;
                assert!(
                    row.recorded_at >= patient.created_at
                        && row.recorded_at.date() < NaiveDate::from_ymd_opt(2025, 11, 21).unwrap()
                );
                assert!(row.verified_at.is_none_or(|at| row.is_verified && at >= row.recorded_at), "{row:?}");
            }
            let (Some(first), Some(last)) = (vitals.first(), vitals.last()) else { continue };
            years += usize::from((last.recorded_at - first.recorded_at).num_days() > 3 * 365);
            let pressure = |row: &DemoHealthRecord| {
                let data: Value = serde_json::from_str(&row.record_data).unwrap();
                data["blood_pressure_systolic"]["value"].as_f64().unwrap()
            };
            let found = patient.history.iter().find(|row| row.history_item == "Essential hypertension");
            if found.is_some_and(|row| row.history_date == Some(first.recorded_at.date())) && vitals.len() > 3 {
                before.push(pressure(first));
                after.push(pressure(last));
            }
        }
        assert!(years > 100, "{years}");
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        assert!(before.len() > 20 && mean(&before) > mean(&after) + 10.0, "{} {before:?} {after:?}", before.len());
        assert_eq!(kinds.len(), 4, "{kinds:?}");
    }
}
