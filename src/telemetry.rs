//! Every metric's name, and the text that `/metrics` answers.

use crate::{
    db::PoolState,
    error::Code,
    graph::{Counts, Status},
};
use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Upper bounds of the duration histogram, in milliseconds.
const BUCKETS_MS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000];

/// What is counted.
#[derive(Default)]
pub struct Metrics {
    requests: AtomicU64,
    refused: AtomicU64,
    errors: [AtomicU64; Code::ALL.len()],
    buckets: [AtomicU64; BUCKETS_MS.len() + 1],
    duration_us: AtomicU64,
}

impl Metrics {
    /// Counts a GraphQL request that was answered.
    pub fn answered(&self, executed: bool, codes: &[Code], took: Duration) {
        self.requests.fetch_add(1, Relaxed);
        if !executed {
            self.refused.fetch_add(1, Relaxed);
        }
        for (code, count) in Code::ALL.iter().zip(&self.errors) {
            let times = codes.iter().filter(|given| *given == code).count();
            count.fetch_add(times as u64, Relaxed);
        }
        let bucket = BUCKETS_MS.iter().position(|bound| took <= Duration::from_millis(*bound));
        if let Some(count) = self.buckets.get(bucket.unwrap_or(BUCKETS_MS.len())) {
            count.fetch_add(1, Relaxed);
        }
        self.duration_us.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    /// The text that Prometheus reads.
    pub fn text(&self, pool: PoolState, gate: (usize, usize), graph: &Status, counts: Option<Counts>) -> String {
        let mut out = String::new();
        let mut metric = |name: &str, kind: &str, doc: &str, lines: &[(String, f64)]| {
            let _ = writeln!(out, "# HELP medimax_{name} {doc}\n# TYPE medimax_{name} {kind}");
            for (labels, value) in lines {
                let _ = writeln!(out, "medimax_{name}{labels} {value}");
            }
        };
        let plain = |value: f64| [(String::new(), value)];
        metric("requests_total", "counter", "GraphQL requests answered.", &plain(self.requests.load(Relaxed) as f64));
        metric(
            "requests_refused_total",
            "counter",
            "GraphQL requests refused before execution.",
            &plain(self.refused.load(Relaxed) as f64),
        );
        let errors = Code::ALL
            .iter()
            .zip(&self.errors)
            .map(|(code, count)| (format!("{{code=\"{}\"}}", code.as_str()), count.load(Relaxed) as f64));
        metric("errors_total", "counter", "Errors in answers, by code.", &errors.collect::<Vec<_>>());
        let mut below = 0;
        let mut lines: Vec<(String, f64)> = Vec::new();
        for (i, count) in self.buckets.iter().enumerate() {
            below += count.load(Relaxed);
            let bound = BUCKETS_MS.get(i).map_or("+Inf".into(), |ms| (*ms as f64 / 1000.0).to_string());
            lines.push((format!("_bucket{{le=\"{bound}\"}}"), below as f64));
        }
        lines.push(("_sum".into(), self.duration_us.load(Relaxed) as f64 / 1e6));
        lines.push(("_count".into(), below as f64));
        metric("request_duration_seconds", "histogram", "Time to answer a GraphQL request.", &lines);
        let (running, waiting) = gate;
        let requests = [("running", running), ("waiting", waiting)];
        let requests = requests.map(|(state, count)| (format!("{{state=\"{state}\"}}"), count as f64));
        metric("requests_at_once", "gauge", "GraphQL requests being answered, and waiting for their turn.", &requests);
        let connections = [("max", pool.max), ("open", pool.open), ("idle", pool.idle), ("waiting", pool.waiting)];
        let connections = connections.map(|(state, count)| (format!("{{state=\"{state}\"}}"), count as f64));
        metric(
            "database_connections",
            "gauge",
            "Connections to the database, and requests waiting for one.",
            &connections,
        );
        let gauges = [
            ("graph_up", "Whether the graph answers.", f64::from(u8::from(graph.ready && counts.is_some()))),
            ("graph_leader", "Whether this gateway keeps the graph in step.", f64::from(u8::from(graph.leads))),
            ("graph_backlog", "Changes that have yet to reach the graph.", graph.backlog as f64),
            ("graph_lag_seconds", "Age of the oldest of those changes.", graph.lag_ms as f64 / 1000.0),
        ];
        for (name, doc, value) in gauges {
            metric(name, "gauge", doc, &plain(value));
        }
        metric(
            "graph_projected_total",
            "counter",
            "Patients projected into the graph.",
            &plain(graph.projected as f64),
        );
        metric("graph_failures_total", "counter", "Times that projecting failed.", &plain(graph.failures as f64));
        if let Some(counts) = counts {
            let kinds =
                [("patients", counts.patients), ("nodes", counts.nodes), ("relationships", counts.relationships)];
            let kinds = kinds.map(|(kind, count)| (format!("{{kind=\"{kind}\"}}"), count as f64));
            metric("graph_size", "gauge", "How much the graph holds.", &kinds);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let metrics = Metrics::default();
        for ms in [0, 3, 3, 60_000] {
            metrics.answered(true, &[Code::Internal], Duration::from_millis(ms));
        }
        let text = metrics.text(PoolState { max: 1, open: 0, idle: 0, waiting: 0 }, (0, 0), &Status::default(), None);
        for line in [
            "_bucket{le=\"0.001\"} 1\n",
            "_bucket{le=\"0.005\"} 3\n",
            "_bucket{le=\"+Inf\"} 4\n",
            "_count 4\n",
            "{code=\"INTERNAL\"} 4\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
