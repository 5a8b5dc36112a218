//! Gateways that are killed and frozen.

use super::*;
use crate::{graph::feed::session, support::process::signal};
use medimax::db::{Dialect, Sql};
use std::process::Stdio;

/// Ends the lease of a gateway that was killed: as if the seconds had passed that it lasts.
async fn end_lease(hospital: &Hospital) {
    hospital.store.sql("UPDATE Feed_Consumer SET lease_until = 0").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_killed_again_and_again_loses_nothing() {
    let place = Place::new();
    let hospital = Hospital::new(150, &server(), &place.prefix).await;
    let writer = Writer::start(&hospital.store).await;
    let (rounds, mut round, mut amidst) = (if support::full() { 50 } else { 5 }, 0, 0);
    // On a busy machine a gateway may not have begun its work in so short a life: others live longer then.
    while round < rounds || amidst == 0 {
        assert!(round < 100, "no gateway was killed amidst its work");
        // From its first steps, through the first building of the graph, to the everyday.
        let life = Duration::from_millis(400 + 397 * (round % 7) + 1_000 * (round / 7));
        round += 1;
        let mut child = hospital.serving().stdout(Stdio::null()).spawn().unwrap();
        sleep(life).await;
        child.kill().unwrap();
        child.wait().unwrap();
        amidst += u32::from(hospital.number("SELECT COUNT(*) FROM Feed_Pending").await > 0);
        end_lease(&hospital).await;
        writer.goes_on(5).await;
    }
    let gateway = hospital.gateway();
    writer.stop().await;
    hospital.is_in_step().await;
    let at_rest =
        |status: Value| status["available"] == true && status["backlog"] == 0 && status["lastError"].is_null();
    until("the gateway says so", async || at_rest(status(&gateway))).await;
    // Whatever was cut short, nothing was taken for a graph or a database of before.
    assert!(!hospital.log().contains("restored from a backup"), "{}", hospital.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_gateways_leads_and_the_other_takes_over() {
    let place = Place::new();
    let hospital = Hospital::new(20, &server(), &place.prefix).await;
    let first = hospital.gateway();
    until("the first leads", async || projects(&first)).await;
    let second = hospital.relief(&first).await;
    let writer = Writer::start(&hospital.store).await;
    writer.goes_on(20).await;

    // Killed, amidst the work.
    drop(first);
    until("the second leads", async || projects(&second)).await;
    let third = hospital.relief(&second).await;

    // Frozen, amidst the work, until the other has written newer rows.
    signal(&second.child, "STOP");
    until("the third leads", async || projects(&third)).await;
    writer.goes_on(40).await;
    writer.stop().await;
    hospital.store.sql("UPDATE Patient SET name = 'The newest'").await;
    hospital.has_caught_up().await;
    signal(&second.child, "CONT");
    until("the second knows that it was overtaken", async || available(&second) && !projects(&second)).await;
    hospital.is_in_step().await;
    until("one leads", async || available(&third) && projects(&third) != projects(&second)).await;
    until("nothing is wrong", async || status(&second)["lastError"].is_null()).await;

    // One that is told to stop does not keep the other waiting, and one that was frozen is as good as before.
    assert!(third.stop().success());
    until("the second leads again", async || projects(&second)).await;
    hospital.store.sql("DELETE FROM Patient WHERE patient_id = 3").await;
    hospital.is_in_step().await;
    assert!(!hospital.log().contains("restored from a backup"), "{}", hospital.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_frozen_amidst_a_transaction_does_not_hold_up_the_others() {
    let place = Place::new();
    let hospital = Hospital::new(5, &server(), &place.prefix).await;
    // A session like a gateway's, which says nothing any more while it has the locks of a distribution.
    let frozen = session(&hospital.store.url).await;
    let of_server = async || {
        let mut sql = Sql::new(Dialect::MariaDb);
        sql.push("SELECT 0, CONNECTION_ID()");
        frozen.numbers(&sql).await.unwrap()[0].1
    };
    let before = of_server().await;
    frozen.run("START TRANSACTION").await.unwrap();
    frozen.run("DELETE FROM Change_Feed").await.unwrap();
    let _gateway = hospital.gateway();
    hospital.is_in_step().await;
    assert_ne!(of_server().await, before, "the server ended the session, and its transaction with it");
}
