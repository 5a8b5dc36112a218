//! What a server says of itself and of the account, for those who look for faults.

use super::{Neo4j, client::Ask};
use crate::error::Result;
use serde::Deserialize;

/// The oldest server that the tests run on.
const OLDEST: (u32, u32) = (5, 26);

/// Roles that may write what we write, constraints and indexes included.
const WRITERS: [&str; 2] = ["admin", "architect"];

/// Roles that the server comes with, and that may not.
const OTHERS: [&str; 4] = ["PUBLIC", "reader", "editor", "publisher"];

/// A server, and who we are there.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its version.
    pub version: String,
    /// `community` or `enterprise`.
    pub edition: String,
    /// The account's roles; none where the server has no roles, and every account may do everything.
    pub roles: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Component {
    version: String,
    edition: String,
}

#[derive(Deserialize)]
struct Account {
    roles: Option<Vec<String>>,
}

impl Server {
    /// Whether the gateway's statements run on it.
    pub fn is_supported(&self) -> bool {
        let mut numbers = self.version.split(['.', '-']).map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= OLDEST,
            _ => false,
        }
    }

    /// Whether the account may write the graph; nothing where it has roles of the operator's own, which cannot be judged.
    pub fn may_write(&self) -> Option<bool> {
        let Some(roles) = &self.roles else { return Some(true) };
        let has = |of: &[&str]| roles.iter().any(|role| of.contains(&role.as_str()));
        match (has(&WRITERS), roles.iter().all(|role| OTHERS.contains(&role.as_str()))) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}

impl Neo4j {
    /// What the server says of itself.
    pub async fn server(&self) -> Result<Server> {
        let text = "
            CALL dbms.components() YIELD name, versions, edition WHERE name = 'Neo4j Kernel'
            RETURN versions[0] AS version, edition";
        let components: Vec<Component> = self.client.rows(Ask::reading(&self.client, "server", text)).await?;
        let text = "SHOW CURRENT USER YIELD roles RETURN roles";
        let accounts: Vec<Account> = self.client.rows(Ask::reading(&self.client, "account", text)).await?;
        let roles = accounts.into_iter().next().and_then(|account| account.roles);
        let unknown = || Component { version: "of an unknown version".into(), edition: "unknown".into() };
        let Component { version, edition } = components.into_iter().next().unwrap_or_else(unknown);
        Ok(Server { version, edition, roles })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(version: &str, roles: Option<&[&str]>) -> Server {
        let roles = roles.map(|roles| roles.iter().map(|role| (*role).to_owned()).collect());
        Server { version: version.into(), edition: "enterprise".into(), roles }
    }

    #[test]
    fn versions_and_roles_are_judged() {
        for (version, supported) in
            [("5.26.16", true), ("2025.01.0", true), ("5.25.1", false), ("4.4.9", false), ("", false)]
        {
            assert_eq!(server(version, None).is_supported(), supported, "{version}");
        }
        for (roles, may) in [
            (None, Some(true)),
            (Some(&["PUBLIC", "architect"][..]), Some(true)),
            (Some(&["PUBLIC", "editor"]), Some(false)),
            (Some(&["PUBLIC", "gateway"]), None),
        ] {
            assert_eq!(server("5.26.0", roles).may_write(), may, "{roles:?}");
        }
    }
}
