//! Who may ask: whether somebody can log in, and whether the access log holds what it says.

use super::{
    super::{callers::NOBODY, unreachable},
    report::Report,
};
use crate::{
    access::Access,
    config::{AccessLog, Config},
    db::Db,
    error::Result,
};

pub(super) async fn check(config: &Config, db: Option<&Db>, report: &mut Report) {
    if config.no_auth {
        report.warning(
            "log-in",
            "no_auth is set: whoever reaches the port sees and changes everything",
            "leave it out where nothing in front of the gateway decides who may ask",
        );
    } else if let Some(db) = db
        && let Err(error) = log_in(db, report).await
    {
        report.failed("log-in", &unreachable(error));
    }
    match config.audit {
        AccessLog::Off => report.warning(
            "access log",
            "audit is off: nobody can tell later who saw which patient",
            "leave audit out, or keep such a log in front of the gateway",
        ),
        _ if config.audit_key.reveal().is_empty() => report.note(
            "access log",
            "entries are not signed: whoever may write to the database can change them all and leave no trace",
            "set audit_key to a secret that the database's administrators do not have, or keep what `medimax audit verify` prints elsewhere",
        ),
        _ => report.ok("access log", "entries are signed"),
    }
}

async fn log_in(db: &Db, report: &mut Report) -> Result<()> {
    if Access::is_demo(db).await? {
        report.note(
            "log-in",
            "the only accounts are the demo's: `serve` prints their tokens, and on loopback asks nobody to log in",
            "for patients of your own, use a database without demo data, and `medimax user add EMAIL --role ADMIN`",
        );
    } else if Access::exists(db).await? {
        report.ok("log-in", "there is an administrator who can log in");
    } else {
        report.fault("log-in", NOBODY.0, NOBODY.1);
    }
    Ok(())
}
