//! A symptom that was reported at an appointment.

use super::appointment;
use crate::{
    db::{Enum, Link, Reach, enumeration, tables},
    graphql::{
        entity,
        model::Children,
        relation::One,
        write::{Column, Rules},
    },
    knowledge::clinical,
    records::medical_history::Severity,
};

enumeration! {
    /// How a symptom began, or how it comes.
    Onset {
        /// All at once.
        Sudden "SUDDEN" = "sudden",
        /// Little by little.
        Gradual "GRADUAL" = "gradual",
        /// It has been there for long.
        Chronic "CHRONIC" = "chronic",
        /// It comes and goes.
        Intermittent "INTERMITTENT" = "intermittent",
    }
}

entity! {
    /// A symptom that a patient reported at an appointment.
    Symptom of tables::appointment_symptom, "Appointment_Symptom" by symptom_id,
        patient Reach::Parent("appointment_id", &appointment::TABLE), search true,
        written as "symptom", "symptoms";
    columns {
        /// The key of the symptom in the relational store.
        symptom_id: i32 = "symptomId" index;
        /// The key of the appointment in the relational store.
        appointment_id: Option<i32> = "appointmentId" index;
        /// What the symptom is called.
        symptom_name: Option<String> = "name" order;
        /// What the patient said of it.
        symptom_description: Option<String> = "description";
        /// How bad it is.
        severity: Option<Enum<Severity>> = "severity" index;
        /// How long it has lasted, as it was said.
        duration: Option<String> = "duration";
        /// How it began, or how it comes.
        onset_type: Option<Enum<Onset>> = "onset";
    }
    computed {}
    fields {
        /// The appointment at which it was reported.
        "appointment" = One { entity: &appointment::ENTITY, column: "appointment_id" };
        /// Conditions of the same patient that it speaks for, as the catalogs know; each with its path.
        "indicates" = clinical::INDICATES;
    }
}

/// What must hold of a symptom that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::line("symptom_name", 255).required(),
        Column::prose("symptom_description"),
        Column::of("severity"),
        Column::line("duration", 100),
        Column::of("onset_type"),
    ],
    checks: &[],
};

/// The symptoms reported at an appointment.
pub static OF_APPOINTMENT: Children = Children {
    name: "SymptomsOfAppointment",
    of: &ENTITY,
    link: Link { column: "appointment_id", via: None },
    order: &[],
    preset: None,
    expected: 3,
};
