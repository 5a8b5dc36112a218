//! A specialty of doctors.

use crate::{
    entity::entity,
    graph::shape::{As, Shape},
    graphql::form::Form,
    write::Add,
};

entity! {
    /// A field of medicine that doctors specialise in.
    Specialty, "Specialty" by specialty_id, search false;
    called "a specialty", "specialties";
    root "specialty", "specialties";
    written "specialty", "specialties";
    belongs { everybody }
    columns {
        /// The key of the specialty in the relational store.
        specialty_id: i32 = "specialtyId" index, Key;
        /// The name of the specialty.
        name: Option<String> = "name" order, Reference, required line(255);
        /// The larger field that the specialty is part of, as "Surgery".
        category: Option<String> = "category" index, Reference, line(100);
    }
    verbs {
        /// Adds a specialty.
        "addSpecialty" = ADD;
    }
    graph nodes SHAPE;
    checks &[];
}

/// A specialty in the graph.
static SHAPE: Shape =
    Shape { caption: "name", props: &[("name", "name", As::Text), ("category", "category", As::Text)], ..Shape::PLAIN };

static ADD: Add = Add(&Form::add("AddSpecialtyInput", "The fields of a new specialty.", &ENTITY));
