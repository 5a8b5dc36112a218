//! What stands in the log.

use super::{Key, key::digest};
use crate::{
    db::{Enumerated, enumeration},
    error::{Error, Result},
};

enumeration! {
    /// Why an entry is there.
    Kind {
        /// A request was answered.
        Request "REQUEST" = "request",
        /// A request wrote, and its gateway died before it answered.
        Unanswered "UNANSWERED" = "unanswered",
        /// A process began to write into the log.
        Start "START" = "start",
        /// An operator removed entries whose time was over.
        Prune "PRUNE" = "prune",
    }
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Request, Kind::Unanswered, Kind::Start, Kind::Prune];

    /// The kind of a stored spelling.
    pub(super) fn of_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.stored() == text)
    }

    /// How it is stored.
    pub fn stored(self) -> &'static str {
        Self::OF.canonical(self.name()).unwrap_or_default()
    }
}

/// An entry to be written.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number; 0 where none was reserved.
    pub id: i64,
    /// Why it is there.
    pub kind: Kind,
    /// The account of who asked.
    pub account: Option<i32>,
    /// What the account's owner was called then.
    pub who: Option<String>,
    /// The role of who asked.
    pub role: Option<String>,
    /// The request's id, which the gateway's own log has too.
    pub request: String,
    /// The operation's name, or what the process is called.
    pub operation: Option<String>,
    /// The digest of the document.
    pub document: Option<String>,
    /// What was asked for, as `Patient.name`, with commas between them; of a start and of a prune, heads of chains.
    pub fields: String,
    /// Whether a patient was seen for whom the caller had broken the glass.
    pub break_glass: bool,
    /// Whether the request wrote, so that there may be changes under its number.
    pub writes: bool,
    /// The patients who were seen or changed, each once, in order.
    pub patients: Vec<i32>,
}

impl Entry {
    /// An entry that says nothing yet.
    pub fn of(kind: Kind) -> Self {
        Entry {
            id: 0,
            kind,
            account: None,
            who: None,
            role: None,
            request: String::new(),
            operation: None,
            document: None,
            fields: String::new(),
            break_glass: false,
            writes: kind == Kind::Unanswered,
            patients: Vec::new(),
        }
    }

    /// Cuts what the columns do not hold.
    pub(super) fn fitted(mut self) -> Self {
        let cut = |text: &mut String, most: usize| {
            if let Some((end, _)) = text.char_indices().nth(most) {
                text.truncate(end);
            }
        };
        for text in [&mut self.who, &mut self.operation].into_iter().flatten() {
            cut(text, 255);
        }
        cut(&mut self.request, 64);
        self.patients.sort_unstable();
        self.patients.dedup();
        self
    }
}

/// What a transaction changed of the rows of a table that belong to one patient, or to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place among those of its entry.
    pub place: i64,
    /// The patient.
    pub patient: Option<i32>,
    /// The table.
    pub table: String,
    /// `add`, `change` or `remove`.
    pub action: String,
    /// The keys of the rows, with commas between them.
    pub keys: String,
    /// The columns that were written, with commas between them.
    pub columns: String,
}

/// An entry as it stands in the log.
#[derive(Debug, Clone)]
pub struct Stored {
    /// What it says.
    pub entry: Entry,
    /// Its chain.
    pub chain: i32,
    /// Its place there, from 1.
    pub place: i64,
    /// When it was entered, in milliseconds since the epoch, by the clock of who entered it.
    pub at_ms: i64,
    /// The digest of the entry before it.
    pub previous: String,
    /// Its own digest.
    pub hash: String,
    /// What was changed.
    pub changes: Vec<Change>,
}

impl Stored {
    /// The digest that it should have.
    pub(super) fn digest(&self, key: Option<&Key>) -> Result<String> {
        let Entry { id, kind, account, who, role, request, operation, document, fields, break_glass, patients, .. } =
            &self.entry;
        let changes: Vec<_> = self
            .changes
            .iter()
            .map(|change| (change.place, change.patient, &change.table, &change.action, &change.keys, &change.columns))
            .collect();
        // Each value at its place: two entries that differ have different texts.
        let text = serde_json::to_string(&(
            (FORM, self.chain, self.place, self.at_ms),
            (id, kind.stored(), account, who, role, request),
            (operation, document, fields, break_glass, patients, changes),
        ));
        let text = text.map_err(|error| Error::Internal(format!("an entry of the access log is no text: {error}")))?;
        Ok(digest(key, &self.previous, &text))
    }
}

/// The form of the text that digests are made of.
const FORM: u8 = 1;
