//! A country.

use crate::{
    entity::entity,
    graphql::{
        form::Form,
        rules::{Check, Holds},
    },
    write::Add,
};

entity! {
    /// A country. The countries of ISO 3166-1 are there from the start.
    Country, "Country" by country_id, search false;
    called "a country", "countries";
    root "country", "countries";
    written "country", "countries";
    belongs { everybody }
    columns {
        /// The key of the country in the relational store.
        country_id: i32 = "countryId" index, Key;
        /// The two letters of the country (ISO 3166-1).
        iso2: Option<String> = "code" index, Reference, required code(Country);
        /// The three letters of the country (ISO 3166-1).
        iso3: Option<String> = "code3", Reference, line(3);
        /// The number of the country (ISO 3166-1), three digits.
        numeric_code: Option<String> = "numericCode", Reference, line(3);
        /// The name of the country.
        name: Option<String> = "name" order, Reference, required line(255);
    }
    verbs {
        /// Adds a country that ISO 3166-1 does not list.
        "addCountry" = ADD;
    }
    checks &[Check {
        columns: &["iso2"],
        code: "DUPLICATE",
        message: "another country has this code",
        constraint: Some("uq_country_iso2"),
        holds: Holds::ByDatabase,
    }];
}

static ADD: Add = Add(&Form::add("AddCountryInput", "The fields of a new country.", &ENTITY));
