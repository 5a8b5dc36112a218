//! Gateways and servers that are killed while clients write: what was answered is there, and nothing is there twice.

use crate::{
    operation::server::Server,
    support::{
        Backend, Store, full, on_both, options,
        process::{Gateway, PATIENCE, body_of, free_port, medimax},
    },
};
use medimax::db::{self, Db, Sql};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::TcpStream,
    process::Stdio,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

const MUTATION: &str = "mutation($name: String!, $key: String!) {
    registerPatient(input: {name: $name, sex: OTHER}, idempotencyKey: $key) { replayed patient { patientId } } }";

/// Clients who write until they are told to stop, each patient under a key of their own, and who send it again until they
/// are answered.
#[derive(Default)]
struct Clients {
    stop: AtomicBool,
    next: AtomicU32,
    /// The patients that were acknowledged: the key of each name.
    done: Mutex<BTreeMap<String, i64>>,
    replayed: AtomicU32,
}

impl Clients {
    fn write(&self, port: u16) {
        while !self.stop.load(SeqCst) {
            let name = format!("Patient {}", self.next.fetch_add(1, SeqCst));
            let body = body_of(MUTATION, json!({"name": name, "key": name}));
            let since = Instant::now();
            loop {
                let answer = post(port, &body);
                if let Some(patient) = answer.as_ref().and_then(|answer| {
                    let payload = &answer["data"]["registerPatient"];
                    self.replayed.fetch_add(u32::from(payload["replayed"] == true), SeqCst);
                    payload["patient"]["patientId"].as_i64()
                }) {
                    self.done.lock().unwrap().insert(name.clone(), patient);
                    break;
                }
                assert!(since.elapsed() < PATIENCE, "no answer to {name}: {answer:?}");
                thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// Compares what was acknowledged with what is stored.
    async fn judge(&self, db: &Db) {
        let mut sql = Sql::new(db.dialect());
        sql.push("SELECT patient_id, name FROM Patient");
        let rows = db.texts(&sql).await.unwrap();
        let done = self.done.lock().unwrap();
        let names: BTreeSet<&str> = rows.iter().filter_map(|(_, name)| name.as_deref()).collect();
        assert_eq!(names.len(), rows.len(), "a patient is there twice");
        let stored: BTreeMap<String, i64> =
            rows.iter().map(|(key, name)| (name.clone().unwrap(), i64::from(*key))).collect();
        assert_eq!(stored, *done, "what is stored is what was acknowledged");
        assert!(done.len() > 20, "{}", done.len());
    }
}

/// The answer to a request, if there is a whole one.
fn post(port: u16, body: &[u8]) -> Option<Value> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
}

fn rounds() -> u32 {
    if full() { 100 } else { 5 }
}

/// A pause that differs from round to round.
fn pause(round: u32) -> Duration {
    Duration::from_millis(u64::from(30 + round * 37 % 170))
}

/// Clients of a gateway at a port, each on a thread of its own.
fn clients(port: u16) -> (Arc<Clients>, Vec<JoinHandle<()>>) {
    let clients = Arc::<Clients>::default();
    let one = |_| {
        let clients = clients.clone();
        thread::spawn(move || clients.write(port))
    };
    let threads = (0..4).map(one).collect();
    (clients, threads)
}

impl Clients {
    /// Waits until more patients are acknowledged.
    fn see_more(&self) {
        let goal = self.done.lock().unwrap().len() + 5;
        let since = Instant::now();
        while self.done.lock().unwrap().len() < goal {
            assert!(since.elapsed() < PATIENCE, "nothing is written any more");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets every client have its last answer.
    fn end(&self, threads: Vec<JoinHandle<()>>) {
        self.stop.store(true, SeqCst);
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

fn serve(url: &str, port: u16) -> Gateway {
    let listen = format!("127.0.0.1:{port}");
    let args = ["serve", "--database-url", url, "--listen", &listen, "--demo-patients", "0"];
    Gateway::from(medimax(&args).stderr(Stdio::null()))
}

on_both!(what_a_killed_gateway_acknowledged_is_there_once, 0, async |store: Store| {
    let port = free_port();
    let mut gateway = serve(&store.url, port);
    let (clients, threads) = clients(port);
    for round in 0..rounds() {
        clients.see_more();
        thread::sleep(pause(round));
        gateway.child.kill().unwrap();
        gateway.child.wait().unwrap();
        gateway = serve(&store.url, port);
    }
    clients.see_more();
    clients.end(threads);
    clients.judge(&store.db).await;
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_the_server_was_killed_is_there_once() {
    let mut server = Server::start(&[]).await;
    let url = server.database(0).await;
    let port = free_port();
    let gateway = serve(&url, port);
    let (clients, threads) = clients(port);
    for round in 0..rounds() {
        clients.see_more();
        thread::sleep(pause(round));
        server.end("KILL");
        server.run().await;
    }
    clients.see_more();
    clients.end(threads);
    drop(gateway);
    clients.judge(&db::open(&options(&url)).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mutation_that_lost_a_deadlock_is_done_all_the_same() {
    let store = Store::with_patients(Backend::MariaDb, 30).await;
    // Another program's session, which keeps its transaction from call to call. It has written more, so it is the other one
    // that the database takes back.
    let other = db::open(&db::Options { max_connections: 1, ..options(&store.url) }).await.unwrap();
    other.run("START TRANSACTION; UPDATE Lab_Finding SET test_unit = 'x'; UPDATE Medication SET dosage = 'x' WHERE patient_id = 1").await.unwrap();
    let waits = async || {
        let asked = "SELECT 0, COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'DELETE FROM %'";
        number(&store.db, asked).await > 0
    };
    let deadlocks = "SELECT 0, CAST(variable_value AS INT) FROM information_schema.global_status WHERE variable_name = 'Innodb_deadlocks'";
    let before = number(&store.db, deadlocks).await;
    let (answer, ()) = tokio::join!(store.ask("mutation { removePatient(id: 1) { removed { type } } }"), async {
        let since = Instant::now();
        while !waits().await {
            assert!(since.elapsed() < PATIENCE, "it waits for nobody");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        other.run("UPDATE Patient SET name = 'Somebody' WHERE patient_id = 1").await.unwrap();
        other.run("COMMIT").await.unwrap();
    });
    assert_eq!(answer.get("errors"), None, "{answer}");
    assert!(number(&store.db, deadlocks).await > before, "there was no deadlock");
    assert_eq!(store.data("{ patient(id: 1) { name } }").await["patient"], Value::Null);
}

async fn number(db: &Db, text: &'static str) -> i64 {
    let mut sql = Sql::new(db.dialect());
    sql.push(text);
    db.numbers(&sql).await.unwrap()[0].1
}
