//! What was found, to read or for programs.

use crate::error::{Error, Result};
use serde::Serialize;
use std::fmt::Write;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// It works, and will not always, or not as well as it could.
    Warning,
    /// It does not work.
    Fault,
}

/// One thing that was looked at. Neither text holds a password or a stored value.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    finding: String,
    /// What to do.
    advice: Option<String>,
}

/// All that was looked at, in that order.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Finding>);

impl Report {
    pub(super) fn ok(&mut self, check: &'static str, finding: impl Into<String>) {
        self.add(check, State::Ok, finding.into(), None);
    }

    /// What is as it should be, with something that is worth knowing.
    pub(super) fn note(&mut self, check: &'static str, finding: impl Into<String>, advice: impl Into<String>) {
        self.add(check, State::Ok, finding.into(), Some(advice.into()));
    }

    pub(super) fn warning(&mut self, check: &'static str, finding: impl Into<String>, advice: impl Into<String>) {
        self.add(check, State::Warning, finding.into(), Some(advice.into()));
    }

    pub(super) fn fault(&mut self, check: &'static str, finding: impl Into<String>, advice: impl Into<String>) {
        self.add(check, State::Fault, finding.into(), Some(advice.into()));
    }

    /// An error for operators, which says what is wrong and, behind its last colon or semicolon, what to do.
    pub(super) fn failed(&mut self, check: &'static str, error: &Error) {
        let text = error.to_string();
        match (error, text.rsplit_once(": ").or_else(|| text.rsplit_once("; "))) {
            (Error::Setup(_), Some((finding, advice))) => self.fault(check, finding, advice),
            _ => self.fault(check, text, "mend the cause, and run `medimax doctor` again"),
        }
    }

    fn add(&mut self, check: &'static str, state: State, finding: String, advice: Option<String>) {
        self.0.push(Finding { check, state, finding, advice });
    }

    pub(super) fn has_faults(&self) -> bool {
        self.count(State::Fault) > 0
    }

    fn count(&self, state: State) -> usize {
        self.0.iter().filter(|finding| finding.state == state).count()
    }

    pub(super) fn json(&self) -> Result<String> {
        serde_json::to_string_pretty(&self.0).map_err(|error| Error::Internal(error.to_string()))
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).map_or_else(|_never| String::new(), |()| out)
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        for Finding { check, state, finding, advice } in &self.0 {
            let state = match state {
                State::Ok => "ok",
                State::Warning => "warning",
                State::Fault => "FAULT",
            };
            writeln!(out, "{state:<7}  {check:<14}  {finding}")?;
            for line in advice.iter().flat_map(|advice| advice.lines()) {
                writeln!(out, "{:25}{line}", "")?;
            }
        }
        let counted = |state, what: &str| match self.count(state) {
            0 => format!("no {what}"),
            1 => format!("1 {what}"),
            many => format!("{many} {what}s"),
        };
        writeln!(out, "\n{}, {}", counted(State::Fault, "fault"), counted(State::Warning, "warning"))
    }
}
