//! What is written of patients.

use super::patient;
use crate::{
    chat::{self, message},
    graphql::{
        made::{MadeRow, ToRows},
        model::{FieldDef, Object},
        write::{
            Add, Below, Change, Form, Parent, Remove,
            batch::{AddEach, Batch, FAILED, KEPT, REFUSED},
        },
    },
    labs::{self, lab_finding, lab_report},
    medications::{self, medication, purpose},
    records::{self, medical_history},
    reports::{self, report, report_finding},
    visits::{self, appointment, symptom},
};

/// The patient that a new row belongs to.
pub static OF_PATIENT: Parent = Parent {
    field: "patientId",
    doc: "The global id of the patient, as `Patient:12`; `12` will do.",
    entity: &patient::ENTITY,
    column: "patient_id",
};

/// Registers a patient.
pub static REGISTER: Add = Add(&Form::add("RegisterPatientInput", "The fields of a new patient.", &patient::ENTITY));

static IMPORT_PAYLOAD: Object = Object {
    name: "ImportPatientsPayload",
    doc: "The result of importing patients.",
    is_node: false,
    of: None,
    scalars: Batch::SCALARS,
    fields: &[
        FieldDef {
            name: "patients",
            doc: "The patients that were written, as they are now.",
            field: &ToRows {
                entity: &patient::ENTITY,
                keys: |batch: &Batch, _, _| Ok(batch.keys.clone()),
                args: |_| Vec::new(),
                expected: 1,
            },
        },
        KEPT,
        REFUSED,
        FAILED,
    ],
};

/// Adds patients with all that belongs to them, each whole or not at all.
pub static IMPORT: AddEach = AddEach {
    form: &Form::add(
        "ImportPatientInput",
        "The fields of a patient to import, with all that belongs to the patient.",
        &patient::ENTITY,
    )
    .with(&[
        Below {
            field: "medicalHistory",
            doc: "The entries of the patient's medical history.",
            form: &records::writes::ENTRY,
            column: "patient_id",
        },
        Below {
            field: "appointments",
            doc: "The patient's appointments, past ones too.",
            form: &visits::writes::APPOINTMENT,
            column: "patient_id",
        },
        Below {
            field: "medications",
            doc: "The patient's medications, discontinued ones too.",
            form: &medications::writes::MEDICATION,
            column: "patient_id",
        },
        Below {
            field: "labReports",
            doc: "The patient's laboratory reports.",
            form: &labs::writes::REPORT,
            column: "patient_id",
        },
        Below {
            field: "reports",
            doc: "Other reports on the patient.",
            form: &reports::writes::REPORT,
            column: "patient_id",
        },
        Below {
            field: "messages",
            doc: "The messages of the patient's conversations.",
            form: &chat::writes::MESSAGE,
            column: "patient_id",
        },
    ]),
    payload: &IMPORT_PAYLOAD,
};

/// Corrects a patient's record.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectPatientInput", "The fields of a patient to correct.", &patient::ENTITY));

/// Removes a patient and all that belongs to them.
pub static REMOVE: Remove = Remove {
    entity: &patient::ENTITY,
    below: &[
        &symptom::ENTITY,
        &purpose::ENTITY,
        &lab_finding::ENTITY,
        &report_finding::ENTITY,
        &appointment::ENTITY,
        &medication::ENTITY,
        &lab_report::ENTITY,
        &report::ENTITY,
        &medical_history::ENTITY,
        &message::ENTITY,
    ],
};
