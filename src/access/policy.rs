//! What a caller may ask for, by role: the one place where that stands. Which patients a caller sees is the scope's matter.

use super::principal::{Principal, Role};
use crate::error::{Error, Result};

/// What a caller without credentials may ask for.
const OPEN: &[&str] = &["logIn", "refreshSession"];

/// What only administrators may ask for.
const OF_ADMINISTRATORS: &[&str] =
    &["accessEvents", "breakGlasses", "reviewBreakGlass", "graphStatus", "importPatients", "removePatient"];

/// What only clinicians may ask for: others see every patient, or themselves.
const OF_CLINICIANS: &[&str] = &["breakGlass"];

/// What a patient may change: the session, the patient's own contacts, settings and conversations.
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
    "startChatSession",
    "sendChatMessage",
    "endChatSession",
    "addAttachment",
];

/// What of the root tells nothing of patients by itself; rows below say whose they are. All else that is no row is told of in the access log.
const SILENT: &[&str] = &["me", "knowledge", "graphStatus", "node", "nodes"];

/// What is said to a caller whom the gateway does not know.
pub const LOG_IN: &str = "log in first: send `Authorization: Bearer` with an access token, which `logIn` gives";

/// Every name of a root field that a rule speaks of; a test holds them against the schema.
pub fn ruled() -> impl Iterator<Item = &'static str> {
    [OPEN, OF_ADMINISTRATORS, OF_CLINICIANS, OF_PATIENTS, SILENT].concat().into_iter()
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
            Role::Patient => !OF_ADMINISTRATORS.contains(&field) && (!writes || OF_PATIENTS.contains(&field)),
        };
        match allowed {
            true => Ok(()),
            false => Err(Error::NotAllowed(format!("`{field}` is not for the role {}", role.name()))),
        }
    }

    /// Whether the caller sees how the gateway works: plans, metrics, the state of its stores.
    pub fn operates(&self) -> bool {
        self.role() == Some(Role::Admin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::Account, error::Code};

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
}
