//! A health record: a symptom, diagnosis, medication or vital signs, as a person, a device or a program told of them.

use super::vitals::{POINT, Point, VITAL_SIGNS, VitalSign};
use crate::{
    chat::session,
    db::{Bind, By, Cond, DateTime, Decimal, Enum, Enumerated, Flag, Json, Op, Path, ValueKind, Whole, enumeration},
    entity::entity,
    error::{Error, Result},
    graphql::{
        args::Args,
        form::Form,
        gathered::Gathered,
        json_schema::{JsonSchema, Member},
        model::Children,
        relation::{List, Narrowing, One},
        rules::{Cells, Check, Holds},
        types::{Arg, Types},
    },
    patients::patient,
    write::{Add, Once},
};
use chrono::NaiveDate;

enumeration! {
    /// The subject of a health record.
    HealthRecordType {
        /// The record is a complaint of the patient.
        Symptom "SYMPTOM" = "symptom",
        /// The record is a condition that was found or is suspected.
        Diagnosis "DIAGNOSIS" = "diagnosis",
        /// The record is a medicine that the patient takes or took.
        Medication "MEDICATION" = "medication",
        /// The record is what was measured at one time, as the blood pressure.
        VitalSigns "VITAL_SIGNS" = "vital_signs",
    }
}

enumeration! {
    /// Where a health record comes from.
    RecordSource {
        /// A program concluded the record from a conversation, a picture or a recording.
        AiAnalysis "AI_ANALYSIS" = "ai_analysis",
        /// The patient entered the record.
        UserInput "USER_INPUT" = "user_input",
        /// A member of the staff entered the record.
        Manual "MANUAL" = "manual",
        /// A device measured and sent the values.
        Device "DEVICE" = "device",
    }
}

/// The type of the record says what its JSON looks like.
static BY_TYPE: JsonSchema = JsonSchema::ByRule;

static SYMPTOM: JsonSchema = JsonSchema::Object(&[
    Member::required("name", JsonSchema::Text(255)),
    Member::optional("description", JsonSchema::Lines(2_000)),
    Member::optional("body_site", JsonSchema::Text(100)),
    Member::optional("onset", JsonSchema::OneOf(&["sudden", "gradual", "chronic", "intermittent"])),
    Member::optional("since", JsonSchema::PastDay),
    Member::optional("duration", JsonSchema::Text(100)),
]);

static DIAGNOSIS: JsonSchema = JsonSchema::Object(&[
    Member::required("name", JsonSchema::Text(255)),
    Member::optional("description", JsonSchema::Lines(2_000)),
    Member::optional("code", JsonSchema::Text(20)),
    Member::optional("code_system", JsonSchema::OneOf(&["ICD-10", "ICD-11", "SNOMED-CT"])),
    Member::optional("certainty", JsonSchema::OneOf(&["suspected", "probable", "confirmed", "excluded"])),
    Member::optional("found_on", JsonSchema::PastDay),
]);

static MEDICATION: JsonSchema = JsonSchema::Object(&[
    Member::required("name", JsonSchema::Text(255)),
    Member::optional("description", JsonSchema::Lines(2_000)),
    Member::optional("dosage", JsonSchema::Text(100)),
    Member::optional("frequency", JsonSchema::Text(100)),
    Member::optional(
        "route",
        JsonSchema::OneOf(&["oral", "inhaled", "topical", "injected", "rectal", "nasal", "eye", "ear", "other"]),
    ),
    Member::optional("reason", JsonSchema::Text(255)),
    Member::optional("since", JsonSchema::PastDay),
    Member::optional("until", JsonSchema::Day),
]);

entity! {
    /// A health record of a patient: a symptom, diagnosis, medication or vital signs, as a person, a device or a program told of them.
    HealthRecord, "Health_Record" by health_record_id, search false;
    called "a health record", "health records";
    root "healthRecord", "healthRecords";
    written "record", "records";
    belongs { patient_id of patient, as "healthRecords" "The patient's health records." }
    links { chat_session_id -> session within; }
    columns {
        /// The key of the health record in the relational store.
        health_record_id: i32 = "healthRecordId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the conversation in which the record came up, in the relational store.
        chat_session_id: Option<i32> = "chatSessionId" index, Key, link;
        /// The subject of the record, which says what `data` looks like.
        record_type: Option<Enum<HealthRecordType>> = "type" index with recorded_at, Clinical, required value;
        /// What is recorded: an object whose members follow from the type. Vital signs are numbers with their units, as
        /// `{"heart_rate": {"value": 72, "unit": "/min"}}`; the names of `VitalSign` in small letters are the members.
        record_data: Option<Json> = "data", FreeText, required json(BY_TYPE);
        /// How severe the complaint or condition is, from 1 (hardly) to 10 (as bad as can be).
        severity: Option<Whole<1, 10>> = "severity", Clinical, value;
        /// When what is recorded was seen, felt or measured.
        recorded_at: Option<DateTime> = "recordedAt" order, Date, now value;
        /// Where the record comes from.
        source: Option<Enum<RecordSource>> = "source", Operational, value;
        /// How sure the source is, from 0 (not at all) to 1.
        confidence: Option<Decimal<2, 0, 1>> = "confidence", Clinical, value;
        /// Whether a member of the staff has looked at the record and found the record right.
        is_verified: Flag<false> = "isVerified", Clinical, value;
        /// When the record was verified.
        verified_at: Option<DateTime> = "verifiedAt", Date, value;
        /// Notes on the record.
        notes: Option<String> = "notes", FreeText, prose;
    }
    fields {
        /// The patient whom the record is about.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The conversation in which the record came up.
        "session" = One { entity: &session::ENTITY, column: "chat_session_id" };
    }
    gives {
        /// The patient's health records, the latest first.
        patient, "healthRecords" = List {
            children: &OF_PATIENT,
            narrowing: Some(Narrowing { arg: "type", doc: "Only records of this type.", field: "type", required: false }),
        };
        /// One vital sign of the patient over time, the earliest first. A value that is no number is left out; values stay in the unit in
        /// which they were recorded.
        patient, "vitals" = Gathered { children: &VITALS_OF_PATIENT, object: &POINT, args: vital_args, ask: within_days, make: points, many: true };
        /// The health records that came up in the conversation, the latest first.
        session, "healthRecords" = List { children: &OF_SESSION, narrowing: None };
    }
    verbs {
        /// Adds a health record to a patient.
        "addHealthRecord" = ADD;
        /// Says that a health record was looked at and is right.
        "verifyHealthRecord" = VERIFY;
    }
    checks &[
        Check {
            columns: &["record_data", "record_type"],
            code: "INVALID",
            message: "what is recorded must look as its type asks",
            constraint: None,
            holds: Holds::Json(schema),
        },
        Check {
            columns: &["record_data", "record_type"],
            code: "ORDER",
            message: "the systolic blood pressure must lie above the diastolic one",
            constraint: None,
            holds: Holds::Always(|row| super::vitals::is_pressure(row.get("record_data"))),
        },
        Check {
            columns: &["record_data", "record_type"],
            code: "ORDER",
            message: "a medication must not be taken `until` a day before `since`",
            constraint: None,
            holds: Holds::Always(|row| is_in_order(row.get("record_data"))),
        },
        Check {
            columns: &["verified_at", "is_verified"],
            code: "CONTRADICTION",
            message: "a record that is not verified has no moment at which it was",
            constraint: None,
            holds: Holds::Always(|row| row.get("verified_at").is_none() || row.flag("is_verified", false)),
        },
        Check {
            columns: &["recorded_at"],
            code: "IN_FUTURE",
            message: "what is recorded must not lie in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["verified_at"],
            code: "IN_FUTURE",
            message: "a record must not have been verified in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["verified_at", "recorded_at"],
            code: "ORDER",
            message: "a record must not have been verified before it was recorded",
            constraint: None,
            holds: Holds::InOrder,
        },
    ];
}

/// What the JSON of a record must look like.
fn schema(row: &Cells) -> Option<&'static JsonSchema> {
    Some(match HealthRecordType::OF.canonical(row.get("record_type")?)? {
        "symptom" => &SYMPTOM,
        "diagnosis" => &DIAGNOSIS,
        "medication" => &MEDICATION,
        _ => &VITAL_SIGNS,
    })
}

/// Whether the days from which and to which something is taken are in their order, where both are known.
fn is_in_order(data: Option<&str>) -> bool {
    let data: Option<serde_json::Value> = data.and_then(|data| serde_json::from_str(data).ok());
    let day = |name: &str| data.as_ref()?.get(name)?.as_str()?.parse::<NaiveDate>().ok();
    day("since").zip(day("until")).is_none_or(|(since, until)| since <= until)
}

static ADD: Add = Add(&Form::add("AddHealthRecordInput", "The fields of a new health record.", &ENTITY));

static VERIFY: Once = Once {
    form: &Form::change("VerifyHealthRecordInput", "When a health record was verified, and notes.", &ENTITY)
        .only(&["verified_at", "notes"]),
    moment: "verified_at",
    set: &[("is_verified", "1")],
    over: "this record is verified already",
};

const LATEST_FIRST: By = By { column: "recorded_at", descending: true, via: false, nullable: true };

/// A patient's health records, the latest first.
static OF_PATIENT: Children = Children {
    name: "HealthRecordsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[LATEST_FIRST],
    preset: None,
    expected: 20,
};

/// The health records of a conversation, the latest first.
static OF_SESSION: Children = Children {
    name: "HealthRecordsOfSession",
    of: &ENTITY,
    path: Path::Direct("chat_session_id"),
    order: &[LATEST_FIRST],
    preset: None,
    expected: 3,
};

/// A patient's vital signs, the earliest first.
static VITALS_OF_PATIENT: Children = Children {
    name: "VitalsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { descending: false, ..LATEST_FIRST }],
    preset: Some(|_| Cond::In("record_type", vec![Bind::Text("vital_signs".into())])),
    expected: 20,
};

fn vital_args(types: &mut Types<'_>) -> Vec<Arg> {
    let (name, day) = (types.kind(ValueKind::Enum(VitalSign::OF)), types.kind(ValueKind::Date));
    vec![
        Arg::new("name", format!("{name}!"), "The vital sign."),
        Arg::new("from", day.clone(), "Only values of this day (UTC) and later ones."),
        Arg::new("to", day, "Only values of this day (UTC) and earlier ones."),
    ]
}

/// The days that are asked for, both included.
fn within_days(args: &Args) -> Result<Option<Cond>> {
    let day = |arg: &str| match args.text(arg).map(str::parse::<NaiveDate>) {
        Some(Ok(day)) => Ok(Some(day)),
        Some(Err(_)) => Err(Error::BadInput(format!("`{arg}` must be a day, as 2024-05-01"))),
        None => Ok(None),
    };
    let at = |op, day: NaiveDate, time: &str| Cond::Compare("recorded_at", op, Bind::Text(format!("{day} {time}")));
    let (from, to) = (day("from")?, day("to")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Error::BadInput("`from` must not be after `to`".into()));
    }
    let from = from.map(|day| at(Op::Gte, day, "00:00:00"));
    let to = to.map(|day| at(Op::Lte, day, "23:59:59.999999"));
    let bounds: Vec<Cond> = from.into_iter().chain(to).collect();
    Ok((!bounds.is_empty()).then_some(Cond::And(bounds)))
}

/// The values of one vital sign.
fn points(records: &[&HealthRecord], args: &Args) -> Vec<Point> {
    let sign = args.text("name").and_then(|name| VitalSign::OF.canonical(name)).unwrap_or_default();
    let point = |record: &&HealthRecord| {
        let (value, unit) = super::vitals::read(record.record_data.as_ref()?.text(), sign)?;
        Some(Point { value, unit, recorded_at: record.recorded_at, record: record.health_record_id })
    };
    records.iter().filter_map(point).collect()
}
