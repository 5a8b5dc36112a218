//! Conversations, what came with their messages, health records and privacy settings: what they do besides being rows.

use super::{count, done, refused};
use crate::support::{Store, on_both};
use medimax::{db::scope::Scope, db::uuid};
use serde_json::{Value, json};

/// Two patients, the only ones of the store.
async fn patients(store: &Store) {
    for name in ["Ann", "Bob"] {
        done(store, &format!("registerPatient(input: {{name: \"{name}\", sex: OTHER}}) {{ patient {{ id }} }}")).await;
    }
}

on_both!(a_conversation_is_held_and_ends_once, 0, async |store: Store| {
    patients(&store).await;
    let uuid_given = "0E5AF2D1-93C4-4B6A-8F0E-AA00BB11CC22";
    let made = done(
        &store,
        &format!(
            "a: startChatSession(input: {{patientId: 1, name: \"Cough\", language: \"EN\"}}) {{ session {{ id uuid language isEmergency endedAt patient {{ name }} }} }}
             b: startChatSession(input: {{patientId: 1}}) {{ session {{ uuid }} }}
             c: startChatSession(input: {{patientId: 2, uuid: \"{uuid_given}\"}}) {{ session {{ uuid }} }}"
        ),
    )
    .await;
    let session = &made["a"]["session"];
    assert_eq!(
        (
            &session["id"],
            &session["language"],
            &session["isEmergency"],
            &session["endedAt"],
            &session["patient"]["name"]
        ),
        (&json!("ChatSession:1"), &json!("en"), &json!(false), &Value::Null, &json!("Ann"))
    );
    let (a, b) = (session["uuid"].as_str().unwrap(), made["b"]["session"]["uuid"].as_str().unwrap());
    assert!(uuid(a).is_some() && uuid(b).is_some() && a != b && &a[14..15] == "4", "{a} {b}");
    assert_eq!(made["c"]["session"]["uuid"], uuid_given.to_lowercase());
    // Another program's UUID is taken once.
    let again = format!("startChatSession(input: {{patientId: 2, uuid: \"{uuid_given}\"}}) {{ session {{ id }} }}");
    assert_eq!(refused(&store, &again).await, ["input.uuid: TAKEN"]);
    // Everything that is wrong, at once.
    let wrong = "startChatSession(input: {patientId: 1, severity: 11, language: \"english\",
                    diagnosisSuggestions: [{name: \"Cold\", probability: 2}, {code: \"J00\", urgency: \"now\"}]}) { session { id } }";
    assert_eq!(
        refused(&store, wrong).await,
        ["input.diagnosisSuggestions: INVALID", "input.severity: OUT_OF_RANGE", "input.language: INVALID"]
    );
    let answer = store.ask(&format!("mutation {{ {wrong} }}")).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["violations"][0]["message"],
        "`0.probability` must be a number from 0 to 1; `1.name` must be given; `1.urgency` must be one of routine, soon, urgent, emergency"
    );
    // The moment is now where none is given, and nobody ends it again.
    store.sql("UPDATE Chat_Session SET created_at = '2024-05-01 09:00:00' WHERE chat_session_id = 2").await;
    let ended = done(
        &store,
        "a: endChatSession(id: 1) { session { endedAt } }
         b: endChatSession(id: 2, input: {endedAt: \"2024-05-01T10:00:00Z\", followUpRequired: true, severity: 3}) { session { endedAt followUpRequired severity } }",
    )
    .await;
    assert!(ended["a"]["session"]["endedAt"].as_str().unwrap() > "2024-05-02", "{ended}");
    assert_eq!(
        ended["b"]["session"],
        json!({"endedAt": "2024-05-01T10:00:00Z", "followUpRequired": true, "severity": 3})
    );
    assert_eq!(refused(&store, "endChatSession(id: 1) { session { id } }").await, ["id: DONE_BEFORE"]);
    assert_eq!(
        refused(&store, "endChatSession(id: 2, input: {severity: 9}) { session { id } }").await,
        ["id: DONE_BEFORE"]
    );
    assert_eq!(store.data("{ chatSession(id: 2) { severity } }").await["chatSession"]["severity"], 3);
    assert_eq!(refused(&store, "endChatSession(id: 99) { session { id } }").await, ["id: NOT_FOUND"]);
    // A key of its own answers what was done before.
    let keyed = "endChatSession(id: 3, idempotencyKey: \"end-3\") { replayed session { endedAt } }";
    let (first, second) = (done(&store, keyed).await, done(&store, keyed).await);
    assert_eq!(first["endChatSession"]["session"], second["endChatSession"]["session"]);
    assert_eq!(second["endChatSession"]["replayed"], true);
    let keyed = "startChatSession(input: {patientId: 1}, idempotencyKey: \"start\") { replayed session { uuid } }";
    let (first, second) = (done(&store, keyed).await, done(&store, keyed).await);
    assert_eq!(first["startChatSession"]["session"], second["startChatSession"]["session"]);
    // Scoped callers end their own patients' conversations alone.
    let end = "mutation { endChatSession(id: 4) { session { id } } }";
    let (answer, _) = store.ask_as(Scope::patients([2]), end, Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], "NOT_FOUND", "{answer}");
});

on_both!(messages_answer_each_other_within_their_conversation, 0, async |store: Store| {
    patients(&store).await;
    done(
        &store,
        "a: startChatSession(input: {patientId: 1}) { session { id } }
         b: startChatSession(input: {patientId: 1}) { session { id } }
         c: startChatSession(input: {patientId: 2}) { session { id } }",
    )
    .await;
    let send = |fields: &str| format!("sendChatMessage(input: {{{fields}}}) {{ message {{ chatId }} }}");
    for fields in [
        "patientId: 1, text: \"I cough.\", type: PATIENT, chatSessionId: 1, sentAt: \"2024-05-01T10:00:00Z\", contentType: AUDIO, language: \"en\",
            attachments: [{fileName: \"cough.m4a\", mediaType: \"audio/mp4\", sizeBytes: 40000}]",
        "patientId: 1, text: \"Since when?\", type: BOT, chatSessionId: \"ChatSession:1\", parentMessageId: 1, sentAt: \"2024-05-01T10:00:05Z\", aiSource: \"gemini\", confidence: \"0.9\",
            metadata: {intent: \"symptom\", scores: [1, 2]}, analyses: [{service: \"gemini\", tokens: 5, costMicros: 7, costCurrency: \"usd\"}]",
        "patientId: 1, text: \"Monday.\", type: PATIENT, chatSessionId: 1, parentMessageId: \"ChatMessage:2\", sentAt: \"2024-05-01T10:01:00Z\", isSensitive: true",
        "patientId: 1, text: \"Something else.\", type: PATIENT, chatSessionId: 1, sentAt: \"2024-05-01T10:02:00Z\"",
        "patientId: 1, text: \"That, too.\", parentMessageId: 1, chatSessionId: null",
        "patientId: 2, text: \"Hello.\", chatSessionId: 3",
    ] {
        done(&store, &send(fields)).await;
    }
    for (fields, expected) in [
        ("patientId: 1, text: \"x\", chatSessionId: 3", vec!["input.chatSessionId: OTHER_PATIENT"]),
        (
            "patientId: 1, text: \"x\", chatSessionId: 3, parentMessageId: 6",
            vec!["input.chatSessionId: OTHER_PATIENT", "input.parentMessageId: OTHER_PATIENT"],
        ),
        (
            "patientId: 1, text: \"x\", chatSessionId: 2, parentMessageId: 1",
            vec!["input.parentMessageId: OTHER_SESSION"],
        ),
        ("patientId: 1, text: \"x\", chatSessionId: 99", vec!["input.chatSessionId: NOT_FOUND"]),
        (
            "patientId: 1, text: \"x\", confidence: \"1.01\", metadata: [1], attachments: [{fileName: \"a\", sha256: \"AB\", mediaType: \"jpeg\"}], analyses: [{service: \"s\", costMicros: 1, errorMessage: \"no\"}]",
            vec![
                "input.metadata: INVALID",
                "input.confidence: OUT_OF_RANGE",
                "input.attachments.0.sha256: INVALID",
                "input.attachments.0.mediaType: INVALID",
                "input.analyses.0.costMicros: INCOMPLETE",
                "input.analyses.0.errorMessage: CONTRADICTION",
            ],
        ),
    ] {
        assert_eq!(refused(&store, &send(fields)).await, expected, "{fields}");
    }
    // A correction is held to the same, from both ends.
    let correct =
        |id: i32, fields: &str| format!("correctChatMessage(id: {id}, input: {{{fields}}}) {{ message {{ id }} }}");
    assert_eq!(refused(&store, &correct(3, "chatSessionId: 2")).await, ["input.parentMessageId: OTHER_SESSION"]);
    assert_eq!(refused(&store, &correct(1, "chatSessionId: 2")).await, ["input.parentMessageId: OTHER_SESSION"]);
    assert_eq!(refused(&store, &correct(4, "parentMessageId: 4")).await, ["input.parentMessageId: ITSELF"]);
    assert_eq!(refused(&store, &correct(4, "parentMessageId: 6")).await, ["input.parentMessageId: OTHER_PATIENT"]);
    // 1 <- 2 <- 3: a circle is not closed, however long it is.
    for (id, to) in [(1, 2), (1, 3), (2, 3)] {
        let circle = correct(id, &format!("parentMessageId: {to}"));
        assert_eq!(refused(&store, &circle).await, ["input.parentMessageId: CIRCLE"], "{id} -> {to}");
    }
    done(&store, &correct(3, "parentMessageId: 1, text: \"Monday.\"")).await;
    done(&store, &correct(2, "parentMessageId: 3")).await;
    done(&store, &correct(2, "parentMessageId: 1")).await;
    done(&store, &correct(3, "parentMessageId: 2")).await;
    let read = store
        .data(
            "{ chatSession(id: 1) { messages { totalCount nodes { chatId } }
                 thread { totalCount nodes { chatId replies { chatId parent { chatId } session { chatSessionId } replies { chatId isSensitive } } attachments { fileName mediaType sizeBytes isProcessed } } }
                 analyses { service success costCurrency message { chatId metadata confidence aiSource contentType } } } }",
        )
        .await;
    let session = &read["chatSession"];
    assert_eq!(
        session["messages"],
        json!({"totalCount": 5, "nodes": [{"chatId": 1}, {"chatId": 2}, {"chatId": 3}, {"chatId": 4}, {"chatId": 5}]})
    );
    assert_eq!(
        session["thread"],
        json!({"totalCount": 2, "nodes": [
            {"chatId": 1, "attachments": [{"fileName": "cough.m4a", "mediaType": "audio/mp4", "sizeBytes": 40000, "isProcessed": false}],
                "replies": [
                    {"chatId": 2, "parent": {"chatId": 1}, "session": {"chatSessionId": 1}, "replies": [{"chatId": 3, "isSensitive": true}]},
                    {"chatId": 5, "parent": {"chatId": 1}, "session": {"chatSessionId": 1}, "replies": []}]},
            {"chatId": 4, "attachments": [], "replies": []},
        ]})
    );
    assert_eq!(
        session["analyses"],
        json!([{"service": "gemini", "success": true, "costCurrency": "USD",
            "message": {"chatId": 2, "metadata": {"intent": "symptom", "scores": [1, 2]}, "confidence": "0.90", "aiSource": "gemini", "contentType": null}}])
    );
    // Filters follow threads, below a row and from the root, though the table points to itself.
    let filtered = store
        .data(
            "{ patient(id: 1) { messages(filter: {replies: {some: {parent: {chatId: {eq: 1}}}}}) { nodes { chatId } } }
               chatMessages(filter: {parent: {chatId: {eq: 2}}}) { nodes { chatId } } }",
        )
        .await;
    assert_eq!(filtered["patient"]["messages"]["nodes"], json!([{"chatId": 1}]));
    assert_eq!(filtered["chatMessages"]["nodes"], json!([{"chatId": 3}]));
    // What is removed leaves those who pointed to it.
    done(&store, "removeChatMessage(id: 1) { removedId }").await;
    let data = store.data("{ chatMessage(id: 2) { parentMessageId parent { id } } }").await;
    assert_eq!(data["chatMessage"], json!({"parentMessageId": null, "parent": null}));
    assert_eq!(count(&store, "Attachment").await, 0);
    done(&store, "removeChatSession(id: 1) { removedId }").await;
    let data = store.data("{ chatMessage(id: 2) { chatSessionId text } }").await;
    assert_eq!(data["chatMessage"], json!({"chatSessionId": null, "text": "Since when?"}));
    done(&store, "removePatient(id: 1) { removedId }").await;
    assert_eq!((count(&store, "Chat_History").await, count(&store, "Chat_Session").await), (1, 1));
});

on_both!(messages_of_older_programs_stay_in_their_conversation, 0, async |store: Store| {
    patients(&store).await;
    let send = |fields: &str| {
        format!("sendChatMessage(input: {{patientId: 1, text: \"x\", {fields}}}) {{ message {{ sessionId }} }}")
    };
    done(&store, &send("sessionId: \"a\"")).await;
    let made = done(&store, &send("parentMessageId: 1")).await;
    assert_eq!(made["sendChatMessage"]["message"]["sessionId"], "a");
    let other = send("parentMessageId: 2, sessionId: \"b\"");
    assert_eq!(refused(&store, &other).await, ["input.parentMessageId: OTHER_SESSION"]);
    let correct = "correctChatMessage(id: 2, input: {sessionId: \"b\"}) { message { id } }";
    assert_eq!(refused(&store, correct).await, ["input.parentMessageId: OTHER_SESSION"]);
});

on_both!(a_conversation_that_has_ended_takes_no_later_message, 0, async |store: Store| {
    patients(&store).await;
    done(&store, "startChatSession(input: {patientId: 1}) { session { id } }").await;
    let send = |fields: &str| {
        format!("sendChatMessage(input: {{patientId: 1, text: \"x\", {fields}}}) {{ message {{ chatSessionId }} }}")
    };
    done(&store, &send("chatSessionId: 1")).await;
    done(&store, "endChatSession(id: 1) { session { id } }").await;
    store.sql("UPDATE Chat_Session SET ended_at = '2024-05-01 10:00:00'").await;
    for late in ["chatSessionId: 1", "parentMessageId: 1", "chatSessionId: 1, sentAt: \"2024-05-01T10:00:01Z\""] {
        assert_eq!(refused(&store, &send(late)).await, ["input.chatSessionId: ENDED"], "{late}");
    }
    // A message of before the end may arrive after it; and what is there may be corrected.
    done(&store, &send("chatSessionId: 1, sentAt: \"2024-05-01T10:00:00Z\"")).await;
    let correct =
        |id: i32, fields: &str| format!("correctChatMessage(id: {id}, input: {{{fields}}}) {{ message {{ id }} }}");
    done(&store, &correct(1, "text: \"y\"")).await;
    assert_eq!(refused(&store, &correct(2, "sentAt: \"2024-05-01T11:00:00Z\"")).await, ["input.chatSessionId: ENDED"]);
    // It goes on where its end is cleared.
    done(&store, "correctChatSession(id: 1, input: {endedAt: null}) { session { id } }").await;
    done(&store, &send("chatSessionId: 1")).await;
});

on_both!(corrections_at_the_same_time_close_no_circle, 0, async |store: Store| {
    patients(&store).await;
    for _ in 0..6 {
        done(&store, "sendChatMessage(input: {patientId: 1, text: \"x\"}) { message { id } }").await;
    }
    for _ in 0..4 {
        store.sql("UPDATE Chat_History SET parent_message_id = NULL").await;
        let corrections: Vec<String> = (1..=6)
            .map(|id| format!("mutation {{ correctChatMessage(id: {id}, input: {{parentMessageId: {}}}) {{ message {{ id }} }} }}", id % 6 + 1))
            .collect();
        let answers = futures_util::future::join_all(corrections.iter().map(|mutation| store.ask(mutation))).await;
        let circles = answers.iter().filter(|answer| answer.to_string().contains("CIRCLE")).count();
        let kept = answers.iter().filter(|answer| answer.get("errors").is_none()).count();
        assert_eq!((circles, kept), (1, 5), "{answers:?}");
    }
});

on_both!(a_thread_has_every_message_of_a_circle, 0, async |store: Store| {
    patients(&store).await;
    done(
        &store,
        "a: startChatSession(input: {patientId: 1}) { session { id } }
         b: startChatSession(input: {patientId: 1}) { session { id } }",
    )
    .await;
    for minute in 1..=7 {
        let session = 1 + i32::from(minute == 7);
        done(&store, &format!("sendChatMessage(input: {{patientId: 1, text: \"x\", chatSessionId: {session}, sentAt: \"2024-05-01T10:0{minute}:00Z\"}}) {{ message {{ id }} }}")).await;
    }
    // As another program writes them: 1 -> 3 -> 2 -> 1, 4 -> 4, 5 answers 1, and 6 a message of another conversation.
    for (id, to) in [(1, 3), (3, 2), (2, 1), (4, 4), (5, 1), (6, 7)] {
        store.sql(&format!("UPDATE Chat_History SET parent_message_id = {to} WHERE chat_id = {id}")).await;
    }
    store.sql("UPDATE Chat_History SET timestamp = NULL WHERE chat_id = 4").await;
    let nested = "replies { chatId replies { chatId replies { chatId replies { chatId } } } }";
    let data = store
        .data(&format!("{{ chatSession(id: 1) {{ thread {{ totalCount nodes {{ chatId {nested} }} }} }} }}"))
        .await;
    let thread = &data["chatSession"]["thread"];
    let first: Vec<i64> =
        thread["nodes"].as_array().unwrap().iter().map(|node| node["chatId"].as_i64().unwrap()).collect();
    assert_eq!((first, &thread["totalCount"]), (vec![4, 1, 6], &json!(3)));
    assert_eq!(
        thread["nodes"][1]["replies"],
        json!([{"chatId": 2, "replies": [{"chatId": 3, "replies": [{"chatId": 1, "replies": [{"chatId": 2}, {"chatId": 5}]}]}]},
            {"chatId": 5, "replies": []}])
    );
});

on_both!(a_patient_goes_with_a_whole_conversation, 40, async |store: Store| {
    // As another program removes it: by the tables' own cascades, through rows that point to each other.
    assert!(count(&store, "Chat_History").await > 20 && count(&store, "Health_Record").await > 20);
    store.sql("DELETE FROM Patient").await;
    for table in ["Chat_Session", "Chat_History", "Attachment", "AI_Analysis", "Health_Record", "Privacy_Settings"] {
        assert_eq!(count(&store, table).await, 0, "{table}");
    }
});

on_both!(costs_are_summed_by_currency_in_one_statement, 120, async |store: Store| {
    let query = "{ patients(first: 120) { nodes { chatSessions { nodes { chatSessionId
        cost { currency analyses tokens amountMicros processingMs failed } analyses { tokens costMicros costCurrency processingMs success } } } } } }";
    let (answer, ran) = store.ask_as(Scope::everything(), query, Value::Null).await;
    assert_eq!(answer.get("errors"), None);
    assert_eq!(ran.len(), 4, "patients, sessions, analyses, costs");
    let (mut compared, mut several) = (0, 0);
    for patient in answer["data"]["patients"]["nodes"].as_array().unwrap() {
        for session in patient["chatSessions"]["nodes"].as_array().unwrap() {
            let rows = session["analyses"].as_array().unwrap();
            let mut currencies: Vec<&Value> = rows.iter().map(|row| &row["costCurrency"]).collect();
            currencies.sort_by_key(|currency| (currency.is_null(), currency.as_str()));
            currencies.dedup();
            let sum = |of: &[&Value], field: &str| {
                let numbers: Vec<i64> = of.iter().filter_map(|row| row[field].as_i64()).collect();
                if numbers.is_empty() { Value::Null } else { json!(numbers.iter().sum::<i64>()) }
            };
            let expected: Vec<Value> = currencies
                .iter()
                .map(|currency| {
                    let of: Vec<&Value> = rows.iter().filter(|row| row["costCurrency"] == **currency).collect();
                    let failed = of.iter().filter(|row| row["success"] == false).count();
                    json!({"currency": currency, "analyses": of.len(), "tokens": sum(&of, "tokens"), "amountMicros": sum(&of, "costMicros"),
                        "processingMs": sum(&of, "processingMs"), "failed": failed})
                })
                .collect();
            assert_eq!(session["cost"], json!(expected), "{session}");
            compared += rows.len();
            several += usize::from(currencies.len() > 1);
        }
    }
    assert!(compared > 30 && several > 0, "{compared} {several}");
    // A caller who may see nobody else is told of nothing else.
    let scoped = "{ chatSessions(first: 50) { nodes { patientId cost { analyses } } } }";
    let (answer, _) = store.ask_as(Scope::patients([1, 2, 3]), scoped, Value::Null).await;
    let seen = answer["data"]["chatSessions"]["nodes"].as_array().unwrap();
    assert!(seen.iter().all(|session| session["patientId"].as_i64().unwrap() <= 3), "{answer}");
});

on_both!(a_sum_that_no_number_holds_costs_its_own_field, 0, async |store: Store| {
    patients(&store).await;
    done(
        &store,
        "startChatSession(input: {patientId: 1}) { session { id } }
         sendChatMessage(input: {patientId: 1, text: \"x\", chatSessionId: 1, analyses: [
            {service: \"s\", tokens: 1}, {service: \"s\", tokens: 1, success: false, errorMessage: \"no\"}]}) { message { id } }",
    )
    .await;
    // Clients write no such numbers; another program may.
    store.sql("UPDATE AI_Analysis SET tokens_used = 9007199254740991").await;
    let answer = store.ask("{ chatSession(id: 1) { cost { currency analyses tokens amountMicros failed } } }").await;
    assert_eq!(
        answer["data"]["chatSession"]["cost"],
        json!([{"currency": null, "analyses": 2, "tokens": null, "amountMicros": null, "failed": 1}]),
        "{answer}"
    );
    assert_eq!(answer["errors"][0]["path"], json!(["chatSession", "cost", 0, "tokens"]));
});

on_both!(a_health_record_looks_as_its_type_asks, 0, async |store: Store| {
    patients(&store).await;
    done(&store, "startChatSession(input: {patientId: 2}) { session { id } }").await;
    let add = |fields: &str| {
        format!(
            "addHealthRecord(input: {{patientId: 1, {fields}}}) {{ record {{ healthRecordId type data isVerified verifiedAt source }} }}"
        )
    };
    for (fields, messages) in [
        ("type: SYMPTOM, data: {}", vec!["`name` must be given"]),
        (
            "type: SYMPTOM, data: {name: \"Cough\", since: \"monday\", onset: \"slow\"}",
            vec!["`onset` must be one of sudden, gradual, chronic, intermittent; `since` must be a day, as 2024-05-01"],
        ),
        (
            "type: DIAGNOSIS, data: {name: 5, certainty: \"sure\"}",
            vec![
                "`name` must be a text of at most 255 characters; `certainty` must be one of suspected, probable, confirmed, excluded",
            ],
        ),
        (
            "type: MEDICATION, data: {name: \"M\", dose: \"5 mg\"}",
            vec!["this has a member that is none of name, description, dosage, frequency, route, reason, since, until"],
        ),
        (
            "type: SYMPTOM, data: {name: \"\\u200b\", description: \"a\\u0000\", body_site: \"a\\nb\", duration: \"\\u202ex\", since: \"2999-01-01\"}",
            vec![
                "`name` must not be blank; `description` must hold no control characters; `body_site` must hold no control characters; `since` must not be in the future; `duration` must hold no characters that turn the direction of text: U+202A to U+202E, U+2066 to U+2069",
            ],
        ),
        (
            "type: DIAGNOSIS, data: {name: \"x\", found_on: \"2999-01-01\"}",
            vec!["`found_on` must not be in the future"],
        ),
        (
            "type: MEDICATION, data: {name: \"M\", since: \"2024-02-01\", until: \"2024-01-31\"}",
            vec!["a medication must not be taken `until` a day before `since`"],
        ),
        ("type: VITAL_SIGNS, data: []", vec!["this must be an object"]),
        (
            "type: VITAL_SIGNS, data: {heart_rate: {value: 500, unit: \"/min\"}, temperature: {value: 98.6, unit: \"°C\"}, weight: {value: 70, unit: \"stone\"}, height: 180}",
            vec![
                "`heart_rate.value` must be a number from 10 to 350; `temperature.value` must be a number from 20 to 46; `weight.unit` must be one of kg, lb; `height` must be an object of a value and its unit",
            ],
        ),
        (
            "type: VITAL_SIGNS, data: {blood_pressure_systolic: {value: 80, unit: \"mmHg\"}, blood_pressure_diastolic: {value: 120, unit: \"mmHg\"}}",
            vec!["the systolic blood pressure must lie above the diastolic one"],
        ),
    ] {
        let mutation = add(fields);
        assert_eq!(refused(&store, &mutation).await.len(), messages.len(), "{fields}");
        let answer = store.ask(&format!("mutation {{ {mutation} }}")).await;
        let violations = answer["errors"][0]["extensions"]["violations"].as_array().unwrap();
        let told: Vec<&str> = violations.iter().map(|violation| violation["message"].as_str().unwrap()).collect();
        assert_eq!(told, messages, "{fields}");
        assert_eq!(violations[0]["path"], json!(["input", "data"]));
    }
    assert_eq!(
        refused(
            &store,
            &add("type: SYMPTOM, data: {name: \"x\"}, chatSessionId: 1, recordedAt: \"2037-01-01T00:00:00Z\"")
        )
        .await,
        ["input.recordedAt: IN_FUTURE", "input.chatSessionId: OTHER_PATIENT"]
    );
    assert_eq!(
        refused(&store, &add("type: SYMPTOM, data: {name: \"x\"}, chatSessionId: 1")).await,
        ["input.chatSessionId: OTHER_PATIENT"]
    );
    let twice = format!("mutation {{ {} }}", add("type: SYMPTOM, data: {name: \"a\", name: \"b\"}"));
    assert_eq!(store.ask(&twice).await["errors"][0]["message"], "an object in the document has a member twice");
    assert_eq!(count(&store, "Health_Record").await, 0);
    let made = done(
        &store,
        &add("type: VITAL_SIGNS, data: {temperature: {value: 98.6, unit: \"°F\"}, pain: null}, source: DEVICE"),
    )
    .await;
    assert_eq!(
        made["addHealthRecord"]["record"]["data"],
        json!({"pain": null, "temperature": {"unit": "°F", "value": 98.6}})
    );
    // Another type asks for other data, whichever of the two is corrected.
    let correct =
        |fields: &str| format!("correctHealthRecord(id: 1, input: {{{fields}}}) {{ record {{ type data }} }}");
    assert_eq!(refused(&store, &correct("type: SYMPTOM")).await, ["input.data: INVALID"]);
    assert_eq!(refused(&store, &correct("data: {name: \"Cough\"}")).await, ["input.data: INVALID"]);
    let corrected = done(&store, &correct("type: SYMPTOM, data: {name: \"Cough\"}")).await;
    assert_eq!(corrected["correctHealthRecord"]["record"], json!({"type": "SYMPTOM", "data": {"name": "Cough"}}));
    // It is verified once.
    let verify = "verifyHealthRecord(id: 1, input: {notes: \"Seen.\"}) { record { isVerified verifiedAt notes } }";
    let verified = done(&store, verify).await;
    let record = &verified["verifyHealthRecord"]["record"];
    assert_eq!((&record["isVerified"], &record["notes"]), (&json!(true), &json!("Seen.")));
    assert!(record["verifiedAt"].as_str().unwrap() > "2024-01-01", "{record}");
    assert_eq!(refused(&store, verify).await, ["id: DONE_BEFORE"]);
    assert_eq!(refused(&store, &correct("isVerified: false")).await, ["input.verifiedAt: CONTRADICTION"]);
});

on_both!(privacy_settings_hold_by_default_and_are_set_or_changed, 0, async |store: Store| {
    patients(&store).await;
    let fields = "dataRetentionDays allowAnalytics allowResearch anonymizeData isDefault recorded { id }";
    let read = async || {
        store.data(&format!("{{ patients {{ nodes {{ privacySettings {{ {fields} }} }} }} }}")).await["patients"]["nodes"].take()
    };
    let default = json!({"dataRetentionDays": 730, "allowAnalytics": false, "allowResearch": false, "anonymizeData": true,
        "isDefault": true, "recorded": null});
    assert_eq!(read().await, json!([{"privacySettings": default}, {"privacySettings": default}]));
    let set = |patient: i32, fields: &str| {
        format!(
            "setPrivacySettings(input: {{patientId: {patient}, {fields}}}) {{ settings {{ privacySettingsId allowResearch dataRetentionDays anonymizeData }} }}"
        )
    };
    let first = done(&store, &set(2, "allowResearch: true")).await;
    assert_eq!(
        first["setPrivacySettings"]["settings"],
        json!({"privacySettingsId": 1, "allowResearch": true, "dataRetentionDays": 730, "anonymizeData": true})
    );
    // What is not given stays; null is the default again.
    let second = done(&store, &set(2, "dataRetentionDays: 30, anonymizeData: false")).await;
    assert_eq!(
        second["setPrivacySettings"]["settings"],
        json!({"privacySettingsId": 1, "allowResearch": true, "dataRetentionDays": 30, "anonymizeData": false})
    );
    done(&store, &set(2, "dataRetentionDays: null")).await;
    assert_eq!(
        read().await[1]["privacySettings"],
        json!({"dataRetentionDays": 730, "allowAnalytics": false, "allowResearch": true, "anonymizeData": false,
            "isDefault": false, "recorded": {"id": "PrivacySettings:1"}})
    );
    assert_eq!(count(&store, "Privacy_Settings").await, 1);
    assert_eq!(refused(&store, &set(2, "dataRetentionDays: 0")).await, ["input.dataRetentionDays: OUT_OF_RANGE"]);
    assert_eq!(refused(&store, &set(9, "allowResearch: true")).await, ["input.patientId: NOT_FOUND"]);
    let (answer, _) = store
        .ask_as(Scope::patients([1]), &format!("mutation {{ {} }}", set(2, "allowResearch: false")), Value::Null)
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], "NOT_FOUND", "{answer}");
    // Many at once make one row.
    let both = set(1, "allowAnalytics: true");
    let mutations: Vec<String> = (0..6).map(|_| format!("mutation {{ {both} }}")).collect();
    let answers = futures_util::future::join_all(mutations.iter().map(|mutation| store.ask(mutation))).await;
    assert!(answers.iter().all(|answer| answer.get("errors").is_none()), "{answers:?}");
    assert_eq!(count(&store, "Privacy_Settings").await, 2);
    // A patient comes with them.
    let imported = done(
        &store,
        "importPatients(input: [{name: \"Cid\", sex: MALE, privacySettings: {allowResearch: true},
            chatSessions: [{name: \"x\"}], healthRecords: [{type: SYMPTOM, data: {name: \"Cough\"}}]}])
            { patients { privacySettings { allowResearch isDefault } chatSessions { nodes { uuid } } healthRecords { type } } refused { index } }",
    )
    .await;
    let patient = &imported["importPatients"]["patients"][0];
    assert_eq!(patient["privacySettings"], json!({"allowResearch": true, "isDefault": false}));
    assert!(
        patient["chatSessions"]["nodes"][0]["uuid"].is_string() && patient["healthRecords"][0]["type"] == "SYMPTOM"
    );
});
