//! An e-mail address.

use super::{UNVERIFIED, one_primary, verified};
use crate::{
    db::{By, DateTime, Enum, Flag, Path, enumeration},
    entity::entity,
    graphql::{
        form::Form,
        model::Children,
        relation::{List, One},
        rules::{Check, Holds},
    },
    patients::patient,
    providers::{doctor, institution},
    write::{Add, Once},
};

enumeration! {
    /// What an e-mail address is for.
    EmailType {
        /// The address is private.
        Personal "PERSONAL" = "personal",
        /// The address is that of a place of work, or of an institution.
        Work "WORK" = "work",
        /// The address is for something else.
        Other "OTHER" = "other",
    }
}

entity! {
    /// An e-mail address of a patient, a doctor or an institution.
    Email, "Email" by email_id, search false;
    called "an e-mail address", "e-mail addresses";
    root "email", "emails";
    written "email", "emails";
    belongs {
        one of { patient_id of patient, doctor_id of doctor, institution_id of institution }
        as "emails" "The e-mail addresses."
    }
    columns {
        /// The key of the e-mail address in the relational store.
        email_id: i32 = "emailId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the doctor in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key;
        /// The key of the institution in the relational store.
        institution_id: Option<i32> = "institutionId" index, Key;
        /// The e-mail address. The domain is written in small letters.
        address: Option<String> = "address" order, Contact, required resets(UNVERIFIED) email;
        /// What the e-mail address is for.
        email_type: Option<Enum<EmailType>> = "type", Contact, required value;
        /// Whether this is the address of its type to write to first. Of each type one is primary: when another one becomes primary,
        /// this one no longer is.
        is_primary: Flag<false> = "isPrimary", Contact, sole(email_type) value;
        /// Whether it is known that mail to the address arrives. A new address in its place is not verified.
        is_verified: Flag<false> = "isVerified", Contact, value;
        /// When the address was verified.
        verified_at: Option<DateTime> = "verifiedAt", Contact, value;
        /// When the e-mail address was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the e-mail address last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient whose e-mail address this is, if it is a patient's.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor whose e-mail address this is, if it is a doctor's.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
        /// The institution whose e-mail address this is, if it is an institution's.
        "institution" = One { entity: &institution::ENTITY, column: "institution_id" };
    }
    gives {
        /// The patient's e-mail addresses, the primary ones first, then the latest.
        patient, "emails" = List { children: &OF_PATIENT, narrowing: None };
        /// The doctor's e-mail addresses, the primary ones first, then the latest.
        doctor, "emails" = List { children: &OF_DOCTOR, narrowing: None };
        /// The institution's e-mail addresses, the primary ones first, then the latest.
        institution, "emails" = List { children: &OF_INSTITUTION, narrowing: None };
    }
    verbs {
        /// Adds an e-mail address of a patient, a doctor or an institution.
        "addEmail" = ADD;
        /// Notes that an e-mail address was verified, and when: at the moment that is given, or now.
        "verifyEmail" = VERIFY;
    }
    checks &[
        Check {
            columns: &["verified_at"],
            code: "IN_FUTURE",
            message: "an e-mail address must not have been verified in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        verified("chk_email_verified"),
        one_primary("uq_email_patient", &["patient_id", "email_type"]),
        one_primary("uq_email_doctor", &["doctor_id", "email_type"]),
        one_primary("uq_email_institution", &["institution_id", "email_type"]),
    ];
}

static ADD: Add = Add(&Form::add(
    "AddEmailInput",
    "The fields of a new e-mail address, and the patient, doctor or institution to which it belongs.",
    &ENTITY,
));

static VERIFY: Once = Once {
    form: &Form::change("VerifyEmailInput", "When an e-mail address was verified.", &ENTITY).only(&["verified_at"]),
    moment: "verified_at",
    set: &[("is_verified", "1")],
    over: "this was verified already: correct it, if the moment is another",
};

/// The e-mail addresses of a patient, the primary ones first, then the latest.
static OF_PATIENT: Children = Children {
    name: "EmailsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "is_primary", descending: true, via: false, nullable: true }],
    preset: None,
    expected: 2,
};

static OF_DOCTOR: Children = Children { name: "EmailsOfDoctor", path: Path::Direct("doctor_id"), ..OF_PATIENT };

static OF_INSTITUTION: Children =
    Children { name: "EmailsOfInstitution", path: Path::Direct("institution_id"), ..OF_PATIENT };
