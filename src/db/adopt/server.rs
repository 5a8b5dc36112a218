//! What the server and the account must allow, asked before anything is done.

use super::{
    super::{
        pool::{Conn, load_on},
        sql::{Dialect, Sql},
    },
    Obstacle,
};
use crate::error::Result;
use diesel::sql_types::Text;

/// The rights that adopting needs on the database.
const RIGHTS: [&str; 10] =
    ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "DROP", "REFERENCES", "TRIGGER"];

/// The oldest server with JSON_TABLE.
const OLDEST: (u32, u32) = (10, 6);

/// What of server and account is in the way, as far as it can be seen: what an active role grants cannot.
pub(super) async fn obstacles(conn: &mut Conn) -> Result<Vec<Obstacle>> {
    let mut found = Vec::new();
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.push(
        "SELECT VERSION(), IF(@@log_bin AND NOT @@log_bin_trust_function_creators, 'guarded', ''), \
         IF(@@log_bin, @@binlog_format, ''), IFNULL(CURRENT_ROLE(), '')",
    );
    let server = load_on!(conn, sql, (Text, Text, Text, Text), (String, String, String, String))?;
    let mut sql = Sql::new(Dialect::MariaDb);
    sql.push(format!(
        "SELECT CAST(privilege_type AS CHAR), '' FROM information_schema.user_privileges WHERE grantee = {ME} \
         UNION SELECT CAST(privilege_type AS CHAR), '' FROM information_schema.schema_privileges \
         WHERE grantee = {ME} AND DATABASE() LIKE table_schema"
    ));
    let granted = load_on!(conn, sql, (Text, Text), (String, String))?;
    let has = |right: &str| granted.iter().any(|(granted, _)| granted == right);
    for (version, guarded, format, role) in server {
        let obstacle = |what: String, todo: String| Obstacle { of: "server".into(), what, todo };
        if parsed(&version).is_none_or(|version| version < OLDEST) || !version.contains("MariaDB") {
            found.push(obstacle(format!("it is {version}"), "use MariaDB 10.6 or newer".into()));
        }
        if format == "STATEMENT" {
            let todo = "set binlog_format to MIXED or ROW".into();
            found.push(obstacle("its binary log takes statements only".into(), todo));
        }
        if !role.is_empty() {
            continue;
        }
        if !guarded.is_empty() && !has("SUPER") {
            found.push(obstacle(
                "with its binary log on, this account may not create triggers".into(),
                "SET GLOBAL log_bin_trust_function_creators = 1, until this is done".into(),
            ));
        }
        let lacking: Vec<&str> = RIGHTS.into_iter().filter(|right| !has(right)).collect();
        if !lacking.is_empty() {
            let rights = lacking.join(", ");
            found.push(Obstacle {
                of: "account".into(),
                what: format!("it lacks {rights}"),
                todo: format!("GRANT {rights} on the database to it"),
            });
        }
    }
    Ok(found)
}

/// The account, as the catalogue of rights spells it. Its host begins at the last `@`; another is the user's own.
const ME: &str = "CONCAT('''', REGEXP_REPLACE(CURRENT_USER(), '@(?=[^@]*$)', '''@'''), '''')";

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split(|letter: char| !letter.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
