//! The time zone by which days are counted. It knows no clock: which day a moment falls on is all that it says.

use super::setting::Setting;
use chrono::NaiveDate;
use jiff::{Timestamp, tz};
use std::{fmt, time::SystemTime};

/// A time zone, by its name or as the machine has it.
#[derive(Clone)]
pub struct TimeZone {
    zone: tz::TimeZone,
    from: From,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Key,
    Machine,
    /// The machine has none, or one that nobody knows.
    Nowhere,
}

impl TimeZone {
    /// The day that a moment falls on.
    pub fn day(&self, moment: SystemTime) -> NaiveDate {
        let day = Timestamp::try_from(moment).ok().map(|moment| self.zone.to_datetime(moment).date()).and_then(|day| {
            let (month, of_month) = (u32::try_from(day.month()).ok()?, u32::try_from(day.day()).ok()?);
            NaiveDate::from_ymd_opt(day.year().into(), month, of_month)
        });
        // A clock beyond the year 9999, say.
        day.unwrap_or_default()
    }

    /// Whether neither the key nor the machine says which zone it is, so that UTC stands in.
    pub fn is_unknown(&self) -> bool {
        self.from == From::Nowhere
    }

    /// The zone in words.
    pub fn told(&self) -> String {
        let name = self.zone.iana_name().unwrap_or("a zone without a name");
        match self.from {
            From::Key => name.to_owned(),
            From::Machine => format!("{name}, the zone of this machine"),
            From::Nowhere => "UTC, because this machine has no time zone".to_owned(),
        }
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        match tz::TimeZone::try_system() {
            Ok(zone) if !zone.is_unknown() => TimeZone { zone, from: From::Machine },
            _ => TimeZone { zone: tz::TimeZone::UTC, from: From::Nowhere },
        }
    }
}

impl Setting for TimeZone {
    const EXPECTED: &'static str = "the name of a time zone, as Europe/Berlin";
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(TimeZone::default());
        }
        tz::TimeZone::get(text).ok().map(|zone| TimeZone { zone, from: From::Key })
    }
    fn show(&self) -> String {
        let name = self.zone.iana_name().filter(|_| self.from == From::Key);
        name.unwrap_or_default().to_owned()
    }
    fn meant(text: &str) -> Option<String> {
        // Of a name that is half of one (`Berlin`), the end counts too.
        let likeness = |name: &str| {
            let end = name.rsplit('/').next().unwrap_or(name);
            let (name, end, text) = (name.to_lowercase(), end.to_lowercase(), text.to_lowercase().replace(' ', "_"));
            strsim::jaro_winkler(&name, &text).max(strsim::jaro_winkler(&end, &text))
        };
        let alike = tz::db().available().map(|name| (likeness(name.as_str()), name.as_str().to_owned()));
        // Of two that are equally alike, the same one each time.
        let nearest = alike.max_by(|(a, first), (b, second)| a.total_cmp(b).then_with(|| second.cmp(first)));
        nearest.filter(|(likeness, _)| *likeness > 0.7).map(|(_, name)| name)
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_moment_falls_on_the_day_of_its_zone() {
        let day = |zone: &str, seconds| {
            TimeZone::read(zone).unwrap().day(UNIX_EPOCH + Duration::from_secs(seconds)).to_string()
        };
        // 2026-03-01T11:00:00Z.
        for (zone, is) in [
            ("UTC", "2026-03-01"),
            ("Europe/Berlin", "2026-03-01"),
            ("Pacific/Kiritimati", "2026-03-02"),
            ("Pacific/Pago_Pago", "2026-03-01"),
            ("europe/berlin", "2026-03-01"),
        ] {
            assert_eq!(day(zone, 1_772_362_800), is, "{zone}");
        }
        // 2026-03-28T22:30:00Z and 23:30:00Z: an hour before Berlin's clocks go forward, it is an hour ahead of UTC.
        assert_eq!((day("Europe/Berlin", 1_774_737_000), day("Europe/Berlin", 1_774_740_600)).1, "2026-03-29");
        // 2026-06-30T22:30:00Z: in summer two hours.
        assert_eq!(
            (day("Europe/Berlin", 1_782_858_600), day("UTC", 1_782_858_600)),
            ("2026-07-01".into(), "2026-06-30".into())
        );
    }

    #[test]
    fn a_name_that_is_none_leads_to_one_that_is() {
        for (text, meant) in [
            ("Berlin", Some("Europe/Berlin")),
            ("Europe/Berln", Some("Europe/Berlin")),
            ("new york", Some("America/New_York")),
            ("12", None),
        ] {
            assert!(TimeZone::read(text).is_none(), "{text}");
            assert_eq!(TimeZone::meant(text).as_deref(), meant, "{text}");
        }
        assert_eq!(TimeZone::read("asia/tokyo").unwrap().show(), "Asia/Tokyo");
        assert_eq!(TimeZone::read("").unwrap().show(), "");
    }
}
