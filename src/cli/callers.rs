//! Whom `serve` answers: everybody, the demo's callers, or the owners of accounts.

use super::{access, say, unreachable};
use crate::{
    access::{Access, Role},
    config::Config,
    db::Db,
    error::{Error, Result},
    http::Callers,
    schema::scope_of,
};
use std::{net::SocketAddr, sync::Arc};

/// What is wrong where nobody could log in, and what to do.
pub(super) const NOBODY: (&str, &str) = (
    "nobody could log in: this database has no administrator",
    "make one with `medimax user add EMAIL --role ADMIN`, or say --no-auth where something in front of the gateway decides who may ask",
);

/// Whom the gateway answers at an address; an error where nobody could log in.
pub(super) async fn callers(config: &Config, db: &Db, address: SocketAddr) -> Result<Callers> {
    let scope = scope_of;
    if config.no_auth {
        if !address.ip().is_loopback() {
            tracing::warn!("whoever reaches {address} sees every patient: no_auth is set");
        }
        return Ok(Callers { access: None, open: true, scope });
    }
    let is_demo = Access::is_demo(db).await.map_err(unreachable)?;
    if !is_demo && !Access::exists(db).await.map_err(unreachable)? {
        return Err(Error::Setup(format!("{}; {}", NOBODY.0, NOBODY.1)));
    }
    let access = Some(Arc::new(access(config, db.clone())));
    Ok(Callers { access, open: is_demo && address.ip().is_loopback(), scope })
}

/// Prints an access token of each of the demo's accounts.
pub(super) async fn show_demo(callers: &Callers, db: &Db) -> Result<()> {
    let Some(access) = &callers.access else { return Ok(()) };
    if !Access::is_demo(db).await? {
        return Ok(());
    }
    say(match callers.open {
        true => {
            "Whoever sends no token is answered as an administrator. To be another, send `Authorization: Bearer` with:"
        }
        false => "These tokens are taken for a day: send `Authorization: Bearer` with one of them.",
    })?;
    for role in Role::ALL {
        if let Some(token) = access.demo(role).await? {
            say(&format!("  {:9}  {token}", role.name()))?;
        }
    }
    say("")
}
