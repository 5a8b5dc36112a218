//! Column types of the floor: how a careful hand reads and writes them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::{
    deserialize::{FromSql, FromSqlRow, Result},
    mysql::{Mysql, MysqlValue, data_types::MysqlTime},
    sql_types::{Date, Text, Time, Timestamp},
};
use serde::{Serialize, Serializer};

/// A day, `2024-05-01`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, FromSqlRow)]
pub(crate) struct Day(NaiveDate);

/// A time of day, `14:30:00`.
#[derive(FromSqlRow)]
pub(crate) struct Clock(NaiveTime);

/// A moment, `2024-05-01T14:30:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, FromSqlRow)]
pub(crate) struct Moment(NaiveDateTime);

/// A value of an enum: the stored spelling in capitals.
#[derive(FromSqlRow)]
pub(crate) struct Word(String);

fn day(time: &MysqlTime) -> Result<NaiveDate> {
    Ok(NaiveDate::from_ymd_opt(i32::try_from(time.year)?, time.month, time.day).ok_or("no day")?)
}

fn clock(time: &MysqlTime) -> Result<NaiveTime> {
    let micro = u32::try_from(time.second_part)?;
    Ok(NaiveTime::from_hms_micro_opt(time.hour, time.minute, time.second, micro).ok_or("no time")?)
}

impl FromSql<Date, Mysql> for Day {
    fn from_sql(value: MysqlValue<'_>) -> Result<Self> {
        day(&<MysqlTime as FromSql<Date, Mysql>>::from_sql(value)?).map(Day)
    }
}

impl FromSql<Time, Mysql> for Clock {
    fn from_sql(value: MysqlValue<'_>) -> Result<Self> {
        clock(&<MysqlTime as FromSql<Time, Mysql>>::from_sql(value)?).map(Clock)
    }
}

impl FromSql<Timestamp, Mysql> for Moment {
    fn from_sql(value: MysqlValue<'_>) -> Result<Self> {
        let time = <MysqlTime as FromSql<Timestamp, Mysql>>::from_sql(value)?;
        Ok(Moment(day(&time)?.and_time(clock(&time)?)))
    }
}

impl FromSql<Text, Mysql> for Word {
    fn from_sql(value: MysqlValue<'_>) -> Result<Self> {
        let mut text = <String as FromSql<Text, Mysql>>::from_sql(value)?;
        text.make_ascii_uppercase();
        Ok(Word(text))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        // Chrono's debug form is the one with the T.
        serializer.collect_str(&format_args!("{:?}Z", self.0))
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
