//! An answer on its way to the client. It counts against the memory of all requests until its last byte was taken, and a client that
//! takes it too slowly is left.

use crate::graphql::budget::Account;
use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// What the connection takes at once.
const PIECE: usize = 64 * 1024;

/// What a client must take in a second, once its patience is over.
const SLOWEST: u64 = 16 * 1024;

/// From this size on an answer is charged with what compressing and sending it take besides.
const LARGE: usize = PIECE;
const SENDING: usize = 512 * 1024;

/// The body of an answer.
pub(super) struct Sending {
    left: Bytes,
    sent: u64,
    patience: Duration,
    since: Option<Instant>,
}

/// The text, which the connection may hold beyond the body.
struct Held {
    text: Vec<u8>,
    _account: Option<Arc<Account>>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

impl Sending {
    pub(super) fn new(text: Vec<u8>, account: Option<Arc<Account>>, patience: Duration) -> Self {
        if let Some(account) = &account {
            account.keep(text.len() + if text.len() < LARGE { 0 } else { SENDING });
        }
        Sending { left: Bytes::from_owner(Held { text, _account: account }), sent: 0, patience, since: None }
    }

    fn is_too_slow(&mut self) -> bool {
        let since = *self.since.get_or_insert_with(Instant::now);
        since.elapsed() > self.patience + Duration::from_secs(self.sent / SLOWEST)
    }
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        if self.is_too_slow() {
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        }
        let size = self.left.len().min(PIECE);
        let piece = self.left.split_to(size);
        self.sent += size as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::budget::Memory;

    fn piece(body: &mut Sending) -> Option<io::Result<Bytes>> {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match Pin::new(body).poll_frame(&mut cx) {
            Poll::Ready(piece) => piece.map(|piece| piece.map(|frame| frame.into_data().unwrap_or_default())),
            Poll::Pending => panic!("a body that is there waits for nothing"),
        }
    }

    #[test]
    fn an_answer_is_charged_until_its_last_piece_is_gone() {
        let memory = Memory::new(10_000_000);
        let account = Arc::new(memory.account(10_000_000));
        account.take(5_000_000).unwrap();
        let text = vec![7; 3 * PIECE - 1];
        let mut body = Sending::new(text.clone(), Some(account), Duration::from_secs(60));
        assert_eq!(memory.state().0, text.len() + SENDING);
        let mut pieces = Vec::new();
        while let Some(piece) = piece(&mut body) {
            pieces.push(piece.unwrap());
        }
        assert_eq!((pieces.len(), pieces.concat()), (3, text));
        drop(body);
        pieces.truncate(1);
        assert!(memory.state().0 > 0, "the connection holds a piece");
        drop(pieces);
        assert_eq!(memory.state().0, 0);
    }

    #[test]
    fn a_client_that_takes_too_little_is_left() {
        let mut body = Sending::new(vec![0; 4 * PIECE], None, Duration::ZERO);
        assert!(piece(&mut body).unwrap().is_err());
        let mut body = Sending::new(vec![0; 4 * PIECE], None, Duration::from_secs(60));
        assert!((0..4).all(|_| piece(&mut body).unwrap().is_ok()) && piece(&mut body).is_none());
    }
}
