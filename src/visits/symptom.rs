//! A symptom that was reported at an appointment.

use super::appointment;
use crate::{
    db::{Belongs, Enum, Owner, Path, enumeration, tables},
    graphql::{
        entity,
        model::Children,
        relation::One,
        write::{Column, Rules},
    },
    knowledge::{clinical, counted::CountOf},
    records::medical_history::Severity,
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
    Symptom of tables::appointment_symptom, "Appointment_Symptom" by symptom_id,
        belongs Belongs::To(Owner { column: "appointment_id", to: &appointment::TABLE }), search true,
        written as "symptom", "symptoms";
    columns {
        /// The key of the symptom in the relational store.
        symptom_id: i32 = "symptomId" index;
        /// The key of the appointment in the relational store.
        appointment_id: Option<i32> = "appointmentId" index;
        /// The name of the symptom.
        symptom_name: Option<String> = "name" order;
        /// The symptom in the patient's words.
        symptom_description: Option<String> = "description";
        /// How severe the symptom is.
        severity: Option<Enum<Severity>> = "severity" index;
        /// How long the symptom has lasted, in the patient's words.
        duration: Option<String> = "duration";
        /// How the symptom began, or in which way the symptom comes.
        onset_type: Option<Enum<Onset>> = "onset";
    }
    computed {}
    fields {
        /// The appointment at which the symptom was reported.
        "appointment" = One { entity: &appointment::ENTITY, column: "appointment_id" };
        /// Conditions of the same patient that the symptom indicates, as the catalogs know; each with its path in the graph.
        "indicates" = clinical::INDICATES;
        /// The number of conditions of the patient that the symptom indicates.
        "indicatesCount" = CountOf(&clinical::INDICATES);
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
    path: Path::Direct("appointment_id"),
    order: &[],
    preset: None,
    expected: 3,
};
