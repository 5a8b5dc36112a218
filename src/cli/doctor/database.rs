//! The relational store: the server, its settings, the schema and the triggers.

use super::{
    super::{database_url, unreachable},
    embedded,
    report::Report,
    rights,
};
use crate::{
    config::Config,
    db::{
        self, Db, Dialect,
        inspect::{
            self, Server,
            triggers::{self, DefinerState, Triggers},
        },
        migrate::{self, State},
    },
    error::Result,
};
use std::time::{Duration, Instant};

/// A statement that takes longer makes every level of an answer slow.
const SLOW: Duration = Duration::from_millis(20);

/// How often it is timed.
const TRIES: u32 = 3;

/// Clocks that differ by more are not kept by the same time service.
const SKEW_MS: i64 = 2_000;

/// Seconds of idleness after which a server that closes connections keeps making us open new ones.
const SHORT_WAIT_S: u64 = 60;

/// Looks at the store, and answers it if it can be asked further.
pub(super) async fn check(config: &Config, report: &mut Report) -> Option<Db> {
    if config.memory {
        report.ok("database", "in memory: nothing is kept");
        return None;
    }
    let is_embedded = config.database_url.is_empty() || config.database_url.starts_with("sqlite://");
    if is_embedded && !embedded::check(config, report) {
        return None;
    }
    let db = match open(config, report).await {
        Ok(db) => db,
        Err(error) => {
            report.failed("database", &unreachable(error));
            return None;
        }
    };
    match look(config, &db, report).await {
        Ok(serves) => serves.then_some(db),
        Err(error) => {
            report.failed("database", &unreachable(error));
            None
        }
    }
}

async fn open(config: &Config, report: &mut Report) -> Result<Db> {
    let started = Instant::now();
    let db = db::open(&config.database(database_url(config)?)).await?;
    let opened = started.elapsed();
    if db.dialect() == Dialect::Sqlite {
        report.ok("database", format!("SQLite, opened in {} ms", opened.as_millis()));
        return Ok(db);
    }
    let (mut server, mut took, mut skew) = look_at_clocks(&db).await?;
    // The fastest of a few tells the way there and back; the others waited for something else.
    for _ in 1..TRIES {
        let next = look_at_clocks(&db).await?;
        if next.1 < took {
            (server, took, skew) = next;
        }
    }
    let said = format!(
        "{}, reached in {} ms; a statement takes {:.1} ms",
        server.version,
        opened.as_millis(),
        took.as_secs_f64() * 1000.0
    );
    if took > SLOW {
        report.warning(
            "database",
            said,
            "bring gateway and server closer: an answer waits so long for each of its levels",
        );
    } else {
        report.ok("database", said);
    }
    if skew.abs() > SKEW_MS {
        let said = format!("the server's clock is {:.1} s off this machine's", skew as f64 / 1000.0);
        report.warning("clock", said, "let a time service (NTP) keep both");
    } else {
        report.ok("clock", format!("the server's clock is within {} s of this machine's", SKEW_MS / 1000));
    }
    settings(config, &server, report);
    Ok(db)
}

/// What the server says, how long that took, and by how many milliseconds its clock is ahead of ours.
async fn look_at_clocks(db: &Db) -> Result<(Server, Duration, i64)> {
    let (asked, now) = (Instant::now(), chrono::Utc::now().timestamp_millis());
    let server = inspect::server(db).await?;
    let took = asked.elapsed();
    // It looked at its clock between our asking and its answer.
    let skew = server.clock_ms - now - took.as_millis() as i64 / 2;
    Ok((server, took, skew))
}

fn settings(config: &Config, server: &Server, report: &mut Report) {
    let mut wrong = false;
    let mut fault = |is: bool, finding: String, advice: &str| {
        wrong |= is;
        if is {
            report.fault("settings", finding, advice);
        }
    };
    fault(!server.is_supported(), format!("the server is {}", server.version), "use MariaDB 10.6 or newer");
    fault(
        server.logs_statements_only(),
        "binlog_format is STATEMENT, and refuses what the gateway writes".into(),
        "set binlog_format to MIXED or ROW",
    );
    fault(
        !server.session_mode.contains("STRICT_TRANS_TABLES") || server.time_zone != "+00:00",
        "what the gateway sets for its sessions (sql_mode, time_zone) does not stay set".into(),
        "connect to the server itself, or to a proxy that keeps a session to its connection",
    );
    let pool = config.database_max_connections as u64;
    let most = match server.max_user_connections {
        0 => server.max_connections,
        of_user => server.max_connections.min(of_user),
    };
    fault(
        pool > most,
        format!(
            "database_max_connections is {pool}, and the server takes {most} (max_connections, max_user_connections)"
        ),
        "raise the server's limit, or lower database_max_connections",
    );
    let mut warning = |is: bool, finding: String, advice: &str| {
        wrong |= is;
        if is {
            report.warning("settings", finding, advice);
        }
    };
    warning(
        server.charset != "utf8mb4",
        format!("the character set of the database is {}", server.charset),
        "ALTER DATABASE … CHARACTER SET utf8mb4, or tables that others add take no name of every script",
    );
    warning(
        !server.global_mode.contains("STRICT_TRANS_TABLES") && !server.global_mode.contains("STRICT_ALL_TABLES"),
        "sql_mode of other programs is not strict".into(),
        "add STRICT_TRANS_TABLES to sql_mode: without it their values are cut or changed where they do not fit",
    );
    warning(
        server.wait_timeout < SHORT_WAIT_S,
        format!("wait_timeout is {} s", server.wait_timeout),
        "raise it to 600 or more: requests after a pause find their connections closed, and open new ones",
    );
    warning(
        server.max_packet < config.max_body_bytes as u64,
        format!("max_allowed_packet is {} bytes, less than max_body_bytes", server.max_packet),
        "raise it on the server, or lower max_body_bytes: a long text would pass the gateway and not the server",
    );
    if !wrong {
        let gateways = most / pool.max(1);
        report.ok(
            "settings",
            format!("{}, {most} connections: enough for {gateways} gateways like this", server.charset),
        );
    }
}

/// Looks at what is in the database, and answers whether this binary can serve it.
async fn look(config: &Config, db: &Db, report: &mut Report) -> Result<bool> {
    // First: what is lacking may be the right to see the rest.
    if db.dialect() == Dialect::MariaDb {
        rights::check(config, db, report).await?;
    }
    let (state, latest) = (migrate::state(db).await?, migrate::latest(db.dialect())?);
    let refusal = migrate::refusal(&state, latest);
    match (&state, &refusal) {
        (State::Suited(at), _) => report.warning(
            "migrations",
            format!("the database is at version {at}, newer than this binary ({latest}), and suits it"),
            "use a newer medimax soon",
        ),
        (_, None) => report.ok("migrations", format!("the database is at version {latest}, as this binary is")),
        // The embedded store belongs to the gateway, which migrates it.
        (State::Behind(at), Some(_)) if db.dialect() == Dialect::Sqlite => {
            report.ok("migrations", format!("the database is at version {at}: `serve` brings it to {latest}"));
        }
        (_, Some(why)) => {
            let (finding, advice) = why.rsplit_once(": ").unwrap_or((why, "see docs/adopting.md"));
            report.fault("migrations", format!("the database {finding}"), advice);
        }
    }
    if let Some(found) = triggers::inspect(db).await? {
        of_triggers(db.dialect(), &found, report);
    }
    Ok(refusal.is_none() || matches!(state, State::Suited(_)))
}

/// How triggers are made again: by migrations that are taken for ones that were cut short.
fn made_again(dialect: Dialect, found: &Triggers) -> String {
    match dialect {
        Dialect::Sqlite => "write it out with `medimax backup`, and `medimax restore` that into a new file".into(),
        Dialect::MariaDb => {
            let drop: String = found.changed.iter().map(|name| format!("DROP TRIGGER {name};\n")).collect();
            format!(
                "{drop}UPDATE Schema_Migration SET version = -version WHERE version >= {};\nthen run `medimax migrate` (or `medimax migrate --adopt \
                 --yes`, where the tables were adopted), which makes them again,\nand for what was written meanwhile \
                 `medimax sync --full`, or with an embedded graph start the gateways again",
                found.made_by.unwrap_or_default()
            )
        }
    }
}

fn of_triggers(dialect: Dialect, found: &Triggers, report: &mut Report) {
    let named = |names: &[String]| match names {
        [first, _, _, _, _, ..] => format!("{} of {}, the first {first}", names.len(), found.wanted),
        few => few.join(", "),
    };
    if !found.missing.is_empty() {
        report.fault("triggers", format!("missing: {}", named(&found.missing)), made_again(dialect, found));
    }
    if !found.changed.is_empty() {
        report.fault(
            "triggers",
            format!("not as the migrations made them: {}", named(&found.changed)),
            made_again(dialect, found),
        );
    }
    if found.hidden {
        report.warning(
            "triggers",
            "this account, without the right TRIGGER, cannot see what they do and who they run as",
            "run `medimax doctor` with the account that runs `medimax migrate`, too",
        );
    } else if found.missing.is_empty() && found.changed.is_empty() {
        report.ok("triggers", format!("{} are there, as the migrations made them", found.wanted));
    }
    for definer in &found.definers {
        let (account, of) = (&definer.account, definer.triggers);
        match &definer.state {
            DefinerState::Able => {
                report.ok("definers", format!("{account}, whom {of} triggers run as, has the rights for it"))
            }
            DefinerState::Gone => report.fault(
                "definers",
                format!(
                    "{account}, whom {of} triggers run as, is gone: every write to their tables fails, whoever writes"
                ),
                "make the account again, or make the triggers again with an account that stays",
            ),
            DefinerState::Lacks(rights, grants) => report.fault(
                "definers",
                format!(
                    "{account}, whom {of} triggers run as, lacks {} itself (roles do not count)",
                    rights.join(", ")
                ),
                grants.join("\n"),
            ),
            DefinerState::Unknown => report.warning(
                "definers",
                format!("whether {account}, whom {of} triggers run as, is there cannot be seen with this account"),
                "run `medimax doctor` with that account, or with one that may read the database mysql",
            ),
        }
    }
}
