//! A message of a conversation.

use crate::{
    db::{By, DateTime, Enum, Path, enumeration},
    entity::entity,
    graphql::{
        form::Form,
        model::Children,
        relation::{Connection, One},
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

entity! {
    /// A message of a patient's conversation.
    ChatMessage, "Chat_History" by chat_id, search false;
    called "a message", "messages of patients' conversations";
    root "chatMessage", "chatMessages";
    written "message", "messages";
    belongs { patient_id of patient, as "messages" "The messages of the patient's conversations." }
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
        timestamp: Option<DateTime> = "sentAt" order, Date, value;
        /// An identifier of the conversation that the message belongs to.
        session_id: Option<String> = "sessionId" order, Operational, line(100);
    }
    fields {
        /// The patient whose conversation the message belongs to.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
    }
    gives {
        /// Messages of the patient's conversations, the earliest first.
        patient, "messages" = Connection { children: &OF_PATIENT };
    }
    verbs {
        /// Adds a message to a patient's conversation.
        "sendChatMessage" = SEND;
    }
    checks &[];
}

static SEND: Add =
    Add(&Form::add("SendChatMessageInput", "The fields of a new message of a patient's conversation.", &ENTITY));

/// The messages of a patient, the earliest first.
static OF_PATIENT: Children = Children {
    name: "MessagesOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "timestamp", descending: false, via: false, nullable: true }],
    preset: None,
    expected: 20,
};
