//! What the system says of this process. Where it has no `/proc`, it says nothing.

use rustix::process::{Resource, getrlimit};
use std::fs;

/// The length of a tick in `/proc`, which is the same on all of Linux.
const TICK: f64 = 0.01;

/// What the process takes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Process {
    /// Processor time, in seconds.
    pub(super) cpu: Option<f64>,
    /// Memory, in bytes.
    pub(super) memory: Option<u64>,
    /// Open files.
    pub(super) files: Option<usize>,
    /// The most open files.
    pub(super) max_files: Option<u64>,
}

impl Process {
    pub(super) fn now() -> Self {
        Process {
            cpu: fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu(&stat)),
            memory: fs::read_to_string("/proc/self/status").ok().and_then(|status| memory(&status)),
            files: fs::read_dir("/proc/self/fd").ok().map(Iterator::count),
            max_files: getrlimit(Resource::Nofile).current,
        }
    }
}

/// Time in the program and in the system. The name before may hold anything, spaces and brackets too.
fn cpu(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut ticks = rest.split(' ').skip(11).map_while(|ticks| ticks.parse::<f64>().ok());
    Some((ticks.next()? + ticks.next()?) * TICK)
}

fn memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        assert_eq!(cpu("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 1 1"), Some(3.0));
        assert_eq!(memory("Name:\tx\nVmRSS:\t    1024 kB\nVmData: 1 kB\n"), Some(1_048_576));
        assert_eq!((cpu("nonsense"), memory("")), (None, None));
    }
}
