//! An appointment of a patient.

use crate::{
    db::{Bind, By, Cond, Date, DateTime, Enum, Enumerated, Op, Path, Time, enumeration},
    entity::entity,
    graph::shape::{As, Bond, Shape},
    graphql::{
        context::Cx,
        form::Form,
        model::Children,
        relation::{Connection, List, One},
        rules::{Check, Holds},
    },
    patients::patient,
    providers::doctor,
    write::{Add, Change},
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
    Appointment, "Appointment" by appointment_id, search false;
    called "an appointment", "appointments";
    root "appointment", "appointments";
    written "appointment", "appointments";
    belongs { patient_id of patient, as "appointments" "The patient's appointments, past ones too." }
    links { doctor_id -> doctor; }
    columns {
        /// The key of the appointment in the relational store.
        appointment_id: i32 = "appointmentId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The day of the appointment.
        appointment_date: Option<Date> = "date" order, Date, required value;
        /// The time of day at which the appointment begins.
        appointment_time: Option<Time> = "time", Date, value;
        /// The state of the appointment.
        status: Option<Enum<AppointmentStatus>> = "status" index with appointment_date, Clinical, default("Scheduled") value;
        /// The kind of the appointment.
        appointment_type: Option<Enum<AppointmentType>> = "type" index, Clinical, value;
        /// The name of the doctor.
        doctor_name: Option<String> = "doctorName" index with appointment_date, Staff, line(255);
        /// The key of the doctor in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key, link;
        /// The practice's notes on the appointment.
        notes: Option<String> = "notes", FreeText, prose;
        /// When the appointment was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the appointment last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient who has the appointment.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor whom the patient sees, where the doctor is known by more than a name.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
    }
    gives {
        /// The patient's appointments, the latest first.
        patient, "appointments" = Connection { children: &OF_PATIENT };
        /// The patient's appointments from today on that are scheduled, confirmed or pending, the next one first.
        patient, "upcomingAppointments" = List { children: &UPCOMING_OF_PATIENT, narrowing: None };
    }
    verbs {
        /// Schedules an appointment, with the symptoms that are known already.
        "scheduleAppointment" = SCHEDULE;
        /// Moves an appointment to another day or time.
        "rescheduleAppointment" = RESCHEDULE;
        /// Cancels an appointment.
        "cancelAppointment" = CANCEL;
    }
    graph nodes SHAPE;
    checks &[
        Check {
            columns: &["appointment_date", "status"],
            code: "IN_FUTURE",
            message: "an appointment that is completed or was missed must not be in the future",
            constraint: None,
            holds: Holds::Happened(Some(("status", &["Completed", "No_Show"]))),
        },
    ];
}

/// An appointment in the graph.
static SHAPE: Shape = Shape {
    caption: "appointment_type",
    props: &[
        ("date", "appointment_date", As::Date),
        ("time", "appointment_time", As::Text),
        ("status", "status", As::Text),
        ("appointment_type", "appointment_type", As::Word),
        ("doctor_name", "doctor_name", As::Text),
    ],
    bonds: &[Bond { name: "HAS_APPOINTMENT", from_patient: true, props: &[("date", "date")] }],
    ..Shape::PLAIN
};

/// Whoever plans an appointment plans it for a day to come. Only here: the database holds old ones, and imports bring them.
pub(super) static NOT_PAST: [Check; 1] = [Check {
    columns: &["appointment_date", "status"],
    code: "IN_PAST",
    message: "a new appointment must not lie in the past, unless it is completed, cancelled or was missed",
    constraint: None,
    holds: Holds::Today(|row, today| {
        let over = matches!(row.get("status"), Some("Completed" | "Cancelled" | "No_Show"));
        over || row.day("appointment_date").is_none_or(|day| day >= today)
    }),
}];

static SCHEDULE: Add =
    Add(&Form::add("ScheduleAppointmentInput", "The fields of a new appointment.", &ENTITY).where_holds(&NOT_PAST));

static RESCHEDULE: Change = Change {
    form: &Form::change("RescheduleAppointmentInput", "The day and time to which an appointment is moved.", &ENTITY)
        .only(&["appointment_date", "appointment_time"])
        .where_holds(&NOT_PAST),
    set: &[],
    needs: &["appointment_date"],
};

static CANCEL: Change = Change {
    form: &Form::change(
        "CancelAppointmentInput",
        "The fields of an appointment that can change when the appointment is cancelled.",
        &ENTITY,
    )
    .only(&["notes"]),
    set: &[("status", "Cancelled")],
    needs: &[],
};

const LATEST_FIRST: By = By { column: "appointment_date", descending: true, via: false, nullable: true };
const NEXT_FIRST: By = By { descending: false, ..LATEST_FIRST };

/// A patient's appointments, the latest first.
static OF_PATIENT: Children = Children {
    name: "AppointmentsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[LATEST_FIRST],
    preset: None,
    expected: 20,
};

/// A patient's appointments that are still to come, the next one first.
static UPCOMING_OF_PATIENT: Children = Children {
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
        Cond::Compare("appointment_date", Op::Gte, Bind::Text(cx.clock.today.to_string())),
        Cond::In("status", spellings.map(|stored| Bind::Text(stored.into())).collect()),
    ])
}
