//! What the server and the account must allow, asked before anything is done.

use super::{
    super::{
        inspect::{
            self,
            rights::{self, Purpose},
        },
        pool::Conn,
    },
    Obstacle,
};
use crate::error::Result;

/// What of server and account is in the way.
pub(super) async fn obstacles(conn: &mut Conn) -> Result<Vec<Obstacle>> {
    let (server, grants) = (inspect::of_server(conn).await?, rights::of_session(conn).await?);
    let mut found = Vec::new();
    let obstacle = |what: String, todo: String| Obstacle { of: "server".into(), what, todo };
    if !server.is_supported() {
        found.push(obstacle(format!("it is {}", server.version), "use MariaDB 10.6 or newer".into()));
    }
    if server.logs_statements_only() {
        let todo = "set binlog_format to MIXED or ROW".into();
        found.push(obstacle("its binary log takes statements only".into(), todo));
    }
    if server.guards_triggers() && !grants.holds_everywhere("SUPER") {
        found.push(obstacle(
            "with its binary log on, this account may not create triggers".into(),
            "SET GLOBAL log_bin_trust_function_creators = 1, until this is done".into(),
        ));
    }
    let lacks = grants.lacks(Purpose::Migrate, &server.database)?;
    if !lacks.is_empty() {
        found.push(Obstacle {
            of: "account".into(),
            what: format!("it lacks {}", lacks.join(", ")),
            todo: Purpose::Migrate.grants(&server.database, &server.account).join(" "),
        });
    }
    Ok(found)
}
