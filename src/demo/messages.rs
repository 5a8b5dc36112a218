//! Conversations with the practice, about what the patient really has.

use super::person::{Person, clock, plus};
use super::rng::Rng;
use super::row::{Within, row};
use super::sessions::{DemoAnalysis, DemoAttachment, DemoSession};
use super::words::{SINCE, TALKS, Talk, Topic};
use super::{DemoAppointment, DemoLabReport, DemoMedication};
use chrono::{NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use std::{borrow::Cow, ops::Range};

row! {
    /// A row of `Chat_History`.
    DemoMessage in "Chat_History" by "chat_id", of "patient_id";
    columns {
        /// What is said.
        message_text: Cow<'static, str>,
        /// `Patient`, `Provider`, `System` or `Bot`.
        message_type: &'static str,
        /// When.
        timestamp: NaiveDateTime,
        /// The conversation: `s-<number of the patient>-<number of the conversation>`.
        session_id: String,
        /// The same conversation as a row.
        chat_session_id: Option<Within<DemoSession>>,
        /// The message that this one answers.
        parent_message_id: Option<Within<DemoMessage>>,
        /// `text`, `image`, `audio` or `ai_analysis`.
        content_type: &'static str,
        /// What a program says of it, as JSON.
        metadata: Option<String>,
        /// The program that wrote it.
        ai_source: Option<&'static str>,
        /// How sure the program is.
        confidence: Option<String>,
        /// Its language.
        language: &'static str,
        /// Whether it is to be handled with more care.
        is_sensitive: bool,
    }
    below {
        /// `Attachment`: what came with it.
        attachments: DemoAttachment,
        /// `AI_Analysis`: what programs found in it.
        analyses: DemoAnalysis,
    }
}

/// What of the record can be talked about.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) appointments: &'a [DemoAppointment],
    pub(super) medications: &'a [DemoMedication],
    pub(super) lab_reports: &'a [DemoLabReport],
}

/// A moment in the record that a conversation can begin after, and what it is about.
struct Occasion {
    after: NaiveDateTime,
    words: Vec<(&'static str, Cow<'static, str>)>,
}

/// A conversation that took place.
pub(super) struct Conversation {
    pub(super) topic: Topic,
    /// What stands in the braces of its lines.
    pub(super) words: Vec<(&'static str, Cow<'static, str>)>,
    /// Which messages are its own.
    pub(super) messages: Range<usize>,
}

/// Every message, oldest first, and the conversations that they make.
pub(super) fn write(rng: &mut Rng, person: &Person, told: Told) -> (Vec<DemoMessage>, Vec<Conversation>) {
    let sessions = rng.pick(&[0, 0, 1, 1, 1, 2, 2, 2]);
    let mut talks: Vec<(NaiveDateTime, &'static Talk, Occasion)> = Vec::new();
    for _ in 0..sessions {
        if let Some((talk, occasion)) = occasion(rng, person, told, &talks) {
            let earliest = occasion.after.date();
            let latest = plus(person.yesterday, -8).max(earliest);
            let start = person.day(rng, earliest, plus(earliest, 12).min(latest));
            talks.push((person.stamp(rng, start).max(occasion.after), talk, occasion));
        }
    }
    talks.sort_by_key(|(start, ..)| *start);
    let midnight = person.today.and_time(NaiveTime::MIN);
    let (mut messages, mut conversations): (Vec<DemoMessage>, Vec<Conversation>) = Default::default();
    for (number, (start, talk, occasion)) in talks.into_iter().enumerate() {
        let first = messages.len();
        let mut at = messages.last().map_or(start, |last| start.max(last.timestamp + TimeDelta::hours(1)));
        for &(message_type, template) in talk.lines {
            at += TimeDelta::seconds(match message_type {
                "Bot" | "System" => rng.between(2, 40),
                "Patient" => rng.between(60, 3 * 3600),
                _ => rng.between(600, 20 * 3600),
            });
            if message_type == "Provider" {
                at = within_office_hours(rng, at);
            }
            if at >= midnight {
                // Still open: the answer has not come yet.
                break;
            }
            let message_text = fill(template, &occasion.words);
            let session_id = format!("s-{}-{}", person.n, number + 1);
            messages.push(DemoMessage {
                message_text,
                message_type,
                timestamp: at,
                session_id,
                chat_session_id: None,
                parent_message_id: None,
                content_type: "text",
                metadata: None,
                ai_source: None,
                confidence: None,
                language: "en",
                is_sensitive: false,
                attachments: Vec::new(),
                analyses: Vec::new(),
            });
        }
        if messages.len() > first {
            let (topic, words) = (talk.topic, occasion.words);
            conversations.push(Conversation { topic, words, messages: first..messages.len() });
        }
    }
    (messages, conversations)
}

/// The same moment, or the next morning where the practice is closed by then.
fn within_office_hours(rng: &mut Rng, at: NaiveDateTime) -> NaiveDateTime {
    let morning = clock(rng.between(8 * 3600, 10 * 3600));
    match at.hour() {
        ..8 => at.date().and_time(morning),
        18.. => plus(at.date(), 1).and_time(morning),
        _ => at,
    }
}

/// A conversation that the record gives occasion for, other than those already chosen.
fn occasion(
    rng: &mut Rng,
    person: &Person,
    told: Told,
    chosen: &[(NaiveDateTime, &'static Talk, Occasion)],
) -> Option<(&'static Talk, Occasion)> {
    let child = person.age(person.today) < 16;
    // Not every topic has an occasion; after a few tries this patient stays silent.
    for _ in 0..6 {
        let talk = rng.choose(TALKS)?;
        let fresh = talk.child == child && chosen.iter().all(|(_, other, _)| !std::ptr::eq(*other, talk));
        let occasion = if fresh { about(rng, person, told, talk.topic) } else { None };
        if let Some(occasion) = occasion {
            return Some((talk, occasion));
        }
    }
    None
}

fn about(rng: &mut Rng, person: &Person, told: Told, topic: Topic) -> Option<Occasion> {
    let mut words = vec![("given", Cow::Borrowed(person.given)), ("gp", Cow::Borrowed(person.gp()))];
    let after = match topic {
        Topic::Anything => {
            let day = person.day(rng, person.registered, person.yesterday);
            person.stamp(rng, day)
        }
        Topic::Medicine => {
            // What is swallowed or inhaled every day: of those a dose can be forgotten.
            let daily = |row: &&DemoMedication| {
                row.is_continued
                    && (row.dosage.contains(" mg") || row.dosage.contains(" micrograms"))
                    && row.frequency.contains(" daily")
            };
            let current: Vec<_> = told.medications.iter().filter(daily).collect();
            let medication = rng.choose(&current)?;
            words.push(("drug", lower(medication.medicine_name)));
            medication.created_at
        }
        Topic::Symptom => {
            let visits: Vec<_> = told.appointments.iter().filter(|visit| !visit.symptoms.is_empty()).collect();
            let visit = rng.choose(&visits)?;
            let symptom = rng.choose(&visit.symptoms)?;
            // Worse is a matter for the telephone; chronic did not begin "at the weekend".
            if symptom.onset_type == "chronic" || !matches!(symptom.severity, "mild" | "moderate") {
                return None;
            }
            words.push(("symptom", lower(symptom.symptom_name)));
            words.push(("since", Cow::Borrowed(rng.pick(SINCE))));
            visit.updated_at
        }
        Topic::Results => {
            let report = rng.choose(told.lab_reports)?;
            words.push(("lab", Cow::Borrowed(report.lab_type)));
            report.updated_at
        }
        Topic::Upcoming => {
            let visit = told.appointments.last().filter(|visit| visit.appointment_date > person.today)?;
            words.push(("doctor", Cow::Borrowed(visit.doctor_name)));
            words.push(("date", Cow::Owned(visit.appointment_date.format("%-d %B").to_string())));
            visit.created_at
        }
    };
    Some(Occasion { after, words })
}

/// As it stands within a sentence.
fn lower(name: &'static str) -> Cow<'static, str> {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if first.is_uppercase() => Cow::Owned(first.to_lowercase().chain(letters).collect()),
        _ => Cow::Borrowed(name),
    }
}

/// The template with each `{word}` replaced; one without any is not copied.
fn fill(template: &'static str, words: &[(&'static str, Cow<'static, str>)]) -> Cow<'static, str> {
    if !template.contains('{') {
        return Cow::Borrowed(template);
    }
    let mut text = String::with_capacity(template.len() + 40);
    for piece in template.split('{') {
        match piece.split_once('}') {
            Some((name, rest)) => {
                text.extend(words.iter().find(|(word, _)| *word == name).map(|(_, value)| &**value));
                text.push_str(rest);
            }
            None => text.push_str(piece),
        }
    }
    Cow::Owned(text)
}
