//! Writing: what a mutation or a file gives arrives, or is refused with what to do.

use super::{ENTITIES, Store, folder, on_both, reading};
use crate::{
    csv,
    db::{
        Sql,
        backup::{Image, Whole},
    },
};
use serde_json::{Value, json};
use std::sync::Arc;

const FIELDS: &str = "severity bytes height session metadata feeMinorUnits feeCurrency language";

fn whole() -> Value {
    json!({
        "severity": 7, "bytes": 9_007_199_254_740_991_i64, "height": "182.5", "session": "0E5AF2D1-93C4-4B6A-8F0E-AA00BB11CC22",
        "metadata": {"samples": [1, -2.5], "notes": {"b": [null, {"ü": "\u{1F600}"}], "a": true}, "device": "d \"1\"", "mode": null},
        "feeMinorUnits": 1_250, "feeCurrency": "eur", "language": "PT-br"
    })
}

fn stored() -> Value {
    let mut stored = whole();
    stored["height"] = json!("182.50");
    stored["session"] = json!("0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22");
    (stored["feeCurrency"], stored["language"]) = (json!("EUR"), json!("pt-BR"));
    stored
}

async fn added(store: &Store, readings: Value) -> Value {
    let query = format!(
        "mutation($input: AddSubjectInput!) {{ addSubject(input: $input) {{ subject {{ id country readings {{ id version {FIELDS} }} }} }} }}"
    );
    store.ask(&query, json!({"input": {"name": "S", "country": "de", "readings": readings}})).await
}

fn without(mut value: Value, fields: &[&str]) -> Value {
    for field in fields {
        value.as_object_mut().unwrap().remove(*field);
    }
    value
}

on_both!(what_is_written_arrives, async |store: Store| {
    let answer = added(&store, json!([whole(), {"height": 0.1, "metadata": null}, {}])).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let subject = &answer["data"]["addSubject"]["subject"];
    assert_eq!(subject["country"], "DE");
    let readings = &subject["readings"];
    assert_eq!(without(readings[0].clone(), &["id", "version"]), stored());
    assert_eq!(
        (&readings[1]["height"], &readings[1]["metadata"], &readings[2]["severity"]),
        (&json!("0.10"), &Value::Null, &Value::Null)
    );
    // As literals, with a variable within JSON.
    let literal = format!(
        "mutation($mode: String) {{ addReadings(input: {{subjectId: 1, readings: [{{severity: 10, bytes: 4294967296, height: -9.99, \
         metadata: {{device: \"x\", mode: $mode, samples: []}}}}]}}) {{ readings {{ {FIELDS} }} }} }}"
    );
    let answer = store.ask(&literal, json!({"mode": "manual"})).await;
    let reading = &answer["data"]["addReadings"]["readings"][0];
    assert_eq!(
        (&reading["severity"], &reading["bytes"], &reading["height"], &reading["metadata"]),
        (
            &json!(10),
            &json!(4_294_967_296_i64),
            &json!("-9.99"),
            &json!({"device": "x", "mode": "manual", "samples": []})
        ),
        "{answer}"
    );
    // In the one spelling that is stored, whatever the store.
    let mut sql = Sql::new(store.db.dialect());
    sql.push("SELECT reading_id, metadata FROM Probe_Reading ORDER BY reading_id");
    let found = store.db.texts(&sql);
    let texts: Vec<_> = found.await.unwrap().into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        texts[0].as_deref(),
        Some(
            "{\"device\":\"d \\\"1\\\"\",\"mode\":null,\"notes\":{\"a\":true,\"b\":[null,{\"ü\":\"\u{1F600}\"}]},\"samples\":[1,-2.5]}"
        )
    );
});

on_both!(a_correction_writes_what_changes, async |store: Store| {
    let reading = added(&store, json!([whole()])).await["data"]["addSubject"]["subject"]["readings"][0].take();
    let correct = async |input: Value, version: &Value| {
        let query = format!(
            "mutation($id: ID!, $version: String, $input: CorrectProbeReadingInput!) {{ correctProbeReading(id: $id, expectedVersion: $version, input: $input) \
             {{ reading {{ id version {FIELDS} }} }} }}"
        );
        store.ask(&query, json!({"id": reading["id"], "version": version, "input": input})).await
    };
    // The same values in other spellings write nothing.
    let refusal = match store.is_sqlite() {
        true => "BEGIN SELECT RAISE(ABORT, 'no'); END",
        false => "FOR EACH ROW SIGNAL SQLSTATE '45000'",
    };
    store.db.run(&format!("CREATE TRIGGER Probe_still BEFORE UPDATE ON Probe_Reading {refusal}")).await.unwrap();
    let mut same = whole();
    same["height"] = json!(182.5);
    same["metadata"] =
        json!({"device": "d \"1\"", "mode": null, "notes": whole()["metadata"]["notes"], "samples": [1, -2.5]});
    let answer = correct(same, &reading["version"]).await;
    assert_eq!(answer["data"]["correctProbeReading"]["reading"], reading, "{answer}");
    store.db.run("DROP TRIGGER Probe_still").await.unwrap();
    let answer = correct(
        json!({"severity": 1, "height": "-0.05", "metadata": {"device": "e"}, "session": null}),
        &reading["version"],
    )
    .await;
    let corrected = &answer["data"]["correctProbeReading"]["reading"];
    assert_ne!(corrected["version"], reading["version"], "{answer}");
    assert_eq!(
        (
            &corrected["severity"],
            &corrected["height"],
            &corrected["metadata"],
            &corrected["session"],
            &corrected["bytes"]
        ),
        (&json!(1), &json!("-0.05"), &json!({"device": "e"}), &Value::Null, &reading["bytes"])
    );
    let answer = correct(json!({"severity": 2}), &reading["version"]).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "CONFLICT", "{answer}");
    let answer = correct(json!({"feeCurrency": null}), &corrected["version"]).await;
    assert!(answer.to_string().contains("an amount and its currency must be given together"), "{answer}");
    // What other programs stored is no hindrance to mending something else, nor to mending it.
    store.db.run("UPDATE Probe_Reading SET session = 'none', metadata = '{', severity = 99").await.unwrap();
    let answer = correct(
        json!({"bytes": 5, "session": "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22", "metadata": {"device": "f"}}),
        &Value::Null,
    )
    .await;
    let mended = &answer["data"]["correctProbeReading"]["reading"];
    assert_eq!(
        (&mended["bytes"], &mended["metadata"], &mended["severity"]),
        (&json!(5), &json!({"device": "f"}), &json!(99)),
        "{answer}"
    );
});

on_both!(what_breaks_a_rule_is_told_all_at_once, async |store: Store| {
    let deep = (0..31).fold(json!(1), |below, _| json!([below]));
    let answer = added(&store, json!([
        {"severity": 0, "bytes": -1, "height": "500.01", "metadata": {"device": "a", "mode": "wild"}, "feeMinorUnits": 5, "language": "english"},
        {"severity": 11, "height": "82.505", "metadata": {"device": "a", "secret-name": 1}, "feeCurrency": "€"},
        {"metadata": {"device": "a", "notes": deep}},
        {"metadata": {"device": "a", "notes": "x".repeat(65_536)}},
        {"metadata": [1]},
    ])).await;
    let violations = answer["errors"][0]["extensions"]["violations"].as_array().unwrap();
    let told: Vec<String> = violations
        .iter()
        .map(|violation| {
            let path: Vec<String> =
                violation["path"].as_array().unwrap().iter().skip(2).map(Value::to_string).collect();
            format!(
                "{} {} {}",
                path.join(".").replace('"', ""),
                violation["code"].as_str().unwrap(),
                violation["message"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "0.severity OUT_OF_RANGE this must be from 1 to 10",
            "0.bytes OUT_OF_RANGE this must be from 0 to 9007199254740991",
            "0.height OUT_OF_RANGE this must be from -10 to 500",
            "0.metadata INVALID `mode` must be one of manual, automatic",
            "0.language INVALID this must be the tag of a language (BCP 47), as en or pt-BR",
            "0.feeMinorUnits INCOMPLETE an amount and its currency must be given together",
            "1.severity OUT_OF_RANGE this must be from 1 to 10",
            "1.height INVALID this must be a number with at most 2 digits after the point, as 36.60",
            "1.metadata INVALID this has a member that is none of device, mode, samples, notes",
            "1.feeCurrency INVALID this must be the three letters of a currency (ISO 4217), as EUR",
            "2.metadata INVALID this must be nested at most 30 deep",
            "3.metadata TOO_LONG this must be no longer than 65535 bytes",
            "4.metadata INVALID this must be an object",
        ],
        "{answer}"
    );
    let data = store.data("{ readings(first: 1) { totalCount } }", Value::Null).await;
    assert_eq!(data["readings"]["totalCount"], 0);
});

on_both!(files_bring_every_value_back, async |store: Store| {
    let small = json!({"height": "0.05", "bytes": 0, "severity": 1, "metadata": {"device": "ä,\n\"b\""}});
    added(&store, json!([whole(), {}, small])).await;
    let all = format!("{{ subjects {{ nodes {{ name country readings {{ {FIELDS} }} }} }} }}");
    let before = store.data(&all, Value::Null).await;
    let dir = folder();
    let written = csv::write(&store.db, ENTITIES, &dir, true, &|_, _| {}).await.unwrap();
    assert_eq!(written.rows, 4);
    let import = async |dir: &std::path::Path| {
        let folder = csv::Folder::open(dir, ENTITIES).unwrap();
        csv::run(&store.db, folder, csv::Manner::default(), Arc::new(|_, _| {}), &|_, _| {}).await.unwrap()
    };
    // The rows are there, whatever the spellings of the store.
    let outcome = import(&dir).await;
    assert_eq!((outcome.added, outcome.unchanged, outcome.refused.len()), (0, 4, 0), "{:?}", outcome.refused);
    for table in ["Probe_Reading", "Probe_Subject"] {
        store.db.run(&format!("DELETE FROM {table}")).await.unwrap();
    }
    let outcome = import(&dir).await;
    assert_eq!((outcome.added, outcome.refused.len()), (4, 0), "{:?}", outcome.refused);
    assert_eq!(store.data(&all, Value::Null).await, before);
    // As other programs spell them, and what is none.
    let file = dir.join("Probe_Reading.csv");
    let rows = "reading_id,subject_id,severity,height,session,metadata,feeMinorUnits,fee_currency\n\
                11,1, 3 ,1.5e1,0E5AF2D1-93C4-4B6A-8F0E-AA00BB11CC22,\"{ \"\"device\"\" : \"\"z\"\" }\",7,usd\n";
    std::fs::write(&file, rows).unwrap();
    let outcome = import(&dir).await;
    assert_eq!((outcome.added, outcome.refused.len()), (1, 0), "{:?}", outcome.refused);
    let row = store.data(&format!("{{ reading(id: 11) {{ {FIELDS} }} }}"), Value::Null).await["reading"].take();
    assert_eq!(
        row,
        json!({"severity": 3, "bytes": null, "height": "15.00", "session": "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22",
            "metadata": {"device": "z"}, "feeMinorUnits": 7, "feeCurrency": "USD", "language": null})
    );
    let rows = "reading_id,subject_id,severity,height,session,metadata\n12,1,3.5,tall,x,{\n";
    std::fs::write(&file, rows).unwrap();
    let refused = import(&dir).await.refused.into_iter().filter(|refusal| !refusal.is_left_out());
    let refused: Vec<_> = refused.map(|refusal| (refusal.column, refusal.code)).collect();
    let told = ["severity", "height", "session", "metadata"].map(|column| (column.to_owned(), "INVALID"));
    assert_eq!(refused, told);
});

on_both!(a_backup_brings_every_value_back, async |store: Store| {
    let small = json!({"height": "-0.05", "bytes": 0, "severity": 1, "metadata": {"device": "ä"}});
    added(&store, json!([whole(), {}, small])).await;
    let all = format!("{{ readings {{ nodes {{ id version {FIELDS} }} }} }}");
    let before = store.data(&all, Value::Null).await;
    assert_eq!(before["readings"]["nodes"].as_array().unwrap().len(), 3);
    let mut columns: Vec<String> = reading::ENTITY.stored().into_iter().map(str::to_owned).collect();
    columns.rotate_left(1);
    let image = Image { name: "Probe_Reading".into(), key: "reading_id".into(), columns, rows: 3 };
    let mut kept = Vec::new();
    let mut reading = Whole::reading(&store.db).await.unwrap();
    reading
        .each(&image, |rows| {
            kept.extend(rows);
            Ok(())
        })
        .await
        .unwrap();
    reading.commit().await.unwrap();
    store.db.run("DELETE FROM Probe_Reading").await.unwrap();
    let mut writing = Whole::writing(&store.db).await.unwrap();
    writing.insert(&image, &kept).await.unwrap();
    writing.commit().await.unwrap();
    // The versions too: each value is stored as it was.
    assert_eq!(store.data(&all, Value::Null).await, before);
});
