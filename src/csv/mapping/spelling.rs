//! How other systems spell what has another spelling here: flags, moments, days, amounts. What is in none of their spellings stays
//! as it is, and the rules of the column say what it must be.

use super::recipe::Wrong;
use crate::db::{ValueKind, fixed};
use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// The time zone of moments that do not say theirs; UTC, where there is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Zone(Option<TimeZone>);

/// What kind of value a column of ours takes, as far as their spelling of it may be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Flag,
    Moment,
    Json,
    Same,
}

impl Zone {
    /// By its name, as `Asia/Kolkata`.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "UTC" => Some(Zone(None)),
            _ => TimeZone::get(name).ok().map(|zone| Zone(Some(zone))),
        }
    }

    /// A moment on the clocks of the zone as one of UTC. Of an hour that comes twice, the first.
    fn utc(&self, local: NaiveDateTime) -> NaiveDateTime {
        let Some(zone) = &self.0 else { return local };
        let moment = civil(local).and_then(|civil| zone.to_ambiguous_timestamp(civil).compatible().ok());
        moment.and_then(|moment| DateTime::from_timestamp(moment.as_second(), 0)).map_or(local, |utc| utc.naive_utc())
    }

    /// What the clocks of the zone show at a moment.
    fn local(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        let utc = moment.naive_utc();
        let Some(zone) = &self.0 else { return utc };
        let offset = jiff::Timestamp::from_second(moment.timestamp()).map(|moment| zone.to_offset(moment).seconds());
        utc + chrono::Duration::seconds(offset.unwrap_or_default().into())
    }
}

fn civil(local: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    let [month, day, hour, minute, second] =
        [local.month(), local.day(), local.hour(), local.minute(), local.second()].map(|part| i8::try_from(part).ok());
    jiff::civil::DateTime::new(i16::try_from(local.year()).ok()?, month?, day?, hour?, minute?, second?, 0).ok()
}

/// A moment as it is written.
enum Moment {
    Local(NaiveDateTime),
    At(DateTime<Utc>),
}

/// `2024-05-01 10:00:00.123`, with `T` and with an offset too.
fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() < 16 || !text.is_char_boundary(10) {
        return None;
    }
    let (day, time) = text.split_at(10);
    let time = time.strip_prefix([' ', 'T', 't'])?;
    let time = match time.strip_suffix(['Z', 'z']).or(time.strip_suffix(" UTC")) {
        Some(time) => format!("{time}+00:00"),
        None => time.to_owned(),
    };
    let text = format!("{day} {time}");
    let local = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let local = local.into_iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    local.map(Moment::Local).or_else(|| {
        let forms = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z"];
        let at = forms.into_iter().find_map(|form| DateTime::parse_from_str(&text, form).ok());
        at.map(|at| Moment::At(at.to_utc()))
    })
}

impl Spelling {
    pub(super) fn of_kind(kind: ValueKind) -> Self {
        match kind {
            ValueKind::Flag(_) => Spelling::Flag,
            ValueKind::DateTime => Spelling::Moment,
            ValueKind::Json => Spelling::Json,
            _ => Spelling::Same,
        }
    }

    /// A text in our spelling.
    pub(super) fn of<'a>(self, text: Cow<'a, str>, zone: &Zone) -> Cow<'a, str> {
        match self {
            Spelling::Flag => flag(&text).map_or(text, |yes| Cow::Borrowed(if yes { "1" } else { "0" })),
            // As databases of UTC write it: every row has some.
            Spelling::Moment if zone.0.is_none() && is_ours(text.trim()) => text,
            Spelling::Moment => match moment(&text) {
                Some(Moment::Local(local)) => zone.utc(local).format("%Y-%m-%d %H:%M:%S").to_string().into(),
                Some(Moment::At(moment)) => moment.format("%Y-%m-%d %H:%M:%S").to_string().into(),
                None => text,
            },
            Spelling::Json | Spelling::Same => text,
        }
    }
}

/// Whether a text has the form of a moment as it is stored.
fn is_ours(text: &str) -> bool {
    let form = b"0000-00-00 00:00:00";
    let is_like = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    text.len() == form.len() && text.as_bytes().iter().zip(form).all(is_like)
}

fn flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "y" | "yes" | "on" => Some(true),
        "0" | "f" | "false" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Whether a text is the one that is wanted: without case, and flags in any spelling.
pub(super) fn is_same(wanted: &str, text: &str) -> bool {
    let (wanted, text) = (wanted.trim(), text.trim());
    wanted.to_lowercase() == text.to_lowercase() || flag(wanted).is_some_and(|wanted| flag(text) == Some(wanted))
}

/// The day of a moment on the clocks of the zone.
pub(super) fn day<'a>(text: Cow<'a, str>, zone: &Zone) -> Cow<'a, str> {
    shown(text, zone, "%Y-%m-%d")
}

/// The time of day of a moment on the clocks of the zone.
pub(super) fn time<'a>(text: Cow<'a, str>, zone: &Zone) -> Cow<'a, str> {
    shown(text, zone, "%H:%M:%S")
}

fn shown<'a>(text: Cow<'a, str>, zone: &Zone, form: &str) -> Cow<'a, str> {
    match moment(&text) {
        Some(Moment::Local(local)) => local.format(form).to_string().into(),
        Some(Moment::At(moment)) => zone.local(moment).format(form).to_string().into(),
        None => text,
    }
}

/// An amount in the smallest unit of a currency that has so many digits after the point.
pub(super) fn minor_units(text: &str, digits: u32) -> Result<String, Wrong> {
    let wrong = || ("INVALID", format!("this must be an amount with at most {digits} digits after the point").into());
    let amount = fixed(text.trim(), digits).ok_or_else(wrong)?;
    amount.replace('.', "").parse::<i64>().map(|units| units.to_string()).map_err(|_too_large| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_other_systems_are_read() {
        let utc = Zone::default();
        let delhi = Zone::named("Asia/Kolkata").unwrap();
        let of = |zone: &Zone, text: &'static str| Spelling::Moment.of(text.into(), zone).into_owned();
        for text in [
            "2024-05-01 10:00:00",
            "2024-05-01 10:00:00.123456",
            "2024-05-01T10:00",
            "2024-05-01 15:30:00+05:30",
            "2024-05-01 12:00:00.5+02",
            "2024-05-01T10:00:00.5Z",
            "2024-05-01 10:00:00 +0000",
            "2024-05-01 10:00:00 UTC",
        ] {
            assert_eq!(of(&utc, text), "2024-05-01 10:00:00", "{text}");
        }
        assert_eq!(of(&delhi, "2024-05-01 02:00:00"), "2024-04-30 20:30:00");
        assert_eq!(of(&delhi, "2024-05-01 02:00:00Z"), "2024-05-01 02:00:00");
        assert_eq!(day("2024-04-30 20:30:00+00".into(), &delhi), "2024-05-01");
        assert_eq!(
            (day("2024-05-01 23:59:59.9".into(), &utc), time("2024-05-01 23:59".into(), &utc)),
            ("2024-05-01".into(), "23:59:00".into())
        );
        for odd in ["2024-05-01", "yesterday", "2024-13-01 10:00:00", "", "ééééééééééé"] {
            assert_eq!((of(&utc, odd), day(odd.into(), &utc)), (odd.to_owned(), odd.into()));
        }
        assert!(Zone::named("Asia/Nowhere").is_none());
    }

    #[test]
    fn flags_and_amounts_of_other_systems_are_read() {
        let of = |text: &'static str| Spelling::Flag.of(text.into(), &Zone::default()).into_owned();
        assert_eq!(["t", "NO", " true ", "1", "maybe"].map(of), ["1", "0", "1", "1", "maybe"]);
        assert!(is_same("true", "t") && is_same("Patient", " patient ") && is_same("", "") && !is_same("true", "f"));
        let units = |text, digits| minor_units(text, digits).ok();
        assert_eq!(units("150", 2).as_deref(), Some("15000"));
        assert_eq!((units("0.5", 2).as_deref(), units("7", 0).as_deref()), (Some("50"), Some("7")));
        assert_eq!((units("1.005", 2), units("€ 3", 2)), (None, None));
    }
}
