//! Configuration: one documented field a key. Flag over environment over file over default; unknown keys are refused.
//!
//! Every key is also a flag (`--max-depth`) and an environment variable (`MEDIMAX_MAX_DEPTH`, or `MEDIMAX_MAX_DEPTH_FILE`
//! with the name of a file that holds the value).

mod choice;
mod keys;
mod otel;
mod setting;
mod zone;

use crate::{
    db::Options,
    error::{Error, Result},
    graph::neo4j,
    graphql::limits::Limits,
};
pub use choice::{AccessLog, Explain, LogFormat, LogRequests, Share};
pub use keys::{Config, KEYS};
pub use setting::{Secret, StoreUrl, Within};
use std::{collections::BTreeMap, time::Duration};
pub use zone::TimeZone;

/// What is known of a key without a value.
#[derive(Debug)]
pub struct Key {
    /// Its name, as in the file.
    pub name: &'static str,
    /// The title of those that it stands among.
    pub group: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// Whether its flag may stand alone.
    pub switch: bool,
    /// Whether nobody may read its value.
    pub secret: bool,
}

/// Where a value comes from; later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// A variable that OpenTelemetry gives every program.
    OpenTelemetry,
    /// The file.
    File,
    /// `MEDIMAX_…`.
    Environment,
    /// A file that `MEDIMAX_…_FILE` names.
    EnvironmentFile,
    /// The command line.
    Flag,
}

impl Source {
    /// As `medimax config` names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Default => "default",
            Source::OpenTelemetry => "OpenTelemetry's variables",
            Source::File => "file",
            Source::Environment => "environment",
            Source::EnvironmentFile => "file named in environment",
            Source::Flag => "flag",
        }
    }
}

fn unknown(key: &str, source: Source) -> Error {
    let nearest = KEYS
        .iter()
        .map(|known| known.name)
        .max_by(|a, b| strsim::jaro_winkler(a, key).total_cmp(&strsim::jaro_winkler(b, key)));
    Error::Setup(format!("unknown key '{key}' ({}); did you mean '{}'?", source.as_str(), nearest.unwrap_or_default()))
}

/// The known key whose value `key` names a file with. A key that is itself called `…_file` is no such form.
fn in_file(key: &str) -> Option<&'static str> {
    let known = |name: &str| KEYS.iter().map(|known| known.name).find(|known| *known == name);
    if known(key).is_some() { None } else { known(key.strip_suffix("_file")?) }
}

/// The text of a file that a variable names, without the newline at its end.
fn text_of(variable: &str, path: &str) -> Result<String> {
    let mut text = std::fs::read_to_string(path)
        .map_err(|error| Error::Setup(format!("{variable} names {path}, which cannot be read: {error}")))?;
    let end = text.strip_suffix('\n').map_or(text.len(), |rest| rest.strip_suffix('\r').unwrap_or(rest).len());
    text.truncate(end);
    Ok(text)
}

/// The fewest characters of `operator_token`.
const OPERATOR_TOKEN: usize = 16;
/// The same of `audit_key`.
const AUDIT_KEY: usize = 16;

impl Config {
    /// The configuration from a file's text, the environment and flags.
    pub fn gather(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self> {
        let mut config = Config::default();
        let environment: BTreeMap<String, String> = environment.into_iter().collect();
        for (key, value) in otel::keys(&environment) {
            config.set(key, &value, Source::OpenTelemetry)?;
        }
        if let Some(text) = file {
            let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
                let line =
                    error.span().map_or(0, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
                Error::Setup(format!("the configuration file is no TOML (line {line}): {}", error.message()))
            })?;
            for (key, value) in table {
                let text = match value {
                    toml::Value::String(text) => text,
                    toml::Value::Table(_) | toml::Value::Array(_) => {
                        return Err(if KEYS.iter().any(|known| known.name == key) {
                            Error::Setup(format!("{key} (file) takes one value"))
                        } else {
                            unknown(&key, Source::File)
                        });
                    }
                    toml::Value::Boolean(yes) => yes.to_string(),
                    toml::Value::Integer(number) => number.to_string(),
                    toml::Value::Float(number) => number.to_string(),
                    toml::Value::Datetime(_) => {
                        return Err(Error::Setup(format!("{key} (file) must be a text, a number, true or false")));
                    }
                };
                config.set(&key, &text, Source::File)?;
            }
        }
        for (name, value) in environment {
            match name.strip_prefix("MEDIMAX_") {
                // These steer the tests, the benchmarks and the caches, not the gateway.
                Some(key)
                    if key == "CACHE" || key == "CONFIG" || key.starts_with("TEST_") || key.starts_with("BENCH_") => {}
                Some(key) => config.take(&name, &key.to_lowercase(), &value)?,
                None => {}
            }
        }
        for (key, value) in flags {
            config.set(&key, &value, Source::Flag)?;
        }
        config.check()?;
        Ok(config)
    }

    /// Takes a variable of the environment.
    fn take(&mut self, variable: &str, key: &str, value: &str) -> Result<()> {
        let (key, text, source) = match in_file(key) {
            Some(key) => (key, text_of(variable, value)?, Source::EnvironmentFile),
            None => (key, value.to_owned(), Source::Environment),
        };
        let before = self.source(key);
        if matches!(before, Source::Environment | Source::EnvironmentFile) && before != source {
            let variable = format!("MEDIMAX_{}", key.to_uppercase());
            return Err(Error::Setup(format!("{variable} and {variable}_FILE are both set: leave one out")));
        }
        self.set(key, &text, source)
    }

    /// Where a key's value comes from.
    pub fn source(&self, key: &str) -> Source {
        self.sources.get(key).copied().unwrap_or(Source::Default)
    }

    fn check(&self) -> Result<()> {
        let positive = [
            ("database_max_connections", self.database_max_connections as u64),
            ("database_wait_ms", self.database_wait_ms),
            ("graph_timeout_ms", self.graph_timeout_ms),
            ("otlp_timeout_ms", self.otlp_timeout_ms),
            ("graph_max_connections", self.graph_max_connections as u64),
            ("request_timeout_ms", self.request_timeout_ms),
            ("client_timeout_ms", self.client_timeout_ms),
            ("keep_alive_ms", self.keep_alive_ms),
            ("max_connections", self.max_connections as u64),
            ("max_concurrent_requests", self.max_concurrent_requests as u64),
            ("max_page_size", u64::from(self.max_page_size)),
            ("default_page_size", u64::from(self.default_page_size)),
            ("max_level_rows", u64::from(self.max_level_rows)),
        ];
        if let Some((key, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(Error::Setup(format!("{key} must be at least 1")));
        }
        if self.default_page_size > self.max_page_size {
            return Err(Error::Setup("default_page_size must not be above max_page_size".into()));
        }
        if self.tls_certificate_file.as_os_str().is_empty() != self.tls_key_file.as_os_str().is_empty() {
            return Err(Error::Setup("tls_certificate_file and tls_key_file go together: give both or neither".into()));
        }
        if (1..OPERATOR_TOKEN).contains(&self.operator_token.reveal().len()) {
            return Err(Error::Setup(format!(
                "operator_token must have at least {OPERATOR_TOKEN} characters: whoever guesses it reads the metrics"
            )));
        }
        if (1..AUDIT_KEY).contains(&self.audit_key.reveal().len()) {
            return Err(Error::Setup(format!(
                "audit_key must have at least {AUDIT_KEY} characters: whoever guesses it makes entries of the access log"
            )));
        }
        if self.memory && !self.database_url.is_empty() {
            return Err(Error::Setup("memory and database_url exclude each other: leave one out".into()));
        }
        let stores = [
            ("database", &self.database_url, &self.database_password),
            ("graph", &self.graph_url, &self.graph_password),
        ];
        for (store, url, password) in stores {
            let is_server = url.contains("://") && !url.starts_with("sqlite://");
            let wrong = match url.login() {
                _ if password.is_empty() || !is_server => continue,
                Some((_, Some(_))) => {
                    format!("{store}_password and the password in {store}_url exclude each other: leave one out")
                }
                Some((user, None)) if !user.is_empty() => continue,
                _ => format!("{store}_password needs a user in {store}_url: write it before the host, as user@host"),
            };
            return Err(Error::Setup(wrong));
        }
        Ok(())
    }

    /// How to open the store at `url`.
    pub fn database(&self, url: String) -> Options {
        let ca_file = Some(self.database_ca_file.clone()).filter(|file| !file.as_os_str().is_empty());
        Options {
            url,
            max_connections: self.database_max_connections,
            wait: Duration::from_millis(self.database_wait_ms),
            statement_timeout: Duration::from_millis(self.statement_timeout_ms),
            tls: self.database_tls,
            ca_file,
        }
    }

    /// How to open the graph; `None` for the one in the gateway itself.
    pub fn graph(&self) -> Option<neo4j::Options> {
        (&*self.graph_url != "embedded").then(|| neo4j::Options {
            url: self.graph_url.with(&self.graph_password),
            prefix: self.graph_label_prefix.clone(),
            timeout: Duration::from_millis(self.graph_timeout_ms),
            max_connections: self.graph_max_connections,
            ca_file: Some(self.graph_ca_file.clone()).filter(|file| !file.as_os_str().is_empty()),
            max_rows: self.max_level_rows,
        })
    }

    /// The whole address that traces are sent to.
    pub fn traces_to(&self) -> String {
        match self.source("otlp_endpoint") {
            // OpenTelemetry's variables name it to its end.
            Source::OpenTelemetry => self.otlp_endpoint.clone(),
            _ => otel::below(&self.otlp_endpoint),
        }
    }

    /// What a request may ask for.
    pub fn limits(&self) -> Limits {
        Limits {
            max_depth: self.max_depth,
            max_cost: self.max_cost,
            max_aliases: self.max_aliases,
            max_root_fields: self.max_root_fields,
            max_tokens: self.max_tokens,
            max_nesting: self.max_nesting,
            max_selections: self.max_selections,
            max_directives: self.max_directives,
            max_repetitions: self.max_repetitions,
            max_page_size: self.max_page_size,
            default_page_size: self.default_page_size,
            max_level_rows: self.max_level_rows,
            max_answer_bytes: self.max_answer_bytes,
            max_request_bytes: self.max_request_bytes,
            max_memory_bytes: self.max_memory_bytes,
            max_graph_matches: self.max_graph_matches,
            max_rows_read: self.max_rows_read,
            max_total_count: self.max_total_count,
            break_glass_minutes: self.break_glass_minutes.get(),
            read_only: self.read_only.then_some("this gateway only reads (`read_only`)"),
            idempotency_hours: self.idempotency_hours,
            introspection: self.introspection,
            suggestions: self.suggestions && self.introspection,
            persisted_query_bytes: self.persisted_query_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.into(), value.into())
    }

    #[test]
    fn flag_wins_over_environment_over_file_over_default() {
        let file = Some("max_depth = 1\nmax_cost = 2\nmax_aliases = 3");
        let config = Config::gather(
            file,
            [pair("MEDIMAX_MAX_COST", "20"), pair("MEDIMAX_MAX_ALIASES", "30"), pair("HOME", "x")],
            [pair("max_aliases", "300")],
        )
        .unwrap();
        assert_eq!((config.max_depth, config.max_cost, config.max_aliases, config.max_tokens), (1, 20, 300, 10_000));
        let source = |name| config.in_force().into_iter().find(|(key, ..)| key.name == name).unwrap().2;
        assert_eq!(source("max_aliases"), Source::Flag);
        assert_eq!(source("max_tokens"), Source::Default);
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let refused = Config::gather(Some("max_dept = 1"), [], []).unwrap_err().to_string();
        assert!(refused.contains("'max_dept'") && refused.contains("'max_depth'"), "{refused}");
        let refused = Config::gather(None, [pair("MEDIMAX_DATABSE_URL", "x")], []).unwrap_err().to_string();
        assert!(refused.contains("'database_url'"), "{refused}");
    }

    #[test]
    fn a_wrong_value_says_what_is_expected_and_not_what_was_given() {
        let refused = Config::gather(Some("max_depth = \"s3cret\""), [], []).unwrap_err().to_string();
        assert_eq!(refused, "max_depth (file) must be a whole number");
    }

    /// A file of this text.
    fn file(name: &str, text: &str) -> String {
        let path = std::env::temp_dir().join(format!("medimax-config-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    #[test]
    fn a_value_may_stand_in_a_file_that_the_environment_names() {
        for (text, read) in [("a b\n", "a b"), ("a b\r\n", "a b"), ("a b", "a b"), ("a b\n\n", "a b\n")] {
            let path = file("value", text);
            let config = Config::gather(None, [pair("MEDIMAX_GRAPH_LABEL_PREFIX_FILE", &path)], []).unwrap();
            std::fs::remove_file(path).unwrap();
            assert_eq!(config.graph_label_prefix, read);
            assert_eq!(config.source("graph_label_prefix"), Source::EnvironmentFile);
        }
    }

    #[test]
    fn a_key_that_ends_in_file_is_a_key() {
        let path = file("ca", "/etc/ca.pem\n");
        let plain = Config::gather(None, [pair("MEDIMAX_DATABASE_CA_FILE", "x.pem")], []).unwrap();
        assert_eq!(plain.database_ca_file, PathBuf::from("x.pem"));
        let named = Config::gather(None, [pair("MEDIMAX_DATABASE_CA_FILE_FILE", &path)], []).unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!(named.database_ca_file, PathBuf::from("/etc/ca.pem"));
    }

    #[test]
    fn a_password_stands_in_one_place_and_needs_a_user() {
        let gathered = |url: &str| {
            Config::gather(None, [], [pair("database_url", url), pair("database_password", "p@ss")])
                .map(|config| config.database_url.with(&config.database_password))
                .map_err(|error| error.to_string())
        };
        assert_eq!(gathered("mysql://u@host/db").unwrap(), "mysql://u:p%40ss@host/db");
        assert_eq!(gathered("sqlite://file").unwrap(), "sqlite://file");
        assert!(gathered("mysql://u:other@host/db").unwrap_err().contains("leave one out"));
        assert!(gathered("mysql://host/db").unwrap_err().contains("needs a user in database_url"));
    }
}
