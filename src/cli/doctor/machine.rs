//! This machine: its clock, the address to listen on, and how many files may be open.

use super::{super::healthcheck, report::Report};
use crate::{config::Config, http};
use rustix::process::{Resource, getrlimit};
use std::{io, net::TcpListener};

/// No clock that goes right is before this.
const RELEASED: &str = "2026-01-01";

/// Open files that are neither clients nor stores.
const OWN_FILES: u64 = 32;

pub(super) async fn check(config: &Config, report: &mut Report) {
    clock(config, report);
    files(config, report);
    listen(config, report).await;
}

fn clock(config: &Config, report: &mut Report) {
    let now = chrono::Utc::now();
    let said = format!("this machine's clock says {}", now.format("%Y-%m-%dT%H:%M:%SZ"));
    if now.format("%Y-%m-%d").to_string().as_str() < RELEASED {
        report.fault(
            "clock",
            format!("{said}, which is past"),
            "set it: ages, upcoming appointments and certificates go by it",
        );
    } else {
        report.ok("clock", said);
    }
    let (zone, day) = (&config.time_zone, super::super::today(&config.time_zone));
    let said = format!("by time_zone today is {day}, in {}", zone.told());
    if zone.is_unknown() {
        report.warning("time zone", said, "set time_zone to the hospital's, as Europe/Berlin");
    } else {
        report.ok("time zone", said);
    }
}

fn files(config: &Config, report: &mut Report) {
    // The gateway itself takes as many as the system lets it.
    let Some(limit) = getrlimit(Resource::Nofile).maximum else {
        return report.ok("limits", "any number of files may be open");
    };
    let stores =
        config.database_max_connections as u64 + config.graph().map_or(0, |graph| graph.max_connections as u64);
    let (room, clients) = (limit.saturating_sub(stores + OWN_FILES), config.max_connections as u64);
    let said = format!(
        "{limit} files may be open, which leaves room for {room} clients besides {stores} connections to stores; \
         max_connections is {clients}"
    );
    if room < clients {
        let advice = "raise it (LimitNOFILE=65536 in a unit of systemd, `ulimit -Hn 65536` in a shell), or lower max_connections";
        report.warning("limits", said, advice);
    } else {
        report.ok("limits", said);
    }
}

async fn listen(config: &Config, report: &mut Report) {
    let address = match http::address(config) {
        Ok(address) => address,
        Err(error) => return report.failed("listen", &error),
    };
    match TcpListener::bind(address) {
        Ok(_) => report.ok("listen", format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            if is_alive(config).await {
                report.ok("listen", format!("{address} is in use, by a gateway that answers"));
            } else {
                report.warning(
                    "listen",
                    format!("{address} is in use, and it is no gateway that answers /healthz"),
                    "end that program, or choose another address with listen",
                );
            }
        }
        Err(error) => report.fault(
            "listen",
            format!("{address} cannot be listened on: {error}"),
            "choose an address of this machine, and a port that the account may have",
        ),
    }
}

/// Whether a gateway of this configuration answers.
async fn is_alive(config: &Config) -> bool {
    let answer = healthcheck::ask(&healthcheck::own(config)).await;
    answer.is_ok_and(|answer| answer.body.starts_with(b"alive"))
}
