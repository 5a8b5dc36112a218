//! A message of a conversation. Messages answer each other: a thread is a message with all that answers it.

use super::session;
use crate::{
    db::{By, Cond, DateTime, Decimal, Enum, First, Flag, Json, Path, enumeration},
    entity::entity,
    graphql::{
        form::Form,
        json_schema::JsonSchema,
        model::Children,
        relation::{Connection, List, One},
        rules::{Check, Holds},
    },
    patients::patient,
    write::Add,
};

enumeration! {
    /// The kind of author of a message.
    MessageType {
        /// The patient wrote the message.
        Patient "PATIENT" = "Patient",
        /// A member of the practice's staff wrote the message.
        Provider "PROVIDER" = "Provider",
        /// A system wrote the message.
        System "SYSTEM" = "System",
        /// An assistant program wrote the message.
        Bot "BOT" = "Bot",
    }
}

enumeration! {
    /// What a message holds.
    ContentType {
        /// The message is text alone.
        Text "TEXT" = "text",
        /// The message brings a picture.
        Image "IMAGE" = "image",
        /// The message is spoken; its text is what was understood.
        Audio "AUDIO" = "audio",
        /// The message is what a program found.
        AiAnalysis "AI_ANALYSIS" = "ai_analysis",
    }
}

/// What `metadata` must look like: whatever a program says of a message.
static METADATA: JsonSchema = JsonSchema::Map(&JsonSchema::Any, 100);

entity! {
    /// A message of a patient's conversation.
    ChatMessage, "Chat_History" by chat_id, search false;
    called "a message", "messages of patients' conversations";
    root "chatMessage", "chatMessages";
    written "message", "messages";
    belongs { patient_id of patient, as "messages" "The messages of the patient's conversations." }
    links { chat_session_id -> session within; parent_message_id -> self within; }
    columns {
        /// The key of the message in the relational store.
        chat_id: i32 = "chatId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The text of the message.
        message_text: Option<String> = "text", FreeText, required prose;
        /// The kind of author of the message.
        message_type: Option<Enum<MessageType>> = "type", Clinical, value;
        /// When the message was sent.
        timestamp: Option<DateTime> = "sentAt" order, Date, now value;
        /// An identifier of the conversation that the message belongs to, as programs that know no `ChatSession` give it. A new message that
        /// answers another takes the identifier of that one, if left out.
        session_id: Option<String> = "sessionId" order, Operational, follows(parent_message_id) line(100);
        /// The key of the conversation that the message belongs to, in the relational store. A new message that answers another belongs to the
        /// conversation of that one, if left out.
        chat_session_id: Option<i32> = "chatSessionId" index, Key, follows(parent_message_id) link;
        /// The key of the message that this one answers, in the relational store. The two are of one patient, and of one conversation where
        /// both name one.
        parent_message_id: Option<i32> = "parentMessageId" index, Key, link;
        /// What the message holds; null where nobody said so.
        content_type: Option<Enum<ContentType>> = "contentType", Operational, value;
        /// What a program says of the message: an object of any members.
        metadata: Option<Json> = "metadata", FreeText, json(METADATA);
        /// The program that wrote the message, where a program did.
        ai_source: Option<String> = "aiSource", Operational, line(50);
        /// How sure the program is, from 0 (not at all) to 1.
        confidence: Option<Decimal<2, 0, 1>> = "confidence", Clinical, value;
        /// The language of the message, by its tag (BCP 47).
        language: Option<String> = "language", Operational, code(Language);
        /// Whether the message is to be handled with more care than others.
        is_sensitive: Flag<false> = "isSensitive", Operational, value;
    }
    fields {
        /// The patient whose conversation the message belongs to.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The conversation that the message belongs to; null where the message names none.
        "session" = One { entity: &session::ENTITY, column: "chat_session_id" };
        /// The message that this one answers.
        "parent" = One { entity: &ENTITY, column: "parent_message_id" };
        /// The messages that answer this one, the earliest first.
        "replies" = List { children: &REPLIES, narrowing: None };
    }
    gives {
        /// Messages of the patient's conversations, the earliest first.
        patient, "messages" = Connection { children: &OF_PATIENT };
        /// All messages of the conversation, the earliest first.
        session, "messages" = Connection { children: &OF_SESSION };
        /// The messages of the conversation that answer no earlier message of the conversation, the earliest first; what answers them is in
        /// their `replies`. From these messages, `replies` lead to all of the conversation.
        session, "thread" = Connection { children: &THREAD };
    }
    verbs {
        /// Adds a message to a patient's conversation.
        "sendChatMessage" = SEND;
    }
    checks &[
        Check {
            columns: &["timestamp"],
            code: "IN_FUTURE",
            message: "a message must not have been sent in the future",
            constraint: None,
            holds: Holds::Happened(None),
        },
        Check {
            columns: &["parent_message_id", "chat_session_id"],
            code: "OTHER_SESSION",
            message: "a message and the message that it answers must be of one conversation",
            constraint: None,
            holds: Holds::AsLinked,
        },
        Check {
            columns: &["parent_message_id", "session_id"],
            code: "OTHER_SESSION",
            message: "a message and the message that it answers must have the same `sessionId`",
            constraint: None,
            holds: Holds::AsLinked,
        },
        Check {
            columns: &["chat_session_id", "timestamp"],
            code: "ENDED",
            message: "the conversation had ended before this message: begin another with `startChatSession`, or let this one go on by \
                      `endedAt: null` in `correctChatSession`; a message of before the end says when it was sent (`sentAt`)",
            constraint: None,
            holds: Holds::BeforeEnd("ended_at"),
        },
    ];
}

static SEND: Add =
    Add(&Form::add("SendChatMessageInput", "The fields of a new message of a patient's conversation.", &ENTITY));

const EARLIEST_FIRST: By = By { column: "timestamp", descending: false, via: false, nullable: true };

/// The messages of a patient, the earliest first.
static OF_PATIENT: Children = Children {
    name: "MessagesOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[EARLIEST_FIRST],
    preset: None,
    expected: 20,
};

/// The messages of a conversation, the earliest first.
static OF_SESSION: Children = Children {
    name: "MessagesOfSession",
    of: &ENTITY,
    path: Path::Direct("chat_session_id"),
    order: &[EARLIEST_FIRST],
    preset: None,
    expected: 20,
};

/// What a message that begins a thread is.
const FIRST: First = First { table: &TABLE, pointer: "parent_message_id", within: "chat_session_id", by: "timestamp" };

/// The messages of a conversation that answer no earlier one of it, the earliest first.
static THREAD: Children = Children {
    name: "ThreadOfSession",
    of: &ENTITY,
    path: Path::Direct("chat_session_id"),
    order: &[EARLIEST_FIRST],
    preset: Some(|_| Cond::First(FIRST)),
    expected: 10,
};

/// The messages that answer a message, the earliest first.
static REPLIES: Children = Children {
    name: "RepliesOfMessage",
    of: &ENTITY,
    path: Path::Direct("parent_message_id"),
    order: &[EARLIEST_FIRST],
    preset: None,
    expected: 2,
};
