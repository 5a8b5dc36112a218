//! Conversations of patients with the practice and its bot.

pub mod message;
