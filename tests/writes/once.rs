//! Idempotency keys: done once, whoever asks how often and from where.

use super::{count, done};
use crate::support::{Store, codes, on_both, run};
use futures_util::future::join_all;
use medimax::{db::scope::Scope, write::forget_keys};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn register(key: &str, name: &str) -> String {
    format!(
        "registerPatient(input: {{name: \"{name}\", sex: OTHER}}, idempotencyKey: \"{key}\") {{ replayed patient {{ id name }} }}"
    )
}

on_both!(the_same_request_is_done_once_and_answers_what_is_there_now, 0, async |store: Store| {
    let first = done(&store, &register("a", "Ada")).await["registerPatient"].clone();
    assert_eq!(first["replayed"], false);
    // Another spelling of the same input.
    let again = done(&store, &register("a", "  Ada ")).await["registerPatient"].clone();
    assert_eq!(again, json!({"replayed": true, "patient": first["patient"]}));
    let id = first["patient"]["id"].as_str().unwrap();
    done(&store, &format!("correctPatient(id: \"{id}\", input: {{name: \"Ida\"}}) {{ patient {{ id }} }}")).await;
    let later = done(&store, &register("a", "Ada")).await["registerPatient"].clone();
    assert_eq!(later, json!({"replayed": true, "patient": {"id": id, "name": "Ida"}}));
    done(&store, &format!("removePatient(id: \"{id}\", idempotencyKey: \"r\") {{ replayed removed {{ count }} }}"))
        .await;
    let gone = done(&store, &register("a", "Ada")).await["registerPatient"].clone();
    assert_eq!(gone, json!({"replayed": true, "patient": null}));
    let removed = done(
        &store,
        &format!("removePatient(id: \"{id}\", idempotencyKey: \"r\") {{ replayed removed {{ type count }} }}"),
    )
    .await;
    assert_eq!(removed["removePatient"], json!({"replayed": true, "removed": [{"type": "Patient", "count": 1}]}));
    assert_eq!(count(&store, "Patient").await, 0);
});

on_both!(a_key_stands_for_one_request, 0, async |store: Store| {
    done(&store, &register("a", "Ada")).await;
    for other in [
        register("a", "Eve"),
        "recordMedicalHistory(input: {patientId: 1, type: CONDITION, item: \"X\"}, idempotencyKey: \"a\") { replayed }"
            .into(),
        "correctPatient(id: 1, input: {name: \"Eve\"}, idempotencyKey: \"a\") { replayed }".into(),
    ] {
        let answer = store.ask(&format!("mutation {{ {other} }}")).await;
        assert_eq!(codes(&answer), ["CONFLICT"], "{other}");
    }
    // Keys are compared to the letter, and one that was refused is free.
    done(&store, &register("A", "Eve")).await;
    let refused = store.ask(&format!("mutation {{ {} }}", register("b", " "))).await;
    assert_eq!(codes(&refused), ["BAD_USER_INPUT"]);
    assert_eq!(done(&store, &register("b", "Bob")).await["registerPatient"]["replayed"], false);
    // Blanks around a key make no other one, in neither store.
    assert_eq!(done(&store, &register(" b ", "Bob")).await["registerPatient"]["replayed"], true);
    assert_eq!(count(&store, "Patient").await, 3);
    for key in ["", "  ", &"x".repeat(101)] {
        let answer = store.ask(&format!("mutation {{ {} }}", register(key, "Long"))).await;
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["path"], json!(["idempotencyKey"]), "{answer}");
    }
    assert_eq!(count(&store, "Patient").await, 3);
    // The longest one has room for the numbers of a batch.
    let key = "x".repeat(100);
    let batch = format!(
        "importPatients(input: [{{name: \"Cy\", sex: OTHER}}, {{name: \"Di\", sex: OTHER}}], idempotencyKey: \"{key}\") \
         {{ replayed patients {{ name }} }}"
    );
    for replayed in [false, true] {
        let expected = json!({"replayed": replayed, "patients": [{"name": "Cy"}, {"name": "Di"}]});
        assert_eq!(done(&store, &batch).await["importPatients"], expected);
    }
    assert_eq!(count(&store, "Patient").await, 5);
});

on_both!(of_many_at_once_one_does_it, 0, async |store: Store| {
    let engine = store.engine();
    let query = format!("mutation {{ {} }}", register("same", "Ada"));
    let asked = (0..16).map(|_| run(&engine, Scope::everything(), &query, Value::Null));
    let answers: Vec<Value> =
        join_all(asked).await.into_iter().map(|(body, _)| serde_json::from_slice(&body).unwrap()).collect();
    let ids: BTreeSet<String> =
        answers.iter().map(|answer| answer["data"]["registerPatient"]["patient"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "{answers:?}");
    let first = answers.iter().filter(|answer| answer["data"]["registerPatient"]["replayed"] == false).count();
    assert_eq!((first, count(&store, "Patient").await), (1, 1));
});

on_both!(a_key_is_free_again_when_its_time_is_over, 0, async |store: Store| {
    done(&store, &register("a", "Ada")).await;
    assert_eq!(forget_keys(&store.db).await.unwrap(), 0);
    store.sql("UPDATE Idempotency_Key SET expires_ms = 1").await;
    assert_eq!(forget_keys(&store.db).await.unwrap(), 1);
    assert_eq!(done(&store, &register("a", "Ada")).await["registerPatient"]["replayed"], false);
    assert_eq!(count(&store, "Patient").await, 2);
});
