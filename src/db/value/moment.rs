//! Days, times of day and moments as they are stored, which may be none.

use super::{Bad, LiteValue, Stored, ValueKind, lite_text};
use diesel::{
    deserialize::{FromSql, FromSqlRow, Result as ReadResult},
    mysql::{Mysql, MysqlValue, data_types::MysqlTime},
    sql_types,
    sqlite::Sqlite,
};

/// A day as it is stored, which may be none (`0000-00-00`, 31 April).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, FromSqlRow)]
pub struct Date {
    year: i32,
    month: u32,
    day: u32,
}

impl Date {
    /// The day, if it exists.
    pub fn day(self) -> Option<chrono::NaiveDate> {
        chrono::NaiveDate::from_ymd_opt(self.year, self.month, self.day).filter(|_| (1..=9999).contains(&self.year))
    }

    /// Reads `2024-05-01`, whether or not the day exists.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let mut part = |digits: usize| {
            parts.next().filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()))?.parse::<u32>().ok()
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        Some(Date { year: i32::try_from(year).ok()?, month, day })
    }

    fn write_text(self, out: &mut Vec<u8>) {
        digits(out, self.year.unsigned_abs(), 4);
        out.push(b'-');
        digits(out, self.month, 2);
        out.push(b'-');
        digits(out, self.day, 2);
    }

    fn rank(self) -> i64 {
        (i64::from(self.year) * 16 + i64::from(self.month)) * 32 + i64::from(self.day)
    }
}

/// `value` in decimal with leading zeros, `width` digits wide (formatting machinery is slow in a hot loop).
fn digits(out: &mut Vec<u8>, value: u32, width: u32) {
    for place in (0..width).rev() {
        // A digit is below ten, so the sum stays a byte.
        out.push(b'0' + (value / 10_u32.pow(place) % 10) as u8);
    }
}

impl Stored for Date {
    const KIND: ValueKind = ValueKind::Date;
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        self.day().ok_or(Bad("Date"))?;
        self.write_raw(out);
        Ok(())
    }
    fn write_raw(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        self.write_text(out);
        out.push(b'"');
    }
    fn rank(&self) -> Option<i64> {
        Some(Date::rank(*self))
    }
}

/// A time of day as it is stored, which may be none (`-01:00:00`, `27:00:00`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct Time {
    /// Seconds since midnight, or `None` outside the day.
    seconds: Option<u32>,
}

impl Time {
    /// Reads `14:30:00`, whether or not it lies within a day.
    pub fn parse(text: &str) -> Self {
        let mut parts = text.splitn(3, ':').map(|part| part.get(..2).unwrap_or("x").parse::<u32>().ok());
        let mut part = |below: u32| parts.next().flatten().filter(|value| *value < below);
        let seconds = (|| Some(part(24)? * 3600 + part(60)? * 60 + part(60)?))();
        Time { seconds }
    }
}

impl Stored for Time {
    const KIND: ValueKind = ValueKind::Time;
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        let seconds = self.seconds.ok_or(Bad("Time"))?;
        out.push(b'"');
        digits(out, seconds / 3600, 2);
        out.push(b':');
        digits(out, seconds / 60 % 60, 2);
        out.push(b':');
        digits(out, seconds % 60, 2);
        out.push(b'"');
        Ok(())
    }
}

/// A moment as it is stored, UTC; it may be none (`0000-00-00 00:00:00`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct DateTime {
    date: Date,
    second_of_day: u32,
    micros: u32,
}

impl DateTime {
    fn write_time(self, out: &mut Vec<u8>) {
        digits(out, self.second_of_day / 3600, 2);
        out.push(b':');
        digits(out, self.second_of_day / 60 % 60, 2);
        out.push(b':');
        digits(out, self.second_of_day % 60, 2);
        if self.micros > 0 {
            out.push(b'.');
            digits(out, self.micros, 6);
        }
    }

    /// Reads `2024-05-01 10:00:00`, with `T` and `Z` allowed, whether or not the moment exists.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = (text.get(..10)?, text.get(10..)?.strip_prefix(['T', ' '])?);
        let rest = rest.strip_suffix('Z').unwrap_or(rest);
        let (time, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        let second_of_day = Time::parse(time).seconds.filter(|_| time.len() == 8)?;
        if fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let micros = format!("{fraction:0<6}").parse().ok()?;
        Some(DateTime { date: Date::parse(date)?, second_of_day, micros })
    }

    /// The moment so many milliseconds after 1970 began.
    pub fn of_millis(ms: i64) -> Option<Self> {
        Self::parse(&chrono::DateTime::from_timestamp_millis(ms)?.format("%Y-%m-%d %H:%M:%S%.6f").to_string())
    }

    /// Whether there is such a moment: not on 31 February.
    pub fn exists(self) -> bool {
        self.date.day().is_some()
    }

    /// The spelling that both stores compare correctly.
    pub fn stored_text(self) -> String {
        let mut out = Vec::with_capacity(26);
        self.date.write_text(&mut out);
        out.push(b' ');
        self.write_time(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
}

impl Stored for DateTime {
    const KIND: ValueKind = ValueKind::DateTime;
    const NULLABLE: bool = true;
    fn write(&self, out: &mut Vec<u8>) -> Result<(), Bad> {
        self.date.day().ok_or(Bad("DateTime"))?;
        out.push(b'"');
        self.date.write_text(out);
        out.push(b'T');
        self.write_time(out);
        out.extend_from_slice(b"Z\"");
        Ok(())
    }
    fn write_raw(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        out.extend_from_slice(self.stored_text().as_bytes());
        out.push(b'"');
    }
    fn rank(&self) -> Option<i64> {
        Some((self.date.rank() * 86_400 + i64::from(self.second_of_day)) * 1_000_000 + i64::from(self.micros))
    }
}

/// The parts of a day or time; `None` for what Diesel cannot hold (a negative time).
fn mysql_time<ST>(value: MysqlValue<'_>) -> Option<MysqlTime>
where
    MysqlTime: FromSql<ST, Mysql>,
{
    <MysqlTime as FromSql<ST, Mysql>>::from_sql(value).ok()
}

fn mysql_date(stored: &MysqlTime) -> Date {
    Date { year: i32::try_from(stored.year).unwrap_or_default(), month: stored.month, day: stored.day }
}

impl FromSql<sql_types::Date, Mysql> for Date {
    fn from_sql(value: MysqlValue<'_>) -> ReadResult<Self> {
        Ok(mysql_time::<sql_types::Date>(value).map_or(NO_DAY, |stored| mysql_date(&stored)))
    }
}

impl FromSql<sql_types::Time, Mysql> for Time {
    fn from_sql(value: MysqlValue<'_>) -> ReadResult<Self> {
        let stored = mysql_time::<sql_types::Time>(value).filter(|stored| stored.day == 0 && stored.hour < 24);
        Ok(Time { seconds: stored.map(|stored| stored.hour * 3600 + stored.minute * 60 + stored.second) })
    }
}

impl FromSql<sql_types::Timestamp, Mysql> for DateTime {
    fn from_sql(value: MysqlValue<'_>) -> ReadResult<Self> {
        let stored = mysql_time::<sql_types::Timestamp>(value);
        Ok(stored.map_or(NO_MOMENT, |stored| DateTime {
            date: mysql_date(&stored),
            second_of_day: stored.hour * 3600 + stored.minute * 60 + stored.second,
            micros: u32::try_from(stored.second_part).unwrap_or_default(),
        }))
    }
}

/// A day that no calendar has, for text that is no date at all.
const NO_DAY: Date = Date { year: 0, month: 0, day: 0 };
/// The same of a moment.
const NO_MOMENT: DateTime = DateTime { date: NO_DAY, second_of_day: 0, micros: 0 };

impl FromSql<sql_types::Date, Sqlite> for Date {
    fn from_sql(value: LiteValue<'_>) -> ReadResult<Self> {
        Ok(Date::parse(&lite_text(value)?).unwrap_or(NO_DAY))
    }
}

impl FromSql<sql_types::Time, Sqlite> for Time {
    fn from_sql(value: LiteValue<'_>) -> ReadResult<Self> {
        Ok(Time::parse(&lite_text(value)?))
    }
}

impl FromSql<sql_types::Timestamp, Sqlite> for DateTime {
    fn from_sql(value: LiteValue<'_>) -> ReadResult<Self> {
        Ok(DateTime::parse(&lite_text(value)?).unwrap_or(NO_MOMENT))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::json, *};

    #[test]
    fn a_day_that_does_not_exist_is_read_and_refused_when_written() {
        for text in ["0000-00-00", "2023-02-29", "2024-00-10"] {
            let date = Date::parse(text).unwrap();
            assert_eq!(json(&date), Err(Bad("Date")));
            let mut raw = Vec::new();
            date.write_raw(&mut raw);
            assert_eq!(String::from_utf8(raw).unwrap(), format!("\"{text}\""));
        }
        assert_eq!(json(&Date::parse("2024-02-29").unwrap()).unwrap(), "\"2024-02-29\"");
    }

    #[test]
    fn times_outside_the_day_are_bad() {
        assert_eq!(json(&Time::parse("14:30:05")).unwrap(), "\"14:30:05\"");
        for text in ["24:00:00", "-1:00:00", "8", "", "12:61:00"] {
            assert_eq!(json(&Time::parse(text)), Err(Bad("Time")), "{text}");
        }
    }

    #[test]
    fn moments_keep_their_fraction_and_order() {
        let early = DateTime::parse("2024-05-01 10:00:00").unwrap();
        let late = DateTime::parse("2024-05-01T10:00:00.250Z").unwrap();
        assert_eq!(json(&early).unwrap(), "\"2024-05-01T10:00:00Z\"");
        assert_eq!(json(&late).unwrap(), "\"2024-05-01T10:00:00.250000Z\"");
        assert!(early.rank() < late.rank());
        assert!(DateTime::parse("2024-05-01 25:00:00").is_none());
    }
}
