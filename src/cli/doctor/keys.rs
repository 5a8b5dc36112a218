//! The configuration: keys that are set for nothing, and files that they name.

use super::report::Report;
use crate::{
    config::{AccessLog, Config, KEYS, Source},
    db::Tls,
};
use std::{fs::File, path::PathBuf};

pub(super) fn check(config: &Config, report: &mut Report) {
    let set = KEYS.iter().filter(|key| is_set(config, key.name));
    let idle: Vec<_> = without_effect(config).into_iter().filter(|(key, _)| is_set(config, key)).collect();
    if idle.is_empty() {
        report.ok("configuration", format!("keys that are set: {}, each with an effect", set.count()));
    }
    for (key, why) in idle {
        report.warning(
            "configuration",
            format!("{key} has no effect: {why}"),
            "leave it out, or set what it belongs to",
        );
    }
    for (key, path) in files(config) {
        match File::open(&path) {
            Ok(_) => report.ok("files", format!("{key}: {} can be read", path.display())),
            Err(error) => report.fault(
                "files",
                format!("{key}: {} cannot be read: {error}", path.display()),
                format!("let the account that serves read it, or correct {key}"),
            ),
        }
    }
}

/// Whether somebody set it for the gateway: OpenTelemetry's variables are for every program.
fn is_set(config: &Config, key: &str) -> bool {
    config.source(key) > Source::OpenTelemetry
}

/// Keys that do nothing beside the values of others, and why.
fn without_effect(config: &Config) -> Vec<(&'static str, &'static str)> {
    let (database, graph) = (&*config.database_url, &*config.graph_url);
    let embedded = database.is_empty() || database.starts_with("sqlite://");
    let mut idle = Vec::new();
    let mut add = |applies: bool, why: &'static str, keys: &[&'static str]| {
        if applies {
            idle.extend(keys.iter().map(|key| (*key, why)));
        }
    };
    let servers = ["database_password", "database_tls", "database_ca_file", "database_start_wait_ms"];
    add(embedded, "the relational store is the embedded one", &servers);
    add(!embedded && config.database_tls != Tls::Verified, "database_tls is not verified", &["database_ca_file"]);
    add(!database.is_empty(), "database_url names the store", &["data_dir"]);
    add(config.memory, "with memory nothing is kept", &["data_dir"]);
    add(!embedded, "only an embedded store is filled with demo data", &["demo_patients"]);
    let traces = ["otlp_headers", "otlp_timeout_ms", "otlp_service_name", "otlp_resource_attributes", "otlp_ca_file"];
    add(config.otlp_endpoint.is_empty(), "otlp_endpoint is empty, and nothing is traced", &traces);
    let graphs = ["graph_password", "graph_label_prefix", "graph_timeout_ms", "graph_max_connections", "graph_ca_file"];
    add(graph == "embedded", "the graph is the embedded one", &graphs);
    let verified = graph.starts_with("bolt+s://") || graph.starts_with("neo4j+s://");
    add(graph != "embedded" && !verified, "graph_url does not ask for verified TLS", &["graph_ca_file"]);
    let logins = ["access_token_minutes", "session_days", "token_issuer", "operator_token", "break_glass_minutes"];
    add(config.no_auth, "with no_auth nobody logs in", &logins);
    add(config.audit == AccessLog::Off, "audit is off", &["audit_key"]);
    idle
}

/// The files that are named by keys, whose names tell.
fn files(config: &Config) -> Vec<(&'static str, PathBuf)> {
    let named = |(key, value, source): (&'static crate::config::Key, String, Source)| {
        let is_file = key.name.ends_with("_file") && source != Source::Default && !value.is_empty();
        is_file.then(|| (key.name, PathBuf::from(value)))
    };
    config.in_force().into_iter().filter_map(named).collect()
}
