//! Who asks, as what.

use super::client::Client;
use crate::db::{Enumerated, enumeration};
use std::sync::Arc;

enumeration! {
    /// What a caller is to the hospital: it decides which patients the caller sees and what the caller may change.
    Role {
        /// Sees and changes everything, and manages the gateway.
        Admin "ADMIN" = "admin",
        /// A doctor: sees and changes the records of the patients who are assigned to the doctor now.
        Clinician "CLINICIAN" = "clinician",
        /// A patient: sees the patient's own record, and keeps contacts and settings up to date.
        Patient "PATIENT" = "patient",
        /// A program of an organisation outside the hospital: reads of the patients who consented what it is allowed to read.
        Partner "PARTNER" = "partner",
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Admin, Role::Clinician, Role::Patient, Role::Partner];

    /// The roles that accounts may have.
    pub const OF_ACCOUNTS: [Role; 3] = [Role::Admin, Role::Clinician, Role::Patient];

    /// The role of an account, by its stored spelling.
    pub(super) fn of_stored(text: &str) -> Option<Self> {
        Self::OF_ACCOUNTS.into_iter().find(|role| Self::OF.canonical(role.name()) == Some(text))
    }

    /// The role of a name, in whatever case.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(text))
    }
}

/// An account as it was when the request came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its key.
    pub id: i32,
    /// The address with which its owner logs in.
    pub email: String,
    /// What its owner is called.
    pub name: Option<String>,
    /// What its owner is.
    pub role: Role,
    /// The patient that a `PATIENT` is.
    pub patient: Option<i32>,
    /// The doctor that a `CLINICIAN` is.
    pub doctor: Option<i32>,
    /// Whether there are patients whom its owner sees for now although they are not assigned.
    pub breaks: bool,
}

impl Account {
    /// What others call its owner: the name, or the e-mail address where there is none.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.email)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody that the gateway knows: may log in, and nothing else.
    Nobody,
    /// Whoever reaches the port, where no log-in is asked for: sees and changes everything, and has no account.
    Anybody,
    /// The owner of an account, in a session.
    Account {
        /// The account.
        account: Account,
        /// The key of the session.
        session: i32,
    },
    /// A program of a partner.
    Client(Arc<Client>),
}

impl Principal {
    /// The caller's role; whoever reaches the port unasked is an administrator.
    pub fn role(&self) -> Option<Role> {
        match self {
            Principal::Nobody => None,
            Principal::Anybody => Some(Role::Admin),
            Principal::Account { account, .. } => Some(account.role),
            Principal::Client(_) => Some(Role::Partner),
        }
    }

    /// Who looked, as the access log has it, where the gateway knows.
    pub fn entered(&self) -> Option<String> {
        match self {
            Principal::Nobody | Principal::Anybody => None,
            Principal::Account { account, .. } => Some(account.called().to_owned()),
            Principal::Client(client) => Some(client.entered()),
        }
    }

    /// The program of a partner that the caller is.
    pub fn client(&self) -> Option<&Client> {
        match self {
            Principal::Client(client) => Some(client),
            Principal::Nobody | Principal::Anybody | Principal::Account { .. } => None,
        }
    }

    /// The account, where the caller has one.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Principal::Account { account, .. } => Some(account),
            Principal::Nobody | Principal::Anybody | Principal::Client(_) => None,
        }
    }
}
