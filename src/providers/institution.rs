//! An institution of health care.

use crate::{
    db::{Enum, enumeration},
    entity::entity,
    graph::shape::{As, Shape},
    graphql::form::Form,
    write::Add,
};

enumeration! {
    /// The kind of an institution.
    InstitutionType {
        /// Patients come for a visit and go home again: a practice, an outpatient clinic.
        Clinic "CLINIC" = "clinic",
        /// Patients can stay for days.
        Hospital "HOSPITAL" = "hospital",
        /// Samples are examined.
        Laboratory "LABORATORY" = "laboratory",
        /// Medicines are dispensed.
        Pharmacy "PHARMACY" = "pharmacy",
        /// The cost of care is insured.
        Insurer "INSURER" = "insurer",
        /// The institution is of another kind.
        Other "OTHER" = "other",
    }
}

entity! {
    /// A clinic, hospital or other institution of health care.
    Institution, "Institution" by institution_id, search true;
    called "an institution", "institutions";
    root "institution", "institutions";
    written "institution", "institutions";
    belongs { everybody }
    columns {
        /// The key of the institution in the relational store.
        institution_id: i32 = "institutionId" index, Key;
        /// The name of the institution.
        name: Option<String> = "name" order, Reference, required line(255);
        /// The kind of the institution.
        institution_type: Option<Enum<InstitutionType>> = "type" index, Reference, value;
        /// The region in which the institution is, as a state or county.
        region: Option<String> = "region", Reference, line(100);
        /// The country in which the institution is, by its two letters (ISO 3166-1).
        country: Option<String> = "country" index, Reference, code(Country);
        /// How the institution is reached: a telephone number, an address, a person.
        contact: Option<String> = "contact", Reference, line(255);
    }
    verbs {
        /// Adds an institution.
        "addInstitution" = ADD;
    }
    graph nodes SHAPE;
    checks &[];
}

/// An institution in the graph.
static SHAPE: Shape = Shape {
    caption: "name",
    props: &[
        ("name", "name", As::Text),
        ("institution_type", "institution_type", As::Word),
        ("region", "region", As::Text),
        ("country", "country", As::Text),
    ],
    ..Shape::PLAIN
};

static ADD: Add = Add(&Form::add("AddInstitutionInput", "The fields of a new institution.", &ENTITY));
