//! TLS to both stores: what is checked, what is not, and what is said when it fails.

use super::{done, number, refused, server::Server};
use crate::support::{
    Backend, Store,
    neo4j::{self, PASSWORD},
    options,
    process::{Gateway, eventually, medimax},
};
use medimax::db;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Makes an authority and a certificate that it signed, for 127.0.0.1 alone.
pub(crate) fn certificates(folder: &Path) {
    let openssl = |args: &str| {
        let output = Command::new("openssl").args(args.split(' ')).current_dir(folder).output();
        let output = output.expect("openssl makes the certificates: scripts/test sets it up");
        assert!(output.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for authority in ["ca", "stranger"] {
        openssl(&format!("req -x509 {key} -days 2 -subj /CN={authority} -keyout {authority}.key -out {authority}.pem"));
    }
    openssl(&format!("req {key} -subj /CN=server -keyout server.key -out server.csr"));
    fs::write(folder.join("names"), "subjectAltName = IP:127.0.0.1\n").unwrap();
    openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 1 -days 2 -extfile names -out server.pem");
    fs::write(folder.join("empty.pem"), "no certificate is in here\n").unwrap();
}

/// A server with TLS and an account `guarded` that may not log in without it.
async fn guarded_server() -> Server {
    let tls = ["--ssl-ca=../ca.pem", "--ssl-cert=../server.pem", "--ssl-key=../server.key"];
    // On every address of this machine: one besides 127.0.0.1 is needed.
    let mut server = Server::prepare(&[&tls[..], &["--bind-address=0.0.0.0"]].concat());
    certificates(&server.folder);
    server.run().await;
    server.database(2).await;
    let admin = db::open(&options(&server.url("information_schema"))).await.unwrap();
    admin.run("CREATE USER guarded@'%' IDENTIFIED BY 'secret' REQUIRE SSL").await.unwrap();
    admin.run("GRANT ALL ON medimax.* TO guarded@'%'").await.unwrap();
    server
}

#[tokio::test]
async fn a_link_is_protected_as_configured() {
    let server = guarded_server().await;
    let migrate = |host: &str, args: &[&str]| {
        let url = format!("mysql://guarded:secret@{host}:{}/medimax", server.port);
        let mut command = medimax(&["migrate", "--database-url", &url]);
        command.args(args).current_dir(&server.folder);
        command
    };
    let verified = ["--database-tls", "verified", "--database-ca-file", "ca.pem"];
    for (host, args) in [
        ("127.0.0.1", &verified[..]),
        ("127.0.0.1", &["--database-tls", "required"]),
        ("localhost", &["--database-tls", "required"]),
    ] {
        assert!(done(&mut migrate(host, args)).starts_with("Nothing to do"), "{host} {args:?}");
    }

    let with_ca = |file| ["--database-tls", "verified", "--database-ca-file", file];
    for (host, args, says) in [
        ("localhost", &verified[..], &["TLS", "failed", "localhost", "check database_tls and database_ca_file"][..]),
        ("127.0.0.1", &with_ca("stranger.pem"), &["TLS", "failed", "check database_tls and database_ca_file"]),
        ("127.0.0.1", &["--database-tls", "verified"], &["TLS", "failed", "check database_tls and database_ca_file"]),
        ("127.0.0.1", &with_ca("missing.pem"), &["database_ca_file", "missing.pem", "No such file"]),
        ("127.0.0.1", &with_ca("empty.pem"), &["database_ca_file", "empty.pem"]),
        ("127.0.0.1", &[], &["refuses user 'guarded'", "database_tls"]),
        ("127.0.0.1", &["--database-tls", "off"], &["refuses user 'guarded'", "database_tls"]),
    ] {
        let line = refused(&mut migrate(host, args));
        assert!(!line.contains("secret"), "{line}");
        for text in says {
            assert!(line.contains(text), "{host} {args:?}: no {text:?} in {line}");
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_required() {
    let server = Server::start(&["--skip-ssl"]).await;
    server.database(0).await;
    for tls in ["required", "verified"] {
        let line = refused(&mut medimax(&["migrate", "--database-tls", tls, "--database-url", &server.url("medimax")]));
        assert!(line.contains("database_tls") && line.contains("the server has no TLS"), "{line}");
    }
    done(&mut medimax(&["migrate", "--database-url", &server.url("medimax")]));
}

/// The driver can move a link to the socket whose path the server tells. Where the server is on another machine, that
/// path is somebody else's here, and who asks for TLS is to get it.
#[tokio::test]
async fn a_link_is_not_moved_to_a_socket_that_may_be_somebody_elses() {
    let server = guarded_server().await;
    let admin = db::open(&options(&server.url("information_schema"))).await.unwrap();
    for (host, tls) in [("127.0.0.2", "off"), ("127.0.0.1", "required")] {
        let url = format!("mysql://root@{host}:{}/medimax", server.port);
        let mut command = medimax(&["serve", "--listen", "127.0.0.1:0", "--database-tls", tls, "--database-url", &url]);
        // Here, the path that the server tells is that of a socket.
        let gateway = Gateway::from(command.current_dir(server.folder.join("data")).stderr(Stdio::null()));
        assert_eq!(gateway.ask("{ patients { totalCount } }").1["data"]["patients"]["totalCount"], 2);
        let links = |from| format!("SELECT COUNT(*) FROM processlist WHERE db = 'medimax' AND host LIKE '{from}%'");
        assert_eq!(number(&admin, &links("localhost")).await, 0, "{host} {tls}");
        assert!(number(&admin, &links("127.0.0.")).await > 0, "{host} {tls}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_neo4j_is_protected_as_its_address_says() {
    let server = neo4j::Server::start_with_tls(|folder| {
        certificates(folder);
        fs::rename(folder.join("server.key"), folder.join("private.key")).unwrap();
        fs::rename(folder.join("server.pem"), folder.join("public.crt")).unwrap();
    });
    let server = server.await;
    let folder = server.folder.join("certificates");
    fs::write(folder.join("password"), format!("{PASSWORD}\n")).unwrap();
    let store = Store::with_patients(Backend::Sqlite, 2).await;
    let graph = |verb: &str, scheme: &str, host: &str, args: &[&str]| {
        let url = format!("{scheme}://neo4j@{host}:{}", server.port);
        let mut command = medimax(&[verb, "--database-url", &store.url, "--graph-url", &url]);
        command.args(args).current_dir(&folder).env("MEDIMAX_GRAPH_PASSWORD_FILE", "password");
        command
    };
    let trusted = ["--graph-ca-file", "ca.pem"];
    for (scheme, host, args) in [
        ("bolt+s", "127.0.0.1", &trusted[..]),
        ("neo4j+s", "127.0.0.1", &trusted),
        ("bolt+ssc", "localhost", &[]),
        ("neo4j+ssc", "localhost", &[]),
    ] {
        let said = done(&mut graph("sync", scheme, host, args));
        assert!(said.starts_with("The graph is up to date"), "{scheme} {host}: {said}");
    }
    let mut serve = graph("serve", "neo4j+s", "127.0.0.1", &trusted);
    let gateway = Gateway::from(serve.args(["--listen", "127.0.0.1:0"]).stderr(Stdio::null()));
    let query = "{ patient(id: 1) { graph(depth: 1) { nodes { id } } } }";
    eventually("the graph is asked over TLS", || {
        gateway.ask(query).1["data"]["patient"]["graph"]["nodes"]
            .as_array()
            .filter(|nodes| !nodes.is_empty())
            .map(|_| ())
    })
    .unwrap();
    drop(gateway);

    for (scheme, host, args) in [
        // The certificate is for 127.0.0.1 alone.
        ("bolt+s", "localhost", &trusted[..]),
        ("neo4j+s", "localhost", &trusted),
        ("bolt+s", "127.0.0.1", &["--graph-ca-file", "stranger.pem"]),
        ("bolt+s", "127.0.0.1", &[]),
    ] {
        let line = refused(&mut graph("sync", scheme, host, args));
        for text in ["TLS with the graph's server failed", "check graph_url and graph_ca_file"] {
            assert!(line.contains(text) && !line.contains(PASSWORD), "{scheme} {host} {args:?}: {line}");
        }
    }
    let line = refused(&mut graph("sync", "bolt", "127.0.0.1", &[]));
    assert!(line.contains("if it wants TLS, graph_url must begin with bolt+s://"), "{line}");

    // The other way round: the server that all tests share speaks no TLS.
    let plain = std::env::var("MEDIMAX_TEST_NEO4J_URL").unwrap().replacen("bolt://", "bolt+s://", 1);
    let line = refused(&mut medimax(&["sync", "--database-url", &store.url, "--graph-url", &plain]));
    assert!(line.contains("if it has none, with bolt://"), "{line}");
}
