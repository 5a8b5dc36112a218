//! Access tokens: JWTs of one form, signed by ECDSA on P-256 (ES256). Pure, but for the randomness of a signature.
//!
//! Own code over `ring`, which TLS brings anyway: the crate `jsonwebtoken` takes its algorithms from one provider of the whole process,
//! which would be as much code as this, and more than one algorithm is what attacks on tokens begin with.
//!
//! **Invariant:** the key decides by which algorithm a token is checked, never the token (`tests/access/attacks.rs`).

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The one algorithm of access tokens.
pub(super) const ES256: &str = "ES256";
/// What tokens are for (RFC 9068).
const TYPE: &str = "at+jwt";
/// Whom they are for.
pub(super) const AUDIENCE: &str = "medimax";
/// The longest token that is looked at, in bytes; one of ours has about 500.
const MOST: usize = 4_096;
/// How far the clocks of two gateways may be apart, in seconds.
const LEEWAY: i64 = 30;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    /// Who made it.
    pub(super) iss: String,
    /// Whom it is for.
    pub(super) aud: String,
    /// The key of the account.
    pub(super) sub: String,
    /// The key of the session.
    pub(super) sid: String,
    /// When it was made, in seconds since the epoch.
    pub(super) iat: i64,
    /// When it ends.
    pub(super) exp: i64,
    /// Before when it does not hold; ours leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nbf: Option<i64>,
    /// Its own name.
    pub(super) jti: String,
}

/// A key that signs and checks tokens.
pub(super) struct Key {
    /// Its name.
    pub(super) kid: String,
    pair: EcdsaKeyPair,
    stored: String,
}

impl Key {
    /// A new key, as it is stored.
    pub(super) fn generate() -> Result<String> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let made = made.map_err(|_unspecified| Error::Internal("a signing key could not be made".into()))?;
        Ok(URL_SAFE_NO_PAD.encode(made.as_ref()))
    }

    /// A key as it is stored. Its name follows from it.
    pub(super) fn read(stored: &str) -> Result<Self> {
        let broken = || Error::Internal("a stored signing key cannot be read".into());
        let bytes = URL_SAFE_NO_PAD.decode(stored).map_err(|_not_base64| broken())?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes, &SystemRandom::new());
        let pair = pair.map_err(|_rejected| broken())?;
        let digest = format!("{:x}", Sha256::digest(pair.public_key().as_ref()));
        Ok(Key { kid: digest.chars().take(32).collect(), pair, stored: stored.to_owned() })
    }

    /// Whether this is how it is stored.
    pub(super) fn is_stored_as(&self, stored: &str) -> bool {
        self.stored == stored
    }

    /// The public half, as a JWK.
    pub(super) fn jwk(&self) -> serde_json::Value {
        // A point is a 4 and two coordinates of 32 bytes.
        let point = self.pair.public_key().as_ref().get(1..).unwrap_or_default();
        let (x, y) = point.split_at_checked(32).unwrap_or_default();
        let [x, y] = [x, y].map(|half| URL_SAFE_NO_PAD.encode(half));
        serde_json::json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": ES256, "kid": self.kid })
    }

    /// A token that says this.
    pub(super) fn sign(&self, claims: &Claims) -> Result<String> {
        let part = |json: serde_json::Result<Vec<u8>>| {
            json.map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(|error| Error::Internal(error.to_string()))
        };
        let header = Header { alg: ES256.into(), typ: TYPE.into(), kid: self.kid.clone() };
        let signed = format!("{}.{}", part(serde_json::to_vec(&header))?, part(serde_json::to_vec(claims))?);
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_unspecified| Error::Internal("a token could not be signed".into()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// A token of which nothing is known yet but the key that it names.
pub(super) struct Unverified<'t> {
    /// The name of the key.
    pub(super) kid: String,
    signed: &'t str,
    claims: &'t str,
    signature: Vec<u8>,
}

impl<'t> Unverified<'t> {
    /// Takes a token apart; `None` for what no key could have signed.
    pub(super) fn read(token: &'t str) -> Option<Self> {
        if token.len() > MOST {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.').filter(|(_, claims)| !claims.contains('.'))?;
        let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.alg != ES256 || header.typ != TYPE {
            return None;
        }
        Some(Unverified { kid: header.kid, signed, claims, signature: URL_SAFE_NO_PAD.decode(signature).ok()? })
    }

    /// What it says, if this key signed it, and it holds now (in seconds since the epoch).
    pub(super) fn verify(&self, key: &Key, issuer: &str, now: i64) -> Option<Claims> {
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.pair.public_key());
        public.verify(self.signed.as_bytes(), &self.signature).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(self.claims).ok()?).ok()?;
        let holds = claims.iss == issuer
            && claims.aud == AUDIENCE
            && now < claims.exp.saturating_add(LEEWAY)
            && claims.iat <= now.saturating_add(LEEWAY)
            && claims.nbf.is_none_or(|nbf| nbf <= now.saturating_add(LEEWAY));
        holds.then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn key() -> Key {
        Key::read(&Key::generate().unwrap()).unwrap()
    }

    fn claims() -> Claims {
        Claims {
            iss: "here".into(),
            aud: AUDIENCE.into(),
            sub: "1".into(),
            sid: "2".into(),
            iat: NOW,
            exp: NOW + 900,
            nbf: None,
            jti: "x".into(),
        }
    }

    fn verified(token: &str, key: &Key, now: i64) -> Option<Claims> {
        Unverified::read(token)?.verify(key, "here", now)
    }

    #[test]
    fn a_token_says_what_was_signed_until_its_time_is_over() {
        let key = key();
        let token = key.sign(&claims()).unwrap();
        assert_eq!(verified(&token, &key, NOW), Some(claims()));
        assert_eq!(Unverified::read(&token).unwrap().kid, key.kid);
        for (at, holds) in [(-31, false), (-30, true), (900 + 29, true), (900 + 30, false)] {
            assert_eq!(verified(&token, &key, NOW + at).is_some(), holds, "{at}");
        }
        for nbf in [NOW + 30, NOW + 31] {
            let token = key.sign(&Claims { nbf: Some(nbf), ..claims() }).unwrap();
            assert_eq!(verified(&token, &key, NOW).is_some(), nbf == NOW + 30);
        }
        for other in [Claims { iss: "there".into(), ..claims() }, Claims { aud: "others".into(), ..claims() }] {
            assert_eq!(verified(&key.sign(&other).unwrap(), &key, NOW), None);
        }
    }

    #[test]
    fn no_byte_of_a_token_can_be_changed() {
        let (key, other) = (key(), key());
        let token = key.sign(&claims()).unwrap();
        assert_eq!(verified(&token, &other, NOW), None, "of another key");
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(verified(&String::from_utf8(bytes).unwrap(), &key, NOW), None, "byte {at}");
            assert_eq!(verified(&token[..at], &key, NOW), None, "the first {at}");
        }
    }

    #[test]
    fn headers_of_other_forms_are_refused() {
        let key = key();
        let signed_with = |header: &str| {
            let token = key.sign(&claims()).unwrap();
            let (_, claims) = token.split_once('.').unwrap();
            let claims = claims.split_once('.').unwrap().0;
            let signed = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header));
            let signature = key.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
        };
        let kid = &key.kid;
        let good = format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#);
        assert!(verified(&signed_with(&good), &key, NOW).is_some());
        for header in [
            format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"es256","typ":"at+jwt","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{kid}"}}"#),
            r#"{"alg":"ES256","typ":"at+jwt"}"#.to_owned(),
            format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}","crit":["exp"]}}"#),
            format!(r#"{{"alg":"ES256","alg":"none","typ":"at+jwt","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}","jwk":{}}}"#, key.jwk()),
        ] {
            assert_eq!(verified(&signed_with(&header), &key, NOW), None, "{header}");
        }
    }
}
