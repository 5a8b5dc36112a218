//! The fields of log-in: who asks, and the sessions of accounts. They change no record; what lets callers in is `access`.

mod me;
mod session;

pub use me::Me;
pub use session::{ChangePassword, LogIn, LogOut, RefreshSession};
