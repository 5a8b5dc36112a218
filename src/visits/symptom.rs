//! A symptom that was reported at an appointment.

use super::appointment;
use crate::{
    db::{Enum, Path, enumeration},
    entity::entity,
    graph::shape::{As, Bond, Clinical, Derived, Role, Shape},
    graphql::{
        model::Children,
        relation::{List, One},
    },
    records::medical_history::Severity,
    write::AddAll,
};

enumeration! {
    /// How a symptom began, or in which way the symptom comes.
    Onset {
        /// The symptom began all at once.
        Sudden "SUDDEN" = "sudden",
        /// The symptom began little by little.
        Gradual "GRADUAL" = "gradual",
        /// The symptom has been there for long.
        Chronic "CHRONIC" = "chronic",
        /// The symptom comes and goes.
        Intermittent "INTERMITTENT" = "intermittent",
    }
}

entity! {
    /// A symptom that a patient reported at an appointment.
    Symptom, "Appointment_Symptom" by symptom_id, search true;
    called "a symptom", "symptoms";
    root "symptom", "symptoms";
    written "symptom", "symptoms";
    belongs { appointment_id of appointment, as "symptoms" "The symptoms that the patient reported at the appointment." }
    columns {
        /// The key of the symptom in the relational store.
        symptom_id: i32 = "symptomId" index, Key;
        /// The key of the appointment in the relational store.
        appointment_id: Option<i32> = "appointmentId" index, Key;
        /// The name of the symptom.
        symptom_name: Option<String> = "name" order, Clinical, required line(255);
        /// The symptom in the patient's words.
        symptom_description: Option<String> = "description", FreeText, prose;
        /// How severe the symptom is.
        severity: Option<Enum<Severity>> = "severity" index, Clinical, value;
        /// How long the symptom has lasted, in the patient's words.
        duration: Option<String> = "duration", FreeText, line(100);
        /// How the symptom began, or in which way the symptom comes.
        onset_type: Option<Enum<Onset>> = "onset", Clinical, value;
    }
    fields {
        /// The appointment at which the symptom was reported.
        "appointment" = One { entity: &appointment::ENTITY, column: "appointment_id" };
    }
    gives {
        /// The symptoms that the patient reported at the appointment.
        appointment, "symptoms" = List { children: &OF_APPOINTMENT, narrowing: None };
    }
    verbs {
        /// Records symptoms that a patient reported at an appointment.
        "recordSymptoms" = RECORD;
    }
    graph nodes SHAPE;
    checks &[];
}

/// A symptom in the graph: reported on the day of its appointment.
static SHAPE: Shape = Shape {
    caption: "name",
    props: &[
        ("name", "symptom_name", As::Text),
        ("description", "symptom_description", As::Text),
        ("severity", "severity", As::Word),
        ("duration", "duration", As::Text),
        ("onset", "onset_type", As::Word),
    ],
    derived: &[("date", Derived::Owner("date"))],
    bonds: &[
        Bond { name: "REPORTED_SYMPTOM", from_patient: false, props: &[] },
        Bond { name: "HAS_SYMPTOM", from_patient: true, props: &[("severity", "severity")] },
    ],
    clinical: Some(Clinical { role: Role::Reported, only: None, since: "date", until: None }),
    ..Shape::PLAIN
};

static RECORD: AddAll = AddAll {
    name: "RecordSymptomsInput",
    doc: "An appointment, and the symptoms reported at the appointment.",
    list: "The symptoms to record.",
    entity: &ENTITY,
};

/// The symptoms reported at an appointment.
static OF_APPOINTMENT: Children = Children {
    name: "SymptomsOfAppointment",
    of: &ENTITY,
    path: Path::Direct("appointment_id"),
    order: &[],
    preset: None,
    expected: 3,
};
