//! What is written of conversations.

use super::message;
use crate::{
    graphql::write::{Add, Change, Form, Remove},
    patients::writes::OF_PATIENT,
};

/// A message of a patient who is imported.
pub static MESSAGE: Form =
    Form::add("ChatMessageInput", "The fields of a message of a patient who is imported.", &message::ENTITY);

/// Adds a message to a patient's conversation.
pub static SEND: Add = Add(&Form::add(
    "SendChatMessageInput",
    "The fields of a new message of a patient's conversation.",
    &message::ENTITY,
)
.of(&OF_PATIENT));

/// Corrects a message.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectChatMessageInput", "The fields of a message to correct.", &message::ENTITY));

/// Removes a message.
pub static REMOVE: Remove = Remove { entity: &message::ENTITY, below: &[] };
