//! Every metric, what is counted, and the text that `/metrics` answers.

use super::{
    otlp::Fate,
    process::Process,
    text::{Histogram, Kind, Metric, NUMBERS, Page, TIMES},
};
use crate::{
    audit,
    db::PoolState,
    error::Code,
    graph::{Counts, Status, neo4j},
    graphql::recorder::{Ran, Store},
    request::documents,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};

macro_rules! metrics {
    ($($const:ident = $kind:ident $name:literal [$($label:literal),*], $doc:literal;)*) => {
        $(static $const: Metric = Metric { name: $name, kind: Kind::$kind, labels: &[$($label),*], doc: $doc };)*

        /// Every metric there is, in the order of the text.
        pub static METRICS: &[&Metric] = &[$(&$const),*];
    };
}

metrics! {
    BUILD = Gauge "medimax_build_info" ["version"], "1, with the version of the binary.";
    UPTIME = Gauge "medimax_uptime_seconds" [], "Time since the gateway started.";
    REQUESTS = Counter "medimax_requests_total" ["operation", "outcome"], "GraphQL requests: answered, answered in part (failed), or refused before execution. Operations are named where their document is listed.";
    DURATION = Histogram "medimax_request_duration_seconds" ["operation"], "Time to answer a GraphQL request.";
    ERRORS = Counter "medimax_errors_total" ["code"], "Errors in answers.";
    LIMITS = Counter "medimax_limits_hit_total" ["limit"], "Errors because of a limit, by the limit's key.";
    RUNNING = Gauge "medimax_requests_at_once" ["state"], "GraphQL requests being answered (running), and waiting for their turn.";
    QUEUED = Histogram "medimax_queue_wait_seconds" [], "Time that requests waited for their turn.";
    CLIENTS = Gauge "medimax_client_connections" ["state"], "Connections of clients: open, and the most there may be.";
    DOCUMENTS = Gauge "medimax_documents" ["kind"], "Documents kept: found valid before (known), or registered by clients under their hash (persisted).";
    LOOKUPS = Counter "medimax_document_lookups_total" ["kind", "result"], "Times that such a document was looked for.";
    STATEMENTS = Histogram "medimax_statement_duration_seconds" ["store", "what"], "Time that a store worked on a statement, the wait for a connection apart.";
    FAILED = Counter "medimax_statements_failed_total" ["store"], "Statements that failed or were given up.";
    KEYS = Histogram "medimax_statement_keys" ["store"], "Keys that one statement was sent for.";
    ROWS = Counter "medimax_rows_total" ["store"], "Rows that statements answered or touched.";
    WAITED = Histogram "medimax_connection_wait_seconds" ["store"], "Time that statements waited for a connection.";
    DATABASE = Gauge "medimax_database_connections" ["state"], "Connections to the database: the most there may be, open, idle, and statements waiting for one.";
    NEO4J = Gauge "medimax_graph_connections" ["state"], "Connections to Neo4j: the most there may be, busy, and statements waiting for one.";
    GRAPH_UP = Gauge "medimax_graph_up" [], "Whether the graph answers and is kept in step.";
    GRAPH_STALLED = Gauge "medimax_graph_stalled" [], "Whether the gateway has ceased to keep the graph in step: a store does not answer, or not in time.";
    GRAPH_TURN = Gauge "medimax_graph_turn_age_seconds" [], "Time since the gateway last ended a turn of keeping the graph in step.";
    GRAPH_ASIDE = Gauge "medimax_graph_set_aside" [], "Patients that do not fit into the graph and are tried again.";
    GRAPH_LEADER = Gauge "medimax_graph_leader" [], "Whether this gateway keeps the graph in step.";
    GRAPH_BACKLOG = Gauge "medimax_graph_backlog" [], "Changes that have yet to reach the graph.";
    GRAPH_LAG = Gauge "medimax_graph_lag_seconds" [], "Age of the oldest of those changes; no less than the time since the last turn while the graph is stalled.";
    GRAPH_PROJECTED = Counter "medimax_graph_projected_total" [], "Patients projected into the graph.";
    GRAPH_FAILURES = Counter "medimax_graph_failures_total" [], "Times that projecting failed.";
    GRAPH_SIZE = Gauge "medimax_graph_size" ["kind"], "How much the graph holds, while it answers.";
    LOGGED = Counter "medimax_access_log_entries_total" ["fate"], "Entries of the access log that were written, or that could not be.";
    SPANS = Counter "medimax_spans_total" ["fate"], "Spans exported, or dropped because the collector did not take them in time.";
    CPU = Counter "process_cpu_seconds_total" [], "Processor time that the process took.";
    MEMORY = Gauge "process_resident_memory_bytes" [], "Memory that the process holds.";
    FILES = Gauge "process_open_fds" [], "Files that the process has open, connections included.";
    MAX_FILES = Gauge "process_max_fds" [], "The most that it may have open.";
    STARTED = Gauge "process_start_time_seconds" [], "When the process started, since 1970.";
}

/// The most operations with numbers of their own; each takes some twenty lines.
const MOST_OPERATIONS: usize = 200;
/// What all others are called.
const OTHER: &str = "other";
/// What becomes of requests.
const OUTCOMES: [&str; 3] = ["answered", "failed", "refused"];

/// A GraphQL request that was answered.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The name of its operation, where its document is listed.
    pub operation: Option<&'a str>,
    /// Whether it was executed.
    pub executed: bool,
    /// The codes of its errors.
    pub codes: &'a [Code],
    /// The keys of the limits that it went over.
    pub limits: &'a [&'static str],
    /// Its statements.
    pub ran: &'a [Ran],
    /// How long it took.
    pub took: Duration,
    /// How long it waited for its turn, if it came that far.
    pub queued: Option<Duration>,
}

/// What is counted.
pub struct Metrics {
    started: (Instant, SystemTime),
    other: Operation,
    operations: RwLock<BTreeMap<String, Arc<Operation>>>,
    errors: [AtomicU64; Code::ALL.len()],
    limits: Mutex<BTreeMap<&'static str, u64>>,
    queued: Histogram<13>,
    statements: RwLock<BTreeMap<(Store, &'static str), Arc<Histogram<13>>>>,
    stores: [(Store, OfStore); 2],
}

/// Requests of one operation.
struct Operation {
    outcomes: [AtomicU64; OUTCOMES.len()],
    took: Histogram<13>,
}

/// Statements of one store.
struct OfStore {
    failed: AtomicU64,
    rows: AtomicU64,
    keys: Histogram<8>,
    waited: Histogram<13>,
}

/// What is not counted but looked at when somebody asks.
pub struct Gauges<'a> {
    /// Connections to the database.
    pub pool: PoolState,
    /// Connections to Neo4j, where there is one.
    pub neo4j: Option<neo4j::PoolState>,
    /// Requests that run, and that wait.
    pub gate: (usize, usize),
    /// Clients' connections, and the most there may be.
    pub clients: (usize, usize),
    /// Documents kept.
    pub documents: documents::State,
    /// How projecting is doing.
    pub graph: &'a Status,
    /// How much the graph holds, if it answers.
    pub counts: Option<Counts>,
    /// How the access log does, where one is kept.
    pub logged: Option<audit::Counts>,
    /// What became of spans.
    pub spans: Fate,
}

impl Default for Operation {
    fn default() -> Self {
        Operation { outcomes: Default::default(), took: Histogram::new(&TIMES) }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let store = || OfStore {
            failed: AtomicU64::default(),
            rows: AtomicU64::default(),
            keys: Histogram::new(&NUMBERS),
            waited: Histogram::new(&TIMES),
        };
        Metrics {
            started: (Instant::now(), SystemTime::now()),
            other: Operation::default(),
            operations: RwLock::default(),
            errors: Default::default(),
            limits: Mutex::default(),
            queued: Histogram::new(&TIMES),
            statements: RwLock::default(),
            stores: [(Store::Database, store()), (Store::Graph, store())],
        }
    }
}

/// Those that are kept under a key, made at its first use. Looking costs a lock that readers share.
fn kept<K, Q, V>(
    all: &RwLock<BTreeMap<K, Arc<V>>>,
    key: &Q,
    make: impl FnOnce(&mut BTreeMap<K, Arc<V>>) -> Option<Arc<V>>,
) -> Option<Arc<V>>
where
    K: Ord + std::borrow::Borrow<Q>,
    Q: Ord + ?Sized,
{
    let known = all.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
    known.or_else(|| make(&mut all.write().unwrap_or_else(PoisonError::into_inner)))
}

impl Metrics {
    /// Counts a GraphQL request.
    pub fn answered(&self, request: &Request<'_>) {
        let named = request.operation.and_then(|name| {
            kept(&self.operations, name, |all| {
                (all.contains_key(name) || all.len() < MOST_OPERATIONS)
                    .then(|| all.entry(name.into()).or_default().clone())
            })
        });
        let operation = named.as_deref().unwrap_or(&self.other);
        let outcome = match (request.executed, request.codes.is_empty()) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => 2,
        };
        if let Some(count) = operation.outcomes.get(outcome) {
            count.fetch_add(1, Relaxed);
        }
        operation.took.took(request.took);
        if let Some(queued) = request.queued {
            self.queued.took(queued);
        }
        for (code, count) in Code::ALL.iter().zip(&self.errors) {
            let times = request.codes.iter().filter(|given| *given == code).count();
            count.fetch_add(times as u64, Relaxed);
        }
        if !request.limits.is_empty() {
            let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
            request.limits.iter().for_each(|key| *limits.entry(key).or_default() += 1);
        }
        request.ran.iter().for_each(|ran| self.ran(ran));
    }

    fn ran(&self, ran: &Ran) {
        let key = (ran.store, ran.what);
        let Some((_, store)) = self.stores.iter().find(|(store, _)| *store == ran.store) else { return };
        let make = |all: &mut BTreeMap<_, Arc<_>>| {
            Some(all.entry(key).or_insert_with(|| Arc::new(Histogram::new(&TIMES))).clone())
        };
        if let Some(statements) = kept(&self.statements, &key, make) {
            statements.took(ran.took);
        }
        store.waited.took(ran.wait);
        if let Some(keys) = ran.keys {
            store.keys.note(keys as u64);
        }
        match ran.rows {
            Some(rows) => store.rows.fetch_add(rows as u64, Relaxed),
            None => store.failed.fetch_add(1, Relaxed),
        };
    }

    /// The text that Prometheus reads.
    pub fn text(&self, gauges: &Gauges<'_>) -> String {
        let mut page = Page::default();
        let (up, since) = (self.started.0.elapsed(), self.started.1.duration_since(SystemTime::UNIX_EPOCH));
        page.metric(&BUILD).value(&[env!("CARGO_PKG_VERSION")], 1);
        page.metric(&UPTIME).value(&[], up.as_secs_f64());
        self.requests(&mut page);
        let states = |page: &mut Page, metric, states: &[(&str, usize)]| {
            let mut values = page.metric(metric);
            for (state, count) in states {
                values.value(&[state], count);
            }
        };
        states(&mut page, &RUNNING, &[("running", gauges.gate.0), ("waiting", gauges.gate.1)]);
        page.metric(&QUEUED).histogram(&[], &self.queued);
        states(&mut page, &CLIENTS, &[("open", gauges.clients.0), ("max", gauges.clients.1)]);
        let kinds = [("known", gauges.documents.known), ("persisted", gauges.documents.persisted)];
        states(&mut page, &DOCUMENTS, &kinds.map(|(kind, kept)| (kind, kept.documents)));
        let mut lookups = page.metric(&LOOKUPS);
        for (kind, kept) in kinds {
            lookups.value(&[kind, "hit"], kept.hits).value(&[kind, "miss"], kept.misses);
        }
        self.statements(&mut page);
        let PoolState { max, open, idle, waiting } = gauges.pool;
        states(&mut page, &DATABASE, &[("max", max), ("open", open), ("idle", idle), ("waiting", waiting)]);
        let neo4j = gauges.neo4j.map(|pool| [("max", pool.max), ("busy", pool.busy), ("waiting", pool.waiting)]);
        states(&mut page, &NEO4J, neo4j.as_ref().map(|states| &states[..]).unwrap_or_default());
        graph(&mut page, gauges.graph, gauges.counts);
        if let Some(logged) = gauges.logged {
            page.metric(&LOGGED).value(&["written"], logged.written).value(&["failed"], logged.failed);
        }
        page.metric(&SPANS).value(&["exported"], gauges.spans.exported).value(&["dropped"], gauges.spans.dropped);
        let process = Process::now();
        page.metric(&CPU).known(process.cpu);
        page.metric(&MEMORY).known(process.memory);
        page.metric(&FILES).known(process.files);
        page.metric(&MAX_FILES).known(process.max_files);
        page.metric(&STARTED).value(&[], since.unwrap_or_default().as_secs_f64());
        page.text()
    }

    fn requests(&self, page: &mut Page) {
        let named = self.operations.read().unwrap_or_else(PoisonError::into_inner);
        let all = || named.iter().map(|(name, of)| (name.as_str(), &**of)).chain([(OTHER, &self.other)]);
        let mut requests = page.metric(&REQUESTS);
        for (name, operation) in all() {
            for (outcome, count) in OUTCOMES.iter().zip(&operation.outcomes) {
                requests.value(&[name, outcome], count.load(Relaxed));
            }
        }
        let mut took = page.metric(&DURATION);
        for (name, operation) in all() {
            took.histogram(&[name], &operation.took);
        }
        let mut errors = page.metric(&ERRORS);
        for (code, count) in Code::ALL.iter().zip(&self.errors) {
            errors.value(&[code.as_str()], count.load(Relaxed));
        }
        let mut limits = page.metric(&LIMITS);
        for (key, count) in &*self.limits.lock().unwrap_or_else(PoisonError::into_inner) {
            limits.value(&[key], count);
        }
    }

    fn statements(&self, page: &mut Page) {
        let mut took = page.metric(&STATEMENTS);
        for ((store, what), times) in &*self.statements.read().unwrap_or_else(PoisonError::into_inner) {
            took.histogram(&[store.as_str(), what], times);
        }
        let mut failed = page.metric(&FAILED);
        for (store, of) in &self.stores {
            failed.value(&[store.as_str()], of.failed.load(Relaxed));
        }
        let mut keys = page.metric(&KEYS);
        for (store, of) in &self.stores {
            keys.histogram(&[store.as_str()], &of.keys);
        }
        let mut rows = page.metric(&ROWS);
        for (store, of) in &self.stores {
            rows.value(&[store.as_str()], of.rows.load(Relaxed));
        }
        let mut waited = page.metric(&WAITED);
        for (store, of) in &self.stores {
            waited.histogram(&[store.as_str()], &of.waited);
        }
    }
}

fn graph(page: &mut Page, graph: &Status, counts: Option<Counts>) {
    page.metric(&GRAPH_UP).value(&[], u8::from(graph.ready && counts.is_some() && !graph.is_stalled()));
    page.metric(&GRAPH_STALLED).value(&[], u8::from(graph.is_stalled()));
    page.metric(&GRAPH_TURN).known(graph.since_turn().map(|since| since.as_secs_f64()));
    page.metric(&GRAPH_ASIDE).value(&[], graph.set_aside);
    page.metric(&GRAPH_LEADER).value(&[], u8::from(graph.leads));
    page.metric(&GRAPH_BACKLOG).value(&[], graph.backlog);
    page.metric(&GRAPH_LAG).value(&[], graph.lag_ms() as f64 / 1000.0);
    page.metric(&GRAPH_PROJECTED).value(&[], graph.projected);
    page.metric(&GRAPH_FAILURES).value(&[], graph.failures);
    let mut size = page.metric(&GRAPH_SIZE);
    if let Some(Counts { patients, nodes, relationships }) = counts {
        size.value(&["patients"], patients).value(&["nodes"], nodes).value(&["relationships"], relationships);
    }
}
