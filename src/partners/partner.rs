//! An organisation outside the hospital whose programs may read the records of patients who consented.

use crate::{
    entity::entity,
    graphql::{
        form::Form,
        rules::{Check, Holds, Unique},
    },
    write::Add,
};

entity! {
    /// An organisation outside the hospital, as an insurer or a study, to which patients may consent to give data.
    Partner, "Partner" by partner_id, search false;
    called "a partner", "partners";
    root "partner", "partners";
    written "partner", "partners";
    belongs { everybody }
    columns {
        /// The key of the partner in the relational store.
        partner_id: i32 = "partnerId" index, Key;
        /// The name of the partner, as patients know it.
        name: Option<String> = "name" order, Reference, required line(255);
        /// What the partner does with patients' data, in words for patients.
        description: Option<String> = "description", Reference, prose;
        /// Where patients ask about it: an e-mail address.
        email: Option<String> = "email", Reference, email;
        /// The page on which the partner says how it keeps data.
        privacy_url: Option<String> = "privacyUrl", Reference, line(500);
    }
    verbs {
        /// Adds a partner.
        "addPartner" = ADD;
    }
    checks &[
        Check {
            columns: &["name"],
            code: "TAKEN",
            message: "another partner has this name",
            constraint: Some("uq_partner_name"),
            holds: Holds::Unique(Unique::by(&["name"])),
        },
    ];
}

static ADD: Add = Add(&Form::add("AddPartnerInput", "The fields of a new partner.", &ENTITY));
