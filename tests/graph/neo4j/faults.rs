//! Servers that are not there, do not answer, or refuse; and locks that others hold.

use super::*;
use medimax::{
    error::{Code, Error},
    graph::Store,
};
use std::{net::TcpListener, time::Instant};

const LIMIT: Duration = Duration::from_secs(1);

/// What a limit may cost on a busy machine. A connection that nobody watches would cost minutes.
const SOON: Duration = Duration::from_secs(30);

fn hasty(url: &str) -> Neo4j {
    Neo4j::connect(&Options { timeout: LIMIT, max_connections: 1, ..options(url, "Nobody_") }, &SHAPES).unwrap()
}

/// That an answer is this error, soon.
async fn soon<T: std::fmt::Debug>(ask: impl Future<Output = Result<T, Error>>) -> Error {
    let started = Instant::now();
    let error = ask.await.unwrap_err();
    assert!(started.elapsed() < SOON, "{error} after {:?}", started.elapsed());
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_port_is_a_graph_that_is_not_available() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = soon(hasty(&format!("bolt://neo4j:secret@127.0.0.1:{port}")).counts()).await;
    assert_eq!(error.code(), Code::GraphUnavailable);
    assert_eq!(error.public_message(), "the graph is not available; `graphStatus` says more, try again shortly");
    for scheme in ["bolt+s", "bolt+ssc", "neo4j+s"] {
        let error = soon(hasty(&format!("{scheme}://neo4j:secret@127.0.0.1:{port}")).counts()).await;
        assert_eq!(error.code(), Code::GraphUnavailable);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_answers_costs_the_time_limit_and_so_does_the_wait_for_it() {
    // Connections are taken by the system; nobody reads them.
    let frozen = TcpListener::bind("127.0.0.1:0").unwrap();
    let store = hasty(&format!("bolt://neo4j:secret@{}", frozen.local_addr().unwrap()));
    // The second waits for the only connection.
    let wanted = [simple(1, "Ada")];
    let (first, second) = tokio::join!(soon(store.counts()), soon(store.apply(1, &wanted)));
    assert!(matches!((&first, &second), (Error::Graph(_), Error::Graph(_))), "{first:?} {second:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_said_at_once_and_not_tried_again() {
    // Not the tests' own user, whom the server would lock out after a few.
    let server = server();
    let (_, host) = server.rsplit_once('@').unwrap();
    let url = format!("bolt://nobody:secret@{host}");
    let store = Neo4j::connect(&Options { timeout: SOON * 2, ..options(&url, "Nobody_") }, &SHAPES).unwrap();
    // Whoever tried again would do so for the whole time limit.
    let error = soon(store.prepare(DATABASE)).await;
    let Error::Setup(text) = error else { panic!("{error:?}") };
    assert!(text.contains("user and password in graph_url") && !text.contains("secret"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_speak_bolt_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten().take(1) {
            std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        }
    });
    let error = soon(hasty(&format!("bolt://neo4j:secret@{address}")).counts()).await;
    assert!(matches!(&error, Error::Setup(text) if text.contains("does not speak Bolt")), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_somebody_holds_costs_the_time_limit_and_leaves_nothing() {
    let (place, store) = Place::prepared().await;
    let hurried = Neo4j::connect(&Options { timeout: LIMIT, ..options(&server(), &place.prefix) }, &SHAPES).unwrap();
    let mut other = Bolt::connect(&server());
    other.begin();
    other.run(&format!("MATCH (s:{}MediMax) SET s.lock = 0", place.prefix), json!({}));
    let error = soon(hurried.apply(1, &[simple(1, "Ada")])).await;
    assert!(matches!(error, Error::Graph(_)), "{error:?}");
    drop(other);
    // The connection that waited is of use again.
    let since = Instant::now();
    while let Err(error) = hurried.apply(1, &[simple(1, "Ada")]).await {
        assert!(since.elapsed() < SOON, "{error}");
    }
    assert_eq!(store.differing(&[simple(1, "Ada")]).await.unwrap(), Vec::<i32>::new());
}

#[test]
fn options_that_cannot_work_say_so() {
    let file = crate::support::scratch("no-certificate.pem");
    std::fs::write(&file, "nothing").unwrap();
    for (wrong, says) in [
        (Options { url: "graph:7687".into(), ..options("", "") }, "graph_url"),
        (options("bolt://neo4j:secret@graph:7687", "Hospital One"), "graph_label_prefix"),
        (options("bolt://neo4j:secret@graph:7687", "1st"), "graph_label_prefix"),
        (Options { ca_file: Some(file.clone()), ..options("bolt+s://neo4j:secret@graph", "") }, "graph_ca_file"),
        (Options { ca_file: Some("/nowhere".into()), ..options("bolt+s://neo4j:secret@graph", "") }, "graph_ca_file"),
    ] {
        let Err(Error::Setup(text)) = Neo4j::connect(&wrong, &SHAPES) else { panic!("{wrong:?} was taken") };
        assert!(text.contains(says) && !text.contains("secret"), "{text}");
    }
}
