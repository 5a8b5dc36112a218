//! Which trace a request belongs to: the W3C's `traceparent`, taken from who asks or begun here.

use crate::config::Share;
use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// A trace's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(u128);

/// A span's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanId(u64);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What a caller says of its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    trace: TraceId,
    span: SpanId,
    sampled: bool,
}

impl Parent {
    /// Reads a `traceparent`, to the letter; one that is wrong counts as none.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '-');
        let mut hex = |digits: usize| {
            let part = parts.next()?;
            let lower = part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            (part.len() == digits && lower).then(|| u128::from_str_radix(part, 16).ok()).flatten()
        };
        let (version, trace, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
        // Versions to come may say more; what is known of them stays.
        let whole = parts.next().is_none() || version > 0;
        let sampled = flags & 1 == 1;
        let named = version < 0xff && trace != 0 && span != 0 && whole;
        named.then_some(Parent { trace: TraceId(trace), span: SpanId(span as u64), sampled })
    }
}

/// The trace of one request.
#[derive(Debug, Clone, Copy)]
pub struct Trace {
    /// The trace's id.
    pub id: TraceId,
    /// The span of the request.
    pub span: SpanId,
    /// The caller's span.
    pub parent: Option<SpanId>,
    /// Whether it is to be kept.
    pub sampled: bool,
}

impl Trace {
    /// As `traceresponse` says it to who asked.
    pub fn response(&self) -> String {
        format!("00-{}-{}-{:02x}", self.id, self.span, u8::from(self.sampled))
    }
}

/// Makes ids, and decides which traces are kept.
pub struct Tracer {
    random: RandomState,
    made: AtomicU64,
    /// Of 2⁶⁴ ids.
    kept: Option<u64>,
}

impl Tracer {
    /// One that keeps a share of the traces that it begins; `None` for none, whatever a caller says.
    pub fn new(share: Option<Share>) -> Self {
        let kept = share.map(|share| (share.get() * u64::MAX as f64) as u64);
        Tracer { random: RandomState::new(), made: AtomicU64::new(0), kept }
    }

    /// The trace of a request.
    pub fn trace(&self, parent: Option<Parent>) -> Trace {
        let span = self.span();
        match (parent, self.kept) {
            (Some(Parent { trace, span: above, sampled }), kept) => {
                Trace { id: trace, span, parent: Some(above), sampled: sampled && kept.is_some() }
            }
            (None, kept) => {
                let id = u128::from(self.span().0) << 64 | u128::from(self.span().0);
                // By the id, so that all who see it decide alike.
                let sampled = kept.is_some_and(|kept| kept == u64::MAX || (id as u64) < kept);
                Trace { id: TraceId(id), span, parent: None, sampled }
            }
        }
    }

    /// A new span's id.
    pub fn span(&self) -> SpanId {
        // Zero means none.
        SpanId(self.random.hash_one(self.made.fetch_add(1, Relaxed)).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_is_read_to_the_letter() {
        let parent = Parent::read(GOOD).unwrap();
        assert_eq!(parent.trace.to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!((parent.span.to_string().as_str(), parent.sampled), ("b7ad6b7169203331", true));
        assert!(!Parent::read(&GOOD.replace("-01", "-00")).unwrap().sampled);
        assert!(Parent::read(&format!("cc{}-more", &GOOD[2..])).is_some());
        for wrong in [
            String::new(),
            format!("{GOOD}-more"),
            format!("{GOOD} "),
            format!("ff{}", &GOOD[2..]),
            GOOD.to_uppercase(),
            GOOD.replace('-', "_"),
            GOOD.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            GOOD.replace("b7ad6b7169203331", &"0".repeat(16)),
            GOOD.replace("b7ad", "b7a"),
            GOOD.replace("b7ad", "+7ad"),
        ] {
            assert_eq!(Parent::read(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_caller_decides_what_is_kept_and_else_the_share() {
        let (parent, silent) = (Parent::read(GOOD), Parent::read(&GOOD.replace("-01", "-00")));
        let (all, none, off) = (Tracer::new(Some(Share::ALL)), Tracer::new(Some(Share::default())), Tracer::new(None));
        assert_eq!([&all, &none, &off].map(|tracer| tracer.trace(parent).sampled), [true, true, false]);
        assert_eq!([&all, &none, &off].map(|tracer| tracer.trace(silent).sampled), [false; 3]);
        assert_eq!([&all, &none, &off].map(|tracer| tracer.trace(None).sampled), [true, false, false]);
        let (one, other) = (all.trace(None), all.trace(None));
        assert!(one.id != other.id && one.span != other.span && one.parent.is_none());
    }
}
