//! A region of a country: a state, a province, a county.

use super::country;
use crate::{
    db::{By, Path},
    entity::entity,
    graphql::{
        form::Form,
        model::Children,
        relation::{Connection, One},
        rules::{Check, Holds, Unique},
    },
    write::Add,
};

entity! {
    /// A region of a country, as a state, a province or a county. The regions of ISO 3166-2 are there from the start.
    Region, "Region" by region_id, search false;
    called "a region", "regions";
    root "region", "regions";
    written "region", "regions";
    belongs { everybody }
    links { country_id -> country; }
    columns {
        /// The key of the region in the relational store.
        region_id: i32 = "regionId" index, Key;
        /// The key of the country in the relational store.
        country_id: Option<i32> = "countryId" index with name, Key, required link;
        /// The code of the region (ISO 3166-2), as `DE-BY`.
        code: Option<String> = "code" index, Reference, required line(10);
        /// The name of the region.
        name: Option<String> = "name" order, Reference, required line(255);
        /// The kind of the region, as "state" or "county".
        category: Option<String> = "category", Reference, line(100);
    }
    fields {
        /// The country of which this is a region.
        "country" = One { entity: &country::ENTITY, column: "country_id" };
    }
    gives {
        /// The regions of the country, by name.
        country, "regions" = Connection { children: &OF_COUNTRY };
    }
    verbs {
        /// Adds a region that ISO 3166-2 does not list.
        "addRegion" = ADD;
    }
    checks &[Check {
        columns: &["code"],
        code: "TAKEN",
        message: "another region has this code",
        constraint: Some("uq_region_code"),
        holds: Holds::Unique(Unique::by(&["code"])),
    }];
}

static ADD: Add = Add(&Form::add("AddRegionInput", "The fields of a new region.", &ENTITY));

/// The regions of a country, by name.
static OF_COUNTRY: Children = Children {
    name: "RegionsOfCountry",
    of: &ENTITY,
    path: Path::Direct("country_id"),
    order: &[By { column: "name", descending: false, via: false, nullable: true }],
    preset: None,
    expected: 20,
};
