//! Metrics as Prometheus reads them, and the histogram behind some.

use std::{
    fmt::{Display, Write},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// A metric: all that is known of it without its values.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub doc: &'static str,
}

/// Kinds of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How many values lie below each of some bounds.
    Histogram,
}

impl Kind {
    /// As Prometheus calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        }
    }
}

/// The text under construction.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    /// Begins a metric; its values follow.
    pub(super) fn metric(&mut self, metric: &'static Metric) -> Values<'_> {
        let Metric { name, kind, doc, .. } = metric;
        let _ = writeln!(self.0, "# HELP {name} {doc}\n# TYPE {name} {}", kind.as_str());
        Values { out: &mut self.0, metric }
    }

    pub(super) fn text(self) -> String {
        self.0
    }
}

/// Where the values of one metric are written.
pub(super) struct Values<'a> {
    out: &'a mut String,
    metric: &'static Metric,
}

impl Values<'_> {
    /// A value, with its labels' values in their order.
    pub(super) fn value(&mut self, labels: &[&str], value: impl Display) -> &mut Self {
        self.line("", labels, None, value)
    }

    /// A value without labels, if it is known.
    pub(super) fn known(&mut self, value: Option<impl Display>) {
        if let Some(value) = value {
            self.value(&[], value);
        }
    }

    /// A histogram, with its labels' values in their order.
    pub(super) fn histogram<const N: usize>(&mut self, labels: &[&str], histogram: &Histogram<N>) -> &mut Self {
        let (bounds, unit) = (histogram.scale.bounds, histogram.scale.unit);
        let mut below = 0;
        for (bound, count) in bounds.iter().zip(&histogram.counts) {
            below += count.load(Relaxed);
            self.line("_bucket", labels, Some(&(*bound as f64 * unit).to_string()), below);
        }
        below += histogram.beyond.load(Relaxed);
        self.line("_bucket", labels, Some("+Inf"), below);
        self.line("_sum", labels, None, histogram.sum.load(Relaxed) as f64 * histogram.scale.of_sum);
        self.line("_count", labels, None, below)
    }

    fn line(&mut self, part: &str, labels: &[&str], bound: Option<&str>, value: impl Display) -> &mut Self {
        let _ = write!(self.out, "{}{part}", self.metric.name);
        let pairs =
            self.metric.labels.iter().copied().zip(labels.iter().copied()).chain(bound.map(|bound| ("le", bound)));
        let mut before = '{';
        for (name, value) in pairs {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.out, "{before}{name}=\"{value}\"");
            before = ',';
        }
        let _ = writeln!(self.out, "{} {value}", if before == ',' { "}" } else { "" });
        self
    }
}

/// The bounds of a histogram.
pub(super) struct Scale<const N: usize> {
    bounds: [u64; N],
    /// What a bound is to be multiplied by to be in the metric's unit,
    unit: f64,
    /// and what the sum is.
    of_sum: f64,
}

/// Times: bounds in tenths of a millisecond, the sum in microseconds.
pub(super) static TIMES: Scale<13> = Scale {
    bounds: [5, 10, 20, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 100_000],
    unit: 1e-4,
    of_sum: 1e-6,
};

/// Numbers.
pub(super) static NUMBERS: Scale<8> =
    Scale { bounds: [1, 5, 20, 50, 200, 1_000, 5_000, 20_000], unit: 1.0, of_sum: 1.0 };

/// How many values lie where; noting one costs two atomic additions.
pub(super) struct Histogram<const N: usize> {
    scale: &'static Scale<N>,
    counts: [AtomicU64; N],
    beyond: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    pub(super) fn new(scale: &'static Scale<N>) -> Self {
        let counts = std::array::from_fn(|_| AtomicU64::new(0));
        Histogram { scale, counts, beyond: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    /// Notes a number.
    pub(super) fn note(&self, value: u64) {
        self.at(value, value);
    }

    /// Notes a time.
    pub(super) fn took(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        // Rounded up, so that what took longer than a bound does not count below it.
        self.at(micros.div_ceil(100), micros);
    }

    fn at(&self, place: u64, value: u64) {
        let place = self.scale.bounds.partition_point(|bound| *bound < place);
        self.counts.get(place).unwrap_or(&self.beyond).fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TIMED: Metric = Metric { name: "x_seconds", kind: Kind::Histogram, labels: &["of"], doc: "Time." };

    #[test]
    fn a_value_is_counted_below_each_bound_that_it_does_not_exceed() {
        let histogram = Histogram::new(&TIMES);
        for micros in [0, 500, 501, 1_000, 60_000_000] {
            histogram.took(Duration::from_micros(micros));
        }
        let mut page = Page::default();
        page.metric(&TIMED).histogram(&["a\"b"], &histogram);
        let text = page.text();
        for line in [
            "# HELP x_seconds Time.\n# TYPE x_seconds histogram\n",
            "\nx_seconds_bucket{of=\"a\\\"b\",le=\"0.0005\"} 2\n",
            "\nx_seconds_bucket{of=\"a\\\"b\",le=\"0.001\"} 4\n",
            "\nx_seconds_bucket{of=\"a\\\"b\",le=\"10\"} 4\n",
            "\nx_seconds_bucket{of=\"a\\\"b\",le=\"+Inf\"} 5\n",
            "\nx_seconds_count{of=\"a\\\"b\"} 5\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.contains("\nx_seconds_sum{of=\"a\\\"b\"} 60.00"), "{text}");
    }
}
