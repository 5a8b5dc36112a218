//! What patients consented to: that a partner reads their records for a purpose.

use super::partner;
use crate::{
    access::Purpose,
    db::{
        By, Date, DateTime, Enum, Path,
        scope::{Grant, Must, Rows},
    },
    entity::entity,
    graphql::{
        form::Form,
        model::Children,
        relation::{Connection, One},
        rules::{Check, Holds, Unique},
    },
    patients::patient,
    write::{Add, Once},
};
use chrono::NaiveDate;

entity! {
    /// A patient's consent that a partner reads the patient's record for a purpose. It holds from its first day to its last, unless it is
    /// withdrawn before.
    Consent, "Patient_Consent" by consent_id, search false;
    called "a patient's consent", "consents of patients";
    root "consent", "consents";
    written "consent", "consents";
    belongs { patient_id of patient, as "consents" "What the patient consents to." }
    links { partner_id -> partner; }
    columns {
        /// The key of the consent in the relational store.
        consent_id: i32 = "consentId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the partner in the relational store.
        partner_id: Option<i32> = "partnerId" index, Key, required link;
        /// What the partner may use the record for.
        purpose: Option<Enum<Purpose>> = "purpose", Operational, required value;
        /// The first day of the consent; null where it holds from when it was given.
        since: Option<Date> = "since" order, Operational, value;
        /// The last day of the consent; null where it holds until it is withdrawn.
        until: Option<Date> = "until", Operational, value;
        /// What proves the consent, as "form 7/2026, signed by the mother".
        evidence: Option<String> = "evidence", FreeText, prose;
        /// When the consent was given.
        given_at: Option<DateTime> = "givenAt", Operational, now value;
        /// When the consent was withdrawn; null while it is not.
        withdrawn_at: Option<DateTime> = "withdrawnAt", Operational, value;
        /// When the consent was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the consent last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient who consented.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The partner who may read the record.
        "partner" = One { entity: &partner::ENTITY, column: "partner_id" };
    }
    gives {
        /// What the patient consents to, or did: who may read the record, and what for.
        patient, "consents" = Connection { children: &OF_PATIENT };
        /// The consents that patients gave to the partner.
        partner, "consents" = Connection { children: &OF_PARTNER };
    }
    verbs {
        /// Records that a patient consents that a partner reads the record for a purpose. It holds from the next request of the partner on.
        "giveConsent" = GIVE;
        /// Withdraws a consent: from its next request on the partner reads the record no more. The consent stays as history.
        "withdrawConsent" = WITHDRAW;
    }
    checks &[
        Check {
            columns: &["purpose", "partner_id", "patient_id", "withdrawn_at"],
            code: "EXISTS",
            message: "the patient has given this consent already: to give it with other days, withdraw it first",
            constraint: Some("uq_patient_consent_open"),
            holds: Holds::Unique(Unique {
                columns: &["patient_id", "partner_id", "purpose"],
                of: |row| row.get("withdrawn_at").is_none(),
            }),
        },
        Check {
            columns: &["until", "since"],
            code: "ORDER",
            message: "a consent must not end before it began",
            constraint: Some("chk_patient_consent_order"),
            holds: Holds::Always(|row| match (row.day("since"), row.day("until")) {
                (Some(since), Some(until)) => since <= until,
                _ => true,
            }),
        },
        Check {
            columns: &["given_at"],
            code: "IN_FUTURE",
            message: "a consent must not be given in the future: its first day may be one to come",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["withdrawn_at"],
            code: "IN_FUTURE",
            message: "a consent is withdrawn at once, not in the future: its last day may be one to come",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["withdrawn_at", "given_at"],
            code: "ORDER",
            message: "a consent must not be withdrawn before it was given",
            constraint: None,
            holds: Holds::InOrder,
        },
    ];
}

static GIVE: Add = Add(&Form::add("GiveConsentInput", "The fields of a new consent.", &ENTITY)
    .only(&["partner_id", "purpose", "since", "until", "evidence", "given_at"])
    .where_holds(&NOT_OVER));

/// Only here: a consent that was given long ago may be over.
static NOT_OVER: [Check; 1] = [Check {
    columns: &["until"],
    code: "IN_PAST",
    message: "a consent that is given must not be over: its last day is today or to come",
    constraint: None,
    holds: Holds::Today(|row, today| row.day("until").is_none_or(|until| until >= today)),
}];

static WITHDRAW: Once = Once {
    form: &Form::change("WithdrawConsentInput", "When a consent was withdrawn.", &ENTITY).only(&["withdrawn_at"]),
    moment: "withdrawn_at",
    set: &[],
    over: "the consent is withdrawn already",
};

/// The patients who consented, on a day, that a partner reads their records for a purpose.
pub fn patients_of(partner: i32, purpose: Purpose, today: NaiveDate) -> Grant {
    let must = vec![
        Must::Be("partner_id", partner.into()),
        Must::BeWord("purpose", purpose.stored()),
        Must::BeNull("withdrawn_at"),
        Must::NotAfter("since", today),
        Must::NotBefore("until", today),
    ];
    Grant::With(Rows { table: &TABLE, must })
}

const LATEST_FIRST: &[By] = &[By { column: "since", descending: true, via: false, nullable: true }];

/// The consents of a patient, the latest first.
static OF_PATIENT: Children = Children {
    name: "ConsentsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: LATEST_FIRST,
    preset: None,
    expected: 2,
};

/// The consents to a partner.
static OF_PARTNER: Children = Children {
    name: "ConsentsOfPartner",
    of: &ENTITY,
    path: Path::Direct("partner_id"),
    order: LATEST_FIRST,
    preset: None,
    expected: 20,
};
