//! A message of a conversation.

use crate::{
    db::{Belongs, By, DateTime, Enum, Owner, Path, enumeration, tables},
    graphql::{
        entity,
        model::Children,
        relation::One,
        write::{Column, Rules},
    },
    patients::patient,
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
    ChatMessage of tables::chat_history, "Chat_History" by chat_id, belongs Belongs::To(Owner { column: "patient_id", to: &patient::TABLE }), search false,
        written as "message", "messages";
    columns {
        /// The key of the message in the relational store.
        chat_id: i32 = "chatId" index;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index;
        /// The text of the message.
        message_text: Option<String> = "text";
        /// The kind of author of the message.
        message_type: Option<Enum<MessageType>> = "type";
        /// When the message was sent.
        timestamp: Option<DateTime> = "sentAt" order;
        /// An identifier of the conversation that the message belongs to.
        session_id: Option<String> = "sessionId" order;
    }
    computed {}
    fields {
        /// The patient whose conversation the message belongs to.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
    }
}

/// What must hold of a message that is written.
pub static RULES: Rules = Rules {
    columns: &[
        Column::prose("message_text").required(),
        Column::of("message_type"),
        Column::of("timestamp"),
        Column::line("session_id", 100),
    ],
    checks: &[],
};

/// The messages of a patient, the earliest first.
pub static OF_PATIENT: Children = Children {
    name: "MessagesOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[By { column: "timestamp", descending: false, via: false, nullable: true }],
    preset: None,
    expected: 20,
};
