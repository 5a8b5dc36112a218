//! What the account may do on MariaDB, what it needs, and the statements that make the difference.

use super::report::Report;
use crate::{
    config::Config,
    db::{
        Db,
        inspect::{
            self,
            rights::{Grants, Purpose},
        },
    },
    error::Result,
};

pub(super) async fn check(config: &Config, db: &Db, report: &mut Report) -> Result<()> {
    let (server, grants) = (inspect::server(db).await?, Grants::of_session(db).await?);
    let (database, account) = (&server.database, &server.account);
    let serve = if config.read_only { Purpose::ServeReading } else { Purpose::Serve };
    let wanted = |purpose: Purpose| purpose.grants(database, account).join("\n");

    let (lacks, beyond) = (grants.lacks(serve, database)?, grants.beyond(serve, database));
    if !lacks.is_empty() {
        report.fault("rights.serve", format!("{account} lacks {} for `serve`", lacks.join(", ")), wanted(serve));
    } else if !beyond.is_empty() {
        report.warning(
            "rights.serve",
            format!("{account} may do more than `serve` needs: {}", beyond.join("; ")),
            format!("serve with an account that has no more than this:\n{}", wanted(serve)),
        );
    } else {
        report.note("rights.serve", format!("{account} has what `serve` needs, and no more"), wanted(serve));
    }

    let lacks = grants.lacks(Purpose::Migrate, database)?;
    let guarded = server.guards_triggers() && !grants.holds_everywhere("SUPER");
    if lacks.is_empty() && guarded {
        report.warning(
            "rights.migrate",
            format!("{account} may not create triggers while the binary log is on"),
            "SET GLOBAL log_bin_trust_function_creators = 1, while `medimax migrate` runs",
        );
    } else if lacks.is_empty() {
        report.note("rights.migrate", format!("{account} has what `migrate` needs"), wanted(Purpose::Migrate));
    } else {
        report.note(
            "rights.migrate",
            format!("{account} lacks {} for `migrate`", lacks.join(", ")),
            format!(
                "an account of its own is best for it; with its name in place of this one:\n{}",
                wanted(Purpose::Migrate)
            ),
        );
    }
    Ok(())
}
