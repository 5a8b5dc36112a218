//! A telephone number.

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
    /// What a telephone number is for.
    PhoneType {
        /// The number is that of a mobile telephone.
        Mobile "MOBILE" = "mobile",
        /// The number is that of a private landline.
        Home "HOME" = "home",
        /// The number is that of a place of work, or of an institution.
        Work "WORK" = "work",
        /// The number is that of a fax machine.
        Fax "FAX" = "fax",
        /// The number is for something else.
        Other "OTHER" = "other",
    }
}

entity! {
    /// A telephone number of a patient, a doctor or an institution.
    Phone, "Phone" by phone_id, search false;
    called "a telephone number", "telephone numbers";
    root "phone", "phones";
    written "phone", "phones";
    belongs {
        one of { patient_id of patient, doctor_id of doctor, institution_id of institution }
        as "phones" "The telephone numbers."
    }
    columns {
        /// The key of the telephone number in the relational store.
        phone_id: i32 = "phoneId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the doctor in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key;
        /// The key of the institution in the relational store.
        institution_id: Option<i32> = "institutionId" index, Key;
        /// The telephone number in international form (E.164), as `+442079460958`. Written in national form it needs its `country`; whether
        /// the number is in use is not looked up.
        number: Option<String> = "number" order, Contact, required resets(UNVERIFIED) phone(country);
        /// The country of the number, by its two letters (ISO 3166-1).
        country: Option<String> = "country", Contact, code(Country);
        /// The extension that is dialled behind the number.
        extension: Option<String> = "extension", Contact, line(10);
        /// What the telephone number is for.
        phone_type: Option<Enum<PhoneType>> = "type", Contact, required value;
        /// Whether this is the number of its type to call first. Of each type one is primary: when another one becomes primary,
        /// this one no longer is.
        is_primary: Flag<false> = "isPrimary", Contact, sole(phone_type) value;
        /// Whether it is known that the number reaches its owner. A new number in its place is not verified.
        is_verified: Flag<false> = "isVerified", Contact, value;
        /// When the number was verified.
        verified_at: Option<DateTime> = "verifiedAt", Contact, value;
        /// When the telephone number was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the telephone number last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient whose telephone number this is, if it is a patient's.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor whose telephone number this is, if it is a doctor's.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
        /// The institution whose telephone number this is, if it is an institution's.
        "institution" = One { entity: &institution::ENTITY, column: "institution_id" };
    }
    gives {
        /// The patient's telephone numbers, the primary ones first, then the latest.
        patient, "phones" = List { children: &OF_PATIENT, narrowing: None };
        /// The doctor's telephone numbers, the primary ones first, then the latest.
        doctor, "phones" = List { children: &OF_DOCTOR, narrowing: None };
        /// The institution's telephone numbers, the primary ones first, then the latest.
        institution, "phones" = List { children: &OF_INSTITUTION, narrowing: None };
    }
    verbs {
        /// Adds a telephone number of a patient, a doctor or an institution.
        "addPhone" = ADD;
        /// Notes that a telephone number was verified, and when: at the moment that is given, or now.
        "verifyPhone" = VERIFY;
    }
    checks &[
        Check {
            columns: &["verified_at"],
            code: "IN_FUTURE",
            message: "a telephone number must not have been verified in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        verified("chk_phone_verified"),
        one_primary("uq_phone_patient", &["patient_id", "phone_type"]),
        one_primary("uq_phone_doctor", &["doctor_id", "phone_type"]),
        one_primary("uq_phone_institution", &["institution_id", "phone_type"]),
    ];
}

static ADD: Add = Add(&Form::add(
    "AddPhoneInput",
    "The fields of a new telephone number, and the patient, doctor or institution to which it belongs.",
    &ENTITY,
));

static VERIFY: Once = Once {
    form: &Form::change("VerifyPhoneInput", "When a telephone number was verified.", &ENTITY).only(&["verified_at"]),
    moment: "verified_at",
    set: &[("is_verified", "1")],
    over: "this was verified already: correct it, if the moment is another",
};

/// The telephone numbers of a patient, the primary ones first, then the latest.
static OF_PATIENT: Children = Children {
    name: "PhonesOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "is_primary", descending: true, via: false, nullable: true }],
    preset: None,
    expected: 2,
};

static OF_DOCTOR: Children = Children { name: "PhonesOfDoctor", path: Path::Direct("doctor_id"), ..OF_PATIENT };

static OF_INSTITUTION: Children =
    Children { name: "PhonesOfInstitution", path: Path::Direct("institution_id"), ..OF_PATIENT };
