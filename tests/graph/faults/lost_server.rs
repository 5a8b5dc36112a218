//! A Neo4j that dies, freezes and comes back under gateways that go on serving.

use super::*;
use crate::support::{codes, neo4j::Server};
use std::{sync::atomic::AtomicUsize, thread};

const QUERY: &str =
    "{ patient(id: 3) { name carePaths { symptom { id } } } knowledge { conditions(first: 1) { name } } }";

/// What a client sees that asks without end.
#[derive(Default)]
struct Seen {
    stop: AtomicBool,
    right: AtomicUsize,
    lacking: AtomicUsize,
}

impl Seen {
    fn ask_without_end(&self, gateway: &Gateway) {
        while !self.stop.load(SeqCst) {
            let since = Instant::now();
            let (status, answer) = gateway.ask(QUERY);
            // The limit is 2 s; the rest is for a machine that has other work.
            assert!(since.elapsed() < Duration::from_secs(20), "an answer took {:?}", since.elapsed());
            assert_eq!(status, 200, "{answer}");
            assert!(answer["data"]["patient"]["name"].is_string(), "{answer}");
            assert!(answer["data"]["knowledge"]["conditions"][0]["name"].is_string(), "{answer}");
            match codes(&answer)[..] {
                [] => self.right.fetch_add(1, SeqCst),
                ["GRAPH_UNAVAILABLE"] => {
                    assert!(answer["data"]["patient"]["carePaths"].is_null(), "{answer}");
                    self.lacking.fetch_add(1, SeqCst)
                }
                _ => panic!("{answer}"),
            };
            // The processor is for the servers.
            thread::sleep(Duration::from_millis(20));
        }
    }

    async fn more(&self, count: &AtomicUsize, more: usize) {
        let goal = count.load(SeqCst) + more;
        until("more such answers come", async || self.stop.load(SeqCst) || count.load(SeqCst) >= goal).await;
    }
}

/// Stops the client when it is dropped, also by a panic.
struct Stop(Arc<Seen>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.stop.store(true, SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_neo4j_that_dies_or_freezes_costs_its_fields_alone_and_is_found_again() {
    let mut server = Server::start().await;
    let hospital = Hospital::new(60, &server.url(), "").await;
    let gateway = Arc::new(hospital.gateway());
    until("the graph is there", async || available(&gateway)).await;
    let writer = Writer::start(&hospital.store).await;
    let seen = Arc::new(Seen::default());
    let client = thread::spawn({
        let (stop, gateway) = (Stop(seen.clone()), gateway.clone());
        move || stop.0.ask_without_end(&gateway)
    });
    let stop = Stop(seen.clone());

    for _ in 0..if support::full() { 10 } else { 1 } {
        seen.more(&seen.right, 20).await;
        server.kill();
        seen.more(&seen.lacking, 3).await;
        writer.goes_on(20).await;
        server.run().await;
        until("the graph is found again", async || available(&gateway)).await;
        seen.more(&seen.right, 20).await;

        server.signal("STOP");
        seen.more(&seen.lacking, 2).await;
        writer.goes_on(20).await;
        server.signal("CONT");
        until("the graph is found again", async || available(&gateway)).await;
        seen.more(&seen.right, 20).await;
    }
    writer.stop().await;
    hospital.is_in_step().await;

    // Away for long: much changes meanwhile, and gateways start.
    server.kill();
    until("the gateway has noticed", async || status(&gateway)["lastError"].is_string()).await;
    assert_eq!(status(&gateway)["projects"], false);
    let rounds = if support::full() { 50 } else { 5 };
    for round in 0..rounds {
        let steps = (0..40).map(|step| change(10_000 + round * 40 + step));
        let all = ["Medication SET dosage", "Medical_History SET history_details", "Lab_Finding SET test_value"]
            .map(|column| format!("UPDATE {column} = 'round {round}'"));
        let changes = steps.chain(all).collect::<Vec<_>>().join("; ");
        hospital.store.sql(&format!("START TRANSACTION; {changes}; COMMIT")).await;
    }
    hospital.store.sql("DELETE FROM Patient WHERE patient_id = 2").await;
    until("the gateway knows that it is behind", async || status(&gateway)["backlog"].as_i64().unwrap() > 1_000).await;
    let started_meanwhile = hospital.gateway();
    let (_, answer) = started_meanwhile.ask(QUERY);
    assert_eq!(codes(&answer), ["GRAPH_UNAVAILABLE"], "{answer}");
    assert!(answer["data"]["patient"]["name"].is_string() && answer["data"]["knowledge"]["conditions"][0].is_object());
    assert!(!available(&started_meanwhile) && status(&started_meanwhile)["lastError"].is_string());

    server.run().await;
    hospital.is_in_step().await;
    for gateway in [&gateway, &started_meanwhile] {
        until("the graph is found again", async || available(gateway)).await;
        until("nothing is wrong any more", async || status(gateway)["lastError"].is_null()).await;
        assert_eq!(codes(&gateway.ask(QUERY).1), [""; 0]);
    }
    assert_ne!(projects(&gateway), projects(&started_meanwhile));
    drop(stop);
    client.join().unwrap();
    assert_eq!(gateway.metric("medimax_errors_total{code=\"INTERNAL\"}"), 0.0);
}
