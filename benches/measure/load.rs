//! Load: clients that ask the same question again and again, each on a connection that it keeps.

use super::process::cpu;
use crate::Result;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

/// A client on a connection of its own.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Client { stream: BufReader::with_capacity(64 * 1024, stream), line: String::new(), body: Vec::new() })
    }

    /// Sends a request and returns the body of the answer, which must be a success.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<&[u8]> {
        match self.exchange(request)? {
            (true, body) => Ok(body),
            (false, body) => Err(format!("an answer that is no success: {}", String::from_utf8_lossy(body)).into()),
        }
    }

    /// Sends a request; returns whether it was a success, and the body of the answer.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<(bool, &[u8])> {
        self.stream.get_mut().write_all(request)?;
        let mut length = None;
        let success = self.next_line()?.starts_with("HTTP/1.1 200 ");
        loop {
            let line = self.next_line()?;
            match line.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = Some(value.trim().parse()?)
                }
                Some(_) => {}
                None => break,
            }
        }
        self.body.resize(length.ok_or("an answer without a length")?, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok((success, &self.body))
    }

    fn next_line(&mut self) -> Result<&str> {
        self.line.clear();
        self.stream.read_line(&mut self.line)?;
        Ok(self.line.trim_end())
    }
}

/// A GraphQL query as a request to the gateway.
pub(crate) fn graphql(query: &str) -> Result<Vec<u8>> {
    graphql_with(query, &[])
}

/// The same, with headers besides.
pub(crate) fn graphql_with(query: &str, headers: &[(&str, &str)]) -> Result<Vec<u8>> {
    let body = serde_json::to_string(&serde_json::json!({ "query": query }))?;
    let mut head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n".to_owned();
    head.extend(headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")));
    Ok(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

/// What happened while clients asked.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    /// Answers a second.
    pub(crate) per_second: f64,
    /// Milliseconds of processor time an answer: the server's.
    pub(crate) server_cpu: f64,
    /// Milliseconds of processor time an answer: the database's.
    pub(crate) database_cpu: f64,
    /// Milliseconds until an answer was there, half of the time.
    pub(crate) latency: f64,
    /// Milliseconds until an answer was there, 99 times of 100.
    pub(crate) slowest: f64,
}

/// Who is asked what, and whose time is told.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) request: &'a [u8],
    /// How long each answer must be, in bytes.
    pub(crate) length: usize,
    pub(crate) server_pid: u32,
    pub(crate) database_pid: u32,
}

/// Lets so many clients ask for so long.
pub(crate) fn measure(target: Target<'_>, clients: usize, time: Duration) -> Result<Figures> {
    let connected = (0..clients).map(|_| Client::connect(target.address)).collect::<Result<Vec<_>>>()?;
    let cpu_before = (cpu(target.server_pid)?, cpu(target.database_pid)?);
    let began = Instant::now();
    let mut latencies = thread::scope(|scope| {
        let threads: Vec<_> =
            connected.into_iter().map(|client| scope.spawn(move || ask_until(client, target, began + time))).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_panic| "a client panicked")??);
        }
        Result::Ok(all)
    })?;
    let took = began.elapsed();
    let answers = latencies.len() as u32;
    let each = |before: Duration, after: Duration| (after - before).as_secs_f64() * 1e3 / f64::from(answers);
    Ok(Figures {
        per_second: f64::from(answers) / took.as_secs_f64(),
        server_cpu: each(cpu_before.0, cpu(target.server_pid)?),
        database_cpu: each(cpu_before.1, cpu(target.database_pid)?),
        latency: super::median(&mut latencies),
        // They are sorted now.
        slowest: latencies.get(latencies.len() * 99 / 100).copied().unwrap_or(f64::NAN),
    })
}

/// Asks at least once; returns how long each answer took, in milliseconds.
fn ask_until(mut client: Client, target: Target<'_>, end: Instant) -> Result<Vec<f64>> {
    let mut latencies = Vec::new();
    while latencies.is_empty() || Instant::now() < end {
        let asked = Instant::now();
        let length = client.ask(target.request)?.len();
        latencies.push(asked.elapsed().as_secs_f64() * 1e3);
        if length != target.length {
            return Err(format!("an answer of {length} bytes instead of {}", target.length).into());
        }
    }
    Ok(latencies)
}
