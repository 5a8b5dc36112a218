//! Digests of entries: of SHA-256, or keyed, so that only who has the key can make them.

use ring::hmac;
use sha2::{Digest, Sha256};
use std::fmt;

/// The key of an access log.
#[derive(Clone)]
pub struct Key {
    key: hmac::Key,
    print: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("print", &self.print).finish_non_exhaustive()
    }
}

impl Key {
    /// The key that a secret is; none of an empty one.
    pub fn of(secret: &str) -> Option<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        // By which a chain says which key it has; it tells nothing of the key.
        let print = hex(hmac::sign(&key, b"medimax access log").as_ref()).chars().take(16).collect();
        (!secret.is_empty()).then_some(Key { key, print })
    }

    /// What tells the key from others.
    pub fn print(&self) -> &str {
        &self.print
    }
}

/// The digest of a text that follows a digest.
pub(super) fn digest(key: Option<&Key>, previous: &str, text: &str) -> String {
    match key {
        Some(key) => {
            let mut signing = hmac::Context::with_key(&key.key);
            signing.update(previous.as_bytes());
            signing.update(text.as_bytes());
            hex(signing.sign().as_ref())
        }
        None => hex(&Sha256::new().chain_update(previous).chain_update(text).finalize()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
