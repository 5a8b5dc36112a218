//! Every key: what stands in `config!` becomes the file's keys, the flags, the variables, their help and `docs/configuration.md`.

use super::{
    Key, Source,
    choice::{AccessLog, Explain, LogFormat, LogRequests, Share},
    setting::{Secret, Setting, StoreUrl, Within},
    unknown,
    zone::TimeZone,
};
use crate::{
    db::Tls,
    error::{Error, Result},
};
use std::{collections::BTreeMap, path::PathBuf};

/// The one place where keys are told: what stands in it becomes the file's keys, the flags, the variables, their help and
/// `docs/configuration.md`. A key is its description, name, type and default; it stands in the group whose title is above it. The
/// type says what is taken and what is shown: [`Secret`] and [`StoreUrl`] keep passwords to themselves.
macro_rules! config {
    ($($group:literal: $($(#[doc = $doc:literal])+ $key:ident: $ty:ty = $default:expr;)+)+) => {
        /// Every key and its value.
        #[derive(Debug, Clone)]
        pub struct Config { $($($(#[doc = $doc])+ pub $key: $ty,)+)+ pub(super) sources: BTreeMap<&'static str, Source> }

        /// Every key there is.
        pub const KEYS: &[Key] = &[$($(Key {
            name: stringify!($key),
            group: $group,
            doc: concat!($($doc, "\n"),+),
            takes: <$ty as Setting>::EXPECTED,
            switch: matches!(stringify!($ty).as_bytes(), b"bool"),
            secret: <$ty as Setting>::SECRET,
        }),+),+];

        impl Default for Config {
            fn default() -> Self {
                Config { $($($key: $default,)+)+ sources: BTreeMap::new() }
            }
        }

        impl Config {
            pub(super) fn set(&mut self, key: &str, text: &str, source: Source) -> Result<()> {
                match key {
                    $($(stringify!($key) => {
                        self.$key = <$ty as Setting>::read(text).ok_or_else(|| {
                            // The value itself is not repeated: it may be a secret.
                            let expected = <$ty as Setting>::EXPECTED;
                            let meant = <$ty as Setting>::meant(text).map(|meant| format!("; did you mean '{meant}'?"));
                            let meant = meant.unwrap_or_default();
                            Error::Setup(format!("{key} ({}) must be {expected}{meant}", source.as_str()))
                        })?;
                        self.sources.insert(stringify!($key), source);
                    })+)+
                    _ => return Err(unknown(key, source)),
                }
                Ok(())
            }

            /// Each key with its value, secrets hidden, and where it comes from.
            pub fn in_force(&self) -> Vec<(&'static Key, String, Source)> {
                let values = [$($(Setting::show(&self.$key)),+),+];
                KEYS.iter().zip(values).map(|(key, value)| (key, value, self.source(key.name))).collect()
            }
        }
    };
}

config! {
    "HTTP":
    /// The address and port to serve on; port 0 takes a free one.
    listen: String = "127.0.0.1:8080".into();
    /// Ask nobody to log in: whoever reaches the port sees and changes everything. For a gateway behind something that decides who may
    /// ask.
    no_auth: bool = false;
    /// The addresses of proxies whose `X-Forwarded-For` says whence a request comes, as `10.1.2.3` or `10.0.0.0/8`, with commas
    /// between them. Log-ins that fail are counted by that address.
    trusted_proxies: String = String::new();
    /// The token with which programs read `/metrics` and the details of `/readyz` where log-in is asked for: `Authorization: Bearer`.
    operator_token: Secret = Secret::default();
    /// The origins of web pages that may ask from another host, as `https://app.example`, with commas between them.
    cors_origins: String = String::new();
    /// Names by which clients may call the gateway, with commas between them. On loopback any name but `localhost` is refused
    /// unless it stands here, so that no web page reaches the gateway under a name of its own.
    allowed_hosts: String = String::new();
    /// The gateway's certificate with those above it, in a PEM file; then it serves HTTPS.
    tls_certificate_file: PathBuf = PathBuf::new();
    /// The key of that certificate, in a PEM file.
    tls_key_file: PathBuf = PathBuf::new();
    /// How long running requests may take to end after the gateway was told to stop, in milliseconds.
    shutdown_grace_ms: u64 = 20_000;
    /// For how long a gateway that was told to stop still takes requests, while `/readyz` says that it is leaving, in
    /// milliseconds: as long as a load balancer needs to notice.
    shutdown_delay_ms: u64 = 0;

    "Access log":
    /// What becomes of an answer that tells of patients while its entry in the access log cannot be written: `required` holds it back,
    /// `lenient` gives it and logs an error, `off` keeps no access log.
    audit: AccessLog = AccessLog::Required;
    /// A secret with which entries of the access log are signed, 16 characters at least: without it nobody can make or mend entries
    /// unseen, whatever they may do to the database. `medimax audit` needs the same.
    audit_key: Secret = Secret::default();

    /// For how many minutes at most a clinician may see a patient who is not assigned (`breakGlass`); 0 lets nobody.
    break_glass_minutes: Within<0, 1440> = Within::new(60);

    "Accounts":
    /// How many minutes an access token lives. A lock, another role and a log-out hold at once all the same.
    access_token_minutes: Within<1, 15> = Within::new(15);
    /// How many days after its log-in a session ends.
    session_days: Within<1, 365> = Within::new(30);
    /// Who access tokens say that they come from (`iss`). Gateways of one database have the same; tokens of another are refused.
    token_issuer: String = "medimax".into();

    "Days":
    /// The time zone by which it is today: for ages, upcoming appointments, and rules that look at today (a date of birth is not in
    /// the future). By its IANA name, as `Europe/Berlin`; left out, the machine's, which in a container is most often UTC. Moments
    /// stay UTC.
    time_zone: TimeZone = TimeZone::default();

    "Documents":
    /// Refuse every mutation.
    read_only: bool = false;
    /// The documents that are answered, and no others: a manifest as Relay, Apollo or GraphQL Code Generator write it.
    documents: PathBuf = PathBuf::new();
    /// How many bytes of automatic persisted queries are kept; 0 switches them off.
    persisted_query_bytes: usize = 16_777_216;
    /// Whether clients may ask for the schema. Without, no error names what a request did not name itself.
    introspection: bool = true;
    /// Whether errors suggest the field that was meant.
    suggestions: bool = true;
    /// Who may have a request explained (the header `MediMax-Explain`): nobody (`off`), clients on this machine (`loopback`), or
    /// whoever may ask (`on`).
    explain: Explain = Explain::Loopback;

    "Relational store":
    /// The relational store: `mysql://user:password@host:3306/database`, or `sqlite://FILE`. Left out: a SQLite file in `data_dir`.
    database_url: StoreUrl = StoreUrl::default();
    /// The password for a `database_url` without one, plain: `mysql://user@host:3306/database`.
    database_password: Secret = Secret::default();
    /// Where the embedded store keeps its file.
    data_dir: PathBuf = PathBuf::from("data");
    /// An embedded store with demo data that is forgotten when the gateway stops.
    memory: bool = false;
    /// The most connections to the database.
    database_max_connections: usize = 10;
    /// How long a request waits for a free connection, in milliseconds.
    database_wait_ms: u64 = 5_000;
    /// How long `serve` waits for a database that is not there yet, in milliseconds.
    database_start_wait_ms: u64 = 60_000;
    /// How long the database may work on one statement, in milliseconds.
    statement_timeout_ms: u64 = 30_000;
    /// TLS to MariaDB: off, required (the certificate is not checked) or verified.
    database_tls: Tls = Tls::Off;
    /// Certificates to trust besides the well-known ones, in a PEM file.
    database_ca_file: PathBuf = PathBuf::new();
    /// For how many hours an idempotency key stands for its request.
    idempotency_hours: u32 = 72;

    "Graph":
    /// The graph: `embedded`, in the gateway itself, or `bolt://user:password@host:7687` for a Neo4j (`bolt+s`, `neo4j+s` with TLS).
    graph_url: StoreUrl = "embedded".into();
    /// The password for a `graph_url` without one, plain: `bolt://user@host:7687`.
    graph_password: Secret = Secret::default();
    /// What the labels in Neo4j begin with, where the database is shared: letters, digits and underscores.
    graph_label_prefix: String = String::new();
    /// How long Neo4j may take to answer, in milliseconds.
    graph_timeout_ms: u64 = 5_000;
    /// The most connections to Neo4j.
    graph_max_connections: usize = 10;
    /// Certificates to trust instead of the well-known ones for Neo4j, in a PEM file.
    graph_ca_file: PathBuf = PathBuf::new();

    "Log and traces":
    /// How log lines are written: text or json.
    log_format: LogFormat = LogFormat::Text;
    /// What is logged: error, warn, info, debug or trace; also by module, as `info,medimax::graph=debug`.
    log_level: String = "info".into();
    /// Which GraphQL requests get a line in the log: `off`, those with `errors`, or `all`.
    log_requests: LogRequests = LogRequests::Errors;
    /// Where traces are sent by OTLP over HTTP, as `http://127.0.0.1:4318`; left out, nothing is traced.
    otlp_endpoint: String = String::new();
    /// Headers for `otlp_endpoint`, as `name=value` with commas between them, percent-encoded where a value holds a comma.
    otlp_headers: Secret = Secret::default();
    /// How long the collector at `otlp_endpoint` may take, in milliseconds.
    otlp_timeout_ms: u64 = 5_000;
    /// The name of this gateway in traces; left out: `medimax`.
    otlp_service_name: String = String::new();
    /// What traces say of this gateway besides, as `name=value` with commas between them: `deployment.environment.name=test`.
    otlp_resource_attributes: String = String::new();
    /// Which share of requests is traced, from 0 to 1, where the caller's `traceparent` does not decide.
    otlp_sample_ratio: Share = Share::ALL;
    /// Certificates to trust besides the well-known ones for `otlp_endpoint`, in a PEM file.
    otlp_ca_file: PathBuf = PathBuf::new();

    "Demo data":
    /// Patients of the demo data that an empty embedded store is filled with; 0 for none.
    demo_patients: u64 = 250;
    /// The seed that demo data grows from.
    demo_seed: u64 = 794;

    "Limits":
    /// How long a request may take, in milliseconds.
    request_timeout_ms: u64 = 30_000;
    /// The largest request body, in bytes.
    max_body_bytes: usize = 1_048_576;
    /// The longest path and query of a URL, in bytes.
    max_url_bytes: usize = 16_384;
    /// How many clients may be connected; more wait until one leaves.
    max_connections: usize = 2_000;
    /// How many requests are answered at the same time.
    max_concurrent_requests: usize = 64;
    /// How many requests may wait for their turn; one more is refused with 503.
    max_queued_requests: usize = 256;
    /// How long a client may take to send a request's body, or to take a piece of the answer, in milliseconds.
    client_timeout_ms: u64 = 10_000;
    /// How long a connection may wait for the head of its next request, in milliseconds.
    keep_alive_ms: u64 = 75_000;
    /// How deep fields may nest.
    max_depth: u64 = 15;
    /// How many objects a request may ask for: a list counts with its `first`, else with its usual size.
    max_cost: u64 = 250_000;
    /// How many aliases a request may have.
    max_aliases: u64 = 30;
    /// How many fields a request may have at the root.
    max_root_fields: u64 = 20;
    /// How many tokens a document may have.
    max_tokens: u64 = 10_000;
    /// How deep brackets may nest in a document, lists and input objects included.
    max_nesting: u64 = 128;
    /// How many selections a document may have once its fragments are spread.
    max_selections: u64 = 20_000;
    /// How many directives a document may have once its fragments are spread.
    max_directives: u64 = 50;
    /// How often one set of selections may ask for the same response key.
    max_repetitions: u64 = 50;
    /// The largest page.
    max_page_size: u32 = 200;
    /// The page where a request does not say.
    default_page_size: u32 = 20;
    /// How many rows one level of an answer may have, below all parents together.
    max_level_rows: u32 = 50_000;
    /// The largest answer, in bytes. A field at the root that would make it larger is null; of a mutation, a field of what it wrote.
    max_answer_bytes: usize = 33_554_432;
    /// How many bytes one request may hold while it is answered: rows, texts and the answer.
    max_request_bytes: usize = 134_217_728;
    /// How many bytes all requests together may hold, answers that are still being sent included. Where there is no room for
    /// another answer, a request is refused with 503.
    max_memory_bytes: usize = 536_870_912;
    /// How many patients a filter by facts of the graph may match.
    max_graph_matches: u32 = 200_000;
    /// What a list that is filtered or searched, or its total, may cost the database, in rows that are read one after the other; a row that is
    /// looked up by itself counts as several. The cost is estimated, and what would cost more is refused before it is sent.
    max_rows_read: u64 = 500_000;
    /// How far `totalCountAtMost` may count: the most that its `limit` may be.
    max_total_count: u32 = 100_000;
}
