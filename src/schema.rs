//! The only file that names every domain: the root of the schema.

use crate::{
    chat::message,
    graphql::{
        model::{Entity, FieldDef, Object},
        root::{All, ById, Nodes},
    },
    knowledge::{catalog, status},
    labs::{lab_finding, lab_report},
    medications::{medication, purpose},
    patients::patient,
    records::medical_history,
    reports::{report, report_finding},
    visits::{appointment, symptom},
};

/// Every entity with a global id.
static NODES: [&Entity; 11] = [
    &patient::ENTITY,
    &medical_history::ENTITY,
    &appointment::ENTITY,
    &symptom::ENTITY,
    &medication::ENTITY,
    &purpose::ENTITY,
    &lab_report::ENTITY,
    &lab_finding::ENTITY,
    &report::ENTITY,
    &report_finding::ENTITY,
    &message::ENTITY,
];

/// Every entity of the schema.
pub fn entities() -> &'static [&'static Entity] {
    &NODES
}

/// The root of every query.
pub static QUERY: Object = Object {
    name: "Query",
    doc: "Where every query starts.",
    is_node: false,
    of: None,
    scalars: &[],
    fields: &[
        FieldDef {
            name: "patient",
            doc: "One patient; null if there is none with this id.",
            field: &ById(&patient::ENTITY),
        },
        FieldDef { name: "patients", doc: "Patients, a page at a time.", field: &All(&patient::ENTITY) },
        FieldDef {
            name: "medicalHistory",
            doc: "One entry of a medical history.",
            field: &ById(&medical_history::ENTITY),
        },
        FieldDef {
            name: "medicalHistories",
            doc: "Entries of all medical histories, a page at a time.",
            field: &All(&medical_history::ENTITY),
        },
        FieldDef { name: "appointment", doc: "One appointment.", field: &ById(&appointment::ENTITY) },
        FieldDef {
            name: "appointments",
            doc: "Appointments of all patients, a page at a time.",
            field: &All(&appointment::ENTITY),
        },
        FieldDef { name: "symptom", doc: "One reported symptom.", field: &ById(&symptom::ENTITY) },
        FieldDef {
            name: "symptoms",
            doc: "Reported symptoms of all patients, a page at a time.",
            field: &All(&symptom::ENTITY),
        },
        FieldDef { name: "medication", doc: "One prescribed medicine.", field: &ById(&medication::ENTITY) },
        FieldDef {
            name: "medications",
            doc: "Prescribed medicines of all patients, a page at a time.",
            field: &All(&medication::ENTITY),
        },
        FieldDef {
            name: "medicationPurpose",
            doc: "What one medicine was prescribed for.",
            field: &ById(&purpose::ENTITY),
        },
        FieldDef {
            name: "medicationPurposes",
            doc: "What medicines of all patients were prescribed for, a page at a time.",
            field: &All(&purpose::ENTITY),
        },
        FieldDef { name: "labReport", doc: "One laboratory report.", field: &ById(&lab_report::ENTITY) },
        FieldDef {
            name: "labReports",
            doc: "Laboratory reports of all patients, a page at a time.",
            field: &All(&lab_report::ENTITY),
        },
        FieldDef { name: "labFinding", doc: "One laboratory finding.", field: &ById(&lab_finding::ENTITY) },
        FieldDef {
            name: "labFindings",
            doc: "Laboratory findings of all patients, a page at a time.",
            field: &All(&lab_finding::ENTITY),
        },
        FieldDef { name: "report", doc: "One report.", field: &ById(&report::ENTITY) },
        FieldDef { name: "reports", doc: "Reports on all patients, a page at a time.", field: &All(&report::ENTITY) },
        FieldDef { name: "reportFinding", doc: "One finding of a report.", field: &ById(&report_finding::ENTITY) },
        FieldDef {
            name: "reportFindings",
            doc: "Findings of reports on all patients, a page at a time.",
            field: &All(&report_finding::ENTITY),
        },
        FieldDef { name: "chatMessage", doc: "One message.", field: &ById(&message::ENTITY) },
        FieldDef {
            name: "chatMessages",
            doc: "Messages of all patients, a page at a time.",
            field: &All(&message::ENTITY),
        },
        FieldDef {
            name: "knowledge",
            doc: "What the catalogs know of symptoms, conditions and drugs.",
            field: &catalog::Root,
        },
        FieldDef {
            name: "graphStatus",
            doc: "Which graph answers, and how far it is behind the records.",
            field: &status::GraphStatus,
        },
        FieldDef {
            name: "node",
            doc: "Any object by its global id; null if there is none.",
            field: &Nodes { entities: &NODES, many: false },
        },
        FieldDef {
            name: "nodes",
            doc: "Objects by their global ids, in the order of the ids; null for each that does not exist.",
            field: &Nodes { entities: &NODES, many: true },
        },
    ],
};
