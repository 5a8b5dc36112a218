//! The types that keys have: how each is read, shown, and kept from being shown.

use crate::db::Tls;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::{fmt, ops::Deref, path::PathBuf, str::FromStr};

/// A type of configuration value.
pub(super) trait Setting: Sized {
    /// What an operator may write.
    const EXPECTED: &'static str;
    /// Whether nobody may read it.
    const SECRET: bool = false;
    fn read(text: &str) -> Option<Self>;
    /// As `medimax config` prints it: without secrets.
    fn show(&self) -> String;
    /// What was perhaps meant by a text that could not be read.
    fn meant(_text: &str) -> Option<String> {
        None
    }
}

macro_rules! settings { ($($ty:ty: $expected:literal),*) => { $(
    impl Setting for $ty {
        const EXPECTED: &'static str = $expected;
        fn read(text: &str) -> Option<Self> {
            <$ty>::from_str(text).ok()
        }
        fn show(&self) -> String {
            self.to_string()
        }
    }
)* } }
settings!(u64: "a whole number", u32: "a whole number", usize: "a whole number", bool: "true or false", String: "a text");

/// A whole number within a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Within<LEAST, MOST> {
    pub(super) const fn new(number: u32) -> Self {
        assert!(LEAST <= number && number <= MOST);
        Within(number)
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

macro_rules! within { ($($least:literal to $most:literal),*) => { $(
    impl Setting for Within<$least, $most> {
        const EXPECTED: &'static str = concat!("a whole number from ", $least, " to ", $most);
        fn read(text: &str) -> Option<Self> {
            text.parse().ok().filter(|number| ($least..=$most).contains(number)).map(Within)
        }
        fn show(&self) -> String {
            self.0.to_string()
        }
    }
)* } }
within!(0 to 1440, 1 to 15, 1 to 365);

impl Setting for PathBuf {
    const EXPECTED: &'static str = "a path";
    fn read(text: &str) -> Option<Self> {
        Some(text.into())
    }
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Setting for Tls {
    const EXPECTED: &'static str = "off, required or verified";
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "off" => Tls::Off,
            "required" => Tls::Required,
            "verified" => Tls::Verified,
            _ => return None,
        })
    }
    fn show(&self) -> String {
        match self {
            Tls::Off => "off",
            Tls::Required => "required",
            Tls::Verified => "verified",
        }
        .into()
    }
}

/// A text that nobody may read: it shows itself as `***`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Whether it was left out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, for whom it is meant.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a text is the secret. How long that takes tells nothing of it: digests are compared.
    pub fn is(&self, text: &str) -> bool {
        !self.is_empty() && Sha256::digest(&self.0) == Sha256::digest(text)
    }
}

impl Setting for Secret {
    const EXPECTED: &'static str = "a text";
    const SECRET: bool = true;
    fn read(text: &str) -> Option<Self> {
        Some(Secret(text.to_owned()))
    }
    fn show(&self) -> String {
        if self.is_empty() { String::new() } else { "***".into() }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.show())
    }
}

/// The address of a store, which shows itself without the password that may stand in it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// User and password, as they are written; none where the address has neither.
    pub(super) fn login(&self) -> Option<(&str, Option<&str>)> {
        let (login, _) = self.0.rsplit_once('@')?;
        // An address without a scheme is wrong, and its password is one all the same.
        let login = login.split_once("://").map_or(login, |(_, login)| login);
        Some(login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password))))
    }

    /// The address with this password, percent-encoded, behind the user. An address that has one, or no user, stays as it is.
    pub fn with(&self, password: &Secret) -> String {
        match (self.login(), self.0.rsplit_once('@')) {
            (Some((_, None)), Some((login, host))) if !password.is_empty() => {
                format!("{login}:{}@{host}", utf8_percent_encode(&password.0, &MEANINGFUL))
            }
            _ => self.0.clone(),
        }
    }
}

impl Setting for StoreUrl {
    const EXPECTED: &'static str = "an address";
    fn read(text: &str) -> Option<Self> {
        Some(text.into())
    }
    fn show(&self) -> String {
        match (self.login(), self.0.rsplit_once('@')) {
            (Some((user, Some(_))), Some((_, host))) => {
                let scheme = self.0.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
                format!("{scheme}{user}:***@{host}")
            }
            _ => self.0.clone(),
        }
    }
}

impl From<&str> for StoreUrl {
    fn from(text: &str) -> Self {
        StoreUrl(text.to_owned())
    }
}

impl Deref for StoreUrl {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.show())
    }
}

/// All that may mean something in an address.
const MEANINGFUL: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden() {
        for (url, shown) in [
            ("mysql://u:p@ss@host/db", "mysql://u:***@host/db"),
            ("me:p@host/db", "me:***@host/db"),
            ("bolt://me:@host", "bolt://me:***@host"),
            ("mysql://u@host/db", "mysql://u@host/db"),
            ("sqlite://a@b:c/d", "sqlite://a@b:c/d"),
            ("embedded", "embedded"),
        ] {
            let url = StoreUrl::from(url);
            assert_eq!(url.show(), shown);
            assert_eq!(format!("{url:?}"), format!("{shown:?}"));
        }
        let secret = Secret::read("s3cret").unwrap();
        assert_eq!((secret.show(), format!("{secret:?}")), ("***".into(), "\"***\"".into()));
        assert_eq!(Secret::default().show(), "");
    }

    #[test]
    fn a_password_is_encoded_and_put_behind_the_user() {
        let password = Secret::read("p@ss/:w%ö?#").unwrap();
        for (url, with) in [
            ("mysql://u@host/db", "mysql://u:p%40ss%2F%3Aw%25%C3%B6%3F%23@host/db"),
            ("mysql://u:other@host/db", "mysql://u:other@host/db"),
            ("sqlite://file", "sqlite://file"),
        ] {
            assert_eq!(StoreUrl::from(url).with(&password), with);
        }
        assert_eq!(StoreUrl::from("mysql://u@host/db").with(&Secret::default()), "mysql://u@host/db");
    }
}
