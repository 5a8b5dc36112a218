//! Every integration test, in one binary: one folder a domain of questions, `support` below them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod access;
mod browser;
mod contracts;
mod door;
mod graph;
mod operation;
mod queries;
mod support;
mod writes;
