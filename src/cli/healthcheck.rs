//! `medimax healthcheck`: whether a gateway is alive, for containers that hold no other program to ask with.

use super::say;
use crate::{
    config::Config,
    error::{Error, Result},
};
use clap::{Arg, ArgMatches, Command};
use hyper::Uri;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};

/// How long each step may take. A gateway that is slower than that is not well.
const PATIENCE: Duration = Duration::from_secs(3);

/// More than any answer about health has.
const LONGEST: u64 = 64 * 1024;

pub(super) fn command() -> Command {
    Command::new("healthcheck").about("Ask the gateway whether it is alive; exit code 1 if it does not say so").arg(
        Arg::new("url").value_name("URL").help(
            "Ask here, as http://127.0.0.1:8080/healthz; left out: the gateway of this configuration. Of HTTPS the \
             certificate is not checked",
        ),
    )
}

pub(super) fn run(config: &Config, args: &ArgMatches) -> Result<()> {
    let url = args.get_one::<String>("url").cloned().unwrap_or_else(|| own(config));
    let answer = ask(&url).map_err(|error| Error::Setup(format!("{url} does not answer: {error}")))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.lines().next().and_then(|line| line.split_once(' ')).unwrap_or_default().1;
    match status.starts_with('2') {
        true => say(body),
        false => Err(Error::Setup(format!("{url} answers {status}: {}", body.trim()))),
    }
}

/// Where the gateway of this configuration answers. An address that stands for all of a machine's (`0.0.0.0`) is one to
/// ask at, too: a connection to it goes to the machine itself.
pub(super) fn own(config: &Config) -> String {
    let scheme = if config.tls_certificate_file.as_os_str().is_empty() { "http" } else { "https" };
    format!("{scheme}://{}/healthz", config.listen)
}

/// The whole answer of what is at a URL.
pub(super) fn ask(url: &str) -> io::Result<String> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "a URL looks like http://127.0.0.1:8080/healthz");
    let uri: Uri = url.parse().map_err(|_not_a_url| wrong())?;
    let authority = uri.authority().ok_or_else(wrong)?;
    let (secure, port) = match uri.scheme_str() {
        Some("http") => (false, 80),
        Some("https") => (true, 443),
        _ => return Err(wrong()),
    };
    let at = if authority.port().is_some() { authority.to_string() } else { format!("{authority}:{port}") };
    let stream = connect(&at)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = format!("GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
    match secure {
        true => exchange(&mut protect(stream, authority.host())?, &request),
        false => exchange(&mut { stream }, &request),
    }
}

/// The first that takes a connection of the addresses that go by a name.
fn connect(at: &str) -> io::Result<TcpStream> {
    let mut refused = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in at.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

fn exchange(stream: &mut (impl Read + Write), request: &str) -> io::Result<String> {
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn protect(stream: TcpStream, host: &str) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth();
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    Ok(StreamOwned::new(connection, stream))
}

/// Takes any certificate: it is made out to the name by which clients come, and who checks comes by the address. Nothing
/// is told to the other side, and nothing is believed but that it lives.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _above: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
