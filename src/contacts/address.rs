//! A postal address.

use super::{UNVERIFIED, country, one_primary, region, verified};
use crate::{
    db::{By, DateTime, Decimal, Enum, Flag, Path, enumeration},
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
    /// What a postal address is for.
    AddressType {
        /// The address is where somebody lives.
        Home "HOME" = "home",
        /// The address is that of a place of work, or where an institution is.
        Work "WORK" = "work",
        /// Invoices go to the address.
        Billing "BILLING" = "billing",
        /// Letters go to the address.
        Postal "POSTAL" = "postal",
        /// The address is for something else.
        Other "OTHER" = "other",
    }
}

entity! {
    /// A postal address of a patient, a doctor or an institution.
    Address, "Address" by address_id, search false;
    called "a postal address", "postal addresses";
    root "address", "addresses";
    written "address", "addresses";
    belongs {
        one of { patient_id of patient, doctor_id of doctor, institution_id of institution }
        as "addresses" "The postal addresses."
    }
    links { region_id -> region; country_id -> country; }
    columns {
        /// The key of the postal address in the relational store.
        address_id: i32 = "addressId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the doctor in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key;
        /// The key of the institution in the relational store.
        institution_id: Option<i32> = "institutionId" index, Key;
        /// The first line of the address: the house and the street, or a post-office box.
        line1: Option<String> = "line1", Contact, required resets(UNVERIFIED) line(255);
        /// The second line of the address.
        line2: Option<String> = "line2", Contact, resets(UNVERIFIED) line(255);
        /// The city, town or village.
        city: Option<String> = "city" order, Contact, resets(UNVERIFIED) line(100);
        /// The postal code.
        postal_code: Option<String> = "postalCode" order, Contact, resets(UNVERIFIED) line(20);
        /// The key of the region in the relational store.
        region_id: Option<i32> = "regionId" index, Key, resets(UNVERIFIED) link;
        /// The key of the country in the relational store. Where it is left out, that of the region.
        country_id: Option<i32> = "countryId" index, Key, resets(UNVERIFIED) follows(region_id) link;
        /// The latitude of the place in degrees, negative in the south.
        latitude: Option<Decimal<6, -90, 90>> = "latitude", Contact, value;
        /// The longitude of the place in degrees, negative in the west.
        longitude: Option<Decimal<6, -180, 180>> = "longitude", Contact, value;
        /// What the postal address is for.
        address_type: Option<Enum<AddressType>> = "type", Contact, required value;
        /// Whether this is the address of its type to use first. Of each type one is primary: when another one becomes primary,
        /// this one no longer is.
        is_primary: Flag<false> = "isPrimary", Contact, sole(address_type) value;
        /// Whether it is known that the address is right. Another one in its place is not verified.
        is_verified: Flag<false> = "isVerified", Contact, value;
        /// When the address was verified.
        verified_at: Option<DateTime> = "verifiedAt", Contact, value;
        /// When the postal address was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the postal address last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient whose postal address this is, if it is a patient's.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor whose postal address this is, if it is a doctor's.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
        /// The institution whose postal address this is, if it is an institution's.
        "institution" = One { entity: &institution::ENTITY, column: "institution_id" };
        /// The region in which the address is, as a state or county.
        "region" = One { entity: &region::ENTITY, column: "region_id" };
        /// The country in which the address is.
        "country" = One { entity: &country::ENTITY, column: "country_id" };
    }
    gives {
        /// The patient's postal addresses, the primary ones first, then the latest.
        patient, "addresses" = List { children: &OF_PATIENT, narrowing: None };
        /// The doctor's postal addresses, the primary ones first, then the latest.
        doctor, "addresses" = List { children: &OF_DOCTOR, narrowing: None };
        /// The institution's postal addresses, the primary ones first, then the latest.
        institution, "addresses" = List { children: &OF_INSTITUTION, narrowing: None };
    }
    verbs {
        /// Adds a postal address of a patient, a doctor or an institution.
        "addAddress" = ADD;
        /// Notes that a postal address was verified, and when: at the moment that is given, or now.
        "verifyAddress" = VERIFY;
    }
    checks &[
        Check {
            columns: &["verified_at"],
            code: "IN_FUTURE",
            message: "an address must not have been verified in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["longitude", "latitude"],
            code: "INCOMPLETE",
            message: "latitude and longitude must be given together",
            constraint: Some("chk_address_place"),
            holds: Holds::Always(|row| row.get("latitude").is_some() == row.get("longitude").is_some()),
        },
        Check {
            columns: &["region_id", "country_id"],
            code: "CONTRADICTION",
            message: "the region is in another country than the address: give both, or the region alone",
            constraint: None,
            holds: Holds::AsLinked,
        },
        verified("chk_address_verified"),
        one_primary("uq_address_patient", &["patient_id", "address_type"]),
        one_primary("uq_address_doctor", &["doctor_id", "address_type"]),
        one_primary("uq_address_institution", &["institution_id", "address_type"]),
    ];
}

static ADD: Add = Add(&Form::add(
    "AddAddressInput",
    "The fields of a new postal address, and the patient, doctor or institution to which it belongs.",
    &ENTITY,
));

static VERIFY: Once = Once {
    form: &Form::change("VerifyAddressInput", "When a postal address was verified.", &ENTITY).only(&["verified_at"]),
    moment: "verified_at",
    set: &[("is_verified", "1")],
    over: "this was verified already: correct it, if the moment is another",
};

/// The postal addresses of a patient, the primary ones first, then the latest.
static OF_PATIENT: Children = Children {
    name: "AddressesOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "is_primary", descending: true, via: false, nullable: true }],
    preset: None,
    expected: 2,
};

static OF_DOCTOR: Children = Children { name: "AddressesOfDoctor", path: Path::Direct("doctor_id"), ..OF_PATIENT };

static OF_INSTITUTION: Children =
    Children { name: "AddressesOfInstitution", path: Path::Direct("institution_id"), ..OF_PATIENT };
