//! Clients that hang up and requests that run out of time, in a storm: nobody may ever read what was meant for another,
//! and the pool must come out of it whole.

use crate::support::{
    Backend, Store, codes, full, on_both, options,
    process::{Answer, Gateway, JSON, body_of, eventually},
    run,
};
use medimax::{
    db::scope::Scope,
    db::{self, Options},
};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

const PATIENTS: u64 = 24;
const CONNECTIONS: usize = 4;

/// A request, and the one right answer.
struct Question {
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Question {
    async fn new(store: &Store, query: &str) -> Self {
        let answer = run(&store.engine(), Scope::everything(), query, Value::Null).await.0;
        assert!(answer.starts_with(b"{\"data\":{\"patient") && !answer.ends_with(b"]}"), "{query}");
        Question { request: body_of(query, Value::Null), answer }
    }

    /// Asks, and holds the answer against the right one.
    fn ask(&self, gateway: &Gateway) {
        let answer = gateway.post(&self.request);
        assert!(answer.status == 200 && answer.body == self.answer, "{}", self.difference(&answer));
    }

    /// Asks where there is little time: the answer is the right one, or says that the time was too short.
    fn ask_in_haste(&self, gateway: &Gateway) -> bool {
        let answer = gateway.post(&self.request);
        let right = answer.body == self.answer;
        let late = || {
            let json = answer.json();
            !codes(&json).is_empty() && codes(&json).iter().all(|code| *code == "TIMEOUT")
        };
        assert!(answer.status == 200 && (right || late()), "{}", self.difference(&answer));
        right
    }

    fn difference(&self, answer: &Answer) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(2000).collect::<String>();
        format!(
            "{}\nexpected {}\ngot {} {}",
            text(&self.request),
            text(&self.answer),
            answer.status,
            text(&answer.body)
        )
    }
}

/// Questions about each patient, whose answers differ from one another.
async fn questions(store: &Store) -> Vec<Question> {
    let mut questions = Vec::new();
    for id in 1..=PATIENTS {
        for fields in [
            "name dateOfBirth medicalHistory { item date } medications { name purposes { conditionName } }",
            "labReports(first: 20) { nodes { labReportId date findings { testName value } } } reports(first: 5) { nodes { fullText } }",
        ] {
            questions.push(Question::new(store, &format!("{{ patient(id: {id}) {{ patientId {fields} }} }}")).await);
        }
    }
    questions
}

/// One that takes many times as long.
async fn heavy_question(store: &Store) -> Question {
    let fields = "name medicalHistory { item } medications { name purposes { conditionName } } messages(first: 50) { nodes { text } } \
        labReports(first: 50) { nodes { date findings { testName value unit } } } reports(first: 50) { nodes { fullText findings { key } } }";
    Question::new(store, &format!("{{ patients(first: {PATIENTS}) {{ nodes {{ {fields} }} }} }}")).await
}

/// Begins a request and closes the connection before its end or within its answer; where, depends on `n`.
fn hang_up(gateway: &Gateway, question: &Question, n: usize) {
    let pause = Duration::from_micros((n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) % 20_000);
    if n.is_multiple_of(8) {
        let head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        let whole = [format!("{head}content-length: {}\r\n\r\n", question.request.len()).as_bytes(), &question.request]
            .concat();
        let mut stream = TcpStream::connect(gateway.address).unwrap();
        stream.write_all(&whole[..n / 8 % whole.len()]).unwrap();
        thread::sleep(pause / 4);
        return;
    }
    let mut stream = gateway.write("POST", "/graphql", &[JSON], &question.request);
    if n % 8 == 1 {
        let _ = stream.read(&mut [0; 300]);
    } else {
        thread::sleep(pause);
    }
}

/// Waits until the pool has nothing left to do, which it must have come to.
fn settle(gateway: &Gateway) {
    let state = || ["max", "open", "idle", "waiting"].map(|state| metric(gateway, state));
    let quiet = || {
        let [max, open, idle, waiting] = state();
        (open <= max && open == idle && waiting == 0).then_some(())
    };
    eventually("the pool is quiet", quiet).unwrap_or_else(|what| panic!("{what}: {:?}", state()));
}

fn metric(gateway: &Gateway, state: &str) -> usize {
    gateway.metric(&format!("medimax_database_connections{{state=\"{state}\"}}")) as usize
}

/// Asks all at once.
fn burst(gateway: &Gateway, questions: &[Question]) {
    thread::scope(|scope| {
        for question in questions {
            scope.spawn(|| question.ask(gateway));
        }
    });
}

/// Every connection that the pool may have can be used at the same time.
async fn all_connections_work(store: &Store, gateway: &Gateway, questions: &[Question]) {
    // A lock holds the requests up, so that each has a connection of its own.
    let blocker = db::open(&Options { max_connections: 1, ..options(&store.url) }).await.unwrap();
    blocker.run("LOCK TABLES Patient WRITE").await.unwrap();
    let asked: Vec<_> = questions[..CONNECTIONS + 2]
        .iter()
        .map(|question| (question, gateway.write("POST", "/graphql", &[JSON], &question.request)))
        .collect();
    // What follows the feed may wait with them.
    let full = || (metric(gateway, "open") == CONNECTIONS && metric(gateway, "waiting") >= 2).then_some(());
    eventually("all connections are in use and two requests wait", full).unwrap();
    blocker.run("UNLOCK TABLES").await.unwrap();
    for (question, stream) in asked {
        let answer = Answer::read(stream);
        assert!(answer.body == question.answer, "{}", question.difference(&answer));
    }
}

on_both!(clients_that_hang_up_leave_no_trace, PATIENTS, async |store: Store| {
    let (questions, heavy) = (questions(&store).await, heavy_question(&store).await);
    let patient = "30000";
    let gateway = Gateway::start(
        &[
            &["--database-url", &store.url, "--database-max-connections", &CONNECTIONS.to_string()][..],
            &["--database-wait-ms", patient, "--request-timeout-ms", patient],
        ]
        .concat(),
    );
    let clients = if full() { 5_000 } else { 300 };
    let (gone, served) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let n = gone.fetch_add(1, Relaxed);
                    if n >= clients {
                        break;
                    }
                    hang_up(&gateway, if n % 3 == 0 { &heavy } else { &questions[n % questions.len()] }, n);
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                while gone.load(Relaxed) < clients {
                    questions[served.fetch_add(1, Relaxed) % questions.len()].ask(&gateway);
                }
            });
        }
    });
    assert!(served.load(Relaxed) > 2);
    questions.iter().for_each(|question| question.ask(&gateway));
    settle(&gateway);
    burst(&gateway, &questions[..CONNECTIONS]);
    if store.backend == Backend::MariaDb {
        all_connections_work(&store, &gateway, &questions).await;
    }
    settle(&gateway);
});

on_both!(requests_that_run_out_of_time_leave_no_trace, PATIENTS, async |store: Store| {
    let (questions, heavy) = (questions(&store).await, heavy_question(&store).await);
    // A part of the time that the heavy question takes when this machine has nothing else to do.
    let unhurried = Gateway::start(&["--database-url", &store.url]);
    let took = |_| {
        let since = Instant::now();
        heavy.ask(&unhurried);
        since.elapsed().as_millis()
    };
    let timeout = ((0..8).map(took).min().unwrap() / 2).max(1).to_string();
    let gateway = Gateway::start(
        &[
            &["--database-url", &store.url, "--database-max-connections", &CONNECTIONS.to_string()][..],
            &["--request-timeout-ms", &timeout],
        ]
        .concat(),
    );
    let requests = if full() { 2_000 } else { 100 };
    let (sent, late) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let n = sent.fetch_add(1, Relaxed);
                    if n >= requests {
                        break;
                    }
                    let question = if n % 2 == 0 { &heavy } else { &questions[n % questions.len()] };
                    late.fetch_add(usize::from(!question.ask_in_haste(&gateway)), Relaxed);
                }
            });
        }
    });
    assert!(late.load(Relaxed) > 0, "no request was late: the test shows nothing");
    for question in &questions {
        eventually("a light request is in time", || question.ask_in_haste(&gateway).then_some(())).unwrap();
    }
    settle(&gateway);
});
