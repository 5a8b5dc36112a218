//! Which doctor looks after which patient, in which role, since when and until when.

use super::{doctor, validation::Validation};
use crate::{
    db::{
        Bind, By, Cond, Date, DateTime, Enum, Flag, Op, Path, enumeration,
        scope::{Grant, Must, Rows},
    },
    entity::entity,
    graph::shape::{As, Relationship},
    graphql::{
        form::Form,
        model::Children,
        relation::{Beyond, Connection, List, One},
        rules::{Check, Holds, Unique, not_in_future},
    },
    patients::patient,
    write::{Add, Change, Succeed, Succession},
};
use chrono::NaiveDate;

enumeration! {
    /// What a doctor is to a patient.
    AssignmentType {
        /// The doctor is the patient's first contact, and refers the patient to others.
        Primary "PRIMARY" = "primary",
        /// The doctor gives advice on a question, and does not treat.
        Consultant "CONSULTANT" = "consultant",
        /// The doctor treats the patient for what belongs to the doctor's specialty.
        Specialist "SPECIALIST" = "specialist",
    }
}

entity! {
    /// The assignment of a doctor to a patient.
    DoctorAssignment, "Doctor_Patient_Assignment" by assignment_id, search false;
    called "an assignment of a doctor", "assignments of doctors";
    root "doctorAssignment", "doctorAssignments";
    written "assignment", "assignments";
    belongs { patient_id of patient, as "doctorAssignments" "The doctors who look after the patient." }
    links { doctor_id -> doctor; }
    columns {
        /// The key of the assignment in the relational store.
        assignment_id: i32 = "assignmentId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the doctor in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key, required link;
        /// What the doctor is to the patient.
        assignment_type: Option<Enum<AssignmentType>> = "type", Clinical, required value;
        /// Whether the doctor looks after the patient, as it is recorded: the days do not change it by themselves.
        is_active: Flag<true> = "isActive", Clinical, value;
        /// The day on which the assignment began.
        since: Option<Date> = "since" order, Date, value;
        /// The day on which the assignment ended, or will end.
        until: Option<Date> = "until", Date, value;
        /// Notes on the assignment.
        notes: Option<String> = "notes", FreeText, prose;
        /// When the assignment was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the assignment last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient to whom the doctor is assigned.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor who is assigned.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
    }
    gives {
        /// The doctors who look after the patient, or did: those of today first, the latest first.
        patient, "doctorAssignments" = List { children: &OF_PATIENT, narrowing: None };
        /// The doctors who look after the patient now, the primary doctor among them, the latest first.
        patient, "careTeam" = List { children: &CARE_TEAM, narrowing: None };
        /// The patient's primary doctor: the first contact, who refers the patient to others.
        patient, "primaryDoctor" = Beyond { below: &PRIMARY_OF_PATIENT, column: "doctor_id", entity: &doctor::ENTITY };
        /// What the patient's record lacks of what a registration brings: a record that was taken over may lack any of it.
        patient, "validationStatus" = Validation;
        /// The assignments of the doctor to patients, the latest first.
        doctor, "assignments" = Connection { children: &OF_DOCTOR };
        /// The patients whom the doctor looks after, or did.
        doctor, "patients" = Connection { children: &PATIENTS_OF_DOCTOR };
    }
    verbs {
        /// Assigns a doctor to a patient.
        "assignDoctor" = ASSIGN;
        /// Ends the assignment of a doctor: the assignment stays as history.
        "endAssignment" = END;
        /// Ends the assignment of a doctor: the assignment stays as history.
        /// Deprecated: Use `endAssignment`, which is the same under a shorter name.
        "endDoctorAssignment" = END;
        /// Makes a doctor the primary doctor of a patient: the assignment of the one before ends on the day on which the new one
        /// begins, and stays as history.
        "transferPatient" = TRANSFER;
    }
    graph relationships TREATED_BY;
    checks &[
        Check {
            columns: &["assignment_type", "is_active", "patient_id"],
            code: "EXISTS",
            message: "the patient has a primary doctor already: end that assignment, or use transferPatient",
            constraint: Some("uq_assignment_primary"),
            holds: Holds::Unique(Unique {
                columns: &["patient_id"],
                of: |row| row.get("assignment_type") == Some("primary") && row.flag("is_active", true),
            }),
        },
        Check {
            columns: &["since", "assignment_type"],
            code: "IN_FUTURE",
            message: "a primary doctor is that from a day on which has come: the patient has one today",
            constraint: None,
            holds: Holds::Happened(Some(("assignment_type", &["primary"]))),
        },
        Check {
            columns: &["until", "since"],
            code: "ORDER",
            message: "an assignment must not end before it began",
            constraint: Some("chk_assignment_order"),
            holds: Holds::Always(|row| match (row.day("since"), row.day("until")) {
                (Some(since), Some(until)) => since <= until,
                _ => true,
            }),
        },
        Check {
            columns: &["is_active", "until"],
            code: "REQUIRED",
            message: "an assignment that is over needs the day on which it ended",
            constraint: None,
            holds: Holds::Always(|row| row.flag("is_active", true) || row.get("until").is_some()),
        },
        Check {
            columns: &["is_active", "until"],
            code: "IN_PAST",
            message: "an assignment that goes on must not have ended: say isActive false, or clear the day on which it ended",
            constraint: None,
            holds: Holds::Today(|row, today| {
                !row.flag("is_active", true) || row.day("until").is_none_or(|until| until >= today)
            }),
        },
    ];
}

/// An assignment in the graph: from the patient to the doctor.
static TREATED_BY: Relationship = Relationship {
    name: "TREATED_BY",
    column: "doctor_id",
    props: &[
        ("type", "assignment_type", As::Word),
        ("active", "is_active", As::Flag(true)),
        ("since", "since", As::Date),
        ("until", "until", As::Date),
    ],
};

static ASSIGN: Add = Add(&Form::add("AssignDoctorInput", "The fields of a new assignment.", &ENTITY).only(&[
    "doctor_id",
    "assignment_type",
    "since",
    "notes",
]));

/// Only here: an assignment may be corrected to one that will end on a day to come, and is active until then.
static NOT_TO_COME: [Check; 1] = [Check {
    columns: &["until"],
    code: "IN_FUTURE",
    message: "an assignment that ends now must not end on a day to come: correct its day instead",
    constraint: None,
    holds: Holds::Today(|row, today| not_in_future(row, "until", today)),
}];

static END: Change = Change {
    form: &Form::change("EndDoctorAssignmentInput", "When and why an assignment of a doctor ended.", &ENTITY)
        .only(&["until", "notes"])
        .where_holds(&NOT_TO_COME),
    set: &[("is_active", "0")],
    needs: &["until"],
};

/// Only here: the assignment before ends on the day on which this one begins, and none that is over ends on a day to come.
static BEGUN: [Check; 1] = [Check {
    columns: &["since"],
    code: "IN_FUTURE",
    message: "a patient is transferred today, or was before: this must not be a day to come",
    constraint: None,
    holds: Holds::Today(|row, today| not_in_future(row, "since", today)),
}];

static TRANSFER: Succeed = Succeed(&Succession {
    form: &Form::add(
        "TransferPatientInput",
        "The patient, and the doctor who is the primary doctor from now on.",
        &ENTITY,
    )
    .only(&["doctor_id", "since", "notes"])
    .where_holds(&BEGUN),
    set: &[("assignment_type", "primary")],
    now: is_primary,
    ended: &[("is_active", "0")],
    since: "since",
    until: "until",
    who: "doctor_id",
});

/// Whether an assignment is of the patient's primary doctor.
fn is_primary() -> Cond {
    Cond::And(vec![is_active(), Cond::In("assignment_type", vec![Bind::Text("primary".into())])])
}

/// Whether an assignment goes on. One of which nothing is said does.
fn is_active() -> Cond {
    Cond::Or(vec![Cond::In("is_active", vec![Bind::Int(1)]), Cond::IsNull("is_active", true)])
}

/// The patients whom a doctor looks after on a day: the assignment is active, has begun and has not ended.
pub fn patients_of(doctor: i32, today: NaiveDate) -> Grant {
    let must = vec![
        Must::Be("doctor_id", doctor.into()),
        Must::BeOrNull("is_active", 1),
        Must::NotAfter("since", today),
        Must::NotBefore("until", today),
    ];
    Grant::With(Rows { table: &TABLE, must })
}

const LATEST_FIRST: By = By { column: "since", descending: true, via: false, nullable: true };

/// The doctors of a patient, those of today first.
static OF_PATIENT: Children = Children {
    name: "DoctorAssignmentsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "is_active", ..LATEST_FIRST }, LATEST_FIRST],
    preset: None,
    expected: 3,
};

/// The doctors of a patient today.
static CARE_TEAM: Children = Children {
    name: "CareTeamOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[LATEST_FIRST],
    preset: Some(|cx| {
        let today = || Bind::Text(cx.clock.today.to_string());
        let or_null = |column, cond| Cond::Or(vec![Cond::IsNull(column, true), cond]);
        Cond::And(vec![
            is_active(),
            or_null("since", Cond::Compare("since", Op::Lte, today())),
            or_null("until", Cond::Compare("until", Op::Gte, today())),
        ])
    }),
    expected: 3,
};

/// The primary doctor of a patient.
pub(super) static PRIMARY_OF_PATIENT: Children = Children {
    name: "PrimaryDoctorOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[],
    preset: Some(|_| is_primary()),
    expected: 1,
};

/// The assignments of a doctor, the latest first.
static OF_DOCTOR: Children = Children {
    name: "AssignmentsOfDoctor",
    of: &ENTITY,
    path: Path::Direct("doctor_id"),
    order: &[LATEST_FIRST],
    preset: None,
    expected: 20,
};

/// The patients of a doctor.
static PATIENTS_OF_DOCTOR: Children = Children {
    name: "PatientsOfDoctor",
    of: &patient::ENTITY,
    path: Path::Between { between: &TABLE, above: "doctor_id", below: "patient_id" },
    order: &[],
    preset: None,
    expected: 20,
};
