//! Who asks a request, and where log-ins of it go.

use super::{Access, Principal};
use crate::error::{Error, Result};
use std::{net::IpAddr, sync::Arc};

/// Who asks, from where, and what lets callers in.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Who asks.
    pub principal: Principal,
    /// The client's address, where it is known.
    pub from: Option<IpAddr>,
    /// The accounts, where log-in is asked for.
    pub access: Option<Arc<Access>>,
}

impl Asker {
    /// Whoever reaches the gateway, where no log-in is asked for.
    pub fn anybody() -> Self {
        Asker { principal: Principal::Anybody, from: None, access: None }
    }

    /// The accounts; an error where no log-in is asked for.
    pub fn accounts(&self) -> Result<&Access> {
        self.access.as_deref().ok_or_else(|| {
            Error::NotAllowed("this gateway asks nobody to log in (`no_auth`), so it has no sessions".into())
        })
    }
}
