//! A doctor.

use super::{institution, specialty};
use crate::{
    db::Path,
    entity::entity,
    graph::shape::{As, Shape},
    graphql::{
        form::Form,
        model::Children,
        relation::{Connection, One},
    },
    write::Add,
};

entity! {
    /// A doctor who looks after patients.
    Doctor, "Doctor" by doctor_id, search true;
    called "a doctor", "doctors";
    root "doctor", "doctors";
    written "doctor", "doctors";
    belongs { everybody }
    links { specialty_id -> specialty; institution_id -> institution; }
    columns {
        /// The key of the doctor in the relational store.
        doctor_id: i32 = "doctorId" index, Key;
        /// The doctor's name, with title.
        name: Option<String> = "name" order, Staff, required line(255);
        /// The key of the doctor's specialty in the relational store.
        specialty_id: Option<i32> = "specialtyId" index, Key, link;
        /// The key of the institution at which the doctor works, in the relational store.
        institution_id: Option<i32> = "institutionId" index, Key, required link;
        /// The number of the doctor's licence to practise.
        licence_number: Option<String> = "licenceNumber" index, Staff, line(100);
    }
    fields {
        /// The doctor's specialty.
        "specialty" = One { entity: &specialty::ENTITY, column: "specialty_id" };
        /// The institution at which the doctor works.
        "institution" = One { entity: &institution::ENTITY, column: "institution_id" };
    }
    gives {
        /// The doctors of the specialty.
        specialty, "doctors" = Connection { children: &OF_SPECIALTY };
        /// The doctors who work at the institution.
        institution, "doctors" = Connection { children: &OF_INSTITUTION };
    }
    verbs {
        /// Adds a doctor to the staff of an institution.
        "addDoctor" = ADD;
    }
    graph nodes SHAPE;
    checks &[];
}

/// A doctor in the graph.
static SHAPE: Shape = Shape {
    caption: "name",
    props: &[("name", "name", As::Text)],
    links: &[("WORKS_AT", "institution_id"), ("HAS_SPECIALTY", "specialty_id")],
    ..Shape::PLAIN
};

static ADD: Add = Add(&Form::add("AddDoctorInput", "The fields of a new doctor.", &ENTITY));

/// The doctors of a specialty.
static OF_SPECIALTY: Children = Children {
    name: "DoctorsOfSpecialty",
    of: &ENTITY,
    path: Path::Direct("specialty_id"),
    order: &[],
    preset: None,
    expected: 20,
};

/// The doctors who work at an institution.
static OF_INSTITUTION: Children = Children {
    name: "DoctorsOfInstitution",
    of: &ENTITY,
    path: Path::Direct("institution_id"),
    order: &[],
    preset: None,
    expected: 20,
};
