//! When it is: the day in the hospital's zone, and the moment. Both are passed in; nothing here asks a clock.

use super::rules::{Cells, Check, Holds};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

/// By how many minutes the clocks of clients, gateways and databases may differ.
pub const APART: i64 = 5;

/// How moments are stored, in UTC.
const STORED: &str = "%Y-%m-%d %H:%M:%S";

/// When it is.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The day in the hospital's zone.
    pub today: NaiveDate,
    /// The moment in UTC.
    pub now: NaiveDateTime,
}

/// When a row that a rule looks at is written.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// Now, as the clock says.
    Written(Clock),
    /// It was written before, elsewhere, and is brought here; rules of the day on which it was written are left out. When it is now, where that is
    /// known.
    Before(Option<Clock>),
}

impl When {
    /// When it is now, where that is known.
    pub fn clock(self) -> Option<Clock> {
        match self {
            When::Written(clock) => Some(clock),
            When::Before(clock) => clock,
        }
    }
}

impl Clock {
    /// The moment as it is stored.
    pub fn stored(&self) -> String {
        self.now.format(STORED).to_string()
    }

    /// The latest moment that has come by any clock, as it is stored.
    pub fn latest(&self) -> String {
        let latest = self.now.checked_add_signed(TimeDelta::minutes(APART)).unwrap_or(self.now);
        latest.format(STORED).to_string()
    }

    /// The same, where another clock told this moment.
    pub fn not_before(self, stored: &str) -> Self {
        let told = NaiveDateTime::parse_from_str(stored, STORED).unwrap_or(self.now);
        Clock { now: self.now.max(told), ..self }
    }

    /// Whether a day, or a moment as it is stored, has come.
    pub fn has_come(&self, stored: &str) -> bool {
        match stored.parse::<NaiveDate>() {
            Ok(day) => day <= self.today,
            Err(_) => stored.get(..19).is_none_or(|moment| *moment <= *self.latest()),
        }
    }
}

/// Whether a day or moment lies before another of its kind, as both are stored: moments by more than clocks may differ.
pub fn is_before(one: &str, other: &str) -> bool {
    let moment = |text: &str| NaiveDateTime::parse_from_str(text.get(..19)?, STORED).ok();
    match moment(one).zip(moment(other)) {
        Some((one, other)) => other.signed_duration_since(one) > TimeDelta::minutes(APART),
        None => one.parse::<NaiveDate>().ok().zip(other.parse().ok()).is_some_and(|(one, other)| one < other),
    }
}

/// A new row as rules of order look at it: where it does not say when it began, it begins now.
pub fn begun(checks: &[Check], cells: &Cells, clock: Option<Clock>) -> Cells {
    let mut cells = cells.clone();
    for check in checks.iter().filter(|check| matches!(check.holds, Holds::InOrder)) {
        if let (Some(clock), [_, earlier, ..]) = (clock, check.columns)
            && !cells.has(earlier)
        {
            cells.set(earlier, Some(clock.stored()));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::{Clock, is_before};

    #[test]
    fn clocks_may_differ_by_minutes() {
        let clock = Clock { today: "2026-03-01".parse().unwrap(), now: "2026-02-28T23:58:00".parse().unwrap() };
        for (stored, has_come) in [
            ("2026-03-01", true),
            ("2026-03-02", false),
            ("2026-02-28 23:58:00", true),
            ("2026-03-01 00:03:00.500000", true),
            ("2026-03-01 00:03:01", false),
            ("1990-01-01 00:00:00", true),
        ] {
            assert_eq!(clock.has_come(stored), has_come, "{stored}");
        }
        assert!(clock.not_before("2026-03-01 00:10:00").has_come("2026-03-01 00:15:00"));
        assert!(!clock.not_before("2026-02-01 00:10:00").has_come("2026-03-01 00:15:00"));
        for (one, other, before) in [
            ("2026-03-01", "2026-03-01", false),
            ("2026-02-28", "2026-03-01", true),
            ("2026-03-01 10:00:00", "2026-03-01 10:05:00", false),
            ("2026-03-01 10:00:00", "2026-03-01 10:05:01", true),
            ("2026-03-01 10:05:01", "2026-03-01 10:00:00", false),
        ] {
            assert_eq!(is_before(one, other), before, "{one} {other}");
        }
    }
}
