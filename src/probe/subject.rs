//! Whom the readings are of.

use crate::{entity::entity, graphql::form::Form, write::Add};

entity! {
    /// A subject of readings.
    ProbeSubject, "Probe_Subject" by subject_id, search false;
    called "a subject", "subjects";
    root "subject", "subjects";
    written "subject", "subjects";
    belongs { patient }
    columns {
        /// The key.
        subject_id: i32 = "subjectId" index, Key;
        /// The name.
        name: Option<String> = "name" order, Identity, required line(50);
        /// The country.
        country: Option<String> = "country", Contact, code(Country);
    }
    verbs {
        /// Adds a subject.
        "addSubject" = ADD;
    }
    checks &[];
}

static ADD: Add = Add(&Form::add("AddSubjectInput", "The values of a new subject.", &ENTITY));
