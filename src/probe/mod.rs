//! Tests of the kinds of values that no entity of the schema has yet, on both stores. The entities here are the tests' own: they
//! go through the whole engine (schema, filters, orders, cursors, mutations, CSV, `check`) and are in no binary that is shipped.

mod answers;
pub mod contact;
pub mod house;
mod owners;
pub mod reading;
pub mod subject;
mod writing;

use crate::{
    access::Asker,
    config::Config,
    db::scope::Scope,
    db::{self, Db, Dialect, Options, Tls, migrate},
    graph::{Graph, shape::Shapes},
    graphql::{
        clock::Clock,
        model::{Entity, Model, Object},
        recorder::Recorder,
    },
    request::engine::{Caller, Engine},
};
use serde_json::Value;
use std::{
    env,
    path::PathBuf,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

static QUERY: Object = Object { name: "Query", doc: "Reads.", is_node: false, of: None, scalars: &[], fields: &[] };
static MUTATION: Object =
    Object { name: "Mutation", doc: "Writes.", is_node: false, of: None, scalars: &[], fields: &[] };
static ENTITIES: &[&Entity] = &[&house::ENTITY, &subject::ENTITY, &reading::ENTITY, &contact::ENTITY];
static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::new([]));
static MODEL: LazyLock<Model> = LazyLock::new(|| Model::new("A test's.", &QUERY, &MUTATION, ENTITIES, &[]));

/// The tables. What would keep bad values out is left out, as it may be in a table that was taken over.
const MARIADB: &[&str] = &[
    "CREATE TABLE Probe_Subject (subject_id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, country VARCHAR(2), \
     KEY (name)) CHARACTER SET utf8mb4",
    "CREATE TABLE Probe_Reading (reading_id INT AUTO_INCREMENT PRIMARY KEY, subject_id INT NOT NULL, severity BIGINT, \
     bytes BIGINT, height DECIMAL(9,3), session CHAR(36), metadata TEXT, fee BIGINT, fee_currency VARCHAR(3), \
     language VARCHAR(35), KEY (subject_id), KEY (severity), KEY (bytes), KEY (height), KEY (session), KEY (fee), \
     KEY (fee_currency)) CHARACTER SET utf8mb4",
    "CREATE TABLE Probe_House (house_id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, KEY (name)) CHARACTER SET utf8mb4",
    "CREATE TABLE Probe_Contact (contact_id INT AUTO_INCREMENT PRIMARY KEY, subject_id INT, house_id INT, address VARCHAR(50) NOT NULL, \
     KEY (subject_id), KEY (house_id), KEY (address)) CHARACTER SET utf8mb4",
];
const SQLITE: &[&str] = &[
    "CREATE TABLE Probe_Subject (subject_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE NOT NULL, \
     country TEXT COLLATE NOCASE)",
    "CREATE TABLE Probe_Reading (reading_id INTEGER PRIMARY KEY AUTOINCREMENT, subject_id INTEGER NOT NULL, severity INTEGER, \
     bytes INTEGER, height NUMERIC, session TEXT COLLATE NOCASE, metadata TEXT, fee INTEGER, fee_currency TEXT COLLATE NOCASE, \
     language TEXT COLLATE NOCASE)",
    "CREATE TABLE Probe_House (house_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE NOT NULL)",
    "CREATE TABLE Probe_Contact (contact_id INTEGER PRIMARY KEY AUTOINCREMENT, subject_id INTEGER, house_id INTEGER, \
     address TEXT COLLATE NOCASE NOT NULL)",
    "CREATE INDEX severity ON Probe_Reading (severity)",
    "CREATE INDEX bytes ON Probe_Reading (bytes)",
    "CREATE INDEX height ON Probe_Reading (height)",
    "CREATE INDEX session ON Probe_Reading (session)",
];

/// A database with the tests' tables.
struct Store {
    db: Db,
    engine: Engine,
}

fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("probe_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A new folder.
fn folder() -> PathBuf {
    let folder = env::temp_dir().join(unique());
    std::fs::create_dir(&folder).unwrap();
    folder
}

async fn open(url: String) -> Db {
    let (wait, statement_timeout) = (Duration::from_secs(60), Duration::from_secs(60));
    db::open(&Options { url, max_connections: 4, wait, statement_timeout, tls: Tls::Off, ca_file: None }).await.unwrap()
}

/// When it is, to the tests.
fn clock() -> Clock {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    Clock { today, now: today.and_hms_opt(12, 0, 0).unwrap() }
}

impl Store {
    async fn new(dialect: Dialect) -> Self {
        let (db, tables) = match dialect {
            Dialect::Sqlite => (open(format!("sqlite://{}", folder().join("store").display())).await, SQLITE),
            Dialect::MariaDb => {
                let server = env::var("MEDIMAX_TEST_MARIADB_URL").expect("run scripts/test, which starts a server");
                let (name, admin) = (unique(), open(format!("{server}/information_schema")).await);
                admin.run(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await.unwrap();
                (open(format!("{server}/{name}")).await, MARIADB)
            }
        };
        migrate::up(&db, |_, _| {}).await.unwrap();
        for table in tables {
            db.run(table).await.unwrap();
        }
        let engine = Engine::new(
            &MODEL,
            db.clone(),
            Graph::embedded(&SHAPES),
            Config::default().limits(),
            Duration::from_secs(60),
        );
        Store { db, engine }
    }

    fn is_sqlite(&self) -> bool {
        self.db.dialect() == Dialect::Sqlite
    }

    async fn ask(&self, query: &str, variables: Value) -> Value {
        self.ask_as(Scope::everything(), query, variables).await
    }

    /// The same for a caller who may see some subjects.
    async fn ask_as(&self, scope: Scope, query: &str, variables: Value) -> Value {
        let request = async_graphql::Request::new(query).variables(async_graphql::Variables::from_json(variables));
        let caller = Caller {
            asker: Asker::anybody(),
            scope,
            clock: clock(),
            request_id: "test".into(),
            may_write: true,
            recorder: Recorder::default(),
        };
        serde_json::from_slice(&self.engine.run(request, caller).await.body).unwrap()
    }

    /// The data of an answer without errors.
    async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }
}

/// Runs a test on both stores.
macro_rules! on_both {
    ($name:ident, $body:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mariadb() {
                let body: fn(Store) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> =
                    |store| Box::pin($body(store));
                body(Store::new(crate::db::Dialect::MariaDb).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let body: fn(Store) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> =
                    |store| Box::pin($body(store));
                body(Store::new(crate::db::Dialect::Sqlite).await).await;
            }
        }
    };
}
use on_both;
