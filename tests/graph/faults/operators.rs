//! What operators do to a graph that is being served.

use super::*;
use crate::support::codes;
use std::{
    io::{Write as _, copy},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    thread,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graph_that_is_emptied_is_made_anew() {
    let place = Place::new();
    let hospital = Hospital::new(40, &server(), &place.prefix).await;
    let [leads, stands_by] = [hospital.gateway(), hospital.gateway()];
    for _ in 0..if support::full() { 10 } else { 2 } {
        hospital.is_in_step().await;
        place.run("MATCH (n) WHERE any(label IN labels(n) WHERE label STARTS WITH '@') DETACH DELETE n");
        assert_eq!(place.number("MATCH (n:@Patient) RETURN count(n)"), 0);
    }
    hospital.is_in_step().await;
    for gateway in [&leads, &stands_by] {
        until("it answers again", async || available(gateway) && status(gateway)["lastError"].is_null()).await;
        assert_eq!(status(gateway)["patients"], 40);
    }
    assert_ne!(projects(&leads), projects(&stands_by));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_catalog_that_is_imported_reaches_neo4j() {
    let place = Place::new();
    let hospital = Hospital::new(5, &server(), &place.prefix).await;
    let gateway = hospital.gateway();
    hospital.is_in_step().await;
    catalog_arrives(&hospital.store, &gateway, hospital.command(&["import"])).await;
    hospital.is_in_step().await;
}

/// Passes connections on to the tests' server, and counts them.
fn counting() -> (SocketAddr, Arc<AtomicU32>) {
    let server = server();
    let (_, host) = server.rsplit_once('@').unwrap();
    let (listener, host, count) =
        (TcpListener::bind("127.0.0.1:0").unwrap(), host.to_owned(), Arc::new(AtomicU32::new(0)));
    let (address, counter) = (listener.local_addr().unwrap(), count.clone());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            counter.fetch_add(1, SeqCst);
            let server = TcpStream::connect(&host).unwrap();
            for (mut from, mut to) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
                // Whoever hangs up, the other end hears of it.
                thread::spawn(move || {
                    copy(&mut from, &mut to).and_then(|_| to.flush()).and(to.shutdown(Shutdown::Both))
                });
            }
        }
    });
    (address, count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_said_and_not_tried_again_and_again() {
    let (address, attempts) = counting();
    // Not the tests' own user, whom the server would lock out after a few.
    let hospital = Hospital::new(5, &format!("bolt://nobody:secret@{address}"), &unique("Nobody")).await;
    let gateway = hospital.gateway();
    let told = "check user and password in graph_url";
    until("the operator is told", async || hospital.log().contains(told)).await;
    assert!(!hospital.log().contains("secret"), "{}", hospital.log());

    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(5) {
        let (_, answer) = gateway.ask("{ patient(id: 1) { name carePaths { symptom { id } } } }");
        assert_eq!(codes(&answer), ["GRAPH_UNAVAILABLE"], "{answer}");
        assert!(answer["data"]["patient"]["name"].is_string(), "{answer}");
    }
    let state = status(&gateway);
    assert!(state["lastError"].as_str().unwrap().contains(told), "{state}");
    assert!(!available(&gateway) && !projects(&gateway), "{state}");
    // Each pause is twice as long as the last.
    let attempts = attempts.load(SeqCst);
    assert!((2..=16).contains(&attempts), "{attempts} attempts in {:?}", since.elapsed());

    let sync = run(&mut hospital.command(&["sync"]));
    assert_eq!(sync.code, Some(1), "{sync:?}");
    assert!(sync.err.iter().any(|line| line.contains(told)), "{sync:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_during_a_full_synchronisation_finds_everything() {
    let place = Place::new();
    let hospital = Hospital::new(60, &server(), &place.prefix).await;
    let gateway = Arc::new(hospital.gateway());
    hospital.is_in_step().await;
    until("the graph is there", async || available(&gateway)).await;
    let mut whole = Value::Null;
    until("everything is answered in time", async || {
        whole = gateway.ask(EVERYTHING).1;
        codes(&whole).is_empty()
    })
    .await;
    assert_eq!(whole["data"]["patients"]["nodes"].as_array().unwrap().len(), 60, "{whole}");

    let (stop, read) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let reader = thread::spawn({
        let (gateway, stop, read) = (gateway.clone(), stop.clone(), read.clone());
        move || {
            while !stop.load(SeqCst) {
                let (_, answer) = gateway.ask(EVERYTHING);
                // On a busy machine an answer may take too long. Then it says so.
                if codes(&answer).is_empty() {
                    assert!(answer == whole, "something was missing");
                    read.fetch_add(1, SeqCst);
                }
            }
        }
    });
    for _ in 0..if support::full() { 20 } else { 3 } {
        let before = read.load(SeqCst);
        // What a synchronisation has to find and mend, and a query does not show.
        place.run("MATCH (n:@Medication) SET n.name_key = 'nothing'");
        let sync = run(&mut hospital.command(&["sync", "--full"]));
        assert_eq!(sync.code, Some(0), "{sync:?}");
        hospital.is_in_step().await;
        until("it was read", async || reader.is_finished() || read.load(SeqCst) > before).await;
    }
    stop.store(true, SeqCst);
    reader.join().unwrap();

    // It ends although another program writes on and on.
    let writer = Writer::start(&hospital.store).await;
    for args in [&["sync", "--full"][..], &["sync"]] {
        writer.goes_on(20).await;
        let sync = run(&mut hospital.command(args));
        assert_eq!(sync.code, Some(0), "{sync:?}");
    }
    writer.stop().await;
    hospital.is_in_step().await;
    until("the gateway leads again", async || projects(&gateway)).await;
}
