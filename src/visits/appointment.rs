//! An appointment of a patient.

use super::symptom;
use crate::{
    db::{Bind, By, Cond, Date, DateTime, Enum, Enumerated, Link, Op, Reach, Time, enumeration, tables},
    graphql::{
        context::Cx,
        entity,
        model::Children,
        relation::{List, One},
        write::{Column, Rules},
    },
    patients::patient,
};

enumeration! {
    /// How far an appointment has come.
    AppointmentStatus {
        /// Planned.
        Scheduled "SCHEDULED" = "Scheduled",
        /// Planned, and confirmed by the patient.
        Confirmed "CONFIRMED" = "Confirmed",
        /// Asked for, not yet planned.
        Pending "PENDING" = "Pending",
        /// Took place.
        Completed "COMPLETED" = "Completed",
        /// Called off.
        Cancelled "CANCELLED" = "Cancelled",
        /// The patient did not come.
        NoShow "NO_SHOW" = "No_Show",
    }
}

enumeration! {
    /// What an appointment is for.
    AppointmentType {
        /// Advice or an opinion.
        Consultation "CONSULTATION" = "consultation",
        /// A look at how something has gone on.
        FollowUp "FOLLOW_UP" = "follow_up",
        /// Something that cannot wait.
        Emergency "EMERGENCY" = "emergency",
        /// A check without complaint.
        RoutineCheckup "ROUTINE_CHECKUP" = "routine_checkup",
    }
    older {
        "REGULAR" = "Regular" for "ROUTINE_CHECKUP",
        "SURGERY" = "Surgery" for "CONSULTATION",
    }
}

entity! {
    /// An appointment of a patient with a doctor.
    Appointment of tables::appointment, "Appointment" by appointment_id, patient Reach::Column("patient_id"), search false,
        written as "appointment", "appointments";
    columns {
        /// The key of the appointment in the relational store.
        appointment_id: i32 = "appointmentId" index;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index;
        /// The day.
        appointment_date: Option<Date> = "date" order;
        /// The time of day.
        appointment_time: Option<Time> = "time";
        /// How far it has come.
        status: Option<Enum<AppointmentStatus>> = "status" index;
        /// What it is for.
        appointment_type: Option<Enum<AppointmentType>> = "type" index;
        /// The doctor's name.
        doctor_name: Option<String> = "doctorName" index;
        /// Notes of the practice.
        notes: Option<String> = "notes";
        /// When it was entered.
        created_at: Option<DateTime> = "createdAt";
        /// When the entry last changed.
        updated_at: Option<DateTime> = "updatedAt";
    }
    computed {}
    fields {
        /// Whose appointment it is.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// Symptoms that were reported at it.
        "symptoms" = List { children: &symptom::OF_APPOINTMENT, narrowing: None };
    }
}

/// What must hold of an appointment that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::of("appointment_date").required(),
        Column::of("appointment_time"),
        Column::of("status"),
        Column::of("appointment_type"),
        Column::line("doctor_name", 255),
        Column::prose("notes"),
    ],
    checks: &[],
};

const LATEST_FIRST: By = By { column: "appointment_date", descending: true, via: false, nullable: true };
const NEXT_FIRST: By = By { descending: false, ..LATEST_FIRST };

/// A patient's appointments, the latest first.
pub static OF_PATIENT: Children = Children {
    name: "AppointmentsOfPatient",
    of: &ENTITY,
    link: Link { column: "patient_id", via: None },
    order: &[LATEST_FIRST],
    preset: None,
    expected: 20,
};

/// A patient's appointments that are still to come, the next one first.
pub static UPCOMING_OF_PATIENT: Children = Children {
    name: "UpcomingAppointmentsOfPatient",
    of: &ENTITY,
    link: Link { column: "patient_id", via: None },
    order: &[NEXT_FIRST],
    preset: Some(upcoming),
    expected: 2,
};

fn upcoming(cx: &Cx) -> Cond {
    let open = [AppointmentStatus::Scheduled, AppointmentStatus::Confirmed, AppointmentStatus::Pending];
    let spellings = open.into_iter().flat_map(|status| AppointmentStatus::OF.spellings(status.name()));
    Cond::And(vec![
        Cond::Compare("appointment_date", Op::Gte, Bind::Text(cx.today.to_string())),
        Cond::In("status", spellings.map(|stored| Bind::Text(stored.into())).collect()),
    ])
}
