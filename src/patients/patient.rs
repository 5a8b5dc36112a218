//! A person under care: what everything else belongs to. The other domains give it their lists.

use crate::{
    db::{Date, DateTime, Enum, Path, enumeration},
    entity::entity,
    graph::shape::{As, Shape},
    graphql::{
        context::Cx,
        form::Form,
        model::Children,
        relation::{Connection, One},
        rules::{Check, Holds},
    },
    providers::institution,
    write::Add,
};
use chrono::{Datelike, NaiveDate};

enumeration! {
    /// A patient's sex, as the hospital recorded it.
    Sex {
        /// The patient is recorded as male.
        Male "MALE" = "Male",
        /// The patient is recorded as female.
        Female "FEMALE" = "Female",
        /// The patient is recorded as neither male nor female.
        Other "OTHER" = "Other",
    }
}

entity! {
    /// A patient of the hospital, with the whole medical record.
    Patient, "Patient" by patient_id, search true;
    called "a patient", "patients";
    root "patient", "patients";
    written "patient", "patients";
    belongs { patient }
    links { institution_id -> institution; }
    columns {
        /// The key of the patient in the relational store.
        patient_id: i32 = "patientId" index, Key;
        /// The patient's full legal name.
        name: Option<String> = "name" order, Identity, required line(255);
        /// The patient's date of birth.
        dob: Option<Date> = "dateOfBirth" order, Birth, value;
        /// The patient's sex, as the hospital recorded it.
        sex: Option<Enum<Sex>> = "sex" index, Clinical, required value;
        /// The key of the institution with which the patient is registered, in the relational store.
        institution_id: Option<i32> = "institutionId" index, Key, link;
        /// When the patient's record was created.
        created_at: Option<DateTime> = "createdAt" order, Operational;
        /// When the patient's record last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    computed {
        /// The patient's age today, in whole years; null if the date of birth is unknown or in the future.
        "age": Option<i32> = Patient::age, Birth;
    }
    fields {
        /// The institution with which the patient is registered.
        "institution" = One { entity: &institution::ENTITY, column: "institution_id" };
    }
    gives {
        /// The patients who are registered with the institution.
        institution, "patients" = Connection { children: &OF_INSTITUTION };
    }
    verbs {
        /// Registers a patient, with whom the patient is in touch and who looks after the patient: all of it or nothing.
        "registerPatient" = REGISTER;
    }
    graph nodes SHAPE;
    checks &[
        Check {
            columns: &["dob"],
            code: "IN_FUTURE",
            message: "a date of birth must not be in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["dob"],
            code: "TOO_EARLY",
            message: "a date of birth must not be before 1900",
            constraint: Some("chk_patient_dob"),
            holds: Holds::Always(|row| row.day("dob").is_none_or(|day| day.year() >= 1900)),
        },
    ];
}

/// A patient in the graph.
static SHAPE: Shape = Shape {
    also: &["Person"],
    caption: "name",
    props: &[("name", "name", As::Text), ("dob", "dob", As::Date), ("gender", "sex", As::Text)],
    fixed: &[("graph_center", "True"), ("node_type", "Patient"), ("entity_type", "person")],
    ..Shape::PLAIN
};

static REGISTER: Add = Add(&Form::add("RegisterPatientInput", "The fields of a new patient.", &ENTITY).with(&[
    "profile",
    "emails",
    "phones",
    "addresses",
    "doctorAssignments",
    "privacySettings",
]));

/// The patients of an institution.
static OF_INSTITUTION: Children = Children {
    name: "PatientsOfInstitution",
    of: &ENTITY,
    path: Path::Direct("institution_id"),
    order: &[],
    preset: None,
    expected: 20,
};

impl Patient {
    fn age(&self, cx: &Cx) -> Option<i32> {
        age_on(cx.clock.today, self.dob?.day()?)
    }
}

/// Whole years from `born` to `today`. Somebody born on 29 February has a birthday on 1 March of other years.
fn age_on(today: NaiveDate, born: NaiveDate) -> Option<i32> {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let years = today.year() - born.year() - i32::from(!had_birthday);
    (born <= today).then_some(years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_counts_birthdays() {
        let day = |text: &str| text.parse().unwrap();
        for (today, born, age) in [
            ("2026-03-01", "2000-03-01", Some(26)),
            ("2026-02-28", "2000-03-01", Some(25)),
            ("2026-02-28", "2000-02-29", Some(25)),
            ("2026-03-01", "2000-02-29", Some(26)),
            ("2026-03-01", "2026-03-02", None),
        ] {
            assert_eq!(age_on(day(today), day(born)), age, "{born} on {today}");
        }
    }
}
