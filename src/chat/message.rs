//! A message of a conversation.

use crate::{
    db::{By, DateTime, Enum, Link, Reach, enumeration, tables},
    graphql::{
        entity,
        model::Children,
        relation::One,
        write::{Column, Rules},
    },
    patients::patient,
};

enumeration! {
    /// Who wrote a message.
    MessageType {
        /// The patient.
        Patient "PATIENT" = "Patient",
        /// Somebody of the practice.
        Provider "PROVIDER" = "Provider",
        /// The system itself.
        System "SYSTEM" = "System",
        /// An assistant program.
        Bot "BOT" = "Bot",
    }
}

entity! {
    /// A message of a patient's conversation.
    ChatMessage of tables::chat_history, "Chat_History" by chat_id, patient Reach::Column("patient_id"), search false,
        written as "message", "messages";
    columns {
        /// The key of the message in the relational store.
        chat_id: i32 = "chatId" index;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index;
        /// What was written.
        message_text: Option<String> = "text";
        /// Who wrote it.
        message_type: Option<Enum<MessageType>> = "type";
        /// When it was sent.
        timestamp: Option<DateTime> = "sentAt" order;
        /// The conversation it belongs to.
        session_id: Option<String> = "sessionId" order;
    }
    computed {}
    fields {
        /// Whose conversation it is.
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
    link: Link { column: "patient_id", via: None },
    order: &[By { column: "timestamp", descending: false, via: false, nullable: true }],
    preset: None,
    expected: 20,
};
