//! The only file that names every domain: the entities, and the fields at the root that follow from none of them.

use crate::{
    access::{Principal, Role},
    accounts::{self, ChangePassword, LogIn, LogOut, Me, RefreshSession},
    chat::{analysis, attachment, message, session},
    contacts::{address, country, email, phone, region},
    db::{
        Table,
        scope::{Grant, Scope},
    },
    graph::shape::Shapes,
    graphql::{
        clock::Clock,
        form::Form,
        made::{MadeRow, ToRows},
        model::{Entity, FieldDef, Model, Object},
        root::Nodes,
    },
    imaging::{prediction, scan},
    knowledge::{FIELDS, catalog, status},
    labs::{lab_finding, lab_report},
    medications::{medication, purpose},
    partners::{consent, partner},
    patients::{patient, privacy, profile},
    providers::{assignment, doctor, institution, specialty},
    records::{health_record, medical_history},
    reports::{report, report_finding},
    visits::{appointment, consultation, symptom},
    write::batch::{AddEach, Batch, FAILED, KEPT, REFUSED},
};
use std::sync::LazyLock;

/// The countries and regions that the binary knows.
pub use crate::contacts::iso;

/// Every entity, each after what it belongs to and what it points to.
static ENTITIES: &[&Entity] = &[
    &country::ENTITY,
    &region::ENTITY,
    &specialty::ENTITY,
    &institution::ENTITY,
    &doctor::ENTITY,
    &patient::ENTITY,
    &profile::ENTITY,
    &assignment::ENTITY,
    &medical_history::ENTITY,
    &appointment::ENTITY,
    &symptom::ENTITY,
    &medication::ENTITY,
    &purpose::ENTITY,
    &consultation::ENTITY,
    &scan::ENTITY,
    &prediction::ENTITY,
    &lab_report::ENTITY,
    &lab_finding::ENTITY,
    &report::ENTITY,
    &report_finding::ENTITY,
    &session::ENTITY,
    &message::ENTITY,
    &attachment::ENTITY,
    &analysis::ENTITY,
    &health_record::ENTITY,
    &privacy::ENTITY,
    &email::ENTITY,
    &phone::ENTITY,
    &address::ENTITY,
    &partner::ENTITY,
    &consent::ENTITY,
];

/// Every entity of the schema.
pub fn entities() -> &'static [&'static Entity] {
    ENTITIES
}

/// Their tables.
pub fn tables() -> Vec<&'static Table> {
    ENTITIES.iter().map(|entity| entity.table).collect()
}

/// What entities are in the graph.
pub static SHAPES: LazyLock<Shapes> =
    LazyLock::new(|| Shapes::new(ENTITIES.iter().filter_map(|entity| entity.graph.as_ref())));

/// The root of every query; entities give it their fields.
static QUERY: Object = Object {
    name: "Query",
    doc: "The fields with which queries start.",
    is_node: false,
    of: None,
    scalars: &[],
    fields: &[
        FieldDef {
            name: "me",
            doc: "The caller: the role, and the doctor or the patient that the caller is.",
            field: &Me,
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
            field: &Nodes { made: &[&catalog::NODES], many: false },
        },
        FieldDef {
            name: "nodes",
            doc: "Objects by their global ids, in the order of the ids; null for each that does not exist, and with an error besides for each id that is none.",
            field: &Nodes { made: &[&catalog::NODES], many: true },
        },
    ],
};

/// The root of every mutation; entities give it their fields.
static MUTATION: Object = Object {
    name: "Mutation",
    doc: "The fields that write. Each field is one transaction; the fields of a request are executed in their order.",
    is_node: false,
    of: None,
    scalars: &[],
    fields: &[
        FieldDef {
            name: "logIn",
            doc: "Begins a session of an account. After several failures the next try has to wait.",
            field: &LogIn,
        },
        FieldDef {
            name: "refreshSession",
            doc: "Goes on with a session: gives the next access token and the next refresh token.",
            field: &RefreshSession,
        },
        FieldDef { name: "logOut", doc: "Ends the session that asks, or all sessions of the account.", field: &LogOut },
        FieldDef {
            name: "changePassword",
            doc: "Gives the caller's account another password, and ends its other sessions.",
            field: &ChangePassword,
        },
        FieldDef {
            name: "importPatients",
            doc: "Imports patients with all that belongs to them. Each patient is written whole or not at all; a patient that is refused does not stop the others.",
            field: &IMPORT,
        },
    ],
};

/// Which patients a caller may see.
pub fn scope_of(caller: &Principal, clock: Clock) -> Scope {
    let mut grants: Vec<Grant> = match (caller, caller.account()) {
        (Principal::Anybody, _) => return Scope::everything(),
        (Principal::Client(client), _) => {
            vec![consent::patients_of(client.partner, client.purpose, clock.today)]
        }
        (Principal::Account { .. }, Some(account)) => match (account.role, account.doctor, account.patient) {
            (Role::Admin, ..) => return Scope::everything(),
            (Role::Clinician, Some(doctor), _) => vec![assignment::patients_of(doctor, clock.today)],
            (Role::Patient, _, Some(patient)) => vec![Grant::Patients([patient].into())],
            (Role::Clinician | Role::Patient | Role::Partner, ..) => Vec::new(),
        },
        (Principal::Nobody | Principal::Account { .. }, _) => Vec::new(),
    };
    let breaking = caller
        .account()
        .filter(|account| account.role == Role::Clinician && account.doctor.is_some() && account.breaks);
    grants.extend(breaking.map(|account| accounts::broken_by(account.id, clock)));
    Scope::any(grants)
}

/// Adds patients with all that belongs to them, each whole or not at all.
static IMPORT: AddEach = AddEach {
    form: &Form::add(
        "ImportPatientInput",
        "The fields of a patient to import, with all that belongs to the patient.",
        &patient::ENTITY,
    ),
    payload: &IMPORT_PAYLOAD,
};

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

/// The schema.
pub static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let doc = "MediMax: patients' records and the graph of how their symptoms, conditions and medications belong together. Lists that \
          grow are Relay connections; every object with an `id` can be read again with `node`. Patients' data is as the hospital \
          recorded it; what the graph answers is decision support, not a diagnosis.";
    Model::new(doc, &QUERY, &MUTATION, ENTITIES, &[FIELDS, accounts::FIELDS, accounts::GLASS_FIELDS])
});
