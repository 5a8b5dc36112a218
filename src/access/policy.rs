//! What a caller may ask for, by role: the one place where that stands. Which patients a caller sees is the scope's matter.

use super::principal::{Principal, Role};
use crate::error::{Error, Result, Violation};
use async_graphql::Value;
use serde_json::Value as Json;

/// What a caller without credentials may ask for.
const OPEN: &[&str] = &["logIn", "refreshSession"];

/// What only administrators may ask for.
const OF_ADMINISTRATORS: &[&str] = &[
    "accessEvents",
    "breakGlasses",
    "reviewBreakGlass",
    "graphStatus",
    "importPatients",
    "removePatient",
    "addPartner",
    "correctPartner",
    "removePartner",
    // What was withdrawn stays withdrawn, and what was given is not forgotten.
    "correctConsent",
    "removeConsent",
];

/// What only clinicians may ask for: others see every patient, or themselves.
const OF_CLINICIANS: &[&str] = &["breakGlass"];

/// What a patient may change: the session, the patient's own contacts, settings, consents and conversations.
const OF_PATIENTS: &[&str] = &[
    "logIn",
    "refreshSession",
    "logOut",
    "changePassword",
    "addEmail",
    "correctEmail",
    "removeEmail",
    "addPhone",
    "correctPhone",
    "removePhone",
    "addAddress",
    "correctAddress",
    "removeAddress",
    "setPrivacySettings",
    "giveConsent",
    "withdrawConsent",
    "startChatSession",
    "sendChatMessage",
    "endChatSession",
    "addAttachment",
];

/// What a patient leaves out of an input: what only the practice and its programs know.
const NOT_OF_PATIENTS: &[&str] = &[
    "isVerified",
    "verifiedAt",
    "aiSource",
    "confidence",
    "analyses",
    "diagnosisSuggestions",
    "analysisResults",
    "isProcessed",
    "evidence",
    "givenAt",
    "withdrawnAt",
];

/// The object types whose entries are in the graph.
const IN_GRAPH: &[&str] = &[
    "Patient",
    "DoctorAssignment",
    "MedicalHistory",
    "Appointment",
    "Symptom",
    "Medication",
    "MedicationPurpose",
    "Consultation",
    "Scan",
    "Prediction",
    "LabReport",
    "LabFinding",
    "Report",
    "ReportFinding",
];

/// What fields tell of besides the objects that they lead to: object types, also where they only put what is shown in order, or choose it.
/// The purposes that a prescriber wrote say what treats what, and a symptom is of the day of its appointment. Whoever may read objects of some
/// types alone is refused what is made of a record and does not stand here.
const TELLS: &[(&str, &[&str], &[&str])] = &[
    ("ChatSession", &["analyses"], &["ChatMessage"]),
    ("ChatSession", &["cost"], &["ChatMessage", "AiAnalysis"]),
    ("Doctor", &["patients"], &["DoctorAssignment"]),
    ("HealthProfile", &["bloodType"], &[]),
    ("LabFinding", &["referenceInterval"], &[]),
    ("MedicalHistory", &["indicatedBy", "indicatedByCount"], &["Symptom"]),
    ("MedicalHistory", &["treatedBy", "treatedByCount"], &["Medication", "MedicationPurpose"]),
    ("Medication", &["treats", "treatsCount"], &["MedicalHistory", "MedicationPurpose"]),
    ("Patient", &["abnormalFindings"], &["LabReport"]),
    ("Patient", &["labTrend"], &["LabReport"]),
    ("Patient", &["carePaths", "carePathCount"], &["Symptom", "MedicalHistory", "Medication", "MedicationPurpose"]),
    ("Patient", &["contraindications", "contraindicationCount"], &["MedicalHistory", "Medication"]),
    ("Patient", &["differential"], &["Symptom", "MedicalHistory", "Appointment"]),
    ("Patient", &["graph"], IN_GRAPH),
    ("Patient", &["interactions", "interactionCount"], &["Medication"]),
    (
        "Patient",
        &["medicationsWithoutIndication", "medicationWithoutIndicationCount"],
        &["MedicalHistory", "Medication", "MedicationPurpose"],
    ),
    ("Patient", &["possibleSideEffects", "possibleSideEffectCount"], &["Symptom", "Medication", "Appointment"]),
    ("Patient", &["primaryDoctor"], &["DoctorAssignment"]),
    ("Patient", &["privacySettings"], &["PrivacySettings"]),
    ("Patient", &["similarPatients"], &["Symptom", "MedicalHistory", "Medication"]),
    ("Patient", &["unexplainedSymptoms", "unexplainedSymptomCount"], &["Symptom", "MedicalHistory"]),
    (
        "Patient",
        &["untreatedConditions", "untreatedConditionCount"],
        &["MedicalHistory", "Medication", "MedicationPurpose"],
    ),
    ("Patient", &["vitals"], &["HealthRecord"]),
    ("Query", &["me"], &[]),
    ("Query", &["knowledge"], &[]),
    ("Symptom", &["indicates", "indicatesCount"], &["MedicalHistory"]),
];

/// What of the root tells nothing of patients by itself; rows below say whose they are. All else that is no row is told of in the access log.
const SILENT: &[&str] = &["me", "knowledge", "graphStatus", "node", "nodes"];

/// What is said to a caller whom the gateway does not know.
pub const LOG_IN: &str = "log in first: send `Authorization: Bearer` with an access token, which `logIn` gives";

/// Every name of a root field that a rule speaks of; a test holds them against the schema.
pub fn ruled() -> impl Iterator<Item = &'static str> {
    [OPEN, OF_ADMINISTRATORS, OF_CLINICIANS, OF_PATIENTS, SILENT].concat().into_iter()
}

/// Every name of an input's field that a rule speaks of; a test holds them against the schema.
pub fn unsaid_by_patients() -> &'static [&'static str] {
    NOT_OF_PATIENTS
}

/// The object types that a field tells of besides those of the objects that it leads to, where that is known.
pub fn told(on: &str, field: &str) -> Option<&'static [&'static str]> {
    TELLS.iter().find(|(of, fields, _)| *of == on && fields.contains(&field)).map(|(_, _, types)| *types)
}

/// Every field of which that is known, with its type; a test holds them against the schema.
pub fn all_told() -> impl Iterator<Item = (&'static str, &'static str, &'static [&'static str])> {
    TELLS.iter().flat_map(|(of, fields, types)| fields.iter().map(|field| (*of, *field, *types)))
}

/// Whether a field of the root may tell something of patients without a row of one.
pub fn tells(field: &str) -> bool {
    !SILENT.contains(&field) && !OPEN.contains(&field)
}

impl Principal {
    /// Refuses a root field that the caller may not ask for.
    pub fn may(&self, field: &str, writes: bool) -> Result<()> {
        let Some(role) = self.role() else {
            return if OPEN.contains(&field) { Ok(()) } else { Err(Error::Unauthenticated(LOG_IN)) };
        };
        let allowed = match role {
            Role::Admin => !OF_CLINICIANS.contains(&field),
            Role::Clinician => !OF_ADMINISTRATORS.contains(&field),
            Role::Partner => !writes && !OF_ADMINISTRATORS.contains(&field),
            Role::Patient => !OF_ADMINISTRATORS.contains(&field) && (!writes || OF_PATIENTS.contains(&field)),
        };
        match allowed {
            true => Ok(()),
            false => Err(Error::NotAllowed(format!("`{field}` is not for the role {}", role.name()))),
        }
    }

    /// What of an input the caller may not say.
    pub fn may_say(&self, field: &str, input: &Value) -> Result<()> {
        let mut wrong = Vec::new();
        if self.role() == Some(Role::Patient) && OF_PATIENTS.contains(&field) {
            unsaid(input, &mut vec!["input".into()], &mut wrong);
            let author = match input {
                Value::Object(fields) if field == "sendChatMessage" => fields.get("type"),
                _ => None,
            };
            if author.is_some_and(|author| !matches!(author, Value::Null) && !is_text(author, "PATIENT")) {
                let message = "a patient writes as PATIENT: give that, or leave it out".to_owned();
                wrong.push(Violation { path: vec!["input".into(), "type".into()], code: "FORBIDDEN", message });
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
    }

    /// Refuses what tells of objects of types that the caller may not read: `what`.
    pub fn may_read(&self, what: &str, objects: &[&str]) -> Result<()> {
        let Some(client) = self.client() else { return Ok(()) };
        let hidden: Vec<&str> = objects.iter().copied().filter(|object| !client.reads(object)).collect();
        match hidden.is_empty() {
            true => Ok(()),
            false => Err(Error::NotAllowed(format!(
                "`{what}` tells of {}, which this client may not read (`me {{ reads }}` has what it may)",
                hidden.join(", ")
            ))),
        }
    }

    /// Whether the caller may read objects of some types alone.
    pub fn reads_some(&self) -> bool {
        self.client().is_some()
    }

    /// Whether the caller sees how the gateway works: plans, metrics, the state of its stores.
    pub fn operates(&self) -> bool {
        self.role() == Some(Role::Admin)
    }
}

fn is_text(value: &Value, text: &str) -> bool {
    match value {
        Value::Enum(name) => name == text,
        Value::String(given) => given == text,
        _ => false,
    }
}

/// What an input says that patients leave out. `false` says nothing.
fn unsaid(input: &Value, path: &mut Vec<Json>, wrong: &mut Vec<Violation>) {
    match input {
        Value::Object(fields) => {
            for (name, value) in fields {
                path.push(name.as_str().into());
                let nothing = matches!(value, Value::Null | Value::Boolean(false));
                if NOT_OF_PATIENTS.contains(&name.as_str()) {
                    let message = "this is for the practice and its programs: leave it out".to_owned();
                    wrong.extend((!nothing).then(|| Violation { path: path.clone(), code: "FORBIDDEN", message }));
                } else {
                    unsaid(value, path, wrong);
                }
                path.pop();
            }
        }
        Value::List(values) => {
            for (at, value) in values.iter().enumerate() {
                path.push(at.into());
                unsaid(value, path, wrong);
                path.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::{Account, Client, Purpose},
        error::Code,
    };
    use std::sync::Arc;

    fn of(role: Role) -> Principal {
        let account = Account {
            id: 1,
            email: "a@b.example".into(),
            name: None,
            role,
            patient: None,
            doctor: None,
            breaks: false,
        };
        Principal::Account { account, session: 1 }
    }

    #[test]
    fn a_role_decides_what_may_be_asked_for() {
        let code = |of: &Principal, field, writes| of.may(field, writes).err().map(|error| error.code());
        for (field, writes, patient, clinician) in [
            ("patients", false, true, true),
            ("graphStatus", false, false, false),
            ("addEmail", true, true, true),
            ("prescribeMedication", true, false, true),
            ("removePatient", true, false, false),
            ("accessEvents", false, false, false),
            ("somethingNew", true, false, true),
        ] {
            let refused = |allowed: bool| (!allowed).then_some(Code::Forbidden);
            assert_eq!(code(&of(Role::Patient), field, writes), refused(patient), "{field}");
            assert_eq!(code(&of(Role::Clinician), field, writes), refused(clinician), "{field}");
            assert_eq!(code(&of(Role::Admin), field, writes), None, "{field}");
            assert_eq!(code(&Principal::Anybody, field, writes), None, "{field}");
            assert_eq!(code(&Principal::Nobody, field, writes), Some(Code::Unauthenticated), "{field}");
        }
        assert_eq!(code(&Principal::Nobody, "logIn", true), None);
    }

    #[test]
    fn a_partner_reads_what_it_may_and_writes_nothing() {
        let reads = ["Patient", "Medication"].map(str::to_owned).to_vec();
        let (name, partner_name, purpose) = ("study".to_owned(), "Study".to_owned(), Purpose::Research);
        let client = Client { id: 1, name, partner: 1, partner_name, purpose, reads, per_minute: None };
        let partner = Principal::Client(Arc::new(client));
        let may = |field, writes| partner.may(field, writes).is_ok();
        assert!(may("patients", false) && !may("accessEvents", false) && !may("graphStatus", false));
        for field in ["addEmail", "giveConsent", "logIn", "breakGlass"] {
            assert!(!may(field, true), "{field}");
        }
        assert!(partner.may_read("x", &["Medication", "Patient"]).is_ok() && !partner.operates());
        let error = partner.may_read("x", &["Symptom", "Patient", "Scan"]).unwrap_err();
        assert!(error.public_message().starts_with("`x` tells of Symptom, Scan, which"), "{error}");
        assert_eq!(error.code(), Code::Forbidden);
        assert!(of(Role::Patient).may_read("x", &["Symptom"]).is_ok());
    }
}
