//! Whole numbers within a range and decimals with a fixed number of places, exact in both stores, read however bad.
//!
//! MariaDB keeps a decimal as DECIMAL. SQLite keeps it in a column of NUMERIC affinity, as the floating-point number next to it:
//! of at most [`DIGITS`] digits no two share one, and they are in the decimals' order, so comparing and sorting are exact.

use super::{Bad, Column, LiteValue, Stored, ValueKind, lite_text, write_json};
use diesel::{
    deserialize::{FromSql, FromSqlRow, Result as ReadResult},
    mysql::{Mysql, MysqlType, MysqlValue},
    sql_types,
    sqlite::Sqlite,
};

/// The most digits of a decimal: a floating-point number tells so many apart.
const DIGITS: usize = 15;
/// Beyond this, numbers in JSON are not exact: many programs read them as floating-point numbers.
pub const MOST: i64 = (1 << 53) - 1;

/// A whole number; clients write those from `MIN` to `MAX`. What other programs stored is answered as it stands, as long as
/// the type in the schema can hold it.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow)]
pub struct Whole<const MIN: i64, const MAX: i64>(Result<i64, String>);

/// A decimal with `PLACES` digits after the point; clients write those from `MIN` to `MAX`.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow)]
pub struct Decimal<const PLACES: u32, const MIN: i64, const MAX: i64>(String);

/// Whether whole numbers of a range are of 32 bits, as GraphQL's `Int` is.
pub const fn is_int(min: i64, max: i64) -> bool {
    min >= i32::MIN as i64 && max <= i32::MAX as i64
}

impl<const MIN: i64, const MAX: i64> From<i64> for Whole<MIN, MAX> {
    fn from(number: i64) -> Self {
        Whole(Ok(number))
    }
}

impl<const MIN: i64, const MAX: i64> Stored for Whole<MIN, MAX> {
    const KIND: ValueKind = {
        assert!(MIN <= MAX && MIN >= -MOST && MAX <= MOST, "a range that JSON can hold");
        ValueKind::Whole { min: MIN, max: MAX }
    };
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        let (name, most) = if is_int(MIN, MAX) { ("Int", i64::from(i32::MAX)) } else { ("SafeInt", MOST) };
        match &self.0 {
            // 32 bits hold one number more below zero than above.
            Ok(number) if (-most - i64::from(is_int(MIN, MAX))..=most).contains(number) => {
                write_json(number, out);
                Ok(())
            }
            _ => Err(Bad(name)),
        }
    }
    fn write_raw(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Ok(number) => write_json(number, out),
            Err(text) => write_json(text, out),
        }
    }
    fn heap(&self) -> usize {
        self.0.as_ref().err().map_or(0, String::capacity)
    }
    fn rank(&self) -> Option<i64> {
        match &self.0 {
            Ok(number) => (*number as f64).rank(),
            Err(text) => rank(text),
        }
    }
}

impl<const PLACES: u32, const MIN: i64, const MAX: i64> Decimal<PLACES, MIN, MAX> {
    /// The number, for what is computed from it; `None` for what is none.
    pub fn number(&self) -> Option<f64> {
        self.0.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl<const PLACES: u32, const MIN: i64, const MAX: i64> Stored for Decimal<PLACES, MIN, MAX> {
    const KIND: ValueKind = {
        let largest = if MAX.unsigned_abs() > MIN.unsigned_abs() { MAX.unsigned_abs() } else { MIN.unsigned_abs() };
        assert!(MIN <= MAX && PLACES > 0 && PLACES < DIGITS as u32, "a range, and places after the point");
        assert!(largest < 10_u64.pow(DIGITS as u32 - PLACES), "no more digits than are exact");
        ValueKind::Decimal { places: PLACES, min: MIN, max: MAX }
    };
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        let text = fixed(&self.0, PLACES).ok_or(Bad("Decimal"))?;
        write_json(&text, out);
        Ok(())
    }
    fn write_raw(&self, out: &mut Vec<u8>) {
        write_json(&self.0, out);
    }
    fn heap(&self) -> usize {
        self.0.capacity()
    }
    fn rank(&self) -> Option<i64> {
        rank(&self.0)
    }
}

/// The rank of a number that is spelled as a text. What is none comes last: SQLite sorts texts behind numbers.
fn rank(text: &str) -> Option<i64> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number.rank(),
        _ => Some(i64::MAX),
    }
}

/// A decimal in its one spelling: no exponent, no needless zeros. `None` for what is none, and for more digits than are exact.
pub fn decimal(text: &str) -> Option<String> {
    let (text, negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().ok().filter(|exponent: &i32| exponent.abs() < 400)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || mantissa.ends_with('.') || !digits(whole) || !digits(fraction) || mantissa.len() > 400 {
        return None;
    }
    // The digits without zeros at either end, and where the point stands among them.
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let significant = all.trim_matches('0');
    let point = whole.len() as i32 - leading as i32 + exponent;
    if significant.is_empty() {
        return Some("0".into());
    }
    let places = (significant.len() as i32 - point).max(0);
    if places.max(point) > DIGITS as i32 || places + point.max(0) > DIGITS as i32 {
        return None;
    }
    let padded = match point {
        ..1 => format!("0.{}{significant}", "0".repeat(point.unsigned_abs() as usize)),
        _ if places == 0 => format!("{significant:0<width$}", width = point as usize),
        _ => {
            let (whole, fraction) = significant.split_at_checked(point as usize)?;
            format!("{whole}.{fraction}")
        }
    };
    Some(if negative { format!("-{padded}") } else { padded })
}

/// A decimal with so many places, as it is shown and stored; `None` for what is none, and for more places.
pub fn fixed(text: &str, places: u32) -> Option<String> {
    let text = decimal(text)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let places = places as usize;
    (fraction.len() <= places).then(|| format!("{whole}.{fraction:0<places$}"))
}

/// Whether a decimal lies within whole bounds.
pub fn is_within(text: &str, min: i64, max: i64) -> bool {
    text.parse::<f64>().is_ok_and(|number| number >= min as f64 && number <= max as f64)
}

/// What a store holds of a number, as a text.
fn mysql_text(value: MysqlValue<'_>) -> ReadResult<String> {
    let whole = |value| <i64 as FromSql<sql_types::BigInt, Mysql>>::from_sql(value);
    Ok(match value.value_type() {
        MysqlType::Float | MysqlType::Double => {
            <f64 as FromSql<sql_types::Double, Mysql>>::from_sql(value)?.to_string()
        }
        MysqlType::UnsignedLongLong => {
            <u64 as FromSql<sql_types::Unsigned<sql_types::BigInt>, Mysql>>::from_sql(value)?.to_string()
        }
        MysqlType::Tiny
        | MysqlType::UnsignedTiny
        | MysqlType::Short
        | MysqlType::UnsignedShort
        | MysqlType::Long
        | MysqlType::UnsignedLong
        | MysqlType::LongLong => whole(value)?.to_string(),
        _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    })
}

fn whole(text: String) -> Result<i64, String> {
    // 7.00 of a DECIMAL, 7.0 of a REAL.
    let plain = text.split_once('.').filter(|(_, fraction)| fraction.bytes().all(|b| b == b'0'));
    let number = plain.map_or(text.as_str(), |(whole, _)| whole).parse();
    number.map_err(|_none| text)
}

macro_rules! read_numbers { ($($backend:ty, $raw:ty, $read:ident);*) => { $(
    impl<const MIN: i64, const MAX: i64> FromSql<sql_types::Text, $backend> for Whole<MIN, MAX> {
        fn from_sql(value: $raw) -> ReadResult<Self> {
            Ok(Whole(whole($read(value)?)))
        }
    }

    impl<const PLACES: u32, const MIN: i64, const MAX: i64> FromSql<sql_types::Text, $backend> for Decimal<PLACES, MIN, MAX> {
        fn from_sql(value: $raw) -> ReadResult<Self> {
            Ok(Decimal($read(value)?))
        }
    }
)* } }
read_numbers!(Mysql, MysqlValue<'_>, mysql_text; Sqlite, LiteValue<'_>, lite_text);

impl<const MIN: i64, const MAX: i64> Column for Option<Whole<MIN, MAX>> {
    type Sql = sql_types::Nullable<sql_types::Text>;
}

impl<const PLACES: u32, const MIN: i64, const MAX: i64> Column for Option<Decimal<PLACES, MIN, MAX>> {
    type Sql = sql_types::Nullable<sql_types::Text>;
}

#[cfg(test)]
mod tests {
    use super::{super::tests::json, *};

    #[test]
    fn a_decimal_has_one_spelling() {
        for (text, is) in [
            ("0", "0"),
            ("-0.000", "0"),
            ("00.50", "0.5"),
            ("82.500", "82.5"),
            ("-7", "-7"),
            ("100", "100"),
            ("1e3", "1000"),
            ("1.0e-05", "0.00001"),
            ("12.5E1", "125"),
            ("123456789012.345", "123456789012.345"),
            ("0.000000000000001", "0.000000000000001"),
            ("999999999999999", "999999999999999"),
        ] {
            assert_eq!(decimal(text).as_deref(), Some(is), "{text}");
        }
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "4,2",
            "+1",
            "1e",
            "1e999",
            "NaN",
            "inf",
            "0x1",
            "1234567890123.456",
            "1e15",
            "1e-16",
            " 1",
            "--1",
            "1e-999999",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
        assert_eq!(fixed("82.5", 2).as_deref(), Some("82.50"));
        assert_eq!(fixed("-3", 1).as_deref(), Some("-3.0"));
        assert_eq!(fixed("82.505", 2), None);
    }

    #[test]
    fn decimals_of_so_many_digits_are_exact_as_floating_point_numbers() {
        // Neighbours at the edge of what is exact: distinct, in order, and spelled as before.
        for last in 0..999_u32 {
            let [a, b] = [last, last + 1].map(|last| format!("123456789012.{last:03}"));
            let [x, y] = [&a, &b].map(|text| text.parse::<f64>().unwrap());
            assert!(x < y && rank(&a) < rank(&b), "{a} {b}");
            assert_eq!(decimal(&x.to_string()), decimal(&a));
        }
    }

    #[test]
    fn a_stored_number_that_is_none_is_refused_alone() {
        let of = |text: &str| Whole::<1, 10>(whole(text.into()));
        assert_eq!(json(&of("7")).unwrap(), "7");
        assert_eq!(json(&of("7.0")).unwrap(), "7");
        // Out of the range that clients may write, and yet a number.
        assert_eq!(json(&of("11")).unwrap(), "11");
        assert_eq!(json(&of("-2147483648")).unwrap(), "-2147483648");
        for text in ["", "seven", "7.5", "2147483648", "-2147483649", "18446744073709551615"] {
            assert_eq!(json(&of(text)), Err(Bad("Int")), "{text}");
        }
        let long = |text: &str| Whole::<0, MOST>(whole(text.into()));
        assert_eq!(json(&long("9007199254740991")).unwrap(), "9007199254740991");
        assert_eq!(json(&long("9007199254740992")), Err(Bad("SafeInt")));
        assert!(of("7").rank() < of("7.5").rank() && of("7.5").rank() < of("8").rank());
        assert!(of("8").rank() < of("eight").rank());

        let decimal = |text: &str| Decimal::<2, 0, 500>(text.into());
        assert_eq!(json(&decimal("82.5")).unwrap(), "\"82.50\"");
        assert_eq!(json(&decimal("-1")).unwrap(), "\"-1.00\"");
        assert_eq!(json(&decimal("82.505")), Err(Bad("Decimal")));
        assert_eq!(json(&decimal("heavy")), Err(Bad("Decimal")));
        assert!(decimal("82.5").rank() < decimal("82.505").rank());
        assert!(decimal("82.505").rank() < decimal("82.51").rank());
    }
}
