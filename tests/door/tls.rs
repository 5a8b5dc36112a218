//! HTTPS: the certificate shown, renewed while serving, and what is said when it is wrong.

use crate::operation::tls::certificates;
use crate::support::{
    process::{Answer, Gateway, eventually, medimax, run, signal},
    scratch, unique,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{fs, io::Write, path::Path, sync::Arc};

/// The answer over TLS to a client that trusts the authority in a file.
fn ask(gateway: &Gateway, authority: &Path) -> Result<Answer, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), gateway.address.ip().into()).unwrap();
    let mut stream = gateway.connect();
    while connection.is_handshaking() {
        if let Err(error) = connection.complete_io(&mut stream) {
            return Err(error.downcast().unwrap());
        }
    }
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    Ok(Answer::read(stream))
}

#[test]
fn the_certificate_is_shown_checked_and_renewed() {
    let folder = scratch(&unique("https"));
    fs::create_dir_all(&folder).unwrap();
    certificates(&folder);
    let serve = |certificate: &str, key: &str| {
        let mut command = medimax(&["serve", "--memory", "--demo-patients=1", "--listen", "127.0.0.1:0"]);
        command.args(["--tls-certificate-file", certificate, "--tls-key-file", key]).current_dir(&folder);
        command
    };
    for (certificate, key, says) in [
        ("missing.pem", "server.key", "missing.pem holds no certificate"),
        ("empty.pem", "server.key", "empty.pem"),
        ("server.pem", "empty.pem", "empty.pem holds no key"),
        ("server.pem", "ca.key", "server.pem holds no certificate for this key"),
        ("server.pem", "", "go together"),
    ] {
        let ended = run(&mut serve(certificate, key));
        assert!(ended.code == Some(1) && ended.err.join("\n").contains(says), "{certificate} {key}: {ended:?}");
    }

    let gateway = Gateway::from(&mut serve("server.pem", "server.key"));
    assert!(gateway.said().iter().any(|line| line.contains("https://127.0.0.1:")), "{:?}", gateway.said());
    let answer = ask(&gateway, &folder.join("ca.pem")).unwrap();
    assert_eq!((answer.status, answer.text()), (200, "alive\n"));
    assert!(answer.header("strict-transport-security").unwrap().starts_with("max-age="));
    assert!(matches!(ask(&gateway, &folder.join("stranger.pem")), Err(rustls::Error::InvalidCertificate(_))));
    // Plain text at this port is no request.
    let mut plain = gateway.connect();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut heard = Vec::new();
    let _ = std::io::Read::read_to_end(&mut plain, &mut heard);
    assert!(!heard.starts_with(b"HTTP"), "{heard:?}");

    // Another authority signs: the same files, and a signal.
    let before = fs::read(folder.join("server.pem")).unwrap();
    certificates(&folder);
    assert_ne!(fs::read(folder.join("server.pem")).unwrap(), before);
    assert!(ask(&gateway, &folder.join("ca.pem")).is_err(), "not before it is told");
    signal(&gateway.child, "HUP");
    eventually("the new certificate is shown", || ask(&gateway, &folder.join("ca.pem")).ok()).unwrap();
}
