//! The only file that names every domain: the root of the schema.

use crate::{
    chat::{self, message},
    graphql::{
        engine::Roots,
        model::{Entity, FieldDef, Object},
        root::{All, ById, Nodes},
    },
    knowledge::{catalog, status},
    labs::{self, lab_finding, lab_report},
    medications::{self, medication, purpose},
    patients::{self, patient},
    records::{self, medical_history},
    reports::{self, report, report_finding},
    visits::{self, appointment, symptom},
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
    doc: "The fields with which queries start.",
    is_node: false,
    of: None,
    scalars: &[],
    fields: &[
        FieldDef {
            name: "patient",
            doc: "The patient with this id; null if there is none.",
            field: &ById(&patient::ENTITY),
        },
        FieldDef { name: "patients", doc: "All patients, a page at a time.", field: &All(&patient::ENTITY) },
        FieldDef {
            name: "medicalHistory",
            doc: "The entry of a medical history with this id; null if there is none.",
            field: &ById(&medical_history::ENTITY),
        },
        FieldDef {
            name: "medicalHistories",
            doc: "Entries of all medical histories, a page at a time.",
            field: &All(&medical_history::ENTITY),
        },
        FieldDef {
            name: "appointment",
            doc: "The appointment with this id; null if there is none.",
            field: &ById(&appointment::ENTITY),
        },
        FieldDef {
            name: "appointments",
            doc: "Appointments of all patients, a page at a time.",
            field: &All(&appointment::ENTITY),
        },
        FieldDef {
            name: "symptom",
            doc: "The symptom with this id; null if there is none.",
            field: &ById(&symptom::ENTITY),
        },
        FieldDef {
            name: "symptoms",
            doc: "Symptoms of all patients, a page at a time.",
            field: &All(&symptom::ENTITY),
        },
        FieldDef {
            name: "medication",
            doc: "The medication with this id; null if there is none.",
            field: &ById(&medication::ENTITY),
        },
        FieldDef {
            name: "medications",
            doc: "Medications of all patients, a page at a time.",
            field: &All(&medication::ENTITY),
        },
        FieldDef {
            name: "medicationPurpose",
            doc: "The purpose of a medication with this id; null if there is none.",
            field: &ById(&purpose::ENTITY),
        },
        FieldDef {
            name: "medicationPurposes",
            doc: "Purposes of the medications of all patients, a page at a time.",
            field: &All(&purpose::ENTITY),
        },
        FieldDef {
            name: "labReport",
            doc: "The laboratory report with this id; null if there is none.",
            field: &ById(&lab_report::ENTITY),
        },
        FieldDef {
            name: "labReports",
            doc: "Laboratory reports of all patients, a page at a time.",
            field: &All(&lab_report::ENTITY),
        },
        FieldDef {
            name: "labFinding",
            doc: "The laboratory finding with this id; null if there is none.",
            field: &ById(&lab_finding::ENTITY),
        },
        FieldDef {
            name: "labFindings",
            doc: "Laboratory findings of all patients, a page at a time.",
            field: &All(&lab_finding::ENTITY),
        },
        FieldDef {
            name: "report",
            doc: "The report with this id; null if there is none.",
            field: &ById(&report::ENTITY),
        },
        FieldDef { name: "reports", doc: "Reports on all patients, a page at a time.", field: &All(&report::ENTITY) },
        FieldDef {
            name: "reportFinding",
            doc: "The finding of a report with this id; null if there is none.",
            field: &ById(&report_finding::ENTITY),
        },
        FieldDef {
            name: "reportFindings",
            doc: "Findings of reports on all patients, a page at a time.",
            field: &All(&report_finding::ENTITY),
        },
        FieldDef {
            name: "chatMessage",
            doc: "The message with this id; null if there is none.",
            field: &ById(&message::ENTITY),
        },
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
            doc: "The state of the graph, and how far the graph is behind the records.",
            field: &status::GraphStatus,
        },
        FieldDef {
            name: "node",
            doc: "Any object by its global id; null if there is none.",
            field: &Nodes { entities: &NODES, made: &[&catalog::NODES], many: false },
        },
        FieldDef {
            name: "nodes",
            doc: "Objects by their global ids, in the order of the ids; null for each that does not exist, and with an error besides for each id that is none.",
            field: &Nodes { entities: &NODES, made: &[&catalog::NODES], many: true },
        },
    ],
};

/// The root of every mutation.
pub static MUTATION: Object = Object {
    name: "Mutation",
    doc: "The fields that write. Each field is one transaction; the fields of a request are executed in their order.",
    is_node: false,
    of: None,
    scalars: &[],
    fields: &[
        FieldDef { name: "registerPatient", doc: "Registers a patient.", field: &patients::writes::REGISTER },
        FieldDef {
            name: "importPatients",
            doc: "Imports patients with all that belongs to them. Each patient is written whole or not at all; a patient that is refused does not stop the others.",
            field: &patients::writes::IMPORT,
        },
        FieldDef { name: "correctPatient", doc: "Corrects a patient's record.", field: &patients::writes::CORRECT },
        FieldDef {
            name: "removePatient",
            doc: "Removes a patient and all that belongs to the patient, from the records and from the graph. This cannot be undone.",
            field: &patients::writes::REMOVE,
        },
        FieldDef {
            name: "recordMedicalHistory",
            doc: "Records an entry of a patient's medical history.",
            field: &records::writes::RECORD,
        },
        FieldDef {
            name: "correctMedicalHistory",
            doc: "Corrects an entry of a medical history.",
            field: &records::writes::CORRECT,
        },
        FieldDef {
            name: "removeMedicalHistory",
            doc: "Removes an entry of a medical history.",
            field: &records::writes::REMOVE,
        },
        FieldDef {
            name: "scheduleAppointment",
            doc: "Schedules an appointment, with the symptoms that are known already.",
            field: &visits::writes::SCHEDULE,
        },
        FieldDef {
            name: "rescheduleAppointment",
            doc: "Moves an appointment to another day or time.",
            field: &visits::writes::RESCHEDULE,
        },
        FieldDef { name: "cancelAppointment", doc: "Cancels an appointment.", field: &visits::writes::CANCEL },
        FieldDef { name: "correctAppointment", doc: "Corrects an appointment.", field: &visits::writes::CORRECT },
        FieldDef {
            name: "removeAppointment",
            doc: "Removes an appointment and its symptoms.",
            field: &visits::writes::REMOVE,
        },
        FieldDef {
            name: "recordSymptoms",
            doc: "Records symptoms that a patient reported at an appointment.",
            field: &visits::writes::RECORD_SYMPTOMS,
        },
        FieldDef { name: "correctSymptom", doc: "Corrects a symptom.", field: &visits::writes::CORRECT_SYMPTOM },
        FieldDef { name: "removeSymptom", doc: "Removes a symptom.", field: &visits::writes::REMOVE_SYMPTOM },
        FieldDef {
            name: "prescribeMedication",
            doc: "Prescribes a medication, with its purposes.",
            field: &medications::writes::PRESCRIBE,
        },
        FieldDef {
            name: "discontinueMedication",
            doc: "Discontinues a medication.",
            field: &medications::writes::DISCONTINUE,
        },
        FieldDef { name: "correctMedication", doc: "Corrects a medication.", field: &medications::writes::CORRECT },
        FieldDef {
            name: "removeMedication",
            doc: "Removes a medication and its purposes.",
            field: &medications::writes::REMOVE,
        },
        FieldDef {
            name: "addMedicationPurposes",
            doc: "Adds purposes to a medication.",
            field: &medications::writes::ADD_PURPOSES,
        },
        FieldDef {
            name: "correctMedicationPurpose",
            doc: "Corrects a purpose of a medication.",
            field: &medications::writes::CORRECT_PURPOSE,
        },
        FieldDef {
            name: "removeMedicationPurpose",
            doc: "Removes a purpose of a medication.",
            field: &medications::writes::REMOVE_PURPOSE,
        },
        FieldDef {
            name: "recordLabReport",
            doc: "Records a laboratory report, with its findings.",
            field: &labs::writes::RECORD,
        },
        FieldDef { name: "correctLabReport", doc: "Corrects a laboratory report.", field: &labs::writes::CORRECT },
        FieldDef {
            name: "removeLabReport",
            doc: "Removes a laboratory report and its findings.",
            field: &labs::writes::REMOVE,
        },
        FieldDef {
            name: "addLabFindings",
            doc: "Adds findings to a laboratory report.",
            field: &labs::writes::ADD_FINDINGS,
        },
        FieldDef {
            name: "correctLabFinding",
            doc: "Corrects a finding of a laboratory report.",
            field: &labs::writes::CORRECT_FINDING,
        },
        FieldDef {
            name: "removeLabFinding",
            doc: "Removes a finding of a laboratory report.",
            field: &labs::writes::REMOVE_FINDING,
        },
        FieldDef { name: "addReport", doc: "Adds a report, with its findings.", field: &reports::writes::ADD },
        FieldDef { name: "correctReport", doc: "Corrects a report.", field: &reports::writes::CORRECT },
        FieldDef { name: "removeReport", doc: "Removes a report and its findings.", field: &reports::writes::REMOVE },
        FieldDef {
            name: "addReportFindings",
            doc: "Adds findings to a report.",
            field: &reports::writes::ADD_FINDINGS,
        },
        FieldDef {
            name: "correctReportFinding",
            doc: "Corrects a finding of a report.",
            field: &reports::writes::CORRECT_FINDING,
        },
        FieldDef {
            name: "removeReportFinding",
            doc: "Removes a finding of a report.",
            field: &reports::writes::REMOVE_FINDING,
        },
        FieldDef {
            name: "sendChatMessage",
            doc: "Adds a message to a patient's conversation.",
            field: &chat::writes::SEND,
        },
        FieldDef { name: "correctChatMessage", doc: "Corrects a message.", field: &chat::writes::CORRECT },
        FieldDef { name: "removeChatMessage", doc: "Removes a message.", field: &chat::writes::REMOVE },
    ],
};

/// Where requests start.
pub static ROOTS: Roots = Roots {
    doc: "MediMax: patients' records and the graph of how their symptoms, conditions and medications belong together. Lists that \
          grow are Relay connections; every object with an `id` can be read again with `node`. Patients' data is as the hospital \
          recorded it; what the graph answers is decision support, not a diagnosis.",
    query: &QUERY,
    mutation: &MUTATION,
};
