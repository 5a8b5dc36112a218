//! The gateway as a process, and HTTP spoken to it by hand.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

/// Runs `medimax` to its end.
pub(crate) fn medimax(args: &[&str]) -> Output {
    command().args(args).output().unwrap()
}

/// `medimax` with an environment of its own.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medimax"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MEDIMAX_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// A gateway that runs until it is dropped.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    pub(crate) child: Child,
}

impl Gateway {
    /// Starts `medimax serve` on a free port and waits until it is ready.
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut child = command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the gateway ended before it was ready").unwrap();
            if let Some((_, url)) = line.split_once("GraphQL     http://") {
                break url.trim_end_matches("/graphql").parse().unwrap();
            }
        };
        // Somebody must go on reading, or the gateway would wait for room.
        std::thread::spawn(move || lines.for_each(drop));
        Gateway { address, child }
    }

    /// The status and body that answer a query.
    pub(crate) fn ask(&self, query: &str) -> (u16, Value) {
        let body = serde_json::json!({ "query": query }).to_string();
        let answer = self.send("POST", "/graphql", &[("content-type", "application/json")], body.as_bytes());
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.write(method, path, headers, body);
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).unwrap();
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer with headers");
        let head = String::from_utf8(raw[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: raw[end + 4..].to_vec() }
    }

    /// Sends a request and leaves the answer to the caller.
    pub(crate) fn write(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.address,
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        // A gateway that refuses early need not read the rest.
        let _ = stream.write_all(body);
        stream
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}
