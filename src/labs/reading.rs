//! Numbers and reference ranges as laboratories write them, read strictly: what could mean two things is not read.
//!
//! The database computes `Lab_Finding.numeric_value` by the same rule as [`number`] (`migrations/*/0005_lab_numbers`), so that
//! what is filtered and what is compared here are the same; `queries/numbers.rs` in the tests compares all three.

use crate::{
    db::enumeration,
    graphql::{
        made::{MadeRow, made},
        model::Object,
    },
};

enumeration! {
    /// On which side of a reference interval a value lies, as computed.
    RangeVerdict {
        /// The value lies below the reference interval.
        Below "BELOW" = "below",
        /// The value lies within the reference interval.
        Within "WITHIN" = "within",
        /// The value lies above the reference interval.
        Above "ABOVE" = "above",
    }
}

/// The most digits of a number: so many can be told apart in 64 bits, whoever reads them.
const DIGITS: usize = 15;

const MINUS: [char; 2] = ['-', '\u{2212}'];
const DASHES: [char; 4] = ['-', '\u{2013}', '\u{2014}', '\u{2212}'];

/// A text that is a number and nothing else, but for spaces around it.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim_matches(' ');
    let (number, rest) = leading(text)?;
    rest.is_empty().then_some(number.value)
}

#[derive(Debug, Clone, Copy)]
struct Number {
    value: f64,
    /// The sign before its fraction.
    point: Option<char>,
}

/// The number that a text begins with, and what follows it, which is neither a digit nor a decimal sign.
fn leading(text: &str) -> Option<(Number, &str)> {
    let unsigned = text.strip_prefix(MINUS).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(unsigned.len());
    let (written, rest) = unsigned.split_at(end);
    let point = written.chars().find(|c| !c.is_ascii_digit());
    let (whole, fraction) = point.and_then(|point| written.split_once(point)).unwrap_or((written, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let thousands = point == Some(',') && fraction.len() == 3 && whole != "0";
    let count = written.bytes().filter(u8::is_ascii_digit).count();
    if !digits(whole) || !digits(fraction) || thousands || count > DIGITS {
        return None;
    }
    let value: f64 = format!("{whole}.{fraction}").parse().ok()?;
    let value = if unsigned.len() == text.len() { value } else { -value };
    Some((Number { value, point }, rest))
}

/// A reference range, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    text: String,
    bounds: Option<Bounds>,
}

/// Where a range ends: `(bound, whether the bound itself lies within)`.
#[derive(Debug, Clone, Default, PartialEq)]
struct Bounds {
    low: Option<(f64, bool)>,
    high: Option<(f64, bool)>,
    /// What follows the numbers.
    unit: String,
}

/// Bounds of one side: as written, whether it is the lower one, and whether the bound itself lies within.
const ONE_SIDED: [(&str, bool, bool); 7] = [
    ("<=", false, true),
    (">=", true, true),
    ("≤", false, true),
    ("≥", true, true),
    ("<", false, false),
    (">", true, false),
    ("up to ", false, true),
];

impl Interval {
    /// A range as it is stored; `None` where nothing is.
    pub fn read(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| Interval { text: text.to_owned(), bounds: Bounds::read(trimmed) })
    }

    /// Where a value in a unit lies. No verdict where the range cannot be read, or is of another unit.
    pub fn verdict(&self, value: f64, unit: Option<&str>) -> Option<RangeVerdict> {
        let bounds = self.bounds.as_ref()?;
        let (theirs, ours) = (plain_unit(&bounds.unit), plain_unit(unit.unwrap_or_default()));
        if !theirs.is_empty() && !ours.is_empty() && theirs != ours {
            return None;
        }
        Some(match (bounds.low, bounds.high) {
            (Some((low, closed)), _) if value < low || value == low && !closed => RangeVerdict::Below,
            (_, Some((high, closed))) if value > high || value == high && !closed => RangeVerdict::Above,
            _ => RangeVerdict::Within,
        })
    }

    fn low(&self) -> Option<f64> {
        self.bounds.as_ref()?.low.map(|(low, _)| low)
    }

    fn high(&self) -> Option<f64> {
        self.bounds.as_ref()?.high.map(|(high, _)| high)
    }
}

impl Bounds {
    /// Reads `3.9–5.5`, `3,5 to 5,1`, `<5`, `≥ 60`, `up to 5`, each with its unit or without.
    fn read(text: &str) -> Option<Self> {
        for (sign, is_low, closed) in ONE_SIDED {
            if text.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign)) {
                let (number, rest) = leading(text.get(sign.len()..)?.trim_start())?;
                let (bound, unit) = (Some((number.value, closed)), unit(rest)?);
                return Some(match is_low {
                    true => Bounds { low: bound, high: None, unit },
                    false => Bounds { low: None, high: bound, unit },
                });
            }
        }
        let (low, rest) = leading(text)?;
        let spaced = rest.trim_start();
        let word = |rest: &&str| rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("to "));
        let between = match spaced.strip_prefix(DASHES) {
            Some(rest) => rest,
            None if spaced.len() < rest.len() => Some(spaced).filter(word)?.get(3..)?,
            None => return None,
        };
        let (high, rest) = leading(between.trim_start())?;
        // Where one has a point and the other a comma, one of them may divide thousands.
        let alike = low.point.zip(high.point).is_none_or(|(low, high)| low == high);
        let unit = unit(rest)?;
        let bounds = Bounds { low: Some((low.value, true)), high: Some((high.value, true)), unit };
        (alike && low.value <= high.value).then_some(bounds)
    }
}

/// What follows a range's numbers, where it is nothing but a unit: one word that begins as units do (`mmol/L`, `%`, `x10^9/L`,
/// `/µL`, `10*3/uL`), or a known one of two.
fn unit(rest: &str) -> Option<String> {
    let spaced = rest.trim();
    if spaced.is_empty() || ["mm Hg", "mL/min/1.73 m2", "mL/min/1.73 m²"].contains(&spaced) {
        return Some(spaced.to_owned());
    }
    let power = ["10^", "10*"].iter().any(|power| spaced.starts_with(power)) && spaced.len() < rest.len();
    let begins = spaced.starts_with(|c: char| c.is_alphabetic() || "%‰°µ/".contains(c)) || power;
    let within = |c: char| c.is_alphanumeric() || "%‰°µ/^*·.()[]{}_²³⁶⁹⁻¹-".contains(c);
    (begins && spaced.chars().all(within)).then(|| spaced.to_owned())
}

/// A unit without what its spellings differ in: spaces, the two signs for micro, and the case of the litre.
fn plain_unit(unit: &str) -> String {
    let plain = |c: char| match c {
        'μ' => 'µ',
        'l' => 'L',
        other => other,
    };
    unit.chars().filter(|c| !c.is_whitespace()).map(plain).collect()
}

made! {
    Interval {
        /// The lower bound; null where there is none, or where the text cannot be read.
        "low": Option<f64> = Interval::low;
        /// The upper bound; null where there is none, or where the text cannot be read.
        "high": Option<f64> = Interval::high;
        /// The reference range as the laboratory wrote the text.
        "text": String = |interval| interval.text.clone();
    }
}

/// `ReferenceInterval`.
pub static INTERVAL: Object = Object {
    name: "ReferenceInterval",
    doc: "A reference range, read as numbers where it is one: `3.9-5.5`, `3,5 to 5,1`, `<5`, `≥ 60`, `up to 5`, with or without \
          a unit. Whether a bound itself is within, as it is not of `<5`, `verdict` takes into account.",
    is_node: false,
    of: None,
    scalars: Interval::SCALARS,
    fields: &[],
};

#[cfg(test)]
mod tests {
    use super::{Interval, RangeVerdict, number};

    #[test]
    fn a_number_is_nothing_else() {
        for (text, value) in [
            (" 7.25 ", 7.25),
            ("-3", -3.0),
            ("\u{2212}0.5", -0.5),
            ("4,2", 4.2),
            ("0,125", 0.125),
            ("1234,5678", 1234.5678),
            ("1.234", 1.234),
            ("007", 7.0),
            ("123456789012345", 123_456_789_012_345.0),
            ("0.12345678901234", 0.123_456_789_012_34),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in [
            "",
            " ",
            "-",
            "--5",
            "- 5",
            "+5",
            "<0.5",
            "1e5",
            "inf",
            "NaN",
            "5.6.7",
            "5,6,7",
            "1,234",
            "12,345",
            "00,125",
            "1.234,5",
            "120/80",
            ".",
            ".5",
            "5.",
            ",5",
            "5,",
            "5 6",
            "5%",
            "0x10",
            "٣",
            "５",
            "\u{2013}5",
            "\u{a0}5",
            "\t5",
            "5\n",
            "5\0",
            "1234567890123456",
            "0.123456789012345",
        ] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }

    fn bounds(text: &str) -> (Option<f64>, Option<f64>) {
        let interval = Interval::read(text).unwrap();
        assert_eq!(interval.text, text);
        (interval.low(), interval.high())
    }

    #[test]
    fn ranges_are_read_as_laboratories_write_them() {
        for text in [
            "3.9-5.5",
            "3.9–5.5",
            "3.9—5.5",
            "3.9\u{2212}5.5",
            " 3.9 - 5.5 ",
            "3.9 to 5.5",
            "3.9 TO 5.5",
            "3,9-5,5",
            "3.9-5.5 mmol/L",
            "3.9-5.5mmol/L",
            "3.9 – 5.5 %",
            "3.9-5.5 x10^9/L",
            "3.9-5.5 10*3/µL",
            "3.9-5.5 mL/min/1.73m2",
            "3.9-5.5 mm Hg",
        ] {
            assert_eq!(bounds(text), (Some(3.9), Some(5.5)), "{text}");
        }
        for (text, low, high) in [
            ("<5", None, Some(5.0)),
            ("≤5", None, Some(5.0)),
            ("<= 5 mg/L", None, Some(5.0)),
            ("up to 5", None, Some(5.0)),
            ("Up to 0,5 mg/dL", None, Some(0.5)),
            ("> 60", Some(60.0), None),
            (">=60 mL/min/1.73 m2", Some(60.0), None),
            ("≥60", Some(60.0), None),
            ("-2 - 2", Some(-2.0), Some(2.0)),
            ("-2-2", Some(-2.0), Some(2.0)),
            ("-5--2", Some(-5.0), Some(-2.0)),
            ("\u{2212}5 – \u{2212}2", Some(-5.0), Some(-2.0)),
            ("5-5", Some(5.0), Some(5.0)),
            ("0-0.1", Some(0.0), Some(0.1)),
            ("> -2", Some(-2.0), None),
        ] {
            assert_eq!(bounds(text), (low, high), "{text}");
        }
    }

    #[test]
    fn what_could_mean_something_else_is_not_read() {
        for text in [
            "5-1",
            "-2--5",
            "1.2.3-4",
            "3-4.5.6",
            "1,234-5,678",
            "150,000-400,000",
            "1.500-2,5",
            "negative",
            "5",
            "5-",
            "-5",
            "- 5",
            "3.9-5.5-7",
            "<",
            "<5-7",
            "<5 or >10",
            "5 or 6",
            "0-5; 6-7",
            "4-6 (fasting), 7 (after)",
            "4-6 weeks: 3",
            "1:40-1:80",
            "3.9to5.5",
            "3.9 to5.5",
            "3-4 5-6",
            "3-4<5",
            "<<5",
            "1e2-1e3",
            "٣-٥",
            "up to",
            "(3-4)",
            "3..4",
            "3/4",
            "+1-+3",
        ] {
            assert_eq!(bounds(text), (None, None), "{text}");
            assert_eq!(Interval::read(text).unwrap().verdict(3.0, None), None, "{text}");
        }
        assert_eq!(Interval::read("  "), None);
    }

    #[test]
    fn a_verdict_minds_whether_a_bound_itself_is_within() {
        use RangeVerdict::{Above, Below, Within};
        for (range, value, verdict) in [
            ("3.9-5.5", 8.3, Above),
            ("3.9-5.5", 3.8, Below),
            ("3.9-5.5", 3.9, Within),
            ("3.9-5.5", 5.5, Within),
            ("<5", 5.0, Above),
            ("<5", 4.9, Within),
            ("≤5", 5.0, Within),
            ("up to 5", 5.1, Above),
            (">60", 60.0, Below),
            (">=60", 60.0, Within),
            ("≥60", 1e9, Within),
            ("-2 - 2", -2.5, Below),
            ("1-5", 9.0, Above),
        ] {
            assert_eq!(Interval::read(range).unwrap().verdict(value, None), Some(verdict), "{value} in {range}");
        }
    }

    #[test]
    fn a_range_of_another_unit_gives_no_verdict() {
        let verdict = |range: &str, unit| Interval::read(range).unwrap().verdict(5.0, unit);
        for unit in [None, Some("mmol/L"), Some("mmol/l"), Some(" mmol / L"), Some("")] {
            assert_eq!(verdict("3.9-5.5 mmol/L", unit), Some(RangeVerdict::Within), "{unit:?}");
        }
        assert_eq!(verdict("3.9-5.5", Some("mg/dL")), Some(RangeVerdict::Within));
        assert_eq!(verdict("3.9-5.5 µg/L", Some("μg/L")), Some(RangeVerdict::Within));
        assert_eq!(verdict("3.9-5.5 mmol/L", Some("mg/dL")), None);
        assert_eq!(verdict("3.9-5.5 mmol/L", Some("µmol/L")), None);
    }
}
