//! What the gateway tells its operators: metrics, logs and traces. It holds no name, no value and no document.

pub(crate) mod client;
pub mod log;
mod metrics;
mod otlp;
mod process;
mod text;
pub mod trace;

pub use metrics::{Gauges, METRICS, Metrics, Request};
pub use otlp::{Exporter, Fate};
pub(crate) use otlp::{Role, Span};
pub use text::{Kind, Metric};
