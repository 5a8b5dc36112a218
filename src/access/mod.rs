//! Who asks: accounts, log-in, tokens and sessions. What a caller may do follows from the [`Principal`].

mod principal;

pub use principal::{Account, Principal, Role};
