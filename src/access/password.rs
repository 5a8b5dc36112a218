//! Passwords: what they must be, their digests, and how many are looked at at a time.

use crate::error::{Error, Result};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{Error as HashError, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// The fewest characters of a password.
pub(super) const LEAST: usize = 12;
/// The most bytes of a password.
const MOST: usize = 1024;
/// What a digest costs: what OWASP asks for at least, 19 MiB and two passes in one thread.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many passwords may wait to be looked at.
const WAITING: usize = 64;
/// After how many seconds a log-in that found too many waiting may be tried again.
const CROWDED: u64 = 1;

/// How digests with today's parameters begin.
static TODAYS: LazyLock<String> = LazyLock::new(|| format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"));

/// What is compared with where there is no account, or none with a password: it costs what every digest costs, and no password has it.
static NOBODYS: LazyLock<String> = LazyLock::new(|| format!("{}{}${}", *TODAYS, "A".repeat(22), "A".repeat(43)));

/// What a look at a password says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether it is the account's.
    pub(super) is_right: bool,
    /// The digest by today's parameters, where the one that is stored has others.
    pub(super) renewed: Option<String>,
}

/// Where passwords are looked at: in threads of their own, a few at a time, so that many log-ins keep nobody else's answer waiting.
#[derive(Debug)]
pub(super) struct Desk {
    /// Places of those that wait or are looked at.
    places: Semaphore,
    /// Those that are looked at.
    working: Arc<Semaphore>,
}

impl Desk {
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let at_once = (cores / 2).max(1);
        Desk { places: Semaphore::new(WAITING + at_once), working: Arc::new(Semaphore::new(at_once)) }
    }

    /// A place in the queue, or that it is full. It is taken before anything is counted.
    pub(super) fn place(&self) -> Result<Place<'_>> {
        let taken = self.places.try_acquire().map_err(|_full| Error::TooManyAttempts(CROWDED))?;
        Ok(Place { desk: self, _taken: taken })
    }
}

/// A place in the queue.
pub(super) struct Place<'d> {
    desk: &'d Desk,
    _taken: tokio::sync::SemaphorePermit<'d>,
}

impl Place<'_> {
    /// Looks whether a password is the one of a digest. It takes the same work where there is no digest.
    pub(super) async fn verify(&self, password: &str, stored: Option<String>) -> Result<Verdict> {
        let password = password.to_owned();
        self.work(move || verify(&password, stored.as_deref())).await
    }

    /// The digest of a password that [`checked`] has passed.
    pub(super) async fn digest(&self, password: String) -> Result<String> {
        self.work(move || digest(&password)).await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = self.desk.working.clone().acquire_owned().await;
        let turn = turn.map_err(|closed| Error::Internal(closed.to_string()))?;
        // Who hangs up gives the turn back only when the work, which cannot be stopped, is done.
        let done = tokio::task::spawn_blocking(move || {
            let ended = work();
            drop(turn);
            ended
        });
        done.await.map_err(|error| Error::Internal(format!("a password could not be looked at: {error}")))?
    }
}

/// A password as it is digested, or what it must be.
pub(super) fn checked(password: &str) -> Result<String> {
    let wrong = |must: String| Err(Error::BadInput(format!("the password must have {must}")));
    if password.len() > MOST {
        return wrong(format!("at most {MOST} bytes"));
    }
    let password = normal(password);
    if password.chars().count() < LEAST {
        return wrong(format!("at least {LEAST} characters"));
    }
    Ok(password)
}

/// A password that nobody can guess, in groups that can be read out.
pub fn made_password() -> Result<String> {
    // Of 32 letters and digits that are not taken for each other; 100 bits.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let random: [u8; 20] = random()?;
    let mut password = String::with_capacity(24);
    for (at, byte) in random.into_iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            password.push('-');
        }
        password.push(LETTERS.get(usize::from(byte % 32)).copied().map_or('2', char::from));
    }
    Ok(password)
}

/// Bytes that nobody can guess.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Internal(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}

/// The same letters in one spelling, however a keyboard put them together.
fn normal(password: &str) -> String {
    password.nfc().collect()
}

fn verify(password: &str, stored: Option<&str>) -> Result<Verdict> {
    let (password, may_be) = match password.len() <= MOST {
        true => (normal(password), stored.is_some()),
        false => (String::new(), false),
    };
    let digest = PasswordHash::new(stored.unwrap_or(&NOBODYS)).map_err(|_broken| unreadable())?;
    let is_right = match Argon2::default().verify_password(password.as_bytes(), &digest) {
        Ok(()) => may_be,
        Err(HashError::PasswordInvalid) => false,
        Err(_broken) => return Err(unreadable()),
    };
    let is_old = stored.is_some_and(|stored| !stored.starts_with(TODAYS.as_str()));
    let renewed = if is_right && is_old { Some(self::digest(&password)?) } else { None };
    Ok(Verdict { is_right, renewed })
}

fn unreadable() -> Error {
    Error::Internal("the stored digest of a password cannot be read: give the account a new password".into())
}

fn digest(password: &str) -> Result<String> {
    let failed = |_error| Error::Internal("a password could not be digested".into());
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| Error::Internal(error.to_string()))?;
    let salt: [u8; 16] = random()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let digest: PasswordHash = argon.hash_password_with_salt(password.as_bytes(), &salt).map_err(failed)?;
    Ok(digest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_twelve_characters_and_a_bound() {
        for (password, says) in [
            ("", Some("at least 12 characters")),
            ("eleven char", Some("at least 12 characters")),
            ("twelve chars", None),
            // Six letters with six marks are six characters.
            ("a\u{308}a\u{308}a\u{308}a\u{308}a\u{308}a\u{308}", Some("at least 12 characters")),
            (&"x".repeat(1024), None),
            (&"x".repeat(1025), Some("at most 1024 bytes")),
        ] {
            let told = checked(password).err().map(|error| error.to_string());
            assert_eq!(told.is_some(), says.is_some(), "{told:?}");
            assert!(told.unwrap_or_default().contains(says.unwrap_or_default()));
        }
    }

    #[test]
    fn a_digest_is_of_one_password_and_of_todays_parameters() {
        let stored = digest(&checked("Grüße an alle").unwrap()).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, digest("Grüße an alle").unwrap(), "salted");
        // The same letters, put together otherwise.
        let right = verify("Gru\u{308}ße an alle", Some(&stored)).unwrap();
        assert_eq!(right, Verdict { is_right: true, renewed: None });
        for wrong in ["grüße an alle", "", &"x".repeat(5000)] {
            assert!(!verify(wrong, Some(&stored)).unwrap().is_right);
        }
        assert!(verify("any", Some("no digest")).is_err());
    }

    #[test]
    fn a_digest_of_older_parameters_is_made_anew_for_who_knows_the_password() {
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let old: PasswordHash = old.hash_password_with_salt(b"twelve chars", b"saltsaltsalt").unwrap();
        let old = old.to_string();
        assert_eq!(verify("twelve charz", Some(&old)).unwrap(), Verdict { is_right: false, renewed: None });
        let renewed = verify("twelve chars", Some(&old)).unwrap().renewed.unwrap();
        assert_eq!(verify("twelve chars", Some(&renewed)).unwrap(), Verdict { is_right: true, renewed: None });
    }

    #[test]
    fn where_there_is_no_password_the_work_is_the_same_and_no_password_is_right() {
        let digest = PasswordHash::new(&NOBODYS).unwrap();
        let cost = Params::try_from(&digest).unwrap();
        assert_eq!((cost.m_cost(), cost.t_cost(), cost.p_cost()), (MEMORY_KIB, PASSES, LANES));
        assert!(!verify("", None).unwrap().is_right);
    }

    #[test]
    fn made_passwords_are_long_and_never_the_same() {
        let (one, two) = (made_password().unwrap(), made_password().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 24);
        assert!(checked(&one).is_ok());
    }

    #[tokio::test]
    async fn those_that_wait_are_bounded() {
        let desk = Desk::new();
        let places: Vec<_> = std::iter::from_fn(|| desk.place().ok()).take(1000).collect();
        assert!((WAITING + 1..1000).contains(&places.len()));
        assert!(matches!(desk.place(), Err(Error::TooManyAttempts(1))));
        drop(places);
        assert!(!desk.place().unwrap().verify("any", None).await.unwrap().is_right);
    }
}
