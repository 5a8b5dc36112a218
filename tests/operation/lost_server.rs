//! A database server that dies, freezes and comes back under a gateway that goes on serving.

use super::server::Server;
use crate::support::{
    codes, full,
    process::{Gateway, PATIENCE, body_of, eventually, medimax},
};
use serde_json::Value;
use std::{
    fs::{File, read_to_string},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    thread,
    time::Instant,
};

const QUERY: &str = "{ patient(id: 3) { name medications { name } } patients(first: 5) { nodes { name appointments { totalCount } } } }";

/// What clients see who ask without end.
#[derive(Default)]
struct Clients {
    /// Whether the server is away, so that answers may lack what it holds.
    away: AtomicBool,
    stop: AtomicBool,
    right: AtomicUsize,
    lacking: AtomicUsize,
}

impl Clients {
    fn ask_without_end(&self, gateway: &Gateway, expected: &[u8]) {
        let request = body_of(QUERY, Value::Null);
        while !self.stop.load(SeqCst) {
            let (away_before, since) = (self.away.load(SeqCst), Instant::now());
            let answer = gateway.post(&request);
            assert!(since.elapsed() < PATIENCE / 2, "an answer took {:?}", since.elapsed());
            if answer.status == 200 && answer.body == expected {
                self.right.fetch_add(1, SeqCst);
                continue;
            }
            let json = answer.json();
            assert!(away_before || self.away.load(SeqCst), "the server is there, and the answer is {json}");
            assert!(answer.status == 200 && !codes(&json).is_empty(), "{json}");
            for error in json["errors"].as_array().unwrap() {
                let code = error["extensions"]["code"].as_str().unwrap();
                assert!(matches!(code, "DATABASE_UNAVAILABLE" | "TIMEOUT"), "{json}");
                let place = error["path"].as_array().unwrap().iter().fold(&json["data"], |value, key| match key {
                    Value::String(key) => &value[key],
                    index => &value[index.as_u64().unwrap() as usize],
                });
                assert!(place.is_null(), "{error} in {json}");
            }
            self.lacking.fetch_add(1, SeqCst);
        }
    }

    /// Waits until there are this many more of these answers.
    fn see(&self, count: &AtomicUsize, more: usize) {
        let goal = count.load(SeqCst) + more;
        let what = format!("{more} more answers come");
        // A client that found something wrong stops them all.
        let seen = || (count.load(SeqCst) >= goal || self.stop.load(SeqCst)).then_some(());
        eventually(&what, seen).unwrap();
    }
}

/// Stops the clients when dropped, also by a panic.
struct StopOnDrop<'a>(&'a Clients);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_back_is_found_again() {
    let mut server = Server::start(&[]).await;
    let url = server.database(8).await;
    let gateway = Gateway::start(
        &[
            &["--database-url", &url, "--database-max-connections", "4"][..],
            &["--request-timeout-ms", "3000", "--database-wait-ms", "2000"],
            // Without an entry nothing of an answer is told; here it is told as far as it came.
            &["--audit", "off"],
        ]
        .concat(),
    );
    let expected = gateway.post(&body_of(QUERY, Value::Null));
    assert!(expected.status == 200 && expected.json().get("errors").is_none(), "{expected:?}");

    let clients = Clients::default();
    let (rounds, answers) = if full() { (10, 2_000) } else { (1, 100) };
    let (clients, gateway, expected) = (&clients, &gateway, &expected.body);
    let runtime = tokio::runtime::Handle::current();
    thread::scope(|scope| {
        let _stop = StopOnDrop(clients);
        for _ in 0..4 {
            scope.spawn(move || {
                let _stop = StopOnDrop(clients);
                clients.ask_without_end(gateway, expected);
            });
        }
        for _ in 0..rounds {
            // Killed, shut down in order, and frozen.
            for end in ["KILL", "TERM", "STOP"] {
                clients.see(&clients.right, answers);
                clients.away.store(true, SeqCst);
                if end == "STOP" {
                    server.signal("STOP");
                    clients.see(&clients.lacking, 4);
                    server.signal("CONT");
                    clients.see(&clients.right, 1);
                } else {
                    server.end(end);
                    clients.see(&clients.lacking, 20);
                    // What went wrong is said as clients may read it, without what the driver says.
                    let told = || {
                        gateway.ask("{ graphStatus { lastError } }").1["data"]["graphStatus"]["lastError"]
                            .as_str()
                            .map(str::to_owned)
                    };
                    let told = eventually("the graph says that it is not kept in step", told).unwrap();
                    assert_eq!(told, "the database is not available; try again shortly");
                    tokio::task::block_in_place(|| runtime.block_on(server.run()));
                }
                // From the first request that begins now on, nothing may be missing any more.
                clients.away.store(false, SeqCst);
                clients.see(&clients.right, answers);
            }
        }
    });
    // One that was away while nobody asked is not missed: all connections are dead, and no answer lacks anything.
    for _ in 0..rounds {
        server.end("KILL");
        server.run().await;
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(gateway.post(&body_of(QUERY, Value::Null)).body, *expected));
            }
        });
    }
    assert!(clients.lacking.load(SeqCst) >= 44, "{}", clients.lacking.load(SeqCst));
    assert_eq!(gateway.metric("medimax_errors_total{code=\"INTERNAL\"}"), 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_starts_before_its_server_waits_for_it() {
    let mut server = Server::start(&[]).await;
    let url = server.database(3).await;
    server.end("KILL");
    let log = server.folder.join("gateway-log");
    let mut command = medimax(&["serve", "--listen", "127.0.0.1:0", "--database-url", &url]);
    command.stderr(File::create(&log).unwrap());
    let starting = thread::spawn(move || Gateway::from(&mut command));
    let waits = || read_to_string(&log).unwrap().matches("trying again in").count();
    eventually("it has waited twice", || (waits() >= 2).then_some(())).unwrap();
    let said = read_to_string(&log).unwrap();
    assert!(said.lines().all(|line| line.contains("is it running, and is the port right?")), "{said}");
    assert!(!starting.is_finished());

    server.run().await;
    let gateway = starting.join().unwrap();
    let (status, answer) = gateway.ask(QUERY);
    assert!(status == 200 && answer.get("errors").is_none(), "{answer}");
}
