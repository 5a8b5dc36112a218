//! The address of a server: `bolt://user:password@host:port` and its relatives.

use crate::error::{Error, Result};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

const SCHEMES: [&str; 6] = ["bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"];

/// An address, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The address without user and password.
    pub(super) uri: String,
    pub(super) user: String,
    pub(super) password: String,
}

impl Address {
    /// Reads an address. No error repeats more of it than its scheme: the rest may hold a password.
    pub(super) fn parse(url: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::Setup(format!(
                "graph_url {what}; use bolt://user:password@host:7687 (bolt+s:// with TLS, bolt+ssc:// without a check of \
                 the certificate), with %40 for @ and %2F for / in the password"
            ))
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("has no scheme"))?;
        if !SCHEMES.contains(&scheme) {
            return Err(wrong(&format!("begins with '{scheme}'")));
        }
        let (login, host) = rest.rsplit_once('@').ok_or_else(|| wrong("has no user"))?;
        let (user, password) =
            login.split_once(':').ok_or_else(|| wrong("has no password, and graph_password is not set"))?;
        let host = host.trim_end_matches('/');
        let name = match host.rsplit_once(':') {
            // The colons of an IPv6 address without a port stand within brackets.
            Some((name, port)) if !port.ends_with(']') => {
                port.parse::<u16>().map_err(|_not_a_port| wrong("has a port that is not a number"))?;
                name
            }
            _ => host,
        };
        if name.is_empty() || host.contains(['/', '?', '#']) {
            return Err(wrong("has no host, or something after it"));
        }
        let plain = |text| decoded(text).ok_or_else(|| wrong("has a % that is not followed by two hexadecimal digits"));
        Ok(Address { uri: format!("{scheme}://{host}"), user: plain(user)?, password: plain(password)? })
    }
}

/// A text without its percent signs.
fn decoded(text: &str) -> Option<String> {
    // A sign without its digits would be left as it is, and the password be another one.
    let is_whole = text.split('%').skip(1).all(|after| {
        let mut digits = after.bytes().take(2).filter(u8::is_ascii_hexdigit);
        digits.next().and(digits.next()).is_some()
    });
    if !is_whole {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        for (url, uri, password) in [
            ("bolt://neo4j:secret@graph:7687", "bolt://graph:7687", "secret"),
            ("neo4j+s://neo4j:p%40ss%2F:w@rd@graph.example/", "neo4j+s://graph.example", "p@ss/:w@rd"),
            ("bolt+ssc://neo4j:@[::1]", "bolt+ssc://[::1]", ""),
            ("bolt://neo4j:x@[::1]:7687", "bolt://[::1]:7687", "x"),
        ] {
            let address = Address { uri: uri.into(), user: "neo4j".into(), password: password.into() };
            assert_eq!(Address::parse(url).unwrap(), address);
        }
    }

    #[test]
    fn a_wrong_address_says_what_to_write_and_keeps_the_password() {
        for url in [
            "graph:7687",
            "http://neo4j:secret@graph",
            "bolt://graph:7687",
            "bolt://secret@graph:7687",
            "bolt://neo4j:secret@",
            "bolt://neo4j:secret@:7687",
            "bolt://neo4j:secret@graph:bolt",
            "bolt://neo4j:secret@graph:7687/db",
            "bolt://neo4j:secret%4@graph:7687",
        ] {
            let Err(Error::Setup(text)) = Address::parse(url) else { panic!("{url} was taken") };
            assert!(text.contains("use bolt://user:password@host:7687") && !text.contains("secret"), "{text}");
        }
    }
}
