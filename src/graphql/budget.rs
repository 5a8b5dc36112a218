//! How much memory requests may take: each by itself, and all of them together. What is charged is an estimate of what is held: rows,
//! texts, what is made of them, and the answer until the last byte of it was sent.

use crate::error::{Error, Result};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// The memory of all requests.
#[derive(Debug)]
pub struct Memory {
    allowed: usize,
    used: AtomicUsize,
}

impl Memory {
    /// That many bytes, none of them used yet.
    pub fn new(allowed: usize) -> Arc<Self> {
        Arc::new(Memory { allowed, used: AtomicUsize::new(0) })
    }

    /// How many bytes are used, and how many may be.
    pub fn state(&self) -> (usize, usize) {
        (self.used.load(Relaxed), self.allowed)
    }

    /// The account of one request, which may hold that many bytes.
    pub fn account(self: &Arc<Self>, allowed: usize) -> Account {
        Account { memory: self.clone(), allowed, held: AtomicUsize::new(0) }
    }
}

/// What one request holds. Dropping it gives everything back.
#[derive(Debug)]
pub struct Account {
    memory: Arc<Memory>,
    allowed: usize,
    held: AtomicUsize,
}

impl Account {
    /// Charges bytes; where they are too many, nothing is charged.
    pub fn take(&self, bytes: usize) -> Result<()> {
        let (held, used) = self.owe(bytes);
        let over = |key, allowed: usize| Err(Error::Limit { key, allowed: allowed as u64, asked: None });
        let result = match (held > self.allowed, used > self.memory.allowed) {
            (true, _) => over("max_request_bytes", self.allowed),
            (false, true) => over("max_memory_bytes", self.memory.allowed),
            (false, false) => return Ok(()),
        };
        self.give_back(bytes);
        result
    }

    /// Charges bytes that are held whatever the limits say: what is asked for next is refused then.
    pub fn owe(&self, bytes: usize) -> (usize, usize) {
        let add = |to: &AtomicUsize| to.fetch_add(bytes, Relaxed).saturating_add(bytes);
        (add(&self.held), add(&self.memory.used))
    }

    /// Gives back all but that many bytes.
    pub fn keep(&self, bytes: usize) {
        let held = self.held.load(Relaxed);
        match held.checked_sub(bytes) {
            Some(more) => self.give_back(more),
            None => drop(self.owe(bytes - held)),
        }
    }

    fn give_back(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Relaxed);
        self.memory.used.fetch_sub(bytes, Relaxed);
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.give_back(self.held.load(Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_and_all_of_them_are_bounded_and_give_back_what_they_held() {
        let memory = Memory::new(100);
        let (one, other) = (memory.account(60), memory.account(60));
        let key = |refused: Result<()>| refused.unwrap_err().limit();
        one.take(50).unwrap();
        assert_eq!(key(one.take(11)), Some("max_request_bytes"));
        other.take(40).unwrap();
        assert_eq!(key(other.take(20)), Some("max_memory_bytes"));
        assert_eq!(memory.state(), (90, 100));
        other.owe(30);
        assert_eq!((memory.state().0, key(one.take(1))), (120, Some("max_memory_bytes")));
        other.keep(5);
        one.take(10).unwrap();
        drop(one);
        other.keep(7);
        assert_eq!(memory.state().0, 7);
        drop(other);
        assert_eq!(memory.state().0, 0);
    }
}
