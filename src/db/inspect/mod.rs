//! What can be seen of a MariaDB server, an account's rights and the triggers, for those who look for faults: nothing here
//! changes anything.

pub mod rights;
pub mod triggers;

use super::{
    pool::{Conn, Db, load_on},
    sql::{Dialect, Sql},
};
use crate::error::{Error, Result};
use diesel::sql_types::Text;
use serde::Deserialize;

/// The oldest server with JSON_TABLE.
const OLDEST: (u32, u32) = (10, 6);

/// What a server says of itself and of the session.
#[derive(Debug, Clone, Deserialize)]
pub struct Server {
    /// Its version, as it spells it.
    pub version: String,
    /// The database in use.
    pub database: String,
    /// The account that rights are looked up for: `user@host`.
    pub account: String,
    /// The character set that new tables of the database have.
    pub charset: String,
    /// The mode of this session, which the gateway sets.
    pub session_mode: String,
    /// The mode of sessions that set none.
    pub global_mode: String,
    /// The time zone of this session, which the gateway sets.
    pub time_zone: String,
    /// Whether it keeps a binary log.
    pub logs: u8,
    /// How it keeps the log: `STATEMENT`, `MIXED` or `ROW`.
    pub log_format: String,
    /// Whether accounts without SUPER may create triggers while it does.
    pub trusts: u8,
    /// Seconds after which it closes a connection that nobody uses.
    pub wait_timeout: u64,
    /// Bytes of the largest statement with its values.
    pub max_packet: u64,
    /// How many connections it takes.
    pub max_connections: u64,
    /// How many of them one account may have; 0 for any number.
    pub max_user_connections: u64,
    /// Its clock, in milliseconds since 1970.
    pub clock_ms: i64,
}

impl Server {
    /// Whether the gateway's statements run on it.
    pub fn is_supported(&self) -> bool {
        self.version.contains("MariaDB") && parsed(&self.version).is_some_and(|version| version >= OLDEST)
    }

    /// Whether its binary log keeps statements only, which those of the gateway are not fit for.
    pub fn logs_statements_only(&self) -> bool {
        self.logs != 0 && self.log_format == "STATEMENT"
    }

    /// Whether creating a trigger takes SUPER.
    pub fn guards_triggers(&self) -> bool {
        self.logs != 0 && self.trusts == 0
    }
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split(|letter: char| !letter.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// What the server says of itself.
pub async fn server(db: &Db) -> Result<Server> {
    of_server(&mut db.conn().await?).await
}

pub(super) async fn of_server(conn: &mut Conn) -> Result<Server> {
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.push(
        "SELECT JSON_OBJECT('version', VERSION(), 'database', DATABASE(), 'account', CURRENT_USER(), \
         'charset', @@character_set_database, 'session_mode', @@sql_mode, 'global_mode', @@GLOBAL.sql_mode, \
         'time_zone', @@time_zone, 'logs', @@log_bin + 0, 'log_format', @@binlog_format, \
         'trusts', @@log_bin_trust_function_creators + 0, 'wait_timeout', @@wait_timeout, \
         'max_packet', @@max_allowed_packet, 'max_connections', @@max_connections, \
         'max_user_connections', @@max_user_connections, \
         'clock_ms', UNIX_TIMESTAMP() * 1000 + MICROSECOND(CURRENT_TIMESTAMP(3)) DIV 1000)",
    );
    let said = load_on!(conn, sql, (Text,), (String,))?;
    let said = said.first().map(|(json,)| json.as_str()).unwrap_or_default();
    serde_json::from_str(said).map_err(|error| Error::Internal(format!("what the server says of itself: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read() {
        assert_eq!(parsed("10.11.19-MariaDB-0+deb12u1"), Some((10, 11)));
        assert_eq!(parsed("8"), None);
    }
}
