//! Reference data that contacts may belong to.

use crate::{entity::entity, graphql::form::Form, write::Add};

entity! {
    /// A house.
    ProbeHouse, "Probe_House" by house_id, search false;
    called "a house", "houses";
    root "house", "houses";
    written "house", "houses";
    belongs { everybody }
    columns {
        /// The key.
        house_id: i32 = "houseId" index, Key;
        /// The name.
        name: Option<String> = "name" order, Reference, required line(50);
    }
    verbs {
        /// Adds a house.
        "addHouse" = ADD;
    }
    checks &[];
}

static ADD: Add = Add(&Form::add("AddHouseInput", "The values of a new house.", &ENTITY));
