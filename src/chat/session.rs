//! A conversation: the messages that belong together, and what came of them.

use crate::{
    db::{By, DateTime, Flag, Json, Path, Uuid, Whole},
    entity::entity,
    graphql::{
        form::Form,
        json_schema::{JsonSchema, Member},
        model::Children,
        relation::{Connection, One},
        rules::{Check, Holds, Unique},
    },
    patients::patient,
    write::{Add, Once},
};

/// What `diagnosisSuggestions` must look like.
static SUGGESTIONS: JsonSchema = JsonSchema::List(
    &JsonSchema::Object(&[
        Member::required("name", JsonSchema::Text(255)),
        Member::optional("code", JsonSchema::Text(20)),
        Member::optional("code_system", JsonSchema::OneOf(&["ICD-10", "ICD-11", "SNOMED-CT"])),
        Member::optional("probability", JsonSchema::Number(0.0, 1.0)),
        Member::optional("urgency", JsonSchema::OneOf(&["routine", "soon", "urgent", "emergency"])),
        Member::optional("explanation", JsonSchema::Lines(2_000)),
    ]),
    50,
);

entity! {
    /// A conversation of a patient with the practice or its bot: the messages that belong together, and what came of them.
    ChatSession, "Chat_Session" by chat_session_id, search false;
    called "a conversation", "conversations of patients";
    root "chatSession", "chatSessions";
    written "session", "sessions";
    belongs { patient_id of patient, as "chatSessions" "The patient's conversations." }
    columns {
        /// The key of the conversation in the relational store.
        chat_session_id: i32 = "chatSessionId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The UUID by which other programs know the conversation; one is made where none is given.
        session_uuid: Option<Uuid> = "uuid" index, Key, made value;
        /// A name for the conversation, as "Cough since Monday".
        session_name: Option<String> = "name", FreeText, line(255);
        /// The symptoms that the conversation is about, in a few sentences.
        symptoms_summary: Option<String> = "symptomsSummary", FreeText, prose;
        /// What a program suggested that the patient may have: a list of objects with `name`, and where known `code`, `code_system` (ICD-10,
        /// ICD-11, SNOMED-CT), `probability` from 0 to 1, `urgency` (routine, soon, urgent, emergency) and `explanation`. No diagnosis.
        diagnosis_suggestions: Option<Json> = "diagnosisSuggestions", FreeText, json(SUGGESTIONS);
        /// How severe the complaint is, from 1 (hardly) to 10 (as bad as can be).
        severity_level: Option<Whole<1, 10>> = "severity", Clinical, value;
        /// The language of the conversation, by its tag (BCP 47).
        session_language: Option<String> = "language", Operational, code(Language);
        /// Whether the conversation is about an emergency.
        is_emergency: Flag<false> = "isEmergency", Clinical, value;
        /// Whether somebody must come back to the patient.
        follow_up_required: Flag<false> = "followUpRequired", Clinical, value;
        /// When the conversation ended; null while it goes on.
        ended_at: Option<DateTime> = "endedAt", Date, value;
        /// When the conversation began.
        created_at: Option<DateTime> = "createdAt" order, Date;
        /// When the conversation last changed; its messages do not count.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient who has the conversation.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
    }
    gives {
        /// The patient's conversations, the latest first.
        patient, "chatSessions" = Connection { children: &OF_PATIENT };
    }
    verbs {
        /// Begins a conversation.
        "startChatSession" = START;
        /// Ends a conversation. A conversation that has ended stays as it is, and can be corrected.
        "endChatSession" = END;
    }
    checks &[
        Check {
            columns: &["ended_at"],
            code: "IN_FUTURE",
            message: "a conversation must not have ended in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["ended_at", "created_at"],
            code: "ORDER",
            message: "a conversation must not end before it began (`createdAt`)",
            constraint: None,
            holds: Holds::InOrder,
        },
        Check {
            columns: &["session_uuid"],
            code: "TAKEN",
            message: "another conversation has this UUID",
            constraint: Some("uq_chat_session_uuid"),
            holds: Holds::Unique(Unique::by(&["session_uuid"])),
        },
        Check {
            columns: &["severity_level"],
            code: "OUT_OF_RANGE",
            message: "a severity is from 1 to 10",
            constraint: Some("chk_chat_session_severity"),
            holds: Holds::Always(|row| {
                row.get("severity_level").and_then(|level| level.parse().ok()).is_none_or(|level| (1..=10).contains(&level))
            }),
        },
    ];
}

static START: Add = Add(&Form::add("StartChatSessionInput", "The fields of a new conversation.", &ENTITY).alone());

static END: Once = Once {
    form: &Form::change(
        "EndChatSessionInput",
        "What came of a conversation, and when the conversation ended.",
        &ENTITY,
    )
    .only(&[
        "ended_at",
        "symptoms_summary",
        "diagnosis_suggestions",
        "severity_level",
        "is_emergency",
        "follow_up_required",
    ]),
    moment: "ended_at",
    set: &[],
    over: "this conversation has ended already: correct it with `correctChatSession`",
};

/// A patient's conversations, the latest first.
static OF_PATIENT: Children = Children {
    name: "ChatSessionsOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "created_at", descending: true, via: false, nullable: true }],
    preset: None,
    expected: 10,
};
