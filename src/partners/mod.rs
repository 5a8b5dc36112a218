//! Who outside the hospital gets patients' data, and which patients consented to that.

pub mod consent;
pub mod partner;
