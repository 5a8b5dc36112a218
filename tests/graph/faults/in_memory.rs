//! Gateways with graphs of their own in memory, on one database.

use super::*;
use crate::support::process::signal;
use medimax::graph::projector::built;

/// A gateway with its graph in memory.
fn gateway(store: &Store) -> Gateway {
    Gateway::start(&["--database-url", &store.url, "--database-max-connections", "4"])
}

/// Waits until gateways answer as one would whose graph had just been built; nobody may write meanwhile.
async fn are_in_step(store: &mut Store, gateways: &[&Gateway]) {
    store.graph = built(&SHAPES, &store.db).await.unwrap();
    let wanted = store.ask(EVERYTHING).await;
    assert!(wanted["data"]["patients"]["nodes"][0]["graph"]["nodes"][5].is_object(), "{wanted}");
    for gateway in gateways {
        until("the gateway answers as the database says", async || gateway.ask(EVERYTHING).1 == wanted).await;
        until("nothing is wrong", async || status(gateway)["lastError"].is_null()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_two_gateways_sees_every_change_within_about_a_second() {
    let mut store = Store::with_patients(Backend::MariaDb, 40).await;
    let gateways = [gateway(&store), gateway(&store)];
    are_in_step(&mut store, &gateways.each_ref()).await;

    // Another program goes on while the delay is measured; the machine may be busy, but not each time.
    let writer = Writer::start(&store).await;
    for gateway in &gateways {
        let mut delays = Vec::new();
        for round in 0..5 {
            let (id, name) = (1 + round % LEFT_ALONE, unique("Name"));
            store.sql(&format!("UPDATE Patient SET name = '{name}' WHERE patient_id = {id}")).await;
            let since = Instant::now();
            let query = format!("{{ patient(id: {id}) {{ graph {{ nodes {{ name }} }} }} }}");
            until("the gateway sees the change", async || gateway.ask(&query).1.to_string().contains(&name)).await;
            delays.push(since.elapsed());
        }
        assert!(delays.iter().min().unwrap() < &Duration::from_secs(2), "{delays:?}");
    }
    writer.stop().await;
    are_in_step(&mut store, &gateways.each_ref()).await;
    assert!(gateways.iter().all(projects));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_away_for_too_long_is_dropped_and_begins_anew() {
    let mut store = Store::with_patients(Backend::MariaDb, 20).await;
    let [stays, freezes, dies] = [gateway(&store), gateway(&store), gateway(&store)];
    are_in_step(&mut store, &[&stays, &freezes, &dies]).await;
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Feed_Consumer").await, 3);

    // As if the minutes had passed for which changes are kept; a name begins with the process's number.
    signal(&freezes.child, "STOP");
    for away in [&freezes, &dies] {
        let name = format!("'embedded:{:x}-%'", away.child.id());
        store.sql(&format!("UPDATE Feed_Consumer SET keep_until = 0 WHERE name LIKE {name}")).await;
    }
    drop(dies);
    store.sql("UPDATE Medication SET medicine_name = 'Ramipril'").await;
    until("they are dropped", async || number(&store.db, "SELECT COUNT(*) FROM Feed_Consumer").await == 1).await;
    store.sql("DELETE FROM Patient WHERE patient_id = 2; UPDATE Patient SET name = 'Eve'").await;
    until("nothing is kept for them", async || {
        number(&store.db, "SELECT (SELECT COUNT(*) FROM Feed_Pending) + (SELECT COUNT(*) FROM Change_Feed)").await == 0
    })
    .await;
    signal(&freezes.child, "CONT");
    let new = gateway(&store);
    are_in_step(&mut store, &[&stays, &freezes, &new]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_that_other_processes_make_to_the_file_arrive() {
    let mut store = Store::with_patients(Backend::Sqlite, 20).await;
    let gateway = gateway(&store);
    are_in_step(&mut store, &[&gateway]).await;
    for change in [
        "UPDATE Medical_History SET history_item = 'Asthma'",
        "DELETE FROM Patient WHERE patient_id = 2",
        "INSERT INTO Patient (name, sex) VALUES ('Eve', 'Other')",
    ] {
        store.sql(change).await;
        are_in_step(&mut store, &[&gateway]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_catalog_that_is_imported_arrives() {
    for backend in [Backend::Sqlite, Backend::MariaDb] {
        let mut store = Store::with_patients(backend, 5).await;
        let gateway = gateway(&store);
        let import = medimax(&["import", "--database-url", &store.url]);
        catalog_arrives(&store, &gateway, import).await;
        are_in_step(&mut store, &[&gateway]).await;
    }
}
