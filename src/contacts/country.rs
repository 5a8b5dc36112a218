//! A country.

use crate::{
    entity::entity,
    graphql::{
        form::Form,
        rules::{Cells, Check, Holds, Unique},
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
    checks &[
        written("this must be three letters, as GBR", &["iso3"], |row| {
            row.get("iso3").is_none_or(|code| code.len() == 3 && code.bytes().all(|c| c.is_ascii_alphabetic()))
        }),
        written("this must be three digits, as 826", &["numeric_code"], |row| {
            row.get("numeric_code").is_none_or(|code| code.len() == 3 && code.bytes().all(|c| c.is_ascii_digit()))
        }),
        taken("uq_country_iso2", &["iso2"]),
        taken("uq_country_iso3", &["iso3"]),
        taken("uq_country_numeric", &["numeric_code"]),
    ];
}

/// How a code is written.
const fn written(message: &'static str, columns: &'static [&'static str], holds: fn(&Cells) -> bool) -> Check {
    Check { columns, code: "INVALID", message, constraint: None, holds: Holds::Always(holds) }
}

/// That countries have codes of their own.
const fn taken(constraint: &'static str, columns: &'static [&'static str]) -> Check {
    let (code, message) = ("TAKEN", "another country has this code");
    Check { columns, code, message, constraint: Some(constraint), holds: Holds::Unique(Unique::by(columns)) }
}

static ADD: Add = Add(&Form::add("AddCountryInput", "The fields of a new country.", &ENTITY));
