//! The contenders as processes of their own, and what the system knows of a process.

use crate::Result;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A server that was started for the measurement; it ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts a command that prints the URL that it serves at once it is ready.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no standard output")?;
        let mut server = Server { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        for line in BufReader::new(output).lines() {
            if let Some((_, url)) = line?.split_once("http://") {
                server.address = url.split('/').next().unwrap_or_default().parse()?;
                return Ok(server);
            }
        }
        Err("a server ended before it was ready".into())
    }

    /// The process's id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// The same, of a command that reads a text from its standard input.
pub(crate) fn run_with(command: &mut Command, text: &str) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no standard input")?.write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// The processor time that a process has used, all its threads together.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    /// The kernel's unit of time, a constant of its interface on every architecture that Rust's standard library serves.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field, the program's name in brackets, may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks =
        fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>).sum::<std::result::Result<u32, _>>()?;
    Ok(TICK * ticks)
}

/// A figure of a process's memory in MiB: `VmRSS` now, `VmHWM` at its highest.
pub(crate) fn memory(pid: u32, figure: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).ok_or("no such figure")?;
    let kib: f64 = line.split_whitespace().next().unwrap_or_default().parse()?;
    Ok(kib / 1024.0)
}
