//! How far a command is.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often a line is written.
const LINE: Duration = Duration::from_secs(5);

/// A bar on a terminal, a line from time to time elsewhere.
pub(super) struct Progress {
    bar: ProgressBar,
    what: &'static str,
    unit: &'static str,
    /// When the last line was written.
    line: Mutex<Instant>,
}

impl Progress {
    pub(super) fn new(what: &'static str, unit: &'static str, total: u64) -> Self {
        let style = ProgressStyle::with_template(&format!("{{msg}} {{wide_bar}} {{pos}}/{{len}} {unit}, {{eta}} left"));
        let bar = ProgressBar::new(total).with_message(what);
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Progress { bar, what, unit, line: Mutex::new(Instant::now()) }
    }

    /// Says how many are done, and of how many, where that is known only now.
    pub(super) fn at(&self, done: u64, total: u64) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if self.bar.is_hidden() && line.elapsed() >= LINE {
            tracing::info!("{}: {done} of {total} {}", self.what, self.unit);
            *line = Instant::now();
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
