//! Batches that are too much for a slow server, and patients that are too much for a batch.

use super::*;
use crate::support::{neo4j::Server, process::PATIENCE, proxy::Proxy};

/// A hospital whose gateways reach the tests' Neo4j through a proxy, and the URL past it.
async fn behind(place: &Place, patients: u64, timeout_ms: &'static str) -> (Hospital, Proxy, String) {
    let mut hospital = Hospital::new(patients, &server(), &place.prefix).await;
    hospital.timeout_ms = timeout_ms;
    let (login, host) = hospital.graph_url.rsplit_once('@').unwrap();
    let proxy = Proxy::start(host.rsplit_once(':').unwrap().1.parse().unwrap());
    let url = format!("{login}@127.0.0.1:{}", proxy.port);
    let direct = std::mem::replace(&mut hospital.graph_url, url);
    (hospital, proxy, direct)
}

/// A change of every row of every patient.
const EVERY_ROW: &str = "UPDATE Patient SET name = CONCAT(name, ' x'); UPDATE Medication SET dosage = 'x'; \
     UPDATE Medical_History SET history_details = 'x'; UPDATE Lab_Finding SET test_value = 'x'; \
     UPDATE Appointment_Symptom SET symptom_description = 'x'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_too_much_is_halved_until_it_fits() {
    let place = Place::new();
    let (hospital, proxy, _) = behind(&place, 20, "1000").await;
    let gateway = hospital.gateway();
    until("the graph is there", async || available(&gateway)).await;
    hospital.is_in_step().await;
    // What is stored of eight patients takes longer than the four seconds that one statement may.
    proxy.slow(20_000);
    hospital.store.sql(EVERY_ROW).await;
    until("a batch was halved", async || hospital.log().contains("at once are too many")).await;
    hospital.is_in_step().await;
    proxy.slow(0);
    hospital.store.sql(EVERY_ROW).await;
    hospital.is_in_step().await;
    until("nothing is wrong", async || status(&gateway)["lastError"].is_null() && available(&gateway)).await;
    assert_eq!(status(&gateway)["setAside"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patient_who_does_not_fit_is_set_aside_and_all_others_go_on() {
    let place = Place::new();
    let (mut hospital, proxy, direct) = behind(&place, 6, "500").await;
    let gateway = hospital.gateway();
    until("the graph is there", async || available(&gateway)).await;
    hospital.is_in_step().await;
    // 2,000 rows of some 700 bytes a statement, for which twelve seconds are too short now.
    proxy.slow(25_000);
    hospital
        .store
        .sql(
            "INSERT INTO Medication (patient_id, medicine_name, prescribed_date, dosage) \
             SELECT 2, CONCAT('Medicine ', seq, REPEAT('x', 200)), '2026-01-01', REPEAT('x', 100) FROM seq_1_to_5000",
        )
        .await;
    until("the patient is set aside", async || status(&gateway)["setAside"] == 1).await;
    assert!(hospital.log().contains("a patient does not fit into the graph"), "{}", hospital.log());
    assert_eq!(gateway.metric("medimax_graph_set_aside"), 1.0);
    hospital.store.sql("UPDATE Patient SET name = 'Eve' WHERE patient_id <> 2").await;
    until("the others' changes arrive", async || place.number("MATCH (p:@Patient {name: 'Eve'}) RETURN count(p)") == 5)
        .await;
    until("the graph answers", async || available(&gateway)).await;
    // The change that waits is the oldest, and counts.
    assert!(status(&gateway)["backlog"].as_i64().unwrap() >= 5_000 / 1_000, "{}", status(&gateway));
    hospital.store.sql("UPDATE Feed_Pending SET made_ms = made_ms - 3600000 WHERE patient_id = 2").await;
    (hospital.graph_url, hospital.timeout_ms) = (direct, "10000");
    let check = run(&mut hospital.command(&["check"]));
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.out.contains("overdue") && check.out.contains("2"), "{check:?}");

    // It is tried again, and fits by then.
    proxy.slow(0);
    hospital.is_in_step().await;
    until("nobody is set aside", async || status(&gateway)["setAside"] == 0).await;
    assert!(hospital.log().contains("who was set aside is in the graph now"), "{}", hospital.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_server_is_filled_with_all_defaults() {
    if !support::full() {
        return;
    }
    let store = Store::with_patients(Backend::MariaDb, 300).await;
    let server = Server::start().await;
    let since = Instant::now();
    let args = ["sync", "--full", "--database-url", &store.url, "--graph-url", &server.url()];
    let mut sync = medimax(&args).spawn().unwrap();
    // However slow the machine is: it is to end by itself.
    let ended = async {
        loop {
            if let Some(ended) = sync.try_wait().unwrap() {
                return ended;
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    let ended = tokio::time::timeout(PATIENCE * 5, ended).await.unwrap();
    assert!(ended.success(), "{ended}");
    eprintln!("300 patients into a cold Neo4j: {:?}", since.elapsed());
}
