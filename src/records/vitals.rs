//! Vital signs in the JSON of health records: which there are, in which units, in which ranges they are plausible, and how a stored value is
//! read. What is written keeps to the units and ranges; what other programs stored is read as a number or left out.

use super::health_record;
use crate::{
    db::{DateTime, enumeration},
    graphql::{
        json_schema::{JsonSchema, Member},
        made::{MadeRow, ToRow, made},
        model::{FieldDef, Object},
    },
};
use serde_json::Value;

enumeration! {
    /// Something of the body that is measured again and again.
    VitalSign {
        /// The blood pressure while the heart contracts, in mmHg.
        SystolicPressure "BLOOD_PRESSURE_SYSTOLIC" = "blood_pressure_systolic",
        /// The blood pressure while the heart fills, in mmHg.
        DiastolicPressure "BLOOD_PRESSURE_DIASTOLIC" = "blood_pressure_diastolic",
        /// How often the heart beats, a minute.
        HeartRate "HEART_RATE" = "heart_rate",
        /// The temperature of the body, in °C or °F.
        Temperature "TEMPERATURE" = "temperature",
        /// How often the patient breathes, a minute.
        RespiratoryRate "RESPIRATORY_RATE" = "respiratory_rate",
        /// The share of haemoglobin that carries oxygen, in %.
        OxygenSaturation "OXYGEN_SATURATION" = "oxygen_saturation",
        /// The weight of the body, in kg or lb.
        Weight "WEIGHT" = "weight",
        /// The height of the body, in cm or in (inches).
        Height "HEIGHT" = "height",
        /// The glucose in the blood, in mmol/L or mg/dL.
        BloodGlucose "BLOOD_GLUCOSE" = "blood_glucose",
        /// How strong pain is, from 0 (none) to 10.
        Pain "PAIN" = "pain",
    }
}

/// The vital signs of one measurement. The ranges are what a living person can have, and not what is healthy: they find slips of the
/// keyboard and of units.
pub static VITAL_SIGNS: JsonSchema = JsonSchema::SomeOf(&[
    Member::optional("blood_pressure_systolic", JsonSchema::Measure(&[("mmHg", 30.0, 320.0)])),
    Member::optional("blood_pressure_diastolic", JsonSchema::Measure(&[("mmHg", 10.0, 220.0)])),
    Member::optional("heart_rate", JsonSchema::Measure(&[("/min", 10.0, 350.0)])),
    Member::optional("temperature", JsonSchema::Measure(&[("°C", 20.0, 46.0), ("°F", 68.0, 115.0)])),
    Member::optional("respiratory_rate", JsonSchema::Measure(&[("/min", 2.0, 120.0)])),
    Member::optional("oxygen_saturation", JsonSchema::Measure(&[("%", 20.0, 100.0)])),
    Member::optional("weight", JsonSchema::Measure(&[("kg", 0.2, 650.0), ("lb", 0.4, 1_430.0)])),
    Member::optional("height", JsonSchema::Measure(&[("cm", 20.0, 280.0), ("in", 8.0, 110.0)])),
    Member::optional("blood_glucose", JsonSchema::Measure(&[("mmol/L", 0.3, 80.0), ("mg/dL", 5.0, 1_440.0)])),
    Member::optional("pain", JsonSchema::Measure(&[("/10", 0.0, 10.0)])),
]);

/// A vital sign in the JSON of a record, with its unit where one is said; `None` where it is no number.
pub(super) fn read(data: &str, sign: &str) -> Option<(f64, Option<String>)> {
    let data: Value = serde_json::from_str(data).ok()?;
    let measured = data.get(sign)?;
    // Other programs may store the number alone.
    let value = measured.get("value").unwrap_or(measured).as_f64().filter(|value| value.is_finite())?;
    let unit = measured.get("unit").and_then(Value::as_str).filter(|unit| !unit.trim().is_empty());
    Some((value, unit.map(str::to_owned)))
}

/// Whether a systolic blood pressure lies above the diastolic one, where there are both.
pub(super) fn is_pressure(data: Option<&str>) -> bool {
    let sign = |sign: &str| read(data?, sign).map(|(value, _)| value);
    match (sign("blood_pressure_systolic"), sign("blood_pressure_diastolic")) {
        (Some(systolic), Some(diastolic)) => systolic > diastolic,
        _ => true,
    }
}

/// A vital sign at a time.
pub struct Point {
    pub(super) value: f64,
    pub(super) unit: Option<String>,
    pub(super) recorded_at: Option<DateTime>,
    pub(super) record: i32,
}

made! {
    Point {
        /// The value of the vital sign, as a number.
        "value": f64 = |point| point.value;
        /// The unit of the value, as it was recorded; null where none was.
        "unit": Option<String> = |point| point.unit.clone();
        /// When the value was measured.
        "recordedAt": Option<DateTime> = |point| point.recorded_at;
    }
}

/// `VitalPoint`.
pub static POINT: Object = Object {
    name: "VitalPoint",
    doc: "A vital sign at a time.",
    is_node: false,
    of: None,
    scalars: Point::SCALARS,
    fields: &[FieldDef {
        name: "record",
        doc: "The health record that holds the value.",
        field: &ToRow { entity: &health_record::ENTITY, key: |point: &Point| Some(point.record) },
    }],
};

#[cfg(test)]
mod tests {
    use super::{VITAL_SIGNS, VitalSign, is_pressure, read};
    use crate::db::Enumerated;
    use serde_json::json;

    #[test]
    fn a_value_is_a_number_or_left_out() {
        for (data, is) in [
            (r#"{"heart_rate": {"value": 72, "unit": "/min"}}"#, Some((72.0, Some("/min")))),
            (r#"{"heart_rate": {"value": 72.5}}"#, Some((72.5, None))),
            (r#"{"heart_rate": {"value": 72, "unit": 5}}"#, Some((72.0, None))),
            (r#"{"heart_rate": 72, "other": []}"#, Some((72.0, None))),
            (r#"{"heart_rate": "72"}"#, None),
            (r#"{"heart_rate": {"value": "72", "unit": "/min"}}"#, None),
            (r#"{"heart_rate": {"value": null}}"#, None),
            (r#"{"heart_rate": [72]}"#, None),
            (r#"{"heart_rate": null}"#, None),
            (r#"{"pulse": 72}"#, None),
            ("[72]", None),
            ("72", None),
            ("{", None),
        ] {
            assert_eq!(
                read(data, "heart_rate"),
                is.map(|(value, unit): (f64, Option<&str>)| (value, unit.map(str::to_owned))),
                "{data}"
            );
        }
    }

    #[test]
    fn every_sign_can_be_written_under_its_name() {
        for sign in VitalSign::OF.values {
            let refused = VITAL_SIGNS.check(&json!({sign.stored: {"value": "x", "unit": "y"}}), None).unwrap_err();
            assert!(refused.contains(&format!("`{}.unit` must be one of", sign.stored)), "{refused}");
        }
    }

    #[test]
    fn the_systolic_pressure_lies_above() {
        let both = |systolic: i32, diastolic: i32| {
            json!({"blood_pressure_systolic": {"value": systolic}, "blood_pressure_diastolic": {"value": diastolic}})
                .to_string()
        };
        assert!(
            is_pressure(Some(&both(120, 80)))
                && !is_pressure(Some(&both(80, 120)))
                && !is_pressure(Some(&both(80, 80)))
        );
        assert!(is_pressure(None) && is_pressure(Some(r#"{"blood_pressure_diastolic": 80}"#)));
    }
}
