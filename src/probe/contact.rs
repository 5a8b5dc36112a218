//! What belongs to a subject or to a house.

use super::{house, subject};
use crate::{
    db::Path,
    entity::entity,
    graphql::{
        form::Form,
        model::Children,
        relation::{Connection, List, One},
    },
    write::Add,
};

entity! {
    /// A contact.
    ProbeContact, "Probe_Contact" by contact_id, search false;
    called "a contact", "contacts";
    root "contact", "contacts";
    written "contact", "contacts";
    belongs { one of { subject_id of subject, house_id of house } as "contacts" "The contacts." }
    columns {
        /// The key.
        contact_id: i32 = "contactId" index, Key;
        /// The key of the subject.
        subject_id: Option<i32> = "subjectId" index, Key;
        /// The key of the house.
        house_id: Option<i32> = "houseId" index, Key;
        /// The address.
        address: Option<String> = "address" order, Contact, required line(50);
    }
    fields {
        /// The subject.
        "subject" = One { entity: &subject::ENTITY, column: "subject_id" };
        /// The house.
        "house" = One { entity: &house::ENTITY, column: "house_id" };
    }
    gives {
        /// The contacts.
        subject, "contacts" = List { children: &OF_SUBJECT, narrowing: None };
        /// The contacts, in pages.
        house, "contacts" = Connection { children: &OF_HOUSE };
    }
    verbs {
        /// Adds a contact.
        "addContact" = ADD;
    }
    checks &[];
}

static ADD: Add = Add(&Form::add("AddContactInput", "The values of a new contact.", &ENTITY));

static OF_SUBJECT: Children = Children {
    name: "ContactsOfSubject",
    of: &ENTITY,
    path: Path::Direct("subject_id"),
    order: &[],
    preset: None,
    expected: 2,
};

static OF_HOUSE: Children = Children { name: "ContactsOfHouse", path: Path::Direct("house_id"), ..OF_SUBJECT };
