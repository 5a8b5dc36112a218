//! An appointment of a patient.

use super::symptom;
use crate::{
    db::{Belongs, Bind, By, Cond, Date, DateTime, Enum, Enumerated, Op, Owner, Path, Time, enumeration, tables},
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
    /// The state of an appointment.
    AppointmentStatus {
        /// The appointment is planned.
        Scheduled "SCHEDULED" = "Scheduled",
        /// The appointment is planned, and the patient confirmed it.
        Confirmed "CONFIRMED" = "Confirmed",
        /// The appointment was asked for and is not planned yet.
        Pending "PENDING" = "Pending",
        /// The appointment took place.
        Completed "COMPLETED" = "Completed",
        /// The appointment was cancelled.
        Cancelled "CANCELLED" = "Cancelled",
        /// The patient did not come to the appointment.
        NoShow "NO_SHOW" = "No_Show",
    }
}

enumeration! {
    /// The kind of an appointment.
    AppointmentType {
        /// The patient comes for advice or an opinion.
        Consultation "CONSULTATION" = "consultation",
        /// The patient comes to see how an earlier complaint or treatment has gone on.
        FollowUp "FOLLOW_UP" = "follow_up",
        /// The patient has a complaint that cannot wait.
        Emergency "EMERGENCY" = "emergency",
        /// The patient comes for a check-up, without a complaint.
        RoutineCheckup "ROUTINE_CHECKUP" = "routine_checkup",
    }
    older {
        "REGULAR" = "Regular" for "ROUTINE_CHECKUP",
        "SURGERY" = "Surgery" for "CONSULTATION",
    }
}

entity! {
    /// A patient's appointment with a doctor.
    Appointment of tables::appointment, "Appointment" by appointment_id, belongs Belongs::To(Owner { column: "patient_id", to: &patient::TABLE }), search false,
        written as "appointment", "appointments";
    columns {
        /// The key of the appointment in the relational store.
        appointment_id: i32 = "appointmentId" index;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index;
        /// The day of the appointment.
        appointment_date: Option<Date> = "date" order;
        /// The time of day at which the appointment begins.
        appointment_time: Option<Time> = "time";
        /// The state of the appointment.
        status: Option<Enum<AppointmentStatus>> = "status" index;
        /// The kind of the appointment.
        appointment_type: Option<Enum<AppointmentType>> = "type" index;
        /// The name of the doctor.
        doctor_name: Option<String> = "doctorName" index;
        /// The practice's notes on the appointment.
        notes: Option<String> = "notes";
        /// When the appointment was entered.
        created_at: Option<DateTime> = "createdAt";
        /// When the appointment last changed.
        updated_at: Option<DateTime> = "updatedAt";
    }
    computed {}
    fields {
        /// The patient who has the appointment.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The symptoms that the patient reported at the appointment.
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
    path: Path::Direct("patient_id"),
    order: &[LATEST_FIRST],
    preset: None,
    expected: 20,
};

/// A patient's appointments that are still to come, the next one first.
pub static UPCOMING_OF_PATIENT: Children = Children {
    name: "UpcomingAppointmentsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
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
