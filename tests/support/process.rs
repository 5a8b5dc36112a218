//! `medimax` as a process, and HTTP spoken to it by hand.

use serde_json::Value;
use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// Longer than anything here takes on a busy machine: what is not done by then hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// `medimax` in an environment without its variables. One that serves asks nobody to log in, unless the test takes that back.
pub(crate) fn medimax(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medimax"));
    for (name, _) in env::vars_os() {
        if ["MEDIMAX_", "OTEL_"].iter().any(|ours| name.to_string_lossy().starts_with(ours)) {
            command.env_remove(name);
        }
    }
    let serves = args.first().is_some_and(|first| *first == "serve" || *first == "--listen");
    if serves && !args.contains(&"--no-auth") {
        command.env("MEDIMAX_NO_AUTH", "true");
    }
    command.args(args).stdin(Stdio::null());
    command
}

/// The program that a variable names; `scripts/test` sets it.
pub(crate) fn program(variable: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| panic!("{variable} names no program: run scripts/test, which sets it"))
}

/// A command whose process, where the system can do that, does not outlive the thread that starts it: a test run that
/// is interrupted leaves no server behind.
pub(crate) fn leashed(program: &OsString) -> Command {
    let setpriv = Command::new("setpriv").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !setpriv.is_ok_and(|status| status.success()) {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// A port that nothing listens on, below the range from which systems hand out ports by themselves: while the server
/// is down, nobody else may come by its port.
pub(crate) fn free_port() -> u16 {
    let random = std::hash::BuildHasher::hash_one(&std::collections::hash_map::RandomState::new(), ());
    let mut ports = (0..20_000).map(|step| 10_000 + ((random % 20_000 + step) % 20_000) as u16);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// A process that ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    /// Standard error without the log.
    pub(crate) err: Vec<String>,
    /// The log's lines, which begin with a time.
    pub(crate) log: Vec<String>,
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        text
    });
    let err = thread::spawn(move || BufReader::new(stderr).lines().map(Result::unwrap).collect::<Vec<_>>());
    let code = wait(&mut child).code();
    let (log, err) = err.join().unwrap().into_iter().partition(|line| line.starts_with("20"));
    Ended { code, out: out.join().unwrap(), err, log }
}

/// Waits for a process that is expected to end.
pub(crate) fn wait(child: &mut Child) -> ExitStatus {
    let ended = eventually("the process ends", || child.try_wait().unwrap());
    ended.unwrap_or_else(|what| {
        let _ = child.kill();
        panic!("{what}");
    })
}

/// Asks until there is an answer; `Err` says what never came.
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T, String> {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if since.elapsed() > PATIENCE {
            return Err(format!("waited in vain until {what}"));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a process a signal, named as `kill` names it.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success(), "could not send {name}");
}

/// A gateway that runs until it is dropped.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pub(crate) child: Child,
    /// The lines that it printed.
    said: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    /// Starts `medimax serve` on a free port and waits until it is ready.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::from(medimax(&["serve", "--listen", "127.0.0.1:0"]).args(args).stderr(Stdio::null()))
    }

    /// Starts a gateway as the command says and waits until it is ready.
    pub(crate) fn from(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let address = loop {
            let Some(line) = lines.next() else {
                let _ = child.wait();
                panic!("the gateway ended before it was ready; it said {said:?}");
            };
            let line = line.unwrap();
            let url = line.strip_prefix("  GraphQL     http").map(|url| url.trim_start_matches("s"));
            let address = url.map(|url| url.trim_start_matches("://").trim_end_matches("/graphql").parse());
            said.lock().unwrap().push(line);
            if let Some(address) = address {
                break address.unwrap();
            }
        };
        let goes_on = said.clone();
        // Somebody must go on reading, or the gateway would wait for room.
        thread::spawn(move || lines.for_each(|line| goes_on.lock().unwrap().push(line.unwrap())));
        Gateway { address, child, said }
    }

    /// The lines that it printed so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        signal(&self.child, "TERM");
        wait(&mut self.child)
    }

    /// The status and body that answer a query.
    pub(crate) fn ask(&self, query: &str) -> (u16, Value) {
        self.ask_with(query, Value::Null)
    }

    /// The status and body that answer a query with variables.
    pub(crate) fn ask_with(&self, query: &str, variables: Value) -> (u16, Value) {
        let answer = self.post(&body_of(query, variables));
        (answer.status, answer.json())
    }

    /// The answer to a request in JSON.
    pub(crate) fn post(&self, body: &[u8]) -> Answer {
        self.send("POST", "/graphql", &[JSON], body)
    }

    /// The answer to a request in JSON that calls the gateway by a name.
    pub(crate) fn as_host(&self, host: &str, body: &[u8]) -> Answer {
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n"
        );
        let mut stream = self.connect();
        stream.write_all(format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        Answer::read(stream)
    }

    /// A connection.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        Answer::read(self.write(method, path, headers, body))
    }

    /// Sends a request and leaves the answer to the caller.
    pub(crate) fn write(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        let mut stream = self.connect();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.address,
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // A gateway that refuses early need not read the rest.
        let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(body));
        stream
    }

    /// The value of a metric, labels and all: `medimax_errors_total{code="INTERNAL"}`.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = String::from_utf8(self.send("GET", "/metrics", &[], b"").body).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

/// A GraphQL request.
pub(crate) fn body_of(query: &str, variables: Value) -> Vec<u8> {
    serde_json::json!({ "query": query, "variables": variables }).to_string().into_bytes()
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers.
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads the answer to the one request of a connection.
    pub(crate) fn read(mut stream: impl Read) -> Self {
        let mut raw = Vec::new();
        // A connection that is reset after the answer, because the request was refused unread, is no fault.
        let read = stream.read_to_end(&mut raw);
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer ({read:?}): {}", String::from_utf8_lossy(&raw)));
        let head = String::from_utf8(raw[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: raw[end + 4..].to_vec() }
    }

    /// A header, named in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        pairs.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    /// The items of a header that is a list, however many lines it has.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let pairs = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let values = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).flat_map(|(_, value)| value.split(','));
        values.map(str::trim).collect()
    }

    /// The body without the marks of its pieces.
    pub(crate) fn unchunked(&self) -> Vec<u8> {
        if self.header("transfer-encoding") != Some("chunked") {
            return self.body.clone();
        }
        let (mut whole, mut rest) = (Vec::new(), &self.body[..]);
        loop {
            let line = rest.windows(2).position(|two| two == b"\r\n").unwrap();
            let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
            if size == 0 {
                return whole;
            }
            whole.extend_from_slice(&rest[line + 2..][..size]);
            rest = &rest[line + 2 + size + 2..];
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}
