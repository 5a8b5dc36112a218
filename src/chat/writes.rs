//! What is written of conversations.

use super::message;
use crate::{
    graphql::write::{Add, Change, Form, Remove},
    patients::writes::OF_PATIENT,
};

/// A message of a patient who is imported.
pub static MESSAGE: Form = Form::add("ChatMessageInput", "A message of a conversation.", &message::ENTITY);

/// Adds a message to a patient's conversation.
pub static SEND: Add =
    Add(&Form::add("SendChatMessageInput", "A new message of a conversation.", &message::ENTITY).of(&OF_PATIENT));

/// Corrects a message.
pub static CORRECT: Change =
    Change::of(&Form::change("CorrectChatMessageInput", "What to write of a message.", &message::ENTITY));

/// Removes a message.
pub static REMOVE: Remove = Remove { entity: &message::ENTITY, below: &[] };
