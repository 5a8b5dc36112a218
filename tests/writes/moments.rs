//! Days and moments of what has happened: none is to come, and none is before the beginning that it belongs to.

use super::{done, refused};
use crate::support::{
    Store, on_both,
    process::{medimax, run},
    today,
};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

/// A patient with a row of each kind that says when something happened.
async fn record(store: &Store) {
    done(
        store,
        "a: registerPatient(input: {name: \"Ann\", sex: OTHER,
            emails: [{type: WORK, address: \"ann@example.org\"}], phones: [{type: HOME, number: \"+12025550100\"}],
            addresses: [{type: HOME, line1: \"1 Road\"}]}) { replayed }
         b: startChatSession(input: {patientId: 1}) { replayed }
         c: sendChatMessage(input: {patientId: 1, text: \"x\"}) { replayed }
         d: addHealthRecord(input: {patientId: 1, type: SYMPTOM, data: {name: \"Cough\"}}) { replayed }
         e: prescribeMedication(input: {patientId: 1, name: \"M\", prescribedDate: \"2024-01-01\"}) { replayed }
         f: recordPrediction(input: {patientId: 1, condition: \"c\", label: \"yes\"}) { replayed }",
    )
    .await;
}

on_both!(what_has_happened_is_not_to_come, 0, async |store: Store| {
    record(&store).await;
    let ahead = |minutes: i64| (Utc::now() + TimeDelta::minutes(minutes)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let tomorrow = today().succ_opt().unwrap();
    for (mutation, field, at) in [
        ("correctEmail(id: 1, input: {isVerified: true, @}) { replayed }", "verifiedAt", None),
        ("correctPhone(id: 1, input: {isVerified: true, @}) { replayed }", "verifiedAt", None),
        ("correctAddress(id: 1, input: {isVerified: true, @}) { replayed }", "verifiedAt", None),
        ("endChatSession(id: 1, input: {@}) { replayed }", "endedAt", None),
        ("correctChatSession(id: 1, input: {@}) { replayed }", "endedAt", None),
        ("correctChatMessage(id: 1, input: {@}) { replayed }", "sentAt", None),
        ("correctHealthRecord(id: 1, input: {@}) { replayed }", "recordedAt", None),
        ("verifyHealthRecord(id: 1, input: {@}) { replayed }", "verifiedAt", None),
        ("correctPrediction(id: 1, input: {@}) { replayed }", "predictedAt", None),
        ("discontinueMedication(id: 1, input: {@}) { replayed }", "discontinuedDate", Some(tomorrow)),
        ("prescribeMedication(input: {patientId: 1, name: \"M\", @}) { replayed }", "prescribedDate", Some(tomorrow)),
        ("recordLabReport(input: {patientId: 1, type: \"B\", @}) { replayed }", "date", Some(tomorrow)),
        ("addReport(input: {patientId: 1, type: \"B\", fullText: \"x\", @}) { replayed }", "date", Some(tomorrow)),
        ("scheduleAppointment(input: {patientId: 1, status: COMPLETED, @}) { replayed }", "date", Some(tomorrow)),
    ] {
        let of = |at: String| mutation.replace('@', &format!("{field}: \"{at}\""));
        let (late, soon) = match at {
            Some(day) => (day.to_string(), today().to_string()),
            // The clock of a client may be ahead.
            None => (ahead(8), ahead(3)),
        };
        assert_eq!(refused(&store, &of(late)).await, [format!("input.{field}: IN_FUTURE")], "{mutation}");
        if !mutation.starts_with("endChat") {
            done(&store, &of(soon)).await;
        }
    }
});

on_both!(an_end_is_not_before_its_beginning, 0, async |store: Store| {
    record(&store).await;
    for (mutation, field) in [
        ("endChatSession(id: 1, input: {endedAt: \"1990-01-01T00:00:00Z\"}) { replayed }", "endedAt"),
        ("correctChatSession(id: 1, input: {endedAt: \"2024-01-01T00:00:00Z\"}) { replayed }", "endedAt"),
        ("verifyHealthRecord(id: 1, input: {verifiedAt: \"2024-01-01T00:00:00Z\"}) { replayed }", "verifiedAt"),
        ("discontinueMedication(id: 1, input: {discontinuedDate: \"2023-12-31\"}) { replayed }", "discontinuedDate"),
    ] {
        assert_eq!(refused(&store, mutation).await, [format!("input.{field}: ORDER")], "{mutation}");
    }
    // Where another program wrote such rows, what does not touch them is corrected all the same, and `check` names them.
    store.sql("UPDATE Chat_Session SET ended_at = '1990-01-01 00:00:00'").await;
    store.sql("UPDATE Chat_History SET chat_session_id = 1, timestamp = '2037-01-01 00:00:00'").await;
    store.sql("UPDATE Medication SET prescribed_date = '2999-01-01'").await;
    done(&store, "correctChatSession(id: 1, input: {severity: 3}) { replayed }").await;
    let ended = run(&mut medimax(&["check", "--format", "json", "--database-url", &store.url]));
    let report: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    let found: Vec<Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["store"] == "database" && finding["check"] != "no-purpose")
        .map(|finding| json!([finding["check"], finding["severity"], finding["of"], finding["examples"]]))
        .collect();
    let expected = json!([
        ["out-of-order", "note", "Chat_Session.ended_at", ["1"]],
        ["in-future", "note", "Medication.prescribed_date", ["1"]],
        ["in-future", "note", "Chat_History.timestamp", ["1"]],
        ["after-end", "note", "Chat_History.timestamp", ["1"]],
    ]);
    let sorted = |mut all: Vec<Value>| {
        all.sort_by_key(Value::to_string);
        all
    };
    assert_eq!(sorted(found), sorted(expected.as_array().unwrap().clone()), "{ended:?}");
});

on_both!(what_contradicts_itself_by_its_days_is_refused, 0, async |store: Store| {
    record(&store).await;
    store.sql("INSERT INTO Institution (institution_id, name) VALUES (1, 'Clinic')").await;
    store.sql("INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (1, 'Dr. Ada', 1)").await;
    for (mutation, expected) in [
        (
            "startChatSession(input: {patientId: 1, endedAt: \"2020-01-01T00:00:00Z\"}) { replayed }",
            "input.endedAt: ORDER",
        ),
        (
            "addHealthRecord(input: {patientId: 1, type: SYMPTOM, data: {name: \"x\"}, isVerified: true, verifiedAt: \"2020-01-01T00:00:00Z\"}) { replayed }",
            "input.verifiedAt: ORDER",
        ),
        (
            "prescribeMedication(input: {patientId: 1, name: \"M\", prescribedDate: \"2020-01-01\", discontinuedDate: \"2020-01-02\"}) { replayed }",
            "input.isContinued: CONTRADICTION",
        ),
        (
            "assignDoctor(input: {patientId: 1, doctorId: 1, type: PRIMARY, since: \"2999-01-01\"}) { replayed }",
            "input.since: IN_FUTURE",
        ),
    ] {
        assert_eq!(refused(&store, mutation).await, [expected], "{mutation}");
    }
    done(&store, "prescribeMedication(input: {patientId: 1, name: \"M\", prescribedDate: \"2020-01-01\", discontinuedDate: \"2020-01-02\", isContinued: false}) { replayed }").await;
});
