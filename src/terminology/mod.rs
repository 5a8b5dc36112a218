//! What is known of symptoms, conditions and drugs: names compared, catalogs read and kept, and what follows from them. It knows no
//! patient and no graph.

pub mod catalog;
pub mod knowledge;
pub mod names;
