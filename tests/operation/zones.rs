//! Two gateways in zones whose days are never the same, at the same moment and over the same rows.

use super::refused;
use crate::support::{
    Backend, Store, codes,
    process::{Gateway, medimax, run},
};
use chrono::{Datelike, NaiveDate, TimeDelta, Utc};
use serde_json::Value;
use std::process::Stdio;

const EAST: &str = "Pacific/Kiritimati";
const WEST: &str = "Pacific/Pago_Pago";

/// The days in the east, 14 hours before Greenwich, and in the west, 11 hours behind it.
fn days() -> (NaiveDate, NaiveDate) {
    let at = |hours| (Utc::now() + TimeDelta::hours(hours)).date_naive();
    (at(14), at(-11))
}

fn gateway(url: &str, zone: &str) -> Gateway {
    Gateway::start(&["--database-url", url, "--time-zone", zone])
}

fn data(gateway: &Gateway, query: &str) -> Value {
    let answer = gateway.ask(query).1;
    assert_eq!(answer.get("errors"), None, "{query}");
    answer["data"].clone()
}

/// The codes of the rules that a mutation breaks, or of nothing.
fn broken(gateway: &Gateway, mutation: &str) -> Vec<String> {
    let answer = gateway.ask(mutation).1;
    if answer.get("errors").is_none() {
        return Vec::new();
    }
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{answer}");
    let violations = answer["errors"][0]["extensions"]["violations"].as_array().unwrap();
    violations.iter().map(|violation| violation["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn today_is_the_day_of_the_zone() {
    for backend in [Backend::MariaDb, Backend::Sqlite] {
        let store = Store::new(backend).await;
        let (east, west) = (gateway(&store.url, EAST), gateway(&store.url, WEST));
        // Once more where a day ended meanwhile.
        while !looked_at(&store, &east, &west).await {}
    }
}

/// Whether the days stayed the same while they were looked at.
async fn looked_at(store: &Store, east: &Gateway, west: &Gateway) -> bool {
    let (of_east, of_west) = days();
    let born = of_east.with_year(of_east.year() - 20).unwrap_or(of_east - TimeDelta::days(7_305));
    store
        .sql(&format!(
            "DELETE FROM Patient; INSERT INTO Patient (patient_id, name, sex, dob) VALUES (1, 'Ann', 'Female', '{born}');
             INSERT INTO Appointment (patient_id, appointment_date, status) VALUES (1, '{of_west}', 'Scheduled'), (1, '{of_east}', 'Scheduled')"
        ))
        .await;
    let people = "{ patient(id: 1) { age upcomingAppointments { date } } }";
    let (in_east, in_west) = (data(east, people), data(west, people));
    let register = |day: NaiveDate| {
        format!(
            "mutation {{ registerPatient(input: {{ name: \"Newborn\", sex: OTHER, dateOfBirth: \"{day}\" }}) {{ patient {{ age }} }} }}"
        )
    };
    let newborn = (broken(east, &register(of_east)), broken(west, &register(of_east)));
    let schedule = |day: NaiveDate| {
        format!(
            "mutation {{ scheduleAppointment(input: {{ patientId: 1, date: \"{day}\", type: FOLLOW_UP, doctorName: \"Dr. No\" }}) {{ appointment {{ id }} }} }}"
        )
    };
    let visit = (broken(east, &schedule(of_west)), broken(west, &schedule(of_west)));
    if days() != (of_east, of_west) {
        return false;
    }
    let dates = |data: &Value| crate::support::texts(data, "patient.upcomingAppointments.*.date");
    assert_eq!((in_east["patient"]["age"].as_i64(), in_west["patient"]["age"].as_i64()), (Some(20), Some(19)));
    assert_eq!(dates(&in_east), [of_east.to_string()]);
    assert_eq!(dates(&in_west), [of_west.to_string(), of_east.to_string()]);
    assert_eq!(newborn, (vec![], vec!["IN_FUTURE".to_owned()]));
    assert_eq!(visit, (vec!["IN_PAST".to_owned()], vec![]));
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_key_it_is_the_zone_of_the_machine() {
    let store = Store::new(Backend::Sqlite).await;
    let mut command = medimax(&["serve", "--listen", "127.0.0.1:0", "--database-url", &store.url]);
    let east = Gateway::from(command.env("TZ", EAST).stderr(Stdio::null()));
    let west = Gateway::from(command.env("TZ", WEST).stderr(Stdio::null()));
    while !looked_at(&store, &east, &west).await {}
}

#[test]
fn the_doctor_says_which_zone_is_in_force() {
    let said = |zone: Option<&str>, machine: &str| {
        let mut command = medimax(&["doctor", "--memory"]);
        command.env("TZ", machine).args(zone.map(|zone| format!("--time-zone={zone}")));
        run(&mut command).out.lines().find(|line| line.contains("by time_zone today is")).unwrap().to_owned()
    };
    assert!(said(Some("asia/tokyo"), EAST).ends_with("in Asia/Tokyo"));
    let (before, said_of_east, after) = (days().0, said(None, EAST), days().0);
    let day = |day: NaiveDate| said_of_east.contains(&format!("{day}, in {EAST}, the zone of this machine"));
    assert!(day(before) || day(after), "{said_of_east}");
    assert!(said(None, "No/Such").contains("in UTC, because this machine has no time zone"));
}

#[test]
fn a_zone_that_is_none_is_refused_with_the_one_that_was_meant() {
    for (zone, meant) in [("Europe/Berln", "Europe/Berlin"), ("tokyo", "Asia/Tokyo"), ("Pacific/Kiritimaty", EAST)] {
        let why = refused(&mut medimax(&["config", "--time-zone", zone]));
        let expected =
            format!("time_zone (flag) must be the name of a time zone, as Europe/Berlin; did you mean '{meant}'?");
        assert_eq!(why, expected);
    }
}
