//! A consultation: what a doctor and a patient do when they meet, in a room or over a line. What is found and prescribed there may
//! become entries of the record with it.

use super::appointment;
use crate::{
    db::{By, Date, DateTime, Enum, MOST, Path, Time, Whole, enumeration},
    entity::entity,
    graph::shape::{As, Bond, Shape},
    graphql::{
        form::{Copied, Form},
        made::{MadeRow, ToRow, ToRows},
        model::{Children, FieldDef, Object},
        relation::{Connection, One, Sole},
        rules::{Check, Holds},
    },
    medications::medication,
    patients::patient,
    providers::doctor,
    records::medical_history,
    write::{Add, Adds, Change, Transition, payload::Outcome},
};

enumeration! {
    /// How a doctor and a patient meet, or why.
    ConsultationType {
        /// The patient comes to the doctor, or the doctor to the patient.
        InPerson "IN_PERSON" = "in_person",
        /// The doctor and the patient speak over a line.
        Telemedicine "TELEMEDICINE" = "telemedicine",
        /// The patient comes to see how an earlier complaint or treatment has gone on.
        FollowUp "FOLLOW_UP" = "follow_up",
        /// The patient has a complaint that cannot wait.
        Emergency "EMERGENCY" = "emergency",
    }
}

enumeration! {
    /// The state of a consultation.
    ConsultationStatus {
        /// The consultation is planned.
        Scheduled "SCHEDULED" = "scheduled",
        /// The consultation took place.
        Completed "COMPLETED" = "completed",
        /// The consultation was cancelled.
        Cancelled "CANCELLED" = "cancelled",
        /// The patient did not come.
        NoShow "NO_SHOW" = "no_show",
    }
}

entity! {
    /// A meeting of a doctor and a patient: what the patient complained of, what was found and what was prescribed.
    Consultation, "Consultation" by consultation_id, search false;
    called "a consultation", "consultations";
    root "consultation", "consultations";
    written "consultation", "consultations";
    belongs { patient_id of patient, as "consultations" "The patient's consultations, past ones too." }
    links { doctor_id -> doctor; appointment_id -> appointment within; }
    columns {
        /// The key of the consultation in the relational store.
        consultation_id: i32 = "consultationId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the doctor in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key, required link;
        /// The key of the appointment that the consultation was booked with, in the relational store.
        appointment_id: Option<i32> = "appointmentId" index, Key, link;
        /// How the doctor and the patient meet, or why.
        consultation_type: Option<Enum<ConsultationType>> = "type", Clinical, required value;
        /// The state of the consultation.
        status: Option<Enum<ConsultationStatus>> = "status" index with consultation_date, Clinical, required value;
        /// The day of the consultation.
        consultation_date: Option<Date> = "date" order, Date, required value;
        /// The time of day at which the consultation begins.
        consultation_time: Option<Time> = "time", Date, value;
        /// What the patient complains of first.
        chief_complaint: Option<String> = "chiefComplaint", FreeText, prose;
        /// What the doctor found.
        diagnosis: Option<String> = "diagnosis", FreeText, prose;
        /// What the doctor prescribed, in words.
        prescription: Option<String> = "prescription", FreeText, prose;
        /// How long the consultation took, or is to take, in minutes.
        duration_minutes: Option<Whole<1, 1440>> = "durationMinutes", Operational, value;
        /// The fee in the minor units of its currency.
        fee: Option<Whole<0, MOST>> = "feeMinorUnits", Operational, value;
        /// The currency of the fee.
        fee_currency: Option<String> = "feeCurrency", Operational, code(Currency);
        /// The day on which the patient is to come again.
        next_visit_date: Option<Date> = "nextVisitDate", Date, value;
        /// The practice's notes on the consultation.
        notes: Option<String> = "notes", FreeText, prose;
        /// When the consultation was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the consultation last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient who is seen.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor who sees the patient.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
        /// The appointment that the consultation was booked with.
        "appointment" = One { entity: &appointment::ENTITY, column: "appointment_id" };
    }
    gives {
        /// The patient's consultations, the latest first.
        patient, "consultations" = Connection { children: &OF_PATIENT };
        /// The doctor's consultations, the latest first.
        doctor, "consultations" = Connection { children: &OF_DOCTOR };
        /// The consultation that was booked with the appointment; the latest, where there are several.
        appointment, "consultation" = Sole { children: &OF_APPOINTMENT };
    }
    verbs {
        /// Schedules a consultation.
        "scheduleConsultation" = SCHEDULE;
        /// Records a consultation that was not scheduled here: one that took place, or that the patient missed.
        "recordConsultation" = RECORD;
        /// Completes a consultation that is scheduled, with what was found, and adds what follows from it to the record: conditions,
        /// medications, the next appointment. Everything is written or nothing.
        "completeConsultation" = COMPLETE;
        /// Cancels a consultation that is scheduled.
        "cancelConsultation" = CANCEL;
        /// Marks a consultation that is scheduled as missed by the patient.
        "markConsultationNoShow" = MISS;
    }
    graph nodes SHAPE;
    checks &[
        Check {
            columns: &["fee", "fee_currency"],
            code: "INCOMPLETE",
            message: "a fee and its currency must be given together",
            constraint: Some("chk_consultation_fee"),
            holds: Holds::Always(|row| row.get("fee").is_some() == row.get("fee_currency").is_some()),
        },
        Check {
            columns: &["next_visit_date", "consultation_date"],
            code: "ORDER",
            message: "the next visit must not be before the consultation",
            constraint: Some("chk_consultation_next_visit"),
            holds: Holds::Always(|row| {
                row.day("next_visit_date").is_none_or(|next| row.day("consultation_date").is_none_or(|day| day <= next))
            }),
        },
        Check {
            columns: &["consultation_date", "status"],
            code: "IN_FUTURE",
            message: "a consultation that is completed or was missed must not be in the future",
            constraint: None,
            holds: Holds::Happened(Some(("status", &["completed", "no_show"]))),
        },
    ];
}

/// A consultation in the graph: the patient has it, and the doctor conducts it.
static SHAPE: Shape = Shape {
    caption: "consultation_type",
    props: &[
        ("date", "consultation_date", As::Date),
        ("time", "consultation_time", As::Text),
        ("consultation_type", "consultation_type", As::Word),
        ("status", "status", As::Word),
        ("chief_complaint", "chief_complaint", As::Text),
        ("diagnosis", "diagnosis", As::Text),
    ],
    bonds: &[Bond {
        name: "HAS_CONSULTATION",
        from_patient: true,
        props: &[("date", "date"), ("type", "consultation_type"), ("status", "status")],
    }],
    by: &[("CONDUCTED", "doctor_id")],
    ..Shape::PLAIN
};

/// Whoever plans a consultation plans it for a day to come. Only here: the database holds old ones, and imports bring them.
static NOT_PAST: [Check; 1] = [Check {
    columns: &["consultation_date"],
    code: "IN_PAST",
    message: "a consultation is scheduled for today or a day to come: record one that took place with recordConsultation",
    constraint: None,
    holds: Holds::Today(|row, today| row.day("consultation_date").is_none_or(|day| day >= today)),
}];

static SCHEDULE: Add =
    Add(&Form::add("ScheduleConsultationInput", "The fields of a consultation to schedule.", &ENTITY)
        .only(&[
            "doctor_id",
            "appointment_id",
            "consultation_type",
            "consultation_date",
            "consultation_time",
            "chief_complaint",
            "duration_minutes",
            "fee",
            "fee_currency",
            "notes",
        ])
        .where_holds(&NOT_PAST));

/// A consultation whose day is over took place, was cancelled or was missed. Only here: nobody need look at old ones that were planned.
static NOT_OPEN: [Check; 1] = [Check {
    columns: &["status", "consultation_date"],
    code: "IN_PAST",
    message: "a consultation of a day that is over is not scheduled: say whether it was completed, cancelled or missed",
    constraint: None,
    holds: Holds::Today(|row, today| {
        row.get("status") != Some("scheduled") || row.day("consultation_date").is_none_or(|day| day >= today)
    }),
}];

static RECORD: Add =
    Add(&Form::add("RecordConsultationInput", "The fields of a consultation that was not scheduled here.", &ENTITY)
        .where_holds(&NOT_OPEN));

const SCHEDULED: (&str, &[&str]) = ("status", &["scheduled"]);

/// What a consultation is completed without, nobody can act on.
static DIAGNOSED: [Check; 1] = [Check {
    columns: &["diagnosis"],
    code: "REQUIRED",
    message: "a consultation is completed with what was found",
    constraint: None,
    holds: Holds::Always(|row| row.get("diagnosis").is_some()),
}];

static COMPLETE: Transition = Transition {
    change: Change {
        form: &Form::change(
            "CompleteConsultationInput",
            "What was found at a consultation, and what follows from it.",
            &ENTITY,
        )
        .only(&["diagnosis", "prescription", "duration_minutes", "fee", "fee_currency", "notes"])
        .where_holds(&DIAGNOSED),
        set: &[("status", "completed")],
        needs: &["diagnosis"],
    },
    from: SCHEDULED,
    adds: &[
        Adds {
            field: "history",
            doc: "Entries to add to the patient's medical history, as the diagnosis as a condition.",
            form: &Form::add(
                "ConsultationHistoryInput",
                "A new entry of the medical history, found at a consultation. Its date is the day of the consultation, if left out.",
                &medical_history::ENTITY,
            )
            .copied(&[&[("history_date", Copied::Column("consultation_date"))]]),
            many: true,
            sets: None,
        },
        Adds {
            field: "medications",
            doc: "Medications to add that were prescribed at the consultation.",
            form: &Form::add(
                "ConsultationMedicationInput",
                "A new medication, prescribed at a consultation. It is prescribed on the day of the consultation, if its date is left \
                 out, and by the doctor of the consultation, if both the doctor and the prescriber's name are.",
                &medication::ENTITY,
            )
            .copied(&[
                &[("prescribed_date", Copied::Column("consultation_date"))],
                &[("doctor_id", Copied::Column("doctor_id")), ("prescribed_by", Copied::Linked("doctor_id", "name"))],
            ]),
            many: true,
            sets: None,
        },
        Adds {
            field: "nextVisit",
            doc: "The appointment at which the patient is to come again. Its day becomes `nextVisitDate`.",
            form: &Form::add(
                "ConsultationNextVisitInput",
                "A new appointment that follows from a consultation: with the doctor of the consultation, and a follow-up that is \
                 scheduled, if nothing else is given.",
                &appointment::ENTITY,
            )
            .only(&["appointment_date", "appointment_time", "appointment_type", "status", "notes"])
            .alone()
            .copied(&[
                &[("doctor_id", Copied::Column("doctor_id")), ("doctor_name", Copied::Linked("doctor_id", "name"))],
                &[("appointment_type", Copied::Text("follow_up"))],
                &[("status", Copied::Text("Scheduled"))],
            ])
            .where_holds(&appointment::NOT_PAST),
            many: false,
            sets: Some(("next_visit_date", "appointment_date")),
        },
    ],
    payload: Some(&COMPLETED),
};

static COMPLETED: Object = Object {
    name: "CompleteConsultationPayload",
    doc: "The result of completing a consultation.",
    is_node: false,
    of: None,
    scalars: Outcome::SCALARS,
    fields: &[
        FieldDef {
            name: "consultation",
            doc: "The consultation as it is now; null if it was removed since.",
            field: &ToRow { entity: &ENTITY, key: Outcome::key },
        },
        FieldDef {
            name: "history",
            doc: "The entries that were added to the medical history, as they are now.",
            field: &ToRows {
                entity: &medical_history::ENTITY,
                keys: |outcome: &Outcome, _, _| Ok(outcome.added("history")),
                args: |_| Vec::new(),
                expected: 2,
            },
        },
        FieldDef {
            name: "medications",
            doc: "The medications that were added, as they are now.",
            field: &ToRows {
                entity: &medication::ENTITY,
                keys: |outcome: &Outcome, _, _| Ok(outcome.added("medications")),
                args: |_| Vec::new(),
                expected: 2,
            },
        },
        FieldDef {
            name: "nextVisit",
            doc: "The appointment that was made, as it is now.",
            field: &ToRow {
                entity: &appointment::ENTITY,
                key: |outcome: &Outcome| outcome.added("nextVisit").first().copied(),
            },
        },
    ],
};

static CANCEL: Transition = Transition::of(
    Change {
        form: &Form::change("CancelConsultationInput", "Why a consultation is cancelled.", &ENTITY).only(&["notes"]),
        set: &[("status", "cancelled")],
        needs: &[],
    },
    SCHEDULED,
);

static MISS: Transition = Transition::of(
    Change {
        form: &Form::change("MarkConsultationNoShowInput", "Notes on a consultation that the patient missed.", &ENTITY)
            .only(&["notes"]),
        set: &[("status", "no_show")],
        needs: &[],
    },
    SCHEDULED,
);

const LATEST_FIRST: &[By] = &[By { column: "consultation_date", descending: true, via: false, nullable: true }];

/// A patient's consultations, the latest first.
static OF_PATIENT: Children = Children {
    name: "ConsultationsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: LATEST_FIRST,
    preset: None,
    expected: 10,
};

/// A doctor's consultations, the latest first.
static OF_DOCTOR: Children =
    Children { name: "ConsultationsOfDoctor", path: Path::Direct("doctor_id"), expected: 20, ..OF_PATIENT };

/// The consultations that were booked with an appointment, the latest first.
static OF_APPOINTMENT: Children =
    Children { name: "ConsultationsOfAppointment", path: Path::Direct("appointment_id"), expected: 1, ..OF_PATIENT };
