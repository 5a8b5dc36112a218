//! The conversations as rows, with what came with their messages: threads, files, and what programs found.

use super::cases::Case;
use super::doctors::Specialty;
use super::messages::{Conversation, DemoMessage};
use super::person::{Person, clock, plus};
use super::rng::Rng;
use super::row::{Within, row};
use super::words::Topic;
use chrono::{NaiveDateTime, TimeDelta};
use serde_json::json;

row! {
    /// A row of `Chat_Session`.
    DemoSession in "Chat_Session" by "chat_session_id", of "patient_id";
    columns {
        /// By which other programs know it.
        session_uuid: String,
        /// What it is about, in a few words.
        session_name: String,
        /// What the patient complains of.
        symptoms_summary: Option<String>,
        /// What a program suggested, as JSON.
        diagnosis_suggestions: Option<String>,
        /// From 1 to 10.
        severity_level: Option<i64>,
        /// Its language.
        session_language: &'static str,
        /// Whether it cannot wait.
        is_emergency: bool,
        /// Whether somebody must come back to the patient.
        follow_up_required: bool,
        /// When it was over; none while it goes on.
        ended_at: Option<NaiveDateTime>,
        /// When it began.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

row! {
    /// A row of `Attachment`.
    DemoAttachment in "Attachment" by "attachment_id", of "chat_id";
    columns {
        /// The name of the file.
        original_filename: &'static str,
        /// Its media type.
        media_type: &'static str,
        /// Its size.
        size_bytes: i64,
        /// Its digest.
        sha256: String,
        /// Where it is kept.
        storage_key: String,
        /// What a program found in it, as JSON.
        analysis_results: Option<String>,
        /// Whether that program is done.
        is_processed: bool,
        /// When it may go.
        expires_at: Option<NaiveDateTime>,
        /// When it came.
        created_at: NaiveDateTime,
    }
}

row! {
    /// A row of `AI_Analysis`.
    DemoAnalysis in "AI_Analysis" by "analysis_id", of "chat_id";
    columns {
        /// Who was asked.
        ai_service: &'static str,
        /// What went in, as JSON.
        input_data: String,
        /// What came out, as JSON; none where nothing did.
        output_data: Option<String>,
        /// For how long.
        processing_time_ms: i64,
        /// For how many tokens.
        tokens_used: Option<i64>,
        /// For how many millionths of the currency's unit.
        cost_micros: Option<i64>,
        /// The currency.
        cost_currency: Option<&'static str>,
        /// Whether there was an answer.
        success: bool,
        /// Why there was none.
        error_message: Option<&'static str>,
        /// When.
        created_at: NaiveDateTime,
    }
}

/// The bot of the practice asks this service.
const BOT: &str = "gemini";
/// Pictures and recordings are looked at by this one.
const SENSES: &str = "teachable_machine";

/// Every conversation, oldest first; its messages are told apart and get what came with them.
pub(super) fn write(
    rng: &mut Rng,
    person: &Person,
    cases: &[Case],
    messages: &mut [DemoMessage],
    conversations: &[Conversation],
) -> Vec<DemoSession> {
    let session = |(place, conversation): (usize, &Conversation)| {
        let symptom = word(conversation, "symptom");
        let suspected = symptom.and_then(|symptom| suspected(cases, symptom));
        let first = conversation.messages.start;
        let own = messages.get_mut(conversation.messages.clone()).unwrap_or_default();
        for (at, message) in own.iter_mut().enumerate() {
            message.chat_session_id = Some(Within::at(place));
            message.parent_message_id = at.checked_sub(1).map(|before| Within::at(first + before));
            message.is_sensitive = suspected.is_some_and(|case| case.condition.specialty == Specialty::Psychiatry);
            dress(rng, conversation.topic, message);
        }
        let created_at = own.first().map(|message| message.timestamp).unwrap_or_default();
        let last = own.last().map(|message| message.timestamp).unwrap_or(created_at);
        let answered = own.iter().any(|message| message.message_type == "Provider");
        // The last one may go on.
        let over = last.date() < plus(person.today, -3);
        let end = (last + TimeDelta::minutes(rng.between(5, 40))).min(last.date().and_time(clock(86_399)));
        let ended_at = over.then_some(end);
        let suggestion = |case: &Case| {
            let probability = rng.between(45, 85) as f64 / 100.0;
            json!([{"name": case.condition.name, "probability": probability, "urgency": "routine"}]).to_string()
        };
        DemoSession {
            diagnosis_suggestions: suspected.map(suggestion),
            session_uuid: uuid(rng),
            session_name: name(conversation.topic, symptom),
            symptoms_summary: symptom
                .map(|symptom| format!("Reports {symptom}; not severe, not getting worse quickly.")),
            severity_level: symptom.map(|_| rng.between(2, 5)),
            session_language: "en",
            is_emergency: false,
            follow_up_required: symptom.is_some() && answered,
            ended_at,
            created_at,
            updated_at: ended_at.unwrap_or(last),
        }
    };
    conversations.iter().enumerate().map(session).collect()
}

/// What stands for a word in the lines of a conversation.
pub(super) fn word<'a>(conversation: &'a Conversation, name: &str) -> Option<&'a str> {
    conversation.words.iter().find(|(word, _)| *word == name).map(|(_, value)| &**value)
}

/// The case that a symptom comes from.
pub(super) fn suspected<'a>(cases: &'a [Case], symptom: &str) -> Option<&'a Case> {
    let has = |case: &&Case| case.condition.symptoms.iter().any(|known| known.name.eq_ignore_ascii_case(symptom));
    cases.iter().find(has)
}

fn name(topic: Topic, symptom: Option<&str>) -> String {
    match (topic, symptom) {
        (Topic::Symptom, Some(symptom)) => {
            let mut letters = symptom.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        (Topic::Medicine, _) => "Question about a medicine".into(),
        (Topic::Results, _) => "Laboratory results".into(),
        (Topic::Upcoming, _) => "Next appointment".into(),
        _ => "Question to the practice".into(),
    }
}

/// Gives a message what came with it.
fn dress(rng: &mut Rng, topic: Topic, message: &mut DemoMessage) {
    let opens = message.parent_message_id.is_none();
    match (message.message_type, topic) {
        ("Bot", _) => {
            let is_triage = topic == Topic::Symptom;
            message.content_type = if is_triage { "ai_analysis" } else { "text" };
            message.ai_source = Some(BOT);
            message.confidence = Some(confidence(rng));
            let intent = match topic {
                Topic::Symptom => "symptom",
                Topic::Medicine => "medicine",
                Topic::Results => "results",
                Topic::Upcoming => "appointment",
                Topic::Anything => "general",
            };
            message.metadata = Some(json!({"intent": intent, "model": "gemini-flash"}).to_string());
            // Now and then the service is slow, and is asked again.
            if rng.percent(6) {
                message.analyses.push(failed(rng, message.timestamp));
            }
            let output = match is_triage {
                true => json!({"intent": intent, "red_flags": [], "severity": rng.between(2, 5)}),
                false => json!({"intent": intent}),
            };
            let tokens = rng.between(180, 950);
            let input = json!({"characters": message.message_text.len(), "language": "en"});
            let found = analysis(rng, BOT, message.timestamp, (input, output), Some(tokens));
            message.analyses.push(found);
        }
        ("Patient", Topic::Medicine) if opens && rng.percent(60) => {
            let results = json!({"confidence": 0.94, "label": "medicine packet"});
            attach(rng, message, ("packet.jpg", "image/jpeg"), (350_000, 2_400_000), Some(results));
            message.content_type = "image";
        }
        ("Patient", Topic::Symptom) if opens && rng.percent(60) => {
            attach(rng, message, ("voice-message.m4a", "audio/mp4"), (40_000, 400_000), None);
            message.content_type = "audio";
        }
        ("Patient", _) if opens && rng.percent(35) => {
            attach(rng, message, ("letter.pdf", "application/pdf"), (60_000, 900_000), None);
        }
        _ => {}
    }
}

fn attach(
    rng: &mut Rng,
    message: &mut DemoMessage,
    (original_filename, media_type): (&'static str, &'static str),
    (least, most): (i64, i64),
    results: Option<serde_json::Value>,
) {
    let sha256: String = (0..4).map(|_| format!("{:016x}", rng.next())).collect();
    let size_bytes = rng.between(least, most);
    let created_at = message.timestamp;
    if let Some(results) = &results {
        let input = json!({"media_type": media_type, "size": size_bytes});
        message.analyses.push(analysis(rng, SENSES, created_at, (input, results.clone()), None));
    }
    message.metadata = Some(json!({"channel": "app"}).to_string());
    message.attachments.push(DemoAttachment {
        original_filename,
        media_type,
        size_bytes,
        storage_key: format!("messages/{sha256}"),
        sha256,
        is_processed: results.is_some(),
        analysis_results: results.map(|results| results.to_string()),
        expires_at: Some(plus(created_at.date(), 730).and_time(created_at.time())),
        created_at,
    });
}

fn analysis(
    rng: &mut Rng,
    ai_service: &'static str,
    created_at: NaiveDateTime,
    (input, output): (serde_json::Value, serde_json::Value),
    tokens_used: Option<i64>,
) -> DemoAnalysis {
    // The service that counts tokens is paid by them, the other one by the picture.
    let (cost_micros, cost_currency) = match tokens_used {
        Some(tokens) => (tokens * 3 / 8, "USD"),
        None => (1_200, "EUR"),
    };
    DemoAnalysis {
        ai_service,
        input_data: input.to_string(),
        output_data: Some(output.to_string()),
        processing_time_ms: rng.between(280, 2_600),
        tokens_used,
        cost_micros: Some(cost_micros),
        cost_currency: Some(cost_currency),
        success: true,
        error_message: None,
        created_at,
    }
}

fn failed(rng: &mut Rng, created_at: NaiveDateTime) -> DemoAnalysis {
    DemoAnalysis {
        ai_service: BOT,
        input_data: json!({"language": "en"}).to_string(),
        output_data: None,
        processing_time_ms: rng.between(10_000, 10_400),
        tokens_used: None,
        cost_micros: None,
        cost_currency: None,
        success: false,
        error_message: Some("The service did not answer within ten seconds."),
        created_at,
    }
}

/// How sure a program is: two places, of which the last is no zero, because stores differ in whether they keep one.
pub(super) fn confidence(rng: &mut Rng) -> String {
    format!("0.{}", rng.between(4, 9) * 10 + rng.between(1, 9))
}

/// A UUID of version 4.
fn uuid(rng: &mut Rng) -> String {
    let bits = (u128::from(rng.next()) << 64) | u128::from(rng.next());
    let digits = format!("{bits:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::super::{DemoPatient, patient};
    use chrono::NaiveDate;
    use std::collections::HashSet;

    fn some(count: u64) -> impl Iterator<Item = DemoPatient> {
        (0..count).map(|n| patient(42, n, NaiveDate::from_ymd_opt(2025, 11, 21).unwrap()))
    }

    #[test]
    fn a_conversation_spans_its_messages_and_its_thread_goes_back_in_time() {
        let (mut uuids, mut replies, mut files, mut failed) = (HashSet::new(), 0, 0, 0);
        for patient in some(2_000) {
            for (place, session) in patient.chat_sessions.iter().enumerate() {
                assert!(uuids.insert(session.session_uuid.clone()), "{session:?}");
                let of = |row: &&super::DemoMessage| row.chat_session_id.as_ref().unwrap().place() == place;
                let own: Vec<_> = patient.messages.iter().filter(of).collect();
                assert_eq!(own.first().unwrap().timestamp, session.created_at);
                assert!(own.iter().all(|row| row.session_id == own[0].session_id), "{session:?}");
                let last = own.last().unwrap().timestamp;
                assert!(
                    session
                        .ended_at
                        .is_none_or(|end| end >= last && end.date() < NaiveDate::from_ymd_opt(2025, 11, 21).unwrap())
                );
            }
            for (at, row) in patient.messages.iter().enumerate() {
                let parent = row.parent_message_id.as_ref().map(|parent| parent.place());
                if let Some(parent) = parent {
                    assert!(parent < at && patient.messages[parent].chat_session_id == row.chat_session_id, "{row:?}");
                    replies += 1;
                }
                files += row.attachments.len();
                failed += row.analyses.iter().filter(|analysis| !analysis.success).count();
                assert_eq!(row.message_type == "Bot", row.ai_source.is_some(), "{row:?}");
            }
        }
        assert!(replies > 2_000 && files > 100 && failed > 20, "{replies} {files} {failed}");
    }
}
