//! The fields of log-in: who asks, and the sessions of accounts. They change no record; what lets callers in is `access`.
//! And the access log as it is read; what writes it is `audit`.

mod glass;
mod log;
mod me;
mod session;

pub use glass::{FIELDS as GLASS_FIELDS, broken_by};
pub use log::FIELDS;
pub use me::Me;
pub use session::{ChangePassword, LogIn, LogOut, RefreshSession};
