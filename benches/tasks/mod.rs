//! What is measured.

pub(crate) mod access;
pub(crate) mod contest;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod memory;
pub(crate) mod pages;
pub(crate) mod seed;
pub(crate) mod shapes;
pub(crate) mod totals;
pub(crate) mod wide;
pub(crate) mod writes;
