//! What is written of appointments and of the symptoms reported at them.

use super::{appointment, symptom};
use crate::{
    graphql::write::{Add, AddAll, Below, Change, Check, Form, Holds, Parent, Remove},
    patients::writes::OF_PATIENT,
};

/// Whoever plans an appointment plans it for a day to come. Only here: the database holds old ones, and imports bring them.
static NOT_PAST: [Check; 1] = [Check {
    columns: &["appointment_date", "status"],
    code: "IN_PAST",
    message: "a new appointment must not lie in the past, unless it is completed, cancelled or was missed",
    constraint: None,
    holds: Holds::Today(|row, today| {
        let over = matches!(row.get("status"), Some("Completed" | "Cancelled" | "No_Show"));
        over || row.day("appointment_date").is_none_or(|day| day >= today)
    }),
}];

static OF_APPOINTMENT: Parent = Parent {
    field: "appointmentId",
    doc: "The global id of the appointment at which the symptoms were reported, as `Appointment:12`; `12` will do.",
    entity: &appointment::ENTITY,
    column: "appointment_id",
};

static SYMPTOM: Form = Form::add("SymptomInput", "The fields of a symptom that a patient reported.", &symptom::ENTITY);

static SYMPTOMS: [Below; 1] = [Below {
    field: "symptoms",
    doc: "The symptoms that the patient reported.",
    form: &SYMPTOM,
    column: "appointment_id",
}];

/// An appointment of a patient who is imported.
pub static APPOINTMENT: Form =
    Form::add("AppointmentInput", "The fields of an appointment of a patient who is imported.", &appointment::ENTITY)
        .with(&SYMPTOMS);

/// Schedules an appointment, with symptoms that are known already.
pub static SCHEDULE: Add =
    Add(&Form::add("ScheduleAppointmentInput", "The fields of a new appointment.", &appointment::ENTITY)
        .of(&OF_PATIENT)
        .where_holds(&NOT_PAST)
        .with(&SYMPTOMS));

/// Moves an appointment to another day or time.
pub static RESCHEDULE: Change = Change {
    form: &Form::change(
        "RescheduleAppointmentInput",
        "The day and time to which an appointment is moved.",
        &appointment::ENTITY,
    )
    .only(&["appointment_date", "appointment_time"])
    .where_holds(&NOT_PAST),
    set: &[],
    needs: &["appointment_date"],
};

/// Calls an appointment off.
pub static CANCEL: Change = Change {
    form: &Form::change(
        "CancelAppointmentInput",
        "The fields of an appointment that can change when the appointment is cancelled.",
        &appointment::ENTITY,
    )
    .only(&["notes"]),
    set: &[("status", "Cancelled")],
    needs: &[],
};

/// Corrects an appointment.
pub static CORRECT: Change = Change::of(&Form::change(
    "CorrectAppointmentInput",
    "The fields of an appointment to correct.",
    &appointment::ENTITY,
));

/// Removes an appointment and its symptoms.
pub static REMOVE: Remove = Remove { entity: &appointment::ENTITY, below: &[&symptom::ENTITY] };

/// Records symptoms.
pub static RECORD_SYMPTOMS: AddAll = AddAll {
    name: "RecordSymptomsInput",
    doc: "An appointment, and the symptoms reported at the appointment.",
    parent: &OF_APPOINTMENT,
    list: Below { field: "symptoms", doc: "The symptoms to record.", form: &SYMPTOM, column: "appointment_id" },
};

/// Corrects a symptom.
pub static CORRECT_SYMPTOM: Change =
    Change::of(&Form::change("CorrectSymptomInput", "The fields of a symptom to correct.", &symptom::ENTITY));

/// Removes a symptom.
pub static REMOVE_SYMPTOM: Remove = Remove { entity: &symptom::ENTITY, below: &[] };
