//! What a patient allows to be done with the record. Where nobody said so, the defaults hold.

use super::patient;
use crate::{
    db::{DateTime, Flag, Path, Whole},
    entity::entity,
    graphql::{
        form::Form,
        gathered::Gathered,
        made::{MadeRow, ToRow, made},
        model::{Children, FieldDef, Object},
        relation::One,
        rules::{Check, Holds, Unique},
    },
    write::Put,
};

entity! {
    /// What a patient allows to be done with the record, as somebody recorded it. `Patient.privacySettings` says what holds, recorded or not.
    PrivacySettings, "Privacy_Settings" by privacy_settings_id, search false;
    called "a patient's privacy settings", "privacy settings of patients";
    root "privacySettings", "allPrivacySettings";
    written "settings", "allSettings";
    belongs { patient_id of patient, as one "privacySettings" "What the patient allows to be done with the record." }
    columns {
        /// The key of the settings in the relational store.
        privacy_settings_id: i32 = "privacySettingsId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// For how many days data may be kept that no law asks to be kept longer; null is the default.
        data_retention_days: Option<Whole<1, 36_525>> = "dataRetentionDays", Operational, default("730") value;
        /// Whether the data may be used for statistics of the practice.
        allow_analytics: Flag<false> = "allowAnalytics", Operational, value;
        /// Whether the data may be used for research.
        allow_research: Flag<false> = "allowResearch", Operational, value;
        /// Whether what leaves the practice must not say who the patient is.
        anonymize_data: Flag<true> = "anonymizeData", Operational, value;
        /// When the settings were first recorded.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the settings last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient who made the settings.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
    }
    gives {
        /// What the patient allows to be done with the record: what is recorded, and the defaults where nothing is.
        patient, "privacySettings" = Gathered {
            children: &OF_PATIENT,
            object: &IN_FORCE,
            args: |_| Vec::new(),
            ask: |_| Ok(None),
            make: |rows, _| vec![InForce::of(rows.first().copied())],
            many: false,
        };
    }
    verbs {
        /// Records what a patient allows to be done with the record: adds the settings, or changes those that are given.
        "setPrivacySettings" = SET;
    }
    checks &[
        Check {
            columns: &["patient_id"],
            code: "EXISTS",
            message: "the patient has privacy settings already: change them",
            constraint: Some("uq_privacy_settings_patient"),
            holds: Holds::Unique(Unique::by(&["patient_id"])),
        },
    ];
}

static SET: Put =
    Put(&Form::add("SetPrivacySettingsInput", "What a patient allows to be done with the record.", &ENTITY).alone());

/// The settings of a patient; more than one row only where no index keeps others out.
static OF_PATIENT: Children = Children {
    name: "PrivacySettingsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[],
    preset: None,
    expected: 1,
};

/// For how many days data is kept where nobody said so: two years.
const RETENTION_DAYS: i64 = 730;

/// What holds of a patient.
struct InForce {
    days: Whole<1, 36_525>,
    analytics: Flag<false>,
    research: Flag<false>,
    anonymize: Flag<true>,
    recorded: Option<i32>,
}

impl InForce {
    fn of(row: Option<&PrivacySettings>) -> Self {
        InForce {
            days: row.and_then(|row| row.data_retention_days.clone()).unwrap_or(Whole::from(RETENTION_DAYS)),
            analytics: row.map_or(Flag(false), |row| row.allow_analytics),
            research: row.map_or(Flag(false), |row| row.allow_research),
            anonymize: row.map_or(Flag(true), |row| row.anonymize_data),
            recorded: row.map(|row| row.privacy_settings_id),
        }
    }
}

made! {
    InForce {
        /// For how many days data may be kept that no law asks to be kept longer; 730 by default.
        "dataRetentionDays": Whole<1, 36_525> = |settings| settings.days.clone();
        /// Whether the data may be used for statistics of the practice; false by default.
        "allowAnalytics": Flag<false> = |settings| settings.analytics;
        /// Whether the data may be used for research; false by default.
        "allowResearch": Flag<false> = |settings| settings.research;
        /// Whether what leaves the practice must not say who the patient is; true by default.
        "anonymizeData": Flag<true> = |settings| settings.anonymize;
        /// Whether nothing is recorded, so that all of these are the defaults.
        "isDefault": Flag<false> = |settings| Flag(settings.recorded.is_none());
    }
}

static IN_FORCE: Object = Object {
    name: "PrivacySettingsInForce",
    doc: "What a patient allows to be done with the record, by what is recorded or by the defaults.",
    is_node: false,
    of: None,
    scalars: InForce::SCALARS,
    fields: &[FieldDef {
        name: "recorded",
        doc: "The settings as they are recorded; null where nothing is.",
        field: &ToRow { entity: &ENTITY, key: |settings: &InForce| settings.recorded },
    }],
};
