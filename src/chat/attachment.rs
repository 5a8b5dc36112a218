//! A file that came with a message: what is known of it. Its bytes are elsewhere, under its storage key.

use super::message;
use crate::{
    db::{DateTime, Flag, Json, MOST, Path, Whole},
    entity::entity,
    graphql::{
        form::Form,
        json_schema::JsonSchema,
        model::Children,
        relation::{List, One},
        rules::{Check, Holds},
    },
    write::Add,
};

/// What `analysisResults` must look like: whatever the program that looked at the file says.
static RESULTS: JsonSchema = JsonSchema::Map(&JsonSchema::Any, 100);

entity! {
    /// A file that came with a message: its name, size and digest. The file itself is kept elsewhere.
    Attachment, "Attachment" by attachment_id, search false;
    called "an attachment of a message", "attachments of messages";
    root "attachment", "attachments";
    written "attachment", "attachments";
    belongs { chat_id of message, as "attachments" "The files that came with the message." }
    columns {
        /// The key of the attachment in the relational store.
        attachment_id: i32 = "attachmentId" index, Key;
        /// The key of the message in the relational store.
        chat_id: Option<i32> = "messageId" index, Key;
        /// The name of the file, as the sender's device gave it.
        original_filename: Option<String> = "fileName", FreeText, required line(255);
        /// The media type of the file, as `image/jpeg`.
        media_type: Option<String> = "mediaType", Operational, line(100);
        /// The size of the file in bytes.
        size_bytes: Option<Whole<0, MOST>> = "sizeBytes", Operational, value;
        /// The SHA-256 digest of the file, in 64 small hexadecimal digits.
        sha256: Option<String> = "sha256", Clinical, line(64);
        /// The key under which the file is kept.
        storage_key: Option<String> = "storageKey", Clinical, line(255);
        /// What a program found in the file: an object of any members.
        analysis_results: Option<Json> = "analysisResults", FreeText, json(RESULTS);
        /// Whether the program that looks at files is done with the file.
        is_processed: Flag<false> = "isProcessed", Operational, value;
        /// When the file may be removed; null where it is kept.
        expires_at: Option<DateTime> = "expiresAt", Operational, value;
        /// When the attachment was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
    }
    fields {
        /// The message with which the file came.
        "message" = One { entity: &message::ENTITY, column: "chat_id" };
    }
    gives {
        /// The files that came with the message.
        message, "attachments" = List { children: &OF_MESSAGE, narrowing: None };
    }
    verbs {
        /// Adds a file to a message: what is known of the file.
        "addAttachment" = ADD;
    }
    checks &[
        Check {
            columns: &["sha256"],
            code: "INVALID",
            message: "a SHA-256 digest has 64 digits: 0 to 9 and a to f",
            constraint: Some("chk_attachment_sha256"),
            holds: Holds::Always(|row| {
                let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                row.get("sha256").is_none_or(|digest| digest.len() == 64 && digest.bytes().all(is_digit))
            }),
        },
        Check {
            columns: &["media_type"],
            code: "INVALID",
            message: "a media type is two words around a slash, as image/jpeg",
            constraint: None,
            holds: Holds::Always(|row| {
                let is_word = |word: &str| {
                    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
                };
                row.get("media_type").is_none_or(|ty| ty.split_once('/').is_some_and(|(ty, of)| is_word(ty) && is_word(of)))
            }),
        },
    ];
}

static ADD: Add = Add(&Form::add("AddAttachmentInput", "The fields of a new attachment.", &ENTITY));

/// The files of a message.
static OF_MESSAGE: Children = Children {
    name: "AttachmentsOfMessage",
    of: &ENTITY,
    path: Path::Direct("chat_id"),
    order: &[],
    preset: None,
    expected: 2,
};
