//! Where a request's document comes from: its text, the text that a client registered under its hash (automatic
//! persisted queries), or a list beside which nothing runs. And the documents that are known to be valid.

use crate::error::{Error, Result};
use async_graphql::{Request, parser::types::ExecutableDocument};
use lru::LruCache;
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// The extension under which HTTP hands on the id of a listed document.
pub const DOCUMENT_ID: &str = "documentId";

/// The only documents that run, where there is a list.
#[derive(Debug, Default)]
pub struct Safelist {
    by_id: HashMap<String, Arc<str>>,
    texts: HashSet<Arc<str>>,
}

impl Safelist {
    /// Reads a manifest: an object of ids and documents, as Relay and GraphQL Code Generator write it, or Apollo's.
    pub fn read(manifest: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::Setup(format!(
                "{what}; the list of documents is to be {{\"ID\": \"DOCUMENT\", …}} or an Apollo persisted query manifest"
            ))
        };
        let json: serde_json::Value =
            serde_json::from_str(manifest).map_err(|error| wrong(&format!("this is no JSON: {error}")))?;
        let object = json.as_object().ok_or_else(|| wrong("this is no JSON object"))?;
        let mut list = Safelist::default();
        let mut add = |id: &str, text: &str| {
            let text: Arc<str> = text.trim().into();
            list.texts.insert(text.clone());
            list.by_id.insert(id.to_owned(), text);
        };
        match object.get("operations").and_then(serde_json::Value::as_array) {
            Some(operations) => {
                for operation in operations {
                    let part = |name: &str| operation.get(name).and_then(serde_json::Value::as_str);
                    let (id, body) = part("id")
                        .zip(part("body"))
                        .ok_or_else(|| wrong("one of `operations` has no `id` or no `body`"))?;
                    add(id, body);
                }
            }
            None => {
                for (id, text) in object {
                    add(id, text.as_str().ok_or_else(|| wrong(&format!("the document of '{id}' is no text")))?);
                }
            }
        }
        Ok(list)
    }

    /// Each document with its id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_id.iter().map(|(id, text)| (id.as_str(), text.as_ref()))
    }
}

/// A request's document, found.
pub(super) struct Found {
    pub(super) text: Arc<str>,
    /// Whether it stands in the list, so that its operations' names are the operator's and not anybody's.
    pub(super) listed: bool,
    /// The hash under which to keep it once it is known to be valid.
    pub(super) register: Option<String>,
}

/// The documents of a gateway.
pub(super) struct Documents {
    list: RwLock<Option<Arc<Safelist>>>,
    registered: Registered,
    pub(super) known: Known,
}

impl Documents {
    pub(super) fn new(registered_bytes: usize) -> Self {
        Documents { list: RwLock::default(), registered: Registered::new(registered_bytes), known: Known::default() }
    }

    /// From now on only these run.
    pub(super) fn list(&self, list: Safelist) {
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(list));
    }

    /// The document that a request names.
    pub(super) fn find(&self, request: &Request) -> Result<Found> {
        let hash = hash(request)?;
        let id = request.extensions.get(DOCUMENT_ID).and_then(text_of).or(hash);
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner).clone();
        let query: &str = &request.query;
        if let Some(list) = list {
            let text = match id.and_then(|id| list.by_id.get(id)) {
                Some(text) if query.is_empty() || query.trim() == &**text => Some(text),
                _ => list.texts.get(query.trim()),
            };
            return match text {
                Some(text) => Ok(Found { text: text.clone(), listed: true, register: None }),
                None if query.is_empty() && id.is_some() => Err(Error::UnknownDocument),
                None => Err(Error::NotListed),
            };
        }
        let found = |text: Arc<str>, register| Found { text, listed: false, register };
        match hash {
            None if query.is_empty() && id.is_some() => Err(Error::BadInput(
                "documents are known by an id only where there is a list of them: send `query`".into(),
            )),
            None => Ok(found(query.into(), None)),
            Some(_) if self.registered.max_bytes == 0 => Err(Error::NoRegistry),
            Some(hash) if query.is_empty() => {
                self.registered.get(hash).map(|text| found(text, None)).ok_or(Error::UnknownDocument)
            }
            Some(hash) if !sha256(query).eq_ignore_ascii_case(hash) => {
                Err(Error::BadInput("`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`".into()))
            }
            Some(hash) => Ok(found(query.into(), Some(hash.to_ascii_lowercase()))),
        }
    }

    /// How many are kept, and how often they served.
    pub(super) fn state(&self) -> State {
        State {
            known: self.known.asked.state(lock(&self.known.documents).len()),
            persisted: self.registered.asked.state(lock(&self.registered.kept).0.len()),
        }
    }

    /// Keeps a document that was found valid.
    pub(super) fn register(&self, hash: String, text: Arc<str>) {
        self.registered.keep(hash, text);
    }
}

/// How the documents that are kept do.
#[derive(Debug, Clone, Copy)]
pub struct State {
    /// Those that were parsed and found valid.
    pub known: Kept,
    /// Those that clients registered under their hashes.
    pub persisted: Kept,
}

/// How many there are, and how often one was looked for.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// How many there are.
    pub documents: usize,
    /// How often one was found,
    pub hits: u64,
    /// and how often not.
    pub misses: u64,
}

/// How often one was looked for.
#[derive(Default)]
struct Asked {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Asked {
    fn note<T>(&self, found: Option<T>) -> Option<T> {
        if found.is_some() { &self.hits } else { &self.misses }.fetch_add(1, Relaxed);
        found
    }

    fn state(&self, documents: usize) -> Kept {
        Kept { documents, hits: self.hits.load(Relaxed), misses: self.misses.load(Relaxed) }
    }
}

fn text_of(value: &async_graphql::Value) -> Option<&str> {
    match value {
        async_graphql::Value::String(text) => Some(text),
        _ => None,
    }
}

/// The hash of an automatic persisted query.
fn hash(request: &Request) -> Result<Option<&str>> {
    let Some(async_graphql::Value::Object(asked)) = request.extensions.get("persistedQuery") else { return Ok(None) };
    let first = asked.get("version").is_some_and(|version| *version == async_graphql::Value::from(1));
    match asked.get("sha256Hash").and_then(text_of) {
        Some(hash) if first => Ok(Some(hash)),
        _ => {
            let form = "`extensions.persistedQuery` is to be {\"version\": 1, \"sha256Hash\": \"…\"}";
            Err(Error::BadInput(form.into()))
        }
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Documents that clients registered; those that nobody asked for the longest go first.
struct Registered {
    max_bytes: usize,
    kept: Mutex<(LruCache<String, Arc<str>>, usize)>,
    asked: Asked,
}

impl Registered {
    fn new(max_bytes: usize) -> Self {
        Registered { max_bytes, kept: Mutex::new((LruCache::unbounded(), 0)), asked: Asked::default() }
    }

    fn get(&self, hash: &str) -> Option<Arc<str>> {
        self.asked.note(lock(&self.kept).0.get(&hash.to_ascii_lowercase()).cloned())
    }

    fn keep(&self, hash: String, text: Arc<str>) {
        // The room that an entry takes besides its text.
        const ENTRY: usize = 256;
        // One document is not to drive out all others.
        if text.len() > self.max_bytes / 8 {
            return;
        }
        let mut kept = lock(&self.kept);
        let (documents, bytes) = &mut *kept;
        *bytes += text.len() + ENTRY;
        if let Some(before) = documents.put(hash, text) {
            *bytes -= before.len() + ENTRY;
        }
        while *bytes > self.max_bytes
            && let Some((_, oldest)) = documents.pop_lru()
        {
            *bytes -= oldest.len() + ENTRY;
        }
    }
}

/// Documents that were parsed and found valid. Validity does not depend on the values of variables: those are checked
/// at each request. What asks of the schema itself is not kept, because async-graphql answers it while it validates.
pub(super) struct Known {
    documents: Mutex<LruCache<Arc<str>, Arc<ExecutableDocument>>>,
    asked: Asked,
}

impl Default for Known {
    fn default() -> Self {
        Known { documents: Mutex::new(LruCache::new(Self::MOST)), asked: Asked::default() }
    }
}

impl Known {
    /// A few hundred short documents: programs send the same ones again and again.
    const MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);
    const LONGEST: usize = 8 * 1024;

    pub(super) fn get(&self, text: &str) -> Option<Arc<ExecutableDocument>> {
        self.asked.note(lock(&self.documents).get(text).cloned())
    }

    pub(super) fn keep(&self, text: Arc<str>, document: Arc<ExecutableDocument>) {
        if text.len() <= Self::LONGEST {
            lock(&self.documents).put(text, document);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_s_manifest_is_read() {
        let plain = r#"{"a1": " { __typename } ", "b2": "query Q { __typename }"}"#;
        let apollo = r#"{"format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{"id": "a1", "name": "", "type": "query", "body": "{ __typename }"}]}"#;
        assert_eq!(Safelist::read(plain).unwrap().iter().count(), 2);
        assert_eq!(Safelist::read(apollo).unwrap().iter().collect::<Vec<_>>(), [("a1", "{ __typename }")]);
        for (wrong, says) in [
            ("", "no JSON"),
            ("[]", "no JSON object"),
            (r#"{"a": 1}"#, "'a' is no text"),
            (r#"{"operations": [{"id": "x"}]}"#, "no `body`"),
        ] {
            let refused = Safelist::read(wrong).unwrap_err().to_string();
            assert!(refused.contains(says), "{refused}");
        }
    }

    #[test]
    fn registered_documents_take_no_more_room_than_allowed() {
        let registered = Registered::new(10_000);
        let text = |number: usize| -> Arc<str> { format!("{number:02}{}", "x".repeat(1000)).into() };
        for number in 0..50 {
            registered.keep(number.to_string(), text(number));
            registered.keep(number.to_string(), text(number));
            assert!(registered.get("0").is_some(), "what is asked for stays: {number}");
        }
        let kept = (0..50).filter(|number| registered.get(&number.to_string()).is_some()).count();
        assert_eq!(kept, 7);
        registered.keep("large".into(), "x".repeat(2_000).into());
        assert!(registered.get("large").is_none() && registered.get("0").is_some());
    }
}
