//! What a program predicts of a patient's condition, mostly from a scan. The gateway makes no prediction: it keeps what programs send.

use super::scan;
use crate::{
    db::{By, DateTime, Decimal, Path},
    entity::entity,
    graph::shape::{As, Bond, Names, Shape},
    graphql::{
        form::Form,
        model::Children,
        relation::{List, One, Sole},
        rules::{Check, Holds},
    },
    patients::patient,
    records::medical_history,
    write::Add,
};

entity! {
    /// A prediction that a program made of a patient's condition. It supports a decision and makes none.
    Prediction, "Prediction" by prediction_id, search false;
    called "a prediction", "predictions";
    root "prediction", "predictions";
    written "prediction", "predictions";
    belongs { patient_id of patient, as "predictions" "What programs predicted of the patient's conditions." }
    links { scan_id -> scan within; history_id -> medical_history within; }
    columns {
        /// The key of the prediction in the relational store.
        prediction_id: i32 = "predictionId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the scan that the prediction was made from, in the relational store.
        scan_id: Option<i32> = "scanId" index, Key, link;
        /// The key of the entry of the medical history that the prediction is about, in the relational store.
        history_id: Option<i32> = "medicalHistoryId" index, Key, link;
        /// The name of the condition that the program looked for.
        condition_name: Option<String> = "condition" index with predicted_at, Clinical, required line(255);
        /// What the program predicts: as a rule that the patient has the condition, or is healthy.
        label: Option<String> = "label", Clinical, required line(255);
        /// The stage of the condition that the program predicts.
        stage: Option<String> = "stage", Clinical, line(100);
        /// How probable the label is, to the program.
        probability: Option<Decimal<4, 0, 1>> = "probability", Clinical, value;
        /// The name of the model that the program used.
        model_name: Option<String> = "modelName", Operational, line(255);
        /// The version of the model.
        model_version: Option<String> = "modelVersion", Operational, line(100);
        /// When the prediction was made; the time at which it is entered, if left out.
        predicted_at: Option<DateTime> = "predictedAt" order, Date, now value;
        /// Notes on the prediction.
        notes: Option<String> = "notes", FreeText, prose;
        /// When the prediction was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the entry of the prediction last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient whom the prediction is about.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The scan that the prediction was made from.
        "scan" = One { entity: &scan::ENTITY, column: "scan_id" };
        /// The entry of the medical history that the prediction is about.
        "medicalHistory" = One { entity: &medical_history::ENTITY, column: "history_id" };
    }
    gives {
        /// What programs predicted of the patient's conditions, the latest first.
        patient, "predictions" = List { children: &OF_PATIENT, narrowing: None };
        /// The latest of the patient's predictions.
        patient, "latestPrediction" = Sole { children: &LATEST_OF_PATIENT };
        /// What programs predicted from the scan, the latest first.
        scan, "predictions" = List { children: &OF_SCAN, narrowing: None };
    }
    verbs {
        /// Records what a program predicted of a patient's condition.
        "recordPrediction" = RECORD;
    }
    graph nodes SHAPE;
    checks &[
        Check {
            columns: &["predicted_at"],
            code: "IN_FUTURE",
            message: "a prediction must not have been made in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
    ];
}

/// A prediction in the graph: it leads to the patient's condition that it is about.
static SHAPE: Shape = Shape {
    caption: "label",
    props: &[
        ("label", "label", As::Text),
        ("condition", "condition_name", As::Text),
        ("stage", "stage", As::Text),
        ("probability", "probability", As::Number),
        ("model", "model_name", As::Text),
        ("model_version", "model_version", As::Text),
        ("date", "predicted_at", As::Day),
    ],
    bonds: &[Bond {
        name: "HAS_PREDICTION",
        from_patient: true,
        props: &[("date", "date"), ("label", "label"), ("stage", "stage")],
    }],
    names: Some(Names { name: "PREDICTS", prop: "condition", column: "history_id" }),
    ..Shape::PLAIN
};

static RECORD: Add = Add(&Form::add("RecordPredictionInput", "The fields of a new prediction.", &ENTITY));

const LATEST_FIRST: &[By] = &[By { column: "predicted_at", descending: true, via: false, nullable: true }];

/// What was predicted of a patient, the latest first.
static OF_PATIENT: Children = Children {
    name: "PredictionsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: LATEST_FIRST,
    preset: None,
    expected: 3,
};

/// The latest prediction of a patient.
static LATEST_OF_PATIENT: Children = Children { name: "LatestPredictionOfPatient", ..OF_PATIENT };

/// What was predicted from a scan, the latest first.
static OF_SCAN: Children =
    Children { name: "PredictionsOfScan", path: Path::Direct("scan_id"), expected: 1, ..OF_PATIENT };
