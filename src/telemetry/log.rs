//! The log: lines on standard error, for people or for programs.

use crate::{
    config::{Config, LogFormat},
    error::{Error, Result},
};
use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts the log as it is configured.
pub fn start(config: &Config) -> Result<()> {
    let targets = targets(&config.log_level)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match config.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let started = tracing_subscriber::registry().with(targets).with(lines).try_init();
    started.map_err(|error| Error::Setup(format!("the log cannot be started: {error}")))
}

/// Which lines are wanted. A level without a module is ours alone: the finer lines of a library, which may hold values, come
/// only where it is named.
fn targets(text: &str) -> Result<Targets> {
    let wrong = || {
        Error::Setup(format!(
            "log_level takes error, warn, info, debug or trace, also by module as info,medimax::graph=debug, not '{text}'"
        ))
    };
    let mut parts = text.split(',');
    // A word alone would be taken for a module of which everything is wanted.
    let is_level = |part: &str| !part.is_empty() && part.parse::<LevelFilter>().is_ok();
    if !parts.all(|part| part.contains('=') || is_level(part)) {
        return Err(wrong());
    }
    let targets: Targets = text.parse().map_err(|_no_level| wrong())?;
    let level = targets.default_level().unwrap_or(LevelFilter::INFO);
    let ours = !targets.iter().any(|(target, _)| target == OURS);
    let targets = targets.with_default(level.min(LevelFilter::INFO));
    Ok(if ours { targets.with_target(OURS, level) } else { targets })
}

/// The module that is ours.
const OURS: &str = "medimax";

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn a_level_alone_is_ours_alone() {
        let shown = |text: &str, target: &str, level: Level| targets(text).unwrap().would_enable(target, &level);
        assert!(shown("debug", "medimax::http", Level::DEBUG) && !shown("debug", "neo4rs", Level::DEBUG));
        assert!(shown("debug", "neo4rs", Level::INFO) && !shown("error", "neo4rs", Level::WARN));
        assert!(shown("warn,medimax::graph=debug", "medimax::graph::projector", Level::DEBUG));
        assert!(!shown("warn,medimax::graph=debug", "medimax::http", Level::INFO));
        assert!(shown("info,neo4rs=trace", "neo4rs", Level::TRACE));
        for wrong in ["", "loud", "info,medimax=loud", "info,medimax"] {
            let refused = targets(wrong).unwrap_err().to_string();
            assert!(refused.ends_with(&format!("not '{wrong}'")), "{refused}");
        }
    }
}
