//! How patients, doctors and institutions are reached, and the countries and regions of their addresses.

pub mod address;
pub mod country;
pub mod email;
pub mod iso;
pub mod phone;
pub mod region;

use crate::graphql::rules::{Check, Holds, Reset, Unique};

/// What is verified is this value, and no other that comes in its place.
static UNVERIFIED: [Reset; 2] = [("is_verified", Some("0")), ("verified_at", None)];

/// That whether a value is verified and when it was verified agree.
const fn verified(constraint: &'static str) -> Check {
    Check {
        columns: &["verified_at", "is_verified"],
        code: "INCOMPLETE",
        message: "what is verified has the moment at which it was verified, and nothing else has one: give isVerified and verifiedAt together",
        constraint: Some(constraint),
        holds: Holds::Always(|row| row.flag("is_verified", false) == row.get("verified_at").is_some()),
    }
}

/// That an owner has one primary row of each type; `constraint` is the index for one kind of owner, by these columns.
const fn one_primary(constraint: &'static str, columns: &'static [&'static str]) -> Check {
    Check {
        columns: &["is_primary"],
        code: "DUPLICATE",
        message: "there is another primary one of this type: of each type one is primary",
        constraint: Some(constraint),
        holds: Holds::Unique(Unique { columns, of: |row| row.flag("is_primary", false) }),
    }
}
