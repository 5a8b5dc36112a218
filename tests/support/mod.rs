//! Stores for tests: each test has a migrated database of its own, cheaply made, on both backends.

pub(crate) mod neo4j;
pub(crate) mod process;
pub(crate) mod proxy;

use chrono::{Days, NaiveDate};
use medimax::{
    access::{Asker, Purpose},
    cli::seed,
    config::Config,
    db::scope::{Grant, Scope},
    db::{self, Db, Options, Tls, migrate},
    graph::{Graph, projector},
    graphql::{
        clock::Clock,
        limits::Limits,
        recorder::{Ran, Recorder},
    },
    partners::consent,
    providers::assignment::patients_of,
    request::engine::{Caller, Engine},
    schema::{MODEL, SHAPES},
    terminology::catalog,
};
use serde_json::Value;
use std::{
    env,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tokio::sync::OnceCell;

/// Which kind of store a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    MariaDb,
    Sqlite,
}

/// A test's own database.
pub(crate) struct Store {
    pub(crate) backend: Backend,
    pub(crate) url: String,
    pub(crate) db: Db,
    pub(crate) graph: Graph,
}

/// The day it is in tests.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

/// Runs a test on both stores: `on_both!(name, async |store| { … });`, or with `, 20` demo patients in it.
macro_rules! on_both {
    ($name:ident, $body:expr) => {
        on_both!($name, 0, $body);
    };
    ($name:ident, $patients:expr, $body:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mariadb() {
                let body: fn(crate::support::Store) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> =
                    |store| Box::pin($body(store));
                body(crate::support::Store::with_patients(crate::support::Backend::MariaDb, $patients).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let body: fn(crate::support::Store) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> =
                    |store| Box::pin($body(store));
                body(crate::support::Store::with_patients(crate::support::Backend::Sqlite, $patients).await).await;
            }
        }
    };
}
pub(crate) use on_both;

/// Whether the long sizes are to run.
pub(crate) fn full() -> bool {
    env::var_os("MEDIMAX_TEST_FULL").is_some()
}

/// The server that tests make their databases on.
pub(crate) fn mariadb_server() -> String {
    env::var("MEDIMAX_TEST_MARIADB_URL")
        .expect("MEDIMAX_TEST_MARIADB_URL names no server: run scripts/test, which starts one")
}

/// A name that no other test uses.
pub(crate) fn unique(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{what}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

pub(crate) fn options(url: &str) -> Options {
    Options {
        url: url.to_owned(),
        max_connections: 4,
        wait: Duration::from_secs(60),
        statement_timeout: Duration::from_secs(60),
        tls: Tls::Off,
        ca_file: None,
    }
}

/// The URL of a new, empty database.
pub(crate) async fn empty(backend: Backend) -> String {
    match backend {
        Backend::Sqlite => {
            let file = scratch(&format!("{}.sqlite", unique("store")));
            let _ = std::fs::remove_file(&file);
            format!("sqlite://{}", file.display())
        }
        Backend::MariaDb => {
            let (server, name) = (mariadb_server(), unique("t"));
            let admin = db::open(&options(&format!("{server}/information_schema"))).await.unwrap();
            admin.run(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await.unwrap();
            format!("{server}/{name}")
        }
    }
}

impl Store {
    /// A migrated database without rows.
    pub(crate) async fn new(backend: Backend) -> Self {
        // SQLite's file is copied from one that was migrated once.
        static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
        let url = empty(backend).await;
        if let Some(path) = url.strip_prefix("sqlite://") {
            let template = TEMPLATE.get_or_init(async || {
                let file = scratch(&format!("{}.sqlite", unique("template")));
                let _ = std::fs::remove_file(&file);
                let db = db::open(&options(&format!("sqlite://{}", file.display()))).await.unwrap();
                migrate::up(&db, |_, _| {}).await.unwrap();
                db.run("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
                file
            });
            std::fs::copy(template.await, path).unwrap();
        }
        let db = db::open(&options(&url)).await.unwrap();
        if backend == Backend::MariaDb {
            migrate::up(&db, |_, _| {}).await.unwrap();
        }
        Store { backend, url, db, graph: Graph::embedded(&SHAPES) }
    }

    /// A migrated database with demo patients.
    pub(crate) async fn with_patients(backend: Backend, patients: u64) -> Self {
        let store = Store::new(backend).await;
        seed::fill(&store.db, 794, patients, today()).await.unwrap();
        store
    }

    /// The same with the shipped catalog, and a graph of what is in it now.
    pub(crate) async fn with_graph(backend: Backend, patients: u64) -> Self {
        let mut store = Store::with_patients(backend, patients).await;
        catalog::store(&store.db, &catalog::shipped().unwrap(), |_, _| {}).await.unwrap();
        store.graph = projector::built(&SHAPES, &store.db).await.unwrap();
        store
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine_with(Config::default().limits())
    }

    pub(crate) fn engine_with(&self, limits: Limits) -> Engine {
        Engine::new(&MODEL, self.db.clone(), self.graph.clone(), limits, Duration::from_secs(60))
    }

    /// The answer to a query, errors and all.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        self.ask_as(Scope::everything(), query, Value::Null).await.0
    }

    /// The data that answers a query, which must have no errors.
    pub(crate) async fn data(&self, query: &str) -> Value {
        let mut answer = self.ask(query).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }

    /// The answer for a caller who sees `scope`, and the statements that it took.
    pub(crate) async fn ask_as(&self, scope: Scope, query: &str, variables: Value) -> (Value, Vec<Ran>) {
        let (body, ran) = run(&self.engine(), scope, query, variables).await;
        (serde_json::from_slice(&body).unwrap(), ran)
    }

    /// Gives patients who have messages a row of each kind that few have.
    pub(crate) async fn with_rare_rows(&self, patients: &[i32]) {
        for patient in patients {
            let of = format!("FROM Patient WHERE patient_id = {patient}");
            let message = format!("FROM Chat_History WHERE patient_id = {patient}");
            for text in [
                format!(
                    "INSERT INTO Scan (patient_id, modality, scan_date) SELECT patient_id, 'mri', '2024-05-06' {of}"
                ),
                format!(
                    "INSERT INTO Prediction (patient_id, condition_name, label) SELECT patient_id, 'Parkinson''s disease', 'healthy' {of}"
                ),
                format!(
                    "INSERT INTO Health_Profile (patient_id, height_cm) SELECT patient_id, 170 {of} AND patient_id NOT IN (SELECT patient_id FROM Health_Profile)"
                ),
                format!(
                    "INSERT INTO Privacy_Settings (patient_id) SELECT patient_id {of} AND patient_id NOT IN (SELECT patient_id FROM Privacy_Settings)"
                ),
                format!(
                    "INSERT INTO Patient_Consent (patient_id, partner_id, purpose, withdrawn_at) \
                     SELECT patient_id, 1, 'research', '2024-01-01 10:00:00' {of}"
                ),
                format!(
                    "INSERT INTO Attachment (chat_id, original_filename) SELECT MIN(chat_id), 'letter.pdf' {message}"
                ),
                format!("INSERT INTO AI_Analysis (chat_id, ai_service) SELECT MIN(chat_id), 'triage' {message}"),
            ] {
                self.sql(&text).await;
            }
        }
    }

    /// What gives a caller these patients: assignments of a doctor who looks after them. Other assignments, which give nobody, are there too:
    /// over, to come, ended by a day, and of another doctor.
    pub(crate) async fn looked_after(&self, patients: &[i32]) -> Grant {
        let list = patients.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
        let of = |whom: &str, doctor: i32, values: &str| {
            format!(
                "INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type, is_active, since, until) \
                 SELECT patient_id, {doctor}, 'consultant', {values} FROM Patient WHERE patient_id {whom} ({list})"
            )
        };
        for text in [
            "INSERT INTO Institution (institution_id, name) VALUES (7000, 'Clinic')".to_owned(),
            "INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (7001, 'Dr. Ours', 7000), (7002, 'Dr. Theirs', 7000)".to_owned(),
            of("IN", 7001, "1, NULL, NULL"),
            // Twice, and of days that hold today.
            of("IN", 7001, &format!("NULL, '2020-01-01', '{}'", today())),
            of("NOT IN", 7001, "0, '2020-01-01', '2021-01-01'"),
            of("NOT IN", 7001, &format!("1, '{}', NULL", today() + Days::new(1))),
            of("NOT IN", 7001, &format!("1, NULL, '{}'", today() - Days::new(1))),
            of("NOT IN", 7002, "1, NULL, NULL"),
        ] {
            self.sql(&text).await;
        }
        patients_of(7001, today())
    }

    /// What gives a partner these patients: their consents. Others, which give nobody, are there too: over, to come, withdrawn, for something
    /// else, and to another partner.
    pub(crate) async fn consented(&self, patients: &[i32]) -> Grant {
        let list = patients.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
        let of = |whom: &str, partner: i32, purpose: &str, values: &str| {
            format!(
                "INSERT INTO Patient_Consent (patient_id, partner_id, purpose, since, until, withdrawn_at) \
                 SELECT patient_id, {partner}, '{purpose}', {values} FROM Patient WHERE patient_id {whom} ({list})"
            )
        };
        let (past, to_come) = (today() - Days::new(1), today() + Days::new(1));
        for text in [
            "INSERT INTO Partner (partner_id, name) VALUES (7001, 'Ours'), (7002, 'Theirs')".to_owned(),
            of("IN", 7001, "research", &format!("'2020-01-01', '{}', NULL", today())),
            of("IN", 7001, "research", "NULL, NULL, '2024-01-01 10:00:00'"),
            of("NOT IN", 7001, "research", "NULL, NULL, '2024-01-01 10:00:00'"),
            of("NOT IN", 7001, "insurance", "NULL, NULL, NULL"),
            of("NOT IN", 7002, "research", "NULL, NULL, NULL"),
            of("NOT IN", 7001, "research", &format!("NULL, '{past}', NULL")),
            of("NOT IN", 7001, "research", &format!("'{to_come}', NULL, '2024-01-01 10:00:00'")),
        ] {
            self.sql(&text).await;
        }
        consent::patients_of(7001, Purpose::Research, today())
    }

    /// Scopes of these two patients: as a list, as a list and assignments, and by consent.
    pub(crate) async fn scopes(&self, [one, other]: [i32; 2]) -> [Scope; 3] {
        let either = Scope::any([Grant::Patients([one].into()), self.looked_after(&[other]).await]);
        [Scope::patients([one, other]), either, Scope::any([self.consented(&[one, other]).await])]
    }

    /// Runs statements on the database as another program would.
    pub(crate) async fn sql(&self, text: &str) {
        self.db.run(text).await.unwrap();
    }
}

/// The text of an answer, and the statements that it took.
pub(crate) async fn run(engine: &Engine, scope: Scope, query: &str, variables: Value) -> (Vec<u8>, Vec<Ran>) {
    let recorder = Recorder::whole();
    let body = run_recorded(engine, scope, query, variables, &recorder).await;
    // The graph in this process is sent no statement.
    let sent = recorder.ran().into_iter().filter(|ran| ran.store != medimax::graphql::recorder::Store::Memory);
    (body, sent.collect())
}

/// The text of an answer whose statements a recorder keeps.
pub(crate) async fn run_recorded(
    engine: &Engine,
    scope: Scope,
    query: &str,
    variables: Value,
    recorder: &Recorder,
) -> Vec<u8> {
    engine.run(request(query, variables), caller(scope, recorder.clone())).await.body
}

/// The text of the answer to one of a document's operations.
pub(crate) async fn run_named(engine: &Engine, query: &str, variables: Value, operation: Option<&str>) -> Vec<u8> {
    let mut request = request(query, variables);
    request.operation_name = operation.map(str::to_owned);
    engine.run(request, caller(Scope::everything(), Recorder::default())).await.body
}

fn request(query: &str, variables: Value) -> async_graphql::Request {
    async_graphql::Request::new(query).variables(async_graphql::Variables::from_json(variables))
}

fn caller(scope: Scope, recorder: Recorder) -> Caller {
    let clock = Clock { today: today(), now: chrono::Utc::now().naive_utc() };
    Caller { asker: Asker::anybody(), scope, clock, request_id: "test".into(), may_write: true, recorder }
}

/// The codes of an answer's errors.
pub(crate) fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap()).collect()
}

/// The strings at `/a/*/b` of an answer.
pub(crate) fn texts(value: &Value, path: &str) -> Vec<String> {
    fn walk(value: &Value, mut keys: std::str::Split<'_, char>, out: &mut Vec<String>) {
        match keys.next() {
            None => out.push(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            Some("*") => value.as_array().unwrap().iter().for_each(|item| walk(item, keys.clone(), out)),
            Some(key) => walk(&value[key], keys, out),
        }
    }
    let mut out = Vec::new();
    walk(value, path.split('.'), &mut out);
    out
}

/// Gives a patient so many conditions, symptoms and medicines, whose names the shipped catalog ties together, and feeds the graph nothing.
pub(crate) async fn heavy(store: &Store, patient: i32, each: usize) {
    use medimax::terminology::knowledge::{ConceptKind, FactKind};
    let knowledge = store.graph.knowledge();
    let about = |condition: i32, kind: FactKind| -> Vec<i32> {
        knowledge.facts_to(condition).filter(|fact| fact.kind == kind).map(|fact| fact.from).collect()
    };
    let conditions = knowledge.concepts().iter().filter(|concept| concept.kind == ConceptKind::Condition);
    let conditions: Vec<i32> = conditions
        .map(|concept| concept.id)
        .filter(|id| about(*id, FactKind::Indicates).len() > 3 && about(*id, FactKind::Treats).len() > 3)
        .take(12)
        .collect();
    assert!(conditions.len() == 12, "{conditions:?}");
    let names = |ids: Vec<i32>| -> Vec<String> {
        let mut names: Vec<String> =
            ids.iter().map(|id| knowledge.get(*id).unwrap().name.replace('\'', "''")).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let symptoms = names(conditions.iter().flat_map(|id| about(*id, FactKind::Indicates)).collect());
    let drugs = names(conditions.iter().flat_map(|id| about(*id, FactKind::Treats)).collect());
    let conditions = names(conditions);
    let day = |at: usize| format!("'20{:02}-{:02}-{:02}'", 10 + at % 13, 1 + at % 12, 1 + at % 28);
    let visit = 900_000;
    store
        .sql(&format!("INSERT INTO Appointment (appointment_id, patient_id, appointment_date) VALUES ({visit}, {patient}, '2024-02-03')"))
        .await;
    let all: Vec<usize> = (0..each).collect();
    for some in all.chunks(500) {
        let rows = |row: &dyn Fn(usize) -> String| some.iter().map(|at| row(*at)).collect::<Vec<_>>().join(",");
        let named = |names: &[String], at: usize| names[at % names.len()].clone();
        for text in [
            format!(
                "INSERT INTO Medical_History (patient_id, history_type, history_item, history_date, is_active) VALUES {}",
                rows(&|at| format!(
                    "({patient}, 'condition', '{}', {}, {})",
                    named(&conditions, at),
                    day(at),
                    usize::from(at % 3 > 0)
                ))
            ),
            format!(
                "INSERT INTO Appointment_Symptom (appointment_id, symptom_name) VALUES {}",
                rows(&|at| format!("({visit}, '{}')", named(&symptoms, at)))
            ),
            format!(
                "INSERT INTO Medication (patient_id, medicine_name, is_continued, prescribed_date, discontinued_date) VALUES {}",
                rows(&|at| {
                    let (taken, stopped) = if at % 4 > 0 { (1, "NULL") } else { (0, "'2025-01-01'") };
                    format!("({patient}, '{}', {taken}, {}, {stopped})", named(&drugs, at), day(at))
                })
            ),
        ] {
            store.sql(&text).await;
        }
    }
}
