//! What is printed of a run, and what its file holds.

use super::{
    ask::Outcome,
    shape::{Group, Shape},
};
use crate::say;
use medimax::schema::entities;
use std::{collections::BTreeMap, io::Write};

/// What became of a shape.
pub(super) struct Line {
    pub(super) shape: Shape,
    pub(super) ms: f64,
    pub(super) outcome: Outcome,
}

impl Line {
    /// Milliseconds of an answer, or of waiting for one that did not come.
    fn answered(&self) -> Option<f64> {
        (!matches!(self.outcome, Outcome::Refused(_))).then_some(self.ms)
    }

    /// A line of the file: tabs between what it holds.
    pub(super) fn in_file(&self, store: &str) -> String {
        let outcome = match &self.outcome {
            Outcome::Answered => "ok".to_owned(),
            Outcome::Refused(message) => format!("refused: {}", reason(message)),
            Outcome::Failed(message) => format!("failed: {message}"),
        };
        let fields = [store, self.shape.group.name(), &format!("{:.3}", self.ms), &outcome, &self.shape.name()];
        fields.map(|field| field.replace(['\t', '\n'], " ")).join("\t")
    }
}

/// The figures of each group and of all.
pub(super) fn figures(lines: &[Line]) {
    say!(
        "\n{:24}{:>7}{:>9}{:>9}{:>8}{:>10}{:>10}{:>10}",
        "ms",
        "shapes",
        "answered",
        "refused",
        "failed",
        "p50",
        "p90",
        "max"
    );
    for group in Group::ALL {
        row(group.name(), &lines.iter().filter(|line| line.shape.group == group).collect::<Vec<_>>());
    }
    row("all", &lines.iter().collect::<Vec<_>>());
    say!("{:24}{:>7}{:>9}{:>9}{:>8}{:>10}{:>10}{:>10}", "target", "", "", "", "", "", "≤ 50", "≤ 500");
}

fn row(name: &str, lines: &[&Line]) {
    if lines.is_empty() {
        return;
    }
    let count = |is: fn(&Outcome) -> bool| lines.iter().filter(|line| is(&line.outcome)).count();
    let mut times: Vec<f64> = lines.iter().filter_map(|line| line.answered()).collect();
    times.sort_by(f64::total_cmp);
    let part =
        |part: f64| times.get((times.len() as f64 * part) as usize).or(times.last()).copied().unwrap_or(f64::NAN);
    say!(
        "{name:24}{:>7}{:>9}{:>9}{:>8}{:>10.1}{:>10.1}{:>10.1}",
        lines.len(),
        count(|outcome| matches!(outcome, Outcome::Answered)),
        count(|outcome| matches!(outcome, Outcome::Refused(_))),
        count(|outcome| matches!(outcome, Outcome::Failed(_))),
        part(0.5),
        part(0.9),
        part(1.0)
    );
}

/// Why shapes were refused: how many for each reason, with one of them.
pub(super) fn refusals(lines: &[Line]) {
    let mut reasons: BTreeMap<String, (usize, &Line, &str)> = BTreeMap::new();
    for line in lines {
        if let Outcome::Refused(message) = &line.outcome {
            reasons.entry(reason(message)).or_insert((0, line, message)).0 += 1;
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, (count, ..))| std::cmp::Reverse(*count));
    say!("\nRefused: {}", reasons.iter().map(|(_, (count, ..))| count).sum::<usize>());
    for (reason, (count, line, message)) in reasons {
        say!("  {count:>5}  {reason}");
        say!("         as {}", line.shape.name());
        say!("         {message}");
    }
}

/// The shapes that failed, and how many they are.
pub(super) fn failures(lines: &[Line]) -> usize {
    let failed = lines.iter().filter_map(|line| match &line.outcome {
        Outcome::Failed(message) => Some((line, message)),
        _ => None,
    });
    let failed: Vec<_> = failed.collect();
    if !failed.is_empty() {
        say!("\nFailed: {}", failed.len());
    }
    for (line, message) in &failed {
        say!("  {:>9.1} ms  {message}\n         {}", line.ms, line.shape.name());
    }
    failed.len()
}

/// A message without what only one shape has: values, numbers, names, and what comes after its first clause.
fn reason(message: &str) -> String {
    let clause = message.split(": ").next().unwrap_or_default();
    let mut reason = String::new();
    let mut inside = None;
    for c in clause.chars() {
        match (inside, c) {
            (Some(end), c) if c == end => inside = None,
            (Some(_), _) => {}
            (None, '`' | '"') => {
                inside = Some(c);
                reason.push('…');
            }
            (None, c) if c.is_ascii_digit() => {
                if !reason.ends_with('N') {
                    reason.push('N');
                }
            }
            (None, c) => reason.push(c),
        }
    }
    let is_type = |word: &&str| entities().iter().any(|entity| entity.object.name == *word);
    let words: Vec<&str> = reason.split(' ').map(|word| if is_type(&word) { "TYPE" } else { word }).collect();
    words.join(" ")
}
