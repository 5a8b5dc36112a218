//! How far a command is.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on a terminal, a line for each tenth elsewhere.
pub(super) struct Progress {
    bar: ProgressBar,
    what: &'static str,
    unit: &'static str,
}

impl Progress {
    pub(super) fn new(what: &'static str, unit: &'static str, total: u64) -> Self {
        let style = ProgressStyle::with_template(&format!("{{msg}} {{wide_bar}} {{pos}}/{{len}} {unit}, {{eta}} left"));
        let bar = ProgressBar::new(total).with_message(what);
        Progress { bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())), what, unit }
    }

    /// Says how many are done, and of how many, where that is known only now.
    pub(super) fn at(&self, done: u64, total: u64) {
        let tenths = |done: u64| done * 10 / total.max(1);
        if self.bar.is_hidden() && tenths(done) > tenths(self.bar.position()) {
            tracing::info!("{}: {done} of {total} {}", self.what, self.unit);
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
