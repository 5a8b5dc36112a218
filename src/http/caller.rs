//! Who asks: the credentials in a request's head, before anything of the request is parsed.

use super::{answer::Refused, observe::Peer};
use crate::{
    access::{Access, Asker, Principal},
    config::{Config, Secret},
    db::scope::Scope,
    error::{Error, Result},
    graphql::clock::Clock,
};
use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use std::{net::IpAddr, sync::Arc};

/// Whom the gateway answers.
pub struct Callers {
    /// The accounts, where log-in is asked for.
    pub access: Option<Arc<Access>>,
    /// Whether whoever sends no credential is answered too.
    pub open: bool,
    /// Which patients a caller may see.
    pub scope: fn(&Principal, Clock) -> Scope,
}

/// The same, and from where callers come.
pub(super) struct Desk {
    callers: Callers,
    operator: Secret,
    proxies: Vec<Network>,
}

/// What a request's head says of its caller, not checked yet.
pub(super) struct Credentials {
    token: Option<String>,
    from: Option<IpAddr>,
}

/// Why credentials are none.
const FORM: &str =
    "the `Authorization` header must be one `Bearer` with an access token, which `logIn` gives, or an API key";

impl Desk {
    pub(super) fn new(callers: Callers, config: &Config) -> Result<Self> {
        let proxies = config.trusted_proxies.split(',').map(str::trim).filter(|text| !text.is_empty());
        let read = |text: &str| {
            Network::read(text).ok_or_else(|| {
                Error::Setup(format!(
                    "trusted_proxies takes addresses and networks as 10.1.2.3 or 10.0.0.0/8, with commas between them, not '{text}'"
                ))
            })
        };
        Ok(Desk {
            callers,
            operator: config.operator_token.clone(),
            proxies: proxies.map(read).collect::<Result<_>>()?,
        })
    }

    /// The public keys of access tokens, where there are any.
    pub(super) fn access(&self) -> Option<&Arc<Access>> {
        self.callers.access.as_ref()
    }

    /// The credentials of a request; an error where their form is none. Nobody looks at them where no log-in is asked for.
    pub(super) fn credentials(&self, request: &Request) -> Result<Credentials, Refused> {
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.to_canonical());
        let from = peer.map(|peer| self.client(request.headers(), peer));
        let token = if self.callers.access.is_some() { bearer(request.headers())? } else { None };
        Ok(Credentials { token: token.map(str::to_owned), from })
    }

    /// Who asks; an error for a token that is none.
    pub(super) async fn asker(&self, Credentials { token, from }: Credentials) -> Result<Asker, Refused> {
        let Some(access) = &self.callers.access else {
            return Ok(Asker { from, ..Asker::anybody() });
        };
        let principal = match token {
            None if self.callers.open && access.is_still_demo().await.map_err(refused)? => Principal::Anybody,
            None => Principal::Nobody,
            Some(token) => access.caller(&token).await.map_err(refused)?,
        };
        Ok(Asker { principal, from, access: Some(access.clone()) })
    }

    /// Which patients the caller may see.
    pub(super) fn scope(&self, asker: &Asker, clock: Clock) -> Scope {
        (self.callers.scope)(&asker.principal, clock)
    }

    /// That the caller may see how the gateway works: an administrator, or a program with the operators' token.
    pub(super) async fn operates(&self, credentials: Result<Credentials, Refused>) -> Result<(), Refused> {
        let credentials = credentials?;
        if credentials.token.as_deref().is_some_and(|token| self.operator.is(token)) {
            return Ok(());
        }
        let asker = self.asker(credentials).await?;
        match asker.principal.operates() {
            true => Ok(()),
            false if asker.principal == Principal::Nobody => {
                let says = "this is for operators: send `Authorization: Bearer` with the operator_token or an administrator's access token";
                Err(unauthenticated(Error::Unauthenticated(says)))
            }
            false => {
                let error = Error::NotAllowed("this is for operators".into());
                Err(Refused { status: StatusCode::FORBIDDEN, error, header: None })
            }
        }
    }

    /// The address of the client: the last one of `X-Forwarded-For` that no trusted proxy has. Whatever stands before it, anybody may
    /// have written.
    fn client(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        let trusted = |address: &IpAddr| self.proxies.iter().any(|network| network.holds(*address));
        let mut client = peer;
        let lists = headers.get_all("x-forwarded-for").iter().rev();
        let hops = lists.flat_map(|list| list.to_str().unwrap_or_default().rsplit(','));
        for hop in hops {
            if !trusted(&client) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(before) => client = before.to_canonical(),
                Err(_not_an_address) => break,
            }
        }
        client
    }
}

/// The access token of a request.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = given.next() else { return Ok(None) };
    let token = first.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
    });
    match (token, given.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(unauthenticated(Error::Unauthenticated(FORM))),
    }
}

fn refused(error: Error) -> Refused {
    match error {
        Error::Unauthenticated(_) => unauthenticated(error),
        Error::Limit { allowed, .. } => {
            // When the next request may come, at so many a minute.
            let wait = match allowed {
                60.. => "1",
                20.. => "3",
                6.. => "10",
                _ => "60",
            };
            Refused { status: StatusCode::TOO_MANY_REQUESTS, error, header: Some((header::RETRY_AFTER, wait)) }
        }
        error => Refused { status: StatusCode::SERVICE_UNAVAILABLE, error, header: Some((header::RETRY_AFTER, "1")) },
    }
}

fn unauthenticated(error: Error) -> Refused {
    Refused { status: StatusCode::UNAUTHORIZED, error, header: Some((header::WWW_AUTHENTICATE, "Bearer")) }
}

/// Addresses that begin alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: u128,
    mask: u128,
}

impl Network {
    fn read(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits: u32 = bits.map_or(Some(most), |bits| bits.parse().ok().filter(|bits| *bits <= most))?;
        let mask = u128::MAX.checked_shl(most - bits).unwrap_or(0);
        Some(Network { address: number(address) & mask, mask })
    }

    fn holds(self, address: IpAddr) -> bool {
        number(address.to_canonical()) & self.mask == self.address
    }
}

/// An address as a number; those of the fourth version among those of the sixth.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Principal;

    fn read(proxies: &str) -> Result<Desk> {
        let config = Config::gather(None, [], [("trusted_proxies".to_owned(), proxies.to_owned())])?;
        Desk::new(Callers { access: None, open: false, scope: |_, _| Scope::nobody() }, &config)
    }

    fn client(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for list in forwarded {
            headers.append("x-forwarded-for", list.parse().unwrap());
        }
        read(proxies).unwrap().client(&headers, peer.parse().unwrap()).to_string()
    }

    #[test]
    fn only_trusted_proxies_say_whence_a_request_comes() {
        for (proxies, peer, forwarded, expected) in [
            ("", "10.0.0.1", &["1.2.3.4"][..], "10.0.0.1"),
            ("10.0.0.0/8", "10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            // What the client itself wrote stands before.
            ("10.0.0.0/8", "10.0.0.1", &["9.9.9.9, 1.2.3.4"], "1.2.3.4"),
            ("10.0.0.0/8", "10.0.0.1", &["9.9.9.9", "1.2.3.4, 10.0.0.7"], "1.2.3.4"),
            ("10.0.0.0/8", "10.0.0.1", &["9.9.9.9, nonsense"], "10.0.0.1"),
            ("10.0.0.0/8", "10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", "::ffff:10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
            ("2001:db8::/32, 10.0.0.1", "2001:db8:1::2", &["1.2.3.4"], "1.2.3.4"),
            ("0.0.0.0/0", "2001:db8:1::2", &["1.2.3.4"], "2001:db8:1::2"),
        ] {
            assert_eq!(client(proxies, peer, forwarded), expected, "{proxies} {peer} {forwarded:?}");
        }
    }

    #[test]
    fn networks_that_are_none_are_refused() {
        for wrong in ["10.0.0.0/33", "10.0.0", "::1/129", "10.0.0.0/-1", "/8"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn credentials_are_one_bearer() {
        let token = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            bearer(&headers).map(|token| token.map(str::to_owned)).map_err(|refused| refused.status.as_u16())
        };
        assert_eq!(token(&[]), Ok(None));
        assert_eq!(token(&["bearer a.b.c"]), Ok(Some("a.b.c".into())));
        for wrong in
            [&["Basic YTpi"][..], &["Bearer"], &["Bearer "], &["Bearer a", "Bearer b"], &["Bearer a", "Basic b"]]
        {
            assert_eq!(token(wrong), Err(401), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn without_log_in_everybody_is_an_administrator_whatever_is_sent() {
        let request = Request::builder().header(header::AUTHORIZATION, "Basic YTpi").body(axum::body::Body::empty());
        let desk = read("").unwrap();
        let asker = desk.asker(desk.credentials(&request.unwrap()).unwrap()).await.unwrap();
        assert_eq!(asker.principal, Principal::Anybody);
    }
}
