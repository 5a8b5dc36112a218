//! A row with a column of each kind of value.

use super::subject;
use crate::{
    db::{Decimal, Json, MOST, Path, Uuid, Whole},
    entity::entity,
    graphql::{
        json_schema::{JsonSchema, Member},
        model::Children,
        relation::{Connection, List, One},
        rules::{Check, Holds},
    },
    write::AddAll,
};

/// What `metadata` must look like.
static METADATA: JsonSchema = JsonSchema::Object(&[
    Member::required("device", JsonSchema::Lines(20)),
    Member::optional("mode", JsonSchema::OneOf(&["manual", "automatic"])),
    Member::optional("samples", JsonSchema::List(&JsonSchema::Number(-1e6, 1e6), 5)),
    Member::optional("notes", JsonSchema::Any),
]);

entity! {
    /// A reading.
    ProbeReading, "Probe_Reading" by reading_id, search false;
    called "a reading", "readings";
    root "reading", "readings";
    written "reading", "readings";
    belongs { subject_id of subject, as "readings" "The readings." }
    columns {
        /// The key.
        reading_id: i32 = "readingId" index, Key;
        /// The key of the subject.
        subject_id: Option<i32> = "subjectId" index, Key;
        /// A number of 32 bits.
        severity: Option<Whole<1, 10>> = "severity" order, Clinical, value;
        /// A number of more than 32 bits.
        bytes: Option<Whole<0, MOST>> = "bytes" order, Operational, value;
        /// An exact number.
        height: Option<Decimal<2, -10, 500>> = "height" order, Clinical, value;
        /// A UUID.
        session: Option<Uuid> = "session" order, Operational, value;
        /// JSON.
        metadata: Option<Json> = "metadata", Operational, json(METADATA);
        /// An amount of money in the minor units of its currency.
        fee: Option<Whole<0, MOST>> = "feeMinorUnits" index, Operational, value;
        /// The currency of the fee.
        fee_currency: Option<String> = "feeCurrency" index, Operational, code(Currency);
        /// The language.
        language: Option<String> = "language", Clinical, code(Language);
    }
    fields {
        /// The subject.
        "subject" = One { entity: &subject::ENTITY, column: "subject_id" };
    }
    gives {
        /// The readings.
        subject, "readings" = List { children: &OF_SUBJECT, narrowing: None };
        /// The readings, in pages.
        subject, "readingPages" = Connection { children: &PAGES_OF_SUBJECT };
    }
    verbs {
        /// Adds readings.
        "addReadings" = ADD;
    }
    checks &[Check {
        columns: &["fee", "fee_currency"],
        code: "INCOMPLETE",
        message: "an amount and its currency must be given together",
        constraint: None,
        holds: Holds::Always(|row| row.get("fee").is_some() == row.get("fee_currency").is_some()),
    }];
}

static ADD: AddAll =
    AddAll { name: "AddReadingsInput", doc: "A subject, and readings.", list: "The readings.", entity: &ENTITY };

static OF_SUBJECT: Children = Children {
    name: "ReadingsOfSubject",
    of: &ENTITY,
    path: Path::Direct("subject_id"),
    order: &[],
    preset: None,
    expected: 5,
};

static PAGES_OF_SUBJECT: Children = Children { name: "ReadingPagesOfSubject", ..OF_SUBJECT };
