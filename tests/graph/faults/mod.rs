//! What becomes of the graph when gateways and servers die, freeze and come back, while other programs go on writing.

mod gateways;
mod in_memory;
mod lost_server;
mod operators;
mod restored;
mod silence;
mod too_much;

use super::{
    feed::number,
    neo4j::{Place, options as graph_options, server},
};
use crate::support::{
    self, Backend, Store, options,
    process::{Gateway, PATIENCE, medimax, run},
    scratch, unique,
};
use medimax::{
    db,
    graph::{neo4j::Neo4j, projection::Projector, reference::Reference, rows},
    schema::SHAPES,
    terminology::knowledge::Knowledge,
};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinHandle, time::sleep};

/// Every node and relationship of every patient.
const EVERYTHING: &str = "{ patients(first: 100) { nodes { id graph { nodes { id name labels } \
     relationships { type from to } } } } }";

/// Patients whom [`Writer`] leaves alone.
const LEFT_ALONE: u32 = 5;

/// Waits for something, however long it takes on a busy machine.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// A database with a graph in Neo4j.
struct Hospital {
    store: Store,
    neo4j: Neo4j,
    graph_url: String,
    prefix: String,
    /// `graph_timeout_ms`.
    timeout_ms: &'static str,
    /// What the gateways log.
    log: PathBuf,
}

impl Hospital {
    /// Patients with the shipped catalog, and no graph yet.
    async fn new(patients: u64, graph_url: &str, prefix: &str) -> Self {
        let store = Store::with_patients(Backend::MariaDb, patients).await;
        Hospital {
            store,
            neo4j: Neo4j::connect(&graph_options(graph_url, prefix), &SHAPES).unwrap(),
            graph_url: graph_url.to_owned(),
            prefix: prefix.to_owned(),
            timeout_ms: "2000",
            log: scratch(&unique("faults-log")),
        }
    }

    /// `medimax` with a command, for this hospital.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = medimax(args);
        command
            .args(["--database-url", &self.store.url, "--database-max-connections", "4"])
            .args(["--graph-url", &self.graph_url, "--graph-label-prefix", &self.prefix])
            .args(["--graph-timeout-ms", self.timeout_ms]);
        command
    }

    /// A gateway that is yet to be started.
    fn serving(&self) -> Command {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.stderr(File::options().create(true).append(true).open(&self.log).unwrap());
        command
    }

    fn gateway(&self) -> Gateway {
        Gateway::from(&mut self.serving())
    }

    /// A gateway that stands by while another leads. On a busy machine the leader may renew its lease too late, and
    /// the new gateway leads instead: then it ends, and another is started.
    async fn relief(&self, leader: &Gateway) -> Gateway {
        let since = Instant::now();
        loop {
            let relief = self.gateway();
            until("one of two leads", async || {
                available(&relief) && available(leader) && projects(&relief) != projects(leader)
            })
            .await;
            if projects(leader) {
                return relief;
            }
            assert!(since.elapsed() < PATIENCE, "the gateway that was first loses its lease again and again");
            assert!(relief.stop().success());
            until("the first leads again", async || projects(leader)).await;
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// The number that a statement answers.
    async fn number(&self, select: &str) -> i64 {
        number(&self.store.db, select).await
    }

    /// Waits until the graph has every change that was made so far.
    async fn has_caught_up(&self) {
        until("the graph has every change", async || {
            let Ok(Some(state)) = self.neo4j.state().await else { return false };
            let ours =
                format!("FROM Feed_Consumer c WHERE c.name = 'neo4j:{}' AND c.catalog IS NOT NULL", state.store_id);
            let pending = ours.replace("WHERE", "JOIN Feed_Pending p ON p.consumer_id = c.consumer_id WHERE");
            self.number(&format!("SELECT COUNT(*) {ours}")).await == 1
                && self.number("SELECT COUNT(*) FROM Change_Feed").await == 0
                && self.number(&format!("SELECT COUNT(*) {pending}")).await == 0
        })
        .await;
    }

    /// Asserts that the graph is what the database says, once it has caught up; nobody may write any more.
    async fn is_in_step(&self) {
        self.has_caught_up().await;
        let db = &self.store.db;
        let knowledge = Arc::new(Knowledge::load(db).await.unwrap());
        let state = self.neo4j.state().await.unwrap().unwrap();
        assert_eq!(state.catalog.as_deref(), Some(knowledge.version()));
        let (mut projector, mut differing, mut after, mut all) =
            (Projector::new(&SHAPES, knowledge), Vec::new(), i32::MIN, Vec::new());
        let layer = rows::read_reference(db, &SHAPES).await.unwrap();
        projector.refer_to(Reference::of(&layer));
        differing.extend(self.neo4j.differing(&[layer]).await.unwrap());
        loop {
            let patients = rows::patients_after(db, after, 100).await.unwrap();
            let Some(last) = patients.last() else { break };
            after = *last;
            let projected = projector.project(&patients, rows::read(db, &SHAPES, &patients).await.unwrap());
            let wanted: Vec<_> = projected.iter().map(|patient| projector.subgraph(patient)).collect();
            differing.extend(self.neo4j.differing(&wanted).await.unwrap());
            all.extend(patients);
        }
        assert!(differing.is_empty(), "graph and database differ in: {differing:?}");
        let most = u32::try_from(all.len()).unwrap() + 10;
        assert_eq!(self.neo4j.patients(i32::MIN, most).await.unwrap(), all, "the patients of the graph");
        let strays = self.neo4j.strays(5).await.unwrap();
        assert!(strays.is_empty(), "{strays:?}");
    }
}

impl Drop for Hospital {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.log);
    }
}

/// What `graphStatus` says.
fn status(gateway: &Gateway) -> Value {
    let query = "{ graphStatus { available stalled projects backlog lagMs setAside lastError projected patients } }";
    gateway.ask(query).1["data"]["graphStatus"].take()
}

fn projects(gateway: &Gateway) -> bool {
    status(gateway)["projects"] == true
}

fn available(gateway: &Gateway) -> bool {
    status(gateway)["available"] == true
}

/// Another program that changes rows without end.
struct Writer {
    stop: Arc<AtomicBool>,
    steps: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Writer {
    async fn start(store: &Store) -> Self {
        let (stop, steps) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let db = db::open(&options(&store.url)).await.unwrap();
        let (stopped, step) = (stop.clone(), steps.clone());
        let task = tokio::spawn(async move {
            while !stopped.load(SeqCst) {
                db.run(&change(step.fetch_add(1, SeqCst))).await.unwrap();
                sleep(Duration::from_millis(5)).await;
            }
        });
        Writer { stop, steps, task }
    }

    /// Waits until it has made so many more changes.
    async fn goes_on(&self, more: u32) {
        let goal = self.steps.load(SeqCst) + more;
        until("another program has written", async || {
            assert!(!self.task.is_finished(), "the gateways' troubles have become another program's");
            self.steps.load(SeqCst) >= goal
        })
        .await;
    }

    async fn stop(self) {
        self.stop.store(true, SeqCst);
        self.task.await.unwrap();
        assert!(self.steps.load(SeqCst) > 50, "hardly anything was written");
    }
}

/// One change of many kinds: rows come, change, move to other patients and go.
fn change(step: u32) -> String {
    let range = 30 + step / 8;
    let (patient, other) = (LEFT_ALONE + 1 + step * 7 % range, LEFT_ALONE + 1 + step * 13 % range);
    let of_patient = format!("FROM Patient WHERE patient_id = {patient}");
    match step % 8 {
        0 => format!(
            "INSERT INTO Medical_History (patient_id, history_type, history_item) SELECT patient_id, 'condition', 'Asthma' {of_patient}"
        ),
        1 => format!(
            "INSERT INTO Medication (patient_id, medicine_name, prescribed_date) SELECT patient_id, 'Salbutamol', '2026-01-01' {of_patient}"
        ),
        2 => format!("UPDATE Patient SET name = 'Name {step}' WHERE patient_id = {patient}"),
        3 => format!("UPDATE Medication SET medicine_name = 'Ramipril {}' WHERE patient_id = {patient}", step % 3),
        4 => format!(
            "UPDATE Appointment SET patient_id = {other} WHERE patient_id = {patient} \
             AND EXISTS (SELECT 1 FROM Patient p WHERE p.patient_id = {other}) ORDER BY appointment_id LIMIT 2"
        ),
        5 => format!("DELETE FROM Medical_History WHERE patient_id = {patient} LIMIT 1"),
        6 => format!("INSERT INTO Patient (name, sex) VALUES ('New {step}', 'Other')"),
        _ => format!("DELETE {of_patient}"),
    }
}

/// Has another process import a catalog with `import`, and waits until the gateway makes use of it.
async fn catalog_arrives(store: &Store, gateway: &Gateway, mut import: Command) {
    for (table, columns, values) in [
        ("Patient", "patient_id, name, sex", "900, 'Eve', 'Female'"),
        ("Appointment", "appointment_id, patient_id, appointment_date", "900, 900, '2026-01-01'"),
        ("Appointment_Symptom", "appointment_id, symptom_name", "900, 'Marsh cough'"),
        ("Medical_History", "patient_id, history_type, history_item", "900, 'condition', 'Marsh fever'"),
        ("Medication", "patient_id, medicine_name, prescribed_date", "900, 'Marshicillin', '2026-01-01'"),
    ] {
        store.sql(&format!("INSERT INTO {table} ({columns}) VALUES ({values})")).await;
    }
    let query = "{ patient(id: 900) { carePaths { symptom { name } condition { item } medication { name } } } \
         knowledge { conditions(search: \"Marsh fever\", first: 5) { name } } }";
    until("the patient is there, and nothing is known of what she has", async || {
        let (_, answer) = gateway.ask(query);
        answer["data"] == json!({"patient": {"carePaths": []}, "knowledge": {"conditions": []}})
    })
    .await;

    let folder = scratch(&unique("catalog"));
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in [
        ("conditions", "id\tname\nc\tMarsh fever\n"),
        ("symptoms", "id\tname\ns\tMarsh cough\n"),
        ("medications", "id\tname\nm\tMarshicillin\n"),
        ("indicates", "symptom_id\tcondition_id\ns\tc\n"),
        ("treats", "medication_id\tcondition_id\nm\tc\n"),
    ] {
        fs::write(folder.join(file).with_extension("tsv"), text).unwrap();
    }
    let ended = run(import.arg("catalog").arg(&folder));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    fs::remove_dir_all(folder).unwrap();
    let path = json!({
        "symptom": {"name": "Marsh cough"}, "condition": {"item": "Marsh fever"}, "medication": {"name": "Marshicillin"}
    });
    let wanted = json!({"patient": {"carePaths": [path]}, "knowledge": {"conditions": [{"name": "Marsh fever"}]}});
    until("answers follow the new catalog", async || gateway.ask(query).1["data"] == wanted).await;
}
