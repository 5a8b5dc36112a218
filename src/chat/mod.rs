//! Conversations of patients with the practice and its bot: messages, the files that came with them, and what programs found in them.

pub mod analysis;
pub mod attachment;
pub mod message;
pub mod session;
